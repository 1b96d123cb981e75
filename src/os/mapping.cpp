#include "os/mapping.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/mman.h>
#include <sys/resource.h>

#include "cambium/base/error.hpp"
#include "os/file.hpp"

namespace cambium::os {

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    if (this != &other) {
        unmap();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

void Mapping::unmap() noexcept {
    if (data_ != nullptr) ::munmap(data_, size_);
    data_ = nullptr;
    size_ = 0;
}

void Mapping::forget() const noexcept {
    if (data_ != nullptr) (void)::madvise(data_, size_, MADV_DONTNEED);
}

Mapping Mapping::map(const File& file, std::size_t size, Access access, std::uint64_t offset) {
    const int protection = access == Access::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    void* data = ::mmap(nullptr, size, protection, MAP_SHARED, file.descriptor(), static_cast<off_t>(offset));
    if (data == MAP_FAILED) throw_errno("cannot map into memory", file.path(), errno);
    Mapping mapping;
    mapping.data_ = static_cast<std::byte*>(data);
    mapping.size_ = size;
    return mapping;
}

Mapping Mapping::zeros(std::size_t size) {
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) throw_errno("cannot reserve", "addresses for the pages of the store", errno);
    Mapping mapping;
    mapping.data_ = static_cast<std::byte*>(data);
    mapping.size_ = size;
    return mapping;
}

void Mapping::clear(std::size_t offset, std::size_t size) const noexcept {
    (void)::madvise(data_ + offset, size, MADV_DONTNEED);
}

Mapping Mapping::map_for_writes(const File& file, std::size_t size) {
    Mapping mapping = map(file, size, Access::read_write);
    // Advice: the mapping serves without it.
    (void)::madvise(mapping.data_, size, MADV_RANDOM);
    (void)::madvise(mapping.data_, size, MADV_DONTFORK);
    return mapping;
}

void Mapping::read_sparsely() const noexcept {
    if (data_ != nullptr) (void)::madvise(data_, size_, MADV_RANDOM);
}

Mapping Mapping::reserve(const File& file, std::size_t least, std::size_t most) {
    for (std::size_t size = std::max(least, most);; size = std::max(least, size / 4)) {
        try {
            return map(file, size, Access::read_only);
        } catch (const Error&) {
            if (size == least) throw;
        }
    }
}

std::int64_t disk_faults() noexcept {
    rusage usage{};
    return ::getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_majflt : 0;
}

}  // namespace cambium::os

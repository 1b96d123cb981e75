#include "os/spill_file.hpp"

#include <algorithm>
#include <bit>
#include <new>

#include "cambium/base/error.hpp"

namespace cambium::os {

namespace {

/// Offsets of mappings are multiples of the system's page size, which is at most this.
constexpr std::size_t kGranularity = 65536;
constexpr std::size_t kLeastStep = std::size_t{16} << 20;
constexpr std::size_t kMostStep = std::size_t{256} << 20;

std::size_t rounded(std::size_t bytes, std::size_t to) noexcept {
    return (bytes + to - 1) / to * to;
}

}  // namespace

std::size_t SpillFile::class_of(std::size_t bytes) noexcept {
    return static_cast<std::size_t>(std::bit_width((bytes - 1) / kAlignment));
}

// Makes the file longer and maps what is new. When that fails, the next try takes the same place.
Mapping SpillFile::grow(std::size_t bytes) {
    file_.allocate(size_, size_ + bytes);
    Mapping mapping = Mapping::map(file_, bytes, Mapping::Access::read_write, size_);
    size_ += bytes;
    return mapping;
}

void SpillFile::start_chunk(std::size_t least) {
    const std::size_t step =
        std::clamp<std::size_t>(size_ / 4 / kGranularity * kGranularity, kLeastStep, kMostStep);
    try {
        chunks_.push_back(grow(step));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::full) throw;
        chunks_.push_back(grow(rounded(least, kGranularity)));  // no room for reserves
    }
    while (rest_bytes_ > 0) {
        const std::size_t size_class =
            std::min<std::size_t>(kClasses, static_cast<std::size_t>(std::bit_width(rest_bytes_ / kAlignment))) - 1;
        list(rest_, size_class);
        rest_ += kAlignment << size_class;
        rest_bytes_ -= kAlignment << size_class;
    }
    rest_ = chunks_.back().data();
    rest_bytes_ = chunks_.back().size();
}

void SpillFile::list(std::byte* data, std::size_t size_class) noexcept {
    released_[size_class] = ::new (data) Released{released_[size_class]};
}

std::byte* SpillFile::allocate_large(std::size_t bytes) {
    const std::uint64_t offset = size_;
    Mapping mapping = grow(rounded(bytes, kGranularity));
    std::byte* data = mapping.data();
    large_.emplace(data, Large{std::move(mapping), offset});
    return data;
}

std::byte* SpillFile::allocate(std::size_t bytes) {
    if (bytes > kLargestPiece) return allocate_large(bytes);
    const std::size_t size_class = class_of(bytes);
    if (Released* piece = released_[size_class]; piece != nullptr) {
        released_[size_class] = piece->next;
        return reinterpret_cast<std::byte*>(piece);
    }
    const std::size_t size = kAlignment << size_class;
    if (rest_bytes_ < size) start_chunk(size);
    std::byte* data = rest_;
    rest_ += size;
    rest_bytes_ -= size;
    return data;
}

void SpillFile::release(std::byte* data, std::size_t bytes) noexcept {
    if (bytes <= kLargestPiece) return list(data, class_of(bytes));
    const auto found = large_.find(data);
    const std::uint64_t offset = found->second.offset;
    const std::uint64_t size = found->second.mapping.size();
    large_.erase(found);
    file_.discard(offset, size);
}

}  // namespace cambium::os

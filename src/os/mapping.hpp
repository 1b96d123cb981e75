// A shared mapping of a file. The mapping may be longer than the file: pages become readable as the file grows.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cambium::os {

class File;

class Mapping {
public:
    enum class Access : std::uint8_t { read_only, read_write };

    Mapping() = default;
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() { unmap(); }

    /// Maps [offset, offset + size) of the file, `offset` a multiple of the system's page size. Error{io} when the
    /// address space does not allow it.
    static Mapping map(const File& file, std::size_t size, Access access, std::uint64_t offset = 0);
    /// Maps as much as the process may reserve between `least` and `most` bytes, trying less each time: sanitizers,
    /// valgrind and ulimit allow less than the system does.
    static Mapping reserve(const File& file, std::size_t least, std::size_t most);
    /// Maps the first `size` bytes to be written in no order; fork() leaves the mapping to the parent.
    static Mapping map_for_writes(const File& file, std::size_t size);
    /// Advice: only pages that are touched are read from the file, none beside them.
    void read_sparsely() const noexcept;
    /// Zeros of this process alone, which take memory where they are touched only. Error{io} when the address space
    /// does not allow it.
    static Mapping zeros(std::size_t size);
    /// Has part of zeros() be zeros again and gives its memory back; whole pages of the system only.
    void clear(std::size_t offset, std::size_t size) const noexcept;
    void unmap() noexcept;
    /// Takes every page out of the processor's tables; they come back, in pieces as large as there are, when they
    /// are next touched. The content stays.
    void forget() const noexcept;

    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Faults of the calling thread for which the disk was read. One system call.
[[nodiscard]] std::int64_t disk_faults() noexcept;

}  // namespace cambium::os

// Memory that lies in a temporary file: for data that may outgrow the memory of the machine.
//
// The file has no name and is mapped shared, so that the kernel can write its pages out and take them back;
// addresses stay as they are. Its blocks are really allocated before they are handed out: a full disk is an error
// of allocate(), never a signal later. What is handed out is a power of two from 4 KiB to 1 MiB, or a mapping of
// its own. Invariants: released pieces are listed by size, each list through the pieces themselves, so that
// release() cannot fail. Thread rule: one thread at a time.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "os/file.hpp"
#include "os/mapping.hpp"

namespace cambium::os {

class SpillFile {
public:
    /// Every piece begins at a multiple of this, and has a size that is one.
    static constexpr std::size_t kAlignment = 4096;

    /// A file in the directory of `beside`. It and its space vanish with this object, or with the process.
    explicit SpillFile(const std::string& beside) : file_(File::create_unlinked(beside)) {}

    /// Bytes not initialised, at least as many as asked for. Error{full} when the disk has no room, Error{io}.
    [[nodiscard]] std::byte* allocate(std::size_t bytes);
    /// Takes back what allocate(bytes) gave.
    void release(std::byte* data, std::size_t bytes) noexcept;

    /// Length of the file; pieces of more than 1 MiB that were released no longer take room in it.
    [[nodiscard]] std::uint64_t size_bytes() const noexcept { return size_; }

private:
    static constexpr std::size_t kClasses = 9;  ///< 4 KiB << class
    static constexpr std::size_t kLargestPiece = kAlignment << (kClasses - 1);
    struct Released {
        Released* next;
    };
    struct Large {
        Mapping mapping;
        std::uint64_t offset;
    };

    [[nodiscard]] static std::size_t class_of(std::size_t bytes) noexcept;
    [[nodiscard]] Mapping grow(std::size_t bytes);
    void start_chunk(std::size_t least);
    void list(std::byte* data, std::size_t size_class) noexcept;
    [[nodiscard]] std::byte* allocate_large(std::size_t bytes);

    File file_;
    std::uint64_t size_ = 0;
    std::vector<Mapping> chunks_;
    std::byte* rest_ = nullptr;  ///< of the newest chunk
    std::size_t rest_bytes_ = 0;
    std::array<Released*, kClasses> released_{};
    std::map<std::byte*, Large> large_;
};

}  // namespace cambium::os

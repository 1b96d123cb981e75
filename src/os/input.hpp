// Reading from a file or a descriptor of the caller's, from where it stands to its end. Thread rule: one thread.
#pragma once

#include "os/file.hpp"

namespace cambium::os {

class Input {
public:
    /// A regular file, from its start. Error{not_found} when there is none.
    explicit Input(const std::string& path);
    /// A descriptor, which may be a pipe; it stays the caller's.
    explicit Input(int descriptor) noexcept : descriptor_(descriptor) {}

    /// Reads so many bytes, fewer only at the end. Answers how many.
    std::size_t read(std::byte* bytes, std::size_t size);
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

private:
    int descriptor_ = -1;
    File file_;
    std::uint64_t position_ = 0;
};

}  // namespace cambium::os

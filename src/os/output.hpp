// Writing a file from its start to its end: a new one that appears under its name when it is complete, or a
// descriptor of the caller's, which may be a pipe. Thread rule: one thread.
#pragma once

#include <optional>
#include <vector>

#include "os/new_file.hpp"

namespace cambium::os {

class Output {
public:
    /// A file at `path`, without that name until finish(). Error{already_exists} when there is one.
    Output(const std::string& path, std::uint32_t mode);
    /// A descriptor, written from where it stands; it stays the caller's and is not flushed to the medium.
    explicit Output(int descriptor) noexcept : descriptor_(descriptor) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(const void* bytes, std::size_t size);
    /// So many bytes of zero; in a file a hole.
    void skip(std::uint64_t size);
    /// Writes what is buffered; a file is flushed, named and entered into its directory durably.
    void finish();
    [[nodiscard]] std::uint64_t position() const noexcept { return written_ + buffer_.size(); }

private:
    void write_through(const void* bytes, std::size_t size);
    void drain();

    int descriptor_ = -1;
    std::optional<NewFile> file_;
    std::vector<std::byte> buffer_;
    std::uint64_t written_ = 0;
};

}  // namespace cambium::os

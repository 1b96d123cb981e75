#include "os/output.hpp"

#include <algorithm>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "cambium/base/error.hpp"

namespace cambium::os {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

void write_to_descriptor(int descriptor, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EAGAIN) {
            pollfd ready{descriptor, POLLOUT, 0};
            (void)::poll(&ready, 1, -1);
            continue;
        }
        if (written < 0) throw_errno("cannot write to", "descriptor " + std::to_string(descriptor), errno);
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
}

}  // namespace

Output::Output(const std::string& path, std::uint32_t mode) {
    if (exists(path))
        throw Error(ErrorCode::already_exists, "\"" + path + "\" already exists: give another name, or remove it");
    file_.emplace(path, mode, File::Role::data);
}

void Output::write_through(const void* bytes, std::size_t size) {
    if (file_.has_value()) {
        file_->file().write(written_, bytes, size);
    } else {
        write_to_descriptor(descriptor_, static_cast<const char*>(bytes), size);
    }
    written_ += size;
}

void Output::drain() {
    if (!buffer_.empty()) write_through(buffer_.data(), buffer_.size());
    buffer_.clear();
}

void Output::write(const void* bytes, std::size_t size) {
    if (buffer_.size() + size > kBufferBytes) drain();
    if (size >= kBufferBytes) return write_through(bytes, size);
    const auto* from = static_cast<const std::byte*>(bytes);
    buffer_.insert(buffer_.end(), from, from + size);
}

void Output::skip(std::uint64_t size) {
    if (file_.has_value()) {
        drain();
        written_ += size;
        return;
    }
    static constexpr std::byte kZeros[4096]{};
    for (; size > 0; size -= std::min<std::uint64_t>(size, sizeof kZeros))
        write(kZeros, std::min<std::uint64_t>(size, sizeof kZeros));
}

void Output::finish() {
    drain();
    if (!file_.has_value()) return;
    File& file = file_->file();
    if (file.size() < written_) file.resize(written_);
    file.sync();
    file_->name(false);
    file_.reset();
}

}  // namespace cambium::os

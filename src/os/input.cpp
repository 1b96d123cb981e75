#include "os/input.hpp"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "cambium/base/error.hpp"

namespace cambium::os {

namespace {

std::size_t read_from_descriptor(int descriptor, std::byte* bytes, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::read(descriptor, bytes + done, size - done);
        if (got == 0) break;
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (errno == EAGAIN) {
            pollfd ready{descriptor, POLLIN, 0};
            (void)::poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            throw_errno("cannot read from", "descriptor " + std::to_string(descriptor), errno);
        }
    }
    return done;
}

}  // namespace

Input::Input(const std::string& path)
    : file_(File::open_existing(path, File::Access::read_only, File::Role::data)) {
    if (!file_.is_open()) throw Error(ErrorCode::not_found, "there is no file \"" + path + "\"");
}

std::size_t Input::read(std::byte* bytes, std::size_t size) {
    const std::size_t got =
        file_.is_open() ? file_.read(position_, {bytes, size}) : read_from_descriptor(descriptor_, bytes, size);
    position_ += got;
    return got;
}

}  // namespace cambium::os

#include "os/file_locks.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace cambium::os {

/// Places are added and never taken away, so that a child can walk them whatever other threads were doing.
struct FileLocks::Place {
    std::atomic<int> descriptor;
    Place* next;
};

namespace {

// What a place holds instead of a descriptor.
constexpr int kFree = -1;
constexpr int kTaken = -2;      ///< its descriptor is being opened
constexpr int kInherited = -3;  ///< a child's: of the parent's locks. Never used again, as what the parent did with
                                ///< it may still be under way in the child.

constinit std::atomic<FileLocks::Place*> places{nullptr};

FileLocks::Place& take_place() {
    for (FileLocks::Place* place = places.load(); place != nullptr; place = place->next) {
        int expected = kFree;
        if (place->descriptor.compare_exchange_strong(expected, kTaken)) return *place;
    }
    auto* const place = new FileLocks::Place{kTaken, places.load()};
    while (!places.compare_exchange_weak(place->next, place)) {
    }
    return *place;
}

// In a child, which has one thread: takes no lock and no memory.
void leave_to_parent() {
    for (FileLocks::Place* place = places.load(); place != nullptr; place = place->next) {
        const int descriptor = place->descriptor.load();
        if (descriptor == kFree) continue;
        place->descriptor.store(kInherited);
        if (descriptor >= 0) (void)::close(descriptor);
    }
}

[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, leave_to_parent);

int open_again(int file) noexcept {
    const int flags = ::fcntl(file, F_GETFL);
    char name[32];
    (void)std::snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    return flags < 0 ? -1 : ::open(name, (flags & O_ACCMODE) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

}  // namespace

FileLocks::FileLocks(FileLocks&& other) noexcept
    : place_(std::exchange(other.place_, nullptr)), by_file_(std::exchange(other.by_file_, false)) {}

FileLocks& FileLocks::operator=(FileLocks&& other) noexcept {
    if (this != &other) {
        close();
        place_ = std::exchange(other.place_, nullptr);
        by_file_ = std::exchange(other.by_file_, false);
    }
    return *this;
}

int FileLocks::to_lock(int file) {
    if (place_ == nullptr && !by_file_) {
        Place& place = take_place();
        const int descriptor = open_again(file);
        const int error = errno;
        place.descriptor.store(descriptor >= 0 ? descriptor : kFree);
        if (descriptor >= 0) {
            place_ = &place;
        } else if (error == EMFILE || error == ENFILE || error == ENOMEM) {
            errno = error;
            return -1;
        } else {
            by_file_ = true;
        }
    }
    return to_look(file);
}

int FileLocks::to_look(int file) const noexcept {
    return place_ == nullptr ? file : place_->descriptor.load(std::memory_order_relaxed);
}

// First the locks, for a child that is forked in between and is not told of the descriptor any more; the place
// before the descriptor, whose number may be another file's as soon as it is closed.
void FileLocks::close() noexcept {
    by_file_ = false;
    Place* const place = std::exchange(place_, nullptr);
    if (place == nullptr) return;
    const int descriptor = place->descriptor.load();
    if (descriptor < 0) return;
    struct flock everything {};
    everything.l_type = F_UNLCK;
    everything.l_whence = SEEK_SET;
    (void)::fcntl(descriptor, F_OFD_SETLK, &everything);
    place->descriptor.store(kFree);
    (void)::close(descriptor);
}

}  // namespace cambium::os

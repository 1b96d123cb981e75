// The byte locks of a file, kept by one process: a child that it forks has none of them.
//
// The kernel gives up an open file description's locks when the last descriptor and the last mapping of it are
// gone, those of forked children too. So the locks have a description of their own, which is never mapped, and a
// child closes its descriptor of it before fork() returns there. What makes a child without the handlers of fork()
// (vfork(), posix_spawn(), clone()) leaves it the descriptor until it ends or calls exec; so does a fork in the
// instant in which another thread opens the description. Thread rule: the first lock, moves and close from one
// thread; else any.
#pragma once

#include <atomic>

namespace cambium::os {

class FileLocks {
public:
    FileLocks() = default;
    FileLocks(FileLocks&& other) noexcept;
    FileLocks& operator=(FileLocks&& other) noexcept;
    FileLocks(const FileLocks&) = delete;
    FileLocks& operator=(const FileLocks&) = delete;
    ~FileLocks() { close(); }

    /// The descriptor to lock by, opened when it is first asked for: of the file that `file` is a descriptor of.
    /// Where there is no /proc, `file` itself. -1, with errno, when that was not to be told: there is no descriptor
    /// left or no memory, and a lock by the other one would keep this process from its own locks.
    [[nodiscard]] int to_lock(int file);
    /// The descriptor that other locks are to be seen by.
    [[nodiscard]] int to_look(int file) const noexcept;
    /// Gives up all locks.
    void close() noexcept;

    /// Where a child finds the descriptor.
    struct Place;

private:
    Place* place_ = nullptr;
    bool by_file_ = false;  ///< there is no /proc
};

}  // namespace cambium::os

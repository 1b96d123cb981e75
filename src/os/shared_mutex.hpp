// A mutex in shared memory that survives the death of its owner.
#pragma once

#include <chrono>

#include <pthread.h>

namespace cambium::os {

/// A robust, error-checking mutex for memory shared between processes. Owned by the thread that locked it.
class SharedMutex {
public:
    enum class Lock : unsigned char {
        acquired,
        owner_died,  ///< acquired, and the previous owner died while holding it: repair what it guards
        own_thread,  ///< not acquired: a thread of this one's number holds it, here or in another pid namespace
        busy,        ///< not acquired: another thread holds it
    };

    /// Prepares the memory; once, before any process locks it.
    void initialise();
    [[nodiscard]] Lock lock();
    [[nodiscard]] Lock try_lock();
    /// Waits for at most about so long; a change of the system's clock may stretch or shorten it.
    [[nodiscard]] Lock lock_for(std::chrono::nanoseconds at_most);
    void unlock() noexcept;
    /// Error{busy} for a lock that is held under this thread's number, and is not this thread's to take.
    static Lock require(Lock taken);

private:
    [[nodiscard]] Lock answer(int error);

    pthread_mutex_t mutex_;
};

/// Holds a SharedMutex whose dead owner leaves nothing to repair. Error{busy} when it cannot: what a guard that
/// held nothing would let happen is worse than that.
class SharedMutexGuard {
public:
    explicit SharedMutexGuard(SharedMutex& mutex) : mutex_(mutex) { mutex_.require(mutex_.lock()); }
    ~SharedMutexGuard() { mutex_.unlock(); }
    SharedMutexGuard(const SharedMutexGuard&) = delete;
    SharedMutexGuard& operator=(const SharedMutexGuard&) = delete;

private:
    SharedMutex& mutex_;
};

}  // namespace cambium::os

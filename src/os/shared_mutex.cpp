#include "os/shared_mutex.hpp"

#include <cerrno>
#include <ctime>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include "cambium/base/error.hpp"
#include "os/file.hpp"

namespace cambium::os {

void SharedMutex::initialise() {
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (error == 0) error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0) error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (error == 0) error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (error == 0) error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (error != 0) throw_errno("cannot prepare a lock in", "the lock file", error);
}

SharedMutex::Lock SharedMutex::answer(int error) {
    if (error == 0) return Lock::acquired;
    if (error == EDEADLK) return Lock::own_thread;
    if (error == EBUSY || error == ETIMEDOUT) return Lock::busy;
    if (error == EOWNERDEAD) {
        pthread_mutex_consistent(&mutex_);
        return Lock::owner_died;
    }
    throw_errno("cannot take a lock in", "the lock file", error);
}

SharedMutex::Lock SharedMutex::lock() {
    return answer(pthread_mutex_lock(&mutex_));
}

SharedMutex::Lock SharedMutex::try_lock() {
    return answer(pthread_mutex_trylock(&mutex_));
}

SharedMutex::Lock SharedMutex::lock_for(std::chrono::nanoseconds at_most) {
    timespec until{};
    (void)::clock_gettime(CLOCK_REALTIME, &until);
    const auto total = std::chrono::nanoseconds{until.tv_nsec} + at_most;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(total);
    until.tv_sec += static_cast<time_t>(seconds.count());
    until.tv_nsec = static_cast<long>((total - seconds).count());
    const int error = pthread_mutex_timedlock(&mutex_, &until);
#ifdef __SANITIZE_THREAD__
    // ThreadSanitizer believes that this failed.
    if (error == EOWNERDEAD) {
        __tsan_mutex_pre_lock(&mutex_, __tsan_mutex_try_lock);
        __tsan_mutex_post_lock(&mutex_, __tsan_mutex_try_lock, 0);
    }
#endif
    return answer(error);
}

SharedMutex::Lock SharedMutex::require(Lock taken) {
    if (taken == Lock::own_thread)
        throw Error(
            ErrorCode::busy,
            "a lock of a store is held under the number of this thread: by itself, or by a process of another "
            "pid namespace (a container); open a store in one of them only");
    return taken;
}

void SharedMutex::unlock() noexcept {
    (void)pthread_mutex_unlock(&mutex_);
}

}  // namespace cambium::os

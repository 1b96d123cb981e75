#include "os/shared_mutex.hpp"

#include <cerrno>

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

SharedMutex::Lock SharedMutex::lock() {
    const int error = pthread_mutex_lock(&mutex_);
    if (error == 0) return Lock::acquired;
    if (error == EDEADLK) return Lock::own_thread;
    if (error == EOWNERDEAD) {
        pthread_mutex_consistent(&mutex_);
        return Lock::owner_died;
    }
    throw_errno("cannot take a lock in", "the lock file", error);
}

void SharedMutex::unlock() noexcept {
    (void)pthread_mutex_unlock(&mutex_);
}

}  // namespace cambium::os

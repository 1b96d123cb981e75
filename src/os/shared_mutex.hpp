// A mutex in shared memory that survives the death of its owner.
#pragma once

#include <pthread.h>

namespace cambium::os {

/// A robust, error-checking mutex for memory shared between processes. Owned by the thread that locked it.
class SharedMutex {
public:
    enum class Lock : unsigned char {
        acquired,
        owner_died,  ///< acquired, and the previous owner died while holding it: repair what it guards
        own_thread,  ///< not acquired: this thread holds it already
    };

    /// Prepares the memory; once, before any process locks it.
    void initialise();
    [[nodiscard]] Lock lock();
    void unlock() noexcept;

private:
    pthread_mutex_t mutex_;
};

}  // namespace cambium::os

// The write lock of a store: one writer at a time across threads and processes, in order of arrival.
//
// Invariants: a robust mutex says who writes, so that the kernel reports a dead owner. Who finds it taken files a
// waiter, and of those that run only the one with the smallest ticket tries the mutex: nobody is overtaken who
// shows that it runs, which a waiter does ten times a second. One whose process is stopped is passed over until it
// goes on. Whoever else tries the mutex is out of turn, no more: it alone says who writes. A waiter is filed and
// removed by one atomic store each, so a death at any instruction leaves nothing to repair. It is filed from then
// on and for as long as its thread holds the waiter's own robust mutex: when the thread dies the kernel says so,
// though children of its process live on, and those behind it remove it. Lives in the lock file. Thread rule: any.
#pragma once

#include <chrono>
#include <optional>

#include "os/futex.hpp"
#include "os/shared_mutex.hpp"

namespace cambium::kv {

class WriterQueue {
public:
    using Clock = std::chrono::steady_clock;

    /// Prepares the memory; once, before any process uses it.
    void initialise();
    /// Takes the write lock. `acquired`, `owner_died`, or `busy` after the deadline. Nobody who came later is
    /// served earlier, except while more than kMaxWaiters wait, or when this thread did not run for kSilence. The
    /// caller does not hold it.
    [[nodiscard]] os::SharedMutex::Lock lock(std::optional<Clock::time_point> deadline);
    /// Out of turn and without waiting; for who lets go of it at once.
    [[nodiscard]] os::SharedMutex::Lock try_lock() { return owner_.try_lock(); }
    void unlock() noexcept { owner_.unlock(); }

    [[nodiscard]] std::uint32_t waiter_count();

    static constexpr std::uint32_t kMaxWaiters = 1024;
    /// Who has not shown for so long that it runs is taken for stopped.
    static constexpr Clock::duration kSilence = std::chrono::seconds{2};

private:
    struct Waiter {
        std::atomic<std::uint64_t> ticket;  ///< 0: nobody
        std::atomic<std::uint32_t> woken;   ///< counts the times it was told to look again
        std::atomic<Clock::rep> ran_at;     ///< when it last showed that it runs
        os::SharedMutex life;               ///< held by the thread that waits

        void show_life() noexcept { ran_at.store(Clock::now().time_since_epoch().count()); }
    };
    static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
    class Place;

    // Under queue_mutex_.
    /// The first of the waiters that run.
    [[nodiscard]] std::uint32_t leader();
    [[nodiscard]] std::uint32_t file();
    void remove(std::uint32_t waiter);
    void remove_dead();

    os::SharedMutex owner_;
    os::SharedMutex queue_mutex_;
    std::uint64_t last_ticket_;
    std::uint32_t end_;  ///< waiters at or above were not filed since the queue was last seen empty
    Waiter waiters_[kMaxWaiters];
};

}  // namespace cambium::kv

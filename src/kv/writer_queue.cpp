#include "kv/writer_queue.hpp"

#include <algorithm>
#include <thread>

namespace cambium::kv {

using os::SharedMutex;
using os::SharedMutexGuard;

namespace {

/// A waiter shows this often that it runs, and looks after the life of those before it.
constexpr std::chrono::nanoseconds kLook = std::chrono::milliseconds{100};

using Deadline = std::optional<WriterQueue::Clock::time_point>;

std::chrono::nanoseconds slice_of(const Deadline& deadline) {
    if (!deadline.has_value()) return kLook;
    return std::clamp<std::chrono::nanoseconds>(*deadline - WriterQueue::Clock::now(), {}, kLook);
}

// Whether the mutex is this thread's now; it was nobody's, or a dead thread's. Never waits.
bool take(SharedMutex& mutex) {
    const SharedMutex::Lock taken = mutex.try_lock();
    return taken == SharedMutex::Lock::acquired || taken == SharedMutex::Lock::owner_died;
}

bool has_passed(const Deadline& deadline) {
    return deadline.has_value() && WriterQueue::Clock::now() >= *deadline;
}

}  // namespace

/// A filed waiter; gone from the queue when destroyed.
class WriterQueue::Place {
public:
    Place(WriterQueue& queue, std::uint32_t waiter) noexcept : queue_(queue), waiter_(waiter) {}
    ~Place() {
        const SharedMutexGuard guard{queue_.queue_mutex_};
        queue_.remove(waiter_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // False when the deadline passed first, and not because of the dead alone.
    [[nodiscard]] bool wait_until_leading(const Deadline& deadline) {
        const std::atomic<std::uint32_t>& woken = queue_.waiters_[waiter_].woken;
        for (;;) {
            const std::uint32_t seen = woken.load();
            show_life();
            if (leads()) return true;
            const bool last = has_passed(deadline);
            if (!last) os::futex_wait(woken, seen, slice_of(deadline));
            if (last || woken.load() == seen) {
                const SharedMutexGuard guard{queue_.queue_mutex_};
                queue_.remove_dead();
            }
            if (last) return leads();
        }
    }

    void show_life() noexcept { queue_.waiters_[waiter_].show_life(); }

private:
    [[nodiscard]] bool leads() {
        const SharedMutexGuard guard{queue_.queue_mutex_};
        return queue_.leader() == waiter_;
    }

    WriterQueue& queue_;
    std::uint32_t waiter_;
};

void WriterQueue::initialise() {
    owner_.initialise();
    queue_mutex_.initialise();
    for (Waiter& waiter : waiters_) waiter.life.initialise();
}

SharedMutex::Lock WriterQueue::lock(std::optional<Clock::time_point> deadline) {
    std::uint32_t waiter = kNobody;
    while (waiter == kNobody) {
        {
            const SharedMutexGuard guard{queue_mutex_};
            if (leader() == kNobody)
                if (const SharedMutex::Lock taken = owner_.try_lock(); taken != SharedMutex::Lock::busy)
                    return taken;
            waiter = file();
            if (waiter == kNobody) {
                remove_dead();
                waiter = file();
            }
        }
        if (waiter != kNobody) break;
        if (has_passed(deadline)) return SharedMutex::Lock::busy;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    Place place{*this, waiter};
    if (!place.wait_until_leading(deadline)) return SharedMutex::Lock::busy;
    for (;;) {
        place.show_life();
        const SharedMutex::Lock taken = owner_.lock_for(slice_of(deadline));
        if (taken != SharedMutex::Lock::busy || has_passed(deadline)) return taken;
    }
}

std::uint32_t WriterQueue::leader() {
    std::uint32_t leader = kNobody;
    std::uint64_t smallest = 0;
    bool empty = true;
    const Clock::rep silent = (Clock::now() - kSilence).time_since_epoch().count();
    for (std::uint32_t i = 0; i < end_; ++i) {
        const std::uint64_t ticket = waiters_[i].ticket.load();
        if (ticket == 0) continue;
        empty = false;
        if (waiters_[i].ran_at.load() < silent || (leader != kNobody && ticket > smallest)) continue;
        leader = i;
        smallest = ticket;
    }
    if (empty) end_ = 0;
    return leader;
}

std::uint32_t WriterQueue::file() {
    std::uint32_t i = 0;
    while (i < kMaxWaiters && (waiters_[i].ticket.load() != 0 || !take(waiters_[i].life))) ++i;
    if (i == kMaxWaiters) return kNobody;
    end_ = std::max(end_, i + 1);
    waiters_[i].show_life();
    waiters_[i].ticket.store(++last_ticket_);
    return i;
}

// By the thread that holds its `life`, which lets go of it last: a death before that leaves a waiter that is dead.
void WriterQueue::remove(std::uint32_t waiter) {
    waiters_[waiter].ticket.store(0);
    waiters_[waiter].life.unlock();
    if (const std::uint32_t next = leader(); next != kNobody) {
        waiters_[next].woken.fetch_add(1);
        os::futex_wake_all(waiters_[next].woken);
    }
}

void WriterQueue::remove_dead() {
    for (std::uint32_t i = 0; i < end_; ++i)
        if (waiters_[i].ticket.load() != 0 && take(waiters_[i].life)) remove(i);
}

std::uint32_t WriterQueue::waiter_count() {
    const SharedMutexGuard guard{queue_mutex_};
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < end_; ++i) count += waiters_[i].ticket.load() != 0 ? 1U : 0U;
    return count;
}

}  // namespace cambium::kv

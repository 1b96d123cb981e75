// What a process has one of, and a forked child one of its own.
#pragma once

#include <atomic>
#include <memory>

#include "base/fork_guard.hpp"

namespace cambium {

/// One T for each process, made when it is first asked for. At the moment of a fork another thread may have held a
/// mutex of the parent's T, or have been in the middle of a change, and the child does not have that thread to end
/// it: so the child makes itself another T. There is no lock here that a thread could have held, as there is behind
/// a static variable of a function. A T lives for ever.
template <class T>
class PerProcess {
public:
    /// From any thread.
    [[nodiscard]] T& get() {
        Entry* newest = newest_.load(std::memory_order_acquire);
        while (newest == nullptr || newest->generation != current_fork_generation()) {
            auto made = std::make_unique<Entry>(newest);
            if (newest_.compare_exchange_strong(newest, made.get(), std::memory_order_acq_rel))
                newest = made.release();
        }
        return newest->value;
    }

private:
    struct Entry {
        explicit Entry(const Entry* before) : parents(before) {}
        const Entry* parents;  ///< of the parent process: what it refers to stays, and is no leak
        std::uint64_t generation = current_fork_generation();
        T value;
    };
    std::atomic<Entry*> newest_{nullptr};
};

}  // namespace cambium

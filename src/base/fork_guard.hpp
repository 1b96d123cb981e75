// Noticing fork(): handles of the parent are inert in the child.
#pragma once

#include <atomic>
#include <cstdint>

namespace cambium {

/// Counts the forks between this process and the first one.
extern std::atomic<std::uint64_t> fork_generation_counter;

/// A number that differs between a process and the children it forks. O(1), no system call.
[[nodiscard]] inline std::uint64_t current_fork_generation() noexcept {
    return fork_generation_counter.load(std::memory_order_relaxed);
}

}  // namespace cambium

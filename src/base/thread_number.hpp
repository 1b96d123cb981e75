// Numbers of threads: unlike the system's names for threads, which are given again when a thread has ended.
#pragma once

#include <atomic>
#include <cstdint>

namespace cambium {

namespace detail {
inline std::atomic<std::uint64_t> last_thread_number{0};
inline constinit thread_local std::uint64_t thread_number = 0;
}  // namespace detail

/// A number that no other thread of the process ever has; never 0. O(1), no system call.
[[nodiscard]] inline std::uint64_t this_thread_number() noexcept {
    if (detail::thread_number == 0) [[unlikely]]
        detail::thread_number = detail::last_thread_number.fetch_add(1, std::memory_order_relaxed) + 1;
    return detail::thread_number;
}

}  // namespace cambium

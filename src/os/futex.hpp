// Waiting on a word of memory shared between processes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace cambium::os {

/// Sleeps while the word holds `seen`, until it is woken or so much time has passed. May wake for no reason.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen,
                std::chrono::nanoseconds at_most) noexcept;
/// Wakes everyone who sleeps on the word, in any process.
void futex_wake_all(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace cambium::os

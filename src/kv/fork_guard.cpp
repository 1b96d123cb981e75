#include "kv/fork_guard.hpp"

#include <atomic>

#include <pthread.h>

namespace cambium::kv {

namespace {

std::atomic<std::uint64_t> generation{1};

[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

std::uint64_t current_fork_generation() noexcept {
    return generation.load(std::memory_order_relaxed);
}

}  // namespace cambium::kv

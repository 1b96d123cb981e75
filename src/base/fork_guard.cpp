#include "base/fork_guard.hpp"

#include <pthread.h>

namespace cambium {

constinit std::atomic<std::uint64_t> fork_generation_counter{1};

namespace {

[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { fork_generation_counter.fetch_add(1, std::memory_order_relaxed); });

}  // namespace

}  // namespace cambium

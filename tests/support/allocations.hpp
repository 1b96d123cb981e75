// An end to memory at a chosen allocation, in programs that have allocations.cpp among their sources.
#pragma once

#include <atomic>
#include <cstdint>

namespace cambium::test {

/// Allocations that still succeed; negative: no limit.
extern std::atomic<std::int64_t> allocations_left;
/// Allocations that have not been freed.
extern std::atomic<std::int64_t> allocations_held;
/// What the allocations behind them do. At first they throw std::bad_alloc.
extern void (*out_of_allocations)();

}  // namespace cambium::test

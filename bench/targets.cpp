#include "targets.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t k1M = 1'000'000;
constexpr std::size_t k10M = 10'000'000;
using enum KeyKind;

constexpr std::array kTargets{
    Target{"random-get", k1M, u64, 1.6, 2.0},
    Target{"random-get", k1M, random, 1.6, 2.0},
    Target{"random-get", k1M, string, 1.3, 1.7},
    Target{"random-get", k10M, u64, 1.3, 1.5},
    Target{"batched-get", k1M, u64, 2.0, 2.6},
    Target{"batched-get", k10M, u64, 1.6, 2.2},
    Target{"begin-get-end", k1M, u64, 1.6, 2.0},
    Target{"scan-forward", k1M, u64, 1.3, 1.6},
    Target{"scan-reverse", k1M, u64, 1.3, 1.6},
    Target{"seek-100", k1M, u64, 1.3, 1.6},
    Target{"sorted-load", k1M, u64, 1.15, 1.5},
    Target{"sorted-load", k10M, u64, 1.15, 1.5},
    Target{"random-load-10k", k1M, u64, 1.4, 2.0},
    Target{"random-load-100k", k1M, u64, 1.4, 2.0},
    Target{"update-deferred", k1M, u64, 1.8, 3.0},
    Target{"update-deferred", k10M, u64, 1.8, 3.0},
    Target{"update-aged", k1M, u64, 2.0, 4.0},
    Target{"durable-put", k1M, u64, 1.6, 2.0},
    Target{"durable-put-8", k1M, u64, 6.0, 10.0},
    Target{"delete-reinsert", k1M, u64, 1.4, 2.0},
    Target{"mixed-reads", k1M, u64, 1.2, 1.5},
    Target{"mixed-writes", k1M, u64, 2.0, 4.0},
    Target{"cold-get", 0, u64, 1.0, 1.3},
    Target{"limited-get", 0, u64, 1.0, 1.2},
    Target{"limited-update", 0, u64, 1.5, 3.0},
    Target{"space-sorted-load", k1M, u64, 1.10, 1.06},
    Target{"space-sorted-load", k1M, string, 0.95, 0.88},
    Target{"space-random-load-10k", k1M, u64, 1.7, 1.4},
    Target{"space-random-load-100k", k1M, u64, 1.7, 1.4},
    Target{"space-delete-half", k1M, u64, 0.75, 0.6},
    Target{"space-held-reader", k1M, u64, 2.3, 2.1},
    Target{"flushed-bytes", k1M, u64, 6900, 6200},
};

}  // namespace

std::span<const Target> targets() noexcept {
    return kTargets;
}

}  // namespace cambium::bench

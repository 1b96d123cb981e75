// What the engine is meant to reach: one table, as data.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "dataset.hpp"

namespace cambium::bench {

/// For a figure of the harness. Times: throughput over LMDB's in the same run, at least. Sizes: ours, at most.
struct Target {
    std::string_view figure;  ///< Figure::id
    std::size_t records = 0;  ///< 0: of the data set it ran on, whatever its size
    KeyKind kind = KeyKind::u64;
    double must = 0;
    double aim = 0;
};

/// A point of a distribution of latencies at which ours is compared with LMDB's.
struct Percentile {
    std::string_view name;
    double share;
};

inline constexpr std::array kPercentiles{Percentile{"p50", 0.5}, Percentile{"p99", 0.99},
                                         Percentile{"p99.9", 0.999}, Percentile{"max", 1.0}};

/// All of them, in the order to print.
[[nodiscard]] std::span<const Target> targets() noexcept;

}  // namespace cambium::bench

// Samples of one workload, and what is said about them: medians, and ratios paired by repetition.
#pragma once

#include <cstddef>
#include <vector>

namespace cambium::bench {

/// The middle of a set of samples and its ends.
struct Spread {
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

/// Of at least one sample. The median of an even number is the mean of the middle two.
[[nodiscard]] Spread spread_of(std::vector<double> samples);

/// The throughput of `mine` over that of `base`, from times per operation, repetition by repetition.
[[nodiscard]] Spread paired_ratio(const std::vector<double>& base_times, const std::vector<double>& my_times);

}  // namespace cambium::bench

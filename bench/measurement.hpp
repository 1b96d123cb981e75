// Samples of one workload, and what is said about them: medians, and ratios paired by repetition. A sample that was
// not taken is not a number.
#pragma once

#include <cstddef>
#include <vector>

namespace cambium::bench {

/// The middle of a set of samples and its ends; not numbers when no sample was taken.
struct Spread {
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

/// The median of an even number is the mean of the middle two.
[[nodiscard]] Spread spread_of(std::vector<double> samples);

/// base / mine, repetition by repetition where both were taken: with times per operation, throughput over the
/// base's.
[[nodiscard]] Spread paired_ratio(const std::vector<double>& base_times, const std::vector<double>& my_times);

/// The value below which a share of the samples lies, 0 to 1. Of at least one sample, sorted.
[[nodiscard]] double percentile(const std::vector<float>& sorted, double share);

}  // namespace cambium::bench

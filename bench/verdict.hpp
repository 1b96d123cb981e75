// Holds what was measured against the targets.
//
// A time passes when the median of the paired ratios reaches the target while LMDB against itself lies within 10%
// of 1; when it does not, the row is noisy and says nothing. A size passes when it is not above the target.
#pragma once

#include "comparison.hpp"
#include "text.hpp"

namespace cambium::bench {

/// Whether LMDB's throughput over its own is near enough to 1.
[[nodiscard]] bool is_quiet(double ratio) noexcept;

/// A row per target whose workload and data set were asked for: pass, pass (aim), miss, noisy or not run. Ours and
/// LMDB took part.
[[nodiscard]] Table verdict_table(const Results& results);

/// A row per operation whose latency was taken: pass when ours is no longer than that of the slower of the two
/// LMDBs at every percentile, tie when at none it is more than 15% longer.
[[nodiscard]] Table latency_verdict_table(const Results& results);

}  // namespace cambium::bench

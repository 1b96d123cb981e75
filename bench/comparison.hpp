// Runs the workloads on all engines, interleaved, and compares what they answered.
//
// Within a repetition every workload runs on one engine after the other before the next workload begins, and
// the engine that goes first changes with each repetition. LMDB runs twice, as two contestants with files of
// their own: the ratio of the two is the noise of the run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "options.hpp"
#include "progress.hpp"

namespace cambium::bench {

/// The peer that ratios refer to.
inline constexpr const char* kBaseEngine = "lmdb";

/// An engine in a run. LMDB takes part twice.
struct Contestant {
    std::string engine;
    bool again = false;  ///< the second LMDB
};

/// Times of one workload on one data set: nanoseconds per operation, by contestant, then by repetition.
struct TimeRow {
    const Workload* workload = nullptr;
    KeyKind kind{};
    std::size_t records = 0;
    std::vector<std::vector<double>> nanoseconds;
};

/// Space after a load, by contestant: the median of the repetitions.
struct SpaceRow {
    const Workload* workload = nullptr;
    KeyKind kind{};
    std::size_t records = 0;
    std::uint64_t user_bytes = 0;
    std::vector<double> allocated_bytes;
};

struct Results {
    std::vector<Contestant> contestants;
    std::vector<TimeRow> times;
    std::vector<SpaceRow> space;
    std::size_t answers_compared = 0;  ///< digests that equalled the reference's
};

/// Runs everything asked for. Error{corrupt} when an engine's answers differ from the reference's, naming engine,
/// workload and data set; an engine's own errors pass through.
[[nodiscard]] Results run_comparison(const Options& options, Progress& progress);

}  // namespace cambium::bench

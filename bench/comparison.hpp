// Runs the workloads on all engines, interleaved, and compares what they answered.
//
// Within a repetition every workload runs on one engine after the other before the next workload begins, and
// the engine that goes first changes with each repetition. LMDB runs twice, as two contestants with files of
// their own: the ratio of the two is the noise of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "options.hpp"
#include "progress.hpp"

namespace cambium::bench {

/// The peer that ratios refer to, and the engine that this is about.
inline constexpr const char* kBaseEngine = "lmdb";
inline constexpr const char* kOwnEngine = "cambium";

/// An engine in a run. LMDB takes part twice.
struct Contestant {
    std::string engine;
    bool again = false;  ///< the second LMDB
};

/// One figure of a workload on one data set.
struct Row {
    const Workload* workload = nullptr;
    const Figure* figure = nullptr;
    KeyKind kind{};
    std::size_t records = 0;
    std::uint64_t user_bytes = 0;
    /// By contestant, then by repetition; what was not measured is not a number.
    std::vector<std::vector<double>> samples;
};

/// Latencies of single operations, of all repetitions together, sorted.
struct LatencyRow {
    const Workload* workload = nullptr;
    KeyKind kind{};
    std::size_t records = 0;
    std::vector<std::vector<float>> nanoseconds;  ///< by contestant
};

struct Results {
    std::vector<Contestant> contestants;
    std::vector<Row> rows;
    std::vector<LatencyRow> latencies;
    std::set<std::string> not_run;     ///< what could not be run here, and why
    std::size_t answers_compared = 0;  ///< digests that equalled the reference's

    /// The place of the engine, or of the second LMDB.
    [[nodiscard]] std::optional<std::size_t> place_of(const std::string& engine, bool again = false) const;
};

/// Runs everything asked for. Error{corrupt} when an engine's answers differ from the reference's, naming engine,
/// workload and data set; an engine's own errors pass through.
[[nodiscard]] Results run_comparison(const Options& options, Progress& progress);

}  // namespace cambium::bench

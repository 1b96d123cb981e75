// The questions: what is done to every engine, and how it is counted. Growing the harness by a workload means
// one function and one entry in workloads().
//
// Each function does its work through one session and returns when it is done; the harness takes the time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "dataset.hpp"
#include "engine.hpp"

namespace cambium::bench {

/// How much each workload does in one repetition, in operations of that workload.
struct Effort {
    std::size_t gets = 1'000'000;
    std::size_t scanned = 4'000'000;  ///< records; a small store is scanned several times
    std::size_t seeks = 100'000;
    std::size_t batches = 300;   ///< durable transactions of 100 updates
    std::size_t singles = 1000;  ///< durable transactions of one update

    /// The same, or less where a small data set would be read or written over and over.
    [[nodiscard]] Effort scaled_to(std::size_t records) const noexcept;
};

inline constexpr std::size_t kLoadBatch = 10'000;
inline constexpr std::size_t kUpdateBatch = 100;
inline constexpr std::size_t kSeekLength = 100;

/// Which store a workload runs on, and what it leaves behind.
enum class Stage : std::uint8_t {
    load,    ///< an empty store; the space it takes is recorded afterwards
    read,    ///< the store of the sorted load
    update,  ///< the same, after all reads; its contents are compared afterwards
};

struct Workload {
    std::string_view name;   ///< on the command line
    std::string_view title;  ///< in tables
    Stage stage;
    /// The keys used, in order. Called once per data set, outside the timing.
    Picks (*prepare)(const Dataset& dataset, const Effort& effort);
    /// Does the work, adds what was read to the digest and returns the number of operations counted.
    std::size_t (*run)(Session& session, const Dataset& dataset, const Picks& picks, Digest& digest);
};

/// Every workload, in the order in which they run and are printed. The sorted load is the first.
[[nodiscard]] std::span<const Workload> workloads() noexcept;

}  // namespace cambium::bench

// What a run is asked to do: the command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataset.hpp"
#include "workload.hpp"

namespace cambium::bench {

struct Options {
    std::vector<std::size_t> records{1'000'000};
    std::vector<KeyKind> keys{KeyKind::u64, KeyKind::random, KeyKind::string};
    bool kinds_named = false;  ///< --keys was given: every workload runs on all of them
    std::size_t repetitions = 5;
    std::size_t peer_repetitions = SIZE_MAX;  ///< of engines that are neither ours nor the base; the first ones
    std::vector<std::string> engines;         ///< names; the peer that ratios refer to is "lmdb"
    std::vector<const Workload*> workloads;   ///< in the order of workloads()
    bool limits = true;                       ///< measure the machine's physical limits
    std::size_t limits_mib = 2048;            ///< of memory, and of a file
    bool quick = false;                       ///< slow workloads run once
    std::string directory = ".";              ///< where the stores are written
    bool markdown = false;
    std::string ratios;  ///< the file to write them to; none when empty
    bool help = false;
    Effort effort;

    /// Whether a workload runs on a data set.
    [[nodiscard]] bool reaches(const Workload& workload, KeyKind kind, std::size_t size) const;
    /// Whether a workload runs in a repetition.
    [[nodiscard]] bool repeats(const Workload& workload, std::size_t repetition) const;
    /// Whether an engine takes part in a repetition.
    [[nodiscard]] bool takes_part(const std::string& engine, std::size_t repetition) const;
};

/// Reads the command line. Error{invalid_argument} names the option and what it takes.
[[nodiscard]] Options parse_options(int count, const char* const* arguments);

/// The text of --help.
[[nodiscard]] std::string usage();

}  // namespace cambium::bench

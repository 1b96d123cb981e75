// The machine's physical limits, measured in the same run as the engines: what no store can beat.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "progress.hpp"

namespace cambium::bench {

struct Limit {
    std::string what;
    std::string figure;  ///< with its unit
};

/// Measures memory over `mib` MiB (less when the machine has less than four times that available) and the disk
/// through a file of that size in `directory`, removed afterwards; at least 1. Seconds. Throws Error{io} naming the
/// failed call.
[[nodiscard]] std::vector<Limit> measure_limits(const std::string& directory, std::size_t mib, Progress& progress);

}  // namespace cambium::bench

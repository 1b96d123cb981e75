// The process that works under a memory limit: this program, started again with a hidden command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cambium::bench {

/// What it is to do, and how it is told.
struct LimitedJob {
    std::string engine;
    std::string folder;  ///< of the closed store
    std::string group;   ///< to join before the store is opened; empty for none
    std::uint64_t limit_bytes = 0;
    std::size_t records = 0;  ///< with keys u64
    std::size_t gets = 0;
};

struct LimitedOutcome {
    double get_nanoseconds = 0;  ///< per operation
    double update_nanoseconds = 0;
    std::uint64_t digest = 0;
};

/// The first argument of a process that is a limited child.
inline constexpr const char* kLimitedChild = "--limited-child";

/// Given as the memory group, it has the child run without a limit: its answers are compared, nothing is measured.
inline constexpr const char* kNoGroup = "none";

/// Runs the job in a process of its own and waits for it. False when that ended without an answer.
[[nodiscard]] bool run_limited_child(const LimitedJob& job, LimitedOutcome& outcome);

/// The child: does the job of its command line and prints the outcome. Errors as the engine's.
void be_limited_child(const std::vector<std::string>& arguments);

}  // namespace cambium::bench

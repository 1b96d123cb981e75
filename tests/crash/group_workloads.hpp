// Pieces of work of many commits per flush, each about one thing that groups differ in.
#pragma once

#include <vector>

#include "crash_fixture.hpp"
#include "group_session.hpp"

namespace cambium::test {

struct GroupWorkload {
    const char* name;
    void (*run)(GroupSession& session, std::uint64_t seed);
    Thoroughness how;
    std::uint64_t one_in = 1;  ///< so many of its states are tried, unless every one is asked for
};

[[nodiscard]] const std::vector<GroupWorkload>& group_workloads();

/// Runs a workload on a store that was just created, to its orderly close.
[[nodiscard]] Run record_group(const MemoryDirectory& directory, const GroupWorkload& workload, std::uint64_t seed);

}  // namespace cambium::test

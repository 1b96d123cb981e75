// Power cuts at every point of group, asynchronous and deferred commits, also of commits that ran while a flush was
// under way: what is found is a state of the row of commits, not older than the last one that was promised.
// CAMBIUM_CRASH_ROUNDS=<n> explores so many seeds.
#include <cstdlib>

#include "group_workloads.hpp"

using namespace cambium::test;

namespace {

std::uint64_t rounds() {
    const char* given = std::getenv("CAMBIUM_CRASH_ROUNDS");
    return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

}  // namespace

TEST_CASE("a power cut leaves a state of the row of commits, not older than what was promised") {
    for (const GroupWorkload& workload : group_workloads()) {
        SUBCASE(workload.name) {
            for (std::uint64_t round = 0; round < rounds(); ++round) {
                INFO("seed " << seed() + round);
                const MemoryDirectory directory;
                const Run run = record_group(directory, workload, seed() + round);
                Explorer explorer{directory.path(), seed() + round};
                explore(explorer, run, workload.how);
                MESSAGE(std::string{workload.name} << ": " << explorer.tried() << " states");
                require_no_complaints(explorer);
            }
        }
    }
}

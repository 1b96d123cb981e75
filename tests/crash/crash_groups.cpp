// Power cuts at every point of group, asynchronous and deferred commits, also of commits that ran while a flush was
// under way: what is found is a state of the row of commits, not older than the last one that was promised.
#include "group_workloads.hpp"

using namespace cambium::test;

TEST_CASE("a power cut leaves a state of the row of commits, not older than what was promised") {
    for (const GroupWorkload& workload : group_workloads()) {
        SUBCASE(workload.name) {
            const MemoryDirectory directory;
            const Run run = record_group(directory, workload, seed());
            Explorer explorer{directory.path(), seed()};
            thin(explorer, workload.one_in);
            explore(explorer, run, workload.how);
            MESSAGE(std::string{workload.name} << ": " << explorer.tried() << " states");
            require_no_complaints(explorer);
        }
    }
}

// Power cuts at every point of small workloads: no disk state that one may leave loses an acknowledged commit,
// shows half of one, or stops the store from going on.
#include "crash_fixture.hpp"

using namespace cambium::test;

TEST_CASE("a power cut leaves a whole state, not older than the last acknowledged commit") {
    for (const Workload& workload : workloads()) {
        SUBCASE(workload.name) {
            explore_workload(workload);
        }
    }
}

// Power cuts while the end of the file moves: as in crash_states.cpp.
#include "crash_fixture.hpp"

using namespace cambium::test;

TEST_CASE("a power cut while the end of the file moves leaves a whole state") {
    for (const Workload& workload : space_workloads()) {
        SUBCASE(workload.name) {
            explore_workload(workload);
        }
    }
}

TEST_CASE("the workloads that shrink a store cut its file, so that cuts are among the states tried") {
    for (const Workload& workload : space_workloads()) {
        if (std::string{workload.name} == "at the size limit") continue;
        CAPTURE(workload.name);
        const MemoryDirectory directory;
        const Run run = record_workload(directory, workload, seed());
        int cuts = 0;
        std::uint64_t length = run.image.size();
        for (const Event& event : run.record.events) {
            if (event.kind != Event::Kind::resize) continue;
            cuts += event.offset < length ? 1 : 0;
            length = event.offset;
        }
        CHECK(cuts >= 1);
    }
}

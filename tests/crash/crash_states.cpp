// Power cuts at every point of small workloads: no disk state that one may leave loses an acknowledged commit,
// shows half of one, or stops the store from going on.
#include <iostream>

#include "crash_fixture.hpp"

using namespace cambium::test;

namespace {

/// Says how many states were tried, as the last line of the program.
struct LastLine {
    ~LastLine() { std::cout << "crash states tried: " << states_tried() << std::endl; }
} last_line;

}  // namespace

TEST_CASE("a power cut leaves a whole state, not older than the last acknowledged commit") {
    for (const Workload& workload : workloads()) {
        SUBCASE(workload.name) {
            const MemoryDirectory directory;
            const Run run = record_workload(directory, workload, seed());
            Explorer explorer{directory.path(), seed()};
            explore(explorer, run);
            MESSAGE(std::string{workload.name} << ": " << explorer.tried() << " states");
            require_no_complaints(explorer);
        }
    }
}

TEST_CASE("the workloads that shrink a store cut its file, so that cuts are among the states tried") {
    int cuts = 0;
    for (const Workload& workload : workloads()) {
        if (std::string{workload.name}.rfind("shrink", 0) != 0) continue;
        const MemoryDirectory directory;
        const Run run = record_workload(directory, workload, seed());
        std::uint64_t length = run.image.size();
        for (const Event& event : run.record.events) {
            if (event.kind != Event::Kind::resize) continue;
            cuts += event.offset < length ? 1 : 0;
            length = event.offset;
        }
    }
    CHECK(cuts >= 3);
}

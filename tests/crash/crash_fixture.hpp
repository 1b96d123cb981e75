// Recording a workload on a fresh store.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "explorer.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "workloads.hpp"

namespace cambium::test {

inline std::uint64_t faults_tried = 0;

/// Says how much was tried, as the last line of the program.
inline struct LastLine {
    ~LastLine() {
        if (faults_tried > 0) std::cout << "faults tried: " << faults_tried << ", ";
        std::cout << "distinct crash states tried: " << states_tried() << " (" << states_repeated()
                  << " repeats left out)" << std::endl;
    }
} last_line;

/// A recorded run: the file before it, and what was asked of it.
struct Run {
    std::string image;
    Record record;
};

/// Runs a workload on a store that was just created, to its orderly close.
inline Run record_workload(const MemoryDirectory& directory, const Workload& workload, std::uint64_t seed) {
    Run run;
    Recorder recorder;
    std::filesystem::remove(directory.store());
    { const kv::Environment created = kv::Environment::open(directory.store()); }
    run.image = read_file(directory.store());
    {
        const Observation observation{recorder};
        recorder.acknowledge({});
        Session session{directory.store(), recorder, workload.durability};
        workload.run(session, seed);
        session.close();
    }
    run.record = recorder.record();
    return run;
}

/// Explores a run from the empty store; the explorer keeps the complaints.
inline void explore(Explorer& explorer, const Run& run, const Thoroughness& how = {}) {
    explorer.explore(run.image, {&run.record.states.front()}, run.record, how);
}

/// The states that a record's end allows.
inline std::vector<const Trees*> acceptable_at_end(const Record& record) {
    std::vector<const Trees*> acceptable;
    for (const Event& event : record.events) {
        const Trees* const state = &record.states[event.state];
        if (event.kind == Event::Kind::acknowledged) Explorer::acknowledge(acceptable, state);
        if (event.kind == Event::Kind::attempted) acceptable.push_back(state);
        if (event.kind == Event::Kind::withdrawn) acceptable.pop_back();
    }
    return acceptable;
}

/// Appends what happened later to the same store.
inline void append_record(Record& record, const Record& later) {
    const std::size_t states = record.states.size();
    record.states.insert(record.states.end(), later.states.begin(), later.states.end());
    for (Event event : later.events) {
        event.state += states;
        record.events.push_back(std::move(event));
    }
}

/// Every complaint is a failure.
inline void require_no_complaints(const Explorer& explorer) {
    for (const std::string& complaint : explorer.complaints()) FAIL_CHECK(complaint);
    REQUIRE(explorer.complaints().empty());
}

/// Tries fewer states of a run than the explorer would: one in so many of large files, and few in a build with
/// sanitizers, which is there to find other things. CAMBIUM_CRASH_EVERY_STATE=1 in the environment: all of them.
inline void thin(Explorer& explorer, std::uint64_t one_in) {
    const char* const every = std::getenv("CAMBIUM_CRASH_EVERY_STATE");
    if (every != nullptr && std::string_view{every} == "1") return;
#if defined(__SANITIZE_ADDRESS__)
    one_in *= 16;
#endif
    explorer.thin(one_in);
}

/// Records a workload, cuts it everywhere, and says how many states that were.
inline void explore_workload(const Workload& workload) {
    const MemoryDirectory directory;
    const Run run = record_workload(directory, workload, seed());
    Explorer explorer{directory.path(), seed()};
    thin(explorer, workload.one_in);
    explore(explorer, run, workload.how);
    MESSAGE(std::string{workload.name} << ": " << explorer.tried() << " states, at most "
                                       << explorer.most_in_flight() << " blocks in flight");
    require_no_complaints(explorer);
    // What is tried in every state is tried in every subset.
    if (workload.one_in == 1) CHECK(explorer.most_in_flight() <= workload.how.exhaustive_blocks);
}

}  // namespace cambium::test

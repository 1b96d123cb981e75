// The crash tests can fail, at the second opening of a store too: a process was killed in its flush, or its flush
// failed; the next one opens what the kernel still has, and then the power fails. Records in which that opening was
// broken on purpose are explored, and the explorer must complain about every one.
#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "crash_fixture.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

enum class End { killed, killed_without_lock_file, sync_failed };

void change_number(Change& change, std::uint64_t number) {
    change.put("records", key_of(number % 3), value_of(50, number));
}

/// A session up to the flush of its last commit, and what the opening after it asked of the file.
struct Reopened {
    Run run;
    Record opening;
};

/// Four commits. The flush of the last one fails, or the store is opened as it is in the middle of it.
Reopened record_reopening(const MemoryDirectory& directory, End end) {
    namespace fs = std::filesystem;
    Reopened result;
    const std::string store = directory.store();
    const std::string killed = store + "-killed";
    { const kv::Environment created = kv::Environment::open(store); }
    result.run.image = read_file(store);
    Recorder recorder;
    {
        const Observation observation{recorder};
        recorder.acknowledge({});
        Session session{store, recorder};
        for (std::uint64_t number = 0; number < 3; ++number)
            session.commit([&](Change& change) { change_number(change, number); });
        bool reached = false;
        recorder.during_sync([&] {
            if (std::exchange(reached, true)) return;
            if (end == End::sync_failed) return recorder.fail_call(1, EIO);
            result.run.record = recorder.record();
            result.run.record.events.pop_back();  // the sync that has just begun does not end
            fs::copy_file(store, killed);
            fs::copy_file(store + "-lock", killed + "-lock");
        });
        const auto last = [&] { session.commit([](Change& change) { change_number(change, 3); }); };
        if (end == End::sync_failed)
            CHECK_THROWS_AS(last(), Error);
        else
            last();
        recorder.during_sync(nullptr);
        REQUIRE(reached);
    }
    if (end == End::sync_failed) result.run.record = recorder.record();
    if (end == End::killed_without_lock_file) fs::remove(killed + "-lock");
    Recorder opening;
    const std::string& path = end == End::sync_failed ? store : killed;
    REQUIRE(try_store(path, acceptable_at_end(result.run.record), opening) == "");
    result.opening = opening.record();
    return result;
}

/// Leaves out events of an opening before it shows what it found, the first mark. How many those were.
template <class Which>
std::size_t leave_out(Record& opening, Which&& which) {
    const auto shown = std::find_if(opening.events.begin(), opening.events.end(),
                                    [](const Event& event) { return event.kind == Event::Kind::acknowledged; });
    const auto kept = std::remove_if(opening.events.begin(), shown, which);
    const auto count = static_cast<std::size_t>(shown - kept);
    opening.events.erase(kept, shown);
    return count;
}

bool is_sync(const Event& event) {
    return event.kind == Event::Kind::sync || event.kind == Event::Kind::sync_begun;
}
bool is_write(const Event& event) {
    return event.kind == Event::Kind::write;
}

std::vector<std::string> complaints_about(const MemoryDirectory& directory, const Reopened& reopened) {
    Run run = reopened.run;
    append_record(run.record, reopened.opening);
    Thoroughness how;
    how.random_states = 8;
    how.nested_one_in = 0;
    Explorer explorer{directory.path(), seed()};
    explore(explorer, run, how);
    return explorer.complaints();
}

struct Mutation {
    const char* name;
    End end;
    bool (*left_out)(const Event& event);
};

constexpr Mutation kMutations[] = {
    {"recovery without a sync", End::killed_without_lock_file, is_sync},
    {"killed, opened without a sync, then a power cut", End::killed, is_sync},
    {"a failed sync, opened again without writing anew", End::sync_failed, is_write},
    {"a failed sync, opened again without a sync", End::sync_failed, is_sync},
};

}  // namespace

TEST_CASE("every broken opening after a kill or a failed sync is noticed") {
    for (const Mutation& mutation : kMutations) {
        INFO(std::string{mutation.name});
        const MemoryDirectory directory;
        Reopened reopened = record_reopening(directory, mutation.end);
        for (const std::string& complaint : complaints_about(directory, reopened)) FAIL_CHECK(complaint);
        CHECK(leave_out(reopened.opening, mutation.left_out) > 0);
        CHECK_FALSE(complaints_about(directory, reopened).empty());
    }
}

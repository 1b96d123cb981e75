// The crash tests can fail, at the second opening of a store too: a process was killed, in a flush or behind
// commits that were written and not flushed, or its flush failed; the next one opens what the kernel still has, and
// then the power fails. Records in which that opening was broken on purpose are explored, and the explorer must
// complain about every one.
#include <algorithm>
#include <cerrno>

#include "killed_process.hpp"
#include "kv/page_format.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;

namespace {

enum class End { killed, killed_without_lock_file, killed_when_sync_failed, killed_with_deferred, sync_failed };

auto change_number(std::uint64_t number) {
    return [number](Change& change) { change.put("records", key_of(number % 3), value_of(50, number)); };
}

/// A session up to its end, and what the opening after it asked of the file.
struct Reopened {
    Run run;
    Record opening;
};

/// Four commits. The process is killed in the flush of the last one, or behind it; in its place.
Record session_killed(const MemoryDirectory& directory, End end) {
    KilledProcess process{directory, [&](KilledRecorder& recorder, const Child::Pipe&) {
                              recorder.acknowledge({});
                              Commits commits{directory.store(), recorder};
                              for (std::uint64_t i = 0; i < 3; ++i)
                                  commits.commit(Durability::durable, change_number(i));
                              if (end == End::killed_with_deferred) {
                                  commits.commit(Durability::deferred, change_number(3));
                                  recorder.kill_now();
                              }
                              const bool failed = end == End::killed_when_sync_failed;
                              recorder.kill_at_sync(1, failed ? LastSync::fails : LastSync::nothing);
                              commits.commit(Durability::durable, change_number(3));
                          }};
    return process.record().value();
}

/// The flush of the last commit fails, and the process goes on to its end.
Record session_failed(const MemoryDirectory& directory) {
    Recorder recorder;
    {
        const Observation observation{recorder};
        recorder.acknowledge({});
        Session session{directory.store(), recorder};
        for (std::uint64_t i = 0; i < 3; ++i) session.commit(change_number(i));
        recorder.fail_sync(EIO);
        CHECK_THROWS_AS(session.commit(change_number(3)), Error);
    }
    return recorder.record();
}

Reopened record_reopening(const MemoryDirectory& directory, End end) {
    Reopened result;
    { const kv::Environment created = kv::Environment::open(directory.store()); }
    result.run.image = read_file(directory.store());
    result.run.record = end == End::sync_failed ? session_failed(directory) : session_killed(directory, end);
    if (end == End::killed_without_lock_file) std::filesystem::remove(directory.store() + "-lock");
    Recorder opening;
    REQUIRE(try_store(directory.store(), acceptable_at_end(result.run.record), opening) == "");
    result.opening = opening.record();
    return result;
}

bool is_sync(const Event& event) {
    return event.kind == Event::Kind::sync || event.kind == Event::Kind::sync_begun;
}
bool is_page_write(const Event& event) {
    return event.kind == Event::Kind::write && event.offset >= kv::kMetaAreaSize;
}

using Events = std::vector<Event>;

void leave_out_syncs(Events& opening) {
    std::erase_if(opening, is_sync);
}
void leave_out_writes(Events& opening) {
    std::erase_if(opening, [](const Event& event) { return event.kind == Event::Kind::write; });
}
void leave_out_pages(Events& opening) {
    std::erase_if(opening, is_page_write);
}
// The first one makes durable what recovery chose; what the processes before it had written comes later.
void leave_out_later_syncs(Events& opening) {
    const auto first = std::find_if(opening.begin(), opening.end(),
                                    [](const Event& event) { return event.kind == Event::Kind::sync; });
    opening.erase(std::remove_if(first + 1, opening.end(), is_sync), opening.end());
}
// The pages and the meta that names them are flushed together.
void leave_out_sync_before_meta(Events& opening) {
    const auto pages = std::find_if(opening.rbegin(), opening.rend(), is_page_write).base();
    const auto meta =
        std::find_if(pages, opening.end(), [](const Event& event) { return event.kind == Event::Kind::write; });
    opening.erase(std::remove_if(pages, meta, is_sync), meta);
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
    void (*leave_out)(Events& opening);
};

constexpr Mutation kMutations[] = {
    {"recovery without a sync", End::killed_without_lock_file, leave_out_syncs},
    {"killed, opened without a sync, then a power cut", End::killed, leave_out_syncs},
    {"killed, what was adopted is not flushed", End::killed, leave_out_later_syncs},
    {"killed behind deferred commits, opened without a sync", End::killed_with_deferred, leave_out_syncs},
    {"killed behind deferred commits, which are not flushed", End::killed_with_deferred, leave_out_later_syncs},
    {"killed in a sync that failed, pages not written again", End::killed_when_sync_failed, leave_out_pages},
    {"killed in a sync that failed, pages and meta in one flush", End::killed_when_sync_failed,
     leave_out_sync_before_meta},
    {"a failed sync, opened again without writing anew", End::sync_failed, leave_out_writes},
    {"a failed sync, opened again without a sync", End::sync_failed, leave_out_syncs},
};

/// Breaks an opening before it shows what it found, the first mark. Whether something was left out.
bool break_opening(Record& opening, const Mutation& mutation) {
    const auto shown = std::find_if(opening.events.begin(), opening.events.end(),
                                    [](const Event& event) { return event.kind == Event::Kind::acknowledged; });
    Events before{opening.events.begin(), shown};
    const std::size_t count = before.size();
    mutation.leave_out(before);
    const bool broken = before.size() < count;
    before.insert(before.end(), shown, opening.events.end());
    opening.events = std::move(before);
    return broken;
}

}  // namespace

TEST_CASE("every broken opening after a kill or a failed sync is noticed") {
    for (const Mutation& mutation : kMutations) {
        INFO(std::string{mutation.name});
        const MemoryDirectory directory;
        Reopened reopened = record_reopening(directory, mutation.end);
        for (const std::string& complaint : complaints_about(directory, reopened)) FAIL_CHECK(complaint);
        CHECK(break_opening(reopened.opening, mutation));
        CHECK_FALSE(complaints_about(directory, reopened).empty());
    }
}

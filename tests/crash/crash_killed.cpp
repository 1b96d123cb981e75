// A process is killed, the next one opens the store on the same boot, and then the power fails: what was written
// and not flushed, which that opening has adopted, is there from the moment it returns; no state is mixed.
#include <algorithm>

#include "group_session.hpp"
#include "killed_process.hpp"
#include "kv/page_format.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;

namespace {

auto change_number(std::uint64_t number) {
    return [number](Change& change) {
        change.put("records", key_of(number % 3), value_of(50, seed() + number));
        change.put("values", key_of(number % 2), value_of(3000 + number, seed() + number));
    };
}

/// Durable and deferred commits, flushed in both ways, beside a transaction that is prepared and taken back, to an
/// orderly close. Killed at the n-th call after the first commits; with 0 behind the last commit, when no flush is
/// under way.
std::optional<Record> session_killed(const MemoryDirectory& directory, std::uint64_t n, LastSync last_sync) {
    KilledProcess process{directory, [&](KilledRecorder& recorder, const Child::Pipe&) {
                              recorder.acknowledge({});
                              Commits commits{directory.store(), recorder};
                              std::uint64_t number = 0;
                              const auto commit = [&](Durability durability) {
                                  commits.commit(durability, change_number(number++));
                              };
                              for (int i = 0; i < 3; ++i) commit(Durability::durable);
                              if (n > 0) recorder.kill_at(n, last_sync);
                              for (int i = 0; i < 3; ++i) commit(Durability::deferred);
                              commits.sync();
                              commit(Durability::deferred);
                              commit(Durability::two_phase);
                              commit(Durability::deferred);
                              commits.prepare_and_abort(change_number(number));
                              for (int i = 0; i < 3; ++i) commit(Durability::deferred);
                              if (n == 0) recorder.kill_now();
                              commits.environment().close();
                          }};
    return process.record();
}

/// A process that does nothing but open the store, killed at its n-th call; with 0 behind the last one. Nothing
/// when it makes fewer calls.
std::optional<Record> opening_killed(const MemoryDirectory& directory, std::uint64_t n, LastSync last_sync) {
    KilledProcess process{directory, [&](KilledRecorder& recorder, const Child::Pipe&) {
                              if (n > 0) recorder.kill_at(n, last_sync);
                              const kv::Environment environment = kv::Environment::open(directory.store());
                              if (n == 0) recorder.kill_now();
                              ::_exit(0);
                          }};
    return process.record();
}

/// A fresh store, and what it is. The processes to come all have the seed of this one.
std::string create(const MemoryDirectory& directory) {
    (void)seed();
    std::filesystem::remove(directory.store());
    std::filesystem::remove(directory.store() + "-lock");
    { const kv::Environment created = kv::Environment::open(directory.store()); }
    return read_file(directory.store());
}

bool ends_in_failed_sync(const Record& record) {
    return record.events.back().kind == Event::Kind::failed_sync;
}

void explore_killed(const MemoryDirectory& directory, const Run& run) {
    Explorer explorer{directory.path(), seed()};
    thin(explorer, 2);
    explore(explorer, run, {8, 48, true, 12, 60});
    require_no_complaints(explorer);
}

/// The call at which the flush of the first deferred commits waits for the medium.
std::uint64_t first_sync_of_session() {
    for (std::uint64_t n = 1;; ++n) {
        const MemoryDirectory directory;
        (void)create(directory);
        if (ends_in_failed_sync(session_killed(directory, n, LastSync::fails).value())) return n;
    }
}

/// The next process finds the newest commit, or the one before it when the newest may not have been written; all
/// that was asked of the file is then cut.
void open_and_explore(const MemoryDirectory& directory, Run run) {
    std::vector<const Trees*> written;
    for (const Event& event : run.record.events)
        if (event.kind == Event::Kind::attempted) written.push_back(&run.record.states[event.state]);
    written.erase(written.begin(), written.end() - 2);
    Recorder opening;
    REQUIRE(try_store(directory.store(), written, opening) == "");
    append_record(run.record, opening.record());
    explore_killed(directory, run);
}

}  // namespace

TEST_CASE("a power cut after a kill, at any call, and an opening leaves what the opening adopted") {
    for (std::uint64_t n = 0;; ++n) {
        bool sync = false;
        for (const LastSync last_sync : {LastSync::fails, LastSync::nothing}) {
            if (last_sync == LastSync::nothing && !sync) continue;
            INFO("killed at call " << n << ", whose sync fails: " << (last_sync == LastSync::fails));
            const MemoryDirectory directory;
            const std::string image = create(directory);
            const std::optional<Record> record = session_killed(directory, n, last_sync);
            if (!record) {
                CHECK(n > 20);
                return;
            }
            sync = ends_in_failed_sync(*record);
            open_and_explore(directory, {image, *record});
        }
    }
}

TEST_CASE("the same when the opening is killed at any call and another one follows") {
    for (const std::uint64_t session_end : {std::uint64_t{0}, first_sync_of_session()})
        for (std::uint64_t n = 0;; ++n) {
            INFO("session killed at call " << session_end << ", opening at " << n);
            const MemoryDirectory directory;
            Run run{create(directory), {}};
            run.record = session_killed(directory, session_end, LastSync::fails).value();
            const std::optional<Record> opening = opening_killed(directory, n, LastSync::fails);
            if (!opening) {
                CHECK(n > 3);
                break;
            }
            append_record(run.record, *opening);
            open_and_explore(directory, run);
        }
}

// It can make nothing durable; the first writer beside it does.
TEST_CASE("the same when the first to open the store only reads") {
    for (const std::uint64_t session_end : {std::uint64_t{0}, first_sync_of_session()}) {
        INFO("session killed at call " << session_end);
        const MemoryDirectory directory;
        Run run{create(directory), {}};
        run.record = session_killed(directory, session_end, LastSync::fails).value();
        Child reader{[&](const Child::Pipe& pipe) {
            kv::Options options;
            options.read_only = true;
            const kv::Environment environment = kv::Environment::open(directory.store(), options);
            pipe.send(0);
            (void)pipe.receive();
        }};
        REQUIRE(reader.receive() == 0);
        Recorder opening;
        {
            const Observation observation{opening};
            kv::Environment environment = kv::Environment::open(directory.store());
            kv::WriteTransaction txn = environment.begin_write();
            Trees content = content_of(txn);
            CHECK(content == run.record.states.back());
            Change change{txn, content};
            change.put("values", key_of(7), value_of(5000, seed()));
            (void)opening.attempt(content);
            txn.commit();
            opening.acknowledge(content);
            require_sound(environment);
        }
        reader.send(0);
        reader.require_success();
        append_record(run.record, opening.record());
        explore_killed(directory, run);
    }
}

// The flush owner dies, perhaps with its meta written, and those who are attached go on. While the next flush is
// under way others write into pages that only the dead one's state had.
namespace {

struct OwnerKilled {
    Run run;
    std::size_t killed_at = 0;  ///< events before the other process went on
};

OwnerKilled record_owner_killed(const MemoryDirectory& directory, std::uint64_t syncs) {
    OwnerKilled result;
    result.run.image = create(directory);
    KilledProcess owner{directory, [&](KilledRecorder& recorder, const Child::Pipe& pipe) {
                            (void)pipe.receive();
                            kv::Environment environment = kv::Environment::open(directory.store());
                            recorder.kill_at_sync(syncs, LastSync::nothing);
                            Trees ignored;
                            kv::WriteTransaction txn = environment.begin_write();
                            Change change{txn, ignored};
                            change_number(3)(change);
                            txn.commit(Durability::two_phase);
                        }};
    Recorder recorder;
    Record killed;
    {
        const Observation observation{recorder};
        recorder.acknowledge({});
        GroupSession session{directory.store(), recorder};
        for (std::uint64_t i = 0; i < 3; ++i) session.commit(change_number(i));
        session.expect(change_number(3));
        result.killed_at = recorder.record().events.size();
        owner.child().send(0);
        killed = owner.record().value();
        std::uint64_t number = 4;
        session.in_flush([&] {
            for (int i = 0; i < 4; ++i) (void)session.commit_async(change_number(number++));
        });
        (void)session.commit_async(change_number(number++));
        session.environment().sync();
        session.in_flush(nullptr);
        session.sync();
        require_sound(session.environment());
        session.close();
    }
    result.run.record = recorder.record();
    std::vector<Event>& events = result.run.record.events;
    events.insert(events.begin() + static_cast<std::ptrdiff_t>(result.killed_at), killed.events.begin(),
                  killed.events.end());
    result.killed_at += killed.events.size();
    return result;
}

}  // namespace

TEST_CASE("a power cut after a flush owner was killed beside others leaves a whole state") {
    for (const std::uint64_t syncs : {1, 2}) {
        INFO("killed at sync " << syncs);
        const MemoryDirectory directory;
        explore_killed(directory, record_owner_killed(directory, syncs).run);
    }
}

TEST_CASE("a slot of a killed flush owner that is not emptied is noticed") {
    const MemoryDirectory directory;
    OwnerKilled killed = record_owner_killed(directory, 2);
    std::vector<Event>& events = killed.run.record.events;
    const auto emptied = std::find_if(
        events.begin() + static_cast<std::ptrdiff_t>(killed.killed_at), events.end(),
        [](const Event& event) { return event.kind == Event::Kind::write && event.offset < kv::kMetaAreaSize; });
    REQUIRE(emptied != events.end());
    REQUIRE(emptied->bytes == std::string(emptied->bytes.size(), '\0'));
    events.erase(emptied);
    Explorer explorer{directory.path(), seed()};
    explorer.stop_at_first();
    explore(explorer, killed.run, {8, 48, true, 12, 0});
    CHECK_FALSE(explorer.complaints().empty());
}

// Rare meetings in the commit protocol, each one staged: a flush that fails beside a writer, an error that the
// kernel tells only once, a lock file that tells of another file.
#include <cerrno>
#include <optional>

#include "child.hpp"
#include "crash_fixture.hpp"
#include "errors.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

void put_some(kv::WriteTransaction& txn, std::uint64_t from) {
    const kv::Tree tree = txn.create_tree("records");
    for (std::uint64_t i = 0; i < 20; ++i) txn.put(tree, key_of(i), value_of(300, from + i));
}

void commit_some(Environment& environment, std::uint64_t from, Durability durability) {
    kv::WriteTransaction txn = environment.begin_write();
    put_some(txn, from);
    txn.commit(durability);
}

/// What a process leaves that is killed after a durable commit and some deferred ones.
void leave_deferred_commits(const std::string& path) {
    Child child{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        commit_some(environment, 1, Durability::durable);
        for (std::uint64_t i = 2; i < 6; ++i) commit_some(environment, i, Durability::deferred);
        pipe.send(0);
        (void)pipe.receive();
    }};
    REQUIRE(child.receive() == 0);
    child.kill();
    (void)child.wait();
}

Trees some_content(std::uint64_t from) {
    Trees trees;
    for (std::uint64_t i = 0; i < 20; ++i) trees["records"][key_of(i)] = value_of(300, from + i);
    return trees;
}

}  // namespace

// A meta written in two flushes has nothing to verify. If its flush fails the meta may be there all the same, so
// that its pages must stay, whoever still writes.
TEST_CASE("a writer that had begun when a flush failed leaves alone what the flush wrote") {
    const MemoryDirectory directory;
    { const Environment created = Environment::open(directory.store()); }
    Run run{read_file(directory.store()), {}};
    Recorder recorder;
    {
        const Observation observation{recorder};
        recorder.acknowledge({});
        Environment environment = Environment::open(directory.store());
        for (std::uint64_t i = 1; i < 4; ++i) {
            (void)recorder.attempt(some_content(i));
            commit_some(environment, i, Durability::durable);
            recorder.acknowledge(some_content(i));
        }
        std::optional<kv::WriteTransaction> begun;
        int syncs = 0;
        recorder.during_sync([&] {
            if (++syncs != 2) return;
            kv::WriteTransaction next = environment.begin_write();
            put_some(next, 5);
            (void)recorder.attempt(some_content(5));
            (void)next.commit_async();
            begun.emplace(environment.begin_write());
            put_some(*begun, 6);
            recorder.fail_call(1, EIO);
        });
        (void)recorder.attempt(some_content(4));
        REQUIRE(code_of([&] { commit_some(environment, 4, Durability::two_phase); }) == "outcome_unknown");
        CHECK(code_of([&] { (void)begun->commit_async(); }) == "poisoned");
        CHECK(content_of(environment) == some_content(3));
    }
    run.record = recorder.record();
    Explorer explorer{directory.path(), seed()};
    thin(explorer, 1);
    explore(explorer, run);
    require_no_complaints(explorer);
}

TEST_CASE("a flush does not succeed when a prepared commit's sync beside it was told of the error") {
    for (const Durability durability : {Durability::durable, Durability::two_phase}) {
        const MemoryDirectory directory;
        Recorder recorder;
        {
            const Observation observation{recorder};
            Environment environment = Environment::open(directory.store());
            commit_some(environment, 1, Durability::durable);
            std::string prepared;
            recorder.during_sync([&] {
                if (!prepared.empty()) return;
                prepared = code_of([&] {
                    kv::WriteTransaction large = environment.begin_write();
                    large.put(large.create_tree("large"), "value", std::string(5 << 20, 'x'));
                    recorder.fail_sync(EIO);
                    (void)large.prepare();
                });
            });
            CHECK(code_of([&] { commit_some(environment, 2, durability); }) == "outcome_unknown");
            CHECK(prepared == "io");
            CHECK(recorder.failed_call().kind == Event::Kind::failed_sync);
            CHECK(content_of(environment) == some_content(1));
        }
        Environment environment = Environment::open(directory.store());
        CHECK(content_of(environment) == some_content(1));
        require_sound(environment);
    }
}

TEST_CASE("a commit is refused when a flush has failed since its transaction began") {
    for (const Durability durability : {Durability::durable, Durability::deferred}) {
        const MemoryDirectory directory;
        Recorder recorder;
        {
            const Observation observation{recorder};
            Environment environment = Environment::open(directory.store());
            commit_some(environment, 1, Durability::durable);
            std::optional<kv::WriteTransaction> begun;
            recorder.during_sync([&] {
                begun.emplace(environment.begin_write());
                put_some(*begun, 3);
                recorder.fail_call(1, EIO);
            });
            CHECK(code_of([&] { commit_some(environment, 2, Durability::durable); }) == "outcome_unknown");
            CHECK(code_of([&] { begun->commit(durability); }) == "poisoned");
            CHECK(content_of(environment) == some_content(1));
        }
        Environment environment = Environment::open(directory.store());
        CHECK(content_of(environment) == some_content(1));
        require_sound(environment);
    }
}

TEST_CASE("a file that was copied over the store is taken as it is, whatever the lock file says") {
    for (std::uint64_t round = 0; round < 20; ++round) {
        const MemoryDirectory directory;
        const auto commit_from = [&](std::uint64_t from, std::uint64_t commits) {
            Environment environment = Environment::open(directory.store());
            for (std::uint64_t i = from; i < from + commits; ++i) commit_some(environment, i, Durability::durable);
        };
        commit_from(0, 3 + round);
        const std::string backup = read_file(directory.store());
        commit_from(100, 1 + round % 7);
        write_file(directory.store(), backup);
        Environment environment = Environment::open(directory.store());
        CHECK_FALSE(environment.recovery().adopted);
        CHECK(content_of(environment) == some_content(2 + round));
        commit_some(environment, 200, Durability::durable);
        require_sound(environment);
    }
}

TEST_CASE("what a recovery could not flush is not believed by the next one") {
    const MemoryDirectory directory;
    leave_deferred_commits(directory.store());
    {
        Recorder recorder;
        const Observation observation{recorder};
        recorder.fail_call(1, EIO);
        CHECK(code_of([&] { (void)Environment::open(directory.store()); }) == "io");
        CHECK(recorder.failed_call().kind == Event::Kind::failed_sync);
    }
    Environment environment = Environment::open(directory.store());
    CHECK_FALSE(environment.recovery().adopted);
    CHECK(content_of(environment) == some_content(1));
    commit_some(environment, 9, Durability::durable);
    require_sound(environment);
}

TEST_CASE("sync() completes the recovery that a read-only process left to others") {
    const MemoryDirectory directory;
    leave_deferred_commits(directory.store());
    Child reader{[&](const Child::Pipe& pipe) {
        kv::Options options;
        options.read_only = true;
        Environment environment = Environment::open(directory.store(), options);
        if (content_of(environment) != some_content(5)) throw std::runtime_error("deferred commits are missing");
        pipe.send(0);
        (void)pipe.receive();
    }};
    REQUIRE(reader.receive() == 0);
    {
        Environment environment = Environment::open(directory.store());
        const std::uint64_t before = environment.statistics().flushes;
        environment.sync();
        CHECK(environment.statistics().flushes == before + 1);
        const std::string disk = read_file(directory.store());
        write_file(directory.file("copy"), disk);
        Environment copy = Environment::open(directory.file("copy"));
        CHECK(content_of(copy) == some_content(5));
        require_sound(copy);
        require_sound(environment);
    }
    reader.send(0);
    reader.require_success();
}

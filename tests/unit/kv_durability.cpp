// When a commit is durable and visible: group commit, deferred and asynchronous commits, counted in flushes.
#include <cerrno>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "child.hpp"
#include "errors.hpp"
#include "file_bytes.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

void put_one(kv::WriteTransaction& txn, const std::string& key, std::size_t size = 20) {
    txn.put(txn.create_tree("records"), key, std::string(size, 'v'));
}

void commit_one(Environment& environment, const std::string& key, Durability durability, std::size_t size = 20) {
    kv::WriteTransaction txn = environment.begin_write();
    put_one(txn, key, size);
    txn.commit(durability);
}

bool is_visible(Environment& environment, const std::string& key) {
    const kv::ReadTransaction txn = environment.begin_read();
    const std::optional<kv::Tree> tree = txn.find_tree("records");
    return tree.has_value() && txn.contains(*tree, key);
}

/// Does something inside the next flush, where the file is about to be synced, or makes that fail.
class InFlush : public os::FileObserver {
public:
    ~InFlush() override { os::set_file_observer(nullptr); }
    int before(const os::FileCall& call) override {
        if (call.kind != os::FileCall::Kind::sync || !action) return 0;
        return std::exchange(action, nullptr)();
    }
    void after(const os::FileCall&) override {}

    std::function<int()> action;
};

/// A device that takes its time, so that commits meet.
struct SlowDevice : os::FileObserver {
    int before(const os::FileCall& call) override {
        if (call.kind == os::FileCall::Kind::sync) std::this_thread::sleep_for(std::chrono::milliseconds{2});
        return 0;
    }
    void after(const os::FileCall&) override {}
};

}  // namespace

TEST_CASE("writers that come while a flush is under way share the next one") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    InFlush observer;
    os::set_file_observer(&observer);
    constexpr std::uint32_t kThreads = 8;
    std::vector<std::thread> threads;
    const std::uint64_t before = environment.statistics().flushes;
    const std::uint64_t commits_before = environment.statistics().commits;
    // The flush of one commit lasts until all others are written.
    observer.action = [&] {
        for (std::uint32_t i = 0; i < kThreads; ++i)
            threads.emplace_back(
                [&environment, i] { commit_one(environment, "thread " + std::to_string(i), Durability::durable); });
        while (environment.statistics().commits != commits_before + 1 + kThreads) std::this_thread::yield();
        return 0;
    };
    commit_one(environment, "second", Durability::durable);
    for (std::thread& thread : threads) thread.join();
    CHECK(environment.statistics().flushes == before + 2);
    for (std::uint32_t i = 0; i < kThreads; ++i) CHECK(is_visible(environment, "thread " + std::to_string(i)));
    require_sound(environment);
}

TEST_CASE("single puts at the end of the file take one flush each while it grows") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    // Two states on disk, and a snapshot that keeps every page: all others lie behind what is there.
    const kv::ReadTransaction held = environment.begin_read();
    const kv::EnvironmentStatistics before = environment.statistics();
    std::uint64_t commits = 0;
    while (environment.statistics().file_size_bytes < before.file_size_bytes + (std::uint64_t{4} << 20)) {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("records"), std::to_string(commits), std::string(1500, 'v'));
        txn.commit();
        ++commits;
        REQUIRE(commits < 10'000);
    }
    CHECK(environment.statistics().flushes - before.flushes == commits);
    require_sound(environment);
}

TEST_CASE("eight threads of single puts need fewer than half as many flushes as commits") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    SlowDevice slow;
    os::set_file_observer(&slow);
    const kv::EnvironmentStatistics before = environment.statistics();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&environment, t] {
            for (int i = 0; i < 50; ++i)
                commit_one(environment, std::to_string(t) + "/" + std::to_string(i), Durability::durable);
        });
    for (std::thread& thread : threads) thread.join();
    os::set_file_observer(nullptr);
    const kv::EnvironmentStatistics after = environment.statistics();
    const std::uint64_t commits = after.commits - before.commits;
    const std::uint64_t flushes = after.flushes - before.flushes;
    MESSAGE(commits << " commits, " << flushes << " flushes");
    CHECK(commits == 400);
    CHECK(flushes * 2 < commits);
    require_sound(environment);
}

TEST_CASE("four processes of single puts need fewer than half as many flushes as commits") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    std::vector<std::unique_ptr<Child>> children;
    for (int p = 0; p < 4; ++p)
        children.push_back(std::make_unique<Child>([&directory, p](const Child::Pipe& pipe) {
            SlowDevice slow;
            Environment environment = Environment::open(directory.store());
            os::set_file_observer(&slow);
            pipe.send(0);
            (void)pipe.receive();
            for (int i = 0; i < 100; ++i)
                commit_one(environment, std::to_string(p) + "/" + std::to_string(i), Durability::durable);
            pipe.send(environment.statistics().flushes);
            (void)pipe.receive();
        }));
    for (const auto& child : children) REQUIRE(child->receive() == 0);
    for (const auto& child : children) child->send(0);
    std::uint64_t flushes = 0;
    for (const auto& child : children) flushes += child->receive();
    for (const auto& child : children) child->send(0);
    for (const auto& child : children) child->require_success();
    MESSAGE("400 commits, " << flushes << " flushes");
    CHECK(flushes * 2 < 400);
    Environment environment = Environment::open(directory.store());
    CHECK(content_of(environment).at("records").size() == 400);
    require_sound(environment);
}

TEST_CASE("a commit becomes visible at its flush, and the next writer builds on it before") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    kv::WriteTransaction txn = environment.begin_write();
    put_one(txn, "second");
    const kv::CommitTicket ticket = txn.commit_async();
    CHECK(!ticket.durable());
    CHECK(!is_visible(environment, "second"));
    kv::WriteTransaction next = environment.begin_write();
    CHECK(next.contains(next.tree("records"), "second"));
    put_one(next, "third");
    const kv::CommitTicket later = next.commit_async();
    const std::uint64_t before = environment.statistics().flushes;
    later.wait();
    ticket.wait();
    CHECK(environment.statistics().flushes == before + 1);
    CHECK(ticket.durable());
    CHECK(is_visible(environment, "second"));
    CHECK(is_visible(environment, "third"));
    require_sound(environment);
}

TEST_CASE("a deferred commit is visible at once, with all before it, and flushed by sync()") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);  // the file has grown
    kv::WriteTransaction txn = environment.begin_write();
    put_one(txn, "asynchronous");
    const kv::CommitTicket ticket = txn.commit_async();
    const std::uint64_t before = environment.statistics().flushes;
    commit_one(environment, "deferred", Durability::deferred);
    CHECK(is_visible(environment, "deferred"));
    CHECK(is_visible(environment, "asynchronous"));
    CHECK(!ticket.durable());
    CHECK(environment.statistics().flushes == before);
    environment.sync();
    CHECK(ticket.durable());
    CHECK(environment.statistics().flushes == before + 1);
    environment.sync();
    CHECK(environment.statistics().flushes == before + 1);
    require_sound(environment);
}

TEST_CASE("deferred commits flush by bytes") {
    const MemoryDirectory directory;
    kv::Options options;
    options.durability = Durability::deferred;
    options.deferred_bytes = 1 << 20;
    Environment environment = Environment::open(directory.store(), options);
    commit_one(environment, "large", Durability::durable, 3 << 20);  // growth is over
    const std::uint64_t before = environment.statistics().flushes;
    const std::uint64_t pages_before = environment.statistics().pages_written;
    for (int i = 0; i < 100; ++i) commit_one(environment, "large", Durability::deferred, 50000);
    const std::uint64_t bytes = (environment.statistics().pages_written - pages_before) * 4096;
    const std::uint64_t flushes = environment.statistics().flushes - before;
    CHECK(flushes >= bytes / (2 << 20));
    CHECK(flushes <= bytes / (1 << 20) + 1);
    require_sound(environment);
}

TEST_CASE("deferred commits flush by time") {
    const MemoryDirectory directory;
    kv::Options options;
    options.deferred_interval = std::chrono::milliseconds{20};
    options.deferred_bytes = 0;
    Environment environment = Environment::open(directory.store(), options);
    commit_one(environment, "first", Durability::durable);
    const std::uint64_t before = environment.statistics().flushes;
    for (int i = 0; environment.statistics().flushes < before + 2; ++i) {
        REQUIRE(i < 100000);
        commit_one(environment, "key", Durability::deferred);
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    require_sound(environment);
}

TEST_CASE("closing flushes what was deferred") {
    const MemoryDirectory directory;
    {
        Environment environment = Environment::open(directory.store());
        commit_one(environment, "deferred", Durability::deferred);
    }
    std::remove((directory.store() + "-lock").c_str());
    Environment environment = Environment::open(directory.store());
    CHECK(is_visible(environment, "deferred"));
    CHECK(!environment.recovery().unclean);
    require_sound(environment);
}

TEST_CASE(
    "deferred commits outlive a killed process, also through a read-only open; without its lock file they do not") {
    for (const bool keep_lock_file : {true, false}) {
        const MemoryDirectory directory;
        Child child{[&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(directory.store());
            commit_one(environment, "durable", Durability::durable);
            for (int i = 0; i < 50; ++i)
                commit_one(environment, "deferred " + std::to_string(i), Durability::deferred,
                           i == 7 ? 200000 : 50);
            pipe.send(0);
            (void)pipe.receive();
        }};
        REQUIRE(child.receive() == 0);
        child.kill();
        (void)child.wait();
        if (!keep_lock_file) std::remove((directory.store() + "-lock").c_str());
        {
            kv::Options read_only;
            read_only.read_only = true;
            Environment environment = Environment::open(directory.store(), read_only);
            CHECK(is_visible(environment, "durable"));
            CHECK(is_visible(environment, "deferred 49") == keep_lock_file);
            CHECK(environment.recovery().adopted == keep_lock_file);
        }
        Environment environment = Environment::open(directory.store());
        CHECK(is_visible(environment, "durable"));
        CHECK(is_visible(environment, "deferred 49") == keep_lock_file);
        commit_one(environment, "next", Durability::durable);
        require_sound(environment);
    }
}

TEST_CASE("what a killed process left is refused when one page of it is not whole") {
    const MemoryDirectory directory;
    std::uint64_t durable_pages = 0;
    {
        Child child{[&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(directory.store());
            commit_one(environment, "durable", Durability::durable);
            pipe.send(environment.statistics().page_count);
            for (int i = 0; i < 5; ++i)
                commit_one(environment, "deferred " + std::to_string(i), Durability::deferred);
            pipe.send(kv::EnvironmentAccess::state(environment).lock->written().sequence());
            (void)pipe.receive();
        }};
        durable_pages = child.receive();
        (void)child.receive();
        child.kill();
        (void)child.wait();
    }
    std::string bytes = read_file(directory.store());
    for (std::size_t at = durable_pages * 4096 + 100; at < bytes.size(); at += 4096) bytes[at] ^= 1;
    write_file(directory.store(), bytes);
    Environment environment = Environment::open(directory.store());
    CHECK(!environment.recovery().adopted);
    CHECK(is_visible(environment, "durable"));
    CHECK(!is_visible(environment, "deferred 0"));
    commit_one(environment, "next", Durability::durable);
    require_sound(environment);
}

TEST_CASE("a commit may ask for two flushes, and the group that holds it gets them") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    std::uint64_t before = environment.statistics().flushes;
    commit_one(environment, "second", Durability::two_phase);
    CHECK(environment.statistics().flushes == before + 2);
    before = environment.statistics().flushes;
    commit_one(environment, "third", Durability::durable);
    CHECK(environment.statistics().flushes == before + 1);
    require_sound(environment);
}

TEST_CASE("a failed flush answers everyone it covered and poisons the store") {
    const MemoryDirectory directory;
    {
        Environment environment = Environment::open(directory.store());
        commit_one(environment, "first", Durability::durable);
        kv::WriteTransaction txn = environment.begin_write();
        put_one(txn, "covered");
        const kv::CommitTicket covered = txn.commit_async();
        InFlush observer;
        os::set_file_observer(&observer);
        kv::CommitTicket late = covered;
        observer.action = [&] {
            kv::WriteTransaction next = environment.begin_write();
            put_one(next, "late");
            late = next.commit_async();
            return EIO;
        };
        CHECK(code_of([&] { commit_one(environment, "owner", Durability::durable); }) == "outcome_unknown");
        CHECK(code_of([&] { covered.wait(); }) == "outcome_unknown");
        CHECK(code_of([&] { late.wait(); }) == "outcome_unknown");
        CHECK(code_of([&] { environment.sync(); }) == "outcome_unknown");
        CHECK(code_of([&] { (void)environment.begin_write(); }) == "poisoned");
        CHECK(is_visible(environment, "first"));
        CHECK(!is_visible(environment, "owner"));
        require_sound(environment);
    }
    Environment environment = Environment::open(directory.store());
    CHECK(is_visible(environment, "first"));
    commit_one(environment, "next", Durability::durable);
    require_sound(environment);
}

TEST_CASE("a state in flight is not written over by commits that come during its flush") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    for (int i = 0; i < 200; ++i) commit_one(environment, std::to_string(i), Durability::deferred, 300);
    environment.sync();
    InFlush observer;
    os::set_file_observer(&observer);
    std::string during;
    observer.action = [&] {
        // What a power cut would find now, were all that was written on the medium.
        during = read_file(directory.store());
        for (int i = 0; i < 50; ++i) commit_one(environment, std::to_string(i), Durability::deferred, 400);
        during = read_file(directory.store());
        return 0;
    };
    commit_one(environment, "flushed", Durability::durable);
    os::set_file_observer(nullptr);
    require_sound(environment);
    const std::string copy = directory.store() + ".copy";
    write_file(copy, during);
    Environment found = Environment::open(copy);
    CHECK(is_visible(found, "flushed"));
    CHECK(!found.recovery().fell_back);
    require_sound(found);
}

TEST_CASE("a prepared transaction is seen by nobody until it is committed, and leaves nothing when it is not") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "first", Durability::durable);
    {
        kv::WriteTransaction txn = environment.begin_write();
        put_one(txn, "aborted", 100000);
        kv::PreparedTransaction prepared = txn.prepare();
        CHECK(!txn.active());
        CHECK(!is_visible(environment, "aborted"));
    }
    const std::uint64_t transaction = environment.statistics().newest_transaction;
    kv::WriteTransaction txn = environment.begin_write();
    put_one(txn, "committed", 100000);
    kv::Cursor cursor = txn.cursor(txn.tree("records"));
    const std::uint64_t before = environment.statistics().flushes;
    kv::PreparedTransaction prepared = txn.prepare();
    CHECK(prepared.id() == transaction + 1);
    CHECK(environment.statistics().flushes == before + 1);
    CHECK_THROWS_AS((void)cursor.first(), Error);
    CHECK_THROWS_AS((void)environment.begin_write(), Error);
    std::thread other{[&environment] { CHECK(!environment.try_begin_write().has_value()); }};
    other.join();
    prepared.commit();
    CHECK(environment.statistics().flushes == before + 2);
    CHECK_THROWS_AS(prepared.commit(), Error);
    CHECK(is_visible(environment, "committed"));
    commit_one(environment, "next", Durability::durable);
    CHECK(content_of(environment).at("records").size() == 3);
    require_sound(environment);
}

TEST_CASE("a killed process takes its prepared transaction with it") {
    const MemoryDirectory directory;
    Child child{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        commit_one(environment, "first", Durability::durable);
        kv::WriteTransaction txn = environment.begin_write();
        put_one(txn, "prepared");
        const kv::PreparedTransaction prepared = txn.prepare();
        pipe.send(0);
        (void)pipe.receive();
    }};
    REQUIRE(child.receive() == 0);
    Environment environment = Environment::open(directory.store());
    child.kill();
    (void)child.wait();
    commit_one(environment, "next", Durability::durable);
    CHECK(!is_visible(environment, "prepared"));
    require_sound(environment);
}

TEST_CASE("a reader may ask for what is durable only") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "durable", Durability::durable);
    commit_one(environment, "deferred", Durability::deferred);
    const kv::ReadTransaction held = environment.begin_read_durable();
    CHECK(held.contains(held.tree("records"), "durable"));
    CHECK(!held.contains(held.tree("records"), "deferred"));
    // It stays whole while what it reads is replaced and flushed.
    for (int i = 0; i < 20; ++i) commit_one(environment, "deferred", Durability::deferred, 1000);
    environment.sync();
    for (int i = 0; i < 20; ++i) commit_one(environment, "durable", Durability::durable, 1000);
    CHECK(held.get(held.tree("records"), "durable") == std::string(20, 'v'));
    const kv::ReadTransaction now = environment.begin_read_durable();
    CHECK(now.contains(now.tree("records"), "deferred"));
    require_sound(environment);
}

TEST_CASE("a reader that is used again sees the newest state of the kind it asks for") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    commit_one(environment, "0", Durability::durable);
    const auto sees = [](const kv::ReadTransaction& txn, int i) {
        return txn.contains(txn.tree("records"), std::to_string(i));
    };
    kv::ReadTransaction held = environment.begin_read();
    for (int i = 1; i < 20; ++i) {
        commit_one(environment, std::to_string(i), i % 3 == 0 ? Durability::durable : Durability::deferred);
        CHECK_FALSE(sees(held, i));
        const int durable = i / 3 * 3;
        // One after the other they take the same reader from the shelf.
        for (int again = 0; again < 3; ++again) {
            CHECK(sees(environment.begin_read(), i));
            CHECK(sees(environment.begin_read_durable(), durable));
            CHECK(sees(environment.begin_read_durable(), i) == (i == durable));
            held.renew();
            CHECK(sees(held, i));
        }
    }
    held.end();
    require_sound(environment);
}

TEST_CASE("a flush thread flushes without another commit, only when asked for") {
    const MemoryDirectory directory;
    kv::Options options;
    options.durability = Durability::deferred;
    options.deferred_interval = std::chrono::milliseconds{1};
    options.flush_thread = true;
    Environment environment = Environment::open(directory.store(), options);
    kv::WriteTransaction txn = environment.begin_write();
    put_one(txn, "key");
    const kv::CommitTicket ticket = txn.commit_async();
    while (!ticket.durable()) std::this_thread::yield();
    CHECK(is_visible(environment, "key"));
    require_sound(environment);
}

TEST_CASE("who comes after a flush of deferred commits waits for no company") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    for (int i = 0; i < 20; ++i) commit_one(environment, std::to_string(i), Durability::deferred);
    environment.sync();
    CHECK(kv::EnvironmentAccess::state(environment).lock->group_history().commits == 0);
    commit_one(environment, "durable", Durability::durable);
    CHECK(kv::EnvironmentAccess::state(environment).lock->group_history().commits == 1);
    require_sound(environment);
}

TEST_CASE("deferred commits outlive a process killed before or after the sync of their flush") {
    for (const bool before_sync : {true, false}) {
        const MemoryDirectory directory;
        Child child{[&](const Child::Pipe& pipe) {
            struct Killer : os::FileObserver {
                int before(const os::FileCall& call) override {
                    if (kills_before && call.kind == os::FileCall::Kind::sync) ::raise(SIGKILL);
                    return 0;
                }
                void after(const os::FileCall& call) override {
                    if (!kills_before && call.kind == os::FileCall::Kind::sync) ::raise(SIGKILL);
                }
                bool kills_before = false;
            } killer;
            killer.kills_before = before_sync;
            Environment environment = Environment::open(directory.store());
            commit_one(environment, "durable", Durability::durable);
            for (int i = 0; i < 20; ++i)
                commit_one(environment, std::to_string(i), Durability::deferred, i == 7 ? 200000 : 50);
            os::set_file_observer(&killer);
            pipe.send(0);
            environment.sync();
        }};
        REQUIRE(child.receive() == 0);
        std::uint64_t nothing = 0;
        REQUIRE(!child.receive(nothing));
        (void)child.wait();
        Environment environment = Environment::open(directory.store());
        CHECK(environment.recovery().adopted);
        CHECK(content_of(environment).at("records").size() == 21);
        commit_one(environment, "next", Durability::durable);
        require_sound(environment);
    }
}

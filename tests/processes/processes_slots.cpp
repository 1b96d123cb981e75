// Slots of readers whose process is stopped, dead, or not the one that its number says; a table of them that is
// full.
#include <unistd.h>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

kv::LockFile& lock_of(const Environment& environment) {
    return *kv::EnvironmentAccess::state(environment).lock;
}

/// Holds a snapshot; verifies it whenever it gets a number.
void hold(const std::string& path, const Child::Pipe& pipe) {
    Environment environment = Environment::open(path);
    const kv::ReadTransaction held = environment.begin_read();
    const std::uint64_t count = require_balance(held);
    pipe.send(count);
    while (pipe.receive() != 0) {
        if (require_balance(held) != count) throw std::runtime_error("the snapshot has changed");
        pipe.send(require_balance(environment));
    }
}

std::uint64_t pages_of(const Environment& environment) {
    return environment.statistics().page_count;
}

}  // namespace

TEST_CASE("a stopped reader stops nobody, costs what it pins, and finds its snapshot as it was") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Child reader{[&](const Child::Pipe& pipe) { hold(path, pipe); }};
    REQUIRE(reader.receive() == 0);
    Environment environment = Environment::open(path);
    std::mt19937_64 random{1};
    reader.stop();
    for (int i = 0; i < 100; ++i) (void)commit_transfer(environment, random);
    const std::uint64_t pages = pages_of(environment);
    for (int i = 0; i < 1000; ++i) (void)commit_transfer(environment, random);
    // What it pins was all replaced by the first hundred commits; each commit since has written six pages or more.
    CHECK(pages_of(environment) <= 2 * pages);
    const std::vector<kv::ReaderInfo> readers = environment.readers();
    REQUIRE(readers.size() == 1);
    CHECK(readers.front().process_id == static_cast<std::uint32_t>(reader.id()));
    CHECK(environment.statistics().waiting_pages <= readers.front().pinned_pages + 64);
    reader.resume();
    reader.send(1);
    CHECK(reader.receive() == 1100);
    reader.send(0);
    reader.require_success();
    CHECK(environment.readers().empty());
    require_check(environment);
}

TEST_CASE("a stopped reader that is killed lets go of what it pinned") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Child reader{[&](const Child::Pipe& pipe) { hold(path, pipe); }};
    REQUIRE(reader.receive() == 0);
    Environment environment = Environment::open(path);
    std::mt19937_64 random{1};
    reader.stop();
    for (int i = 0; i < 50; ++i) (void)commit_transfer(environment, random);
    const std::uint64_t held = environment.statistics().waiting_pages;
    reader.kill();
    (void)reader.wait();
    for (int i = 0; i < 3; ++i) (void)commit_transfer(environment, random);
    CHECK(environment.statistics().waiting_pages < held);
    CHECK(environment.readers().empty());
    require_check(environment);
}

TEST_CASE("the number of a dead process that a living one has now keeps nothing pinned") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Child reader{[&](const Child::Pipe& pipe) { hold(path, pipe); }};
    REQUIRE(reader.receive() == 0);
    Environment environment = Environment::open(path);
    kv::LockFile& lock = lock_of(environment);
    std::uint32_t slot = 0;
    while (lock.slot(slot).process_id != static_cast<std::uint32_t>(reader.id())) ++slot;
    reader.kill();
    (void)reader.wait();
    lock.slot(slot).process_id = static_cast<std::uint32_t>(::getpid());
    CHECK(environment.readers().empty());
    CHECK(lock.slot(slot).owner.load() == 0);
    std::mt19937_64 random{1};
    for (int i = 0; i < 20; ++i) (void)commit_transfer(environment, random);
    CHECK(environment.statistics().waiting_pages < 32);
    require_check(environment);
}

// Each LockFile has locks of its own, as if it were a process's.
TEST_CASE("who takes the place of a dead process in the lock file does not read what that one read") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Environment environment = Environment::open(path);
    std::uint32_t slot = 0;
    std::uint32_t place = 0;
    {
        kv::LockFile dying{path + "-lock", 0600, nullptr};
        dying.register_process();
        slot = dying.claim_slot();
        dying.slot(slot).pin(1);
        place = dying.slot(slot).owner.load();
        CHECK(environment.readers().size() == 1);
    }
    kv::LockFile next{path + "-lock", 0600, nullptr};
    next.register_process();
    CHECK(next.slot(slot).owner.load() == 0);
    CHECK(next.slot(slot).snapshot.load() == 0);
    const std::uint32_t claimed = next.claim_slot();
    CHECK(next.slot(claimed).owner.load() == place);  // it has the same place
    CHECK(environment.readers().empty());
    next.slot(claimed).pin(1);
    CHECK(environment.readers().size() == 1);
    next.release_slot(claimed);
    next.leave();
    std::mt19937_64 random{1};
    (void)commit_transfer(environment, random);
    require_check(environment);
}

TEST_CASE("a full table of readers is a sentence, and it has room again when readers end or die") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Environment environment = Environment::open(path);
    kv::LockFile& lock = lock_of(environment);
    // A child claims every slot that there can be; each growth doubles them, and gives the first of the new ones.
    Child greedy{[&](const Child::Pipe& pipe) {
        Environment own = Environment::open(path);
        kv::LockFile& table = lock_of(own);
        std::uint32_t claimed = table.claim_slot();
        const std::uint32_t owner = table.slot(claimed).owner.load();
        try {
            for (std::uint32_t end = 1024;; end *= 2) {
                for (std::uint32_t i = 0; i < end; ++i) {
                    std::uint32_t nobody = 0;
                    (void)table.slot(i).owner.compare_exchange_strong(nobody, owner);
                }
                claimed = table.claim_slot();
                if (claimed < end) throw std::runtime_error("a slot was given twice");
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::busy) throw;
            pipe.send(1);
        }
        (void)pipe.receive();
        table.release_slot(claimed);
        pipe.send(2);
        (void)pipe.receive();
    }};
    REQUIRE(greedy.receive() == 1);
    std::mt19937_64 random{1};
    const auto refused = [&] {
        try {
            (void)environment.begin_read();
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::busy);
            CHECK(std::string{error.what()}.find("read transactions open") != std::string::npos);
            return true;
        }
        return false;
    };
    CHECK(refused());
    CHECK(commit_transfer(environment, random) == 1);  // writers need no slot
    greedy.send(1);
    REQUIRE(greedy.receive() == 2);
    {
        const kv::ReadTransaction reader = environment.begin_read();
        CHECK(require_balance(reader) == 1);
        CHECK(refused());
    }
    CHECK_FALSE(refused());
    CHECK(commit_transfer(environment, random) == 2);
    greedy.kill();
    (void)greedy.wait();
    std::vector<kv::ReadTransaction> readers;
    for (int i = 0; i < 50; ++i) readers.push_back(environment.begin_read());
    CHECK(environment.statistics().readers == 50);
    readers.clear();
    CHECK(lock.reader_count() == 0);
    CHECK(commit_transfer(environment, random) == 3);
    require_check(environment);
}

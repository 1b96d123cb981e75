// Waiting for the store's newest transaction: woken by commits of this process and of others, and by nothing else.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "child.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace std::chrono_literals;
using kv::Environment;

namespace {

std::uint64_t put(Environment& environment, const std::string& value) {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.create_tree("t"), "key", value);
    txn.commit();
    return environment.newest_transaction();
}

std::string value_of(Environment& environment) {
    kv::ReadTransaction txn = environment.begin_read();
    return std::string(txn.get(txn.tree("t"), "key").value());
}

}  // namespace

TEST_CASE("waiting ends at once when a newer transaction is there, and after its patience when none comes") {
    const test::MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const std::uint64_t before = environment.newest_transaction();
    const std::uint64_t after = put(environment, "1");
    CHECK(after == before + 1);
    CHECK(environment.newest_transaction() == environment.statistics().newest_transaction);
    CHECK(environment.wait_for_newer(before, 1h) == after);
    CHECK(environment.wait_for_newer(after, 1ms) == after);
    CHECK(environment.wait_for_newer(after, 0ms) == after);
    CHECK(environment.wait_for_newer(after, -5ms) == after);
    {
        kv::WriteTransaction rolled_back = environment.begin_write();
        rolled_back.put(rolled_back.tree("t"), "key", "no");
    }
    CHECK(environment.wait_for_newer(after, 1ms) == after);
    (void)test::require_sound(environment);
}

TEST_CASE("every waiting thread is woken by each commit of another") {
    const test::MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const std::uint64_t first = put(environment, "0");
    constexpr std::uint64_t kCommits = 200;
    std::vector<std::thread> threads;
    std::atomic<int> woken_for_nothing = 0;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&environment, &woken_for_nothing, first] {
            for (std::uint64_t seen = first; seen < first + kCommits;) {
                const std::uint64_t newer = environment.wait_for_newer(seen, 1h);
                if (newer <= seen) ++woken_for_nothing;
                seen = newer;
            }
        });
    }
    for (std::uint64_t i = 1; i <= kCommits; ++i) put(environment, std::to_string(i));
    for (std::thread& thread : threads) thread.join();
    CHECK(woken_for_nothing == 0);
    CHECK(environment.newest_transaction() == first + kCommits);
    (void)test::require_sound(environment);
}

TEST_CASE("a commit of another process wakes, and what it wrote is then there") {
    const test::MemoryDirectory directory;
    const std::string path = directory.store();
    test::Child writer([&path](test::Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        for (std::uint64_t i = pipe.receive(); i != 0; i = pipe.receive()) put(environment, std::to_string(i));
    });
    Environment environment = Environment::open(path);
    std::uint64_t seen = put(environment, "none");
    for (std::uint64_t i = 1; i <= 50; ++i) {
        writer.send(i);
        const std::uint64_t newer = environment.wait_for_newer(seen, 1h);
        REQUIRE(newer == seen + 1);
        REQUIRE(value_of(environment) == std::to_string(i));
        seen = newer;
    }
    writer.send(0);
    writer.require_success();
    (void)test::require_sound(environment);
}

TEST_CASE("waiting in a child after fork is refused") {
    const test::MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const test::Child child([&environment](test::Child::Pipe& pipe) {
        try {
            (void)environment.wait_for_newer(0, 1ms);
            pipe.send(0);
        } catch (const Error& error) {
            pipe.send(error.code() == ErrorCode::misuse ? 1 : 2);
        }
    });
    CHECK(child.receive() == 1);
    (void)test::require_sound(environment);
}

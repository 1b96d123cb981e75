// Stores in memory: the whole engine through the same calls, and nothing on any disk.
#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

const kv::Options kInMemory{.in_memory = true};

}  // namespace

TEST_CASE("a store in memory is a store, and leaves no file") {
    const MemoryDirectory directory;
    std::mt19937_64 random{seed()};
    for (const std::uint32_t page_size : {4096U, 65536U}) {
        kv::Options options = kInMemory;
        options.page_size_bytes = page_size;
        Environment environment = Environment::open(directory.store(), options);
        CHECK(environment.path() == directory.store());
        CHECK(environment.statistics().page_size_bytes == page_size);
        CHECK_FALSE(environment.recovery().unclean);
        Trees last;
        for (int i = 0; i < 30; ++i) {
            const kv::ReadTransaction before = environment.begin_read();
            change_randomly(environment, random, 200);
            CHECK(content_of(before) == last);
            last = content_of(environment);
            (void)require_sound(environment);
        }
        {
            kv::WriteTransaction txn = environment.begin_write();
            (void)txn.create_tree("forgotten");
        }
        CHECK(content_of(environment) == last);
        environment.close();
        CHECK(std::filesystem::is_empty(directory.path()));
    }
}

TEST_CASE("every open is another store, whatever its name") {
    Environment a = Environment::open("name", kInMemory);
    Environment b = Environment::open("name", kInMemory);
    std::mt19937_64 random{seed()};
    change_randomly(a, random, 100);
    CHECK_FALSE(content_of(a).empty());
    CHECK(content_of(b).empty());
    (void)require_sound(a);
    (void)require_sound(b);
    CHECK_FALSE(std::filesystem::exists("name"));
}

TEST_CASE("options that contradict a store in memory") {
    kv::Options options = kInMemory;
    options.read_only = true;
    CHECK_THROWS_AS((void)Environment::open("name", options), Error);
    options = kInMemory;
    options.page_size_bytes = 5000;
    CHECK_THROWS_AS((void)Environment::open("name", options), Error);
    options = kInMemory;
    options.create = false;
    Environment environment = Environment::open("name", options);
    CHECK(content_of(environment).empty());
    (void)require_sound(environment);
}

TEST_CASE("a copy keeps what was in memory") {
    const MemoryDirectory directory;
    std::mt19937_64 random{seed()};
    Environment environment = Environment::open("name", kInMemory);
    make_busy_store(environment, random);
    const Trees content = content_of(environment);
    for (const bool compact : {false, true}) {
        const std::string path = directory.file(compact ? "compact" : "plain");
        REQUIRE(kv::copy_to(environment, path, {.compact = compact}).completed);
        Environment copy = Environment::open(path);
        CHECK(content_of(copy) == content);
        (void)require_sound(copy);
    }
    (void)require_sound(environment);
}

TEST_CASE("more readers than the lock file first has room for, and a value of 40 MiB") {
    Environment environment = Environment::open("name", kInMemory);
    {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("t"), "large", std::string(40U << 20, 'x'));
        txn.commit();
    }
    std::vector<kv::ReadTransaction> readers;
    for (int i = 0; i < 1500; ++i) readers.push_back(environment.begin_read());
    CHECK(environment.statistics().readers == 1500);
    CHECK(readers.back().get(readers.back().tree("t"), "large")->size() == 40U << 20);
    readers.clear();
    (void)require_sound(environment);
}

TEST_CASE("threads share a store in memory") {
    Environment environment = Environment::open("name", kInMemory);
    {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("t"), "count", "0");
        txn.commit();
    }
    constexpr int kThreads = 4;
    constexpr int kRounds = 100;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < kRounds; ++i) {
                kv::WriteTransaction txn = environment.begin_write();
                const kv::Tree tree = txn.tree("t");
                txn.put(tree, "count", std::to_string(std::stoi(std::string{*txn.get(tree, "count")}) + 1));
                txn.commit();
                const kv::ReadTransaction reader = environment.begin_read();
                (void)reader.get(tree, "count");
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(content_of(environment).at("t").at("count") == std::to_string(kThreads * kRounds));
    (void)require_sound(environment);
}

// usage() and the counters of an environment, against sums made by hand and against check().
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

TEST_CASE("the pages of a store add up, and agree with check()") {
    std::mt19937_64 random{seed()};
    for (const std::uint32_t page_size : {4096U, 16384U}) {
        const MemoryDirectory directory;
        Environment environment = Environment::open(directory.store(), {.page_size_bytes = page_size});
        for (int i = 0; i < 12; ++i) {
            const kv::StoreUsage usage = kv::usage(environment);
            const kv::CheckReport check = require_sound(environment);
            CHECK(usage.transaction == check.transaction);
            CHECK(usage.page_size_bytes == page_size);
            CHECK(usage.meta_pages * page_size == 131072);
            // check() counts what the records say; usage() what the next writer will find.
            CHECK(usage.free_pages >= check.free_pages);
            CHECK(usage.free_pages + usage.waiting_pages == check.free_pages + check.waiting_pages);
            CHECK(usage.entries == check.entries);
            const std::uint64_t live =
                usage.branch_pages + usage.leaf_pages + usage.run_pages + usage.catalog_pages + usage.space_pages;
            CHECK(live == check.live_pages);
            CHECK(usage.meta_pages + live + usage.free_pages + usage.waiting_pages == usage.page_count);
            CHECK(usage.page_count == environment.statistics().page_count);
            CHECK(usage.largest_free_run <= usage.free_pages);
            CHECK(usage.trees == content_of(environment).size());
            change_randomly(environment, random, 300);
        }
    }
}

TEST_CASE("the largest free run is that of a large value erased long ago") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    const auto put = [&](ByteView key, std::size_t size) {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.create_tree("t"), key, std::string(size, 'v'));
        txn.commit();
    };
    put("large", 40 * 4096);
    put("behind it", 10);
    CHECK(kv::usage(environment).largest_free_run < 20);
    CHECK(kv::usage(environment).run_pages == 41);
    put("large", 10);
    for (int i = 0; i < 3; ++i) put("another commit", 10);
    const kv::StoreUsage usage = kv::usage(environment);
    CHECK(usage.run_pages == 0);
    CHECK(usage.largest_free_run >= 30);
    CHECK(usage.largest_free_run <= usage.free_pages);
    (void)require_sound(environment);
}

TEST_CASE("the usage of a tree is what its entries sum up to") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    std::mt19937_64 random{seed()};
    make_busy_store(environment, random);
    const Trees content = content_of(environment);
    const kv::ReadTransaction txn = environment.begin_read();
    for (const auto& tree : content) {
        const std::string& name = tree.first;
        const auto& entries = tree.second;
        CAPTURE(name);
        if (name == "several") continue;  // below
        std::uint64_t keys = 0;
        std::uint64_t values = 0;
        for (const auto& [key, value] : entries) {
            keys += key.size();
            values += value.size();
        }
        const kv::TreeUsage usage = kv::usage(txn, txn.tree(name));
        CHECK(usage.key_bytes == keys);
        CHECK(usage.value_bytes == values);
        CHECK(usage.counts.entries == entries.size());
        CHECK(usage.page_bytes ==
              4096 * (usage.counts.branch_pages + usage.counts.leaf_pages + usage.counts.run_pages));
        CHECK(usage.used_bytes <= usage.page_bytes);
        CHECK(usage.used_bytes >= values);
        CHECK((usage.fill() > 0.3) == !entries.empty());
        CHECK(usage.fill() <= 1);
    }
    kv::WriteTransaction writer = environment.begin_write();
    const kv::Tree fresh = writer.create_tree("fresh");
    CHECK(kv::usage(writer, fresh).fill() == 0);
    for (int i = 0; i < 5000; ++i) writer.put(fresh, std::to_string(1000000 + i), std::string(20, 'v'));
    const kv::TreeUsage sorted = kv::usage(writer, fresh);
    CHECK(sorted.key_bytes == 5000 * 7);
    CHECK(sorted.value_bytes == 5000 * 20);
    CHECK(sorted.fill() > 0.9);
    writer.abort();
    CHECK_THROWS_AS((void)kv::usage(writer, fresh), Error);
    (void)require_sound(environment);
}

TEST_CASE("the usage of a tree with duplicates counts every key once and every value") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("t", {.duplicates = true});
    txn.put(tree, "one", "alone");
    for (int i = 0; i < 10; ++i) txn.put(tree, "some", std::to_string(100 + i));
    for (int i = 0; i < 5000; ++i) txn.put(tree, "many", std::to_string(10000 + i));
    txn.commit();
    const kv::ReadTransaction reader = environment.begin_read();
    const kv::TreeUsage usage = kv::usage(reader, tree);
    CHECK(usage.counts.entries == 5011);
    CHECK(usage.key_bytes == 11);
    CHECK(usage.value_bytes == 5 + 10 * 3 + 5000 * 5);
    CHECK(usage.page_bytes == 4096 * (usage.counts.branch_pages + usage.counts.leaf_pages));
    CHECK(usage.fill() > 0.5);
    (void)require_sound(environment);
}

TEST_CASE("bytes written and bytes changed are counted exactly") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    CHECK(environment.statistics().write_amplification() == 0);
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 100; ++i) txn.put(tree, std::to_string(100 + i), std::string(7, 'v'));  // 10 bytes each
        txn.commit();
    }
    CHECK(environment.statistics().changed_bytes == 1000);
    {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("t"), "aborted", "aborted");
    }
    {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.tree("t");
        CHECK_FALSE(txn.insert(tree, "100", "no"));
        CHECK(txn.insert(tree, "300", "yes"));
        CHECK_FALSE(txn.erase(tree, "999"));
        CHECK(txn.erase(tree, "101"));
        kv::WriteTransaction kept = txn.begin_nested();
        kept.put(tree, "400", "ten bytes!");
        kept.commit();
        kv::WriteTransaction dropped = txn.begin_nested();
        dropped.put(tree, "500", "rolled back");
        dropped.abort();
        txn.commit();
    }
    const kv::EnvironmentStatistics statistics = environment.statistics();
    CHECK(statistics.changed_bytes == 1000 + 6 + 3 + 13);
    // A commit record of few extents takes one block.
    CHECK(statistics.bytes_written == (statistics.pages_written + 2) * 4096);
    CHECK(statistics.write_amplification() == static_cast<double>(statistics.bytes_written) / 1022);
    (void)require_sound(environment);
}

// Free space: the records, and who may have a page when.
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "kv/space_map.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

TEST_CASE("delta records give back what went in, whatever their length") {
    std::mt19937_64 random{test::seed()};
    for (const std::size_t extents : {0U, 1U, 3U, 500U, 5000U}) {
        SpaceDelta delta;
        delta.unused_pages = extents;
        const TransactionId transaction = 1000 + random() % 1000000;
        std::uint64_t page = 32;
        for (std::size_t i = 0; i < extents; ++i) {
            delta.allocated.push_back({page += random() % 100000, 1 + random() % 5});
            page += 10;
            delta.retired.push_back(
                {page += random() % 100000, 1 + random() % 5, transaction - 1 - random() % 900, transaction});
            page += 10;
        }
        // A tail taken late stands out of order.
        if (extents > 0) delta.allocated.push_back({33, 2});
        const std::vector<std::string> records = encode_delta(delta, transaction);
        REQUIRE_FALSE(records.empty());
        SpaceDelta back;
        for (const std::string& record : records) {
            CHECK(record.size() <= 3 * kSpaceRecordBytes);
            decode_delta(record, transaction, back);
        }
        CHECK(back.unused_pages == delta.unused_pages);
        REQUIRE(back.allocated.size() == delta.allocated.size());
        REQUIRE(back.retired.size() == delta.retired.size());
        for (std::size_t i = 0; i < back.allocated.size(); ++i) {
            CHECK(back.allocated[i].first_page == delta.allocated[i].first_page);
            CHECK(back.allocated[i].page_count == delta.allocated[i].page_count);
        }
        for (std::size_t i = 0; i < back.retired.size(); ++i) {
            CHECK(back.retired[i].first_page == delta.retired[i].first_page);
            CHECK(back.retired[i].birth == delta.retired[i].birth);
            CHECK(back.retired[i].retired == transaction);
        }
    }
}

TEST_CASE("chunk records give back what went in, however fragmented") {
    std::mt19937_64 random{test::seed()};
    for (const std::uint64_t density : {0U, 1U, 10U, 500U, 5000U}) {
        SpaceChunk chunk;
        chunk.transaction = random();
        for (std::uint64_t i = 0; i < density; ++i) {
            const std::uint64_t page = random() % kChunkPages;
            const Extent extent{page, std::min(kChunkPages - page, 1 + random() % 9)};
            const bool free = random() % 2 == 0;
            chunk.free.assign(extent, free);
            chunk.waiting.assign(extent, !free);
        }
        const std::string record = encode_chunk(chunk);
        CHECK(record.size() <= 9 + kChunkPages / 4);
        const SpaceChunk back = decode_chunk(record);
        CHECK(back.transaction == chunk.transaction);
        for (std::uint64_t page = 0; page < kChunkPages; ++page) {
            REQUIRE(back.free.test(page) == chunk.free.test(page));
            REQUIRE(back.waiting.test(page) == chunk.waiting.test(page));
        }
    }
}

TEST_CASE("malformed records of the free space are corruption") {
    SpaceDelta delta;
    delta.allocated.push_back({100, 2});
    delta.retired.push_back({300, 2, 5, 9});
    const std::string record = encode_delta(delta, 9).front();
    for (std::size_t size = 0; size < record.size(); ++size) {
        SpaceDelta back;
        CHECK_THROWS_AS(decode_delta(ByteView{record}.substr(0, size), 9, back), Error);
    }
    SpaceDelta back;
    CHECK_THROWS_AS(decode_delta(record + "x", 9, back), Error);
    SpaceChunk chunk;
    chunk.transaction = 7;
    chunk.free.assign({3, 100}, true);
    chunk.waiting.assign({200, 5}, true);
    const std::string runs = encode_chunk(chunk);
    for (std::size_t size = 0; size < 9; ++size)
        CHECK_THROWS_AS((void)decode_chunk(ByteView{runs}.substr(0, size)), Error);
    CHECK_THROWS_AS((void)decode_chunk(runs + '\x80'), Error);
    CHECK_THROWS_AS((void)decode_chunk(runs + '\x00'), Error);          // a run of no pages
    CHECK_THROWS_AS((void)decode_chunk(runs + "\xff\xff\x01"), Error);  // more pages than a chunk has
}

TEST_CASE("a page waits exactly as long as a pinned snapshot lies between birth and retirement") {
    SpaceMap map{4096};
    std::vector<Extent> extents;
    map.allocate(100, extents);
    REQUIRE(extents.size() == 1);
    const std::uint64_t page = extents[0].first_page;
    std::vector<RetiredExtent> retired{
        {page, 1, 3, 7},      // snapshots 3..6
        {page + 1, 1, 6, 7},  // snapshot 6
        {page + 2, 1, 1, 4},  // snapshots 1..3
        {page + 3, 1, 0, 7},  // birth unknown: every snapshot before 7
    };
    map.committed(7, retired);
    CHECK(map.waiting_pages() == 4);
    map.release({5, 7});
    CHECK_FALSE(map.is_free(page));
    CHECK(map.is_free(page + 1));
    CHECK(map.is_free(page + 2));
    CHECK_FALSE(map.is_free(page + 3));
    map.release({2, 7});
    CHECK(map.is_free(page));
    CHECK_FALSE(map.is_free(page + 3));
    map.release({7});
    CHECK(map.is_free(page + 3));
    CHECK(map.waiting_pages() == 0);
    CHECK(map.free_pages() == 4);
}

TEST_CASE("pages given back leave the file only when they were new") {
    SpaceMap map{4096};
    std::vector<Extent> extents;
    map.allocate(10, extents);
    std::vector<RetiredExtent> retired{{extents[0].first_page, 10, 1, 2}};
    map.committed(2, retired);
    map.release({2});
    const std::uint64_t page_count = map.page_count();
    CHECK(map.free_pages() == 10);
    extents.clear();
    map.allocate(10, extents);
    map.give_back({page_count - 2, 2});  // free before: they stay in the file
    CHECK(map.page_count() == page_count);
    CHECK(map.free_pages() == 2);
    extents.clear();
    map.allocate(600, extents);
    CHECK(map.page_count() > page_count);
    map.give_back({page_count, map.page_count() - page_count});  // new: they leave
    CHECK(map.page_count() == page_count);
    CHECK(map.free_pages() == 2);
}

TEST_CASE("pages are given out once") {
    std::mt19937_64 random{test::seed()};
    SpaceMap map{4096};
    std::set<std::uint64_t> used;
    TransactionId transaction = 1;
    for (int round = 0; round < 400; ++round) {
        std::vector<Extent> extents;
        if (random() % 4 == 0) {
            extents.push_back(map.allocate_run(1 + random() % (random() % 8 == 0 ? 1500 : 40)));
        } else {
            map.allocate(1 + random() % 300, extents);
        }
        for (const Extent& extent : extents)
            for (std::uint64_t p = extent.first_page; p < extent.first_page + extent.page_count; ++p) {
                REQUIRE(p >= 32);
                REQUIRE(used.insert(p).second);
                REQUIRE_FALSE(map.is_free(p));
            }
        std::vector<RetiredExtent> retired;
        while (used.size() > 2000) {
            auto victim = used.lower_bound(random() % map.page_count());
            if (victim == used.end()) victim = used.begin();
            retired.push_back({*victim, 1, transaction, transaction + 1});
            used.erase(victim);
        }
        map.committed(++transaction, retired);
        map.release({transaction});
        REQUIRE(map.free_pages() + used.size() + 32 == map.page_count());
    }
    // At most 3,500 pages are live at once, in runs of up to 1,500: reuse keeps the file bounded.
    CHECK(map.page_count() < 3500 * 4);
}

TEST_CASE("a snapshot that is held pins its own pages and no more") {
    test::TemporaryDirectory directory;
    kv::Environment env = kv::Environment::open(directory.file("store"));
    {
        kv::WriteTransaction txn = env.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (int i = 0; i < 20000; ++i) txn.put(tree, "key " + std::to_string(i), std::string(100, 'v'));
        txn.commit();
    }
    const std::uint64_t live = test::require_sound(env).live_pages;
    const kv::ReadTransaction held = env.begin_read();
    std::mt19937_64 random{test::seed()};
    for (int i = 0; i < 2000; ++i) {
        kv::WriteTransaction txn = env.begin_write();
        const kv::Tree tree = txn.tree("t");
        for (int k = 0; k < 10; ++k)
            txn.put(tree, "key " + std::to_string(random() % 20000), std::string(100, 'w'));
        txn.commit();
    }
    // Every page was rewritten many times: pinned plus live, and some slack.
    CHECK(env.statistics().page_count < live * 5 / 2);
    CHECK(*held.get(held.tree("t"), "key 17") == std::string(100, 'v'));
    test::require_sound(env);
}

TEST_CASE("overwriting everything again and again does not grow the file without bound") {
    test::TemporaryDirectory directory;
    kv::Environment env = kv::Environment::open(directory.file("store"));
    std::uint64_t after_first = 0;
    for (int round = 0; round < 12; ++round) {
        for (int batch = 0; batch < 10; ++batch) {
            kv::WriteTransaction txn = env.begin_write();
            const kv::Tree tree = txn.create_tree("t");
            for (int i = batch; i < 5000; i += 10)
                txn.put(tree, "key " + std::to_string(i), std::string(100 + static_cast<std::size_t>(round), 'v'));
            txn.put(tree, "large", std::string(3000000, static_cast<char>(round)));
            txn.commit();
        }
        if (round == 1) after_first = env.statistics().page_count;
    }
    CHECK(env.statistics().page_count <= after_first * 3 / 2);
    test::require_sound(env);
}

TEST_CASE("a row of small commits makes a dense file longer by little more than the leaves that it keeps") {
    test::TemporaryDirectory directory;
    kv::Environment env = kv::Environment::open(directory.file("store"));
    constexpr int kRecords = 100000;
    const auto key = [](std::size_t number) {
        std::string digits = std::to_string(number);
        return std::string(8 - digits.size(), '0') + digits;
    };
    {
        kv::WriteTransaction txn = env.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (std::size_t i = 0; i < kRecords; ++i) txn.put(tree, key(i), std::string(100, 'v'));
        txn.commit();
    }
    std::mt19937_64 random{test::seed()};
    const std::uint64_t before = env.statistics().page_count;
    constexpr std::uint64_t kCommits = 60;
    for (std::uint64_t i = 0; i < kCommits; ++i) {
        kv::WriteTransaction txn = env.begin_write();
        txn.put(txn.tree("t"), key(random() % kRecords), std::string(100, 'w'));
        txn.commit();
    }
    // Each wrote six pages or so, of which two stay: the leaf and the branch above it.
    CHECK(env.statistics().page_count - before < 4 * kCommits);
    test::require_sound(env);
}

// Contiguous room: what is withdrawn from the free pages, pages taken side by side, and segments that commits empty
// as they go.
#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

constexpr std::uint64_t kSegment = FreePages::kSegmentPages;

std::uint64_t pages_in(const std::vector<Extent>& extents) {
    return std::accumulate(extents.begin(), extents.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Extent& extent) { return sum + extent.page_count; });
}

std::string key_of(std::uint64_t number) {
    std::string key(8, '\0');
    for (int byte = 0; byte < 8; ++byte) key[7 - byte] = static_cast<char>(number >> 8 * byte);
    return key;
}

Tree fill(Environment& env, std::uint64_t records) {
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.create_tree("t");
    for (std::uint64_t i = 0; i < records; ++i) txn.put(tree, key_of(i), std::string(100, 'v'));
    txn.commit(Durability::durable);
    return tree;
}

/// Commits of `puts` updates of random records each.
void update(Environment& env, Tree tree, std::mt19937_64& random, int commits, int puts, std::uint64_t records) {
    for (int i = 0; i < commits; ++i) {
        WriteTransaction txn = env.begin_write();
        for (int put = 0; put < puts; ++put)
            txn.put(tree, key_of(random() % records), std::string(100, static_cast<char>('a' + random() % 26)));
        txn.commit();
    }
}

struct Writes {
    double extents;  ///< per commit
    double pages;
};

template <class Work>
Writes writes_of(Environment& env, Work&& work) {
    const EnvironmentStatistics before = env.statistics();
    work();
    const EnvironmentStatistics after = env.statistics();
    const auto commits = static_cast<double>(after.commits - before.commits);
    return {static_cast<double>(after.extents_written - before.extents_written) / commits,
            static_cast<double>(after.pages_written - before.pages_written) / commits};
}

}  // namespace

TEST_CASE("pages are taken side by side, through whole free segments and on") {
    FreePages free;
    free.resize(8 * kSegment);
    free.assign({2 * kSegment, 4 * kSegment}, true);
    std::vector<Extent> extents;
    CHECK(free.take_onward(100, extents) == 0);
    CHECK(free.take_onward(600, extents) == 0);
    CHECK(free.take_onward(1000, extents) == 0);
    REQUIRE(extents.size() == 1);
    CHECK(extents[0].first_page == 2 * kSegment);
    CHECK(extents[0].page_count == 1700);
    CHECK(free.take_onward(1000, extents) == 1000 - (4 * kSegment - 1700));
    CHECK(pages_in(extents) == 4 * kSegment);
    CHECK(free.count() == 0);
}

TEST_CASE("what is given back at the end is taken next") {
    FreePages free;
    free.resize(4 * kSegment);
    free.assign({kSegment, 2 * kSegment}, true);
    std::vector<Extent> extents;
    CHECK(free.take_onward(50, extents) == 0);
    free.assign({kSegment + 40, 10}, true);
    CHECK(free.take_onward(20, extents) == 0);
    CHECK(extents.back().first_page + extents.back().page_count == kSegment + 60);
}

TEST_CASE("a few pages left of a run do not begin a commit that needs more") {
    FreePages free;
    free.resize(4 * kSegment);
    free.assign({0, 2 * kSegment}, true);
    std::vector<Extent> extents;
    CHECK(free.take_onward(kSegment - 10, extents) == 0);
    extents.clear();
    CHECK(free.take_onward(20, extents) == 0);
    REQUIRE(extents.size() == 1);
    CHECK(extents[0].first_page == kSegment);
}

TEST_CASE("the emptiest segments are withdrawn, and offered again when they are empty") {
    FreePages free;
    free.resize(5 * kSegment);
    const auto use = [&](std::uint64_t segment, std::uint64_t used) {
        free.assign({segment * kSegment + used, kSegment - used}, true);
    };
    use(0, 500);
    use(1, 200);
    use(2, 100);
    use(3, 300);
    use(4, 450);
    const std::uint64_t all = free.offered();
    free.withdraw(150);
    CHECK(free.is_withdrawn(2 * kSegment));
    CHECK(free.is_withdrawn(1 * kSegment));
    CHECK_FALSE(free.is_withdrawn(3 * kSegment));
    CHECK(free.used_in_withdrawn() == 300);
    CHECK(free.offered() == all - 412 - 312);
    CHECK(free.count() == all);
    free.withdraw(10000);
    CHECK(free.is_withdrawn(3 * kSegment));
    CHECK_FALSE(free.is_withdrawn(4 * kSegment));  // too full to be worth it
    std::vector<Extent> extents;
    CHECK(free.take_scattered(10000, extents) == 10000 - 12 - 62);

    free.assign({2 * kSegment, 100}, true);  // its pages went
    CHECK_FALSE(free.is_withdrawn(2 * kSegment));
    CHECK(free.in_empty_segments() == kSegment);
    free.offer_withdrawn();
    CHECK(free.used_in_withdrawn() == 0);
    CHECK(free.offered() == free.count());
}

TEST_CASE("the sums hold whatever is done") {
    std::mt19937_64 random{test::seed()};
    FreePages free;
    std::uint64_t pages = 20 * kSegment;
    free.resize(pages);
    std::vector<Extent> taken;
    for (int step = 0; step < 20000; ++step) {
        std::vector<Extent> extents;
        switch (random() % 8) {
            case 0:
                (void)free.take_onward(1 + random() % 700, extents);
                break;
            case 1:
                (void)free.take_scattered(1 + random() % 300, extents);
                break;
            case 2:
                free.withdraw(random() % 2000);
                break;
            case 3:
                if (random() % 8 == 0) free.offer_withdrawn();
                break;
            case 4:
                if (random() % 16 == 0)
                    free.set_ceiling(random() % 2 == 0 ? FreePages::kNoCeiling : random() % pages);
                break;
            case 5:
                if (random() % 64 == 0) free.resize(pages = (10 + random() % 20) * kSegment + random() % kSegment);
                break;
            default: {
                const std::uint64_t first = random() % pages;
                free.assign({first, std::min(pages - first, 1 + random() % 200)}, true);
            }
        }
        for (const Extent& extent : extents)
            for (std::uint64_t p = extent.first_page; p < extent.first_page + extent.page_count; ++p)
                REQUIRE_FALSE(free.test(p));
        if (step % 50 != 0) continue;
        std::uint64_t all = 0;
        std::uint64_t offered = 0;
        std::uint64_t used = 0;
        std::uint64_t empty = 0;
        for (std::uint64_t first = 0; first < pages; first += kSegment) {
            const std::uint64_t end = std::min(pages, first + kSegment);
            std::uint64_t here = 0;
            for (std::uint64_t p = first; p < end; ++p) here += free.test(p) ? 1 : 0;
            all += here;
            if (free.is_withdrawn(first)) used += kSegment - here;
            if (first >= free.ceiling() || free.is_withdrawn(first)) continue;
            offered += here;
            if (here > kSegment - 16) empty += kSegment;
        }
        REQUIRE(free.count() == all);
        REQUIRE(free.offered() == offered);
        REQUIRE(free.used_in_withdrawn() == used);
        REQUIRE(free.in_empty_segments() == empty);
    }
}

TEST_CASE("commits of many random updates go on finding contiguous room") {
    std::mt19937_64 random{test::seed()};
    constexpr std::uint64_t kRecords = 200'000;
    Environment env = Environment::open("evacuation", {.in_memory = true});
    const Tree tree = fill(env, kRecords);
    const std::uint64_t before = env.statistics().file_size_bytes;
    update(env, tree, random, 600, 100, kRecords);
    const Writes many = writes_of(env, [&] { update(env, tree, random, 300, 100, kRecords); });
    MESSAGE(many.extents << " extents and " << many.pages << " pages per commit of 100 updates");
    CHECK(many.extents < 8);
    CHECK(many.pages < 2.5 * 130);
    CHECK(EnvironmentAccess::state(env).evacuation.moved() > 0);
    CHECK(env.statistics().file_size_bytes < before * 5 / 2);
    test::require_sound(env);
}

TEST_CASE("a damaged page does not disturb commits that have nothing to do with it") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    constexpr std::uint64_t kRecords = 30'000;
    Environment env = Environment::open(directory.store());
    detail::EnvironmentState& state = EnvironmentAccess::state(env);
    Tree tree;
    {
        WriteTransaction txn = env.begin_write();
        tree = txn.create_tree("t");
        std::vector<std::uint64_t> numbers(kRecords);
        std::iota(numbers.begin(), numbers.end(), 0);
        std::shuffle(numbers.begin(), numbers.end(), random);
        for (const std::uint64_t number : numbers) txn.put(tree, key_of(number), std::string(400, 'v'));
        txn.commit();
    }
    const auto put_some = [&] {
        WriteTransaction txn = env.begin_write();
        for (int i = 0; i < 400; ++i) {
            // Far from the record whose leaf is damaged.
            const std::uint64_t number = random() % (kRecords - 200);
            txn.put(tree, key_of(number < kRecords / 2 - 100 ? number : number + 200), std::string(400, 'w'));
        }
        txn.commit();
    };
    const auto flip = [&] {
        std::uint64_t page = 0;
        std::size_t offset = 0;
        {
            const ReadTransaction txn = env.begin_read();
            const auto value = txn.get(tree, key_of(kRecords / 2));
            REQUIRE(value.has_value());
            const std::byte* map = TransactionAccess::state(txn).map;
            offset = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(value->data()) - map);
            page = offset / 4096;
        }
        std::byte byte{};
        REQUIRE(state.data.read(offset, {&byte, 1}) == 1);
        byte ^= std::byte{4};
        state.data.write(offset, &byte, 1);
        return page;
    };
    for (int i = 0; i < 100; ++i) put_some();
    const std::uint64_t page = flip();
    for (int i = 0; i < 900; ++i) REQUIRE_NOTHROW(put_some());
    CHECK(state.evacuation.moved() > 0);
    CHECK_FALSE(check(env).ok());
    CHECK(flip() == page);  // it was not moved; now it is sound again
    test::require_sound(env);
}

TEST_CASE("commits of one update find contiguous room once they go on") {
    std::mt19937_64 random{test::seed()};
    constexpr std::uint64_t kRecords = 100'000;
    Environment env = Environment::open("evacuation", {.in_memory = true});
    const Tree tree = fill(env, kRecords);
    const std::uint64_t before = env.statistics().file_size_bytes;
    update(env, tree, random, 6000, 1, kRecords);
    const Writes single = writes_of(env, [&] { update(env, tree, random, 2000, 1, kRecords); });
    MESSAGE(single.extents << " extents and " << single.pages << " pages per commit of one update");
    CHECK(single.extents < 2.5);
    CHECK(env.statistics().file_size_bytes < before * 2);
    test::require_sound(env);
}

TEST_CASE("pages of deferred commits are copied into a small file, and written to others by calls") {
    const test::TemporaryDirectory directory;
    std::mt19937_64 random{test::seed()};
    const auto copies = [&](const std::string& name, Options options, Durability durability) {
        options.durability = durability;
        Environment env = Environment::open(directory.file(name), options);
        const Tree tree = fill(env, 20'000);
        update(env, tree, random, 3, 100, 20'000);
        const bool copied = EnvironmentAccess::state(env).page_writer.copies();
        test::require_sound(env);
        env.close();
        Environment again = Environment::open(directory.file(name));
        test::require_sound(again);
        return copied;
    };
    CHECK(copies("never", {.deferred_bytes = 0}, Durability::deferred));
    CHECK(copies("small", {}, Durability::deferred));
    CHECK_FALSE(copies("durable", {}, Durability::durable));
    CHECK_FALSE(copies("often", {.deferred_bytes = 1 << 16}, Durability::deferred));
}

// The free list has no slow path: what a commit costs does not depend on how many pages are free or wait, and the
// checkpoint of the free space is spread over many commits.
#include <optional>
#include <random>

#include <doctest/doctest.h>

#include "kv/environment_state.hpp"
#include "kv/tree.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

/// 100 GiB in pages of 4096 bytes.
constexpr std::uint64_t kHundredGiB = std::uint64_t{100} << 18;

void put_some(Environment& env, std::mt19937_64& random, int puts, std::uint64_t keys) {
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.create_tree("t");
    for (int i = 0; i < puts; ++i)
        txn.put(tree, "key " + std::to_string(random() % keys), std::string(random() % 200, 'v'));
    txn.commit();
}

/// What the commits of a test cost at most.
struct Cost {
    std::uint64_t pages_written = 0;
    std::uint64_t segments_scanned = 0;
    std::uint64_t extents_filed = 0;
    int in_checkpoint = 0;  ///< commits that did a part of one

    template <class Commit>
    void measure(Environment& env, Commit&& commit) {
        SpaceMap& space = EnvironmentAccess::state(env).space;
        const std::uint64_t pages = env.statistics().pages_written;
        const std::uint64_t segments = space.free_space().segments_scanned();
        const std::uint64_t filed = space.extents_filed();
        commit();
        pages_written = std::max(pages_written, env.statistics().pages_written - pages);
        segments_scanned = std::max(segments_scanned, space.free_space().segments_scanned() - segments);
        extents_filed = std::max(extents_filed, space.extents_filed() - filed);
        in_checkpoint += space.log().begin != 0 ? 1 : 0;
    }
};

/// Makes the store longer by one extent before each of so many commits; the last one gives them all back. The file
/// has holes there.
void stretch(Environment& env, std::uint64_t pages, std::uint64_t commits) {
    detail::EnvironmentState& state = EnvironmentAccess::state(env);
    const Tree tree = env.begin_read().tree("t");
    std::vector<RetiredExtent> gaps;
    for (std::uint64_t i = 0; i <= commits; ++i) {
        detail::TransactionState& txn = *state.begin_write(std::nullopt);
        const std::string key = "stretch " + std::to_string(i);
        // Some find room behind the gap only, and so keep it from being cut off.
        const std::size_t size = (i + 1) % 10 == 0 ? std::size_t{3} << 20 : 1500;
        (void)detail::put(txn, txn.tree(tree.id()), key, std::string(size, 's'), detail::PutMode::overwrite);
        state.space.bring_to(txn);
        if (i < commits) {
            const Extent gap = state.space.allocate_run(pages / commits);
            gaps.push_back({gap.first_page, gap.page_count, txn.next_id, 0});
            state.data.resize((gap.first_page + gap.page_count + 10000) * state.page_size);
        } else {
            for (RetiredExtent& gap : gaps) gap.retired = txn.next_id;
            txn.retired.insert(txn.retired.end(), gaps.begin(), gaps.end());
        }
        const TransactionId id = state.commit(txn, Durability::durable).id;
        state.end_write(txn);
        state.flush_until(id);
    }
}

}  // namespace

TEST_CASE("checkpoints come and go, and every process reads the same free space") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    std::optional<Environment> env{Environment::open(directory.store())};
    std::uint64_t most_deltas = 0;
    int checkpoints = 0;
    bool under_way = false;
    for (int commit = 0; commit < 6000; ++commit) {
        put_some(*env, random, 8, 3000);
        const SpaceLog& log = EnvironmentAccess::state(*env).space.log();
        if (log.begin != 0 && !under_way) ++checkpoints;
        under_way = log.begin != 0;
        most_deltas = std::max(most_deltas, log.delta_bytes);
        const bool interesting = under_way && commit % 3 == 0;
        if (interesting || commit % 200 == 0) test::require_sound(*env);
        if (interesting && random() % 4 == 0) {
            env.reset();
            env = Environment::open(directory.store());
        }
    }
    CHECK(checkpoints >= 3);
    CHECK(most_deltas < 4 * 65536);
    test::require_sound(*env);
}

TEST_CASE("with 100 GiB of free pages a small commit costs what it costs without") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    put_some(env, random, 1000, 1000);
    const auto run = [&](int commits) {
        Cost cost;
        for (int i = 0; i < commits; ++i) cost.measure(env, [&] { put_some(env, random, 1, 1000); });
        return cost;
    };
    const Cost before = run(2500);
    // A snapshot that is held for long keeps the file from being relocated and cut.
    const ReadTransaction held = env.begin_read();
    (void)run(100);
    stretch(env, kHundredGiB, 100);
    (void)run(3);  // until both states on disk are younger
    REQUIRE(env.statistics().free_pages > kHundredGiB * 9 / 10);
    const std::uint64_t page_count = env.statistics().page_count;
    const Cost after = run(4000);
    MESSAGE("pages written by one commit, at most: " << before.pages_written << " before, " << after.pages_written
                                                     << " after; segments scanned: " << before.segments_scanned
                                                     << ", " << after.segments_scanned);
    // The checkpoint writes a few leaves of chunks on top of a commit's own path.
    REQUIRE(before.in_checkpoint > 0);
    REQUIRE(after.in_checkpoint > 0);
    CHECK(before.pages_written <= 16);
    CHECK(after.pages_written <= 16);
    CHECK(after.segments_scanned <= 40);
    CHECK(after.extents_filed <= 200);
    CHECK(env.statistics().page_count <= page_count + page_count / 8);
    test::require_sound(env);
}

TEST_CASE("with 100 GiB of fragmented free pages an extent is found without looking far") {
    SpaceMap map{4096};
    std::mt19937_64 random{test::seed()};
    std::vector<Extent> extents;
    map.allocate(kHundredGiB, extents);
    std::vector<RetiredExtent> retired;
    for (std::uint64_t page = 40; page + 10 < kHundredGiB; page += 11 + random() % 5)
        retired.push_back({page, 1 + random() % 10, 1, 2});
    map.committed(2, retired);
    while (map.waiting_pages() > 0) map.release({2});
    REQUIRE(map.free_pages() > kHundredGiB / 4);
    std::uint64_t most = 0;
    TransactionId transaction = 2;
    for (int commit = 0; commit < 2000; ++commit) {
        const std::uint64_t before = map.free_space().segments_scanned();
        extents.clear();
        map.allocate(1 + random() % 64, extents);
        extents.push_back(map.allocate_run(1 + random() % (commit % 10 == 0 ? 3000 : 12)));
        for (const Extent& extent : extents)
            retired.push_back({extent.first_page, extent.page_count, transaction, 0});
        ++transaction;
        for (RetiredExtent& extent : retired) extent.retired = transaction;
        map.committed(transaction, retired);
        map.release({transaction});
        most = std::max(most, map.free_space().segments_scanned() - before);
    }
    CHECK(most <= 40);
}

TEST_CASE("a commit does not look at the pages that wait for a held reader") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    const auto rewrite = [&] {
        for (int i = 0; i < 4000; ++i) put_some(env, random, 20, 20000);
    };
    rewrite();
    const std::uint64_t pinned = test::require_sound(env).live_pages;
    std::optional<ReadTransaction> held{env.begin_read()};
    rewrite();  // nearly every page, several times
    REQUIRE(env.statistics().waiting_pages > pinned * 3 / 4);
    Cost cost;
    for (int i = 0; i < 2000; ++i) cost.measure(env, [&] { put_some(env, random, 1, 20000); });
    CHECK(cost.extents_filed <= 100);
    CHECK(cost.pages_written <= 16);
    // Pages born and retired under the reader were used again: the pinned ones, the live ones and some slack.
    const std::uint64_t live = test::require_sound(env).live_pages;
    CHECK(env.statistics().page_count < (pinned + live) * 5 / 4);
    held.reset();
    for (int i = 0; i < 3; ++i) put_some(env, random, 1, 20000);
    // What relocation moves in three commits waits again.
    CHECK(env.statistics().waiting_pages < 300);
    test::require_sound(env);
}

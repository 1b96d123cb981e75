// compact(): the file comes down to nearly its live size, beside readers and writers, and may be cancelled.
#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

using Model = std::map<std::string, std::string>;

/// A store in which a part of the entries was erased again, too few for the file to fall by itself or enough.
Model fill(Environment& env, std::mt19937_64& random, int entries, std::size_t most_bytes, unsigned kept_percent) {
    Model model;
    for (int i = 0; i < entries;) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (int n = 0; n < 2000 && i < entries; ++n, ++i) {
            const std::string key = std::to_string(random());
            const std::string& value = model[key] =
                std::string(random() % most_bytes, static_cast<char>('a' + random() % 26));
            txn.put(tree, key, value);
        }
        txn.commit();
    }
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.tree("t");
    for (auto entry = model.begin(); entry != model.end();) {
        const bool keep = random() % 100 < kept_percent;
        if (!keep) REQUIRE(txn.erase(tree, entry->first));
        entry = keep ? std::next(entry) : model.erase(entry);
    }
    txn.commit();
    return model;
}

void require_content(const Transaction& txn, const Model& model) {
    const Tree tree = txn.tree("t");
    REQUIRE(txn.statistics(tree).entries == model.size());
    for (const auto& [key, value] : model) REQUIRE(txn.get(tree, key) == value);
}

void require_compact(Environment& env, std::uint64_t gaps_percent = 0) {
    const std::uint64_t live = test::require_sound(env).live_pages * env.statistics().page_size_bytes;
    CHECK(env.statistics().file_size_bytes <= live + live / 32 + live * gaps_percent / 100 + 4 * kMiB);
}

}  // namespace

TEST_CASE("compact() brings the file to nearly its live size") {
    std::mt19937_64 random{test::seed()};
    for (const unsigned kept : {5U, 50U, 85U}) {
        for (const std::size_t most_bytes : {300U, 20000U}) {
            CAPTURE(kept);
            CAPTURE(most_bytes);
            const test::MemoryDirectory directory;
            Environment env = Environment::open(directory.store());
            const Model model = fill(env, random, most_bytes > 1000 ? 3000 : 100000, most_bytes, kept);
            const std::uint64_t before = env.statistics().file_size_bytes;
            std::uint64_t steps = 0;
            const CompactReport report = compact(env, {[&](const CompactProgress& progress) {
                                                     ++steps;
                                                     CHECK(progress.file_size_bytes <= before + kMiB);
                                                     return true;
                                                 }});
            CHECK(report.completed);
            CHECK(steps >= 1);
            CHECK(report.bytes_freed == before - env.statistics().file_size_bytes);
            require_compact(env, most_bytes > 1000 ? 25 : 0);
            require_content(env.begin_read(), model);
            // Each page moves once at most: twice in all, if the ceiling falls meanwhile.
            CHECK(report.pages_moved <= 2 * test::require_sound(env).live_pages);
            const CompactReport again = compact(env);
            CHECK(again.completed);
            env.close();
            env = Environment::open(directory.store());
            require_content(env.begin_read(), model);
            test::require_sound(env);
        }
    }
}

TEST_CASE("compact() moves the values of a key that are a tree of their own, in bounded steps") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    std::set<std::pair<std::string, std::string>> model;
    WriteTransaction txn = env.begin_write();
    TreeOptions options;
    options.duplicates = true;
    const Tree tree = txn.create_tree("t", options);
    for (int i = 0; i < 900000; ++i) {
        const std::string key = i % 3 == 0 ? "much" : std::to_string(random() % 300);
        model.emplace(key, std::to_string(random()));
    }
    for (const auto& [key, value] : model) txn.put(tree, key, value);
    txn.commit();
    txn = env.begin_write();
    for (auto pair = model.begin(); pair != model.end();) {
        const bool keep = random() % 100 < 60;
        if (!keep) REQUIRE(txn.erase(tree, pair->first, pair->second));
        pair = keep ? std::next(pair) : model.erase(pair);
    }
    txn.commit();
    std::uint64_t most = 0;
    std::uint64_t last = env.statistics().pages_written;
    const CompactReport report = compact(env, {[&](const CompactProgress&) {
                                             const std::uint64_t now = env.statistics().pages_written;
                                             most = std::max(most, now - std::exchange(last, now));
                                             return true;
                                         }});
    CHECK(report.completed);
    CHECK(report.pages_moved > 0);
    CHECK(most <= 2048 + 2048 / 8 + 64);
    require_compact(env);
    const ReadTransaction read = env.begin_read();
    REQUIRE(read.statistics(tree).entries == model.size());
    Cursor cursor = read.cursor(tree);
    for (const auto& [key, value] : model) {
        REQUIRE(cursor.next());
        REQUIRE(cursor.key() == key);
        REQUIRE(cursor.value() == value);
    }
}

TEST_CASE("compact() works in bounded steps, and stops when it is told to") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    const Model model = fill(env, random, 400000, 300, 78);
    std::uint64_t most = 0;
    std::uint64_t last = env.statistics().pages_written;
    const CompactReport cancelled = compact(env, {[&](const CompactProgress&) {
                                                const std::uint64_t now = env.statistics().pages_written;
                                                most = std::max(most, now - std::exchange(last, now));
                                                return false;
                                            }});
    CHECK_FALSE(cancelled.completed);
    CHECK(cancelled.pages_moved > 0);
    CHECK(most <= 2048 + 2048 / 8 + 64);  // 8 MiB, the branches above, and what every commit writes
    require_content(env.begin_read(), model);
    test::require_sound(env);
    CHECK_THROWS_AS((void)compact(env, {[](const CompactProgress&) -> bool { throw std::runtime_error("no"); }}),
                    std::runtime_error);
    CHECK(compact(env).completed);
    require_compact(env);
    require_content(env.begin_read(), model);
}

TEST_CASE("compact() with a reader held: the snapshot stays whole, and the file falls when it ends") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    const Model model = fill(env, random, 100000, 300, 60);
    const std::uint64_t pinned_bytes = env.statistics().page_count * env.statistics().page_size_bytes;
    {
        const ReadTransaction held = env.begin_read();
        const CompactReport report = compact(env);
        CHECK(report.completed);
        CHECK(env.statistics().file_size_bytes >= pinned_bytes);
        require_content(held, model);
    }
    CHECK(compact(env).bytes_freed > 0);
    require_compact(env);
    require_content(env.begin_read(), model);
}

TEST_CASE("compact() beside a writer and readers of other threads") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    const Model model = fill(env, random, 60000, 300, 30);
    std::atomic<bool> stop{false};
    std::atomic<int> commits{0};
    std::atomic<bool> whole{true};
    std::thread writer{[&] {
        for (std::uint64_t i = 0; !stop; ++i) {
            WriteTransaction txn = env.begin_write();
            txn.put(txn.create_tree("other"), std::to_string(i % 500), std::string(i % 400, 'o'));
            txn.commit();
            ++commits;
        }
    }};
    std::thread reader{[&] {
        while (!stop) {
            const ReadTransaction txn = env.begin_read();
            whole = whole && txn.statistics(txn.tree("t")).entries == model.size();
            Cursor cursor = txn.cursor(txn.tree("t"));
            std::size_t n = 0;
            for (bool on = cursor.first(); on; on = cursor.next()) n += cursor.value().size() < 400 ? 1 : 0;
            whole = whole && n == model.size();
        }
    }};
    for (int i = 0; i < 5; ++i) CHECK(compact(env).completed);
    while (commits == 0) std::this_thread::yield();
    stop = true;
    writer.join();
    reader.join();
    CHECK(whole);
    CHECK(compact(env).completed);
    require_compact(env);
    require_content(env.begin_read(), model);
}

TEST_CASE("compact() in the wrong place is an error, and an empty store has nothing to give") {
    const test::MemoryDirectory directory;
    {
        Environment env = Environment::open(directory.store());
        CHECK(compact(env).completed);
        WriteTransaction txn = env.begin_write();
        try {
            (void)compact(env);
            FAIL("it began");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::misuse);
        }
    }
    Options options;
    options.read_only = true;
    Environment env = Environment::open(directory.store(), options);
    try {
        (void)compact(env);
        FAIL("it wrote");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::read_only);
    }
    test::require_sound(env);
}

TEST_CASE("compact() comes to an end beside a reader that keeps the room for large values") {
    std::mt19937_64 random{test::seed()};
    for (int round = 0; round < 12; ++round) {
        Options options;
        options.in_memory = true;
        Environment env = Environment::open("store", options);
        Model model;
        const auto put = [&](int entries) {
            WriteTransaction txn = env.begin_write();
            const Tree tree = txn.create_tree("t");
            for (int i = 0; i < entries; ++i) {
                const std::string key = "key " + std::to_string(random() % 40);
                const std::string& value = model[key] =
                    std::string(4096 + random() % kMiB, static_cast<char>('a' + random() % 26));
                txn.put(tree, key, value);
            }
            txn.commit();
        };
        put(20);
        const Model seen = model;
        const ReadTransaction held = env.begin_read();
        for (int i = 0; i < 10; ++i) put(2);
        int steps = 0;
        CompactOptions compacting;
        compacting.progress = [&](const CompactProgress&) { return ++steps < 500; };
        CHECK(compact(env, compacting).completed);
        require_content(held, seen);
        require_content(env.begin_read(), model);
        test::require_sound(env);
    }
}

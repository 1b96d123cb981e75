// The file falls by itself when its end is free, never under a state that somebody can still read.
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <random>

#include <doctest/doctest.h>

#include "child.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

std::string key_of(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(8 - digits.size(), '0') + digits;
}

/// Loads keys [from, to) in order, `per_commit` at a time: later keys lie further back in the file.
void load(Environment& env, std::uint64_t from, std::uint64_t to, std::size_t value_size,
          std::uint64_t per_commit = 5000) {
    while (from < to) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t");
        for (const std::uint64_t end = std::min(to, from + per_commit); from < end; ++from)
            txn.put(tree, key_of(from), std::string(value_size, static_cast<char>('a' + from % 26)));
        txn.commit();
    }
}

void erase(Environment& env, std::uint64_t from, std::uint64_t to) {
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.tree("t");
    for (; from < to; ++from) REQUIRE(txn.erase(tree, key_of(from)));
    txn.commit();
}

void small_commit(Environment& env) {
    WriteTransaction txn = env.begin_write();
    txn.put(txn.create_tree("small"), "key", std::to_string(txn.id()));
    txn.commit();
}

void require_keys(const Transaction& txn, std::uint64_t from, std::uint64_t to, std::size_t value_size) {
    const Tree tree = txn.tree("t");
    REQUIRE(txn.statistics(tree).entries == to - from);
    Cursor cursor = txn.cursor(tree);
    REQUIRE(cursor.first());
    for (std::uint64_t i = from; i < to; ++i, (void)cursor.next()) {
        REQUIRE(cursor.key() == key_of(i));
        REQUIRE(cursor.value() == std::string(value_size, static_cast<char>('a' + i % 26)));
    }
}

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// The most bytes that a file may have after it has fallen: live pages, an eighth of them and two segments as
/// slack, and at the end what is not worth a cut.
std::uint64_t fallen_size(std::uint64_t live_pages, std::uint64_t page_size) {
    const std::uint64_t pages = live_pages + live_pages / 8 + 2 * FreePages::kSegmentPages;
    return pages * page_size * 8 / 7 + 2 * kMiB;
}

void require_fallen(Environment& env) {
    const EnvironmentStatistics statistics = env.statistics();
    const std::uint64_t live = test::require_sound(env).live_pages;
    CHECK(statistics.file_size_bytes <= fallen_size(live, statistics.page_size_bytes));
}

struct Deletion {
    const char* name;
    std::uint32_t page_size;
    std::uint64_t keys;
    std::size_t value_size;
    std::uint64_t kept_in_ten;  ///< of every ten blocks of keys
    std::uint64_t block;        ///< keys
    bool random;
};

}  // namespace

TEST_CASE("after deleting most of the data the file falls within 20 small commits") {
    const Deletion deletions[] = {
        {"the youngest 90%", 4096, 100000, 200, 1, 10000, false},
        {"90% at random", 4096, 100000, 200, 1, 1, true},
        {"half, in blocks", 4096, 100000, 200, 5, 100, true},
        {"90% of large values", 4096, 1000, 30000, 1, 1, true},
        {"half of large values", 4096, 1000, 30000, 5, 1, true},
        {"90% at random, large pages", 65536, 400000, 1000, 1, 1, true},
    };
    for (const Deletion& deletion : deletions) {
        SUBCASE(deletion.name) {
            CAPTURE(deletion.name);
            const test::MemoryDirectory directory;
            std::mt19937_64 random{test::seed()};
            Options options;
            options.page_size_bytes = deletion.page_size;
            Environment env = Environment::open(directory.store(), options);
            load(env, 0, deletion.keys, deletion.value_size, deletion.keys / 10);
            const std::uint64_t before = env.statistics().file_size_bytes;
            std::vector<std::uint64_t> kept;
            {
                WriteTransaction txn = env.begin_write();
                const Tree tree = txn.tree("t");
                for (std::uint64_t block = 0; block * deletion.block < deletion.keys; ++block) {
                    const bool keep = (deletion.random ? random() % 10 : block % 10) < deletion.kept_in_ten;
                    for (std::uint64_t i = 0; i < deletion.block; ++i) {
                        const std::uint64_t key = block * deletion.block + i;
                        if (keep) kept.push_back(key);
                        if (!keep) REQUIRE(txn.erase(tree, key_of(key)));
                    }
                }
                txn.commit();
            }
            for (int i = 0; i < 20; ++i) small_commit(env);
            require_fallen(env);
            CHECK(env.statistics().file_size_bytes < before);
            const std::uint64_t visited = EnvironmentAccess::state(env).relocation.visited();
            CHECK(visited > 0);
            env.close();
            env = Environment::open(directory.store(), options);
            const ReadTransaction txn = env.begin_read();
            const Tree tree = txn.tree("t");
            REQUIRE(txn.statistics(tree).entries == kept.size());
            Cursor cursor = txn.cursor(tree);
            (void)cursor.first();
            for (const std::uint64_t key : kept) {
                REQUIRE(cursor.key() == key_of(key));
                REQUIRE(cursor.value() == std::string(deletion.value_size, static_cast<char>('a' + key % 26)));
                (void)cursor.next();
            }
        }
    }
}

TEST_CASE("the values of a key in a tree of their own let the file fall like any other pages") {
    struct Values {
        const char* name;
        std::uint64_t keys;
        std::uint64_t values;  ///< of each key
        std::uint64_t in_ten;  ///< that stay
    };
    const Values shapes[] = {
        {"one key", 1, 600000, 1},
        {"some keys", 7, 100000, 1},
        {"many keys", 3000, 250, 4},
    };
    for (const Values& shape : shapes) {
        SUBCASE(shape.name) {
            CAPTURE(shape.name);
            const test::MemoryDirectory directory;
            std::mt19937_64 random{test::seed()};
            Environment env = Environment::open(directory.store());
            TreeOptions options;
            options.duplicates = true;
            const auto value_of = [](std::uint64_t n) { return key_of(n) + std::string(n % 20, 'v'); };
            const auto change = [&](auto&& call) {
                const std::uint64_t step = shape.values / 10;
                for (std::uint64_t from = 0; from < shape.values; from += step) {
                    WriteTransaction txn = env.begin_write();
                    const Tree tree = txn.create_tree("t", options);
                    for (std::uint64_t key = 0; key < shape.keys; ++key)
                        for (std::uint64_t value = from; value < from + step; ++value)
                            call(txn, tree, key_of(key), value_of(value));
                    txn.commit();
                }
            };
            change([](WriteTransaction& txn, Tree tree, const std::string& key, const std::string& value) {
                txn.put(tree, key, value);
            });
            const std::uint64_t before = env.statistics().file_size_bytes;
            std::vector<std::pair<std::string, std::string>> kept;
            {
                WriteTransaction txn = env.begin_write();
                const Tree tree = txn.tree("t");
                for (std::uint64_t key = 0; key < shape.keys; ++key)
                    for (std::uint64_t value = 0; value < shape.values; ++value) {
                        if (random() % 10 < shape.in_ten) {
                            kept.emplace_back(key_of(key), value_of(value));
                        } else {
                            REQUIRE(txn.erase(tree, key_of(key), value_of(value)));
                        }
                    }
                txn.commit();
            }
            for (int i = 0; i < 20; ++i) small_commit(env);
            require_fallen(env);
            CHECK(env.statistics().file_size_bytes < before);
            CHECK(EnvironmentAccess::state(env).relocation.moved() > 0);
            env.close();
            env = Environment::open(directory.store());
            const ReadTransaction txn = env.begin_read();
            const Tree tree = txn.tree("t");
            REQUIRE(txn.statistics(tree).entries == kept.size());
            Cursor cursor = txn.cursor(tree);
            (void)cursor.first();
            for (const auto& [key, value] : kept) {
                REQUIRE(cursor.key() == key);
                REQUIRE(cursor.value() == value);
                (void)cursor.next();
            }
        }
    }
}

TEST_CASE("relocation is bounded in each commit, and moves a page at most once") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    const detail::Relocation& relocation = EnvironmentAccess::state(env).relocation;
    load(env, 0, 500000, 200, 50000);
    for (int i = 0; i < 100; ++i) small_commit(env);
    CHECK(relocation.visited() == 0);  // a store that is full enough pays nothing
    CHECK(relocation.moved() == 0);
    {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.tree("t");
        for (std::uint64_t i = 0; i < 500000; ++i)
            if (i / 40 % 2 == 0) (void)txn.erase(tree, key_of(i));
        txn.commit();
    }
    const std::uint64_t live = test::require_sound(env).live_pages;
    std::uint64_t most_written = 0;
    int commits = 0;
    std::uint64_t moved = ~std::uint64_t{0};
    for (; commits < 40; ++commits) {
        const std::uint64_t pages = env.statistics().pages_written;
        moved = relocation.moved();
        small_commit(env);
        most_written = std::max(most_written, env.statistics().pages_written - pages);
    }
    CHECK(relocation.moved() == moved);  // it has come to an end
    CHECK(relocation.moved() <= live);
    // At most 1,024 pages are moved, with the branches above them and what the commit writes anyway.
    CHECK(most_written <= 1024 + 1024 / 8 + 64);
    require_fallen(env);
}

TEST_CASE("a few large values of any size do not keep the file long") {
    std::mt19937_64 random{test::seed()};
    for (int round = 0; round < 15; ++round) {
        Options options;
        options.in_memory = true;
        Environment env = Environment::open("store", options);
        std::map<std::string, std::string> model;
        for (int commit = 0; commit < 20; ++commit) {
            WriteTransaction txn = env.begin_write();
            const Tree tree = txn.create_tree("t");
            for (int i = 0; i < 4; ++i) {
                const std::string key = key_of(random() % 60);
                const std::size_t most = random() % 4 == 0 ? 2 * kMiB : kMiB / 4;
                const std::string& value = model[key] =
                    std::string(1 + random() % most, static_cast<char>('a' + random() % 26));
                txn.put(tree, key, value);
            }
            txn.commit();
        }
        {
            WriteTransaction txn = env.begin_write();
            const Tree tree = txn.tree("t");
            for (auto entry = model.begin(); entry != model.end();) {
                const bool keep = random() % 10 == 0;
                if (!keep) REQUIRE(txn.erase(tree, entry->first));
                entry = keep ? std::next(entry) : model.erase(entry);
            }
            txn.commit();
        }
        for (int i = 0; i < 20; ++i) small_commit(env);
        require_fallen(env);
        const ReadTransaction txn = env.begin_read();
        for (const auto& [key, value] : model) REQUIRE(txn.get(txn.tree("t"), key) == value);
    }
}

TEST_CASE("relocation goes on beside writers, readers and other trees") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open(directory.store());
    std::map<std::string, std::map<std::string, std::string>> model;
    const auto change = [&](int operations, bool shrink) {
        WriteTransaction txn = env.begin_write();
        for (int i = 0; i < operations; ++i) {
            const std::string name = "tree " + std::to_string(random() % 20);
            const std::string key = key_of(random() % 3000);
            const Tree tree = txn.create_tree(name);
            model[name];
            if (shrink && random() % 8 != 0) {
                CHECK(txn.erase(tree, key) == (model[name].erase(key) > 0));
            } else {
                const std::string value(random() % 50 == 0 ? random() % 60000 : random() % 300,
                                        static_cast<char>('a' + random() % 26));
                txn.put(tree, key, value);
                model[name][key] = value;
            }
        }
        txn.commit();
    };
    for (int wave = 0; wave < 4; ++wave) {
        for (int i = 0; i < 40; ++i) change(1000, false);
        std::optional<ReadTransaction> held;
        for (int i = 0; i < 120; ++i) {
            change(i < 60 ? 1500 : 3, true);
            if (random() % 6 == 0) held.emplace(env.begin_read());
            if (random() % 6 == 0) held.reset();
            if (i % 20 == 0) test::require_sound(env);
        }
        held.reset();
        for (int i = 0; i < 20; ++i) small_commit(env);
        require_fallen(env);
    }
    CHECK(EnvironmentAccess::state(env).relocation.moved() > 0);
    const ReadTransaction txn = env.begin_read();
    for (const auto& [name, entries] : model) {
        const Tree tree = txn.tree(name);
        REQUIRE(txn.statistics(tree).entries == entries.size());
        for (const auto& [key, value] : entries) REQUIRE(txn.get(tree, key) == value);
    }
}

TEST_CASE("closing shortens a file that is much emptier than full, as far as the session has paid for it") {
    const test::MemoryDirectory directory;
    const auto size = [&] { return std::filesystem::file_size(directory.store()); };
    const auto open = [&](bool shorten) {
        Options options;
        options.shorten_on_close = shorten;
        return Environment::open(directory.store(), options);
    };
    Environment env = open(false);
    load(env, 0, 100000, 200);
    erase(env, 0, 90000);
    env.close();
    const std::uint64_t large = size();
    CHECK(large > 20 * kMiB);
    // A small session pays for nothing: as long as before but for what its own commit has done.
    env = open(true);
    const std::uint64_t before = EnvironmentAccess::state(env).relocation.moved();
    env.close();
    CHECK(before == 0);
    CHECK(size() == large);
    // One that has written much does.
    env = open(true);
    load(env, 100000, 130000, 200);
    erase(env, 100000, 130000);
    env.close();
    CHECK(size() < large / 3);
    const std::uint64_t fallen = size();
    env = open(true);
    require_keys(env.begin_read(), 90000, 100000, 200);
    const std::uint64_t live = test::require_sound(env).live_pages;
    CHECK(fallen <= (live + live / 32 + 2 * FreePages::kSegmentPages) * 4096 + 2 * kMiB);
    CHECK(env.recovery().unclean == false);
    // Nor is anything moved when little is free.
    small_commit(env);
    env.close();
    CHECK(size() <= fallen);
    env = open(true);
    test::require_sound(env);
}

TEST_CASE("the file is not cut below a snapshot that is held") {
    const test::MemoryDirectory directory;
    Environment env = Environment::open(directory.store());
    load(env, 0, 60000, 200);
    const std::uint64_t large = env.statistics().page_count * 4096;
    std::optional<ReadTransaction> held{env.begin_read()};
    erase(env, 0, 60000);
    for (int i = 0; i < 100; ++i) small_commit(env);
    CHECK(env.statistics().file_size_bytes >= large);
    require_keys(*held, 0, 60000, 200);
    held.reset();
    for (int i = 0; i < 20; ++i) small_commit(env);
    CHECK(env.statistics().file_size_bytes <= 4 * kMiB);
    test::require_sound(env);
}

TEST_CASE("the file is not cut below a snapshot that another process holds") {
    const test::MemoryDirectory directory;
    Environment env = Environment::open(directory.store());
    load(env, 0, 60000, 200);
    const std::uint64_t large = env.statistics().page_count * 4096;
    test::Child reader{[&](const test::Child::Pipe& pipe) {
        Environment own = Environment::open(directory.store());
        {
            const ReadTransaction held = own.begin_read();
            pipe.send(1);
            (void)pipe.receive();
            Cursor cursor = held.cursor(held.tree("t"));
            std::uint64_t entries = 0;
            for (bool on = cursor.first(); on; on = cursor.next()) ++entries;
            if (entries != 60000) throw std::runtime_error("the snapshot has changed");
        }
        pipe.send(2);
    }};
    REQUIRE(reader.receive() == 1);
    erase(env, 0, 60000);
    for (int i = 0; i < 50; ++i) small_commit(env);
    CHECK(env.statistics().file_size_bytes >= large);
    reader.send(1);
    REQUIRE(reader.receive() == 2);
    for (int i = 0; i < 20; ++i) small_commit(env);
    CHECK(env.statistics().file_size_bytes <= 4 * kMiB);
    reader.require_success();
    test::require_sound(env);
}

TEST_CASE("growing and shrinking again and again, with processes that take turns") {
    const test::MemoryDirectory directory;
    std::mt19937_64 random{test::seed()};
    const std::uint64_t salt = random();
    Environment env = Environment::open(directory.store());
    small_commit(env);
    test::Child other{[&](const test::Child::Pipe& pipe) {
        Environment own = Environment::open(directory.store());
        std::mt19937_64 dice{salt};
        for (;;) {
            const std::uint64_t what = pipe.receive();
            if (what == 0) return;
            if (what == 1) load(own, 0, 1000 + dice() % 40000, 200);
            if (what == 2) {
                WriteTransaction txn = own.begin_write();
                txn.clear(txn.create_tree("t"));
                txn.commit();
            }
            if (what == 3) small_commit(own);
            if (!kv::check(own).ok()) throw std::runtime_error("check() found something");
            pipe.send(1);
        }
    }};
    std::uint64_t most = 0;
    for (int round = 0; round < 60; ++round) {
        if (random() % 2 == 0) {
            other.send(1 + random() % 3);
            REQUIRE(other.receive() == 1);
        } else if (random() % 3 == 0) {
            load(env, 0, 1000 + random() % 40000, 200);
        } else {
            WriteTransaction txn = env.begin_write();
            txn.clear(txn.create_tree("t"));
            txn.commit();
            for (std::uint64_t i = random() % 6; i > 0; --i) small_commit(env);
        }
        test::require_sound(env);
        most = std::max(most, env.statistics().file_size_bytes);
    }
    other.send(0);
    other.require_success();
    {
        WriteTransaction txn = env.begin_write();
        txn.clear(txn.create_tree("t"));
        txn.commit();
    }
    for (int i = 0; i < 20; ++i) small_commit(env);
    CHECK(most > 4 * kMiB);
    CHECK(env.statistics().file_size_bytes <= 4 * kMiB);
    test::require_sound(env);
}

TEST_CASE("a process that is behind does not cut what the commit records on disk name") {
    const test::MemoryDirectory directory;
    const auto put = [](Environment& env, const std::string& key, kv::Durability durability) {
        kv::WriteTransaction txn = env.begin_write();
        txn.put(txn.create_tree("tree"), key, "value");
        txn.commit(durability);
    };
    {
        test::Child behind{[&](const test::Child::Pipe& pipe) {
            Environment env = Environment::open(directory.store());
            put(env, "first", kv::Durability::durable);
            pipe.send(0);
            (void)pipe.receive();
            put(env, "second", kv::Durability::deferred);
            pipe.send(0);
            (void)pipe.receive();
        }};
        REQUIRE(behind.receive() == 0);
        test::Child ahead{[&](const test::Child::Pipe& pipe) {
            Environment env = Environment::open(directory.store());
            kv::WriteTransaction txn = env.begin_write();
            const kv::Tree bulk = txn.create_tree("bulk");
            for (int i = 0; i < 40000; ++i) txn.put(bulk, std::to_string(i), std::string(200, 'b'));
            txn.commit();
            txn = env.begin_write();
            txn.clear(bulk);
            txn.commit();
            const std::uint64_t long_count = env.statistics().page_count;
            for (int i = 0; env.statistics().page_count * 2 > long_count && i < 100; ++i)
                put(env, std::to_string(i), i < 3 ? kv::Durability::durable : kv::Durability::deferred);
            pipe.send(env.statistics().page_count * 2 <= long_count ? 1 : 0);
            (void)pipe.receive();
        }};
        REQUIRE(ahead.receive() == 1);
        behind.send(0);
        REQUIRE(behind.receive() == 0);
        behind.kill();
        (void)behind.wait();
        ahead.kill();
        (void)ahead.wait();
    }
    std::remove((directory.store() + "-lock").c_str());
    Environment env = Environment::open(directory.store());
    put(env, "next", kv::Durability::durable);
    test::require_sound(env);
}

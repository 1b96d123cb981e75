// The documented contract of the engine's public calls, line by line, where no other test holds them to it.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "errors.hpp"
#include "kv/page_format.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Cursor;
using kv::Environment;
using kv::Tree;

namespace {

/// A store of one test, checked when the test ends well.
struct Fixture {
    explicit Fixture(const kv::Options& options = {})
        : environment(Environment::open(directory.store(), options)) {}
    ~Fixture() {
        if (std::uncaught_exceptions() == 0) (void)require_sound(environment);
    }
    MemoryDirectory directory;
    Environment environment;
};

std::uintptr_t address(ByteView view) {
    return reinterpret_cast<std::uintptr_t>(view.data());
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "names of trees") {
    kv::WriteTransaction txn = environment.begin_write();
    const std::string longest(511, 'n');
    const std::string binary{"a\0b\xff", 4};
    const Tree first = txn.create_tree("first");
    CHECK(txn.create_tree("first") == first);
    CHECK_FALSE(txn.create_tree(longest) == first);
    (void)txn.create_tree(binary);
    (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.create_tree(""); });
    (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.create_tree(std::string(512, 'n')); });
    CHECK(error_of(ErrorCode::not_found, [&] { (void)txn.tree("absent"); }).find("absent") != std::string::npos);
    CHECK_FALSE(txn.find_tree("absent").has_value());
    (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.find_tree(""); });
    std::vector<std::string> names;
    txn.each_tree([&](ByteView name, Tree) { names.emplace_back(name); });
    CHECK(names == std::vector<std::string>{binary, "first", longest});
    txn.commit();
    const kv::ReadTransaction reader = environment.begin_read();
    CHECK(reader.tree("first") == first);
}

TEST_CASE_FIXTURE(Fixture, "drop, rename and clear") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree a = txn.create_tree("a");
    const Tree b = txn.create_tree("b");
    for (int i = 0; i < 500; ++i) txn.put(a, "key " + std::to_string(i), std::string(50, 'v'));
    txn.put(b, "k", std::string(20000, 'v'));
    txn.commit();

    txn = environment.begin_write();
    const kv::ReadTransaction before = environment.begin_read();
    (void)error_of(ErrorCode::not_found, [&] { txn.rename_tree("absent", "c"); });
    (void)error_of(ErrorCode::already_exists, [&] { txn.rename_tree("a", "b"); });
    (void)error_of(ErrorCode::invalid_argument, [&] { txn.rename_tree("a", ""); });
    txn.rename_tree("a", "a");
    txn.rename_tree("a", "c");
    CHECK(txn.tree("c") == a);
    CHECK_FALSE(txn.find_tree("a").has_value());
    CHECK(txn.statistics(a).entries == 500);
    txn.clear(b);
    CHECK(txn.statistics(b).entries == 0);
    CHECK(txn.statistics(b).depth == 0);
    CHECK_FALSE(txn.contains(b, "k"));
    CHECK_FALSE(txn.drop_tree("a"));
    CHECK(txn.drop_tree("c"));
    CHECK_FALSE(txn.drop_tree("c"));
    (void)error_of(ErrorCode::not_found, [&] { (void)txn.get(a, "key 1"); });
    (void)error_of(ErrorCode::not_found, [&] { txn.put(a, "key 1", "v"); });
    const Tree again = txn.create_tree("c");
    CHECK(again.id() > b.id());  // ids are never used twice
    txn.put(again, "x", "y");
    txn.commit();
    CHECK(before.get(before.tree("a"), "key 7") == std::string(50, 'v'));
    CHECK(before.get(b, "k")->size() == 20000);
    const kv::ReadTransaction after = environment.begin_read();
    CHECK(after.get(after.tree("c"), "x") == "y");
    (void)error_of(ErrorCode::not_found, [&] { (void)after.get(a, "key 1"); });
}

TEST_CASE("keys of every length up to the limit, for every page size") {
    for (const std::uint32_t page_size : {4096U, 8192U, 16384U, 65536U}) {
        kv::Options options;
        options.page_size_bytes = page_size;
        Fixture fixture{options};
        Environment& environment = fixture.environment;
        const std::uint32_t most = environment.max_key_size();
        CHECK(most == page_size / 4);
        CHECK(environment.statistics().page_size_bytes == page_size);
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("keys");
        (void)error_of(ErrorCode::invalid_argument, [&] { txn.put(tree, "", "v"); });
        (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.insert(tree, "", "v"); });
        (void)error_of(ErrorCode::key_too_long, [&] { txn.put(tree, std::string(most + 1, 'k'), "v"); });
        (void)error_of(ErrorCode::key_too_long, [&] { (void)txn.insert(tree, std::string(most + 1, 'k'), "v"); });
        const std::uint32_t step = page_size / 4096 * 3;
        std::uint64_t entries = 0;
        for (std::uint32_t size = 1; size <= most;
             size += size + step > most && size < most ? most - size : step, ++entries) {
            txn.put(tree, std::string(size, 'k'), std::to_string(size));
            txn.put(tree, std::string(size - 1, 'k') + "\xff", std::to_string(size));
        }
        CHECK_FALSE(txn.contains(tree, ""));
        CHECK_FALSE(txn.contains(tree, std::string(most + 1, 'k')));
        CHECK_FALSE(txn.erase(tree, std::string(most + 1, 'k')));
        txn.commit();
        const kv::ReadTransaction reader = environment.begin_read();
        CHECK(reader.statistics(tree).entries == 2 * entries);
        CHECK(reader.get(tree, std::string(most, 'k')) == std::to_string(most));
        CHECK(reader.get(tree, "k") == "1");
        CHECK(reader.get(tree, "\xff") == "1");
    }
}

TEST_CASE_FIXTURE(Fixture, "values of every size around every threshold, aligned, read and replaced") {
    std::vector<std::size_t> sizes;
    const auto around = [&](std::size_t size) {
        for (std::size_t s = size < 20 ? 0 : size - 20; s < size + 20; ++s) sizes.push_back(s);
    };
    around(0);
    around(kv::max_leaf_entry_size(4096));
    around(4096 - sizeof(kv::RunHeader));
    around(2 * 4096 - sizeof(kv::RunHeader));
    around(kv::kRunChunkSize);
    around(17 * 4096 - sizeof(kv::RunHeader));
    around(2 * kv::kRunChunkSize);
    sizes.push_back(3000000);
    const auto value_for = [](std::size_t size, char salt) {
        std::string value(size, salt);
        for (std::size_t i = 0; i < size; i += 97) value[i] = static_cast<char>('a' + i % 23);
        return value;
    };
    const auto require_all = [&](const kv::Transaction& txn, Tree tree, char salt) {
        for (const std::size_t size : sizes) {
            const std::optional<ByteView> value = txn.get(tree, "size " + std::to_string(size));
            REQUIRE(value.has_value());
            REQUIRE(*value == value_for(size, salt));
            REQUIRE(address(*value) % (size > kv::max_leaf_entry_size(4096) ? 64 : 8) == 0);
        }
    };
    Tree tree;
    for (const char salt : {'x', 'y'}) {
        kv::WriteTransaction txn = environment.begin_write();
        tree = txn.create_tree("values");
        for (const std::size_t size : sizes) txn.put(tree, "size " + std::to_string(size), value_for(size, salt));
        require_all(txn, tree, salt);
        txn.commit();
        (void)require_sound(environment);
        require_all(environment.begin_read(), tree, salt);
    }
    // From inline to run and back.
    for (const std::size_t size : {std::size_t{10}, std::size_t{100000}, std::size_t{0}, std::size_t{5000}}) {
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(tree, "changing", value_for(size, 'z'));
        txn.commit();
        CHECK(environment.begin_read().get(tree, "changing")->size() == size);
    }
    kv::WriteTransaction txn = environment.begin_write();
    for (const std::size_t size : sizes) (void)txn.erase(tree, "size " + std::to_string(size));
    CHECK(txn.statistics(tree).entries == 1);
    txn.commit();
    CHECK(environment.begin_read().statistics(tree).run_pages == 2);
}

TEST_CASE_FIXTURE(Fixture, "put, insert and erase answer what they did; arguments may be the store's own bytes") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    CHECK(txn.insert(tree, "a", "1"));
    CHECK_FALSE(txn.insert(tree, "a", "2"));
    CHECK(txn.get(tree, "a") == "1");
    txn.put(tree, "a", "3");
    CHECK(txn.get(tree, "a") == "3");
    CHECK(txn.erase(tree, "a"));
    CHECK_FALSE(txn.erase(tree, "a"));
    CHECK_FALSE(txn.get(tree, "a").has_value());
    const std::string large(10000, 'l');
    txn.put(tree, "small", "some bytes");
    txn.put(tree, "large", large);
    txn.put(tree, "copy of small", *txn.get(tree, "small"));
    txn.put(tree, "large", txn.get(tree, "large")->substr(1));
    txn.put(tree, *txn.get(tree, "small"), *txn.get(tree, "large"));
    CHECK(txn.get(tree, "copy of small") == "some bytes");
    CHECK(txn.get(tree, "large") == large.substr(1));
    CHECK(txn.get(tree, "some bytes") == large.substr(1));
    Cursor cursor = txn.cursor(tree);
    REQUIRE(cursor.seek_exact("small"));
    txn.put(tree, cursor.key(), cursor.key());
    CHECK(txn.get(tree, "small") == "small");
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "a cursor's moves, at and between and behind the entries") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    Cursor empty = txn.cursor(tree);
    CHECK_FALSE(empty.valid());
    for (const bool moved : {empty.first(), empty.last(), empty.next(), empty.previous(), empty.seek("a"),
                             empty.seek_exact("a"), empty.seek_before("a")})
        CHECK_FALSE(moved);
    (void)error_of(ErrorCode::misuse, [&] { (void)empty.key(); });
    (void)error_of(ErrorCode::misuse, [&] { (void)empty.value(); });
    (void)error_of(ErrorCode::misuse, [&] { empty.put("x"); });
    (void)error_of(ErrorCode::misuse, [&] { empty.erase(); });
    for (const char* key : {"b", "d", "f"}) txn.put(tree, key, key);

    Cursor cursor = txn.cursor(tree);
    CHECK(cursor.next());  // never positioned: to the first
    CHECK(cursor.key() == "b");
    Cursor backward = txn.cursor(tree);
    CHECK(backward.previous());  // never positioned: to the last
    CHECK(backward.key() == "f");

    CHECK(cursor.seek("c"));
    CHECK(cursor.key() == "d");
    CHECK(cursor.seek("d"));
    CHECK(cursor.key() == "d");
    CHECK_FALSE(cursor.seek("g"));
    CHECK_FALSE(cursor.valid());
    CHECK_FALSE(cursor.next());
    CHECK(cursor.previous());
    CHECK(cursor.key() == "f");

    CHECK_FALSE(cursor.seek_exact("c"));
    CHECK_FALSE(cursor.valid());
    CHECK(cursor.next());
    CHECK(cursor.key() == "d");
    CHECK_FALSE(cursor.seek_exact("c"));
    CHECK(cursor.previous());
    CHECK(cursor.key() == "b");
    CHECK(cursor.seek_exact("f"));
    CHECK(cursor.value() == "f");

    CHECK(cursor.seek_before("f"));
    CHECK(cursor.key() == "d");
    CHECK(cursor.seek_before("zz"));
    CHECK(cursor.key() == "f");
    CHECK_FALSE(cursor.seek_before("b"));
    CHECK_FALSE(cursor.previous());
    CHECK(cursor.next());
    CHECK(cursor.key() == "b");

    CHECK(cursor.last());
    CHECK_FALSE(cursor.next());
    CHECK_FALSE(cursor.next());
    CHECK(cursor.previous());
    CHECK(cursor.key() == "f");
    CHECK(cursor.first());
    CHECK_FALSE(cursor.previous());
    CHECK_FALSE(cursor.previous());
    CHECK(cursor.next());
    CHECK(cursor.key() == "b");
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "a cursor stays right under every change of its tree") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    const auto key = [](int i) { return "key " + std::to_string(10000 + i); };
    for (int i = 0; i < 1000; i += 2) txn.put(tree, key(i), std::string(40, 'v'));
    Cursor cursor = txn.cursor(tree);
    Cursor end = txn.cursor(tree);
    REQUIRE(cursor.seek_exact(key(500)));
    REQUIRE_FALSE(end.seek("zzz"));
    for (int i = 1; i < 1000; i += 2) txn.put(tree, key(i), std::string(40, 'w'));  // splits everywhere
    CHECK(cursor.key() == key(500));
    CHECK(cursor.value() == std::string(40, 'v'));
    cursor.put("new");
    CHECK(cursor.valid());
    CHECK(cursor.value() == "new");
    cursor.put(std::string(9000, 'r'));
    CHECK(cursor.value().size() == 9000);
    CHECK(cursor.next());
    CHECK(cursor.key() == key(501));
    CHECK(cursor.previous());

    cursor.erase();
    CHECK_FALSE(cursor.valid());
    (void)error_of(ErrorCode::misuse, [&] { (void)cursor.key(); });
    CHECK(cursor.next());
    CHECK(cursor.key() == key(501));
    CHECK(txn.erase(tree, key(501)));  // under the cursor, by another way
    CHECK_FALSE(cursor.valid());
    CHECK(cursor.previous());
    CHECK(cursor.key() == key(499));
    CHECK(txn.erase(tree, key(499)));
    txn.put(tree, key(499), "again");  // stands on it again
    CHECK(cursor.next());
    CHECK(cursor.key() == key(502));

    CHECK(end.previous());
    CHECK(end.key() == key(999));
    // Erase everything forward.
    Cursor all = txn.cursor(tree);
    std::uint64_t erased = 0;
    for (bool on = all.first(); on; on = all.next(), ++erased) all.erase();
    CHECK(erased == 998);
    CHECK(txn.statistics(tree).entries == 0);
    CHECK_FALSE(cursor.valid());
    CHECK_FALSE(cursor.next());
    txn.put(tree, "only", "one");
    CHECK(cursor.first());
    CHECK(cursor.key() == "only");
    txn.clear(tree);
    CHECK_FALSE(cursor.valid());
    txn.commit();
    (void)error_of(ErrorCode::misuse, [&] { (void)cursor.first(); });
}

TEST_CASE_FIXTURE(Fixture, "what has ended answers misuse; what has been moved from too") {
    kv::WriteTransaction writer = environment.begin_write();
    const Tree tree = writer.create_tree("t");
    writer.put(tree, "a", "1");
    CHECK(writer.writable());
    CHECK(writer.active());
    const std::uint64_t number = writer.id();
    Cursor of_writer = writer.cursor(tree);
    writer.commit();
    CHECK_FALSE(writer.active());
    (void)error_of(ErrorCode::misuse, [&] { writer.put(tree, "a", "2"); });
    (void)error_of(ErrorCode::misuse, [&] { writer.commit(); });
    (void)error_of(ErrorCode::misuse, [&] { (void)writer.get(tree, "a"); });
    (void)error_of(ErrorCode::misuse, [&] { (void)of_writer.next(); });
    writer.abort();
    writer.abort();

    kv::ReadTransaction reader = environment.begin_read();
    CHECK(reader.id() == number);
    CHECK_FALSE(reader.writable());
    Cursor cursor = reader.cursor(tree);
    REQUIRE(cursor.first());
    (void)error_of(ErrorCode::read_only, [&] { cursor.put("x"); });
    (void)error_of(ErrorCode::read_only, [&] { cursor.erase(); });
    Cursor moved_cursor = std::move(cursor);
    CHECK(moved_cursor.value() == "1");
    kv::ReadTransaction moved = std::move(reader);
    CHECK_FALSE(reader.active());
    CHECK(moved.get(tree, "a") == "1");
    CHECK(moved_cursor.key() == "a");
    (void)error_of(ErrorCode::misuse, [&] { (void)reader.get(tree, "a"); });
    (void)error_of(ErrorCode::misuse, [&] { (void)cursor.next(); });
    moved.end();
    moved.end();
    (void)error_of(ErrorCode::misuse, [&] { (void)moved.get(tree, "a"); });
    (void)error_of(ErrorCode::misuse, [&] { (void)moved_cursor.next(); });

    kv::WriteTransaction aborted = environment.begin_write();
    aborted.put(tree, "a", "lost");
    kv::WriteTransaction target = std::move(aborted);
    CHECK_FALSE(aborted.active());
    target.abort();
    {
        kv::WriteTransaction dropped = environment.begin_write();
        dropped.put(tree, "a", "lost too");
    }
    CHECK(environment.begin_read().get(tree, "a") == "1");
    CHECK(environment.begin_read().id() == number);
    kv::WriteTransaction nothing = environment.begin_write();
    nothing.commit();  // without a change there is nothing to commit
    CHECK(environment.begin_read().id() == number);

    Environment other = std::move(environment);
    (void)error_of(ErrorCode::misuse, [&] { (void)environment.begin_read(); });
    (void)error_of(ErrorCode::misuse, [&] { (void)environment.statistics(); });
    CHECK(other.path() == directory.store());
    environment = std::move(other);
}

TEST_CASE_FIXTURE(Fixture, "statistics count what is there") {
    CHECK(environment.statistics().newest_transaction == 0);
    CHECK_FALSE(environment.recovery().unclean);
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    CHECK(txn.statistics(tree).depth == 0);
    for (int i = 0; i < 3000; ++i) txn.put(tree, "key " + std::to_string(i), std::string(60, 'v'));
    txn.put(tree, "run", std::string(10000, 'r'));
    txn.commit();
    const kv::ReadTransaction reader = environment.begin_read();
    const kv::TreeStatistics statistics = reader.statistics(tree);
    CHECK(statistics.entries == 3001);
    CHECK(statistics.depth >= 2);
    CHECK(statistics.leaf_pages >= 3000 * 60 / 4096);
    CHECK(statistics.branch_pages >= 1);
    CHECK(statistics.run_pages == 3);
    const kv::EnvironmentStatistics all = environment.statistics();
    CHECK(all.newest_transaction == 1);
    CHECK(all.commits == 1);
    CHECK(all.flushes >= 1);
    CHECK(all.pages_written >= statistics.leaf_pages + statistics.branch_pages + 3);
    CHECK(all.extents_written >= 1);
    CHECK(all.readers == 1);
    CHECK(all.file_size_bytes >= all.page_count * all.page_size_bytes);
    const kv::CheckReport report = require_sound(environment);
    CHECK(report.entries == 3001);
    CHECK(report.live_pages + report.free_pages + report.waiting_pages + kv::first_data_page(4096) ==
          all.page_count);
}

TEST_CASE_FIXTURE(Fixture, "a transaction says what its commit has written") {
    const auto pages = [&] { return environment.statistics().pages_written; };
    const auto changed = [&](kv::WriteTransaction& txn) {
        txn.put(txn.create_tree("t"), "key", std::string(10000, 'v'));
        CHECK(txn.written().pages == 0);
    };
    for (const kv::Durability durability :
         {kv::Durability::durable, kv::Durability::two_phase, kv::Durability::deferred}) {
        const std::uint64_t before = pages();
        kv::WriteTransaction txn = environment.begin_write();
        changed(txn);
        txn.commit(durability);
        CHECK(txn.written().pages >= 4);  // a value of three pages, and its leaf
        CHECK(txn.written().pages == pages() - before);
        CHECK(txn.written().bytes >= txn.written().pages * environment.statistics().page_size_bytes);
        kv::WriteTransaction moved = std::move(txn);
        CHECK(moved.written().pages == pages() - before);
    }
    const std::uint64_t before = pages();
    kv::WriteTransaction unflushed = environment.begin_write();
    changed(unflushed);
    (void)unflushed.commit_async();
    CHECK(unflushed.written().pages == pages() - before);

    kv::WriteTransaction outer = environment.begin_write();
    {
        kv::WriteTransaction nested = outer.begin_nested();
        changed(nested);
        nested.commit();
        CHECK(nested.written().pages == 0);
    }
    outer.abort();
    CHECK(outer.written().pages == 0);
    outer = environment.begin_write();
    outer.commit();
    CHECK(outer.written().pages == 0);
    CHECK(outer.written().bytes == 0);
}

TEST_CASE_FIXTURE(Fixture, "a held reader pins its own snapshot and nothing more") {
    const auto update = [&](int number) {
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("t");
        txn.put(tree, "key " + std::to_string(number % 50), std::string(100, static_cast<char>('a' + number % 26)));
        txn.commit();
    };
    for (int i = 0; i < 100; ++i) update(i);
    std::optional<kv::ReadTransaction> reader{environment.begin_read()};
    const std::string seen{*reader->get(reader->tree("t"), "key 7")};
    const std::uint64_t before = environment.statistics().page_count;
    for (int i = 0; i < 2000; ++i) update(i);
    // What was written after the snapshot and replaced again is used anew: not the file's 2,000-fold growth.
    CHECK(environment.statistics().page_count < 2 * before + 50);
    CHECK(reader->get(reader->tree("t"), "key 7") == seen);
    const std::uint64_t waiting = environment.statistics().waiting_pages;
    const std::uint64_t held = environment.statistics().page_count;
    reader.reset();
    for (int i = 0; i < 100; ++i) update(i);
    CHECK(environment.statistics().waiting_pages <= waiting);
    CHECK(environment.statistics().page_count <= held);
}

TEST_CASE("cursors may go after their transaction and the environment") {
    const MemoryDirectory directory;
    std::vector<Cursor> cursors;
    {
        Environment environment = Environment::open(directory.store());
        {
            kv::WriteTransaction txn = environment.begin_write();
            const Tree tree = txn.create_tree("t");
            txn.put(tree, "key", "value");
            cursors.push_back(txn.cursor(tree));
            REQUIRE(cursors.back().first());
            {
                kv::WriteTransaction nested = txn.begin_nested();
                cursors.push_back(nested.cursor(tree));
                REQUIRE(cursors.back().first());
                nested.abort();
            }
            txn.commit();
        }
        for (int i = 0; i < 3; ++i) {
            kv::ReadTransaction txn = environment.begin_read();
            cursors.push_back(txn.cursor(txn.tree("t")));
            REQUIRE(cursors.back().first());
            CHECK(cursors.back().key() == "key");
        }
        // The same state, perhaps in the same memory: old cursors stay what they are.
        const kv::ReadTransaction again = environment.begin_read();
        for (Cursor& cursor : cursors) (void)error_of(ErrorCode::misuse, [&] { (void)cursor.key(); });
        for (Cursor& cursor : cursors) (void)error_of(ErrorCode::misuse, [&] { (void)cursor.next(); });
        (void)require_sound(environment);
    }
    for (Cursor& cursor : cursors) (void)error_of(ErrorCode::misuse, [&] { (void)cursor.valid(); });
    cursors.clear();
}

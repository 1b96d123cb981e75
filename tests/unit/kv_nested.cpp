// Nested write transactions, case by case: what their commit keeps, what their abort brings back, and writes that
// stop half-way because memory runs out.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "allocations.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

std::string key_of(int i) {
    return "key " + std::to_string(1000000 + i);
}

std::string value_of(int i) {
    return std::string(static_cast<std::size_t>(i % 7 == 0 ? 9000 : 40 + i % 200), static_cast<char>('a' + i % 26));
}

std::map<std::string, std::string> entries_of(const kv::Transaction& txn, kv::Tree tree) {
    std::map<std::string, std::string> entries;
    kv::Cursor cursor = txn.cursor(tree);
    while (cursor.next()) entries.emplace(cursor.key(), cursor.value());
    return entries;
}

kv::Tree fill(kv::WriteTransaction& txn, const std::string& name, int from, int to) {
    const kv::Tree tree = txn.create_tree(name);
    for (int i = from; i < to; ++i) txn.put(tree, key_of(i), value_of(i));
    return tree;
}

}  // namespace

TEST_CASE("a nested commit becomes part of the parent, an abort leaves nothing behind") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = fill(txn, "tree", 0, 300);
    const auto before = entries_of(txn, tree);
    {
        const std::uint64_t id = txn.id();
        kv::WriteTransaction nested = txn.begin_nested();
        CHECK(nested.id() == id);
        CHECK(nested.writable());
        nested.clear(tree);
        (void)nested.create_tree("another");
        CHECK(entries_of(nested, tree).empty());
    }  // not committed: aborts
    CHECK(entries_of(txn, tree) == before);
    CHECK_FALSE(txn.find_tree("another").has_value());

    kv::WriteTransaction nested = txn.begin_nested();
    nested.put(tree, "in", "side");
    CHECK(nested.erase(tree, key_of(0)));
    nested.commit();
    auto after = before;
    after["in"] = "side";
    after.erase(key_of(0));
    CHECK(entries_of(txn, tree) == after);
    txn.commit();
    CHECK(entries_of(env.begin_read(), tree) == after);
    (void)require_sound(env);
}

TEST_CASE("nothing of a nested transaction survives the abort of one around it") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = fill(txn, "tree", 0, 300);
    const auto before = entries_of(txn, tree);
    kv::WriteTransaction outer = txn.begin_nested();
    outer.put(tree, key_of(5), "of the outer one");
    kv::WriteTransaction inner = outer.begin_nested();
    inner.put(tree, key_of(5), "of the inner one");
    CHECK(inner.drop_tree("tree"));
    inner.commit();
    CHECK_FALSE(outer.find_tree("tree").has_value());
    outer.abort();
    CHECK(entries_of(txn, tree) == before);
    txn.commit();
    CHECK(entries_of(env.begin_read(), tree) == before);
    (void)require_sound(env);
}

TEST_CASE("a thousand levels") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = txn.create_tree("tree");
    std::vector<kv::WriteTransaction> levels;
    levels.reserve(1000);
    levels.push_back(std::move(txn));
    for (int i = 0; i < 999; ++i) {
        levels.back().put(tree, key_of(i), value_of(i));
        levels.push_back(levels.back().begin_nested());
    }
    for (int i = 999; i > 500; --i) {
        levels.back().commit();
        levels.pop_back();
    }
    CHECK(entries_of(levels.back(), tree).size() == 999);
    levels[250].abort();
    levels.erase(levels.begin() + 250, levels.end());
    CHECK(entries_of(levels.back(), tree).size() == 250);
    levels.erase(levels.begin() + 1, levels.end());  // first to last: the first takes the others with it
    CHECK(entries_of(levels[0], tree).size() == 1);
    levels[0].commit();
    CHECK(entries_of(env.begin_read(), tree).size() == 1);
    (void)require_sound(env);
}

TEST_CASE("an aborted nested transaction that replaced everything leaves the parent a commit of few pages") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    {
        kv::WriteTransaction txn = env.begin_write();
        (void)fill(txn, "tree", 0, 3000);
        txn.commit();
    }
    const std::uint64_t live = require_sound(env).live_pages;
    const std::uint64_t written = env.statistics().pages_written;
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = txn.tree("tree");
    const auto before = entries_of(txn, tree);
    txn.put(txn.create_tree("other"), "a", "b");
    {
        kv::WriteTransaction nested = txn.begin_nested();
        CHECK(nested.drop_tree("tree"));
        (void)fill(nested, "tree", 5000, 9000);
    }
    CHECK(entries_of(txn, tree) == before);
    txn.commit();
    CHECK(env.statistics().pages_written - written < 10);
    CHECK(entries_of(env.begin_read(), tree) == before);
    CHECK(require_sound(env).live_pages < live + 10);
}

TEST_CASE("the parent's cursors stand where they stood, those of the nested transaction end with its abort") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = fill(txn, "tree", 0, 300);
    kv::Cursor moved = txn.cursor(tree);
    kv::Cursor erased = txn.cursor(tree);
    kv::Cursor unset = txn.cursor(tree);
    CHECK(moved.seek(key_of(10)));
    CHECK(erased.seek(key_of(20)));

    kv::WriteTransaction nested = txn.begin_nested();
    std::optional<kv::Cursor> inside = nested.cursor(tree);
    CHECK(inside->last());
    CHECK(moved.last());
    CHECK(unset.first());
    erased.erase();
    CHECK(nested.drop_tree("tree"));
    CHECK_FALSE(moved.valid());
    nested.abort();
    CHECK(moved.key() == key_of(10));
    CHECK(erased.key() == key_of(20));
    CHECK(erased.value() == value_of(20));
    CHECK_FALSE(unset.valid());
    CHECK(unset.next());
    CHECK(unset.key() == key_of(0));
    try {
        (void)inside->next();
        FAIL("a cursor outlived its transaction");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::misuse);
    }
    inside.reset();

    kv::WriteTransaction again = txn.begin_nested();
    kv::Cursor kept = again.cursor(tree);
    CHECK(kept.seek(key_of(30)));
    CHECK(moved.seek(key_of(40)));
    again.put(tree, key_of(30), "new");
    again.commit();
    CHECK(kept.value() == "new");
    CHECK(moved.key() == key_of(40));
    txn.commit();
    (void)require_sound(env);
}

TEST_CASE("a nested transaction holds what it changes, not what there is") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree tree = fill(txn, "tree", 0, 5000);
    const std::uint64_t before = txn.memory().memory_bytes;
    REQUIRE(before > 1000 * 4096);
    const std::uint64_t depth = txn.statistics(tree).depth;
    kv::WriteTransaction nested = txn.begin_nested();
    CHECK(nested.memory().memory_bytes == before);
    for (int i = 0; i < 100; ++i) nested.put(tree, key_of(2500), std::to_string(i));
    CHECK(nested.memory().memory_bytes - before <= depth * 4096);
    kv::WriteTransaction inner = nested.begin_nested();
    inner.put(tree, key_of(2500), "inner");
    inner.commit();
    CHECK(nested.memory().memory_bytes - before <= depth * 4096);  // its images were dropped
    nested.commit();
    CHECK(txn.memory().memory_bytes == before);
    {
        kv::WriteTransaction dropping = txn.begin_nested();
        CHECK(dropping.drop_tree("tree"));
        CHECK(dropping.memory().memory_bytes <= before + 8 * 4096);
        (void)fill(dropping, "other", 0, 1000);
    }
    CHECK(txn.memory().memory_bytes == before);
    txn.commit();
    (void)require_sound(env);
}

TEST_CASE("memory that runs out at any point of a nested transaction costs that one only") {
    const TemporaryDirectory directory;
    Environment env = Environment::open(directory.file("store"));
    {
        kv::WriteTransaction txn = env.begin_write();
        (void)fill(txn, "committed", 0, 120);
        (void)fill(txn, "dropped", 0, 60);
        txn.commit();
    }
    kv::WriteTransaction txn = env.begin_write();
    const kv::Tree committed = txn.tree("committed");
    const kv::Tree dropped = txn.tree("dropped");
    const kv::Tree dirty = fill(txn, "dirty", 0, 120);
    const auto in_committed = entries_of(txn, committed);
    const auto in_dropped = entries_of(txn, dropped);
    const auto in_dirty = entries_of(txn, dirty);
    kv::Cursor cursor = txn.cursor(dirty);
    CHECK(cursor.seek(key_of(7)));

    long failures = 0;
    for (bool finished = false; !finished; ++failures) {
        allocations_left = failures;
        try {
            kv::WriteTransaction nested = txn.begin_nested();
            (void)cursor.next();
            for (int i = 0; i < 40; ++i) nested.put(committed, key_of(500 + i), value_of(i));
            kv::WriteTransaction inner = nested.begin_nested();
            for (int i = 0; i < 30; ++i) inner.put(dirty, key_of(3 * i), value_of(i + 3));
            cursor.erase();
            (void)inner.drop_tree("dropped");
            (void)fill(inner, "new", 0, 20);
            inner.commit();
            nested.clear(dirty);
            allocations_left = -1;
            finished = true;
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
        }
        REQUIRE(entries_of(txn, committed) == in_committed);
        REQUIRE(entries_of(txn, dropped) == in_dropped);
        REQUIRE(entries_of(txn, dirty) == in_dirty);
        REQUIRE_FALSE(txn.find_tree("new").has_value());
        REQUIRE(cursor.key() == key_of(7));
    }
    MESSAGE(failures << " points of failure");
    CHECK(failures > 100);
    txn.put(dirty, "one", "more");
    txn.commit();
    CHECK(entries_of(env.begin_read(), dirty).size() == in_dirty.size() + 1);
    (void)require_sound(env);
}

TEST_CASE("a nested transaction that found nothing to do leaves the parent's cursors alone") {
    const TemporaryDirectory directory;
    Environment environment = Environment::open(directory.file("store"));
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("tree");
    const kv::Tree other = txn.create_tree("other");
    for (const char* key : {"a", "b", "c"}) txn.put(tree, key, key);
    kv::Cursor cursor = txn.cursor(tree);
    REQUIRE(cursor.first());
    kv::WriteTransaction nested = txn.begin_nested();
    CHECK(!nested.insert(tree, "b", "x"));
    nested.abort();
    // What the abort let go of is used again by these.
    for (int i = 0; i < 50; ++i) txn.put(other, "zz" + std::to_string(i), "other tree");
    CHECK(cursor.key() == "a");
    REQUIRE(cursor.next());
    CHECK(cursor.key() == "b");
    txn.commit();
    require_sound(environment);
}

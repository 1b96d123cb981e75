// What changed between two snapshots, against two maps; and how few pages are read for it.
#include <map>
#include <random>

#include "cambium/base/error.hpp"
#include "cambium/kv/difference.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

using Content = std::map<std::string, std::string>;
struct Pair {
    std::optional<std::string> before;
    std::optional<std::string> after;
    friend bool operator==(const Pair&, const Pair&) = default;
};
using Changes = std::map<std::string, Pair>;

Changes expected_changes(const Content& from, const Content& to) {
    Changes changes;
    for (const auto& [key, value] : from)
        if (const auto other = to.find(key); other == to.end() || other->second != value)
            changes[key] = {value, other == to.end() ? std::nullopt : std::optional{other->second}};
    for (const auto& [key, value] : to)
        if (!from.contains(key)) changes[key] = {std::nullopt, value};
    return changes;
}

Changes changes_between(const kv::Transaction& from, const kv::Transaction& to, kv::Tree tree) {
    Changes changes;
    std::string last;
    const bool whole = kv::difference(from, to, tree, [&](const kv::Change& change) {
        const std::string key{change.key};
        CHECK(last < key);
        last = key;
        Pair& pair = changes[key];
        if (change.before.has_value()) pair.before = std::string{*change.before};
        if (change.after.has_value()) pair.after = std::string{*change.after};
        return true;
    });
    CHECK(whole);
    return changes;
}

std::string key_of(std::uint64_t number) {
    std::string key = std::to_string(number);
    return std::string(8 - key.size(), '0') + key;
}

}  // namespace

TEST_CASE("the difference of random snapshots is that of their maps, both ways") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    std::mt19937_64 random{seed()};
    for (int round = 0; round < 30; ++round) {
        kv::WriteTransaction first = environment.begin_write();
        const kv::Tree tree = first.create_tree("tree");
        first.clear(tree);
        Content old_content;
        const std::uint64_t keys = 1 + random() % 4000;
        const auto put = [&](kv::WriteTransaction& txn, Content& content, std::uint64_t key) {
            std::string value(random() % 100 == 0 ? 5000 : random() % 60, static_cast<char>('a' + random() % 26));
            txn.put(tree, key_of(key), value);
            content[key_of(key)] = value;
        };
        for (std::uint64_t i = 0; i < keys; ++i)
            if (random() % 4 != 0) put(first, old_content, i);
        first.commit();
        const kv::ReadTransaction from = environment.begin_read();
        Content new_content = old_content;
        for (int commit = 0; commit < 3; ++commit) {
            kv::WriteTransaction txn = environment.begin_write();
            for (std::uint64_t i = random() % 200; i > 0; --i) put(txn, new_content, random() % (2 * keys));
            if (random() % 2 == 0) {
                const std::uint64_t begin = random() % keys;
                const std::uint64_t end = begin + random() % keys;
                txn.erase_range(tree, key_of(begin), key_of(end));
                new_content.erase(new_content.lower_bound(key_of(begin)), new_content.lower_bound(key_of(end)));
            }
            if (random() % 8 == 0) {
                txn.clear(tree);
                new_content.clear();
            }
            // Also against a writer that has not committed.
            CHECK(changes_between(from, txn, tree) == expected_changes(old_content, new_content));
            txn.commit();
        }
        const kv::ReadTransaction to = environment.begin_read();
        CHECK(changes_between(from, to, tree) == expected_changes(old_content, new_content));
        CHECK(changes_between(to, from, tree) == expected_changes(new_content, old_content));
        CHECK(changes_between(to, to, tree).empty());
    }
    require_sound(environment);
}

TEST_CASE("pages that both snapshots have are not read") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction fill = environment.begin_write();
    const kv::Tree tree = fill.create_tree("tree");
    for (std::uint64_t i = 0; i < 200000; ++i) fill.put(tree, key_of(i), "value");
    fill.commit();
    const kv::ReadTransaction from = environment.begin_read();
    kv::WriteTransaction change = environment.begin_write();
    for (const std::uint64_t i : {7ULL, 100000ULL, 199999ULL}) change.put(tree, key_of(i), "other");
    change.commit();
    const kv::ReadTransaction to = environment.begin_read();
    const std::uint64_t before = from.pages_visited() + to.pages_visited();
    CHECK(changes_between(from, to, tree).size() == 3);
    const std::uint64_t visited = from.pages_visited() + to.pages_visited() - before;
    const kv::TreeStatistics statistics = to.statistics(tree);
    CHECK(statistics.leaf_pages > 500);
    // One path for each change in each snapshot at most, and the two catalogs.
    CHECK(visited <= 2 * 3 * statistics.depth + 4);
    require_sound(environment);
}

TEST_CASE("trees that one snapshot lacks, visitors that end it, and misuse") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    kv::TreeOptions reversed;
    reversed.key_order = kv::KeyOrder::reversed;
    const kv::Tree other = txn.create_tree("other");
    txn.put(other, "key", "value");
    txn.commit();
    const kv::ReadTransaction from = environment.begin_read();
    txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("tree", reversed);
    for (const char* key : {"ab", "ba", "zz"}) txn.put(tree, key, "value");
    txn.drop_tree("other");
    txn.commit();
    const kv::ReadTransaction to = environment.begin_read();
    std::string keys;
    const auto collect = [&](const kv::Change& change) {
        keys += std::string{change.key} + (change.after.has_value() ? "+ " : "- ");
        return keys.size() < 7;
    };
    CHECK(!kv::difference(from, to, tree, collect));
    CHECK(keys == "ba+ ab+ ");
    keys.clear();
    CHECK(kv::difference(to, from, other, collect));
    CHECK(keys == "key+ ");
    keys.clear();
    CHECK(kv::difference(from, to, other, collect));
    CHECK(keys == "key- ");
    const kv::Tree none = environment.begin_write().create_tree("none");
    CHECK_THROWS_AS(kv::difference(from, to, none, collect), Error);
    const MemoryDirectory elsewhere;
    Environment stranger = Environment::open(elsewhere.store());
    CHECK_THROWS_AS(kv::difference(from, stranger.begin_read(), tree, collect), Error);
    require_sound(environment);
}

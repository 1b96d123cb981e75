// What changed between two snapshots of a tree with duplicates, against two sets of pairs; and how few pages are
// read for it.
#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "cambium/kv/difference.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

std::string key_of(std::uint64_t number) {
    std::string key = std::to_string(number);
    return std::string(8 - key.size(), '0') + key;
}

int backwards(ByteView a, ByteView b) {
    return b.compare(a);
}
int by_first_letter(ByteView a, ByteView b) {
    return a.substr(0, 1).compare(b.substr(0, 1));
}

bool comes_before(kv::KeyOrder order, const std::string& a, const std::string& b) {
    if (order == kv::KeyOrder::bytes) return a < b;
    if (order == kv::KeyOrder::custom) return backwards(a, b) < 0;
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend(), [](char x, char y) {
        return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    });
}

using KeyAndValue = std::pair<std::string, std::string>;
struct PairOrder {
    kv::KeyOrder keys = kv::KeyOrder::bytes;
    kv::KeyOrder values = kv::KeyOrder::bytes;
    bool operator()(const KeyAndValue& a, const KeyAndValue& b) const {
        return a.first == b.first ? comes_before(values, a.second, b.second) : comes_before(keys, a.first, b.first);
    }
};
using Pairs = std::set<KeyAndValue, PairOrder>;
struct PairChange {
    KeyAndValue pair;
    bool added;
    friend bool operator==(const PairChange&, const PairChange&) = default;
};

std::vector<PairChange> expected_changes(const Pairs& from, const Pairs& to) {
    std::vector<KeyAndValue> pairs;
    std::set_symmetric_difference(from.begin(), from.end(), to.begin(), to.end(), std::back_inserter(pairs),
                                  from.key_comp());
    std::vector<PairChange> changes;
    for (KeyAndValue& pair : pairs) changes.push_back({pair, to.contains(pair)});
    return changes;
}

std::vector<PairChange> pair_changes(const kv::Transaction& from, const kv::Transaction& to, kv::Tree tree) {
    std::vector<PairChange> changes;
    const bool whole = kv::difference(from, to, tree, [&](const kv::Change& change) {
        CHECK(change.before.has_value() != change.after.has_value());
        const ByteView value = change.after.has_value() ? *change.after : *change.before;
        changes.push_back({{std::string{change.key}, std::string{value}}, change.after.has_value()});
        return true;
    });
    CHECK(whole);
    return changes;
}

kv::TreeOptions several(kv::KeyOrder keys = kv::KeyOrder::bytes, kv::KeyOrder values = kv::KeyOrder::bytes) {
    kv::TreeOptions options;
    options.duplicates = true;
    options.key_order = keys;
    options.value_order = values;
    if (keys == kv::KeyOrder::custom) options.comparator = "backwards";
    if (values == kv::KeyOrder::custom) options.value_comparator = "backwards";
    return options;
}

template <class Integer>
std::string native(std::uint64_t number) {
    const auto narrow = static_cast<Integer>(number);
    return {reinterpret_cast<const char*>(&narrow), sizeof narrow};
}

/// A tree with duplicates and its model, changed alike.
class PairTree {
public:
    PairTree(kv::WriteTransaction& txn, const std::string& name, const kv::TreeOptions& options)
        : options_(options),
          tree_(txn.create_tree(name, options)),
          pairs_(PairOrder{options.key_order, options.value_order}) {}

    [[nodiscard]] kv::Tree tree() const { return tree_; }
    [[nodiscard]] const Pairs& pairs() const { return pairs_; }

    void change(kv::WriteTransaction& txn, std::mt19937_64& random) {
        const std::uint64_t key = random() % kKeys;
        // Keys of one or two values, of sets, and of value trees.
        const std::uint64_t most = key % 3 == 0 ? 2 : key % 3 == 1 ? 40 : 4000;
        switch (random() % 16) {
            case 0:
                return put_some(txn, random() % kKeys, random() % most, most / 2);
            case 1:
                return erase_some(txn, key, random() % 2, most);
            case 2:
                return erase_key(txn, key);
            case 3:
                return erase_range(txn, key, random() % kKeys, random() % 8 == 0);
            default:
                break;
        }
        for (int i = 0; i < 10; ++i) {
            put_some(txn, key, random() % most, 1);
            erase_some(txn, key, random() % most, 1);
        }
    }
    void put_some(kv::WriteTransaction& txn, std::uint64_t key, std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t i = first; i < first + count; ++i)
            CHECK(txn.put(tree_, key_bytes(key), value_bytes(i)) ==
                  pairs_.emplace(key_bytes(key), value_bytes(i)).second);
    }
    void erase_some(kv::WriteTransaction& txn, std::uint64_t key, std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t i = first; i < first + count; ++i)
            CHECK(txn.erase(tree_, key_bytes(key), value_bytes(i)) ==
                  (pairs_.erase({key_bytes(key), value_bytes(i)}) == 1));
    }
    void erase_key(kv::WriteTransaction& txn, std::uint64_t key) {
        const std::string bytes = key_bytes(key);
        CHECK(txn.erase(tree_, bytes) ==
              (std::erase_if(pairs_, [&](const KeyAndValue& pair) { return pair.first == bytes; }) > 0));
    }

private:
    static constexpr std::uint64_t kKeys = 150;

    [[nodiscard]] std::string key_bytes(std::uint64_t number) const {
        if (options_.key_order == kv::KeyOrder::native_integers) return native<std::uint64_t>(number * 77);
        return "key " + std::to_string(number) + std::string(number % 7 == 0 ? 90 : 0, 'k');
    }
    [[nodiscard]] std::string value_bytes(std::uint64_t number) const {
        if (options_.value_order == kv::KeyOrder::native_integers) return native<std::uint32_t>(number * 12345);
        if (options_.fixed_value_size != 0) return key_of(number);
        return "value " + std::to_string(number) + std::string(number % 9 == 0 ? 120 : 0, 'v');
    }
    void erase_range(kv::WriteTransaction& txn, std::uint64_t a, std::uint64_t b, bool wide) {
        std::string begin = key_bytes(a);
        std::string end = key_bytes(wide ? b : a + 2);
        if (comes_before(options_.key_order, end, begin)) std::swap(begin, end);
        const std::size_t erased = std::erase_if(pairs_, [&](const KeyAndValue& pair) {
            return !comes_before(options_.key_order, pair.first, begin) &&
                   comes_before(options_.key_order, pair.first, end);
        });
        CHECK(txn.erase_range(tree_, begin, end) == erased);
    }

    kv::TreeOptions options_;
    kv::Tree tree_;
    Pairs pairs_;
};

std::vector<kv::TreeOptions> shapes_of_pairs() {
    using enum kv::KeyOrder;
    std::vector<kv::TreeOptions> shapes{several(),
                                        several(reversed, reversed),
                                        several(native_integers, native_integers),
                                        several(custom, custom),
                                        several(bytes, native_integers),
                                        several(reversed, custom),
                                        several(native_integers, bytes),
                                        several(custom, reversed)};
    shapes[2].fixed_value_size = 4;
    shapes[3].counts = true;
    shapes[4].counts = true;
    shapes[5].contiguous_keys = true;
    shapes[6].contiguous_keys = true;
    shapes[6].fixed_value_size = 8;
    return shapes;
}

}  // namespace

TEST_CASE("with several values per key the difference is that of two sets of pairs, in the order of the tree") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    environment.register_comparator("backwards", backwards);
    std::mt19937_64 random{seed()};
    int shape = 0;
    for (const kv::TreeOptions& options : shapes_of_pairs()) {
        CAPTURE(shape);
        kv::WriteTransaction first = environment.begin_write();
        PairTree pairs{first, "shape " + std::to_string(shape++), options};
        for (int i = 0; i < 400; ++i) pairs.change(first, random);
        first.commit();
        for (int round = 0; round < 6; ++round) {
            const kv::ReadTransaction from = environment.begin_read();
            const Pairs before = pairs.pairs();
            for (int commit = 0; commit < 3; ++commit) {
                kv::WriteTransaction txn = environment.begin_write();
                for (std::uint64_t i = 1 + random() % 40; i > 0; --i) pairs.change(txn, random);
                REQUIRE(pair_changes(from, txn, pairs.tree()) == expected_changes(before, pairs.pairs()));
                kv::WriteTransaction nested = txn.begin_nested();
                pairs.change(nested, random);
                REQUIRE(pair_changes(nested, from, pairs.tree()) == expected_changes(pairs.pairs(), before));
                CHECK(pair_changes(nested, nested, pairs.tree()).empty());
                nested.commit();
                txn.commit();
            }
            const kv::ReadTransaction to = environment.begin_read();
            REQUIRE(pair_changes(from, to, pairs.tree()) == expected_changes(before, pairs.pairs()));
            REQUIRE(pair_changes(to, from, pairs.tree()) == expected_changes(pairs.pairs(), before));
            CHECK(pair_changes(to, to, pairs.tree()).empty());
        }
    }
    require_sound(environment);
}

TEST_CASE("a key goes from no value to one, a set, a value tree, a deeper one, and between any two of them") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    environment.register_comparator("backwards", backwards);
    // Numbers of values, and the first: some overlap, some do not.
    const std::pair<std::uint64_t, std::uint64_t> forms[] = {{0, 0},   {1, 0},    {1, 3},     {20, 0},     {20, 10},
                                                             {300, 5}, {300, 10}, {300, 500}, {20000, 250}};
    kv::WriteTransaction create = environment.begin_write();
    PairTree pairs{create, "pairs", several(kv::KeyOrder::bytes, kv::KeyOrder::custom)};
    pairs.put_some(create, 6, 0, 1);
    pairs.put_some(create, 8, 0, 1000);
    create.commit();
    const auto become = [&](const std::pair<std::uint64_t, std::uint64_t>& form) {
        kv::WriteTransaction txn = environment.begin_write();
        pairs.erase_key(txn, 7);
        pairs.put_some(txn, 7, form.second, form.first);
        txn.commit();
    };
    for (const auto& old_form : forms) {
        become(old_form);
        const kv::ReadTransaction from = environment.begin_read();
        const Pairs before = pairs.pairs();
        CHECK(from.count_values(pairs.tree(), "key 7" + std::string(90, 'k')) == old_form.first);
        for (const auto& new_form : forms) {
            // The costly ones with each other once.
            if (old_form.first + new_form.first > 30000) continue;
            become(new_form);
            const kv::ReadTransaction to = environment.begin_read();
            CAPTURE(old_form.first);
            CAPTURE(new_form.first);
            CHECK(pair_changes(from, to, pairs.tree()) == expected_changes(before, pairs.pairs()));
            CHECK(pair_changes(to, from, pairs.tree()) == expected_changes(pairs.pairs(), before));
        }
    }
    require_sound(environment);
}

TEST_CASE("pages of value trees that both snapshots have are not read") {
    for (const bool counts : {false, true}) {
        const MemoryDirectory directory;
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction fill = environment.begin_write();
        kv::TreeOptions options = several();
        options.counts = counts;
        const kv::Tree tree = fill.create_tree("tree", options);
        for (std::uint64_t key = 0; key < 20; ++key)
            for (std::uint64_t i = 0; i < (key == 7 ? 200000 : 2000); ++i) fill.put(tree, key_of(key), key_of(i));
        fill.commit();
        const kv::ReadTransaction from = environment.begin_read();
        kv::WriteTransaction change = environment.begin_write();
        for (const std::uint64_t i : {7ULL, 100000ULL, 199999ULL}) change.erase(tree, key_of(7), key_of(i));
        change.put(tree, key_of(12), "another");
        change.commit();
        const kv::ReadTransaction to = environment.begin_read();
        CHECK(to.statistics(tree).leaf_pages > 600);
        const auto visited_by = [&](auto&& call) {
            const std::uint64_t before = from.pages_visited() + to.pages_visited();
            call();
            return from.pages_visited() + to.pages_visited() - before;
        };
        const std::uint64_t path = visited_by([&] { CHECK(to.contains(tree, key_of(7), key_of(100001))); });
        CHECK(path >= 3);
        const std::uint64_t visited = visited_by([&] { CHECK(pair_changes(from, to, tree).size() == 4); });
        // One path for each change in each snapshot at most, and the two catalogs.
        CHECK(visited <= 2 * 4 * path + 4);
        CHECK(visited_by([&] { CHECK(pair_changes(to, to, tree).empty()); }) <= 4);
        require_sound(environment);
    }
}

TEST_CASE("values that a function calls equal, and whose bytes differ, are removed and then added") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    environment.register_comparator("first letter", by_first_letter);
    kv::TreeOptions options = several();
    options.value_order = kv::KeyOrder::custom;
    options.value_comparator = "first letter";
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("tree", options);
    for (const char* value : {"ant", "bee", "cow"}) txn.put(tree, "set", value);
    for (int i = 1; i < 256; ++i) txn.put(tree, "tree", std::string(20, static_cast<char>(i)));
    txn.commit();
    const kv::ReadTransaction from = environment.begin_read();
    txn = environment.begin_write();
    for (const char* key : {"set", "tree"}) {
        CHECK(txn.erase(tree, key, "b"));
        CHECK(txn.put(tree, key, "bear"));
        CHECK_FALSE(txn.put(tree, key, "cat"));
    }
    txn.commit();
    const std::vector<PairChange> expected{{{"set", "bee"}, false},
                                           {{"set", "bear"}, true},
                                           {{"tree", std::string(20, 'b')}, false},
                                           {{"tree", "bear"}, true}};
    CHECK(pair_changes(from, environment.begin_read(), tree) == expected);
    require_sound(environment);
}

TEST_CASE("keys that a function calls equal are one key, given as the snapshot of the pair has it") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    environment.register_comparator("first letter", by_first_letter);
    kv::TreeOptions options = several(kv::KeyOrder::custom);
    options.comparator = "first letter";
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("tree", options);
    for (const char* value : {"1", "2"}) txn.put(tree, "apple", value);
    txn.commit();
    const kv::ReadTransaction from = environment.begin_read();
    txn = environment.begin_write();
    CHECK(txn.erase(tree, "a"));
    for (const char* value : {"2", "3"}) txn.put(tree, "avocado", value);
    txn.commit();
    const std::vector<PairChange> expected{{{"apple", "1"}, false}, {{"avocado", "3"}, true}};
    CHECK(pair_changes(from, environment.begin_read(), tree) == expected);
    require_sound(environment);
}

TEST_CASE("a tree with duplicates that one snapshot lacks, and visitors that end it") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("tree", several(kv::KeyOrder::bytes, kv::KeyOrder::reversed));
    for (const char* value : {"ab", "ba", "c"}) txn.put(tree, "key", value);
    for (std::uint64_t i = 0; i < 3000; ++i) txn.put(tree, "many", key_of(i));
    txn.commit();
    const kv::ReadTransaction from = environment.begin_read();
    txn = environment.begin_write();
    txn.drop_tree("tree");
    txn.commit();
    const kv::ReadTransaction to = environment.begin_read();
    std::string changes;
    std::size_t most = 2;
    const auto collect = [&](const kv::Change& change) {
        const bool added = change.after.has_value();
        changes.append(added ? *change.after : *change.before).append(added ? "+ " : "- ");
        return --most > 0;
    };
    CHECK_FALSE(kv::difference(from, to, tree, collect));
    CHECK(changes == "ba- ab- ");
    changes.clear();
    most = 4;
    CHECK_FALSE(kv::difference(to, from, tree, collect));
    CHECK(changes == "ba+ ab+ c+ 00000000+ ");
    CHECK(pair_changes(from, to, tree).size() == 3003);
    require_sound(environment);
}

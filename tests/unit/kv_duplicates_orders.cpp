// Several values per key in trees of every order of keys and values, with whole keys, and with entry counts.
#include <algorithm>
#include <cctype>
#include <optional>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/dump.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "errors.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using kv::KeyOrder;
using kv::Tree;
using kv::TreeOptions;
using test::error_of;

namespace {

int backwards(ByteView a, ByteView b) {
    return b.compare(a);
}

/// Letters without their case.
int by_letters(ByteView a, ByteView b) {
    const auto lower = [](ByteView text) {
        std::string out{text};
        for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        return out;
    };
    return lower(a).compare(lower(b));
}

void register_all(kv::Environment& env) {
    env.register_comparator("backwards", backwards);
    env.register_comparator("by letters", by_letters);
}

TreeOptions several(KeyOrder keys = KeyOrder::bytes, KeyOrder values = KeyOrder::bytes,
                    std::uint16_t fixed_size = 0) {
    TreeOptions options;
    options.duplicates = true;
    options.key_order = keys;
    options.value_order = values;
    options.fixed_value_size = fixed_size;
    if (keys == KeyOrder::custom) options.comparator = "backwards";
    if (values == KeyOrder::custom) options.value_comparator = "backwards";
    return options;
}

template <class Integer>
std::string native(Integer number) {
    return {reinterpret_cast<const char*>(&number), sizeof number};
}

/// Eight bytes that sort as the number.
std::string numbered(std::size_t number) {
    const std::string digits = std::to_string(number);
    return std::string(8 - digits.size(), '0') + digits;
}

struct Fixture {
    test::MemoryDirectory directory;
    kv::Environment env = open();
    kv::WriteTransaction txn = env.begin_write();

    ~Fixture() {
        if (txn.active()) txn.commit();
        test::require_sound(env);
    }
    [[nodiscard]] kv::Environment open() const {
        kv::Environment opened = kv::Environment::open(directory.store());
        register_all(opened);
        return opened;
    }
    /// Closes the store, and opens it for those who have registered nothing.
    [[nodiscard]] kv::Environment open_unregistered() {
        if (txn.active()) txn.commit();
        env.close();
        return kv::Environment::open(directory.store());
    }
    static std::string pairs_of(const kv::Transaction& txn, Tree tree) {
        std::string pairs;
        kv::Cursor cursor = txn.cursor(tree);
        while (cursor.next()) {
            pairs.append(pairs.empty() ? "" : " ").append(cursor.key()).append("=").append(cursor.value());
        }
        return pairs;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "keys compared from the last byte have several values") {
    for (const bool whole : {false, true}) {
        TreeOptions options = several(KeyOrder::reversed);
        options.contiguous_keys = whole;
        const Tree tree = txn.create_tree("t", options);
        for (const char* key : {"ab", "b", "ba", "c"})
            for (const char* value : {"2", "1"}) CHECK(txn.put(tree, key, value));
        CHECK_FALSE(txn.put(tree, "ab", "2"));
        CHECK(pairs_of(txn, tree) == "ba=1 ba=2 b=1 b=2 ab=1 ab=2 c=1 c=2");
        CHECK(txn.contains(tree, "ab", "2"));
        CHECK_FALSE(txn.contains(tree, "ba", "3"));
        CHECK(txn.count_values(tree, "ab") == 2);
        kv::Cursor cursor = txn.cursor(tree);
        CHECK(cursor.seek_pair("ab", "2"));
        CHECK(cursor.key() == "ab");
        CHECK_FALSE(cursor.seek_pair("aab", "1"));
        CHECK(cursor.next());
        CHECK(cursor.key() == "c");
        CHECK(cursor.seek_pair_at_or_after("b", "11"));
        CHECK(cursor.value() == "2");
        cursor.put("7");
        CHECK(cursor.key() == "b");
        CHECK(txn.append_value(tree, "b", "8"));
        CHECK_FALSE(txn.append_value(tree, "b", "4"));
        txn.append(tree, "c", "3");
        txn.append(tree, "ac", "0");
        (void)error_of(ErrorCode::invalid_argument, [&] { txn.append(tree, "zb", "0"); });
        CHECK_FALSE(txn.insert(tree, "ac", "9"));
        CHECK(txn.erase(tree, "ab", "1"));
        CHECK(txn.erase(tree, "ba"));
        CHECK(pairs_of(txn, tree) == "b=1 b=7 b=8 ab=2 c=1 c=2 c=3 ac=0");
        CHECK(txn.count_range(tree, "b", "c") == 4);
        CHECK(txn.erase_range(tree, "b", "ab") == 3);
        CHECK(txn.pop_last(tree)->key == "ac");
        CHECK(pairs_of(txn, tree) == "ab=2 c=1 c=2 c=3");
        CHECK(txn.drop_tree("t"));
    }
}

TEST_CASE_FIXTURE(Fixture, "integers as keys have several values, and every call refuses another size") {
    for (const bool whole : {false, true}) {
        TreeOptions options = several(KeyOrder::native_integers, KeyOrder::native_integers, 4);
        options.contiguous_keys = whole;
        const Tree tree = txn.create_tree("t", options);
        for (std::uint64_t key = 3; key < 2000; key += 7)
            for (std::uint32_t value = 1000; value > 0; value -= 250)
                CHECK(txn.put(tree, native(key), native(value)));
        CHECK(txn.put_values(tree, native(std::uint64_t{3}), native(std::uint32_t{500}) + native(77U)) == 1);
        kv::Cursor cursor = txn.cursor(tree);
        for (std::uint64_t key = 3; key < 2000; key += 7) {
            REQUIRE(cursor.next_key());
            REQUIRE(cursor.key() == native(key));
            REQUIRE(cursor.value() == native(key == 3 ? 77U : 250U));
            REQUIRE(cursor.last_value());
            REQUIRE(cursor.value() == native(1000U));
        }
        const std::string four = native(3U);
        const std::string value = native(250U);
        const std::pair<ByteView, ByteView> pair[] = {{four, value}};
        const auto refused = [&](auto&& call) {
            CHECK(error_of(ErrorCode::invalid_argument, call).find("8 bytes") != std::string::npos);
        };
        refused([&] { return txn.put(tree, four, value); });
        refused([&] { return txn.insert(tree, four, value); });
        refused([&] { return txn.append(tree, four, value), 0; });
        refused([&] { return txn.append_value(tree, four, value); });
        refused([&] { return txn.put_values(tree, four, value); });
        refused([&] { return txn.put_many(tree, pair), 0; });
        refused([&] { return txn.contains(tree, four, value); });
        refused([&] { return txn.count_values(tree, four); });
        refused([&] { return txn.erase(tree, four, value); });
        REQUIRE(cursor.first());
        refused([&] { return cursor.seek_pair(four, value); });
        refused([&] { return cursor.seek_pair_at_or_after(four, value); });
        CHECK(cursor.key() == native(std::uint64_t{3}));
        CHECK(txn.drop_tree("t"));
    }
}

TEST_CASE_FIXTURE(Fixture, "views of whole keys point into the file, beside every form of the values") {
    TreeOptions options = several();
    options.contiguous_keys = true;
    const Tree tree = txn.create_tree("t", options);
    for (std::size_t key = 0; key < 300; ++key)
        for (std::size_t value = 0; value < (key % 100 == 7 ? 1000 : key % 3 + 1); ++value)
            txn.put(tree, "a common prefix " + numbered(key), numbered(value));
    txn.commit();
    const kv::ReadTransaction read = env.begin_read();
    kv::Cursor cursor = read.cursor(tree);
    std::vector<ByteView> views;
    for (bool on = cursor.first(); on; on = cursor.next_key()) views.push_back(cursor.key());
    REQUIRE(views.size() == 300);
    for (std::size_t key = 0; key < 300; ++key) REQUIRE(views[key] == "a common prefix " + numbered(key));
}

TEST_CASE_FIXTURE(Fixture, "values in the order of a function, named in the file") {
    for (const std::size_t count : {std::size_t{5}, std::size_t{5000}}) {
        const std::uint16_t fixed_size = count == 5 ? 0 : 8;
        const Tree tree = txn.create_tree("t", several(KeyOrder::bytes, KeyOrder::custom, fixed_size));
        CHECK(txn.options(tree) == several(KeyOrder::bytes, KeyOrder::custom, fixed_size));
        for (std::size_t i = 0; i < count; ++i) CHECK(txn.put(tree, "key", numbered(i * 7919 % count)));
        CHECK_FALSE(txn.put(tree, "key", numbered(3)));
        CHECK(*txn.get(tree, "key") == numbered(count - 1));
        CHECK(txn.contains(tree, "key", numbered(2)));
        CHECK_FALSE(txn.contains(tree, "key", numbered(count)));
        CHECK_FALSE(txn.contains(tree, "key", ""));
        CHECK_FALSE(txn.erase(tree, "key", ""));
        kv::Cursor cursor = txn.cursor(tree);
        for (std::size_t i = count; i-- > 0;) {
            REQUIRE(cursor.next());
            REQUIRE(cursor.value() == numbered(i));
        }
        CHECK(cursor.seek_pair("key", numbered(3)));
        cursor.erase();
        CHECK(cursor.next());
        CHECK(cursor.value() == numbered(2));
        CHECK(cursor.previous());
        CHECK(cursor.value() == numbered(4));
        CHECK_FALSE(cursor.seek_pair("key", ""));
        CHECK(cursor.next());
        CHECK(cursor.value() == numbered(count - 1));
        CHECK_FALSE(txn.append_value(tree, "key", numbered(3)));
        CHECK(txn.erase(tree, "key", numbered(0)));
        CHECK(txn.append_value(tree, "key", numbered(0)));
        CHECK(txn.count_values(tree, "key") == count - 1);
        if (fixed_size > 0) CHECK(txn.put_values(tree, "key", numbered(2) + numbered(3) + numbered(count)) == 2);
        txn.commit();
        test::require_sound(env);
        txn = env.begin_write();
        CHECK(txn.drop_tree("t"));
    }
}

TEST_CASE_FIXTURE(Fixture, "values that compare equal are one value, and the first stays") {
    TreeOptions options = several(KeyOrder::bytes, KeyOrder::custom, 3);
    options.value_comparator = "by letters";
    const Tree tree = txn.create_tree("t", options);
    CHECK(txn.put_values(tree, "key", "twoONETwooneTWO") == 2);
    CHECK_FALSE(txn.put(tree, "key", "One"));
    CHECK(pairs_of(txn, tree) == "key=ONE key=two");
    CHECK(txn.contains(tree, "key", "oNE"));
    kv::Cursor cursor = txn.cursor(tree);
    CHECK(cursor.seek_pair("key", "TWO"));
    CHECK(cursor.value() == "two");
    cursor.put("TWO");
    CHECK(pairs_of(txn, tree) == "key=ONE key=TWO");
    CHECK(txn.erase(tree, "key", "one"));
    CHECK(txn.count_values(tree, "key") == 1);
}

TEST_CASE_FIXTURE(Fixture, "keys and values may have a function each; who has not registered both is told which") {
    TreeOptions options = several(KeyOrder::custom, KeyOrder::custom);
    options.value_comparator = "by letters";
    const Tree tree = txn.create_tree("t", options);
    for (std::size_t i = 0; i < 2000; ++i) {
        txn.put(tree, "few", std::to_string(i % 3));
        txn.put(tree, "many", numbered(i));
    }
    CHECK(txn.options(tree) == options);
    CHECK(error_of(ErrorCode::invalid_argument, [&] {
              return txn.create_tree("t", several(KeyOrder::custom, KeyOrder::custom));
          }).find("value_comparator is \"by letters\"") != std::string::npos);
    TreeOptions wrong = options;
    wrong.value_comparator.clear();
    (void)error_of(ErrorCode::invalid_argument, [&] { return txn.create_tree("new", wrong); });
    wrong.value_comparator = "nobody's";
    (void)error_of(ErrorCode::not_found, [&] { return txn.create_tree("new", wrong); });
    wrong = several();
    wrong.value_comparator = "by letters";
    (void)error_of(ErrorCode::invalid_argument, [&] { return txn.create_tree("new", wrong); });
    wrong = {};
    wrong.value_order = KeyOrder::custom;
    wrong.value_comparator = "by letters";
    (void)error_of(ErrorCode::invalid_argument, [&] { return txn.create_tree("new", wrong); });
    env = open_unregistered();
    {
        kv::WriteTransaction write = env.begin_write();
        const auto missing = [&] { return error_of(ErrorCode::not_found, [&] { return write.get(tree, "few"); }); };
        CHECK(missing().find("\"backwards\"") != std::string::npos);
        env.register_comparator("backwards", backwards);
        CHECK(missing().find("\"by letters\"") != std::string::npos);
        CHECK(write.statistics(tree).entries == 2003);
        CHECK(write.options(tree) == options);
        write.abort();
        const kv::CheckReport report = kv::check(env);
        REQUIRE(report.findings.size() == 1);
        CHECK(report.findings[0].what.find("\"by letters\" is not registered") != std::string::npos);
    }
    env.register_comparator("by letters", by_letters);
    test::require_sound(env);
    txn = env.begin_write();
    CHECK(txn.count_values(tree, "many") == 2000);
    CHECK(txn.drop_tree("t"));
    txn.commit();
    CHECK(test::require_sound(env).live_pages < 8);
}

TEST_CASE_FIXTURE(Fixture, "check() finds values that are not in their function's order") {
    const Tree set = txn.create_tree("set", several(KeyOrder::bytes, KeyOrder::custom));
    for (const char* value : {"1", "2", "3"}) txn.put(set, "key", value);
    const Tree tree = txn.create_tree("tree", several(KeyOrder::bytes, KeyOrder::custom));
    for (std::size_t i = 0; i < 2000; ++i) txn.put(tree, "key", numbered(i));
    txn.commit();
    test::require_sound(env);
    env.close();
    {
        kv::Environment other = kv::Environment::open(directory.store());
        other.register_comparator("backwards", by_letters);
        const kv::CheckReport report = kv::check(other);
        for (const char* name : {"set", "tree"})
            CHECK(std::any_of(report.findings.begin(), report.findings.end(), [&](const kv::Finding& finding) {
                return finding.tree == name && finding.what.find("out of order") != std::string::npos;
            }));
    }
    env = open();
}

TEST_CASE_FIXTURE(Fixture, "the longest keys and values, whole and in the order of functions") {
    TreeOptions options = several(KeyOrder::custom, KeyOrder::custom);
    options.counts = true;
    const Tree tree = txn.create_tree("t", options);
    const std::size_t longest = env.max_key_size();
    const auto bytes = [&](std::size_t number) { return std::string(longest - 8, 'b') + numbered(number); };
    for (std::size_t key = 0; key < 30; ++key)
        for (std::size_t value = 0; value < 30; ++value) CHECK(txn.put(tree, bytes(key), bytes(value)));
    CHECK(txn.rank(tree, bytes(9)) == 600);
    CHECK(txn.select(tree, 601).value() == bytes(28));
    for (std::size_t value = 1; value < 30; ++value) CHECK(txn.erase(tree, bytes(9), bytes(value)));
    CHECK(txn.count_values(tree, bytes(9)) == 1);
    txn.put(tree, bytes(9), "short");
    CHECK(pairs_of(txn, tree).size() == (871 + 1) * (longest + 2 + longest) - (longest - 5) - 1);
    txn.commit();
    test::require_sound(env);
    txn = env.begin_write();
    CHECK(txn.erase_range(tree, bytes(20), bytes(3)) == 872 - (9 + 4) * 30);
    CHECK(txn.statistics(tree).entries == 13 * 30);
}

TEST_CASE_FIXTURE(Fixture, "with counts, keys that come in order are counted with all their values") {
    TreeOptions options = several();
    options.counts = true;
    constexpr std::size_t kKeys = 1000;
    const auto values_of = [](std::size_t key) { return 1 + key * 7 % 11; };
    options.fixed_value_size = 8;
    const Tree batches = txn.create_tree("batches", options);
    options.fixed_value_size = 0;
    const Tree singles = txn.create_tree("singles", options);
    for (std::size_t key = 0; key < kKeys; ++key) {
        std::string all;
        for (std::size_t value = 0; value < values_of(key); ++value) {
            all += numbered(value);
            CHECK(txn.put(singles, numbered(key), numbered(value)));
        }
        CHECK(txn.put_values(batches, numbered(key), all) == values_of(key));
    }
    const auto require_places = [&](const kv::Transaction& reader) {
        for (const char* name : {"batches", "singles"}) {
            const Tree tree = reader.tree(name);
            std::uint64_t before = 0;
            for (std::size_t key = 0; key < kKeys; before += values_of(key), ++key) {
                REQUIRE(reader.rank(tree, numbered(key)) == before);
                REQUIRE(reader.count_range(tree, {}, numbered(key)) == before);
                const std::size_t value = values_of(key) - 1;
                kv::Cursor cursor = reader.select(tree, before + value);
                REQUIRE(cursor.key() == numbered(key));
                REQUIRE(cursor.value() == numbered(value));
            }
        }
    };
    require_places(txn);
    txn.commit();
    require_places(env.begin_read());

    std::stringstream text;
    dump(env.begin_read(), text);
    kv::Options in_memory;
    in_memory.in_memory = true;
    kv::Environment loaded = kv::Environment::open("loaded", in_memory);
    (void)load(loaded, text);
    require_places(loaded.begin_read());
    test::require_sound(loaded);
}

TEST_CASE_FIXTURE(Fixture, "with counts, places of pairs cost a path or two, whatever the number of values") {
    TreeOptions options = several(KeyOrder::bytes, KeyOrder::bytes, 8);
    options.counts = true;
    const Tree tree = txn.create_tree("t", options);
    constexpr std::size_t kMany = 100000;
    constexpr std::size_t kKeys = 20000;
    std::string all;
    for (std::size_t i = 0; i < kMany; ++i) all += numbered(i);
    CHECK(txn.put_values(tree, numbered(kKeys / 2), all) == kMany);
    for (std::size_t key = 0; key < kKeys; ++key)
        for (std::size_t value = 0; value < 2; ++value) txn.put(tree, numbered(key), numbered(2 * kMany + value));
    CHECK(txn.statistics(tree).entries == kMany + 2 * kKeys);
    const auto require_places = [&](const kv::Transaction& reader) {
        const auto pages_of = [&](auto&& call) {
            const std::uint64_t before = reader.pages_visited();
            call();
            return reader.pages_visited() - before;
        };
        const std::uint64_t depth = reader.statistics(tree).depth;
        CHECK(pages_of([&] { CHECK(reader.rank(tree, numbered(kKeys - 1)) == kMany + 2 * kKeys - 2); }) <= depth);
        CHECK(pages_of([&] {
                  CHECK(reader.count_range(tree, numbered(100), numbered(kKeys - 100)) ==
                        kMany + 2 * (kKeys - 200));
              }) <= 2 * depth);
        // Three levels of values at most.
        CHECK(pages_of([&] {
                  const kv::Cursor none = reader.select(tree, kMany + 2 * kKeys);
                  kv::Cursor cursor = reader.select(tree, kKeys + kMany / 3);
                  CHECK(cursor.key() == numbered(kKeys / 2));
                  CHECK(cursor.value() == numbered(kMany / 3));
              }) <= depth + 3);
        kv::Cursor behind = reader.select(tree, kMany + kKeys + 3);
        CHECK(behind.key() == numbered(kKeys / 2 + 1));
        CHECK(behind.value() == numbered(2 * kMany + 1));
    };
    require_places(txn);
    txn.commit();
    test::require_sound(env);
    require_places(env.begin_read());
    txn = env.begin_write();
    for (std::size_t i = 0; i < kMany; i += 2) CHECK(txn.erase(tree, numbered(kKeys / 2), numbered(i)));
    CHECK(txn.rank(tree, numbered(kKeys / 2 + 1)) == kKeys + kMany / 2 + 2);
    CHECK(txn.select(tree, kKeys + 7).value() == numbered(15));
    kv::WriteTransaction nested = txn.begin_nested();
    CHECK(nested.erase(tree, numbered(kKeys / 2)));
    CHECK(nested.rank(tree, numbered(kKeys - 1)) == 2 * kKeys - 4);
    nested.abort();
    CHECK(txn.rank(tree, numbered(kKeys - 1)) == kMany / 2 + 2 * kKeys - 2);
    CHECK(txn.erase_range(tree, numbered(10), numbered(kKeys - 10)) == kMany / 2 + 2 * (kKeys - 20));
    CHECK(txn.count_range(tree, numbered(5), {}) == 30);
}

TEST_CASE_FIXTURE(Fixture,
                  "compact() moves values in the order of a function, and leaves them when nobody knows it") {
    const Tree tree = txn.create_tree("t", several(KeyOrder::bytes, KeyOrder::custom));
    const Tree other = txn.create_tree("other");
    for (std::size_t i = 0; i < 40000; ++i) {
        txn.put(other, numbered(i), std::string(500, 'o'));
        txn.put(tree, i % 4 == 0 ? "some" : "most", numbered(i) + std::string(80, 'v'));
        if (i % 4000 == 3999) {
            txn.commit();
            txn = env.begin_write();
        }
    }
    CHECK(txn.drop_tree("other"));
    txn.commit();
    const auto require_all = [&](kv::Environment& opened) {
        const kv::ReadTransaction read = opened.begin_read();
        CHECK(read.count_values(tree, "some") == 10000);
        kv::Cursor cursor = read.cursor(tree);
        for (std::size_t i = 0; i < 30000; ++i) {
            REQUIRE(cursor.next());
            REQUIRE(cursor.value().substr(0, 8) == numbered(39999 - i - i / 3));
        }
        test::require_sound(opened);
    };
    {
        kv::Environment stranger = open_unregistered();
        CHECK(kv::compact(stranger).completed);
        register_all(stranger);
        require_all(stranger);
    }
    env = open();
    CHECK(kv::compact(env).completed);
    require_all(env);
    const std::uint64_t live = test::require_sound(env).live_pages * 4096;
    CHECK(env.statistics().file_size_bytes <= live + live / 32 + (std::uint64_t{4} << 20));
}

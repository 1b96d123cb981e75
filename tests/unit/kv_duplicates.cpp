// Several values per key: every call, the forms that values are stored in, and what must not be asked for.
#include <numeric>
#include <optional>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/copy.hpp"
#include "cambium/kv/dump.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "child.hpp"
#include "file_bytes.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using kv::KeyOrder;

namespace {

template <class Call>
std::optional<ErrorCode> error_of(Call&& call) {
    try {
        (void)call();
        return std::nullopt;
    } catch (const Error& error) {
        CHECK(std::string{error.what()}.size() > 20);
        return error.code();
    }
}

kv::TreeOptions with_values(KeyOrder order = KeyOrder::bytes, std::uint16_t fixed_size = 0) {
    kv::TreeOptions options;
    options.duplicates = true;
    options.value_order = order;
    options.fixed_value_size = fixed_size;
    return options;
}

template <class Integer>
std::string bytes_of_integer(Integer value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Eight bytes that sort as the number.
std::string numbered(std::size_t number) {
    const std::string digits = std::to_string(number);
    return std::string(8 - digits.size(), '0') + digits;
}

struct Fixture {
    test::TemporaryDirectory directory;
    kv::Environment env = kv::Environment::open(directory.file("store"));
    kv::WriteTransaction txn = env.begin_write();
    kv::Tree tree = txn.create_tree("pairs", with_values());
    kv::Tree fixed = txn.create_tree("fixed", with_values(KeyOrder::bytes, 8));
    kv::Tree plain = txn.create_tree("plain");

    ~Fixture() {
        if (txn.active()) txn.commit();
        test::require_sound(env);
    }

    void put(std::initializer_list<std::pair<const char*, const char*>> pairs) {
        for (const auto& [key, value] : pairs) CHECK(txn.put(tree, key, value));
    }
    std::string values_of(kv::Tree of, ByteView key) const {
        std::string values;
        kv::Cursor cursor = txn.cursor(of);
        for (bool on = cursor.seek_exact(key); on; on = cursor.next_value())
            values.append(values.empty() ? "" : " ").append(cursor.value());
        return values;
    }
    static std::string at(kv::Cursor& cursor) {
        if (!cursor.valid()) return "-";
        return std::string{cursor.key()}.append("=").append(cursor.value());
    }
    void fill(std::size_t values, ByteView key = "key") {
        std::string all;
        for (std::size_t i = 0; i < values; ++i) all += numbered(i);
        CHECK(txn.put_values(fixed, key, all) == values);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "put adds a pair and tells whether it is new; values are sorted, each once") {
    CHECK(txn.put(tree, "key", "b"));
    CHECK(txn.put(tree, "key", "c"));
    CHECK(txn.put(tree, "key", "a"));
    CHECK_FALSE(txn.put(tree, "key", "b"));
    CHECK(txn.put(tree, "other", "b"));
    CHECK(values_of(tree, "key") == "a b c");
    CHECK(txn.statistics(tree).entries == 4);
    CHECK(txn.put(plain, "key", "b"));
    CHECK_FALSE(txn.put(plain, "key", "c"));
    CHECK(*txn.get(plain, "key") == "c");
}

TEST_CASE_FIXTURE(Fixture, "get answers the first value; contains and count_values") {
    put({{"key", "b"}, {"key", "a"}, {"one", "x"}});
    CHECK(*txn.get(tree, "key") == "a");
    CHECK(*txn.get(tree, "one") == "x");
    CHECK_FALSE(txn.get(tree, "absent").has_value());
    CHECK(txn.contains(tree, "key", "b"));
    CHECK_FALSE(txn.contains(tree, "key", "c"));
    CHECK_FALSE(txn.contains(tree, "key", ""));
    CHECK_FALSE(txn.contains(tree, "absent", "a"));
    CHECK(txn.count_values(tree, "key") == 2);
    CHECK(txn.count_values(tree, "one") == 1);
    CHECK(txn.count_values(tree, "absent") == 0);
    txn.put(plain, "key", "");
    CHECK(txn.count_values(plain, "key") == 1);
    CHECK(txn.count_values(plain, "absent") == 0);
}

TEST_CASE_FIXTURE(Fixture, "counting values reads no more pages than a get, whatever their number") {
    fill(200000);
    const auto pages_of = [&](auto&& call) {
        const std::uint64_t before = txn.pages_visited();
        call();
        return txn.pages_visited() - before;
    };
    CHECK(pages_of([&] { CHECK(txn.count_values(fixed, "key") == 200000); }) == 1);
    CHECK(pages_of([&] { CHECK(txn.contains(fixed, "key", numbered(777))); }) <= 5);
    kv::Cursor cursor = txn.cursor(fixed);
    CHECK(cursor.seek_exact("key"));
    CHECK(pages_of([&] { CHECK(cursor.count_values() == 200000); }) == 0);
    CHECK(pages_of([&] { CHECK(cursor.seek_pair("key", numbered(123456))); }) <= 5);
}

TEST_CASE_FIXTURE(Fixture, "insert stores only when the key is absent; get_or_insert answers the first value") {
    CHECK(txn.insert(tree, "key", "b"));
    CHECK_FALSE(txn.insert(tree, "key", "a"));
    CHECK(values_of(tree, "key") == "b");
    const auto there = txn.get_or_insert(tree, "key", "a");
    CHECK_FALSE(there.inserted);
    CHECK(there.value == "b");
    CHECK(txn.get_or_insert(tree, "new", "v").inserted);
    CHECK(values_of(tree, "new") == "v");
}

TEST_CASE_FIXTURE(Fixture, "append_value takes values in order only; append takes pairs in order only") {
    CHECK(txn.append_value(tree, "key", "a"));
    CHECK(txn.append_value(tree, "key", "c"));
    CHECK_FALSE(txn.append_value(tree, "key", "b"));
    CHECK_FALSE(txn.append_value(tree, "key", "c"));
    CHECK(values_of(tree, "key") == "a c");
    txn.append(tree, "key", "d");
    txn.append(tree, "later", "a");
    CHECK(error_of([&] { return txn.append(tree, "key", "e"), 0; }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.append(tree, "later", "a"), 0; }) == ErrorCode::invalid_argument);
    CHECK(values_of(tree, "key") == "a c d");
    for (std::size_t i = 0; i < 1000; ++i) CHECK(txn.append_value(fixed, "key", numbered(i)));
    CHECK_FALSE(txn.append_value(fixed, "key", numbered(999)));
    CHECK(txn.count_values(fixed, "key") == 1000);
}

TEST_CASE_FIXTURE(Fixture, "put_values adds many values of one size in one call, in any order") {
    CHECK(txn.put_values(fixed, "key", "") == 0);
    CHECK_FALSE(txn.contains(fixed, "key"));
    CHECK(txn.put_values(fixed, "key", "bbbbbbbbaaaaaaaabbbbbbbb") == 2);
    CHECK(txn.put_values(fixed, "key", "ccccccccaaaaaaaa") == 1);
    CHECK(values_of(fixed, "key") == "aaaaaaaa bbbbbbbb cccccccc");
    CHECK(error_of([&] { return txn.put_values(fixed, "key", "aaaaaaaab"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put_values(tree, "key", "aaaaaaaa"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put_values(plain, "key", "aaaaaaaa"); }) == ErrorCode::misuse);
}

TEST_CASE_FIXTURE(Fixture, "erase takes one value or all") {
    put({{"key", "a"}, {"key", "b"}, {"key", "c"}, {"other", "a"}});
    CHECK(txn.erase(tree, "key", "b"));
    CHECK_FALSE(txn.erase(tree, "key", "b"));
    CHECK_FALSE(txn.erase(tree, "absent", "b"));
    CHECK(values_of(tree, "key") == "a c");
    CHECK(txn.erase(tree, "other", "a"));
    CHECK_FALSE(txn.contains(tree, "other"));
    CHECK(txn.erase(tree, "key"));
    CHECK_FALSE(txn.erase(tree, "key"));
    CHECK(txn.statistics(tree).entries == 0);
    CHECK(txn.statistics(tree).depth == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "values move to a tree of their own above a quarter of a page and back at half of that") {
    fill(128);
    CHECK(txn.statistics(fixed).leaf_pages == 1);
    CHECK(txn.put(fixed, "key", numbered(128)));
    CHECK(txn.statistics(fixed).leaf_pages == 2);
    std::size_t left = 129;
    while (left > 65) CHECK(txn.erase(fixed, "key", numbered(--left)));
    CHECK(txn.statistics(fixed).leaf_pages == 2);
    CHECK(txn.erase(fixed, "key", numbered(--left)));
    CHECK(txn.statistics(fixed).leaf_pages == 1);
    CHECK(txn.count_values(fixed, "key") == 64);
    CHECK(txn.statistics(fixed).entries == 64);
    while (left > 0) CHECK(txn.erase(fixed, "key", numbered(--left)));
    CHECK(txn.statistics(fixed).leaf_pages == 0);
}

TEST_CASE_FIXTURE(Fixture, "leaves whose sets shrink are joined") {
    for (std::size_t key = 0; key < 500; ++key)
        for (const std::size_t size : {450, 440, 20}) txn.put(tree, numbered(key), std::string(size, 'v'));
    const std::uint64_t before = txn.statistics(tree).leaf_pages;
    for (std::size_t key = 0; key < 500; ++key)
        for (const std::size_t size : {450, 440}) CHECK(txn.erase(tree, numbered(key), std::string(size, 'v')));
    CHECK(txn.statistics(tree).entries == 500);
    CHECK(txn.statistics(tree).leaf_pages < before / 3);
}

TEST_CASE_FIXTURE(Fixture, "the longest keys and values; the last value of a tree of its own") {
    const std::string key(env.max_key_size(), 'k');
    const auto value = [&](char c) { return std::string(env.max_key_size(), c); };
    for (const char c : {'c', 'a', 'b'}) CHECK(txn.put(tree, key, value(c)));
    CHECK(*txn.get(tree, key) == value('a'));
    txn.commit();
    test::require_sound(env);
    txn = env.begin_write();
    CHECK(txn.erase(tree, key, value('a')));
    CHECK(txn.erase(tree, key, value('c')));
    CHECK(txn.count_values(tree, key) == 1);
    CHECK_FALSE(txn.erase(tree, key, value('a')));
    CHECK(txn.erase(tree, key, value('b')));
    CHECK_FALSE(txn.contains(tree, key));
    CHECK(txn.statistics(tree).leaf_pages == 0);
}

TEST_CASE_FIXTURE(Fixture, "every way of removing gives all pages back") {
    for (const char* key : {"a", "b", "c", "d", "e"}) fill(3000, key);
    CHECK(txn.statistics(fixed).branch_pages >= 5);
    CHECK(txn.erase(fixed, "a"));
    kv::Cursor cursor = txn.cursor(fixed);
    CHECK(cursor.seek_exact("b"));
    cursor.erase_key();
    CHECK(txn.erase_range(fixed, "c", "d") == 3000);
    CHECK(txn.statistics(fixed).entries == 6000);
    txn.commit();
    test::require_sound(env);
    txn = env.begin_write();
    CHECK(txn.erase(fixed, "d"));
    txn.clear(fixed);
    const kv::TreeStatistics none = txn.statistics(fixed);
    CHECK(none.entries + none.branch_pages + none.leaf_pages == 0);
    fill(3000);
    txn.commit();
    txn = env.begin_write();
    CHECK(txn.drop_tree("fixed"));
    txn.commit();
    CHECK(test::require_sound(env).live_pages < 10);
}

TEST_CASE_FIXTURE(Fixture, "a change of one value copies the pages on its way, not the values") {
    fill(100000);
    txn.commit();
    txn = env.begin_write();
    const std::uint64_t written = env.statistics().pages_written;
    CHECK(txn.erase(fixed, "key", numbered(50000)));
    txn.commit();
    CHECK(env.statistics().pages_written - written < 12);
}

TEST_CASE_FIXTURE(Fixture, "values come in the tree's order") {
    const kv::Tree reversed = txn.create_tree("reversed", with_values(KeyOrder::reversed));
    for (const char* value : {"za", "ab", "b", "zb"}) txn.put(reversed, "key", value);
    CHECK(values_of(reversed, "key") == "za b ab zb");
    CHECK(*txn.get(reversed, "key") == "za");
    CHECK(txn.contains(reversed, "key", "ab"));

    const kv::Tree integers = txn.create_tree("integers", with_values(KeyOrder::native_integers, 4));
    std::vector<std::uint32_t> numbers(5000);
    std::iota(numbers.begin(), numbers.end(), 250U);
    for (const std::uint32_t n : numbers) CHECK(txn.put(integers, "key", bytes_of_integer(n * 77)));
    kv::Cursor cursor = txn.cursor(integers);
    for (const std::uint32_t n : numbers) {
        REQUIRE(cursor.next());
        CHECK(cursor.value() == bytes_of_integer(n * 77));
    }
    CHECK_FALSE(cursor.next());
    CHECK(cursor.seek_pair_at_or_after("key", bytes_of_integer(std::uint32_t{300 * 77 - 1})));
    CHECK(cursor.value() == bytes_of_integer(std::uint32_t{300 * 77}));
    CHECK(error_of([&] { return cursor.seek_pair("key", "123"); }) == ErrorCode::invalid_argument);
    CHECK(cursor.value() == bytes_of_integer(std::uint32_t{300 * 77}));
    CHECK(error_of([&] { return txn.contains(integers, "key", "123"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.erase(integers, "key", "123"); }) == ErrorCode::invalid_argument);
}

TEST_CASE_FIXTURE(Fixture, "values that a tree cannot hold are refused, and nothing changes") {
    put({{"key", "a"}});
    const std::string longest(env.max_key_size(), 'v');
    CHECK(error_of([&] { return txn.put(tree, "key", ""); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put(tree, "key", longest + "v"); }) == ErrorCode::value_too_long);
    CHECK(error_of([&] { return txn.insert(tree, "new", ""); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.append_value(tree, "key", ""); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put(fixed, "key", "1234567"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put(fixed, "key", "123456789"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.put(tree, "", "a"); }) == ErrorCode::invalid_argument);
    const std::pair<ByteView, ByteView> pairs[] = {{"key", "b"}, {"key", ""}};
    CHECK(error_of([&] { return txn.put_many(tree, pairs), 0; }) == ErrorCode::invalid_argument);
    CHECK(values_of(tree, "key") == "a");
    CHECK(txn.put(tree, "key", longest));
    kv::Cursor cursor = txn.cursor(tree);
    REQUIRE(cursor.first());
    CHECK(error_of([&] { return cursor.put(""), 0; }) == ErrorCode::invalid_argument);
    CHECK(at(cursor) == "key=a");
}

TEST_CASE_FIXTURE(Fixture, "options of values are checked at creation and compared at opening") {
    const auto refused = [&](const kv::TreeOptions& options) {
        return error_of([&] { return txn.create_tree("new", options); }) == ErrorCode::invalid_argument;
    };
    kv::TreeOptions options;
    options.fixed_value_size = 8;
    CHECK(refused(options));
    options = {};
    options.value_order = KeyOrder::reversed;
    CHECK(refused(options));
    CHECK(refused(with_values(KeyOrder::native_integers, 5)));
    CHECK(refused(with_values(KeyOrder::custom)));  // and no function named
    CHECK(refused(with_values(KeyOrder::bytes, static_cast<std::uint16_t>(env.max_key_size() + 1))));
    CHECK_FALSE(txn.find_tree("new").has_value());
    CHECK(txn.create_tree("pairs", with_values()) == tree);
    CHECK(error_of([&] { return txn.create_tree("pairs"); }) == ErrorCode::invalid_argument);
    CHECK(error_of([&] { return txn.create_tree("fixed", with_values()); }) == ErrorCode::invalid_argument);
    CHECK(txn.options(fixed) == with_values(KeyOrder::bytes, 8));
}

TEST_CASE_FIXTURE(Fixture,
                  "calls for several values are refused in a tree without; calls for large ones in a tree with") {
    txn.put(plain, "key", "v");
    kv::Cursor cursor = txn.cursor(plain);
    REQUIRE(cursor.first());
    CHECK(error_of([&] { return txn.contains(plain, "key", "v"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return txn.append_value(plain, "key", "w"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return txn.erase(plain, "key", "v"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.seek_pair("key", "v"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.seek_pair_at_or_after("key", "v"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.values(); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.next_values(); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.previous_values(); }) == ErrorCode::misuse);
    put({{"key", "a"}});
    kv::Cursor pairs = txn.cursor(tree);
    REQUIRE(pairs.first());
    CHECK(error_of([&] { return pairs.values(); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return txn.reserve(tree, "key", 5); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return txn.value_reader(tree, "key"); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return txn.value_writer(tree, "key", 5); }) == ErrorCode::misuse);
    CHECK(values_of(tree, "key") == "a");
}

TEST_CASE_FIXTURE(Fixture, "in a tree without duplicates a key has its one value") {
    txn.put(plain, "a", "1");
    txn.put(plain, "b", "2");
    kv::Cursor cursor = txn.cursor(plain);
    CHECK_FALSE(cursor.first_value());
    CHECK(cursor.count_values() == 0);
    CHECK(cursor.next_key());
    CHECK(at(cursor) == "a=1");
    CHECK_FALSE(cursor.next_value());
    CHECK_FALSE(cursor.previous_value());
    CHECK(cursor.first_value());
    CHECK(cursor.last_value());
    CHECK(cursor.count_values() == 1);
    CHECK(at(cursor) == "a=1");
    CHECK(cursor.next_key());
    CHECK(at(cursor) == "b=2");
    CHECK_FALSE(cursor.next_key());
    CHECK(cursor.previous_key());
    CHECK(cursor.previous_key());
    cursor.erase_key();
    CHECK_FALSE(txn.contains(plain, "a"));
    CHECK(cursor.next());
    CHECK(at(cursor) == "b=2");
}

TEST_CASE_FIXTURE(Fixture, "a cursor's moves through pairs, keys and values") {
    put({{"a", "1"}, {"b", "1"}, {"b", "2"}, {"b", "3"}, {"c", "1"}, {"c", "2"}});
    kv::Cursor cursor = txn.cursor(tree);
    std::string all;
    while (cursor.next()) all += at(cursor) + " ";
    CHECK(all == "a=1 b=1 b=2 b=3 c=1 c=2 ");
    all.clear();
    while (cursor.previous()) all += at(cursor) + " ";
    CHECK(all == "c=2 c=1 b=3 b=2 b=1 a=1 ");
    CHECK(cursor.next());
    CHECK(at(cursor) == "a=1");
    CHECK(cursor.next_key());
    CHECK(at(cursor) == "b=1");
    CHECK(cursor.next_key());
    CHECK(at(cursor) == "c=1");
    CHECK(cursor.previous_key());
    CHECK(at(cursor) == "b=3");
    CHECK_FALSE(cursor.next_value());
    CHECK(at(cursor) == "b=3");
    CHECK(cursor.previous_value());
    CHECK(at(cursor) == "b=2");
    CHECK(cursor.first_value());
    CHECK(at(cursor) == "b=1");
    CHECK_FALSE(cursor.previous_value());
    CHECK(at(cursor) == "b=1");
    CHECK(cursor.last_value());
    CHECK(at(cursor) == "b=3");
    CHECK(cursor.last());
    CHECK(at(cursor) == "c=2");
    CHECK(cursor.seek("b"));
    CHECK(at(cursor) == "b=1");
    CHECK(cursor.seek_before("c"));
    CHECK(at(cursor) == "b=3");
    CHECK(cursor.first());
    CHECK(at(cursor) == "a=1");
}

TEST_CASE_FIXTURE(Fixture, "seeks to a pair, exactly and at or after") {
    put({{"a", "1"}, {"b", "2"}, {"b", "4"}, {"c", "1"}});
    kv::Cursor cursor = txn.cursor(tree);
    CHECK(cursor.seek_pair("b", "4"));
    CHECK(at(cursor) == "b=4");
    CHECK_FALSE(cursor.seek_pair("b", "3"));
    CHECK(at(cursor) == "-");
    CHECK(cursor.count_values() == 2);
    CHECK(cursor.next());
    CHECK(at(cursor) == "b=4");
    CHECK_FALSE(cursor.seek_pair("b", "3"));
    CHECK(cursor.previous());
    CHECK(at(cursor) == "b=2");
    CHECK(cursor.seek_pair_at_or_after("b", "3"));
    CHECK(at(cursor) == "b=4");
    CHECK(cursor.seek_pair_at_or_after("b", ""));
    CHECK(at(cursor) == "b=2");
    CHECK_FALSE(cursor.seek_pair_at_or_after("b", "5"));
    CHECK(cursor.next());
    CHECK(at(cursor) == "c=1");
    CHECK_FALSE(cursor.seek_pair_at_or_after("bb", "1"));
    CHECK(cursor.count_values() == 0);
    CHECK(cursor.previous());
    CHECK(at(cursor) == "b=4");
}

TEST_CASE_FIXTURE(Fixture, "after an erasure the cursor stands in the gap") {
    put({{"a", "1"}, {"b", "1"}, {"b", "2"}, {"b", "3"}, {"c", "1"}});
    kv::Cursor cursor = txn.cursor(tree);
    CHECK(cursor.seek_pair("b", "2"));
    cursor.erase();
    CHECK_FALSE(cursor.valid());
    CHECK(error_of([&] { return cursor.value(); }) == ErrorCode::misuse);
    CHECK(error_of([&] { return cursor.erase(), 0; }) == ErrorCode::misuse);
    CHECK(cursor.next_value());
    CHECK(at(cursor) == "b=3");
    cursor.erase();
    CHECK_FALSE(cursor.next_value());
    CHECK(cursor.last_value());
    CHECK(at(cursor) == "b=1");
    cursor.erase();
    CHECK_FALSE(cursor.first_value());
    CHECK(cursor.count_values() == 0);
    CHECK(cursor.previous());
    CHECK(at(cursor) == "a=1");
    CHECK(cursor.next());
    CHECK(at(cursor) == "c=1");
    cursor.erase_key();
    CHECK_FALSE(cursor.next());
    CHECK(cursor.previous());
    CHECK(at(cursor) == "a=1");
}

TEST_CASE_FIXTURE(Fixture, "put through a cursor replaces the pair, and the cursor follows it") {
    put({{"a", "1"}, {"b", "1"}, {"b", "2"}, {"b", "3"}});
    kv::Cursor cursor = txn.cursor(tree);
    CHECK(cursor.seek_pair("b", "1"));
    cursor.put("9");
    CHECK(at(cursor) == "b=9");
    CHECK(values_of(tree, "b") == "2 3 9");
    cursor.put("9");
    cursor.put("2");
    CHECK(at(cursor) == "b=2");
    CHECK(values_of(tree, "b") == "2 3");
    CHECK(cursor.seek_exact("a"));
    cursor.put("0");
    CHECK(at(cursor) == "a=0");
    cursor.put(cursor.value());
    CHECK(txn.statistics(tree).entries == 3);
}

TEST_CASE_FIXTURE(Fixture, "cursors stay right under changes made through others, in every form of the values") {
    for (const std::size_t count : {std::size_t{3}, std::size_t{100}, std::size_t{3000}}) {
        fill(count);
        kv::Cursor first = txn.cursor(fixed);
        kv::Cursor second = txn.cursor(fixed);
        CHECK(first.seek_pair("key", numbered(1)));
        CHECK(second.seek_pair("key", numbered(2)));
        second.erase();
        CHECK(first.value() == numbered(1));
        CHECK_FALSE(second.valid());
        CHECK(txn.put(fixed, "key", numbered(2)));
        CHECK(first.next());
        CHECK(first.value() == numbered(2));
        CHECK(second.value() == numbered(2));  // back on what came back
        txn.erase(fixed, "key");
        CHECK_FALSE(first.valid());
        CHECK_FALSE(second.next());
        fill(count);
        CHECK(first.value() == numbered(2));
        txn.clear(fixed);
    }
}

TEST_CASE_FIXTURE(Fixture, "values of one size are read in batches, as many as a page holds") {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{128}, std::size_t{5000}}) {
        fill(count);
        fill(1, "later");
        kv::Cursor cursor = txn.cursor(fixed);
        CHECK(cursor.seek_exact("key"));
        std::string all{cursor.values()};
        std::size_t batches = 1;
        for (ByteView more = cursor.next_values(); !more.empty(); more = cursor.next_values(), ++batches)
            all += more;
        CHECK(all.size() == 8 * count);
        CHECK(batches <= 1 + count / 50);
        CHECK(cursor.value() == numbered(count - 1));
        for (std::size_t i = 0; i < count; ++i) REQUIRE(all.substr(8 * i, 8) == numbered(i));
        std::string before;
        for (ByteView less = cursor.previous_values(); !less.empty(); less = cursor.previous_values())
            before.insert(0, less);
        CHECK(before == all.substr(0, all.size() - 8));
        CHECK(cursor.value() == numbered(0));
        txn.clear(fixed);
    }
    const kv::Tree integers = txn.create_tree("integers", with_values(KeyOrder::native_integers, 8));
    for (std::uint64_t n = 0; n < 100; ++n) txn.put(integers, "key", bytes_of_integer(n << 20));
    kv::Cursor cursor = txn.cursor(integers);
    CHECK(cursor.first());
    const std::string all{cursor.values()};
    REQUIRE(all.size() == 800);
    for (std::uint64_t n = 0; n < 100; ++n) CHECK(all.substr(8 * n, 8) == bytes_of_integer(n << 20));
}

TEST_CASE_FIXTURE(Fixture, "views of values stay until the next write, and may be put again") {
    fill(3000, "a");
    fill(3, "b");
    txn.commit();
    const kv::ReadTransaction read = env.begin_read();
    std::vector<ByteView> views;
    for (std::size_t i = 0; i < 5000; ++i) views.push_back(*read.get(fixed, i % 2 == 0 ? "a" : "b"));
    for (const ByteView view : views) REQUIRE(view == numbered(0));
    txn = env.begin_write();
    CHECK(txn.put(fixed, "c", *txn.get(fixed, "a")));
    CHECK(txn.put(fixed, *txn.get(fixed, "a"), *txn.get(fixed, "b")));
    CHECK(txn.contains(fixed, numbered(0), numbered(0)));
}

TEST_CASE_FIXTURE(Fixture, "a snapshot keeps its values while a writer changes them") {
    fill(3000);
    txn.commit();
    const kv::ReadTransaction before = env.begin_read();
    txn = env.begin_write();
    for (std::size_t i = 0; i < 3000; i += 2) txn.erase(fixed, "key", numbered(i));
    txn.commit();
    CHECK(before.count_values(fixed, "key") == 3000);
    CHECK(before.contains(fixed, "key", numbered(2)));
    CHECK(env.begin_read().count_values(fixed, "key") == 1500);
    txn = env.begin_write();
    txn.erase(fixed, "key");
    txn.abort();
    CHECK(env.begin_read().count_values(fixed, "key") == 1500);
}

TEST_CASE_FIXTURE(Fixture, "an aborted nested transaction leaves values and cursors as they were") {
    fill(3000);
    put({{"key", "a"}, {"key", "c"}});
    kv::Cursor cursor = txn.cursor(fixed);
    kv::Cursor gap = txn.cursor(tree);
    CHECK(cursor.seek_pair("key", numbered(1500)));
    CHECK_FALSE(gap.seek_pair("key", "b"));
    kv::WriteTransaction nested = txn.begin_nested();
    CHECK(nested.erase(fixed, "key"));
    CHECK(nested.put(tree, "key", "b"));
    CHECK_FALSE(cursor.valid());
    CHECK(gap.last_value());
    nested.abort();
    CHECK(txn.count_values(fixed, "key") == 3000);
    CHECK(cursor.value() == numbered(1500));
    CHECK(cursor.next());
    CHECK_FALSE(gap.valid());
    CHECK(gap.next());
    CHECK(gap.value() == "c");
}

TEST_CASE_FIXTURE(Fixture, "copies and dumps hold every pair") {
    fill(3000, "a");
    fill(3, "b");
    put({{"key", "v1"}, {"key", "v2"}, {"other", "v"}});
    txn.commit();
    const auto compare = [&](kv::Environment& copy) {
        const kv::ReadTransaction here = env.begin_read();
        const kv::ReadTransaction there = copy.begin_read();
        for (const char* name : {"pairs", "fixed"}) {
            CHECK(there.options(there.tree(name)) == here.options(here.tree(name)));
            kv::Cursor one = here.cursor(here.tree(name));
            kv::Cursor other = there.cursor(there.tree(name));
            while (one.next()) {
                REQUIRE(other.next());
                REQUIRE(other.key() == one.key());
                REQUIRE(other.value() == one.value());
            }
            CHECK_FALSE(other.next());
        }
        test::require_sound(copy);
    };
    for (const bool compact : {false, true}) {
        kv::CopyOptions options;
        options.compact = compact;
        const std::string path = directory.file(compact ? "compact" : "plain");
        CHECK(kv::copy_to(env, path, options).completed);
        kv::Environment copy = kv::Environment::open(path);
        compare(copy);
    }
    std::stringstream text;
    kv::dump(env.begin_read(), text);
    kv::Environment loaded = kv::Environment::open(directory.file("loaded"));
    kv::load(loaded, text);
    compare(loaded);
}

TEST_CASE_FIXTURE(Fixture, "usage() counts the bytes of values in every form") {
    fill(3000, "a");
    fill(100, "b");
    fill(1, "c");
    put({{"key", "v1"}, {"key", "v22"}});
    const kv::TreeUsage usage = kv::usage(txn, fixed);
    CHECK(usage.key_bytes == 3);
    CHECK(usage.value_bytes == std::uint64_t{8} * 3101);
    CHECK(usage.page_bytes == 4096 * (usage.counts.leaf_pages + usage.counts.branch_pages));
    CHECK(kv::usage(txn, tree).value_bytes == 5);
    CHECK_FALSE(txn.put(tree, "key", "v1"));
    CHECK(txn.erase(fixed, "a", numbered(7)));
    txn.commit();
    const std::uint64_t pairs = 3101 + 1;
    CHECK(env.statistics().changed_bytes == pairs * (1 + 8) + 2 * 3 + 5);
}

TEST_CASE_FIXTURE(Fixture, "values survive reopening, in every form") {
    fill(3000, "a");
    fill(100, "b");
    fill(1, "c");
    txn.commit();
    env.close();
    env = kv::Environment::open(directory.file("store"));
    const kv::ReadTransaction read = env.begin_read();
    const kv::Tree again = read.tree("fixed");
    CHECK(read.count_values(again, "a") == 3000);
    CHECK(read.count_values(again, "b") == 100);
    CHECK(read.count_values(again, "c") == 1);
    CHECK(read.contains(again, "a", numbered(2999)));
    CHECK(read.statistics(again).entries == 3101);
}

TEST_CASE("values in every form outlive a killed process that had not flushed them; damaged, they are refused") {
    for (const bool damaged : {false, true}) {
        const test::TemporaryDirectory directory;
        const std::string path = directory.file("store");
        std::uint64_t durable_pages = 0;
        {
            test::Child child{[&](const test::Child::Pipe& pipe) {
                kv::Environment env = kv::Environment::open(path);
                kv::WriteTransaction txn = env.begin_write();
                const kv::Tree tree = txn.create_tree("pairs", with_values());
                txn.commit();
                pipe.send(env.statistics().page_count);
                txn = env.begin_write();
                for (std::size_t i = 0; i < 3000; ++i) txn.put(tree, i % 100 == 0 ? "set" : "tree", numbered(i));
                txn.commit(kv::Durability::deferred);
                pipe.send(0);
                (void)pipe.receive();
            }};
            durable_pages = child.receive();
            REQUIRE(child.receive() == 0);
            child.kill();
            (void)child.wait();
        }
        if (damaged) {
            std::string bytes = test::read_file(path);
            const std::size_t inside = bytes.find(numbered(2001).substr(4), durable_pages * 4096);
            REQUIRE(inside != std::string::npos);
            bytes[inside] ^= 1;
            test::write_file(path, bytes);
        }
        kv::Environment env = kv::Environment::open(path);
        CHECK(env.recovery().adopted == !damaged);
        {
            const kv::ReadTransaction read = env.begin_read();
            CHECK(read.count_values(read.tree("pairs"), "tree") == (damaged ? 0 : 2970));
        }
        test::require_sound(env);
    }
}

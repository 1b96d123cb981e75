// Calls that use the order of a tree, line by line: what they answer, refuse and cost in pages.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "errors.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;
using kv::Tree;

namespace {

/// A store of one test, checked when the test ends well.
struct Fixture {
    Fixture() : environment(Environment::open(directory.store())) {}
    ~Fixture() {
        if (std::uncaught_exceptions() == 0) (void)require_sound(environment);
    }
    MemoryDirectory directory;
    Environment environment;
};

/// Numbers that are ordered as they count.
std::string numbered(std::uint64_t number) {
    std::string key(8, '\0');
    for (int i = 0; i < 8; ++i) key[static_cast<std::size_t>(i)] = static_cast<char>(number >> (56 - 8 * i));
    return key;
}

/// A committed tree of so many numbered keys.
Tree fill(Environment& environment, std::uint64_t entries, const kv::TreeOptions& options = {}) {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("numbers", options);
    for (std::uint64_t i = 0; i < entries; ++i) txn.append(tree, numbered(i), "value " + std::to_string(i));
    txn.commit();
    return tree;
}

/// Pages that a call visits.
template <class Call>
std::uint64_t cost(const kv::Transaction& txn, Call&& call) {
    const std::uint64_t before = txn.pages_visited();
    call();
    return txn.pages_visited() - before;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a range is erased by cutting branches") {
    constexpr std::uint64_t kEntries = 200000;
    const Tree tree = fill(environment, kEntries);
    kv::WriteTransaction txn = environment.begin_write();
    const kv::TreeStatistics before = txn.statistics(tree);
    REQUIRE(before.depth == 3);
    const std::uint64_t visited = cost(
        txn, [&] { CHECK(txn.erase_range(tree, numbered(1000), numbered(kEntries - 1000)) == kEntries - 2000); });
    const kv::TreeStatistics after = txn.statistics(tree);
    CHECK(after.entries == 2000);
    const std::uint64_t retired = before.leaf_pages + before.branch_pages - after.leaf_pages - after.branch_pages;
    // Each page given back is read once; what remains of the path, its neighbours and the root are a few per level.
    CHECK(visited <= retired + 8 * before.depth);
    CHECK(txn.contains(tree, numbered(999)));
    CHECK_FALSE(txn.contains(tree, numbered(1000)));
    CHECK_FALSE(txn.contains(tree, numbered(kEntries - 1001)));
    CHECK(txn.contains(tree, numbered(kEntries - 1000)));
    // A range inside one leaf costs a path.
    CHECK(cost(txn, [&] { CHECK(txn.erase_range(tree, numbered(10), numbered(13)) == 3); }) <= 8);
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "bounds of an erased range") {
    const Tree tree = fill(environment, 5000);
    kv::WriteTransaction txn = environment.begin_write();
    CHECK(txn.erase_range(tree, numbered(20), numbered(10)) == 0);
    CHECK(txn.erase_range(tree, numbered(20), numbered(20)) == 0);
    CHECK(txn.erase_range(tree, numbered(6000), {}) == 0);
    CHECK(txn.erase_range(tree, {}, numbered(0)) == 0);
    CHECK(txn.statistics(tree).entries == 5000);
    CHECK(txn.erase_range(tree, {}, numbered(100)) == 100);
    CHECK(txn.erase_range(tree, numbered(4900), {}) == 100);
    CHECK(txn.erase_range(tree, numbered(100), numbered(101)) == 1);
    CHECK(txn.cursor(tree).valid() == false);
    CHECK(txn.erase_range(tree, {}, {}) == 4799);
    CHECK(txn.statistics(tree).depth == 0);
    CHECK(txn.statistics(tree).leaf_pages == 0);
    CHECK(txn.erase_range(tree, {}, {}) == 0);
    txn.put(tree, "again", "x");
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "an erased range gives large values back") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("numbers");
    for (std::uint64_t i = 0; i < 300; ++i) txn.put(tree, numbered(i), std::string(i % 3 == 0 ? 10000 : 100, 'v'));
    txn.commit();
    txn = environment.begin_write();
    txn.put(tree, numbered(50), std::string(20000, 'w'));  // a dirty run among committed ones
    CHECK(txn.erase_range(tree, numbered(3), numbered(297)) == 294);
    CHECK(txn.statistics(tree).run_pages == 2 * 3);
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "cursors stay right around an erased range") {
    const Tree tree = fill(environment, 3000);
    kv::WriteTransaction txn = environment.begin_write();
    kv::Cursor inside = txn.cursor(tree);
    kv::Cursor outside = txn.cursor(tree);
    CHECK(inside.seek(numbered(1500)));
    CHECK(outside.seek(numbered(2500)));
    (void)txn.erase_range(tree, numbered(100), numbered(2000));
    CHECK_FALSE(inside.valid());
    CHECK(inside.next());
    CHECK(inside.key() == numbered(2000));
    CHECK(inside.previous());
    CHECK(inside.key() == numbered(99));
    CHECK(outside.key() == numbered(2500));
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "a cursor whose key is erased and put again stands on it, asked meanwhile or not") {
    for (const bool duplicates : {false, true})
        for (int way = 0; way < 5; ++way)
            for (const bool asked : {false, true}) {
                INFO("duplicates " << duplicates << ", way " << way << ", asked " << asked);
                kv::WriteTransaction txn = environment.begin_write();
                kv::TreeOptions options;
                options.duplicates = duplicates;
                const Tree tree = txn.create_tree("t", options);
                for (const char* key : {"a", "b", "c"}) txn.put(tree, key, key);
                kv::Cursor cursor = txn.cursor(tree);
                kv::Cursor other = txn.cursor(tree);
                REQUIRE(cursor.seek_exact("b"));
                REQUIRE(other.seek_exact("b"));
                switch (way) {
                    case 0:
                        CHECK(txn.erase(tree, "b"));
                        break;
                    case 1:
                        CHECK(txn.erase_range(tree, "a", "c") == 2);
                        break;
                    case 2:
                        txn.clear(tree);
                        break;
                    case 3:
                        other.erase();
                        break;
                    default:
                        cursor.erase();
                }
                if (asked) {
                    CHECK_FALSE(cursor.valid());
                    (void)error_of(ErrorCode::misuse, [&] { (void)cursor.key(); });
                    txn.put(tree, "bb", "beside");
                    CHECK_FALSE(cursor.valid());
                    CHECK(txn.erase(tree, "bb"));
                }
                txn.put(tree, "a", "a");
                txn.put(tree, "b", "b");
                txn.put(tree, "c", "c");
                CHECK(cursor.valid());
                CHECK(cursor.key() == "b");
                CHECK(cursor.next());
                CHECK(cursor.key() == "c");
                CHECK(other.previous());
                CHECK(other.key() == "a");
            }
}

TEST_CASE_FIXTURE(
    Fixture, "a cursor stays in a gap that it was moved to, and in that of its pair when only the key is back") {
    for (const bool asked : {false, true}) {
        INFO("asked " << asked);
        kv::WriteTransaction txn = environment.begin_write();
        const Tree tree = txn.create_tree("pairs", {.duplicates = true});
        txn.put(tree, "a", "1");
        kv::Cursor absent = txn.cursor(tree);
        kv::Cursor on = txn.cursor(tree);
        CHECK_FALSE(absent.seek_exact("b"));
        CHECK(on.seek_pair("a", "1"));
        CHECK(txn.erase(tree, "a"));
        if (asked) CHECK_FALSE(on.valid());
        txn.put(tree, "a", "2");
        txn.put(tree, "b", "1");
        CHECK_FALSE(absent.valid());
        CHECK(absent.next());
        CHECK(absent.key() == "b");
        CHECK_FALSE(on.valid());
        {
            kv::WriteTransaction nested = txn.begin_nested();
            nested.put(tree, "a", "1");
            CHECK(on.value() == "1");
        }
        CHECK_FALSE(on.valid());  // what the abort took back
        CHECK(on.next());
        CHECK(on.value() == "2");
    }
}

TEST_CASE_FIXTURE(Fixture, "append takes keys behind the last one only") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    txn.append(tree, "b", "1");
    txn.append(tree, "c", "2");
    (void)error_of(ErrorCode::invalid_argument, [&] { txn.append(tree, "c", "3"); });
    (void)error_of(ErrorCode::invalid_argument, [&] { txn.append(tree, "a", "3"); });
    (void)error_of(ErrorCode::invalid_argument, [&] { txn.append(tree, "", "3"); });
    (void)error_of(ErrorCode::key_too_long, [&] { txn.append(tree, std::string(1025, 'z'), "3"); });
    CHECK(txn.get(tree, "c") == "2");
    // The transaction goes on. In a row, an append visits no page but where a leaf is full.
    for (std::uint64_t i = 0; i < 10; ++i) txn.append(tree, "d" + numbered(i), "x");
    CHECK(cost(txn, [&] { txn.append(tree, "e", "x"); }) == 0);
    CHECK(txn.statistics(tree).entries == 13);
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "get_or_insert answers with what is there") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    CHECK(txn.get_or_insert(tree, "k", "first").inserted);
    const kv::WriteTransaction::Stored again = txn.get_or_insert(tree, "k", "second");
    CHECK_FALSE(again.inserted);
    CHECK(again.value == "first");
    (void)error_of(ErrorCode::invalid_argument, [&] { (void)txn.get_or_insert(tree, "", "x"); });
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "put_many checks all sizes before it changes anything") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    const std::string long_key(1025, 'k');
    const std::pair<ByteView, ByteView> bad[] = {{"a", "1"}, {long_key, "2"}};
    (void)error_of(ErrorCode::key_too_long, [&] { txn.put_many(tree, bad); });
    CHECK(txn.statistics(tree).entries == 0);
    const std::pair<ByteView, ByteView> good[] = {{"b", "1"}, {"a", "2"}, {"b", "3"}};
    txn.put_many(tree, good);
    CHECK(txn.get(tree, "a") == "2");
    CHECK(txn.get(tree, "b") == "3");  // the later one stays
    txn.put_many(tree, {});
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "reserved bytes are zero, aligned, and what was filled in is stored") {
    kv::WriteTransaction txn = environment.begin_write();
    const Tree tree = txn.create_tree("t");
    txn.put(tree, "k", std::string(40, 'x'));
    for (const std::uint64_t size : {0ULL, 1ULL, 40ULL, 1000ULL, 1976ULL, 100000ULL}) {
        const std::span<std::byte> place = txn.reserve(tree, "k", size);
        REQUIRE(place.size() == size);
        CHECK(reinterpret_cast<std::uintptr_t>(place.data()) % (size > 4096 ? 64 : 8) == 0);
        CHECK(txn.get(tree, "k") == std::string(size, '\0'));
        std::fill(place.begin(), place.end(), std::byte{'y'});
        CHECK(txn.get(tree, "k") == std::string(size, 'y'));
    }
    (void)error_of(ErrorCode::value_too_long, [&] { (void)txn.reserve(tree, "k", (std::uint64_t{1} << 47) + 1); });
    txn.commit();
    const kv::ReadTransaction reader = environment.begin_read();
    CHECK(reader.get(tree, "k") == std::string(100000, 'y'));
}

TEST_CASE_FIXTURE(Fixture, "entries are taken from both ends") {
    const Tree tree = fill(environment, 2000);
    kv::WriteTransaction txn = environment.begin_write();
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const std::optional<kv::Entry> first = txn.pop_first(tree);
        const std::optional<kv::Entry> last = txn.pop_last(tree);
        REQUIRE(first.has_value());
        REQUIRE(last.has_value());
        REQUIRE(first->key == numbered(i));
        REQUIRE(first->value == "value " + std::to_string(i));
        REQUIRE(last->key == numbered(1999 - i));
    }
    CHECK_FALSE(txn.pop_first(tree).has_value());
    CHECK_FALSE(txn.pop_last(tree).has_value());
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "multi_get fills in one value per key") {
    const Tree tree = fill(environment, 30000);
    const kv::ReadTransaction txn = environment.begin_read();
    std::vector<std::string> owned;
    for (std::uint64_t i = 0; i < 100; ++i) owned.push_back(i % 10 == 3 ? "absent" : numbered(i * 7919 % 30000));
    const std::vector<ByteView> keys{owned.begin(), owned.end()};
    std::vector<std::optional<ByteView>> values(keys.size());
    CHECK(cost(txn, [&] { txn.multi_get(tree, keys, values); }) == keys.size() * txn.statistics(tree).depth);
    for (std::size_t i = 0; i < keys.size(); ++i) CHECK(values[i] == txn.get(tree, keys[i]));
    values.pop_back();
    (void)error_of(ErrorCode::invalid_argument, [&] { txn.multi_get(tree, keys, values); });
    txn.multi_get(tree, {}, {});
}

TEST_CASE_FIXTURE(Fixture, "counting reads a page per leaf between, estimating two paths") {
    constexpr std::uint64_t kEntries = 200000;
    const Tree tree = fill(environment, kEntries);
    const kv::ReadTransaction txn = environment.begin_read();
    const kv::TreeStatistics statistics = txn.statistics(tree);
    const std::string from = numbered(50000);
    const std::string to = numbered(150000);
    const std::uint64_t visited = cost(txn, [&] { CHECK(txn.count_range(tree, from, to) == 100000); });
    CHECK(visited <= (statistics.leaf_pages + statistics.branch_pages) / 2 + 2 * statistics.depth);
    CHECK(cost(txn, [&] { CHECK(txn.count_range(tree, {}, {}) == kEntries); }) == 0);
    CHECK(txn.rank(tree, to) == 150000);
    CHECK(txn.rank(tree, to + "x") == 150001);
    CHECK(txn.rank(tree, "") == 0);
    CHECK(txn.select(tree, 777).key() == numbered(777));
    CHECK_FALSE(txn.select(tree, kEntries).valid());
    std::uint64_t estimate = 0;
    CHECK(cost(txn, [&] { estimate = txn.estimate_range(tree, from, to); }) == 2 * statistics.depth);
    CHECK(estimate > 90000);
    CHECK(estimate < 110000);
    CHECK(txn.estimate_range(tree, to, from) == 0);
    CHECK(txn.estimate_range(tree, {}, {}) == kEntries);
}

TEST_CASE_FIXTURE(Fixture, "with counts, places cost a path or two") {
    constexpr std::uint64_t kEntries = 200000;
    kv::TreeOptions options;
    options.counts = true;
    const Tree tree = fill(environment, kEntries, options);
    CHECK(environment.begin_read().options(tree).counts);
    kv::WriteTransaction txn = environment.begin_write();
    const auto check_costs = [&](std::uint64_t erased, std::uint64_t from) {
        const std::uint64_t depth = txn.statistics(tree).depth;
        const std::uint64_t entries = kEntries - erased;
        const auto place = [&](std::uint64_t number) { return number < from ? number : number - erased; };
        CHECK(txn.statistics(tree).entries == entries);
        CHECK(cost(txn, [&] { CHECK(txn.rank(tree, numbered(150000)) == place(150000)); }) <= depth);
        CHECK(cost(txn, [&] { CHECK(txn.rank(tree, numbered(kEntries)) == entries); }) <= depth);
        CHECK(cost(txn, [&] {
                  CHECK(txn.count_range(tree, numbered(500), numbered(150000)) == place(150000) - 500);
              }) <= 2 * depth);
        CHECK(cost(txn, [&] { CHECK(txn.count_range(tree, {}, numbered(70)) == 70); }) <= depth);
        for (const std::uint64_t number :
             {std::uint64_t{0}, std::uint64_t{700}, std::uint64_t{150000}, kEntries - 1})
            CHECK(cost(txn, [&] { CHECK(txn.select(tree, place(number)).key() == numbered(number)); }) <= depth);
        CHECK_FALSE(txn.select(tree, entries).valid());
        CHECK(cost(txn, [&] {
                  CHECK(txn.estimate_range(tree, numbered(500), numbered(150000)) == place(150000) - 500);
              }) <= 2 * depth);
    };
    REQUIRE(txn.statistics(tree).depth == 3);
    check_costs(0, 0);
    CHECK(txn.erase_range(tree, numbered(1000), numbered(140000)) == 139000);
    check_costs(139000, 1000);
    txn.commit();
}

TEST_CASE_FIXTURE(Fixture, "samples are spread evenly") {
    constexpr std::uint64_t kEntries = 100000;
    const Tree tree = fill(environment, kEntries);
    const kv::ReadTransaction txn = environment.begin_read();
    std::vector<std::string> keys;
    CHECK(cost(txn, [&] { keys = txn.sample_keys(tree, 9); }) == 9 * txn.statistics(tree).depth);
    REQUIRE(keys.size() == 9);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::uint64_t place = txn.rank(tree, keys[i]);
        const std::uint64_t even = (2 * i + 1) * kEntries / 18;
        CHECK(place + kEntries / 20 > even);
        CHECK(place < even + kEntries / 20);
    }
    CHECK(txn.sample_keys(tree, 0).empty());
}

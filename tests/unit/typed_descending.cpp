// Ranges of descending columns, of an index or of the type of a key, against a vector sorted by the same columns:
// either end open or closed, both, neither, by any number of leading columns. And readers and indexes as their
// rows.
#include <algorithm>
#include <map>
#include <ranges>

#include "cambium/matches.hpp"
#include "codec_samples.hpp"
#include "seed.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Reading {
    std::string city{};
    Descending<std::int32_t> day{};
    std::optional<std::int16_t> level{};
    std::string word{};
    Descending<std::string> name{};
    friend bool operator==(const Reading&, const Reading&) = default;
};
struct Readings : Table<"readings", Reading, PrimaryKey<&Reading::city, &Reading::day>, Cbor,
                        OrderedIndex<"level_word", descending<&Reading::level>, descending<&Reading::word>>,
                        OrderedIndex<"city_level", &Reading::city, descending<&Reading::level>>,
                        OrderedIndex<"name_level", &Reading::name, &Reading::level>,
                        OrderedIndex<"folded", descending<ignore_case<&Reading::word>>, &Reading::day>> {};

using Key = std::pair<std::string, Descending<std::int32_t>>;
using Map = std::map<Key, Reading>;
using List = std::vector<Reading>;

std::string text(Random& random) {
    static const std::string kLetters[] = {"a", "B", std::string(1, '\0'), "\x01", "\xc3\xbf"};
    std::string result;
    for (std::uint64_t length = random() % 4; length > 0; --length) result += kLetters[random() % 5];
    return result;
}
Reading random_reading(Random& random) {
    Reading reading{text(random), {static_cast<std::int32_t>(random() % 9) - 4}, {}, text(random), {text(random)}};
    if (random() % 3 != 0) reading.level = static_cast<std::int16_t>(random() % 7 - 3);
    return reading;
}
std::string folded(std::string word) {
    for (char& letter : word) letter = letter == 'B' ? 'b' : letter;
    return word;
}

/// What a query is given for a column of the model.
template <class T>
const T& argument(const T& value) {
    return value;
}
template <class T>
const T& argument(const Descending<T>& value) {
    return value.value;
}

/// The first `Count` columns, as a tuple.
template <std::size_t Count, class Columns>
auto head(const Columns& columns) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(std::get<I>(columns)...);
    }
    (std::make_index_sequence<Count>{});
}
template <std::size_t Count, class Columns, class Use>
auto with_arguments(const Columns& columns, Use&& use) {
    return std::apply([&](const auto&... column) { return use(argument(column)...); }, head<Count>(columns));
}

template <class Rows>
void require_rows(const Rows& rows, const List& expected) {
    REQUIRE(rows.collect() == expected);
    REQUIRE(rows.count() == expected.size());
    REQUIRE(rows.reverse().collect() == List(expected.rbegin(), expected.rend()));
}

/// Ranges from the first columns of `a` to the first columns of `b`, as many as are said of each.
template <std::size_t FromCount, std::size_t UntilCount, class Index, class Columns, class Select>
void compare_bounds(const Index& index, const Columns& a, const Columns& b, const Select& select) {
    const auto from = head<FromCount>(a);
    const auto until = head<UntilCount>(b);
    const auto at_from = [&](const Columns& c) { return head<FromCount>(c) <=> from; };
    const auto at_until = [&](const Columns& c) { return head<UntilCount>(c) <=> until; };
    with_arguments<FromCount>(a, [&](const auto&... x) {
        require_rows(index.from({x...}), select([&](const Columns& c) { return at_from(c) >= 0; }));
        require_rows(index.after({x...}), select([&](const Columns& c) { return at_from(c) > 0; }));
        require_rows(index.equal(x...), select([&](const Columns& c) { return at_from(c) == 0; }));
        with_arguments<UntilCount>(b, [&](const auto&... y) {
            require_rows(index.until({y...}), select([&](const Columns& c) { return at_until(c) < 0; }));
            require_rows(index.through({y...}), select([&](const Columns& c) { return at_until(c) <= 0; }));
            require_rows(index.range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) >= 0 && at_until(c) < 0; }));
            require_rows(index.closed_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) >= 0 && at_until(c) <= 0; }));
            require_rows(index.open_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) > 0 && at_until(c) < 0; }));
            require_rows(index.left_open_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) > 0 && at_until(c) <= 0; }));
            if constexpr (FromCount == UntilCount) {
                const List between = select([&](const Columns& c) {
                    const auto h = head<FromCount>(c);
                    return h >= std::min(from, until) && h <= std::max(from, until);
                });
                require_rows(index.between({x...}, {y...}), between);
                require_rows(index.between({y...}, {x...}), between);
            }
        });
    });
}

/// Every kind of range through an index of two columns; `columns` makes the columns of a record, in its order.
template <class Index, class ColumnsOf>
void compare_index(const Index& index, const Map& map, Random& random, const ColumnsOf& columns) {
    using Columns = decltype(columns(Reading{}));
    List sorted;
    for (const auto& [key, reading] : map) sorted.push_back(reading);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](const Reading& a, const Reading& b) { return columns(a) < columns(b); });
    const auto select = [&](const auto& keep) {
        List kept;
        for (const Reading& reading : sorted)
            if (keep(columns(reading))) kept.push_back(reading);
        return kept;
    };
    require_rows(index, sorted);
    for (int round = 0; round < 40; ++round) {
        const auto bound = [&]() -> Columns {
            return columns(random() % 2 == 0 ? random_reading(random) : sorted[random() % sorted.size()]);
        };
        const Columns a = bound();
        const Columns b = bound();
        compare_bounds<1, 1>(index, a, b, select);
        compare_bounds<2, 2>(index, a, b, select);
        compare_bounds<1, 2>(index, a, b, select);
        compare_bounds<2, 1>(index, a, b, select);
    }
}

Map fill(Database& db, Random& random) {
    Map map;
    db.write([&](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        for (int i = 0; i < 200; ++i) {
            const Reading reading = random_reading(random);
            readings.upsert(reading);
            map[{reading.city, reading.day}] = reading;
        }
    });
    return map;
}

template <class Index, class Has>
void compare_prefix(const Index& index, const Map& map, const std::string& begin, const Has& has) {
    std::size_t expected = 0;
    for (const auto& [key, reading] : map) expected += has(reading).starts_with(begin) ? 1 : 0;
    REQUIRE(index.prefix(begin).count() == expected);
    for (const Reading& reading : index.prefix(begin)) REQUIRE(has(reading).starts_with(begin));
}

}  // namespace

TEST_CASE("ranges follow the order of the index, whichever of its columns are descending ones") {
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    const Map map = fill(db, random);
    db.read([&](ReadTransaction& txn) {
        const Reader<Readings> readings{txn};
        compare_index(readings, map, random, [](const Reading& r) { return std::tuple(r.city, r.day); });
        compare_index(readings.by<"level_word">(), map, random,
                      [](const Reading& r) { return std::tuple(Descending{r.level}, Descending{r.word}); });
        compare_index(readings.by<"city_level">(), map, random,
                      [](const Reading& r) { return std::tuple(r.city, Descending{r.level}); });
        compare_index(readings.by<"name_level">(), map, random,
                      [](const Reading& r) { return std::tuple(r.name, r.level); });
        compare_index(readings.by<"folded">(), map, random,
                      [](const Reading& r) { return std::tuple(Descending{folded(r.word)}, r.day); });
        for (int i = 0; i < 30; ++i) {
            const std::string begin = text(random);
            compare_prefix(readings, map, begin, [](const Reading& r) { return r.city; });
            compare_prefix(readings.by<"name_level">(), map, begin, [](const Reading& r) { return r.name.value; });
            compare_prefix(readings.by<"folded">(), map, folded(begin),
                           [](const Reading& r) { return folded(r.word); });
        }
    });
}

TEST_CASE("a Descending part of a key is given as it is, or as the value in it") {
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        for (std::int32_t day = 1; day < 6; ++day) readings.insert({"Bern", {day}, {}, {}, {"n"}});
        CHECK(readings.get("Bern", 4)->day.value == 4);
        CHECK(readings.get("Bern", Descending<std::int32_t>{4})->day.value == 4);
        CHECK(readings.contains("Bern", std::uint64_t{5}));
        CHECK(readings.patch("Bern", 5, cambium::set<&Reading::word>("w")));
        CHECK(readings.range({"Bern", 4}, {"Bern", Descending<std::int32_t>{2}}).count() == 2);
        CHECK(readings.between({"Bern", 2}, {"Bern", 4}).first()->day.value == 4);
        CHECK(readings.by<"name_level">().equal("n").count() == 5);
        CHECK(readings.by<"name_level">().equal(Descending<std::string>{"n"}).count() == 5);
        CHECK(caught([&] { static_cast<void>(readings.get("Bern", std::int64_t{1} << 40)); }).code ==
              ErrorCode::invalid_argument);
        CHECK(readings.erase("Bern", 5));
        CHECK(readings.count() == 4);
    });
}

static_assert(std::ranges::input_range<Reader<Readings>>);
static_assert(std::ranges::input_range<Writer<Readings>>);
static_assert(std::ranges::input_range<decltype(std::declval<Reader<Readings>>().by<"name_level">())>);

TEST_CASE("a reader and an index are their rows") {
    Random random(seed());
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    const Map map = fill(db, random);
    db.write([&](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        List all;
        for (const Reading& reading : readings) all.push_back(reading);
        CHECK(all.size() == map.size());
        CHECK(all == readings.all().collect());
        CHECK(all == readings.collect());
        List by_name;
        for (const Reading& reading : Reader<Readings>{txn}.by<"name_level">()) by_name.push_back(reading);
        const auto index = readings.by<"name_level">();
        CHECK(by_name == index.all().collect());
        CHECK(index.page(3).rows == List(by_name.begin(), by_name.begin() + 3));
        CHECK(index.page(3, index.page(3).next).rows.front() == by_name[3]);
        CHECK(index.skip(2).first() == by_name[2]);
        CHECK(index.last() == by_name.back());
        CHECK(index.keys().collect().size() == map.size());
        CHECK(index.entries().count() == map.size());
        CHECK(index.count_by<1>().size() == index.all().count_by<1>().size());
        CHECK(index.aggregate<&Reading::level>().count == readings.aggregate<&Reading::level>().count);
        const auto is_first = [&](const Reading& reading) { return reading.city == all.front().city; };
        CHECK(readings.filter(is_first).count() == readings.equal(all.front().city).count());
        CHECK(readings.select<&Reading::word>().first() == all.front().word);
        CHECK(intersect(index, readings.by<"city_level">().equal(all.front().city)).count() ==
              readings.equal(all.front().city).count());
        CHECK_FALSE(index.empty());
        CHECK(readings.erase(index) == map.size());
        CHECK(readings.empty());
    });
}

}  // namespace cambium::test

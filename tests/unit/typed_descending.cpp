// Ranges of descending columns, of an index or of the type of a key, against a vector sorted by the same columns:
// either end open or closed, both, neither, by any number of leading columns. And readers and indexes as their
// rows.
#include <ranges>

#include "cambium/matches.hpp"
#include "readings.hpp"
#include "seed.hpp"

namespace cambium::test {
namespace {

using List = std::vector<Reading>;

ReadingMap fill(Database& db, Random& random) {
    ReadingMap map;
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

}  // namespace

TEST_CASE("ranges follow the order of the index, whichever of its columns are descending ones") {
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    const ReadingMap map = fill(db, random);
    db.read([&](ReadTransaction& txn) {
        const Reader<Readings> readings{txn};
        compare_readings(40,
                         std::tuple{readings, readings.by<"level_word">(), readings.by<"city_level">(),
                                    readings.by<"name_level">(), readings.by<"folded">()},
                         map, random, [](const Reading& reading) { return reading; });
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
    const ReadingMap map = fill(db, random);
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

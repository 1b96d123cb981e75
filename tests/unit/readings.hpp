// Readings: a table with descending columns of both kinds, of its indexes and by the type of a member; random ones,
// and every kind of range of it.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "codec_samples.hpp"
#include "range_model.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {

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

/// The model of such a table.
using ReadingMap = std::map<std::pair<std::string, Descending<std::int32_t>>, Reading>;

inline std::string random_word(Random& random) {
    static const std::string kLetters[] = {"a", "B", std::string(1, '\0'), "\x01", "\xc3\xbf"};
    std::string result;
    for (std::uint64_t length = random() % 4; length > 0; --length) result += kLetters[random() % 5];
    return result;
}
inline Reading random_reading(Random& random) {
    Reading reading{random_word(random),
                    {static_cast<std::int32_t>(random() % 9) - 4},
                    {},
                    random_word(random),
                    {random_word(random)}};
    if (random() % 3 != 0) reading.level = static_cast<std::int16_t>(random() % 7 - 3);
    return reading;
}
inline std::string folded(std::string word) {
    for (char& letter : word) letter = letter == 'B' ? 'b' : letter;
    return word;
}

/// Every kind of range through the primary key and the indexes, in their order; `shown` makes of a reading what a
/// query shows of it.
template <class Indexes, class Shown>
void compare_readings(int rounds, const Indexes& indexes, const ReadingMap& map, Random& random,
                      const Shown& shown) {
    const auto& [primary, level_word, city_level, name_level, folded_day] = indexes;
    std::vector<Reading> rows;
    for (const auto& [key, reading] : map) rows.push_back(reading);
    const auto bound = [&] { return random() % 2 == 0 ? random_reading(random) : rows[random() % rows.size()]; };
    const auto compare = [&](const auto& index, const auto& columns) {
        compare_ranges(rounds, index, rows, columns, bound, shown);
    };
    compare(primary, [](const Reading& r) { return std::tuple(r.city, r.day); });
    compare(level_word, [](const Reading& r) { return std::tuple(Descending{r.level}, Descending{r.word}); });
    compare(city_level, [](const Reading& r) { return std::tuple(r.city, Descending{r.level}); });
    compare(name_level, [](const Reading& r) { return std::tuple(r.name, r.level); });
    compare(folded_day, [](const Reading& r) { return std::tuple(Descending{folded(r.word)}, r.day); });
    const auto compare_prefix = [&](const auto& index, const std::string& begin, const auto& text_of) {
        std::vector<decltype(shown(rows.front()))> expected;
        for (const Reading& reading : rows)
            if (text_of(reading).starts_with(begin)) expected.push_back(shown(reading));
        REQUIRE(index.prefix(begin).count() == expected.size());
        for (const auto& row : index.prefix(begin))
            REQUIRE(std::find(expected.begin(), expected.end(), row) != expected.end());
    };
    for (int i = 0; i < 30; ++i) {
        const std::string begin = random_word(random);
        compare_prefix(primary, begin, [](const Reading& r) { return r.city; });
        compare_prefix(name_level, begin, [](const Reading& r) { return r.name.value; });
        compare_prefix(folded_day, folded(begin), [](const Reading& r) { return folded(r.word); });
    }
}

}  // namespace cambium::test

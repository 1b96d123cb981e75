// Numbers and times that a field or a key column does not hold: errors, and never another number.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Draft {
    std::uint32_t id{};
    std::string text{};
    std::uint8_t revision{};
};
struct Drafts : Table<"drafts", Draft, PrimaryKey<&Draft::id>, Cbor, RowVersion<&Draft::revision>> {};

struct Lease {
    std::uint8_t id{};
    std::optional<Timestamp> end{};
    Timestamp begin{};
    std::pair<std::uint8_t, std::uint8_t> part() const { return {id, 1}; }
    std::optional<std::int8_t> rank{};
};
struct Leases : Table<"leases", Lease, PrimaryKey<&Lease::id>, Cbor, ExpiresAt<&Lease::end>,
                      OrderedIndex<"begin", &Lease::begin>, OrderedIndex<"latest", descending<&Lease::begin>>,
                      OrderedIndex<"end", &Lease::end>, OrderedIndex<"part", &Lease::part>> {};
struct Samples : Table<"samples", std::int64_t, Key<std::string, Timestamp, std::uint8_t>, Cbor> {};
struct Spans : Table<"spans", std::int64_t, Key<Descending<Timestamp>>, Cbor> {};

using Rank = std::chrono::duration<std::int16_t, std::ratio<60>>;
struct Visit {
    std::uint32_t id{};
    std::string city{};
    Timestamp time{};
    std::optional<Rank> rank{};
};
struct Visits : Table<"visits", Visit, PrimaryKey<&Visit::id>, Cbor, OrderedIndex<"time", &Visit::time>,
                      OrderedIndex<"latest", descending<&Visit::time>>, OrderedIndex<"rank", &Visit::rank>,
                      OrderedIndex<"last", descending<&Visit::rank>>,
                      OrderedIndex<"city_time", &Visit::city, descending<&Visit::time>>> {};

using namespace std::chrono;

constexpr sys_days the_end_of(int number) {
    return sys_days{year{number} / 12 / 31};
}

/// Compares with a time that a Timestamp may not hold.
bool is_before(Timestamp time, sys_seconds other) {
    return other > floor<seconds>(Timestamp::max()) || (other > floor<seconds>(Timestamp::min()) && time < other);
}
bool is_before(sys_seconds time, Timestamp other) {
    return time <= floor<seconds>(Timestamp::min()) || (time <= floor<seconds>(Timestamp::max()) && time < other);
}
bool is_before(Timestamp time, Timestamp other) {
    return time < other;
}

template <class Action>
bool refused(Action&& action) {
    return caught(action).code == ErrorCode::invalid_argument;
}

}  // namespace

TEST_CASE("the end of a range may be a time that the column does not hold") {
    const StorePath store;
    auto db = Database::open<Leases, Samples, Spans>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Leases> leases{txn};
        leases.insert({1, std::nullopt, Timestamp::min()});
        leases.insert({2, the_end_of(2261), now()});
        leases.insert({3, std::nullopt, Timestamp::max()});

        const auto begin = leases.by<"begin">();
        CHECK(begin.until(the_end_of(9999)).count() == 3);
        CHECK(begin.through(the_end_of(9999)).count() == 3);
        CHECK(begin.from(the_end_of(1600)).count() == 3);
        CHECK(begin.after(the_end_of(1600)).count() == 3);
        CHECK(begin.range(the_end_of(1600), the_end_of(9999)).count() == 3);
        CHECK(begin.between(the_end_of(9999), the_end_of(1600)).count() == 3);
        CHECK(begin.closed_range(Timestamp::min(), the_end_of(9999)).count() == 3);
        CHECK(begin.left_open_range(Timestamp::min(), the_end_of(9999)).count() == 2);
        CHECK(begin.from(the_end_of(9999)).empty());
        CHECK(begin.after(the_end_of(9999)).empty());
        CHECK(begin.until(the_end_of(1600)).empty());
        CHECK(begin.through(the_end_of(1600)).empty());
        CHECK(begin.from(the_end_of(9999)).reverse().collect().empty());

        const auto latest = leases.by<"latest">();
        CHECK(latest.from(the_end_of(9999)).count() == 3);
        CHECK(latest.until(the_end_of(1600)).count() == 3);
        CHECK(latest.between(the_end_of(1600), the_end_of(9999)).count() == 3);
        CHECK(latest.from(the_end_of(1600)).empty());
        CHECK(latest.until(the_end_of(9999)).empty());
        CHECK(leases.by<"end">().from(the_end_of(1600)).count() == 1);

        Writer<Samples> samples{txn};
        samples.put("a", Timestamp::max(), 255, 1);
        samples.put("b", Timestamp::min(), 0, 2);
        CHECK(samples.until({"a", the_end_of(9999)}).count() == 1);
        CHECK(samples.through({"a", the_end_of(9999), 7}).count() == 1);
        CHECK(samples.range({"a", the_end_of(9999)}, {"b", the_end_of(1600)}).empty());
        CHECK(samples.from({"b", the_end_of(1600)}).count() == 1);

        Writer<Spans> spans{txn};
        spans.put(Timestamp::max(), 1);
        CHECK(spans.from(the_end_of(9999)).count() == 1);
        CHECK(spans.until(the_end_of(9999)).empty());
    });
}

TEST_CASE("between() of two times counts what is between them, whichever the column holds") {
    const StorePath store;
    auto db = Database::open<Visits>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Visits> rows{txn};
        const Timestamp times[] = {Timestamp::min(), Timestamp::min() + nanoseconds{1}, Timestamp{},
                                   Timestamp::max() - nanoseconds{1}, Timestamp::max()};
        const std::optional<Rank> ranks[] = {std::nullopt, Rank::min(), Rank{0}, Rank{7}, Rank::max()};
        for (std::uint32_t i = 0; i < 5; ++i) rows.insert({i, i % 2 == 0 ? "a" : "b", times[i], ranks[i]});
        const std::vector<Visit> all = rows.collect();
        const auto compare = [&](const auto& query, const auto& is_between) {
            CHECK(query.count() == static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), is_between)));
        };
        const sys_seconds bounds[] = {the_end_of(1000), the_end_of(1600), the_end_of(1970), the_end_of(2500),
                                      the_end_of(9999)};
        const auto compare_times = [&](const auto& one, const auto& other) {
            const auto is_between = [&](const Visit& row) {
                return !(is_before(row.time, one) && is_before(row.time, other)) &&
                       !(is_before(one, row.time) && is_before(other, row.time));
            };
            compare(rows.template by<"time">().between(one, other), is_between);
            compare(rows.template by<"latest">().between(one, other), is_between);
            compare(rows.template by<"city_time">().between({"b", one}, {"b", other}),
                    [&](const Visit& row) { return row.city == "b" && is_between(row); });
        };
        for (const sys_seconds one : bounds) {
            for (const sys_seconds other : bounds) compare_times(one, other);
            for (const Timestamp other : times) {
                compare_times(one, other);
                compare_times(other, one);
            }
        }
        const minutes lengths[] = {minutes{-40'000}, minutes{Rank::min()}, minutes{0},
                                   minutes{7},       minutes{Rank::max()}, minutes{40'000}};
        for (const minutes one : lengths) {
            for (const minutes other : lengths) {
                const auto is_between = [&](const Visit& row) {
                    return row.rank && *row.rank >= std::min(one, other) && *row.rank <= std::max(one, other);
                };
                compare(rows.by<"rank">().between(one, other), is_between);
                compare(rows.by<"last">().between(one, other), is_between);
            }
        }
    });
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<Visits>(txn).ok()); });
}

TEST_CASE("a time that a field or a key does not hold is an error that names it") {
    const StorePath store;
    auto db = Database::open<Leases, Samples>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Leases> leases{txn};
        leases.insert({44});
        const Caught end = caught([&] { leases.patch(44, set<&Lease::end>(the_end_of(9999))); });
        CHECK(end.code == ErrorCode::invalid_argument);
        CHECK(end.text ==
              "field \"end\": a time of 253402214400 s is outside the range of its type, -9223372037 s to "
              "9223372037 s");
        CHECK(refused([&] { leases.patch(44, set<&Lease::end>(std::optional(the_end_of(1600)))); }));
        CHECK(refused([&] { leases.patch(44, set<&Lease::begin>(the_end_of(9999))); }));
        CHECK(refused([&] { leases.patch(44, set<&Lease::rank>(std::optional(300))); }));
        CHECK(leases.get(44)->rank == std::nullopt);
        CHECK(leases.patch(44, set<&Lease::end>(the_end_of(2261)), set<&Lease::rank>(std::optional(-100))));
        CHECK(leases.get(44)->rank == -100);
        CHECK(leases.patch(44, set<&Lease::end>(std::nullopt)));
        CHECK(refused([&] { static_cast<void>(leases.by<"begin">().equal(the_end_of(9999))); }));
        CHECK(refused([&] { static_cast<void>(leases.by<"end">().equal(the_end_of(9999))); }));
        CHECK(leases.by<"end">().equal(std::nullopt).count() == 1);
        Writer<Samples> samples{txn};
        CHECK(refused([&] { samples.put("a", the_end_of(9999), 1, 5); }));
        CHECK(samples.empty());
    });
}

TEST_CASE("numbers of keys are looked at wherever they stand") {
    const StorePath store;
    auto db = Database::open<Leases, Samples>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Leases> leases{txn};
        leases.insert({1});
        leases.insert({44});
        CHECK(leases.get_many(std::vector<int>{1, 2, 44}).size() == 3);
        CHECK(leases.get_many(std::vector<int>{1, 2, 44})[2].has_value());
        CHECK(refused([&] { static_cast<void>(leases.get_many(std::vector<int>{257})); }));
        CHECK(refused([&] { static_cast<void>(leases.get_many(std::vector<int>{-255})); }));

        const auto part = leases.by<"part">();
        CHECK(part.equal(std::pair{44, 1}).count() == 1);
        CHECK(part.equal({44, 1}).count() == 1);
        CHECK(part.from(std::pair{2, 0}).count() == 1);
        CHECK(refused([&] { static_cast<void>(part.equal(std::pair{300, 1})); }));
        CHECK(refused([&] { static_cast<void>(part.from(std::pair{300, 1})); }));

        Writer<Samples> samples{txn};
        samples.put("a", Timestamp{}, 1, 7);
        using Key = std::tuple<std::string, Timestamp, int>;
        CHECK(samples.get_many(std::vector<Key>{{"a", {}, 1}}).front() == 7);
        CHECK(refused([&] { static_cast<void>(samples.get_many(std::vector<Key>{{"a", {}, 257}})); }));
    });
}

TEST_CASE("a row version does not begin again: the change after the last number is an error") {
    const StorePath store;
    auto db = Database::open<Drafts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Drafts> drafts{txn};
        drafts.insert({1, "old", 254});
        Draft old = *drafts.get(1);
        CHECK(drafts.update(1, [](Draft& draft) { draft.text = "new"; }));
        CHECK(drafts.compare_and_swap(old) == Swap::conflict);
        Draft last = *drafts.get(1);
        CHECK(last.revision == 255);

        const Caught swapped = caught([&] { static_cast<void>(drafts.compare_and_swap(last)); });
        CHECK(swapped.code == ErrorCode::constraint);
        CHECK(holds(swapped.text, "table \"drafts\", field \"revision\": the record with "));
        CHECK(holds(swapped.text, "its row version is 255"));
        CHECK(last.revision == 255);
        const auto spent = [](auto&& action) { return caught(action).code == ErrorCode::constraint; };
        CHECK(spent([&] { drafts.replace(last); }));
        CHECK(spent([&] { drafts.upsert(last); }));
        CHECK(spent([&] { drafts.patch(1, set<&Draft::text>("x")); }));
        CHECK(spent([&] { drafts.update(1, [](Draft& draft) { draft.text = "x"; }); }));
        CHECK(drafts.get(1)->text == "new");
        CHECK(drafts.get(1)->revision == 255);
        CHECK(drafts.erase(1));
    });
}

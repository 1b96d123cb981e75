// Floating-point numbers, truth values and times in floating-point numbers, as a caller passes them: what a field
// or a key column does not hold is an error, and never another number.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

using Span = std::chrono::duration<float>;
using Instant = std::chrono::sys_time<std::chrono::duration<double>>;

struct Reading {
    std::uint32_t id{};
    float small{};
    double large{};
    bool valid{};
    std::optional<float> bias{};
    std::optional<bool> checked{};
    Span span{};
    std::optional<Instant> instant{};
    std::pair<float, bool> part() const { return {small, valid}; }
};
struct Readings : Table<"readings", Reading, PrimaryKey<&Reading::id>, Cbor, OrderedIndex<"small", &Reading::small>,
                        OrderedIndex<"large", descending<&Reading::large>>, OrderedIndex<"valid", &Reading::valid>,
                        OrderedIndex<"bias", &Reading::bias>, OrderedIndex<"checked", &Reading::checked>,
                        OrderedIndex<"span", &Reading::span>, OrderedIndex<"part", &Reading::part>> {};
struct Weights : Table<"weights", std::int64_t, Key<float, bool>, Cbor> {};

constexpr float kMost = std::numeric_limits<float>::max();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

template <class Action>
bool refused(Action&& action) {
    return caught(action).code == ErrorCode::invalid_argument;
}

template <class Body>
void with_readings(Body&& body) {
    const StorePath store;
    auto db = Database::open<Readings, Weights>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        readings.insert({1, 0.1F, 2.5, true, 1.5F, false});
        readings.insert({2, INFINITY, -kInfinite, false});
        readings.insert({3, kMost, 9007199254740992.0, true, kMost, true});
        body(readings);
    });
    CHECK(db.read([](ReadTransaction& txn) { return verify_indexes<Readings>(txn).ok(); }));
}

// What may stand for what is known to the compiler.
template <class T, class A>
constexpr bool kStands = detail::converts<T, A>();
static_assert(kStands<float, double> && kStands<float, long double> && kStands<double, int>);
static_assert(kStands<double, float> && kStands<double, std::uint64_t> && kStands<double, char>);
static_assert(!kStands<double, const char*> && !kStands<double, std::string> && !kStands<float, std::nullptr_t>);
static_assert(kStands<bool, bool> && kStands<bool, std::vector<bool>::reference> && kStands<bool, std::true_type>);
static_assert(!kStands<bool, int> && !kStands<bool, double> && !kStands<bool, const char*>);
static_assert(!kStands<bool, std::integral_constant<int, 2>> && !kStands<bool, std::nullptr_t>);
static_assert(!kStands<std::optional<bool>, int> && kStands<std::optional<bool>, std::nullopt_t>);
static_assert(kStands<std::pair<float, bool>, std::pair<int, bool>>);
static_assert(!kStands<std::pair<float, bool>, std::pair<int, int>>);
static_assert(detail::exactly<float>(0.1) == 0.1F);
static_assert(detail::exactly<double>(std::int64_t{1} << 62) == 4611686018427387904.0);

}  // namespace

TEST_CASE("a floating-point field is set to the nearest number, and to none beyond its range") {
    with_readings([](Writer<Readings>& readings) {
        CHECK(readings.patch(1, set<&Reading::small>(0.1), set<&Reading::bias>(0.2)));
        CHECK(readings.get(1)->small == 0.1F);
        CHECK(readings.get(1)->bias == 0.2F);
        CHECK(readings.patch(1, set<&Reading::small>(1e-300)));
        CHECK(readings.get(1)->small == 0);
        CHECK(readings.patch(1, set<&Reading::small>(double{kMost}), set<&Reading::large>(kMost)));
        CHECK(readings.get(1)->small == kMost);
        CHECK(readings.patch(1, set<&Reading::small>(kInfinite), set<&Reading::bias>(std::optional(-kInfinite))));
        CHECK(readings.get(1)->small == INFINITY);
        CHECK(readings.get(1)->bias == -INFINITY);
        CHECK(readings.patch(1, set<&Reading::small>(std::numeric_limits<double>::quiet_NaN())));
        CHECK(std::isnan(readings.get(1)->small));
        CHECK(readings.patch(1, set<&Reading::bias>(std::nullopt), set<&Reading::large>(2.5L)));
        CHECK(readings.get(1)->bias == std::nullopt);

        const Caught beyond = caught([&] { readings.patch(1, set<&Reading::small>(1e300)); });
        CHECK(beyond.code == ErrorCode::invalid_argument);
        CHECK(beyond.text ==
              "field \"small\": the number 1e+300 is outside the range of its type, -3.40282347e+38 to "
              "3.40282347e+38");
        CHECK(refused([&] { readings.patch(1, set<&Reading::small>(-1e39)); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::small>(std::nextafter(double{kMost}, 1e39))); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::bias>(1e300)); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::bias>(std::optional(1e300))); }));
        if constexpr (std::numeric_limits<long double>::max_exponent > std::numeric_limits<double>::max_exponent) {
            CHECK(refused([&] { readings.patch(1, set<&Reading::large>(1e300L * 1e300L)); }));
        }
        CHECK(std::isnan(readings.get(1)->small));
    });
}

TEST_CASE("a floating-point field is set to an integer that it has, and to no other one") {
    with_readings([](Writer<Readings>& readings) {
        for (const std::int64_t number : {0, 1, -1, 16777216, -16777216, 16777218, 1 << 30}) {
            CHECK(readings.patch(1, set<&Reading::small>(number), set<&Reading::bias>(number)));
            CHECK(static_cast<std::int64_t>(readings.get(1)->small) == number);
            CHECK(static_cast<std::int64_t>(*readings.get(1)->bias) == number);
        }
        CHECK(readings.patch(1, set<&Reading::large>(std::numeric_limits<std::int64_t>::min())));
        CHECK(readings.get(1)->large == -9223372036854775808.0);
        CHECK(readings.patch(1, set<&Reading::large>(std::uint64_t{1} << 63U)));
        CHECK(readings.get(1)->large == 9223372036854775808.0);
        CHECK(readings.patch(1, set<&Reading::large>('a'), set<&Reading::small>(true)));
        CHECK(readings.get(1)->large == 97);

        const Caught inexact = caught([&] { readings.patch(1, set<&Reading::small>(16777217)); });
        CHECK(inexact.code == ErrorCode::invalid_argument);
        CHECK(
            inexact.text ==
            "field \"small\": its type does not hold the number 16777217 exactly; give a floating-point number to "
            "have it rounded");
        CHECK(
            holds(caught([&] { readings.patch(1, set<&Reading::bias>(-16777217)); }).text, "the number -16777217"));
        CHECK(refused([&] { readings.patch(1, set<&Reading::large>(9007199254740993)); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::large>(std::numeric_limits<std::int64_t>::max())); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::large>(~std::uint64_t{0})); }));
        CHECK(readings.patch(1, set<&Reading::small>(16777217.0)));
        CHECK(readings.get(1)->small == 16777216);
    });
}

TEST_CASE("keys of floating-point numbers are found by numbers that they have") {
    with_readings([](Writer<Readings>& readings) {
        const auto small = readings.by<"small">();
        CHECK(small.equal(0.1).count() == 1);
        CHECK(small.equal(kInfinite).count() == 1);
        CHECK(small.from(1).count() == 2);
        CHECK(small.through(double{kMost}).count() == 2);
        const Caught beyond = caught([&] { static_cast<void>(small.equal(1e300)); });
        CHECK(beyond.text ==
              "the number 1e+300 is outside the range of the key column it is given for, -3.40282347e+38 to "
              "3.40282347e+38; no record has it: compare it with the range first");
        CHECK(refused([&] { static_cast<void>(small.until(-1e300)); }));
        CHECK(holds(caught([&] { static_cast<void>(small.equal(16777217)); }).text,
                    "the key column it is given for does not hold the number 16777217 exactly"));
        CHECK(readings.by<"bias">().equal(1.5).count() == 1);
        CHECK(readings.by<"bias">().equal(std::nullopt).count() == 1);
        CHECK(refused([&] { static_cast<void>(readings.by<"bias">().equal(1e300)); }));

        const auto large = readings.by<"large">();
        CHECK(large.equal(9007199254740992).count() == 1);
        CHECK(large.equal(2.5F).count() == 1);
        CHECK(refused([&] { static_cast<void>(large.equal(9007199254740993)); }));

        const auto part = readings.by<"part">();
        CHECK(part.equal({0.1, true}).count() == 1);
        CHECK(part.equal(std::pair{0.1, true}).count() == 1);
        CHECK(refused([&] { static_cast<void>(part.equal({1e300, true})); }));
    });
    const StorePath store;
    auto db = Database::open<Readings, Weights>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Weights> weights{txn};
        weights.put(0.5, true, 1);
        weights.put(2, false, 2);
        CHECK(weights.get(0.5, true) == 1);
        CHECK(weights.contains(2, false));
        CHECK(weights.get_many(std::vector<std::tuple<double, bool>>{{0.5, true}, {7.0, true}})[0] == 1);
        CHECK(refused([&] { weights.put(1e300, true, 3); }));
        CHECK(refused([&] { static_cast<void>(weights.get(16777217, true)); }));
        CHECK(weights.count() == 2);
    });
}

TEST_CASE("a truth value is one, wherever it stands") {
    with_readings([](Writer<Readings>& readings) {
        CHECK(readings.by<"valid">().equal(true).count() == 2);
        CHECK(readings.by<"valid">().until(true).count() == 1);
        CHECK(readings.by<"checked">().equal(false).count() == 1);
        CHECK(readings.by<"checked">().equal(std::nullopt).count() == 1);
        CHECK(readings.by<"checked">().equal(std::optional(true)).count() == 1);
        const std::vector<bool> flags{false, true};
        std::vector<bool> more = flags;
        CHECK(readings.patch(1, set<&Reading::valid>(more[0]), set<&Reading::checked>(more[1])));
        CHECK_FALSE(readings.get(1)->valid);
        CHECK(readings.get(1)->checked == true);
        CHECK(readings.by<"valid">().equal(more[1]).count() == 1);
        CHECK(readings.patch(1, set<&Reading::valid>(flags[1]), set<&Reading::checked>(std::nullopt)));
    });
}

TEST_CASE("times in floating-point numbers are rounded, and refused beyond their range") {
    using namespace std::chrono;
    with_readings([](Writer<Readings>& readings) {
        CHECK(readings.patch(1, set<&Reading::span>(milliseconds{1500}),
                             set<&Reading::instant>(Timestamp{seconds{7}})));
        CHECK(readings.get(1)->span == Span{1.5F});
        CHECK(readings.get(1)->instant == Instant{seconds{7}});
        CHECK(readings.by<"span">().equal(milliseconds{1500}).count() == 1);
        CHECK(readings.by<"span">().from(duration<double>{0.1}).count() == 1);
        CHECK(readings.patch(1, set<&Reading::span>(duration<double>{kInfinite})));
        CHECK(readings.get(1)->span == Span{INFINITY});
        const Caught beyond = caught([&] { readings.patch(1, set<&Reading::span>(duration<double>{1e300})); });
        CHECK(beyond.code == ErrorCode::invalid_argument);
        CHECK(
            beyond.text ==
            "field \"span\": a time of 1e+300 s is outside the range of its type, -3.40282e+38 s to 3.40282e+38 s");
        using Eras = duration<double, std::ratio<3'000'000'000>>;
        CHECK(refused([&] { readings.patch(1, set<&Reading::span>(Eras{1e30})); }));
        CHECK(refused([&] { readings.patch(1, set<&Reading::instant>(sys_time<Eras>{Eras{1e300}})); }));
        CHECK(refused([&] { static_cast<void>(readings.by<"span">().equal(Eras{-1e30})); }));
    });
}

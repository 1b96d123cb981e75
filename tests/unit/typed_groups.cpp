// Groups, sums and unknown fields of chosen members at the edges of their types.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cambium/codec/document.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Reading {
    std::uint32_t id{};
    double value{};
    std::int64_t number{};
    std::chrono::nanoseconds span{};
    std::optional<std::string> place{};
    UnknownFields rest{};
};
struct Readings : Table<"readings", Reading, PrimaryKey<&Reading::id>, Cbor, OrderedIndex<"value", &Reading::value>,
                        OrderedIndex<"down", descending<&Reading::value>, &Reading::id>,
                        OrderedIndex<"place", ignore_case<&Reading::place>>> {};

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("groups are told apart as keys are: one of NaN, and two of the zeros") {
    const StorePath store;
    auto db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        std::uint32_t id = 0;
        for (const double value : {kNaN, 0.0, -kNaN, -0.0, 0.0, 1.0})
            readings.insert({++id, value, id, {}, id % 2 == 0 ? "Oslo" : "oslo"});
        const auto groups = readings.by<"value">().count_by<1>();
        REQUIRE(groups.size() == 4);
        CHECK((std::signbit(groups[0].columns) && groups[0].columns == 0 && groups[0].value == 1));
        CHECK((!std::signbit(groups[1].columns) && groups[1].columns == 0 && groups[1].value == 2));
        CHECK((groups[2].columns == 1 && groups[2].value == 1));
        CHECK((std::isnan(groups[3].columns) && groups[3].value == 2));
        const auto down = readings.by<"down">().aggregate_by<1, &Reading::number>();
        REQUIRE(down.size() == 4);
        CHECK((std::isnan(down[0].columns) && down[0].value.sum == 1 + 3));
        CHECK((down[1].columns == 1 && down[1].value.sum == 6));
        CHECK((down[2].value.sum == 2 + 5 && down[2].value.count == 2));
        CHECK(down[3].value.sum == 4);
        CHECK(readings.by<"down">().count_by<2>().size() == 6);
        CHECK(readings.by<"place">().count_by<1>().size() == 1);
    });
}

TEST_CASE("a sum may be out of range on its way, and throws when it ends there") {
    const StorePath store;
    auto db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        const std::chrono::nanoseconds most{kMost};
        readings.insert({1, 0, kMost, most});
        readings.insert({2, 0, 1, std::chrono::nanoseconds{1}});
        readings.insert({3, 0, -1, std::chrono::nanoseconds{-1}});
        CHECK(readings.aggregate<&Reading::number>().sum == kMost);
        CHECK(readings.aggregate<&Reading::span>().sum == most);
        CHECK(readings.by<"value">().aggregate_by<1, &Reading::number>().front().value.sum == kMost);
        const auto two = readings.until(3);
        CHECK(caught([&] { static_cast<void>(two.aggregate<&Reading::number>()); }).code ==
              ErrorCode::invalid_argument);
        CHECK(caught([&] { static_cast<void>(two.aggregate<&Reading::span>()); }).text ==
              "the sum of field \"span\" does not fit 64 bits");
    });
}

TEST_CASE("unknown fields that are selected are those that the record does not have") {
    const StorePath store;
    auto db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        Reading reading{1};
        reading.rest.fields["mark"] = "kept";
        readings.insert(reading);
        const auto rest = readings.select<&Reading::rest>().first();
        REQUIRE(rest.has_value());
        CHECK(*rest == reading.rest);
        CHECK(std::get<1>(*readings.select<&Reading::id, &Reading::rest>().first()) == reading.rest);
    });
}

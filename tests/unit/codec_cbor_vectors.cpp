// The examples of RFC 8949, appendix A, for the kinds of values that records hold. Those in deterministic encoding
// must also be written so; the others must only be read.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "hex.hpp"

using namespace cambium;
using test::from_hex;
using test::to_hex;

namespace {

template <class T>
T read(std::string_view digits) {
    T value{};
    Cbor::decode(from_hex(digits), value);
    return value;
}

template <class T>
void both_ways(const T& value, std::string_view digits) {
    std::string out;
    Cbor::encode(value, out);
    CHECK(to_hex(out) == digits);
    CHECK(read<T>(digits) == value);
}

}  // namespace

TEST_CASE("RFC 8949 appendix A: integers") {
    const std::pair<std::uint64_t, std::string_view> unsigned_numbers[] = {
        {0, "00"},
        {1, "01"},
        {10, "0a"},
        {23, "17"},
        {24, "1818"},
        {25, "1819"},
        {100, "1864"},
        {1000, "1903e8"},
        {1000000, "1a000f4240"},
        {1000000000000, "1b000000e8d4a51000"},
        {18446744073709551615U, "1bffffffffffffffff"}};
    for (const auto& [number, digits] : unsigned_numbers) both_ways(number, digits);
    both_ways(std::int64_t{-1}, "20");
    both_ways(std::int64_t{-10}, "29");
    both_ways(std::int64_t{-100}, "3863");
    both_ways(std::int64_t{-1000}, "3903e7");
    // -18446744073709551616 fits no integer type of ours, but a double.
    CHECK_THROWS_AS(read<std::int64_t>("3bffffffffffffffff"), Error);
    CHECK(read<double>("3bffffffffffffffff") == -18446744073709551616.0);
}

TEST_CASE("RFC 8949 appendix A: floating point") {
    const std::pair<double, std::string_view> numbers[] = {{0.0, "f90000"},
                                                           {1.0, "f93c00"},
                                                           {1.1, "fb3ff199999999999a"},
                                                           {1.5, "f93e00"},
                                                           {65504.0, "f97bff"},
                                                           {100000.0, "fa47c35000"},
                                                           {3.4028234663852886e+38, "fa7f7fffff"},
                                                           {1.0e+300, "fb7e37e43c8800759c"},
                                                           {5.960464477539063e-8, "f90001"},
                                                           {0.00006103515625, "f90400"},
                                                           {-4.0, "f9c400"},
                                                           {-4.1, "fbc010666666666666"},
                                                           {std::numeric_limits<double>::infinity(), "f97c00"},
                                                           {-std::numeric_limits<double>::infinity(), "f9fc00"}};
    for (const auto& [number, digits] : numbers) both_ways(number, digits);
    std::string minus_zero;
    Cbor::encode(-0.0, minus_zero);
    CHECK(to_hex(minus_zero) == "f98000");
    CHECK(std::signbit(read<double>("f98000")));
    for (const std::string_view nan : {"f97e00", "fa7fc00000", "fb7ff8000000000000"}) {
        CHECK(std::isnan(read<double>(nan)));
        CHECK(std::isnan(read<float>(nan)));
    }
    for (const std::string_view infinity : {"fa7f800000", "fb7ff0000000000000"})
        CHECK(read<double>(infinity) > 1e308);
    for (const std::string_view minus : {"faff800000", "fbfff0000000000000"}) CHECK(read<double>(minus) < -1e308);
}

TEST_CASE("RFC 8949 appendix A: simple values") {
    both_ways(false, "f4");
    both_ways(true, "f5");
    both_ways(std::optional<int>{}, "f6");
    for (const std::string_view other : {"f7", "f0", "f8ff"})
        CHECK_THROWS_AS(read<std::optional<int>>(other), Error);
}

TEST_CASE("RFC 8949 appendix A: strings") {
    using Bytes = std::vector<std::uint8_t>;
    both_ways(Bytes{}, "40");
    both_ways(Bytes{1, 2, 3, 4}, "4401020304");
    both_ways(std::string(), "60");
    both_ways(std::string("a"), "6161");
    both_ways(std::string("IETF"), "6449455446");
    both_ways(std::string("\"\\"), "62225c");
    both_ways(std::string("\u00fc"), "62c3bc");
    both_ways(std::string("\u6c34"), "63e6b0b4");
    both_ways(std::string("\U00010151"), "64f0908591");
    CHECK(read<Bytes>("5f42010243030405ff") == Bytes{1, 2, 3, 4, 5});
    CHECK(read<std::string>("7f657374726561646d696e67ff") == "streaming");
}

TEST_CASE("RFC 8949 appendix A: arrays and maps") {
    using Numbers = std::vector<int>;
    both_ways(Numbers{}, "80");
    both_ways(Numbers{1, 2, 3}, "83010203");
    Numbers many;
    for (int i = 1; i <= 25; ++i) many.push_back(i);
    both_ways(many, "98190102030405060708090a0b0c0d0e0f101112131415161718181819");
    CHECK(read<Numbers>("9fff").empty());
    CHECK(read<Numbers>("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff") == many);

    using Letters = std::map<std::string, std::string>;
    both_ways(Letters{}, "a0");
    both_ways(Letters{{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}, {"e", "E"}},
              "a56161614161626142616361436164614461656145");
    CHECK_THROWS_AS((read<std::map<std::string, int>>("a201020304")), Error);

    struct Mixed {
        int a{};
        Numbers b{};
    };
    for (const std::string_view digits : {"a26161016162820203", "bf61610161629f0203ffff"}) {
        const auto record = read<Mixed>(digits);
        CHECK(record.a == 1);
        CHECK(record.b == Numbers{2, 3});
    }
    struct Flags {
        bool Fun{};
        int Amt{};
    };
    const auto flags = read<Flags>("bf6346756ef563416d7421ff");
    CHECK(flags.Fun);
    CHECK(flags.Amt == -2);
    for (const std::string_view nested : {"8301820203820405", "9f018202039f0405ffff", "9f01820203820405ff",
                                          "83018202039f0405ff", "83019f0203ff820405"}) {
        using Part = std::variant<int, Numbers>;
        CHECK_THROWS_AS(read<std::vector<Part>>(nested), Error);  // a variant says which alternative it holds
    }
    CHECK(read<std::vector<Numbers>>("9f8202039f0405ffff") == std::vector<Numbers>{{2, 3}, {4, 5}});
}

TEST_CASE("RFC 8949 appendix A: tags change meaning, so an unexpected one is refused") {
    CHECK_THROWS_AS(read<std::string>("c074323031332d30332d32315432303a30343a30305a"), Error);
    CHECK_THROWS_AS(read<std::int64_t>("c11a514b67b0"), Error);
    CHECK_THROWS_AS(read<double>("c1fb41d452d9ec200000"), Error);
    CHECK_THROWS_AS(read<std::vector<std::uint8_t>>("d74401020304"), Error);
    CHECK_THROWS_AS(read<std::vector<std::uint8_t>>("c249010000000000000000"), Error);
    CHECK(read<int>("d9d9f705") == 5);  // 55799: "this is CBOR" (section 3.4.6)
    const Uuid uuid{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
    both_ways(uuid, "d82550000102030405060708090a0b0c0d0e0f");
    CHECK(read<Uuid>("50000102030405060708090a0b0c0d0e0f") == uuid);
}

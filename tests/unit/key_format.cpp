// The key encoding is part of the file format: these bytes do not change. And bytes that are not a key are refused.
#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

#include "cambium/base/error.hpp"
#include "cambium/key/key.hpp"
#include "hex.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace std::chrono_literals;
using test::to_hex;

namespace {

enum class Colour : std::uint8_t { blue = 3 };
enum class Level : std::int16_t { deep = -2 };

template <class... Ts>
std::string key_hex(const Ts&... values) {
    return to_hex(key::encode(values...));
}

template <class T>
void refuse(std::string_view bytes) {
    ByteView in = bytes;
    try {
        static_cast<void>(key::decode<T>(in));
        FAIL("decoded ", to_hex(bytes));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::decode);
        CHECK(std::string(error.what()).starts_with("key: "));
    }
}

// Each beginning of an encoding is refused: none is an encoding itself.
template <class T>
void refuse_truncated(const T& value) {
    const std::string whole = key::encode(value);
    for (std::size_t length = 0; length < whole.size(); ++length) refuse<T>(whole.substr(0, length));
}

}  // namespace

TEST_CASE("numbers have these key bytes") {
    CHECK(key_hex(false) == "00");
    CHECK(key_hex(true) == "01");
    CHECK(key_hex('a') == "61");
    CHECK(key_hex('\xFF') == "ff");
    CHECK(key_hex(std::int8_t{-1}) == "7f");
    CHECK(key_hex(std::uint8_t{200}) == "c8");
    CHECK(key_hex(u8'a') == "61");
    CHECK(key_hex(u'\u20AC') == "20ac");
    CHECK(key_hex(U'\U0001F600') == "0001f600");
    CHECK(key_hex(std::int16_t{-2}) == "7ffe");
    CHECK(key_hex(std::uint16_t{258}) == "0102");
    CHECK(key_hex(std::int32_t{0}) == "80000000");
    CHECK(key_hex(std::int32_t{-1}) == "7fffffff");
    CHECK(key_hex(std::uint32_t{0x01020304}) == "01020304");
    CHECK(key_hex(std::int64_t{1}) == "8000000000000001");
    CHECK(key_hex(std::numeric_limits<std::int64_t>::min()) == "0000000000000000");
    CHECK(key_hex(std::uint64_t{0x0102030405060708}) == "0102030405060708");
    CHECK(key_hex(Colour::blue) == "03");
    CHECK(key_hex(Level::deep) == "7ffe");
    CHECK(key_hex(std::byte{9}) == "09");
}

TEST_CASE("floating point has these key bytes") {
    CHECK(key_hex(0.0) == "8000000000000000");
    CHECK(key_hex(-0.0) == "7fffffffffffffff");
    CHECK(key_hex(1.0) == "bff0000000000000");
    CHECK(key_hex(-1.0) == "400fffffffffffff");
    CHECK(key_hex(1.5F) == "bfc00000");
    CHECK(key_hex(std::numeric_limits<double>::infinity()) == "fff0000000000000");
    CHECK(key_hex(-std::numeric_limits<float>::infinity()) == "007fffff");
    CHECK(key_hex(std::numeric_limits<float>::quiet_NaN()) == "ffc00000");
}

TEST_CASE("every NaN has the key of the positive quiet NaN") {
    const float floats[] = {std::bit_cast<float>(0x7FC00000U), std::bit_cast<float>(0xFFC00000U),
                            std::bit_cast<float>(0x7F800001U), std::bit_cast<float>(0xFFFFFFFFU)};
    for (const float nan : floats) CHECK(key_hex(nan) == "ffc00000");
    for (const std::uint64_t bits : {0x7FF8000000000000U, 0xFFF8000000000000U, 0x7FF0000000000001U,
                                     0xFFF0000000000001U, 0x7FF80000DEADBEEFU, 0xFFFFFFFFFFFFFFFFU}) {
        CHECK(key_hex(std::bit_cast<double>(bits)) == "fff8000000000000");
    }
    const std::string nan = key::encode(-std::numeric_limits<double>::quiet_NaN());
    CHECK(key::encode(std::numeric_limits<double>::infinity()) < nan);
    ByteView in = nan;
    CHECK(std::bit_cast<std::uint64_t>(key::decode<double>(in)) == 0x7FF8000000000000U);
}

TEST_CASE("strings and bytes have these key bytes") {
    CHECK(key_hex(std::string()) == "00");
    CHECK(key_hex(std::string("ab")) == "616200");
    CHECK(key_hex(std::string("\0\x01\x02", 3)) == "010101020200");
    CHECK(key_hex("ab") == "616200");
    CHECK(key_hex(std::string_view("\xFF")) == "ff00");
    CHECK(key_hex(std::vector<std::byte>{std::byte{0}, std::byte{255}}) == "0101ff00");
    CHECK(key_hex(std::vector<std::uint8_t>{1}) == "010200");
    CHECK(key_hex(FixedBytes<3>{0, 1, 255}) == "0001ff");
    CHECK(key_hex(Uuid{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}) ==
          "000102030405060708090a0b0c0d0e0f");
    CHECK(key_hex(std::array<char, 3>{'a', '\0', '\xFF'}) == "6100ff");
    CHECK(key_hex(Uint256{258}) == std::string(60, '0') + "0102");
    CHECK(key_hex(FixedBytes<32>{1}) == "01" + std::string(62, '0'));
    std::string prefix;
    key::append_prefix(prefix, std::string_view("a\0", 2));
    CHECK(to_hex(prefix) == "610101");
}

TEST_CASE("times and composites have these key bytes") {
    CHECK(key_hex(Timestamp{0ns}) == "8000000000000000");
    CHECK(key_hex(Timestamp{-1ns}) == "7fffffffffffffff");
    CHECK(key_hex(std::chrono::sys_days{std::chrono::year{1969} / 12 / 31}) == key_hex(std::chrono::days::rep{-1}));
    CHECK(key_hex(std::chrono::duration<std::int64_t, std::milli>{5}) == "8000000000000005");
    CHECK(key_hex(std::optional<std::uint8_t>{}) == "00");
    CHECK(key_hex(std::nullopt) == "00");
    CHECK(key_hex(std::optional<std::uint8_t>{7}) == "0107");
    CHECK(key_hex(std::pair{std::string("a"), std::uint8_t{1}}) == "610001");
    CHECK(key_hex(std::tuple{std::string("a"), std::optional<std::string>("b"), true}) ==
          "61000162"
          "0001");
    CHECK(key_hex(std::string("a"), std::uint8_t{1}) == "610001");
}

TEST_CASE("descending values have the complement of the bytes") {
    CHECK(key_hex(Descending{std::uint8_t{1}}) == "fe");
    CHECK(key_hex(Descending{std::int16_t{-2}}) == "8001");
    CHECK(key_hex(Descending{std::string("\0ab", 3)}) == "fefe9e9dff");
    CHECK(key_hex(Descending{std::optional<std::uint8_t>{}}) == "ff");
    CHECK(key_hex(Descending{std::optional<std::uint8_t>{7}}) == "fef8");
    CHECK(key_hex(std::tuple{std::uint8_t{1}, Descending{std::string("a")}, std::uint8_t{2}}) == "019eff02");
    CHECK(Descending{5} < Descending{4});
    CHECK(Descending{std::string("a")} > Descending{std::string("b")});
    CHECK(Descending{0.5} == Descending{0.5});
}

TEST_CASE("bytes that end within a key are refused") {
    refuse_truncated(Descending{std::string("ab")});
    refuse_truncated(std::tuple{Descending{5}, Descending{std::optional<std::string>("x")}});
    refuse_truncated(true);
    refuse_truncated(std::uint16_t{7});
    refuse_truncated(std::int64_t{-7});
    refuse_truncated(1.25);
    refuse_truncated(std::string("a\0\x01z", 4));
    refuse_truncated(std::vector<std::uint8_t>{0, 1, 2});
    refuse_truncated(Uuid{});
    refuse_truncated(FixedBytes<5>{});
    refuse_truncated(Uint256{7});
    refuse_truncated(std::array<char, 3>{});
    refuse_truncated(Timestamp{5ns});
    refuse_truncated(std::optional<int>(4));
    refuse_truncated(std::tuple<std::string, std::optional<std::string>, int>("x", "y", 1));
}

TEST_CASE("bytes that no value has are refused") {
    refuse<bool>("\x02");
    refuse<Descending<bool>>("\x02");
    refuse<Descending<std::string>>(std::string("a\0", 2));
    refuse<std::optional<int>>("\x02");
    refuse<std::string>(std::string("a\x01\x00", 3));
    refuse<std::string>(std::string("a\x01\x03\x00", 4));
    refuse<std::string>("no end");
    // NaNs other than the one that keys have.
    refuse<float>(std::string("\x00\x3F\xFF\xFF", 4));
    refuse<double>(std::string("\xFF\xF8\0\0\0\0\0\1", 8));
}

TEST_CASE("random bytes decode or are refused, and what decodes encodes to the same bytes") {
    using Key = std::tuple<std::optional<std::string>, bool, std::int16_t, std::optional<double>>;
    std::mt19937_64 random(test::seed());
    int decoded = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string bytes;
        for (std::size_t length = random() % 16; length > 0; --length) {
            bytes.push_back(static_cast<char>(random() % (random() % 2 == 0 ? 3 : 256)));
        }
        ByteView in = bytes;
        try {
            const Key value = key::decode<Key>(in);
            REQUIRE(key::encode(value) + std::string(in) == bytes);
            ++decoded;
        } catch (const Error& error) {
            REQUIRE(error.code() == ErrorCode::decode);
        }
    }
    CHECK(decoded > 50);
}

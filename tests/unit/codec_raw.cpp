// Raw: the bytes of the struct.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/codec.hpp"
#include "cambium/codec/raw.hpp"
#include "hex.hpp"

using namespace cambium;

namespace {

enum class Colour : std::uint16_t { green = 2 };
struct Inner {
    float ratio{};
    bool flags[1];
};
struct Flag {
    bool on{};
    std::uint8_t level{};
};
struct Tick {
    Timestamp time{};
    double price{};
    std::uint32_t volume{};
    Colour colour{};
    Flag flag{};
    FixedBytes<8> mark{};
    std::array<Flag, 4> flags{};
    Uuid key{};
};
struct Padded {
    std::uint64_t number{};
    std::uint8_t byte{};
};
struct Texts {
    std::string text{};
};
struct Pointing {
    const char* text{};
};
struct OptedIn {
    std::uint64_t number{};
    std::uint8_t byte{};
};

}  // namespace

template <>
inline constexpr bool cambium::kStoreRaw<OptedIn> = true;

namespace {

static_assert(Codec<Raw, Tick>);
static_assert(codec::StorableRaw<Tick>);
static_assert(codec::StorableRaw<OptedIn>);
static_assert(!codec::StorableRaw<Padded>);
static_assert(!codec::StorableRaw<Texts>);
static_assert(!codec::StorableRaw<Pointing>);
static_assert(!codec::StorableRaw<Inner>);

const Tick kTick{.time = Timestamp{std::chrono::nanoseconds{-2}},
                 .price = 1.0,
                 .volume = 258,
                 .colour = Colour::green,
                 .flag = {true, 9},
                 .mark = {1, 2, 3, 4, 5, 6, 7, 8},
                 .flags = {{{true, 1}, {false, 2}, {true, 3}, {false, 4}}},
                 .key = {{0xA0}}};

std::string encoded() {
    std::string bytes;
    Raw::encode(kTick, bytes);
    return bytes;
}

std::string refusal(std::string_view bytes) {
    Tick tick;
    try {
        Raw::decode(bytes, tick);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::decode);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a raw record is the little-endian bytes of its fields") {
    CHECK(test::to_hex(encoded()) ==
          "feffffffffffffff"
          "000000000000f03f"
          "02010000"
          "0200"
          "0109"
          "0102030405060708"
          "0101000201030004"
          "a0000000000000000000000000000000");
    Tick tick;
    Raw::decode(encoded(), tick);
    CHECK(tick.time == kTick.time);
    CHECK(tick.flags[2].level == 3);
    CHECK(tick.key == kTick.key);
}

TEST_CASE("a raw record of another size is refused") {
    const std::string bytes = encoded();
    CHECK(refusal(bytes) == "accepted");
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CHECK(refusal(bytes.substr(0, length)).starts_with("raw record: expected 56 bytes, found "));
    }
    CHECK(refusal(bytes + '\0').starts_with("raw record: expected 56 bytes, found 57"));
}

TEST_CASE("a bool that is neither false nor true is refused, wherever it is") {
    std::string bytes = encoded();
    bytes[22] = 2;
    CHECK(refusal(bytes) == "field \"on\": a bool must be stored as 0 or 1");
    bytes = encoded();
    bytes[36] = '\xFF';
    CHECK(refusal(bytes) == "field \"on\": a bool must be stored as 0 or 1");
    alignas(8) char aligned[56];
    bytes.copy(aligned, sizeof aligned);
    CHECK_THROWS_AS(static_cast<void>(Raw::view<Tick>(ByteView(aligned, sizeof aligned))), Error);
}

TEST_CASE("a raw record may be read in place where it is aligned") {
    alignas(8) char bytes[64];
    encoded().copy(bytes, sizeof bytes);
    const Tick* tick = Raw::view<Tick>(ByteView(bytes, 56));
    CHECK(static_cast<const void*>(tick) == bytes);
    CHECK(tick->volume == 258);

    encoded().copy(bytes + 1, 56);
    try {
        static_cast<void>(Raw::view<Tick>(ByteView(bytes + 1, 56)));
        FAIL("a misaligned view was given out");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::misuse);
    }
    CHECK_THROWS_AS(static_cast<void>(Raw::view<Tick>(ByteView(bytes, 55))), Error);
}

TEST_CASE("a padded record may be stored when its author says so") {
    std::string bytes;
    Raw::encode(OptedIn{7, 9}, bytes);
    CHECK(bytes.size() == sizeof(OptedIn));
    OptedIn record;
    Raw::decode(bytes, record);
    CHECK(record.number == 7);
    CHECK(record.byte == 9);
}

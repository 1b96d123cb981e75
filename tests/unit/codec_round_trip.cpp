// What a codec writes it reads back, for every field type.
#include <doctest/doctest.h>

#include <string>

#include "cambium/codec/cbor.hpp"
#include "cambium/codec/codec.hpp"
#include "cambium/codec/json.hpp"
#include "codec_samples.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::test;

static_assert(Codec<Cbor, Containers> && Codec<Json, Containers>);

namespace {

template <class C, class R>
R round_trip(const R& record) {
    std::string bytes = "kept";
    C::encode(record, bytes);
    REQUIRE(bytes.starts_with("kept"));
    R decoded;
    C::decode(std::string_view(bytes).substr(4), decoded);
    return decoded;
}

}  // namespace

TEST_CASE_TEMPLATE("a record reads back as it was written", C, Cbor, Json) {
    Random random(seed());
    for (int i = 0; i < 400; ++i) {
        const Numbers numbers = random_numbers(random);
        REQUIRE(round_trip<C>(numbers) == numbers);
        const Texts texts = random_texts(random);
        REQUIRE(round_trip<C>(texts) == texts);
        const Containers containers = random_containers(random);
        REQUIRE(round_trip<C>(containers) == containers);
        const Tree tree = random_tree(random, 5);
        REQUIRE(round_trip<C>(tree) == tree);
    }
}

TEST_CASE_TEMPLATE("the sign of zero survives", C, Cbor, Json) {
    const Numbers numbers{.f32 = -0.0F, .f64 = -0.0};
    const Numbers decoded = round_trip<C>(numbers);
    CHECK(std::signbit(decoded.f32));
    CHECK(std::signbit(decoded.f64));
}

TEST_CASE_TEMPLATE("values other than records are records of one unnamed value", C, Cbor, Json) {
    CHECK(round_trip<C>(std::string("text")) == "text");
    CHECK(round_trip<C>(std::vector<int>{1, -2, 3}) == std::vector<int>{1, -2, 3});
    CHECK(round_trip<C>(std::map<std::string, bool>{{"a", true}}) == std::map<std::string, bool>{{"a", true}});
    CHECK(round_trip<C>(std::optional<int>{}) == std::nullopt);
}

TEST_CASE_TEMPLATE("decoding replaces what the record held", C, Cbor, Json) {
    const Containers defaults;
    std::string bytes;
    C::encode(defaults, bytes);
    Random random(seed());
    Containers record = random_containers(random);
    C::decode(bytes, record);
    CHECK(record == defaults);
}

TEST_CASE("CBOR keeps NaN and the infinities") {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Numbers numbers{.f32 = std::numeric_limits<float>::quiet_NaN(), .f64 = -kInfinity};
    const Numbers decoded = round_trip<Cbor>(numbers);
    CHECK(std::isnan(decoded.f32));
    CHECK(decoded.f64 == -kInfinity);
    CHECK(std::isnan(round_trip<Cbor>(std::numeric_limits<double>::signaling_NaN())));
}

TEST_CASE("every half-precision number takes the two bytes of its form and reads back") {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const std::string bytes{'\xF9', static_cast<char>(bits >> 8U), static_cast<char>(bits & 0xFFU)};
        float value = 0;
        Cbor::decode(bytes, value);
        std::string again;
        Cbor::encode(value, again);
        if (std::isnan(value))
            REQUIRE(again == std::string("\xF9\x7E\x00", 3));
        else
            REQUIRE(again == bytes);
        std::string as_double;
        Cbor::encode(static_cast<double>(value), as_double);
        REQUIRE(as_double == again);
    }
}

TEST_CASE("random single-precision numbers take the shortest form that holds them") {
    Random random(seed());
    for (int i = 0; i < 20000; ++i) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        std::string bytes;
        Cbor::encode(value, bytes);
        REQUIRE((bytes.size() == 3 || bytes.size() == 5));
        float decoded = 0;
        Cbor::decode(bytes, decoded);
        if (!std::isnan(value))
            REQUIRE(std::bit_cast<std::uint32_t>(decoded) == std::bit_cast<std::uint32_t>(value));
    }
}

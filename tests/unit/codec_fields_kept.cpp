// Fields that a record does not declare and keeps; fields by number; enumerators by name.
#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/codec/reflect.hpp"
#include "codec_samples.hpp"
#include "hex.hpp"
#include "seed.hpp"

using namespace cambium;
using test::from_hex;
using test::to_hex;

namespace {

struct Full {
    int id{};
    std::string name{};
    std::vector<int> marks{};
    std::optional<test::Inner> inner{};
    double score{};
    bool operator==(const Full&) const = default;
};

struct Part {
    std::string name{};
    UnknownFields rest{};
    int added = 7;
    bool operator==(const Part&) const = default;
};

template <class C, class R>
std::string encoded(const R& record) {
    std::string bytes;
    C::encode(record, bytes);
    return bytes;
}

template <class C, class R>
R decoded(std::string_view bytes) {
    R record;
    C::decode(bytes, record);
    return record;
}

template <class C, class R>
std::string decode_refusal(std::string_view bytes) {
    try {
        static_cast<void>(decoded<C, R>(bytes));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::decode);
        return error.what();
    }
    return "accepted";
}

template <class C, class R>
std::string encode_refusal(const R& record) {
    try {
        static_cast<void>(encoded<C>(record));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::encode);
        return error.what();
    }
    return "accepted";
}

enum class Size : std::int8_t { tiny = -128, small = -1, medium = 0, large = 127 };
enum Plain : std::uint16_t { kFirst, kThird = 2, kFar = 5000 };
enum class Wide : std::int64_t { low = -1'000'000'000'000, one = 1 };
enum class Renamed : std::uint8_t { current = 3, other = 4 };

}  // namespace

template <>
struct cambium::EnumNames<Renamed> {
    static constexpr std::pair<Renamed, std::string_view> values[] = {{Renamed::other, "autre"},
                                                                      {Renamed::current, "former"}};
};

TEST_CASE_TEMPLATE("a program that knows fewer fields loses none", C, Cbor, Json) {
    test::Random random(test::seed());
    for (int i = 0; i < 200; ++i) {
        const Full full{test::random_integer<int>(random),
                        test::random_text(random),
                        {1, -2},
                        test::random_inner(random),
                        test::random_floating<double>(random)};
        Part part = decoded<C, Part>(encoded<C>(full));
        REQUIRE(part.name == full.name);
        REQUIRE(part.added == 7);
        REQUIRE(part.rest.fields.size() == 4);
        REQUIRE(part.rest.fields.find("id")->as_int64() == full.id);
        part.name = "changed";
        part.added = 8;
        const std::string bytes = encoded<C>(part);
        Full expected = full;
        expected.name = "changed";
        REQUIRE(decoded<C, Full>(bytes) == expected);
        REQUIRE(decoded<C, Part>(bytes) == part);
    }
}

TEST_CASE("kept fields stand where the format puts them") {
    const Part part{.name = "n", .rest = {Document::object({{"zz", 1}, {"a", true}})}, .added = 2};
    CHECK(encoded<Json>(part) == R"({"name":"n","added":2,"a":true,"zz":1})");
    CHECK(to_hex(encoded<Cbor>(part)) ==
          "a4"
          "6161f5"
          "627a7a01"
          "646e616d65616e"
          "656164646564"
          "02");
    CHECK(encoded<Json>(Part{}) == R"({"name":"","added":7})");
    // A stored field that is called as the member is an unknown field like any other.
    const Part odd = decoded<Json, Part>(R"({"rest":5,"name":"x"})");
    CHECK(odd.rest.fields == Document::object({{"rest", 5}}));
    CHECK(encoded<Json>(odd) == R"({"name":"x","added":7,"rest":5})");
    CHECK(reflect::type_name<Part>() == "record{name:string,rest:unknown_fields,added:i32}");
}

TEST_CASE("a kept field is written as it was, its CBOR tag with it") {
    struct Tagged {
        std::string name{};
        Uuid key{};
        Uint256 large{};
        std::optional<Document> note{};
        std::variant<int, Document> either{};
    };
    Tagged tagged{.name = "n", .key = {{1, 2, 3}}, .large = Uint256{7}, .note = Document("x")};
    tagged.large = Uint256::from_bytes([&] {
        Uint256::Bytes bytes{};
        bytes.fill(0xFF);
        return bytes;
    }());
    tagged.note->set_tag(0);
    tagged.either = Document::array();
    std::get<1>(tagged.either).set_tag(258);
    const std::string bytes = encoded<Cbor>(tagged);
    Part part = decoded<Cbor, Part>(bytes);
    CHECK(part.rest.fields.find("key")->tag() == 37);
    part.added = 1;
    const Tagged again = decoded<Cbor, Tagged>(encoded<Cbor>(part));
    CHECK(again.key == tagged.key);
    CHECK(again.large == tagged.large);
    CHECK(again.note == tagged.note);
    CHECK(again.either == tagged.either);
    CHECK(decode_refusal<Cbor, Tagged>(from_hex("a1646e6f7465c1f6")) == "field \"note\": unexpected tag 1");
}

TEST_CASE("what kept fields refuse") {
    CHECK(decode_refusal<Json, Part>(R"({"x":1,"name":"n","y":{"z":1},"x":2})") == "field \"x\": appears twice");
    CHECK(decode_refusal<Json, Part>(R"({"y":{"z":[1,99999999999999999999]}})") ==
          "field \"y.z[1]\": 99999999999999999999 does not fit document");
    CHECK(decode_refusal<Cbor, Part>(from_hex("a16178c1c201")) == "field \"x\": unexpected tag 2");
    CHECK(encode_refusal<Json>(Part{.rest = {Document::object({{"name", 1}})}}) ==
          "field \"name\": is declared, and is among the unknown fields");
    CHECK(encode_refusal<Cbor>(Part{.rest = {Document(5)}}) == "field \"rest\": expected an object or null");
    CHECK(encode_refusal<CborNumbered>(Part{}).find("cannot keep unknown ones") != std::string::npos);
}

TEST_CASE("fields by number") {
    const Full full{5, "n", {1}, test::Inner{"i", 2}, 1.5};
    CHECK(to_hex(encoded<CborNumbered>(full)) ==
          "a5"
          "0105"
          "02616e"
          "038101"
          "04a2016169"
          "0202"
          "05f93e00");
    CHECK(decoded<CborNumbered, Full>(encoded<CborNumbered>(full)) == full);
    struct Longer {
        int id{};
        std::string name{};
        std::vector<int> marks{};
        std::optional<test::Inner> inner{};
        double score{};
        std::string added = "default";
    };
    CHECK(decoded<CborNumbered, Longer>(encoded<CborNumbered>(full)).added == "default");
    // Unknown numbers are skipped, whatever they hold.
    CHECK(decoded<CborNumbered, Full>(from_hex("a4"
                                               "00f6"
                                               "0105"
                                               "0681a1810203"
                                               "1bffffffffffffffff60"))
              .id == 5);
    CHECK(decode_refusal<CborNumbered, Full>(from_hex("a1626964"
                                                      "05")) == "record: a key is not the number of a field");
    CHECK(decode_refusal<CborNumbered, Full>(from_hex("a12005")) == "record: a key is not the number of a field");
    CHECK(decode_refusal<CborNumbered, Full>(from_hex("a201050106")) == "field \"id\": appears twice");
    CHECK(decode_refusal<CborNumbered, Full>(from_hex("a104a10261"
                                                      "78")) == "field \"inner.number\": expected i32, found text");
    test::Random random(test::seed());
    for (int i = 0; i < 200; ++i) {
        const auto containers = test::random_containers(random);
        REQUIRE(decoded<CborNumbered, test::Containers>(encoded<CborNumbered>(containers)) == containers);
        const auto tree = test::random_tree(random, 4);
        REQUIRE(decoded<CborNumbered, test::Tree>(encoded<CborNumbered>(tree)) == tree);
    }
}

TEST_CASE("enumerators are names in JSON and numbers in CBOR") {
    CHECK(encoded<Json>(Size::tiny) == "\"tiny\"");
    CHECK(encoded<Json>(Size::large) == "\"large\"");
    CHECK(encoded<Json>(static_cast<Size>(5)) == "5");
    CHECK(encoded<Json>(kThird) == "\"kThird\"");
    CHECK(encoded<Json>(static_cast<Plain>(1)) == "1");
    CHECK(encoded<Json>(kFar) == "5000");
    CHECK(encoded<Json>(Wide::low) == "-1000000000000");
    CHECK(encoded<Json>(Wide::one) == "\"one\"");
    CHECK(encoded<Json>(test::Colour::green) == "\"green\"");
    CHECK(encoded<Json>(Renamed::current) == "\"former\"");
    CHECK(to_hex(encoded<Cbor>(Size::small)) == "20");
    CHECK(to_hex(encoded<Cbor>(Renamed::current)) == "03");
    for (const Size size : {Size::tiny, Size::small, Size::medium, Size::large, static_cast<Size>(9)})
        CHECK(decoded<Json, Size>(encoded<Json>(size)) == size);
    CHECK(decoded<Json, Renamed>("\"autre\"") == Renamed::other);
    CHECK(decoded<Json, Size>("-128") == Size::tiny);
    CHECK(decode_refusal<Json, Size>("\"huge\"") ==
          "record: there is no enumerator \"huge\" of enum i8; there are: tiny, small, medium, large");
    CHECK(decode_refusal<Json, Renamed>("\"current\"") ==
          "record: there is no enumerator \"current\" of enum u8; there are: former, autre");
    CHECK(decode_refusal<Json, Size>("128") == "record: 128 does not fit enum i8");
    CHECK(decode_refusal<Cbor, Size>("\x64tiny") == "record: expected enum i8, found text");
}

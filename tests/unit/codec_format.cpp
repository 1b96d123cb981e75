// The bytes of records are part of the file format: these do not change.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "cambium/codec/raw.hpp"
#include "hex.hpp"

using namespace cambium;
using namespace std::chrono_literals;
using test::from_hex;
using test::to_hex;

namespace {

enum class Colour : std::uint8_t { green = 2 };

struct Customer {
    std::uint64_t id{};
    std::string email{};
    std::optional<std::string> city{};
    Timestamp joined{};
    double score{};
    bool is_active{};
    Colour colour{};
    std::vector<std::string> tags{};
    std::vector<std::byte> photo{};
    Uuid key{};
    FixedBytes<3> mark{};
    std::map<std::string, int> counts{};
    std::variant<int, std::string> either{};
};

const Customer kAda{
    .id = 7,
    .email = "ada@example.org",
    .city = std::nullopt,
    .joined = Timestamp{-1ns},
    .score = 1.5,
    .is_active = true,
    .colour = Colour::green,
    .tags = {"a", "\"q\"\n"},
    .photo = {std::byte{0}, std::byte{255}},
    .key = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    .mark = {1, 2, 3},
    .counts = {{"aa", 1}, {"b", 2}},
    .either = "x",
};

template <class C, class T>
std::string encoded(const T& value) {
    std::string out;
    C::encode(value, out);
    return out;
}

}  // namespace

TEST_CASE("the JSON form of a record") {
    CHECK(
        encoded<Json>(kAda) ==
        R"({"id":7,"email":"ada@example.org","city":null,"joined":-1,"score":1.5,"is_active":true,"colour":"green",)"
        R"("tags":["a","\"q\"\n"],"photo":"AP8=","key":"00010203-0405-0607-0809-0a0b0c0d0e0f","mark":"AQID",)"
        R"("counts":{"aa":1,"b":2},"either":[1,"x"]})");
}

TEST_CASE("the CBOR form of a record: keys by length, then bytes") {
    const std::string expected =
        "ad"  // map of 13
        "62"
        "6964"
        "07"  // id: 7
        "63"
        "6b6579"
        "d825"
        "50"
        "000102030405060708090a0b0c0d0e0f"  // key: tag 37, sixteen bytes
        "64"
        "63697479"
        "f6"  // city: null
        "64"
        "6d61726b"
        "43"
        "010203"  // mark: three bytes
        "64"
        "74616773"
        "82"
        "61"
        "61"
        "64"
        "2271220a"  // tags: array of two texts
        "65"
        "656d61696c"
        "6f"
        "616461406578616d706c652e6f7267"  // email
        "65"
        "70686f746f"
        "42"
        "00ff"  // photo: two bytes
        "65"
        "73636f7265"
        "f93e00"  // score: 1.5 in half precision
        "66"
        "636f6c6f7572"
        "02"  // colour: 2
        "66"
        "636f756e7473"
        "a2"
        "61"
        "62"
        "02"
        "62"
        "6161"
        "01"  // counts: b before aa
        "66"
        "656974686572"
        "82"
        "01"
        "61"
        "78"  // either: [1, "x"]
        "66"
        "6a6f696e6564"
        "20"  // joined: -1
        "69"
        "69735f616374697665"
        "f5";  // is_active: true
    CHECK(to_hex(encoded<Cbor>(kAda)) == expected);
}

TEST_CASE("the JSON form of single values") {
    CHECK(encoded<Json>(1.0) == "1.0");
    CHECK(encoded<Json>(-0.0) == "-0.0");
    CHECK(encoded<Json>(0.1) == "0.1");
    CHECK(encoded<Json>(0.1F) == "0.1");
    CHECK(encoded<Json>(1e300) == "1e+300");
    CHECK(encoded<Json>(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(encoded<Json>(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(encoded<Json>(std::string("\0\x1F\b\f\r\t/\x7F\u20AC", 11)) == R"("\u0000\u001f\b\f\r\t/)"
                                                                         "\x7F\u20AC\"");
    CHECK(encoded<Json>(std::variant<std::monostate, int>()) == "[0,null]");
}

// RFC 4648, section 10.
TEST_CASE("the JSON form of bytes is base64") {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, base64] : vectors) {
        const std::vector<std::uint8_t> bytes(plain.begin(), plain.end());
        const std::string text = '"' + std::string(base64) + '"';
        CHECK(encoded<Json>(bytes) == text);
        std::vector<std::uint8_t> decoded;
        Json::decode(text, decoded);
        CHECK(decoded == bytes);
    }
}

TEST_CASE("missing fields keep their defaults and unknown fields are skipped") {
    struct Old {
        std::uint64_t id = 1;
        std::string name = "nobody";
        std::optional<int> age = 5;
        std::vector<int> marks{1, 2};
    };
    const auto check = [](const Old& record) {
        CHECK(record.id == 9);
        CHECK(record.name == "nobody");
        CHECK(record.age == 5);
        CHECK(record.marks == std::vector<int>{1, 2});
    };
    Old record{.id = 3, .name = "somebody", .age = {}, .marks = {}};
    Json::decode(
        R"( {"new": {"a": [1, {"b": null, "id": 4}, "x"], "c": 1.5}, "id": 9, "more": [[]], "last": true} )",
        record);
    check(record);
    record = {.id = 3, .name = "somebody", .age = {}, .marks = {}};
    // The same; the unknown map has a map, an open array, a tag, bytes in chunks and a number as keys and values.
    Cbor::decode(from_hex("a3"
                          "636e6577"
                          "a5"
                          "a10102"
                          "9f01a0ff"
                          "c101"
                          "5f4101ff"
                          "6161"
                          "f7"
                          "626964"
                          "04"
                          "03"
                          "fb3ff8000000000000"
                          "626964"
                          "09"
                          "646d6f7265"
                          "8180"),
                 record);
    check(record);
}

TEST_CASE("fields are found in any order") {
    struct Three {
        int alpha{};
        int beta{};
        int gamma{};
    };
    Three record;
    Json::decode(R"({"gamma":3,"alpha":1,"beta":2})", record);
    CHECK(record.alpha == 1);
    CHECK(record.beta == 2);
    CHECK(record.gamma == 3);
    Cbor::decode(from_hex("a3"
                          "6567616d6d61"
                          "06"
                          "6462657461"
                          "05"
                          "65616c706861"
                          "04"),
                 record);
    CHECK(record.alpha == 4);
    CHECK(record.beta == 5);
    CHECK(record.gamma == 6);
}

namespace {

struct Token {
    Uint256 number{};
    std::optional<Uint256> parent{};
};

}  // namespace

TEST_CASE("Uint256 fields have these bytes, and come back") {
    const Token token{Uint256{258}, Uint256::from_hex("0x10000000000000000")};
    CHECK(to_hex(encoded<Cbor>(token)) ==
          "a2"
          "666e756d626572190102"
          "66706172656e74c249010000000000000000");
    CHECK(encoded<Json>(token) == R"({"number":"258","parent":"18446744073709551616"})");
    const auto same = [&](const Token& read) { return read.number == token.number && read.parent == token.parent; };
    Token read;
    Cbor::decode(encoded<Cbor>(token), read);
    CHECK(same(read));
    read = {};
    Json::decode(R"({"number":"0x102","parent":"18446744073709551616"})", read);
    CHECK(same(read));
    Json::decode(R"({"number":258})", read);
    CHECK(read.number == Uint256{258});
    Cbor::decode(from_hex("a1666e756d626572c2430000ff"), read);
    CHECK(read.number == Uint256{255});
    Token negative;
    CHECK_THROWS_AS(Json::decode(R"({"number":-1})", negative), Error);
    CHECK_THROWS_AS(Json::decode(R"({"number":"12x"})", negative), Error);
    CHECK_THROWS_AS(Json::decode(R"({"number":1.5})", negative), Error);
    CHECK_THROWS_AS(Cbor::decode(from_hex("a1666e756d62657241ff"), negative), Error);
    CHECK_THROWS_AS(Cbor::decode(from_hex("a1666e756d626572c25821" + std::string(66, '1')), negative), Error);
    CHECK_THROWS_AS(Cbor::decode(from_hex("a1666e756d626572c205"), negative), Error);
    std::string out;
    struct Plain {
        Uint256 number{};
    };
    Raw::encode(Plain{258}, out);
    CHECK(to_hex(out) == std::string(60, '0') + "0102");
    Plain plain;
    Raw::decode(out, plain);
    CHECK(plain.number == 258);
}

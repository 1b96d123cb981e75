// A value that does not fit is an error whose sentence names the field and what is wrong with it.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "hex.hpp"

using namespace cambium;
using test::from_hex;

namespace {

enum class Colour : std::uint8_t { red };

struct Line {
    std::string text{};
    std::uint8_t count{};
};

struct Order {
    std::uint8_t small{};
    std::uint64_t large{};
    std::int16_t offset{};
    float ratio{};
    double exact{};
    bool flag{};
    Colour colour{};
    std::string email{};
    std::vector<std::byte> photo{};
    FixedBytes<3> mark{};
    Uuid key{};
    std::optional<int> maybe{};
    std::vector<Line> lines{};
    std::array<int, 2> pair{};
    std::set<double> set{};
    std::map<std::string, Line> named{};
    std::variant<int, std::string> either{};
    Line line{};
};

template <class C>
std::string refusal(std::string_view bytes) {
    Order order;
    try {
        C::decode(bytes, order);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::decode);
        return error.what();
    }
    return "accepted";
}

template <class C, class T>
std::string encode_refusal(const T& value) {
    std::string out = "kept";
    try {
        C::encode(value, out);
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::encode);
        CHECK(out == "kept");
        return error.what();
    }
    return "accepted";
}

std::string json(std::string_view text) {
    return refusal<Json>(text);
}
std::string cbor(std::string_view digits) {
    return refusal<Cbor>(from_hex(digits));
}

}  // namespace

TEST_CASE("JSON: numbers out of range") {
    CHECK(json(R"({"small":-1})") == "field \"small\": -1 does not fit u8");
    CHECK(json(R"({"small":300})") == "field \"small\": 300 does not fit u8");
    CHECK(json(R"({"small":255})") == "accepted");
    CHECK(json(R"({"large":18446744073709551616})") == "field \"large\": 18446744073709551616 does not fit u64");
    CHECK(json(R"({"offset":-32769})") == "field \"offset\": -32769 does not fit i16");
    CHECK(json(R"({"offset":32768})") == "field \"offset\": 32768 does not fit i16");
    CHECK(json(R"({"offset":-9223372036854775809})") == "field \"offset\": -9223372036854775809 does not fit i16");
    CHECK(json(R"({"ratio":1e39})") == "field \"ratio\": 1e39 does not fit f32");
    CHECK(json(R"({"exact":1e999})").starts_with("field \"exact\": not JSON at byte "));
    CHECK(json(R"({"colour":256})") == "field \"colour\": 256 does not fit enum u8");
    CHECK(json(R"({"offset":1.5})") == "field \"offset\": expected i16, found the number 1.5");
    CHECK(json(R"({"exact":NaN})").starts_with("field \"exact\": not JSON at byte "));
}

TEST_CASE("JSON: values of the wrong kind") {
    CHECK(json(R"({"email":5})") == "field \"email\": expected text, found the number 5");
    CHECK(json(R"({"email":null})") == "field \"email\": expected text, found null");
    CHECK(json(R"({"small":"5"})") == "field \"small\": expected u8, found text");
    CHECK(json(R"({"small":null})") == "field \"small\": expected u8, found null");
    CHECK(json(R"({"flag":1})") == "field \"flag\": expected bool, found the number 1");
    CHECK(json(R"({"small":true})") == "field \"small\": expected u8, found true");
    CHECK(json(R"({"lines":{}})") == "field \"lines\": expected an array, found an object");
    CHECK(json(R"({"line":[]})") == "field \"line\": expected an object, found an array");
    CHECK(json(R"({"maybe":"x"})") == "field \"maybe\": expected i32, found text");
    CHECK(json("[]") == "record: expected an object, found an array");
    CHECK(json("7") == "record: expected an object, found the number 7");
}

TEST_CASE("JSON: the path leads to the value") {
    CHECK(json(R"({"line":{"count":256}})") == "field \"line.count\": 256 does not fit u8");
    CHECK(json(R"({"lines":[{},{},{"text":"a","count":-2}]})") == "field \"lines[2].count\": -2 does not fit u8");
    CHECK(json(R"({"named":{"first":{"count":[]}}})") ==
          "field \"named.first.count\": expected u8, found an array");
    CHECK(json(R"({"unknown":{"lines":[1]},"pair":[1,"b"]})") == "field \"pair[1]\": expected i32, found text");
    const std::string long_key(100, 'k');
    CHECK(json("{\"named\":{\"" + long_key + "\":1}}") ==
          "field \"named." + std::string(64, 'k') + "...\": expected an object, found the number 1");
}

TEST_CASE("JSON: texts that hold other things") {
    CHECK(json(std::string_view("{}\0", 3)) == "record: not JSON at byte 3: a zero byte");
    CHECK(json("{\"named\":{\"a\\u0000\":1}}") == "field \"named.a?\": expected an object, found the number 1");
    CHECK(json(R"({"photo":"AP8"})") == "field \"photo\": expected base64 text");
    CHECK(json(R"({"photo":"A===")").find("base64") != std::string::npos);
    CHECK(json(R"({"photo":"AP9="})") == "field \"photo\": expected base64 text");
    CHECK(json(R"({"photo":"A P="})") == "field \"photo\": expected base64 text");
    CHECK(json(R"({"mark":"AQI="})") == "field \"mark\": expected 3 bytes, found 2 bytes");
    CHECK(json(R"({"key":"00010203-0405-0607-0809-0a0b0c0d0e0"})").starts_with("field \"key\": expected a UUID"));
    CHECK(json(R"({"key":"0001020304050607-0809-0a0b0c0d0e0f00"})").starts_with("field \"key\": expected a UUID"));
    CHECK(json(R"({"key":"0001020g-0405-0607-0809-0A0B0C0D0E0F"})").starts_with("field \"key\": expected a UUID"));
    CHECK(json(R"({"key":"00010203-0405-0607-0809-0A0B0C0D0E0F"})") == "accepted");
    CHECK(json("{\"email\":\"a\xFF\"}") ==
          "field \"email\": not JSON at byte 12: invalid string: ill-formed UTF-8 byte");
    CHECK(json("{\"email\":\"\xED\xA0\x80\"}").starts_with("field \"email\": not JSON at byte "));
    CHECK(json(R"({"email":"\ud800"})").starts_with("field \"email\": not JSON at byte "));
}

TEST_CASE("lengths, alternatives and repetitions") {
    CHECK(json(R"({"pair":[1]})") == "field \"pair\": expected 2 elements, found 1");
    CHECK(json(R"({"pair":[1,2,3]})") == "field \"pair[2]\": expected only 2 elements");
    CHECK(json(R"({"either":[2,1]})") == "field \"either[0]\": there is no alternative 2");
    CHECK(json(R"({"either":["x"]})") == "field \"either[0]\": expected u64, found text");
    CHECK(json(R"({"either":[0]})").find("number of the alternative") != std::string::npos);
    CHECK(json(R"({"either":[0,1,2]})").find("number of the alternative") != std::string::npos);
    CHECK(json(R"({"either":[0,"x"]})") == "field \"either[1]\": expected i32, found text");
    CHECK(json(R"({"either":[1,"x"]})") == "accepted");
    CHECK(json(R"({"small":1,"small":2})") == "field \"small\": appears twice");
    CHECK(json(R"({"named":{"a":{},"a":{}}})") == "field \"named.a\": appears twice");
    CHECK(json(R"({"unknown":1,"unknown":2})") == "accepted");
}

TEST_CASE("CBOR: numbers out of range") {
    CHECK(cbor("a165736d616c6c20") == "field \"small\": -1 does not fit u8");
    CHECK(cbor("a165736d616c6c19012c") == "field \"small\": 300 does not fit u8");
    CHECK(cbor("a165736d616c6c18ff") == "accepted");
    CHECK(cbor("a1666f6666736574398000") == "field \"offset\": -32769 does not fit i16");
    CHECK(cbor("a1666f66667365743bffffffffffffffff") ==
          "field \"offset\": -1 - 18446744073709551615 does not fit i16");
    CHECK(cbor("a1666f6666736574f93c00") == "field \"offset\": expected i16, found the number 1.000000");
    CHECK(cbor("a165726174696ffb47f0000000000000").starts_with("field \"ratio\": 3402823669"));
    CHECK(cbor("a165726174696ff97e00") == "accepted");
}

TEST_CASE("CBOR: values of the wrong kind") {
    CHECK(cbor("80") == "record: expected an object, found an array");
    CHECK(cbor("a165656d61696c4161") == "field \"email\": expected text, found bytes");
    CHECK(cbor("a16570686f746f6161") == "field \"photo\": expected bytes, found text");
    CHECK(cbor("a1636b65796161") == "field \"key\": expected a UUID, found text");
    CHECK(cbor("a1636b65794161") == "field \"key\": expected a UUID, found 1 bytes");
    CHECK(cbor("a16570686f746fd8254161") == "field \"photo\": expected bytes, found a UUID");
    CHECK(cbor("a1636b6579d82505") == "field \"key\": tag 37 (UUID) is not followed by a byte string");
    CHECK(cbor("a1636b6579d825d8255000000000000000000000000000000000") == "field \"key\": unexpected tag 37");
    CHECK(cbor("a165736d616c6cf7") == "field \"small\": found undefined");
    CHECK(cbor("a10101") == "record: a key is not text");
    CHECK(cbor("a165656d61696c62c328") == "field \"email\": invalid UTF-8 at byte 0 of the text");
    CHECK(cbor("a1656e616d6564a161ffa0") == "field \"named\": invalid UTF-8 at byte 0 of a key");
    CHECK(cbor("a16373657481f97e00") == "field \"set[0]\": NaN cannot be an element of a set");
}

TEST_CASE("values that a codec cannot hold are refused when written") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(encode_refusal<Json>(Order{.exact = nan}) ==
          "field \"exact\": NaN and infinity have no form in this codec");
    CHECK(encode_refusal<Json>(Order{.exact = -infinity}) ==
          "field \"exact\": NaN and infinity have no form in this codec");
    CHECK(encode_refusal<Json>(Order{.set = {1, infinity}}) ==
          "field \"set[1]\": NaN and infinity have no form in this codec");
    CHECK(encode_refusal<Cbor>(Order{.exact = nan}) == "accepted");

    const std::string rest = "; keep bytes that are not text in a std::vector<std::byte>";
    const Order broken{.lines = {{"fine", 1}, {"a\x80", 2}}};
    CHECK(encode_refusal<Json>(broken) == "field \"lines[1].text\": invalid UTF-8 at byte 1" + rest);
    CHECK(encode_refusal<Cbor>(broken) == "field \"lines[1].text\": invalid UTF-8 at byte 1" + rest);
    const Order broken_key{.named = {{"\xC0\xAF", {}}}};
    CHECK(encode_refusal<Cbor>(broken_key).find("invalid UTF-8 at byte 0") != std::string::npos);
    CHECK(encode_refusal<Json>(std::string("\xF5")) == "record: invalid UTF-8 at byte 0" + rest);
}

TEST_CASE("UTF-8 is checked as RFC 3629 defines it") {
    for (const std::string_view good : {"", "plain ascii of some length", "\u00fc", "\u0800", "\ud7ff", "\ue000",
                                        "\uffff", "\U00010000", "\U0010ffff", "eight by\u20ac and more \u20ac"}) {
        CHECK(encode_refusal<Cbor>(std::string(good)) == "accepted");
    }
    for (const std::string_view bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "eight bytes and \x80"}) {
        CHECK(encode_refusal<Cbor>(std::string(bad)).find("invalid UTF-8") != std::string::npos);
    }
}

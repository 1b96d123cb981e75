// Documents: what they hold, their JSON and CBOR forms, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

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
using Type = Document::Type;

namespace {

Document read(std::string_view digits) {
    return Document::from_cbor(from_hex(digits));
}

template <class Action>
std::string refusal(Action&& action, ErrorCode code = ErrorCode::decode) {
    try {
        action();
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    return "accepted";
}

std::string json_refusal(std::string_view text) {
    return refusal([&] { static_cast<void>(Document::from_json(text)); });
}
std::string cbor_refusal(std::string_view digits) {
    return refusal([&] { static_cast<void>(read(digits)); });
}

Document random_document(test::Random& random, int depth, bool with_bytes) {
    switch (random() % (depth > 0 ? 10 : 7)) {
        case 0:
            return {};
        case 1:
            return random() % 2 == 0;
        case 2:
            return test::random_integer<std::int64_t>(random);
        case 3:
            return random();
        case 4:
            return test::random_floating<double>(random);
        case 5:
            return test::random_text(random);
        case 6:
            return with_bytes ? Document(test::random_bytes<std::vector<std::byte>>(random)) : Document(1);
        case 7: {
            Document array = Document::array();
            for (std::size_t count = random() % 5; count > 0; --count)
                array.push_back(random_document(random, depth - 1, with_bytes));
            return array;
        }
        default: {
            Document object = Document::object();
            for (std::size_t count = random() % 5; count > 0; --count)
                object[test::random_text(random)] = random_document(random, depth - 1, with_bytes);
            return object;
        }
    }
}

}  // namespace

TEST_CASE("a document holds each type and gives it back") {
    CHECK(Document().is_null());
    CHECK(Document(nullptr).type() == Type::null);
    CHECK(Document(true).as_bool());
    CHECK(Document(5).type() == Type::unsigned_integer);
    CHECK(Document(5).as_int64() == 5);
    CHECK(Document(-5).type() == Type::signed_integer);
    CHECK(Document(std::int8_t{-5}).as_int64() == -5);
    CHECK(Document(std::numeric_limits<std::int64_t>::min()).as_int64() ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(Document(std::numeric_limits<std::uint64_t>::max()).as_uint64() == 18446744073709551615U);
    CHECK(Document(0.5).as_double() == 0.5);
    CHECK(Document(-3).as_double() == -3);
    CHECK(Document("text").as_text() == "text");
    CHECK(Document(std::string("text")).as_text() == "text");
    CHECK(Document::bytes("\0\xFF").as_bytes().size() == 0);
    CHECK(Document(std::vector<std::byte>{std::byte{0}, std::byte{255}}).as_bytes() ==
          std::string_view("\0\xFF", 2));
    CHECK(Document("a") != Document::bytes("a"));
    CHECK(Document(1) != Document(1.0));
    CHECK(Document(std::int8_t{1}) == Document(std::uint64_t{1}));
    CHECK(Document(std::nan("")) == Document(std::nan("")));
}

TEST_CASE("an object keeps its members in order of their names, however they came") {
    Document document;
    document["b"]["inner"] = 1;
    document["a"] = Document::array({1, "two", nullptr});
    document["aa"] = false;
    CHECK(document.is_object());
    CHECK(document.size() == 3);
    CHECK(document ==
          Document::object(
              {{"aa", false}, {"a", Document::array({1, "two", {}})}, {"b", Document::object({{"inner", 1}})}}));
    std::string names;
    for (const auto& [name, value] : document.members()) names += name + ' ';
    CHECK(names == "a aa b ");
    const Document& constant = document;
    CHECK(constant["b"]["inner"].as_int64() == 1);
    CHECK(constant["none"]["deeper"].is_null());
    CHECK(constant.find("none") == nullptr);
    CHECK(constant["a"].at(1).as_text() == "two");
    document["a"].at(1) = 2;
    CHECK(document["a"].elements()[1].as_int64() == 2);
    CHECK(document.erase("aa"));
    CHECK_FALSE(document.erase("aa"));
    const Document copy = document;
    document["a"].push_back(9);
    CHECK(copy["a"].size() == 3);
    CHECK(document["a"].size() == 4);
    const Document moved = std::move(document);
    CHECK(document.is_null());
    CHECK(moved["a"].size() == 4);
    CHECK(refusal(
              [] {
                  static_cast<void>(Document::object({{"a", 1}, {"b", 2}, {"a", 3}}));
              },
              ErrorCode::invalid_argument) == "an object cannot have two members named \"a\"");
}

TEST_CASE("asking a document for another type says what it holds") {
    CHECK(refusal([] { static_cast<void>(Document("x").as_int64()); }) ==
          "a document that holds text was asked for an integer");
    CHECK(refusal([] { static_cast<void>(Document(1.5).as_int64()); }) ==
          "a document that holds a floating-point number was asked for an integer");
    CHECK(refusal([] { static_cast<void>(Document(-1).as_uint64()); }) ==
          "a document that holds -1 was asked for an unsigned integer");
    CHECK(refusal([] { static_cast<void>(Document(std::uint64_t{1} << 63U).as_int64()); }) ==
          "a document that holds 9223372036854775808 was asked for a signed integer of 64 bits");
    CHECK(refusal([] { static_cast<void>(Document().as_bool()); }) ==
          "a document that holds null was asked for a bool");
    CHECK(refusal([] { static_cast<void>(Document(1).as_text()); }).find("asked for text") != std::string::npos);
    CHECK(refusal([] { static_cast<void>(Document("x").as_bytes()); }).find("asked for bytes") !=
          std::string::npos);
    CHECK(refusal([] {
              Document number(1);
              number["x"] = 2;
          }) == "a document that holds an integer was asked for a member \"x\"");
    CHECK(refusal([] {
              Document text("x");
              text.push_back(1);
          }).find("asked for an array") != std::string::npos);
    CHECK(refusal([] { static_cast<void>(Document::array({1}).at(1)); }) ==
          "an array of 1 elements was asked for number 1");
}

TEST_CASE("the JSON and CBOR forms of a document") {
    const Document document = Document::object({{"bb", Document::array({nullptr, true, -1, 1.5, 100})},
                                                {"a", "t\n"},
                                                {"c", Document::bytes("\x01\x02")},
                                                {"", Document::object()}});
    CHECK(document.to_json() == R"({"":{},"a":"t\n","bb":[null,true,-1,1.5,100],"c":"AQI="})");
    CHECK(to_hex(document.to_cbor()) ==
          "a4"
          "60a0"
          "6161"
          "62740a"
          "6163"
          "420102"
          "626262"
          "85f6f520f93e001864");
    CHECK(Document::from_cbor(document.to_cbor()) == document);
    CHECK(Document::from_json(document.to_json())["c"] == Document("AQI="));
    CHECK(Document::from_json(R"( {"z":[{},[],"\u20ac"],"a":1e2} )") ==
          Document::object({{"a", 100.0}, {"z", Document::array({Document::object(), Document::array(), "€"})}}));
    CHECK(reflect::type_name<Document>() == "document");
    CHECK(reflect::type_name<std::optional<Document>>() == "optional<document>");
}

TEST_CASE("RFC 8949 appendix A: every example that a document holds, both ways") {
    const double infinity = std::numeric_limits<double>::infinity();
    Document to_25 = Document::array();
    for (int i = 1; i <= 25; ++i) to_25.push_back(i);
    const std::pair<Document, std::string_view> examples[] = {
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
        {std::numeric_limits<std::uint64_t>::max(), "1bffffffffffffffff"},
        {-1, "20"},
        {-10, "29"},
        {-100, "3863"},
        {-1000, "3903e7"},
        {0.0, "f90000"},
        {-0.0, "f98000"},
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
        {infinity, "f97c00"},
        {std::nan(""), "f97e00"},
        {-infinity, "f9fc00"},
        {false, "f4"},
        {true, "f5"},
        {nullptr, "f6"},
        {Document::bytes(""), "40"},
        {Document::bytes("\x01\x02\x03\x04"), "4401020304"},
        {"", "60"},
        {"a", "6161"},
        {"IETF", "6449455446"},
        {"\"\\", "62225c"},
        {"\u00fc", "62c3bc"},
        {"\u6c34", "63e6b0b4"},
        {"\U00010151", "64f0908591"},
        {Document::array(), "80"},
        {Document::array({1, 2, 3}), "83010203"},
        {Document::array({1, Document::array({2, 3}), Document::array({4, 5})}), "8301820203820405"},
        {to_25, "98190102030405060708090a0b0c0d0e0f101112131415161718181819"},
        {Document::object(), "a0"},
        {Document::object({{"a", 1}, {"b", Document::array({2, 3})}}), "a26161016162820203"},
        {Document::array({"a", Document::object({{"b", "c"}})}), "826161a161626163"},
        {Document::object({{"a", "A"}, {"b", "B"}, {"c", "C"}, {"d", "D"}, {"e", "E"}}),
         "a56161614161626142616361436164614461656145"}};
    for (const auto& [document, digits] : examples) {
        CHECK(to_hex(document.to_cbor()) == digits);
        CHECK(read(digits) == document);
    }
    // Not in deterministic encoding: read, and written in it.
    const std::pair<std::string_view, std::string_view> others[] = {
        {"fa7fc00000", "f97e00"},
        {"fb7ff8000000000000", "f97e00"},
        {"fa7f800000", "f97c00"},
        {"faff800000", "f9fc00"},
        {"fb7ff0000000000000", "f97c00"},
        {"fbfff0000000000000", "f9fc00"},
        {"5f42010243030405ff", "450102030405"},
        {"7f657374726561646d696e67ff", "6973747265616d696e67"},
        {"9fff", "80"},
        {"9f018202039f0405ffff", "8301820203820405"},
        {"9f01820203820405ff", "8301820203820405"},
        {"83018202039f0405ff", "8301820203820405"},
        {"83019f0203ff820405", "8301820203820405"},
        {"9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
         "98190102030405060708090a0b0c0d0e0f101112131415161718181819"},
        {"bf61610161629f0203ffff", "a26161016162820203"},
        {"826161bf61626163ff", "826161a161626163"},
        {"bf6346756ef563416d7421ff",
         "a263416d742163"
         "46756ef5"}};
    for (const auto& [digits, shortest] : others) CHECK(to_hex(read(digits).to_cbor()) == shortest);
    // What a document does not hold.
    CHECK(cbor_refusal("3bffffffffffffffff") == "record: -1 - 18446744073709551615 does not fit document");
    for (const std::string_view foreign : {"f7", "f0", "f8ff", "a201020304", "c1c101", "dbffffffffffffffff00"})
        CHECK(cbor_refusal(foreign) != "accepted");
    // Tags are kept, and left out of JSON.
    for (const std::string_view tagged :
         {"c249010000000000000000", "c349010000000000000000", "c11a514b67b0", "c1fb41d452d9ec200000",
          "d74401020304", "d818456449455446", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "d9010080",
          "a16161c0a0", "81c4f6", "c074323031332d30332d32315432303a30343a30305a", "dafffffffef5"}) {
        CHECK(to_hex(read(tagged).to_cbor()) == tagged);
        CHECK(Document::from_cbor(read(tagged).to_cbor()) == read(tagged));
    }
    CHECK(read("c11a514b67b0").tag() == 1);
    CHECK(read("c11a514b67b0").has_tag());
    CHECK(read("c11a514b67b0") != read("1a514b67b0"));
    CHECK(read("c11a514b67b0").to_json() == "1363896240");
    CHECK_FALSE(read("05").has_tag());
    CHECK(read("d9d9f705") == Document(5));
}

TEST_CASE("random documents read back as they were written") {
    test::Random random(test::seed());
    for (int i = 0; i < 2000; ++i) {
        const Document document = random_document(random, 5, true);
        const std::string bytes = document.to_cbor();
        REQUIRE(Document::from_cbor(bytes) == document);
        REQUIRE(Document::from_cbor(bytes).to_cbor() == bytes);
        const Document plain = random_document(random, 5, false);
        const std::string text = plain.to_json();
        REQUIRE(Document::from_json(text) == plain);
        REQUIRE(Document::from_json(text).to_json() == text);
    }
}

TEST_CASE("JSON and CBOR that a document refuses") {
    CHECK(json_refusal(R"({"a":{"b":[1,18446744073709551616]}})") ==
          "field \"a.b[1]\": 18446744073709551616 does not fit document");
    CHECK(json_refusal("-9223372036854775809") == "record: -9223372036854775809 does not fit document");
    CHECK(json_refusal(R"({"a":1,"b":{"x":1,"y":2,"x":3}})") == "field \"b.x\": appears twice");
    CHECK(json_refusal("[1,2").starts_with("field \"[2]\": not JSON at byte "));
    CHECK(json_refusal("").starts_with("record: not JSON"));
    CHECK(json_refusal("{\"a\":\"\xFF\"}").starts_with("field \"a\": not JSON"));
    CHECK(cbor_refusal("a2616101616102") == "field \"a\": appears twice");
    CHECK(cbor_refusal("a161618261ff00") == "field \"a[0]\": invalid UTF-8 at byte 0 of the text");
    CHECK(cbor_refusal("a161ff00") == "record: invalid UTF-8 at byte 0 of a key");
    CHECK(cbor_refusal("9bffffffffffffffff").find("claims") != std::string::npos);
    CHECK(cbor_refusal("0000") == "record: 1 bytes follow the end of the record");
    CHECK(refusal([] { static_cast<void>(Document::array({std::nan("")}).to_json()); }, ErrorCode::encode) ==
          "field \"[0]\": NaN and infinity have no form in this codec");
    CHECK(refusal(
              [] {
                  static_cast<void>(Document::object({{"k", "\xFF"}}).to_cbor());
              },
              ErrorCode::encode)
              .starts_with("field \"k\": invalid UTF-8 at byte 0"));
    CHECK(refusal(
              [] {
                  static_cast<void>(Document::object({{"\xFF", 1}}).to_json());
              },
              ErrorCode::encode)
              .find("invalid UTF-8") != std::string::npos);
}

TEST_CASE("documents nest at most 128 deep, both ways") {
    Document deep(1);
    for (int i = 0; i < 128; ++i) deep = i % 2 == 0 ? Document::array({deep}) : Document::object({{"x", deep}});
    CHECK(Document::from_json(deep.to_json()) == deep);
    CHECK(Document::from_cbor(deep.to_cbor()) == deep);
    const Document deeper = Document::array({deep});
    CHECK(refusal([&] { static_cast<void>(deeper.to_json()); }, ErrorCode::encode).find("at most 128 deep") !=
          std::string::npos);
    CHECK(refusal([&] { static_cast<void>(deeper.to_cbor()); }, ErrorCode::encode).find("at most 128 deep") !=
          std::string::npos);
    CHECK(json_refusal(std::string(129, '[') + std::string(129, ']')).find("more than 128 deep") !=
          std::string::npos);
    CHECK(json_refusal(std::string(1'000'000, '[')).find("more than 128 deep") != std::string::npos);
    CHECK(refusal([] {
              static_cast<void>(Document::from_cbor(std::string(1'000'000, '\x81')));
          }).find("more than 128 deep") != std::string::npos);
}

TEST_CASE_TEMPLATE("documents inside of records", C, Cbor, Json, CborNumbered) {
    struct Note {
        int id{};
        Document body{};
        std::optional<Document> maybe{};
        std::vector<Document> many{};
        std::map<std::string, Document> named{};
        bool operator==(const Note&) const = default;
    };
    const Note note{1,
                    Document::object({{"a", Document::array({1, {}})}}),
                    Document("x"),
                    {1, "two", Document::object()},
                    {{"k", Document::array()}}};
    for (const Note& record : {note, Note{}}) {
        std::string bytes;
        C::encode(record, bytes);
        Note again = note;
        C::decode(bytes, again);
        CHECK(again == record);
    }
}

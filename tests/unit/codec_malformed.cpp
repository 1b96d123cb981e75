// No input crashes a decoder, reads past its end, recurses without bound or allocates what a length field claims:
// it decodes or it is Error{decode}. Most telling when built with the address and undefined-behaviour sanitizers.
#include <doctest/doctest.h>

#include <string>

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/json.hpp"
#include "codec_samples.hpp"
#include "hex.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

// The whole of the input in a block of its own, so that a sanitizer sees a read of one byte too many.
template <class C, class R>
bool decodes(std::string_view bytes) {
    const std::vector<char> exact(bytes.begin(), bytes.end());
    R record;
    try {
        C::decode(ByteView(exact.data(), exact.size()), record);
        return true;
    } catch (const Error& error) {
        REQUIRE(error.code() == ErrorCode::decode);
        REQUIRE(std::string_view(error.what()).find(": ") != std::string_view::npos);
        return false;
    }
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string out;
    for (; times > 0; --times) out += piece;
    return out;
}

template <class C, class R>
std::string encoded(const R& record) {
    std::string out;
    C::encode(record, out);
    return out;
}

template <class C, class R>
void mutate(const std::string& good, Random& random) {
    for (int i = 0; i < 60; ++i) {
        std::string bytes = good;
        for (std::size_t changes = 1 + random() % 3; changes > 0 && !bytes.empty(); --changes) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random() & 255U);
                    break;
                case 1:
                    bytes.erase(at, 1 + random() % 4);
                    break;
                default:
                    bytes.insert(at, 1, static_cast<char>(random() & 255U));
                    break;
            }
        }
        static_cast<void>(decodes<C, R>(bytes));
    }
}

}  // namespace

TEST_CASE_TEMPLATE("a record cut short anywhere is refused", C, Cbor, Json) {
    Random random(seed());
    const auto every_cut = [](const auto& record) {
        using R = std::remove_cvref_t<decltype(record)>;
        const std::string whole = encoded<C>(record);
        REQUIRE(decodes<C, R>(whole));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            REQUIRE_FALSE(decodes<C, R>(std::string_view(whole).substr(0, length)));
        }
        REQUIRE_FALSE(decodes<C, R>(whole + whole));
        REQUIRE_FALSE(decodes<C, R>(whole + '\0'));
    };
    for (int i = 0; i < 5; ++i) {
        every_cut(random_numbers(random));
        every_cut(random_texts(random));
        every_cut(random_containers(random));
        every_cut(random_tree(random, 3));
    }
}

TEST_CASE_TEMPLATE("changed records decode or are refused", C, Cbor, Json) {
    Random random(seed());
    for (int i = 0; i < 60; ++i) {
        mutate<C, Numbers>(encoded<C>(random_numbers(random)), random);
        mutate<C, Texts>(encoded<C>(random_texts(random)), random);
        mutate<C, Containers>(encoded<C>(random_containers(random)), random);
        mutate<C, Tree>(encoded<C>(random_tree(random, 4)), random);
    }
}

TEST_CASE_TEMPLATE("random bytes decode or are refused", C, Cbor, Json) {
    Random random(seed());
    constexpr std::string_view kJsonBytes = "{}[]\",:0123456789.-+eEtruefalsn \\u";
    for (int i = 0; i < 20000; ++i) {
        std::string bytes;
        for (std::size_t length = random() % 24; length > 0; --length) {
            const bool telling = std::is_same_v<C, Json> && random() % 8 != 0;
            bytes.push_back(telling ? kJsonBytes[random() % kJsonBytes.size()]
                                    : static_cast<char>(random() & 255U));
        }
        static_cast<void>(decodes<C, Containers>(bytes));
        static_cast<void>(decodes<C, std::vector<std::vector<int>>>(bytes));
    }
}

TEST_CASE("deep nesting is refused in fields and in what is skipped") {
    constexpr std::size_t kDeep = 1'000'000;
    CHECK_FALSE(decodes<Json, Tree>(repeat("[", kDeep)));
    CHECK_FALSE(decodes<Json, Tree>("{\"unknown\":" + repeat("[", kDeep) + repeat("]", kDeep) + "}"));
    CHECK_FALSE(decodes<Json, Tree>("{\"unknown\":" + repeat("{\"a\":", kDeep)));
    CHECK_FALSE(decodes<Json, Tree>(repeat("{\"children\":[", kDeep)));
    CHECK_FALSE(decodes<Cbor, Tree>(repeat("\x81", kDeep)));
    CHECK_FALSE(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + repeat("\x81", kDeep) + "\x01"));
    CHECK_FALSE(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + repeat("\x9F", kDeep)));
    CHECK_FALSE(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + repeat("\xC1", kDeep)));
    CHECK(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + repeat("\xC1", kDeep) + "\x01"));
    CHECK_FALSE(decodes<Cbor, Tree>(repeat(from_hex("bf686368696c6472656e9f"), kDeep)));
}

TEST_CASE_TEMPLATE("what may be written may be read: nesting up to the limit, and not beyond", C, Cbor, Json) {
    const auto nested = [](int levels) {
        Tree tree;
        for (; levels > 0; --levels) {
            Tree outer;
            outer.children.push_back(std::move(tree));
            tree = std::move(outer);
        }
        return tree;
    };
    const Tree deepest = nested(63);  // a record and a list for each level: 128 with the innermost
    std::string bytes = encoded<C>(deepest);
    Tree decoded;
    C::decode(bytes, decoded);
    CHECK(decoded == deepest);
    CHECK_THROWS_AS(encoded<C>(nested(64)), Error);
}

TEST_CASE("CBOR: lengths that claim more than there is are refused without being allocated") {
    for (const std::string_view claim : {"5bffffffffffffffff", "7bffffffffffffffff", "9bffffffffffffffff",
                                         "bbffffffffffffffff", "9b7fffffffffffffff", "bb8000000000000000",
                                         "5b7fffffffffffffff", "9affffffff", "ba7fffffff", "7a7fffffff"}) {
        CHECK_FALSE(decodes<Cbor, std::vector<std::string>>(from_hex(claim)));
        CHECK_FALSE(decodes<Cbor, std::vector<std::string>>("\x82" + from_hex(claim)));
        CHECK_FALSE(decodes<Cbor, std::string>(from_hex(claim) + "abc"));
        CHECK_FALSE(decodes<Cbor, std::vector<std::byte>>(from_hex(claim) + "abc"));
        CHECK_FALSE(decodes<Cbor, std::map<std::string, int>>(from_hex(claim) + "aa"));
        CHECK_FALSE(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + from_hex(claim)));
    }
}

TEST_CASE("CBOR: breaks and chunks in the wrong place are refused") {
    for (const std::string_view bad :
         {"ff",       "81ff",     "a1ff",         "a16161ff", "bf6161ff", "bf61610161", "9fc1ff",
          "5f6161ff", "7f4161ff", "5f5f4161ffff", "7fff01",   "5f00ff",   "c1",         "d825",
          "1c",       "1f",       "3f",           "5c",       "7e",       "9c",         "bd",
          "df",       "f800",     "fc",           "fd",       "fe"}) {
        CAPTURE(bad);
        CHECK_FALSE(decodes<Cbor, std::map<std::string, int>>(from_hex(bad)));
        CHECK_FALSE(decodes<Cbor, std::vector<std::string>>(from_hex(bad)));
        CHECK_FALSE(decodes<Cbor, Numbers>(from_hex(bad)));
        CHECK_FALSE(decodes<Cbor, Tree>(from_hex("a167756e6b6e6f776e") + from_hex(bad)));
    }
}

TEST_CASE("JSON: text that is not JSON is refused") {
    for (const std::string_view bad : {"",
                                       " ",
                                       "{",
                                       "{]",
                                       "{\"a\":}",
                                       "{\"a\" 1}",
                                       "{a:1}",
                                       "{'a':1}",
                                       "{\"a\":1,}",
                                       "{}{}",
                                       "{} x",
                                       "nul",
                                       "{\"f64\":01}",
                                       "{\"f64\":.5}",
                                       "{\"f64\":+1}",
                                       "{\"f64\":Infinity}",
                                       "{\"f64\":0x10}",
                                       "{\"text\":\"\n\"}",
                                       "{\"text\":\"\\x\"}",
                                       "// {}",
                                       "\xFE\xFF"}) {
        CAPTURE(bad);
        CHECK_FALSE(decodes<Json, Numbers>(bad));
    }
}

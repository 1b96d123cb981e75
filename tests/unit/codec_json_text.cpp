// JSON text is written directly; it escapes and validates as nlohmann_json does.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cambium/base/error.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/json.hpp"
#include "codec_samples.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

// Pieces that make well-formed and ill-formed UTF-8, every control character, and every byte.
std::string random_bytes_of_text(Random& random) {
    constexpr std::string_view kPieces[] = {"plain",
                                            "\"",
                                            "\\",
                                            "/",
                                            "\x7F",
                                            "é",
                                            "€",
                                            "\xED\x9F\xBF",
                                            "\xEE\x80\x80",
                                            "😀",
                                            "\xF4\x8F\xBF\xBF",
                                            "\xEF\xBF\xBF",
                                            "\u2028",
                                            "\u0085"};
    constexpr std::string_view kBroken[] = {
        "\x80", "\xC0\x80", "\xC2",    "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5", "\xFF",     "\xE2\x82"};
    std::string text;
    for (std::size_t pieces = random() % 8; pieces > 0; --pieces) {
        const std::uint64_t kind = random() % 16;
        if (kind < 6)
            text += kPieces[random() % std::size(kPieces)];
        else if (kind < 12)
            text += static_cast<char>(random() % 0x20);
        else if (kind < 15)
            text += static_cast<char>(random() % 0x80);
        else
            text += random() % 4 == 0 ? std::string(kBroken[random() % std::size(kBroken)])
                                      : std::string(1, static_cast<char>(random()));
    }
    return text;
}

}  // namespace

TEST_CASE("texts are escaped and refused as nlohmann_json does") {
    Random random(seed());
    int written = 0;
    int refused = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::string text = random_bytes_of_text(random);
        std::string theirs;
        bool accepted = true;
        try {
            theirs = nlohmann::json(text).dump();
        } catch (const nlohmann::json::exception&) {
            accepted = false;
        }
        std::string ours;
        if (accepted) {
            Json::encode(text, ours);
            REQUIRE(ours == theirs);
            std::string again;
            Json::decode(ours, again);
            REQUIRE(again == text);
            ++written;
        } else {
            REQUIRE_THROWS_AS(Json::encode(text, ours), Error);
            REQUIRE(ours.empty());
            ++refused;
        }
    }
    CHECK(written > 1000);
    CHECK(refused > 1000);
}

TEST_CASE("numbers and structure are written as nlohmann_json reads them") {
    Random random(seed());
    for (int i = 0; i < 5000; ++i) {
        const auto number = random_floating<double>(random);
        const std::int64_t integer = random_integer<std::int64_t>(random);
        const Document document =
            Document::array({number, integer, Document::object({{random_text(random), number}})});
        const nlohmann::json theirs = nlohmann::json::parse(document.to_json());
        REQUIRE(theirs[0].is_number_float());
        REQUIRE(theirs[0].get<double>() == number);
        REQUIRE(theirs[1].get<std::int64_t>() == integer);
        REQUIRE(Document::from_json(theirs.dump()) == document);
    }
}

TEST_CASE("what nlohmann_json refuses as JSON is refused") {
    Random random(seed());
    const std::string valid = R"({"a":[1,-2.5e3,"x\u00e9\n",true,false,null,{}],"b":{"c":[]}})";
    int refused = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text = valid;
        for (std::size_t changes = 1 + random() % 2; changes > 0; --changes) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text.erase(at, 1);
                    break;
                case 1:
                    text.insert(at, 1, "{}[],:\"\\0123e.-+tfn u"[random() % 21]);
                    break;
                default:
                    text[at] = static_cast<char>(random());
            }
            if (text.empty()) break;
        }
        if (text.find('\0') != std::string::npos || nlohmann::json::accept(text)) continue;
        REQUIRE_THROWS_AS(static_cast<void>(Document::from_json(text)), Error);
        ++refused;
    }
    CHECK(refused > 1000);
}

// The decoder of the lossless form of Json, in which tables go out and come in.
#include <limits>

#include "cambium/codec/document.hpp"
#include "cambium/codec/json.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

namespace {

struct Lines {
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::encode_json(codec::shape_of<R>(), &record, out, codec::JsonForm::lossless);
    }
    template <class R>
    static void decode(ByteView text, R& record) {
        record = R{};
        codec::decode_json(codec::shape_of<R>(), text, &record, codec::JsonForm::lossless);
    }
};

struct Kept {
    std::string text{};
    double number{};
    std::optional<float> maybe{};
    UnknownFields rest{};
};

}  // namespace

// The first byte chooses what the rest is read as.
void run(std::string_view input) {
    if (input.empty()) return;
    if (input.front() < 5) return decode_some_record<Lines>(input);
    input.remove_prefix(1);
    decode_with<Lines, Document>(input);
    decode_with<Lines, Kept>(input);
}

std::vector<std::string> seeds() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Document document = Document::object({{"bytes", Document::bytes("\xff")},
                                                {"nan", nan},
                                                {"like", Document::object({{"$cbor", "AQ=="}})},
                                                {"list", Document::array({-nan, 1.5, "text"})}});
    std::vector<std::string> made = seeds_of_every_record<Lines>();
    add_seed<Lines>(made, 5, document);
    add_seed<Lines>(made, 5, Kept{"\xff", -nan, -std::numeric_limits<float>::infinity(), {document}});
    return made;
}

std::vector<std::string_view> words() {
    return {"{\"$cbor\":\"",
            "{\"$base64\":\"",
            "\"}",
            "\"NaN\"",
            "\"NaN(0x7ff8000000000001)\"",
            "\"-Infinity\"",
            "+X4A",
            "/w==",
            "null",
            "\"number\":",
            "\"text\":",
            "[[[["};
}

}  // namespace cambium::fuzz

// Documents from JSON and CBOR, and the fields that a record keeps without knowing them.
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/json.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

namespace {

struct Kept {
    std::string name{};
    UnknownFields rest{};
    std::optional<Document> maybe{};
};

template <class C>
void decode_documents(std::string_view input) {
    decode_with<C, Document>(input);
    decode_with<C, Kept>(input);
    decode_with<C, std::vector<Document>>(input);
}

}  // namespace

// The first byte chooses the format.
void run(std::string_view input) {
    if (input.empty()) return;
    const std::string_view rest = input.substr(1);
    switch (static_cast<unsigned char>(input.front()) % 3) {
        case 0:
            return decode_documents<Json>(rest);
        case 1:
            return decode_documents<Cbor>(rest);
        default:
            return decode_with<CborNumbered, test::Containers>(rest);
    }
}

std::vector<std::string> seeds() {
    const Document document = Document::object({{"a", Document::array({1, -2, 1.5, nullptr, true, "text"})},
                                                {"b", Document::object({{"c", Document::array()}})}});
    std::vector<std::string> made;
    add_seed<Json>(made, 0, document);
    add_seed<Cbor>(made, 1, document);
    add_seed<Json>(made, 0, Kept{"n", {document}, Document("x")});
    add_seed<Cbor>(made, 1, Kept{"n", {document}, Document::bytes("x")});
    test::Random random{7};
    add_seed<CborNumbered>(made, 2, test::random_containers(random));
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\xbf"sv,
            "\x9f"sv,
            "\xff"sv,
            "\xf6"sv,
            "\x3b\xff\xff\xff\xff\xff\xff\xff\xff"sv,
            "\x64name"sv,
            "\"name\":"sv,
            "{"sv,
            "}"sv,
            "[[[["sv,
            "\"a\":"sv,
            "18446744073709551616"sv,
            "\\u00e9"sv};
}

}  // namespace cambium::fuzz

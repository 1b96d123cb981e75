// Documents as JSON text and CBOR bytes: the codecs, applied to a value whose shape is "document".
#include "cambium/codec/cbor.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/json.hpp"

namespace cambium {

std::string Document::to_json() const {
    std::string text;
    Json::encode(*this, text);
    return text;
}

Document Document::from_json(std::string_view text) {
    Document document;
    Json::decode(text, document);
    return document;
}

std::string Document::to_cbor() const {
    std::string bytes;
    Cbor::encode(*this, bytes);
    return bytes;
}

Document Document::from_cbor(ByteView bytes) {
    Document document;
    Cbor::decode(bytes, document);
    return document;
}

}  // namespace cambium

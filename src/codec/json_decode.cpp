// Reads JSON text through nlohmann_json's event parser, which neither recurses nor builds a tree, and hands the
// events to a Builder.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cambium/codec/json.hpp"
#include "codec/builder.hpp"

namespace cambium::codec {
namespace {

// The parser's message without its class, its position and the bytes it saw, which may be no text.
std::string reason_of(const nlohmann::detail::exception& error) {
    std::string reason = error.what();
    for (const std::string_view before : {"] ", " - "}) {
        const std::size_t begin = reason.find(before);
        if (begin != std::string::npos) reason.erase(0, begin + before.size());
    }
    reason.erase(std::min(reason.find("; last read"), reason.size()));
    return reason;
}

// The interface that nlohmann's parser expects; true means go on.
class Events {
public:
    explicit Events(Builder& builder) : builder_(builder) {}

    bool null() { return builder_.null(), true; }
    bool boolean(bool value) { return builder_.boolean(value), true; }
    bool number_unsigned(std::uint64_t value) { return builder_.unsigned_integer(value), true; }
    bool number_integer(std::int64_t value) {
        if (value >= 0)
            builder_.unsigned_integer(static_cast<std::uint64_t>(value));
        else
            builder_.negative_integer(~static_cast<std::uint64_t>(value));
        return true;
    }
    bool number_float(double value, const std::string& text) { return builder_.floating(value, text), true; }
    bool string(std::string& value) { return builder_.text(value), true; }
    bool binary(nlohmann::json::binary_t&) { return false; }  // JSON text has none
    bool start_object(std::size_t) { return builder_.begin_map(), true; }
    bool key(std::string& name) { return builder_.key(name), true; }
    bool end_object() { return builder_.end_map(), true; }
    bool start_array(std::size_t) { return builder_.begin_list(), true; }
    bool end_array() { return builder_.end_list(), true; }
    [[noreturn]] bool parse_error(std::size_t position, const std::string&,
                                  const nlohmann::detail::exception& error) {
        builder_.fail("not JSON at byte " + std::to_string(position) + ": " + reason_of(error));
    }

private:
    Builder& builder_;
};

}  // namespace

void decode_json(const Shape& shape, ByteView text, void* value, JsonForm form) {
    Builder builder(shape, value, KeyOrder::declared,
                    form == JsonForm::lossless ? ByteForm::lossless_text : ByteForm::text);
    // The parser takes a zero byte for the end of its input and would ignore what follows.
    const std::size_t zero = text.find('\0');
    if (zero != ByteView::npos) builder.fail("not JSON at byte " + std::to_string(zero + 1) + ": a zero byte");
    Events events(builder);
    nlohmann::json::sax_parse(text.begin(), text.end(), &events);
}

}  // namespace cambium::codec

// Writes JSON text (RFC 8259) without white space.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "cambium/codec/json.hpp"
#include "codec/encoder.hpp"
#include "codec/text_forms.hpp"

namespace cambium::codec {
namespace {

template <JsonForm kForm>
class JsonWriter {
public:
    static constexpr bool kSortedKeys = false;
    static constexpr bool kHasNonFinite = false;
    static constexpr bool kEnumNames = true;
    static constexpr bool kNumbered = false;
    static constexpr bool kLossless = kForm == JsonForm::lossless;

    explicit JsonWriter(std::string& out) : out_(out) {}

    void null() { out_ += "null"; }
    void boolean(bool value) { out_ += value ? "true" : "false"; }
    void unsigned_integer(std::uint64_t value) { number(value); }
    void signed_integer(std::int64_t value) { number(value); }

    template <class Floating>
    void floating(Floating value) {
        const std::size_t before = out_.size();
        number(value);
        if (out_.find_first_of(".e", before) == std::string::npos) out_ += ".0";
    }

    template <class Floating>
    void non_finite(Floating value) {
        out_ += '"';
        append_non_finite(out_, value);
        out_ += '"';
    }

    void text(std::string_view value) {
        out_ += '"';
        std::size_t plain_from = 0;
        for (std::size_t at = 0; at < value.size(); ++at) {
            const auto byte = static_cast<unsigned char>(value[at]);
            if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
            out_.append(value.substr(plain_from, at - plain_from));
            escape(byte);
            plain_from = at + 1;
        }
        out_.append(value.substr(plain_from));
        out_ += '"';
    }

    /// An object of one member that stands for something else.
    void wrapped(std::string_view name, ByteView content) {
        begin_map(1);
        key(name, 0);
        bytes(content);
        end_map();
    }
    void bytes(ByteView value) {
        out_ += '"';
        append_base64(out_, value);
        out_ += '"';
    }
    void uuid(const Uuid& value) {
        out_ += '"';
        out_ += value.to_string();
        out_ += '"';
    }
    void uint256(const Uint256& value) {
        out_ += '"';
        out_ += value.to_decimal();
        out_ += '"';
    }
    void tag(std::uint64_t) {}  // JSON has none
    void begin_list(std::size_t) { out_ += '['; }
    void element(std::size_t position) {
        if (position > 0) out_ += ',';
    }
    void end_list() { out_ += ']'; }
    void begin_map(std::size_t) { out_ += '{'; }
    void key(std::string_view name, std::size_t position) {
        element(position);
        text(name);
        out_ += ':';
    }
    void end_map() { out_ += '}'; }

private:
    template <class Number>
    void number(Number value) {
        char digits[32];  // the shortest form of a double needs 24 at most, an integer 20
        const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
        out_.append(digits, error == std::errc{} ? end : digits);
    }

    void escape(unsigned char byte) {
        constexpr std::string_view kHexDigits = "0123456789abcdef";
        constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
        constexpr std::string_view kNames = "\"\\bfnrt";
        out_ += '\\';
        const std::size_t named = kNamed.find(static_cast<char>(byte));
        if (named != std::string_view::npos) {
            out_ += kNames[named];
            return;
        }
        out_ += "u00";
        out_ += kHexDigits[byte >> 4U];
        out_ += kHexDigits[byte & 15U];
    }

    std::string& out_;
};

}  // namespace

void encode_json(const Shape& shape, const void* value, std::string& out, JsonForm form) {
    if (form == JsonForm::lossless) {
        JsonWriter<JsonForm::lossless> writer(out);
        return encode_with(writer, shape, value, out);
    }
    JsonWriter<JsonForm::plain> writer(out);
    encode_with(writer, shape, value, out);
}

}  // namespace cambium::codec

#include "codec/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace cambium::codec {
namespace {

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

// The length of the well-formed sequence of two to four bytes at the front of `text`, or 0 (RFC 3629, section 4).
std::size_t sequence_length(const unsigned char* text, std::size_t size) {
    const unsigned char lead = text[0];
    if (lead >= 0xC2 && lead <= 0xDF) return size >= 2 && is_continuation(text[1]) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (size < 3 || !is_continuation(text[1]) || !is_continuation(text[2])) return 0;
        const bool overlong = lead == 0xE0 && text[1] < 0xA0;
        const bool surrogate = lead == 0xED && text[1] > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (size < 4 || !is_continuation(text[1]) || !is_continuation(text[2]) || !is_continuation(text[3]))
            return 0;
        const bool overlong = lead == 0xF0 && text[1] < 0x90;
        const bool too_large = lead == 0xF4 && text[1] > 0x8F;
        return overlong || too_large ? 0 : 4;
    }
    return 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) noexcept {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (text.size() - at >= sizeof eight) {
            std::memcpy(&eight, bytes + at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        if (bytes[at] < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = sequence_length(bytes + at, text.size() - at);
        if (length == 0) return at;
        at += length;
    }
    return at;
}

}  // namespace cambium::codec

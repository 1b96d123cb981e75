#include "codec/text_forms.hpp"

#include <cstddef>
#include <cstdint>

namespace cambium::codec {
namespace {

constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kNoDigit = 64;

std::uint32_t base64_digit(char character) {
    if (character >= 'A' && character <= 'Z') return static_cast<std::uint32_t>(character - 'A');
    if (character >= 'a' && character <= 'z') return static_cast<std::uint32_t>(character - 'a') + 26;
    if (character >= '0' && character <= '9') return static_cast<std::uint32_t>(character - '0') + 52;
    if (character == '+') return 62;
    return character == '/' ? 63 : kNoDigit;
}

}  // namespace

void append_base64(std::string& out, ByteView bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = (group << 8U) | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out.push_back(i <= count ? kBase64Digits[(group >> (18 - 6 * i)) & 63U] : '=');
        }
    }
}

std::optional<std::string> parse_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        const std::size_t padding = last && text[at + 3] == '=' ? (text[at + 2] == '=' ? 2U : 1U) : 0U;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint32_t digit = i >= 4 - padding ? 0 : base64_digit(text[at + i]);
            if (digit == kNoDigit) return std::nullopt;
            group = (group << 6U) | digit;
        }
        const std::uint32_t unused_bits = padding == 2 ? 0xFFFFU : padding == 1 ? 0xFFU : 0U;
        if ((group & unused_bits) != 0) return std::nullopt;
        for (std::size_t i = 0; i < 3 - padding; ++i) {
            out.push_back(static_cast<char>(static_cast<unsigned char>(group >> (16 - 8 * i))));
        }
    }
    return out;
}

}  // namespace cambium::codec

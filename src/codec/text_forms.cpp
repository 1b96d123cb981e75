#include "codec/text_forms.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

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

constexpr std::string_view kNaN = "NaN";
constexpr std::string_view kInfinity = "Infinity";
constexpr std::string_view kBitsBegin = "NaN(0x";

template <class Floating>
using BitsOf = std::conditional_t<sizeof(Floating) == 4, std::uint32_t, std::uint64_t>;

template <class Floating>
constexpr auto kQuietNaN = std::bit_cast<BitsOf<Floating>>(std::numeric_limits<Floating>::quiet_NaN());
template <class Floating>
constexpr auto kInfinityBits = std::bit_cast<BitsOf<Floating>>(std::numeric_limits<Floating>::infinity());

template <class Floating>
void append_number(std::string& out, Floating value) {
    const auto bits = std::bit_cast<BitsOf<Floating>>(value);
    if (std::isinf(value)) {
        if (std::signbit(value)) out += '-';
        out += kInfinity;
    } else if (bits == kQuietNaN<Floating>) {
        out += kNaN;
    } else {
        char digits[2 * sizeof bits];
        std::to_chars(digits, digits + sizeof digits, bits, 16);  // all of them, as the first is 7 or f
        out.append(kBitsBegin).append(digits, sizeof digits).append(")");
    }
}

template <class Floating>
std::optional<std::uint64_t> parse_number(std::string_view text) {
    using Bits = BitsOf<Floating>;
    constexpr Bits kSign = Bits{1} << (8 * sizeof(Bits) - 1);
    if (text == kNaN) return kQuietNaN<Floating>;
    if (text == kInfinity) return kInfinityBits<Floating>;
    if (text.starts_with('-') && text.substr(1) == kInfinity) return kSign | kInfinityBits<Floating>;
    if (text.size() != kBitsBegin.size() + 2 * sizeof(Bits) + 1 || !text.starts_with(kBitsBegin) ||
        !text.ends_with(')'))
        return std::nullopt;
    Bits bits = 0;
    const char* const last = text.data() + text.size() - 1;
    const auto [end, error] = std::from_chars(text.data() + kBitsBegin.size(), last, bits, 16);
    const bool is_nan = (bits & ~kSign) > kInfinityBits<Floating>;
    return error == std::errc{} && end == last && is_nan ? std::optional<std::uint64_t>(bits) : std::nullopt;
}

}  // namespace

void append_non_finite(std::string& out, double value) {
    append_number(out, value);
}
void append_non_finite(std::string& out, float value) {
    append_number(out, value);
}

std::optional<std::uint64_t> parse_non_finite(std::string_view text, std::size_t size) {
    return size == sizeof(float) ? parse_number<float>(text) : parse_number<double>(text);
}

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

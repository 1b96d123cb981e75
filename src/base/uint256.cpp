// Uint256 as text. Conversions to and from decimal go by groups of nine digits over 32-bit limbs.
#include "cambium/base/uint256.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "cambium/base/error.hpp"

namespace cambium {
namespace {

constexpr std::size_t kLimbs = 8;
constexpr std::uint32_t kGroup = 1'000'000'000;
constexpr std::size_t kGroupDigits = 9;
using Limbs = std::array<std::uint32_t, kLimbs>;  // the most significant first

Limbs limbs_of(const Uint256::Bytes& bytes) {
    Limbs limbs{};
    for (std::size_t i = 0; i < bytes.size(); ++i) limbs[i / 4] = limbs[i / 4] << 8U | bytes[i];
    return limbs;
}

// Divides in place; the remainder.
std::uint32_t divide(Limbs& limbs, std::uint32_t divisor) {
    std::uint64_t remainder = 0;
    for (std::uint32_t& limb : limbs) {
        const std::uint64_t part = remainder << 32U | limb;
        limb = static_cast<std::uint32_t>(part / divisor);
        remainder = part % divisor;
    }
    return static_cast<std::uint32_t>(remainder);
}

// limbs * 10 + digit in place. False when it does not fit.
bool append_digit(Limbs& limbs, std::uint32_t digit) {
    std::uint64_t carry = digit;
    for (std::size_t i = kLimbs; i-- > 0;) {
        const std::uint64_t part = std::uint64_t{limbs[i]} * 10 + carry;
        limbs[i] = static_cast<std::uint32_t>(part);
        carry = part >> 32U;
    }
    return carry == 0;
}

}  // namespace

std::optional<Uint256> Uint256::from_hex(std::string_view text) noexcept {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    if (text.empty() || text.size() > 64) return std::nullopt;
    Uint256 number;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = hex_value(text[text.size() - 1 - i]);
        if (!digit) return std::nullopt;
        std::uint8_t& byte = number.bytes_[31 - i / 2];
        byte = static_cast<std::uint8_t>(byte | (i % 2 == 0 ? *digit : *digit << 4U));
    }
    return number;
}

std::optional<Uint256> Uint256::from_decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    Limbs limbs{};
    for (const char digit : text) {
        if (digit < '0' || digit > '9') return std::nullopt;
        if (!append_digit(limbs, static_cast<std::uint32_t>(digit - '0'))) return std::nullopt;
    }
    Uint256 number;
    for (std::size_t i = 0; i < number.bytes_.size(); ++i) {
        number.bytes_[i] = static_cast<std::uint8_t>(limbs[i / 4] >> (24 - i % 4 * 8));
    }
    return number;
}

std::string Uint256::to_hex() const {
    std::string digits;
    append_hex(digits, bytes_.data(), bytes_.size());
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    return "0x" + digits.substr(first);
}

std::string Uint256::to_decimal() const {
    Limbs limbs = limbs_of(bytes_);
    std::string reversed;
    do {
        std::uint32_t group = divide(limbs, kGroup);
        for (std::size_t i = 0; i < kGroupDigits; ++i, group /= 10) {
            reversed += static_cast<char>('0' + group % 10);
        }
    } while (limbs != Limbs{});
    while (reversed.size() > 1 && reversed.back() == '0') reversed.pop_back();
    return {reversed.rbegin(), reversed.rend()};
}

void Uint256::refuse_negative(std::int64_t number) {
    throw Error(ErrorCode::invalid_argument,
                std::to_string(number) + " is negative, and a Uint256 holds 0 to 2^256 - 1");
}

}  // namespace cambium

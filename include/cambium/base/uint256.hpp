// Uint256: an unsigned number of 256 bits, for hashes, balances and token numbers. It holds, compares and converts;
// it does no arithmetic. Kept as 32 big-endian bytes, which are its key and its form in the Raw codec.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cambium {

class Uint256 {
public:
    using Bytes = std::array<std::uint8_t, 32>;

    constexpr Uint256() = default;
    /// Implicit, so that numbers compare with it. Error{invalid_argument} for a negative one.
    template <std::integral Number>
    constexpr Uint256(Number number) {  // NOLINT(google-explicit-constructor)
        if constexpr (std::signed_integral<Number>) {
            if (number < 0) refuse_negative(static_cast<std::int64_t>(number));
        }
        auto rest = static_cast<std::uint64_t>(number);
        for (std::size_t i = bytes_.size(); rest != 0; rest >>= 8U) {
            bytes_[--i] = static_cast<std::uint8_t>(rest & 0xFFU);
        }
    }
    /// The number whose big-endian bytes these are.
    [[nodiscard]] static constexpr Uint256 from_bytes(const Bytes& big_endian) noexcept {
        Uint256 number;
        number.bytes_ = big_endian;
        return number;
    }
    /// 1 to 64 hexadecimal digits of either case, with or without 0x before them. Nothing for any other text.
    [[nodiscard]] static std::optional<Uint256> from_hex(std::string_view text) noexcept;
    /// Decimal digits. Nothing for any other text, and for numbers of 2^256 and above.
    [[nodiscard]] static std::optional<Uint256> from_decimal(std::string_view text) noexcept;

    /// 0x and lower-case digits without leading zeros: "0x0", "0xff".
    [[nodiscard]] std::string to_hex() const;
    /// At most 78 digits.
    [[nodiscard]] std::string to_decimal() const;
    /// Big-endian, alive as long as this object.
    [[nodiscard]] constexpr const Bytes& bytes() const noexcept { return bytes_; }

    friend bool operator==(const Uint256&, const Uint256&) = default;
    friend auto operator<=>(const Uint256&, const Uint256&) = default;

private:
    [[noreturn]] static void refuse_negative(std::int64_t number);

    Bytes bytes_{};
};

}  // namespace cambium

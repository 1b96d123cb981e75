// Value types that records and keys are made of and the standard library lacks.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cambium/base/uint256.hpp"

namespace cambium {

/// Nanoseconds since 1970-01-01T00:00:00Z, signed: 1677-09-21 to 2262-04-11.
using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// The current time of the system clock.
[[nodiscard]] inline Timestamp now() noexcept {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

/// N bytes, ordered as unsigned bytes: hashes, public keys, addresses.
template <std::size_t N>
using FixedBytes = std::array<std::uint8_t, N>;

/// A universally unique identifier (RFC 9562), ordered as its sixteen bytes.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    /// 122 random bits. One system call. Any thread; Error{io} when the system has no random bytes.
    [[nodiscard]] static Uuid v4();
    /// Milliseconds since 1970, then 74 bits that count on from a random number: each is greater than those that
    /// this process made before it, on any thread, even when the clock goes back. One to three system calls.
    [[nodiscard]] static Uuid v7();
    /// 8-4-4-4-12 hexadecimal digits of either case; nothing for any other text.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text) noexcept;
    /// 8-4-4-4-12 lower-case hexadecimal digits.
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// A value that orders the other way round: the largest first. As a part of a key, in a tuple or as a key itself.
template <class T>
struct Descending {
    T value{};
    friend bool operator==(const Descending&, const Descending&) = default;
    friend auto operator<=>(const Descending& a, const Descending& b) requires std::three_way_comparable<T> {
        return b.value <=> a.value;
    }
};
template <class T>
Descending(T) -> Descending<T>;

namespace detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsDescending = false;
template <class T>
inline constexpr bool kIsDescending<Descending<T>> = true;

}  // namespace detail

}  // namespace cambium

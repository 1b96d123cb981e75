// Value types that records and keys are made of and the standard library lacks.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>

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
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace cambium

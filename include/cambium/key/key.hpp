// Order-preserving keys: bytes that compare as unsigned bytes exactly as the values compare.
//
// Every value is encoded the same way whether it stands alone or inside a composite, and every encoding ends by
// itself. So a composite is the concatenation of its columns, and the encoding of its first columns is a prefix of
// the encoding of the whole.
//
//   bool, char         one byte
//   integer, enum      big-endian; the sign bit of signed types is flipped
//   float, double      IEEE 754 total order: -inf < ... < -0.0 < +0.0 < ... < +inf < NaN. Every NaN has the one
//                      key of the positive quiet NaN, as codecs need not keep its sign and payload
//   string, bytes      0x00 becomes 0x01 0x01 and 0x01 becomes 0x01 0x02; a single 0x00 ends it
//   Uuid, std::array   the bytes themselves (arrays of char, std::uint8_t or std::byte)
//   Uint256            the 32 bytes, big-endian
//   time, duration     as the number that counts the ticks
//   optional           0x00 for no value, else 0x01 and the value
//   pair, tuple        the members one after the other
//   Descending         every byte of the value's own encoding complemented
//
// This encoding is part of the file format. Stateless: any thread may call anything here.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/base/values.hpp"

namespace cambium::key {

/// How a type becomes key bytes. To make a type of yours a key, specialise it with
///   static void encode(std::string& out, const T& value);      // appends
///   static void decode(ByteView& in, T& out);                  // consumes from the front, throws Error{decode}
/// such that comparing the bytes compares the values, and no encoding is a prefix of another value's encoding.
/// decode may be left out of types that own no memory, such as views.
template <class T>
struct KeyTraits;

/// A type that can be encoded as a key.
template <class T>
concept Keyable = requires(std::string& out, const T& value) {
    KeyTraits<std::remove_cvref_t<T>>::encode(out, value);
};

/// A type that can be encoded as a key and decoded from it.
template <class T>
concept DecodableKey = Keyable<T> && requires(ByteView& in, T& out) {
    KeyTraits<T>::decode(in, out);
};

/// Fails to compile with one sentence when T cannot be a key; otherwise does nothing.
template <class T>
consteval void check_key() {
    static_assert(
        Keyable<T>,
        "cambium: this type cannot be a key. Keys are bool, integers, float, double, enums, strings, bytes, "
        "Uuid, Uint256, fixed bytes, time points, durations, and optionals, pairs and tuples of these");
}

/// Appends the encoding of one value. Linear in its size.
template <class T>
void append(std::string& out, const T& value) {
    check_key<T>();
    if constexpr (Keyable<T>) KeyTraits<T>::encode(out, value);
}

/// Appends the encoding of a text that begins other texts: escaped, not terminated. The result is a prefix of the
/// key of every string that begins with `text`.
void append_prefix(std::string& out, std::string_view text);

/// The key made of these values, in order.
template <class... Ts>
[[nodiscard]] std::string encode(const Ts&... values) {
    std::string out;
    (key::append(out, values), ...);
    return out;
}

/// Reads one value from the front of `in` and moves `in` past it.
/// Throws Error{decode} when the bytes are not an encoding of T; `in` is then unspecified.
template <class T>
[[nodiscard]] T decode(ByteView& in) {
    static_assert(DecodableKey<T>,
                  "cambium: this type cannot be decoded from a key; name the owning type instead "
                  "(std::string for a std::string_view)");
    T value{};
    if constexpr (DecodableKey<T>) KeyTraits<T>::decode(in, value);
    return value;
}

/// The smallest byte string that is greater than every byte string beginning with `prefix`; nothing when there is
/// none (an empty prefix, or one of 0xFF bytes only).
[[nodiscard]] std::optional<std::string> successor(std::string prefix);

namespace detail {

[[noreturn]] void fail_short(std::size_t needed, std::size_t found);
[[noreturn]] void fail_nan();
[[noreturn]] void fail_marker(std::string_view kind, unsigned char found);

void append_escaped(std::string& out, ByteView bytes);
// Calls put(context, piece) with the pieces of the unescaped bytes, in order.
void read_escaped(ByteView& in, void* context, void (*put)(void* context, ByteView piece));

// Complements the bytes from position `from` on. No encoding is a prefix of another one of its type, so complements
// order the other way round and end by themselves as well.
void complement(std::string& bytes, std::size_t from);
// Calls decode(complement, value) with the complement of `in`, and moves `in` past what it has consumed.
// Linear in the whole of `in`.
void read_complemented(ByteView& in, void* value, void (*decode)(ByteView& in, void* value));

inline ByteView take(ByteView& in, std::size_t count) {
    if (in.size() < count) fail_short(count, in.size());
    const ByteView taken = in.substr(0, count);
    in.remove_prefix(count);
    return taken;
}

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
    char bytes[sizeof(Unsigned)];
    for (std::size_t i = sizeof(Unsigned); i-- > 0;) {
        bytes[i] = static_cast<char>(value & 0xFFU);
        if constexpr (sizeof(Unsigned) > 1) value = static_cast<Unsigned>(value >> 8U);
    }
    out.append(bytes, sizeof(Unsigned));
}

template <class Unsigned>
Unsigned take_big_endian(ByteView& in) {
    Unsigned value = 0;
    for (const char byte : take(in, sizeof(Unsigned))) {
        if constexpr (sizeof(Unsigned) > 1) value = static_cast<Unsigned>(value << 8U);
        value = static_cast<Unsigned>(value | static_cast<unsigned char>(byte));
    }
    return value;
}

template <std::size_t Size>
using UnsignedOf = std::conditional_t<
    Size == 1, std::uint8_t,
    std::conditional_t<Size == 2, std::uint16_t, std::conditional_t<Size == 4, std::uint32_t, std::uint64_t>>>;

// char is one byte of text and orders as an unsigned byte on every platform. wchar_t is signed on some platforms
// and not on others, so it is no key.
template <class T>
concept PlainInteger = std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, wchar_t>;

template <class T>
inline constexpr bool kSigned = std::is_signed_v<T> && !std::is_same_v<T, char>;

template <class T>
concept Byte = std::is_same_v<T, std::byte> || std::is_same_v<T, std::uint8_t>;

// Elements of fixed bytes: a char orders as an unsigned byte here as well.
template <class T>
concept FixedByte = Byte<T> || std::is_same_v<T, char>;

template <class Bits>
inline constexpr Bits kTopBit = static_cast<Bits>(Bits{1} << (sizeof(Bits) * 8 - 1));

}  // namespace detail

template <>
struct KeyTraits<bool> {
    static void encode(std::string& out, bool value) { out.push_back(value ? '\x01' : '\0'); }
    static void decode(ByteView& in, bool& out) {
        const auto byte = static_cast<unsigned char>(detail::take(in, 1).front());
        if (byte > 1) detail::fail_marker("bool", byte);
        out = byte == 1;
    }
};

template <detail::PlainInteger T>
struct KeyTraits<T> {
    using Bits = detail::UnsignedOf<sizeof(T)>;
    static constexpr Bits kFlip = detail::kSigned<T> ? detail::kTopBit<Bits> : Bits{0};
    static void encode(std::string& out, T value) {
        detail::append_big_endian(out, static_cast<Bits>(static_cast<Bits>(value) ^ kFlip));
    }
    static void decode(ByteView& in, T& out) {
        out = static_cast<T>(static_cast<Bits>(detail::take_big_endian<Bits>(in) ^ kFlip));
    }
};

template <class T>
requires(std::is_same_v<T, float> || std::is_same_v<T, double>) struct KeyTraits<T> {
    using Bits = detail::UnsignedOf<sizeof(T)>;
    static constexpr Bits kInfinity = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
    static constexpr Bits kNaN = kInfinity | kInfinity >> 1U;  // 0x7fc00000, 0x7ff8000000000000
    static void encode(std::string& out, T value) {
        auto bits = std::bit_cast<Bits>(value);
        if ((bits & ~detail::kTopBit<Bits>) > kInfinity) bits = kNaN;
        detail::append_big_endian(out, (bits & detail::kTopBit<Bits>) != 0 ? ~bits : bits | detail::kTopBit<Bits>);
    }
    static void decode(ByteView& in, T& out) {
        auto bits = detail::take_big_endian<Bits>(in);
        bits = (bits & detail::kTopBit<Bits>) != 0 ? bits ^ detail::kTopBit<Bits> : ~bits;
        if ((bits & ~detail::kTopBit<Bits>) > kInfinity && bits != kNaN) detail::fail_nan();
        out = std::bit_cast<T>(bits);
    }
};

template <class T>
requires std::is_enum_v<T> &&(!std::is_same_v<T, std::byte>)struct KeyTraits<T> {
    using Number = std::underlying_type_t<T>;
    static void encode(std::string& out, T value) { KeyTraits<Number>::encode(out, static_cast<Number>(value)); }
    static void decode(ByteView& in, T& out) {
        Number number{};
        KeyTraits<Number>::decode(in, number);
        out = static_cast<T>(number);
    }
};

template <>
struct KeyTraits<std::byte> {
    static void encode(std::string& out, std::byte value) { out.push_back(static_cast<char>(value)); }
    static void decode(ByteView& in, std::byte& out) { out = static_cast<std::byte>(detail::take(in, 1).front()); }
};

template <>
struct KeyTraits<std::string_view> {
    static void encode(std::string& out, std::string_view value) { detail::append_escaped(out, value); }
};

template <>
struct KeyTraits<const char*> {
    static void encode(std::string& out, const char* value) { detail::append_escaped(out, value); }
};

// A string literal: up to its first NUL.
template <std::size_t N>
struct KeyTraits<char[N]> {
    static void encode(std::string& out, const char* value) { detail::append_escaped(out, value); }
};

template <>
struct KeyTraits<std::string> {
    static void encode(std::string& out, std::string_view value) { detail::append_escaped(out, value); }
    static void decode(ByteView& in, std::string& out) {
        out.clear();
        detail::read_escaped(in, &out,
                             [](void* text, ByteView piece) { static_cast<std::string*>(text)->append(piece); });
    }
};

template <detail::Byte T>
struct KeyTraits<std::vector<T>> {
    static void encode(std::string& out, const std::vector<T>& value) {
        detail::append_escaped(out, {reinterpret_cast<const char*>(value.data()), value.size()});
    }
    static void decode(ByteView& in, std::vector<T>& out) {
        out.clear();
        detail::read_escaped(in, &out, [](void* bytes, ByteView piece) {
            const T* first = reinterpret_cast<const T*>(piece.data());
            auto& whole = *static_cast<std::vector<T>*>(bytes);
            whole.insert(whole.end(), first, first + piece.size());
        });
    }
};

template <detail::FixedByte T, std::size_t N>
struct KeyTraits<std::array<T, N>> {
    static void encode(std::string& out, const std::array<T, N>& value) {
        out.append(reinterpret_cast<const char*>(value.data()), N);
    }
    static void decode(ByteView& in, std::array<T, N>& out) {
        const ByteView bytes = detail::take(in, N);
        for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<T>(bytes[i]);
    }
};

template <>
struct KeyTraits<Uuid> {
    static void encode(std::string& out, const Uuid& value) {
        KeyTraits<std::array<std::uint8_t, 16>>::encode(out, value.bytes);
    }
    static void decode(ByteView& in, Uuid& out) { KeyTraits<std::array<std::uint8_t, 16>>::decode(in, out.bytes); }
};

template <>
struct KeyTraits<Uint256> {
    static void encode(std::string& out, const Uint256& value) {
        KeyTraits<Uint256::Bytes>::encode(out, value.bytes());
    }
    static void decode(ByteView& in, Uint256& out) {
        Uint256::Bytes bytes;
        KeyTraits<Uint256::Bytes>::decode(in, bytes);
        out = Uint256::from_bytes(bytes);
    }
};

template <class Rep, class Period>
requires Keyable<Rep>
struct KeyTraits<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    static void encode(std::string& out, const Duration& value) { KeyTraits<Rep>::encode(out, value.count()); }
    static void decode(ByteView& in, Duration& out) {
        Rep count{};
        KeyTraits<Rep>::decode(in, count);
        out = Duration{count};
    }
};

template <class Clock, class Duration>
requires Keyable<Duration>
struct KeyTraits<std::chrono::time_point<Clock, Duration>> {
    using Point = std::chrono::time_point<Clock, Duration>;
    static void encode(std::string& out, const Point& value) {
        KeyTraits<Duration>::encode(out, value.time_since_epoch());
    }
    static void decode(ByteView& in, Point& out) {
        Duration since_epoch{};
        KeyTraits<Duration>::decode(in, since_epoch);
        out = Point{since_epoch};
    }
};

template <class T>
requires Keyable<T>
struct KeyTraits<std::optional<T>> {
    static void encode(std::string& out, const std::optional<T>& value) {
        out.push_back(value ? '\x01' : '\0');
        if (value) KeyTraits<T>::encode(out, *value);
    }
    static void decode(ByteView& in, std::optional<T>& out) requires DecodableKey<T> {
        const auto marker = static_cast<unsigned char>(detail::take(in, 1).front());
        if (marker > 1) detail::fail_marker("optional", marker);
        out.reset();
        if (marker == 1) KeyTraits<T>::decode(in, out.emplace());
    }
};

template <>
struct KeyTraits<std::nullopt_t> {
    static void encode(std::string& out, std::nullopt_t) { out.push_back('\0'); }
};

template <class First, class Second>
requires Keyable<First> && Keyable<Second>
struct KeyTraits<std::pair<First, Second>> {
    static void encode(std::string& out, const std::pair<First, Second>& value) {
        KeyTraits<First>::encode(out, value.first);
        KeyTraits<Second>::encode(out, value.second);
    }
    static void decode(ByteView& in,
                       std::pair<First, Second>& out) requires DecodableKey<First> && DecodableKey<Second> {
        KeyTraits<First>::decode(in, out.first);
        KeyTraits<Second>::decode(in, out.second);
    }
};

template <class... Ts>
requires(Keyable<Ts>&&...) struct KeyTraits<std::tuple<Ts...>> {
    static void encode(std::string& out, const std::tuple<Ts...>& value) {
        std::apply([&out](const Ts&... member) { (KeyTraits<Ts>::encode(out, member), ...); }, value);
    }
    static void decode(ByteView& in, std::tuple<Ts...>& out) requires(DecodableKey<Ts>&&...) {
        std::apply([&in](Ts&... member) { (KeyTraits<Ts>::decode(in, member), ...); }, out);
    }
};

template <class T>
requires Keyable<T>
struct KeyTraits<Descending<T>> {
    static void encode(std::string& out, const Descending<T>& value) {
        const std::size_t from = out.size();
        KeyTraits<T>::encode(out, value.value);
        detail::complement(out, from);
    }
    static void decode(ByteView& in, Descending<T>& out) requires DecodableKey<T> {
        detail::read_complemented(in, &out.value, [](ByteView& bytes, void* value) {
            KeyTraits<T>::decode(bytes, *static_cast<T*>(value));
        });
    }
};

}  // namespace cambium::key

// Raw: a record as the bytes it has in memory. The fastest codec and the least forgiving: the layout of the struct
// is the format, so no field may ever be added, removed or moved.
//
// A record qualifies when it is trivially copyable and made of bool, numbers, enums, Uuid, Uint256, time points,
// durations, std::array and structs of these, without a padding byte. Every machine Cambium runs on is
// little-endian with the same sizes, so the bytes are portable among them.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/base/bytes.hpp"
#include "cambium/base/values.hpp"
#include "cambium/codec/fields.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium {

/// Set to true for a trivially copyable R that Raw would refuse (padding, a class with private members): its bytes
/// are then stored as they are. Whatever its padding holds goes to the file, and nothing in it may be a pointer.
template <class R>
inline constexpr bool kStoreRaw = false;

namespace codec {

template <class T>
consteval bool fills_its_bytes();

template <class T, std::size_t... I>
consteval bool fields_fill_their_bytes(std::index_sequence<I...>) {
    return (fills_its_bytes<reflect::field_type<T, I>>() && ...) &&
           (sizeof(reflect::field_type<T, I>) + ... + 0) == sizeof(T);
}

// Whether every byte of T belongs to a number whose size and layout are the same on all platforms.
template <class T>
consteval bool fills_its_bytes() {
    if constexpr (std::is_enum_v<T> || detail::Number<T> || std::is_same_v<T, Uuid> || std::is_same_v<T, Uint256>)
        return true;
    else if constexpr (detail::kIsTimePoint<T> || detail::kIsDuration<T>)
        return detail::Number<typename T::rep>;
    else if constexpr (detail::kIsArray<T>)
        return fills_its_bytes<typename T::value_type>();
    else if constexpr (reflect::Record<T>) {
        return fields_fill_their_bytes<T>(std::make_index_sequence<reflect::field_count<T>>{});
    } else
        return false;
}

template <class R>
concept StorableRaw = std::is_trivially_copyable_v<R> &&(kStoreRaw<R> || fills_its_bytes<R>());

template <class R>
consteval void check_raw() {
    static_assert(StorableRaw<R>,
                  "cambium: the Raw codec needs a trivially copyable struct of numbers without padding: order its "
                  "fields by size, largest first, fill the rest with a std::array<std::uint8_t, N>, or choose "
                  "another codec");
}

[[noreturn]] void fail_raw_size(std::size_t expected, std::size_t found);
[[noreturn]] void fail_raw_bool(std::string_view field);
[[noreturn]] void fail_raw_alignment(std::size_t alignment);

// A bool whose byte is neither 0 nor 1 must not be read as one.
template <class T>
void check_bools(const T& value, std::string_view field) {
    if constexpr (std::is_same_v<T, bool>) {
        unsigned char byte = 0;
        std::memcpy(&byte, &value, 1);
        if (byte > 1) fail_raw_bool(field);
    } else if constexpr (detail::kIsArray<T>) {
        if constexpr (!std::is_arithmetic_v<typename T::value_type> ||
                      std::is_same_v<typename T::value_type, bool>) {
            for (const auto& element : value) check_bools(element, field);
        }
    } else if constexpr (!std::is_same_v<T, Uuid> && !std::is_same_v<T, Uint256> && reflect::Record<T>) {
        reflect::for_each_field(value, [](std::string_view name, const auto& inner) { check_bools(inner, name); });
    }
}

}  // namespace codec

struct Raw {
    static constexpr std::string_view name = "raw";
    static constexpr bool exact = true;
    static constexpr bool names_enumerators = false;
    static_assert(std::endian::native == std::endian::little, "cambium: the Raw codec is little-endian");

    /// Appends the sizeof(R) bytes of the record to `out`.
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::check_raw<R>();
        out.append(reinterpret_cast<const char*>(&record), sizeof(R));
    }

    /// Replaces the record by the one in `bytes`. Throws Error{decode} when there are not exactly sizeof(R) bytes,
    /// or a bool field (of a record that is not kStoreRaw) is neither 0 nor 1.
    template <class R>
    static void decode(ByteView bytes, R& record) {
        codec::check_raw<R>();
        if (bytes.size() != sizeof(R)) codec::fail_raw_size(sizeof(R), bytes.size());
        std::memcpy(static_cast<void*>(&record), bytes.data(), sizeof(R));
        if constexpr (!kStoreRaw<R>) codec::check_bools(record, {});
    }

    /// The record in place, without a copy; it lives as long as `bytes`. Throws Error{decode} as decode does, and
    /// Error{misuse} when the bytes do not begin at a multiple of alignof(R); values in a store do, up to 8.
    template <class R>
    [[nodiscard]] static const R* view(ByteView bytes) {
        codec::check_raw<R>();
        if (bytes.size() != sizeof(R)) codec::fail_raw_size(sizeof(R), bytes.size());
        if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(R) != 0) codec::fail_raw_alignment(alignof(R));
        const auto* record = reinterpret_cast<const R*>(bytes.data());
        if constexpr (!kStoreRaw<R>) codec::check_bools(*record, {});
        return record;
    }
};

}  // namespace cambium

// Values as text, for the sentences of errors: "ada@example.org", 7, null, 0x00ff.
//
// The text functions are compiled; the template only chooses among them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/base/values.hpp"
#include "cambium/key/key.hpp"

namespace cambium::detail {

void append_text(std::string& out, std::string_view text);  ///< quoted, shortened above 60 bytes
void append_hex(std::string& out, std::string_view bytes);  ///< 0x..., shortened above 32 bytes
void append_signed(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);
void append_floating(std::string& out, double value);
void append_uuid(std::string& out, const Uuid& value);
void append_uint256(std::string& out, const Uint256& value);
void append_timestamp(std::string& out, Timestamp value);  ///< RFC 3339 in UTC with nanoseconds

template <class T>
void append_readable(std::string& out, const Descending<T>& value);

/// Append a key value as text. Values of types not known here appear as the bytes of their key.
template <class T>
void append_readable(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_enum_v<T>) {
        append_readable(out, static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_integral_v<T>) {
        if constexpr (std::is_signed_v<T>) {
            append_signed(out, static_cast<std::int64_t>(value));
        } else {
            append_unsigned(out, static_cast<std::uint64_t>(value));
        }
    } else if constexpr (std::is_floating_point_v<T>) {
        append_floating(out, static_cast<double>(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        append_text(out, value);
    } else if constexpr (std::is_same_v<T, Uuid>) {
        append_uuid(out, value);
    } else if constexpr (std::is_same_v<T, Uint256>) {
        append_uint256(out, value);
    } else if constexpr (std::is_same_v<T, Timestamp>) {
        append_timestamp(out, value);
    } else if constexpr (requires { value.has_value(); }) {
        if (value.has_value()) {
            append_readable(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (requires { value.time_since_epoch(); }) {
        append_readable(out, value.time_since_epoch().count());
    } else if constexpr (requires { value.count(); }) {
        append_readable(out, value.count());
    } else if constexpr (
        requires {
            std::tuple_size<T>::value;
            std::get<0>(value);
        } &&
        !requires { value.data(); }) {
        out += '(';
        std::apply(
            [&out, first = true](const auto&... member) mutable {
                ((out += first ? "" : ", ", first = false, append_readable(out, member)), ...);
            },
            value);
        out += ')';
    } else if constexpr (requires { reinterpret_cast<const char*>(value.data() + value.size()); }) {
        append_hex(out, {reinterpret_cast<const char*>(value.data()), value.size()});
    } else {
        append_hex(out, key::encode(value));
    }
}

template <class T>
void append_readable(std::string& out, const Descending<T>& value) {
    append_readable(out, value.value);
}

}  // namespace cambium::detail

// Key: the option of a table whose key is not part of its value.
//
//     struct Settings : cambium::Table<"settings", cambium::Document, cambium::Key<std::string>, cambium::Json> {};
//     struct Samples : cambium::Table<"samples", double, cambium::Key<std::string, std::uint64_t>, cambium::Raw>
//     {};
//
// The value may then be anything the codec takes: a number, a text, bytes, a container, a document, a record.
// Writers take the key before the value, rows are an Entry of both.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/codec/reflect.hpp"
#include "cambium/column.hpp"
#include "cambium/index.hpp"
#include "cambium/name.hpp"

namespace cambium {

/// A row of a table whose key is outside its value.
template <class KeyType, class ValueType>
struct Entry {
    KeyType key{};
    ValueType value{};
    friend bool operator==(const Entry&, const Entry&) = default;
};

namespace detail {

struct OutsideKeyTag {};

inline constexpr std::string_view kOutsideKeyName[] = {"key"};
inline constexpr std::string_view kOutsideKeyNames[] = {"key 1", "key 2", "key 3", "key 4",
                                                        "key 5", "key 6", "key 7", "key 8"};

/// What Columns is for members of a record, for values that come from the caller.
template <class Record, class... Ts>
struct OutsideColumns {
    using Types = List<Ts...>;
    static constexpr std::span<const std::string_view> names{
        sizeof...(Ts) == 1 ? kOutsideKeyName : kOutsideKeyNames, sizeof...(Ts)};
    static constexpr TypeName types[] = {key_type<Ts>()...};

    static void describe(const TableDescription&, ByteView& key, std::string& out) {
        bool first = true;
        ((describe_value<Ts>(key, out, first), first = false), ...);
    }

private:
    template <class T>
    static void describe_value(ByteView& key, std::string& out, bool first) {
        if (!first) out += ", ";
        append_readable(out, key::decode<T>(key));
    }
};

}  // namespace detail

/// The types that identify a value and are given beside it, at most 8. Their order is the order of the values.
template <class First, class... More>
struct Key {
    static_assert(sizeof...(More) < std::size(detail::kOutsideKeyNames), "cambium: a Key has at most 8 parts");
    using cambium_option = detail::KeyOption;
    using OutsideKey = detail::OutsideKeyTag;
    template <class Record>
    using ColumnsOf = detail::OutsideColumns<Record, First, More...>;
    template <class Record>
    static constexpr bool keyable = key::DecodableKey<First> && (key::DecodableKey<More> && ...);
    template <class Record>
    static constexpr bool belongs_to = true;
};

namespace detail {

/// Whether a table's key option, the only element of KeyOptions, is a Key.
template <class KeyOptions>
inline constexpr bool kIsOutside = false;
template <class Option>
requires requires {
    typename Option::OutsideKey;
}
inline constexpr bool kIsOutside<List<Option>> = true;

}  // namespace detail
}  // namespace cambium

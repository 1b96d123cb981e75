// What a codec is: a type that turns a record into bytes and back. Each codec has a header of its own, included by
// who uses it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium {

/// A codec C for records of type R. It has
///   static constexpr std::string_view name
///       kept in the catalog; a table opened with another codec is refused
///   static void encode(const R&, std::string&)
///       appends; throws Error{encode} when a value has no form in this codec
///   static void decode(ByteView, R&)
///       throws Error{decode} naming the field; the record is then valid but unspecified. Never trusts its input.
/// Both are called from any thread on distinct records. It may have
///   static constexpr bool exact = true
///       decode() makes the record again that encode() was given, whatever it is. Without it every record is
///       decoded before it is stored, as indexes and rules are about the record that will be read.
///   static constexpr bool names_enumerators = true
///       enumerators are stored by their names, as EnumNames has them (enum_names.hpp): they may get other numbers.
///       When false, by their numbers: those may get other names. Without it neither may change, see evolution.hpp.
template <class C, class R>
concept Codec = requires(const R& record, R& target, std::string& out, ByteView bytes) {
    { C::name } -> std::convertible_to<std::string_view>;
    C::encode(record, out);
    C::decode(bytes, target);
};

namespace codec {
/// Whether a codec says that it is exact.
template <class C>
inline constexpr bool kSaysExact = requires {
    requires C::exact;
};

/// How a codec stores enumerators, as far as it says.
enum class Enumerators : std::uint8_t { unsaid, by_number, by_name };
template <class C>
inline constexpr Enumerators kEnumerators = Enumerators::unsaid;
template <class C>
requires requires {
    bool{C::names_enumerators};
}
inline constexpr Enumerators kEnumerators<C> = C::names_enumerators ? Enumerators::by_name : Enumerators::by_number;
}  // namespace codec

}  // namespace cambium

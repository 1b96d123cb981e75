// What a codec is: a type that turns a record into bytes and back. Each codec has a header of its own, included by
// who uses it.
#pragma once

#include <concepts>
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
}  // namespace codec

}  // namespace cambium

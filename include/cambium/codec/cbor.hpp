// Cbor: records as RFC 8949 maps from field name to value, in core deterministic encoding (shortest numbers,
// definite lengths, keys in bytewise order of their encoding), so equal records are equal bytes.
//
//   bool, numbers, enums     the CBOR number; floating point in the shortest form that holds it exactly; every NaN
//                            is stored as the one canonical NaN
//   string                   text, which must be UTF-8
//   byte vectors, FixedBytes byte string
//   Uuid                     tag 37 around a byte string of 16
//   Uint256                  an unsigned integer below 2^64, else tag 2 around the shortest byte string, big-endian
//   time point, duration     the signed number of ticks (nanoseconds for a Timestamp)
//   optional                 null, or the value
//   vector, set, array       array
//   map, struct              map
//   variant                  array of two: the number of the alternative, its value
//
//   Document                 what it holds
//
// A missing field keeps the member's default. An unknown field is skipped, or kept by a member of type
// UnknownFields (document.hpp). Values may nest 128 deep.
//
// CborNumbered is the same, except that fields have numbers for keys: 1 for the first in order of declaration.
// Records are smaller; a tool without the catalog cannot tell what a field is.
#pragma once

#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium {

namespace codec {
/// What the fields of a record have for keys.
enum class FieldKeys : std::uint8_t { names, numbers };

void encode_cbor(const Shape& shape, const void* value, std::string& out, FieldKeys keys);
void decode_cbor(const Shape& shape, ByteView bytes, void* value, FieldKeys keys);
}  // namespace codec

struct Cbor {
    static constexpr std::string_view name = "cbor";
    static constexpr bool names_enumerators = false;

    /// Appends the record to `out`. Throws Error{encode} naming the field for a string that is not UTF-8 or values
    /// nested too deep; `out` is then as it was. Linear in the size of the record.
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::encode_cbor(codec::shape_of<R>(), &record, out, codec::FieldKeys::names);
    }

    /// Replaces the record by the one in `bytes`. Throws Error{decode} naming the field when the bytes are not one
    /// whole CBOR item of that form, a number does not fit, a string is not UTF-8 or a key appears twice; the
    /// record is then valid but unspecified. Allocates no more than the bytes can fill.
    template <class R>
    static void decode(ByteView bytes, R& record) {
        record = R{};
        codec::decode_cbor(codec::shape_of<R>(), bytes, &record, codec::FieldKeys::names);
    }

    /// decode(), of a record whose fields were stored under the names that `shape` gives them; else the shape is
    /// that of the record.
    template <class R>
    static void decode_as(const codec::Shape& shape, ByteView bytes, R& record) {
        record = R{};
        codec::decode_cbor(shape, bytes, &record, codec::FieldKeys::names);
    }
};

/// Errors, and what they leave behind, as for Cbor. A record that keeps unknown fields cannot be encoded.
struct CborNumbered {
    static constexpr std::string_view name = "cbor-numbered";
    static constexpr bool names_enumerators = false;

    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::encode_cbor(codec::shape_of<R>(), &record, out, codec::FieldKeys::numbers);
    }

    template <class R>
    static void decode(ByteView bytes, R& record) {
        record = R{};
        codec::decode_cbor(codec::shape_of<R>(), bytes, &record, codec::FieldKeys::numbers);
    }
};

}  // namespace cambium

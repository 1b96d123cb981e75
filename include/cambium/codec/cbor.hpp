// Cbor: records as RFC 8949 maps from field name to value, in core deterministic encoding (shortest numbers,
// definite lengths, keys in bytewise order of their encoding), so equal records are equal bytes.
//
//   bool, numbers, enums     the CBOR number; floating point in the shortest form that holds it exactly; every NaN
//                            is stored as the one canonical NaN
//   string                   text, which must be UTF-8
//   byte vectors, FixedBytes byte string
//   Uuid                     tag 37 around a byte string of 16
//   time point, duration     the signed number of ticks (nanoseconds for a Timestamp)
//   optional                 null, or the value
//   vector, set, array       array
//   map, struct              map
//   variant                  array of two: the number of the alternative, its value
//
// A missing field keeps the member's default. An unknown field is skipped. Values may nest 128 deep.
#pragma once

#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium {

namespace codec {
void encode_cbor(const Shape& shape, const void* value, std::string& out);
void decode_cbor(const Shape& shape, ByteView bytes, void* value);
}  // namespace codec

struct Cbor {
    static constexpr std::string_view name = "cbor";

    /// Appends the record to `out`. Throws Error{encode} naming the field for a string that is not UTF-8 or values
    /// nested too deep; `out` is then as it was. Linear in the size of the record.
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::encode_cbor(codec::shape_of<R>(), &record, out);
    }

    /// Replaces the record by the one in `bytes`. Throws Error{decode} naming the field when the bytes are not one
    /// whole CBOR item of that form, a number does not fit, a string is not UTF-8 or a key appears twice; the
    /// record is then valid but unspecified. Allocates no more than the bytes can fill.
    template <class R>
    static void decode(ByteView bytes, R& record) {
        record = R{};
        codec::decode_cbor(codec::shape_of<R>(), bytes, &record);
    }
};

}  // namespace cambium

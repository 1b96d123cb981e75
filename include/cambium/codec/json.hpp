// Json: records as JSON objects in order of declaration, without white space.
//
//   bool, numbers            JSON true, false, number; a floating-point number in the shortest form that reads
//                            back the same, always with a point or an exponent; NaN and infinity have no JSON
//                            form and are refused
//   enum                     the enumerator's name, see enum_names.hpp; the number of one without a name. Both
//                            are read
//   string                   text, which must be UTF-8
//   byte vectors, FixedBytes base64 text (RFC 4648, padded)
//   Uuid                     "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
//   Uint256                  its decimal digits as text; read from hexadecimal digits after 0x as well
//   time point, duration     the signed number of ticks (nanoseconds for a Timestamp)
//   optional                 null, or the value
//   vector, set, array       array
//   map, struct              object
//   variant                  array of two: the number of the alternative, its value
//   Document                 what it holds
//
// A missing field keeps the member's default. An unknown field is skipped, or kept by a member of type
// UnknownFields (document.hpp). Values may nest 128 deep.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium {

namespace codec {
/// plain: as above. lossless: that, and forms for what plain JSON refuses or loses; decoding it takes all of them:
///
///   float, double            "NaN", "Infinity", "-Infinity"; a NaN of another sign or payload "NaN(0x<its bits>)"
///   text that is not UTF-8   {"$base64":"..."}
///   in a Document            NaN, infinity, bytes, what has a tag, and an object whose only member is "$cbor":
///                            {"$cbor":"<base64 of its CBOR>"}
///
/// For JSON lines; a stored record has the plain form.
enum class JsonForm : std::uint8_t { plain, lossless };

void encode_json(const Shape& shape, const void* value, std::string& out, JsonForm form = JsonForm::plain);
void decode_json(const Shape& shape, ByteView text, void* value, JsonForm form = JsonForm::plain);
}  // namespace codec

struct Json {
    static constexpr std::string_view name = "json";
    static constexpr bool names_enumerators = true;

    /// Appends the record to `out`. Throws Error{encode} naming the field for NaN, infinity, a string that is not
    /// UTF-8 or values nested too deep; `out` is then as it was. Linear in the size of the record.
    template <class R>
    static void encode(const R& record, std::string& out) {
        codec::encode_json(codec::shape_of<R>(), &record, out);
    }

    /// Replaces the record by the one in `text`. Throws Error{decode} naming the field when the text is not one
    /// JSON value of that form, a number does not fit, a string is not UTF-8 or a key appears twice; the record is
    /// then valid but unspecified. Allocates no more than the text can fill.
    template <class R>
    static void decode(ByteView text, R& record) {
        record = R{};
        codec::decode_json(codec::shape_of<R>(), text, &record);
    }

    /// decode(), of a record whose fields were stored under the names that `shape` gives them; else the shape is
    /// that of the record.
    template <class R>
    static void decode_as(const codec::Shape& shape, ByteView text, R& record) {
        record = R{};
        codec::decode_json(shape, text, &record);
    }
};

}  // namespace cambium

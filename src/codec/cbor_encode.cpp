// Writes CBOR in core deterministic encoding (RFC 8949, section 4.2.1).
#include <cbor/encoding.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cambium/codec/cbor.hpp"
#include "codec/encoder.hpp"

namespace cambium::codec {
namespace {

constexpr std::uint64_t kBignumTag = 2;
constexpr std::uint64_t kUuidTag = 37;  // IANA registry of CBOR tags

// Whether a half-precision number holds this value exactly: 11 significant bits, from 2^-24 to 65504.
bool fits_half(float value) {
    if (std::isinf(value) || value == 0) return true;
    const float magnitude = std::abs(value);
    constexpr float kSmallest = 0x1p-24F;
    constexpr float kSmallestNormal = 0x1p-14F;
    constexpr float kLargest = 65504.0F;
    if (magnitude < kSmallest || magnitude > kLargest) return false;
    if (magnitude < kSmallestNormal) return std::fmod(magnitude, kSmallest) == 0;
    constexpr std::uint32_t kBitsLost = (1U << 13U) - 1;  // of the 23 mantissa bits of a float, 10 remain
    return (std::bit_cast<std::uint32_t>(value) & kBitsLost) == 0;
}

// The bits of a half-precision number that holds this value exactly. (libcbor's own conversion gets some wrong.)
std::uint16_t half_bits(float value) {
    constexpr std::uint32_t kExponentBias = 127 - 15;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16U) & 0x8000U;
    const float magnitude = std::abs(value);
    std::uint32_t rest = 0;
    if (std::isinf(value))
        rest = 0x7C00U;
    else if (magnitude < 0x1p-14F)
        rest = static_cast<std::uint32_t>(magnitude * 0x1p24F);
    else
        rest = ((bits & 0x7FFFFFFFU) >> 13U) - (kExponentBias << 10U);
    return static_cast<std::uint16_t>(sign | rest);
}

bool fits_float(double value) {
    if (std::isinf(value)) return true;
    return std::abs(value) <= static_cast<double>(FLT_MAX) &&
           static_cast<double>(static_cast<float>(value)) == value;
}

template <FieldKeys Keys>
class CborWriter {
public:
    static constexpr bool kSortedKeys = true;
    static constexpr bool kHasNonFinite = true;
    static constexpr bool kLossless = false;  // nothing is put another way
    static constexpr bool kEnumNames = false;
    static constexpr bool kNumbered = Keys == FieldKeys::numbers;

    explicit CborWriter(std::string& out) : out_(out) {}

    void null() {
        put([](auto* to, std::size_t room) { return cbor_encode_null(to, room); });
    }
    void boolean(bool value) {
        put([value](auto* to, std::size_t room) { return cbor_encode_bool(value, to, room); });
    }
    void unsigned_integer(std::uint64_t value) {
        put([value](auto* to, std::size_t room) { return cbor_encode_uint(value, to, room); });
    }
    void signed_integer(std::int64_t value) {
        if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
        const auto below_minus_one = ~static_cast<std::uint64_t>(value);  // -1 - value
        put([=](auto* to, std::size_t room) { return cbor_encode_negint(below_minus_one, to, room); });
    }
    void floating(float value) {
        if (std::isnan(value))
            half(0x7E00);
        else if (fits_half(value))
            half(half_bits(value));
        else
            put([value](auto* to, std::size_t room) { return cbor_encode_single(value, to, room); });
    }
    void floating(double value) {
        if (std::isnan(value) || fits_float(value)) return floating(static_cast<float>(value));
        put([value](auto* to, std::size_t room) { return cbor_encode_double(value, to, room); });
    }
    void text(std::string_view value) {
        put([&](auto* to, std::size_t room) { return cbor_encode_string_start(value.size(), to, room); });
        out_.append(value);
    }
    void bytes(ByteView value) {
        put([&](auto* to, std::size_t room) { return cbor_encode_bytestring_start(value.size(), to, room); });
        out_.append(value);
    }
    void uuid(const Uuid& value) {
        put([](auto* to, std::size_t room) { return cbor_encode_tag(kUuidTag, to, room); });
        bytes({reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
    }
    // An integer when it fits one, else the shortest bignum (RFC 8949, section 3.4.3).
    void uint256(const Uint256& value) {
        ByteView digits{reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size()};
        while (!digits.empty() && digits.front() == 0) digits.remove_prefix(1);
        if (digits.size() > sizeof(std::uint64_t)) {
            put([](auto* to, std::size_t room) { return cbor_encode_tag(kBignumTag, to, room); });
            return bytes(digits);
        }
        std::uint64_t small = 0;
        for (const char digit : digits) small = small << 8U | static_cast<unsigned char>(digit);
        unsigned_integer(small);
    }
    void tag(std::uint64_t number) {
        put([number](auto* to, std::size_t room) { return cbor_encode_tag(number, to, room); });
    }
    void begin_list(std::size_t count) {
        put([count](auto* to, std::size_t room) { return cbor_encode_array_start(count, to, room); });
    }
    void element(std::size_t) {}
    void end_list() {}
    void begin_map(std::size_t count) {
        put([count](auto* to, std::size_t room) { return cbor_encode_map_start(count, to, room); });
    }
    void key(std::string_view name, std::size_t) { text(name); }
    void field_number(std::uint64_t number) { unsigned_integer(number); }
    void end_map() {}

private:
    void half(std::uint16_t bits) {
        constexpr char kHalfPrecision = '\xF9';
        out_ += kHalfPrecision;
        out_ += static_cast<char>(bits >> 8U);
        out_ += static_cast<char>(bits & 0xFFU);
    }

    template <class Encode>
    void put(Encode encode) {
        unsigned char head[9];  // an initial byte and at most eight of argument
        const std::size_t length = encode(head, sizeof head);
        out_.append(reinterpret_cast<const char*>(head), length);
    }

    std::string& out_;
};

}  // namespace

void encode_cbor(const Shape& shape, const void* value, std::string& out, FieldKeys keys) {
    if (keys == FieldKeys::numbers) {
        CborWriter<FieldKeys::numbers> writer(out);
        encode_with(writer, shape, value, out);
    } else {
        CborWriter<FieldKeys::names> writer(out);
        encode_with(writer, shape, value, out);
    }
}

}  // namespace cambium::codec

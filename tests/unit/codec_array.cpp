// Arrays of numbers: their bytes, their views, and what is refused; values stored as their own bytes.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/codec/array.hpp"
#include "cambium/codec/bytes.hpp"
#include "cambium/codec/codec.hpp"
#include "codec_samples.hpp"
#include "hex.hpp"
#include "seed.hpp"

using namespace cambium;
using test::from_hex;
using test::to_hex;

static_assert(Codec<Array<double>, std::vector<double>> && Codec<Array<double>, ShapedArray<double>>);
static_assert(!Codec<Array<double>, std::vector<float>> && !ArrayElement<bool> && !ArrayElement<char>);
static_assert(Codec<Bytes, std::string> && Codec<Bytes, std::vector<std::byte>> && !Codec<Bytes, int>);

namespace {

/// Bytes at a multiple of 8 or, with skip, not.
class Placed {
public:
    explicit Placed(ByteView bytes, std::size_t skip = 0)
        : words_(bytes.size() / 8 + 2), skip_(skip), size_(bytes.size()) {
        std::memcpy(start(), bytes.data(), bytes.size());
    }
    [[nodiscard]] ByteView bytes() { return {start(), size_}; }

private:
    char* start() { return reinterpret_cast<char*>(words_.data()) + skip_; }
    std::vector<std::uint64_t> words_;
    std::size_t skip_;
    std::size_t size_;
};

template <class C, class R>
std::string encoded(const R& value) {
    std::string out = "kept";
    C::encode(value, out);
    REQUIRE(out.starts_with("kept"));
    return out.substr(4);
}

template <class T, class R = std::vector<T>>
std::string refusal(std::string bytes, ErrorCode code = ErrorCode::decode) {
    try {
        R value;
        Array<T>::decode(bytes, value);
    } catch (const Error& error) {
        CHECK(error.code() == code);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("the bytes of an array") {
    CHECK(to_hex(encoded<Array<std::int16_t>>(std::vector<std::int16_t>{1, -2})) ==
          "01020100"
          "10000000"
          "0200000000000000"
          "0100feff");
    CHECK(to_hex(encoded<Array<double>>(std::vector<double>{1.5})) ==
          "010a0100"
          "10000000"
          "0100000000000000"
          "000000000000f83f");
    CHECK(to_hex(encoded<Array<float>>(ShapedArray<float>{{1, 2}, {2, 1}})) ==
          "01090200"
          "18000000"
          "0200000000000000"
          "0100000000000000"
          "0000803f00000040");
    CHECK(to_hex(encoded<Array<std::uint8_t>>(std::vector<std::uint8_t>{})) ==
          "01050100"
          "10000000"
          "0000000000000000");
    CHECK(to_hex(encoded<Array<std::uint8_t>>(ShapedArray<std::uint8_t>{})) ==
          "01050100"
          "10000000"
          "0000000000000000");
    // From 1 KiB on the elements begin at 64.
    const std::string wide = encoded<Array<std::uint64_t>>(std::vector<std::uint64_t>(128, 7));
    CHECK(wide.size() == 64 + 1024);
    CHECK(to_hex(wide.substr(0, 72)) ==
          "01080100"
          "40000000"
          "8000000000000000" +
              std::string(96, '0') + "0700000000000000");
    CHECK(encoded<Array<std::uint64_t>>(std::vector<std::uint64_t>(127, 7)).size() == 16 + 127 * 8);
    constexpr std::string_view kNames[] = {Array<std::int8_t>::name, Array<std::uint64_t>::name,
                                           Array<float>::name};
    CHECK(kNames[0] == "array<i8>");
    CHECK(kNames[1] == "array<u64>");
    CHECK(kNames[2] == "array<f32>");
}

TEST_CASE_TEMPLATE("arrays of each element type read back and are viewed in place", T, std::int8_t, std::int16_t,
                   std::int32_t, std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, float,
                   double) {
    test::Random random(test::seed());
    for (const std::size_t rows : {0U, 1U, 3U, 40U}) {
        ShapedArray<T> array{{}, {rows, 7, 2}};
        for (std::size_t i = 0; i < rows * 14; ++i) array.values.push_back(static_cast<T>(random() % 100));
        Placed bytes(encoded<Array<T>>(array));
        ShapedArray<T> again{{T{1}}, {9}};
        Array<T>::decode(bytes.bytes(), again);
        CHECK(again == array);
        const ArrayView<T> view = Array<T>::template view<ShapedArray<T>>(bytes.bytes());
        CHECK(std::vector<T>(view.span.begin(), view.span.end()) == array.values);
        CHECK(std::vector<std::uint64_t>(view.shape.begin(), view.shape.end()) == array.shape);
        CHECK(reinterpret_cast<const char*>(view.span.data()) + view.span.size_bytes() ==
              bytes.bytes().data() + bytes.bytes().size());
        if (rows > 1) {
            CHECK(view(1, 2, 1) == array.values[14 + 5]);
            CHECK(view.row(1).size() == 14);
            CHECK(view.row(1)[5] == array.values[14 + 5]);
        }
        Placed flat(encoded<Array<T>>(array.values));
        std::vector<T> values;
        Array<T>::decode(flat.bytes(), values);
        CHECK(values == array.values);
        const std::span<const T> span = Array<T>::template view<std::vector<T>>(flat.bytes());
        CHECK(std::vector<T>(span.begin(), span.end()) == values);
        CHECK(reinterpret_cast<std::uintptr_t>(span.data()) % 8 == 0);
        Placed odd(encoded<Array<T>>(array.values), 1);
        Array<T>::decode(odd.bytes(), values);
        CHECK(values == array.values);
        CHECK_THROWS_AS(static_cast<void>(Array<T>::template view<std::vector<T>>(odd.bytes())), Error);
    }
}

TEST_CASE("arrays that are none are refused") {
    CHECK(refusal<double>("") == "array: 0 bytes are too few");
    CHECK(refusal<double>(from_hex("02090100"
                                   "10000000"
                                   "0000000000000000")) == "array: its layout has the unknown version 2");
    CHECK(refusal<double>(from_hex("01090100"
                                   "10000000"
                                   "0000000000000000")) == "array: expected f64, found f32");
    CHECK(refusal<double>(from_hex("010b0100"
                                   "10000000"
                                   "0000000000000000")) ==
          "array: expected f64, found elements of the unknown type 11");
    const std::string damaged = "array: its header is damaged";
    for (const std::string_view digits : {"010a0000100000000000000000000000", "010a0900100000000000000000000000",
                                          "010a0101100000000000000000000000", "010a0100080000000000000000000000",
                                          "010a0100110000000000000000000000", "010a0100180000000000000000000000",
                                          "010a0100000000800000000000000000", "010a010010000000"})
        CHECK(refusal<double>(from_hex(digits)) == damaged);
    const std::string shape = "array: its shape is not that of the ";
    CHECK(refusal<double>(from_hex("010a0100"
                                   "10000000"
                                   "0100000000000000")) == shape + "0 bytes that follow");
    CHECK(refusal<double>(from_hex("010a0100"
                                   "10000000"
                                   "0100000000000000"
                                   "00000000")) == shape + "4 bytes that follow");
    CHECK(refusal<double>(from_hex("010a0100"
                                   "10000000"
                                   "ffffffffffffffff"
                                   "0000000000000000")) == shape + "8 bytes that follow");
    // 2^32 times 2^32 is 0 in 64 bits.
    CHECK(refusal<double, ShapedArray<double>>(from_hex("010a0200"
                                                        "18000000"
                                                        "0000000001000000"
                                                        "0000000001000000")) == shape + "0 bytes that follow");
    CHECK(refusal<double>(from_hex("010a0200"
                                   "18000000"
                                   "0000000000000000"
                                   "0000000000000000")) ==
          "array: it has 2 dimensions, a vector has one; read it as a ShapedArray");
    std::string out;
    CHECK_THROWS_AS(Array<float>::encode(ShapedArray<float>{{1, 2}, {3}}, out), Error);
    CHECK_THROWS_AS(Array<float>::encode(ShapedArray<float>{{1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}, out), Error);
    CHECK(out.empty());
}

TEST_CASE("texts and byte vectors stored as their own bytes") {
    const std::string text("any \xFF bytes\0", 12);
    CHECK(encoded<Bytes>(text) == text);
    std::string again = "old";
    Bytes::decode(text, again);
    CHECK(again == text);
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}};
    CHECK(to_hex(encoded<Bytes>(bytes)) == "00ff");
    std::vector<std::byte> decoded;
    Bytes::decode(std::string_view("\0\xFF", 2), decoded);
    CHECK(decoded == bytes);
    CHECK(Bytes::view<std::string>(text).data() == text.data());
}

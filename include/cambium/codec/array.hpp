// Array<T>: arrays of numbers in their memory layout, readable in place as a std::span<const T>.
//
//     struct Prices : cambium::Table<"prices", std::vector<double>, cambium::Key<std::string>,
//     cambium::Array<double>> {}; struct Images : cambium::Table<"images", cambium::ShapedArray<std::uint8_t>,
//     cambium::Key<cambium::Uuid>,
//                                    cambium::Array<std::uint8_t>> {};
//
// T is float, double or an integer of 8 to 64 bits. The value is a std::vector<T>, viewed as std::span<const T>, or
// a ShapedArray<T> of 1 to 8 dimensions, viewed as ArrayView<T>, both in row-major order. In a store, elements
// begin at a multiple of 8; those of an array of 1 KiB or more at a multiple of 64 from the beginning of the value,
// so that they are aligned for vector instructions where values are (large ones are, to 64 bytes).
//
// The bytes are little-endian and described in docs/format.md.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium {

namespace codec {

/// The number of an element type in the header of an array. Part of the file format.
enum class ElementCode : std::uint8_t { none, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64 };

template <class T>
consteval ElementCode element_code() {
    if constexpr (std::same_as<T, float>) return ElementCode::f32;
    if constexpr (std::same_as<T, double>) return ElementCode::f64;
    if constexpr (std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                  !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> && !std::same_as<T, char16_t> &&
                  !std::same_as<T, char32_t>) {
        constexpr auto kFirst =
            static_cast<std::uint8_t>(std::signed_integral<T> ? ElementCode::i8 : ElementCode::u8);
        return static_cast<ElementCode>(kFirst + std::bit_width(sizeof(T)) - 1);
    }
    return ElementCode::none;
}

inline constexpr std::string_view kArrayNames[] = {"array",      "array<i8>",  "array<i16>", "array<i32>",
                                                   "array<i64>", "array<u8>",  "array<u16>", "array<u32>",
                                                   "array<u64>", "array<f32>", "array<f64>"};

/// Where the parts of an array's bytes are.
struct ArrayParts {
    ByteView shape;  ///< one u64 per dimension
    ByteView elements;
};

/// Appends the header, up to where the elements begin. An empty shape is that of one dimension. Error{encode} when
/// the shape is not that of `count` elements, or has more than 8 dimensions.
void append_array_header(std::string& out, ElementCode code, std::size_t element_size, std::size_t count,
                         std::span<const std::uint64_t> shape);
/// Takes the bytes apart; Error{decode} when they are not an array of these elements.
[[nodiscard]] ArrayParts array_parts(ByteView bytes, ElementCode code, std::size_t element_size);
/// Error{decode} unless the array has one dimension.
void check_one_dimension(const ArrayParts& parts);
/// Error{misuse} unless the bytes begin at a multiple of 8.
void check_array_alignment(ByteView bytes);

}  // namespace codec

/// A number that can be an element of an Array.
template <class T>
concept ArrayElement = codec::element_code<T>()
!= codec::ElementCode::none;

/// Numbers in row-major order and the extent of each dimension: {2, 3} is two rows of three. The product of the
/// extents is the number of values; an empty shape stands for one dimension, and reads back as that.
template <ArrayElement T>
struct ShapedArray {
    std::vector<T> values{};
    std::vector<std::uint64_t> shape{};
    friend bool operator==(const ShapedArray&, const ShapedArray&) = default;
};

/// A ShapedArray in place.
template <ArrayElement T>
struct ArrayView {
    std::span<const T> span{};
    std::span<const std::uint64_t> shape{};

    /// Element by one index per dimension, unchecked as those of a span.
    template <std::integral... Indexes>
    [[nodiscard]] const T& operator()(Indexes... indexes) const {
        std::size_t position = 0;
        std::size_t dimension = 0;
        ((position = position * static_cast<std::size_t>(shape[dimension++]) + static_cast<std::size_t>(indexes)),
         ...);
        return span[position];
    }
    /// What lies at an index of the first dimension: a row of a matrix. Unchecked.
    [[nodiscard]] std::span<const T> row(std::size_t index) const {
        const std::size_t length = span.size() / static_cast<std::size_t>(shape[0]);
        return span.subspan(index * length, length);
    }
};

template <ArrayElement T>
struct Array {
    static_assert(std::endian::native == std::endian::little, "cambium: the Array codec is little-endian");
    static constexpr codec::ElementCode code = codec::element_code<T>();
    static constexpr std::string_view name = codec::kArrayNames[static_cast<std::size_t>(code)];
    static constexpr bool exact = true;
    static constexpr bool names_enumerators = false;

    /// Appends the array to `out`. Error{encode} as ShapedArray says. Linear in its size.
    static void encode(const std::vector<T>& values, std::string& out) { append(values, {}, out); }
    static void encode(const ShapedArray<T>& array, std::string& out) { append(array.values, array.shape, out); }

    /// Replaces the value by the array in `bytes`. Error{decode} when they hold none of this type, or for a vector
    /// one of several dimensions.
    static void decode(ByteView bytes, std::vector<T>& values) {
        const codec::ArrayParts parts = codec::array_parts(bytes, code, sizeof(T));
        codec::check_one_dimension(parts);
        copy(parts.elements, values);
    }
    static void decode(ByteView bytes, ShapedArray<T>& array) {
        const codec::ArrayParts parts = codec::array_parts(bytes, code, sizeof(T));
        copy(parts.elements, array.values);
        copy(parts.shape, array.shape);
    }

    /// The elements in place, which live as long as `bytes`. Error{decode} as decode, and Error{misuse} when the
    /// bytes do not begin at a multiple of 8; values in a store do.
    template <class R>
    requires std::same_as<R, std::vector<T>> || std::same_as<R, ShapedArray<T>>
    [[nodiscard]] static auto view(ByteView bytes) {
        const codec::ArrayParts parts = codec::array_parts(bytes, code, sizeof(T));
        codec::check_array_alignment(bytes);
        if constexpr (std::same_as<R, std::vector<T>>) {
            codec::check_one_dimension(parts);
            return in_place<T>(parts.elements);
        } else {
            return ArrayView<T>{in_place<T>(parts.elements), in_place<std::uint64_t>(parts.shape)};
        }
    }

private:
    static void append(const std::vector<T>& values, std::span<const std::uint64_t> shape, std::string& out) {
        codec::append_array_header(out, code, sizeof(T), values.size(), shape);
        out.append(bytes_of(std::span(values)));
    }
    template <class Number>
    static void copy(ByteView from, std::vector<Number>& to) {
        to.resize(from.size() / sizeof(Number));
        if (!to.empty()) std::memcpy(to.data(), from.data(), from.size());
    }
    template <class Number>
    static std::span<const Number> in_place(ByteView bytes) {
        return {reinterpret_cast<const Number*>(bytes.data()), bytes.size() / sizeof(Number)};
    }
};

}  // namespace cambium

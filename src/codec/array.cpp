// The bytes of an array of numbers:
//
//   0  u8   1, the version of this layout
//   1  u8   type of the elements
//   2  u8   number of dimensions, 1 to 8
//   3  u8   0
//   4  u32  where the elements begin: a multiple of 8
//   8  u64  extent of each dimension
//           zeros up to where the elements begin
//           the elements, row-major, to the end
#include "cambium/codec/array.hpp"

#include <array>
#include <limits>

#include "cambium/base/error.hpp"

namespace cambium::codec {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedBytes = 8;
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kWideAlignment = 64;
constexpr std::size_t kWideFromBytes = 1024;

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorCode::decode, "array: " + why);
}

std::size_t aligned(std::size_t size, std::size_t alignment) {
    return (size + alignment - 1) / alignment * alignment;
}

std::uint64_t load_u64(const char* from) {
    std::uint64_t number = 0;
    std::memcpy(&number, from, sizeof number);
    return number;
}

// The product of extents, or nothing when it does not fit.
bool multiply(std::span<const std::uint64_t> extents, std::uint64_t& product) {
    product = 1;
    for (const std::uint64_t extent : extents) {
        if (__builtin_mul_overflow(product, extent, &product)) return false;
    }
    return true;
}

std::string type_text(std::uint8_t code) {
    if (code == 0 || code >= std::size(kArrayNames)) return "elements of the unknown type " + std::to_string(code);
    const std::string_view name = kArrayNames[code];  // array<f64>
    return std::string(name.substr(6, name.size() - 7));
}

}  // namespace

void append_array_header(std::string& out, ElementCode code, std::size_t element_size, std::size_t count,
                         std::span<const std::uint64_t> shape) {
    const std::uint64_t whole[] = {count};
    if (shape.empty()) shape = whole;
    std::uint64_t product = 0;
    if (shape.size() > kMaxDimensions) {
        throw Error(ErrorCode::encode,
                    "array: " + std::to_string(shape.size()) + " dimensions, at most 8 can be stored");
    }
    if (!multiply(shape, product) || product != count) {
        throw Error(ErrorCode::encode, "array: the shape is not that of its " + std::to_string(count) + " values");
    }
    const std::size_t header = kFixedBytes + shape.size() * sizeof(std::uint64_t);
    const std::size_t begin = aligned(header, count * element_size >= kWideFromBytes ? kWideAlignment : kAlignment);
    const std::size_t before = out.size();
    out.reserve(before + begin + count * element_size);
    out.resize(before + begin);
    char* to = out.data() + before;
    to[0] = static_cast<char>(kVersion);
    to[1] = static_cast<char>(code);
    to[2] = static_cast<char>(shape.size());
    const auto offset = static_cast<std::uint32_t>(begin);
    std::memcpy(to + 4, &offset, sizeof offset);
    std::memcpy(to + kFixedBytes, shape.data(), shape.size_bytes());
}

ArrayParts array_parts(ByteView bytes, ElementCode code, std::size_t element_size) {
    if (bytes.size() < kFixedBytes) refuse(std::to_string(bytes.size()) + " bytes are too few");
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (byte(0) != kVersion) refuse("its layout has the unknown version " + std::to_string(byte(0)));
    if (byte(1) != static_cast<std::uint8_t>(code)) {
        refuse("expected " + type_text(static_cast<std::uint8_t>(code)) + ", found " + type_text(byte(1)));
    }
    const std::size_t dimensions = byte(2);
    if (dimensions == 0 || dimensions > kMaxDimensions || byte(3) != 0) refuse("its header is damaged");
    std::uint32_t begin = 0;
    std::memcpy(&begin, bytes.data() + 4, sizeof begin);
    const std::size_t header = kFixedBytes + dimensions * sizeof(std::uint64_t);
    if (begin < header || begin > bytes.size() || begin % kAlignment != 0) refuse("its header is damaged");
    std::array<std::uint64_t, kMaxDimensions> extents{};
    for (std::size_t i = 0; i < dimensions; ++i) {
        extents[i] = load_u64(bytes.data() + kFixedBytes + i * sizeof(std::uint64_t));
    }
    std::uint64_t count = 0;
    const ByteView elements = bytes.substr(begin);
    if (!multiply(std::span(extents).first(dimensions), count) || elements.size() % element_size != 0 ||
        count != elements.size() / element_size) {
        refuse("its shape is not that of the " + std::to_string(elements.size()) + " bytes that follow");
    }
    return {bytes.substr(kFixedBytes, dimensions * sizeof(std::uint64_t)), elements};
}

void check_one_dimension(const ArrayParts& parts) {
    const std::size_t dimensions = parts.shape.size() / sizeof(std::uint64_t);
    if (dimensions != 1) {
        refuse("it has " + std::to_string(dimensions) + " dimensions, a vector has one; read it as a ShapedArray");
    }
}

void check_array_alignment(ByteView bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment == 0) return;
    throw Error(ErrorCode::misuse,
                "array: a view needs bytes that begin at a multiple of 8; decode a copy instead");
}

}  // namespace cambium::codec

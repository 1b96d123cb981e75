// The decoder of Array, and its view in place.
#include <cstring>

#include "cambium/codec/array.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

namespace {

template <class T>
void view_in_place(std::string_view input) {
    std::vector<std::uint64_t> words(input.size() / 8 + 2);
    // Aligned as values in a store are, and not.
    for (std::size_t skip = 0; skip < 2; ++skip) {
        char* start = reinterpret_cast<char*>(words.data()) + skip;
        if (!input.empty()) std::memcpy(start, input.data(), input.size());
        const ByteView bytes{start, input.size()};
        try {
            const ArrayView<T> view = Array<T>::template view<ShapedArray<T>>(bytes);
            require(skip == 0, "an array is viewed where it is not aligned");
            ShapedArray<T> copy;
            Array<T>::decode(bytes, copy);
            require(view.span.size() == copy.values.size(), "view and copy differ in size");
            require(
                view.span.empty() || std::memcmp(view.span.data(), copy.values.data(), view.span.size_bytes()) == 0,
                "view and copy differ");
        } catch (const Error& error) {
            require(error.code() == ErrorCode::decode || error.code() == ErrorCode::misuse, "another error");
        }
    }
}

template <class T>
void decode_arrays(std::string_view input) {
    decode_with<Array<T>, std::vector<T>>(input);
    decode_with<Array<T>, ShapedArray<T>>(input);
    view_in_place<T>(input);
}

}  // namespace

void run(std::string_view input) {
    decode_arrays<std::uint8_t>(input);
    decode_arrays<std::int32_t>(input);
    decode_arrays<double>(input);
}

std::vector<std::string> seeds() {
    std::vector<std::string> made(4);
    Array<std::uint8_t>::encode(std::vector<std::uint8_t>{1, 2, 3}, made[0]);
    Array<std::int32_t>::encode(ShapedArray<std::int32_t>{{1, -2, 3, 4, 5, 6}, {2, 3}}, made[1]);
    Array<double>::encode(std::vector<double>{0.5, -1}, made[2]);
    Array<double>::encode(ShapedArray<double>{std::vector<double>(160, 1), {4, 5, 8}}, made[3]);
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\x40\0\0\0"sv, "\x10\0\0\0"sv, "\xff\xff\xff\xff\xff\xff\xff\xff"sv, "\0\0\0\0\x01\0\0\0"sv};
}

}  // namespace cambium::fuzz

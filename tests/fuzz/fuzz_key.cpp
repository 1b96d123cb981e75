// The decoder of keys: bytes that it takes are those that the value is encoded as, and order as the values do.
#include "cambium/base/error.hpp"
#include "cambium/key/key.hpp"
#include "target.hpp"

namespace cambium::fuzz {

namespace {

enum class Shade : std::int16_t { dark = -3, light = 300 };

template <class T>
constexpr bool kOrdered = true;  // by operator<, as the bytes are
template <>
constexpr bool kOrdered<char> = false;  // a key of unsigned bytes, on every machine
template <>
constexpr bool kOrdered<double> = false;
template <>
constexpr bool kOrdered<float> = false;

template <class T>
void decode_two(std::string_view input) {
    const std::vector<char> bytes = exact_copy(input);
    ByteView rest{bytes.data(), bytes.size()};
    try {
        const ByteView first_key = rest;
        const T first = key::decode<T>(rest);
        const ByteView second_key = rest;
        const std::string first_again = key::encode(first);
        require(first_again == first_key.substr(0, first_key.size() - rest.size()), "a key is encoded in two ways");
        const T second = key::decode<T>(rest);
        const std::string second_again = key::encode(second);
        require(second_again == second_key.substr(0, second_key.size() - rest.size()),
                "a key is encoded in two ways");
        if constexpr (kOrdered<T>) {
            require((first < second) == (first_again < second_again), "keys order otherwise than their values");
            require((first == second) == (first_again == second_again), "two values have one key");
        }
    } catch (const Error& error) {
        require(error.code() == ErrorCode::decode, "another error than decode");
    }
}

using Composite = std::tuple<std::string, std::optional<std::int32_t>, std::pair<bool, Timestamp>>;
using Decoder = void (*)(std::string_view);

constexpr Decoder kDecoders[] = {
    decode_two<bool>,
    decode_two<char>,
    decode_two<std::int8_t>,
    decode_two<std::uint16_t>,
    decode_two<std::int32_t>,
    decode_two<std::uint64_t>,
    decode_two<float>,
    decode_two<double>,
    decode_two<Shade>,
    decode_two<std::byte>,
    decode_two<std::string>,
    decode_two<std::vector<std::byte>>,
    decode_two<std::vector<std::uint8_t>>,
    decode_two<std::array<std::byte, 5>>,
    decode_two<Uuid>,
    decode_two<std::chrono::milliseconds>,
    decode_two<Timestamp>,
    decode_two<std::optional<std::optional<std::string>>>,
    decode_two<std::optional<std::uint8_t>>,
    decode_two<Composite>,
    decode_two<std::pair<std::vector<std::byte>, std::optional<Composite>>>,
    decode_two<Uint256>,
    decode_two<Descending<std::string>>,
    decode_two<std::tuple<Descending<std::optional<std::string>>, std::uint8_t>>,
};

}  // namespace

void run(std::string_view input) {
    if (input.empty()) return;
    kDecoders[static_cast<unsigned char>(input.front()) % std::size(kDecoders)](input.substr(1));
}

std::vector<std::string> seeds() {
    const Composite composite{std::string{"a\0b\x01", 4}, -5, {true, Timestamp{std::chrono::nanoseconds{77}}}};
    const std::pair<std::vector<std::byte>, std::optional<Composite>> deep{{std::byte{0}, std::byte{1}}, composite};
    std::vector<std::string> made;
    const auto add = [&](char decoder, const auto& first, const auto& second) {
        made.push_back(std::string(1, decoder) + key::encode(first) + key::encode(second));
    };
    add(4, std::int32_t{-1}, std::int32_t{1});
    add(6, -0.5F, 2e9F);
    add(7, -1e300, 0.0);
    add(10, std::string{"text"}, std::string{"texts", 5});
    add(17, std::optional<std::optional<std::string>>{std::string{"x"}},
        std::optional<std::optional<std::string>>{});
    add(19, composite, composite);
    add(20, deep, deep);
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\x01\x01"sv, "\x01\x02"sv, "\x01\x03"sv, "\0"sv, "\x7f\xf8\0\0\0\0\0\0"sv, "\xff\xf8\0\0\0\0\0\0"sv};
}

}  // namespace cambium::fuzz

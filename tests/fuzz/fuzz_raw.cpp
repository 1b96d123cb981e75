// The decoder of Raw, and its view of a record in place.
#include <array>
#include <cstring>

#include "cambium/codec/raw.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

namespace {

struct Half {
    std::uint16_t number{};
    std::array<bool, 2> flags{};
};

struct Fixed {
    double exact{};
    std::uint64_t count{};
    Uuid uuid{};
    Timestamp time{};
    float ratio{};
    test::Level level{};
    std::array<Half, 2> halves{};
    std::array<std::int16_t, 2> pair{};
    bool truth{};
    test::Colour colour{};
    std::array<std::uint8_t, 2> rest{};
};

void view_in_place(std::string_view input) {
    // Aligned as values in a store are, and not.
    for (std::size_t skip = 0; skip < 2; ++skip) {
        std::vector<char> bytes(skip + input.size());
        if (!input.empty()) std::memcpy(bytes.data() + skip, input.data(), input.size());
        try {
            const Fixed* record = Raw::view<Fixed>(ByteView{bytes.data() + skip, input.size()});
            require(reinterpret_cast<std::uintptr_t>(record) % alignof(Fixed) == 0, "a view is not aligned");
        } catch (const Error& error) {
            require(error.code() == ErrorCode::decode || error.code() == ErrorCode::misuse, "another error");
        }
    }
}

}  // namespace

void run(std::string_view input) {
    decode_with<Raw, Fixed>(input);
    decode_with<Raw, Half>(input);
    decode_with<Raw, bool>(input);
    view_in_place(input);
}

std::vector<std::string> seeds() {
    std::vector<std::string> made(2);
    Raw::encode(Fixed{.exact = 0.5, .count = 7, .uuid = {}, .time = {}, .ratio = -1, .truth = true}, made[0]);
    Raw::encode(Half{.number = 3, .flags = {true, false}}, made[1]);
    return made;
}

std::vector<std::string_view> words() {
    return {};
}

}  // namespace cambium::fuzz

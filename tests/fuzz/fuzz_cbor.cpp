// The decoder of Cbor.
#include "cambium/codec/cbor.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

void run(std::string_view input) {
    decode_some_record<Cbor>(input);
}

std::vector<std::string> seeds() {
    return seeds_of_every_record<Cbor>();
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"sv,
            "\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"sv,
            "\xbb\x80\0\0\0\0\0\0\0"sv,
            "\x9f"sv,
            "\xbf"sv,
            "\x5f"sv,
            "\x7f"sv,
            "\xff"sv,
            "\xf6"sv,
            "\xf9\x7e\0"sv,
            "\xfb"sv,
            "\xc1"sv,
            "\xd8\x25"sv,
            "\x81\x81\x81\x81\x81\x81\x81\x81"sv,
            "\x68"
            "children"sv,
            "\x66"
            "either"sv};
}

}  // namespace cambium::fuzz

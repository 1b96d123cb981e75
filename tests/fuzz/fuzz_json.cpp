// The decoder of Json.
#include "cambium/codec/json.hpp"
#include "codec_target.hpp"

namespace cambium::fuzz {

void run(std::string_view input) {
    decode_some_record<Json>(input);
}

std::vector<std::string> seeds() {
    return seeds_of_every_record<Json>();
}

std::vector<std::string_view> words() {
    return {"{\"",
            "\":",
            "[[[[[[[[",
            "]]]]",
            "null",
            "true",
            "false",
            "\\u0000",
            "\\ud83d",
            "\\ude00",
            "1e999",
            "-0.0",
            "1e-400",
            "18446744073709551616",
            "NaN",
            "\"children\":[",
            "\"either\":",
            "\"f64\":",
            "{}",
            ",",
            "0.1e+00001",
            "T00:00:00Z",
            "\xf4\x90\x80\x80"};
}

}  // namespace cambium::fuzz

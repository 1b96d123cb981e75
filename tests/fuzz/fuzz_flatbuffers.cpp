// The decoder of FlatBuffers, as cambium-codegen writes it, for a schema with every kind of field.
#include "cambium/codec/flatbuffers.hpp"
#include "codec_target.hpp"
#include "everything_fb_generated.h"
#include "samples.hpp"

namespace cambium::fuzz {

namespace {

using Record = everything::deep::Everything;

}  // namespace

void run(std::string_view input) {
    decode_with<FlatBuffers, Record>(input);
}

std::vector<std::string> seeds() {
    std::vector<std::string> made(2);
    FlatBuffers::encode(test::full_record(), made[0]);
    FlatBuffers::encode(Record{}, made[1]);
    return made;
}

std::vector<std::string_view> words() {
    using namespace std::string_view_literals;
    return {"\xff\xff\xff\x7f"sv, "\xff\xff\xff\xff"sv, "\0\0\0\x80"sv, "\4\0\0\0"sv, "\0\0\0\0"sv};
}

}  // namespace cambium::fuzz

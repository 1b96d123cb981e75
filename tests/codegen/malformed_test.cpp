// Generated unpack on bytes that are not what they should be: an error that says so, never a crash.
#include <doctest/doctest.h>

#include <cambium/base/error.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <random>
#include <string>

#include "everything_fb_generated.h"
#include "samples.hpp"
#include "seed.hpp"

namespace {

namespace deep = everything::deep;
using cambium::FlatBuffers;

std::string packed(const deep::Everything& record) {
    std::string bytes;
    FlatBuffers::encode(record, bytes);
    return bytes;
}

/// The sentence of the error; empty when the bytes decode.
std::string refusal(const std::string& bytes) {
    try {
        deep::Everything record;
        FlatBuffers::decode(bytes, record);
        return {};
    } catch (const cambium::Error& error) {
        CHECK(error.code() == cambium::ErrorCode::decode);
        return error.what();
    }
}

TEST_CASE("no bytes, few bytes, other bytes") {
    CHECK(refusal("") == "record Everything: the 0 bytes are not a FlatBuffers value of this record");
    CHECK(refusal("abc") == "record Everything: the 3 bytes are not a FlatBuffers value of this record");
    CHECK(refusal(std::string(100, '\xff')) ==
          "record Everything: the 100 bytes are not a FlatBuffers value of this record");
}

TEST_CASE("every proper beginning of a buffer is refused") {
    const std::string bytes = packed(cambium::test::full_record());
    for (std::size_t size = 0; size < bytes.size() - 8; ++size) {
        CAPTURE(size);
        CHECK_FALSE(refusal(bytes.substr(0, size)).empty());
    }
}

TEST_CASE("changed bytes are refused or decode, and what decodes packs again") {
    std::mt19937_64 random{cambium::test::seed()};
    const std::string original = packed(cambium::test::full_record());
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = original;
        for (std::uint64_t changes = random() % 4 + 1; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            deep::Everything record;
            FlatBuffers::decode(bytes, record);
            CHECK_FALSE(packed(record).empty());
        } catch (const cambium::Error& error) {
            CHECK(error.code() == cambium::ErrorCode::decode);
        }
    }
}

TEST_CASE("a fixed number of bytes must be that many") {
    flatbuffers::FlatBufferBuilder builder;
    const std::uint8_t bytes[19] = {};
    const auto empty_bytes = builder.CreateVector(bytes, 0);
    const auto must_uuid = builder.CreateVector(bytes, 16);
    const auto key20 = builder.CreateVector(bytes, 19);
    const auto tag = builder.CreateString("t");
    const auto texts = builder.CreateVector(std::vector<flatbuffers::Offset<flatbuffers::String>>{});
    const auto leaf = deep::fb::LeafBuilder{builder}.Finish();
    const deep::fb::Id id;
    const deep::fb::Outer outer;
    deep::fb::EverythingBuilder table{builder};
    table.add_tag(tag);
    table.add_must_payload(empty_bytes);
    table.add_must_uuid(must_uuid);
    table.add_key20(key20);
    table.add_must_texts(texts);
    table.add_must_leaf(leaf);
    table.add_must_id(&id);
    table.add_must_outer(&outer);
    builder.Finish(table.Finish());
    const std::string buffer{reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
    CHECK(refusal(buffer) == "field \"key20\" has 19 bytes; it is declared with 20");
}

}  // namespace

// Generated code and the user's own schema agree about the bytes: what generated code packs is read by the
// flatbuffers library from the schema alone, and the reverse.
#include <doctest/doctest.h>
#include <flatbuffers/idl.h>
#include <flatbuffers/util.h>

#include <cambium/codec/flatbuffers.hpp>
#include <string>

#include "samples.hpp"

namespace {

namespace deep = everything::deep;
using cambium::FlatBuffers;

void parse_schema(flatbuffers::Parser& parser) {
    const std::string folder = std::string{TESTS_FOLDER} + "/schemas/";
    std::string text;
    REQUIRE(flatbuffers::LoadFile((folder + "everything.fbs").c_str(), false, &text));
    const char* folders[] = {folder.c_str(), nullptr};
    const bool parsed = parser.Parse(text.c_str(), folders, (folder + "everything.fbs").c_str());
    INFO(parser.error_);
    REQUIRE(parsed);
}

/// The bytes as JSON, read by the schema.
std::string as_json(const std::string& bytes) {
    flatbuffers::IDLOptions options;
    options.strict_json = true;
    options.indent_step = -1;
    flatbuffers::Parser parser{options};
    parse_schema(parser);
    std::string json;
    REQUIRE(flatbuffers::GenerateText(parser, bytes.data(), &json));
    return json;
}

/// The JSON as bytes, written by the schema.
std::string as_bytes(const std::string& json) {
    flatbuffers::Parser parser;
    parse_schema(parser);
    const bool parsed = parser.ParseJson(json.c_str());
    INFO(parser.error_);
    REQUIRE(parsed);
    return {reinterpret_cast<const char*>(parser.builder_.GetBufferPointer()), parser.builder_.GetSize()};
}

TEST_CASE("the library reads what generated code packs") {
    deep::Everything record = cambium::test::full_record();
    record.tag = "plain";
    std::string bytes;
    FlatBuffers::encode(record, bytes);
    CHECK(flatbuffers::BufferHasIdentifier(bytes.data(), "EVRY"));
    const std::string json = as_json(bytes);
    for (const char* part :
         {R"("number": -7)", R"("tag": "plain")", R"("truth": false)", R"("color": "blue")",
          R"("rights": "write own")", R"("when": -1)", R"("opt_color": "red")", R"("payload": [0,255,1])",
          R"("texts": ["a","","c"])", R"("must_uuid": [11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26])",
          R"("point": {"x": 3.0,"y": 4.0,"level": "middle"})", R"("leaf": {"name": "first","weight": 0.5})"}) {
        CAPTURE(json);
        CAPTURE(part);
        CHECK(json.find(part) != std::string::npos);
    }
}

TEST_CASE("generated code reads what the library writes, back and forth") {
    deep::Everything record = cambium::test::full_record();
    record.tag = "plain";
    std::string bytes;
    FlatBuffers::encode(record, bytes);
    deep::Everything back;
    FlatBuffers::decode(as_bytes(as_json(bytes)), back);
    CHECK(back == record);
}

/// A list of `count` times the same element.
std::string list_of(const std::string& element, int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ", ") + element;
    return "[" + list + "]";
}

/// The struct Outer, all zero; JSON cannot leave out a member of a struct.
std::string zero_outer() {
    const std::string digest = "{\"bytes\": " + list_of("0", 20) + "}";
    const std::string inner =
        "{\"flag\": false, \"color\": 0, \"point\": {\"x\": 0, \"y\": 0, \"level\": 0}, \"id\": "
        "{\"bytes\": " +
        list_of("0", 16) + "}}";
    return "{\"inner\": " + inner + ", \"inners\": " + list_of(inner, 2) +
           ", \"numbers\": [0, 0, 0], \"flags\": " + "[false, false], \"colors\": [0, 0], \"digest\": " + digest +
           ", \"digests\": " + list_of(digest, 2) + "}";
}

TEST_CASE("fields that a writer left out read as the rule says") {
    deep::Everything record = cambium::test::full_record();
    FlatBuffers::decode(as_bytes(std::string{R"({"tag": "t", "must_payload": [], "must_texts": [], "must_leaf": {},
                                     "must_uuid": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16],
                                     "must_id": {"bytes": [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,9]},
                                     "must_outer": )"} +
                                 zero_outer() + "}"),
                        record);
    deep::Everything expected;
    expected.tag = "t";
    for (std::uint8_t i = 0; i < 16; ++i) expected.must_uuid.bytes[i] = static_cast<std::uint8_t>(i + 1);
    expected.must_id.bytes[15] = 9;
    record.missing = expected.missing = 0;  // NaN equals nothing
    CHECK(record == expected);
}

}  // namespace

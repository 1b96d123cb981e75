// Which stored types are read as which declared ones.
#include <doctest/doctest.h>

#include <string>

#include "typed/type_change.hpp"
#include "typed/type_text.hpp"

namespace cambium::detail {
namespace {

constexpr FieldForm kNamed = FieldForm::named;

TEST_CASE("numbers widen and never narrow") {
    for (const char* const pair :
         {"u8 u16", "u8 u64", "i8 i32", "u8 i16", "u32 i64", "f32 f64", "u64 u64", "enum u8 enum u16",
          "duration<i32,1/1> duration<i64,1/1>", "time_point<i32,1/1> time_point<i64,1/1>"}) {
        const std::string text = pair;
        const std::size_t middle = text.find(text.starts_with("enum") ? " enum" : " ");
        const std::string from = text.substr(0, middle);
        const std::string to = text.substr(middle + 1);
        CAPTURE(text);
        for (const FieldForm form : {kNamed, FieldForm::numbered}) {
            CHECK(reads_as(from, to, form));
            if (from != to) CHECK_FALSE(reads_as(to, from, form));
        }
        CHECK(reads_as(from, to, FieldForm::positional) == (from == to));
        CHECK(reads_as(from, to, FieldForm::layout) == (from == to));
    }
}

TEST_CASE("long types are told apart by what differs") {
    using Pair = std::pair<std::string, std::string>;
    CHECK(told_apart("record{a:u8,b:u8}", "record{a:u8}") == Pair{"record{a:u8,b:u8}", "record{a:u8}"});
    const std::string common =
        "first:vector<optional<string>>,second:map<string,duration<i64,1/1000>>,third:array<f64,3>";
    const auto of = [&](const std::string& part) {
        return "variant<null,record{x:i32},record{" + common + ",part:" + part + ",last:u8},string>";
    };
    CHECK(told_apart(of("i8"), of("optional<i8>")) ==
          Pair{"variant<..,record{..,part:i8,..},..>", "variant<..,record{..,part:optional<i8>,..},..>"});
    CHECK(told_apart(of("record{a:u8,b:u8}"), of("record{b:u8,c:u8}")) ==
          Pair{"variant<..,record{..,part:record{a:u8,..},..},..>",
               "variant<..,record{..,part:record{..,c:u8},..},..>"});
    CHECK(told_apart(of("i8"), "optional<i8>") == Pair{of("i8"), "optional<i8>"});
    const std::string ordered = "record{" + common + ",last:u8}";
    const std::string other = "record{last:u8," + common + "}";
    CHECK(told_apart(ordered, other) == Pair{ordered, other});
    CHECK(told_apart(of("<"), of("i8")) == Pair{of("<"), of("i8")});
}

TEST_CASE("what is another kind of value is not read") {
    CHECK_FALSE(reads_as("u8", "i8", kNamed));
    CHECK_FALSE(reads_as("i8", "u64", kNamed));
    CHECK_FALSE(reads_as("u32", "f64", kNamed));
    CHECK_FALSE(reads_as("bool", "u8", kNamed));
    CHECK_FALSE(reads_as("u8", "enum u8", kNamed));
    CHECK_FALSE(reads_as("enum u8", "u8", kNamed));
    CHECK_FALSE(reads_as("string", "bytes", kNamed));
    CHECK_FALSE(reads_as("fixed<16>", "fixed<20>", kNamed));
    CHECK_FALSE(reads_as("duration<i64,1/1>", "duration<i64,1/1000>", kNamed));
    CHECK_FALSE(reads_as("timestamp", "i64", kNamed));
    CHECK_FALSE(reads_as("opaque", "u8", kNamed));
}

TEST_CASE("a descending value is the record that codecs store, in every form") {
    CHECK(as_records("vector<descending<optional<string>>>") == "vector<record{value:optional<string>}>");
    CHECK(as_records("record{descending:u8,a:descending<descending<u8>>}") ==
          "record{descending:u8,a:record{value:record{value:u8}}}");
    CHECK(as_records("descending") == "descending");
    CHECK(as_records("descending<") == "descending<");
    for (const FieldForm form : {kNamed, FieldForm::numbered, FieldForm::positional, FieldForm::layout}) {
        CHECK(reads_as("record{value:i32}", "descending<i32>", form));
        CHECK(reads_as("descending<i32>", "record{value:i32}", form));
        CHECK_FALSE(reads_as("i32", "descending<i32>", form));
    }
    CHECK(reads_as("descending<i16>", "descending<i32>", kNamed));
    CHECK_FALSE(reads_as("descending<i32>", "descending<i16>", kNamed));
}

TEST_CASE("a plain value is read as an optional one, and not the reverse") {
    CHECK(reads_as("u8", "optional<u8>", kNamed));
    CHECK(reads_as("u8", "optional<u16>", kNamed));
    CHECK(reads_as("optional<u8>", "optional<i16>", kNamed));
    CHECK_FALSE(reads_as("optional<u8>", "u8", kNamed));
    CHECK_FALSE(reads_as("null", "optional<u8>", kNamed));
    CHECK_FALSE(reads_as("u8", "optional<u8>", FieldForm::positional));
}

TEST_CASE("lists, maps and variants are read when their elements are") {
    CHECK(reads_as("vector<u8>", "vector<u32>", kNamed));
    CHECK(reads_as("set<u8>", "vector<u8>", kNamed));
    CHECK(reads_as("array<u8,3>", "vector<u8>", kNamed));
    CHECK(reads_as("array<u8,3>", "array<u16,3>", kNamed));
    CHECK(reads_as("map<string,u8>", "map<string,optional<u8>>", kNamed));
    CHECK(reads_as("variant<u8,string>", "variant<u16,string,bytes>", kNamed));
    CHECK_FALSE(reads_as("vector<u8>", "set<u8>", kNamed));
    CHECK_FALSE(reads_as("array<u8,3>", "array<u8,4>", kNamed));
    CHECK_FALSE(reads_as("vector<u8>", "array<u8,4>", kNamed));
    CHECK_FALSE(reads_as("variant<u8,string>", "variant<string,u8>", kNamed));
    CHECK_FALSE(reads_as("variant<u8,string>", "variant<u8>", kNamed));
}

TEST_CASE("records gain fields: anywhere by name, at the end by place") {
    const std::string two = "record{a:u8,b:string}";
    CHECK(reads_as(two, "record{b:string,c:bool,a:u16}", kNamed));
    CHECK_FALSE(reads_as(two, "record{a:u8}", kNamed));
    CHECK(reads_as(two, "record{a:u8,rest:unknown_fields}", kNamed));
    CHECK_FALSE(reads_as(two, "record{a:u8,b:bytes}", kNamed));
    for (const FieldForm form : {FieldForm::numbered, FieldForm::positional}) {
        CHECK(reads_as(two, "record{a:u8,b:string,c:bool}", form));
        CHECK_FALSE(reads_as(two, "record{c:bool,a:u8,b:string}", form));
        CHECK_FALSE(reads_as(two, "record{b:string,a:u8}", form));
    }
    CHECK(reads_as("variant<null,string>", "variant<null,string," + two + ">", FieldForm::positional));
    CHECK(
        reads_as("variant<null," + two + ">", "variant<null,record{a:u8,b:string,c:bool}>", FieldForm::positional));
    CHECK_FALSE(reads_as("variant<null,string>", "variant<null," + two + ",string>", FieldForm::positional));
    CHECK_FALSE(reads_as("variant<null,string,uuid>", "variant<null,string>", FieldForm::positional));
    CHECK(reads_as("vector<" + two + ">", "vector<record{a:u8,b:string,c:bool}>", FieldForm::positional));
    CHECK_FALSE(reads_as(two, "record{a:u8,b:string,c:bool}", FieldForm::layout));
    CHECK(reads_as("record{a:optional<enclosing 1>}", "record{a:optional<enclosing 1>,b:u8}", kNamed));
}

TEST_CASE("what is no name of a type is read as itself only") {
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "vector<";
    for (const std::string& text :
         {std::string(""), std::string("vector<"), std::string("vector<u8"), std::string("record{}"),
          std::string("record{a}"), std::string("u8>"), std::string("<u8>"), deep}) {
        CAPTURE(text);
        CHECK(reads_as(text, text, kNamed));
        CHECK_FALSE(reads_as(text, "vector<u8>", kNamed));
        CHECK_FALSE(reads_as("vector<u8>", text, kNamed));
    }
}

TEST_CASE("codecs have forms") {
    CHECK(form_of("cbor") == FieldForm::named);
    CHECK(form_of("json+zstd") == FieldForm::named);
    CHECK(form_of("cbor-numbered") == FieldForm::numbered);
    CHECK(form_of("flatbuffers+lz4") == FieldForm::positional);
    CHECK(form_of("raw") == FieldForm::layout);
    CHECK(form_of("mine") == FieldForm::layout);
}

}  // namespace
}  // namespace cambium::detail

// What the generator says about schemas it cannot take: every sentence, exactly.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "generator.hpp"

namespace {

using Sentences = std::vector<std::string>;

/// Attributes are declared in front, on the schema's first line.
Sentences errors_of(const std::string& schema) {
    std::string text;
    for (const std::string name : {"table", "codec", "key", "unique", "index", "type", "absent", "colour"})
        text += "attribute \"cambium_" + name + "\"; ";
    const auto generated = cambium::codegen::generate("bad.fbs", text + schema, {});
    CHECK(generated.files.empty() == !generated.errors.empty());
    return generated.errors;
}

/// A table "things" with these attributes and fields.
Sentences errors_in_table(const std::string& attributes, const std::string& fields) {
    return errors_of("table Thing (cambium_table: \"things\"" + attributes + ") { " + fields + " }");
}

TEST_CASE("a right schema has no errors") {
    CHECK(errors_in_table("", "id:ulong (cambium_key);") == Sentences{});
}

TEST_CASE("syntax errors carry file and line") {
    CHECK(errors_of("\ntable A {\n  x:int\n}\n") == Sentences{"bad.fbs:4: expecting: ; instead got: }"});
    CHECK(errors_of("\n\ntable A { x:int (index); }") ==
          Sentences{"bad.fbs:3: user define attributes must be declared before use: index"});
    CHECK(errors_of("\ninclude \"nowhere.fbs\";\ntable A { x:int; }")[0].substr(0, 10) == "bad.fbs:2:");
    CHECK(cambium::codegen::generate("bad.fbs", "include \"nowhere.fbs\";\n", {}).errors ==
          Sentences{"bad.fbs:1: unable to load include file: nowhere.fbs"});
    CHECK(cambium::codegen::generate("bad.fbs", std::string{"table A { x:int; }\0", 19}, {}).errors ==
          Sentences{"bad.fbs: the file holds a NUL byte; a schema is text"});
}

TEST_CASE("an error in an included file names that file") {
    const auto folder = std::filesystem::temp_directory_path() / "cambium_codegen_errors";
    std::filesystem::create_directories(folder);
    std::ofstream{folder / "inner.fbs"} << "table Inner {\n  x:int\n}\n";
    const std::string outer = (folder / "outer.fbs").string();
    CHECK(cambium::codegen::generate(outer, "include \"inner.fbs\";\n", {}).errors ==
          Sentences{(folder / "inner.fbs").string() + ":3: expecting: ; instead got: }"});
    std::filesystem::remove_all(folder);
}

TEST_CASE("keys") {
    CHECK(errors_in_table("", "x:int;") ==
          Sentences{"bad.fbs: table \"things\": no key; mark a field with cambium_key, or write (cambium_key: "
                    "\"field,field\") on the table"});
    CHECK(errors_in_table("", "x:int (cambium_key); y:int (cambium_key);") ==
          Sentences{"bad.fbs: table \"things\": two keys: cambium_key on fields \"x\" and \"y\"; a key of several "
                    "fields is written on the table: (cambium_key: \"x,y\")"});
    CHECK(errors_in_table(", cambium_key: \"y\"", "x:int (cambium_key); y:int;") ==
          Sentences{"bad.fbs: table \"things\": two keys: cambium_key on the table and on field \"x\""});
    CHECK(errors_in_table(", cambium_key: \"x,z\"", "x:int; y:int;") ==
          Sentences{"bad.fbs: table \"things\": the key: Thing has no field \"z\""});
    CHECK(
        errors_in_table("", "x:string (cambium_key);") ==
        Sentences{"bad.fbs: table \"things\": the key's field \"x\" is optional; a key is always present, mark the "
                  "field (required)"});
    CHECK(errors_in_table("", "x:int = null (cambium_key);") ==
          Sentences{"bad.fbs: table \"things\": the key's field \"x\" is optional; a key is always present, remove "
                    "\"= null\""});
    CHECK(errors_in_table(", cambium_key: \"x,,y\"", "x:int; y:int;") ==
          Sentences{"bad.fbs: table \"things\": cambium_key: expected a name before \",y\" of \"x,,y\""});
    CHECK(errors_in_table(", cambium_key: \"x y\"", "x:int; y:int;") ==
          Sentences{"bad.fbs: table \"things\": cambium_key: expected \",\" before \"y\" of \"x y\""});
}

TEST_CASE("all errors of a table come in one run") {
    CHECK(errors_in_table(
              ", cambium_codec: \"xml\", cambium_index: \"i(x,nope); i(x)\", cambium_unique: \"u(list,x,x)\"",
              "x:int (cambium_key); list:[int];") ==
          Sentences{
              "bad.fbs: table \"things\": unknown codec \"xml\"; the codecs are flatbuffers, cbor, json and raw",
              "bad.fbs: table \"things\": index \"u\": field \"list\" is a list and cannot be a column",
              "bad.fbs: table \"things\": index \"u\" names field \"x\" twice",
              "bad.fbs: table \"things\": index \"i\": Thing has no field \"nope\"",
              "bad.fbs: table \"things\": two indexes are named \"i\""});
}

TEST_CASE("the text of an index") {
    const auto errors_with = [](const std::string& index) {
        return errors_in_table(", cambium_index: \"" + index + "\"",
                               "x:int (cambium_key); y:int; t:Inner; s:Flat; }"
                               "table Inner { a:int; } struct Flat { a:int;");
    };
    const std::string place = "bad.fbs: table \"things\": ";
    CHECK(errors_with("i(x) ; j(y,x);") == Sentences{});
    CHECK(errors_with("i(x) covering(y)") ==
          Sentences{place + "cambium_index: expected \";\" before \"covering(y)\" of \"i(x) covering(y)\""});
    CHECK(errors_with("i(x,") == Sentences{place + "cambium_index: expected a name at the end of \"i(x,\""});
    CHECK(errors_with("i") == Sentences{place + "cambium_index: expected \"(\" at the end of \"i\""});
    CHECK(errors_with("") == Sentences{place + "cambium_index: expected a name at the end of \"\""});
    CHECK(errors_with("i(t)") == Sentences{place + "index \"i\": field \"t\" is a table and cannot be a column"});
    CHECK(errors_with("i(s)") == Sentences{place + "index \"i\": field \"s\" is a struct and cannot be a column"});
    CHECK(errors_in_table("", "x:int (cambium_key, cambium_index: \"a b\");") ==
          Sentences{place + "\"a b\" is not a name for an index"});
}

TEST_CASE("names") {
    CHECK(errors_of("table Thing (cambium_table: \"my table\") { x:int (cambium_key); }") ==
          Sentences{
              "bad.fbs: table \"my table\": the name must be letters, digits and underscores, and not begin with a "
              "digit"});
    CHECK(errors_of("table Thing (cambium_table: \"thing\") { x:int (cambium_key); }") ==
          Sentences{
              "bad.fbs: table \"thing\": its C++ name Thing is already the name of a type of the schema; name the "
              "table otherwise, for example in the plural"});
    CHECK(errors_of("table A (cambium_table: \"as\") { x:int (cambium_key); }\n"
                    "table B (cambium_table: \"as\") { x:int (cambium_key); }") ==
          Sentences{"bad.fbs: table \"as\": record A already declares this table"});
    CHECK(errors_of("table class { int:int; }") ==
          Sentences{"bad.fbs: table class: \"class\" is a keyword of C++; choose another name",
                    "bad.fbs: table class, field int: \"int\" is a keyword of C++; choose another name"});
    CHECK(errors_of("enum E : ubyte { a, new }") ==
          Sentences{"bad.fbs: enum E: \"new\" is a keyword of C++; choose another name"});
    CHECK(errors_of("table A { A:int; }") ==
          Sentences{"bad.fbs:1: field name can not be the same as table/struct name"});
}

TEST_CASE("attributes") {
    CHECK(errors_of("table A (cambium_colour: \"red\") { x:int (cambium_colour); }") ==
          Sentences{
              "bad.fbs: table A: attribute cambium_colour is not known here; what may stand here is cambium_table, "
              "cambium_codec, cambium_key, cambium_unique, cambium_index",
              "bad.fbs: table A: cambium_colour needs cambium_table: \"name\" beside it",
              "bad.fbs: table A, field x: attribute cambium_colour is not known here; what may stand here is "
              "cambium_key, cambium_unique, cambium_index, cambium_type, cambium_absent"});
    CHECK(errors_of("table A (cambium_key: \"x\") { x:int; }") ==
          Sentences{"bad.fbs: table A: cambium_key needs cambium_table: \"name\" beside it"});
    CHECK(errors_of("struct S (cambium_table: \"s\") { x:int; }") ==
          Sentences{
              "bad.fbs: struct S: attribute cambium_table is not known here; what may stand here is cambium_type"});
}

TEST_CASE("C++ types") {
    CHECK(errors_of("table A { a:int (cambium_type: \"timestamp\"); b:[ubyte] (cambium_type: \"guid\");"
                    "c:[ubyte] (cambium_type: \"fixed x\"); d:string (cambium_type: \"uuid\"); }") ==
          Sentences{
              "bad.fbs: table A, field a: cambium_type \"timestamp\" needs a long, the nanoseconds since 1970",
              "bad.fbs: table A, field b: cambium_type \"guid\" is not known here; a [ubyte] is a \"uuid\" or, for "
              "example, \"fixed 20\"",
              "bad.fbs: table A, field c: cambium_type \"fixed x\" is not known here; a fixed length is written "
              "\"fixed 20\"",
              "bad.fbs: table A, field d: cambium_type \"uuid\" does not fit the field: \"timestamp\" is for long, "
              "\"uuid\" and \"fixed N\" for [ubyte]"});
    CHECK(errors_of("struct S (cambium_type: \"uuid\") { b:[ubyte:15]; }") ==
          Sentences{"bad.fbs: struct S: cambium_type \"uuid\" needs 16 bytes; it has 15"});
    CHECK(errors_of("struct S (cambium_type: \"fixed\") { b:int; }") ==
          Sentences{"bad.fbs: struct S: cambium_type \"fixed\" needs a struct of exactly one field, [ubyte:N]"});
    CHECK(errors_of("struct S (cambium_type: \"fixed\", force_align: 8) { b:[ubyte:4]; }") ==
          Sentences{"bad.fbs: struct S: a struct of bytes cannot have force_align"});
    CHECK(errors_of("table A { a:int (cambium_absent: \"null\"); b:string (cambium_absent: \"empty\");"
                    "c:string (required, cambium_absent: \"null\"); }") ==
          Sentences{
              "bad.fbs: table A, field a: cambium_absent is not for scalars; write \"= null\" for an optional one",
              "bad.fbs: table A, field b: cambium_absent is \"null\" or \"default\", not \"empty\"",
              "bad.fbs: table A, field c: cambium_absent contradicts (required)"});
}

TEST_CASE("what is not supported is said, never dropped") {
    CHECK(errors_of("table A { x:int; } union U { A } table C { u:U; v:[U]; }") ==
          Sentences{"bad.fbs: union U: unions are not supported yet",
                    "bad.fbs: table C, field u: unions are not supported yet",
                    "bad.fbs: table C, field v: unions are not supported yet"});
    CHECK(errors_of("table Node { value:int; children:[Node]; }") ==
          Sentences{
              "bad.fbs: table Node, field children: it contains its own record, Node; recursive records are not "
              "supported"});
    CHECK(
        errors_of("struct S (force_align: 16) { x:int; }") ==
        Sentences{"bad.fbs: struct S: an alignment above 8 is not supported: the store aligns values to 8 bytes"});
    CHECK(errors_of("table A { x:[ubyte] (force_align: 8); }") ==
          Sentences{"bad.fbs: table A, field x: force_align on a field is not supported"});
    CHECK(errors_of("table A { }") == Sentences{"bad.fbs: table A: it has no field; a record has 1 to 100"});
    std::string fields;
    for (int i = 0; i < 101; ++i) fields += "f" + std::to_string(i) + ":int; ";
    CHECK(errors_of("table A { " + fields + "}") ==
          Sentences{"bad.fbs: table A: it has 101 fields; a record has 1 to 100, move some to a nested table"});
    CHECK(errors_in_table(", cambium_codec: \"raw\"", "x:int (cambium_key); s:string; o:int = null;") ==
          Sentences{"bad.fbs: table \"things\": codec raw stores plain bytes, and field \"s\" has no fixed size",
                    "bad.fbs: table \"things\": codec raw stores plain bytes, and field \"o\" has no fixed size"});
}

TEST_CASE("two schema files of one name") {
    const auto folder = std::filesystem::temp_directory_path() / "cambium_codegen_names";
    std::filesystem::create_directories(folder / "sub");
    std::ofstream{folder / "sub" / "shop.fbs"} << "namespace sub; table Inner { x:int; }\n";
    const std::string outer = (folder / "shop.fbs").string();
    CHECK(
        cambium::codegen::generate(outer, "include \"sub/shop.fbs\";\ntable Outer { x:sub.Inner; }\n", {}).errors ==
        Sentences{outer +
                  ": two schema files of this run are named shop.fbs; generated files are named after them, so "
                  "rename one"});
    std::filesystem::remove_all(folder);
}

}  // namespace

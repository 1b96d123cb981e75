// What the generator says about types, defaults and files that it cannot take: every sentence, exactly.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "errors_of.hpp"
#include "generator.hpp"
#include "temporary_directory.hpp"

namespace {

using namespace cambium::test;

TEST_CASE("defaults that a type has no room for") {
    CHECK(
        errors_of("table A { a:float = 1e39;\n b:float = 1e-50; c:double = -1e400; d:float = 3.5e38; e:float = 0e9;"
                  "\n f:float = inf; g:double = nan; h:float = 3.4e38; i:float = 1e-40; j:double = 1e39; k:float = "
                  "-inf; }") ==
        Sentences{"bad.fbs:1: table A, field a: its default 1e39 is out of the range of a float",
                  "bad.fbs:2: table A, field b: its default 1e-50 is out of the range of a float",
                  "bad.fbs:2: table A, field c: its default -1e400 is out of the range of a double",
                  "bad.fbs:2: table A, field d: its default 3.5e38 is out of the range of a float"});
}

TEST_CASE("defaults that codec json has no form for") {
    const auto errors_with = [](const std::string& codec, const std::string& fields) {
        return errors_of(
            "struct S { x:float; } table Q { low:float = -infinity; } union U { S, Q }\ntable P { q:Q; }\n"
            "table T (cambium_table: \"ts\", cambium_codec: \"" +
            codec + "\") { id:int (cambium_key);\n" + fields + " }");
    };
    const auto sentence = [](const std::string& place, const std::string& number, const std::string& field) {
        return "bad.fbs:" + place + ": table \"ts\": codec json cannot store " + number +
               ", the default of field \"" + field +
               "\": JSON has only finite numbers; choose another default or codec, or make the field optional (= "
               "null)";
    };
    const std::string fields =
        "a:float = nan;\n b:double = +inf; c:float = null;\n p:P; l:[Q];\n u:U; s:S; "
        "gone:float = nan (deprecated);";
    CHECK(errors_with("cbor", fields) == Sentences{});
    CHECK(errors_with("flatbuffers", fields) == Sentences{});
    CHECK(errors_with("json", "c:float = null; d:double = 1e308; s:S; gone:float = nan (deprecated);") ==
          Sentences{});
    CHECK(errors_with("json", fields) ==
          Sentences{sentence("4", "nan", "a"), sentence("5", "inf", "b"), sentence("6", "-inf", "p.q.low")});
    CHECK(errors_with("json", "u:U;") == Sentences{sentence("4", "-inf", "u.low")});
    CHECK(errors_with("json", "l:[Q];") == Sentences{sentence("4", "-inf", "l.low")});
}

TEST_CASE("a default of -0.0") {
    const auto generated = cambium::codegen::generate(
        "it.fbs", "table A { a:float = -0.0; b:double = -0; c:float = 0.0; d:int = -0; }", {});
    REQUIRE(generated.errors == Sentences{});
    const std::string& header = generated.files.front().second;
    for (const std::string member : {"float a = -0.0F;", "double b = -0.0;", "float c{};", "std::int32_t d{};"})
        CHECK_MESSAGE(header.find(member) != std::string::npos, member);
}

TEST_CASE("attributes") {
    CHECK(
        errors_of("table A (cambium_colour: \"red\") { x:int (cambium_colour); }") ==
        Sentences{
            "bad.fbs:1: table A: attribute cambium_colour is not known here; what may stand here is cambium_table, "
            "cambium_codec, cambium_key, cambium_unique, cambium_index, cambium_log, cambium_compression, "
            "cambium_foreign_key, cambium_renamed_from, "
            "cambium_dropped, cambium_schema_version",
            "bad.fbs:1: table A, field x: attribute cambium_colour is not known here; what may stand here is "
            "cambium_key, cambium_generated, cambium_expires, cambium_unique, cambium_index, cambium_type, "
            "cambium_absent, cambium_foreign_key, cambium_not_null, cambium_row_version, cambium_renamed_from"});
    CHECK(errors_of("table A (cambium_key: \"x\") { x:int; }") ==
          Sentences{"bad.fbs:1: table A: cambium_key needs cambium_table: \"name\" beside it"});
    CHECK(
        errors_of("struct S (cambium_table: \"s\") { x:int; }") ==
        Sentences{
            "bad.fbs:1: struct S: attribute cambium_table is not known here; what may stand here is cambium_type"});
}

TEST_CASE("C++ types") {
    CHECK(
        errors_of("table A { a:int (cambium_type: \"timestamp\"); b:[ubyte] (cambium_type: \"guid\");"
                  "c:[ubyte] (cambium_type: \"fixed x\"); d:string (cambium_type: \"uuid\"); }") ==
        Sentences{
            "bad.fbs:1: table A, field a: cambium_type \"timestamp\" needs a long, the nanoseconds since 1970",
            "bad.fbs:1: table A, field b: cambium_type \"guid\" is not known here; a [ubyte] is a \"uuid\" or, for "
            "example, \"fixed 20\"",
            "bad.fbs:1: table A, field c: cambium_type \"fixed x\" is not known here; a fixed length is written "
            "\"fixed 20\"",
            "bad.fbs:1: table A, field d: cambium_type \"uuid\" does not fit the field: \"timestamp\" is for long, "
            "\"uuid\" and \"fixed N\" for [ubyte]"});
    CHECK(errors_of("struct S (cambium_type: \"uuid\") { b:[ubyte:15]; }") ==
          Sentences{"bad.fbs:1: struct S: cambium_type \"uuid\" needs 16 bytes; it has 15"});
    CHECK(errors_of("struct S (cambium_type: \"fixed\") { b:int; }") ==
          Sentences{"bad.fbs:1: struct S: cambium_type \"fixed\" needs a struct of exactly one field, [ubyte:N]"});
    CHECK(errors_of("struct S (cambium_type: \"fixed\", force_align: 8) { b:[ubyte:4]; }") ==
          Sentences{"bad.fbs:1: struct S: a struct of bytes cannot have force_align"});
    CHECK(
        errors_of("table A { a:int (cambium_absent: \"null\"); b:string (cambium_absent: \"empty\");"
                  "c:string (required, cambium_absent: \"null\"); }") ==
        Sentences{
            "bad.fbs:1: table A, field a: cambium_absent is not for scalars; write \"= null\" for an optional one",
            "bad.fbs:1: table A, field b: cambium_absent is \"null\" or \"default\", not \"empty\"",
            "bad.fbs:1: table A, field c: cambium_absent contradicts (required)"});
}

TEST_CASE("unions") {
    CHECK(errors_of("table A { x:int; } struct S { x:int; } union U { A, B: A, S, t: string } "
                    "table C { u:U; v:[U]; w:U (required); }") == Sentences{});
    CHECK(errors_of("union U { }") == Sentences{"bad.fbs:1: union U: it has no member"});
    CHECK(errors_of("table A { x:int; }\nunion new (cambium_key) {\n  A,\n  int: A }") ==
          Sentences{
              "bad.fbs:2: union new: \"new\" is a keyword of C++; choose another name",
              "bad.fbs:2: union new: attribute cambium_key is not known here; no cambium_ attribute may stand here",
              "bad.fbs:4: union new, member int: \"int\" is a keyword of C++; choose another name"});
    CHECK(
        errors_of("union U { A }\ntable A (cambium_table: \"as\") { id:int (cambium_key);\n  u:U; }") ==
        Sentences{"bad.fbs:3: table A, field u: it contains its own record through union U; recursive records are "
                  "not supported"});
    CHECK(errors_of("table A { x:int; } union U { A } table B { u:U\n (cambium_absent: \"null\"); }") ==
          Sentences{"bad.fbs:2: table B, field u: cambium_absent is not for unions; an absent one holds "
                    "std::monostate"});
    CHECK(errors_of("table A { x:int; } union Things { A } table B (cambium_table: \"things\") { "
                    "x:int (cambium_key); }") ==
          Sentences{"bad.fbs:1: table \"things\": its C++ name Things is already the name of a type of the schema; "
                    "name the table otherwise, for example in the plural"});
}

TEST_CASE("a union is no column") {
    const auto errors_with = [](const std::string& attributes) {
        return errors_of("table A { x:int; } union U { A } table Thing (cambium_table: \"things\"" + attributes +
                         ") {\n u:U; v:[U]; x:int; }");
    };
    const std::string place = "bad.fbs:1: table \"things\": ";
    CHECK(errors_with(", cambium_key: \"u\"") ==
          Sentences{place + "the key: field \"u\" is a union and cannot be a column"});
    CHECK(errors_with(", cambium_key: \"x\", cambium_index: \"i(u); j(each v); k(v); l(x) covering(u)\"") ==
          Sentences{place + "index \"i\": field \"u\" is a union and cannot be a column",
                    place + "index \"j\": field \"v\" is a list of unions and cannot be a column",
                    place + "index \"k\": field \"v\" is a list of unions and cannot be a column",
                    place + "index \"l\" covering: field \"u\" is a union and cannot be a column"});
    CHECK(errors_with(", cambium_key: \"x\", cambium_codec: \"raw\"") ==
          Sentences{"bad.fbs:2: table \"things\": codec raw stores plain bytes, and field \"u\" has no fixed size",
                    "bad.fbs:2: table \"things\": codec raw stores plain bytes, and field \"v\" has no fixed "
                    "size"});
    CHECK(errors_of("table A { x:int; } union U { A } table Thing (cambium_table: \"things\") {\n"
                    " u:U (cambium_unique);\n v:[U] (cambium_index); x:int (cambium_key);\n"
                    " w:U (cambium_not_null); }") ==
          Sentences{"bad.fbs:2: table \"things\": index \"u\": field \"u\" is a union and cannot be a column",
                    "bad.fbs:3: table \"things\": index \"v\": field \"v\" is a list of unions and cannot be a "
                    "column",
                    "bad.fbs:4: table \"things\": field \"w\" is never null; cambium_not_null is for optional "
                    "ones"});
}

TEST_CASE("what is not supported is said, never dropped") {
    std::string fields;
    for (int i = 0; i < 101; ++i) fields += "f" + std::to_string(i) + ":int; ";
    const std::pair<std::string, std::string> limits[] = {
        {"table A { value:int; children:[A]; }",
         "table A, field children: it contains its own record, A; recursive records are not supported"},
        {"union U { A } table A { value:int; u:U; }",
         "table A, field u: it contains its own record through union U; recursive records are not supported"},
        {"struct A (force_align: 16) { x:int; }",
         "struct A: an alignment above 8 is not supported: the store aligns values to 8 bytes"},
        {"table A { x:[ubyte] (force_align: 8); }", "table A, field x: force_align on a field is not supported"},
        {"table A { }", "table A: it has no field; a record has 1 to 100"},
        {"table A { x:int (deprecated); }",
         "table A: it has no field that is not deprecated; a record has 1 to 100"},
        {"table A { " + fields + "}",
         "table A: it has 101 fields; a record has 1 to 100, move some to a nested table"}};
    for (const auto& [definition, sentence] : limits) {
        CHECK(errors_of(definition + " table Thing (cambium_table: \"things\") { id:int (cambium_key); b:B; } "
                                     "union V { A } table B { v:V; }") == Sentences{"bad.fbs:1: " + sentence});
        CHECK(errors_of(definition + " table Thing (cambium_table: \"things\") { id:int (cambium_key); } "
                                     "union V { A } table B { v:V; }") == Sentences{});
    }
    CHECK(
        errors_in_table(", cambium_codec: \"raw\"", "x:int (cambium_key); s:string; o:int = null;") ==
        Sentences{"bad.fbs:1: table \"things\": codec raw stores plain bytes, and field \"s\" has no fixed size",
                  "bad.fbs:1: table \"things\": codec raw stores plain bytes, and field \"o\" has no fixed size"});
}

TEST_CASE("what is found about a record that contains itself") {
    CHECK(errors_of("union U { T } table T (cambium_table: \"ts\", cambium_index: \"i(u)\") {\n id:T "
                    "(cambium_key);\n u:U; new:int; }\n"
                    "table R (cambium_table: \"rs\") { id:int (cambium_key);\n"
                    " t:int (cambium_foreign_key: \"ts\"); }") ==
          Sentences{
              "bad.fbs:2: table T, field id: it contains its own record, T; recursive records are not supported",
              "bad.fbs:3: table T, field u: it contains its own record through union U; recursive records are "
              "not supported",
              "bad.fbs:3: table T, field new: \"new\" is a keyword of C++; choose another name"});
}

TEST_CASE("codec raw and padding") {
    const auto errors_with = [](const std::string& fields) {
        return errors_of(
            "enum E : ushort { a } struct Id (cambium_type: \"uuid\") { b:[ubyte:16]; }\n"
            "struct S { x:double; y:byte; z:[int:3]; b:bool; }\n"
            "struct Full { x:double; z:[int:3]; e:E; b:bool; c:[byte:1]; }\n"
            "table Thing (cambium_table: \"things\",\n cambium_codec: \"raw\") {\n" +
            fields + " }");
    };
    const auto padding = [](const std::string& line, const std::string& has) {
        return Sentences{line + ": table \"things\": codec raw stores every byte of a record, and " + has +
                         "; order its fields by size, largest first, fill the rest with fields of ubyte, or choose "
                         "another codec"};
    };
    CHECK(errors_with("id:int (cambium_key); e:E; a:byte; b:bool; t:long (cambium_type: \"timestamp\");\n"
                      "i:Id (required); f:Full (required); n:[ubyte] (required, cambium_type: \"fixed 8\");") ==
          Sentences{});
    CHECK(errors_with("id:ulong (cambium_key);\n s:S (required);") ==
          padding("bad.fbs:7", "S has 3 bytes of padding before field \"z\""));
    CHECK(errors_with("id:int (cambium_key);\n e:E;\n f:float;") ==
          padding("bad.fbs:8", "Thing has 2 bytes of padding before field \"f\""));
    CHECK(errors_with("id:ulong (cambium_key);\n x:uint;\n gone:uint (deprecated);") ==
          padding("bad.fbs:5", "Thing has 4 bytes of padding at its end"));
    CHECK(errors_with("id:int (cambium_key);\n f:Full (required);") ==
          padding("bad.fbs:7", "Thing has 4 bytes of padding before field \"f\""));
}

TEST_CASE("two schema files of one name") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::filesystem::create_directories(folder / "sub");
    std::ofstream{folder / "sub" / "shop.fbs"} << "namespace sub; table Inner { x:int; }\n";
    const std::string outer = (folder / "shop.fbs").string();
    CHECK(cambium::codegen::generate(
              outer, "// line 1\ninclude \"sub/shop.fbs\";\nnamespace new; table Outer { x:sub.Inner; new:int; }\n",
              {})
              .errors ==
          Sentences{
              outer + ":2: two schema files of this run are named shop.fbs; generated files are named after them, "
                      "so rename one",
              outer +
                  ":3: table Outer: its namespace has the part \"new\", which is a keyword of C++; choose another "
                  "name",
              outer + ":3: table Outer, field new: \"new\" is a keyword of C++; choose another name"});
}

TEST_CASE("files that include each other") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    const auto path = [&](const std::string& name) { return (folder / (name + ".fbs")).string(); };
    const auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream{folder / (name + ".fbs")} << text;
        return text;
    };
    const auto back = [](const std::string& name) {
        return ": the file \"" + name +
               "\" leads back to this one, and their headers cannot include each other; move what both need to a "
               "third file";
    };
    const std::string a = write("a", "// a\ninclude \"b.fbs\";\ntable A { x:int; b:B; }\n");
    write("b", "include \"c.fbs\"; table B { x:int; }\n");
    write("c", "\n\ninclude \"./a.fbs\"; include \"d.fbs\"; table C { a:A; y:Nope; }\n");
    write("d", "table D { x:int; }\n");
    CHECK(cambium::codegen::generate(path("a"), a, {}).errors ==
          Sentences{
              path("a") + ":2" + back("b.fbs"), path("b") + ":1" + back("c.fbs"),
              path("c") + ":3: table C, field y: type Nope is not defined; check its spelling and its namespace",
              path("c") + ":3" + back("./a.fbs")});
    write("b", "include \"d.fbs\"; table B { x:int; }\n");
    CHECK(cambium::codegen::generate(path("a"), a, {}).errors == Sentences{});
    const std::string itself = write("s", "include \"s.fbs\"; table S { x:int; }\n");
    for (const std::string& file : {path("s"), (folder / "." / "s.fbs").string()})
        CHECK(cambium::codegen::generate(file, itself, {}).errors == Sentences{});
}

TEST_CASE("a file name that no header can include") {
    const std::string sentence =
        "the name of the schema file has a quote or a backslash, which no #include has room for; rename the file";
    for (const std::string file : {"a\"b.fbs", "a\\b.fbs"})
        CHECK(cambium::codegen::generate(file, "table A { x:int; }", {}).errors ==
              Sentences{file + ": " + sentence});
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::ofstream{folder / "a\"b.fbs"} << "table A { x:int; }\n";
    const std::string outer = (folder / "outer.fbs").string();
    CHECK(cambium::codegen::generate(outer, "\ninclude \"a\\\"b.fbs\";\ntable B { a:A; }", {}).errors ==
          Sentences{outer + ":2: " + sentence});
}

TEST_CASE("a type that is defined behind its use, where it must be in front") {
    const auto moved = [](const std::string& where, const std::string& type, const std::string& line) {
        return "bad.fbs:" + where + ": type " + type + " is defined further down, in line " + line +
               ", and is not known here; move its definition in front";
    };
    CHECK(
        errors_of("table A {\n e:E;\n f:E = b; s:S;\n u:[U]; t:T; }\nstruct O {\n i:I;\n x:E; g:Gone; }\n"
                  "enum E : ubyte { a, b } struct S { x:int; } table T { x:int; }\nunion U { T }\n"
                  "struct I { x:int; }") ==
        Sentences{moved("2: table A, field e", "E", "8"), moved("4: table A, field u", "U", "9"),
                  moved("6: struct O, field i", "I", "10"),
                  "bad.fbs:7: struct O, field g: type Gone is not defined; check its spelling and its namespace"});
    CHECK(errors_of("namespace a.b; table T { x:int; e:\n c.E; }\nnamespace a.b.c; enum E : ubyte { e }\n"
                    "namespace other; enum F : ubyte { f }\nnamespace a; table U { f:F; }") ==
          Sentences{moved("1: table T, field e", "c.E", "3"),
                    "bad.fbs:5: table U, field f: type F is not defined; check its spelling and its namespace"});
    CHECK(errors_of("namespace a;\nroot_type T;\nroot_type F; namespace b; enum F : ubyte { f }\n"
                    "namespace a; table T { x:int; }") ==
          Sentences{"bad.fbs:2: unknown root type: T, which is defined further down, in line 4; move the root_type "
                    "behind it",
                    "bad.fbs:3: unknown root type: F"});
}

TEST_CASE("slips of typing") {
    CHECK(errors_of("\ntabel A { x:int; }") == Sentences{"bad.fbs:2: tabel: declaration expected"});
    CHECK(errors_of("\nnamespace a\ntable A { x:int; }") ==
          Sentences{"bad.fbs:3: namespace: expecting: ; instead got: table"});
    CHECK(
        errors_of("table A {\n x:int;\ntable B { y:int; }") ==
        Sentences{"bad.fbs:3: table A, field table: expecting: : instead got: B; is a } missing in front of it?"});
    CHECK(errors_of("table A {\n table:int\n}") ==
          Sentences{"bad.fbs:3: table A, field table: expecting: ; instead got: }"});
    CHECK(errors_of("table A { x:int;\n") ==
          Sentences{"bad.fbs:2: table A: expecting: identifier instead got: end of file"});
    CHECK(errors_of("table A { x:int;\n ; }") ==
          Sentences{"bad.fbs:2: table A: expecting: identifier instead got: ;"});
    CHECK(errors_of("table A (cambium_table: as) {\n x:int (cambium_key);\n s:string = \"a\"; }") ==
          Sentences{"bad.fbs:1: table A: attribute cambium_table: its value is a text, in quotes",
                    "bad.fbs:3: table A, field s: strings and lists take no default"});
}

}  // namespace

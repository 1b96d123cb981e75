// What the generator says about schemas it cannot take: every sentence, exactly. Names, tables and types have files
// of their own.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "errors_of.hpp"
#include "generator.hpp"
#include "schema_from_tables.hpp"
#include "temporary_directory.hpp"

namespace {

using namespace cambium::test;

TEST_CASE("a right schema has no errors") {
    CHECK(errors_in_table("", "id:ulong (cambium_key);") == Sentences{});
}

TEST_CASE("syntax errors carry file and line") {
    CHECK(errors_of("\ntable A {\n  x:int\n}\n") ==
          Sentences{"bad.fbs:4: table A, field x: expecting: ; instead got: }"});
    CHECK(errors_of("\n\ntable A { x:int (index); }") ==
          Sentences{"bad.fbs:3: table A, field x: attribute index is not declared; check its spelling, or write "
                    "attribute \"index\"; at the top of the file"});
    // The parser warns of the first field.
    CHECK(errors_of("\ntable A {\n  Name:int;\n  x:int\n}\n") ==
          Sentences{"bad.fbs:5: table A, field x: expecting: ; instead got: }"});
    CHECK(errors_of("\ntable A {\n  x:Nope;\n}\n\n\n") ==
          Sentences{"bad.fbs:3: table A, field x: type Nope is not defined; check its spelling and its namespace"});
    CHECK(errors_of("\ninclude \"nowhere.fbs\";\ntable A { x:int; }")[0].substr(0, 10) == "bad.fbs:2:");
    CHECK(cambium::codegen::generate("bad.fbs", "include \"nowhere.fbs\";\n", {}).errors ==
          Sentences{"bad.fbs:1: include: unable to load include file: nowhere.fbs"});
    CHECK(cambium::codegen::generate("bad.fbs", std::string{"table A { x:int; }\0", 19}, {}).errors ==
          Sentences{"bad.fbs:1: the file holds a NUL byte; a schema is text"});
}

TEST_CASE("an error in an included file names that file") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::ofstream{folder / "inner.fbs"} << "table Inner {\n  x:int\n}\n";
    const std::string outer = (folder / "outer.fbs").string();
    CHECK(cambium::codegen::generate(outer, "include \"inner.fbs\";\n", {}).errors ==
          Sentences{(folder / "inner.fbs").string() + ":3: table Inner, field x: expecting: ; instead got: }"});
    std::ofstream{folder / "inner.fbs"} << "table Inner {\n  x:Nope;\n}\n";
    CHECK(cambium::codegen::generate(outer, "include \"inner.fbs\";\n", {}).errors ==
          Sentences{(folder / "inner.fbs").string() +
                    ":2: table Inner, field x: type Nope is not defined; check its spelling and its namespace"});
}

TEST_CASE("keys") {
    CHECK(errors_in_table("", "x:int;") ==
          Sentences{"bad.fbs:1: table \"things\": no key; mark a field with cambium_key, or write (cambium_key: "
                    "\"field,field\") on the table"});
    CHECK(
        errors_in_table("", "x:int (cambium_key); y:int (cambium_key);") ==
        Sentences{"bad.fbs:1: table \"things\": two keys: cambium_key on fields \"x\" and \"y\"; a key of several "
                  "fields is written on the table: (cambium_key: \"x,y\")"});
    CHECK(errors_in_table(", cambium_key: \"y\"", "x:int (cambium_key); y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": two keys: cambium_key on the table and on field \"x\""});
    CHECK(errors_in_table(", cambium_key: \"y,z\"", "x:string (cambium_key); y:int;") ==
          Sentences{
              "bad.fbs:1: table \"things\": two keys: cambium_key on the table and on field \"x\"",
              "bad.fbs:1: table \"things\": the key: Thing has no field \"z\"",
              "bad.fbs:1: table \"things\": the key's field \"x\" is optional; a key is always present, mark the "
              "field (required)"});
    CHECK(errors_in_table(", cambium_key: \"x,,z\"", "x:int; y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": cambium_key: expected a name before \",z\" of \"x,,z\"",
                    "bad.fbs:1: table \"things\": the key: Thing has no field \"z\""});
    CHECK(errors_in_table(", cambium_key: \"x,z\"", "x:int; y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": the key: Thing has no field \"z\""});
    CHECK(errors_in_table("", "x:string (cambium_key);") ==
          Sentences{
              "bad.fbs:1: table \"things\": the key's field \"x\" is optional; a key is always present, mark the "
              "field (required)"});
    CHECK(
        errors_in_table("", "x:int = null (cambium_key);") ==
        Sentences{"bad.fbs:1: table \"things\": the key's field \"x\" is optional; a key is always present, remove "
                  "\"= null\""});
    CHECK(errors_in_table(", cambium_key: \"x,,y\"", "x:int; y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": cambium_key: expected a name before \",y\" of \"x,,y\""});
    CHECK(errors_in_table(", cambium_key: \"x y\"", "x:int; y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": cambium_key: expected \",\" before \"y\" of \"x y\""});
}

TEST_CASE("all errors of a table come in one run") {
    CHECK(errors_in_table(
              ", cambium_codec: \"xml\", cambium_index: \"i(x,nope); i(x)\", cambium_unique: \"u(list,x,x)\"",
              "x:int (cambium_key); list:[int];") ==
          Sentences{
              "bad.fbs:1: table \"things\": unknown codec \"xml\"; the codecs are flatbuffers, cbor, json and raw",
              "bad.fbs:1: table \"things\": index \"u\": field \"list\" is a list and cannot be a column; \"each "
              "list\" makes an entry per element",
              "bad.fbs:1: table \"things\": index \"u\" names field \"x\" twice",
              "bad.fbs:1: table \"things\": index \"i\": Thing has no field \"nope\"",
              "bad.fbs:1: table \"things\": two indexes are named \"i\""});
}

TEST_CASE("the text of an index") {
    const auto errors_with = [](const std::string& index) {
        return errors_in_table(", cambium_index: \"" + index + "\"",
                               "x:int (cambium_key); y:int; t:Inner; s:Flat; }"
                               "table Inner { a:int; } struct Flat { a:int;");
    };
    const std::string place = "bad.fbs:1: table \"things\": ";
    CHECK(errors_with("i(x) ; j(y,x);") == Sentences{});
    CHECK(errors_with("i(x) covering(y)") == Sentences{});
    CHECK(errors_with("i(descending x, y) version 3 where f covering(y) without_nulls") == Sentences{});
    const std::string clauses = "expected \";\", where, covering, version or without_nulls, each once, ";
    CHECK(errors_with("i(x) covers(y)") ==
          Sentences{place + "cambium_index: " + clauses + "before \"covers(y)\" of \"i(x) covers(y)\""});
    CHECK(errors_with("i(x) where f where g") ==
          Sentences{place + "cambium_index: " + clauses + "before \"where g\" of \"i(x) where f where g\""});
    CHECK(errors_with("i(x) version 0") ==
          Sentences{place + "cambium_index: expected a number from 1 before \"0\" of \"i(x) version 0\""});
    CHECK(errors_with("i(rising x)") ==
          Sentences{place + "cambium_index: expected \",\" before \"x)\" of \"i(rising x)\""});
    CHECK(errors_with("i(x) where new") ==
          Sentences{place + "index \"i\": \"new\" is a keyword of C++, no function"});
    CHECK(errors_with("i(each x)") ==
          Sentences{place + "index \"i\": field \"x\" is no list, which each needs, and "
                            "cannot be a column"});
    CHECK(errors_with("i(ignore_case x)") == Sentences{place + "index \"i\": field \"x\" is no string, which "
                                                               "ignore_case needs, and cannot be a column"});
    CHECK(errors_with("i(x) covering(t, none)") ==
          Sentences{place + "index \"i\" covering: field \"t\" is a table and cannot be a column",
                    place + "index \"i\" covering: Thing has no field \"none\""});
    CHECK(errors_with("i(x,") == Sentences{place + "cambium_index: expected a name at the end of \"i(x,\""});
    CHECK(errors_with("i(none) which; j(x,,y); k(none); l(x") ==
          Sentences{
              place + "index \"k\": Thing has no field \"none\"",
              place + "index \"i\": Thing has no field \"none\"",
              place + "cambium_index: " + clauses +
                  "before \"which; j(x,,y); k(none); l(x\" of \"i(none) which; j(x,,y); k(none); l(x\"",
              place + "cambium_index: expected a name before \",y); k(none); l(x\" of \"i(none) which; j(x,,y); "
                      "k(none); l(x\"",
              place + "cambium_index: expected \")\" at the end of \"i(none) which; j(x,,y); k(none); l(x\""});
    CHECK(errors_with("i") == Sentences{place + "cambium_index: expected \"(\" at the end of \"i\""});
    CHECK(errors_with("") == Sentences{place + "cambium_index: expected a name at the end of \"\""});
    CHECK(errors_with("i(t)") == Sentences{place + "index \"i\": field \"t\" is a table and cannot be a column"});
    CHECK(errors_with("i(s)") == Sentences{place + "index \"i\": field \"s\" is a struct and cannot be a column"});
    CHECK(errors_in_table("", "x:int (cambium_key, cambium_index: \"a b\");") ==
          Sentences{place + "\"a b\" is not a name for an index"});
}

TEST_CASE("generated keys and logs") {
    const std::string place = "bad.fbs:1: table \"things\": ";
    CHECK(errors_in_table("", "x:int (cambium_key); y:int (cambium_generated);") ==
          Sentences{place + "field \"y\" cannot be generated: only the one field of a key can"});
    CHECK(errors_in_table("", "x:string (required, cambium_key, cambium_generated);") ==
          Sentences{place + "field \"x\" cannot be generated: what can is an integer or a uuid"});
    CHECK(errors_in_table(", cambium_log: \"hours 3, bytes 5, bytes 6\"", "x:int (cambium_key);") ==
          Sentences{place + "cambium_log limits changes, bytes or seconds, not \"hours\"",
                    place + "cambium_log limits bytes twice"});
    CHECK(errors_in_table("", "x:int (cambium_key); y:long (cambium_expires);") ==
          Sentences{place + "field \"y\" says when records end, so it must be a timestamp"});
    CHECK(errors_in_table("",
                          "x:int (cambium_key); y:long (cambium_type: \"timestamp\", cambium_expires); "
                          "z:long (cambium_type: \"timestamp\", cambium_expires);") ==
          Sentences{place + "two fields say when records end, \"y\" and \"z\""});
    CHECK(errors_in_table(", cambium_log: \"changes many\"", "x:int (cambium_key);") ==
          Sentences{place + "cambium_log: expected a number from 1 before \"many\" of \"changes many\""});
}

TEST_CASE("foreign keys") {
    const std::string users = "table User (cambium_table: \"users\") { id:ulong (cambium_key); }\n";
    const auto errors_with = [&](const std::string& key, const std::string& fields) {
        return errors_of(users + "table Thing (cambium_table: \"things\"" +
                         (key.empty() ? "" : ", cambium_foreign_key: \"" + key + "\"") + ") { " + fields + " }");
    };
    const std::string place = "bad.fbs:2: table \"things\": ";
    const std::string fields = "id:int (cambium_key); u:ulong; v:ulong = null; w:uint;";
    CHECK(errors_with("a(u) to users cascade deferred; b(v) to users set_null;", fields) == Sentences{});
    CHECK(errors_with("", "id:ulong (cambium_key, cambium_foreign_key: \"users restrict\");") == Sentences{});
    CHECK(errors_with("a(w) to users; b(u) to nobody; c(u, v) to users; d(u) to users set_null; e(x) to users",
                      fields) ==
          Sentences{
              place + "foreign key \"e\": Thing has no field \"x\"",
              place + "foreign key \"a\": field \"w\" is u32, field \"id\" of table \"users\" is u64",
              place +
                  "foreign key \"b\" refers to table \"nobody\", which neither this file nor one that it includes "
                  "declares",
              place + "foreign key \"c\" has 2 columns, the key of table \"users\" has 1",
              place + "foreign key \"d\" has set_null, and none of its fields is optional"});
    CHECK(
        errors_with("a(v, x) to pairs set_null; b(x) to users set_null",
                    "id:int (cambium_key); v:ulong = null; x:ulong = null (cambium_not_null); }\n"
                    "table Pair (cambium_table: \"pairs\", cambium_key: \"a, b\") { a:ulong; b:ulong;") ==
        Sentences{place + "foreign key \"a\" has set_null, and field \"x\" has cambium_not_null: nothing it refers "
                          "to could be erased; leave one of the two out",
                  place + "foreign key \"b\" has set_null, and field \"x\" has cambium_not_null: nothing it refers "
                          "to could be erased; leave one of the two out"});
    CHECK(errors_with("a(u) users", fields) ==
          Sentences{place + "cambium_foreign_key: expected to and a table before \"users\" of \"a(u) users\""});
    CHECK(errors_with("a(none) users; b(none) to users", fields) ==
          Sentences{place + "foreign key \"b\": Thing has no field \"none\"",
                    place + "foreign key \"a\": Thing has no field \"none\"",
                    place + "cambium_foreign_key: expected to and a table before \"users; b(none) to users\" of "
                            "\"a(none) users; b(none) to users\""});
    CHECK(errors_with("a(u) to users cascade restrict", fields) ==
          Sentences{place +
                    "cambium_foreign_key: expected \";\", deferred or one of restrict, cascade and set_null, each "
                    "once, before \"restrict\" of \"a(u) to users cascade restrict\""});
    CHECK(errors_with("i(u) to users", "id:int (cambium_key); u:ulong (cambium_index: \"i\");") ==
          Sentences{place + "foreign key \"i\" has the name of an index or another foreign key"});
}

TEST_CASE("foreign keys to tables of included files") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::ofstream{folder / "users.fbs"} << "attribute \"cambium_table\"; attribute \"cambium_key\";\n"
                                           "table User (cambium_table: \"users\") { id:ulong (cambium_key); }\n"
                                           "table Bad (cambium_table: \"bad\") { id:ulong; }\n";
    const std::string file = (folder / "things.fbs").string();
    const auto errors_with = [&](const std::string& definition) {
        const std::string attributes =
            "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_foreign_key\"; ";
        return cambium::codegen::generate(file, "include \"users.fbs\";\n" + attributes + definition, {}).errors;
    };
    CHECK(errors_with("table Thing (cambium_table: \"things\") { id:int (cambium_key); "
                      "u:ulong (cambium_foreign_key: \"users cascade\"); }") == Sentences{});
    CHECK(errors_with("table Thing (cambium_table: \"things\") { id:int (cambium_key); "
                      "u:uint (cambium_foreign_key: \"users\"); }") ==
          Sentences{file + ":2: table \"things\": foreign key \"u\": field \"u\" is u32, field \"id\" of table "
                           "\"users\" is u64"});
    CHECK(errors_with("table Thing (cambium_table: \"users\") { id:int (cambium_key); }") ==
          Sentences{file + ":2: table \"users\": record User already declares this table"});
}

TEST_CASE("names of included files") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    const std::string attributes =
        "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_index\"; "
        "attribute \"cambium_renamed_from\"; namespace n;\n";
    std::ofstream{folder / "users.fbs"} << attributes
                                        << "table U (cambium_table: \"users\", cambium_index: \"i(x) where f\") { "
                                           "x:int (cambium_key); }\n";
    const std::string file = (folder / "things.fbs").string();
    const auto errors_with = [&](const std::string& definition) {
        return cambium::codegen::generate(file, "include \"users.fbs\"; " + attributes + definition, {}).errors;
    };
    CHECK(errors_with("table T (cambium_table: \"Users\", cambium_index: \"i(x) where f\",\n"
                      " cambium_renamed_from: \"users\") { x:int (cambium_key); }") ==
          Sentences{
              file + ":2: table \"Users\": its C++ name Users is that of table \"users\" already; name the table "
                     "otherwise",
              file + ":2: table \"Users\": index \"i\": the predicate f is one of table \"users\" already; name it "
                     "otherwise",
              file + ":3: table \"Users\": cambium_renamed_from: the schema has a table \"users\", which keeps the "
                     "records that this one would take over"});
}

TEST_CASE("a schema that is made from a store has names that are free") {
    const auto written = [](const std::string& table, const std::string& field) {
        return cambium::codegen::schema_from_tables(
            {{.name = table, .codec = "cbor", .fields = {{"id", "u64"}, {field, "string"}}, .key = {"id"}}},
            "it.cambium", "it");
    };
    const auto builders = written("builders", "name");
    CHECK(builders.text.find("table BuilderRecord (") != std::string::npos);
    CHECK(cambium::codegen::generate("it.fbs", builders.text, {}).errors == Sentences{});
    const auto check = [&](const std::string& field, const std::string& why) {
        CHECK(written("things", field).errors == Sentences{"table \"things\", field " + field + ": \"" + field +
                                                           "\" is " + why + "; choose another name"});
        CHECK(written("things", field).text.empty());
    };
    check("NULL", "a macro of the C library or the compiler");
    check("GetField", "a name of the code that flatc writes there");
    check("new", "a keyword of C++");
}

TEST_CASE("a cycle of foreign keys with cascade") {
    const auto table = [](const std::string& name, const std::string& target, const std::string& action) {
        return "table T" + name + " (\n  cambium_table: \"" + name + "\") { id:uint (cambium_key); " +
               "to:uint (cambium_foreign_key: \"" + target + " " + action + "\"); }\n";
    };
    CHECK(errors_of(table("a", "a", "cascade")) == Sentences{});
    CHECK(errors_of(table("a", "b", "cascade") + table("b", "a", "restrict")) == Sentences{});
    CHECK(errors_of(table("o", "a", "cascade") + table("a", "b", "cascade") + table("b", "c", "cascade") +
                    table("c", "a", "cascade")) ==
          Sentences{"bad.fbs:4: table \"a\": a cycle of foreign keys with cascade: a, b, c, a; one of them must be "
                    "restrict or set_null"});
    // a - b and a - c share a; d is in a third with all of them.
    CHECK(errors_of(
              "table TA (cambium_table: \"a\", cambium_foreign_key: \"b(to) to b cascade; c(to) to c cascade\") {"
              "id:uint (cambium_key); to:uint; }\n" +
              table("c", "a", "cascade") +
              "table TB (\n cambium_table: \"b\", cambium_foreign_key: \"a(to) to a cascade; "
              "d(to) to d cascade\") { id:uint (cambium_key); to:uint; }\n" +
              table("d", "a", "cascade")) ==
          Sentences{"bad.fbs:1: table \"a\": a cycle of foreign keys with cascade: a, b, a; one of them must be "
                    "restrict or set_null",
                    "bad.fbs:1: table \"a\": a cycle of foreign keys with cascade: a, c, a; one of them must be "
                    "restrict or set_null",
                    "bad.fbs:1: table \"a\": a cycle of foreign keys with cascade: a, b, d, a; one of them must be "
                    "restrict or set_null"});
}

TEST_CASE("rules and what was before") {
    const std::string place = "bad.fbs:1: table \"things\": ";
    CHECK(errors_in_table(", cambium_codec: \"json\", cambium_renamed_from: \"stuff\", cambium_dropped: \"a, b\", "
                          "cambium_schema_version: \"3\"",
                          "id:int (cambium_key); x:int = null (cambium_not_null); n:ubyte (cambium_row_version); "
                          "y:int (cambium_renamed_from: \"z\");") == Sentences{});
    CHECK(errors_in_table("",
                          "id:int (cambium_key); x:int (cambium_not_null); n:int (cambium_row_version); "
                          "m:uint (cambium_row_version);") ==
          Sentences{place + "field \"x\" is never null; cambium_not_null is for optional ones",
                    place + "field \"n\" counts changes, so it must be an unsigned integer",
                    place + "two fields count changes, \"n\" and \"m\""});
    CHECK(errors_in_table(", cambium_renamed_from: \"things\", cambium_dropped: \"x, y\", cambium_schema_version: "
                          "\"0\"",
                          "id:int (cambium_key); x:int (cambium_renamed_from: \"y\");") ==
          Sentences{place + "cambium_renamed_from needs the name that the table had",
                    place + "cambium_dropped: Thing has a field \"x\" now",
                    place + "cambium_dropped: field \"y\" is named twice",
                    place +
                        "codec flatbuffers finds fields by their places, and none can be dropped; the codecs that "
                        "can are cbor and json",
                    place + "cambium_schema_version: expected a number from 1 before \"0\" of \"0\""});
}

TEST_CASE("compression") {
    CHECK(errors_in_table(", cambium_compression: \"zstd\"", "x:int (cambium_key);") == Sentences{});
    CHECK(errors_in_table(", cambium_compression: \"zip\"", "x:int (cambium_key);") ==
          Sentences{"bad.fbs:1: table \"things\": unknown compression \"zip\"; the compressions are zstd, lz4 and "
                    "zlib"});
}

TEST_CASE("a predicate is called as nothing else is") {
    const auto errors_with = [](const std::string& predicate) {
        return errors_of("namespace n; table A (cambium_table: \"as\", cambium_index: \"i(x) where " + predicate +
                         "; j(x) where " + predicate + "\") { x:int (cambium_key); }");
    };
    const std::string place = "bad.fbs:1: table \"as\": index \"i\": the predicate ";
    CHECK(errors_with("round") == Sentences{});
    CHECK(errors_with("A") ==
          Sentences{place + "A is already the name of a type of the schema; name it otherwise"});
    CHECK(errors_with("As") == Sentences{place + "As is that of table \"as\" already; name it otherwise"});
    CHECK(errors_with("uint64_t") ==
          Sentences{place + "uint64_t is one of the code that flatc writes already; name it otherwise"});
    CHECK(errors_with("fb") ==
          Sentences{place + "fb is that of the namespace of flatc's types already; name it otherwise"});
}

TEST_CASE("two records cannot share a predicate") {
    CHECK(errors_of("table A (cambium_table: \"as\", cambium_index: \"i(x) where f\") { x:int (cambium_key); }\n"
                    "table B (cambium_table: \"bs\", cambium_index: \"i(x) where f\") { x:int (cambium_key); }") ==
          Sentences{"bad.fbs:2: table \"bs\": index \"i\": the predicate f is one of table \"as\" already; name it "
                    "otherwise"});
}

TEST_CASE("every error of a run stands at its line") {
    CHECK(
        errors_of("\n"
                  "/* table Thing { */ namespace shop.deep; // table Thing (\n"
                  "enum Kind : ubyte {\n"
                  "  good,\n"
                  "  default\n"
                  "}\n"
                  "table Other { x:int; }\n"
                  "table Thing (\n"
                  "  cambium_table: \"things;{\",\n"
                  "  cambium_codec: \"xml\",\n"
                  "  cambium_index:\n"
                  "    \"i(nope)\"\n"
                  ") {\n"
                  "  id:ulong (cambium_key); kind:Kind;\n"
                  "  /// of (Thing\n"
                  "  new:int (\n"
                  "    cambium_type: \"date\");\n"
                  "}\n"
                  "namespace shop; table Thing { xor:int; }\n") ==
        Sentences{
            "bad.fbs:5: enum Kind, enumerator default: \"default\" is a keyword of C++; choose another name",
            "bad.fbs:9: table \"things;{\": the name must be letters, digits and underscores, and not begin with a "
            "digit",
            "bad.fbs:10: table \"things;{\": unknown codec \"xml\"; the codecs are flatbuffers, cbor, json and raw",
            "bad.fbs:11: table \"things;{\": index \"i\": Thing has no field \"nope\"",
            "bad.fbs:16: table Thing, field new: \"new\" is a keyword of C++; choose another name",
            "bad.fbs:17: table Thing, field new: cambium_type \"date\" does not fit the field: \"timestamp\" is "
            "for "
            "long, \"uuid\" and \"fixed N\" for [ubyte]",
            "bad.fbs:19: table Thing, field xor: \"xor\" is a keyword of C++; choose another name"});
}

TEST_CASE("a finding about an index or a foreign key stands at the attribute that declares it") {
    const auto table = [](const std::string& line) { return line + ": table \"as\": "; };
    CHECK(errors_of("\ntable A (\n"
                    "  cambium_table: \"as\",\n"
                    "  cambium_foreign_key: \"p(n) to gone\",\n"
                    "  cambium_index: \"same(n)\"\n"
                    ") {\n"
                    "  id:ulong (cambium_key);\n"
                    "  n:ulong\n    (cambium_foreign_key: \"gone\");\n"
                    "  e:string (cambium_foreign_key: \"as\");\n"
                    "  f:int (cambium_index: \"same\");\n"
                    "  g:int (cambium_index: \"a b\", cambium_unique: \"u\");\n"
                    "  h:ulong (cambium_foreign_key: \"as set_null\");\n"
                    "  k:ulong (cambium_foreign_key: \"bs cascade\");\n"
                    "  same:ulong (cambium_foreign_key: \"as\");\n"
                    "  u:int (cambium_index);\n"
                    "}\n"
                    "table B (cambium_table: \"bs\") { id:ulong (cambium_key);\n"
                    "  a:ulong (cambium_foreign_key: \"as cascade\"); }\n") ==
          Sentences{table("bad.fbs:4") + "foreign key \"p\" refers to table \"gone\", which neither this file nor "
                                         "one that it includes declares",
                    table("bad.fbs:9") + "foreign key \"n\" refers to table \"gone\", which neither this file nor "
                                         "one that it includes declares",
                    table("bad.fbs:10") +
                        "foreign key \"e\": field \"e\" is optional<string>, field \"id\" of table \"as\" "
                        "is u64",
                    table("bad.fbs:11") + "two indexes are named \"same\"",
                    table("bad.fbs:12") + "\"a b\" is not a name for an index",
                    table("bad.fbs:13") + "foreign key \"h\" has set_null, and none of its fields is optional",
                    table("bad.fbs:14") + "a cycle of foreign keys with cascade: as, bs, as; one of them must be "
                                          "restrict or set_null",
                    table("bad.fbs:15") + "foreign key \"same\" has the name of an index or another foreign key",
                    table("bad.fbs:16") + "two indexes are named \"u\""});
}

TEST_CASE("a byte order mark and strings in single quotes leave lines where they are") {
    CHECK(
        cambium::codegen::generate("bad.fbs", "\xEF\xBB\xBF// with a mark\nnamespace n;\ntable A { new:int; }", {})
            .errors ==
        Sentences{"bad.fbs:3: table A, field new: \"new\" is a keyword of C++; choose another name"});
    CHECK(errors_of("\ntable A (cambium_table: 'as',\n  cambium_index: 'i(x, y)',\n  cambium_codec: 'xml') {\n"
                    "  x:int (cambium_key);\n  y:int;\n  new:int;\n}") ==
          Sentences{"bad.fbs:4: table \"as\": unknown codec \"xml\"; the codecs are flatbuffers, cbor, json and "
                    "raw",
                    "bad.fbs:7: table A, field new: \"new\" is a keyword of C++; choose another name"});
}

TEST_CASE("errors of meaning that the library finds come in the same run, without what follows from them") {
    CHECK(errors_of("\nnamespace q;\n"
                    "/// Doc.\n"
                    "table A (cambium_table: \"as\", cambium_codec: \"xml\",\n"
                    "  cambium_index: \"i(t); j(gone)\", other) {\n"
                    "  id:ulong (cambium_key);\n"
                    "  x:int;\n"
                    "  x:int;\n"
                    "  /// Doc.\n"
                    "  t:Nope;\n"
                    "  b:int (\n    cambium_bogus);\n"
                    "  class:int;\n"
                    "  v:[[int]];\n"
                    "  A:int;\n"
                    "  r:int (required);\n"
                    "  last:[q.Nope];\n"
                    "}\n"
                    "table B (cambium_table: \"bs\") {\n"
                    "  id:Gone (cambium_key); y:int; }\n"
                    "table A { q:int; }\n"
                    "enum E : ubyte { a, b,\n"
                    "  a }\n"
                    "enum F : ubyte { a }\n"
                    "enum F : ubyte { a, new }\n"
                    "union U { B,\n"
                    "  Lost }\n"
                    "union V { Lost }\n"
                    "table C { e:E = c; f:short = 70000;\n"
                    "  operator:int; }\n") ==
          Sentences{
              "bad.fbs:4: table \"as\": unknown codec \"xml\"; the codecs are flatbuffers, cbor, json and raw",
              "bad.fbs:5: table A: attribute other is not declared; check its spelling, or write attribute "
              "\"other\"; at the top of the file",
              "bad.fbs:5: table \"as\": index \"j\": A has no field \"gone\"",
              "bad.fbs:8: table A, field x: field already exists: x",
              "bad.fbs:10: table A, field t: type Nope is not defined; check its spelling and its namespace",
              "bad.fbs:12: table A, field b: attribute cambium_bogus is not known here; what may stand here is "
              "cambium_key, cambium_generated, cambium_expires, cambium_unique, cambium_index, cambium_type, "
              "cambium_absent, cambium_foreign_key, cambium_not_null, cambium_row_version, cambium_renamed_from",
              "bad.fbs:13: table A, field class: \"class\" is a keyword of C++; choose another name",
              "bad.fbs:14: table A, field v: nested vector types not supported (wrap in table first)",
              "bad.fbs:15: table A, field A: field name can not be the same as table/struct name",
              "bad.fbs:16: table A, field r: only non-scalar fields in tables may be 'required'",
              "bad.fbs:17: table A, field last: type q.Nope is not defined; check its spelling and its namespace",
              "bad.fbs:20: table B, field id: type Gone is not defined; check its spelling and its namespace",
              "bad.fbs:21: table A: datatype already exists: q.A",
              "bad.fbs:23: enum E, enumerator a: enum value already exists: a",
              "bad.fbs:25: enum F: enum already exists: q.F",
              "bad.fbs:27: union U, member Lost: type Lost is not defined; check its spelling and its namespace",
              "bad.fbs:29: table C, field e: unknown enum value: c",
              "bad.fbs:29: table C, field f: invalid number: \"70000\", constant does not fit [-32768; 32767]",
              "bad.fbs:30: table C, field operator: \"operator\" is a keyword of C++; choose another name"});
    CHECK(errors_of("table A { x:Nope; }\ntable A { new:int; }\n\ntable B { x:int }\n") ==
          Sentences{"bad.fbs:2: table A: datatype already exists: A",
                    "bad.fbs:4: table B, field x: expecting: ; instead got: }"});
    CHECK(errors_of("struct S { x:string; }\ntable A { new:int; }") ==
          Sentences{"bad.fbs:1: struct S, field x: structs may contain only scalar or struct fields",
                    "bad.fbs:2: table A, field new: \"new\" is a keyword of C++; choose another name"});
}

TEST_CASE("a semantic error in an included file stands at its line") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::ofstream{folder / "inner.fbs"} << "table Inner {\n  x:int;\n  new:int;\n}\n";
    const std::string outer = (folder / "outer.fbs").string();
    CHECK(cambium::codegen::generate(outer, "include \"inner.fbs\";\n", {}).errors ==
          Sentences{(folder / "inner.fbs").string() +
                    ":3: table Inner, field new: \"new\" is a keyword of C++; choose another name"});
}

TEST_CASE("tables that nest deeper than JSON and CBOR do") {
    std::string schema;
    for (int i = 0; i < 300; ++i)
        schema += "table N" + std::to_string(i) + " { x:int = 3; n:N" + std::to_string(i + 1) + "; } ";
    CHECK(errors_of(schema +
                    "table N300 { x:int; } table R (cambium_table: \"rs\") { id:ulong (cambium_key); n:N0; }") ==
          Sentences{});
}

/// T0 with a number, and each further one with two of the one before; a line each behind the first.
std::string doubling(const std::string& kind, int count, const std::string& attributes = "") {
    std::string schema = "\n" + kind + " T0 { x:int; }\n";
    for (int i = 1; i < count; ++i) {
        const std::string type =
            kind == "struct" ? "T" + std::to_string(i - 1) : "[T" + std::to_string(i - 1) + "]";
        schema += kind + " T" + std::to_string(i) + " { a:" + type + "; b:" + type + "; }\n";
    }
    return schema + "table Root (cambium_table: \"roots\") {\n id:ulong (cambium_key);\n t:T" +
           std::to_string(count - 1) + attributes + ";\n}\n";
}

TEST_CASE("a record whose types are spelled out to more than a catalog takes") {
    CHECK(errors_of(doubling("table", 15)) == Sentences{});
    const std::string begin = "bad.fbs:20: table \"roots\": the types of its fields would take ";
    const std::string end =
        " bytes in the catalog of a store, which takes 1048576: a nested table is spelled out at each place of "
        "use; "
        "split the record, or keep a part of it in a table of its own";
    std::size_t size = std::string{"record{x:i32}"}.size();
    for (int i = 1; i < 16; ++i) size = 2 * size + std::string{"record{a:vector<>,b:vector<>}"}.size();
    for (const std::string attributes : {"", " (deprecated)"}) {
        CAPTURE(attributes);
        const Sentences errors = errors_of(doubling("table", 16, attributes));
        REQUIRE(errors.size() == 1);
        const std::string& error = errors.front();
        // It stands at the field that takes most of it, of those that are read, else at the table.
        const std::string place = attributes.empty() ? begin : "bad.fbs:18" + begin.substr(10);
        CHECK(error.substr(0, place.size()) == place);
        REQUIRE(error.size() > place.size() + end.size());
        CHECK(error.substr(error.size() - end.size()) == end);
        const auto told = std::stoull(error.substr(place.size()));
        CHECK(told > size);
        CHECK(told < size + 2'000);
    }
}

TEST_CASE("a record that would be spelled out without end is refused at once") {
    for (const std::string kind : {"table", "struct"}) {
        CAPTURE(kind);
        const Sentences errors = errors_of(doubling(kind, 45));
        REQUIRE(errors.size() == 1);
        CHECK(errors.front().find("bad.fbs:49: table \"roots\": the types of its fields would take ") == 0);
    }
    CHECK(errors_of(doubling("table", 100)).front().find("would take more than 4611686018427387904 bytes") !=
          std::string::npos);
}

TEST_CASE("attributes that nobody would read") {
    const std::string place = "bad.fbs:1: table Thing, field ";
    CHECK(
        errors_of("table Thing { x:int (cambium_index, cambium_key); s:string (cambium_absent: \"default\"); }") ==
        Sentences{place + "x: attribute cambium_index needs a table with cambium_table: \"name\"",
                  place + "x: attribute cambium_key needs a table with cambium_table: \"name\""});
    CHECK(errors_in_table(
              "", "id:ulong (cambium_key, cambium_generated: \"false\"); s:string (cambium_not_null: \"no\");") ==
          Sentences{place + "id: attribute cambium_generated takes no value; leave it out where it is not wanted",
                    place + "s: attribute cambium_not_null takes no value; leave it out where it is not wanted"});
    CHECK(errors_in_table("", "id:ulong (cambium_key); s:string (deprecated, cambium_not_null);") ==
          Sentences{place + "s: attribute cambium_not_null stands on a deprecated field, which is not read"});
}

TEST_CASE("the former name of a table") {
    const auto table = [](const std::string& name, const std::string& former) {
        return "table T" + name + " (cambium_table: \"" + name + "\",\n cambium_renamed_from: \"" + former +
               "\") { x:int (cambium_key); }\n";
    };
    CHECK(errors_of(table("a", "b") + table("c", "d")) == Sentences{});
    CHECK(errors_of(table("a", "b,b2 , b3") + table("c", "d")) == Sentences{});
    CHECK(errors_of(table("a", "b, x") + table("c", "d, x")) ==
          Sentences{"bad.fbs:4: table \"c\": cambium_renamed_from: table \"a\" was called \"x\" already; one table "
                    "only takes over the records"});
    for (const char* const wrong : {"b,", ",b", "b c", "b,,c", "b, a"})
        CHECK(errors_of(table("a", wrong)) ==
              Sentences{"bad.fbs:2: table \"a\": cambium_renamed_from needs the name that the table had"});
    CHECK(errors_of(table("a", "my table") + table("b", "") + table("c", "c")) ==
          Sentences{"bad.fbs:2: table \"a\": cambium_renamed_from needs the name that the table had",
                    "bad.fbs:4: table \"b\": cambium_renamed_from needs the name that the table had",
                    "bad.fbs:6: table \"c\": cambium_renamed_from needs the name that the table had"});
    CHECK(errors_of(table("a", "b") + table("b", "x") + table("c", "x")) ==
          Sentences{
              "bad.fbs:2: table \"a\": cambium_renamed_from: the schema has a table \"b\", which keeps the records "
              "that this one would take over",
              "bad.fbs:6: table \"c\": cambium_renamed_from: table \"b\" was called \"x\" already; one table only "
              "takes over the records"});
}

TEST_CASE("an attribute that is given twice") {
    const std::string twice = " is given twice, and the second is not read; remove one";
    CHECK(errors_of(
              "table Thing (cambium_table: \"things\",\n cambium_index: \"i(x)\",\n cambium_index: \"j(x)\") {\n"
              "x:int (cambium_key,\n cambium_unique: \"u\", cambium_unique: \"v\"); y:string (required,\n "
              "required); }") == Sentences{"bad.fbs:3: table Thing: attribute cambium_index" + twice,
                                           "bad.fbs:5: table Thing, field x: attribute cambium_unique" + twice,
                                           "bad.fbs:6: table Thing, field y: attribute required" + twice});
}

TEST_CASE("a run tells of so many errors and says that there are more") {
    std::string fields;
    for (int i = 0; i < 201; ++i) fields += "\nf" + std::to_string(i) + ":[[int]];";
    const Sentences errors = errors_of("table A { " + fields + " }\ntable B { x:Nope; new:int; }");
    REQUIRE(errors.size() == 201);
    CHECK(errors[199] ==
          "bad.fbs:201: table A, field f199: nested vector types not supported (wrap in table first)");
    CHECK(errors[200] ==
          "bad.fbs:202: here is one more error, and there may be others; they are told when those "
          "above are mended");
}

TEST_CASE("errors come in the order of the files and of their lines, each once") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    const auto path = [&](const std::string& name) { return (folder / name).string(); };
    std::ofstream{folder / "z.fbs"} << "include \"b.fbs\"; table Z {\n new:int; }\n";
    std::ofstream{folder / "a.fbs"} << "table A { new:int;\n x:Gone; }\n";
    std::ofstream{folder / "b.fbs"} << "table B { new:int; }\n";
    const std::string keyword = ", field new: \"new\" is a keyword of C++; choose another name";
    const std::string undefined = ", field x: type Gone is not defined; check its spelling and its namespace";
    CHECK(cambium::codegen::generate(path("m.fbs"),
                                     "include \"z.fbs\"; include \"a.fbs\";\ntable M { new:int;\n x:Gone; }\n"
                                     "enum E : ubyte { new }\ntable N { a:[[int]]; }",
                                     {})
              .errors ==
          Sentences{path("m.fbs") + ":2: table M" + keyword,
                    path("m.fbs") + ":4: enum E, enumerator new: \"new\" is a keyword of C++; choose "
                                    "another name",
                    path("m.fbs") + ":5: table N, field a: nested vector types not supported (wrap in "
                                    "table first)",
                    path("a.fbs") + ":1: table A" + keyword, path("a.fbs") + ":2: table A" + undefined,
                    path("b.fbs") + ":1: table B" + keyword, path("z.fbs") + ":2: table Z" + keyword});
    CHECK(errors_in_table(", cambium_index: \"i(x); i(y); i(x, y)\"", "x:int (cambium_key); y:int;") ==
          Sentences{"bad.fbs:1: table \"things\": two indexes are named \"i\""});
}

TEST_CASE("a misspelt attribute of ours is told once, at each use; those that are not ours at the first") {
    const std::string may_stand =
        "what may stand here is cambium_key, cambium_generated, cambium_expires, cambium_unique, cambium_index, "
        "cambium_type, cambium_absent, cambium_foreign_key, cambium_not_null, cambium_row_version, "
        "cambium_renamed_from";
    CHECK(cambium::codegen::generate(
              "bad.fbs",
              "table A {\n x:int (cambium_unqiue);\n y:[[int]] (cambium_unqiue);\n z:int (cambium_key, other);\n "
              "v:int (requird, other); }\ntable B (cambium_tabel: \"bs\") { x:int; }",
              {})
              .errors ==
          Sentences{"bad.fbs:2: table A, field x: attribute cambium_unqiue is not known here; " + may_stand,
                    "bad.fbs:3: table A, field y: nested vector types not supported (wrap in table first)",
                    "bad.fbs:3: table A, field y: attribute cambium_unqiue is not known here; " + may_stand,
                    "bad.fbs:4: table A, field z: attribute cambium_key is not declared; write attribute "
                    "\"cambium_key\"; at the top of the file",
                    "bad.fbs:4: table A, field z: attribute other is not declared; check its spelling, or write "
                    "attribute \"other\"; at the top of the file",
                    "bad.fbs:4: table A, field z: attribute cambium_key needs a table with cambium_table: \"name\"",
                    "bad.fbs:5: table A, field v: attribute requird is not declared; check its spelling, or write "
                    "attribute \"requird\"; at the top of the file",
                    "bad.fbs:6: table B: attribute cambium_tabel is not known here; what may stand here is "
                    "cambium_table, cambium_codec, cambium_key, cambium_unique, cambium_index, cambium_log, "
                    "cambium_compression, cambium_foreign_key, cambium_renamed_from, cambium_dropped, "
                    "cambium_schema_version"});
}

TEST_CASE("where none of our attributes may stand") {
    const auto none = [](const std::string& where, const std::string& attribute) {
        return where + ": attribute " + attribute + " is not known here; no cambium_ attribute may stand here";
    };
    CHECK(errors_of("enum E : ubyte (cambium_type: \"x\") { a }\ntable T { x:int; }\nunion U (cambium_key) { T }\n"
                    "rpc_service S (cambium_log) {\n one(T):T (cambium_bogus); }") ==
          Sentences{none("bad.fbs:1: enum E", "cambium_type"), none("bad.fbs:3: union U", "cambium_key"),
                    none("bad.fbs:4: rpc_service S", "cambium_log"),
                    none("bad.fbs:5: rpc_service S, call one", "cambium_bogus")});
}

TEST_CASE("what follows from an error is not told") {
    const std::string place = "bad.fbs:1: table \"things\": ";
    CHECK(errors_in_table(", cambium_codec: \"CBOR\", cambium_dropped: \"old\"", "x:int (cambium_key);") ==
          Sentences{place + "unknown codec \"CBOR\"; the codecs are flatbuffers, cbor, json and raw"});
    CHECK(errors_of("struct S {\n a:S; b:[S:2]; }") ==
          Sentences{"bad.fbs:2: struct S, field a: it contains its own record, S; recursive records are not "
                    "supported",
                    "bad.fbs:2: struct S, field b: it contains its own record, S; recursive records are not "
                    "supported"});
    CHECK(errors_in_table("",
                          "x:int (cambium_key); y:[int] (cambium_foreign_key: \"things\");\n"
                          "z:[int] (cambium_foreign_key: \"gone\");") ==
          Sentences{place + "foreign key \"y\": field \"y\" is a list and cannot be a column",
                    "bad.fbs:2: table \"things\": foreign key \"z\": field \"z\" is a list and cannot be a column",
                    "bad.fbs:2: table \"things\": foreign key \"z\" refers to table \"gone\", which neither this "
                    "file nor one that it includes declares"});
    CHECK(
        errors_in_table("",
                        "x:int (cambium_key);\n t:long (cambium_expires, cambium_type: \"timestapm\");\n "
                        "u:int (cambium_type: \"timestamp\");\n v:[ubyte] (cambium_type: \"uid\", "
                        "cambium_index);") ==
        Sentences{
            "bad.fbs:2: table Thing, field t: cambium_type \"timestapm\" does not fit the field: \"timestamp\" is "
            "for long, \"uuid\" and \"fixed N\" for [ubyte]",
            "bad.fbs:3: table Thing, field u: cambium_type \"timestamp\" needs a long, the nanoseconds since "
            "1970",
            "bad.fbs:4: table Thing, field v: cambium_type \"uid\" is not known here; a [ubyte] is a \"uuid\" "
            "or, for example, \"fixed 20\""});
    CHECK(errors_in_table("", "x:int (cambium_kye);").size() == 1);
    const auto table = [](const std::string& name) {
        return "table T" + name + " (cambium_table: \"" + name + "\") { x:int (cambium_key); }\n";
    };
    CHECK(errors_of(table("class") + table("class_as") + table("Class")) ==
          Sentences{"bad.fbs:2: table \"class_as\": its C++ name ClassAs is that of table \"class\" already; name "
                    "the table otherwise",
                    "bad.fbs:3: table \"Class\": its C++ name Class is that of table \"class\" already; name the "
                    "table otherwise"});
}

TEST_CASE("keys that are deprecated, and tables without another field") {
    CHECK(errors_of(
              "table A (cambium_table: \"as\") {\n id:ulong (cambium_key, cambium_generated, deprecated); x:int; "
              "}\ntable B (cambium_table: \"bs\", cambium_key: \"id\",\n cambium_index: \"i(gone)\") {\n "
              "id:ulong (deprecated); gone:int (deprecated); }") ==
          Sentences{
              "bad.fbs:2: table A, field id: attribute cambium_generated stands on a deprecated field, which is "
              "not read",
              "bad.fbs:2: table A, field id: attribute cambium_key stands on a deprecated field, which is not "
              "read",
              "bad.fbs:3: table B: it has no field that is not deprecated; a record has 1 to 100",
              "bad.fbs:3: table \"bs\": the key: field \"id\" is deprecated and cannot be a column",
              "bad.fbs:4: table \"bs\": index \"i\": field \"gone\" is deprecated and cannot be a column"});
}

TEST_CASE("a file that is included by several paths is one") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    std::filesystem::create_directories(folder / "lib");
    std::filesystem::create_directories(folder / "app");
    std::filesystem::create_directory_symlink(folder / "lib", folder / "app" / "lib");
    std::filesystem::create_symlink("inner.fbs", folder / "lib" / "other.fbs");
    std::ofstream{folder / "lib" / "inner.fbs"} << "namespace l; table Inner { x:int; }\n";
    std::ofstream{folder / "lib" / "middle.fbs"} << "include \"inner.fbs\"; namespace m; table M { i:l.Inner; }\n";
    const std::string file = (folder / "app" / "app.fbs").string();
    const auto generated = cambium::codegen::generate(
        file,
        "include \"lib/middle.fbs\"; include \"../lib/inner.fbs\"; namespace n; table A { m:m.M; i:l.Inner; }", {});
    CHECK(generated.errors == Sentences{});
    for (const auto& [name, text] : generated.files)
        if (name == "app_fb/app_fb.fbs" || name == "app_fb/middle_fb.fbs")
            CHECK(text.find("include \"inner_fb.fbs\";") != std::string::npos);
    CHECK(cambium::codegen::generate(
              file, "include \"../lib/inner.fbs\";\ninclude \"lib/other.fbs\";\ntable A { x:int; }", {})
              .errors ==
          Sentences{file + ":2: the file \"lib/other.fbs\" is \"" +
                    (folder / "app" / ".." / "lib" / "inner.fbs").string() +
                    "\" under another name, and what is generated is named after the file; include it "
                    "under that name"});
}

}  // namespace

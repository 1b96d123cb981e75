// Schemas against earlier ones: each difference and its sentence, and that flatc --conform agrees about buffers.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "check.hpp"

namespace {

using cambium::codegen::check_schemas;
using cambium::codegen::CheckResult;
using Sentences = std::vector<std::string>;

const std::string kNeedsMigration = "; a Migration may say how (cambium/evolution.hpp)";

std::string declared(const std::string& schema) {
    std::string text;
    for (const std::string name : {"table", "codec", "compression", "key", "generated", "expires", "unique",
                                   "index", "log", "type", "absent"})
        text += "attribute \"cambium_" + name + "\"; ";
    return text + schema;
}

/// "+" before what is compatible, "-" before what is not.
Sentences differences(const std::string& before, const std::string& now) {
    const CheckResult result = check_schemas({"old.fbs", declared(before)}, {"new.fbs", declared(now)}, {});
    CHECK(result.errors == Sentences{});
    Sentences sentences;
    for (const auto& difference : result.differences)
        sentences.push_back((difference.is_compatible ? "+ " : "- ") + difference.sentence);
    return sentences;
}

std::string things(const std::string& attributes, const std::string& fields) {
    return "table Thing (cambium_table: \"things\"" + attributes + ") { " + fields + " }";
}

TEST_CASE("the same schema does not differ") {
    const std::string schema = things(", cambium_index: \"i(x)\"", "id:ulong (cambium_key); x:int;");
    CHECK(differences(schema, schema) == Sentences{});
}

TEST_CASE("tables come, go and change their names") {
    const std::string other = "table Other (cambium_table: \"others\") { id:int (cambium_key); }";
    const std::string thing = things("", "id:ulong (cambium_key);");
    CHECK(differences(thing, thing + other) == Sentences{"+ table \"others\": is created"});
    CHECK(differences(thing + other, thing) ==
          Sentences{"+ table \"others\": is no longer declared; its records stay in the store"});
    CHECK(differences(thing, "table Thing (cambium_table: \"stuff\") { id:ulong (cambium_key); }") ==
          Sentences{
              "- record Thing: its table was \"things\", is \"stuff\" now; the stored records stay under the old "
              "name",
              "+ table \"things\": is no longer declared; its records stay in the store",
              "+ table \"stuff\": is created"});
}

TEST_CASE("codec, key, generator and log") {
    CHECK(
        differences(things(", cambium_codec: \"cbor\"", "id:ulong (cambium_key); x:int;"),
                    things(", cambium_codec: \"json\", cambium_key: \"id, x\", cambium_log", "id:ulong; x:int;")) ==
        Sentences{"- table \"things\": the codec was cbor, is declared json" + kNeedsMigration,
                  "- table \"things\": the primary key was (id), is declared (id, x)" + kNeedsMigration,
                  "+ table \"things\": changes are logged"});
    CHECK(differences(things("", "id:ulong (cambium_key);"),
                      things("", "id:ulong (cambium_key, cambium_generated);")) ==
          Sentences{"+ table \"things\": the generator of keys becomes auto_increment, was none"});
}

TEST_CASE("compression is part of the codec") {
    CHECK(
        differences(things("", "id:ulong (cambium_key);"), things(", cambium_compression: \"lz4\"",
                                                                  "id:ulong "
                                                                  "(cambium_key);")) ==
        Sentences{"- table \"things\": the codec was flatbuffers, is declared flatbuffers+lz4" + kNeedsMigration});
}

TEST_CASE("ends of records") {
    const std::string time = "id:ulong (cambium_key); t:long (cambium_type: \"timestamp\"";
    CHECK(differences(things("", time + ");"), things("", time + ", cambium_expires);")) ==
          Sentences{"+ table \"things\": records end at field \"t\"; those whose time is past are gone"});
    CHECK(differences(things("", time + ", cambium_expires);"), things("", time + ");")) ==
          Sentences{"+ table \"things\": records stay; field \"t\" ended them"});
}

TEST_CASE("indexes") {
    CHECK(differences(
              things(", cambium_index: \"a(x); b(x)\"", "id:ulong (cambium_key); x:int; t:[string];"),
              things(", cambium_unique: \"a(x)\", cambium_index: \"c(each t, descending x) covering(x) version 2\"",
                     "id:ulong (cambium_key); x:int; t:[string];")) ==
          Sentences{"+ table \"things\": index \"a\" is built", "+ table \"things\": index \"c\" is built",
                    "+ table \"things\": index \"b\" is dropped"});
}

TEST_CASE("fields: the library's objection, and every difference of the table") {
    const std::string says_where =
        " is no longer declared; Renamed<\"b\", &Record::member> says where it went, "
        "Dropped<\"b\"> that its content may be lost";
    CHECK(differences(things("", "id:ulong (cambium_key); a:int; b:string;"),
                      things("", "id:ulong (cambium_key); a:long; c:[ubyte];")) ==
          Sentences{"- buffers: types differ for field: a",
                    "- table \"things\": field \"a\" was i32, is declared i64" + kNeedsMigration,
                    "- table \"things\": field \"b\" (optional<string>)" + says_where,
                    "- table \"things\": field \"c\" takes the place of field \"b\"" + kNeedsMigration,
                    "+ table \"things\": field \"c\" (bytes) is new"});
    CHECK(differences(things(", cambium_codec: \"raw\"", "id:ulong (cambium_key);"),
                      things(", cambium_codec: \"raw\"", "id:ulong (cambium_key); a:int;")) ==
          Sentences{
              "- table \"things\": the record was {id: u64}, is declared {id: u64, a: i32}, and codec raw reads "
              "records only as they were written" +
              kNeedsMigration});
}

TEST_CASE(
    "codecs that store names take fields in any order, wider numbers, optionals and nested records that grow") {
    const auto cbor = [](const std::string& fields, const std::string& nested) {
        return "table Part { " + nested + " } " + things(", cambium_codec: \"cbor\"", fields);
    };
    CHECK(
        differences(cbor("id:uint (cambium_key); a:int; b:short; p:Part;", "x:ubyte;"),
                    cbor("p:Part; b:int = null; c:string; id:ulong (cambium_key); a:int;", "y:[int]; x:ushort;")) ==
        Sentences{"+ table \"things\": field \"id\" becomes u64, was u32",
                  "+ table \"things\": field \"b\" becomes optional<i32>, was i16",
                  "+ table \"things\": field \"p\" becomes optional<record{y:vector<i32>,x:u16}>, was "
                  "optional<record{x:u8}>",
                  "+ table \"things\": field \"c\" (optional<string>) is new"});
    CHECK(differences(cbor("id:uint (cambium_key); a:int; p:Part;", "x:ushort;"),
                      cbor("id:uint (cambium_key); a:uint; p:Part;", "x:ubyte;")) ==
          Sentences{"- table \"things\": field \"a\" was i32, is declared u32" + kNeedsMigration,
                    "- table \"things\": field \"p\" was optional<record{x:u16}>, is declared "
                    "optional<record{x:u8}>" +
                        kNeedsMigration});
}

TEST_CASE("errors of both schemas come in one run") {
    const CheckResult result =
        check_schemas({"old.fbs", "table int { x:int; }"}, {"new.fbs", "table A { x:int }"}, {});
    CHECK(result.errors == Sentences{"old.fbs:1: table int: \"int\" is a keyword of C++; choose another name",
                                     "new.fbs:1: expecting: ; instead got: }"});
}

TEST_CASE("enumerators and members of unions keep their numbers, whatever the codec") {
    const auto with = [](const std::string& codec, const std::string& definitions, const std::string& type) {
        return "table A { x:int; } table B { x:int; } " + definitions +
               things(", cambium_codec: \"" + codec + "\"", "id:ulong (cambium_key); f:" + type + ";");
    };
    for (const std::string codec : {"cbor", "json"}) {
        CAPTURE(codec);
        CHECK(differences(with(codec, "enum E:ubyte { red, green } ", "E"),
                          with(codec, "enum E:ubyte { green, red } ", "E")) ==
              Sentences{"- enum E: red was 0, is 1 now", "- enum E: green was 1, is 0 now"});
        CHECK(differences(with(codec, "enum E:ubyte { red, green } ", "E"),
                          with(codec, "enum E:ubyte { red } ", "E")) ==
              Sentences{"- enum E: green (1) is gone, and records may hold it"});
        CHECK(differences(with(codec, "union U { A, B } ", "U"), with(codec, "union U { B, A } ", "U")) ==
              Sentences{"- union U: member 1 was A, is B now", "- union U: member 2 was B, is A now"});
    }
    CHECK(differences(with("cbor", "enum E:ubyte { red } ", "E"), with("cbor", "enum E:ubyte { rouge } ", "E")) ==
          Sentences{});
    CHECK(differences(with("json", "enum E:ubyte { red } ", "E"), with("json", "enum E:ubyte { rouge } ", "E")) ==
          Sentences{"- enum E: red is rouge now, and codec json stores the names"});
}

TEST_CASE("a field that changes between an enum and a number") {
    const std::string before = "enum E:ubyte { a } table R { e:E; }";
    const std::string now = "enum E:ubyte { a } table R { e:ubyte; }";
    const std::string ends = " now; nothing else is said of the buffers until this is changed back";
    CHECK(differences(before, now) == Sentences{"- buffers: field R.e was an enum, is none" + ends});
    CHECK(differences(now, before) == Sentences{"- buffers: field R.e was no enum, is one" + ends});
}

TEST_CASE("a struct that grows, which the library lets pass") {
    CHECK(
        differences("struct S { a:int; } table A { s:S; }", "struct S { a:int; b:[ubyte:4]; } table A { s:S; }") ==
        Sentences{"- buffers: struct S was {i32}, is {i32,fixed<4>} now; a struct never changes"});
}

/// A schema of a table that holds the union U of these tables, and is no table of a store.
std::string united(const std::string& declaration) {
    return "table A { x:int; } table B { y:int; } table C { z:int; } " + declaration + " table R { u:U; v:[U]; }";
}

TEST_CASE("unions take new members at the end") {
    const auto holder = [](const std::string& members, const std::string& codec) {
        return "table A { x:int; } table B { y:int; } table C { z:int; w:string; } union U { " + members + " } " +
               things(", cambium_codec: \"" + codec + "\"", "id:ulong (cambium_key); u:U;");
    };
    for (const std::string codec : {"flatbuffers", "cbor", "json"}) {
        CAPTURE(codec);
        const auto differ = [&](const std::string& before, const std::string& now) {
            return differences(holder(before, codec), holder(now, codec));
        };
        CHECK(differ("A", "A") == Sentences{});
        CHECK(differ("A", "A, B, t: string") ==
              Sentences{"+ table \"things\": field \"u\" becomes variant<null,record{x:i32},record{y:i32},string>, "
                        "was variant<null,record{x:i32}>"});
        CHECK(differ("A, t: string", "A") ==
              Sentences{"- table \"things\": field \"u\" was variant<null,record{x:i32},string>, is declared "
                        "variant<null,record{x:i32}>" +
                        kNeedsMigration});
        const Sentences swapped = differ("A, B", "B, A");
        CHECK(swapped.back() ==
              "- table \"things\": field \"u\" was variant<null,record{x:i32},record{y:i32}>, is "
              "declared variant<null,record{y:i32},record{x:i32}>" +
                  kNeedsMigration);
        CHECK(swapped.size() == (codec == "flatbuffers" ? 2 : 1));
        CHECK(differ("A, B", "A, m: C, B").back() ==
              "- table \"things\": field \"u\" was variant<null,record{x:i32},record{y:i32}>, is declared "
              "variant<null,record{x:i32},record{z:i32,w:optional<string>},record{y:i32}>" +
                  kNeedsMigration);
    }
}

struct Evolution {
    std::string before;
    std::string now;
    bool conforms;
};

TEST_CASE("flatc --conform agrees") {
    const std::vector<Evolution> evolutions = {
        {"table A { a:int; }", "table A { a:int; }", true},
        {"table A { a:int; }", "table A { a:int; b:string; }", true},
        {"table A { a:int; }", "table A { b:string; a:int; }", false},
        {"table A { a:int (id: 0); }", "table A { b:string (id: 1); a:int (id: 0); }", true},
        {"table A { a:int; }", "table A { a:long; }", false},
        {"table A { a:int; }", "table A { a:uint; }", false},
        {"table A { a:int = 1; }", "table A { a:int = 2; }", false},
        {"table A { a:int; b:int; }", "table A { a:int; }", true},
        {"table A { a:int; b:int; }", "table A { a:int (deprecated); b:int; }", true},
        {"table A { a:int; b:int; }", "table A { b:int; a:int; }", false},
        {"struct S { a:int; } table A { s:S; }", "struct S { b:int; } table A { s:S; }", true},
        {"struct S { a:int; } table A { s:S; }", "struct S { a:float; } table A { s:S; }", false},
        {"enum E : ubyte { a, b } table A { e:E; }", "enum E : ubyte { a, b, c } table A { e:E; }", true},
        {"enum E : ubyte { a, b } table A { e:E; }", "enum E : ubyte { b, a } table A { e:E; }", false},
        {"table A { a:[int]; }", "table A { a:[long]; }", false},
        {"table A { a:string; }", "table A { a:[ubyte]; }", false},
        {united("union U { A }"), united("union U { A, B }"), true},
        {united("union U { A, B }"), united("union U { B, A }"), false},
        {united("union U { A, B }"), united("union U { A }"), true},
        {united("union U { A, B }"), united("union U { A = 1, C = 3, B = 2 }"), true},
        {united("union U { A }"), united("union U { A = 2 }"), false},
        {"table A { a:int; } table B { x:int; }", "table A { a:int; }", true},
        {things("", "id:ulong (cambium_key); a:int;"),
         things("", "id:ulong (cambium_key); a:int; b:[A]; } table A { x:int;"), true},
        {things("", "id:ulong (cambium_key); a:int;"), things("", "id:ulong (cambium_key); a:float;"), false},
    };
    const auto folder = std::filesystem::temp_directory_path() / "cambium_codegen_conform";
    std::filesystem::create_directories(folder);
    for (const Evolution& evolution : evolutions) {
        CAPTURE(evolution.before);
        CAPTURE(evolution.now);
        std::ofstream{folder / "old.fbs"} << declared(evolution.before);
        std::ofstream{folder / "new.fbs"} << declared(evolution.now);
        const std::string command =
            "cd '" + folder.string() + "' && '" + FLATC + "' --conform old.fbs new.fbs >output.txt 2>&1 </dev/null";
        const int status = std::system(command.c_str());
        REQUIRE(WIFEXITED(status));
        CHECK((WEXITSTATUS(status) == 0) == evolution.conforms);
        const CheckResult result =
            check_schemas({"old.fbs", declared(evolution.before)}, {"new.fbs", declared(evolution.now)}, {});
        CHECK(result.errors == Sentences{});
        CHECK(result.is_compatible() == evolution.conforms);
    }
    std::filesystem::remove_all(folder);
}

}  // namespace

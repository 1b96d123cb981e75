// Schemas against earlier ones: each difference and its sentence.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "check.hpp"
#include "differences_of.hpp"
#include "generator.hpp"
#include "memory_directory.hpp"

namespace {

using namespace cambium::test;
using cambium::codegen::check_schemas;
using cambium::codegen::CheckResult;
using cambium::codegen::generate;

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
              "name, unless cambium_renamed_from: \"things\" takes them along",
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

TEST_CASE("limits of logs") {
    const auto limited = [](const std::string& limits) {
        return things(", cambium_log" + (limits.empty() ? "" : ": \"" + limits + "\""), "id:ulong (cambium_key);");
    };
    const std::string become = "+ table \"things\": the limits of the log become ";
    CHECK(differences(limited("changes 5"), limited("changes 9")) ==
          Sentences{become + "changes 9, were changes 5"});
    CHECK(differences(limited(""), limited("seconds 9, bytes 5")) ==
          Sentences{become + "bytes 5, seconds 9, were none"});
    CHECK(differences(limited("changes 5"), limited("")) == Sentences{become + "none, were changes 5"});
    CHECK(differences(limited("changes 5, bytes 6"), limited("bytes 6, changes 5")) == Sentences{});
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
    const auto gains = [&](const std::string& field) {
        return differences(things("", "id:ulong (cambium_key);"), things("", "id:ulong (cambium_key); " + field));
    };
    const std::string expires = " (cambium_type: \"timestamp\", cambium_expires);";
    CHECK(gains("t:long" + expires)
              .front()
              .starts_with("- table \"things\": records that were stored without field \"t\" would end"));
    CHECK(gains("t:long = 4102444800000000000" + expires).front().starts_with("+"));
    CHECK(gains("t:long = null" + expires).front().starts_with("+"));
}

TEST_CASE("indexes") {
    CHECK(differences(
              things(", cambium_index: \"a(x); b(x)\"", "id:ulong (cambium_key); x:int; t:[string];"),
              things(", cambium_unique: \"a(x)\", cambium_index: \"c(each t, descending x) covering(x) version 2\"",
                     "id:ulong (cambium_key); x:int; t:[string];")) ==
          Sentences{"+ table \"things\": index \"a\" is built; opening refuses if two records agree in it",
                    "+ table \"things\": index \"c\" is built", "+ table \"things\": index \"b\" is dropped"});
}

TEST_CASE("fields of a table's record: each difference once, by the table or else by the library") {
    const std::string says_where =
        " is no longer declared; Renamed<\"b\", &Record::member> says where it went, in a schema "
        "cambium_renamed_from: \"b\"; a field of a schema that is no longer wanted becomes (deprecated)";
    CHECK(differences(things("", "id:ulong (cambium_key); a:int; b:string;"),
                      things("", "id:ulong (cambium_key); a:long; c:[ubyte];")) ==
          Sentences{"- table \"things\": field \"a\" was i32, is declared i64" + kNeedsMigration,
                    "- table \"things\": field \"b\" (optional<string>)" + says_where,
                    "- table \"things\": field \"c\" takes the place of field \"b\"" + kNeedsMigration,
                    "+ table \"things\": field \"c\" (bytes) is new"});
    const std::string enums = "enum E : ubyte { a } enum F : ubyte { a } ";
    CHECK(differences(enums + things("", "id:ulong (cambium_key); e:E; x:int = 1; s:string;"),
                      enums + things("", "id:ulong (cambium_key); e:F; x:int = 2; s:string (required);")) ==
          Sentences{differs("table Thing", "e", "e:E (id: 1)", "e:F (id: 1)"),
                    "- table \"things\": field \"s\" was optional<string>, is declared string" + kNeedsMigration,
                    "- table \"things\": the default of field \"x\" was 1, is declared 2, and FlatBuffers store no "
                    "number that equals its default" +
                        kNeedsMigration});
    CHECK(differences(things(", cambium_codec: \"raw\"", "id:ulong (cambium_key);"),
                      things(", cambium_codec: \"raw\"", "id:ulong (cambium_key); a:long;")) ==
          Sentences{
              "- table \"things\": the record was {id: u64}, is declared {id: u64, a: i64}, and codec raw reads "
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
                    "- table \"things\": field \"p.x\" was u16, is declared u8" + kNeedsMigration});
}

TEST_CASE("errors of both schemas come in one run") {
    const CheckResult result =
        check_schemas({"old.fbs", "table int { x:int; }"}, {"new.fbs", "table A { x:int }"}, {});
    CHECK(result.errors == Sentences{"old.fbs:1: table int: \"int\" is a keyword of C++; choose another name",
                                     "new.fbs:1: table A, field x: expecting: ; instead got: }"});
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
              Sentences{"- enum E: red was 0, is 1" + kNumberBack, "- enum E: green was 1, is 0" + kNumberBack});
        CHECK(differences(with(codec, "enum E:ubyte { red, green } ", "E"),
                          with(codec, "enum E:ubyte { red } ", "E")) ==
              Sentences{"- enum E: green (1) is gone, and records may hold it; keep it"});
        CHECK(differences(with(codec, "union U { A, B } ", "U"), with(codec, "union U { B, A } ", "U")) ==
              Sentences{"- union U: member 1 was A, is B" + kMembersStay,
                        "- union U: member 2 was B, is A" + kMembersStay});
    }
    CHECK(differences(with("cbor", "enum E:ubyte { red } ", "E"), with("cbor", "enum E:ubyte { rouge } ", "E")) ==
          Sentences{});
    CHECK(differences(with("json", "enum E:ubyte { red } ", "E"), with("json", "enum E:ubyte { rouge } ", "E")) ==
          Sentences{"- enum E: red is rouge now, and codec json stores the names; give it its name back"});
}

TEST_CASE("enums of fields that stand for each other, whatever the enums are called") {
    const auto with = [](const std::string& codec, const std::string& before_table, const std::string& type) {
        return before_table +
               things(", cambium_codec: \"" + codec + "\"", "id:ulong (cambium_key); e:" + type + ";");
    };
    // As wide as the key: codec raw takes no padding.
    for (const std::string codec : {"flatbuffers", "cbor", "json", "raw"}) {
        CAPTURE(codec);
        CHECK(differences(with(codec, "namespace n; enum E:ulong { open, closed } ", "E"),
                          with(codec, "namespace m; enum E:ulong { closed, open } ", "E")) ==
              Sentences{"- enum E: open was 0, is 1" + kNumberBack, "- enum E: closed was 1, is 0" + kNumberBack});
        CHECK(differences(with(codec, "namespace n; enum E:ulong { open } ", "E"),
                          with(codec, "namespace m; enum F:ulong { open, closed } ", "F")) == Sentences{});
    }
    for (const std::string codec : {"cbor", "json"}) {
        CAPTURE(codec);
        const Sentences swapped = {"- enum E, State now: open was 0, is 1" + kNumberBack,
                                   "- enum E, State now: closed was 1, is 0" + kNumberBack};
        CHECK(differences(with(codec, "enum E:ubyte { open, closed } ", "E"),
                          with(codec, "enum State:ubyte { closed, open } ", "State")) == swapped);
        const std::string field = "enum E:ubyte { open, closed } table P { e:[E]; } struct S { e:E; } ";
        const std::string field_now =
            "enum State:ubyte { closed, open } table Q { e:[State]; } struct R { e:State; } ";
        for (const auto& [was, is] : std::vector<std::pair<std::string, std::string>>{
                 {"P", "Q"}, {"[P]", "[Q]"}, {"S", "R"}, {"[S]", "[R]"}, {"E = null", "State = null"}})
            CHECK(differences(with(codec, field, was), with(codec, field_now, is)) == swapped);
        CHECK(differences(with(codec, field + "union U { P } ", "U"),
                          with(codec, field_now + "union V { q: Q } ", "V")) == swapped);
    }
    CHECK(differences(with("cbor", "enum E:ubyte { open, closed } ", "E"),
                      with("cbor", "enum G:ubyte { on, off } ", "G")) == Sentences{});
    const std::string name_back = " now, and codec json stores the names; give it its name back";
    CHECK(differences(with("json", "enum E:ubyte { open, closed } ", "E"),
                      with("json", "enum G:ubyte { on, off } ", "G")) ==
          Sentences{"- enum E, G now: open is on" + name_back, "- enum E, G now: closed is off" + name_back});
    // In buffers the record has another name too, else the library calls the type of the field another.
    const std::string fields = "id:ulong (cambium_key); p:";
    CHECK(differences("enum E:ubyte { open, closed } table P { x:int; e:E; } " + things("", fields + "P;"),
                      "enum F:ubyte { closed, open } table Q { x:int; e:F; } table Other (cambium_table: "
                      "\"things\") { " +
                          fields + "Q; }") == Sentences{"- enum E, F now: open was 0, is 1" + kNumberBack,
                                                        "- enum E, F now: closed was 1, is 0" + kNumberBack});
    // An enum that no field of a table holds any more may be anything.
    CHECK(differences(with("cbor", "enum E:ubyte { open } ", "E"),
                      with("cbor", "enum E:ubyte { on = 1 } enum F:ubyte { open } ", "F")) == Sentences{});
}

TEST_CASE("tables and fields that are renamed take their enums along") {
    const auto schema = [](const std::string& definition, const std::string& table, const std::string& field) {
        return "attribute \"cambium_renamed_from\"; " + definition + "table Thing (cambium_codec: \"cbor\", " +
               table + ") { id:ulong (cambium_key); " + field + " }";
    };
    const Sentences sentences = differences(
        schema("enum E:ubyte { open, closed } ", "cambium_table: \"things\"", "e:E;"),
        schema("enum F:ubyte { closed, open } ", "cambium_table: \"stuff\", cambium_renamed_from: \"things\"",
               "f:F (cambium_renamed_from: \"e\");"));
    REQUIRE(sentences.size() > 2);
    CHECK(sentences[0] == "- enum E, F now: open was 0, is 1" + kNumberBack);
    CHECK(sentences[1] == "- enum E, F now: closed was 1, is 0" + kNumberBack);
}

TEST_CASE("unions of fields that stand for each other, and members that differ by name alone") {
    const auto with = [](const std::string& codec, const std::string& name_space, const std::string& alternatives,
                         const std::string& name = "U") {
        return name_space + "table Debit { x:int; } table Credit { x:int; } union " + name + " { " + alternatives +
               " } " + things(", cambium_codec: \"" + codec + "\"", "id:ulong (cambium_key); u:" + name + ";");
    };
    const auto member = [](const std::string& what, const std::string& number, const std::string& was,
                           const std::string& is) {
        return "- " + what + ": member " + number + " was " + was + ", is " + is + kMembersStay;
    };
    for (const std::string codec : {"cbor", "json"}) {
        CAPTURE(codec);
        CHECK(differences(with(codec, "", "Debit, Credit"), with(codec, "", "credit: Credit, debit: Debit")) ==
              Sentences{member("union U", "1", "Debit", "credit"), member("union U", "2", "Credit", "debit")});
        CHECK(differences(with(codec, "", "a: Debit, b: Credit"), with(codec, "", "a: Credit, b: Debit")) ==
              Sentences{member("union U", "1", "Debit", "Credit"), member("union U", "2", "Credit", "Debit")});
        CHECK(differences(with(codec, "namespace n; ", "Debit, Credit"),
                          with(codec, "namespace m; ", "Credit, Debit", "V")) ==
              Sentences{member("union U, V now", "1", "Debit", "Credit"),
                        member("union U, V now", "2", "Credit", "Debit")});
        CHECK(differences(with(codec, "namespace n; ", "Debit, Credit"),
                          with(codec, "namespace m; ", "debit: Debit, credit: Credit", "V")) == Sentences{});
    }
    CHECK(differences(with("flatbuffers", "", "Debit, Credit"),
                      with("flatbuffers", "", "credit: Credit, debit: Debit")) ==
          Sentences{member("buffers: union U", "1", "Debit", "credit"),
                    member("buffers: union U", "2", "Credit", "debit")});
}

TEST_CASE("a field that changes between an enum and a number, where the library would crash") {
    const auto schema = [](const std::string& type, const std::string& fields) {
        return "enum E:ubyte { a } table R { " + fields + " } table S { e:" + type + "; l:[" + type + "]; }";
    };
    CHECK(differences(schema("E", "x:int;"), schema("ubyte", "x:long;")) ==
          Sentences{differs("table R", "x", "x:int (id: 0)", "x:long (id: 0)"),
                    differs("table S", "e", "e:E (id: 0)", "e:ubyte (id: 0)"),
                    differs("table S", "l", "l:[E] (id: 1)", "l:[ubyte] (id: 1)")});
    CHECK(differences(schema("ubyte", "x:int;"), schema("E", "x:int;")) ==
          Sentences{differs("table S", "e", "e:ubyte (id: 0)", "e:E (id: 0)"),
                    differs("table S", "l", "l:[ubyte] (id: 1)", "l:[E] (id: 1)")});
    CHECK(differences(schema("E", "old_name:E;"), schema("E", "name:ubyte;")) ==
          Sentences{differs("table R", "name", "old_name:E (id: 0)", "name:ubyte (id: 0)")});
    CHECK(differences("enum E:ubyte { a } table R { e:E; l:[E]; }", "enum E:int { a } table R { e:E; l:[E]; }") ==
          Sentences{differs("table R", "e", "e:E (id: 0) of ubyte", "e:E (id: 0) of int"),
                    differs("table R", "l", "l:[E] (id: 1) of ubyte", "l:[E] (id: 1) of int")});
    CHECK(differences(schema("E", "x:E;"), schema("E", "x:int;")) ==
          Sentences{differs("table R", "x", "x:E (id: 0)", "x:int (id: 0)")});
}

TEST_CASE("what the library lets pass, and buffers do not") {
    const std::string never = " now" + kStructsStay;
    CHECK(
        differences("struct S { a:int; } table A { s:S; }", "struct S { a:int; b:[ubyte:4]; } table A { s:S; }") ==
        Sentences{"- buffers: struct S was {i32}, is {i32,fixed<4>}" + never});
    CHECK(differences("struct S { a:int; } table A { s:S; }", "struct S { a:float; } table A { s:S; }") ==
          Sentences{"- buffers: struct S was {i32}, is {f32}" + never});
    CHECK(differences("struct U { b:[ubyte:16]; } struct S { u:U; t:long; } table A { s:S; }",
                      "struct U (cambium_type: \"uuid\") { b:[ubyte:16]; } struct S (force_align: 8) { u:U; t:long "
                      "(cambium_type: \"timestamp\"); } table A { s:S; }") == Sentences{});
    CHECK(differences("struct S { a:int; b:int; } table A { s:S; }",
                      "struct S (force_align: 8) { a:int; b:int; } table A { s:S; }") ==
          Sentences{"- buffers: struct S was {i32,i32}, is {i32,i32}@8" + never});
    CHECK(differences("struct S { a:int; } table A { s:S; }", "table S { a:int; } table A { s:S; }") ==
          Sentences{"- buffers: table S was a struct; buffers hold the two differently: give it another name"});
    const std::string lacks = "(required) now, and buffers that lack it would be refused; leave it optional";
    CHECK(differences("table A { s:string; }", "table A { s:string (required); t:string (required); }") ==
          Sentences{"- buffers: table A: field s is " + lacks, "- buffers: table A: field t is new and " + lacks});
    CHECK(differences("table A { s:string (required); }", "table A { r:string (required); }") == Sentences{});
    const std::string nested = "table P { x:int; } table Q { x:int; } table A { d:[ubyte] (nested_flatbuffer: ";
    CHECK(
        differences(nested + "\"P\"); }", nested + "\"Q\"); }") ==
        Sentences{"- buffers: table A: field d holds buffers of Q now, of P before; add another field at the end, "
                  "and make this one (deprecated)"});
    CHECK(differences(nested + "\"P\"); }", nested + "\"P\"); }") == Sentences{});
    for (const std::string codec : {"flatbuffers", "cbor"}) {
        const std::string holder = things(", cambium_codec: \"" + codec + "\"",
                                          "id:ulong (cambium_key); d:[ubyte] (nested_flatbuffer: \"P\");");
        const std::string back = "o:[ubyte] (nested_flatbuffer: \"Thing\"); } ";
        CHECK(differences("table P { x:int; " + back + holder, "table P { x:long; " + back + holder) ==
              Sentences{differs("table P", "x", "x:int (id: 0)", "x:long (id: 0)")});
    }
    const std::string place_and_default = " (id: 0)" + kFieldsStay;
    CHECK(differences("table A { a:int = 1; }", "table A { b:int = 2; }") ==
          Sentences{"- buffers: table A: defaults differ for field: b, was a:int = 1 (id: 0), is b:int = 2" +
                    place_and_default});
    CHECK(differences("table A { a:int = null; }", "table A { b:int; }") ==
          Sentences{"- buffers: table A: defaults differ for field: b, was a:int = null (id: 0), is b:int" +
                    place_and_default});
    CHECK(differences("table A { a:float = 0.5; }", "table A { b:float = 0.50; }") == Sentences{});
    const std::string parts = "table A { x:int; } table B { y:int; } ";
    CHECK(differences(parts + "union U { A } table R { u:U; }", parts + "union U { A: B } table R { u:U; }") ==
          Sentences{"- buffers: union U: member 1 was A, is B" + kMembersStay});
    CHECK(differences(parts + "union U { t: string, A } table R { u:U; }",
                      parts + "union U { t: B, A } table R { u:U; }") ==
          Sentences{"- buffers: union U: member 1 was string, is B" + kMembersStay});
    CHECK(differences(parts + "union U { A, B } table R { u:U; }",
                      parts + "union U { C: A, B } table R { u:U; }") == Sentences{});
}

TEST_CASE("deprecated fields keep their places in buffers") {
    const auto gone = [](const std::string& record, const std::string& field) {
        return "- buffers: table " + record + ": field " + field +
               ", deprecated, is gone: a new field would take its place; keep it as (deprecated)";
    };
    const auto thing = [](const std::string& fields) { return things("", "id:ulong (cambium_key); " + fields); };
    CHECK(differences(thing("a:int; z:int (deprecated);"), thing("a:int;")) == Sentences{gone("Thing", "z")});
    CHECK(differences(thing("a:int; z:int (deprecated);"), thing("a:int; z:int (deprecated); b:int;")) ==
          Sentences{"+ table \"things\": field \"b\" (i32) is new"});
    const std::string u = "table A { x:int; } union U { A } ";
    CHECK(differences(u + thing("a:int; u:U (deprecated);"), u + thing("a:int;")) == Sentences{gone("Thing", "u")});
    const auto nested = [&](const std::string& fields, const std::string& name) {
        return "table " + name + " { " + fields + " } " + thing("l:[" + name + "];");
    };
    CHECK(differences(nested("a:int; y:int (deprecated); z:int (deprecated);", "Part"), nested("a:int;", "Part")) ==
          Sentences{gone("Part", "y"), gone("Part", "z")});
    const std::string in_cbor = ", cambium_codec: \"cbor\"";
    CHECK(differences(things(in_cbor, "id:ulong (cambium_key); z:int (deprecated);"),
                      things(in_cbor, "id:ulong (cambium_key);")) == Sentences{});
}

TEST_CASE("definitions of one name in several namespaces are told apart, and are followed into other ones") {
    // The same of a schema without tables, and of a root type that no table stores.
    const std::vector<std::pair<std::string, std::string>> surroundings = {
        {"", ""}, {"", " root_type A;"}, {things("", "id:ulong (cambium_key);"), " root_type A;"}};
    for (const auto& surrounding : surroundings) {
        const std::string& begin = surrounding.first;
        const std::string& end = surrounding.second;
        CAPTURE(begin);
        CAPTURE(end);
        const auto changes = [&](const std::string& in_n, const std::string& in_m) {
            const std::string definitions =
                begin + " namespace n; " + in_n + " namespace m; " + in_m + " namespace; ";
            return differences(definitions + "table A { x:n.X; }" + end, definitions + "table A { x:m.X; }" + end);
        };
        CHECK(changes("struct X { a:int; }", "struct X { a:float; }") ==
              Sentences{"- buffers: struct m.X (n.X before) was {i32}, is {f32} now" + kStructsStay});
        CHECK(changes("struct X { a:int; }", "struct X { b:int; }") == Sentences{});
        CHECK(changes("struct X { a:int; b:int; }", "struct X { b:int; a:int; }") ==
              Sentences{"- buffers: struct m.X (n.X before): offsets differ for field: b, was b:int at byte 4, is "
                        "b:int at byte 0" +
                            kStructsStay,
                        "- buffers: struct m.X (n.X before): offsets differ for field: a, was a:int at byte 0, is "
                        "a:int at byte 4" +
                            kStructsStay});
        CHECK(changes("struct X { a:[ubyte:4]; }", "struct Y { b:[ubyte:2]; } struct X { a:[Y:2]; }") ==
              Sentences{});
        CHECK(changes("enum X:ubyte { a, b }", "enum X:ubyte { b, a }") ==
              Sentences{"- enum X: a was 0, is 1" + kNumberBack, "- enum X: b was 1, is 0" + kNumberBack});
        CHECK(changes("enum X:ubyte { a, b }", "enum X:ubyte { a, b, c }") == Sentences{});
        CHECK(changes("table X { a:int; }", "table X { a:long; }") ==
              Sentences{differs("table m.X (n.X before)", "a", "a:int (id: 0)", "a:long (id: 0)")});
        CHECK(changes("table X { a:int; }", "table X { a:int; b:string; }") == Sentences{});
        CHECK(changes("struct X { a:int; }", "table X { a:int; }") ==
              Sentences{"- buffers: table m.X (n.X before) was a struct; buffers hold the two differently: give it "
                        "another name"});
        CHECK(changes("table P { a:int; } union X { P }", "table P { a:uint; } union X { P }") ==
              Sentences{differs("table m.P (n.P before)", "a", "a:int (id: 0)", "a:uint (id: 0)")});
        CHECK(changes("table P { a:int; } union X { P }", "table P { a:int; b:int; } union X { P }") ==
              Sentences{});
        CHECK(changes("table P { a:int; } union X { P }", "table P { a:int; } union X { P = 2 }") ==
              Sentences{"- buffers: union X: values differ for enum: P; in buffers a member keeps its type number: "
                        "add others at the end"});
    }
}

TEST_CASE("another root type, and another file identifier") {
    const auto roots = [](const std::string& before, const std::string& now) {
        const std::string tables = "table A { x:int; } table B { x:long; } table C { x:int; y:string; } ";
        return differences(tables + before, tables + now);
    };
    const auto is_now = [](const std::string& was, const std::string& is) {
        return "+ buffers: the root_type was " + was + ", is " + is + " now";
    };
    CHECK(roots("root_type A;", "root_type A;") == Sentences{});
    CHECK(roots("root_type A;", "root_type C;") == Sentences{is_now("A", "C")});
    CHECK(roots("root_type A;", "root_type B;") ==
          Sentences{is_now("A", "B"), differs("table B (A before)", "x", "x:int (id: 0)", "x:long (id: 0)")});
    CHECK(roots("root_type A;", "") == Sentences{is_now("A", "none")});
    CHECK(roots("", "root_type A;") == Sentences{is_now("none", "A")});
    CHECK(differences("namespace n; table P { x:int; } table A { p:P; } root_type A;",
                      "namespace n; table Q { x:int; } table B { p:Q; } root_type B;") ==
          Sentences{is_now("n.A", "n.B")});

    const std::string a = "table A { x:int; } root_type A; ";
    const std::string one = "file_identifier \"AAAA\"; ";
    const std::string other = "file_identifier \"BBBB\"; ";
    const std::string was = "buffers: the file_identifier was \"AAAA\", is ";
    const std::string refuse = " now, and readers that ask for it refuse buffers of before; leave it as it was";
    CHECK(differences(a + one, a + one) == Sentences{});
    CHECK(differences(a + one, a + other) == Sentences{"- " + was + "\"BBBB\"" + refuse});
    CHECK(differences(a, a + other) == Sentences{"- buffers: the file_identifier was none, is \"BBBB\"" + refuse});
    CHECK(differences(a + one, a) == Sentences{"+ " + was + "none now; buffers may have any"});
    CHECK(differences("table A { x:int; } " + one, a + other) == Sentences{is_now("none", "A")});

    const auto stored = [](const std::string& codec, const std::string& end) {
        return things(", cambium_codec: \"" + codec + "\"", "id:ulong (cambium_key);") + " table A { x:int; } " +
               end;
    };
    CHECK(differences(stored("flatbuffers", "root_type Thing; " + one),
                      stored("flatbuffers", "root_type Thing; " + other)) ==
          Sentences{"+ " + was +
                    "\"BBBB\" now; the store does not ask for it, other readers refuse buffers of "
                    "before"});
    CHECK(differences(stored("cbor", "root_type Thing; " + one), stored("cbor", "root_type Thing; " + other)) ==
          Sentences{});
    CHECK(differences(stored("cbor", ""), stored("cbor", "root_type Thing;")) == Sentences{});
    CHECK(differences(stored("cbor", "root_type Thing;"), stored("cbor", "root_type A;")) == Sentences{});
    CHECK(differences(stored("cbor", "root_type A;"), stored("cbor", "root_type Thing;")).front() ==
          is_now("A", "Thing"));
    CHECK(differences(stored("cbor", "root_type A; " + one), stored("cbor", "root_type A; " + other)) ==
          Sentences{"- " + was + "\"BBBB\"" + refuse});
}

TEST_CASE("fields in the places of deprecated ones, and these gone, in buffers that no table stores") {
    const auto gone = [](const std::string& field) {
        return "- buffers: table A: field " + field +
               ", deprecated, is gone: a new field would take its place; keep it as (deprecated)";
    };
    for (const std::string end : {"", " root_type A;"}) {
        CAPTURE(end);
        const auto changes = [&](const std::string& before, const std::string& now) {
            return differences("table A { " + before + " }" + end, "table A { " + now + " }" + end);
        };
        CHECK(changes("a:int; y:int (deprecated); z:string (deprecated);", "a:int;") ==
              Sentences{gone("y"), gone("z")});
        CHECK(changes("a:int; y:int (deprecated);", "a:int; y:int (deprecated); b:int;") == Sentences{});
        CHECK(changes("a:int; y:int (deprecated);", "a:int; z:int (deprecated);") == Sentences{});
        CHECK(changes("a:int; y:int (deprecated);", "a:int; y:int;") == Sentences{});
        CHECK(
            changes("a:int; y:int (deprecated);", "a:int; b:int;") ==
            Sentences{"- buffers: table A: field b takes the place of field y, deprecated, which buffers may hold; "
                      "keep that one, and put this one at the end"});
    }
}

TEST_CASE("what nothing reads any more may be anything") {
    const auto schema = [](const std::string& definitions, const std::string& codec, const std::string& more,
                           const std::string& fields) {
        return "attribute \"cambium_dropped\"; " + definitions +
               things(", cambium_codec: \"" + codec + "\"" + more, "id:ulong (cambium_key); " + fields);
    };
    const std::string before = "enum E:ubyte { open, closed } struct S { a:int; } table P { e:E; } ";
    const std::string now = "enum E:ubyte { closed, open } struct S { a:long; } table P { s:S; } ";
    const auto field = [](const std::string& text) { return "+ table \"things\": field " + text; };
    for (const std::string codec : {"cbor", "json"}) {
        CAPTURE(codec);
        CHECK(differences(schema(before, codec, "", "e:E; p:P;"),
                          schema(now, codec, ", cambium_dropped: \"e, p\"", "")) ==
              Sentences{field("\"e\" (enum u8) is dropped"),
                        field("\"p\" (optional<record{e:enum u8}>) is dropped")});
    }
    const std::string stays = " is deprecated: records keep it until they are written again";
    CHECK(differences(schema(before, "flatbuffers", "", "e:E; s:S; p:P;"),
                      schema(now, "flatbuffers", "", "e:E (deprecated); s:S (deprecated); p:P (deprecated);")) ==
          Sentences{field("\"e\" (enum u8)" + stays), field("\"s\" (optional<record{a:i32}>)" + stays),
                    field("\"p\" (optional<record{e:enum u8}>)" + stays)});
    CHECK(differences(schema(before, "flatbuffers", "", "e:E (deprecated);"),
                      schema(now, "flatbuffers", "", "e:E;")) ==
          Sentences{"- enum E: open was 0, is 1" + kNumberBack, "- enum E: closed was 1, is 0" + kNumberBack,
                    field("\"e\" (enum u8) is new")});
}

TEST_CASE("a table whose records another one takes over is not missed") {
    const std::string fields = ") { id:ulong (cambium_key); } ";
    CHECK(differences("table A (cambium_table: \"things\"" + fields,
                      "attribute \"cambium_renamed_from\"; table A (cambium_table: \"stuff\"" + fields +
                          "table B (cambium_table: \"others\", cambium_renamed_from: \"things\"" + fields) ==
          Sentences{"+ table \"others\": its record was A, is B now; A is that of table \"stuff\" now",
                    "+ table \"things\": is renamed \"others\"", "+ table \"stuff\": is created"});
}

TEST_CASE("defaults that are the same number") {
    const auto changes = [](const std::string& before, const std::string& now) {
        return differences("table A { x:" + before + "; }", "table A { x:" + now + "; }");
    };
    CHECK(changes("float", "float = 0.00") == Sentences{});
    CHECK(changes("float = .5", "float = 0.50") == Sentences{});
    CHECK(changes("double = 1.0", "double = 10e-1") == Sentences{});
    CHECK(changes("float = 0.1", "float = 0.10000000149011612") == Sentences{});
    CHECK(changes("double = 0.1", "double = 0.10000000149011612").size() == 1);
    CHECK(changes("float = 1.0", "float = 1.5").size() == 1);
    CHECK(changes("float = 1.0", "float = null").size() == 1);
    CHECK(changes("float = 1.0", "double = 1.00") ==
          Sentences{differs("table A", "x", "x:float = 1.0 (id: 0)", "x:double = 1.0 (id: 0)")});
    CHECK(changes("float = 0.0", "float = -0.0").size() == 1);
    CHECK(changes("double = inf", "double = -inf").size() == 1);
}

TEST_CASE("a default may be spelled in several ways") {
    struct Spellings {
        std::string type;
        std::vector<std::string> texts;
    };
    const std::vector<Spellings> all = {
        {"float", {"inf", "+inf", "infinity", "+infinity", "INF", "Infinity", "deg(inf)"}},
        {"double", {"-inf", "-infinity", "-Infinity"}},
        {"double", {"nan", "-nan", "+nan", "NaN"}},
        {"float", {"1", "+1", "1.0", "1.", "1e0", "10e-1", "0x1p0", "\" 1 \""}},
        {"double", {"1000", "1e3", "1E+3", "0x3e8p0"}},
        {"double", {"-0.0", "-0", "-.0", "-0e5"}},
        {"float", {"0.1", ".1", "0.10000000149011612"}},
        {"int", {"16", "+16", "0x10", "016", "\"16\""}},
        {"long", {"0", "-0", "00"}},
        {"bool", {"true", "1", "7", "+2", "\"true\""}},
        {"bool", {"false", "0"}},
        {"E", {"two", "2", "\"two\""}},
        {"F", {"\"A B\"", "\"B A\"", "3"}},
    };
    const std::string enums = "enum E : ubyte { one = 1, two } enum F : ubyte (bit_flags) { A, B } ";
    for (const std::string codec : {"flatbuffers", "cbor"})
        for (const auto& [type, texts] : all)
            for (const std::string& text : texts) {
                const auto schema = [&](const std::string& initial) {
                    return enums + things(", cambium_codec: \"" + codec + "\"",
                                          "id:ulong (cambium_key); x:" + type + " = " + initial + ";");
                };
                CAPTURE(codec);
                CAPTURE(type);
                CAPTURE(text);
                CHECK(differences(schema(texts.front()), schema(text)) == Sentences{});
                CHECK(generate("it.fbs", declared(schema(texts.front())), {}).files ==
                      generate("it.fbs", declared(schema(text)), {}).files);
            }
}

TEST_CASE("a schema whose only tables are those of an included file") {
    const MemoryDirectory directory;
    const std::filesystem::path folder{directory.path()};
    const auto schema = [&](const std::string& name, const std::string& part, const std::string& message) {
        std::filesystem::create_directories(folder / name);
        std::ofstream{folder / name / "base.fbs"}
            << declared("enum E:ubyte { open, closed } table Part { " + part +
                        " } table Thing (cambium_table: \"things\", cambium_codec: \"cbor\") { p:Part; id:ulong "
                        "(cambium_key); }");
        return cambium::codegen::SchemaText{(folder / name / "main.fbs").string(),
                                            "include \"base.fbs\"; table Message { e:E; " + message + " }"};
    };
    const auto changes = [&](const std::string& part, const std::string& message) {
        const auto before = schema("old", "a:int; b:int;", "x:int;");
        const CheckResult result = check_schemas(before, schema("new", part, message), {});
        CHECK(result.errors == Sentences{});
        return result;
    };
    CHECK(changes("b:long; a:int;", "x:int; y:int;").is_compatible());
    CHECK_FALSE(changes("a:int; b:int;", "x:long;").is_compatible());
}

TEST_CASE("tables of included files: what they declare, and what is wrong with them") {
    const MemoryDirectory directory;
    const std::filesystem::path folder{directory.path()};
    const auto changes = [&](const std::string& before, const std::string& now) {
        std::filesystem::create_directories(folder / "old");
        std::filesystem::create_directories(folder / "new");
        std::ofstream{folder / "old" / "base.fbs"} << declared(before);
        std::ofstream{folder / "new" / "base.fbs"} << declared(now);
        const std::string main =
            "include \"base.fbs\"; table One (cambium_table: \"own\") { id:ulong (cambium_key); }";
        const CheckResult result = check_schemas({(folder / "old" / "main.fbs").string(), main},
                                                 {(folder / "new" / "main.fbs").string(), main}, {});
        Sentences sentences = result.errors;
        for (const auto& difference : result.differences)
            sentences.push_back((difference.is_compatible ? "+ " : "- ") + difference.sentence);
        return sentences;
    };
    const std::string fields = "id:ulong (cambium_key); x:int;";
    CHECK(changes(things("", fields), things("", fields)) == Sentences{});
    CHECK(changes(things("", fields), things(", cambium_codec: \"cbor\"", fields)) ==
          Sentences{"- table \"things\": the codec was flatbuffers, is declared cbor" + kNeedsMigration});
    CHECK(changes(things("", fields), things("", "id:ulong; x:int (cambium_key);")) ==
          Sentences{"- table \"things\": the primary key was (id), is declared (x)" + kNeedsMigration});
    CHECK(changes(things("", fields), things(", cambium_index: \"i(x)\"", fields)) ==
          Sentences{"+ table \"things\": index \"i\" is built"});
    CHECK(changes(things(", cambium_log", fields), things(", cambium_log: \"changes 7\"", fields)) ==
          Sentences{"+ table \"things\": the limits of the log become changes 7, were none"});
    CHECK(changes(things("", fields), "table Thing (cambium_table: \"stuff\") { " + fields + " }") ==
          Sentences{"- record Thing: its table was \"things\", is \"stuff\" now; the stored records stay under the "
                    "old name, unless cambium_renamed_from: \"things\" takes them along",
                    "+ table \"things\": is no longer declared; its records stay in the store",
                    "+ table \"stuff\": is created"});
    CHECK(changes(things("", fields), things(", cambium_index: \"i(y)\"", "id:ulong; x:int;")) ==
          Sentences{(folder / "new" / "base.fbs").string() +
                        ":1: table \"things\": no key; mark a field with cambium_key, or write (cambium_key: "
                        "\"field,field\") on the table",
                    (folder / "new" / "base.fbs").string() +
                        ":1: table \"things\": index \"i\": Thing has no field \"y\""});
}

TEST_CASE("records that contain themselves, or have no field left, where no table stores them") {
    const auto changes = [](const std::string& before, const std::string& now) {
        return differences("union U { A, B } table B { x:int; u:[U]; } " + before + " root_type A;",
                           "union U { A, B } table B { x:int; u:[U]; } " + now + " root_type A;");
    };
    const std::string node = "table A { a:[A]; u:U; x:int (deprecated); }";
    CHECK(changes(node, node) == Sentences{});
    CHECK(changes(node, "table A { a:[A]; u:U; x:int (deprecated); y:[B]; }") == Sentences{});
    CHECK(changes(node, "table A { a:[B]; u:U; x:int (deprecated); }") ==
          Sentences{differs("table A", "a", "a:[A] (id: 0)", "a:[B] (id: 0)")});
    CHECK(changes(node, "table A { a:[A] (deprecated); u:U (deprecated); x:int (deprecated); }") == Sentences{});
    CHECK(differences("union U { A, B } table A { u:U; x:int; } table B { u:U; x:int; } root_type A;",
                      "union U { B, A } table A { u:U; x:int; } table B { u:U; x:int; } root_type A;") ==
          Sentences{"- buffers: union U: member 1 was A, is B" + kMembersStay,
                    "- buffers: union U: member 2 was B, is A" + kMembersStay});
    CHECK(differences("table A { x:int; } table B { }", "table A { x:long; } table B { x:int; }") ==
          Sentences{differs("table A", "x", "x:int (id: 0)", "x:long (id: 0)")});
}

TEST_CASE("tables that exchange records of equal fields") {
    const auto table = [](const std::string& record, const std::string& name) {
        return "table " + record + " (cambium_table: \"" + name + "\") { id:ulong (cambium_key); x:int; } ";
    };
    const std::string ours = table("X", "ours");
    CHECK(differences(ours + table("Y", "theirs"), table("Y", "ours") + table("X", "theirs")) ==
          Sentences{"+ table \"ours\": its record was X, is Y now; X is that of table \"theirs\" now",
                    "+ table \"theirs\": its record was Y, is X now; Y is that of table \"ours\" now"});
    CHECK(differences(ours, "namespace n; " + table("Y", "ours")) == Sentences{});
}

}  // namespace

// Schemas against earlier ones, as far as buffers go: the rules of FlatBuffers, and that flatc --conform agrees.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "check.hpp"
#include "differences_of.hpp"
#include "flatc_conform.hpp"
#include "temporary_directory.hpp"

namespace {

using namespace cambium::test;
using cambium::codegen::check_schemas;
using cambium::codegen::CheckResult;

TEST_CASE("every objection of the library, in one run") {
    const std::string before =
        "union U { D, C } table A { a:int; b:int = 1; c:string; d:[int]; } table B { x:int; u:U; } "
        "table C { c:int; } table D { x:int; y:int; }";
    const std::string now =
        "union U { D = 2, C = 3 } union V { D } table A { b:int = 2; a:int; c:[string]; e:[long]; } "
        "table B { x:uint; v:V; } table C { c:int; } table D { x:int; y:int; }";
    const auto said = [](const std::string& what, const std::string& ends) { return "- buffers: " + what + ends; };
    CHECK(differences(before, now) ==
          Sentences{said("union U: member 2 was C, is D", kMembersStay),
                    said("table A: offsets differ for field: b, was b:int = 1 (id: 1), is b:int = 2 (id: 0)",
                         kFieldsStay),
                    said("table A: offsets differ for field: a, was a:int (id: 0), is a:int (id: 1)", kFieldsStay),
                    differs("table A", "c", "c:string (id: 2)", "c:[string] (id: 2)"),
                    said("table A: field renamed to different type: e, was d:[int] (id: 3), is e:[long] (id: 3)",
                         kFieldsStay),
                    differs("table B", "x", "x:int (id: 0)", "x:uint (id: 0)"),
                    said("table B: field renamed to different type: v_type, was u:U (id: 2), is v:V (id: 2)",
                         kFieldsStay)});
    CHECK(
        differences("table B { x:int; } union U { B } table A { s:string; u:U; }",
                    "table B { x:int; } union U { B } table A { u:U; }") ==
        Sentences{said("table A: offsets differ for field: u_type, was u:U (id: 2), is u:U (id: 1)", kFieldsStay)});
    CHECK(differences("table A { s:string; }", "table B { x:int; } union U { B } table A { u:U; }") ==
          Sentences{said("table A: field renamed to different type: u_type", kFieldsStay)});
    CHECK(differences("table A { x:int = 1; }", "table A { x:int = 2; }") ==
          Sentences{said("table A: defaults differ for field: x, was x:int = 1 (id: 0), is x:int = 2 (id: 0)",
                         kFieldsStay)});
    CHECK(
        differences("struct S { a:int; b:int; } table A { s:S; }", "struct S { b:int; a:int; } table A { s:S; }") ==
        Sentences{
            said("struct S: offsets differ for field: b, was b:int at byte 4, is b:int at byte 0", kStructsStay),
            said("struct S: offsets differ for field: a, was a:int at byte 0, is a:int at byte 4", kStructsStay)});
    CHECK(differences("table A { x:int; } union U { A }", "table A { x:int; } union U { A = 2 }") ==
          Sentences{said("union U: values differ for enum: A",
                         "; in buffers a member keeps its type number: add others at the end")});
}

TEST_CASE("FlatBuffers' rules hold for what buffers are made of, and for nothing else") {
    const auto schema = [](const std::string& buffered, const std::string& mapped, const std::string& more) {
        return "table InBuffer { " + buffered + " } table InMap { " + mapped + " } " + more +
               "table A (cambium_table: \"buffered\") { id:ulong (cambium_key); l:[InBuffer]; }\n"
               "table B (cambium_table: \"mapped\", cambium_codec: \"cbor\") { " +
               mapped + " m:InMap; id:ulong (cambium_key); }";
    };
    const std::string fields = "x:int; y:int = 1;";
    const auto default_of = [](const std::string& record) {
        return "+ record " + record +
               ": the default of field y was 1, is 2 now; records that were stored before there was the field read "
               "it";
    };
    CHECK(differences(schema(fields, fields, ""), schema(fields, "y:int = 2; x:int;", "")) ==
          Sentences{default_of("InMap"), default_of("B"),
                    "+ table \"mapped\": field \"m\" becomes optional<record{y:i32,x:i32}>, was "
                    "optional<record{x:i32,y:i32}>"});
    CHECK(differences(schema(fields, fields, ""), schema(fields, "y:long = 1; x:int; z:string;", "")).size() == 3);
    CHECK(check_schemas({"old.fbs", declared(schema(fields, fields, ""))},
                        {"new.fbs", declared(schema(fields, "y:long = 1; x:int; z:string;", ""))}, {})
              .is_compatible());
    const Sentences refused = differences(schema(fields, fields, ""), schema("y:int = 1; x:int;", fields, ""));
    REQUIRE(refused.size() > 2);
    CHECK(refused[0] ==
          "- buffers: table InBuffer: offsets differ for field: y, was y:int = 1 (id: 1), is y:int = 1 "
          "(id: 0)" +
              kFieldsStay);
    CHECK(refused[1] ==
          "- buffers: table InBuffer: offsets differ for field: x, was x:int (id: 0), is x:int (id: 1)" +
              kFieldsStay);
    // A message that no table stores is of buffers when it is the root type.
    const std::string message = "table Message { x:int; } ";
    const std::string other = "table Message { x:long; } ";
    CHECK(differences(schema(fields, fields, message), schema(fields, fields, other)) == Sentences{});
    const std::string root = "root_type Message; ";
    CHECK(differences(schema(fields, fields, message + root), schema(fields, fields, other + root)) ==
          Sentences{differs("table Message", "x", "x:int (id: 0)", "x:long (id: 0)")});
    // Nor do enumerators have to keep their names for a codec that stores numbers, whatever another table does.
    const auto with_enums = [](const std::string& numbered, const std::string& named) {
        return "enum N:ubyte { " + numbered + " } enum J:ubyte { " + named + " }\n" +
               "table A (cambium_table: \"buffered\", cambium_codec: \"cbor\") { id:ulong (cambium_key); n:N; }\n"
               "table B (cambium_table: \"mapped\", cambium_codec: \"json\") { id:ulong (cambium_key); j:J; }";
    };
    CHECK(differences(with_enums("red", "red"), with_enums("rouge", "red")) == Sentences{});
    CHECK(differences(with_enums("red", "red"), with_enums("red", "rouge")) ==
          Sentences{"- enum J: red is rouge now, and codec json stores the names; give it its name back"});
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
        CHECK(swapped.size() == (codec == "flatbuffers" ? 3 : 1));
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
        {"table A { a:int; b:string; }", "table A { c:int; d:string; }", true},
        {"table A { a:int; b:string; }", "table A { c:int; d:[string]; }", false},
        {"table A { a:int; }", "table A { a:int = null; }", false},
        {"table A { a:int; } table B { a:A; }", "table C { a:int; } table B { a:C; }", false},
        {"table A { a:int; } table B { a:[A]; }", "table A { a:int; c:int; } table B { a:[A]; c:A; }", true},
        {"namespace n; table A { a:int; }", "namespace m; table A { a:string; }", true},
        {"namespace n; table A { a:int; }", "namespace n; table A { a:string; }", false},
        {"enum E : ubyte { a } table A { e:E; }", "enum E : short { a } table A { e:E; }", false},
        {"enum E : ubyte { a } table A { e:E; }", "enum F : ubyte { a } table A { e:F; }", false},
        {"struct S { a:int; b:int; } table A { s:S; }", "struct S { b:int; a:int; } table A { s:S; }", false},
        {"table B { x:int; } union U { B } table A { u:U; }", "table B { x:int; } union V { B } table A { u:V; }",
         false},
        {"table B { x:int; } union U { B } table A { s:string; }",
         "table B { x:int; } union U { B } table A { u:U; }", false},
        {things("", "id:ulong (cambium_key); a:int;"),
         things("", "id:ulong (cambium_key); a:int; b:[A]; } table A { x:int;"), true},
        {things("", "id:ulong (cambium_key); a:int;"), things("", "id:ulong (cambium_key); a:float;"), false},
        {"table A { a:int; } table B { b:int; }", "table A { a:int; } table B { b:long; }", false},
        {"enum E : ubyte { a, b } table A { a:int; }", "enum E : ubyte { b, a } table A { a:int; }", false},
        {"enum E : ubyte (bit_flags) { a, b } table A { e:E; }",
         "enum E : ubyte (bit_flags) { b, a } table A { e:E; }", false},
        {"enum E : ubyte (bit_flags) { a, b } table A { e:[E]; }",
         "enum E : ubyte { a = 1, b = 2 } table A { e:[E]; }", true},
        {"enum E : ubyte (bit_flags) { a, b } table A { e:[E]; }", "enum E : ubyte { a, b } table A { e:[E]; }",
         false},
        {"table A { a:int; } root_type A;", "table A { a:int; b:int; } root_type A;", true},
        {"table A { a:int; } root_type A;", "table A { a:long; } root_type A;", false},
        {"table A { a:int; } root_type A;", "table A { a:long; }", false},
        {"table A { a:int; } table B { a:A; b:string; } root_type A;",
         "table A { a:int; } table B { a:A; b:string; c:int; } root_type A;", true},
        {"table A { a:float = 0.5; }", "table A { a:float = 0.25; }", false},
        {"table A { a:int = null; }", "table A { a:int = null; b:int = null; }", true},
        {"table A { a:int = null; }", "table A { a:int; }", false},
        {"table A { a:int (deprecated); b:int; }", "table A { a:int; b:int; }", true},
        {"table A { a:int (deprecated); b:int; }", "table A { a:long; b:int; }", false},
        {"table A { a:int (id: 1); b:string (id: 0); }", "table A { b:string; a:int; }", true},
        {"table A { a:int (id: 1); b:string (id: 0); }", "table A { a:int; b:string; }", false},
        {"namespace n; struct S { a:int; } namespace m; table A { s:n.S; }",
         "namespace m; struct S { a:int; } table A { s:S; }", true},
        {"namespace n; table P { a:int; } namespace m; table A { p:n.P; }",
         "namespace m; table P { a:int; b:int; } table A { p:P; }", true},
        {"namespace n; table P { a:int; } namespace m; table P { a:string; } table A { p:n.P; q:P; }",
         "namespace n; table P { a:int; } namespace m; table P { a:string; } table A { q:P; p:n.P; }", false},
        {"namespace n; table A { a:int; } table B { a:A; }", "namespace m; table A { a:int; } table B { a:A; }",
         true},
        {"struct S { a:[ubyte:4]; } table A { s:[S]; }", "struct S { a:[byte:4]; } table A { s:[S]; }", false},
        {united("union U { A, B }"), united("union U { a: A, b: B }"), true},
        {united("union U { a: A, b: B }"), united("union U { b: B, a: A }"), false},
    };
    const TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    for (const Evolution& evolution : evolutions) {
        CAPTURE(evolution.before);
        CAPTURE(evolution.now);
        std::ofstream{folder / "old.fbs"} << declared(evolution.before);
        std::ofstream{folder / "new.fbs"} << declared(evolution.now);
        const auto conforms = flatc_conforms((folder / "old.fbs").string(), (folder / "new.fbs").string());
        CHECK(conforms == evolution.conforms);
        const CheckResult result =
            check_schemas({"old.fbs", declared(evolution.before)}, {"new.fbs", declared(evolution.now)}, {});
        CHECK(result.errors == Sentences{});
        CHECK(result.is_compatible() == evolution.conforms);
    }
}

}  // namespace

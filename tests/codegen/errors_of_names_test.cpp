// Names that are taken: keywords, macros, the C library, what flatc writes, and namespaces that hide others.
#include <doctest/doctest.h>

#include <string>

#include "errors_of.hpp"
#include "reserved_names.hpp"

namespace {

using namespace cambium::test;
using cambium::codegen::is_in_c_library;

TEST_CASE("typeof, a keyword where the compiler takes GNU extensions") {
    const std::string is_keyword = "\"typeof\" is a keyword of C++ with GNU extensions; choose another name";
    CHECK(errors_of("enum E : ubyte {\n typeof }\nstruct S { typeof:int; }\nunion U { typeof:string }\nnamespace "
                    "typeof; table T { x:int; }") ==
          Sentences{"bad.fbs:2: enum E, enumerator typeof: " + is_keyword,
                    "bad.fbs:3: struct S, field typeof: " + is_keyword,
                    "bad.fbs:4: union U, member typeof: " + is_keyword,
                    "bad.fbs:5: table T: its namespace has the part \"typeof\", which is a keyword of C++ with GNU "
                    "extensions; choose another name"});
    CHECK(errors_of("table typeof { x:int; }") == Sentences{"bad.fbs:1: table typeof: " + is_keyword});
    CHECK(errors_of("table A { typeof_:int; type_of:int; restrict:int; Typeof:int; import:int; }") == Sentences{});
}

TEST_CASE("names of the C library") {
    for (const std::string name :
         {"tolower", "lldiv", "ptrdiff_t", "nullptr_t", "pread", "fsync", "memset", "getpid", "nanosleep",
          "snprintf", "atexit", "div_t", "tm", "main", "environ", "strlen"}) {
        CAPTURE(name);
        CHECK(is_in_c_library(name));
        const std::string of_library = "\"" + name +
                                       "\" is a name of the C library; choose another name, or write a "
                                       "namespace";
        CHECK(errors_of("table " + name + " { x:int; }") ==
              Sentences{"bad.fbs:1: table " + name + ": " + of_library});
        CHECK(errors_of("enum " + name + " : ubyte { a }").size() == 1);
        CHECK(errors_of("namespace " + name + ".x; table A { x:int; }") ==
              Sentences{"bad.fbs:1: table A: its namespace has the part \"" + name +
                        "\", which is a name of the C library; choose another name"});
        CHECK(errors_of("namespace x." + name + "; table A { " + name + ":int; }") == Sentences{});
        CHECK(errors_of("namespace x; table " + name + " { x:int; }") == Sentences{});
    }
    for (const std::string name :
         {"shop", "memse", "memset_", "Memset", "customers", "order", "names", "app", "boost"}) {
        CAPTURE(name);
        CHECK(errors_of("namespace " + name + ".x; table A { x:int; }") == Sentences{});
    }
}

TEST_CASE("namespaces of libraries as names of types") {
    for (const std::string name : {"std", "cambium", "flatbuffers", "boost"}) {
        CAPTURE(name);
        CHECK_FALSE(errors_of("table " + name + " { x:int; }").empty());
    }
}

TEST_CASE("names") {
    CHECK(errors_of("namespace new.x; table A { a:int; } table B { a:int; }") ==
          Sentences{
              "bad.fbs:1: table A: its namespace has the part \"new\", which is a keyword of C++; choose another "
              "name"});
    CHECK(errors_of("namespace shop.cambium; table A { a:int; }") == Sentences{});
    CHECK(errors_of("namespace shop.std; table A { a:int; }") ==
          Sentences{"bad.fbs:1: table A: its namespace has the part \"std\", which would hide ::std from the "
                    "generated code; choose another name"});
    CHECK(
        errors_of("namespace cambium; table A { a:int; }") ==
        Sentences{"bad.fbs:1: table A: its namespace has the part \"cambium\", which is that of a library; choose "
                  "another name"});
    CHECK(errors_of("namespace log; union U { A } table A { a:int; }") ==
          Sentences{
              "bad.fbs:1: table A: its namespace has the part \"log\", which is a name of the C library; choose "
              "another name"});
    CHECK(
        errors_of("table A (cambium_table: \"foo_bar\") { id:int (cambium_key); }\n"
                  "table B (cambium_table: \"fooBar\") { id:int (cambium_key); }") ==
        Sentences{"bad.fbs:2: table \"fooBar\": its C++ name FooBar is that of table \"foo_bar\" already; name the "
                  "table otherwise"});
    CHECK(errors_of("table A (cambium_table: \"_1\") { id:int (cambium_key); }") ==
          Sentences{"bad.fbs:1: table \"_1\": its C++ name, which is made of what is not an underscore, would be "
                    "\"1\"; begin the name with a letter"});
    CHECK(
        errors_of("table Thing (cambium_table: \"my table\") { x:int (cambium_key); }") ==
        Sentences{
            "bad.fbs:1: table \"my table\": the name must be letters, digits and underscores, and not begin with a "
            "digit"});
    CHECK(
        errors_of("table Thing (cambium_table: \"thing\") { x:int (cambium_key); }") ==
        Sentences{
            "bad.fbs:1: table \"thing\": its C++ name Thing is already the name of a type of the schema; name the "
            "table otherwise, for example in the plural"});
    CHECK(errors_of("table A (cambium_table: \"as\") { x:int (cambium_key); }\n"
                    "table B (cambium_table: \"as\") { x:int (cambium_key); }") ==
          Sentences{"bad.fbs:2: table \"as\": record A already declares this table"});
    CHECK(errors_of("table class { int:int; }") ==
          Sentences{"bad.fbs:1: table class: \"class\" is a keyword of C++; choose another name",
                    "bad.fbs:1: table class, field int: \"int\" is a keyword of C++; choose another name"});
    CHECK(errors_of("enum E : ubyte { a, new }") ==
          Sentences{"bad.fbs:1: enum E, enumerator new: \"new\" is a keyword of C++; choose another name"});
    CHECK(errors_of("table A { A:int; }") ==
          Sentences{"bad.fbs:1: table A, field A: field name can not be the same as table/struct name"});
}

TEST_CASE("names of macros, of the C library and of the compiler") {
    const std::string macro = " is a macro of the C library or the compiler; choose another name";
    CHECK(
        errors_of("enum E : ubyte { NULL, EOF, NULL_ }\ntable linux {\n errno:int; _Bool:int; __x:int; _x:int;\n"
                  " FLATBUFFERS_H_:int; }") ==
        Sentences{"bad.fbs:1: enum E, enumerator NULL: \"NULL\"" + macro,
                  "bad.fbs:1: enum E, enumerator EOF: \"EOF\"" + macro, "bad.fbs:2: table linux: \"linux\"" + macro,
                  "bad.fbs:3: table linux, field errno: \"errno\"" + macro,
                  "bad.fbs:3: table linux, field _Bool: \"_Bool\" is like the compiler's own names, with its first "
                  "two characters; choose another name",
                  "bad.fbs:3: table linux, field __x: \"__x\" is like the compiler's own names, with its first two "
                  "characters; choose another name",
                  "bad.fbs:4: table linux, field FLATBUFFERS_H_: \"FLATBUFFERS_H_\" is like the macros of "
                  "FlatBuffers; choose another name"});
    CHECK(errors_of("table index { a:int; }\nnamespace a; table index { a:int; }") ==
          Sentences{"bad.fbs:1: table index: \"index\" is a name of the C library; choose another name, or write a "
                    "namespace"});
    CHECK(errors_in_table(", cambium_index: \"i(x) where NULL; j(x) where round\"", "x:int (cambium_key);") ==
          Sentences{
              "bad.fbs:1: table \"things\": index \"i\": \"NULL\" is a macro of the C library or the compiler, no "
              "function",
              "bad.fbs:1: table \"things\": index \"j\": the predicate round is one of the C library already; "
              "name it otherwise"});
    CHECK(errors_of("table A (cambium_table: \"EOF\") { x:int (cambium_key); }") ==
          Sentences{
              "bad.fbs:1: table \"EOF\": its C++ name EOF is a macro of the C library or the compiler; name the "
              "table otherwise"});
}

TEST_CASE("names of what flatc writes") {
    const std::string there = " is a name of the code that flatc writes there; choose another name";
    CHECK(errors_of("enum E : ubyte { MIN, MAX, ANY }\nenum F : ubyte (bit_flags) { MIN, NONE, ANY }\n"
                    "table T { x:int; } union U {\n MIN: T }") ==
          Sentences{"bad.fbs:1: enum E, enumerator MIN: \"MIN\"" + there,
                    "bad.fbs:1: enum E, enumerator MAX: \"MAX\"" + there,
                    "bad.fbs:2: enum F, enumerator NONE: \"NONE\"" + there,
                    "bad.fbs:2: enum F, enumerator ANY: \"ANY\"" + there,
                    "bad.fbs:4: union U, member MIN: \"MIN\"" + there});
    CHECK(errors_of("namespace a; table Table {\n x:int; }\nstruct std { x:int; }\nenum module : ubyte { a }\n"
                    "union values { T }\nstruct Free { GetField:int;\n uint8_t:int; }\ntable T {\n Builder:int;\n"
                    " GetField:string; MIN:int; size_t:int; }") ==
          Sentences{"bad.fbs:1: table Table: \"Table\"" + there, "bad.fbs:3: struct std: \"std\"" + there,
                    "bad.fbs:4: enum module: \"module\"" + there, "bad.fbs:5: union values: \"values\"" + there,
                    "bad.fbs:7: struct Free, field uint8_t: \"uint8_t\"" + there,
                    "bad.fbs:9: table T, field Builder: \"Builder\"" + there,
                    "bad.fbs:10: table T, field GetField: \"GetField\"" + there});
}

TEST_CASE("what flatc writes beside a definition or a field") {
    const std::string there = " is a name of the code that flatc writes there; choose another name";
    const std::string same =
        "in the case of letters or an underscore only, and flatc makes one name of both; choose "
        "another";
    const auto part = [](const std::string& name, const std::string& of) {
        return "\"" + name + "\" is what flatc calls a part of " + of + "; choose another name";
    };
    CHECK(errors_of("table R { x:int; }\nstruct RBuilder { x:int; }\nenum CreateR : ubyte { a }\nunion GetR { R }\n"
                    "enum EnumNameE : ubyte { a } enum E : ubyte { a }\nstruct VerifyGetR { x:int; }\n"
                    "namespace other; struct RBuilder { x:int; } root_type R;") ==
          Sentences{"bad.fbs:2: struct RBuilder: " + part("RBuilder", "table R"),
                    "bad.fbs:3: enum CreateR: " + part("CreateR", "table R"),
                    "bad.fbs:4: union GetR: " + part("GetR", "table R"),
                    "bad.fbs:5: enum EnumNameE: " + part("EnumNameE", "enum E"),
                    "bad.fbs:6: struct VerifyGetR: " + part("VerifyGetR", "union GetR")});
    CHECK(errors_of("table A {\n S:S;\n s:int; }\ntable B { C:int; } table C { x:int; }\nstruct S { x:int; }") ==
          Sentences{
              "bad.fbs:2: table A, field S: \"S\" is the name of a record, which flatc does not take for a field; "
              "choose another name",
              "bad.fbs:3: table A, field s: its name differs from that of field S " + same});
    CHECK(errors_of("table A { x:int; } union U { A } table B { u:U;\n VerifyU:int; VerifyUVector:U; }") ==
          Sentences{"bad.fbs:2: table B, field VerifyU: " + part("VerifyU", "field u"),
                    "bad.fbs:2: table B, field VerifyUVector: " + part("VerifyUVector", "field u")});
    CHECK(errors_of(
              "table A { x:int; } union U { A }\ntable V {\n s:string;\n VT_S:int; s__:int;\n u:U;\n u_as_A:int;\n"
              " verifier:string;\n}\ntable VT_K { verifier:int; k:int; k__:int; }\ntable C {\n import:U; }") ==
          Sentences{"bad.fbs:4: table V, field VT_S: " + part("VT_S", "field s"),
                    "bad.fbs:4: table V, field s__: " + part("s__", "field s"),
                    "bad.fbs:6: table V, field u_as_A: " + part("u_as_A", "field u"),
                    "bad.fbs:7: table V, field verifier: \"verifier\"" + there,
                    "bad.fbs:9: table VT_K: " + part("VT_K", "field k"),
                    "bad.fbs:11: table C, field import: \"import\"" + there});
    CHECK(errors_of("table T { ab:int; aB:int;\n module:int; module_:int; }\nstruct S { a:int; A:int; a_:int; }") ==
          Sentences{"bad.fbs:1: table T, field aB: its name differs from that of field ab " + same,
                    "bad.fbs:2: table T, field module_: its name differs from that of field module " + same,
                    "bad.fbs:3: struct S, field a_: " + part("a_", "field a")});
    // The field of a union has one for the type numbers, and that of a list a variable; structs have parameters.
    CHECK(errors_of("table A { x:int; } union U { A } table T {\n ab_type:int; AB:U;\n v:[U]; v_type__:int; }\n"
                    "struct S { _a:[int:2];\n a_:int; _:[int:2]; }\nstruct Free { _a:int; a_:int; _:int; }") ==
          Sentences{"bad.fbs:2: table T, field ab_type: " + part("ab_type", "field AB"),
                    "bad.fbs:3: table T, field v_type__: " + part("v_type__", "field v"),
                    "bad.fbs:5: struct S, field a_: " + part("a_", "field _a"),
                    "bad.fbs:5: struct S, field _: " + part("_", "field _")});
}

TEST_CASE("a field named like the builder of its table, or like padding") {
    const std::string there = " is a name of the code that flatc writes there; choose another name";
    CHECK(errors_of("table Car { x:int;\n CarBuilder:string; }\ntable Van { x:int; CarBuilder:int; }\n"
                    "struct S { x:byte;\n padding0_:int; padding12__:int; padding_:int; padding7:int; }\n"
                    "table T { padding0_:int; }") ==
          Sentences{"bad.fbs:2: table Car, field CarBuilder: \"CarBuilder\"" + there,
                    "bad.fbs:5: struct S, field padding0_: \"padding0_\"" + there,
                    "bad.fbs:5: struct S, field padding12__: \"padding12__\"" + there});
}

TEST_CASE("two enumerators of one number") {
    CHECK(errors_of("enum E : ubyte {\n a,\n b,\n c = 1\n}\nenum F : byte {\n c = 2,\n a = -1,\n b = 2 }\n"
                    "enum G : ulong (bit_flags) { x, y,\n z = 1 }\ntable T { x:int; }\n"
                    "union U { T, t: T = 5,\n s: string = 5 }") ==
          Sentences{"bad.fbs:4: enum E: b and c are both 1; give one of them another number",
                    "bad.fbs:9: enum F: c and b are both 2; give one of them another number",
                    "bad.fbs:11: enum G: y and z are both 2; give one of them another number",
                    "bad.fbs:14: union U: t and s are both 5; give one of them another number"});
    CHECK(errors_of("enum E : ubyte {\n a,\n b,\n c = 0,\n d = 0\n}\ntable T { new:E; }") ==
          Sentences{"bad.fbs:4: enum E: a and c are both 0; give one of them another number",
                    "bad.fbs:5: enum E: a and d are both 0; give one of them another number",
                    "bad.fbs:7: table T, field new: \"new\" is a keyword of C++; choose another name"});
    CHECK(errors_of("table A { x:int; }\nunion U {\n A = 0 }") ==
          Sentences{"bad.fbs:3: union U, member A: all enum values must be unique: A and NONE are both 0"});
    CHECK(errors_of("enum E : ubyte {\n a,\n b = 0 }\ntable T { x:E = b; }") ==
          Sentences{"bad.fbs:3: enum E: a and b are both 0; give one of them another number"});
}

TEST_CASE("namespaces that hide others") {
    CHECK(errors_of("namespace a.a; table T { x:int; }\nenum E : ubyte { x }") ==
          Sentences{"bad.fbs:2: enum E: namespace a.a hides namespace a from the code that flatc writes in "
                    "namespace a.a; rename one of the two"});
    CHECK(errors_of("namespace a.b; table T { x:int; }\nnamespace b; table T { x:int; }") == Sentences{});
    CHECK(errors_of("namespace b; table B { x:int; }\nnamespace a.b; table C { x:int; }\nnamespace a; table A { "
                    "x:b.B; }") == Sentences{"bad.fbs:2: table C: namespace a.b hides namespace b from the code "
                                             "that flatc writes in namespace a; rename one of the two"});
    CHECK(errors_of("namespace a; table A { x:int; }\nnamespace a.fb; table F { x:int; }") ==
          Sentences{"bad.fbs:2: table F: namespace a.fb is where flatc's types of namespace a are; choose another "
                    "name than fb"});
    CHECK(errors_of("namespace a.fb; table F { x:int; }") == Sentences{});
    CHECK(
        errors_of("namespace fb; table F { x:int; }") ==
        Sentences{
            "bad.fbs:1: table F: its namespace has the part \"fb\", which is a name of the code that flatc writes; "
            "choose another name"});
    CHECK(errors_of("table G { x:int; }\nnamespace a; table A { x:G; }") ==
          Sentences{
              "bad.fbs:2: table A: its namespace uses a type that has none, which the code that flatc writes does "
              "not find from there; give that type a namespace"});
    CHECK(errors_of(
              "namespace a; struct a { x:int; }\nstruct fb { x:int; }\nstruct b { x:int; }\nnamespace a.b; table T "
              "{ x:int; }") ==
          Sentences{
              "bad.fbs:1: struct a: \"a\" would hide namespace a from the code that flatc writes; choose another "
              "name",
              "bad.fbs:2: struct fb: its name is that of the namespace of flatc's types already; choose another",
              "bad.fbs:3: struct b: its name is that of namespace a.b already; choose another"});
    CHECK(
        errors_of("namespace TBuilder; table T { x:int; }\nnamespace UTraits; table A { x:int; } union U { A }") ==
        Sentences{
            "bad.fbs:1: table T: what flatc calls a part of it would hide namespace TBuilder from the code that "
            "flatc writes; choose another name",
            "bad.fbs:2: union U: what flatc calls a part of it would hide namespace UTraits from the code that "
            "flatc writes; choose another name"});
    CHECK(errors_of("namespace Table.a; table T { x:int; }\nnamespace string; table T { x:int; }") ==
          Sentences{
              "bad.fbs:1: table T: its namespace has the part \"Table\", which is a name of the code that flatc "
              "writes; choose another name",
              "bad.fbs:2: table T: its namespace has the part \"string\", which is a name of the code that flatc "
              "writes; choose another name"});
    CHECK(errors_of("table cambium { x:int; }") ==
          Sentences{"bad.fbs:1: table cambium: its name is that of namespace cambium already; choose another"});
}

TEST_CASE("names of tables of which C++ would be left with none") {
    const auto would_be = [](const std::string& name) {
        return ": its C++ name, which is made of what is not an underscore, would be \"" + name +
               "\"; begin the name with a letter";
    };
    CHECK(errors_of("table A (cambium_table: \"_\") { id:int (cambium_key); }\n"
                    "table B (cambium_table: \"as\") { id:int (cambium_key); }\n"
                    "table C (cambium_table: \"__1\") { id:int (cambium_key); }") ==
          Sentences{"bad.fbs:1: table \"_\"" + would_be(""), "bad.fbs:3: table \"__1\"" + would_be("1")});
}

TEST_CASE("namespaces of several parts: what is wrong with one around others is told once") {
    CHECK(errors_of("namespace shop.class.int; table T { x:int; }\nnamespace shop.class.float; table T { x:int; }\n"
                    "namespace shop.class; table U { x:int; }") ==
          Sentences{"bad.fbs:1: table T: its namespace has the part \"class\", which is a keyword of C++; choose "
                    "another name",
                    "bad.fbs:1: table T: its namespace has the part \"int\", which is a keyword of C++; choose "
                    "another name",
                    "bad.fbs:2: table T: its namespace has the part \"float\", which is a keyword of C++; choose "
                    "another name"});
    CHECK(errors_of("namespace shop.fb; table T { x:int; }\nnamespace shop.fb.x; table U { x:int; }\n"
                    "namespace shop; table W { x:int; }\nnamespace fb.shop; table V { x:int; }") ==
          Sentences{"bad.fbs:1: table T: namespace shop.fb is where flatc's types of namespace shop are; choose "
                    "another name than fb",
                    "bad.fbs:4: table V: its namespace has the part \"fb\", which is a name of the code that flatc "
                    "writes; choose another name"});
    CHECK(errors_of("namespace one.two.one.two; table X { x:int; }\nnamespace one.two; table Y { x:int; }\n"
                    "namespace one.two.three; table Z { x:Y; }") ==
          Sentences{
              "bad.fbs:1: table X: namespace one.two.one hides namespace one from the code that flatc writes in "
              "namespace one.two; rename one of the two"});
}

}  // namespace

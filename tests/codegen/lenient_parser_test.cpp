// What the library stops at comes in the same run as all else: nothing that is wrong is missing, and nothing is
// told that only follows from it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "errors_of.hpp"
#include "generator.hpp"
#include "seed.hpp"
#include "temporary_directory.hpp"

namespace {

using namespace cambium::test;

const std::string kKeyword = " is a keyword of C++; choose another name";

/// What is told of a type that is nowhere.
std::string undefined(const std::string& type) {
    return "type " + type + " is not defined; check its spelling and its namespace";
}

std::string undeclared(const std::string& attribute) {
    return "attribute " + attribute + " is not declared; check its spelling, or write attribute \"" + attribute +
           "\"; at the top of the file";
}

/// What is told of field "new" of a table, which the schemas of this file have behind what ends no run.
std::string new_field(const std::string& line, const std::string& table) {
    return "bad.fbs:" + line + ": table " + table + ", field new: \"new\"" + kKeyword;
}

TEST_CASE("a field that is left out of a table with ids") {
    CHECK(errors_of("\ntable A {\n a:int (id: 0);\n b:Nope (id: 1);\n c:[[int]] (id: 3);\n d:int (id: 2);\n"
                    " new:int (id: 4); }") ==
          Sentences{"bad.fbs:4: table A, field b: type Nope is not defined; check its spelling and its namespace",
                    "bad.fbs:5: table A, field c: nested vector types not supported (wrap in table first)",
                    new_field("7", "A")});
    // Nope may have been a union, with two ids.
    CHECK(errors_of("\ntable A {\n a:int (id: 0);\n b:Nope (id: 2);\n new:int (id: 3); }") ==
          Sentences{"bad.fbs:4: table A, field b: type Nope is not defined; check its spelling and its namespace",
                    new_field("5", "A")});
}

TEST_CASE("ids that are wrong") {
    CHECK(errors_of("table A {\n a:int (id: 0);\n b:int (id: 0);\n c:int (id: 9);\n d:int;\n e:int (id: x);\n"
                    " f:int (id: \"y\");\n g:int (id: 1.5);\n h:int (id: 2, key); new:int (id: 0x3);\n"
                    " i:int (id: -1);\n k:Nope (id: 9); }") ==
          Sentences{"bad.fbs:3: table A, field b: id 0 is that of field a already; give one of them another",
                    "bad.fbs:5: table A: field d has no id, and others have one; give an id to all fields of a "
                    "table or to none",
                    "bad.fbs:6: table A, field e: its id x is no number from 0 to 65535",
                    "bad.fbs:7: table A, field f: its id y is no number from 0 to 65535",
                    "bad.fbs:8: table A, field g: its id 1.5 is no number from 0 to 65535", new_field("9", "A"),
                    "bad.fbs:10: table A, field i: its id -1 is no number from 0 to 65535",
                    "bad.fbs:11: table A, field k: type Nope is not defined; check its spelling and its namespace",
                    "bad.fbs:11: table A, field k: id 9 is that of field c already; give one of them another"});
    CHECK(errors_of("table T { x:int; } union U { T }\ntable A {\n a:U (id: 0);\n b:int (id: 1);\n c:U (id: 2);\n"
                    " d:int (id: 6);\n new:int (id: 3); }") ==
          Sentences{
              "bad.fbs:3: table A, field a: a union has two ids, its own and the one before, so its own is 1 or "
              "greater",
              "bad.fbs:5: table A, field c: id 1 is that of field b already; give one of them another",
              new_field("7", "A")});
    CHECK(errors_of("table A {\n a:int (id: 0);\n b:int (id: 2); }\ntable B { new:int; }") ==
          Sentences{"bad.fbs:3: table A, field b: its id 2 is too great; the ids of this table are 0 to 1, a union "
                    "has two of them",
                    new_field("4", "B")});
}

TEST_CASE("ids of some fields only are told once, where they are fewer") {
    const std::string all_or_none = "; give an id to all fields of a table or to none";
    CHECK(errors_of("table A {\n a:int;\n b:int (id: 1);\n c:int; d:int; }\n"
                    "table B {\n a:int (id: 0);\n b:int (id: 1); e:int (id: 1);\n c:int;\n d:int (id: 3); }\n"
                    "table C {\n a:int;\n b:int (id: 0);\n c:int;\n d:int (id: 7); }") ==
          Sentences{"bad.fbs:3: table A: field b has an id, and others have none" + all_or_none,
                    "bad.fbs:7: table B, field e: id 1 is that of field b already; give one of them another",
                    "bad.fbs:8: table B: field c has no id, and others have one" + all_or_none,
                    "bad.fbs:12: table C: fields b, d have an id, and others have none" + all_or_none});
}

TEST_CASE("a struct that loses its only field") {
    CHECK(
        errors_of("struct S { x:string; }\nstruct T { }\nstruct Bytes (cambium_type: \"uuid\") {\n b:[ubyte:0]; }\n"
                  "table A { s:S; new:int; b:Bytes; }\nstruct Both { Both:int; }") ==
        Sentences{"bad.fbs:1: struct S, field x: structs may contain only scalar or struct fields",
                  "bad.fbs:2: struct T: size 0 structs not allowed",
                  "bad.fbs:4: struct Bytes, field b: length of fixed-length array must be positive and fit to "
                  "uint16_t type",
                  new_field("5", "A"),
                  "bad.fbs:6: struct Both, field Both: field name can not be the same as table/struct name"});
}

TEST_CASE("an enumerator that is left out, and what depends on it") {
    const std::string no_room = "enum value does not fit, \"300\" out of [0; 255]";
    CHECK(errors_of("enum E : ubyte {\n a = 300,\n b = 1,\n new,\n b\n}\n"
                    "table T { x:E = a; y:E;\n z:E = c;\n f:F; new:E = b; }\nenum F : ubyte {\n c = 5 }\n"
                    "enum G : ubyte { c = 5 }\ntable V {\n g:G; }") ==
          Sentences{"bad.fbs:2: enum E, enumerator a: " + no_room,
                    "bad.fbs:4: enum E, enumerator new: \"new\"" + kKeyword,
                    "bad.fbs:5: enum E, enumerator b: enum value already exists: b",
                    "bad.fbs:8: table T, field z: unknown enum value: c",
                    "bad.fbs:9: table T, field f: type F is defined further down, in line 10, and is not known "
                    "here; move its definition in front",
                    new_field("9", "T"),
                    "bad.fbs:14: table V, field g: default value of `0` for field `g` is not part of enum `G`."});
    // Where c has no number of its own, it has that of another only because b is gone.
    CHECK(errors_of("enum E : ubyte { z = 5,\n b = 300,\n c, d = 6 }") ==
          Sentences{"bad.fbs:2: enum E, enumerator b: " + no_room});
    CHECK(errors_of("enum E : ubyte { z = 255,\n b = 300, c, d = 6,\n e, f = 7 }") ==
          Sentences{"bad.fbs:2: enum E, enumerator b: " + no_room,
                    "bad.fbs:3: enum E: e and f are both 7; give one of them another number"});
    CHECK(errors_of("enum E : ubyte { a, b,\n a,\n c = 2, d = 1 }\nenum F : byte {\n x = -200 }") ==
          Sentences{"bad.fbs:2: enum E, enumerator a: enum value already exists: a",
                    "bad.fbs:3: enum E: b and d are both 1; give one of them another number",
                    "bad.fbs:5: enum F, enumerator x: enum value does not fit, \"-200\" out of [-128; 127]"});
    CHECK(errors_of("enum E : ubyte { a = 1, v8 = 2,\n v9 = 2,\n v10 = 2 }") ==
          Sentences{"bad.fbs:2: enum E: v8 and v9 are both 2; give one of them another number",
                    "bad.fbs:3: enum E: v8 and v10 are both 2; give one of them another number"});
}

TEST_CASE("defaults that a type does not take") {
    CHECK(errors_of("attribute \"ours\"; enum E : ubyte (bit_flags) { one } table A {\n a:int = 1.5;\n b:bool = "
                    "maybe;\n c:string = \"x\";\n d:[int] = [1];\n"
                    " e:float = \"x\";\n f:int = \"7 \xC3\xA9\";\n g:int = sin(1);\n h:A = 3; i:uint = -1;\n"
                    " k:double = tau(2);\n l:int = 0x;\n m:E = \"one two\"; n:int = four;\n"
                    " new:double = sin(rad(90)) (ours); }") ==
          Sentences{"bad.fbs:2: table A, field a: Cannot assign token starting with 'float constant' to value of "
                    "<int> type.",
                    "bad.fbs:3: table A, field b: invalid number: \"maybe\"",
                    "bad.fbs:4: table A, field c: strings and lists take no default",
                    "bad.fbs:5: table A, field d: Expected `]` in vector default",
                    "bad.fbs:6: table A, field e: invalid number: \"x\"",
                    "bad.fbs:7: table A, field f: type mismatch or invalid value, an initializer of non-string "
                    "field must be trivial ASCII string: type: int, name: f, value: 7 é",
                    "bad.fbs:8: table A, field g: sin: type of argument mismatch, expecting: double, found: int, "
                    "name: g, value: 0",
                    "bad.fbs:9: table A, field h: type mismatch: expecting: , found: int, name: h, value: 3",
                    "bad.fbs:9: table A, field i: invalid number: \"-1\", constant does not fit [0; 4294967295]",
                    "bad.fbs:10: table A, field k: Unknown conversion function: tau, field name: k, value: 2",
                    "bad.fbs:11: table A, field l: invalid number: 0x",
                    "bad.fbs:12: table A, field m: unknown enum value: two",
                    "bad.fbs:12: table A, field n: its default is no number", new_field("13", "A")});
}

TEST_CASE("attributes that a type does not take") {
    CHECK(errors_of("table A {\n a:int (shared);\n b:string (hash: \"fnv1_32\");\n c:int (flexbuffer);\n"
                    " d:[int] (key);\n e:int (hash: \"nope\");\n f:string (native_inline);\n"
                    " g:[int] (nested_flatbuffer: \"A\");\n h:int (cpp_type: \"x\");\n k:int = null (key);\n"
                    " l:[ubyte] (nested_flatbuffer: \"Gone\");\n m:int (key); n:int (key);\n new:int; }\n"
                    "struct S { x:int (deprecated);\n y:int (required); z:int = 3; }") ==
          Sentences{"bad.fbs:2: table A, field a: shared can only be defined on strings",
                    "bad.fbs:3: table A, field b: only short, ushort, int, uint, long and ulong data types support "
                    "hashing.",
                    "bad.fbs:4: table A, field c: flexbuffer attribute may only apply to a vector of ubyte",
                    "bad.fbs:5: table A, field d: 'key' field must be string or scalar type",
                    "bad.fbs:6: table A, field e: Unknown hashing algorithm for 32 bit types: nope",
                    "bad.fbs:7: table A, field f: 'native_inline' can only be defined on structs, vector of "
                    "structs or vector of tables",
                    "bad.fbs:8: table A, field g: nested_flatbuffer attribute may only apply to a vector of ubyte",
                    "bad.fbs:9: table A, field h: cpp_type can only be used with a hashed field",
                    "bad.fbs:10: table A, field k: only a non-optional scalar field can be used as a 'key' field",
                    "bad.fbs:11: table A, field l: type Gone is not defined; check its spelling and its namespace",
                    "bad.fbs:12: table A, field n: only one field may be set as 'key'", new_field("13", "A"),
                    "bad.fbs:14: struct S, field x: can't deprecate fields in a struct",
                    "bad.fbs:15: struct S, field y: only non-scalar fields in tables may be 'required'",
                    "bad.fbs:15: struct S, field z: default values are not supported for struct fields, table "
                    "fields, or in structs."});
}

TEST_CASE("values that an attribute does not take") {
    CHECK(errors_of("table A (cambium_table: 1.5,\n cambium_key: 2.5) {\n id:int; new:int (cambium_index: 2.5); }\n"
                    "struct S (force_align: 3) { x:int; }\nstruct T (\n force_align: 1.5) { x:int; }\n"
                    "enum F : ubyte (bit_flags) {\n a, b = 8 }\nenum G : ubyte (bit_flags) { a,\n new }\n"
                    "table B { f:F; }") ==
          Sentences{"bad.fbs:1: table A: attribute cambium_table: its value is a text, in quotes",
                    "bad.fbs:2: table A: attribute cambium_key: its value is a text, in quotes",
                    "bad.fbs:3: table A, field new: attribute cambium_index: its value is a text, in quotes",
                    new_field("3", "A"),
                    "bad.fbs:4: struct S: attribute force_align: unexpected force_align value '3', alignment must "
                    "be a power of two integer ranging from the type's natural alignment 4 to 32",
                    "bad.fbs:6: struct T: attribute force_align: Cannot assign token starting with 'float "
                    "constant' to value of <> type.",
                    "bad.fbs:7: enum F: attribute bit_flags: bit flag out of range of underlying integral type",
                    "bad.fbs:10: enum G, enumerator new: \"new\"" + kKeyword});
}

TEST_CASE("an error that ends the run is told once") {
    const std::string after = " b:[[int]]; }";
    CHECK(errors_of("table A {\n a:int (- required);" + after) ==
          Sentences{"bad.fbs:2: table A, field a: invalid number: -"});
    CHECK(errors_of("table A {\n a:int (id: ) \"x\", key);" + after) ==
          Sentences{"bad.fbs:2: table A, field a: Cannot assign token starting with ')' to value of <> type."});
    CHECK(errors_of("namespace n.1.5;\ntable A {" + after) ==
          Sentences{"bad.fbs:1: namespace: invalid number: .1."});
    CHECK(errors_of("table A { a:int;\n 1.2.3:int;" + after) ==
          Sentences{"bad.fbs:2: table A: invalid number: 1.2."});
    CHECK(errors_of("table A { a:int; }\n{ \"a\": \"x\" }") ==
          Sentences{"bad.fbs:2: no root type set to parse json with"});
    CHECK(errors_of("enum a.b : short { c }") ==
          Sentences{
              "bad.fbs:1: must specify the underlying integer type for this enum (e.g. ': short', which was the "
              "default)."});
    CHECK(errors_of("enum E : [[int]] { a }\ntable A {\n new:int; }") ==
          Sentences{"bad.fbs:1: enum E: nested vector types not supported (wrap in table first)",
                    new_field("3", "A")});
}

TEST_CASE("places beside comments that go over several lines") {
    CHECK(errors_of("/* { \n */table A{x:[[int]];y:[[int]];n:int;}/*;\n*/enum E:ubyte{a,a}/*\n\n*/root_type B;"
                    "table U{q:int=z;w:int;e:E;new:Gone;}/*\n*/struct S{/*\n*/}") ==
          Sentences{"bad.fbs:2: table A, field x: nested vector types not supported (wrap in table first)",
                    "bad.fbs:2: table A, field y: nested vector types not supported (wrap in table first)",
                    "bad.fbs:3: enum E, enumerator a: enum value already exists: a",
                    "bad.fbs:5: unknown root type: B", "bad.fbs:5: table U, field q: its default is no number",
                    "bad.fbs:5: table U, field new: type Gone is not defined; check its spelling and its namespace",
                    new_field("5", "U"), "bad.fbs:6: struct S: size 0 structs not allowed"});
}

TEST_CASE("statements of what is not there") {
    CHECK(errors_of("table A { x:int; } struct S { x:int; }\nroot_type Gone;\nroot_type S;\n"
                    "file_identifier \"abc\";\n// root_type\ntable B { new:int; }\nroot_type A;") ==
          Sentences{"bad.fbs:2: unknown root type: Gone", "bad.fbs:3: root type must be a table",
                    "bad.fbs:4: file_identifier must be exactly 4 characters", new_field("6", "B")});
}

TEST_CASE("a type of the same name in another namespace") {
    CHECK(
        errors_of("namespace a; table Thing { x:int; } table Uses (cambium_table: \"usage\",\n"
                  " cambium_index: \"i(t)\") { id:int (cambium_key); t:Thing; }\n"
                  "namespace b; table User {\n t:Thing;\n u:a.Thing; new:Thing; }\n"
                  "namespace a; table Late {\n new:Thing; }") ==
        Sentences{"bad.fbs:2: table \"usage\": index \"i\": field \"t\" is a table and cannot be a column",
                  "bad.fbs:4: table User, field t: type Thing is not defined; check its spelling and its namespace",
                  "bad.fbs:5: table User, field new: \"new\"" + kKeyword, new_field("7", "Late")});
}

TEST_CASE("a type that is named before its definition") {
    CHECK(errors_of("table A { b:st.Late; u:[ubyte] (nested_flatbuffer: \"st.Late\"); } union U { st.Late }\n"
                    "namespace st; table Late { x:int; }") == Sentences{});
    const std::string late =
        ", which is defined later, and until then FlatBuffers finds it by its full name only; write that";
    const std::string later = " is defined later, and enums and unions have to be defined before they are used";
    CHECK(errors_of("namespace n; table A { a:int;\n b:m.Late; c:m.E; }\n"
                    "table B { b:[m.Late]; new:int; } union U { m.Late,\n m.Gone }\n"
                    "rpc_service S { f(A): m.Late; }\n"
                    "namespace n.m; table Late { x:int; } enum E : byte { a }\n"
                    "namespace n; table C { b:m.Late; c:m.Gone; e:m.E; d:n.m.Late;\n f:Gone; new:m.E; }\n"
                    "namespace q; table D { x:int;\n b:m.Late; }") ==
          Sentences{
              "bad.fbs:2: table A, field b: type m.Late is n.m.Late, which is defined further down, in line 6, and "
              "until then FlatBuffers finds it by its full name only; write that",
              "bad.fbs:2: table A, field c: type m.E is defined further down, in line 6, and is not known here; "
              "move its definition in front",
              new_field("3", "B"),
              "bad.fbs:4: union U, member m_Gone: type m.Gone is not defined; check its spelling and its namespace",
              "bad.fbs:8: table C, field f: type Gone is not defined; check its spelling and its namespace",
              new_field("8", "C"),
              "bad.fbs:10: table D, field b: type m.Late is not defined; check its spelling and its namespace"});
}

TEST_CASE("members of unions and calls of services") {
    CHECK(errors_of("namespace a; table T { x:int; } struct S { x:int; } enum E : ubyte { a }\n"
                    "namespace b; union U { a.T,\n a.Gone, S: a.S,\n E: a.E,\n T }\nunion Only {\n Gone }\n"
                    "table A { u:U; o:Only; new:int; }\n"
                    "rpc_service R {\n one(A):Gone;\n two(a.S):A;\n three(A):A;\n three(A):A; }\n"
                    "rpc_service Single {\n one(Lost):A; }\nrpc_service R { x(A):A; }\n") ==
          Sentences{
              "bad.fbs:3: union U, member a_Gone: type a.Gone is not defined; check its spelling and its namespace",
              "bad.fbs:4: union U, member E: union value type may only be table/struct/string",
              "bad.fbs:5: union U, member T: type T is not defined; check its spelling and its namespace",
              "bad.fbs:7: union Only, member Gone: type Gone is not defined; check its spelling and its namespace",
              new_field("8", "A"),
              "bad.fbs:11: rpc_service R, call two: rpc request and response types must be tables",
              "bad.fbs:13: rpc_service R, call three: rpc already exists: three",
              "bad.fbs:15: rpc_service Single, call one: type Lost is not defined; check its spelling and its "
              "namespace",
              "bad.fbs:16: rpc_service R: service already exists: R"});
}

TEST_CASE("what is wrong with a definition as a whole") {
    CHECK(
        errors_of(
            "enum E { a }\nenum F\n : float { a = 1, b = 1 }\nenum G : Nope { a }\nunion A { R } table R { x:int; "
            "}\n"
            "table T { s:string;\n s_byte_vector:int; u:A;\n uType:int; new:int; e:E; f:F; }\ntable E { x:int; }\n"
            "table T { class:int; }\nunion A { T }\nstruct S { x:int; }\nenum S : ubyte { a }\n") ==
        Sentences{"bad.fbs:1: enum E: must specify the underlying integer type for this enum (e.g. ': short', "
                  "which was the default).",
                  "bad.fbs:2: enum F: underlying enum type must be integral",
                  "bad.fbs:3: enum F: a and b are both 1; give one of them another number",
                  "bad.fbs:4: enum G: underlying enum type must be integral",
                  "bad.fbs:7: table T, field s_byte_vector: Field s_byte_vector would clash with generated "
                  "functions for field s",
                  "bad.fbs:8: table T, field uType: Field uType would clash with generated functions for field u",
                  new_field("8", "T"), "bad.fbs:9: table E: datatype already exists: E",
                  "bad.fbs:10: table T: datatype already exists: T", "bad.fbs:11: union A: enum already exists: A",
                  "bad.fbs:13: enum S: datatype already exists: S"});
}

TEST_CASE("a second definition of a name") {
    CHECK(
        errors_of("table T { x:int; }\ntable T (cambium_table: \"ts\") {\n y:[[int]]; z:Nope; new:int (id: 0); }\n"
                  "enum T : byte {\n x = 300 }\nunion T {\n Gone }\ntable U { t:T; new:int; }") ==
        Sentences{"bad.fbs:2: table T: datatype already exists: T",
                  "bad.fbs:3: table T, field y: nested vector types not supported (wrap in table first)",
                  "bad.fbs:3: table T, field z: type Nope is not defined; check its spelling and its namespace",
                  "bad.fbs:4: enum T: datatype already exists: T",
                  "bad.fbs:5: enum T, enumerator x: enum value does not fit, \"300\" out of [-128; 127]",
                  "bad.fbs:6: union T: datatype already exists: T",
                  "bad.fbs:7: union T, member Gone: type Gone is not defined; check its spelling and its namespace",
                  new_field("8", "U")});
}

TEST_CASE("members of unions with blanks around their dots") {
    CHECK(errors_of("namespace a.b; table T { x:int; } namespace c; union U { a\n .b. T, a . b\n . Gone,\n"
                    " a . b . T }\ntable V { u:U; new:int; }") ==
          Sentences{"bad.fbs:3: " + undefined("a.b.Gone"),
                    "bad.fbs:4: union U, member a_b_T: enum value already exists: a_b_T", new_field("5", "V")});
}

TEST_CASE("attributes that are not declared, on what is left out") {
    CHECK(errors_of("table A { a:[[int]] (one,\n two: \"x\");\n a:int; A:int (\"three\"); a:int (four);\n"
                    " b:int (one, two); }") ==
          Sentences{"bad.fbs:1: table A, field a: nested vector types not supported (wrap in table first)",
                    "bad.fbs:1: table A, field a: attribute one is not declared; check its spelling, or write "
                    "attribute \"one\"; at the top of the file",
                    "bad.fbs:2: table A, field a: attribute two is not declared; check its spelling, or write "
                    "attribute \"two\"; at the top of the file",
                    "bad.fbs:3: table A, field a: field already exists: a",
                    "bad.fbs:3: table A, field A: field name can not be the same as table/struct name",
                    "bad.fbs:3: table A, field A: attribute three is not declared; check its spelling, or write "
                    "attribute \"three\"; at the top of the file",
                    "bad.fbs:3: table A, field a: attribute four is not declared; check its spelling, or write "
                    "attribute \"four\"; at the top of the file"});
}

TEST_CASE("what is found about a field beside its type") {
    const std::string table = "bad.fbs:5: table \"as\": ";
    CHECK(errors_of("\ntable A (cambium_table: \"as\", cambium_index: \"i(a)\") {\n"
                    " a:Nope (cambium_key: \"x\", cambium_unique: \"a b\");\n class:[[int]] (cambium_colour);\n"
                    " c:Nope (cambium_key, cambium_foreign_key: \"gone\", cambium_type: \"uuid\"); }\n"
                    "table B (cambium_table: \"bs\", cambium_codec: \"raw\") { id:ulong (cambium_key);\n"
                    " s:S (required); x:Gone (cambium_absent: \"no\"); }\nstruct S { a:int; b:Gone; }\n"
                    "table C (cambium_table: \"cs\") { id:Gone (cambium_key, cambium_generated); }\n"
                    "table D (cambium_table: \"ds\", cambium_codec: \"raw\",\n"
                    " cambium_foreign_key: \"f(c) to cs set_null; g(id) to as\") {\n"
                    " id:int (cambium_key); c:int; t:ubyte; }\n"
                    "table E (cambium_table: \"es\") { x:Gone; }") ==
          Sentences{
              "bad.fbs:3: table A, field a: type Nope is not defined; check its spelling and its namespace",
              "bad.fbs:3: table A, field a: attribute cambium_key takes no value; leave it out where it is not "
              "wanted",
              "bad.fbs:3: table \"as\": \"a b\" is not a name for an index",
              "bad.fbs:4: table A, field class: nested vector types not supported (wrap in table first)",
              "bad.fbs:4: table A, field class: \"class\"" + kKeyword,
              "bad.fbs:4: table A, field class: attribute cambium_colour is not known here; what may stand here is "
              "cambium_key, cambium_generated, cambium_expires, cambium_unique, cambium_index, cambium_type, "
              "cambium_absent, cambium_foreign_key, cambium_not_null, cambium_row_version, cambium_renamed_from",
              table + "two keys: cambium_key on fields \"a\" and \"c\"; a key of several fields is written on the "
                      "table: (cambium_key: \"a,c\")",
              table +
                  "foreign key \"c\" refers to table \"gone\", which neither this file nor one that it includes "
                  "declares",
              "bad.fbs:7: table B, field x: type Gone is not defined; check its spelling and its namespace",
              "bad.fbs:10: table \"ds\": codec raw stores every byte of a record, and D has 3 bytes of padding at "
              "its "
              "end; order its fields by size, largest first, fill the rest with fields of ubyte, or choose another "
              "codec",
              "bad.fbs:11: table \"ds\": foreign key \"f\" has set_null, and none of its fields is optional",
              "bad.fbs:11: table \"ds\": foreign key \"g\" has 1 columns, the key of table \"as\" has 2",
              "bad.fbs:13: table \"es\": no key; mark a field with cambium_key, or write (cambium_key: "
              "\"field,field\") on the table"});
}

TEST_CASE("errors in included files are named as the include statement finds them, and end no run") {
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path folder = directory.path();
    const auto before = std::filesystem::current_path();
    std::filesystem::create_directories(folder / "parts");
    std::filesystem::create_directories(folder / "more");
    std::ofstream{folder / "parts" / "inner.fbs"} << "include \"../more/deep.fbs\";\n"
                                                     "table Inner {\n  x:[[int]];\n  new:int;\n  y:Nope;\n}\n";
    std::ofstream{folder / "more" / "deep.fbs"} << "include \"../parts/../more/../parts/none.fbs\";\n"
                                                   "enum Deep : ubyte {\n  a,\n  a\n}\n";
    std::ofstream{folder / "parts" / "none.fbs"} << "struct None {\n  x:string; }\n";
    std::filesystem::current_path(folder);
    const auto errors = [](const std::string& schema) {
        return cambium::codegen::generate("outer.fbs", schema, {"more"}).errors;
    };
    CHECK(errors("include \"parts/inner.fbs\";\ninclude \"deep.fbs\";\ntable A { i:Inner; d:Deep; n:None;\n "
                 "new:Gone; }") ==
          Sentences{
              "outer.fbs:4: table A, field new: type Gone is not defined; check its spelling and its namespace",
              "outer.fbs:4: table A, field new: \"new\"" + kKeyword,
              "parts/inner.fbs:3: table Inner, field x: nested vector types not supported (wrap in table first)",
              "parts/inner.fbs:4: table Inner, field new: \"new\"" + kKeyword,
              "parts/inner.fbs:5: table Inner, field y: type Nope is not defined; check its spelling and its "
              "namespace",
              "parts/../more/deep.fbs:4: enum Deep, enumerator a: enum value already exists: a",
              "parts/../more/../parts/../more/../parts/none.fbs:2: struct None, field x: structs may contain only "
              "scalar or struct fields"});
    std::ofstream{folder / "parts" / "inner.fbs"} << "table Inner {\n  x:int\n}\n";
    CHECK(errors("include \"parts/inner.fbs\";\n") ==
          Sentences{"parts/inner.fbs:3: table Inner, field x: expecting: ; instead got: }"});
    std::ofstream{folder / "parts" / "inner.fbs"}
        << std::string{"table Inner { x:int; }\0 table More { x:int; }", 45};
    CHECK(errors("include \"parts/inner.fbs\";\ntable A { x:Gone; }") ==
          Sentences{"parts/inner.fbs:1: the file holds a NUL byte; a schema is text"});
    std::filesystem::current_path(before);
}

/// A schema in which k slips are made at random places, and what is to be told of them.
class RandomSchema {
public:
    explicit RandomSchema(std::uint64_t seed) : random_{seed} {
        line("namespace n; attribute \"cambium_type\"; attribute \"cambium_key\"; attribute \"cambium_absent\";");
        line("table Base { x:int; } enum Plain : ubyte { zero, one } union Either { Base }");
        for (int i = 0; i < 12; ++i) add_definition();
        line("root_type Base;");
    }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] Sentences told() const {
        Sentences all = told_;
        std::sort(all.begin(), all.end());
        return all;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool is_slip() { return below(4) == 0; }
    /// In the order of the text, in which the library then names enumerators of one number.
    std::string fresh(const std::string& beginning) {
        const std::string number = std::to_string(++names_);
        return beginning + std::string(4 - number.size(), '0') + number;
    }

    void line(const std::string& text) {
        text_ += text + (below(3) == 0 ? " // { ; \" }" : "") + "\n";
        ++line_;
    }
    /// Of the next line.
    void tell(const std::string& sentence) {
        told_.push_back("bad.fbs:" + std::to_string(line_ + 1) + ": " + sentence);
    }

    void add_definition() {
        switch (below(6)) {
            case 0:
                return add_enum();
            case 1:
                return add_struct();
            case 2:
                return add_whole();
            default:
                return add_table();
        }
    }

    void add_table() {
        const std::string table = fresh("T");
        const bool has_ids = below(2) == 0;
        std::size_t id = 0;
        std::string owner;  // of the id before
        earlier_.clear();
        has_keyword_ = false;
        line("table " + table + " {");
        for (std::size_t count = below(8) + 1; count > 0; --count) {
            Field field = is_slip() ? wrong_field(table) : right_field();
            if (has_ids) {
                const bool is_union = field.type.find("Either") != std::string::npos;
                if (is_union) ++id;
                const bool is_slip_of_id = !is_union && !owner.empty() && below(8) == 0;
                if (is_slip_of_id)
                    tell("table " + table + ", field " + field.name + ": id " + std::to_string(id - 1) +
                         " is that of field " + owner + " already; give one of them another");
                else
                    owner = field.name;
                field.attributes +=
                    (field.attributes.empty() ? "id: " : ", id: ") + std::to_string(is_slip_of_id ? id - 1 : id++);
            }
            line(" " + field.name + ":" + field.type + field.value +
                 (field.attributes.empty() ? "" : " (" + field.attributes + ")") + ";");
        }
        line("}");
    }

    void add_struct() {
        const std::string name = fresh("S");
        line("struct " + name + " {");
        for (std::size_t count = below(3) + 1; count > 0; --count) {
            Field field{fresh("f"), "int"};
            const std::string at = "struct " + name + ", field " + field.name + ": ";
            switch (is_slip() ? below(4) : 4) {
                case 0:
                    tell(at + "structs may contain only scalar or struct fields");
                    field.type = "string";
                    break;
                case 1:
                    tell(at + "default values are not supported for struct fields, table fields, or in structs.");
                    field.value = " = 3";
                    break;
                case 2:
                    tell(at + "can't deprecate fields in a struct");
                    field.value = " (deprecated)";
                    break;
                case 3:
                    tell(at + "length of fixed-length array must be positive and fit to uint16_t type");
                    field.type = "[byte:0]";
                    break;
                default:
                    break;
            }
            line(" " + field.name + ":" + field.type + field.value + ";");
        }
        line("}");
    }

    void add_enum() {
        const std::string name = fresh("E");
        const std::string at = "enum " + name;
        std::string last;  // with number `number`
        std::size_t number = 0;
        bool must_say_number = true;
        bool is_behind_gap = false;
        bool has_keyword = false;
        line(at + " : ubyte {");
        for (std::size_t count = below(6) + 1; count > 0; --count) {
            const std::string value = fresh("v");
            const std::size_t slip = is_slip() && !last.empty() ? below(4) : 4;
            if (slip == 0) {
                tell(at + ", enumerator " + value + ": enum value does not fit, \"300\" out of [0; 255]");
                line(" " + value + " = 300,");
                is_behind_gap = true;
            } else if (slip == 1) {
                tell(at + ", enumerator " + last + ": enum value already exists: " + last);
                line(" " + last + " = " + std::to_string(200 + count) + ",");
                must_say_number = true;
            } else if (slip == 2) {
                tell(at + ": " + last + " and " + value + " are both " + std::to_string(number) +
                     "; give one of them another number");
                line(" " + value + " = " + std::to_string(number) + ",");
                must_say_number = true;
            } else if (slip == 3 && !has_keyword) {
                tell(at + ", enumerator new: \"new\"" + kKeyword);
                line(" new = " + std::to_string(100 + count) + ",");
                has_keyword = must_say_number = true;
            } else {
                ++number;
                is_behind_gap = is_behind_gap && !must_say_number;
                last = is_behind_gap ? "" : value;
                line(" " + value + (must_say_number ? " = " + std::to_string(number) : "") + ",");
                must_say_number = below(2) == 0;
            }
        }
        line("}");
    }

    /// A definition that is wrong as a whole, or a statement.
    void add_whole() {
        const std::string name = fresh("W");
        switch (below(8)) {
            case 0:
                tell("table Base: datatype already exists: n.Base");
                tell("table Base, field x: nested vector types not supported (wrap in table first)");
                return line("table Base { x:[[int]]; }");
            case 1:
                tell("struct " + name + ": size 0 structs not allowed");
                return line("struct " + name + " { }");
            case 2:
                tell("enum " + name +
                     ": must specify the underlying integer type for this enum (e.g. \': short\', which was the "
                     "default).");
                return line("enum " + name + " { a }");
            case 3:
                tell("enum " + name + ": underlying enum type must be integral");
                return line("enum " + name + " : float { a }");
            case 4:
                tell("union " + name + ", member " + name + "Gone: " + undefined(name + "Gone"));
                return line("union " + name + " { Base, " + name + "Gone }");
            case 5:
                tell("unknown root type: " + name);
                return line("root_type " + name + ";");
            case 6:
                tell("rpc_service " + name + ", call two: rpc request and response types must be tables");
                line("rpc_service " + name + " {");
                told_.back().replace(8, told_.back().find(':', 8) - 8, std::to_string(line_ + 1));
                return line(" one(Base):Base; two(Base):Plain; }");
            default:
                tell("enum Plain: enum already exists: n.Plain");
                tell("enum Plain, enumerator zero: enum value already exists: zero");
                return line("enum Plain : ubyte { zero, zero }");
        }
    }

    struct Field {
        std::string name, type, value{}, attributes{};
    };

    Field right_field() {
        const std::vector<Field> kinds = {{"", "int"},
                                          {"", "string", "", "required"},
                                          {"", "Plain", " = one"},
                                          {"", "Either"},
                                          {"", "[Either]"},
                                          {"", "[n.Base]"},
                                          {"", "long", " = -7", "cambium_type: \"timestamp\""},
                                          {"", "float", " = null"}};
        Field field = kinds[below(kinds.size())];
        field.name = earlier_ = fresh("f");
        return field;
    }

    Field wrong_field(const std::string& table) {
        const std::string name = fresh("f");
        const std::string other = fresh("Gone");
        const std::string of_table = "table " + table + ", field ";
        const std::string at = of_table + name + ": ";
        switch (below(15)) {
            case 0:
                tell(at + "nested vector types not supported (wrap in table first)");
                return {name, "[[int]]"};
            case 1:
                tell(at + undefined(other));
                return {name, other, "", "required"};
            case 2:
                tell(at + undefined("n." + other));
                return {name, "[n." + other + "]"};
            case 3:
                tell(at + "Cannot assign token starting with 'float constant' to value of <int> type.");
                return {name, "int", " = 1.5"};
            case 4:
                tell(at + "invalid number: \"70000\", constant does not fit [-32768; 32767]");
                return {name, "short", " = 70000"};
            case 5:
                tell(at + "unknown enum value: " + other);
                return {name, "Plain", " = " + other};
            case 6:
                tell(at + "default value of `9` for field `" + name + "` is not part of enum `Plain`.");
                return {name, "Plain", " = 9"};
            case 7:
                tell(at + "shared can only be defined on strings");
                return {name, "int", "", "shared"};
            case 8:
                tell(at + undeclared(other));
                return {name, "int", "", other};
            case 9:
                tell(of_table + table + ": field name can not be the same as table/struct name");
                return {table, "int"};
            case 10:
                tell(at + "only non-scalar fields in tables may be 'required'");
                return {name, "int", "", "required"};
            case 11:
                tell(at + "attribute cambium_key needs a table with cambium_table: \"name\"");
                return {name, "int", "", "cambium_key"};
            case 12:
                tell(at + "cambium_absent is not for scalars; write \"= null\" for an optional one");
                return {name, "int", "", "cambium_absent: \"null\""};
            case 13:
                if (earlier_.empty()) return {name, "int"};
                tell(of_table + earlier_ + ": field already exists: " + earlier_);
                return {earlier_, "int"};
            default:
                if (std::exchange(has_keyword_, true)) return {name, "int"};
                tell(of_table + "new: \"new\"" + kKeyword);
                tell(of_table + "new: " + undefined(other));
                return {"new", other};
        }
    }

    std::mt19937_64 random_;
    std::string text_;
    Sentences told_;
    std::size_t line_ = 0;
    std::size_t names_ = 0;
    std::string earlier_;  // a field of the table
    bool has_keyword_ = false;
};

TEST_CASE("slips at random places are told, each at its line, and nothing else is") {
    std::mt19937_64 random{cambium::test::seed()};
    for (int round = 0; round < 200; ++round) {
        const RandomSchema schema{random()};
        Sentences errors = cambium::codegen::generate("bad.fbs", schema.text(), {}).errors;
        std::sort(errors.begin(), errors.end());
        CAPTURE(schema.text());
        REQUIRE(errors == schema.told());
    }
}

}  // namespace

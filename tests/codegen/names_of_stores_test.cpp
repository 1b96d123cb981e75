// Schemas written from stores with awkward names: the generator takes them and they declare the same tables, or a
// sentence says what cannot be carried over.
#include <doctest/doctest.h>

#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/json.hpp>
#include <cambium/kv/maintenance.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "check.hpp"
#include "generator.hpp"
#include "schema_from_tables.hpp"
#include "temporary_store.hpp"

namespace {

using cambium::FieldInfo;
using cambium::TableInfo;
using Sentences = std::vector<std::string>;

enum class Mood : std::uint8_t { good };

struct Address {
    std::string Cat{};
    std::int32_t number{};
};
struct Feline {
    std::uint64_t each{};
    std::string descending{};
    std::string ignore_case{};
    std::optional<std::string> where{};
    std::string covering{};
    std::int32_t version{};
    std::string module{};
    std::string import{};
    std::int32_t Cat{};
    std::vector<std::string> CatBuilder{};
    Address address{};
    std::optional<Mood> table{};
    std::variant<std::monostate, std::string, Address> string{};
    cambium::Uuid include{};
    std::uint64_t owner{};
};
bool cascade(const Feline&) {
    return true;
}
struct Plain {
    std::uint64_t id{};
    std::string name{};
};
template <cambium::detail::Name TableName>
struct Called : cambium::Table<TableName, Plain, cambium::PrimaryKey<&Plain::id>, cambium::Json> {};

struct Felines
    : cambium::Table<
          "cats", Feline, cambium::PrimaryKey<&Feline::each, &Feline::descending>, cambium::Cbor,
          cambium::Unique<"where", &Feline::ignore_case>,
          cambium::OrderedIndex<"class", cambium::descending<&Feline::each>>,
          cambium::OrderedIndex<"covering", cambium::descending<cambium::ignore_case<&Feline::descending>>,
                                &Feline::version, cambium::where<&cascade>, cambium::covering<&Feline::where>>,
          cambium::OrderedIndex<"each", cambium::each<&Feline::CatBuilder>>,
          cambium::ForeignKey<"to", Called<"class">, &Feline::owner>> {};

void check_carried_over(const std::vector<TableInfo>& stored, const std::string& name_space) {
    const auto written = cambium::codegen::schema_from_tables(stored, "it.cambium", name_space);
    CAPTURE(written.text);
    CHECK(written.errors == Sentences{});
    CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
    const auto check = cambium::codegen::check_tables(stored, {"it.fbs", written.text}, {});
    CHECK(check.errors == Sentences{});
    CHECK(check.differences == std::vector<cambium::TableDifference>{});
}

TEST_CASE("a store with the words of schemas and names that are like those made up") {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    auto db = cambium::Database::open<Felines, Called<"cat_builders">, Called<"cat_address">,
                                      Called<"cat_addresses">, Called<"CATS">, Called<"creates">, Called<"class">,
                                      Called<"classes">, Called<"int">, Called<"null">, Called<"tables">,
                                      Called<"codecs">, Called<"EOFs">, Called<"its">, Called<"Felines">,
                                      Called<"enum_name_cats">, Called<"uuids">, Called<"_x">>(store);
    CHECK(cambium::kv::check(db.environment()).ok());
    db.close();
    const auto stored = cambium::describe(store);
    CHECK(stored.size() == 18);
    for (const std::string name_space : {"it", "It", "Cat", "CatRecordBuilder", "Uuid", "name", "", "cascade_"}) {
        CAPTURE(name_space);
        check_carried_over(stored, name_space);
    }
}

template <std::size_t Count>
consteval auto letters() {
    char text[Count + 1]{};
    for (std::size_t i = 0; i < Count; ++i) text[i] = 't';
    return cambium::detail::Name<Count + 1>{text};
}

TEST_CASE("the longest name of a table that a store takes is the longest that a schema may have") {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    CHECK_THROWS_AS(static_cast<void>(cambium::Database::open<Called<letters<1019>()>>(store)), cambium::Error);
    auto db = cambium::Database::open<Called<letters<1018>()>>(store);
    CHECK(cambium::kv::check(db.environment()).ok());
    db.close();
    check_carried_over(cambium::describe(store), "it");
}

/// A table of these fields and one that is its key.
TableInfo table_of(const std::string& name, std::vector<FieldInfo> fields) {
    fields.insert(fields.begin(), {"id", "u64"});
    return {.name = name, .codec = "cbor", .fields = std::move(fields), .key = {"id"}};
}

Sentences errors_of(const std::vector<TableInfo>& tables) {
    const auto written = cambium::codegen::schema_from_tables(tables, "it.cambium", "it");
    if (!written.text.empty()) CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
    return written.errors;
}

const std::string kSpelling =
    "a name in a schema is letters, digits and underscores, the first no digit; rename it";

TEST_CASE("names that a schema cannot spell") {
    for (const std::string name : {"my table", "my.table", "my-table", "\"", "caf\xc3\xa9", "1"})
        CHECK(errors_of({table_of(name, {})}) == Sentences{"table \"" + name + "\": " + kSpelling});
    for (const std::string name : {"_1", "_"})
        CHECK(errors_of({table_of(name, {})}) ==
              Sentences{"table \"" + name + "\": its C++ name \"" + name.substr(1) + "\": " + kSpelling});
    TableInfo things = table_of("things", {{"\xc3\xa9t\xc3\xa9", "i32"}, {"a b", "optional<record{c.d:i32}>"}});
    things.indexes = {{.name = "by id", .columns = {{.name = "id"}}, .predicate = "is<good>"}};
    things.foreign_keys = {{.name = "to-id", .target = "things", .columns = {"id"}, .on_erase = "cascade"}};
    CHECK(errors_of({things}) == Sentences{"table \"things\": index \"by id\": " + kSpelling,
                                           "table \"things\": index \"by id\": function is<good>: " + kSpelling,
                                           "table \"things\": foreign key \"to-id\": " + kSpelling,
                                           "table \"things\": field \"\xc3\xa9t\xc3\xa9\": " + kSpelling,
                                           "table \"things\": field \"a b\": " + kSpelling,
                                           "table \"things\": field \"c.d\": " + kSpelling});
}

TEST_CASE("names that clash in generated code are told by table and field") {
    const std::string otherwise = " already; name the table otherwise";
    CHECK(errors_of({table_of("aB", {}), table_of("a_b", {}), table_of("EOF", {})}) ==
          Sentences{"table \"a_b\": its C++ name AB is that of table \"aB\"" + otherwise,
                    "table \"EOF\": its C++ name EOF is a macro of the C library or the compiler; name the table "
                    "otherwise"});
    const std::string twice =
        ": its name differs from that of field name in the case of letters or an underscore only, and flatc makes "
        "one name of both; choose another";
    CHECK(errors_of({table_of("things", {{"name", "string"}, {"Name", "string"}})}) ==
          Sentences{"table \"things\", field Name" + twice});
    CHECK(errors_of({table_of("things", {{"part", "vector<record{name:i32,Name:i32}>"}})}) ==
          Sentences{"table \"things\", field \"part\", field Name" + twice});
    CHECK(errors_of({table_of("things", {{"shape", "variant<null,string>"}, {"shape_type", "u8"}})}) ==
          Sentences{"table \"things\", field shape_type: field already exists: shape_type"});
}

TEST_CASE("any name is carried over, or a sentence about its table says why not") {
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (const std::string word : {"class",
                                   "int",
                                   "NULL",
                                   "errno",
                                   "linux",
                                   "strdupa",
                                   "CLONE_VM",
                                   "__x",
                                   "_X",
                                   "x_",
                                   "_x",
                                   "X",
                                   "as",
                                   "As",
                                   "fb",
                                   "Fb",
                                   "it",
                                   "It",
                                   "its",
                                   "std",
                                   "cambium",
                                   "flatbuffers",
                                   "FLATBUFFERS_H_",
                                   "size_t",
                                   "int32_t",
                                   "Table",
                                   "table",
                                   "tables",
                                   "struct",
                                   "enum",
                                   "union",
                                   "namespace",
                                   "root_type",
                                   "include",
                                   "attribute",
                                   "rpc_service",
                                   "file_identifier",
                                   "file_extension",
                                   "native_include",
                                   "null",
                                   "true",
                                   "false",
                                   "inf",
                                   "nan",
                                   "infinity",
                                   "string",
                                   "bool",
                                   "byte",
                                   "ubyte",
                                   "short",
                                   "ushort",
                                   "long",
                                   "ulong",
                                   "float",
                                   "double",
                                   "int8",
                                   "uint64",
                                   "float32",
                                   "id",
                                   "key",
                                   "required",
                                   "deprecated",
                                   "required_",
                                   "hash",
                                   "shared",
                                   "force_align",
                                   "bit_flags",
                                   "nested_flatbuffer",
                                   "original_order",
                                   "GetField",
                                   "GetFields",
                                   "Verify",
                                   "Verifier",
                                   "verifier",
                                   "Verifies",
                                   "builder_",
                                   "fbb_",
                                   "_fbb",
                                   "start_",
                                   "end",
                                   "o",
                                   "os",
                                   "Builder",
                                   "Builders",
                                   "FlatBuffersVTableOffset",
                                   "KeyCompareLessThan",
                                   "VT_ID",
                                   "VT_id",
                                   "ID",
                                   "Id",
                                   "id_",
                                   "id__",
                                   "add_id",
                                   "id_type",
                                   "id_as",
                                   "padding0__",
                                   "module",
                                   "modules",
                                   "import",
                                   "synchronized",
                                   "Mutable",
                                   "MIN",
                                   "MAX",
                                   "NONE",
                                   "ANY",
                                   "min",
                                   "max",
                                   "value",
                                   "values",
                                   "types",
                                   "Offset",
                                   "i",
                                   "obj",
                                   "enum_value",
                                   "Record",
                                   "Records",
                                   "View",
                                   "Codec",
                                   "codecs",
                                   "record",
                                   "records",
                                   "out",
                                   "from",
                                   "to",
                                   "one",
                                   "pack_one",
                                   "unpack",
                                   "generated",
                                   "each",
                                   "descending",
                                   "where",
                                   "covering",
                                   "version",
                                   "without_nulls",
                                   "ignore_case",
                                   "cascade",
                                   "restrict",
                                   "set_null",
                                   "deferred",
                                   "a",
                                   "UUID",
                                   "uuid",
                                   "Uuid",
                                   "uuids",
                                   "fixed",
                                   "Fixed4",
                                   "fixed4s",
                                   "log",
                                   "logs",
                                   "index",
                                   "indexes",
                                   "EnumNames",
                                   "EnumNamesX",
                                   "CreateX",
                                   "XBuilder",
                                   "xBuilders",
                                   "creates",
                                   "minus_1",
                                   "zero",
                                   "value_1",
                                   "Deprecated",
                                   "operator==",
                                   "a b",
                                   "a.b",
                                   "a,b",
                                   "a\"b",
                                   "a;b",
                                   "\xc3\xa4",
                                   "9",
                                   "9x",
                                   "_9",
                                   "__"}) {
        CAPTURE(word);
        TableInfo indexed = table_of("things", {{word, "string"}});
        indexed.indexes = {{.name = word, .columns = {{.name = word, .type = "string"}}}};
        TableInfo listed = table_of("things", {});
        listed.indexes = {{.name = word, .columns = {{.name = "id", .type = "u64"}}, .version = 2}};
        TableInfo filtered = table_of("things", {});
        filtered.indexes = {{.name = "i", .columns = {{.name = "id", .type = "u64"}}, .predicate = word}};
        const std::string nested = "optional<record{" + word + ":i32,b:enum u8}>";
        for (const TableInfo& table :
             {table_of(word, {{"x", "optional<record{a:i32}>"}, {"y", "uuid"}, {"z", "fixed<4>"}}), indexed, listed,
              filtered, table_of("things", {{"part", nested}}),
              table_of("xs", {{word, "vector<record{a:enum i8}>"}}),
              table_of("things", {{word, "variant<null,string,record{a:i32}>"}})}) {
            const auto written = cambium::codegen::schema_from_tables({table}, "it.cambium", "it");
            CAPTURE(written.text);
            if (written.errors.empty()) {
                ++accepted;
                CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
                const auto check = cambium::codegen::check_tables({table}, {"it.fbs", written.text}, {});
                CHECK(check.errors == Sentences{});
                CHECK(check.is_compatible());
            } else {
                ++refused;
                for (const std::string& sentence : written.errors) {
                    CAPTURE(sentence);
                    CHECK(sentence.starts_with("table \"" + table.name + "\""));
                    CHECK(sentence.find("it.cambium") == std::string::npos);
                }
            }
        }
    }
    CHECK(accepted > 800);
    CHECK(refused > 100);
}

}  // namespace

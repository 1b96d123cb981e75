// Enumerators of schemas written from stores: those that the store has, and one that is made up only where
// FlatBuffers needs it. A program that has the enum without that one would be refused by a store that a schema has
// opened.
#include <doctest/doctest.h>

#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/codec/cbor.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "declared_tables.hpp"
#include "generator.hpp"
#include "schema_from_tables.hpp"
#include "temporary_store.hpp"

namespace {

using cambium::TableInfo;
using Sentences = std::vector<std::string>;

std::vector<TableInfo> declared_by(const std::string& text) {
    cambium::codegen::Diagnostics diagnostics{"it.fbs", text};
    const auto schema = cambium::codegen::read_schema("it.fbs", text, {}, diagnostics);
    CHECK(diagnostics.sentences() == Sentences{});
    REQUIRE(schema);
    return cambium::codegen::declared_tables(*schema);
}

/// The schema of a store, and what opening the store by it would change, in sentences.
struct Written {
    std::string text;
    Sentences changes;
};

Written written_from(const std::vector<TableInfo>& stored) {
    const auto written = cambium::codegen::schema_from_tables(stored, "it.cambium", "it");
    CHECK(written.errors == Sentences{});
    CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
    Sentences changes;
    for (const auto& one : cambium::codegen::check_tables(stored, {"it.fbs", written.text}, {}).differences)
        changes.push_back(one.sentence);
    return {written.text, changes};
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void check_enumerators(const std::vector<TableInfo>& tables, const std::vector<TableInfo>& stored) {
    REQUIRE(tables.size() == stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
        CHECK_FALSE(stored[i].enums.empty());
        CHECK(tables[i].enums == stored[i].enums);
    }
}

enum class Mood : std::int8_t { sad = -5, glad = 3 };
enum class Bits : std::uint8_t { one = 1, two = 2 };

struct Guest {
    Mood usual{Mood::glad};
    Mood in_key{Mood::sad};
    std::optional<Mood> now{};
    std::vector<Mood> before{};
    std::vector<Bits> bits{};
    struct Visit {
        Mood mood{Mood::glad};
        std::optional<Mood> later{};
    };
    std::vector<Visit> visits{};
    std::optional<Visit> last{};
};
struct Guests : cambium::Table<"guests", Guest, cambium::PrimaryKey<&Guest::in_key>, cambium::Cbor,
                               cambium::OrderedIndex<"now", &Guest::now>> {};

template <class Table>
std::vector<TableInfo> stored_by() {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    auto db = cambium::Database::open<Table>(store);
    cambium::test::require_sound(db.environment());
    db.close();
    return cambium::describe(store);
}

TEST_CASE("no enumerator is made up for lists, optional fields and fields with a default") {
    const Written written = written_from(stored_by<Guests>());
    CAPTURE(written.text);
    CHECK(written.changes == Sentences{});
    CHECK_FALSE(has(written.text, "zero"));
    CHECK(has(written.text, "usual:GuestUsual = glad;"));
    CHECK(has(written.text, "in_key:GuestInKey = sad;"));
    CHECK(has(written.text, "now:GuestNow = null;"));
    CHECK(has(written.text, "before:[GuestBefore];"));
    CHECK(has(written.text, "mood:GuestVisitsMood = sad;"));  // what it begins as is not kept
}

struct Visitor {
    std::uint32_t id{};
    Mood mood{};
    std::optional<Mood> now{};
};
struct Visitors : cambium::Table<"visitors", Visitor, cambium::PrimaryKey<&Visitor::id>, cambium::Cbor> {};

TEST_CASE("one is made up for a field that begins as none of them") {
    const Written written = written_from(stored_by<Visitors>());
    CAPTURE(written.text);
    CHECK(written.changes == Sentences{"table \"visitors\": field \"mood\": enumerator \"zero\" (0) is new"});
    CHECK(has(written.text, "enum VisitorMood : byte {\n    sad = -5,\n    zero = 0,\n    glad = 3,\n}"));
    CHECK(has(written.text, "enum VisitorNow : byte {\n    sad = -5,\n    glad = 3,\n}"));
}

TEST_CASE("enumerators of a schema come back as they were") {
    const std::string begin =
        "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_codec\"; attribute "
        "\"cambium_foreign_key\"; enum E:long {A=-5,B} enum Z:byte {a=-1,z,b} enum F:ushort (bit_flags) {P,Q}\n"
        "struct S { z:Z; } table N { es:[E]; o:E = null; e:E = B; z:Z; s:S; }\n";
    const std::string fields =
        "e:E = B; es:[E]; o:E = null; fs:[F]; f:F; z:Z; b:Z = b; n:N; ns:[N]; to:E = null (cambium_foreign_key: "
        "\"bs\");";
    for (const std::string codec : {"flatbuffers", "cbor", "json"}) {
        CAPTURE(codec);
        const std::string attributes = "(cambium_codec: \"" + codec + "\", cambium_table: ";
        const auto stored =
            declared_by(begin + "table A " + attributes + "\"as\") { id:uint (cambium_key); " + fields +
                        " } table B " + attributes + "\"bs\") { id:E = A (cambium_key); z:Z; }");
        const Written written = written_from(stored);
        CAPTURE(written.text);
        CHECK(written.changes == Sentences{});
        CHECK_FALSE(has(written.text, "zero"));
        check_enumerators(declared_by(written.text), stored);
    }
    // The field that refers comes first and is optional; the one that it refers to begins as the zero.
    const auto stored = declared_by(begin +
                                    "table A (cambium_table: \"as\") { id:uint (cambium_key); to:Z = null "
                                    "(cambium_foreign_key: \"bs\"); } table B (cambium_table: \"bs\") { id:Z "
                                    "(cambium_key); }");
    check_enumerators(declared_by(written_from(stored).text), stored);
}

}  // namespace

// Schemas written from stores of all kinds: foreign keys on enums, defaults that are no finite numbers, tables that
// no schema can declare.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cambium/base/uint256.hpp>
#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/json.hpp>
#include <cambium/dynamic.hpp>
#include <cambium/kv/maintenance.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "check.hpp"
#include "declared_tables.hpp"
#include "generator.hpp"
#include "numbers_tables.hpp"
#include "schema_from_tables.hpp"
#include "temporary_store.hpp"

namespace {

using cambium::TableInfo;
using cambium::codegen::Difference;
using cambium::codegen::SchemaFromTables;
using Sentences = std::vector<std::string>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<TableInfo> declared_by(const std::string& text) {
    cambium::codegen::Diagnostics diagnostics{"it.fbs", text};
    const auto schema = cambium::codegen::read_schema("it.fbs", text, {}, diagnostics);
    CHECK(diagnostics.sentences() == Sentences{});
    REQUIRE(schema);
    return cambium::codegen::declared_tables(*schema);
}

/// The generator takes what is written, and opening the store with it changes nothing but what is left out and
/// `added`.
SchemaFromTables written_from(const std::vector<TableInfo>& stored, const Sentences& added = {}) {
    SchemaFromTables written = cambium::codegen::schema_from_tables(stored, "it.cambium", "it");
    CAPTURE(written.text);
    CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
    std::vector<Difference> left_out;
    for (const TableInfo& table : stored) {
        const std::string place = "table \"" + table.name + "\"";
        if (std::any_of(written.errors.begin(), written.errors.end(),
                        [&](const std::string& sentence) { return sentence.starts_with(place); }))
            left_out.push_back({true, place + ": is no longer declared; its records stay in the store"});
    }
    for (const std::string& sentence : added) left_out.push_back({true, sentence});
    const auto found = cambium::codegen::check_tables(stored, {"it.fbs", written.text}, {}).differences;
    std::string all;
    for (const Difference& one : found) all += one.sentence + "\n";
    CAPTURE(all);
    CHECK(found == left_out);
    return written;
}

template <class... Tables>
std::vector<TableInfo> stored_by() {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    auto database = cambium::Database::open<Tables...>(store);
    CHECK(cambium::kv::check(database.environment()).ok());
    database.close();
    return cambium::describe(store);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The lines that begin so, without that.
Sentences lines_of(const std::string& text, const std::string& begin) {
    Sentences lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        if (text.compare(at, begin.size(), begin) == 0)
            lines.push_back(text.substr(at + begin.size(), end - at - begin.size()));
        at = end + 1;
    }
    return lines;
}

enum class Mood : std::int8_t { calm, glad = 3 };
enum class Size : std::uint64_t { small, large = 18446744073709551615U };

struct Parent {
    Mood mood{Mood::glad};
    Size size{};
};
struct Parents
    : cambium::Table<"parents", Parent, cambium::PrimaryKey<&Parent::mood, &Parent::size>, cambium::Cbor> {};
struct Child {
    Mood id{static_cast<Mood>(-5)};
    std::optional<Mood> mood{};
    std::optional<Size> size{};
    Mood other{Mood::glad};
};
struct Children
    : cambium::Table<"children", Child, cambium::PrimaryKey<&Child::id>, cambium::Cbor,
                     cambium::ForeignKey<"parent", Parents, &Child::mood, &Child::size, cambium::set_null>> {};
struct Grandchild {
    Mood id{static_cast<Mood>(7)};
    Mood child{static_cast<Mood>(11)};
};
struct Grandchildren
    : cambium::Table<"grandchildren", Grandchild, cambium::PrimaryKey<&Grandchild::id>, cambium::Json,
                     cambium::ForeignKey<"child", Children, &Grandchild::child, cambium::cascade_erase>,
                     cambium::ForeignKey<"id", Children, &Grandchild::id, cambium::deferred>> {};
/// Another enum would be called as its own type.
struct ChildrenRecordIds
    : cambium::Table<"children_record_id", Child, cambium::PrimaryKey<&Child::id>, cambium::Cbor> {};

TEST_CASE("fields that foreign keys join have one enum, with the defaults of all of them") {
    // A schema has an enumerator for each number that a field begins as.
    Sentences added;
    for (const std::string place :
         {"table \"children\": field \"id\"", "table \"children_record_id\": field \"id\"",
          "table \"grandchildren\": field \"id\"", "table \"grandchildren\": field \"child\""})
        for (const std::string one : {"\"minus_5\" (-5)", "\"value_11\" (11)", "\"value_7\" (7)"})
            if (place.find("record_id") == std::string::npos || one.find("minus") != std::string::npos)
                added.push_back(place + ": enumerator " + one + " is new");
    const auto written = written_from(stored_by<Parents, Children, Grandchildren, ChildrenRecordIds>(), added);
    CHECK(written.errors == Sentences{});
    CAPTURE(written.text);
    for (const std::string part :
         {"enum ParentMood : byte {\n    calm = 0,\n    glad = 3,\n}\n",
          "enum ParentSize : ulong {\n    small = 0,\n}\n",
          "enum ChildrenRecordId2 : byte {\n    minus_5 = -5,\n    calm = 0,\n    glad = 3,\n    value_7 = 7,\n    "
          "value_11 = "
          "11,\n}\n",
          "    id:ChildrenRecordId2 = minus_5;\n    mood:ParentMood = null;\n    size:ParentSize = null;\n",
          "    id:ChildrenRecordId2 = value_7;\n    child:ChildrenRecordId2 = value_11;\n",
          "    mood:ParentMood = glad;\n    size:ParentSize;\n"})
        CHECK_MESSAGE(has(written.text, part), part);
    CHECK(lines_of(written.text, "enum ").size() == 8);
}

TEST_CASE("enums of buffers, of tables that refer to each other and of one that refers to itself") {
    const std::string head =
        "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_foreign_key\";\n"
        "enum E : byte { low = -3, zero = 0, high = 12 }\n";
    const auto stored = declared_by(
        head +
        "table A (cambium_table: \"as\", cambium_foreign_key: \"b(id) to bs\") { id:E (cambium_key); }\n"
        "table B (cambium_table: \"bs\", cambium_foreign_key: \"a(id) to as; c(c) to cs\") { id:E = high "
        "(cambium_key); c:E = low; }\n"
        "table C (cambium_table: \"cs\", cambium_foreign_key: \"up(up) to cs set_null\") { id:E (cambium_key); "
        "up:E "
        "= null; }\n");
    const auto written = written_from(stored);
    CAPTURE(written.text);
    CHECK(written.errors == Sentences{});
    CHECK(lines_of(written.text, "enum ") == Sentences{"BsRecordId : byte {", "CsRecordId : byte {"});
    CHECK(declared_by(written.text) == stored);
}

struct Span {
    float low = -std::numeric_limits<float>::infinity();
    double none = kNan;
};
struct Gauge {
    std::uint32_t id{};
    double nothing = kNan;
    double most = kInfinity;
    Span span{};
    std::optional<double> maybe = kNan;
    std::vector<Span> spans{Span{}};
    std::variant<std::monostate, Span, std::string> any{Span{}};
};
struct Gauges : cambium::Table<"gauges", Gauge, cambium::PrimaryKey<&Gauge::id>, cambium::Cbor> {};
struct Readings : cambium::Table<"readings", Gauge, cambium::PrimaryKey<&Gauge::id>, cambium::Json> {};

TEST_CASE("defaults that are no finite numbers come back, or are told") {
    const auto cbor = written_from(stored_by<Gauges>());
    CHECK(cbor.errors == Sentences{});
    CAPTURE(cbor.text);
    CHECK(has(cbor.text, "    nothing:double = nan;\n    most:double = inf;\n"));
    CHECK(has(cbor.text, "    low:float = -inf;\n    none:double = nan;\n"));
    const Sentences of_others = {
        "field \"any\" of table \"gauges\" begins as [1,{\"low\":\"-inf\",\"none\":\"nan\"}].",
        "field \"maybe\" of table \"gauges\" begins as nan.",
        "field \"spans\" of table \"gauges\" begins as [{\"low\":\"-inf\",\"none\":\"nan\"}]."};
    const std::string told = "// A schema cannot say that ";
    CHECK(lines_of(cbor.text, told) == of_others);

    // Of codec json the generator takes none.
    const auto json = written_from(stored_by<Readings>());
    CHECK(json.errors == Sentences{});
    CAPTURE(json.text);
    const Sentences lines = lines_of(json.text, told);
    CHECK(lines.size() == 7);
    CHECK(lines[1] == "field \"low\" of ReadingSpan in table \"readings\" begins as -inf.");
    CHECK(lines[3] == "field \"most\" of table \"readings\" begins as inf.");
    CHECK(has(json.text, "    nothing:double;\n    most:double;\n"));
}

template <class Record>
void check_defaults(const Record& record) {
    CHECK(std::isnan(record.nothing));
    CHECK(record.most == kInfinity);
    CHECK(record.least == -std::numeric_limits<float>::infinity());
}

template <class Record>
void check_all_defaults(const Record& record) {
    check_defaults(record);
    CHECK((record.zero == 0 && std::signbit(record.zero)));
    CHECK(record.third == 1000);
    CHECK(record.truth);
    CHECK(record.mood == numbers::Mood::glad);
    CHECK(record.rights == (numbers::Right::read | numbers::Right::write));
    CHECK(record.range.low == -std::numeric_limits<float>::infinity());
    CHECK(record.range.high == std::numeric_limits<float>::infinity());
}

TEST_CASE("defaults that are no finite numbers are written, read, and read again after reopening") {
    using namespace numbers;
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    {
        auto database = cambium::Database::open<Measures, Samples, Points>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<Measures>{txn}.insert({.id = 1});
            cambium::Writer<Samples>{txn}.insert({.id = 1});
            cambium::Writer<Samples>{txn}.insert(
                {.id = 2, .nothing = 0, .most = -1, .least = 1, .zero = 0.0, .truth = false});
            cambium::Writer<Points>{txn}.insert({.id = 1});
        });
    }
    auto database = cambium::Database::open<Measures, Samples, Points>(store);
    database.read([](cambium::ReadTransaction& txn) {
        check_all_defaults(*cambium::Reader<Measures>{txn}.get(1));
        check_all_defaults(*cambium::Reader<Samples>{txn}.get(1));
        check_defaults(*cambium::Reader<Points>{txn}.get(1));
        const Sample other = *cambium::Reader<Samples>{txn}.get(2);
        CHECK((other.nothing == 0 && other.most == -1 && other.least == 1 && !other.truth));
        CHECK((other.zero == 0 && !std::signbit(other.zero)));
    });
    CHECK(cambium::kv::check(database.environment()).ok());
    database.close();

    const auto stored = cambium::describe(store);
    std::ifstream stream{std::string{TESTS_FOLDER} + "/schemas/numbers.fbs", std::ios::binary};
    const std::string schema{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    CHECK(stored == declared_by(schema));
    const auto written = written_from(stored);
    CAPTURE(written.text);
    CHECK(written.errors == Sentences{});
    CHECK(cambium::codegen::check_tables(declared_by(written.text), {"it.fbs", schema}, {}).differences ==
          std::vector<Difference>{});
    CHECK(has(written.text,
              "    nothing:double = nan;\n    most:double = inf;\n    least:float = -inf;\n"
              "    zero:double = -0.0;\n    third:float = 1000.0;\n    truth:bool = true;\n"));

    // Why the generator refuses such defaults of codec json.
    auto other = cambium::Database::open<MeasuresAs<cambium::Json>>(folder.file("other.cambium"));
    other.write([](cambium::WriteTransaction& txn) {
        CHECK_THROWS_AS((cambium::Writer<MeasuresAs<cambium::Json>>{txn}.insert({.id = 1})), cambium::Error);
    });
}

struct Odd {
    std::uint32_t id{};
    std::map<std::string, double> rates{};
    std::set<std::int32_t> numbers{};
    cambium::Document notes{};
    std::array<std::int32_t, 3> three{};
    std::chrono::seconds span{};
    cambium::Uint256 large{};
    std::vector<std::vector<std::int32_t>> lists{};
};
struct Odds : cambium::Table<"odds", Odd, cambium::PrimaryKey<&Odd::id>, cambium::Cbor> {};
struct Bet {
    std::uint32_t id{};
    std::uint32_t odd{};
};
struct Bets : cambium::Table<"bets", Bet, cambium::PrimaryKey<&Bet::id>, cambium::Cbor,
                             cambium::ForeignKey<"on", Odds, &Bet::odd>> {};
struct Stake {
    std::uint32_t id{};
    std::uint32_t bet{};
};
struct Stakes : cambium::Table<"stakes", Stake, cambium::PrimaryKey<&Stake::id>, cambium::Cbor,
                               cambium::ForeignKey<"bet", Bets, &Stake::bet>> {};
struct Values : cambium::Table<"values", cambium::Document, cambium::Key<std::string>, cambium::Json> {};
struct Tree {
    std::uint32_t id{};
    std::vector<Tree> branches{};
};
struct Trees : cambium::Table<"trees", Tree, cambium::PrimaryKey<&Tree::id>, cambium::Cbor> {};
enum class Answer : bool { no, yes };
struct Reply {
    Answer id{};
};
struct Replies : cambium::Table<"replies", Reply, cambium::PrimaryKey<&Reply::id>, cambium::Cbor> {};
struct Maybe {
    std::optional<std::int32_t> id{};
};
struct Maybes : cambium::Table<"maybes", Maybe, cambium::PrimaryKey<&Maybe::id>, cambium::Cbor> {};

TEST_CASE("tables that no schema can declare are left out, with a sentence each that says why") {
    const auto written = written_from(stored_by<Odds, Bets, Stakes, Values, Trees, Replies, Maybes, Parents>());
    CAPTURE(written.text);
    const std::string ends = " has no form in a schema";
    const Sentences sentences = {
        "table \"maybes\": field \"id\" of its key is optional, which" + ends,
        "table \"odds\": field \"rates\": type map<string,f64>" + ends,
        "table \"odds\": field \"numbers\": type set<i32>" + ends,
        "table \"odds\": field \"notes\": type document" + ends,
        "table \"odds\": field \"three\": type array<i32,3>" + ends,
        "table \"odds\": field \"span\": type duration<i64,1/1>" + ends,
        "table \"odds\": field \"large\": type uint256" + ends,
        "table \"odds\": field \"lists\": type vector<i32>" + ends,
        "table \"replies\": field \"id\": type enum bool" + ends,
        "table \"trees\": field \"branches\": a record that holds itself" + ends,
        "table \"values\": its key is outside the record",
        "table \"bets\": its foreign key \"on\" refers to table \"odds\", which is left out",
        "table \"stakes\": its foreign key \"bet\" refers to table \"bets\", which is left out"};
    CHECK(written.errors == sentences);
    Sentences told = lines_of(written.text, "// Left out: ");
    for (std::string& line : told) line.pop_back();
    CHECK(told == sentences);
    CHECK(declared_by(written.text) == stored_by<Parents>());

    const auto nothing = cambium::codegen::schema_from_tables(stored_by<Trees, Values>(), "it.cambium", "it");
    CHECK(nothing.text.empty());
    CHECK(nothing.errors.size() == 2);
}

TEST_CASE("a name of any bytes stays in its comment") {
    const TableInfo odd{
        .name = "x\ntable Evil { a:int; }\r", .codec = "cbor", .fields = {{"id", "u8"}}, .key = {"id"}};
    const TableInfo plain{.name = "plains", .codec = "cbor", .fields = {{"id", "u8"}}, .key = {"id"}};
    const auto written = cambium::codegen::schema_from_tables({plain, odd}, "a\nstruct b.cambium", "it");
    CHECK(written.errors.size() == 1);
    CHECK(cambium::codegen::generate("it.fbs", written.text, {}).errors == Sentences{});
    CHECK(declared_by(written.text).size() == 1);
    CHECK_FALSE(has(written.text, "\ntable Evil"));
    CHECK_FALSE(has(written.text, "\nstruct b"));
}

TEST_CASE("a store without tables") {
    const auto written = written_from({});
    CHECK(written.errors == Sentences{});
    CHECK(has(written.text, "namespace it;"));
}

struct Everything {
    std::uint64_t id{};
    std::optional<cambium::Timestamp> until{};
    std::uint32_t changes{};
    std::optional<std::string> name{};
    Mood mood{};
};
struct EveryExtra : cambium::Table<"every_extra", Everything, cambium::PrimaryKey<&Everything::id>,
                                   cambium::AutoIncrement, cambium::Json, cambium::ExpiresAt<&Everything::until>,
                                   cambium::ChangeLog<>, cambium::RowVersion<&Everything::changes>,
                                   cambium::NotNull<&Everything::name>, cambium::SchemaVersion<3>> {};

TEST_CASE("generated keys, ends, logs, versions, rules and enumerators come back") {
    const auto written = written_from(stored_by<EveryExtra>());
    CHECK(written.errors == Sentences{});
    CHECK(has(written.text, "    calm = 0,\n    glad = 3,\n"));
    CHECK(has(written.text, "// It does not keep the limits of the log of table \"every_extra\".\n"));
}

TEST_CASE("tables that were described at run time") {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    const auto table = [](const std::string& name, const std::string& type) {
        TableInfo info{.name = name, .codec = "cbor", .fields = {{"id", "u64"}, {"x", type}}, .key = {"id"}};
        info.indexes = {{.name = "by_x", .unique = true, .columns = {{.name = "id", .type = "u64"}}}};
        return cambium::DynamicTable{info};
    };
    const std::vector<cambium::DynamicTable> tables = {
        table("class", "string"),       table("int", "optional<record{a:i32}>"),
        table("namespace", "enum i16"), table("a b", "string"),
        table("xs", "vector<u8>"),      table("ys", "record{b:record{c:vector<enum u8>}}")};
    { auto database = cambium::Database::open(store, tables); }
    const auto written = written_from(cambium::describe(store));
    CHECK(written.errors ==
          Sentences{"table \"a b\": a name in a schema is letters, digits and underscores, the first "
                    "no digit; rename it",
                    "table \"xs\": field \"x\": type vector<u8> has no form in a schema"});
}

TEST_CASE("what deprecated fields of buffers were comes back whole") {
    const std::string head =
        "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_type\"; attribute "
        "\"cambium_absent\"; ";
    const auto stored = declared_by(
        head +
        "table T (cambium_table: \"things\") { id:ulong (cambium_key); a:[ubyte] (cambium_type: \"fixed 7\", "
        "deprecated); b:[ubyte] (cambium_type: \"uuid\", cambium_absent: \"default\", deprecated); c:string "
        "(cambium_absent: \"default\", deprecated); d:long = 5 (cambium_type: \"timestamp\", deprecated); e:string "
        "(deprecated); f:[int] (cambium_absent: \"null\", deprecated); }");
    const auto written = written_from(stored);
    CHECK(declared_by(written.text) == stored);
}

TEST_CASE("--from-database writes what it can, says what it leaves out, and ends with 1") {
    const cambium::test::TemporaryDirectory folder;
    const std::string store = folder.file("it.cambium");
    static_cast<void>(cambium::Database::open<Parents, Trees>(store));
    const auto run = [&](const std::string& arguments) {
        const int status = std::system(("'" + std::string{CODEGEN} + "' " + arguments + " >'" + folder.file("out") +
                                        "' 2>'" + folder.file("errors") + "' </dev/null")
                                           .c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    const auto content_of = [&](const std::string& name) {
        std::ifstream stream{folder.file(name), std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    };
    const std::string sentence =
        "table \"trees\": field \"branches\": a record that holds itself has no form in a schema";
    CHECK(run("--from-database '" + store + "'") == 1);
    CHECK(content_of("errors") == sentence + "\n");
    const std::string text = content_of("out");
    CHECK(lines_of(text, "// Left out: ") == Sentences{sentence + "."});
    CHECK(run("--from-database '" + store + "' -o '" + folder.file("it.fbs") + "'") == 1);
    CHECK(content_of("it.fbs") == text);
    CHECK(run("--check-database '" + store + "' '" + folder.file("it.fbs") + "'") == 0);
    CHECK(content_of("out") ==
          "compatible: table \"trees\": is no longer declared; its records stay in the store\n");

    std::filesystem::remove(store);
    std::filesystem::remove(folder.file("it.fbs"));
    static_cast<void>(cambium::Database::open<Trees>(store));
    CHECK(run("--from-database '" + store + "' -o '" + folder.file("it.fbs") + "'") == 1);
    CHECK_FALSE(std::filesystem::exists(folder.file("it.fbs")));
    CHECK(run("--from-database '" + store + "' -o '" + folder.file("none/it.fbs/") + "'") == 1);
}

}  // namespace

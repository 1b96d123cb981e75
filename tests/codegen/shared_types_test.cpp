// Nested tables that are used in many places: what is said of them in headers and in the catalog is as large as the
// schema, and a change of one is one change.
#include <doctest/doctest.h>

#include <algorithm>
#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/json.hpp>
#include <cambium/kv/maintenance.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "check.hpp"
#include "declared_tables.hpp"
#include "deep_tables.hpp"
#include "generator.hpp"
#include "nested_after_tables.hpp"
#include "nested_before_tables.hpp"
#include "schema_reader.hpp"
#include "temporary_directory.hpp"
#include "wide_tables.hpp"

namespace {

using cambium::codegen::Difference;
using Differences = std::vector<Difference>;

const std::string kHere = std::string{TESTS_FOLDER} + "/schemas/";

std::string content_of(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

std::vector<cambium::TableInfo> declared_by(const std::string& text) {
    cambium::codegen::Diagnostics diagnostics{"it.fbs", text};
    const auto schema = cambium::codegen::read_schema("it.fbs", text, {}, diagnostics);
    CHECK(diagnostics.sentences() == std::vector<std::string>{});
    REQUIRE(schema);
    return cambium::codegen::declared_tables(*schema);
}

Differences differences(const std::string& before, const std::string& now) {
    const auto check = cambium::codegen::check_tables(declared_by(before), {"it.fbs", now}, {});
    CHECK(check.errors == std::vector<std::string>{});
    return check.differences;
}

/// A store of its own, gone with the object.
class Store {
public:
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    cambium::test::TemporaryDirectory directory_;
    std::string path_ = directory_.file("shared_types.cambium");
};

/// The file of a schema and what the generator makes of it. No file is much larger than the schema says things.
void check_sizes(const std::string& name) {
    const std::string file = kHere + "large/" + name + ".fbs";
    const auto generated = cambium::codegen::generate(file, content_of(file), {});
    CHECK(generated.errors == std::vector<std::string>{});
    REQUIRE(generated.files.size() >= 3);
    for (const auto& [path, text] : generated.files) {
        CAPTURE(path);
        CHECK(text.size() < 100'000);
    }
}

TEST_CASE("what is generated is as large as the schema, however often a table is used") {
    check_sizes("wide");
    check_sizes("deep");
    CHECK(sizeof(cambium::FlatBuffersSchema<wide::Root>::wire) < 10'000);
    CHECK(sizeof(cambium::FlatBuffersSchema<deep::Root>::wire) < 3'000);
}

TEST_CASE("the example of docs/format.md") {
    const std::string text = content_of(std::string{TESTS_FOLDER} + "/../../docs/format.md");
    const std::size_t chapter = text.find("### What is said of FlatBuffers");
    REQUIRE(chapter != std::string::npos);
    const auto block = [&](const std::string& language) {
        const std::string fence = "```" + language + "\n";
        const std::size_t begin = text.find(fence, chapter) + fence.size();
        return text.substr(begin, text.find("```", begin) - begin);
    };
    const auto tables =
        declared_by("namespace shop; attribute \"cambium_table\"; attribute \"cambium_key\";\n" + block("fbs"));
    REQUIRE(tables.size() == 1);
    CHECK(cambium::Document::from_cbor(tables[0].defaults).to_json() ==
          cambium::Document::from_json(block("json")).to_json());
}

/// Writes and reads a record, and opens the store again.
template <class Table, class Set, class Get>
void check_round_trip(Set&& set, Get&& get) {
    const Store store;
    for (const bool is_new : {true, false}) {
        auto database = cambium::Database::open<Table>(store.path());
        database.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<Table> writer{txn};
            if (is_new) {
                const auto record = std::make_unique<typename Table::Record>();
                record->id = 1;
                set(*record);
                writer.insert(*record);
            }
        });
        database.read([&](cambium::ReadTransaction& txn) {
            cambium::Reader<Table> reader{txn};
            const auto record = std::make_unique<std::optional<typename Table::Record>>(reader.get(1));
            REQUIRE(*record);
            CHECK(get(**record) == 5);
        });
    }
}

TEST_CASE("records of a hundred times a hundred fields are stored in every codec") {
    const auto set = [](wide::Root& root) { root.right.emplace().g99.emplace().f99 = 5; };
    const auto get = [](const wide::Root& root) { return root.right->g99->f99; };
    check_round_trip<wide::WideRoots>(set, get);
    check_round_trip<wide::WideRootsAs<cambium::Cbor>>(set, get);
    check_round_trip<wide::WideRootsAs<cambium::Json>>(set, get);
}

TEST_CASE("records of fourteen times two tables are stored in every codec") {
    const auto set = [](deep::Root& root) { root.top.emplace().b.emplace().a.emplace().b.emplace().a.emplace(); };
    const auto get = [](const deep::Root& root) { return root.top->b->a->b->a ? 5 : 0; };
    check_round_trip<deep::DeepRoots>(set, get);
    check_round_trip<deep::DeepRootsAs<cambium::Cbor>>(set, get);
    check_round_trip<deep::DeepRootsAs<cambium::Json>>(set, get);
}

std::string firms(const std::string& country, const std::string& address, const std::string& extra = "") {
    return "attribute \"cambium_table\"; attribute \"cambium_key\";\n" + extra + "table Country { " + country +
           " }\ntable Address { country:Country; " + address +
           " }\ntable Person { home:Address; work:[Address]; }\n"
           "table Firm (cambium_table: \"firms\") { id:ulong (cambium_key); seat:Address; branch:Address; "
           "owner:Person; deputy:Person; }\n";
}

const std::string kField = "table \"firms\": field ";
const std::string kNeedsMigration = "; a Migration may say how (cambium/evolution.hpp)";

TEST_CASE("a field that is added to a shared table is accepted once") {
    CHECK(differences(firms("zone:int;", "x:int;"), firms("zone:int; code:string;", "x:int;")) ==
          Differences{{true, kField +
                                 "\"seat.country\" becomes optional<record{zone:i32,code:optional<string>}>, was "
                                 "optional<record{zone:i32}>"}});
}

TEST_CASE("what changes in a shared table is refused once, with one way there") {
    const std::string before = firms("zone:int = 7;", "x:int;");
    CHECK(differences(before, firms("zone:long = 7;", "x:int;")) ==
          Differences{{false, kField + "\"seat.country.zone\" was i32, is declared i64" + kNeedsMigration}});
    CHECK(differences(before, firms("zone:int = 8;", "x:int;")) ==
          Differences{{false,
                       "table \"firms\": the default of field \"seat.country.zone\" was 7, is declared 8, and "
                       "FlatBuffers store no number that equals its default" +
                           kNeedsMigration}});
    // Each that changes is told of.
    CHECK(differences(before, firms("zone:long = 7;", "x:long;")) ==
          Differences{{false, kField + "\"seat.country.zone\" was i32, is declared i64" + kNeedsMigration},
                      {false, kField + "\"seat.x\" was i32, is declared i64" + kNeedsMigration}});
    CHECK(differences(firms("zone:int; code:string;", "x:int;"), firms("zone:int;", "x:int;")).size() == 1);
}

TEST_CASE("a nested table may get another name, and two may become one, as long as they are alike") {
    const std::string before = firms("zone:int = 7;", "x:int;");
    std::string renamed = before;
    for (std::size_t at = 0; (at = renamed.find("Country", at)) != std::string::npos;)
        renamed.replace(at, 7, "Land");
    CHECK(differences(before, renamed) == Differences{});

    const auto two = [](const std::string& other) {
        return firms("zone:int = 7;", "other:" + other + ";", "table Other { zone:int = 7; }\n");
    };
    CHECK(differences(two("Other"), two("Country")) == Differences{});
    // The places are compared, not the names.
    const auto apart = [](const std::string& zone) {
        return firms("zone:int = 7;", "other:Other;", "table Other { zone:int = " + zone + "; }\n");
    };
    CHECK(differences(two("Country"), apart("8")) ==
          Differences{{false,
                       "table \"firms\": the default of field \"seat.other.zone\" was 7, is declared 8, and "
                       "FlatBuffers store no number that equals its default" +
                           kNeedsMigration}});
}

TEST_CASE("chains of tables of any length are compared") {
    const auto chain = [](const std::string& last) {
        std::string text = "attribute \"cambium_table\"; attribute \"cambium_key\"; table N0 { " + last + " }\n";
        for (int i = 1; i < 300; ++i)
            text += "table N" + std::to_string(i) + " { n:N" + std::to_string(i - 1) + "; }\n";
        return text + "table R (cambium_table: \"rs\") { id:ulong (cambium_key); n:N299; }\n";
    };
    std::string path = "n";
    for (int i = 1; i < 300; ++i) path += ".n";
    CHECK(differences(chain("x:int = 1;"), chain("x:int = 2;")) ==
          Differences{
              {false, "table \"rs\": the default of field \"" + path +
                          ".x\" was 1, is declared 2, and FlatBuffers store no number that equals its default" +
                          kNeedsMigration}});
}

TEST_CASE("definitions that are sent only may be spelled out to any length") {
    const auto schema = [](const std::string& number, const std::string& last) {
        std::string text = "table T0 { " + number + " }\n";
        for (int i = 1; i < 60; ++i) {
            const std::string type = "[T" + std::to_string(i - 1) + "]";
            text += "table T" + std::to_string(i) + " { a:" + type + "; b:" + type + "; }\n";
        }
        return text + "table " + last + " { a:[T58]; b:[T58]; }\nunion U { member: " + last +
               " }\ntable Message { u:U; }\nroot_type Message;\n";
    };
    const auto told = [&](const std::string& number, const std::string& last) {
        return cambium::codegen::check_schemas({"a.fbs", schema("x:int;", "Last")}, {"b.fbs", schema(number, last)},
                                               {})
            .differences;
    };
    CHECK(told("x:int;", "Last") == Differences{});
    CHECK(told("x:int;", "Other") == Differences{});
    const Differences differences = told("x:string;", "Other");
    CHECK(std::any_of(differences.begin(), differences.end(), [](const Difference& difference) {
        return difference.sentence.find("union U: member 1 was Last, is Other now") != std::string::npos;
    }));
}

TEST_CASE("a store is opened again after its shared nested tables have changed") {
    const Store store;
    {
        const nested_before::Country country{"FR", 7};
        const nested_before::Address address{"Rue", country, nested_before::Point{1, 2}};
        const nested_before::Person person{address, {address, address}, country};
        auto database = cambium::Database::open<nested_before::Firms>(store.path());
        database.write([&](cambium::WriteTransaction& txn) {
            cambium::Writer<nested_before::Firms> firms{txn};
            firms.insert({.id = 1,
                          .seat = address,
                          .plants = {address},
                          .owner = person,
                          .staff = {person},
                          .places = {address, country, nested_before::Point{3, 4}, std::string{"here"}},
                          .main = nested_before::Point{5, 6}});
        });
    }
    const std::string now = kHere + "nested_after.fbs";
    const auto check = cambium::codegen::check_tables(cambium::describe(store.path()), {now, content_of(now)}, {});
    CHECK(check.is_compatible());
    {
        auto database = cambium::Database::open<nested_after::Firms>(store.path());
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<nested_after::Firms> firms{txn};
            const auto firm = firms.get(1);
            REQUIRE(firm);
            const nested_after::Land land{"FR", 7, std::nullopt};
            const nested_after::Address address{"Rue", land, std::nullopt, nested_after::Point{1, 2}};
            const nested_after::Person person{address, {address, address}, land};
            CHECK(firm->seat == address);
            CHECK(firm->plants == std::vector{address});
            CHECK(firm->owner == person);
            CHECK(firm->staff == std::vector{person});
            CHECK(firm->places ==
                  std::vector<nested_after::Place>{address, land, nested_after::Point{3, 4}, "here"});
            CHECK(firm->main == nested_after::Point{5, 6});
            firms.insert(
                {.id = 2, .seat = nested_after::Address{.former = nested_after::Land{.capital = "Paris"}}});
        });
    }
    CHECK(cambium::describe(store.path()) == declared_by(content_of(now)));
    CHECK_THROWS_AS(cambium::Database::open<nested_before::Firms>(store.path()), cambium::Error);
    auto database = cambium::Database::open<nested_after::Firms>(store.path());
    database.read([](cambium::ReadTransaction& txn) {
        CHECK(cambium::Reader<nested_after::Firms>{txn}.get(2)->seat->former->capital == "Paris");
    });
}

}  // namespace

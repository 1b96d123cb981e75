// Schemas and stores: what the generator expects in the catalog is what a store of the generated tables has there,
// and a schema written from the catalog opens it again.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cambium/cambium.hpp>
#include <cambium/catalog.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/raw.hpp>
#include <cambium/kv/maintenance.hpp>
#include <cambium/maintenance.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <variant>

#include "after_tables.hpp"
#include "attributes_tables.hpp"
#include "before_tables.hpp"
#include "check.hpp"
#ifdef WITH_ZSTD
#include "compressed_tables.hpp"
#endif
#include "declared_tables.hpp"
#include "every_type_tables.hpp"
#include "everything_tables.hpp"
#include "management_tables.hpp"
#include "markets_tables.hpp"
#include "monitoring_tables.hpp"
#include "packages_tables.hpp"
#include "publications_tables.hpp"
#include "relations_tables.hpp"
#include "reviews_tables.hpp"
#include "schema_from_tables.hpp"
#include "sessions_tables.hpp"
#include "temporary_directory.hpp"
#include "unions_tables.hpp"

bool every_type::is_true(const Sample& record) {
    return record.truth;
}
bool attributes::is_public(const Post& record) {
    return !record.is_draft;
}

namespace {

using cambium::codegen::Difference;

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

using Folder = cambium::test::TemporaryDirectory;

std::vector<cambium::TableInfo> declared_by(const std::string& file, const std::string& text) {
    cambium::codegen::Diagnostics diagnostics{file, text};
    const auto schema = cambium::codegen::read_schema(file, text, {}, diagnostics);
    CHECK(diagnostics.sentences() == std::vector<std::string>{});
    REQUIRE(schema);
    return cambium::codegen::declared_tables(*schema);
}

/// What is said of a buffer with every type in the place of its name.
cambium::Document spelled_out(const cambium::Document& said, const cambium::Document& types) {
    if (said.is_text() && said.as_text().starts_with("type ")) {
        const cambium::Document* const type = types.find(said.as_text().substr(5));
        REQUIRE(type != nullptr);
        return spelled_out(*type, types);
    }
    cambium::Document result = said;
    for (cambium::Document& element : result.elements()) element = spelled_out(element, types);
    for (const cambium::Document::Member& member : said.members())
        if (member.name != "#types") result[member.name] = spelled_out(member.value, types);
    result.erase("#types");
    return result;
}

/// The tables, whatever the types in them are called.
std::vector<cambium::TableInfo> without_names(std::vector<cambium::TableInfo> tables) {
    for (cambium::TableInfo& table : tables) {
        if (table.defaults.empty()) continue;
        const auto said = cambium::Document::from_cbor(table.defaults);
        table.defaults = spelled_out(said, said["#types"]).to_cbor();
    }
    return tables;
}

/// Without what is said of what the catalog does not keep: enumerators and limits of logs.
std::vector<Difference> of_what_is_kept(const std::vector<Difference>& differences) {
    std::vector<Difference> kept;
    for (const Difference& difference : differences) {
        const std::string& sentence = difference.sentence;
        const bool is_lost =
            sentence.compare(0, 5, "enum ") == 0 || sentence.find("the limits of the log") != std::string::npos;
        if (!is_lost) kept.push_back(difference);
    }
    return kept;
}

/// The store has what the schema declares, and the schema written from the store declares the same.
void check_agreement(const std::string& store, const std::string& schema) {
    CAPTURE(schema);
    const auto stored = cambium::describe(store);
    CHECK(!stored.empty());
    CHECK(stored == declared_by(schema, content_of(schema)));
    const auto written = cambium::codegen::schema_from_tables(stored, "it.cambium", "it");
    CHECK(written.errors == std::vector<std::string>{});
    CAPTURE(written.text);
    CHECK(without_names(declared_by("it.fbs", written.text)) == without_names(stored));
    const auto back = cambium::codegen::check_schemas({schema, content_of(schema)}, {"it.fbs", written.text}, {});
    CHECK(back.errors == std::vector<std::string>{});
    CHECK(of_what_is_kept(back.differences) == std::vector<Difference>{});
    const auto forth = cambium::codegen::check_schemas({"it.fbs", written.text}, {schema, content_of(schema)}, {});
    CHECK(of_what_is_kept(forth.differences) == std::vector<Difference>{});
    cambium::kv::Environment environment = cambium::kv::Environment::open(store);
    CHECK(cambium::kv::check(environment).ok());
}

const std::string kHere = std::string{TESTS_FOLDER} + "/schemas/";
const std::string kSchemas = std::string{SCHEMAS_FOLDER} + "/";

TEST_CASE("generated tables have in the catalog what their schema says, and back") {
    const Folder folder;
    const std::string store = folder.file("store.cambium");
    const auto check = [&](const std::string& schema, auto open) {
        std::filesystem::remove(store);
        open();
        check_agreement(store, schema);
    };
    check(kHere + "attributes.fbs",
          [&] { static_cast<void>(cambium::Database::open<attributes::Posts, attributes::Visits>(store)); });
    check(kHere + "everything.fbs", [&] {
        static_cast<void>(cambium::Database::open<everything::deep::EveryThing, everything::deep::Readings>(store));
    });
    check(kHere + "unions.fbs",
          [&] { static_cast<void>(cambium::Database::open<unions::People, unions::Notes>(store)); });
    check(kSchemas + "every_type.fbs",
          [&] { static_cast<void>(cambium::Database::open<every_type::Samples, every_type::RawSamples>(store)); });
    check(kSchemas + "packages.fbs",
          [&] { static_cast<void>(cambium::Database::open<catalog::Packages, catalog::Dependencies>(store)); });
    check(kSchemas + "management.fbs", [&] {
        using namespace management;
        static_cast<void>(cambium::Database::open<Users, Organizations, Nodes, Credentials, Placements,
                                                  UserRealmRoles, UsageRecords>(store));
    });
    check(kSchemas + "markets.fbs", [&] {
        using namespace markets;
        static_cast<void>(cambium::Database::open<Markets, Actors, Consents>(store));
    });
    check(kSchemas + "monitoring.fbs", [&] {
        using namespace monitoring;
        static_cast<void>(cambium::Database::open<NodeLogs, WorkerLogs>(store));
    });
    check(kSchemas + "publications.fbs",
          [&] { static_cast<void>(cambium::Database::open<history::Publications, history::Events>(store)); });
    check(kSchemas + "sessions.fbs",
          [&] { static_cast<void>(cambium::Database::open<router::Sessions, router::Cookies>(store)); });
}

#ifdef WITH_ZSTD
TEST_CASE("compressed records") {
    const Folder folder;
    const std::string store = folder.file("store.cambium");
    {
        auto database = cambium::Database::open<Pages>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<Pages>{txn}.insert({.url = "/", .text = std::string(100'000, 'x')});
        });
        database.read([](cambium::ReadTransaction& txn) {
            CHECK(cambium::Reader<Pages>{txn}.get("/")->text == std::string(100'000, 'x'));
        });
    }
    check_agreement(store, kHere + "compressed.fbs");
}
#endif

TEST_CASE("indexes, generated keys and logs of a schema work") {
    const Folder folder;
    auto database = cambium::Database::open<attributes::Posts, attributes::Visits>(folder.file("posts.cambium"));
    const auto at = [](int seconds) { return cambium::Timestamp{std::chrono::seconds{seconds}}; };
    database.write([&](cambium::WriteTransaction& txn) {
        cambium::Writer<attributes::Posts> posts{txn};
        CHECK(posts.insert({.title = "One", .slug = "First", .time = at(1), .tags = {"a", "b"}}) == 1U);
        CHECK(posts.insert({.title = "Two", .time = at(2), .tags = {"a"}, .is_draft = true}) == 2U);
        CHECK(posts.insert({.title = "three", .time = at(3)}) == 3U);
        CHECK(posts.insert({.title = "Past", .time = at(9), .until = at(1)}) == 4U);
        CHECK_THROWS_AS(posts.insert({.title = "Four", .slug = "FIRST"}), cambium::Error);
        cambium::Writer<attributes::Visits> visits{txn};
        CHECK(visits.insert({.pages = {7, 8, 7}}) != cambium::Uuid{});
    });
    database.read([&](cambium::ReadTransaction& txn) {
        cambium::Reader<attributes::Posts> posts{txn};
        CHECK(posts.by<"slug">().get("fIRST")->id == 1U);
        CHECK(posts.by<"by_tag">().equal("a").collect().at(0).title == "Two");
        CHECK(posts.by<"tags">().equal("b").count() == 1);
        CHECK(posts.by<"newest">().all().collect().at(0).title == "three");
        CHECK(posts.by<"newest">().all().count() == 2);
        CHECK(posts.by<"by_title">().all().collect().at(0).title == "Two");
        CHECK(cambium::Reader<attributes::Visits>{txn}.by<"by_page">().equal(7U).count() == 1);
    });
    CHECK(cambium::kv::check(database.environment()).ok());
}

struct Client {
    std::uint32_t id{};
    std::string mail{};
    std::string fax{};
    std::optional<std::string> city{};
};
struct Clients : cambium::Table<"clients", Client, cambium::PrimaryKey<&Client::id>, cambium::Cbor> {};

TEST_CASE("foreign keys, rules and renamed tables of a schema work") {
    using namespace relations;
    const Folder folder;
    const std::string store = folder.file("relations.cambium");
    {
        auto old = cambium::Database::open<Clients>(store);
        old.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<Clients>{txn}.insert(
                {.id = 7, .mail = "ada@example.org", .fax = "1", .city = "London"});
        });
    }
    const std::string schema = kHere + "relations.fbs";
    const auto check = cambium::codegen::check_tables(cambium::describe(store), {schema, content_of(schema)}, {});
    CHECK(check.errors == std::vector<std::string>{});
    CHECK(check.differences ==
          std::vector<Difference>{
              {true, "table \"clients\": is renamed \"customers\""},
              {true, "table \"customers\": field \"mail\" is renamed \"email\""},
              {true, "table \"customers\": field \"fax\" (string) is dropped"},
              {true, "table \"customers\": field \"revision\" (u32) is new"},
              {true, "table \"customers\": rule not null \"city\" is verified on every record"},
              {true, "table \"customers\": the generator of keys becomes auto_increment, was none"},
              {true, "table \"customers\": the row version becomes field revision, was none"},
              {true, "table \"nodes\": is created"},
              {true, "table \"orders\": is created"}});
    {
        auto database = cambium::Database::open<Customers, Orders, Nodes>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<Customers> customers{txn};
            CHECK(customers.get(7)->email == "ada@example.org");
            CHECK(customers.insert({.email = "alan@example.org", .city = "London"}) == 8U);
            CHECK_THROWS_AS(customers.insert({.email = "nowhere@example.org"}), cambium::Error);
            Customer ada = *customers.get(7);
            ada.city = "Paris";
            customers.update(ada);
            CHECK(customers.get(7)->revision == ada.revision + 1);
            CHECK_THROWS_AS(customers.update(ada), cambium::Error);
            cambium::Writer<Orders> orders{txn};
            orders.insert({.number = 1, .customer = 7, .seller = 8});
            orders.insert({.number = 2, .customer = 8, .seller = 7});
            CHECK_THROWS_AS(orders.insert({.number = 3, .customer = 9}), cambium::Error);
            CHECK(orders.by<"buyer">().equal(7U).count() == 1);
            CHECK(customers.erase(7));
            CHECK(orders.get(1) == std::nullopt);
            CHECK(orders.get(2)->seller == std::nullopt);
            cambium::Writer<Nodes> nodes{txn};
            nodes.insert({.id = 1});
            nodes.insert({.id = 2, .parent = 1});
            nodes.insert({.id = 3, .parent = 2});
            CHECK(nodes.erase(1));
            CHECK(nodes.count() == 0);
        });
    }
    check_agreement(store, schema);
}

struct Odd {
    std::uint32_t id{};
    std::map<std::string, double> rates{};
};
struct Mixture {
    std::uint32_t id{};
    std::variant<std::monostate, std::string, cambium::Uuid> right{};
    std::variant<std::string, cambium::Uuid> never_nothing{};
    std::variant<std::monostate, std::int32_t> number{};
    std::optional<std::variant<std::monostate, std::string>> optional{};
};
std::string initial(const Odd&) {
    return "x";
}
struct Mixtures : cambium::Table<"mixtures", Mixture, cambium::PrimaryKey<&Mixture::id>, cambium::Cbor> {};

TEST_CASE("variants that no union can hold are said") {
    const Folder folder;
    const std::string store = folder.file("mixed.cambium");
    static_cast<void>(cambium::Database::open<Mixtures>(store));
    const auto written = cambium::codegen::schema_from_tables(cambium::describe(store), "mixed.cambium", "mixed");
    const std::string place = "table \"mixtures\": field ";
    CHECK(written.errors ==
          std::vector<std::string>{place + "\"never_nothing\": type variant<string,uuid> has no form in a schema",
                                   place + "\"number\": type variant<null,i32> has no form in a schema",
                                   place + "\"optional\": an optional variant has no form in a schema"});
}

struct Odds : cambium::Table<"odds", Odd, cambium::PrimaryKey<&Odd::id>, cambium::Cbor,
                             cambium::OrderedIndex<"initial", &initial>> {};

TEST_CASE("what has no form in a schema is said, in one run") {
    const Folder folder;
    const std::string store = folder.file("odd.cambium");
    static_cast<void>(cambium::Database::open<Odds>(store));
    const auto written = cambium::codegen::schema_from_tables(cambium::describe(store), "odd.cambium", "odd");
    CHECK(written.text.empty());
    CHECK(written.errors ==
          std::vector<std::string>{
              "table \"odds\": index \"initial\" is over the function initial, which has no form in a schema",
              "table \"odds\": field \"rates\": type map<string,f64> has no form in a schema"});
}

struct Score {
    cambium::Descending<std::int32_t> points{};
    cambium::Descending<std::int32_t> level{};
};
struct Scores : cambium::Table<"scores", Score, cambium::PrimaryKey<&Score::points>, cambium::Cbor,
                               cambium::OrderedIndex<"level", &Score::level>> {};

TEST_CASE("a Descending is a table of one field, and in a key has no form in a schema") {
    const Folder folder;
    const std::string store = folder.file("scores.cambium");
    static_cast<void>(cambium::Database::open<Scores>(store));
    auto tables = cambium::describe(store);
    const auto refused = cambium::codegen::schema_from_tables(tables, "scores.cambium", "scores");
    CHECK(
        refused.errors ==
        std::vector<std::string>{
            "table \"scores\": column \"level\" of index \"level\" is a Descending, which has no form in a schema",
            "table \"scores\": field \"points\" of its key is a Descending, which has no form in a schema"});
    tables.front().indexes.clear();
    tables.front().fields.front().type = "i32";
    const auto written = cambium::codegen::schema_from_tables(tables, "scores.cambium", "scores");
    CHECK(written.errors == std::vector<std::string>{});
    CHECK(written.text.find("value:int") != std::string::npos);
}

TEST_CASE("foreign keys to tables of another file work") {
    const Folder folder;
    const std::string store = folder.file("reviews.cambium");
    auto database =
        cambium::Database::open<relations::Customers, relations::Orders, reviews::Reviews, reviews::Drafts>(store);
    database.write([](cambium::WriteTransaction& txn) {
        cambium::Writer<relations::Customers> customers{txn};
        const std::uint32_t ada = customers.insert({.email = "ada@example.org", .city = "London"});
        cambium::Writer<relations::Orders>{txn}.insert({.number = 1, .customer = ada});
        cambium::Writer<reviews::Reviews> reviews{txn};
        reviews.insert({.id = 1, .customer = ada, .order = 1});
        CHECK_THROWS_AS(reviews.insert({.id = 2, .customer = ada + 1}), cambium::Error);
        CHECK(cambium::Writer<relations::Orders>{txn}.erase(1));
        CHECK(reviews.get(1)->order == std::nullopt);
        CHECK(customers.erase(ada));
        CHECK(reviews.count() == 0);
    });
    database.close();
    cambium::kv::Environment environment = cambium::kv::Environment::open(store);
    CHECK(cambium::kv::check(environment).ok());
}

TEST_CASE("defaults are in the catalog, come back in a schema, and do not change under stored buffers") {
    const Folder folder;
    const std::string store = folder.file("reviews.cambium");
    static_cast<void>(cambium::Database::open<relations::Customers, relations::Orders, relations::Nodes,
                                              reviews::Reviews, reviews::Drafts>(store));
    const std::string file = kHere + "reviews.fbs";
    check_agreement(store, file);
    const auto stored = cambium::describe(store);
    REQUIRE(stored.size() == 5);
    CHECK(cambium::Document::from_cbor(stored[4].defaults).to_json() ==
          R"({"#fields":["id","customer","order","mood","is_public","best","!score","earlier","","attachment"],)"
          R"("#types":{"reviews.Attachment":{"1":["Letter","type reviews.Letter"],"2":["note"]},)"
          R"("reviews.Letter":{"#fields":["words"],"words":100},)"
          R"("reviews.Score":{"#fields":["stars","weight"],"stars":3,"weight":0.5}},)"
          R"("attachment":"type reviews.Attachment","best":"-inf","earlier":"type reviews.Score",)"
          R"("is_public":true,"mood":3,"score":"type reviews.Score"})");

    std::string changed = content_of(file);
    changed.replace(changed.find("mood:Mood = glad"), 16, "mood:Mood = sour");
    changed.replace(changed.find("weight:double = 0.5"), 19, "weight:double = 0.7");
    changed.replace(changed.find("attempts:long = -7"), 18, "attempts:long = -8");
    const auto check = cambium::codegen::check_tables(stored, {file, changed}, {});
    CHECK(check.errors == std::vector<std::string>{});
    std::vector<Difference> refused;
    for (const Difference& difference : check.differences)
        if (!difference.is_compatible) refused.push_back(difference);
    const std::string ends =
        ", and FlatBuffers store no number that equals its default; a Migration may say how "
        "(cambium/evolution.hpp)";
    CHECK(refused ==
          std::vector<Difference>{
              {false, "table \"reviews\": the default of field \"mood\" was 3, is declared -2" + ends},
              {false, "table \"reviews\": the default of field \"score.weight\" was 0.5, is declared 0.7" + ends}});
}

TEST_CASE("what an older version did not keep of buffers is in the catalog after the first opening for writing") {
    const Folder folder;
    const std::string store = folder.file("sessions.cambium");
    const auto open = [&](const cambium::Options& options = {}) {
        static_cast<void>(cambium::Database::open<router::Sessions>(store, options));
    };
    open();
    const auto complete = cambium::describe(store);
    REQUIRE(complete.size() == 1);
    REQUIRE(complete[0].codec == "flatbuffers");
    REQUIRE_FALSE(complete[0].defaults.empty());
    {
        cambium::kv::Environment environment = cambium::kv::Environment::open(store);
        cambium::kv::WriteTransaction writer = environment.begin_write();
        const cambium::kv::Tree catalog = writer.tree("cambium.catalog");
        auto entry = cambium::Document::from_cbor(*writer.get(catalog, "table/sessions"));
        entry.erase("defaults");
        writer.put(catalog, "table/sessions", entry.to_cbor());
        writer.commit();
    }
    CHECK(cambium::describe(store)[0].defaults.empty());
    open({.read_only = true});
    CHECK(cambium::describe(store)[0].defaults.empty());
    open();
    CHECK(cambium::describe(store) == complete);
    cambium::kv::Environment environment = cambium::kv::Environment::open(store);
    CHECK(cambium::kv::check(environment).ok());
}

TEST_CASE("what a stored buffer cannot give is refused") {
    const auto schema_of = [](const std::string& nested, const std::string& fields) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; table M { s:string; } table P { s:string; "
               "}\n" +
               nested + "\ntable Thing (cambium_table: \"things\") { id:ulong (cambium_key); " + fields + " }\n";
    };
    const auto differences = [&](const std::string& before, const std::string& now) {
        const auto check = cambium::codegen::check_tables(declared_by("it.fbs", before), {"it.fbs", now}, {});
        CHECK(check.errors == std::vector<std::string>{});
        std::vector<std::string> refused;
        for (const Difference& difference : check.differences)
            if (!difference.is_compatible) refused.push_back(difference.sentence);
        return refused;
    };
    using Refused = std::vector<std::string>;
    const auto about = [](const std::string& field, const std::string& what) {
        return "table \"things\": field \"" + field + "\" " + what +
               "; a Migration may say how (cambium/evolution.hpp)";
    };
    const std::string is_new = "is new and required, and no stored record has it";
    const std::string is_required = "is required now, and a stored record may lack it";
    CHECK(differences(schema_of("", ""), schema_of("", "a:string;")) == Refused{});
    CHECK(differences(schema_of("", ""), schema_of("", "a:string (required);")) == Refused{about("a", is_new)});
    CHECK(differences(schema_of("", "a:[string];"), schema_of("", "a:[string] (required);")) ==
          Refused{about("a", is_required)});
    CHECK(differences(schema_of("table I { x:int; }", "i:I;"), schema_of("table I { x:int; s:string (required); }",
                                                                         "i:I;")) == Refused{about("i.s", is_new)});
    const std::string u = "union U { M, P }";
    CHECK(differences(schema_of(u, "u:U;"), schema_of(u, "u:U (required);")) == Refused{about("u", is_required)});
    CHECK(differences(schema_of(u, "u:U;"), schema_of("union U { M = 2, P = 3 }", "u:U;")) ==
          Refused{about("u", "type number 1 of its union was M, and is not declared"),
                  about("u", "type number 2 of its union was P, is declared M")});
    CHECK(differences(schema_of("", "gone:int (deprecated); b:int;"), schema_of("", "b:int;")) ==
          Refused{about("b", "takes the place of field \"gone\"")});
    CHECK(differences(schema_of("", "a:int; b:int;"), schema_of("", "a:int (deprecated); b:int;")) == Refused{});
    CHECK(differences(schema_of("", "a:int (deprecated); b:int;"), schema_of("", "a:int; b:int;")) == Refused{});
    CHECK(differences(schema_of("table I { x:int; }", "i:I; l:[I];"),
                      schema_of("table I { x:int; y:int = 5; }", "i:I; l:[I];")) == Refused{});
    const std::string is_struct = "was struct{i32}, is declared struct{i32}@8; a FlatBuffers struct never changes";
    CHECK(differences(schema_of("struct S { x:int; }", "l:[S];"),
                      schema_of("struct S (force_align: 8) { x:int; }", "l:[S];")) ==
          Refused{about("l", is_struct)});

    const std::string odd = schema_of("union U { M = 2, P = 5 } struct S (force_align: 8) { x:int; }",
                                      "gone:int (deprecated); b:int; was:U (deprecated); u:U; l:[S]; a:[string] "
                                      "(required); last:int (deprecated);");
    const auto stored = declared_by("it.fbs", odd);
    const auto written = cambium::codegen::schema_from_tables(stored, "it.cambium", "it");
    CAPTURE(written.text);
    CHECK(written.errors == std::vector<std::string>{});
    const auto check = cambium::codegen::check_tables(stored, {"it.fbs", written.text}, {});
    CHECK(check.errors == std::vector<std::string>{});
    CHECK(check.differences == std::vector<Difference>{});
    CHECK(without_names(declared_by("it.fbs", written.text)) == without_names(stored));
    CHECK(cambium::codegen::check_tables(declared_by("it.fbs", written.text), {"it.fbs", odd}, {}).differences ==
          std::vector<Difference>{});
}

TEST_CASE("structs in structs keep their alignment in a schema from a store") {
    const std::string schema =
        "attribute \"cambium_table\"; attribute \"cambium_key\";\n"
        "struct S (force_align: 4) { a:ubyte; } struct P { a:ubyte; } struct M { p:P; l:[S:3]; b:[ubyte:2]; "
        "n:[int:2]; }\n"
        "struct W (force_align: 8) { s:S; m:[M:2]; p:P; }\n"
        "table Thing (cambium_table: \"things\") { id:ulong (cambium_key); w:W; l:[W]; s:S; p:P; }\n";
    const auto stored = declared_by("it.fbs", schema);
    const auto written = cambium::codegen::schema_from_tables(stored, "it.cambium", "it");
    CAPTURE(written.text);
    CHECK(written.errors == std::vector<std::string>{});
    CHECK(without_names(declared_by("it.fbs", written.text)) == without_names(stored));
}

TEST_CASE("nested tables of buffers grow, structs and what is one do not change") {
    const auto schema_of = [](const std::string& point, const std::string& part, const std::string& fields) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_type\";\n"
               "struct Point { " +
               point +
               " }\nstruct Uuid (cambium_type: \"uuid\") { bytes:[ubyte:16]; }\n"
               "table Part { " +
               part +
               " }\n"
               "table Thing (cambium_table: \"things\") { id:ulong (cambium_key); " +
               fields + " }\n";
    };
    const std::string fields = "at:Point; path:[Point]; part:Part; parts:[Part]; tag:Uuid;";
    const auto stored = declared_by("it.fbs", schema_of("x:int;", "a:int;", fields));
    const auto differences = [&](const std::string& schema) {
        const auto check = cambium::codegen::check_tables(stored, {"it.fbs", schema}, {});
        CHECK(check.errors == std::vector<std::string>{});
        return check.differences;
    };
    const std::string place = "table \"things\": field ";
    CHECK(
        differences(schema_of("x:int;", "a:int; b:string;", fields)) ==
        std::vector<Difference>{
            {true,
             place + "\"part\" becomes optional<record{a:i32,b:optional<string>}>, was optional<record{a:i32}>"}});
    const std::string ends =
        "; a FlatBuffers struct never changes; a Migration may say how (cambium/evolution.hpp)";
    const auto refused = [&](const std::string& schema) {
        std::vector<std::string> sentences;
        for (const Difference& difference : differences(schema))
            if (!difference.is_compatible) sentences.push_back(difference.sentence);
        return sentences;
    };
    CHECK(refused(schema_of("x:int; y:int;", "a:int;", fields)) ==
          std::vector<std::string>{place + "\"at\" was struct{i32}, is declared struct{i32,i32}" + ends});
    CHECK(refused(schema_of(
              "x:int;", "a:int;",
              "at:Point; path:[Point]; part:Part; parts:[Part]; tag:[ubyte] (cambium_type: \"uuid\");")) ==
          std::vector<std::string>{place + "\"tag\" was struct{fixed<16>}, is declared no struct" + ends});
}

TEST_CASE("deprecated fields of buffers: in nested tables too, and back as what they were only") {
    const auto schema_of = [](const std::string& part, const std::string& fields) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; struct Point { x:int; }\ntable Part { " +
               part +
               " }\ntable Other { x:int; }\nunion U { Other, Part }\n"
               "table Thing (cambium_table: \"things\") { id:ulong (cambium_key); " +
               fields + " }\n";
    };
    const std::string holders = "part:Part; parts:[Part]; u:U;";
    const auto differences = [&](const std::string& before, const std::string& now) {
        const auto check = cambium::codegen::check_tables(declared_by("it.fbs", before), {"it.fbs", now}, {});
        CHECK(check.errors == std::vector<std::string>{});
        return check.differences;
    };
    const std::string place = "table \"things\": field ";
    const std::string ends = "; a Migration may say how (cambium/evolution.hpp)";

    const std::string whole = schema_of("a:int; b:string; c:Point;", holders);
    const std::string less = schema_of("a:int; b:string (deprecated); c:Point (deprecated);", holders);
    const std::string is = "record{a:i32,b:optional<string>,c:optional<record{x:i32}>}";
    CHECK(differences(whole, less) ==
          std::vector<Difference>{
              {true, place + "\"part\" becomes optional<record{a:i32}>, was optional<" + is + ">"}});
    const auto is_refused = [&](const std::string& before, const std::string& now) {
        const auto all = differences(before, now);
        return std::any_of(all.begin(), all.end(), [](const Difference& d) { return !d.is_compatible; });
    };
    CHECK_FALSE(is_refused(less, whole));
    CHECK(is_refused(whole, schema_of("a:int;", holders)));
    CHECK(is_refused(less, schema_of("a:int; b:int; c:Point;", holders)));
    CHECK(is_refused(less, schema_of("a:int; b:string; c:Other;", holders)));

    const auto of_thing = [&](const std::string& fields) { return schema_of("a:int;", fields); };
    const std::string gone = "a:int = 5 (deprecated); b:Part (deprecated);";
    CHECK_FALSE(is_refused(of_thing(gone), of_thing("a:int = 5; b:Part;")));
    CHECK(differences(of_thing(gone), of_thing("a:long = 5; b:Part;")) ==
          std::vector<Difference>{{false, place + "\"a\" was i32 before it was deprecated, is declared i64" + ends},
                                  {true, place + "\"a\" (i64) is new"},
                                  {true, place + "\"b\" (optional<record{a:i32}>) is new"}});
    CHECK(differences(of_thing("a:int = 5 (deprecated);"), of_thing("a:int = 6;")) ==
          std::vector<Difference>{
              {false,
               "table \"things\": the default of field \"a\" was 5, is declared 6, and FlatBuffers store no "
               "number that equals its default" +
                   ends},
              {true, place + "\"a\" (i32) is new"}});
}

TEST_CASE("buffers in a store are read after their schema has changed as FlatBuffers allow it") {
    const Folder folder;
    const std::string store = folder.file("things.cambium");
    {
        auto database = cambium::Database::open<before::Things>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<before::Things> things{txn};
            for (int i = 0; i < 50; ++i) {
                const before::Part part{i, std::to_string(i), before::Point{i}, "note"};
                things.insert({.id = static_cast<std::uint64_t>(i),
                               .title = std::to_string(i % 7),
                               .part = part,
                               .parts = {part, part},
                               .shape = part,
                               .weight = i});
            }
        });
    }
    const std::string schema = kHere + "after.fbs";
    const auto check = cambium::codegen::check_tables(cambium::describe(store), {schema, content_of(schema)}, {});
    CHECK(check.is_compatible());
    CHECK(check.differences.size() == 6);
    {
        auto database = cambium::Database::open<after::Things>(store);
        database.write([](cambium::WriteTransaction& txn) {
            cambium::Writer<after::Things> things{txn};
            const auto thing = things.get(33);
            REQUIRE(thing);
            CHECK(thing->title == "5");
            CHECK(thing->ratio == 2.5);
            for (const after::Part& part : {*thing->part, thing->parts.at(1), std::get<1>(thing->shape)}) {
                CHECK(part.number == 33);
                CHECK(part.name == "33");
                CHECK(part.note == "note");
                CHECK(part.sizes.empty());
            }
            CHECK(things.by<"by_title">().equal("5").count() == 7);
            CHECK(cambium::verify_indexes<after::Things>(txn).ok());
            things.insert({.id = 50, .shape = after::Point{7}});
            CHECK(things.get(50)->title == std::nullopt);
        });
    }
    check_agreement(store, schema);
}

TEST_CASE("what was required may become optional, what was not may not") {
    const auto schema_of = [](const std::string& attribute) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_absent\";\n"
               "table Part { s:string" +
               attribute + "; }\ntable Thing (cambium_table: \"things\") { id:ulong (cambium_key); p:Part" +
               attribute + "; }\n";
    };
    const auto differences = [&](const std::string& before, const std::string& now) {
        return cambium::codegen::check_tables(declared_by("it.fbs", schema_of(before)), {"it.fbs", schema_of(now)},
                                              {})
            .differences;
    };
    const std::string place = "table \"things\": field \"p\" ";
    CHECK(differences(" (required)", "") ==
          std::vector<Difference>{
              {true, place + "becomes optional<record{s:optional<string>}>, was record{s:string}"}});
    const std::string absent = " (cambium_absent: \"default\")";
    CHECK(differences(absent, "").front() ==
          Difference{false,
                     place + "was record{s:string}, is declared optional<record{s:optional<string>}>; a Migration "
                             "may say how (cambium/evolution.hpp)"});
}

TEST_CASE("a schema from a store says at its top what the catalog does not keep") {
    auto stored = declared_by("it.fbs",
                              "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_log\";\n"
                              "table Thing (cambium_table: \"things\", cambium_log: \"changes 10\") { id:ulong "
                              "(cambium_key); gone:int (deprecated); }\n");
    const auto notes_of = [](const std::vector<cambium::TableInfo>& tables) {
        const std::string text = cambium::codegen::schema_from_tables(tables, "it.cambium", "it").text;
        const std::string before = "--check-database.\n";
        const std::size_t begin = text.find(before) + before.size();
        return text.substr(begin, text.find("\n\n", begin) - begin);
    };
    const std::string log = "// It does not keep the limits of the log of table \"things\".";
    CHECK(notes_of(stored) == log);
    auto wire = cambium::Document::from_cbor(stored[0].defaults);
    wire.erase("-gone");  // as an older version wrote it
    stored[0].defaults = wire.to_cbor();
    stored[0].migrating_to = 2;
    CHECK(notes_of(stored) ==
          "// A migration of table \"things\" to version 2 is half way: this is what it had before.\n" + log +
              "\n// Of field \"gone\" of Thing, which is deprecated, it keeps the place, not the type.");
}

TEST_CASE("a default of false is told as such, and a renamed field of codec raw") {
    const auto schema_of = [](const std::string& codec, const std::string& fields) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; attribute \"cambium_codec\"; attribute "
               "\"cambium_renamed_from\";\ntable Thing (cambium_table: \"things\", cambium_codec: \"" +
               codec + "\") { id:ulong (cambium_key); " + fields + " }\n";
    };
    const auto differences = [&](const std::string& codec, const std::string& before, const std::string& now) {
        return cambium::codegen::check_tables(declared_by("it.fbs", schema_of(codec, before)),
                                              {"it.fbs", schema_of(codec, now)}, {})
            .differences;
    };
    CHECK(differences("flatbuffers", "b:bool = true;", "b:bool;") ==
          std::vector<Difference>{
              {false,
               "table \"things\": the default of field \"b\" was true, is declared false, and FlatBuffers "
               "store no number that equals its default; a Migration may say how (cambium/evolution.hpp)"}});
    CHECK(differences("raw", "b:ulong;", "c:ulong (cambium_renamed_from: \"b\");") ==
          std::vector<Difference>{{true, "table \"things\": field \"b\" is renamed \"c\""}});
}

TEST_CASE("a nested struct that changes is told once") {
    const auto schema_of = [](const std::string& point) {
        return "attribute \"cambium_table\"; attribute \"cambium_key\"; struct Point { " + point +
               " }\ntable Thing (cambium_table: \"things\") { id:ulong (cambium_key); at:Point; }\n";
    };
    const auto check = cambium::codegen::check_tables(declared_by("it.fbs", schema_of("x:int;")),
                                                      {"it.fbs", schema_of("x:int; y:int;")}, {});
    CHECK(check.differences ==
          std::vector<Difference>{
              {false,
               "table \"things\": field \"at\" was struct{i32}, is declared struct{i32,i32}; a FlatBuffers "
               "struct never changes; a Migration may say how (cambium/evolution.hpp)"}});
}

struct Outcome {
    int code = 0;
    std::string text;
};

Outcome run(const Folder& folder, const std::string& arguments) {
    const std::string output = folder.file("output.txt");
    const int status =
        std::system(("'" + std::string{CODEGEN} + "' " + arguments + " >'" + output + "' 2>&1 </dev/null").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(output)};
}

TEST_CASE("--check-database and --from-database as commands") {
    const Folder folder;
    const std::string store = folder.file("router.cambium");
    static_cast<void>(cambium::Database::open<router::Sessions, router::Cookies>(store));
    const std::string quoted = "'" + store + "'";

    const Outcome same = run(folder, "--check-database " + quoted + " '" + kSchemas + "sessions.fbs'");
    CHECK(same.text.empty());
    CHECK(same.code == 0);
    const Outcome other = run(folder, "--check-database " + quoted + " '" + kHere + "attributes.fbs'");
    CHECK(other.code == 0);
    CHECK(other.text.find(
              "compatible: table \"cookies\": is no longer declared; its records stay in the store\n") == 0);

    std::string changed = content_of(kSchemas + "sessions.fbs");
    changed.replace(changed.find("cambium_codec: \"cbor\""), 21, "cambium_codec: \"json\"");
    std::ofstream{folder.file("changed.fbs")} << changed;
    const Outcome refused = run(folder, "--check-database " + quoted + " '" + folder.file("changed.fbs") + "'");
    CHECK(refused.code == 4);
    CHECK(refused.text ==
          "incompatible: table \"cookies\": the codec was cbor, is declared json; a Migration may say how "
          "(cambium/evolution.hpp)\n");

    const Outcome written = run(folder, "--from-database " + quoted);
    CHECK(written.code == 0);
    CHECK(written.text.find("namespace router;") != std::string::npos);
    CHECK(run(folder, "--from-database " + quoted + " -o '" + folder.file("new/made.fbs") + "'").code == 0);
    CHECK(content_of(folder.file("new/made.fbs")) == written.text);
    CHECK(run(folder, "--check-database " + quoted + " '" + folder.file("new/made.fbs") + "'").code == 0);

    // No namespace can be called log.
    std::filesystem::copy(store, folder.file("log.cambium"));
    const Outcome renamed = run(folder, "--from-database '" + folder.file("log.cambium") + "'");
    CHECK(renamed.text.find("namespace store;") != std::string::npos);

    CHECK(run(folder, "--from-database '" + folder.file("none.cambium") + "'").code == 3);
    CHECK_FALSE(std::filesystem::exists(folder.file("none.cambium")));
    CHECK(run(folder, "--from-database '" + folder.file("changed.fbs") + "'").code == 3);
}

}  // namespace

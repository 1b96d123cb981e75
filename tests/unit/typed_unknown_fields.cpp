// Two programs at one table, of which one knows fewer fields and keeps the others.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cambium/codec/document.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

namespace full {
struct Plant {
    std::uint32_t id{};
    std::string marks{};
    std::string name{};
};
struct Plants : Table<"plants", Plant, PrimaryKey<&Plant::id>, Cbor, OrderedIndex<"name", &Plant::name>> {};
}  // namespace full

struct Plant {
    std::uint32_t id{};
    std::string name{};
    UnknownFields rest{};
};
struct Plants : Table<"plants", Plant, PrimaryKey<&Plant::id>, Cbor, OrderedIndex<"name", &Plant::name>> {};
struct Dropping
    : Table<"plants", Plant, PrimaryKey<&Plant::id>, Cbor, OrderedIndex<"name", &Plant::name>, Dropped<"marks">> {};

struct Strict {
    std::uint32_t id{};
    std::string name{};
};
struct StrictPlants : Table<"plants", Strict, PrimaryKey<&Strict::id>, Cbor, OrderedIndex<"name", &Strict::name>> {
};

void insert_full(const StorePath& store) {
    auto db = Database::open<full::Plants>(store.path());
    db.write([](WriteTransaction& txn) { Writer<full::Plants>{txn}.insert({1, "precious", "oak"}); });
}

std::string marks(const StorePath& store, std::uint32_t id) {
    auto db = Database::open<full::Plants>(store.path());
    return db.read([&](ReadTransaction& txn) { return Reader<full::Plants>{txn}.get(id)->marks; });
}

}  // namespace

TEST_CASE(
    "a record with unknown fields opens a table that has more, and keeps them for the program that knows them") {
    const StorePath store;
    insert_full(store);
    const SchemaReport plan = Database::plan<Plants>(store.path());
    CHECK(plan.refused.empty());
    REQUIRE_FALSE(plan.changes.empty());
    CHECK(plan.changes.front() ==
          "table \"plants\": field \"marks\" (string) is kept: records have it among their unknown fields");
    {
        auto db = Database::open<Plants>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Plants> plants{txn};
            CHECK(plants.update(1, [](Plant& plant) { plant.name = "elm"; }));
            plants.insert({2, "ash"});
        });
    }
    CHECK(marks(store, 1) == "precious");
    CHECK(marks(store, 2).empty());
    // Neither program changes the catalog of the other any more.
    for (int round = 0; round < 2; ++round) {
        Options read_only;
        read_only.read_only = true;
        { auto known = Database::open<full::Plants>(store.path(), read_only); }
        { auto kept = Database::open<Plants>(store.path(), read_only); }
    }
    const Caught refused = caught([&] { auto db = Database::open<StrictPlants>(store.path()); });
    CHECK(refused.code == ErrorCode::schema);
    CHECK(holds(refused.text, "field \"marks\" (string) is no longer declared"));
}

TEST_CASE("a field that is dropped is not kept among the unknown ones") {
    const StorePath store;
    insert_full(store);
    {
        auto db = Database::open<Dropping>(store.path());
        db.read([](ReadTransaction& txn) {
            const Plant plant = *Reader<Dropping>{txn}.get(1);
            CHECK(plant.rest.fields.empty());
            CHECK(plant.name == "oak");
        });
    }
    CHECK(marks(store, 1).empty());
}

namespace {

struct Tree {
    std::string name{};
    std::uint32_t id{};
    std::string city{};
    std::vector<int> rings{};
    UnknownFields rest{};
};
template <class Codec>
struct Trees : Table<"trees", Tree, PrimaryKey<&Tree::id>, Codec, OrderedIndex<"city", &Tree::city>> {};

}  // namespace

TEST_CASE_TEMPLATE("an unknown field may have an empty name", Codec, Cbor, Json) {
    const StorePath store;
    auto db = Database::open<Trees<Codec>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Trees<Codec>> trees{txn};
        const Document unknown = Document::object({{"", 5}, {"x", 1}});
        for (std::uint32_t id = 1; id <= 4; ++id) {
            trees.insert({"oak", id, "Bern", {1, 2}, {unknown}});
            CHECK(trees.get(id)->rest.fields == unknown);
        }
        trees.upsert({"elm", 1, "Oslo", {3}, {unknown}});
        CHECK(trees.patch(2, set<&Tree::city>("Rome")));
        CHECK(trees.get(2)->rest.fields == unknown);
        CHECK(trees.update(3, [](Tree& tree) { tree.city = "Paris"; }));
        CHECK(trees.erase(4));
        CHECK(trees.template by<"city">().count() == 3);
        CHECK(trees.erase(trees.template by<"city">().from("P")) == 2);
        trees.upsert({"ash", 1, "Rome", {}, {}});
        CHECK(trees.template by<"city">().equal("Rome").count() == 1);
    });
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<Trees<Codec>>(txn).ok()); });
}

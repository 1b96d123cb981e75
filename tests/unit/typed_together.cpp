// Options of tables that meet: each has tests of its own elsewhere.
#include "cambium/change_log.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Counted {
    std::string text{};
    std::uint32_t revision{};
};
struct CountedByName : Table<"counted", Counted, Key<std::string>, Cbor, RowVersion<&Counted::revision>> {};

struct Node {
    std::uint32_t id{};
    std::optional<std::uint32_t> parent{};
    std::vector<std::string> tags{};
};
struct Nodes
    : Table<"nodes", Node, PrimaryKey<&Node::id>, Cbor, ForeignKey<"parent", Nodes, &Node::parent, set_null>,
            OrderedIndex<"tag", each<&Node::tags>>, OrderedIndex<"parent_id", &Node::parent, &Node::id>> {};
struct Tree
    : Table<"tree", Node, PrimaryKey<&Node::id>, Cbor, ForeignKey<"parent", Tree, &Node::parent, cascade_erase>,
            OrderedIndex<"tag", each<&Node::tags>>> {};

struct Event {
    std::uint32_t id{};
    std::string text{};
};
struct Events : Table<"events", Event, PrimaryKey<&Event::id>, AutoIncrement, Cbor, ChangeLog<>> {};

struct Name {
    std::string name{};
};
struct Names : Table<"names", Name, PrimaryKey<&Name::name>, Cbor> {};
struct Alias {
    std::string alias{};
    std::optional<std::string> name{};
};
struct Aliases : Table<"aliases", Alias, PrimaryKey<&Alias::alias>, Cbor, ForeignKey<"name", Names, &Alias::name>> {
};

struct Rent {
    std::uint32_t id{};
    std::string landlord{};
    Timestamp ends{};
};
struct Landlords : Table<"landlords", Name, PrimaryKey<&Name::name>, Cbor> {};
struct Rents : Table<"rents", Rent, PrimaryKey<&Rent::id>, Cbor, ExpiresAt<&Rent::ends>, ChangeLog<>,
                     ForeignKey<"landlord", Landlords, &Rent::landlord>> {};

struct Lease {
    std::uint32_t id{};
    std::string code{};
    Timestamp ends{};
};
struct Leases : Table<"leases", Lease, PrimaryKey<&Lease::id>, AutoIncrement, Cbor, ExpiresAt<&Lease::ends>,
                      Unique<"code", &Lease::code>, ChangeLog<>> {};

}  // namespace

TEST_CASE("every write of a table with its key outside keeps the row version") {
    const StorePath store;
    Database db = Database::open<CountedByName>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<CountedByName> counted{txn};
        counted.insert("a", {"x", 5});
        CHECK(counted.get("a")->revision == 5);
        CHECK(counted.update("a", [](Counted& c) { c.text = "y"; }));
        CHECK(counted.get("a")->revision == 6);
        CHECK(counted.patch("a", set<&Counted::text>("z")));
        CHECK(counted.get("a")->revision == 7);
        counted.put("a", {"w", 0});
        CHECK(counted.get("a")->revision == 8);
        CHECK(counted.replace("a", {"v", 8}));
        CHECK(caught([&] { counted.replace("a", {"u", 8}); }).code == ErrorCode::conflict);
        Counted current{"t", 9};
        CHECK(counted.compare_and_swap("a", current) == Swap::stored);
        CHECK(current.revision == 10);
        CHECK(counted.compare_and_swap("b", current) == Swap::absent);
        current.revision = 3;
        CHECK(counted.compare_and_swap("a", current) == Swap::conflict);
        CHECK(counted.get("a")->text == "t");
    });
}

TEST_CASE("an erase through an index takes all that it selected, though its entries move while it erases") {
    const StorePath store;
    Database db = Database::open<Nodes, Tree>(store.path());
    for (const bool reverse : {false, true}) {
        db.write([&](WriteTransaction& txn) {
            Writer<Nodes> nodes{txn};
            nodes.insert({5, std::nullopt, {"a", "b", "a"}});
            nodes.insert({2, 5, {}});
            nodes.insert({7, 5, {"b"}});
            nodes.insert({1, 2, {"a"}});
            const auto rows = nodes.by<"parent">().all();
            CHECK(nodes.erase(reverse ? rows.reverse() : rows) == 4);
            CHECK(nodes.count() == 0);
            CHECK(nodes.by<"parent_id">().count() == 0);
            CHECK(verify_indexes<Nodes>(txn).ok());
            nodes.truncate();
            Writer<Tree> tree{txn};
            tree.insert({5, std::nullopt, {"a", "b", "a"}});
            tree.insert({2, 5, {}});
            tree.insert({7, 5, {"b"}});
            tree.insert({1, 2, {"a"}});
            tree.update(5, [](Node& n) { n.parent = 1; });
            CHECK(tree.erase(tree.by<"tag">().all().reverse()) > 0);
            CHECK(tree.count() == 0);
            CHECK(verify_indexes<Tree>(txn).ok());
        });
    }
}

TEST_CASE("numbers of scopes that roll back") {
    const StorePath store;
    Database db = Database::open<Events>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Events>{txn}.insert({0, "a"});
        std::uint32_t inner_id = 0;
        {
            WriteTransaction inner = txn.begin_nested();
            inner_id = Writer<Events>{inner}.insert({0, "lost"});
        }
        {
            WriteTransaction inner = txn.begin_nested();
            Writer<Events>{inner}.erase(1);
            inner.commit();
        }
        CHECK(inner_id == 2);
        CHECK(Writer<Events>{txn}.insert({0, "c"}) == 2);
        CHECK(ChangeLogReader<Events>{txn}.read(1).changes.size() == 3);
    });
}

TEST_CASE("foreign keys of text that holds NUL or begins another") {
    const StorePath store;
    Database db = Database::open<Names, Aliases>(store.path());
    const std::string nul("a\0b", 3);
    db.write([&](WriteTransaction& txn) {
        Writer<Names> names{txn};
        Writer<Aliases> aliases{txn};
        for (const std::string& name : {std::string("a"), nul, std::string(), std::string("a\0", 2)})
            names.insert({name});
        aliases.insert({"1", nul});
        aliases.insert({"2", ""});
        aliases.insert({"3", std::nullopt});
        CHECK(names.erase("a"));
        CHECK(names.erase(std::string_view("a\0", 2)));
        CHECK(caught([&] { names.erase(""); }).code == ErrorCode::constraint);
        CHECK(caught([&] { names.erase(nul); }).code == ErrorCode::constraint);
        CHECK(caught([&] { aliases.insert({"4", "a"}); }).code == ErrorCode::constraint);
        CHECK(aliases.erase("1"));
        CHECK(names.erase(nul));
        CHECK(verify_indexes<Aliases>(txn).ok());
    });
}

TEST_CASE("a record that has expired does not keep the one that it refers to from being erased") {
    const StorePath store;
    Database db = Database::open<Landlords, Rents>(store.path());
    const Timestamp past{std::chrono::seconds{1}};
    const Timestamp future{std::chrono::seconds{4'000'000'000}};
    db.write([&](WriteTransaction& txn) {
        Writer<Landlords> landlords{txn};
        Writer<Rents> rents{txn};
        for (const char* const name : {"a", "b", "c"}) landlords.insert({name});
        rents.insert({1, "a", past});
        rents.insert({2, "b", past});
        rents.insert({3, "c", past});
        rents.insert({4, "c", future});
        CHECK(rents.count() == 1);
        CHECK(landlords.erase("a"));
        CHECK(landlords.erase(landlords.range("a", "c")) == 1);
        const Caught error = caught([&] { landlords.erase("c"); });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(holds(error.text, "id 4"));
        CHECK(rents.erase(4));
        landlords.truncate();
        CHECK(landlords.count() == 0);
        CHECK(verify_indexes<Rents>(txn).ok());
    });
}

TEST_CASE("a load into a table whose records end, with ended ones in it and among what is loaded") {
    const StorePath store;
    Database db = Database::open<Leases>(store.path());
    const Timestamp past{std::chrono::seconds{1}};
    const Timestamp future{std::chrono::seconds{4'000'000'000}};
    db.write([&](WriteTransaction& txn) {
        Writer<Leases> leases{txn};
        leases.insert({1, "x", past});
        leases.insert({2, "y", future});
        const std::vector<Lease> more{{9, "x", future}, {1, "z", future}, {3, "w", past}};
        CHECK(leases.load(more) == 3);
        CHECK(leases.count() == 3);
        CHECK(leases.insert({0, "w", future}) == 10);
        CHECK(caught([&] {
                  leases.load(std::vector<Lease>{{20, "n", future}, {21, "y", future}});
              }).code == ErrorCode::constraint);
        CHECK(leases.insert({0, "n", future}) == 11);
        CHECK(verify_indexes<Leases>(txn).ok());
    });
}

}  // namespace cambium::test

// Foreign keys: what a record refers to is there, whatever is written, erased, cascaded or left to the commit.
#include "errors.hpp"
#include "store_content.hpp"
#include "typed/catalog.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Person {
    std::uint64_t id{};
    std::string name{};
    friend bool operator==(const Person&, const Person&) = default;
};
struct People : Table<"people", Person, PrimaryKey<&Person::id>, Cbor, Unique<"name", &Person::name>> {};

struct Pet {
    std::uint32_t tag{};
    std::optional<std::uint64_t> owner{};
    std::uint64_t age{};
    std::uint32_t revision{};
    friend bool operator==(const Pet&, const Pet&) = default;
};

template <auto... Actions>
struct PetsWith
    : Table<"pets", Pet, PrimaryKey<&Pet::tag>, Cbor, ForeignKey<"owner", People, &Pet::owner, Actions...>,
            OrderedIndex<"age", &Pet::age>, RowVersion<&Pet::revision>> {};
using Pets = PetsWith<>;
struct FreePets : Table<"pets", Pet, PrimaryKey<&Pet::tag>, Cbor, OrderedIndex<"owner", &Pet::owner>,
                        OrderedIndex<"age", &Pet::age>, RowVersion<&Pet::revision>> {};

using Tags = std::vector<std::uint32_t>;
template <class Rows>
Tags tags(const Rows& rows) {
    Tags result;
    for (const Pet& pet : rows) result.push_back(pet.tag);
    return result;
}

template <class PetTable>
void fill(WriteTransaction& txn) {
    Writer<People> people{txn};
    for (std::uint64_t id = 1; id <= 3; ++id) people.insert({id, "p" + std::to_string(id)});
    Writer<PetTable> pets{txn};
    pets.insert({10, 1, 5, 0});
    pets.insert({11, 1, 6, 0});
    pets.insert({12, 2, 7, 0});
    pets.insert({13, std::nullopt, 8, 0});
}

/// The sentence of the error that a call throws; the store is then as it was before.
template <class Call>
std::string refused(WriteTransaction& txn, ErrorCode code, Call&& call) {
    const Trees before = content_of(txn.store());
    std::string sentence = error_of(code, call);
    CHECK(content_of(txn.store()) == before);
    return sentence;
}

constexpr const char* kTaken =
    "table \"people\": id 1 cannot be erased, as table \"pets\", foreign key \"owner\" refers to it in the record "
    "with "
    "tag 10";

// A composite key, and a tree in one table.
struct Shelf {
    std::string room{};
    std::uint16_t number{};
};
struct Shelves : Table<"shelves", Shelf, PrimaryKey<&Shelf::room, &Shelf::number>, Json> {};
struct Book {
    std::uint64_t id{};
    std::optional<std::string> room{};
    std::optional<std::uint16_t> number{};
};
struct Books : Table<"books", Book, PrimaryKey<&Book::id>, Json,
                     ForeignKey<"shelf", Shelves, &Book::room, &Book::number, set_null>> {};

struct Node {
    std::uint64_t id{};
    std::optional<std::uint64_t> parent{};
};
template <auto... Actions>
struct NodesWith : Table<"nodes", Node, PrimaryKey<&Node::id>, Cbor,
                         ForeignKey<"parent", NodesWith<Actions...>, &Node::parent, Actions...>> {};

// Two tables that refer to each other.
struct Hen {
    std::uint64_t id{};
    std::optional<std::uint64_t> egg{};
};
struct Egg {
    std::uint64_t id{};
    std::optional<std::uint64_t> hen{};
};
struct Eggs;
struct Hens : Table<"hens", Hen, PrimaryKey<&Hen::id>, Cbor, ForeignKey<"egg", Eggs, &Hen::egg, cascade_erase>> {};
struct Eggs : Table<"eggs", Egg, PrimaryKey<&Egg::id>, Cbor, ForeignKey<"hen", Hens, &Egg::hen, cascade_erase>> {};

}  // namespace

TEST_CASE("a record that refers to nothing is refused by every write") {
    const StorePath store;
    Database db = Database::open<People, Pets>(store.path());
    db.write([](WriteTransaction& txn) {
        fill<Pets>(txn);
        Writer<Pets> pets{txn};
        const std::string nothing =
            "table \"pets\", foreign key \"owner\": the record with tag 10 refers to id 9, which "
            "table \"people\" does not have";
        CHECK(refused(txn, ErrorCode::constraint, [&] { pets.upsert({10, 9, 5, 0}); }) == nothing);
        CHECK(refused(txn, ErrorCode::constraint, [&] { pets.replace({10, 9, 5, 0}); }) == nothing);
        CHECK(refused(txn, ErrorCode::constraint, [&] { pets.update(10, [](Pet& p) { p.owner = 9; }); }) ==
              nothing);
        CHECK(refused(txn, ErrorCode::constraint, [&] { pets.patch(10, cambium::set<&Pet::owner>(9)); }) ==
              nothing);
        CHECK(refused(txn, ErrorCode::constraint,
                      [&] {
                          pets.insert({14, 9, 5, 0});
                      }) ==
              "table \"pets\", foreign key \"owner\": the record with tag 14 refers to id 9, which table "
              "\"people\" does "
              "not have");
        CHECK(pets.patch(10, cambium::set<&Pet::owner>(3)));
        CHECK(pets.patch(10, cambium::set<&Pet::owner>(std::nullopt)));
        // A foreign key is an ordered index too.
        CHECK(tags(pets.by<"owner">().all()) == Tags{10, 13, 11, 12});
        CHECK(tags(pets.by<"owner">().equal(2)) == Tags{12});
    });
}

TEST_CASE("restrict_erase refuses the erase of what is referred to") {
    const StorePath store;
    Database db = Database::open<People, Pets>(store.path());
    db.write([](WriteTransaction& txn) {
        fill<Pets>(txn);
        Writer<People> people{txn};
        CHECK(refused(txn, ErrorCode::constraint, [&] { people.erase(1); }) == kTaken);
        CHECK(refused(txn, ErrorCode::constraint, [&] { people.erase(people.all()); }).find("id ") !=
              std::string::npos);
        CHECK(refused(txn, ErrorCode::constraint, [&] { people.truncate(); }).find("cannot be erased") !=
              std::string::npos);
        CHECK(people.erase(3));
        CHECK_FALSE(people.erase(3));
        // Changing what is referred to is no erase.
        people.upsert({1, "other"});
        CHECK(people.update(1, [](Person& p) { p.name = "again"; }));
        Writer<Pets> pets{txn};
        CHECK(pets.erase(pets.by<"owner">().equal(1)) == 2);
        CHECK(people.erase(1));
        pets.truncate();
        people.truncate();
        CHECK(people.count() == 0);
        CHECK(people.by<"name">().count() == 0);
    });
}

TEST_CASE("cascade_erase takes what refers along, with its index entries") {
    using Cascading = PetsWith<cascade_erase>;
    const StorePath store;
    Database db = Database::open<People, Cascading>(store.path());
    db.write([](WriteTransaction& txn) {
        fill<Cascading>(txn);
        Writer<People> people{txn};
        Writer<Cascading> pets{txn};
        CHECK(people.erase(1));
        CHECK(tags(pets.all()) == Tags{12, 13});
        CHECK(tags(pets.by<"age">().all()) == Tags{12, 13});
        CHECK(txn.statistics().records_erased == 3);
        CHECK(people.erase(people.from(2)) == 2);
        CHECK(tags(pets.all()) == Tags{13});
        CHECK(pets.by<"owner">().count() == 1);
        people.insert({4, "p4"});
        pets.insert({20, 4, 1, 0});
        people.truncate();
        CHECK(people.count() == 0);
        CHECK(tags(pets.all()) == Tags{13});
        CHECK_FALSE(txn.store().find_tree("cambium.erased").has_value());
        CHECK_FALSE(txn.store().find_tree("cambium.refused").has_value());
    });
}

TEST_CASE("set_null leaves what refers, without its columns, as a change of the record") {
    using Nulling = PetsWith<set_null>;
    const StorePath store;
    Database db = Database::open<People, Nulling>(store.path());
    db.write([](WriteTransaction& txn) {
        fill<Nulling>(txn);
        Writer<Nulling> pets{txn};
        CHECK(Writer<People>{txn}.erase(1));
        CHECK(pets.get(10) == Pet{10, std::nullopt, 5, 1});
        CHECK(pets.get(11) == Pet{11, std::nullopt, 6, 1});
        CHECK(tags(pets.by<"owner">().equal(std::nullopt)) == Tags{10, 11, 13});
        CHECK(tags(pets.by<"owner">().equal(2)) == Tags{12});
    });
}

bool has_owner(const Pet& pet) {
    return pet.owner.has_value();
}

TEST_CASE("set_null that another rule forbids takes the whole erase back") {
    struct Strict : Table<"pets", Pet, PrimaryKey<&Pet::tag>, Cbor,
                          ForeignKey<"owner", People, &Pet::owner, set_null>, Check<"owned", &has_owner>> {};
    const StorePath store;
    Database db = Database::open<People, Strict>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<People> people{txn};
        people.insert({1, "p1"});
        Writer<Strict>{txn}.insert({10, 1, 5, 0});
        CHECK(refused(txn, ErrorCode::constraint, [&] { people.erase(1); }) ==
              "table \"pets\", check \"owned\": the record with tag 10 does not satisfy it");
    });
}

TEST_CASE("an entry of a foreign key that its record does not have ends an erase, and takes no other reference") {
    const auto erase = [](auto pets_table) {
        using PetTable = decltype(pets_table);
        const StorePath store;
        {
            Database db = Database::open<People, PetTable>(store.path());
            db.write(fill<PetTable>);
        }
        for (const std::uint32_t tag : {12U, 13U}) {
            CAPTURE(tag);
            {
                kv::Environment environment = kv::Environment::open(store.path());
                kv::WriteTransaction txn = environment.begin_write();
                const kv::Tree owners = txn.tree("cambium.index.2.1");
                const std::optional<std::uint64_t> owner = 3;
                for (const std::uint32_t other : {12U, 13U}) txn.erase(owners, key::encode(owner, other));
                txn.put(owners, key::encode(owner, tag), {});
                txn.commit();
            }
            Database db = Database::open<People, PetTable>(store.path());
            db.write([&](WriteTransaction& txn) {
                const std::string sentence =
                    refused(txn, ErrorCode::corrupt, [&] { (void)Writer<People>{txn}.erase(3); });
                CHECK(
                    holds(sentence, "table \"pets\", index \"owner\" has an entry for tag " + std::to_string(tag)));
            });
        }
    };
    erase(PetsWith<set_null>{});
    erase(PetsWith<cascade_erase>{});
}

TEST_CASE("a deferred foreign key is checked by the commit, which names the rows and rolls back") {
    using Late = PetsWith<deferred>;
    const StorePath store;
    Database db = Database::open<People, Late>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Late> pets{txn};
        pets.insert({10, 1, 5, 0});
        pets.insert({11, 7, 5, 0});
        pets.insert({12, 8, 5, 0});
        Writer<People>{txn}.insert({1, "p1"});
        CHECK(pets.erase(11));
        CHECK(pets.patch(12, cambium::set<&Pet::owner>(std::nullopt)));
    });
    db.read([](ReadTransaction& txn) {
        CHECK(tags(Reader<Late>{txn}.all()) == Tags{10, 12});
        CHECK_FALSE(txn.store().find_tree("cambium.pending").has_value());
    });
    Trees before = content_of(db.environment());
    CHECK(error_of(ErrorCode::constraint,
                   [&] {
                       db.write([](WriteTransaction& txn) {
                           Writer<Late> pets{txn};
                           for (std::uint32_t tag = 20; tag < 29; ++tag) {
                               pets.insert({tag, 9, 5, 0});
                               pets.patch(tag, cambium::set<&Pet::owner>(8));
                           }
                       });
                   }) ==
          "table \"pets\", foreign key \"owner\": the record with tag 20 refers to id 8, which table \"people\" "
          "does not "
          "have\n"
          "table \"pets\", foreign key \"owner\": the record with tag 21 refers to id 8, which table \"people\" "
          "does not "
          "have\n"
          "table \"pets\", foreign key \"owner\": the record with tag 22 refers to id 8, which table \"people\" "
          "does not "
          "have\n"
          "table \"pets\", foreign key \"owner\": the record with tag 23 refers to id 8, which table \"people\" "
          "does not "
          "have\n"
          "table \"pets\", foreign key \"owner\": the record with tag 24 refers to id 8, which table \"people\" "
          "does not "
          "have\n"
          "and more");
    CHECK(content_of(db.environment()) == before);
    // An erase of what is referred to is left to the commit as well.
    CHECK(error_of(ErrorCode::constraint, [&] {
              db.write([](WriteTransaction& txn) { CHECK(Writer<People>{txn}.erase(1)); });
          }) == kTaken);
    CHECK(content_of(db.environment()) == before);
    db.write([](WriteTransaction& txn) {
        CHECK(Writer<People>{txn}.erase(1));
        Writer<People>{txn}.insert({1, "again"});
    });
    db.write([](WriteTransaction& txn) {
        Writer<People>{txn}.truncate();
        Writer<Late>{txn}.truncate();
    });
    CHECK(error_of(ErrorCode::constraint, [&] {
              WriteTransaction txn = db.begin_write();
              Writer<Late>{txn}.insert({1, 1, 1, 0});
              try {
                  txn.commit();
              } catch (const Error&) {
                  CHECK_FALSE(txn.active());
                  throw;
              }
          }).find("tag 1 refers to id 1") != std::string::npos);
}

TEST_CASE("what a nested scope leaves to the commit goes when it rolls back, and stays when it does not") {
    using Late = PetsWith<deferred>;
    const StorePath store;
    Database db = Database::open<People, Late>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Late>{txn}.insert({1, 1, 1, 0});
        txn.nested([](WriteTransaction& inner) {
            Writer<Late>{inner}.insert({2, 2, 1, 0});
            inner.abort();
        });
        txn.nested([](WriteTransaction& inner) { Writer<People>{inner}.insert({1, "p1"}); });
    });
    CHECK(error_of(ErrorCode::constraint, [&] {
              db.write([](WriteTransaction& txn) {
                  txn.nested([](WriteTransaction& inner) { Writer<Late>{inner}.insert({3, 3, 1, 0}); });
              });
          }).find("the record with tag 3 refers to id 3") != std::string::npos);
    db.read([](ReadTransaction& txn) { CHECK(tags(Reader<Late>{txn}.all()) == Tags{1}); });
}

TEST_CASE("a composite foreign key refers to nothing by a null in any column") {
    const StorePath store;
    Database db = Database::open<Shelves, Books>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Shelves> shelves{txn};
        Writer<Books> books{txn};
        shelves.insert({"a", 1});
        shelves.insert({"a", 2});
        books.insert({1, "a", 1});
        books.insert({2, "nowhere", std::nullopt});
        books.insert({3, std::nullopt, 9});
        books.insert({4, "a", 2});
        CHECK(refused(txn, ErrorCode::constraint,
                      [&] {
                          books.insert({5, "a", 3});
                      }) ==
              "table \"books\", foreign key \"shelf\": the record with id 5 refers to (room, number) (\"a\", 3), "
              "which "
              "table \"shelves\" does not have");
        CHECK(shelves.erase("a", 1));
        CHECK(books.get(1)->room == std::nullopt);
        CHECK(books.get(1)->number == std::nullopt);
        CHECK(books.get(4)->room == "a");
        CHECK(ids(books.by<"shelf">().equal("a", 2)) == Ids{4});
    });
}

TEST_CASE("a table may refer to itself: deep cascades, rings, and erases of what refers within") {
    using Tree = NodesWith<cascade_erase>;
    using Plain = NodesWith<>;
    const StorePath store;
    constexpr std::uint64_t kDeep = 20000;
    {
        Database db = Database::open<Tree>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Tree> nodes{txn};
            nodes.insert({0, std::nullopt});
            for (std::uint64_t id = 1; id < kDeep; ++id) nodes.insert({id, id - 1});
            nodes.insert({kDeep, kDeep});
            CHECK(nodes.erase(kDeep));
            CHECK(nodes.erase(1));
            CHECK(ids(nodes.all()) == Ids{0});
            // Wide, so that the list leaves memory.
            for (std::uint64_t id = 1; id < kDeep; ++id) nodes.insert({id, id % 2 == 0 ? 0 : id - 1});
            nodes.insert({kDeep, std::nullopt});
            CHECK(nodes.erase(0));
            CHECK(ids(nodes.all()) == Ids{kDeep});
            CHECK_FALSE(txn.store().find_tree("cambium.erased").has_value());
            // A ring.
            nodes.insert({1, std::nullopt});
            nodes.insert({2, 1});
            nodes.insert({3, 2});
            CHECK(nodes.patch(1, cambium::set<&Node::parent>(3)));
            CHECK(nodes.erase(2));
            CHECK(ids(nodes.all()) == Ids{kDeep});
        });
    }
    Database db = Database::open<Plain>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Plain> nodes{txn};
        nodes.truncate();
        nodes.insert({1, 1});
        nodes.insert({2, 1});
        nodes.insert({3, 2});
        CHECK(refused(txn, ErrorCode::constraint, [&] { nodes.erase(2); }) ==
              "table \"nodes\": id 2 cannot be erased, as table \"nodes\", foreign key \"parent\" refers to it in "
              "the "
              "record with id 3");
        CHECK(refused(txn, ErrorCode::constraint, [&] { nodes.erase(nodes.range(1, 3)); }).find("id 3") !=
              std::string::npos);
        CHECK(nodes.erase(nodes.range(2, 4)) == 2);
        CHECK(nodes.erase(1));
        nodes.insert({1, std::nullopt});
        nodes.insert({2, 1});
        nodes.truncate();
        CHECK(nodes.by<"parent">().count() == 0);
    });
}

TEST_CASE("load checks foreign keys: against other tables at once, within its own when all is there") {
    using Plain = NodesWith<>;
    const StorePath store;
    Database db = Database::open<People, Pets, Plain>(store.path());
    db.write([](WriteTransaction& txn) {
        fill<Pets>(txn);
        Writer<Pets> pets{txn};
        CHECK(
            refused(txn, ErrorCode::constraint,
                    [&] {
                        pets.load(std::vector<Pet>{{30, 1, 1, 0}, {31, 9, 1, 0}});
                    }) ==
            "table \"pets\", foreign key \"owner\": the record with tag 31 refers to id 9, which table \"people\" "
            "does not have");
        CHECK(pets.load(std::vector<Pet>{{31, 2, 1, 0}, {30, std::nullopt, 1, 0}}) == 2);
        CHECK(tags(pets.by<"owner">().equal(2)) == Tags{12, 31});
        Writer<Plain> nodes{txn};
        CHECK(nodes.load(std::vector<Node>{{1, 3}, {2, 2}, {3, 2}, {4, std::nullopt}}) == 4);
        CHECK(refused(txn, ErrorCode::constraint,
                      [&] {
                          nodes.load(std::vector<Node>{{5, 6}, {6, 7}, {8, 5}});
                      }) ==
              "table \"nodes\", foreign key \"parent\": the record with id 6 refers to id 7, which table \"nodes\" "
              "does not have");
        CHECK(nodes.by<"parent">().count() == 4);
    });
}

TEST_CASE("cascades go round tables that refer to each other") {
    const StorePath store;
    Database db = Database::open<Hens, Eggs>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Hens> hens{txn};
        Writer<Eggs> eggs{txn};
        hens.insert({0, std::nullopt});
        for (std::uint64_t id = 1; id < 3000; ++id) {
            eggs.insert({id, id - 1});
            hens.insert({id, id});
        }
        CHECK(hens.patch(0, cambium::set<&Hen::egg>(2999)));
        hens.insert({9000, std::nullopt});
        CHECK(eggs.erase(1500));
        CHECK(ids(hens.all()) == Ids{9000});
        CHECK(eggs.count() == 0);
    });
}

TEST_CASE("a table cannot be opened without the one that it refers to") {
    const StorePath store;
    CHECK(error_of(ErrorCode::schema, [&] { static_cast<void>(Database::open<Pets>(store.path())); }) ==
          "table \"pets\", foreign key \"owner\": it refers to table \"people\", which is not opened with it; add "
          "it to "
          "Database::open<...>()");
}

TEST_CASE("who opens only the table referred to may do everything but erase") {
    const StorePath store;
    {
        Database db = Database::open<People, Pets>(store.path());
        db.write([](WriteTransaction& txn) { fill<Pets>(txn); });
    }
    const std::string closed =
        "table \"people\": nothing can be erased, as table \"pets\", foreign key \"owner\" refers to it and was "
        "not opened "
        "with this database: add it to Database::open<...>()";
    {
        Database db = Database::open<People>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<People> people{txn};
            CHECK(refused(txn, ErrorCode::misuse, [&] { people.erase(3); }) == closed);
            CHECK(refused(txn, ErrorCode::misuse, [&] { people.erase(people.all()); }) == closed);
            CHECK(refused(txn, ErrorCode::misuse, [&] { people.truncate(); }) == closed);
            people.insert({4, "p4"});
            CHECK(people.patch(1, cambium::set<&Person::name>("new")));
        });
    }
    // Without the foreign key the table is free again.
    static_cast<void>(Database::open<FreePets>(store.path()));
    Database db = Database::open<People>(store.path());
    db.write([&](WriteTransaction& txn) { CHECK(Writer<People>{txn}.erase(1)); });
}

TEST_CASE("a foreign key that another opener adds is noticed by who has only the table referred to") {
    const StorePath store;
    Database first = Database::open<People>(store.path());
    first.write([](WriteTransaction& txn) { Writer<People>{txn}.insert({1, "p1"}); });
    Database second = Database::open<People, Pets>(store.path());
    first.write([](WriteTransaction& txn) {
        CHECK(error_of(ErrorCode::schema, [&] { Writer<People>{txn}.erase(1); }) ==
              "table \"people\" was changed by another opener of the file since this database was opened; open it "
              "again");
    });
}

TEST_CASE("a foreign key added to records is verified, kept in the catalog, and may change its action") {
    const StorePath store;
    {
        Database db = Database::open<People, FreePets>(store.path());
        db.write([](WriteTransaction& txn) {
            fill<FreePets>(txn);
            Writer<FreePets> pets{txn};
            for (std::uint32_t tag = 20; tag < 25; ++tag) pets.insert({tag, tag, 1, 0});
        });
    }
    CHECK(
        error_of(ErrorCode::constraint, [&] { static_cast<void>(Database::open<People, Pets>(store.path())); }) ==
        "table \"pets\", foreign key \"owner\": cannot be added, as records of the table refer to nothing in table "
        "\"people\": tag 20; tag 21; tag 22; and more");
    {
        Database db = Database::open<People, FreePets>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<FreePets> pets{txn};
            CHECK(pets.erase(pets.from(20)) == 5);
        });
    }
    {
        Database db = Database::open<People, Pets>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<People> people{txn};
            CHECK(refused(txn, ErrorCode::constraint, [&] { people.erase(1); }) == kTaken);
        });
    }
    using Cascading = PetsWith<cascade_erase, deferred>;
    Database db = Database::open<Cascading, People>(store.path());
    db.write([](WriteTransaction& txn) {
        const auto entry = [&](ByteView name) {
            return detail::decode_entry(*detail::stored_entry(txn.store(), name), name);
        };
        CHECK(entry("pets").foreign_keys ==
              std::vector<detail::CatalogForeignKey>{{"owner", "people", {"owner"}, "cascade", true}});
        CHECK(entry("pets").row_version == "revision");
        CHECK(entry("people").referrers == std::vector<detail::CatalogReferrer>{{"pets", "owner"}});
        CHECK(Writer<People>{txn}.erase(1));
        CHECK(tags(Reader<Cascading>{txn}.all()) == Tags{12, 13});
    });
}

}  // namespace cambium::test

// Tables that were called otherwise: which table of a file a declaration means, and who says so when nobody can
// tell.
#include <vector>

#include "cambium/catalog.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Client {
    std::uint32_t id{};
    std::string name{};
};
struct Browser {
    std::uint32_t id{};
    std::string name{};
    std::string host{};
};
template <detail::Name Name, class... Options>
struct Named : Table<Name, Client, PrimaryKey<&Client::id>, Cbor, OrderedIndex<"name", &Client::name>, Options...> {
};

struct OldClients : Named<"clients"> {};
struct Persons : Named<"customers", RenamedTable<"clients">> {};
/// What has the old name now.
struct Clients : Table<"clients", Browser, PrimaryKey<&Browser::id>, Cbor, OrderedIndex<"host", &Browser::host>> {};
struct Guests : Named<"guests", RenamedTable<"clients">> {};
struct Thirds : Named<"three", RenamedTable<"two">, RenamedTable<"one">> {};

template <class T>
void insert(Database& db, std::uint32_t id) {
    db.write([&](WriteTransaction& txn) { Writer<T>{txn}.insert({.id = id, .name = "n" + std::to_string(id)}); });
}

template <class T>
void fill(const StorePath& store, std::uint32_t id) {
    Database db = Database::open<T>(store.path());
    insert<T>(db, id);
}

template <class T>
Ids stored_ids(Database& db) {
    return db.read([](ReadTransaction& txn) {
        CHECK(verify_indexes<T>(txn).ok());
        return ids(Reader<T>{txn});
    });
}

/// Opening with these tables is refused, as planned, and does nothing.
template <class... Tables>
std::vector<std::string> refused(const StorePath& store) {
    const std::vector<TableInfo> before = describe(store.path());
    const SchemaReport report = Database::plan<Tables...>(store.path());
    for (const bool read_only : {false, true}) {
        const Caught error =
            caught([&] { static_cast<void>(Database::open<Tables...>(store.path(), {.read_only = read_only})); });
        CHECK(error.code == ErrorCode::schema);
        std::string text;
        for (const std::string& sentence : report.refused) text += (text.empty() ? "" : "\n") + sentence;
        CHECK(error.text == text);
    }
    CHECK(describe(store.path()) == before);
    return report.refused;
}

const std::vector<std::string> kDeclaredToo = {
    "table \"customers\": the file has none of that name, but table \"clients\", which a RenamedTable names and "
    "which "
    "is declared as well; if its records are those of \"customers\", open the file once with that table and "
    "without "
    "\"clients\"; if not, once with \"customers\" declared without that RenamedTable"};

}  // namespace

TEST_CASE("a table that has the former name of another is not taken by both") {
    const StorePath store;
    fill<OldClients>(store, 1);
    CHECK(refused<Persons, Clients>(store) == kDeclaredToo);
    CHECK(refused<Clients, Persons>(store) == kDeclaredToo);
    CHECK(refused<OldClients, Persons>(store) == kDeclaredToo);

    static_cast<void>(Database::open<Persons>(store.path()));
    // From here on both are what they are called.
    for (int round = 0; round < 2; ++round) {
        Database db = Database::open<Persons, Clients>(store.path());
        if (round == 0) insert<Clients>(db, 2);
        CHECK(stored_ids<Persons>(db) == Ids{1});
        CHECK(stored_ids<Clients>(db) == Ids{2});
    }
    Database db = Database::open<Clients, Persons>(store.path());
    db.write([](WriteTransaction& txn) { Writer<Clients>{txn}.truncate(); });
    CHECK(stored_ids<Persons>(db) == Ids{1});
}

TEST_CASE("who has the records of the new table says so by leaving the option out once") {
    const StorePath store;
    fill<Clients>(store, 7);
    CHECK(refused<Persons, Clients>(store) == kDeclaredToo);
    struct Fresh : Named<"customers"> {};
    static_cast<void>(Database::open<Fresh, Clients>(store.path()));
    Database db = Database::open<Persons, Clients>(store.path());
    CHECK(stored_ids<Persons>(db).empty());
    CHECK(stored_ids<Clients>(db) == Ids{7});
}

TEST_CASE("a new file has both from the first opening on, and one alone does not touch the other") {
    const StorePath store;
    {
        Database db = Database::open<Persons, Clients>(store.path());
        insert<Persons>(db, 1);
        insert<Clients>(db, 2);
    }
    CHECK(Database::plan<Persons>(store.path()).changes.empty());
    {
        Database db = Database::open<Persons>(store.path());
        CHECK(stored_ids<Persons>(db) == Ids{1});
        CHECK(db.table_names() == std::vector<std::string>{"clients", "customers"});
    }
    Database db = Database::open<Clients>(store.path(), {.read_only = true});
    CHECK(stored_ids<Clients>(db) == Ids{2});
}

TEST_CASE("two declarations of one former name are refused while the file has that name") {
    const StorePath store;
    fill<OldClients>(store, 1);
    const std::vector<std::string> sentences = refused<Persons, Guests>(store);
    REQUIRE(sentences.size() == 2);
    CHECK(
        sentences[0] ==
        "table \"customers\": the file has none of that name, but table \"clients\", which a RenamedTable names "
        "and "
        "so does one of table \"guests\"; if its records are those of \"customers\", open the file once with that "
        "table and without \"guests\"");
    CHECK(holds(sentences[1], "table \"guests\": the file has none of that name"));
    static_cast<void>(Database::open<Guests>(store.path()));
    Database db = Database::open<Persons, Guests>(store.path());
    CHECK(stored_ids<Guests>(db) == Ids{1});
    CHECK(stored_ids<Persons>(db).empty());
}

TEST_CASE("a table has all its former names; two of them in one file are refused") {
    for (const bool older : {false, true}) {
        CAPTURE(older);
        const StorePath store;
        if (older)
            fill<Named<"one">>(store, 1);
        else
            fill<Named<"two">>(store, 1);
        CHECK(Database::plan<Thirds>(store.path()).changes ==
              std::vector<std::string>{std::string("table \"") + (older ? "one" : "two") +
                                       "\": is renamed \"three\""});
        for (int round = 0; round < 2; ++round) {
            Database db = Database::open<Thirds>(store.path());
            CHECK(db.table_names() == std::vector<std::string>{"three"});
            CHECK(stored_ids<Thirds>(db) == Ids{1});
        }
    }
    const StorePath store;
    fill<Named<"one">>(store, 1);
    fill<Named<"two">>(store, 2);
    CHECK(
        refused<Thirds>(store) ==
        std::vector<std::string>{
            "table \"three\": the file has none of that name, but table \"two\" and table \"one\", each of which a "
            "RenamedTable names; nobody can tell which of them holds its records: drop or rename the other one, or "
            "declare it without the RenamedTable of that one"});
    Database::open<>(store.path()).rename_table("one", "three");
    Database db = Database::open<Thirds>(store.path());
    CHECK(stored_ids<Thirds>(db) == Ids{1});
}

namespace {

struct Guest {
    std::uint32_t id{};
    std::string full{};
};
Guest with_full_name(const Client& old) {
    return {old.id, old.name};
}
struct Movers : Table<"guests", Guest, PrimaryKey<&Guest::id>, Cbor, RenamedTable<"clients">, SchemaVersion<2>,
                      Migration<1, Client, &with_full_name>> {};

}  // namespace

TEST_CASE("a table that is migrated under a new name is nobody else's meanwhile") {
    const StorePath store;
    fill<OldClients>(store, 1);
    CHECK(holds(refused<Movers, Clients>(store).front(), "table \"guests\": the file has none of that name"));
    const auto stop = [](const Progress&) -> bool { throw Error(ErrorCode::io, "stopped"); };
    CHECK(caught([&] { static_cast<void>(Database::open<Movers>(store.path(), {}, stop)); }).code == ErrorCode::io);
    CHECK(holds(refused<OldClients>(store).front(), "a migration to version 2 was left half way"));
    CHECK(holds(refused<Movers, Clients>(store).front(), "table \"guests\": the file has none of that name"));
    static_cast<void>(Database::open<Movers>(store.path()));
    Database db = Database::open<Movers, Clients>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Movers>{txn}.get(1)->full == "n1");
        CHECK(Reader<Clients>{txn}.count() == 0);
    });
}

TEST_CASE("compare() says of former names what plan() says") {
    const StorePath store;
    fill<OldClients>(store, 1);
    const auto declared = [](const std::string& name, std::vector<std::string> former) {
        const StorePath other;
        static_cast<void>(Database::open<OldClients>(other.path()));
        TableDeclaration declaration{describe(other.path()).front(), std::move(former)};
        declaration.table.name = name;
        return declaration;
    };
    const std::vector<TableInfo> stored = describe(store.path());
    const std::vector<TableDifference> both =
        compare(stored, {declared("customers", {"clients"}), declared("clients", {})});
    CHECK(both == std::vector<TableDifference>{{false, kDeclaredToo.front()}});
    const std::vector<TableDifference> renamed = compare(stored, {declared("customers", {"never", "clients"})});
    CHECK(renamed == std::vector<TableDifference>{{true, "table \"clients\": is renamed \"customers\""}});
}

namespace {

struct Merged {
    std::uint32_t id{};
    std::string full{};
};
struct TwoNames {
    std::uint32_t id{};
    std::string first{};
    std::string second{};
};

}  // namespace

TEST_CASE("two fields of a file do not become one") {
    struct Twos : Table<"t", TwoNames, PrimaryKey<&TwoNames::id>, Cbor> {};
    struct Ones : Table<"t", Merged, PrimaryKey<&Merged::id>, Cbor, Renamed<"first", &Merged::full>,
                        Renamed<"second", &Merged::full>> {};
    const StorePath store;
    static_cast<void>(Database::open<Twos>(store.path()));
    CHECK(
        refused<Ones>(store) ==
        std::vector<std::string>{
            "table \"t\": fields \"first\" and \"second\" of the file would both become \"full\"; Dropped in place "
            "of one Renamed says whose content may be lost; a Migration may say how (cambium/evolution.hpp)"});
}

}  // namespace cambium::test

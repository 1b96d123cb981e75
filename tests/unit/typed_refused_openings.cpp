// Openings that are refused leave the file as it is, also when a migration is due: the old declaration opens it.
#include <stdexcept>

#include "cambium/catalog.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Old {
    std::uint32_t id{};
    std::string name{};
};
struct New {
    std::uint32_t id{};
    std::string label{};
};
constexpr std::uint32_t kCount = 3500;
std::uint32_t refused_id = kCount;
New upgrade(const Old& old) {
    if (old.id == refused_id) throw std::runtime_error("no");
    return {old.id, old.name};
}
New to_one_key(const Old& old) {
    return {old.id / 2000, old.name};
}
struct Olds : Table<"things", Old, PrimaryKey<&Old::id>, Cbor, OrderedIndex<"name", &Old::name>> {};
template <class... Options>
struct Newer : Table<"things", New, PrimaryKey<&New::id>, Cbor, SchemaVersion<2>, Options...> {};
struct News : Newer<Migration<1, Old, &upgrade>, Unique<"label", &New::label>> {};
struct Plains : Newer<Migration<1, Old, &upgrade>> {};
struct OneKeys : Newer<Migration<1, Old, &to_one_key>> {};

struct Precious {
    std::uint32_t id{};
    std::string lost{};
};
struct Poor {
    std::uint32_t id{};
};
struct Olders : Table<"others", Precious, PrimaryKey<&Precious::id>, Cbor> {};
struct Losers : Table<"others", Poor, PrimaryKey<&Poor::id>, Cbor> {};
struct Colliding : Table<"others", Precious, PrimaryKey<&Precious::id>, Cbor, Unique<"lost", &Precious::lost>> {};

/// Two of the things have one name when `twice`.
void fill(const StorePath& store, bool twice) {
    Database db = Database::open<Olds, Olders>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Olds> things{txn};
        for (std::uint32_t i = 0; i < kCount; ++i)
            things.insert({i, std::to_string(twice && i == kCount - 1 ? 0 : i)});
        for (std::uint32_t i = 0; i < 2; ++i) Writer<Olders>{txn}.insert({i, "same"});
    });
}

/// The old program finds everything.
void check_old(const StorePath& store) {
    Database db = Database::open<Olds, Olders>(store.path());
    db.write([](WriteTransaction& txn) {
        CHECK(Reader<Olds>{txn}.count() == kCount);
        CHECK(Reader<Olds>{txn}.by<"name">().equal("77").count() == 1);
        CHECK(verify_indexes<Olds>(txn).ok());
        CHECK(Reader<Olders>{txn}.get(1)->lost == "same");
        CHECK_FALSE(txn.store().find_tree("cambium.table.1.next").has_value());
        Writer<Olds>{txn}.upsert({1, "1"});
        CHECK(describe(txn.store())[1].migrating_to == 0);
    });
}

template <class... Tables>
Caught refused(const StorePath& store) {
    return caught([&] { static_cast<void>(Database::open<Tables...>(store.path())); });
}

template <class T>
void check_new(Database& db) {
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<T>{txn}.count() == kCount);
        CHECK(Reader<T>{txn}.get(77)->label == "77");
        CHECK(verify_indexes<T>(txn).ok());
    });
}

}  // namespace

TEST_CASE("what planning refuses is refused before another table is migrated") {
    const StorePath store;
    fill(store, false);
    const std::vector<TableInfo> before = describe(store.path());
    CHECK(Database::plan<News, Losers>(store.path()).refused.size() == 1);
    const Caught error = refused<News, Losers>(store);
    CHECK(error.code == ErrorCode::schema);
    CHECK(holds(error.text, "table \"others\": field \"lost\""));
    CHECK(describe(store.path()) == before);
    check_old(store);
}

TEST_CASE("a unique index that the migrated records do not fit leaves the table what it was") {
    const StorePath store;
    fill(store, true);
    CHECK(Database::plan<News>(store.path()).changes ==
          std::vector<std::string>{
              "table \"things\": is migrated from version 1 to version 2",
              "table \"things\": index \"label\" is built; opening refuses if two records agree in it"});
    for (int round = 0; round < 2; ++round) {
        const Caught error = refused<News>(store);
        CHECK(error.code == ErrorCode::constraint);
        CHECK(holds(error.text, "\"0\" already belongs to id 0 and to id 3499"));
        check_old(store);
    }
    {
        Database db = Database::open<Olds>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Olds>{txn}.upsert({kCount - 1, "other"}); });
    }
    Database db = Database::open<News>(store.path());
    check_new<News>(db);
}

TEST_CASE("so does a refusal in another table, and the declaration may go on without it") {
    const StorePath store;
    fill(store, false);
    CHECK(refused<News, Colliding>(store).code == ErrorCode::constraint);
    CHECK(refused<Colliding, News>(store).code == ErrorCode::constraint);
    check_old(store);
    Database db = Database::open<News, Olders>(store.path());
    check_new<News>(db);
}

TEST_CASE("so does a record that a migration cannot make, after steps that were committed") {
    const StorePath store;
    fill(store, false);
    refused_id = kCount - 10;
    CHECK_THROWS_AS(static_cast<void>(Database::open<News>(store.path())), std::runtime_error);
    refused_id = kCount;
    check_old(store);
    const Caught clash = refused<OneKeys>(store);
    CHECK(clash.code == ErrorCode::constraint);
    check_old(store);
    Database db = Database::open<Plains>(store.path());
    check_new<Plains>(db);
}

TEST_CASE("a migration that the user stops stays half way, while its index is built too") {
    for (int stop = 1; stop < 8; ++stop) {
        CAPTURE(stop);
        const StorePath store;
        fill(store, false);
        int calls = 0;
        const Caught error = caught([&] {
            static_cast<void>(
                Database::open<News>(store.path(), {}, [&](const Progress&) { return ++calls != stop; }));
        });
        if (error.code) {
            CHECK(error.code == ErrorCode::cancelled);
            CHECK(holds(refused<Olds>(store).text, "a migration to version 2 was left half way"));
        }
        Database db = Database::open<News>(store.path());
        check_new<News>(db);
    }
}

}  // namespace cambium::test

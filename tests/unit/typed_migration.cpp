// Migrations: old records become new ones, step by step, whenever and wherever the program stops.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "cambium/dynamic.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct First {
    std::uint32_t id{};
    std::string name{};
};
struct Second {
    std::uint32_t id{};
    std::string given{};
    std::string family{};
};
struct Third {
    std::string key{};
    std::uint64_t number{};
    std::string full{};
};

/// Thrown by a function of a migration, for the test.
struct Refusal {};
bool refuse_7 = false;
std::uint64_t upgraded = 0;
std::uint64_t killed_at = 0;  ///< records after which the process kills itself; 0: never

Second second_from_first(const First& old) {
    if (refuse_7 && old.id == 7) throw Refusal{};
    if (++upgraded == killed_at) raise(SIGKILL);
    const std::size_t space = old.name.find(' ');
    return {old.id, old.name.substr(0, space), space == std::string::npos ? "" : old.name.substr(space + 1)};
}
Third third_from_second(const Second& old) {
    return {"k" + std::to_string(old.id), old.id, old.family + ", " + old.given};
}
Third one_key_for_all(const Second& old) {
    return {"same", old.id, old.given};
}

struct Firsts : Table<"people", First, PrimaryKey<&First::id>, Json, OrderedIndex<"name", &First::name>> {};
struct Seconds : Table<"people", Second, PrimaryKey<&Second::id>, Cbor, OrderedIndex<"family", &Second::family>,
                       SchemaVersion<2>, Migration<1, First, &second_from_first, Json>> {};
struct Thirds
    : Table<"people", Third, PrimaryKey<&Third::key>, Cbor, Unique<"number", &Third::number>, SchemaVersion<3>,
            Migration<1, First, &second_from_first, Json>, Migration<2, Second, &third_from_second>> {};
struct Clash : Table<"people", Third, PrimaryKey<&Third::key>, Cbor, SchemaVersion<3>,
                     Migration<2, Second, &one_key_for_all>> {};
struct NewNames : Table<"persons", Third, PrimaryKey<&Third::key>, Cbor, RenamedTable<"people">, SchemaVersion<3>,
                        Migration<1, First, &second_from_first, Json>, Migration<2, Second, &third_from_second>> {};

constexpr std::uint32_t kCount = 5500;

std::string name_of(std::uint32_t id) {
    return "Given" + std::to_string(id) + " Family" + std::to_string(id % 17);
}

template <class Declared>
void fill(const StorePath& store, std::uint32_t count = kCount) {
    Database db = Database::open<Declared>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Declared> people{txn};
        for (std::uint32_t i = 0; i < count; ++i) people.insert({.id = i, .name = name_of(i)});
    });
}

template <class Declared = Thirds>
void check_thirds(Database& db, std::uint32_t count = kCount) {
    db.read([&](ReadTransaction& txn) {
        const Reader<Declared> people{txn};
        CHECK(people.count() == count);
        for (std::uint32_t i = 0; i < count; i += 97) {
            const std::optional<Third> found = people.get("k" + std::to_string(i));
            REQUIRE(found.has_value());
            CHECK(found->number == i);
            CHECK(found->full == "Family" + std::to_string(i % 17) + ", Given" + std::to_string(i));
        }
        CHECK_FALSE(txn.store().find_tree("cambium.table.1.next").has_value());
    });
}

template <class Declared>
Caught refused(const StorePath& store) {
    return caught([&] { static_cast<void>(Database::open<Declared>(store.path())); });
}

}  // namespace

TEST_CASE("records go through every version that lies between, key and codec change, indexes are built") {
    const StorePath store;
    fill<Firsts>(store);
    const SchemaReport report = Database::plan<Thirds>(store.path());
    CHECK(report.changes ==
          std::vector<std::string>{
              "table \"people\": is migrated from version 1 to version 3",
              "table \"people\": index \"number\" is built; opening refuses if two records agree in it"});
    CHECK(report.refused.empty());
    CHECK(caught([&] { static_cast<void>(Database::open<Thirds>(store.path(), {.read_only = true})); }).code ==
          ErrorCode::read_only);
    {
        Database db = Database::open<Thirds>(store.path());
        check_thirds(db);
        db.read([](ReadTransaction& txn) {
            CHECK(Reader<Thirds>{txn}.by<"number">().get(5)->key == "k5");
            CHECK_FALSE(txn.store().find_tree("cambium.index.1.1").has_value());
        });
    }
    upgraded = 0;
    Database db = Database::open<Thirds>(store.path());
    CHECK(upgraded == 0);
    check_thirds(db);
}

TEST_CASE("one version after the other is the same, and the table may be renamed with it") {
    const StorePath store;
    fill<Firsts>(store);
    {
        Database db = Database::open<Seconds>(store.path());
        db.read([](ReadTransaction& txn) {
            CHECK(Reader<Seconds>{txn}.by<"family">().equal("Family3").count() == 324);
        });
    }
    Database db = Database::open<NewNames>(store.path());
    check_thirds<NewNames>(db);
    CHECK(db.table_names() == std::vector<std::string>{"persons"});
}

TEST_CASE("a new file and an empty table have nothing to migrate") {
    const StorePath store;
    static_cast<void>(Database::open<Thirds>(store.path()));
    CHECK(Database::plan<Thirds>(store.path()).changes.empty());
    const StorePath empty;
    fill<Firsts>(empty, 0);
    Database db = Database::open<Thirds>(empty.path());
    check_thirds(db, 0);
}

TEST_CASE("what the function throws leaves the table as it was, and the next opening begins anew") {
    const StorePath store;
    fill<Firsts>(store);
    refuse_7 = true;
    CHECK_THROWS_AS(static_cast<void>(Database::open<Thirds>(store.path())), Refusal);
    refuse_7 = false;
    // Nothing was committed: the record is of the first step.
    static_cast<void>(Database::open<Firsts>(store.path()));
    Database db = Database::open<Thirds>(store.path());
    check_thirds(db);
}

TEST_CASE("a process killed anywhere loses no record and repeats at most one step") {
    const std::uint64_t seed = std::random_device{}();
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 4; ++round) {
        const StorePath store;
        fill<Firsts>(store);
        std::uint64_t at = 0;
        for (int death = 0; death < 3; ++death) {
            at = 1 + random() % kCount / 2;
            const pid_t child = fork();
            if (child == 0) {
                upgraded = 0;
                killed_at = at;
                static_cast<void>(Database::open<Thirds>(store.path()));
                _exit(0);
            }
            int status = 0;
            REQUIRE(waitpid(child, &status, 0) == child);
            if (!WIFSIGNALED(status)) break;  // so little was left that it finished
            if (at > 1000) {
                const Caught error = refused<Firsts>(store);
                CHECK(error.code == ErrorCode::schema);
                CHECK(holds(error.text, "table \"people\": a migration to version 3 was left half way"));
            }
        }
        upgraded = 0;
        Database db = Database::open<Thirds>(store.path());
        CHECK(upgraded <= kCount);
        check_thirds(db);
    }
}

namespace {

struct Owner {
    std::uint64_t id{};
};
struct Owners : Table<"owners", Owner, PrimaryKey<&Owner::id>, Cbor> {};
struct FirstPet {
    std::uint32_t id{};
    std::uint64_t owner{};
    std::optional<std::uint32_t> parent{};
};
struct FirstPets
    : Table<"pets", FirstPet, PrimaryKey<&FirstPet::id>, Cbor, ForeignKey<"owner", Owners, &FirstPet::owner>,
            ForeignKey<"parent", FirstPets, &FirstPet::parent>> {};
struct Pet {
    std::uint32_t id{};
    std::uint64_t owner{};
    std::optional<std::uint32_t> parent{};
    std::string name{};
};
Pet named(const FirstPet& old) {
    return {old.id, old.owner, old.parent, "pet " + std::to_string(old.id)};
}
bool has_name(const Pet& pet) {
    return !pet.name.empty();
}
struct Pets : Table<"pets", Pet, PrimaryKey<&Pet::id>, Cbor, ForeignKey<"owner", Owners, &Pet::owner>,
                    ForeignKey<"parent", Pets, &Pet::parent>, Unique<"name", &Pet::name>,
                    Check<"has_name", &has_name>, SchemaVersion<2>, Migration<1, FirstPet, &named>> {};

constexpr std::uint32_t kPets = 2500;

void fill_pets(const StorePath& store) {
    Database db = Database::open<Owners, FirstPets>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint64_t id = 0; id < 10; ++id) Writer<Owners>{txn}.insert({id});
        Writer<FirstPets> pets{txn};
        for (std::uint32_t id = 0; id < kPets; ++id)
            pets.insert({id, id % 9, id == 0 ? std::nullopt : std::optional(id / 2)});
    });
}

/// Opens in a process of its own, which dies when opening tells of its progress for the so-manieth time. False when
/// it does not tell so often.
template <class... Tables>
bool killed_while_opening(const StorePath& store, int at) {
    const pid_t child = fork();
    if (child == 0) {
        int calls = 0;
        static_cast<void>(Database::open<Tables...>(store.path(), {}, [&](const Progress&) {
            if (++calls == at) raise(SIGKILL);
            return true;
        }));
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status);
}

/// A store in which the migration of the pets has begun, and opening has not been finished.
void check_half_way(const StorePath& store) {
    const Caught old = caught([&] { static_cast<void>(Database::open<Owners, FirstPets>(store.path())); });
    CHECK(old.code == ErrorCode::schema);
    CHECK(holds(old.text, "version 2"));
    {
        // What pets refer to stays, also for who does not know of pets.
        Database db = Database::open<Owners>(store.path());
        const Caught erase = caught([&] { db.write([](WriteTransaction& txn) { Writer<Owners>{txn}.erase(3); }); });
        CHECK(erase.code == ErrorCode::misuse);
        CHECK(holds(erase.text, "table \"pets\", foreign key \"owner\" refers to it"));
        db.write([](WriteTransaction& txn) { Writer<Owners>{txn}.upsert({10}); });
    }
    CHECK(caught([&] { Database::open<>(store.path()).drop_table("owners"); }).code == ErrorCode::constraint);
    // Nobody writes records among which no rule holds.
    const StoredTables stored = stored_tables(store.path());
    REQUIRE(stored.refused.size() == 1);
    CHECK(holds(stored.refused.front(), "table \"pets\": a migration of it is half way"));
}

void check_pets(Database& db) {
    db.write([](WriteTransaction& txn) {
        Writer<Pets> pets{txn};
        CHECK(pets.count() == kPets);
        CHECK(verify_indexes<Pets>(txn).ok());
        CHECK(pets.by<"owner">().equal(3).count() == (kPets - 3 + 8) / 9);
        CHECK(pets.by<"name">().get("pet 77")->parent == 38);
        CHECK(caught([&] { pets.insert({kPets, 99, {}, "x"}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { pets.insert({kPets, 1, {}, ""}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { pets.erase(1); }).code == ErrorCode::constraint);
        Writer<Owners> owners{txn};
        CHECK(caught([&] { owners.erase(3); }).code == ErrorCode::constraint);
        CHECK(owners.erase(9));
    });
    const std::vector<TableInfo> tables = describe(db.begin_read().store());
    CHECK(tables[1].migrating_to == 0);
    CHECK(tables[1].foreign_keys.size() == 2);
    CHECK(tables[1].rules.size() == 1);
}

}  // namespace

TEST_CASE("a process killed at any step of opening leaves the references of a migrated table whole") {
    int steps = 0;
    for (bool killed = true; killed; ++steps) {
        CAPTURE(steps);
        const StorePath store;
        fill_pets(store);
        killed = killed_while_opening<Owners, Pets>(store, steps + 1);
        if (killed) check_half_way(store);
        Database db = Database::open<Owners, Pets>(store.path());
        check_pets(db);
    }
    CHECK(steps > 5);  // three of the migration, two for the indexes, and the one that ends
}

namespace {

struct NamedOwner {
    std::uint64_t id{};
    std::string name{};
};
NamedOwner with_name(const Owner& old) {
    return {old.id + 1, "owner"};
}
struct NamedOwners : Table<"owners", NamedOwner, PrimaryKey<&NamedOwner::id>, Cbor, SchemaVersion<2>,
                           Migration<1, Owner, &with_name>> {};

}  // namespace

TEST_CASE("references to a migrated table are doubted by all who have not verified them") {
    const StorePath store;
    fill_pets(store);
    static_cast<void>(Database::open<NamedOwners>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    CHECK(stored["pets"].why_read_only() ==
          "table \"pets\" can only be read without the program that declares it: foreign key \"owner\" has to be "
          "verified");
    {
        Database db = Database::open(store.path(), stored.tables);
        db.write([&](WriteTransaction& txn) {
            DynamicWriter owners(txn, stored["owners"]);
            CHECK(caught([&] { owners.erase(10); }).code == ErrorCode::misuse);
            CHECK(owners.count() == 10);
            CHECK(DynamicReader(txn, stored["pets"]).by("owner").equal(3).count() > 0);
        });
    }
    struct NewPets : Table<"pets", FirstPet, PrimaryKey<&FirstPet::id>, Cbor,
                           ForeignKey<"owner", NamedOwners, &FirstPet::owner>,
                           ForeignKey<"parent", NewPets, &FirstPet::parent>> {};
    // The keys have moved: owner 0 is gone.
    const Caught error = caught([&] { static_cast<void>(Database::open<NamedOwners, NewPets>(store.path())); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(holds(error.text, "refer to nothing in table \"owners\": id 0"));
}

TEST_CASE("a table whose indexes were not built yet may be migrated further") {
    const StorePath store;
    fill<Firsts>(store);
    REQUIRE(killed_while_opening<Seconds>(store, 7));
    CHECK(Database::plan<Seconds>(store.path()).changes ==
          std::vector<std::string>{"table \"people\": is migrated from version 1 to version 2",
                                   "table \"people\": index \"family\" is built"});
    Database db = Database::open<Thirds>(store.path());
    check_thirds(db);
}

TEST_CASE("a program with the old declaration is told while it runs") {
    const StorePath store;
    fill<Firsts>(store);
    Database old = Database::open<Firsts>(store.path());
    Database db = Database::open<Thirds>(store.path());
    const Caught error =
        caught([&] { old.read([](ReadTransaction& txn) { return Reader<Firsts>{txn}.count(); }); });
    CHECK(error.code == ErrorCode::schema);
    check_thirds(db);
}

TEST_CASE("declarations and files that do not fit are refused with a sentence, and nothing changes") {
    const StorePath store;
    fill<Firsts>(store);
    CHECK(refused<Clash>(store).text ==
          "table \"people\": the file has version 1, version 3 is declared, and there is no Migration<1, ...>");
    static_cast<void>(Database::open<Seconds>(store.path()));
    const Caught clash = refused<Clash>(store);
    CHECK(clash.code == ErrorCode::constraint);
    CHECK(clash.text ==
          "table \"people\": two records get the same primary key, key \"same\", when they are written "
          "as they are declared now");
    CHECK(holds(refused<Firsts>(store).text, "the file has version 2, this program declares version 1"));
    struct WrongCodec : Table<"people", Third, PrimaryKey<&Third::key>, Cbor, SchemaVersion<3>,
                              Migration<2, Second, &third_from_second, Json>> {};
    CHECK(holds(refused<WrongCodec>(store).text,
                "the old record of Migration<2, ...> is not what the file holds: its codec is cbor, not json"));
    Database db = Database::open<Thirds>(store.path());
    check_thirds(db);
}

}  // namespace cambium::test

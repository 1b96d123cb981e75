// Evolution of tables that have more than records: foreign keys from elsewhere, change logs.
#include "cambium/change_log.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Person {
    std::uint32_t id{};
    std::string name{};
    friend bool operator==(const Person&, const Person&) = default;
};
struct Pet {
    std::uint32_t id{};
    std::optional<std::uint32_t> owner{};
    friend bool operator==(const Pet&, const Pet&) = default;
};

Person moved(const Person& old) {
    return {old.id * 10, old.name};
}
Person same(const Person& old) {
    return old;
}

struct People : Table<"people", Person, PrimaryKey<&Person::id>, Cbor> {};
struct MovedPeople
    : Table<"people", Person, PrimaryKey<&Person::id>, Cbor, SchemaVersion<2>, Migration<1, Person, &moved>> {};
struct SamePeople
    : Table<"people", Person, PrimaryKey<&Person::id>, Cbor, SchemaVersion<2>, Migration<1, Person, &same>> {};
struct IndexedPeople : Table<"people", Person, PrimaryKey<&Person::id>, Cbor, Unique<"name", &Person::name>> {};

template <class Owners>
struct Pets : Table<"pets", Pet, PrimaryKey<&Pet::id>, Cbor, ForeignKey<"owner", Owners, &Pet::owner>> {};
template <class Owners>
struct Animals : Table<"animals", Pet, PrimaryKey<&Pet::id>, Cbor, RenamedTable<"pets">,
                       ForeignKey<"owner", Owners, &Pet::owner>> {};
struct FreePets : Table<"pets", Pet, PrimaryKey<&Pet::id>, Cbor> {};

void fill(const StorePath& store) {
    Database db = Database::open<People, Pets<People>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<People>{txn}.insert({1, "a"});
        Writer<People>{txn}.insert({2, "b"});
        Writer<Pets<People>>{txn}.insert({1, 1});
        Writer<Pets<People>>{txn}.insert({2, std::nullopt});
    });
}

}  // namespace

TEST_CASE("a migration that moves the keys of a table does not leave foreign keys behind that refer to nothing") {
    const StorePath store;
    fill(store);
    const Caught error =
        caught([&] { static_cast<void>(Database::open<MovedPeople, Pets<MovedPeople>>(store.path())); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(holds(error.text, "table \"pets\", foreign key \"owner\""));
    // Repaired without the foreign key, it comes back.
    {
        Database db = Database::open<MovedPeople, FreePets>(store.path());
        db.write([](WriteTransaction& txn) { CHECK(Writer<FreePets>{txn}.patch(1, set<&Pet::owner>(10))); });
    }
    Database db = Database::open<MovedPeople, Pets<MovedPeople>>(store.path());
    db.write([](WriteTransaction& txn) {
        CHECK(caught([&] { Writer<MovedPeople>{txn}.erase(10); }).code == ErrorCode::constraint);
        CHECK(verify_indexes<Pets<MovedPeople>>(txn).ok());
    });
}

TEST_CASE("a table that was migrated alone is still closed to erases while a table that refers to it is not open") {
    const StorePath store;
    fill(store);
    {
        Database db = Database::open<SamePeople>(store.path());
        db.write([](WriteTransaction& txn) {
            CHECK(caught([&] { Writer<SamePeople>{txn}.erase(1); }).code == ErrorCode::misuse);
        });
    }
    for (int i = 0; i < 2; ++i) {
        Database db = Database::open<SamePeople, Pets<SamePeople>>(store.path());
        db.write([](WriteTransaction& txn) {
            CHECK(caught([&] { Writer<SamePeople>{txn}.erase(1); }).code == ErrorCode::constraint);
        });
    }
    static_cast<void>(Database::open<SamePeople, FreePets>(store.path()));
    Database db = Database::open<SamePeople>(store.path());
    db.write([](WriteTransaction& txn) { CHECK(Writer<SamePeople>{txn}.erase(1)); });
}

TEST_CASE("a table is renamed and the one that it refers to changes, in one opening, in either order") {
    const auto check = [](Database db) {
        db.write([](WriteTransaction& txn) {
            CHECK(caught([&] { Writer<IndexedPeople>{txn}.erase(1); }).code == ErrorCode::constraint);
            CHECK(Writer<IndexedPeople>{txn}.erase(2));
            CHECK(verify_indexes<IndexedPeople>(txn).ok());
        });
    };
    SUBCASE("the renamed one first") {
        const StorePath store;
        fill(store);
        check(Database::open<Animals<IndexedPeople>, IndexedPeople>(store.path()));
    }
    SUBCASE("the renamed one last") {
        const StorePath store;
        fill(store);
        check(Database::open<IndexedPeople, Animals<IndexedPeople>>(store.path()));
    }
}

namespace {

struct NoteV1 {
    std::uint32_t id{};
    std::string text{};
};
struct Note {
    std::uint32_t id{};
    std::string body{};
    friend bool operator==(const Note&, const Note&) = default;
};
struct WideNote {
    std::uint64_t id{};
    std::string text{};
    friend bool operator==(const WideNote&, const WideNote&) = default;
};
Note note_from_first(const NoteV1& old) {
    return {old.id, old.text};
}

struct NotesV1 : Table<"notes", NoteV1, PrimaryKey<&NoteV1::id>, Cbor, ChangeLog<>> {};
struct RenamedNotes : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor, ChangeLog<>, Renamed<"text", &Note::body>> {
};
struct MigratedNotes : Table<"notes", Note, PrimaryKey<&Note::id>, Json, ChangeLog<>, SchemaVersion<2>,
                             Migration<1, NoteV1, &note_from_first, Cbor>> {};
struct WideNotes : Table<"notes", WideNote, PrimaryKey<&WideNote::id>, Cbor, ChangeLog<>> {};

template <class Notes>
void check_log() {
    const StorePath store;
    {
        Database db = Database::open<NotesV1>(store.path());
        db.write([](WriteTransaction& txn) {
            for (std::uint32_t i = 1; i <= 3; ++i) Writer<NotesV1>{txn}.insert({i, "old"});
        });
    }
    Database db = Database::open<Notes>(store.path());
    db.write([](WriteTransaction& txn) { Writer<Notes>{txn}.insert({4, "new"}); });
    db.read([](ReadTransaction& txn) {
        const ChangeLogReader<Notes> log{txn};
        const auto page = log.read(1);
        std::uint64_t told = page.missed;
        for (const auto& change : page.changes) {
            INFO("position ", change.position);
            ++told;
            if (change.operation == Operation::missed) continue;
            REQUIRE(change.after.has_value());
            CHECK(*change.after == *Reader<Notes>{txn}.get(change.after->id));
        }
        CHECK(told >= 4);
        CHECK(page.next > 4);
        CHECK(page.changes.back().after->id == 4);
    });
}

}  // namespace

TEST_CASE("a change log does not answer with records that were never there after its table was rewritten") {
    SUBCASE("a field renamed") {
        check_log<RenamedNotes>();
    }
    SUBCASE("migrated") {
        check_log<MigratedNotes>();
    }
    SUBCASE("a wider key") {
        check_log<WideNotes>();
    }
}

}  // namespace cambium::test

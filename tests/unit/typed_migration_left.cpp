// Migrations that begin with a file of another declaration than the old record says, or where another declaration
// has left one half way.
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
    std::string label{};
};
/// As Second, with the same schema version.
struct OtherSecond {
    std::uint32_t id{};
    std::string title{};
};
struct Third {
    std::uint32_t id{};
    std::string text{};
};

bool refuses = false;

Second second_from_first(const First& old) {
    return {old.id, old.name};
}
OtherSecond other_from_first(const First& old) {
    return {old.id, "other " + old.name};
}
Third third_from_second(const Second& old) {
    if (refuses) throw Error(ErrorCode::constraint, "not this one");
    return {old.id, old.label};
}

using ToSecond = Migration<1, First, &second_from_first>;

struct Firsts : Table<"people", First, PrimaryKey<&First::id>, Cbor> {};
struct Seconds : Table<"people", Second, PrimaryKey<&Second::id>, Cbor, SchemaVersion<2>, ToSecond> {};
struct OtherSeconds : Table<"people", OtherSecond, PrimaryKey<&OtherSecond::id>, Cbor, SchemaVersion<2>,
                            Migration<1, First, &other_from_first>> {};
struct Thirds : Table<"people", Third, PrimaryKey<&Third::id>, Cbor, SchemaVersion<3>, ToSecond,
                      Migration<2, Second, &third_from_second>> {};

/// First before there was a version 2, with another name of a field.
struct Renameds : Table<"people", Second, PrimaryKey<&Second::id>, Cbor, Renamed<"name", &Second::label>> {};
Third third_from_renamed(const Second& old) {
    return {old.id, old.label};
}
template <class... Options>
struct FromRenamed : Table<"people", Third, PrimaryKey<&Third::id>, Cbor, SchemaVersion<2>,
                           Migration<1, Second, &third_from_renamed>, Options...> {};

constexpr std::uint32_t kCount = 2500;

void fill(const StorePath& store) {
    Database db = Database::open<Firsts>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Firsts> people{txn};
        for (std::uint32_t i = 0; i < kCount; ++i) people.insert({i, "p" + std::to_string(i)});
    });
}

template <class T>
Caught opened(const StorePath& store) {
    return caught([&] { static_cast<void>(Database::open<T>(store.path())); });
}

template <class T>
void leave_half_way(const StorePath& store) {
    CHECK(caught([&] {
              static_cast<void>(Database::open<T>(store.path(), {}, [](const Progress&) { return false; }));
          }).code == ErrorCode::cancelled);
    CHECK(holds(opened<Firsts>(store).text, "was left half way"));
}

template <class T, auto Member>
std::string text_of(const StorePath& store, std::uint32_t id) {
    Database db = Database::open<T>(store.path());
    return db.read([&](ReadTransaction& txn) { return (*Reader<T>{txn}.get(id)).*Member; });
}

}  // namespace

TEST_CASE("a field that the old record does not have is not lost without a word") {
    const StorePath store;
    fill(store);
    const Caught error = opened<FromRenamed<>>(store);
    CHECK(error.code == ErrorCode::schema);
    CHECK(error.text ==
          "table \"people\": the old record of Migration<1, ...> is not what the file holds: it has no field "
          "\"name\" (string), which would be lost; add the field to it, or open the file once with the declaration "
          "that stored such records last; Dropped<\"name\"> says that its content may be lost");
    CHECK(Database::plan<FromRenamed<>>(store.path()).refused == std::vector<std::string>{error.text});
    static_cast<void>(Database::open<Renameds>(store.path()));
    CHECK(text_of<FromRenamed<>, &Third::text>(store, 5) == "p5");
}

TEST_CASE("a field that the old record does not have is lost when Dropped says so") {
    const StorePath store;
    fill(store);
    static_cast<void>(Database::open<FromRenamed<Dropped<"name">>>(store.path()));
    CHECK(text_of<FromRenamed<>, &Third::text>(store, 5).empty());
}

TEST_CASE(
    "what a record stands in the way of leaves nothing half way, also not what an older declaration has left") {
    const StorePath store;
    fill(store);
    leave_half_way<Seconds>(store);
    refuses = true;
    CHECK(opened<Thirds>(store).text == "not this one");
    refuses = false;
    CHECK(text_of<Firsts, &First::name>(store, 5) == "p5");
    CHECK(text_of<Thirds, &Third::text>(store, 5) == "p5");
}

TEST_CASE("a migration to another record of the same version begins anew") {
    const StorePath store;
    fill(store);
    leave_half_way<Seconds>(store);
    for (const std::uint32_t id : {std::uint32_t{5}, kCount - 1})
        CHECK(text_of<OtherSeconds, &OtherSecond::title>(store, id) == "other p" + std::to_string(id));
}

}  // namespace cambium::test

// NotNull and Check: refused before anything is written, verified when they are added to records.
#include "errors.hpp"
#include "store_content.hpp"
#include "typed/catalog.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Guest {
    std::uint64_t id{};
    std::optional<std::string> city{};
    std::uint32_t age{};
    friend bool operator==(const Guest&, const Guest&) = default;
};

bool is_adult(const Guest& guest) {
    return guest.age >= 18;
}
bool is_old(const Guest& guest) noexcept {
    return guest.age >= 30;
}

struct Guests : Table<"guests", Guest, PrimaryKey<&Guest::id>, Cbor, NotNull<&Guest::city>,
                      Check<"adult", &is_adult>, OrderedIndex<"age", &Guest::age>> {};
struct AnyGuests : Table<"guests", Guest, PrimaryKey<&Guest::id>, Cbor, OrderedIndex<"age", &Guest::age>> {};
struct OldGuests : Table<"guests", Guest, PrimaryKey<&Guest::id>, Cbor, NotNull<&Guest::city>,
                         Check<"adult", &is_old, 2>, OrderedIndex<"age", &Guest::age>> {};

}  // namespace

TEST_CASE("a record that breaks a rule is refused by every write, and nothing is written") {
    const StorePath store;
    Database db = Database::open<Guests>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Guests> guests{txn};
        guests.insert({1, "London", 40});
        const Trees before = content_of(txn.store());
        const std::string null =
            "table \"guests\", field \"city\": the record with id 2 has no value, and null is not allowed";
        CHECK(error_of(ErrorCode::constraint, [&] { guests.insert({2, std::nullopt, 40}); }) == null);
        CHECK(error_of(ErrorCode::constraint, [&] { guests.insert_if_absent({2, std::nullopt, 40}); }) == null);
        CHECK(error_of(ErrorCode::constraint, [&] { guests.upsert({2, std::nullopt, 40}); }) == null);
        const std::string young = "table \"guests\", check \"adult\": the record with id 1 does not satisfy it";
        CHECK(error_of(ErrorCode::constraint, [&] { guests.replace({1, "London", 17}); }) == young);
        CHECK(error_of(ErrorCode::constraint, [&] { guests.upsert({1, "London", 17}); }) == young);
        CHECK(error_of(ErrorCode::constraint, [&] { guests.update(1, [](Guest& g) { g.age = 3; }); }) == young);
        CHECK(error_of(ErrorCode::constraint, [&] { guests.patch(1, cambium::set<&Guest::age>(17)); }) == young);
        CHECK(content_of(txn.store()) == before);
        CHECK(guests.patch(1, cambium::set<&Guest::age>(18)));
        CHECK(guests.patch(1, cambium::set<&Guest::city>("Paris")));
    });
}

TEST_CASE("a rule added to records is verified, and the records that break it are named") {
    const StorePath store;
    {
        Database db = Database::open<AnyGuests>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<AnyGuests> guests{txn};
            for (std::uint64_t id = 1; id <= 9; ++id) {
                guests.insert({id, id == 4 ? std::nullopt : std::optional<std::string>("x"),
                               static_cast<std::uint32_t>(id % 2 == 0 ? 17 : 20)});
            }
        });
    }
    Trees before;
    {
        kv::Environment environment = kv::Environment::open(store.path());
        before = content_of(environment);
    }
    CHECK(error_of(ErrorCode::constraint, [&] { static_cast<void>(Database::open<Guests>(store.path())); }) ==
          "table \"guests\", field \"city\": cannot be added, as records of the table have no value: id 4\n"
          "table \"guests\", check \"adult\": cannot be added, as records of the table do not satisfy it: id 2; id "
          "4; "
          "id 6; and more");
    {
        kv::Environment environment = kv::Environment::open(store.path());
        CHECK(content_of(environment) == before);
    }
    {
        Database db = Database::open<AnyGuests>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<AnyGuests> guests{txn};
            CHECK(guests.erase(guests.by<"age">().equal(17)) == 4);
        });
    }
    // Its rules are kept, and a change of version has the records verified again.
    {
        Database db = Database::open<Guests>(store.path());
        db.read([](ReadTransaction& txn) {
            const detail::CatalogTable entry =
                detail::decode_entry(*detail::stored_entry(txn.store(), "guests"), "guests");
            CHECK(entry.rules == std::vector<detail::CatalogRule>{{"city", "not null", 0}, {"adult", "check", 0}});
            CHECK(entry.version == 2);
        });
    }
    CHECK(error_of(ErrorCode::constraint, [&] { static_cast<void>(Database::open<OldGuests>(store.path())); }) ==
          "table \"guests\", check \"adult\": cannot be added, as records of the table do not satisfy it: id 1; id "
          "3; "
          "id 5; and more");
    // Rules that are no longer declared are forgotten.
    Database db = Database::open<AnyGuests>(store.path());
    db.write([](WriteTransaction& txn) { Writer<AnyGuests>{txn}.insert({10, std::nullopt, 1}); });
}

}  // namespace cambium::test

// Defects found in other typed stores, one test each, by the mistake that was made there.
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Badge {
    std::uint64_t id{};
    std::string name{};
    std::optional<Uuid> owner{};
};

struct Badges : Table<"badges", Badge, PrimaryKey<&Badge::id>, Cbor, Unique<"name", &Badge::name>,
                      Unique<"owner", &Badge::owner>> {};
struct PlainBadges : Table<"badges", Badge, PrimaryKey<&Badge::id>, Cbor> {};

struct Route {
    std::string from{};
    std::string to{};
    Timestamp opened{};
};
struct Routes : Table<"routes", Route, PrimaryKey<&Route::from, &Route::to>, Cbor,
                      OrderedIndex<"from_opened", &Route::from, &Route::opened>> {};

}  // namespace

TEST_CASE("1: truncate of one table leaves the tables opened after it alone") {
    const StorePath store;
    Database db = Database::open<Badges, Customers, Orders>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Badges>{txn}.insert({1, "a", std::nullopt});
        Writer<Customers>{txn}.insert(customer(1, "a"));
        Writer<Orders>{txn}.insert({1, 1, ""});
        Writer<Badges>{txn}.truncate();
        CHECK(Writer<Badges>{txn}.count() == 0);
        CHECK(Writer<Customers>{txn}.by<"email">().count() == 1);
        CHECK(Writer<Orders>{txn}.count() == 1);
    });
}

TEST_CASE(
    "2: a duplicate does not repoint a unique index, and deleting the first row keeps the second row's entry") {
    const StorePath store;
    Database db = Database::open<Badges>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Badges> badges{txn};
        badges.insert({1, "gold", std::nullopt});
        CHECK(caught([&] { badges.insert({2, "gold", std::nullopt}); }).code == ErrorCode::constraint);
        CHECK(badges.by<"name">().get("gold")->id == 1);
        badges.insert({2, "silver", std::nullopt});
        badges.erase(1);
        CHECK(badges.by<"name">().get("silver")->id == 2);
        CHECK(badges.by<"name">().count() == 1);
    });
}

TEST_CASE("3: a row whose nullable index value is null can be deleted") {
    const StorePath store;
    Database db = Database::open<Badges>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Badges> badges{txn};
        badges.insert({1, "gold", std::nullopt});
        badges.insert({2, "silver", std::nullopt});
        CHECK(badges.erase(1));
        CHECK(ids(badges.by<"owner">().equal(std::nullopt)) == Ids{2});
    });
}

TEST_CASE("4 and 6: an index added to a populated table is filled, nulls included; a dropped one can come back") {
    const StorePath store;
    const auto fill = [&](std::uint64_t id) {
        Database db = Database::open<PlainBadges>(store.path());
        db.write([&](WriteTransaction& txn) {
            Uuid owner;
            owner.bytes[0] = static_cast<std::uint8_t>(id);
            Writer<PlainBadges>{txn}.insert({id, "n" + std::to_string(id), std::nullopt});
            Writer<PlainBadges>{txn}.insert({id + 1, "n" + std::to_string(id + 1), owner});
        });
    };
    for (const std::uint64_t id : {1U, 3U}) {
        fill(id);
        Database db = Database::open<Badges>(store.path());
        db.read([&](ReadTransaction& txn) {
            const Reader<Badges> badges{txn};
            CHECK(badges.by<"name">().count() == id + 1);
            CHECK(badges.by<"owner">().equal(std::nullopt).count() == (id + 1) / 2);
            CHECK(badges.by<"name">().get("n" + std::to_string(id))->id == id);
        });
    }
}

TEST_CASE("5: a failed write leaves no row behind when it is caught and the transaction committed") {
    const StorePath store;
    Database db = Database::open<Badges>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Badges> badges{txn};
        badges.insert({1, "gold", std::nullopt});
        CHECK(caught([&] { badges.insert({2, "gold", std::nullopt}); }).code == ErrorCode::constraint);
        CHECK(caught([&] {
                  badges.insert({3, std::string(5000, 'x'), std::nullopt});
              }).code == ErrorCode::key_too_long);
        CHECK(caught([&] { badges.insert({4, "\xc0", std::nullopt}); }).code == ErrorCode::encode);
    });
    db.read([](ReadTransaction& txn) {
        CHECK(ids(Reader<Badges>{txn}.all()) == Ids{1});
        CHECK(Reader<Badges>{txn}.by<"owner">().count() == 1);
    });
}

TEST_CASE("7: unchanged index entries are not rewritten by an update") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(1, "a", "London", 1));
        const std::uint64_t before = txn.statistics().index_entries_written;
        customers.update(1, [](Customer& c) { c.email = "b"; });
        CHECK(txn.statistics().index_entries_written == before + 1);
        CHECK(txn.statistics().index_entries_erased == 1);
    });
}

TEST_CASE("8: an empty string is a value, id 0 is an id and a bound of ranges, and lookups have a missing answer") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(0, "", ""));
        customers.insert(customer(1, "x"));
        CHECK(customers.get(0) == customer(0, "", ""));
        CHECK(customers.by<"email">().get("")->id == 0);
        CHECK(ids(customers.by<"city_joined">().equal("")) == Ids{0});
        CHECK(ids(customers.range(0, 1)) == Ids{0});
        CHECK(ids(customers.until(0)).empty());
        CHECK(ids(customers.from(0)) == Ids{0, 1});
        CHECK(customers.get(5).value_or(customer(9, "")).id == 9);
        CHECK(customers.count() == 2);
        customers.truncate();
        CHECK(customers.count() == 0);
    });
}

TEST_CASE("10: composite keys of text hold NUL, do not run together, and order by time before 1970") {
    const StorePath store;
    Database db = Database::open<Routes>(store.path());
    const auto at = [](std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; };
    db.write([&](WriteTransaction& txn) {
        Writer<Routes> routes{txn};
        routes.insert({"ab", "c", at(-10)});
        routes.insert({"a", "bc", at(-20)});
        routes.insert({"a", std::string("b\0c", 3), at(5)});
        routes.insert({std::string("a\0", 2), "bc", at(0)});
        CHECK(routes.count() == 4);
        CHECK(routes.get("ab", "c")->opened == at(-10));
        CHECK(routes.get("a", "bc")->opened == at(-20));
        CHECK(routes.get("a", std::string_view("b\0c", 3))->opened == at(5));
        CHECK(routes.equal("a").count() == 2);
        CHECK(routes.by<"from_opened">().equal("a").first()->to == "bc");
        CHECK(routes.by<"from_opened">().range({"a", at(-20)}, {"a", at(0)}).count() == 1);
    });
    // A null UUID is not the zero UUID.
    Database badges_db = Database::open<Badges>(store.path());
    badges_db.write([](WriteTransaction& txn) {
        Writer<Badges> badges{txn};
        badges.insert({1, "none", std::nullopt});
        badges.insert({2, "zero", Uuid{}});
        CHECK(badges.get(1)->owner == std::nullopt);
        CHECK(badges.get(2)->owner == Uuid{});
        CHECK(ids(badges.by<"owner">().equal(Uuid{})) == Ids{2});
    });
}

TEST_CASE("12: ids of tables and indexes are not used twice") {
    const StorePath store;
    static_cast<void>(Database::open<Badges>(store.path()));
    static_cast<void>(Database::open<PlainBadges>(store.path()));
    static_cast<void>(Database::open<Customers>(store.path()));
    Database db = Database::open<Badges>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(txn.store().find_tree("cambium.index.1.3").has_value());
        CHECK(txn.store().find_tree("cambium.index.1.4").has_value());
        CHECK_FALSE(txn.store().find_tree("cambium.index.1.1").has_value());
        CHECK(txn.store().find_tree("cambium.table.2").has_value());
    });
}

}  // namespace cambium::test

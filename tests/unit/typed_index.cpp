// Indexes: constraints, nulls, upkeep, and that nothing is written that did not change.
#include "typed_fixture.hpp"

namespace cambium::test {

TEST_CASE("a unique index refuses a second record before anything is written") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(7, "ada@example.org", "London"));
        customers.insert(customer(8, "bob@example.org", "Paris"));
        const WriteStatistics before = txn.statistics();
        for (const Caught& error :
             {caught([&] { customers.insert(customer(9, "ada@example.org", "Rome")); }),
              caught([&] { customers.insert_if_absent(customer(9, "ada@example.org", "Rome")); }),
              caught([&] { customers.upsert(customer(8, "ada@example.org", "Rome")); }),
              caught([&] { customers.replace(customer(8, "ada@example.org", "Rome")); }),
              caught([&] { customers.update(8, [](Customer& c) { c.email = "ada@example.org"; }); })}) {
            CHECK(error.code == ErrorCode::constraint);
            CHECK(error.text ==
                  "table \"customers\", index \"email\": \"ada@example.org\" already belongs to id 7");
        }
        CHECK(txn.statistics().records_written == before.records_written);
        CHECK(txn.statistics().index_entries_written == before.index_entries_written);
        CHECK(ids(customers.by<"city_joined">().all()) == Ids{7, 8});
        // The transaction goes on, and a freed value may be taken.
        CHECK(customers.erase(7));
        customers.insert(customer(9, "ada@example.org", "Rome"));
    });
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Customers>{txn}.by<"email">().get("ada@example.org")->id == 9);
        CHECK(ids(Reader<Customers>{txn}.all()) == Ids{8, 9});
    });
}

TEST_CASE("only entries that changed are written") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(7, "ada@example.org", "London", 1));
        WriteStatistics s = txn.statistics();
        CHECK(s.records_written == 1);
        CHECK(s.index_entries_written == 2);
        CHECK(s.index_entries_erased == 0);

        customers.update(7, [](Customer& c) { c.city = "Paris"; });
        s = txn.statistics();
        CHECK(s.records_written == 2);
        CHECK(s.index_entries_written == 3);
        CHECK(s.index_entries_erased == 1);

        customers.upsert(customer(7, "ada@example.org", "Paris", 1));
        CHECK(txn.statistics().records_written == 2);
        CHECK(txn.statistics().index_entries_written == 3);

        customers.erase(7);
        CHECK(txn.statistics().records_erased == 1);
        CHECK(txn.statistics().index_entries_erased == 3);
    });
}

struct User {
    std::uint64_t id{};
    std::optional<std::string> nick{};
    std::optional<std::uint32_t> badge{};
    bool active{};
};
struct Users : Table<"users", User, Json, OrderedIndex<"active", &User::active>,
                     Unique<"nick_badge", &User::nick, &User::badge>, PrimaryKey<&User::id>> {};

TEST_CASE("a null in any column of a unique index never collides") {
    const StorePath store;
    Database db = Database::open<Users>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Users> users{txn};
        users.insert({1, std::nullopt, std::nullopt, true});
        users.insert({2, std::nullopt, std::nullopt, true});
        users.insert({3, "neo", std::nullopt, false});
        users.insert({4, "neo", std::nullopt, true});
        users.insert({5, std::nullopt, 7, true});
        users.insert({6, std::nullopt, 7, true});
        users.insert({7, "neo", 7, true});
        const Caught error = caught([&] { users.insert({8, "neo", 7, true}); });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(error.text == "table \"users\", index \"nick_badge\": (\"neo\", 7) already belongs to id 7");

        const auto by_nick = users.by<"nick_badge">();
        CHECK(ids(by_nick.all()) == Ids{1, 2, 5, 6, 3, 4, 7});
        CHECK(ids(by_nick.equal(std::nullopt)) == Ids{1, 2, 5, 6});
        CHECK(ids(by_nick.equal(std::nullopt, 7)) == Ids{5, 6});
        CHECK(ids(by_nick.equal("neo", std::nullopt)) == Ids{3, 4});
        CHECK(ids(by_nick.prefix("n")) == Ids{3, 4, 7});
        CHECK_FALSE(by_nick.get("neo", std::nullopt).has_value());
        CHECK(by_nick.get("neo", 7)->id == 7);
        CHECK(by_nick.all().keys().collect() == Ids{1, 2, 5, 6, 3, 4, 7});

        // From null to a value and back.
        users.update(3, [](User& u) { u.badge = 9; });
        CHECK(by_nick.get("neo", 9)->id == 3);
        users.update(7, [](User& u) { u.nick.reset(); });
        CHECK(ids(by_nick.equal(std::nullopt, 7)) == Ids{5, 6, 7});
        for (std::uint64_t id = 1; id <= 7; ++id) CHECK(users.erase(id));
        CHECK(by_nick.count() == 0);
        CHECK(users.by<"active">().count() == 0);
    });
}

TEST_CASE("several writers of one transaction, and several tables") {
    const StorePath store;
    Database db = Database::open<Users, Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Users> first{txn};
        Writer<Users> second{txn};
        Writer<Customers> customers{txn};
        first.insert({1, "a", 1, true});
        customers.insert(customer(1, "a"));
        second.upsert({1, "b", 1, false});
        CHECK(ids(first.by<"active">().equal(false)) == Ids{1});
        CHECK(first.by<"nick_badge">().get("b", 1)->id == 1);
        CHECK_FALSE(first.by<"nick_badge">().contains("a", 1));
    });
}

}  // namespace cambium::test

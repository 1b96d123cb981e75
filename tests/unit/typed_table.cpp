// Records by primary key: every write, every read, commit and rollback.
#include "typed_fixture.hpp"

namespace cambium::test {

TEST_CASE("what is inserted is read back, in the same transaction, after commit and after reopening") {
    const StorePath store;
    const Customer ada = customer(7, "ada@example.org", "London", 5);
    {
        Database db = Database::open<Customers>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<Customers> customers{txn};
            customers.insert(ada);
            CHECK(customers.get(7) == ada);
            CHECK(customers.contains(7));
            CHECK_FALSE(customers.get(8).has_value());
            CHECK_FALSE(customers.contains(8));
        });
        db.read([&](ReadTransaction& txn) { CHECK(Reader<Customers>{txn}.get(7) == ada); });
    }
    Database db = Database::open<Customers>(store.path());
    CHECK(db.read([](ReadTransaction& txn) { return Reader<Customers>{txn}.get(7); }) == ada);
}

TEST_CASE("insert refuses a taken key and the transaction goes on") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(7, "ada@example.org"));
        const Caught error = caught([&] { customers.insert(customer(7, "other@example.org")); });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(error.text == "table \"customers\": there is already a record with id 7");
        CHECK_FALSE(customers.insert_if_absent(customer(7, "other@example.org")));
        CHECK(customers.insert_if_absent(customer(8, "bob@example.org")));
        CHECK(customers.get(7)->email == "ada@example.org");
        CHECK(customers.count() == 2);
    });
    db.read([](ReadTransaction& txn) { CHECK(Reader<Customers>{txn}.count() == 2); });
}

TEST_CASE("upsert, replace and update say what they did") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        CHECK_FALSE(customers.replace(customer(1, "a")));
        CHECK_FALSE(customers.update(customer(1, "a")));
        CHECK_FALSE(customers.update(1, [](Customer&) { FAIL("called for a record that is not there"); }));
        customers.upsert(customer(1, "a"));
        customers.upsert(customer(1, "b"));
        CHECK(customers.get(1)->email == "b");
        CHECK(customers.replace(customer(1, "c")));
        CHECK(customers.update(customer(1, "d")));
        CHECK(customers.update(1, [](Customer& c) { c.city = "Paris"; }));
        CHECK(*customers.get(1) == customer(1, "d", "Paris"));
        CHECK(customers.erase(1));
        CHECK_FALSE(customers.erase(1));
        CHECK(customers.count() == 0);
    });
}

TEST_CASE("an update may not move a record to another key") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(1, "a"));
        const Caught error = caught([&] { customers.update(1, [](Customer& c) { c.id = 2; }); });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(holds(error.text, "table \"customers\": the update of id 1 changes its primary key to id 2"));
        CHECK(ids(customers.all()) == Ids{1});
    });
}

TEST_CASE("an update function may itself write, even erase the record it is given") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(1, "a"));
        CHECK(customers.update(1, [&](Customer& c) {
            customers.upsert(customer(1, "between"));
            c.email = "after";
        }));
        CHECK(customers.by<"email">().get("after")->id == 1);
        CHECK_FALSE(customers.by<"email">().get("between").has_value());
        CHECK_FALSE(customers.update(1, [&](Customer&) { customers.erase(1); }));
        CHECK(customers.by<"email">().count() == 0);
        CHECK(customers.count() == 0);
    });
}

TEST_CASE("an exception rolls back, abort() rolls back, a result comes out of the closure") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    CHECK_THROWS_AS(db.write([](WriteTransaction& txn) {
        Writer<Customers>{txn}.insert(customer(1, "a"));
        throw std::runtime_error("changed my mind");
    }),
                    std::runtime_error);
    db.write([](WriteTransaction& txn) {
        Writer<Customers>{txn}.insert(customer(1, "a"));
        txn.abort();
        CHECK_FALSE(txn.active());
    });
    const std::uint64_t left = db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(2, "b"));
        return customers.count();
    });
    CHECK(left == 1);
}

TEST_CASE("transactions without closures") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    {
        WriteTransaction txn = db.begin_write();
        Writer<Customers>{txn}.insert(customer(1, "a"));
    }
    ReadTransaction before = db.begin_read();
    {
        WriteTransaction txn = db.begin_write();
        Writer<Customers>{txn}.insert(customer(2, "b"));
        txn.commit();
        CHECK_FALSE(txn.active());
    }
    ReadTransaction after = db.begin_read();
    CHECK(ids(Reader<Customers>{before}.all()).empty());
    CHECK(ids(Reader<Customers>{after}.all()) == Ids{2});
    after.end();
    CHECK_FALSE(after.active());
    CHECK(caught([&] { static_cast<void>(Reader<Customers>{after}.get(2)); }).code == ErrorCode::misuse);
}

TEST_CASE("a function that reads takes a write transaction too") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    const auto known = [](ReadTransaction& txn) { return Reader<Customers>{txn}.count(); };
    db.write([&](WriteTransaction& txn) {
        Writer<Customers>{txn}.insert(customer(1, "a"));
        CHECK(known(txn) == 1);
    });
}

TEST_CASE("composite keys: get, leading columns, braced ranges, keys as tuples") {
    const StorePath store;
    Database db = Database::open<Orders>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Orders> orders{txn};
        for (std::uint64_t c = 1; c <= 3; ++c) {
            for (std::uint32_t n = 1; n <= 4; ++n) orders.insert({c, n, "note"});
        }
        CHECK(orders.get(2, 3) == Order{2, 3, "note"});
        CHECK_FALSE(orders.contains(2, 5));
        CHECK(orders.equal(2).count() == 4);
        CHECK(orders.equal(2, 4).collect() == std::vector<Order>{{2, 4, "note"}});
        CHECK(orders.range({1, 3}, {2, 2}).keys().collect() == std::vector<KeyOf<Orders>>{{1, 3}, {1, 4}, {2, 1}});
        CHECK(orders.range(2, 3).count() == 4);
        CHECK(orders.from({3, 4}).count() == 1);
        CHECK(orders.until({1, 2}).count() == 1);
        const Caught error = caught([&] { orders.insert({1, 2, ""}); });
        CHECK(error.text == "table \"orders\": there is already a record with (customer, number) (1, 2)");
        CHECK(orders.update(1, 2, [](Order& o) { o.note = "changed"; }));
        CHECK(orders.erase(1, 1));
        CHECK(orders.first()->note == "changed");
    });
}

TEST_CASE("truncate empties its own table and its indexes, and nothing else") {
    const StorePath store;
    Database db = Database::open<Customers, Orders>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        Writer<Orders> orders{txn};
        for (std::uint64_t i = 0; i < 300; ++i) {
            customers.insert(customer(i, std::to_string(i), "London"));
            orders.insert({i, 1, ""});
        }
        customers.truncate();
        CHECK(customers.count() == 0);
        CHECK(customers.by<"email">().count() == 0);
        CHECK(customers.by<"city_joined">().count() == 0);
        CHECK(orders.count() == 300);
        customers.insert(customer(1, "1"));
    });
}

TEST_CASE("a table that was not opened is named") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.read([](ReadTransaction& txn) {
        const Caught error = caught([&] { static_cast<void>(Reader<Orders>{txn}.count()); });
        CHECK(error.code == ErrorCode::misuse);
        CHECK(holds(error.text, "table \"orders\" was not opened"));
    });
}

struct Letter {
    std::string name{};
    std::vector<std::uint8_t> body{};
};
struct Letters : Table<"letters", Letter, PrimaryKey<&Letter::name>, OrderedIndex<"body", &Letter::body>, Json> {};

TEST_CASE("a key that is too long names table, columns and both sizes") {
    const StorePath store;
    Database db = Database::open<Letters>(store.path());
    const std::size_t limit = db.environment().max_key_size();
    db.write([&](WriteTransaction& txn) {
        Writer<Letters> letters{txn};
        Caught error = caught([&] { letters.insert({std::string(limit, 'x'), {}}); });
        CHECK(error.code == ErrorCode::key_too_long);
        CHECK(holds(error.text, "table \"letters\", primary key (name): the encoded key is " +
                                    std::to_string(limit + 1) + " bytes long, this file takes at most " +
                                    std::to_string(limit)));
        error = caught([&] { letters.insert({"a", std::vector<std::uint8_t>(limit, 7)}); });
        CHECK(error.code == ErrorCode::key_too_long);
        CHECK(holds(error.text,
                    "table \"letters\", index \"body\" (body): the encoded key of the record with name \"a\" is "));
        CHECK(letters.count() == 0);
        // The index entry of an empty body is one byte longer than the primary key.
        CHECK(caught([&] { letters.insert({std::string(limit - 1, 'x'), {}}); }).code == ErrorCode::key_too_long);
        letters.insert({std::string(limit - 2, 'x'), {}});
        CHECK(letters.contains(std::string(limit - 2, 'x')));
        CHECK_FALSE(letters.contains(std::string(2 * limit, 'x')));
        CHECK_FALSE(letters.get(std::string(2 * limit, 'x')).has_value());
        CHECK_FALSE(letters.erase(std::string(2 * limit, 'x')));
        CHECK(letters.from(std::string(2 * limit, 'w')).count() == 1);
        CHECK(letters.from(std::string(2 * limit, 'x')).count() == 0);
        CHECK(letters.until(std::string(2 * limit, 'x')).count() == 1);
        CHECK(letters.until(std::string(2 * limit, 'w')).count() == 0);
        CHECK(letters.until(std::string(2 * limit, 'x')).reverse().count() == 1);
    });
}

TEST_CASE("a record that does not decode names table, key and field, and harms no other") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        customers.insert(customer(1, "a"));
        customers.insert(customer(2, "b"));
        // {"id": 2, "email": 5}
        const std::string bad(
            "\xa2\x62id\x02\x65"
            "email\x05");
        auto& store_txn = static_cast<kv::WriteTransaction&>(txn.store());
        store_txn.put(store_txn.tree("cambium.table.1"), key::encode(std::uint64_t{2}), bad);
    });
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        for (const Caught& error : {caught([&] { static_cast<void>(customers.get(2)); }),
                                    caught([&] { static_cast<void>(customers.all().collect()); }),
                                    caught([&] { static_cast<void>(customers.by<"email">().get("b")); }),
                                    caught([&] { customers.upsert(customer(2, "c")); })}) {
            CHECK(error.code == ErrorCode::decode);
            CHECK(holds(error.text, "table \"customers\", id 2: the record does not decode: "));
            CHECK(holds(error.text, "email"));
        }
        CHECK(customers.get(1)->email == "a");
        CHECK(customers.all().keys().collect() == Ids{1, 2});
    });
}

TEST_CASE("a value that the codec cannot store changes nothing") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        const Caught error = caught([&] { customers.insert(customer(1, "\xff")); });
        CHECK(error.code == ErrorCode::encode);
        CHECK(holds(error.text, "table \"customers\", id 1: the record cannot be stored: "));
        CHECK(holds(error.text, "email"));
        CHECK(customers.count() == 0);
        CHECK(customers.by<"email">().count() == 0);
    });
}

}  // namespace cambium::test

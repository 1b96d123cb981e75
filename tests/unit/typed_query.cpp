// Ranges of rows: bounds, order, skip, limit, count, and writing while walking.
#include <iterator>
#include <ranges>

#include "typed_fixture.hpp"

namespace cambium::test {

static_assert(std::ranges::input_range<Rows<Customers>>);
static_assert(std::ranges::input_range<Keys<Customers>>);
static_assert(std::is_same_v<std::ranges::range_reference_t<Rows<Customers>>, const Customer&>);

namespace {

void fill(WriteTransaction& txn) {
    Writer<Customers> customers{txn};
    customers.insert(customer(10, "ada@example.org", "London", 5));
    customers.insert(customer(20, "bob@example.org", "Paris", -3));
    customers.insert(customer(30, "ann@example.org", "London", 2));
    customers.insert(customer(40, "cyd@example.org", std::nullopt, 1));
    customers.insert(customer(50, "abe@example.org", "Lons-le-Saunier", 9));
}

}  // namespace

TEST_CASE("walks by primary key") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.read([](ReadTransaction& txn) {
        const Reader<Customers> customers{txn};
        CHECK(ids(customers.all()) == Ids{10, 20, 30, 40, 50});
        CHECK(ids(customers.reverse()) == Ids{50, 40, 30, 20, 10});
        CHECK(ids(customers.all().reverse().reverse()) == Ids{10, 20, 30, 40, 50});
        CHECK(ids(customers.range(20, 40)) == Ids{20, 30});
        CHECK(ids(customers.range(15, 41)) == Ids{20, 30, 40});
        CHECK(ids(customers.range(20, 40).reverse()) == Ids{30, 20});
        CHECK(ids(customers.range(40, 20)).empty());
        CHECK(ids(customers.range(20, 20)).empty());
        CHECK(ids(customers.range(40, 20).reverse()).empty());
        CHECK(ids(customers.from(30)) == Ids{30, 40, 50});
        CHECK(ids(customers.from(51)).empty());
        CHECK(ids(customers.until(30)) == Ids{10, 20});
        CHECK(ids(customers.until(30).reverse()) == Ids{20, 10});
        CHECK(ids(customers.until(10)).empty());
        CHECK(ids(customers.until(10).reverse()).empty());
        CHECK(ids(customers.equal(30)) == Ids{30});
        CHECK(ids(customers.equal(31)).empty());
        CHECK(customers.first()->id == 10);
        CHECK(customers.last()->id == 50);
        CHECK(customers.count() == 5);
        CHECK(customers.range(20, 40).count() == 2);
    });
}

TEST_CASE("skip and limit, in whichever order they are written") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.read([](ReadTransaction& txn) {
        const Reader<Customers> customers{txn};
        CHECK(ids(customers.limit(2)) == Ids{10, 20});
        CHECK(ids(customers.limit(0)).empty());
        CHECK(ids(customers.limit(9)) == Ids{10, 20, 30, 40, 50});
        CHECK(ids(customers.all().skip(3)) == Ids{40, 50});
        CHECK(ids(customers.all().skip(5)).empty());
        CHECK(ids(customers.all().skip(9)).empty());
        CHECK(ids(customers.all().skip(1).limit(2)) == Ids{20, 30});
        CHECK(ids(customers.all().limit(2).skip(1)) == Ids{20, 30});
        CHECK(ids(customers.reverse().skip(1).limit(2)) == Ids{40, 30});
        CHECK(customers.all().skip(1).limit(2).count() == 2);
        CHECK(customers.all().skip(4).limit(2).count() == 1);
        CHECK(customers.all().skip(1).limit(2).first()->id == 20);
        CHECK(customers.all().limit(0).empty());
        CHECK_FALSE(customers.all().limit(0).first().has_value());
        CHECK_FALSE(customers.all().empty());
        CHECK(customers.from(60).empty());
    });
}

TEST_CASE("walks through an index") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.read([](ReadTransaction& txn) {
        const Reader<Customers> customers{txn};
        const auto by_email = customers.by<"email">();
        CHECK(by_email.get("bob@example.org")->id == 20);
        CHECK_FALSE(by_email.get("bob").has_value());
        CHECK(by_email.contains("bob@example.org"));
        CHECK_FALSE(by_email.contains(""));
        CHECK(ids(by_email.all()) == Ids{50, 10, 30, 20, 40});
        CHECK(ids(by_email.prefix("a")) == Ids{50, 10, 30});
        CHECK(ids(by_email.prefix("a").reverse().limit(2)) == Ids{30, 10});
        CHECK(ids(by_email.prefix("")) == Ids{50, 10, 30, 20, 40});
        CHECK(ids(by_email.prefix("z")).empty());
        CHECK(ids(by_email.range("ada@example.org", "bob@example.org")) == Ids{10, 30});
        CHECK(ids(by_email.equal("ada@example.org")) == Ids{10});

        const auto by_city = customers.by<"city_joined">();
        CHECK(ids(by_city.all()) == Ids{40, 30, 10, 50, 20});
        CHECK(ids(by_city.equal("London")) == Ids{30, 10});
        CHECK(ids(by_city.equal(std::nullopt)) == Ids{40});
        CHECK(ids(by_city.equal(std::optional<std::string>("Paris"))) == Ids{20});
        CHECK(ids(by_city.equal("London", Timestamp{std::chrono::nanoseconds{5}})) == Ids{10});
        CHECK(ids(by_city.prefix("Lon")) == Ids{30, 10, 50});
        CHECK(ids(by_city.prefix("")) == Ids{30, 10, 50, 20});
        CHECK(ids(by_city.range("London", "Paris")) == Ids{30, 10, 50});
        CHECK(ids(by_city.range({"London", Timestamp{std::chrono::nanoseconds{3}}}, {"Paris"})) == Ids{10, 50});
        CHECK(ids(by_city.from("M")) == Ids{20});
        CHECK(ids(by_city.until("London")) == Ids{40});
        CHECK(by_city.equal("London").count() == 2);
        CHECK(by_city.equal("London").keys().collect() == Ids{30, 10});
        CHECK(by_city.first()->id == 40);
        CHECK(by_city.last()->id == 20);
        CHECK(by_city.count() == 5);
    });
}

TEST_CASE("an iterator knows its key, and rows may be walked more than once") {
    const StorePath store;
    Database db = Database::open<Customers, Orders>(store.path());
    db.write(fill);
    db.write([](WriteTransaction& txn) { Writer<Orders>{txn}.insert({3, 4, "x"}); });
    db.read([](ReadTransaction& txn) {
        const Rows<Customers> rows = Reader<Customers>{txn}.by<"email">().prefix("a");
        auto row = rows.begin();
        CHECK(row.key() == 50);
        CHECK(row->email == "abe@example.org");
        ++row;
        CHECK((*row).id == 10);
        CHECK(ids(rows) == Ids{50, 10, 30});
        CHECK(ids(rows) == Ids{50, 10, 30});
        CHECK(Reader<Orders>{txn}.all().begin().key() == std::tuple<std::uint64_t, std::uint32_t>(3, 4));
    });
}

TEST_CASE("a number outside the range of its column is refused, not wrapped") {
    const StorePath store;
    Database db = Database::open<Customers, Orders>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(caught([&] { static_cast<void>(Reader<Customers>{txn}.from(-1)); }).code ==
              ErrorCode::invalid_argument);
        CHECK(caught([&] {
                  static_cast<void>(Reader<Orders>{txn}.from({1, 1LL << 32}));
              }).code == ErrorCode::invalid_argument);
        CHECK(Reader<Orders>{txn}.from({1, (1LL << 32) - 1}).empty());
    });
}

TEST_CASE("erasing the record under the iterator, and records ahead of it") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        Ids seen;
        for (const Customer& c : customers.all()) {
            seen.push_back(c.id);
            customers.erase(c.id);
            if (c.id == 20) customers.erase(30);
            CHECK(c.id == seen.back());
        }
        CHECK(seen == Ids{10, 20, 40, 50});
        CHECK(customers.count() == 0);
        CHECK(customers.by<"city_joined">().count() == 0);
    });
}

TEST_CASE("what is inserted ahead of the iterator is visited, what is inserted behind it is not") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        Ids seen;
        for (const Customer& c : customers.all()) {
            seen.push_back(c.id);
            if (c.id == 20) {
                customers.insert(customer(15, "behind"));
                customers.insert(customer(25, "ahead"));
            }
        }
        CHECK(seen == Ids{10, 20, 25, 30, 40, 50});
        seen.clear();
        for (const Customer& c : customers.reverse()) {
            seen.push_back(c.id);
            if (c.id == 30) {
                customers.insert(customer(35, "behind again"));
                customers.insert(customer(12, "ahead again"));
            }
        }
        CHECK(seen == Ids{50, 40, 30, 25, 20, 15, 12, 10});
    });
}

TEST_CASE("moving records in the index that is walked") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    db.write(fill);
    db.write([](WriteTransaction& txn) {
        Writer<Customers> customers{txn};
        Ids seen;
        for (const Customer& c : customers.by<"city_joined">().equal("London")) {
            seen.push_back(c.id);
            customers.update(c.id, [](Customer& changed) { changed.city = "Athens"; });
        }
        CHECK(seen == Ids{30, 10});
        CHECK(ids(customers.by<"city_joined">().equal("Athens")) == Ids{30, 10});
        // Ahead of the walk: each is met again, until the column leaves the range.
        std::size_t steps = 0;
        for (const Customer& c : customers.by<"city_joined">().equal("Athens")) {
            ++steps;
            customers.update(c.id, [](Customer& changed) { changed.joined += std::chrono::nanoseconds{100}; });
            if (steps == 6) break;
        }
        CHECK(steps == 6);
    });
}

}  // namespace cambium::test

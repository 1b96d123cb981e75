// Opening: what the catalog holds, which differences apply, which are refused, and that refusal changes nothing.
#include "cambium/codec/raw.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Point {
    std::uint64_t id{};
    std::int32_t x{};
};
struct PointWithName {
    std::uint64_t id{};
    std::int32_t x{};
    std::string name{"unnamed"};
};
struct PointWithOtherTypes {
    std::string id{};
    std::int64_t x{};
};
struct PointReordered {
    std::int32_t x{};
    std::uint64_t id{};
};
struct PointNamedFirst {
    std::string name{};
    std::uint64_t id{};
    std::int32_t x{};
};
struct PointWithoutX {
    std::uint64_t id{};
};

template <class R, class Codec, class... Indexes>
struct PointsOf : Table<"points", R, PrimaryKey<&R::id>, Codec, Indexes...> {};

using Points = PointsOf<Point, Cbor>;
using PointsByX = PointsOf<Point, Cbor, OrderedIndex<"x", &Point::x>>;
using PointsUniqueX = PointsOf<Point, Cbor, Unique<"x", &Point::x>>;
using NamedPoints = PointsOf<PointWithName, Cbor, OrderedIndex<"name", &PointWithName::name>>;

struct Others : Table<"others", Point, PrimaryKey<&Point::id>, Json> {};

std::uint64_t newest(const StorePath& store) {
    return kv::Environment::open(store.path()).statistics().newest_transaction;
}

template <class... Tables>
Caught refused(const StorePath& store, const Options& options = {}) {
    const std::uint64_t before = newest(store);
    const Caught error = caught([&] { static_cast<void>(Database::open<Tables...>(store.path(), options)); });
    CHECK(newest(store) == before);
    return error;
}

template <class Declared>
void fill(const StorePath& store, std::uint64_t count) {
    Database db = Database::open<Declared>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Declared> points{txn};
        for (std::uint64_t i = 0; i < count; ++i) {
            points.upsert({.id = i, .x = static_cast<std::int32_t>(i / 2)});
        }
    });
}

std::vector<std::string> trees(const StorePath& store) {
    std::vector<std::string> names;
    kv::Environment environment = kv::Environment::open(store.path());
    const kv::ReadTransaction txn = environment.begin_read();
    txn.each_tree([&](ByteView name, kv::Tree) { names.emplace_back(name); });
    return names;
}

}  // namespace

TEST_CASE("opening writes nothing when nothing differs") {
    const StorePath store;
    static_cast<void>(Database::open<Customers, Orders>(store.path()));
    const std::uint64_t created = newest(store);
    static_cast<void>(Database::open<Customers, Orders>(store.path()));
    static_cast<void>(Database::open<Orders, Customers>(store.path()));
    static_cast<void>(Database::open<Orders>(store.path()));
    static_cast<void>(Database::open<>(store.path()));
    static_cast<void>(Database::open<Orders>(store.path(), {.read_only = true}));
    CHECK(newest(store) == created);
    CHECK(trees(store) == std::vector<std::string>{"cambium.catalog", "cambium.index.1.1", "cambium.index.1.2",
                                                   "cambium.table.1", "cambium.table.2"});
}

TEST_CASE("a read-only database must have its tables already") {
    const StorePath store;
    static_cast<void>(Database::open<Points>(store.path()));
    Caught error = refused<Points, Others>(store, {.read_only = true});
    CHECK(error.code == ErrorCode::read_only);
    CHECK(holds(error.text, "table \"others\" is not in the file"));
    error = refused<PointsByX>(store, {.read_only = true});
    CHECK(error.code == ErrorCode::read_only);
    CHECK(holds(error.text, "table \"points\" differs from its declaration in the file"));
}

TEST_CASE("a new index is built from the data, a dropped one is dropped, and it may come back") {
    const StorePath store;
    fill<Points>(store, 500);
    {
        Database db = Database::open<PointsByX>(store.path());
        db.read([](ReadTransaction& txn) {
            const Reader<PointsByX> points{txn};
            CHECK(points.by<"x">().count() == 500);
            CHECK(ids(points.by<"x">().equal(20)) == Ids{40, 41});
        });
    }
    CHECK(trees(store) == std::vector<std::string>{"cambium.catalog", "cambium.index.1.1", "cambium.table.1"});
    fill<Points>(store, 502);
    CHECK(trees(store) == std::vector<std::string>{"cambium.catalog", "cambium.table.1"});
    Database db = Database::open<PointsByX>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(ids(Reader<PointsByX>{txn}.by<"x">().equal(250)) == Ids{500, 501});
        CHECK_FALSE(txn.store().find_tree("cambium.index.1.1").has_value());
        CHECK(txn.store().find_tree("cambium.index.1.2").has_value());
    });
}

namespace {
bool even(const Point& point) {
    return point.id % 2 == 0;
}
std::int32_t half(const Point& point) {
    return point.x / 2;
}

/// Opens with one index "x" and answers with the ids in its order, and with the version of the declaration.
template <class Index>
std::pair<Ids, std::uint64_t> order_with(const StorePath& store) {
    using Table = PointsOf<Point, Cbor, Index>;
    Database db = Database::open<Table>(store.path());
    return db.read([](ReadTransaction& txn) {
        std::uint64_t trees = 0;
        txn.store().each_tree(
            [&](ByteView name, kv::Tree) { trees += name.starts_with("cambium.index.") ? 1 : 0; });
        CHECK(trees == 1);
        return std::pair(ids(Reader<Table>{txn}.template by<"x">().all()), txn.store().id());
    });
}
}  // namespace

TEST_CASE("an index that is declared differently is built anew in place of the old one") {
    const StorePath store;
    fill<PointsByX>(store, 4);
    const auto same = order_with<OrderedIndex<"x", &Point::x>>(store);
    CHECK(same.first == Ids{0, 1, 2, 3});
    CHECK(order_with<OrderedIndex<"x", &Point::x>>(store) == same);
    CHECK(order_with<OrderedIndex<"x", descending<&Point::x>>>(store).first == Ids{2, 3, 0, 1});
    CHECK(order_with<OrderedIndex<"x", descending<&Point::x>, where<&even>>>(store).first == Ids{2, 0});
    const auto derived = order_with<OrderedIndex<"x", &half>>(store);
    CHECK(derived.first == Ids{0, 1, 2, 3});
    CHECK(order_with<OrderedIndex<"x", &half, version<1>>>(store).second == derived.second);
    CHECK(order_with<OrderedIndex<"x", &half, version<2>>>(store).second == derived.second + 1);
    CHECK(order_with<OrderedIndex<"x", &half, version<2>, covering<&Point::x>>>(store).second ==
          derived.second + 2);
    CHECK(order_with<OrderedIndex<"x", &half, version<2>, covering<&Point::x>, without_nulls>>(store).second ==
          derived.second + 3);
    CHECK(order_with<Unique<"x", &Point::id>>(store).first == Ids{0, 1, 2, 3});

    // One that cannot be built leaves the old one.
    const Caught error = refused<PointsUniqueX>(store);
    CHECK(error.code == ErrorCode::constraint);
    CHECK(order_with<Unique<"x", &Point::id>>(store).first == Ids{0, 1, 2, 3});
}

TEST_CASE("a unique index that the data contradicts is not built") {
    const StorePath store;
    fill<Points>(store, 4);
    const Caught error = refused<Others, PointsUniqueX>(store);
    CHECK(error.code == ErrorCode::constraint);
    CHECK(holds(error.text, "table \"points\", index \"x\": 0 already belongs to id 0 and to id 1"));
    CHECK(trees(store) == std::vector<std::string>{"cambium.catalog", "cambium.table.1"});
}

TEST_CASE("an index is not built over a record that does not decode") {
    const StorePath store;
    fill<Points>(store, 4);
    {
        kv::Environment environment = kv::Environment::open(store.path());
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("cambium.table.1"), key::encode(std::uint64_t{2}), "rubbish");
        txn.commit();
    }
    const Caught error = refused<PointsByX>(store);
    CHECK(error.code == ErrorCode::decode);
    CHECK(holds(error.text, "table \"points\", id 2"));
}

TEST_CASE("a field added at the end applies: old records have its default") {
    const StorePath store;
    fill<Points>(store, 4);
    {
        Database db = Database::open<NamedPoints>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<NamedPoints> points{txn};
            CHECK(points.get(2)->name == "unnamed");
            CHECK(points.by<"name">().equal("unnamed").count() == 4);
            points.update(2, [](PointWithName& p) { p.name = "two"; });
        });
    }
    const Caught error = refused<Points>(store);
    CHECK(error.code == ErrorCode::schema);
    CHECK(
        error.text ==
        "table \"points\": field \"name\" (string) is no longer declared; Renamed<\"name\", &Record::member> says "
        "where it went, Dropped<\"name\"> that its content may be lost; in a schema cambium_renamed_from and "
        "cambium_dropped do");
    Database db = Database::open<NamedPoints>(store.path());
    CHECK(db.read([](ReadTransaction& txn) { return Reader<NamedPoints>{txn}.by<"name">().first()->id; }) == 2);
}

TEST_CASE("every lossy difference is refused with a sentence of its own") {
    const StorePath store;
    fill<PointsByX>(store, 4);

    Caught error = refused<PointsOf<PointWithOtherTypes, Json, Unique<"x", &PointWithOtherTypes::x>>>(store);
    CHECK(error.code == ErrorCode::schema);
    CHECK(
        error.text ==
        "table \"points\": the codec was cbor, is declared json; a Migration may say how (cambium/evolution.hpp)\n"
        "table \"points\": field \"id\" was u64, is declared string; a Migration may say how "
        "(cambium/evolution.hpp)");
    error = refused<PointsOf<PointWithoutX, Cbor>>(store);
    CHECK(holds(error.text, "field \"x\" (i32) is no longer declared"));
    struct ByX : Table<"points", Point, PrimaryKey<&Point::x>, Cbor, OrderedIndex<"x", &Point::x>> {};
    error = refused<ByX>(store);
    CHECK(error.text ==
          "table \"points\": the primary key was (id), is declared (x); a Migration may say how "
          "(cambium/evolution.hpp)");

    fill<PointsByX>(store, 6);
}

TEST_CASE("fields that the codec finds by their names may stand in any order; by their places, in theirs only") {
    const StorePath store;
    fill<Points>(store, 4);
    static_cast<void>(Database::open<PointsOf<PointReordered, Cbor>>(store.path()));
    Database db = Database::open<PointsOf<PointNamedFirst, Cbor>>(store.path());
    db.read([](ReadTransaction& txn) { CHECK(Reader<PointsOf<PointNamedFirst, Cbor>>{txn}.get(3)->x == 1); });
    db.close();

    const StorePath numbered;
    fill<PointsOf<Point, CborNumbered>>(numbered, 4);
    Caught error = refused<PointsOf<PointReordered, CborNumbered>>(numbered);
    CHECK(error.code == ErrorCode::schema);
    CHECK(holds(error.text,
                "table \"points\": field \"id\" was number 1 of the record, is declared number 2; with "
                "codec cbor-numbered fields keep their places and new ones go at the end"));
    error = refused<PointsOf<PointNamedFirst, CborNumbered>>(numbered);
    CHECK(holds(error.text, "field \"x\" was number 2 of the record, is declared number 3"));
    static_cast<void>(Database::open<PointsOf<PointWithName, CborNumbered>>(numbered.path()));
}

TEST_CASE("differences of several tables are told together, and none of their other changes apply") {
    const StorePath store;
    fill<Points>(store, 2);
    static_cast<void>(Database::open<Orders>(store.path()));
    struct OrdersInCbor : Table<"orders", Order, PrimaryKey<&Order::customer, &Order::number>, Cbor> {};
    const Caught error = refused<PointsOf<PointWithoutX, Cbor>, Customers, OrdersInCbor>(store);
    CHECK(
        error.text ==
        "table \"points\": field \"x\" (i32) is no longer declared; Renamed<\"x\", &Record::member> says where it "
        "went, Dropped<\"x\"> that its content may be lost; in a schema cambium_renamed_from and cambium_dropped "
        "do\n"
        "table \"orders\": the codec was json, is declared cbor; a Migration may say how (cambium/evolution.hpp)");
    CHECK_FALSE(holds(trees(store).back(), "cambium.table.3"));
}

namespace {
struct Pair {
    std::uint64_t id{};
    std::uint64_t a{};
};
struct Triple {
    std::uint64_t id{};
    std::uint64_t a{};
    std::uint64_t b{};
};
struct Pairs : Table<"tuples", Pair, PrimaryKey<&Pair::id>, Raw> {};
struct Triples : Table<"tuples", Triple, PrimaryKey<&Triple::id>, Raw> {};
}  // namespace

template <int Level>
struct Doubled {
    std::vector<Doubled<Level - 1>> a{};
    std::vector<Doubled<Level - 1>> b{};
};
template <>
struct Doubled<0> {
    std::int32_t x{};
};
template <int Level>
struct Large {
    std::uint64_t id{};
    Doubled<Level> one{};
    Doubled<Level> two{};
};
template <int Level>
struct LargeTable : Table<"large", Large<Level>, PrimaryKey<&Large<Level>::id>, Cbor> {};

TEST_CASE("a table whose types are spelled out to more than the catalog takes is not opened") {
    const StorePath store;
    const Caught all = caught([&] { static_cast<void>(Database::open<LargeTable<14>>(store.path())); });
    CHECK(all.code == ErrorCode::schema);
    const std::size_t size = 2 * ((std::size_t{13 + 29} << 14) - 29) + 3;
    CHECK(all.text == "table \"large\": the types of its fields would take " + std::to_string(size) +
                          " bytes in the catalog, which takes 1048576, as a struct is spelled out at each place of "
                          "use; split the record, or keep a part of it in a table of its own");
    const Caught one = caught([&] { static_cast<void>(Database::open<LargeTable<40>>(store.path())); });
    CHECK(one.code == ErrorCode::schema);
    CHECK(one.text.find("table \"large\": field \"one\": the name of its type would be longer than 1048576 "
                        "bytes") == 0);
    // Nothing was left behind that would be in the way.
    auto database = Database::open<LargeTable<13>>(store.path());
    database.write([](WriteTransaction& txn) { Writer<LargeTable<13>>{txn}.insert({.id = 1}); });
    database.read([](ReadTransaction& txn) { CHECK(Reader<LargeTable<13>>{txn}.get(1)); });
}

TEST_CASE("a raw record cannot grow") {
    const StorePath store;
    static_cast<void>(Database::open<Pairs>(store.path()));
    const Caught error = refused<Triples>(store);
    CHECK(error.code == ErrorCode::schema);
    CHECK(
        error.text ==
        "table \"tuples\": the record was {id: u64, a: u64}, is declared {id: u64, a: u64, b: u64}, and codec raw "
        "reads records only as they were written; a Migration may say how (cambium/evolution.hpp)");
}

TEST_CASE("a database opened before another opener changed a table refuses that table, not the others") {
    const StorePath store;
    fill<Points>(store, 10);
    Database before = Database::open<Points, Others>(store.path());
    before.write([](WriteTransaction& txn) { Writer<Points>{txn}.insert({10, 5}); });
    {
        // The same file again in this process, with one more index.
        Database after = Database::open<PointsByX, Orders>(store.path());
        after.write([](WriteTransaction& txn) { Writer<PointsByX>{txn}.insert({11, 5}); });
    }
    before.write([](WriteTransaction& txn) {
        const Caught error = caught([&] { static_cast<void>(Writer<Points>{txn}); });
        CHECK(error.code == ErrorCode::schema);
        CHECK(holds(error.text, "table \"points\" was changed by another opener of the file"));
        Writer<Others>{txn}.insert({1, 1});
    });
    before.read([](ReadTransaction& txn) { CHECK(Reader<Others>{txn}.count() == 1); });
    Database again = Database::open<PointsByX>(store.path());
    CHECK(again.read([](ReadTransaction& txn) { return Reader<PointsByX>{txn}.by<"x">().equal(5).count(); }) == 2);
}

TEST_CASE("a damaged catalog is an error that says so") {
    const StorePath store;
    static_cast<void>(Database::open<Points>(store.path()));
    {
        kv::Environment environment = kv::Environment::open(store.path());
        kv::WriteTransaction txn = environment.begin_write();
        txn.put(txn.tree("cambium.catalog"), "table/points", "rubbish");
        txn.commit();
    }
    const Caught error = refused<Points>(store);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(holds(error.text, "catalog, the entry of table \"points\" does not decode"));
}

}  // namespace cambium::test

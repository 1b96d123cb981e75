// Declarations that changed: what applies by itself, what Renamed, Dropped and RenamedTable say, and that a refusal
// changes nothing.
#include "cambium/codec/raw.hpp"
#include "cambium/maintenance.hpp"
#include "typed/catalog.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct PersonV1 {
    std::uint32_t id{};
    std::string mail{};
    std::uint16_t age{};
    std::string fax{};
};

/// What PersonV1 became: wider numbers, an optional, a new name, a field less, fields more and in other places.
struct Person {
    std::optional<std::uint32_t> age{};
    std::string email{};
    std::vector<std::string> tags{"none"};
    std::uint64_t id{};
    friend bool operator==(const Person&, const Person&) = default;
};

template <class Codec>
struct OldPeople : Table<"persons", PersonV1, PrimaryKey<&PersonV1::id>, Codec, OrderedIndex<"age", &PersonV1::age>,
                         Unique<"mail", &PersonV1::mail>> {};

template <class Codec>
struct People : Table<"people", Person, PrimaryKey<&Person::id>, Codec, RenamedTable<"persons">,
                      Renamed<"mail", &Person::email>, Dropped<"fax">, OrderedIndex<"age", &Person::age>,
                      Unique<"email", &Person::email>> {};

constexpr std::uint32_t kCount = 300;

template <class Codec>
void fill_old(const StorePath& store) {
    Database db = Database::open<OldPeople<Codec>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<OldPeople<Codec>> people{txn};
        for (std::uint32_t i = 0; i < kCount; ++i) {
            people.insert({.id = i,
                           .mail = "p" + std::to_string(i) + "@example.org",
                           .age = static_cast<std::uint16_t>(i % 90),
                           .fax = "none"});
        }
    });
}

Person expected(std::uint32_t i) {
    return {.age = i % 90, .email = "p" + std::to_string(i) + "@example.org", .id = i};
}

template <class Codec>
void check_people(Database& db) {
    db.read([](ReadTransaction& txn) {
        const Reader<People<Codec>> people{txn};
        CHECK(people.count() == kCount);
        for (std::uint32_t i = 0; i < kCount; ++i) {
            CHECK(people.get(i) == expected(i));
            CHECK(people.template by<"email">().get(expected(i).email) == expected(i));
        }
        CHECK(people.template by<"age">().equal(89).count() == 3);
        CHECK(people.template by<"age">().count() == kCount);
    });
}

struct Owner {
    std::uint64_t id{};
};
struct Pet {
    std::uint64_t id{};
    std::uint64_t owner{};
};
struct Owners : Table<"owners", Owner, PrimaryKey<&Owner::id>, Cbor> {};
struct Keepers : Table<"keepers", Owner, PrimaryKey<&Owner::id>, Cbor, RenamedTable<"owners">> {};
template <class Parent>
struct Pets : Table<"pets", Pet, PrimaryKey<&Pet::id>, Cbor, ForeignKey<"owner", Parent, &Pet::owner>> {};

std::uint64_t newest(const StorePath& store) {
    return kv::Environment::open(store.path()).statistics().newest_transaction;
}

template <class... Tables>
Caught refused(const StorePath& store) {
    const std::uint64_t before = newest(store);
    const Caught error = caught([&] { static_cast<void>(Database::open<Tables...>(store.path())); });
    CHECK(newest(store) == before);
    CHECK(error.code == ErrorCode::schema);
    return error;
}

}  // namespace

TEST_CASE_TEMPLATE("a table is renamed, its fields are renamed, widened, dropped and added, in one opening", Codec,
                   Cbor, Json) {
    const StorePath store;
    fill_old<Codec>(store);
    {
        Database db = Database::open<People<Codec>>(store.path());
        check_people<Codec>(db);
        db.write(
            [](WriteTransaction& txn) { Writer<People<Codec>>{txn}.insert({.email = "new", .id = 1ULL << 40U}); });
        db.write([](WriteTransaction& txn) { Writer<People<Codec>>{txn}.erase(1ULL << 40U); });
    }
    const std::uint64_t before = newest(store);
    Database db = Database::open<People<Codec>>(store.path());
    check_people<Codec>(db);
    CHECK(db.environment().statistics().newest_transaction == before);
    db.read([](ReadTransaction& txn) { CHECK_FALSE(txn.store().find_tree("cambium.table.1.next").has_value()); });
}

TEST_CASE("a field that a later declaration has again is a new one") {
    struct Again {
        std::uint64_t id{};
        std::string email{};
        std::optional<std::uint32_t> age{};
        std::uint32_t fax = 7;
    };
    struct AgainTable : Table<"people", Again, PrimaryKey<&Again::id>, Cbor, RenamedTable<"persons">,
                              Renamed<"mail", &Again::email>, Dropped<"tags">> {};
    const StorePath store;
    fill_old<Cbor>(store);
    static_cast<void>(Database::open<People<Cbor>>(store.path()));
    Database db = Database::open<AgainTable>(store.path());
    db.read([](ReadTransaction& txn) { CHECK(Reader<AgainTable>{txn}.get(5)->fax == 7); });
}

TEST_CASE("what may be lost is refused, with a sentence for each difference") {
    struct Less {
        std::uint32_t id{};
        std::string mail{};
        std::uint8_t age{};
    };
    struct LessTable : Table<"persons", Less, PrimaryKey<&Less::id>, Cbor> {};
    const StorePath store;
    fill_old<Cbor>(store);
    const Caught error = refused<LessTable>(store);
    CHECK(error.text ==
          "table \"persons\": field \"age\" was u16, is declared u8; a Migration may say how "
          "(cambium/evolution.hpp)\n"
          "table \"persons\": field \"fax\" (string) is no longer declared; Renamed<\"fax\", &Record::member> says "
          "where it went, Dropped<\"fax\"> that its content may be lost; in a schema cambium_renamed_from and "
          "cambium_dropped do");
}

TEST_CASE("records as in memory are read only as they were written") {
    struct Old {
        std::uint64_t id{};
        std::uint32_t x{};
        std::uint32_t y{};
    };
    struct RenamedOnly {
        std::uint64_t id{};
        std::uint32_t left{};
        std::uint32_t y{};
    };
    struct Wider {
        std::uint64_t id{};
        std::uint64_t x{};
        std::uint64_t y{};
    };
    struct OldTable : Table<"points", Old, PrimaryKey<&Old::id>, Raw> {};
    struct RenamedOnlyTable
        : Table<"points", RenamedOnly, PrimaryKey<&RenamedOnly::id>, Raw, Renamed<"x", &RenamedOnly::left>> {};
    struct WiderTable : Table<"points", Wider, PrimaryKey<&Wider::id>, Raw> {};
    const StorePath store;
    {
        Database db = Database::open<OldTable>(store.path());
        db.write([](WriteTransaction& txn) { Writer<OldTable>{txn}.insert({.id = 1, .x = 2, .y = 3}); });
    }
    CHECK(
        holds(refused<WiderTable>(store).text,
              "table \"points\": the record was {id: u64, x: u32, y: u32}, is declared {id: u64, x: u64, y: u64}, "
              "and codec raw reads records only as they were written"));
    Database db = Database::open<RenamedOnlyTable>(store.path());
    db.read([](ReadTransaction& txn) { CHECK(Reader<RenamedOnlyTable>{txn}.get(1)->left == 2); });
}

TEST_CASE("two keys that become one are refused, and everything stays") {
    // -0 and 0 are two keys of floats, and one of the records' numbers as text would be; here: a dropped key
    // column.
    struct Pair {
        std::uint32_t a{};
        std::uint32_t b{};
    };
    struct One {
        std::uint32_t a{};
    };
    struct Pairs : Table<"pairs", Pair, PrimaryKey<&Pair::a, &Pair::b>, Cbor> {};
    struct Ones : Table<"pairs", One, PrimaryKey<&One::a>, Cbor, Dropped<"b">> {};
    const StorePath store;
    {
        Database db = Database::open<Pairs>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Pairs>{txn}.insert({.a = 1, .b = 1}); });
    }
    CHECK(holds(refused<Ones>(store).text, "table \"pairs\": the primary key was (a, b), is declared (a)"));
}

TEST_CASE("a dry run says what opening would do, and does nothing") {
    const StorePath store;
    fill_old<Cbor>(store);
    const std::uint64_t before = newest(store);
    const SchemaReport report = Database::plan<People<Cbor>, Orders>(store.path());
    CHECK(newest(store) == before);
    CHECK(report.refused.empty());
    CHECK(report.changes ==
          std::vector<std::string>{
              "table \"persons\": is renamed \"people\"", "table \"people\": field \"id\" becomes u64, was u32",
              "table \"people\": field \"mail\" is renamed \"email\"",
              "table \"people\": field \"age\" becomes optional<u32>, was u16",
              "table \"people\": field \"fax\" (string) is dropped",
              "table \"people\": field \"tags\" (vector<string>) is new",
              "table \"people\": index \"age\" is built",
              "table \"people\": index \"email\" is built; opening refuses if two records agree in it",
              "table \"people\": index \"mail\" is dropped", "table \"orders\": is created"});
    struct Less {
        std::uint32_t id{};
    };
    struct LessTable : Table<"persons", Less, PrimaryKey<&Less::id>, Cbor> {};
    CHECK(Database::plan<LessTable>(store.path()).refused.size() == 3);
    static_cast<void>(Database::open<People<Cbor>>(store.path()));
    const SchemaReport done = Database::plan<People<Cbor>>(store.path());
    CHECK(done.changes.empty());
    CHECK(done.refused.empty());
}

TEST_CASE("tables are renamed and dropped, and ids are not given twice") {
    const StorePath store;
    static_cast<void>(Database::open<Customers, Orders>(store.path()));
    {
        Database db = Database::open<Customers>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Customers>{txn}.insert(customer(1, "a")); });
        CHECK(caught([&] { db.drop_table("customers"); }).code == ErrorCode::misuse);
        CHECK(caught([&] { db.drop_table("nobody"); }).code == ErrorCode::not_found);
        db.drop_table("orders");
        CHECK(caught([&] { db.rename_table("customers", "clients"); }).code == ErrorCode::misuse);
    }
    {
        Database db = Database::open<>(store.path());
        db.rename_table("customers", "clients");
        CHECK(caught([&] { db.rename_table("customers", "x"); }).code == ErrorCode::not_found);
        CHECK(db.table_names() == std::vector<std::string>{"clients"});
    }
    Database db = Database::open<Customers, Orders>(store.path());
    CHECK(db.table_names() == std::vector<std::string>{"clients", "customers", "orders"});
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Customers>{txn}.count() == 0);
        CHECK(txn.store().find_tree("cambium.table.4").has_value());
        CHECK_FALSE(txn.store().find_tree("cambium.table.2").has_value());
    });
}

TEST_CASE("a table that another one refers to is renamed with it, and is referred to once") {
    const StorePath store;
    {
        Database db = Database::open<Owners, Pets<Owners>>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Owners>{txn}.insert({.id = 1});
            Writer<Pets<Owners>>{txn}.insert({.id = 7, .owner = 1});
        });
    }
    Database db = Database::open<Keepers, Pets<Keepers>>(store.path());
    db.read([](ReadTransaction& txn) {
        const detail::CatalogTable entry =
            detail::decode_entry(detail::stored_entry(txn.store(), "keepers").value(), "keepers");
        CHECK(entry.referrers == std::vector<detail::CatalogReferrer>{{"pets", "owner"}});
    });
    db.write([](WriteTransaction& txn) {
        CHECK(caught([&] { Writer<Keepers>{txn}.erase(1); }).code == ErrorCode::constraint);
        Writer<Pets<Keepers>>{txn}.erase(7);
        CHECK(Writer<Keepers>{txn}.erase(1));
    });
}

namespace {

struct Plain {
    std::uint64_t id{};
    std::string name{};
};
struct Plains : Table<"defaults", Plain, PrimaryKey<&Plain::id>, Cbor> {};
template <std::uint32_t Default>
struct Rated {
    std::uint64_t id{};
    std::string name{};
    std::uint32_t stars = Default;
    std::optional<std::string> note = Default == 3 ? std::optional<std::string>("three") : std::nullopt;
};
template <std::uint32_t Default>
bool is_good(const Rated<Default>& rated) {
    return rated.stars >= 3;
}
template <std::uint32_t Default>
struct Rateds : Table<"defaults", Rated<Default>, PrimaryKey<&Rated<Default>::id>, Cbor,
                      OrderedIndex<"stars", &Rated<Default>::stars>, OrderedIndex<"name", &Rated<Default>::name>,
                      OrderedIndex<"noted", &Rated<Default>::name, covering<&Rated<Default>::note>>,
                      OrderedIndex<"good", &Rated<Default>::name, where<&is_good<Default>>>> {};

}  // namespace

namespace {

detail::CatalogTable catalog_entry(const StorePath& store, std::string_view table) {
    kv::Environment environment = kv::Environment::open(store.path());
    return detail::decode_entry(*detail::stored_entry(environment.begin_read(), table), table);
}

/// The entry as a version of Cambium left it that kept no defaults.
void forget_defaults(const StorePath& store, std::string_view table) {
    detail::CatalogTable entry = catalog_entry(store, table);
    entry.defaults.clear();
    kv::Environment environment = kv::Environment::open(store.path());
    kv::WriteTransaction writer = environment.begin_write();
    detail::store_entry(writer, table, entry);
    writer.commit();
}

}  // namespace

TEST_CASE("defaults that the catalog does not have are kept from the first opening for writing on") {
    const StorePath store;
    {
        Database db = Database::open<Plains>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Plains>{txn}.insert({1, "a"}); });
    }
    static_cast<void>(Database::open<Rateds<3>>(store.path()));
    const detail::CatalogTable complete = catalog_entry(store, "defaults");
    forget_defaults(store, "defaults");
    CHECK(catalog_entry(store, "defaults") != complete);

    static_cast<void>(Database::open<Rateds<3>>(store.path(), {.read_only = true}));
    CHECK(catalog_entry(store, "defaults").defaults.empty());
    CHECK(Database::plan<Rateds<1>>(store.path()).changes.empty());
    {
        // Nobody waits for the writer.
        Database db = Database::open<OldPeople<Cbor>>(store.path());
        WriteTransaction writer = db.begin_write();
        static_cast<void>(Database::open<Rateds<3>>(store.path()));
        CHECK(catalog_entry(store, "defaults").defaults.empty());
    }
    static_cast<void>(Database::open<Rateds<3>>(store.path()));
    CHECK(catalog_entry(store, "defaults") == complete);  // its version and the ids of its indexes too
    CHECK(Database::plan<Rateds<1>>(store.path()).changes.size() == 5);
}

TEST_CASE("keeping defaults is no change for who has the table open") {
    const StorePath store;
    static_cast<void>(Database::open<Rateds<3>>(store.path()));
    forget_defaults(store, "defaults");
    Database older = Database::open<OldPeople<Cbor>>(store.path());
    std::optional<Database> same;
    {
        const WriteTransaction writer = older.begin_write();
        same.emplace(Database::open<Rateds<3>>(store.path()));  // as an older version has it
    }
    CHECK(catalog_entry(store, "defaults").defaults.empty());
    static_cast<void>(Database::open<Rateds<3>>(store.path()));
    CHECK_FALSE(catalog_entry(store, "defaults").defaults.empty());
    // Entries are looked at when the declaration of any table changes.
    static_cast<void>(Database::open<Customers>(store.path()));
    same->write([](WriteTransaction& txn) { Writer<Rateds<3>>{txn}.insert({1, "a", 4, {}}); });
    Database db = Database::open<Rateds<3>>(store.path());
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<Rateds<3>>(txn).ok()); });
    CHECK(kv::check(db.environment()).ok());
}

TEST_CASE("a default that changes is what old records read, in their indexes too") {
    const StorePath store;
    {
        Database db = Database::open<Plains>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Plains>{txn}.insert({1, "a"});
            Writer<Plains>{txn}.insert({2, "b"});
        });
    }
    {
        Database db = Database::open<Rateds<3>>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Rateds<3>>{txn}.insert({3, "c", 4, {}});
            CHECK(ids(Reader<Rateds<3>>{txn}.by<"stars">().equal(3)) == Ids{1, 2});
            CHECK(ids(Reader<Rateds<3>>{txn}.by<"good">().all()) == Ids{1, 2, 3});
        });
    }
    CHECK(Database::plan<Rateds<3>>(store.path()).changes.empty());
    const SchemaReport report = Database::plan<Rateds<1>>(store.path());
    CHECK(report.refused.empty());
    CHECK(
        std::count(report.changes.begin(), report.changes.end(),
                   "table \"defaults\": the default of field \"stars\" changes, also for records that were stored "
                   "before there was the field") == 1);
    CHECK(std::count(report.changes.begin(), report.changes.end(), "table \"defaults\": index \"name\" is built") ==
          0);
    for (const char* const index : {"stars", "good", "noted"}) {
        INFO(index);
        CHECK(std::count(report.changes.begin(), report.changes.end(),
                         "table \"defaults\": index \"" + std::string(index) + "\" is built") == 1);
    }
    {
        Database db = Database::open<Rateds<1>>(store.path());
        db.write([](WriteTransaction& txn) {
            const Reader<Rateds<1>> rated{txn};
            CHECK(ids(rated.by<"stars">().equal(1)) == Ids{1, 2});
            CHECK(ids(rated.by<"good">().all()) == Ids{3});
            CHECK(verify_indexes<Rateds<1>>(txn).ok());
            Writer<Rateds<1>>{txn}.erase(1);
            CHECK(ids(rated.by<"stars">().all()) == Ids{2, 3});
        });
    }
    {
        // Who changes a default before there are such records changes nothing.
        Database db = Database::open<Rateds<1>>(store.path());
        CHECK(db.read([](ReadTransaction& txn) { return ids(Reader<Rateds<1>>{txn}.all()); }) == Ids{2, 3});
    }
}

TEST_CASE("the default of a field that every record has may change without a rebuild") {
    const StorePath store;
    static_cast<void>(Database::open<Rateds<3>>(store.path()));
    const SchemaReport report = Database::plan<Rateds<1>>(store.path());
    CHECK(report.changes.empty());
    CHECK(report.refused.empty());
}

}  // namespace cambium::test

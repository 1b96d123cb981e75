// Enumerators of tables by description: the names of the catalog, the same out and in as by declaration.
#include <functional>
#include <map>
#include <set>
#include <variant>

#include "cambium/codec/raw.hpp"
#include "cambium/maintenance.hpp"
#include "typed_dynamic.hpp"

namespace cambium::test {

enum class Power : std::int8_t { low = -3, middle = 0, high = 7 };
enum class Shade : std::uint16_t { dark, bright };

struct Inside {
    std::optional<Power> level{};
    Descending<Shade> shade{};
};
struct Lamp {
    std::uint64_t id{};
    Power level{Power::high};
    Inside in{};
    std::vector<Inside> ins{};
    std::set<Power> levels{};
    std::map<std::string, Shade> by{};
    std::variant<std::monostate, Power, std::vector<Shade>> what{};
};
template <class Codec>
struct Lamps : Table<"lamps", Lamp, PrimaryKey<&Lamp::id>, Codec, OrderedIndex<"level", &Lamp::level>,
                     OrderedIndex<"levels", each<&Lamp::levels>, descending<&Lamp::level>>,
                     OrderedIndex<"covered", &Lamp::id, covering<&Lamp::level>>> {};
template <class Codec>
struct Marks : Table<"marks", Shade, Key<Power, std::uint32_t>, Codec> {};

struct Dot {
    Shade shade{};
    Power level{};
    std::uint8_t size{};
};
struct Dots : Table<"dots", Dot, PrimaryKey<&Dot::shade>, Raw, OrderedIndex<"level", &Dot::level>> {};

namespace {

Power random_level(Random& random) {
    // One in four has no name.
    static constexpr Power kLevels[] = {Power::low, Power::middle, Power::high, Power{100}};
    return kLevels[random() % 4];
}
Shade random_shade(Random& random) {
    return static_cast<Shade>(random() % 2 == 0 ? random() % 2 : 999);
}
Inside random_inside(Random& random) {
    Inside in{{}, {random_shade(random)}};
    if (random() % 2 == 0) in.level = random_level(random);
    return in;
}
Lamp random_lamp(std::uint64_t id, Random& random) {
    Lamp lamp{id, random_level(random), random_inside(random)};
    for (std::uint64_t i = random() % 3; i > 0; --i) lamp.ins.push_back(random_inside(random));
    for (std::uint64_t i = random() % 3; i > 0; --i) lamp.levels.insert(random_level(random));
    for (std::uint64_t i = random() % 3; i > 0; --i) lamp.by[std::to_string(i)] = random_shade(random);
    if (random() % 2 == 0) lamp.what = random_level(random);
    if (random() % 2 == 0) lamp.what = std::vector<Shade>{random_shade(random)};
    return lamp;
}

template <class T>
void imports(const std::string& path, const std::string& lines) {
    Database db = Database::open<T>(path);
    db.write([&](WriteTransaction& txn) {
        Writer<T>{txn}.truncate();
        import_json_lines<T>(txn, lines);
    });
}
void imports_by_catalog(const std::string& path, std::string_view name, const std::string& lines) {
    const StoredTables stored = stored_tables(path);
    Database db = Database::open(path, stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter(txn, stored[name]).truncate();
        import_json_lines(txn, stored[name], pieces_of(lines));
    });
}
template <class T>
Trees content(const std::string& path) {
    Database db = Database::open<T>(path);
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<T>(txn).ok()); });
    return content_of(db.environment());
}

/// Both exports are the same text, and both imports of it make the same store.
template <class T>
void is_alike(std::string_view name, const std::function<void(WriteTransaction&)>& fill) {
    INFO(name);
    const StorePath store;
    std::string lines;
    {
        Database db = Database::open<T>(store.path());
        db.write(fill);
        lines = db.read([](ReadTransaction& txn) { return exported<T>(txn); });
    }
    const Trees before = content<T>(store.path());
    {
        const StoredTables stored = stored_tables(store.path());
        CHECK(stored[name].why_read_only().empty());
        Database db = Database::open(store.path(), stored.tables);
        CHECK(db.read([&](ReadTransaction& txn) { return exported(txn, stored[name]); }) == lines);
    }
    imports_by_catalog(store.path(), name, lines);
    CHECK(content<T>(store.path()) == before);
    imports<T>(store.path(), lines);
    CHECK(content<T>(store.path()) == before);
}

template <class Codec>
void are_alike() {
    INFO(Codec::name);
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    is_alike<Lamps<Codec>>("lamps", [&](WriteTransaction& txn) {
        for (std::uint64_t id = 1; id < 60; ++id) Writer<Lamps<Codec>>{txn}.insert(random_lamp(id, random));
    });
    is_alike<Marks<Codec>>("marks", [&](WriteTransaction& txn) {
        for (std::uint32_t i = 0; i < 30; ++i)
            Writer<Marks<Codec>>{txn}.put(random_level(random), i, random_shade(random));
    });
}

}  // namespace

TEST_CASE("enumerators go out and in by the catalog as by the declaration") {
    are_alike<Cbor>();
    are_alike<CborNumbered>();
    are_alike<Json>();
    is_alike<Dots>("dots", [](WriteTransaction& txn) {
        Writer<Dots>{txn}.insert({Shade::bright, Power::low});
        Writer<Dots>{txn}.insert({Shade{999}, Power{100}});
    });
}

TEST_CASE("a query by the catalog takes an enumerator's name or number, and no other name") {
    const StorePath store;
    {
        Database db = Database::open<Lamps<Json>, Marks<Json>>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Lamps<Json>>{txn}.insert({1, Power::low, {}, {}, {Power::high, Power{100}}});
            Writer<Lamps<Json>>{txn}.insert({2, Power{100}});
            Writer<Marks<Json>>{txn}.put(Power::low, 5, Shade::bright);
        });
    }
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter lamps(txn, stored["lamps"]);
        CHECK(lamps.by("level").equal("low").count() == 1);
        CHECK(lamps.by("level").equal(-3).count() == 1);
        CHECK(lamps.by("level").from("low").count() == 2);
        CHECK(lamps.by("levels").equal("high", "low").count() == 1);
        CHECK((*lamps.get(1))["level"] == Document("low"));
        CHECK((*lamps.get(2))["level"] == Document(100));
        CHECK(DynamicReader(txn, stored["marks"]).keys().first() == Document::array({"low", 5}));
        CHECK(DynamicReader(txn, stored["marks"]).contains({-3, 5}));
        CHECK(lamps.insert(Document::object({{"id", 3}, {"level", "middle"}})) == Document(3));
        lamps.upsert(Document::object({{"id", 2}, {"level", -3}}));
        CHECK(lamps.by("level").equal("low").count() == 2);
        const auto refused = [&](const Document& row) {
            return error_of(ErrorCode::decode, [&] { lamps.insert(row); });
        };
        CHECK(refused(Document::object({{"id", 4}, {"level", "none"}})) ==
              "field \"level\": there is no enumerator \"none\" of enum i8; there are: low, middle, high");
        CHECK(holds(refused(Document::object({{"id", 4}, {"by", Document::object({{"a", "none"}})}})),
                    "by.a\": there is no enumerator \"none\" of enum u16; there are: dark, bright"));
        CHECK(holds(error_of(ErrorCode::decode, [&] { static_cast<void>(lamps.by("level").equal("none")); }),
                    "there is no enumerator \"none\""));
    });
    db.close();
    Database again = Database::open<Lamps<Json>, Marks<Json>>(store.path());
    again.read([](ReadTransaction& txn) {
        CHECK(Reader<Lamps<Json>>{txn}.get(3)->level == Power::middle);
        CHECK(Reader<Lamps<Json>>{txn}.by<"level">().equal(Power::low).count() == 2);
        CHECK(verify_indexes<Lamps<Json>>(txn).ok());
        CHECK(verify_indexes<Marks<Json>>(txn).ok());
    });
}

TEST_CASE("a description without enumerators takes numbers, and with JSON none of them is in a key") {
    TableInfo table{
        .name = "lamps", .codec = "cbor", .fields = {{"id", "u64"}, {"level", "enum i8"}}, .key = {"id"}};
    table.indexes = {{.name = "level", .columns = {{.name = "level", .type = "enum i8"}}}};
    const StorePath store;
    const DynamicTable lamps(table);
    {
        const DynamicTable tables[] = {lamps};
        Database db = Database::open(store.path(), tables);
        db.write([&](WriteTransaction& txn) {
            DynamicWriter writer(txn, lamps);
            writer.insert(Document::object({{"id", 1}, {"level", -3}}));
            CHECK((*writer.by("level").equal(-3).first())["level"] == Document(-3));
            CHECK(holds(error_of(ErrorCode::decode,
                                 [&] {
                                     writer.insert(Document::object({{"id", 2}, {"level", "low"}}));
                                 }),
                        "field \"level\": there is no enumerator \"low\" of enum i8; no number of it has a name"));
        });
    }
    table.codec = "json";
    CHECK(holds(error_of(ErrorCode::schema, [&] { static_cast<void>(DynamicTable(table)); }),
                "the enumerators of field \"level\" are not described"));
    table.enums = {{"level", {{"low", -3}, {"high", 7}}}};
    CHECK(DynamicTable(table).why_read_only().empty());
}

}  // namespace cambium::test

// compare() says of a store and declarations what Database::plan() says of the same store and the declared types:
// every ordered pair of a row of declarations of one table, in each codec.
#include <string>
#include <vector>

#include "cambium/catalog.hpp"
#include "cambium/codec/raw.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Owner {
    std::uint32_t id{};
};
struct Owners : Table<"owners", Owner, PrimaryKey<&Owner::id>, Cbor> {};

struct Part {
    std::int16_t x{};
};
struct WidePart {
    std::int32_t x{};
    std::optional<std::string> note{};
};

struct Plain {
    std::uint32_t id{};
    std::uint16_t size{};
    Part part{};
};
struct Wider {
    std::uint64_t id{};
    std::optional<std::uint32_t> size{};
    WidePart part{};
    std::vector<std::string> more{};
};
struct Turned {
    Part part{};
    std::uint32_t id{};
    std::uint16_t size{};
};
struct Narrow {
    std::uint32_t id{};
    std::uint8_t size{};
};
struct Ruled {
    std::uint32_t id{};
    std::uint16_t size{};
    Part part{};
    std::optional<std::uint32_t> owner{};
    std::uint32_t revision{};
    Timestamp until{};
};
struct Renaming {
    std::uint32_t id{};
    std::uint16_t volume{};
    Part part{};
};

bool is_big(const Plain& record) {
    return record.size > 9;
}
bool fits(const Ruled& record) {
    return record.size < 99;
}

template <class C>
struct Plains : Table<"things", Plain, PrimaryKey<&Plain::id>, C> {};
template <class C>
struct Indexed
    : Table<"things", Plain, PrimaryKey<&Plain::id>, C, OrderedIndex<"size", &Plain::size, where<&is_big>>> {};
template <class C>
struct UniqueOnes : Table<"things", Plain, PrimaryKey<&Plain::id>, C, Unique<"size", &Plain::size>> {};
template <class C>
struct Widers : Table<"things", Wider, PrimaryKey<&Wider::id>, C, OrderedIndex<"size", &Wider::size>> {};
template <class C>
struct TurnedOnes : Table<"things", Turned, PrimaryKey<&Turned::id>, C> {};
template <class C>
struct Narrows : Table<"things", Narrow, PrimaryKey<&Narrow::id>, C> {};
template <class C>
struct OtherKey : Table<"things", Plain, PrimaryKey<&Plain::id, &Plain::size>, C> {};
template <class C>
struct RuledOnes
    : Table<"things", Ruled, PrimaryKey<&Ruled::id>, C, NotNull<&Ruled::owner>, Check<"fits", &fits, 2>,
            RowVersion<&Ruled::revision>, ForeignKey<"owner", Owners, &Ruled::owner, cascade_erase>> {};
template <class C>
struct Restricted
    : Table<"things", Ruled, PrimaryKey<&Ruled::id>, C, AutoIncrement, ChangeLog<>, ExpiresAt<&Ruled::until>,
            Check<"fits", &fits, 3>, ForeignKey<"owner", Owners, &Ruled::owner, deferred>> {};
template <class C>
struct Renamings : Table<"stuff", Renaming, PrimaryKey<&Renaming::id>, C, RenamedTable<"things">,
                         Renamed<"size", &Renaming::volume>, Dropped<"more">, Dropped<"until">> {};
template <class C>
struct Versioned : Table<"things", Plain, PrimaryKey<&Plain::id>, C, SchemaVersion<3>> {};

/// A declaration: how a store is opened with it and planned with it, and what it says of itself.
struct Variant {
    std::string name;
    std::string codec;
    void (*open)(const std::string& path);
    SchemaReport (*plan)(const std::string& path);
    std::vector<std::string> former_names{};
    std::vector<std::pair<std::string, std::string>> renamed{};
    std::vector<std::string> dropped{};
};

template <class T>
Variant variant(const std::string& codec, const std::string& name) {
    return {codec + " " + name, codec,
            [](const std::string& path) { static_cast<void>(Database::open<Owners, T>(path)); },
            [](const std::string& path) { return Database::plan<Owners, T>(path); }};
}

template <class C>
void add_variants(std::vector<Variant>& all) {
    const std::string codec(C::name);
    all.push_back(variant<Plains<C>>(codec, "plain"));
    all.push_back(variant<Indexed<C>>(codec, "indexed"));
    all.push_back(variant<UniqueOnes<C>>(codec, "unique"));
    all.push_back(variant<Widers<C>>(codec, "wider"));
    all.push_back(variant<TurnedOnes<C>>(codec, "turned"));
    all.push_back(variant<Narrows<C>>(codec, "narrow"));
    all.push_back(variant<OtherKey<C>>(codec, "other key"));
    all.push_back(variant<RuledOnes<C>>(codec, "ruled"));
    all.push_back(variant<Restricted<C>>(codec, "restricted"));
    all.push_back(variant<Versioned<C>>(codec, "versioned"));
    Variant renaming = variant<Renamings<C>>(codec, "renaming");
    renaming.former_names = {"things"};
    renaming.renamed = {{"size", "volume"}};
    renaming.dropped = {"more", "until"};
    all.push_back(renaming);
}

std::vector<TableDeclaration> declarations_of(const Variant& variant) {
    const StorePath store;
    variant.open(store.path());
    std::vector<TableDeclaration> result;
    for (TableInfo& table : describe(store.path())) {
        const bool is_owners = table.name == "owners";
        TableDeclaration& declaration = result.emplace_back();
        declaration.table = std::move(table);
        if (is_owners) continue;
        declaration.former_names = variant.former_names;
        declaration.renamed = variant.renamed;
        declaration.dropped = variant.dropped;
    }
    return result;
}

TEST_CASE("compare() agrees with Database::plan() and Database::open()") {
    std::vector<Variant> variants;
    add_variants<Cbor>(variants);
    add_variants<Json>(variants);
    std::vector<std::vector<TableDeclaration>> declared;
    for (const Variant& variant : variants) declared.push_back(declarations_of(variant));
    std::size_t refused = 0;
    for (const Variant& before : variants) {
        const StorePath store;
        before.open(store.path());
        const std::vector<TableInfo> stored = describe(store.path());
        for (std::size_t i = 0; i < variants.size(); ++i) {
            CAPTURE(before.name);
            CAPTURE(variants[i].name);
            SchemaReport said;
            for (const TableDifference& difference : compare(stored, declared[i]))
                (difference.is_compatible ? said.changes : said.refused).push_back(difference.sentence);
            if (before.former_names.empty() || !variants[i].former_names.empty()) {
                const SchemaReport planned = variants[i].plan(store.path());
                CHECK(said.changes == planned.changes);
                CHECK(said.refused == planned.refused);
            }
            // Plans were compared above; that another codec is refused needs no store for every pair.
            if (before.codec != variants[i].codec) continue;
            const StorePath copy;
            std::filesystem::copy_file(store.path(), copy.path());
            const Caught opening = caught([&] { variants[i].open(copy.path()); });
            CHECK(opening.code.has_value() == !said.refused.empty());
            refused += said.refused.empty() ? 0 : 1;
        }
    }
    CHECK(refused > variants.size() * variants.size() / 8);
    CHECK(refused < variants.size() * variants.size() / 2);
}

TEST_CASE("a catalog says all rules, and a migration half way closes the table") {
    const StorePath store;
    static_cast<void>(Database::open<Owners, RuledOnes<Cbor>>(store.path()));
    std::vector<TableInfo> tables = describe(store.path());
    REQUIRE(tables.size() == 2);
    CHECK(tables[1].rules == std::vector<RuleInfo>{{"owner", "not null", 0}, {"fits", "check", 2}});
    CHECK(tables[1].row_version == "revision");
    CHECK(tables[1].foreign_keys == std::vector<ForeignKeyInfo>{{"owner", "owners", {"owner"}, "cascade", false}});
    CHECK(tables[1].schema_version == 1);
    CHECK(tables[1].migrating_to == 0);
    TableDeclaration alone;
    alone.table = tables[1];
    CHECK(
        compare(tables, {alone}) ==
        std::vector<TableDifference>{
            {true, "table \"owners\": is no longer declared; its records stay in the store"},
            {false,
             "table \"things\": foreign key \"owner\" refers to table \"owners\", which is not declared with it"}});
    tables[1].migrating_to = 2;
    TableDeclaration owners;
    owners.table = tables[0];
    CHECK(
        compare(tables, {owners, alone}) ==
        std::vector<TableDifference>{
            {false,
             "table \"things\": a migration to version 2 was left half way; open the file with that declaration to "
             "finish it, this one is version 1"}});
}

TEST_CASE("a field that is declared is not the former name of another one") {
    TableInfo stored;
    stored.name = "things";
    stored.codec = "cbor";
    stored.fields = {{"id", "u64"}, {"a", "string"}};
    stored.key = {"id"};
    TableDeclaration declared;
    declared.table = stored;
    declared.table.fields.push_back({"b", "string"});
    declared.renamed = {{"a", "b"}};
    declared.dropped = {"id", "gone"};
    CHECK(
        compare({stored}, {declared}) ==
        std::vector<TableDifference>{
            {false,
             "table \"things\": Renamed<\"a\", ...> says that there is no field of that name any more, and one is "
             "declared"},
            {false,
             "table \"things\": Dropped<\"id\"> says that there is no field of that name any more, and one is "
             "declared"},
            {true, "table \"things\": field \"b\" (string) is new"}});
}

}  // namespace
}  // namespace cambium::test

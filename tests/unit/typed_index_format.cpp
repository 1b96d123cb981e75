// What the indexes of docs/format.md are in the file, byte by byte, and what the catalog says about them. The
// catalog is read with structures of this test's own.
#include "hex.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Note {
    std::uint16_t id{};
    std::string title{};
    std::vector<std::string> tags{};
    std::optional<std::int8_t> rank{};
    bool open{};
};

bool is_open(const Note& note) {
    return note.open;
}
std::pair<std::uint8_t, bool> size_and_state(const Note& note) {
    return {static_cast<std::uint8_t>(note.title.size()), note.open};
}

struct Notes
    : Table<"notes", Note, PrimaryKey<&Note::id>, Cbor, OrderedIndex<"ordered", &Note::rank>,
            Unique<"unique", &Note::rank>, OrderedIndex<"each", each<&Note::tags>>,
            OrderedIndex<"descending", descending<&Note::rank>, descending<&Note::title>>,
            OrderedIndex<"folded", ignore_case<&Note::title>>, OrderedIndex<"derived", &size_and_state, version<7>>,
            OrderedIndex<"partial", &Note::title, where<&is_open>>,
            OrderedIndex<"covering", &Note::title, covering<&Note::rank, &Note::open>>,
            Unique<"unique covering", &Note::rank, covering<&Note::title>>,
            OrderedIndex<"without nulls", &Note::rank, without_nulls>> {};

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs entries(ReadTransaction& txn, int index) {
    Pairs pairs;
    kv::Cursor cursor = txn.store().cursor(txn.store().tree("cambium.index.1." + std::to_string(index)));
    while (cursor.next()) pairs.emplace_back(to_hex(cursor.key()), to_hex(cursor.value()));
    return pairs;
}

struct Column {
    std::string name;
    std::string type;
    bool derived{};
    bool each{};
    bool descending{};
    bool ignore_case{};
    friend bool operator==(const Column&, const Column&) = default;
};
struct Index {
    std::uint64_t id{};
    std::string name;
    std::string kind;
    std::vector<Column> key;
    std::string predicate;
    std::vector<Column> covered;
    bool without_nulls{};
    std::uint64_t version{};
    friend bool operator==(const Index&, const Index&) = default;
};
struct Declared {
    std::vector<Index> indexes;
};

}  // namespace

TEST_CASE("the entries of each kind of index") {
    const StorePath store;
    Database db = Database::open<Notes>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Notes> notes{txn};
        notes.insert({1, "Ab", {"x", "w"}, 5, true});
        notes.insert({2, "c", {}, std::nullopt, false});
    });
    db.read([](ReadTransaction& txn) {
        CHECK(entries(txn, 1) == Pairs{{"000002", ""}, {"01850001", ""}});
        CHECK(entries(txn, 2) == Pairs{{"000002", "0002"}, {"0185", "0001"}});
        CHECK(entries(txn, 3) == Pairs{{"77000001", ""}, {"78000001", ""}});
        CHECK(entries(txn, 4) == Pairs{{"fe7abe9dff0001", ""}, {"ff9cff0002", ""}});
        CHECK(entries(txn, 5) == Pairs{{"6162000001", ""}, {"63000002", ""}});
        CHECK(entries(txn, 6) == Pairs{{"01000002", ""}, {"02010001", ""}});
        CHECK(entries(txn, 7) == Pairs{{"4162000001", ""}});
        CHECK(entries(txn, 8) == Pairs{{"4162000001", "018501"}, {"63000002", "0000"}});
        CHECK(entries(txn, 9) == Pairs{{"000002", "63000002"}, {"0185", "4162000001"}});
        CHECK(entries(txn, 10) == Pairs{{"01850001", ""}});
    });
}

TEST_CASE("the catalog says of every index what its entries are") {
    const StorePath store;
    Database db = Database::open<Notes>(store.path());
    Declared declared;
    db.read([&](ReadTransaction& txn) {
        const std::optional<ByteView> bytes = txn.store().get(txn.store().tree("cambium.catalog"), "table/notes");
        Cbor::decode(bytes.value(), declared);
    });
    const Column rank{.name = "rank", .type = "optional<i8>"};
    const Column title{.name = "title", .type = "string"};
    Column descending_rank = rank;
    descending_rank.descending = true;
    Column descending_title = title;
    descending_title.descending = true;
    const Column tags{.name = "tags", .type = "string", .each = true};
    const Column folded{.name = "title", .type = "string", .ignore_case = true};
    const Column derived{.name = "size_and_state", .type = "tuple<u8,bool>", .derived = true};
    const Column open{.name = "open", .type = "bool"};
    const std::vector<Index> expected = {
        {1, "ordered", "ordered", {rank}, "", {}, false, 1},
        {2, "unique", "unique", {rank}, "", {}, false, 1},
        {3, "each", "ordered", {tags}, "", {}, false, 1},
        {4, "descending", "ordered", {descending_rank, descending_title}, "", {}, false, 1},
        {5, "folded", "ordered", {folded}, "", {}, false, 1},
        {6, "derived", "ordered", {derived}, "", {}, false, 7},
        {7, "partial", "ordered", {title}, "is_open", {}, false, 1},
        {8, "covering", "ordered", {title}, "", {rank, open}, false, 1},
        {9, "unique covering", "unique", {rank}, "", {title}, false, 1},
        {10, "without nulls", "ordered", {rank}, "", {}, true, 1}};
    CHECK(declared.indexes == expected);
}

}  // namespace cambium::test

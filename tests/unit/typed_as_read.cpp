// Index entries, rules and keys are about the record that will be read, also where the codec does not give back
// what it was given.
#include <array>

#include "cambium/codec/document.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

template <class... Ts>
void require_sound(Database& db) {
    db.read([](ReadTransaction& txn) { CHECK((verify_indexes<Ts>(txn).ok() && ...)); });
}

struct Reading {
    std::uint32_t id{};
    double degrees{};
};

/// Rounds.
struct Tenths {
    static constexpr std::string_view name = "tenths";
    static void encode(const Reading& value, std::string& out) {
        out = std::to_string(value.id % 100) + " " + std::to_string(static_cast<int>(value.degrees * 10));
    }
    static void decode(ByteView bytes, Reading& value) {
        const std::string text(bytes);
        value.id = static_cast<std::uint32_t>(std::stoul(text));
        value.degrees = std::stoi(text.substr(text.find(' ') + 1)) / 10.0;
    }
};
bool is_rounded(const Reading& reading) {
    const double tenths = reading.degrees * 10;
    return tenths == static_cast<int>(tenths);
}
struct Readings : Table<"readings", Reading, PrimaryKey<&Reading::id>, Tenths, Unique<"degrees", &Reading::degrees>,
                        Check<"is_rounded", &is_rounded>> {};

struct Note {
    std::uint32_t id{};
    std::optional<Document> body{};
    Document extra{};
};
std::optional<bool> body_is_null(const Note& note) {
    if (!note.body) return std::nullopt;
    return note.body->is_null();
}
bool has_bytes(const Note& note) {
    return note.extra.is_object() && note.extra["b"].type() == Document::Type::bytes;
}
template <class Codec>
struct Notes : Table<"notes", Note, PrimaryKey<&Note::id>, Codec, OrderedIndex<"null", &body_is_null>,
                     OrderedIndex<"bytes", &Note::id, where<&has_bytes>>> {};

struct Letter {
    std::uint32_t id{};
    std::optional<Document> body{};
};
struct Letters : Table<"letters", Letter, PrimaryKey<&Letter::id>, Cbor, NotNull<&Letter::body>> {};

Note with_bytes(std::uint32_t id) {
    return {id, Document(), Document::object({{"b", Document(std::vector<std::byte>{std::byte{1}})}})};
}

}  // namespace

TEST_CASE("a codec that rounds has index entries of what it reads") {
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        readings.insert({1, 3.14159});
        CHECK(readings.by<"degrees">().get(3.1)->id == 1);
        CHECK(caught([&] { readings.insert({2, 3.18}); }).code == ErrorCode::constraint);
        CHECK(readings.update(1, [](Reading& reading) { reading.degrees = 4.26; }));
        CHECK(readings.patch(1, set<&Reading::degrees>(5.01)));
        readings.upsert({1, 6.66});
        CHECK(readings.by<"degrees">().get(6.6)->id == 1);
        CHECK(readings.by<"degrees">().count() == 1);
        CHECK(readings.erase(1));
        readings.insert({2, 6.66});
        const std::array<Reading, 2> more{{{3, 7.77}, {4, 8.88}}};
        readings.load(more);
        CHECK(readings.by<"degrees">().get(8.8)->id == 4);
    });
    require_sound<Readings>(db);
}

TEST_CASE("a record that would be read under another primary key is refused") {
    const StorePath store;
    Database db = Database::open<Readings>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Readings> readings{txn};
        const Caught what = caught([&] { readings.insert({101, 1.5}); });
        CHECK(what.code == ErrorCode::encode);
        CHECK(what.text ==
              "table \"readings\", id 101: the record cannot be stored: codec tenths reads it as one "
              "with id 1");
        CHECK(readings.count() == 0);
    });
    require_sound<Readings>(db);
}

TEST_CASE_TEMPLATE("Documents have index entries of what is read", Codec, Cbor, Json) {
    const StorePath store;
    Database db = Database::open<Notes<Codec>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Notes<Codec>> notes{txn};
        notes.insert(with_bytes(1));
        CHECK_FALSE(notes.get(1)->body.has_value());
        CHECK(notes.template by<"null">().equal(std::nullopt).count() == 1);
        CHECK(notes.update(1, [](Note& note) { note.body = Document(5); }));
        CHECK(notes.template by<"null">().equal(std::nullopt).count() == 0);
        notes.load(std::array<Note, 2>{with_bytes(2), with_bytes(3)});
        CHECK(notes.erase(2));
    });
    require_sound<Notes<Codec>>(db);
}

TEST_CASE("a null Document in an optional that must have a value is refused, as none is read") {
    const StorePath store;
    Database db = Database::open<Letters>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Letters> letters{txn};
        CHECK(caught([&] { letters.insert({1, Document()}); }).code == ErrorCode::constraint);
        letters.insert({2, Document(1)});
    });
    require_sound<Letters>(db);
}

}  // namespace cambium::test

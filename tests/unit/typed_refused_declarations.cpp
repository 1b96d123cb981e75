// Declarations that are refused although each of their parts is right: records that would end by a default, numbers
// that would be others, and names that are too long.
#include "cambium/catalog.hpp"
#include "cambium/dynamic.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

using namespace std::chrono_literals;

TableInfo info_of(std::vector<FieldInfo> fields, const std::string& codec = "cbor") {
    TableInfo info;
    info.name = "things";
    info.codec = codec;
    info.fields = std::move(fields);
    info.key = {"id"};
    return info;
}

const FieldInfo kId{"id", "u32"};
const std::string kTime = "time_point<i64,1/1000000000>";

/// The default record {id: 0, until: time} of a description.
std::string defaults_until(const Document& time) {
    return Document::object({{"id", 0}, {"until", time}}).to_cbor();
}

std::vector<std::string> refusals(const TableInfo& stored, const TableInfo& declared) {
    std::vector<std::string> sentences;
    for (TableDifference& difference : compare({stored}, {{.table = declared}}))
        if (!difference.is_compatible) sentences.push_back(std::move(difference.sentence));
    return sentences;
}

std::vector<std::string> changes(const TableInfo& stored, const TableInfo& declared) {
    std::vector<std::string> sentences;
    for (TableDifference& difference : compare({stored}, {{.table = declared}}))
        if (difference.is_compatible) sentences.push_back(std::move(difference.sentence));
    return sentences;
}

const std::string kWouldEnd =
    "table \"things\": records that were stored without field \"until\" would end, as they read its default, which "
    "is past; make the field optional, or give it a default in the future; a Migration may say how "
    "(cambium/evolution.hpp)";

struct Small {
    std::uint32_t id{};
    std::int32_t x{};
};
struct Smalls : Table<"things", Small, PrimaryKey<&Small::id>, Cbor> {};

struct Ending {
    std::uint32_t id{};
    std::int32_t x{};
    Timestamp until{};
};
struct Untimed : Table<"things", Ending, PrimaryKey<&Ending::id>, Cbor> {};
struct Endings : Table<"things", Ending, PrimaryKey<&Ending::id>, Cbor, ExpiresAt<&Ending::until>> {};
struct Numbered : Table<"things", Ending, PrimaryKey<&Ending::id>, Cbor, SchemaVersion<2>,
                        ExpiresAt<&Ending::until>, Migration<1, Small, [](const Small& old) {
                            return Ending{old.id, old.x, Timestamp::max()};
                        }>> {};

struct Long {
    std::uint32_t id{};
    std::int32_t x{};
    Timestamp until = Timestamp::max() - 1h;
};
template <class Codec>
struct Shorts : Table<"things", Small, PrimaryKey<&Small::id>, Codec> {};
template <class Codec>
struct Longs : Table<"things", Long, PrimaryKey<&Long::id>, Codec, ExpiresAt<&Long::until>> {};

template <class Codec>
void check_long() {
    const StorePath store;
    {
        Database db = Database::open<Shorts<Codec>>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Shorts<Codec>>{txn}.insert({1, 10}); });
    }
    Database db = Database::open<Longs<Codec>>(store.path());
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Longs<Codec>>{txn}.count() == 1);
        CHECK(verify_indexes<Longs<Codec>>(txn).ok());
    });
}

struct Measure {
    float id{};
    float x{};
};
struct Wide {
    double id{};
    double x{};
};
template <class Codec>
struct Measures : Table<"measures", Measure, PrimaryKey<&Measure::id>, Codec, OrderedIndex<"x", &Measure::x>> {};
template <class Codec>
struct Wides : Table<"measures", Wide, PrimaryKey<&Wide::id>, Codec, OrderedIndex<"x", &Wide::x>> {};
struct Widened : Table<"measures", Wide, PrimaryKey<&Wide::id>, Json, OrderedIndex<"x", &Wide::x>, SchemaVersion<2>,
                       Migration<1, Measure, [](const Measure& old) {
                           return Wide{old.id, old.x};
                       }>> {};

template <class T>
void store_measure(const StorePath& store) {
    Database db = Database::open<T>(store.path());
    db.write([](WriteTransaction& txn) { Writer<T>{txn}.insert({0.1F, 0.7F}); });
}

template <class T>
void check_widened(const StorePath& store) {
    Database db = Database::open<T>(store.path());
    db.read([](ReadTransaction& txn) {
        const Reader<T> measures{txn};
        CHECK(measures.contains(static_cast<double>(0.1F)));
        CHECK(measures.template by<"x">().equal(static_cast<double>(0.7F)).count() == 1);
        CHECK(verify_indexes<T>(txn).ok());
    });
}

}  // namespace

TEST_CASE("an end that stored records would read from a default that is past is refused") {
    const TableInfo old = info_of({kId});
    TableInfo next = info_of({kId, {"until", kTime}});
    next.expires_at = "until";
    const std::int64_t in_an_hour = (now() + 1h).time_since_epoch().count();
    next.defaults = defaults_until(0);
    CHECK(refusals(old, next) == std::vector{kWouldEnd});
    next.defaults = defaults_until(in_an_hour);
    CHECK(refusals(old, next).empty());
    next.defaults.clear();
    CHECK(refusals(old, next) == std::vector{kWouldEnd});

    next.fields[1].type = "optional<" + kTime + ">";
    CHECK(refusals(old, next).empty());
    next.defaults = defaults_until({});
    CHECK(refusals(old, next).empty());
    next.defaults = defaults_until(5);
    CHECK(refusals(old, next) == std::vector{kWouldEnd});
}

TEST_CASE("a field that records have may become their end, or another one") {
    TableInfo plain = info_of({kId, {"a", kTime}, {"b", kTime}});
    TableInfo by_a = plain;
    by_a.expires_at = "a";
    TableInfo by_b = plain;
    by_b.expires_at = "b";
    const std::string end = "table \"things\": records end at field ";
    CHECK(changes(plain, by_a) == std::vector{end + "\"a\"; those whose time is past are gone"});
    CHECK(changes(by_a, by_b) ==
          std::vector{end + "\"b\", no longer at field \"a\"; those whose time is past are gone"});
    CHECK(refusals(plain, by_a).empty());
    CHECK(refusals(by_a, by_b).empty());
}

TEST_CASE("no record ends by an opening with a new end, in one step or in two") {
    const StorePath store;
    {
        Database db = Database::open<Smalls>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Smalls>{txn}.insert({1, 10}); });
    }
    CHECK(Database::plan<Endings>(store.path()).refused == std::vector{kWouldEnd});
    const Caught once = caught([&] { static_cast<void>(Database::open<Endings>(store.path())); });
    CHECK(once.code == ErrorCode::schema);
    CHECK(once.text == kWouldEnd);

    const StorePath copy;
    std::filesystem::copy_file(store.path(), copy.path());
    {
        Database db = Database::open<Numbered>(copy.path());
        db.read([](ReadTransaction& txn) { CHECK(Reader<Numbered>{txn}.count() == 1); });
    }
    static_cast<void>(Database::open<Numbered>(copy.path()));

    static_cast<void>(Database::open<Untimed>(store.path()));
    CHECK(Database::plan<Endings>(store.path()).refused == std::vector{kWouldEnd});
    Database db = Database::open<Untimed>(store.path());
    db.read([](ReadTransaction& txn) { CHECK(Reader<Untimed>{txn}.get(1)->x == 10); });
}

TEST_CASE("an end that stored records read from a default in the future is none yet") {
    check_long<Cbor>();
    check_long<CborNumbered>();
    check_long<Json>();
}

TEST_CASE("a float is found by its value when it becomes a double, or does not become one") {
    const StorePath binary;
    store_measure<Measures<Cbor>>(binary);
    check_widened<Wides<Cbor>>(binary);

    const StorePath text;
    store_measure<Measures<Json>>(text);
    const std::string reason =
        " was f32, is declared f64, and the digits that codec json stores of the one are another number of the "
        "other; a Migration may say how (cambium/evolution.hpp)";
    CHECK(Database::plan<Wides<Json>>(text.path()).refused ==
          std::vector<std::string>{"table \"measures\": field \"id\"" + reason,
                                   "table \"measures\": field \"x\"" + reason});
    check_widened<Widened>(text);
}

TEST_CASE("floats inside of fields stay floats with codec json") {
    for (const auto& [was, is] : {std::pair{"vector<f32>", "vector<f64>"},
                                  {"f32", "optional<f64>"},
                                  {"map<string,f32>", "map<string,f64>"},
                                  {"record{a:f32}", "record{a:f64,b:u8}"},
                                  {"duration<f32,1/1>", "duration<f64,1/1>"}}) {
        for (const char* const codec : {"json", "json+zstd", "cbor"}) {
            INFO(was << " " << codec);
            CHECK(refusals(info_of({kId, {"x", was}}, codec), info_of({kId, {"x", is}}, codec)).size() ==
                  (std::string_view(codec) == "cbor" ? 0 : 1));
        }
    }
    CHECK(refusals(info_of({kId, {"x", "f32"}}, "json"), info_of({kId, {"x", "optional<f32>"}}, "json")).empty());
    CHECK(refusals(info_of({kId, {"x", "u8"}}, "json"), info_of({kId, {"x", "u32"}}, "json")).empty());
}

TEST_CASE("names of tables that are too long are refused by name, and other names may be of any length") {
    const StorePath store;
    const std::string name(2000, 'n');
    const std::string long_field(2000, 'f');
    TableInfo info = info_of({kId, {long_field, "u32"}});
    info.indexes.push_back({.name = std::string(2000, 'i'), .columns = {{.name = long_field, .type = "u32"}}});
    static_cast<void>(Database::open(store.path(), std::vector{DynamicTable(info)}));

    const auto open = [&](const std::string& other) {
        info.name = other;
        return caught([&] { static_cast<void>(Database::open(store.path(), std::vector{DynamicTable(info)})); });
    };
    const Caught refused = open(name);
    CHECK(refused.code == ErrorCode::schema);
    CHECK(refused.text.starts_with("table \"nnnnnnnnnn"));
    CHECK(refused.text.size() < 200);
    CHECK(
        holds(refused.text,
              ": its name has 2000 bytes, and in this store names of tables have 1018 at most; give it a shorter"));
    CHECK(open(std::string(1019, 'n')).code == ErrorCode::schema);
    CHECK(open(std::string(1018, 'n')).code == std::nullopt);
    Database db = Database::open<>(store.path());
    CHECK(caught([&] { db.rename_table("things", name); }).text == refused.text);
    CHECK(db.table_names() == std::vector{std::string(1018, 'n'), std::string("things")});
}

}  // namespace cambium::test

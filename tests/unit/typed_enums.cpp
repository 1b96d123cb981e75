// Enumerators that were declared otherwise: keys and indexes hold numbers, JSON holds names.
#include <map>

#include "cambium/codec/compressed.hpp"
#include "cambium/codec/raw.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

enum class Old : std::uint8_t { debug, info, error };
enum class Moved : std::uint8_t { debug, info, warning, error };
enum class Longer : std::uint8_t { debug, info, error, fatal };
enum class Shorter : std::uint8_t { debug, info };
enum class Renamed : std::uint8_t { debug, info, fault };
enum class Kept : std::uint8_t { debug, info, fault };

}  // namespace
}  // namespace cambium::test

template <>
struct cambium::EnumNames<cambium::test::Kept> {
    static constexpr std::pair<cambium::test::Kept, std::string_view> values[] = {
        {cambium::test::Kept::debug, "debug"},
        {cambium::test::Kept::info, "info"},
        {cambium::test::Kept::fault, "error"}};
};

namespace cambium::test {
namespace {

template <class Level>
struct Inner {
    std::optional<Level> level{};
};

template <class Level>
struct Line {
    std::uint32_t id{};
    Level level{};
    std::string text{};
    std::vector<Level> seen{};
    std::map<std::string, Inner<Level>> by{};
    std::variant<std::monostate, Level> what{};

    [[nodiscard]] std::optional<int> inner() const {
        const auto found = by.find("x");
        if (found == by.end() || !found->second.level) return std::nullopt;
        return static_cast<int>(*found->second.level);
    }
    [[nodiscard]] bool is_bad() const { return static_cast<int>(level) > 1; }
    [[nodiscard]] int alternative() const { return what.index() == 0 ? -1 : static_cast<int>(std::get<1>(what)); }
};

template <class Level, class Codec>
struct Lines : Table<"lines", Line<Level>, PrimaryKey<&Line<Level>::id>, Codec,
                     OrderedIndex<"level", &Line<Level>::level>, OrderedIndex<"seen", each<&Line<Level>::seen>>,
                     OrderedIndex<"inner", &Line<Level>::inner>, OrderedIndex<"what", &Line<Level>::alternative>,
                     OrderedIndex<"bad", &Line<Level>::id, where<&Line<Level>::is_bad>>,
                     OrderedIndex<"text", &Line<Level>::text, covering<&Line<Level>::level>>> {};

template <class Level, class Codec>
void fill(const StorePath& store) {
    Database db = Database::open<Lines<Level, Codec>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Lines<Level, Codec>> lines{txn};
        lines.insert({1, Level::error, "a", {Level::info, Level::error}, {{"x", {Level::error}}}, Level::error});
        lines.insert({2, Level::info, "b", {}, {}, {}});
        lines.insert({3, Level::error, "c", {Level::error}, {}, Level::info});
    });
}

template <class... Ts>
void require_sound(Database& db) {
    db.read([](ReadTransaction& txn) { CHECK((verify_indexes<Ts>(txn).ok() && ...)); });
}

/// What opening says.
template <class... Ts>
std::string refusal(const StorePath& store) {
    const Caught what = caught([&] { static_cast<void>(Database::open<Ts...>(store.path())); });
    CHECK(what.code == ErrorCode::schema);
    return what.text;
}

/// Codecs of one's own. They hold what another one does, which nobody knows.
template <class Inner>
struct Wrapped {
    template <class R>
    static void encode(const R& record, std::string& out) {
        Inner::encode(record, out);
    }
    template <class R>
    static void decode(ByteView bytes, R& record) {
        Inner::decode(bytes, record);
    }
};
struct Spelled : Wrapped<Json> {
    static constexpr std::string_view name = "spelled";
    static constexpr bool names_enumerators = true;
};
struct Numbered : Wrapped<Cbor> {
    static constexpr std::string_view name = "numbered";
    static constexpr bool names_enumerators = false;
};
struct Unsaid : Wrapped<Json> {
    static constexpr std::string_view name = "unsaid";
};
struct NoCompressor {
    static constexpr std::string_view name = "none";
};

template <class Level>
struct Marks : Table<"marks", std::string, Key<std::uint32_t, Level>, Json> {};

template <class Level>
struct Pupil {
    std::uint32_t id{};
    std::uint32_t points{};
    [[nodiscard]] Level level() const { return points > 5 ? Level::error : Level::info; }
};
template <class Level>
struct Pupils : Table<"pupils", Pupil<Level>, PrimaryKey<&Pupil<Level>::id>, Cbor,
                      OrderedIndex<"level", &Pupil<Level>::level>> {};

template <class Level>
struct Kind {
    Level level{};
    std::string name{};
};
template <class Level>
struct Kinds : Table<"kinds", Kind<Level>, PrimaryKey<&Kind<Level>::level>, Json> {};
template <class Level>
struct Uses : Table<"uses", Line<Level>, PrimaryKey<&Line<Level>::id>, Json,
                    ForeignKey<"kind", Kinds<Level>, &Line<Level>::level>> {};

Line<Moved> moved(const Line<Old>& old) {
    Line<Moved> line;
    line.id = old.id;
    line.level = old.level == Old::error ? Moved::error : static_cast<Moved>(old.level);
    return line;
}
template <class From>
Line<Moved> from_any(const Line<From>& old) {
    Line<Moved> line;
    line.id = old.id;
    return line;
}
template <class From, auto Function>
struct Migrated
    : Table<"lines", Line<Moved>, PrimaryKey<&Line<Moved>::id>, Cbor, OrderedIndex<"level", &Line<Moved>::level>,
            SchemaVersion<2>, Migration<1, Line<From>, Function>> {};

}  // namespace

TEST_CASE("enumerators of JSON that get other numbers have the indexes built anew that may depend on them") {
    using Before = Lines<Old, Json>;
    using After = Lines<Moved, Json>;
    const StorePath store;
    fill<Old, Json>(store);
    const auto plan = Database::plan<After>(store.path());
    CHECK(plan.refused.empty());
    CHECK(std::count(plan.changes.begin(), plan.changes.end(),
                     "table \"lines\": field \"by{}.level\": enumerators have other numbers") == 1);
    CHECK(std::count(plan.changes.begin(), plan.changes.end(),
                     "table \"lines\": field \"level\": enumerator \"warning\" (2) is new") == 1);
    {
        Database db = Database::open<After>(store.path());
        require_sound<After>(db);
        db.write([](WriteTransaction& txn) {
            Writer<After> lines{txn};
            CHECK(ids(lines.template by<"level">().equal(Moved::error)) == std::vector<std::uint64_t>{1, 3});
            CHECK(lines.template by<"level">().equal(Moved::warning).count() == 0);
            CHECK(lines.template by<"seen">().equal(Moved::error).count() == 2);
            CHECK(lines.template by<"inner">().equal(3).count() == 1);
            CHECK(lines.template by<"what">().equal(3).count() == 1);
            CHECK(lines.template by<"bad">().count() == 2);
            CHECK(lines.erase(1));
            CHECK(lines.template by<"level">().equal(Moved::error).count() == 1);
        });
        require_sound<After>(db);
    }
    CHECK(Database::plan<After>(store.path()).changes.empty());
    CHECK(holds(refusal<Before>(store), "enumerator \"warning\" (2) is no longer declared"));
}

TEST_CASE("a primary key of JSON whose enumerators get other numbers moves, and what refers to it follows") {
    const StorePath store;
    {
        Database db = Database::open<Kinds<Old>, Uses<Old>>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Kinds<Old>>{txn}.insert({Old::error, "bad"});
            Writer<Uses<Old>>{txn}.insert({1, Old::error});
        });
    }
    Database db = Database::open<Kinds<Moved>, Uses<Moved>>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Kinds<Moved>> kinds{txn};
        CHECK(kinds.get(Moved::error)->name == "bad");
        CHECK_FALSE(kinds.get(Moved::warning).has_value());
        kinds.upsert({Moved::error, "worse"});
        CHECK(kinds.count() == 1);
        CHECK(caught([&] { kinds.erase(Moved::error); }).code == ErrorCode::constraint);
        CHECK(Writer<Uses<Moved>>{txn}.erase(1));
        CHECK(kinds.erase(Moved::error));
    });
    require_sound<Kinds<Moved>, Uses<Moved>>(db);
}

TEST_CASE("what a function gives to an index is built anew when its enumerators have other numbers") {
    const StorePath store;
    {
        Database db = Database::open<Pupils<Old>>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Pupils<Old>>{txn}.insert({1, 7}); });
    }
    Database db = Database::open<Pupils<Moved>>(store.path());
    require_sound<Pupils<Moved>>(db);
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<Pupils<Moved>>{txn}.by<"level">().equal(Moved::error).count() == 1);
    });
}

TEST_CASE_TEMPLATE("enumerators that records hold by number keep it", Codec, Cbor, CborNumbered) {
    const StorePath store;
    fill<Old, Codec>(store);
    const std::string text = refusal<Lines<Moved, Codec>>(store);
    CHECK(holds(text, "table \"lines\": field \"level\": enumerator \"error\" (2) is declared as 3"));
    CHECK(holds(text, "EnumNames"));
    CHECK(holds(refusal<Lines<Shorter, Codec>>(store), "enumerator \"error\" (2) is no longer declared"));
    CHECK(Database::plan<Lines<Renamed, Codec>>(store.path()).changes.front() ==
          "table \"lines\": field \"level\": enumerator \"error\" (2) is renamed \"fault\"");
    {
        Database db = Database::open<Lines<Kept, Codec>>(store.path());
        require_sound<Lines<Kept, Codec>>(db);
    }
    {
        Database db = Database::open<Lines<Longer, Codec>>(store.path());
        require_sound<Lines<Longer, Codec>>(db);
    }
    CHECK(holds(refusal<Lines<Old, Codec>>(store), "enumerator \"fatal\" (3) is no longer declared"));
}

TEST_CASE("enumerators that JSON holds stay declared") {
    const StorePath store;
    fill<Old, Json>(store);
    CHECK(holds(refusal<Lines<Shorter, Json>>(store), "records of codec json hold names"));
    CHECK(holds(refusal<Lines<Renamed, Json>>(store), "its number is that of \"fault\""));
    Database db = Database::open<Lines<Kept, Json>>(store.path());
    require_sound<Lines<Kept, Json>>(db);
    db.read([](ReadTransaction& txn) { CHECK(Reader<Lines<Kept, Json>>{txn}.get(1)->level == Kept::fault); });
}

TEST_CASE("a codec of one's own that says that it stores names has enumerators get other numbers") {
    using After = Lines<Moved, Spelled>;
    const StorePath store;
    fill<Old, Spelled>(store);
    CHECK(holds(refusal<Lines<Renamed, Spelled>>(store), "records of codec spelled hold names"));
    Database db = Database::open<After>(store.path());
    require_sound<After>(db);
    db.read([](ReadTransaction& txn) {
        CHECK(ids(Reader<After>{txn}.by<"level">().equal(Moved::error)) == std::vector<std::uint64_t>{1, 3});
    });
    static_assert(codec::kEnumerators<Compressed<Spelled, NoCompressor>> == codec::Enumerators::by_name);
    static_assert(codec::kEnumerators<Compressed<Unsaid, NoCompressor>> == codec::Enumerators::unsaid);
}

TEST_CASE("a codec of one's own that says that it stores numbers lets them have other names") {
    const StorePath store;
    fill<Old, Numbered>(store);
    CHECK(holds(refusal<Lines<Moved, Numbered>>(store), "records of codec numbered hold numbers"));
    Database db = Database::open<Lines<Renamed, Numbered>>(store.path());
    require_sound<Lines<Renamed, Numbered>>(db);
}

TEST_CASE("a codec that does not say how it stores enumerators lets neither names nor numbers change") {
    const StorePath store;
    fill<Old, Unsaid>(store);
    for (const std::string& text : {refusal<Lines<Moved, Unsaid>>(store), refusal<Lines<Renamed, Unsaid>>(store)})
        CHECK(holds(text, "records of codec unsaid hold names or numbers, which it does not say"));
    static_cast<void>(Database::open<Lines<Kept, Unsaid>>(store.path()));
    Database db = Database::open<Lines<Longer, Unsaid>>(store.path());
    require_sound<Lines<Longer, Unsaid>>(db);
}

TEST_CASE("a key outside the record holds numbers, whatever the codec") {
    const StorePath store;
    {
        Database db = Database::open<Marks<Old>>(store.path());
        db.write([](WriteTransaction& txn) { Writer<Marks<Old>>{txn}.put(1, Old::error, "x"); });
    }
    CHECK(holds(refusal<Marks<Moved>>(store),
                "the primary key (key 2): enumerator \"error\" (2) is declared as 3, and keys hold numbers"));
    static_cast<void>(Database::open<Marks<Longer>>(store.path()));
}

TEST_CASE("a migration makes other numbers, and its old record is what the file holds") {
    const StorePath store;
    fill<Old, Cbor>(store);
    CHECK(holds(refusal<Migrated<Moved, &from_any<Moved>>>(store),
                "the old record of Migration<1, ...> is not what the file holds: in field \"level\" enumerator "
                "\"error\" (2) is declared as 3"));
    using After = Migrated<Old, &moved>;
    Database db = Database::open<After>(store.path());
    require_sound<After>(db);
    db.read([](ReadTransaction& txn) {
        CHECK(Reader<After>{txn}.template by<"level">().equal(Moved::error).count() == 2);
    });
}

}  // namespace cambium::test

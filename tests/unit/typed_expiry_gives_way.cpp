// Expired records give way to a write, and to none that is refused; records without an end stay, however a table is
// opened.
#include <functional>

#include "cambium/dynamic.hpp"
#include "cambium/maintenance.hpp"
#include "typed_clock.hpp"

namespace cambium::test {
namespace {

struct Player {
    std::uint64_t id{};
    std::optional<Timestamp> ends{};
    std::optional<std::uint64_t> boss{};
    std::optional<std::string> nick{};
    std::optional<std::string> club{};
    int age{};
    std::uint32_t version{};
    friend bool operator==(const Player&, const Player&) = default;
};
bool is_born(const Player& player) {
    return player.age >= 0;
}
struct Players : Table<"players", Player, PrimaryKey<&Player::id>, Cbor, ExpiresAt<&Player::ends>,
                       ForeignKey<"boss", Players, &Player::boss, set_null>, Unique<"nick", &Player::nick>,
                       OrderedIndex<"club", &Player::club>, Check<"born", &is_born>, NotNull<&Player::club>,
                       RowVersion<&Player::version>> {};

struct Trophy {
    std::uint64_t id{};
    std::optional<std::uint64_t> player{};
    friend bool operator==(const Trophy&, const Trophy&) = default;
};
struct Cups : Table<"cups", Trophy, PrimaryKey<&Trophy::id>, Cbor,
                    ForeignKey<"player", Players, &Trophy::player, cascade_erase>> {};
struct Medals : Table<"medals", Trophy, PrimaryKey<&Trophy::id>, Cbor,
                      ForeignKey<"player", Players, &Trophy::player, set_null>> {};

/// Player 1, who ends at 100, has a cup and a medal; player 2 and 3 stay, and 3 refers to 1.
Database open_filled(const StorePath& store) {
    second = 0;
    Database db = Database::open<Players, Cups, Medals>(store.path());
    db.set_clock(&clock);
    db.write([](WriteTransaction& txn) {
        Writer<Players> players{txn};
        players.insert({.id = 1, .ends = at(100), .nick = "ace", .club = "north"});
        players.insert({.id = 2, .nick = "bee", .club = "north"});
        players.insert({.id = 3, .boss = 1, .nick = "cat", .club = "south"});
        Writer<Cups>{txn}.insert({1, 1});
        Writer<Medals>{txn}.insert({1, 1});
    });
    second = 200;
    return db;
}

std::uint64_t stored_players(ReadTransaction& txn) {
    return txn.store().statistics(txn.store().tree("cambium.table.1")).entries;
}

}  // namespace

TEST_CASE("a write that is refused leaves expired records and what refers to them as they were") {
    const StorePath store;
    using Write = std::function<void(Writer<Players>&, const Player&)>;
    const Write insert = [](Writer<Players>& players, const Player& player) { players.insert(player); };
    const Write upsert = [](Writer<Players>& players, const Player& player) { players.upsert(player); };
    const Write if_absent = [](Writer<Players>& players, const Player& player) {
        (void)players.insert_if_absent(player);
    };
    const Write replace = [](Writer<Players>& players, const Player& player) { (void)players.replace(player); };
    const Write update = [](Writer<Players>& players, const Player& player) {
        (void)players.update(player.id, [&](Player& stored) { stored = player; });
    };
    // What each of them breaks, under the key of the expired record or with its unique value.
    const Player under_key[] = {
        {.id = 1, .boss = 99, .club = "x"},        {.id = 1, .nick = "bee", .club = "x"},
        {.id = 1, .club = "x", .age = -1},         {.id = 1},
        {.id = 1, .club = std::string(5000, 'x')},
    };
    const Player with_value[] = {
        {.id = 2, .boss = 99, .nick = "ace", .club = "x"},
        {.id = 2, .nick = "ace", .club = "x", .age = -1},
        {.id = 2, .nick = "ace"},
        {.id = 2, .nick = "ace", .club = std::string(5000, 'x')},
    };
    Database db = open_filled(store);
    const auto refuse = [&](const Write& write, const Player& player) {
        CAPTURE(player.id);
        db.write([&](WriteTransaction& txn) {
            Writer<Players> players{txn};
            CHECK_THROWS_AS(write(players, player), Error);
            CHECK(stored_players(txn) == 3);
            CHECK(Reader<Cups>{txn}.get(1) == Trophy{1, 1});
            CHECK(Reader<Medals>{txn}.get(1) == Trophy{1, 1});
            CHECK(players.get(3)->boss == 1);
        });
    };
    for (const Player& player : under_key)
        for (const Write& write : {insert, upsert, if_absent}) refuse(write, player);
    for (const Player& player : with_value)
        for (const Write& write : {upsert, replace, update}) refuse(write, player);
    require_indexes<Players, Cups, Medals>(db);
}

TEST_CASE("a record takes the unique value of an expired one that it refers to") {
    using Write = std::function<bool(Writer<Players>&)>;
    const auto changed = [](Writer<Players>& players) {
        Player player = *players.get(3);
        player.nick = "ace";
        return player;
    };
    const Write writes[] = {
        [](Writer<Players>& players) { return players.patch(3, set<&Player::nick>("ace")); },
        [](Writer<Players>& players) { return players.update(3, [](Player& player) { player.nick = "ace"; }); },
        [&](Writer<Players>& players) {
            Player player = changed(players);
            return players.replace(player);
        },
        [&](Writer<Players>& players) {
            Player player = changed(players);
            return players.compare_and_swap(player) == Swap::stored;
        },
    };
    for (const Write& write : writes) {
        const StorePath store;
        Database db = open_filled(store);
        db.write([&](WriteTransaction& txn) {
            Writer<Players> players{txn};
            CHECK(write(players));
            CHECK(stored_players(txn) == 2);
            const Player player = *players.get(3);
            CHECK(player.nick == "ace");
            CHECK(!player.boss);
            CHECK(Reader<Players>{txn}.by<"nick">().get("ace")->id == 3);
            CHECK(Reader<Cups>{txn}.count() == 0);
            CHECK(!Reader<Medals>{txn}.get(1)->player);
        });
        require_indexes<Players, Cups, Medals>(db);
    }
}

TEST_CASE("a write that ends in a conflict or finds no record removes nothing") {
    const StorePath store;
    Database db = open_filled(store);
    db.write([](WriteTransaction& txn) {
        Writer<Players> players{txn};
        const auto require_unchanged = [&] {
            CHECK(stored_players(txn) == 3);
            CHECK(Reader<Cups>{txn}.get(1) == Trophy{1, 1});
            CHECK(Reader<Medals>{txn}.get(1) == Trophy{1, 1});
            CHECK(players.get(3)->boss == 1);
        };
        Player old = *players.get(2);
        --old.version;
        CHECK(caught([&] { (void)players.replace(old); }).code == ErrorCode::conflict);
        CHECK(caught([&] { (void)players.update(old); }).code == ErrorCode::conflict);
        CHECK(players.compare_and_swap(old) == Swap::conflict);
        require_unchanged();
        old.id = 9;
        CHECK(players.compare_and_swap(old) == Swap::absent);
        CHECK_FALSE(players.replace(old));
        CHECK_FALSE(players.patch(9, set<&Player::age>(1)));
        CHECK_FALSE(players.update(9, [](Player& player) { player.age = 1; }));
        CHECK_FALSE(players.insert_if_absent({.id = 2, .club = "x"}));
        CHECK_FALSE(players.erase(9));
        require_unchanged();
        // One that has expired is absent for an erase, and goes with what refers to it.
        CHECK_FALSE(players.erase(1));
        CHECK(stored_players(txn) == 2);
        CHECK(Reader<Cups>{txn}.count() == 0);
    });
    require_indexes<Players, Cups, Medals>(db);
}

namespace {

struct Part {
    std::uint64_t id{};
    std::optional<std::uint64_t> whole{};
    std::vector<std::string> names{};
    std::optional<std::string> code{};
    std::optional<Timestamp> ends{};
};
template <auto Action>
struct Parts
    : Table<"parts", Part, PrimaryKey<&Part::id>, Cbor, ForeignKey<"whole", Parts<Action>, &Part::whole, Action>,
            Unique<"name", each<&Part::names>>, Unique<"code", &Part::code>, ExpiresAt<&Part::ends>> {};

template <auto Action>
void require_values_taken() {
    using Table = Parts<Action>;
    const std::function<void(Writer<Table>&)> writes[] = {
        [](Writer<Table>& parts) {
            parts.insert({.id = 4, .names = {"a", "b", "c"}});
        },
        [](Writer<Table>& parts) {
            parts.insert({.id = 4, .names = {"c", "b", "a"}});
        },
        [](Writer<Table>& parts) { parts.insert({.id = 4, .names = {"a"}, .code = "two"}); },
        [](Writer<Table>& parts) {
            parts.upsert({.id = 1, .names = {"b", "c"}});
        },
        [](Writer<Table>& parts) {
            parts.upsert({.id = 9, .names = {"a", "b", "c"}});
        },
        [](Writer<Table>& parts) { CHECK(parts.replace({.id = 9, .names = {"b"}, .code = "one"})); },
        [](Writer<Table>& parts) {
            CHECK(parts.patch(9, set<&Part::names>(std::vector<std::string>{"a", "b", "c"})));
        },
        [](Writer<Table>& parts) {
            CHECK(parts.update(9, [](Part& part) { part.names = {"a", "b", "c"}; }));
        },
    };
    for (const auto& write : writes) {
        const StorePath store;
        second = 0;
        Database db = Database::open<Table>(store.path(), {}, {}, &clock);
        db.write([](WriteTransaction& txn) {
            Writer<Table> parts{txn};
            parts.insert({.id = 1, .names = {"a"}, .code = "one", .ends = at(100)});
            parts.insert({.id = 2, .whole = 1, .names = {"b"}, .code = "two", .ends = at(100)});
            parts.insert({.id = 3, .whole = 2, .names = {"c"}, .code = "three", .ends = at(100)});
            parts.insert({.id = 9, .names = {"z"}});
        });
        second = 200;
        db.write([&](WriteTransaction& txn) {
            Writer<Table> parts{txn};
            CHECK(caught([&] { write(parts); }).text == "");
            for (const Part& part : parts.all())
                for (const std::string& name : part.names)
                    CHECK(parts.template by<"name">().get(name)->id == part.id);
            static_cast<void>(parts.erase_expired());
            CHECK(stored_players(txn) == parts.count());
        });
        require_indexes<Table>(db);
    }
}

}  // namespace

TEST_CASE("a record takes the unique values of expired ones of which one goes with the other") {
    require_values_taken<cascade_erase>();
    require_values_taken<set_null>();
    require_values_taken<restrict_erase>();
}

TEST_CASE("a table described at run time keeps records without an end") {
    const StorePath store;
    { const Database db = open_filled(store); }
    CHECK(describe(store.path()).back().expires_at == "ends");
    TableInfo plain;
    plain.name = "sessions";
    plain.codec = "cbor";
    for (const char* name : {"id", "ends"})
        plain.fields.push_back({name, std::string_view{name} == "id" ? "u64" : "optional<timestamp>"});
    plain.key = {"id"};
    plain.expires_at = "ends";

    std::vector<DynamicTable> tables{DynamicTable{plain}};
    const StorePath other;
    second = 0;
    Database db = Database::open(other.path(), tables);
    db.set_clock(&clock);
    db.write([&](WriteTransaction& txn) {
        DynamicWriter sessions{txn, tables.front()};
        for (int id = 1; id <= 5; ++id) sessions.insert(Document::object({{"id", id}, {"ends", nullptr}}));
        sessions.insert(Document::object({{"id", 6}, {"ends", std::int64_t{100'000'000'000}}}));
        CHECK(sessions.count() == 6);
    });
    second = 200;
    db.write([&](WriteTransaction& txn) {
        DynamicWriter sessions{txn, tables.front()};
        CHECK(sessions.count() == 5);
        for (int id = 7; id <= 9; ++id) sessions.insert(Document::object({{"id", id}, {"ends", nullptr}}));
        CHECK(sessions.count() == 8);
        CHECK(sessions.collect().size() == 8);
    });
}

TEST_CASE("names of indexes that begin with \"cambium.\" are refused in descriptions") {
    TableInfo info;
    info.name = "t";
    info.codec = "cbor";
    info.fields = {{"id", "u64"}, {"born", "timestamp"}};
    info.key = {"id"};
    info.indexes.push_back({});
    info.indexes.front().name = "cambium.expiry";
    info.indexes.front().columns = {{"born", "timestamp"}};
    CHECK_THROWS_WITH_AS(
        (void)DynamicTable{info},
        "table \"t\": index \"cambium.expiry\": names that begin with \"cambium.\" are the library's "
        "own",
        Error);
}

}  // namespace cambium::test

// Primary keys that the store makes: counted numbers and time-ordered UUIDs.
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Event {
    std::uint64_t id{};
    std::string name{};
    friend bool operator==(const Event&, const Event&) = default;
};
struct Events : Table<"events", Event, PrimaryKey<&Event::id>, AutoIncrement, Cbor, Unique<"name", &Event::name>> {
};
struct PlainEvents : Table<"events", Event, PrimaryKey<&Event::id>, Cbor, Unique<"name", &Event::name>> {};

struct Small {
    std::int8_t id{};
    bool on{};
};
struct Smalls : Table<"smalls", Small, AutoIncrement, PrimaryKey<&Small::id>, Json> {};

struct Session {
    Uuid id{};
    std::string user{};
};
struct Sessions : Table<"sessions", Session, PrimaryKey<&Session::id>, GeneratedUuid, Cbor> {};

template <class... Tables, class Action>
auto in(const std::string& path, Action&& action) {
    Database db = Database::open<Tables...>(path);
    return db.write(action);
}

}  // namespace

TEST_CASE("insert counts up from one, returns the number, and leaves the caller's record alone") {
    const StorePath store;
    Database db = Database::open<Events>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Events> events{txn};
        Event event{.id = 0, .name = "a"};
        const std::uint64_t first = events.insert(event);
        CHECK(first == 1);
        CHECK(event.id == 0);
        CHECK(events.insert({.name = "b"}) == 2);
        CHECK(events.get(2)->name == "b");
        CHECK(events.by<"name">().get("a")->id == 1);
        CHECK(events.insert({.id = 10, .name = "c"}) == 10);
        CHECK(events.insert({.name = "d"}) == 11);
        CHECK(events.insert({.id = 5, .name = "e"}) == 5);
        CHECK(events.insert({.name = "f"}) == 12);
        CHECK(ids(events.all()) == Ids{1, 2, 5, 10, 11, 12});
    });
}

TEST_CASE(
    "no number is given twice, whatever was erased, truncated or refused, and however often the file is opened") {
    const StorePath store;
    const auto add = [](std::string name) {
        return [name](WriteTransaction& txn) { return Writer<Events>{txn}.insert({.name = name}); };
    };
    CHECK(in<Events>(store.path(), add("a")) == 1);
    CHECK(in<Events>(store.path(), add("b")) == 2);
    in<Events>(store.path(), [](WriteTransaction& txn) {
        Writer<Events> events{txn};
        CHECK(events.erase(2));
        CHECK(events.insert({.name = "c"}) == 3);
        CHECK(events.erase(3));
    });
    CHECK(in<Events>(store.path(), add("d")) == 4);
    in<Events>(store.path(), [](WriteTransaction& txn) { Writer<Events>{txn}.truncate(); });
    CHECK(in<Events>(store.path(), add("e")) == 5);
    in<Events>(store.path(), [](WriteTransaction& txn) {
        Writer<Events> events{txn};
        CHECK(caught([&] { events.insert({.name = "e"}); }).code == ErrorCode::constraint);
        CHECK(events.insert({.name = "f"}) == 6);
        events.upsert({.id = 20, .name = "g"});
        CHECK(events.insert_if_absent({.id = 30, .name = "h"}));
        CHECK(events.insert({.name = "i"}) == 31);
    });
}

TEST_CASE("a rollback gives the numbers back") {
    const StorePath store;
    Database db = Database::open<Events>(store.path());
    db.write([](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.insert({.name = "a"}) == 1); });
    db.write([](WriteTransaction& txn) {
        CHECK(Writer<Events>{txn}.insert({.name = "b"}) == 2);
        CHECK(Writer<Events>{txn}.insert({.id = 100, .name = "c"}) == 100);
        txn.abort();
    });
    db.write([](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.insert({.name = "d"}) == 2); });
}

TEST_CASE("a zero key is refused by every write but insert, and nothing changes") {
    const StorePath store;
    Database db = Database::open<Events>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Events> events{txn};
        events.insert({.name = "a"});
        const auto refused = [](const Caught& error) {
            CHECK(error.code == ErrorCode::invalid_argument);
            CHECK(
                holds(error.text, "table \"events\": a zero id asks for the next one, which only insert() gives"));
        };
        refused(caught([&] { events.upsert({.name = "b"}); }));
        refused(caught([&] { events.insert_if_absent({.name = "b"}); }));
        refused(caught([&] { events.replace({.name = "b"}); }));
        CHECK(events.all().collect() == std::vector<Event>{{1, "a"}});
    });
}

TEST_CASE("the count ends with the key's type, and negative keys do not count") {
    const StorePath store;
    Database db = Database::open<Smalls>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Smalls> smalls{txn};
        CHECK(smalls.insert({.id = -7}) == -7);
        CHECK(smalls.insert({}) == 1);
        CHECK(smalls.insert({.id = 126}) == 126);
        CHECK(smalls.insert({}) == 127);
        const Caught error = caught([&] { smalls.insert({}); });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(error.text ==
              "table \"smalls\": every number up to 127 has been given; its primary key id needs a wider type");
        CHECK(smalls.count() == 4);
    });
}

TEST_CASE("a table that was filled without the option counts on from its last key, also after that is erased") {
    const StorePath store;
    in<PlainEvents>(store.path(), [](WriteTransaction& txn) { Writer<PlainEvents>{txn}.insert({7, "a"}); });
    SUBCASE("insert") {
        in<Events>(store.path(),
                   [](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.insert({.name = "b"}) == 8); });
    }
    SUBCASE("erase first") {
        in<Events>(store.path(), [](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.erase(7)); });
        in<Events>(store.path(),
                   [](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.insert({.name = "b"}) == 8); });
    }
    SUBCASE("truncate first") {
        in<Events>(store.path(), [](WriteTransaction& txn) { Writer<Events>{txn}.truncate(); });
        in<Events>(store.path(),
                   [](WriteTransaction& txn) { CHECK(Writer<Events>{txn}.insert({.name = "b"}) == 8); });
    }
}

TEST_CASE("the count of a table has these bytes") {
    const StorePath store;
    Database db = Database::open<Events>(store.path());
    db.write([](WriteTransaction& txn) { Writer<Events>{txn}.insert({.id = 258, .name = "a"}); });
    db.read([](ReadTransaction& txn) {
        const kv::Tree counts = txn.store().tree("cambium.sequences");
        CHECK(txn.store().statistics(counts).entries == 1);
        CHECK(txn.store().get(counts, std::string("\0\0\0\0\0\0\0\1", 8)) == std::string("\0\0\0\0\0\0\1\2", 8));
    });
}

TEST_CASE("numbers are unique among processes") {
    const StorePath store;
    static_cast<void>(Database::open<Events>(store.path()));
    constexpr std::uint64_t kEach = 100;
    pid_t children[3];
    for (pid_t& child : children) {
        child = fork();
        if (child != 0) continue;
        try {
            Database db = Database::open<Events>(store.path());
            for (std::uint64_t i = 0; i < kEach; ++i) {
                db.write([&](WriteTransaction& txn) {
                    Writer<Events>{txn}.insert({.name = std::to_string(getpid()) + "." + std::to_string(i)});
                });
            }
            db.close();
            _exit(0);
        } catch (...) {
            _exit(1);
        }
    }
    for (const pid_t child : children) {
        int status = -1;
        waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    Database db = Database::open<Events>(store.path());
    db.read([](ReadTransaction& txn) {
        const Reader<Events> events{txn};
        CHECK(events.count() == 3 * kEach);
        CHECK(events.last()->id == 3 * kEach);
    });
}

TEST_CASE("generated UUIDs are returned, in order of time, and given ones are kept") {
    const StorePath store;
    Database db = Database::open<Sessions>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        std::vector<Uuid> made;
        for (int i = 0; i < 50; ++i) made.push_back(sessions.insert({.user = "u"}));
        CHECK(sessions.all().keys().collect() == made);
        const Uuid mine = Uuid::v4();
        CHECK(sessions.insert({.id = mine, .user = "v"}) == mine);
        CHECK(sessions.get(mine)->user == "v");
        CHECK(caught([&] { sessions.insert({.id = mine}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { sessions.upsert({.user = "w"}); }).code == ErrorCode::invalid_argument);
        CHECK(sessions.count() == 51);
    });
}

}  // namespace cambium::test

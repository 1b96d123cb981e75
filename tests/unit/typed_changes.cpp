// Hearing of changes: subscriptions of one process, and the durable log that every process reads.
#include <thread>

#include "cambium/change_log.hpp"
#include "cambium/subscription.hpp"
#include "child.hpp"
#include "hex.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

using namespace std::chrono_literals;

struct Flag {
    std::string name{};
    bool on{};
    std::int32_t weight{};
    friend bool operator==(const Flag&, const Flag&) = default;
};
struct Flags : Table<"flags", Flag, PrimaryKey<&Flag::name>, Cbor, OrderedIndex<"weight", &Flag::weight>> {};
struct Logged : Table<"logged", Flag, PrimaryKey<&Flag::name>, Cbor, ChangeLog<>> {};
struct Short : Table<"short", Flag, PrimaryKey<&Flag::name>, Cbor, ChangeLog<KeepChanges<5>>> {};
struct Narrow : Table<"narrow", Flag, PrimaryKey<&Flag::name>, Cbor, ChangeLog<KeepBytes<500>>> {};
struct Brief : Table<"brief", Flag, PrimaryKey<&Flag::name>, Cbor, ChangeLog<KeepSeconds<60>>> {};

std::int64_t seconds_now = 1000;
Timestamp test_clock() noexcept {
    return Timestamp{std::chrono::seconds{seconds_now}};
}

/// A change as one word: "inserted a", "updated a 1>2", "missed 3".
template <class T>
std::string word(const TableChange<T>& change) {
    static const char* const kNames[] = {"", "inserted", "updated", "erased", "expired", "truncated", "missed"};
    std::string text = kNames[static_cast<std::size_t>(change.operation)];
    if (change.operation == Operation::missed) text += " " + std::to_string(change.missed);
    if (change.key) text += " " + *change.key;
    if (change.before) text += " " + std::to_string(change.before->weight);
    if (change.before && change.after) text += ">";
    if (change.after) text += (change.before ? "" : " ") + std::to_string(change.after->weight);
    return text;
}

using Words = std::vector<std::string>;

template <class T>
Words all(Subscription<T>& subscription) {
    Words words;
    while (const auto change = subscription.next()) words.push_back(word(*change));
    return words;
}

template <class T>
void put(Database& db, const std::string& name, std::int32_t weight) {
    db.write([&](WriteTransaction& txn) { Writer<T>{txn}.upsert({name, true, weight}); });
}

template <class T>
Words logged(Database& db, std::uint64_t from = 0) {
    return db.read([&](ReadTransaction& txn) {
        Words words;
        const auto page = ChangeLogReader<T>{txn}.read(from);
        if (page.missed > 0) words.push_back("missed " + std::to_string(page.missed));
        for (const TableChange<T>& change : page.changes) {
            words.push_back(std::to_string(change.position) + " " + word(change));
        }
        return words;
    });
}

}  // namespace

TEST_CASE("a subscription gets every change of its table, once, in order, after the commit") {
    const StorePath store;
    Database db = Database::open<Flags, Logged>(store.path());
    put<Flags>(db, "before", 1);
    Subscription<Flags> changes{db};
    db.write([&](WriteTransaction& txn) {
        Writer<Flags> flags{txn};
        flags.insert({"b", true, 1});
        flags.insert({"a", true, 1});
        flags.update("b", [](Flag& flag) { flag.weight = 2; });
        flags.upsert({"b", true, 2});  // nothing changes
        CHECK_FALSE(flags.erase("none"));
        Writer<Logged>{txn}.insert({"other", true, 1});
        CHECK_FALSE(changes.next().has_value());
    });
    CHECK(all(changes) == Words{"inserted b 1", "inserted a 1", "updated b 1>2"});
    db.write([](WriteTransaction& txn) {
        Writer<Flags>{txn}.erase("a");
        txn.abort();
    });
    db.write([](WriteTransaction& txn) {
        Writer<Flags>{txn}.erase("a");
        Writer<Flags>{txn}.truncate();
    });
    CHECK(all(changes) == Words{"erased a 1", "truncated"});
    const std::uint64_t number = db.environment().newest_transaction();
    put<Flags>(db, "c", 3);
    const auto change = changes.next();
    REQUIRE(change.has_value());
    CHECK(change->transaction == number + 1);
    CHECK(change->after == Flag{"c", true, 3});
    CHECK_FALSE(change->before.has_value());
}

TEST_CASE("a subscription of a key, a prefix or a part of an index gets what enters, stays in and leaves it") {
    const StorePath store;
    Database db = Database::open<Flags>(store.path());
    std::optional<Subscription<Flags>> key;
    std::optional<Subscription<Flags>> prefix;
    std::optional<Subscription<Flags>> heavy;
    db.read([&](ReadTransaction& txn) {
        const Reader<Flags> flags{txn};
        key.emplace(db, flags.equal("ui.dark"));
        prefix.emplace(db, flags.prefix("ui."));
        heavy.emplace(db, flags.by<"weight">().range(10, 20));
    });
    put<Flags>(db, "ui.dark", 1);
    put<Flags>(db, "ui.wide", 15);
    put<Flags>(db, "api", 12);
    put<Flags>(db, "api", 19);
    put<Flags>(db, "api", 20);
    put<Flags>(db, "ui.dark", 10);
    db.write([](WriteTransaction& txn) { Writer<Flags>{txn}.erase("ui.wide"); });
    CHECK(all(*key) == Words{"inserted ui.dark 1", "updated ui.dark 1>10"});
    CHECK(all(*prefix) ==
          Words{"inserted ui.dark 1", "inserted ui.wide 15", "updated ui.dark 1>10", "erased ui.wide 15"});
    CHECK(all(*heavy) == Words{"inserted ui.wide 15", "inserted api 12", "updated api 12>19", "updated api 19>20",
                               "updated ui.dark 1>10", "erased ui.wide 15"});
}

TEST_CASE("a slow subscriber blocks nobody, keeps what fits, and is told how much it missed") {
    const StorePath store;
    Database db = Database::open<Flags>(store.path());
    Subscription<Flags> slow{db, {.capacity = 3}};
    Subscription<Flags> quick{db, {.capacity = 100}};
    for (int i = 0; i < 8; ++i) put<Flags>(db, "a", i);
    CHECK(all(quick).size() == 8);
    CHECK(all(slow) == Words{"inserted a 0", "updated a 0>1", "updated a 1>2", "missed 5"});
    put<Flags>(db, "a", 9);
    CHECK(all(slow) == Words{"updated a 7>9"});
    CHECK(caught([&] { Subscription<Flags>(db, {.capacity = 0}); }).code == ErrorCode::invalid_argument);
    CHECK(caught([&] { Subscription<Logged> none{db}; }).code == ErrorCode::misuse);
}

TEST_CASE("a subscription made inside a write transaction starts with the next one") {
    const StorePath store;
    Database db = Database::open<Flags>(store.path());
    std::optional<Subscription<Flags>> late;
    Subscription<Flags> early{db};
    db.write([&](WriteTransaction& txn) {
        Writer<Flags> flags{txn};
        flags.insert({"a", true, 1});
        late.emplace(db);
        flags.insert({"b", true, 1});
    });
    put<Flags>(db, "c", 1);
    CHECK(all(early) == Words{"inserted a 1", "inserted b 1", "inserted c 1"});
    CHECK(all(*late) == Words{"inserted c 1"});
}

TEST_CASE("changes of many committing threads arrive in commit order, waited for") {
    const StorePath store;
    Database db = Database::open<Flags>(store.path());
    Subscription<Flags> changes{db, {.capacity = 10'000}};
    constexpr int kThreads = 4;
    constexpr int kEach = 100;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&db, t] {
            for (int i = 0; i < kEach; ++i) put<Flags>(db, "t" + std::to_string(t), i);
        });
    }
    std::uint64_t last = 0;
    int out_of_order = 0;
    std::vector<int> next(kThreads, 0);
    for (int got = 0; got < kThreads * kEach; ++got) {
        const auto change = changes.next(1h);
        REQUIRE(change.has_value());
        REQUIRE(change->after.has_value());
        if (change->transaction <= last) ++out_of_order;
        last = change->transaction;
        int& expected = next[static_cast<std::size_t>(change->key->at(1) - '0')];
        if (change->after->weight != expected++) ++out_of_order;
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(out_of_order == 0);
    CHECK_FALSE(changes.next().has_value());
}

TEST_CASE("a subscription is inert in a forked child, and goes on in the parent") {
    const StorePath store;
    Database db = Database::open<Flags>(store.path());
    std::optional<Subscription<Flags>> changes{db};
    put<Flags>(db, "a", 1);
    Child child{[&](const Child::Pipe& pipe) {
        const bool refused = caught([&] { (void)changes->next(); }).code == ErrorCode::misuse;
        changes.reset();
        pipe.send(refused ? 1 : 0);
    }};
    CHECK(child.receive() == 1);
    child.require_success();
    put<Flags>(db, "b", 1);
    CHECK(all(*changes) == Words{"inserted a 1", "inserted b 1"});
}

TEST_CASE("a change log holds every committed change, is part of the transaction, and survives reopening") {
    const StorePath store;
    {
        Database db = Database::open<Logged>(store.path());
        put<Logged>(db, "a", 1);
        db.write([](WriteTransaction& txn) {
            Writer<Logged> flags{txn};
            flags.upsert({"a", true, 2});
            CHECK(ChangeLogReader<Logged>{txn}.next() == 3);
            txn.abort();
        });
        db.write([](WriteTransaction& txn) {
            Writer<Logged> flags{txn};
            CHECK(caught([&] { flags.insert({"a", true, 9}); }).code == ErrorCode::constraint);
            flags.upsert({"a", true, 3});
            flags.erase("a");
        });
    }
    Database db = Database::open<Logged>(store.path());
    CHECK(logged<Logged>(db) == Words{"1 inserted a 1", "2 updated a 1>3", "3 erased a 3"});
    db.write([](WriteTransaction& txn) { Writer<Logged>{txn}.truncate(); });
    CHECK(logged<Logged>(db, 3) == Words{"3 erased a 3", "4 truncated"});
    CHECK(logged<Logged>(db, 5).empty());
    db.read([](ReadTransaction& txn) {
        const ChangeLogReader<Logged> log{txn};
        CHECK(log.first() == 1);
        CHECK(log.next() == 5);
        const auto page = log.read(2, 2);
        CHECK(page.changes.size() == 2);
        CHECK(page.next == 4);
        CHECK(page.missed == 0);
        CHECK(log.read(page.next, 100).next == 5);
        CHECK(log.read(5, 100).next == 5);
        CHECK(log.read(1, 0).changes.empty());
    });
}

TEST_CASE("a change log stays within its limits and tells a reader what is gone") {
    const StorePath store;
    Database db = Database::open<Short, Narrow, Brief>(store.path());
    db.set_clock(&test_clock);
    for (int i = 1; i <= 9; ++i) put<Short>(db, "a", i);
    CHECK(logged<Short>(db, 3) == Words{"missed 2", "5 updated a 4>5", "6 updated a 5>6", "7 updated a 6>7",
                                        "8 updated a 7>8", "9 updated a 8>9"});
    CHECK(logged<Short>(db, 9) == Words{"9 updated a 8>9"});

    for (int i = 0; i < 40; ++i) put<Narrow>(db, "n", i);
    db.read([](ReadTransaction& txn) {
        const kv::Transaction& bytes = txn.store();
        std::uint64_t size = 0;
        kv::Cursor cursor = bytes.cursor(bytes.tree("cambium.log.2"));
        while (cursor.next()) size += cursor.value().size();
        CHECK(size <= 500);
        CHECK(size > 300);
        CHECK(ChangeLogReader<Narrow>{txn}.next() == 41);
    });

    seconds_now = 1000;
    for (int i = 0; i < 4; ++i) put<Brief>(db, "b", i);
    seconds_now = 1060;
    put<Brief>(db, "b", 10);
    CHECK(logged<Brief>(db).size() == 5);
    seconds_now = 1061;
    put<Brief>(db, "b", 11);
    CHECK(logged<Brief>(db) ==  // two at a time
          Words{"missed 2", "3 updated b 1>2", "4 updated b 2>3", "5 updated b 3>10", "6 updated b 10>11"});
    put<Brief>(db, "b", 12);
    CHECK(logged<Brief>(db) == Words{"missed 4", "5 updated b 3>10", "6 updated b 10>11", "7 updated b 11>12"});
    seconds_now = 5000;
    put<Brief>(db, "b", 13);
    put<Brief>(db, "b", 14);
    CHECK(logged<Brief>(db, 8) == Words{"8 updated b 12>13", "9 updated b 13>14"});
}

TEST_CASE("an entry of a change log has these bytes") {
    const StorePath store;
    Database db = Database::open<Logged>(store.path());
    db.set_clock(&test_clock);
    seconds_now = 1000;
    put<Logged>(db, "a", 1);
    put<Logged>(db, "a", 2);
    db.read([](ReadTransaction& txn) {
        const kv::Tree tree = txn.store().tree("cambium.log.1");
        const std::string key("\0\0\0\0\0\0\0\2", 8);
        const std::string entry(txn.store().get(tree, key).value());
        const std::string number = to_hex(entry.substr(16, 1));  // of the transaction
        CHECK(to_hex(entry) ==
              "0200000000000000"
              "0010a5d4e8000000" +
                  number +
                  "00000000000000"
                  "b000000000000000"
                  "0200000000000000"
                  "1400000000000000"
                  "1400000000000000"
                  "6100"
                  "a3626f6ef5646e616d6561616677656967687401"
                  "a3626f6ef5646e616d6561616677656967687402");
    });
}

TEST_CASE("another process follows the log, woken by each commit") {
    const StorePath store;
    static_cast<void>(Database::open<Logged>(store.path()));
    Child writer([&store](Child::Pipe& pipe) {
        Database db = Database::open<Logged>(store.path());
        for (std::uint64_t i = pipe.receive(); i != 0; i = pipe.receive()) {
            put<Logged>(db, "a", static_cast<std::int32_t>(i));
        }
        db.close();
    });
    Database db = Database::open<Logged>(store.path());
    std::uint64_t position = 1;
    std::uint64_t seen = db.environment().newest_transaction();
    for (std::int32_t i = 1; i <= 20; ++i) {
        writer.send(static_cast<std::uint64_t>(i));
        const std::uint64_t newer = db.environment().wait_for_newer(seen, 1h);
        REQUIRE(newer > seen);
        seen = newer;
        const auto page =
            db.read([&](ReadTransaction& txn) { return ChangeLogReader<Logged>{txn}.read(position); });
        REQUIRE(page.changes.size() == 1);
        REQUIRE(page.changes[0].after->weight == i);
        position = page.next;
    }
    writer.send(0);
    writer.require_success();
}

TEST_CASE("a log begun on a populated table, and a damaged entry") {
    struct Later
        : Table<"flags", Flag, PrimaryKey<&Flag::name>, Cbor, OrderedIndex<"weight", &Flag::weight>, ChangeLog<>> {
    };
    const StorePath store;
    {
        Database db = Database::open<Flags>(store.path());
        put<Flags>(db, "a", 1);
    }
    Database db = Database::open<Later>(store.path());
    put<Later>(db, "a", 2);
    CHECK(logged<Later>(db) == Words{"1 updated a 1>2"});
    db.write([](WriteTransaction& txn) {
        auto& bytes = static_cast<kv::WriteTransaction&>(txn.store());
        bytes.put(bytes.tree("cambium.log.1"), std::string("\0\0\0\0\0\0\0\1", 8), "short");
    });
    CHECK(caught([&] { logged<Later>(db); }).code == ErrorCode::corrupt);
}

TEST_CASE("patches, loads, erases of ranges and nested scopes are changes as well") {
    const StorePath store;
    Database db = Database::open<Flags, Logged>(store.path());
    Subscription<Flags> changes{db};
    const auto write = [](WriteTransaction& txn, auto&& writer) {
        writer.load(std::vector<Flag>{{"b", true, 1}, {"a", true, 2}, {"c", true, 3}, {"d", true, 4}});
        CHECK(writer.patch("a", cambium::set<&Flag::weight>(7)));
        CHECK(caught([&] { writer.load(std::vector<Flag>{{"x", true, 1}, {"b", true, 1}}); }).code.has_value());
        CHECK(writer.erase(writer.range("b", "d")) == 2);
        using T = std::remove_reference_t<decltype(writer)>;
        txn.nested([](WriteTransaction& inner) { CHECK(T{inner}.erase("a")); });
        txn.nested([](WriteTransaction& inner) {
            CHECK(T{inner}.erase("d"));
            inner.abort();
        });
    };
    db.write([&](WriteTransaction& txn) {
        Writer<Flags> flags{txn};
        Writer<Logged> logged{txn};
        write(txn, flags);
        write(txn, logged);
    });
    CHECK(all(changes) == Words{"inserted b 1", "inserted a 2", "inserted c 3", "inserted d 4", "updated a 2>7",
                                "erased b 1", "erased c 3", "erased a 7"});
    CHECK(logged<Logged>(db) == Words{"1 inserted b 1", "2 inserted a 2", "3 inserted c 3", "4 inserted d 4",
                                      "5 updated a 2>7", "6 erased b 1", "7 erased c 3", "8 erased a 7"});
}

}  // namespace cambium::test

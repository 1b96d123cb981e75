// Records that end: absent for everything at once, removed in steps, with a clock that stands where a test puts it.
#include <algorithm>

#include "cambium/subscription.hpp"
#include "typed_clock.hpp"

namespace cambium::test {
namespace {

struct Session {
    std::uint64_t id{};
    std::string token{};
    std::string user{};
    std::optional<Timestamp> expires{};
    friend bool operator==(const Session&, const Session&) = default;
};
struct Sessions : Table<"sessions", Session, PrimaryKey<&Session::id>, Cbor, Unique<"token", &Session::token>,
                        OrderedIndex<"user", &Session::user>, ExpiresAt<&Session::expires>> {};
struct Staying : Table<"sessions", Session, PrimaryKey<&Session::id>, Cbor, Unique<"token", &Session::token>,
                       OrderedIndex<"user", &Session::user>> {};

struct Page {
    std::string url{};
    std::string text{};
    Timestamp stale{};
};
struct Pages : Table<"pages", Page, PrimaryKey<&Page::url>, Cbor, ExpiresAt<&Page::stale>> {};

template <class... Tables>
Database open_at(const StorePath& store, std::int64_t now) {
    second = now;
    Database db = Database::open<Tables...>(store.path());
    db.set_clock(&clock);
    return db;
}

/// Entries in the trees of the store underneath: records and times.
std::pair<std::uint64_t, std::uint64_t> stored(Database& db) {
    return db.read([](ReadTransaction& txn) {
        const kv::Transaction& bytes = txn.store();
        return std::pair(bytes.statistics(bytes.tree("cambium.table.1")).entries,
                         bytes.statistics(bytes.tree("cambium.index.1.3")).entries);
    });
}

}  // namespace

TEST_CASE("an expired record is absent for every read, query and count at once") {
    const StorePath store;
    Database db = open_at<Sessions>(store, 100);
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        sessions.insert({1, "one", "ada", at(200)});
        sessions.insert({2, "two", "ada", at(201)});
        sessions.insert({3, "three", "ada", std::nullopt});
        sessions.insert({4, "four", "bob", at(200)});
        CHECK(sessions.count() == 4);
    });
    second = 199;
    ReadTransaction before = db.begin_read();
    second = 200;
    db.read([](ReadTransaction& txn) {
        const Reader<Sessions> sessions{txn};
        CHECK_FALSE(sessions.get(1).has_value());
        CHECK_FALSE(sessions.contains(4));
        CHECK(sessions.contains(2));
        CHECK(sessions.get(3)->token == "three");
        CHECK(ids(sessions.all()) == Ids{2, 3});
        CHECK(ids(sessions.reverse()) == Ids{3, 2});
        CHECK(sessions.all().keys().collect() == Ids{2, 3});
        CHECK(sessions.count() == 2);
        CHECK(sessions.range(1, 3).count() == 1);
        CHECK(sessions.all().skip(1).first()->id == 3);
        CHECK(sessions.all().limit(1).count() == 1);
        CHECK(sessions.first()->id == 2);
        CHECK(sessions.by<"user">().equal("bob").empty());
        CHECK(ids(sessions.by<"user">().equal("ada")) == Ids{2, 3});
        CHECK(sessions.by<"user">().count() == 2);
        CHECK(sessions.by<"user">().all().entries().collect().size() == 2);
        CHECK_FALSE(sessions.by<"token">().get("one").has_value());
        CHECK_FALSE(sessions.by<"token">().contains("four"));
        CHECK(sessions.by<"token">().get("two")->id == 2);
    });
    // What is now was fixed when the transaction began.
    CHECK(Reader<Sessions>{before}.count() == 4);
    CHECK(Reader<Sessions>{before}.by<"token">().get("one")->id == 1);
    before.end();
    CHECK(stored(db) == std::pair<std::uint64_t, std::uint64_t>(4, 3));
}

TEST_CASE("keys and unique columns of expired records are free, and whoever takes them removes the record") {
    const StorePath store;
    Database db = open_at<Sessions>(store, 100);
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        for (std::uint64_t id = 1; id <= 6; ++id) {
            sessions.insert({id, "t" + std::to_string(id), "ada", at(150 + static_cast<std::int64_t>(id))});
        }
        sessions.insert({7, "t7", "ada", std::nullopt});
    });
    second = 1000;
    Subscription<Sessions> changes{db};
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        CHECK_FALSE(sessions.replace({6, "new", "bob", at(2000)}));
        CHECK_FALSE(sessions.erase(5));
        sessions.insert({3, "mine", "bob", at(2000)});                      // a key that was taken
        CHECK(sessions.insert_if_absent({10, "t4", "bob", std::nullopt}));  // a token that was taken
        CHECK(sessions.update(7, [](Session& session) { session.token = "t6"; }));
        CHECK(caught([&] { sessions.insert({11, "t4", "bob", std::nullopt}); }).code == ErrorCode::constraint);
        CHECK(ids(sessions.all()) == Ids{3, 7, 10});
        CHECK(ids(sessions.by<"token">().all()) == Ids{3, 10, 7});
    });
    std::vector<std::uint64_t> expired;
    while (const auto change = changes.next()) {
        if (change->operation == Operation::expired) expired.push_back(change->before->id);
    }
    std::sort(expired.begin(), expired.end());
    CHECK(expired == Ids{1, 2, 3, 4, 5, 6});
    CHECK(stored(db) == std::pair<std::uint64_t, std::uint64_t>(3, 1));
}

TEST_CASE("each write removes two expired records, the oldest first, and erase_expired() as many as asked for") {
    const StorePath store;
    Database db = open_at<Sessions>(store, 0);
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        for (std::uint64_t id = 1; id <= 20; ++id) {
            sessions.insert({id, std::to_string(id), "ada", at(100 - static_cast<std::int64_t>(id))});
        }
    });
    second = 1000;
    db.write([](WriteTransaction& txn) { Writer<Sessions>{txn}.insert({30, "x", "bob", std::nullopt}); });
    CHECK(stored(db).first == 19);
    CHECK(db.read([](ReadTransaction& txn) {
        return txn.store().contains(txn.store().tree("cambium.table.1"), key::encode(std::uint64_t{20}));
    }) == false);
    db.write([](WriteTransaction& txn) { CHECK(Writer<Sessions>{txn}.erase(30)); });
    CHECK(stored(db).first == 16);
    db.write([](WriteTransaction& txn) {
        Writer<Sessions> sessions{txn};
        CHECK(sessions.erase_expired(10) == 10);
        CHECK(sessions.count() == 0);
        CHECK(sessions.erase_expired() == 6);
        CHECK(sessions.erase_expired() == 0);
    });
    CHECK(stored(db) == std::pair<std::uint64_t, std::uint64_t>(0, 0));
}

TEST_CASE("a record that has expired when it is stored is absent at once") {
    const StorePath store;
    Database db = open_at<Pages>(store, 500);
    db.write([](WriteTransaction& txn) {
        Writer<Pages> pages{txn};
        pages.insert({"a", "text", at(500)});
        CHECK_FALSE(pages.get("a").has_value());
        CHECK(pages.count() == 0);
        pages.insert({"a", "text", at(501)});
        CHECK(pages.get("a")->text == "text");
        CHECK(pages.update("a", [](Page& page) { page.stale = at(0); }));
        CHECK_FALSE(pages.contains("a"));
        CHECK_FALSE(pages.update("a", [](Page& page) { page.stale = at(600); }));
        pages.upsert({"a", "again", Timestamp::max()});
        CHECK(pages.count() == 1);
    });
}

TEST_CASE("the option may come and go on a populated table") {
    const StorePath store;
    {
        Database db = open_at<Staying>(store, 0);
        db.write([](WriteTransaction& txn) {
            Writer<Staying>{txn}.insert({1, "a", "ada", at(10)});
            Writer<Staying>{txn}.insert({2, "b", "ada", std::nullopt});
        });
    }
    for (int round = 0; round < 2; ++round) {
        {
            Database db = open_at<Sessions>(store, 10);
            db.read([](ReadTransaction& txn) { CHECK(ids(Reader<Sessions>{txn}.all()) == Ids{2}); });
        }
        Database db = open_at<Staying>(store, 10);
        db.read([](ReadTransaction& txn) { CHECK(ids(Reader<Staying>{txn}.all()) == Ids{1, 2}); });
    }
}

}  // namespace cambium::test

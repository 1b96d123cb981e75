// New fields whose default is not a constant: every old record gets a value once, and keeps it.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "cambium/catalog.hpp"
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Bare {
    std::uint32_t id{};
};
template <class C>
struct Bares : Table<"things", Bare, PrimaryKey<&Bare::id>, C> {};

struct Seen {
    std::uint32_t id{};
    Timestamp seen{now()};
    Uuid token{Uuid::v4()};
};
template <class C>
struct Seens : Table<"things", Seen, PrimaryKey<&Seen::id>, C, OrderedIndex<"seen", &Seen::seen>,
                     Unique<"token", &Seen::token>> {};

template <class C>
void fill(const StorePath& store) {
    Database db = Database::open<Bares<C>>(store.path());
    db.write([](WriteTransaction& txn) {
        for (std::uint32_t id = 0; id < 20; ++id) Writer<Bares<C>>{txn}.insert({id});
    });
}

template <class T>
std::vector<Timestamp> times(Database& db) {
    return db.read([](ReadTransaction& txn) {
        CHECK(verify_indexes<T>(txn).ok());
        std::vector<Timestamp> result;
        for (const auto& record : Reader<T>{txn}) result.push_back(record.seen);
        return result;
    });
}

}  // namespace

TEST_CASE_TEMPLATE("records that were stored before get the time and the id of the opening, for good", C, Cbor,
                   Json, CborNumbered) {
    const StorePath store;
    fill<C>(store);
    const SchemaReport report = Database::plan<Seens<C>>(store.path());
    CHECK(report.refused.empty());
    CHECK(
        std::count(report.changes.begin(), report.changes.end(),
                   "table \"things\": records are written anew, as the default of field \"seen\" is not always the "
                   "same: each keeps what it is now") == 1);
    const Timestamp before = now();
    Database first = Database::open<Seens<C>>(store.path());
    const std::vector<Timestamp> stored = times<Seens<C>>(first);
    const Timestamp after = now();
    REQUIRE(stored.size() == 20);
    for (const Timestamp time : stored) {
        CHECK(time >= before);
        CHECK(time <= after);
    }
    const std::vector<TableInfo> catalog = describe(first.begin_read().store());
    // Others open it, and the first goes on.
    for (int round = 0; round < 2; ++round) {
        Database other = Database::open<Seens<C>>(store.path());
        CHECK(times<Seens<C>>(other) == stored);
        CHECK(times<Seens<C>>(first) == stored);
    }
    CHECK(describe(first.begin_read().store()) == catalog);
    first.close();
    CHECK(Database::plan<Seens<C>>(store.path()).changes.empty());
    Database reader = Database::open<Seens<C>>(store.path(), {.read_only = true});
    CHECK(times<Seens<C>>(reader) == stored);
    reader.read([](ReadTransaction& txn) {
        std::set<std::string> tokens;
        for (const Seen& record : Reader<Seens<C>>{txn}) tokens.insert(record.token.to_string());
        CHECK(tokens.size() == 20);
    });
}

TEST_CASE("of several processes that add the field at once, one does") {
    const StorePath store;
    fill<Cbor>(store);
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                Database db = Database::open<Seens<Cbor>>(store.path());
                const bool is_sound =
                    db.read([](ReadTransaction& txn) { return verify_indexes<Seens<Cbor>>(txn).ok(); });
                db.close();
                _exit(is_sound ? 0 : 1);
            } catch (const std::exception&) {
                _exit(2);
            }
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    Database db = Database::open<Seens<Cbor>>(store.path());
    CHECK(times<Seens<Cbor>>(db).size() == 20);
}

namespace {

struct Dated {
    std::uint32_t id{};
    std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
    std::uint32_t constant = 5;
};
struct Dateds : Table<"things", Dated, PrimaryKey<&Dated::id>, Cbor> {};
struct Constant {
    std::uint32_t id{};
    std::uint32_t constant = 5;
};
struct Constants : Table<"things", Constant, PrimaryKey<&Constant::id>, Cbor> {};
struct Filled {
    std::uint32_t id{};
    std::uint32_t constant = 5;
    Timestamp seen{std::chrono::nanoseconds{1}};
};
struct Filleds : Table<"things", Filled, PrimaryKey<&Filled::id>, Cbor, OrderedIndex<"seen", &Filled::seen>> {};
struct Refilled {
    std::uint32_t id{};
    std::uint32_t constant = 5;
    Timestamp seen{now()};
};
struct Refilleds
    : Table<"things", Refilled, PrimaryKey<&Refilled::id>, Cbor, OrderedIndex<"seen", &Refilled::seen>> {};

template <class T>
bool rewrites(const StorePath& store) {
    for (const std::string& change : Database::plan<T>(store.path()).changes)
        if (holds(change, "records are written anew")) return true;
    return false;
}

}  // namespace

TEST_CASE("a clock that counts seconds is one too, and a constant is not") {
    const StorePath store;
    fill<Cbor>(store);
    CHECK(rewrites<Dateds>(store));
    CHECK_FALSE(rewrites<Constants>(store));
    static_cast<void>(Database::open<Dateds>(store.path()));
    CHECK(Database::plan<Dateds>(store.path()).changes.empty());
}

TEST_CASE("a field that is there may get such a default; one that was added later is written then") {
    const StorePath store;
    fill<Cbor>(store);
    static_cast<void>(Database::open<Filleds>(store.path()));
    CHECK(rewrites<Refilleds>(store));
    const Timestamp before = now();
    {
        Database db = Database::open<Refilleds>(store.path());
        for (const Timestamp time : times<Refilleds>(db)) CHECK(time >= before);
    }
    CHECK(Database::plan<Refilleds>(store.path()).changes.empty());
    CHECK(Database::plan<Filleds>(store.path()).changes.empty());
}

}  // namespace cambium::test

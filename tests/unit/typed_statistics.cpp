// What a transaction says of itself: its time, and the figures of what it wrote.
#include <thread>

#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Ticket {
    std::uint64_t id{};
    std::optional<Timestamp> ends{};
};
struct Tickets : Table<"tickets", Ticket, PrimaryKey<&Ticket::id>, Cbor, ExpiresAt<&Ticket::ends>> {};

std::int64_t second = 0;
int asked = 0;
Timestamp clock() noexcept {
    ++asked;
    return Timestamp{std::chrono::seconds{second}};
}
Timestamp at(std::int64_t seconds) {
    return Timestamp{std::chrono::seconds{seconds}};
}

template <class... Tables>
Database open_at(const StorePath& store, std::int64_t now) {
    second = now;
    asked = 0;
    Database db = Database::open<Tables...>(store.path());
    db.set_clock(&clock);
    return db;
}

}  // namespace

TEST_CASE("a write transaction has the time at which it began, and its nested ones have it too") {
    const StorePath store;
    Database db = open_at<Customers>(store, 100);
    WriteTransaction txn = db.begin_write();
    second = 200;
    CHECK(txn.now() == at(100));
    {
        WriteTransaction nested = txn.begin_nested();
        CHECK(nested.now() == at(100));
        ReadTransaction& read = nested;
        CHECK(read.now() == at(100));
        nested.commit();
        CHECK(nested.now() == at(100));
    }
    txn.commit();
    CHECK(txn.now() == at(100));
    CHECK(asked == 1);
}

TEST_CASE("what is erased counts, whichever call erases it") {
    const StorePath store;
    Database db = open_at<Customers, Tickets>(store, 100);
    WriteTransaction txn = db.begin_write();
    Writer<Customers> customers{txn};
    for (std::uint64_t id = 1; id <= 5; ++id) customers.insert(customer(id, std::to_string(id)));
    CHECK(customers.erase(5));
    CHECK(txn.statistics().records_erased == 1);
    CHECK(txn.statistics().index_entries_erased == 2);
    CHECK(customers.erase(customers.from(4)) == 1);
    CHECK(txn.statistics().records_erased == 2);
    CHECK(txn.statistics().index_entries_erased == 4);
    txn.nested([](WriteTransaction& inner) { Writer<Customers>{inner}.truncate(); });
    CHECK(txn.statistics().records_erased == 5);
    CHECK(txn.statistics().index_entries_erased == 10);
    txn.commit();

    db.write([](WriteTransaction& first) { Writer<Tickets>{first}.insert({1, at(150)}); });
    second = 200;
    db.write([](WriteTransaction& later) {
        CHECK(Writer<Tickets>{later}.erase_expired() == 1);
        CHECK(later.statistics().records_erased == 1);
        CHECK(later.statistics().index_entries_erased == 1);
    });
}

TEST_CASE("a snapshot has one time: of its begin where records end, else of the first question") {
    const StorePath store;
    {
        Database db = open_at<Customers>(store, 100);
        ReadTransaction quiet = db.begin_read();
        quiet.end();
        CHECK(asked == 0);
        ReadTransaction asking = db.begin_read();
        second = 101;
        CHECK(asking.now() == at(101));
        second = 102;
        CHECK(asking.now() == at(101));
        asking.end();
        CHECK(asking.now() == at(101));
        CHECK(asked == 1);
    }
    Database db = open_at<Tickets>(store, 300);
    db.write([](WriteTransaction& txn) { Writer<Tickets>{txn}.insert({1, at(301)}); });
    ReadTransaction snapshot = db.begin_read();
    second = 301;
    CHECK(snapshot.now() == at(300));
    CHECK(Reader<Tickets>{snapshot}.contains(1));
    ReadTransaction later = db.begin_read();
    CHECK(later.now() == at(301));
    CHECK_FALSE(Reader<Tickets>{later}.contains(1));
}

TEST_CASE("the time at which everything began is a time too") {
    const StorePath store;
    Database db = open_at<Customers>(store, 0);
    ReadTransaction snapshot = db.begin_read();
    CHECK(snapshot.now() == at(0));
    second = 5;
    CHECK(snapshot.now() == at(0));
}

TEST_CASE("what a commit wrote can be read after it") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    const kv::EnvironmentStatistics before = db.environment().statistics();
    WriteTransaction txn = db.begin_write();
    Writer<Customers> customers{txn};
    for (std::uint64_t id = 1; id <= 2000; ++id) customers.insert(customer(id, std::to_string(id)));
    const WriteStatistics during = txn.statistics();
    CHECK(during.records_written == 2000);
    CHECK(during.index_entries_written == 4000);
    CHECK(during.pages_written == 0);
    CHECK(during.bytes_written == 0);
    CHECK(during.duration.count() > 0);
    CHECK(txn.statistics().duration >= during.duration);
    txn.commit();

    const WriteStatistics final = txn.statistics();
    const kv::EnvironmentStatistics after = db.environment().statistics();
    CHECK(final.records_written == 2000);
    CHECK(final.index_entries_written == 4000);
    CHECK(final.pages_written > 2000 * 20 / 4096);
    CHECK(final.pages_written == after.pages_written - before.pages_written);
    CHECK(final.bytes_written >= final.pages_written * after.page_size_bytes);
    CHECK(final.bytes_written <= after.bytes_written - before.bytes_written);
    CHECK(final.duration >= during.duration);
    CHECK(txn.statistics().duration == final.duration);

    // Another one does not change them, whatever thread it is on.
    std::thread([&db] {
        db.write([](WriteTransaction& other) { Writer<Customers>{other}.insert(customer(5000, "other")); });
    }).join();
    CHECK(txn.statistics().pages_written == final.pages_written);
    CHECK(txn.statistics().duration == final.duration);
}

TEST_CASE("nothing is written by a transaction that changes nothing, is rolled back or is nested") {
    const StorePath store;
    Database db = Database::open<Customers>(store.path());
    WriteTransaction nothing = db.begin_write();
    nothing.commit();
    CHECK(nothing.statistics().pages_written == 0);
    CHECK(nothing.statistics().bytes_written == 0);
    CHECK(nothing.statistics().duration.count() > 0);

    WriteTransaction back = db.begin_write();
    Writer<Customers>{back}.insert(customer(1, "a"));
    back.abort();
    const WriteStatistics undone = back.statistics();
    CHECK(undone.records_written == 1);
    CHECK(undone.pages_written == 0);
    back.abort();
    CHECK(back.statistics().duration == undone.duration);

    WriteTransaction outer = db.begin_write();
    {
        WriteTransaction nested = outer.begin_nested();
        Writer<Customers>{nested}.insert(customer(1, "a"));
        nested.commit();
        CHECK(nested.statistics().records_written == 1);
        CHECK(nested.statistics().pages_written == 0);
        CHECK(outer.statistics().duration >= nested.statistics().duration);
    }
    CHECK(outer.statistics().records_written == 1);
    outer.commit();
    CHECK(outer.statistics().records_written == 1);
    CHECK(outer.statistics().pages_written > 0);
    CHECK(caught([&] { outer.commit(); }).code == ErrorCode::misuse);
    CHECK(outer.statistics().pages_written > 0);
}

TEST_CASE("a commit that is refused has final figures, and has written nothing") {
    const StorePath store;
    kv::Options options;
    options.size_limit_bytes = std::uint64_t{2} << 20;
    Database db = Database::open<Customers>(store.path(), options);
    WriteTransaction txn = db.begin_write();
    Writer<Customers>{txn}.insert(customer(1, "a"));
    for (std::uint64_t id = 2; id < 40000; ++id) Writer<Customers>{txn}.insert(customer(id, std::to_string(id)));
    CHECK(caught([&] { txn.commit(); }).code == ErrorCode::full);
    CHECK(txn.statistics().pages_written == 0);
    const auto duration = txn.statistics().duration;
    CHECK(txn.statistics().duration == duration);
    CHECK(db.read([](ReadTransaction& read) { return Reader<Customers>{read}.count(); }) == 0);
}

}  // namespace cambium::test

// Records that end among foreign keys, and in the way of rules and indexes that a later declaration adds.
#include <algorithm>
#include <random>

#include "cambium/change_log.hpp"
#include "cambium/maintenance.hpp"
#include "cambium/subscription.hpp"
#include "seed.hpp"
#include "typed_clock.hpp"

namespace cambium::test {
namespace {

struct Room {
    std::uint64_t id{};
    std::string name{};
    std::optional<Timestamp> closes{};
    friend bool operator==(const Room&, const Room&) = default;
};
struct Rooms : Table<"rooms", Room, PrimaryKey<&Room::id>, Cbor, ExpiresAt<&Room::closes>> {};

struct Seat {
    std::uint64_t id{};
    std::optional<std::uint64_t> room{};
    std::string note{};
    std::optional<Timestamp> ends{};
    friend bool operator==(const Seat&, const Seat&) = default;
};
template <auto... Actions>
struct SeatsWith : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor,
                         ForeignKey<"room", Rooms, &Seat::room, Actions...>, ExpiresAt<&Seat::ends>> {};
using Seats = SeatsWith<>;
using CascadingSeats = SeatsWith<cascade_erase>;

bool has_room(const Seat& seat) {
    return seat.room.has_value();
}
struct StrictSeats : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor,
                           ForeignKey<"room", Rooms, &Seat::room, set_null>, Check<"has_room", &has_room>> {};

struct Cushion {
    std::uint64_t id{};
    std::uint64_t seat{};
};
template <auto... Actions>
struct CushionsWith : Table<"cushions", Cushion, PrimaryKey<&Cushion::id>, Cbor,
                            ForeignKey<"seat", CascadingSeats, &Cushion::seat, Actions...>> {};

struct Locker {
    std::uint64_t id{};
    std::uint64_t room{};
};
struct Lockers : Table<"lockers", Locker, PrimaryKey<&Locker::id>, Cbor,
                       ForeignKey<"room", Rooms, &Locker::room, cascade_erase>> {};

struct Node {
    std::uint64_t id{};
    std::optional<std::uint64_t> parent{};
    std::optional<Timestamp> ends{};
};
struct Nodes : Table<"nodes", Node, PrimaryKey<&Node::id>, Cbor, ForeignKey<"parent", Nodes, &Node::parent>,
                     ExpiresAt<&Node::ends>> {};
struct Leaf {
    std::uint64_t id{};
    std::uint64_t node{};
};
struct Leaves
    : Table<"leaves", Leaf, PrimaryKey<&Leaf::id>, Cbor, ForeignKey<"node", Nodes, &Leaf::node, cascade_erase>> {};

// The same tables a version later.
struct NamedRoom {
    std::uint64_t id{};
    std::string title{};
    std::optional<Timestamp> closes{};
};
NamedRoom with_title(const Room& room) {
    return {room.id, "room " + room.name, room.closes};
}
struct NamedRooms : Table<"rooms", NamedRoom, PrimaryKey<&NamedRoom::id>, Cbor, ExpiresAt<&NamedRoom::closes>,
                          SchemaVersion<2>, Migration<1, Room, &with_title>> {};
struct SeatsOfNamed : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor, ForeignKey<"room", NamedRooms, &Seat::room>,
                            ExpiresAt<&Seat::ends>> {};
struct PricedSeat {
    std::uint64_t id{};
    std::optional<std::uint64_t> room{};
    std::uint32_t price{};
};
PricedSeat with_price(const Seat& seat) {
    return {seat.id, seat.room, 5};
}
template <auto... Actions>
struct PricedSeats : Table<"seats", PricedSeat, PrimaryKey<&PricedSeat::id>, Cbor,
                           ForeignKey<"room", NamedRooms, &PricedSeat::room, Actions...>, SchemaVersion<2>,
                           Migration<1, Seat, &with_price>, Dropped<"note">, Dropped<"ends">> {};
struct SeatsOfOther : Table<"seats", PricedSeat, PrimaryKey<&PricedSeat::id>, Cbor,
                            ForeignKey<"place", NamedRooms, &PricedSeat::room>, SchemaVersion<2>,
                            Migration<1, Seat, &with_price>, Dropped<"note">, Dropped<"ends">> {};

template <class... Tables>
Database open_at(const StorePath& store, std::int64_t now) {
    second = now;
    Database db = Database::open<Tables...>(store.path());
    db.set_clock(&clock);
    return db;
}

/// How many records of a table are stored, expired ones too.
std::uint64_t stored(ReadTransaction& txn, const char* tree) {
    return txn.store().statistics(txn.store().tree(tree)).entries;
}
std::uint64_t stored(Database& db, const char* tree) {
    return db.read([&](ReadTransaction& txn) { return stored(txn, tree); });
}
constexpr const char* kRooms = "cambium.table.1";
constexpr const char* kSeats = "cambium.table.2";

/// Rooms 1 and 2, of which 1 closes at 100; seats 10 and 11 in room 1, 12 in room 2, 13 in none.
template <class SeatTable>
void fill(Database& db) {
    db.write([](WriteTransaction& txn) {
        Writer<Rooms> rooms{txn};
        rooms.insert({1, "one", at(100)});
        rooms.insert({2, "two", std::nullopt});
        Writer<SeatTable> seats{txn};
        seats.insert({10, 1, "a", std::nullopt});
        seats.insert({11, 1, "b", std::nullopt});
        seats.insert({12, 2, "c", std::nullopt});
        seats.insert({13, std::nullopt, "d", std::nullopt});
    });
}

template <class SeatTable>
std::vector<Seat> seats_of(Database& db) {
    return db.read([](ReadTransaction& txn) { return Reader<SeatTable>{txn}.all().collect(); });
}

}  // namespace

// ---- Foreign keys -----------------------------------------------------------------------------------------

TEST_CASE("a record cannot be made to refer to an expired one") {
    const StorePath store;
    Database db = open_at<Rooms, Seats>(store, 0);
    fill<Seats>(db);
    second = 99;
    db.write([](WriteTransaction& txn) { Writer<Seats>{txn}.insert({20, 1, "", std::nullopt}); });
    second = 100;
    db.write([](WriteTransaction& txn) {
        Writer<Seats> seats{txn};
        const auto refused = [&](std::uint64_t seat, std::uint64_t room, auto&& call) {
            const Caught error = caught(call);
            CHECK(error.code == ErrorCode::constraint);
            CHECK(error.text == "table \"seats\", foreign key \"room\": the record with id " +
                                    std::to_string(seat) + " refers to id " + std::to_string(room) +
                                    ", which table \"rooms\" does not have");
        };
        refused(21, 9, [&] { seats.insert({21, 9, "", std::nullopt}); });  // never there
        refused(21, 1, [&] { seats.insert({21, 1, "", std::nullopt}); });  // expired
        refused(12, 1, [&] { seats.upsert({12, 1, "", std::nullopt}); });
        refused(12, 1, [&] { seats.replace({12, 1, "", std::nullopt}); });
        refused(12, 1, [&] { seats.patch(12, set<&Seat::room>(std::uint64_t{1})); });
        refused(13, 1, [&] { seats.update(13, [](Seat& seat) { seat.room = 1; }); });
        refused(22, 1, [&] { seats.load(std::vector<Seat>{{22, 1, "", std::nullopt}}); });
        // Who refers to it already may change otherwise.
        CHECK(seats.patch(10, set<&Seat::note>("changed")));
        CHECK(seats.patch(11, set<&Seat::room>(std::uint64_t{2})));
        CHECK(seats.count() == 5);
    });
    CHECK(stored(db, kRooms) == 2);  // seats are another table: nothing was removed
    require_indexes<Rooms, Seats>(db);
}

TEST_CASE("a record that is stored when it has expired already is nothing to refer to") {
    const StorePath store;
    Database db = open_at<Rooms, Seats>(store, 500);
    db.write([](WriteTransaction& txn) {
        Writer<Rooms>{txn}.insert({1, "past", at(500)});
        CHECK(caught([&] { Writer<Seats>{txn}.insert({1, 1, "", std::nullopt}); }).code == ErrorCode::constraint);
        Writer<Rooms>{txn}.insert({1, "future", at(501)});
        Writer<Seats>{txn}.insert({1, 1, "", std::nullopt});
    });
    require_indexes<Rooms, Seats>(db);
}

TEST_CASE("a deferred foreign key looks at times when it is checked by the commit") {
    using LateSeats = SeatsWith<deferred>;
    const StorePath store;
    Database db = open_at<Rooms, LateSeats>(store, 0);
    fill<LateSeats>(db);
    second = 100;
    const auto commit = [&](auto&& body) { return caught([&] { db.write(body); }); };
    CHECK(commit([](WriteTransaction& txn) {
              Writer<LateSeats>{txn}.insert({20, 1, "", std::nullopt});
          }).code == ErrorCode::constraint);
    CHECK_FALSE(commit([](WriteTransaction& txn) {
                    Writer<LateSeats>{txn}.insert({20, 1, "", std::nullopt});
                    Writer<Rooms>{txn}.insert({1, "again", std::nullopt});
                }).code);
    // What has expired itself refers to nothing wrong.
    CHECK_FALSE(commit([](WriteTransaction& txn) { Writer<LateSeats>{txn}.insert({21, 7, "", at(50)}); }).code);
    // Erased, and there again only as a record that has expired.
    CHECK(commit([](WriteTransaction& txn) {
              Writer<Rooms>{txn}.erase(2);
              Writer<Rooms>{txn}.insert({2, "past", at(1)});
          }).code == ErrorCode::constraint);
    // Who refers to what was erased has expired by the commit, and is still there: others expired before.
    db.write([](WriteTransaction& txn) {
        for (std::uint64_t id = 30; id < 34; ++id) Writer<LateSeats>{txn}.insert({id, std::nullopt, "", at(120)});
    });
    second = 130;
    CHECK_FALSE(commit([](WriteTransaction& txn) {
                    Writer<Rooms>{txn}.erase(2);
                    Writer<LateSeats>{txn}.patch(12, set<&Seat::ends>(at(125)));
                    CHECK(txn.store().contains(txn.store().tree(kSeats), key::encode(std::uint64_t{12})));
                }).code);
    require_indexes<Rooms, LateSeats>(db);
}

TEST_CASE("what refers to a record that expires is cascaded when that is removed") {
    using Cushions = CushionsWith<cascade_erase>;
    const StorePath store;
    Database db = open_at<Rooms, CascadingSeats, Cushions>(store, 0);
    fill<CascadingSeats>(db);
    db.write([](WriteTransaction& txn) {
        Writer<Cushions> cushions{txn};
        cushions.insert({1, 10});
        cushions.insert({2, 12});
        Writer<CascadingSeats>{txn}.insert({14, 1, "ended", at(100)});
        cushions.insert({3, 14});
    });
    second = 100;
    Subscription<Rooms> rooms{db};
    Subscription<CascadingSeats> seats{db};
    CHECK(seats_of<CascadingSeats>(db).size() == 4);  // not removed yet
    db.write([](WriteTransaction& txn) { Writer<Rooms>{txn}.insert({3, "three", std::nullopt}); });
    CHECK(ids(seats_of<CascadingSeats>(db)) == Ids{12, 13});
    CHECK(stored(db, kRooms) == 2);
    CHECK(stored(db, kSeats) == 2);
    CHECK(db.read([](ReadTransaction& txn) { return ids(Reader<Cushions>{txn}.all()); }) == Ids{2});
    CHECK(rooms.next()->operation == Operation::inserted);
    CHECK(rooms.next()->operation == Operation::expired);
    std::vector<std::pair<std::uint64_t, Operation>> changes;
    while (const auto change = seats.next()) changes.emplace_back(change->before->id, change->operation);
    std::sort(changes.begin(), changes.end());
    CHECK(changes == std::vector<std::pair<std::uint64_t, Operation>>{
                         {10, Operation::erased}, {11, Operation::erased}, {14, Operation::expired}});
    require_indexes<Rooms, CascadingSeats, Cushions>(db);
}

TEST_CASE("what refers to a record that expires is set to null when that is removed") {
    using FreeSeats = SeatsWith<set_null>;
    const StorePath store;
    Database db = open_at<Rooms, FreeSeats>(store, 0);
    fill<FreeSeats>(db);
    second = 100;
    db.write([](WriteTransaction& txn) { CHECK(Writer<Rooms>{txn}.erase_expired() == 1); });
    const std::vector<Seat> seats = seats_of<FreeSeats>(db);
    CHECK(ids(seats) == Ids{10, 11, 12, 13});
    CHECK_FALSE(seats[0].room.has_value());
    CHECK_FALSE(seats[1].room.has_value());
    CHECK(seats[2].room == 2);
    CHECK(stored(db, kRooms) == 1);
    require_indexes<Rooms, FreeSeats>(db);
}

TEST_CASE("who would refuse an erase is left when time removes the record") {
    const StorePath store;
    Database db = open_at<Rooms, Seats>(store, 0);
    fill<Seats>(db);
    CHECK(caught([&] { db.write([](WriteTransaction& txn) { Writer<Rooms>{txn}.erase(1); }); }).code ==
          ErrorCode::constraint);
    second = 100;
    const std::vector<Seat> before = seats_of<Seats>(db);
    db.write([](WriteTransaction& txn) { CHECK(Writer<Rooms>{txn}.erase_expired() == 1); });
    CHECK(seats_of<Seats>(db) == before);
    CHECK(stored(db, kRooms) == 1);
    db.write([](WriteTransaction& txn) {
        CHECK(Writer<Seats>{txn}.patch(10, set<&Seat::note>("still here")));
        Writer<Rooms>{txn}.insert({1, "another", std::nullopt});
        CHECK(Writer<Seats>{txn}.by<"room">().equal(1).count() == 2);
        CHECK(caught([&] { Writer<Rooms>{txn}.erase(1); }).code == ErrorCode::constraint);
    });
    require_indexes<Rooms, Seats>(db);
}

TEST_CASE("what time has left without a target does not stand against a migration of either table") {
    const StorePath store;
    {
        Database db = open_at<Rooms, Seats>(store, 0);
        fill<Seats>(db);
        second = 100;
        db.write([](WriteTransaction& txn) { CHECK(Writer<Rooms>{txn}.erase_expired() == 1); });
    }
    {
        Database db = open_at<NamedRooms, SeatsOfNamed>(store, 100);
        CHECK(seats_of<SeatsOfNamed>(db).size() == 4);
        require_indexes<NamedRooms, SeatsOfNamed>(db);
    }
    // A key that takes others along has nothing that refers to nothing, and a new one is verified as ever.
    CHECK(caught([&] { open_at<NamedRooms, PricedSeats<cascade_erase>>(store, 100); }).code ==
          ErrorCode::constraint);
    CHECK(caught([&] { open_at<NamedRooms, SeatsOfOther>(store, 100); }).code == ErrorCode::constraint);
    Database db = open_at<NamedRooms, PricedSeats<>>(store, 100);
    db.write([](WriteTransaction& txn) {
        Writer<PricedSeats<>> seats{txn};
        CHECK(seats.get(10).value().room == 1);
        CHECK(seats.get(12).value().price == 5);
        CHECK(caught([&] { seats.insert({14, 1, 5}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { Writer<NamedRooms>{txn}.erase(2); }).code == ErrorCode::constraint);
    });
    require_indexes<NamedRooms, PricedSeats<>>(db);
}

TEST_CASE("who would refuse an erase does not keep others from going along with the expired record") {
    const StorePath store;
    Database db = open_at<Rooms, Seats, Lockers>(store, 0);
    fill<Seats>(db);
    db.write([](WriteTransaction& txn) {
        Writer<Lockers>{txn}.insert({1, 1});
        Writer<Lockers>{txn}.insert({2, 2});
    });
    second = 100;
    db.write([](WriteTransaction& txn) {
        CHECK(Writer<Rooms>{txn}.erase_expired() == 1);
        CHECK(ids(Reader<Seats>{txn}.all()) == Ids{10, 11, 12, 13});
        CHECK(ids(Reader<Lockers>{txn}.all()) == Ids{2});
    });
    require_indexes<Rooms, Seats, Lockers>(db);
}

TEST_CASE("an erase takes along what refers to expired records that it finds at its end") {
    const StorePath store;
    Database db = open_at<Nodes, Leaves>(store, 0);
    db.write([](WriteTransaction& txn) {
        Writer<Nodes> nodes{txn};
        nodes.insert({1, std::nullopt, std::nullopt});
        nodes.insert({2, 1, std::nullopt});
        nodes.insert({3, 1, at(100)});
        nodes.insert({4, std::nullopt, std::nullopt});
        Writer<Leaves>{txn}.insert({30, 3});
        Writer<Leaves>{txn}.insert({40, 4});
    });
    second = 100;
    db.write([](WriteTransaction& txn) {
        Writer<Nodes> nodes{txn};
        CHECK(nodes.erase(nodes.until(3)) == 2);  // 2 goes with 1, and then only 3 refers to it
        CHECK(ids(nodes.all()) == Ids{4});
        CHECK(ids(Reader<Leaves>{txn}.all()) == Ids{40});
        CHECK(stored(txn, "cambium.table.1") == 1);
    });
    require_indexes<Nodes, Leaves>(db);
}

TEST_CASE("truncate leaves no expired record, also when other tables refer to the records") {
    const StorePath store;
    Database db = open_at<Rooms, Lockers, Seats>(store, 0);
    fill<Seats>(db);
    db.write([](WriteTransaction& txn) {
        Writer<Lockers>{txn}.insert({30, 1});
        Writer<Lockers>{txn}.insert({31, 2});
    });
    second = 100;
    db.write([](WriteTransaction& txn) {
        // A seat refers to room 2: nothing is done.
        CHECK(caught([&] { Writer<Rooms>{txn}.truncate(); }).code == ErrorCode::constraint);
        CHECK(stored(txn, kRooms) == 2);
        CHECK(Reader<Lockers>{txn}.count() == 2);
        Writer<Seats>{txn}.erase(12);
    });
    db.write([](WriteTransaction& txn) {
        Writer<Rooms>{txn}.truncate();
        CHECK(stored(txn, kRooms) == 0);
        CHECK(txn.statistics().records_erased == 4);
        CHECK(Reader<Lockers>{txn}.count() == 0);
        CHECK(ids(Reader<Seats>{txn}) == Ids{10, 11, 13});
    });
    require_indexes<Rooms, Lockers, Seats>(db);
}

TEST_CASE("a new record with the key of an expired one does not inherit what referred to that") {
    const StorePath store;
    Database db = open_at<Rooms, CascadingSeats>(store, 0);
    fill<CascadingSeats>(db);
    second = 100;
    db.write([](WriteTransaction& txn) { Writer<Rooms>{txn}.upsert({1, "new", std::nullopt}); });
    CHECK(ids(seats_of<CascadingSeats>(db)) == Ids{12, 13});
    CHECK(stored(db, kRooms) == 2);
    require_indexes<Rooms, CascadingSeats>(db);
}

TEST_CASE("a rule against what should happen leaves all that refers to the expired record") {
    const StorePath store;
    Database db = open_at<Rooms, StrictSeats>(store, 0);
    db.write([](WriteTransaction& txn) {
        Writer<Rooms>{txn}.insert({1, "one", at(100)});
        Writer<StrictSeats>{txn}.insert({10, 1, "a", std::nullopt});
        Writer<StrictSeats>{txn}.insert({11, 1, "b", std::nullopt});
    });
    second = 100;
    const std::vector<Seat> before = seats_of<StrictSeats>(db);
    db.write([](WriteTransaction& txn) { Writer<Rooms>{txn}.insert({3, "three", std::nullopt}); });
    CHECK(seats_of<StrictSeats>(db) == before);
    CHECK(stored(db, kRooms) == 1);
    require_indexes<Rooms, StrictSeats>(db);
}

TEST_CASE("a restriction further down a cascade leaves all that refers to the expired record") {
    using Cushions = CushionsWith<>;
    const StorePath store;
    Database db = open_at<Rooms, CascadingSeats, Cushions>(store, 0);
    fill<CascadingSeats>(db);
    db.write([](WriteTransaction& txn) { Writer<Cushions>{txn}.insert({1, 11}); });
    second = 100;
    db.write([](WriteTransaction& txn) { CHECK(Writer<Rooms>{txn}.erase_expired() == 1); });
    CHECK(ids(seats_of<CascadingSeats>(db)) == Ids{10, 11, 12, 13});
    CHECK(stored(db, kRooms) == 1);
    require_indexes<Rooms, CascadingSeats, Cushions>(db);
}

TEST_CASE("expired records are left to those who have opened what refers to them") {
    const StorePath store;
    {
        Database db = open_at<Rooms, CascadingSeats>(store, 0);
        fill<CascadingSeats>(db);
    }
    {
        Database db = open_at<Rooms>(store, 100);
        db.write([](WriteTransaction& txn) {
            Writer<Rooms> rooms{txn};
            rooms.insert({3, "three", std::nullopt});
            CHECK(rooms.count() == 2);
            CHECK(stored(txn, kRooms) == 3);
            const Caught error = caught([&] { rooms.erase_expired(); });
            CHECK(error.code == ErrorCode::misuse);
            CHECK(holds(error.text, "table \"seats\", foreign key \"room\" refers to it and was not opened"));
            CHECK(caught([&] { rooms.insert({1, "again", std::nullopt}); }).code == ErrorCode::misuse);
            CHECK(caught([&] { rooms.upsert({1, "again", std::nullopt}); }).code == ErrorCode::misuse);
            CHECK_FALSE(rooms.replace({1, "again", std::nullopt}));
            CHECK_FALSE(rooms.patch(1, set<&Room::name>("again")));
            CHECK_FALSE(rooms.update(1, [](Room& room) { room.name = "again"; }));
            CHECK_FALSE(rooms.get(1).has_value());
            CHECK(stored(txn, kRooms) == 3);
        });
    }
    Database db = open_at<Rooms, CascadingSeats>(store, 100);
    db.write([](WriteTransaction& txn) { CHECK(Writer<Rooms>{txn}.erase_expired() == 1); });
    CHECK(ids(seats_of<CascadingSeats>(db)) == Ids{12, 13});
    require_indexes<Rooms, CascadingSeats>(db);
}

TEST_CASE("random writes as time goes on leave no seat of a room that was removed") {
    const StorePath store;
    Database db = open_at<Rooms, CascadingSeats>(store, 0);
    std::mt19937_64 random{seed()};
    const auto some_time = [&]() -> std::optional<Timestamp> {
        if (random() % 4 == 0) return std::nullopt;
        return at(second + static_cast<std::int64_t>(random() % 20) - 2);
    };
    std::uint64_t refused = 0;
    for (int round = 0; round < 300; ++round) {
        second += static_cast<std::int64_t>(random() % 5);
        db.write([&](WriteTransaction& txn) {
            for (std::uint64_t i = random() % 12; i > 0; --i) {
                const std::uint64_t room = random() % 12;
                const std::uint64_t seat = random() % 40;
                const bool there = Reader<Rooms>{txn}.contains(room);
                switch (random() % 5) {
                    case 0:
                        Writer<Rooms>{txn}.upsert({room, "room", some_time()});
                        break;
                    case 1:
                        CHECK(Writer<Rooms>{txn}.erase(room) == there);
                        break;
                    case 2:
                        Writer<CascadingSeats>{txn}.erase(seat);
                        break;
                    default: {
                        const Caught error = caught([&] {
                            Writer<CascadingSeats>{txn}.upsert({seat, room, "seat", some_time()});
                        });
                        const auto before = Reader<CascadingSeats>{txn}.get(seat);
                        if (error.code) {
                            ++refused;
                            CHECK(error.code == ErrorCode::constraint);
                            CHECK_FALSE(there);
                        } else if (before && !there) {
                            CHECK(before->room == room);  // it referred to that room before
                        }
                    }
                }
            }
        });
        db.read([](ReadTransaction& txn) {
            const kv::Transaction& bytes = txn.store();
            for (const Seat& seat : Reader<CascadingSeats>{txn}.all())
                CHECK(bytes.contains(bytes.tree(kRooms), key::encode(*seat.room)));
        });
        require_indexes<Rooms, CascadingSeats>(db);
    }
    CHECK(refused > 50);
}

// ---- Declarations that are added ----------------------------------------------------------------------------

namespace {

struct Badge {
    std::uint64_t id{};
    std::string code{};
    std::optional<std::string> holder{};
    std::optional<std::uint64_t> room{};
    std::optional<Timestamp> ends{};
};
bool has_code(const Badge& badge) {
    return !badge.code.empty();
}
template <class... More>
struct BadgesWith : Table<"badges", Badge, PrimaryKey<&Badge::id>, AutoIncrement, Cbor, ExpiresAt<&Badge::ends>,
                          ChangeLog<KeepChanges<100>>, OrderedIndex<"holder", &Badge::holder>, More...> {};
using Badges = BadgesWith<>;
using UniqueBadges = BadgesWith<Unique<"code", &Badge::code, covering<&Badge::holder>>>;
using NamedBadges = BadgesWith<NotNull<&Badge::holder>, Check<"has_code", &has_code>>;
using RoomBadges = BadgesWith<ForeignKey<"room", Rooms, &Badge::room>>;

constexpr const char* kBadges = "cambium.table.1";
/// Past by the clock of the system, which decides when a file is opened; to come by that of open_at(store, 0).
const std::optional<Timestamp> kPast = at(10);

std::uint64_t badges_stored(const StorePath& store) {
    kv::Environment environment = kv::Environment::open(store.path());
    const kv::ReadTransaction txn = environment.begin_read();
    return txn.statistics(txn.tree(kBadges)).entries;
}

}  // namespace

TEST_CASE("a unique index is added to a table whose expired records are in the way") {
    // Which of the records of one code lives, if one does.
    for (int living = 0; living <= 3; ++living) {
        CAPTURE(living);
        const StorePath store;
        {
            Database db = open_at<Badges>(store, 0);
            db.write([&](WriteTransaction& txn) {
                Writer<Badges> badges{txn};
                for (int i = 1; i <= 3; ++i) {
                    badges.insert({0, "same", "ada", std::nullopt, i == living ? std::nullopt : kPast});
                }
                badges.insert({0, "other", "ada", std::nullopt, kPast});
                badges.insert({0, "free", "bob", std::nullopt, std::nullopt});
            });
        }
        Database db = Database::open<UniqueBadges>(store.path());
        require_indexes<UniqueBadges>(db);
        db.read([&](ReadTransaction& txn) {
            const Reader<UniqueBadges> badges{txn};
            const auto same = badges.by<"code">().get("same");
            CHECK(same.has_value() == (living > 0));
            if (same) CHECK(same->id == static_cast<std::uint64_t>(living));
            CHECK(badges.by<"code">().get("free")->id == 5);
            CHECK_FALSE(badges.by<"code">().contains("other"));
            CHECK(badges.count() == (living > 0 ? 2 : 1));
            CHECK(stored(txn, kBadges) == 3);  // one of each code: what gave way is gone
            std::uint64_t expired = 0;
            for (const auto& change : ChangeLogReader<UniqueBadges>{txn}.read(1).changes)
                expired += change.operation == Operation::expired ? 1 : 0;
            CHECK(expired == 2);
        });
        db.write([](WriteTransaction& txn) {
            CHECK(Writer<UniqueBadges>{txn}.insert({0, "same2", "eve", std::nullopt, std::nullopt}) == 6);
        });
        require_indexes<UniqueBadges>(db);
    }
}

TEST_CASE("opening asks the clock that it is given, once, and not that of the system") {
    static int asked = 0;
    constexpr auto kCounting = []() noexcept {
        ++asked;
        return clock();
    };
    const StorePath store;
    {
        Database db = open_at<Badges>(store, 0);
        db.write([&](WriteTransaction& txn) {
            Writer<Badges> badges{txn};
            badges.insert({0, "same", "ada", std::nullopt, at(100)});
            badges.insert({0, "same", "bob", std::nullopt, at(200)});
        });
    }
    // By the clock of the system both ended long ago.
    second = 50;
    const Caught error = caught([&] { (void)Database::open<UniqueBadges>(store.path(), {}, {}, kCounting); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(asked == 1);
    CHECK(badges_stored(store) == 2);
    second = 150;
    asked = 0;
    Database db = Database::open<UniqueBadges>(store.path(), {}, {}, kCounting);
    CHECK(asked == 1);
    require_indexes<UniqueBadges>(db);
    db.read([](ReadTransaction& txn) {
        CHECK(stored(txn, kBadges) == 1);
        CHECK(Reader<UniqueBadges>{txn}.by<"code">().get("same")->id == 2);
        CHECK(txn.now() == at(150));
    });
    for (const auto& change :
         db.read([](ReadTransaction& txn) { return ChangeLogReader<UniqueBadges>{txn}.read(1).changes; }))
        CHECK(change.time == at(change.operation == Operation::expired ? 150 : 0));
}

TEST_CASE("an expired record whose entry would be too long is removed when the index is added") {
    const StorePath store;
    {
        Database db = open_at<Badges>(store, 0);
        db.write([&](WriteTransaction& txn) {
            Writer<Badges> badges{txn};
            badges.insert({0, std::string(2000, 'x'), "ada", std::nullopt, kPast});
            badges.insert({0, "short", "ada", std::nullopt, kPast});
            badges.insert({0, "code", "ada", std::nullopt, std::nullopt});
        });
    }
    Database db = Database::open<UniqueBadges>(store.path());
    CHECK(stored(db, kBadges) == 2);
    require_indexes<UniqueBadges>(db);
}

TEST_CASE("records that live refuse a unique index as ever, whatever has expired beside them") {
    const StorePath store;
    {
        Database db = open_at<Badges>(store, 0);
        db.write([&](WriteTransaction& txn) {
            Writer<Badges> badges{txn};
            badges.insert({0, "same", "ada", std::nullopt, std::nullopt});
            badges.insert({0, "same", "bob", std::nullopt, kPast});
            badges.insert({0, "same", "eve", std::nullopt, std::nullopt});
        });
    }
    const Caught error = caught([&] { (void)Database::open<UniqueBadges>(store.path()); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(holds(error.text, "id 1"));
    CHECK(holds(error.text, "id 3"));
    CHECK(badges_stored(store) == 3);
    Database db = Database::open<Badges>(store.path());
    require_indexes<Badges>(db);
}

TEST_CASE("rules are added to a table whose expired records break them") {
    const StorePath store;
    {
        Database db = open_at<Badges>(store, 0);
        db.write([&](WriteTransaction& txn) {
            Writer<Badges> badges{txn};
            badges.insert({0, "", std::nullopt, std::nullopt, kPast});
            badges.insert({0, "code", "ada", std::nullopt, std::nullopt});
            badges.insert({0, "code", std::nullopt, std::nullopt, std::nullopt});
        });
    }
    const Caught error = caught([&] { (void)Database::open<NamedBadges>(store.path()); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(error.text ==
          "table \"badges\", field \"holder\": cannot be added, as records of the table have no value: id 3");
    {
        Database db = open_at<Badges>(store, 0);
        db.write([](WriteTransaction& txn) {
            // Not by a write of the table, which would remove it.
            CHECK(Writer<Badges>{txn}.patch(3, set<&Badge::holder>("bob")));
            Writer<Badges>{txn}.insert({9, "", std::nullopt, std::nullopt, kPast});
        });
        CHECK(stored(db, kBadges) >= 3);
    }
    Database db = Database::open<NamedBadges>(store.path());
    require_indexes<NamedBadges>(db);
    db.write([](WriteTransaction& txn) {
        Writer<NamedBadges> badges{txn};
        CHECK(badges.count() == 2);
        badges.erase_expired();
        CHECK(badges.count() == 2);
        CHECK(stored(txn, kBadges) == 2);
    });
    require_indexes<NamedBadges>(db);
}

TEST_CASE("a foreign key is added to a table whose expired records refer to nothing") {
    const StorePath store;
    {
        Database db = open_at<Badges, Rooms>(store, 0);
        db.write([](WriteTransaction& txn) {
            Writer<Rooms>{txn}.insert({1, "one", std::nullopt});
            Writer<Badges> badges{txn};
            badges.insert({0, "a", "ada", 1, std::nullopt});
            badges.insert({0, "b", "ada", 7, kPast});
        });
    }
    {
        Database db = Database::open<RoomBadges, Rooms>(store.path());
        require_indexes<RoomBadges, Rooms>(db);
        CHECK(stored(db, kBadges) == 2);
    }
    {
        Database db = open_at<Badges, Rooms>(store, 0);
        db.write([](WriteTransaction& txn) { Writer<Badges>{txn}.insert({0, "c", "ada", 8, std::nullopt}); });
    }
    const Caught error = caught([&] { (void)Database::open<RoomBadges, Rooms>(store.path()); });
    CHECK(error.code == ErrorCode::constraint);
    CHECK(holds(error.text, "id 3"));
    CHECK_FALSE(holds(error.text, "id 2"));
}

TEST_CASE("what gives way to a new unique index takes along what refers to it") {
    struct UniqueRooms
        : Table<"rooms", Room, PrimaryKey<&Room::id>, Cbor, ExpiresAt<&Room::closes>, Unique<"name", &Room::name>> {
    };
    struct Chairs : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor,
                          ForeignKey<"room", UniqueRooms, &Seat::room, cascade_erase>, ExpiresAt<&Seat::ends>> {};
    const StorePath store;
    {
        Database db = open_at<Rooms, CascadingSeats>(store, 0);
        db.write([](WriteTransaction& txn) {
            Writer<Rooms> rooms{txn};
            rooms.insert({1, "same", at(100)});
            rooms.insert({2, "same", std::nullopt});
            Writer<CascadingSeats>{txn}.insert({10, 1, "", std::nullopt});
            Writer<CascadingSeats>{txn}.insert({11, 2, "", std::nullopt});
        });
    }
    {
        // Who has not opened what refers to it may not remove it.
        const Caught error = caught([&] { (void)Database::open<UniqueRooms>(store.path()); });
        CHECK(error.code == ErrorCode::misuse);
        CHECK(holds(error.text, "add it to Database::open"));
    }
    Database db = Database::open<UniqueRooms, Chairs>(store.path());
    CHECK(stored(db, kRooms) == 1);
    CHECK(ids(seats_of<Chairs>(db)) == Ids{11});
    CHECK(db.read([](ReadTransaction& txn) { return Reader<UniqueRooms>{txn}.by<"name">().get("same")->id; }) == 2);
    require_indexes<UniqueRooms, Chairs>(db);
}

}  // namespace cambium::test

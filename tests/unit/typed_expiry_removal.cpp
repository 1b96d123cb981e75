// What stands against the removal of an expired record: code of the user that throws, restrictions that are looked
// at by the commit, records that cannot be read. The record goes all the same, and never does a write fail that was
// done.
#include <functional>
#include <stdexcept>

#include "cambium/key/key.hpp"
#include "typed_clock.hpp"

namespace cambium::test {
namespace {

struct Room {
    std::uint64_t id{};
    std::optional<Timestamp> closes{};
    std::string name{};
};
struct Rooms
    : Table<"rooms", Room, PrimaryKey<&Room::id>, Cbor, ExpiresAt<&Room::closes>, Unique<"name", &Room::name>> {};

struct Seat {
    std::uint64_t id{};
    std::optional<std::uint64_t> room{};
    friend bool operator==(const Seat&, const Seat&) = default;
};

/// What the functions of the tables below do with a seat that has no room.
std::function<void()> without_room;

bool checked(const Seat& seat) {
    if (!seat.room) without_room();
    return true;
}
std::string label(const Seat& seat) {
    if (!seat.room) without_room();
    return seat.room ? "room" : std::string(3000, '-');
}
struct CheckedSeats : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor,
                            ForeignKey<"room", Rooms, &Seat::room, set_null>, Check<"checked", &checked>> {};
struct LabelledSeats : Table<"seats", Seat, PrimaryKey<&Seat::id>, Cbor,
                             ForeignKey<"room", Rooms, &Seat::room, set_null>, OrderedIndex<"label", &label>> {};

/// A codec whose records cannot be read, or not written, any more.
struct Unreadable {
    static constexpr std::string_view name = "unreadable";
    static constexpr bool exact = false;
    static inline bool reads = true;
    static inline bool writes_nulls = true;
    static void encode(const Seat& seat, std::string& out) {
        if (!writes_nulls && !seat.room) throw Error(ErrorCode::encode, "there is no room");
        Cbor::encode(seat, out);
    }
    static void decode(ByteView bytes, Seat& seat) {
        if (!reads) throw Error(ErrorCode::decode, "it does not decode");
        Cbor::decode(bytes, seat);
    }
};
template <auto Action>
struct UnreadableSeats
    : Table<"seats", Seat, PrimaryKey<&Seat::id>, Unreadable, ForeignKey<"room", Rooms, &Seat::room, Action>> {};

std::uint64_t stored(ReadTransaction& txn, const char* tree) {
    return txn.store().statistics(txn.store().tree(tree)).entries;
}
constexpr const char* kRooms = "cambium.table.1";
constexpr const char* kSeats = "cambium.table.2";

/// Rooms 1 and 2, which close at 100, and 3; seats 10 and 11 in room 1, 12 in room 3.
template <class Seats>
Database open_filled(const StorePath& store) {
    second = 0;
    Database db = Database::open<Rooms, Seats>(store.path(), {}, {}, &clock);
    db.write([](WriteTransaction& txn) {
        Writer<Rooms> rooms{txn};
        rooms.insert({1, at(100), "one"});
        rooms.insert({2, at(100), "two"});
        rooms.insert({3, std::nullopt, "three"});
        Writer<Seats> seats{txn};
        seats.insert({10, 1});
        seats.insert({11, 1});
        seats.insert({12, 3});
    });
    second = 200;
    return db;
}

using Write = std::function<void(Writer<Rooms>&)>;
const Write kWrites[] = {
    [](Writer<Rooms>& rooms) {
        rooms.insert({4, std::nullopt, "four"});
    },
    [](Writer<Rooms>& rooms) { CHECK(rooms.patch(3, set<&Room::name>("third"))); },
    [](Writer<Rooms>& rooms) { CHECK(rooms.erase_expired() == 2); },
    // In the place of the one that goes.
    [](Writer<Rooms>& rooms) {
        rooms.insert({1, std::nullopt, "again"});
    },
    [](Writer<Rooms>& rooms) {
        rooms.upsert({3, std::nullopt, "one"});
    },
};

/// Every kind of write is done, the expired rooms are gone, and the seats are as they were.
template <class Seats>
void require_done() {
    for (const Write& write : kWrites) {
        const StorePath store;
        Database db = open_filled<Seats>(store);
        db.write([&](WriteTransaction& txn) {
            Writer<Rooms> rooms{txn};
            CHECK_NOTHROW(write(rooms));
            const std::uint64_t there = rooms.count();
            CHECK(stored(txn, kRooms) == there);  // none has expired any more
            CHECK_NOTHROW(rooms.insert({9, std::nullopt, "nine"}));
        });
        db.read([&](ReadTransaction& txn) { CHECK(stored(txn, kSeats) == 3); });
        require_indexes<Rooms>(db);
    }
}

}  // namespace

TEST_CASE("what refers to an expired record stays when a function of its table throws at the null") {
    const std::function<void()> throwing[] = {
        [] { throw std::bad_optional_access(); },
        [] { throw Error(ErrorCode::misuse, "of the user"); },
        [] { throw Error(ErrorCode::not_found, "of the user"); },
        [] { throw 5; },
    };
    for (const auto& thrown : throwing) {
        without_room = thrown;
        require_done<CheckedSeats>();
        require_done<LabelledSeats>();
    }
    without_room = [] {};  // and the key of the index is too long
    require_done<LabelledSeats>();
}

TEST_CASE("what refers to an expired record stays when a codec refuses it") {
    struct Reset {
        ~Reset() { Unreadable::reads = Unreadable::writes_nulls = true; }
    };
    const Reset reset;
    SUBCASE("written") {
        for (const Write& write : kWrites) {
            Unreadable::writes_nulls = true;
            const StorePath store;
            Database db = open_filled<UnreadableSeats<set_null>>(store);
            Unreadable::writes_nulls = false;
            db.write([&](WriteTransaction& txn) {
                Writer<Rooms> rooms{txn};
                CHECK_NOTHROW(write(rooms));
                CHECK(stored(txn, kRooms) == rooms.count());
                CHECK(Reader<UnreadableSeats<set_null>>{txn}.get(10) == Seat{10, 1});
            });
            require_indexes<Rooms, UnreadableSeats<set_null>>(db);
        }
    }
    SUBCASE("read") {
        for (const Write& write : kWrites) {
            Unreadable::reads = true;
            const StorePath store;
            Database db = open_filled<UnreadableSeats<cascade_erase>>(store);
            Unreadable::reads = false;
            db.write([&](WriteTransaction& txn) {
                Writer<Rooms> rooms{txn};
                CHECK_NOTHROW(write(rooms));
                CHECK(stored(txn, kRooms) == rooms.count());
                CHECK(stored(txn, kSeats) == 3);
            });
            Unreadable::reads = true;
            require_indexes<Rooms, UnreadableSeats<cascade_erase>>(db);
        }
    }
}

namespace {

/// An index whose function throws for a record when it is told to.
struct Guest {
    std::uint64_t id{};
    std::optional<Timestamp> leaves{};
};
bool guests_throw = false;
std::uint64_t half(const Guest& guest) {
    if (guests_throw && guest.id == 1) throw std::runtime_error("of the user");
    return guest.id / 2;
}
struct Guests
    : Table<"guests", Guest, PrimaryKey<&Guest::id>, Cbor, ExpiresAt<&Guest::leaves>, OrderedIndex<"half", &half>> {
};

}  // namespace

TEST_CASE("a write is done although an expired record cannot be removed") {
    const StorePath store;
    second = 0;
    guests_throw = false;
    Database db = Database::open<Guests>(store.path(), {}, {}, &clock);
    db.write([](WriteTransaction& txn) {
        Writer<Guests> guests{txn};
        guests.insert({1, at(100)});
        guests.insert({2, std::nullopt});
    });
    second = 200;
    guests_throw = true;
    db.write([](WriteTransaction& txn) {
        Writer<Guests> guests{txn};
        CHECK_NOTHROW(guests.insert({3, std::nullopt}));
        CHECK(guests.erase(2));
        CHECK_THROWS_AS(guests.erase_expired(), std::runtime_error);
        CHECK_THROWS_AS(guests.insert({1, std::nullopt}), std::runtime_error);
        CHECK(stored(txn, kRooms) == 2);
        guests_throw = false;
        CHECK(guests.erase_expired() == 1);
    });
    CHECK(db.read([](ReadTransaction& txn) { return ids(Reader<Guests>{txn}.all()); }) == Ids{3});
    require_indexes<Guests>(db);
}

TEST_CASE("erase_expired removes all that it is asked for or nothing") {
    const StorePath store;
    second = 0;
    guests_throw = false;
    Database db = Database::open<Guests>(store.path(), {}, {}, &clock);
    db.write([](WriteTransaction& txn) {
        Writer<Guests> guests{txn};
        guests.insert({3, at(98)});
        guests.insert({2, at(99)});
        guests.insert({1, at(100)});
    });
    second = 200;
    guests_throw = true;
    db.write([](WriteTransaction& txn) {
        Writer<Guests> guests{txn};
        CHECK_THROWS_AS(guests.erase_expired(), std::runtime_error);
        CHECK(stored(txn, kRooms) == 3);
        CHECK(guests.erase_expired(0) == 0);
        CHECK(guests.erase_expired(2) == 2);
        CHECK_THROWS_AS(guests.erase_expired(), std::runtime_error);
        CHECK(stored(txn, kRooms) == 1);
    });
    guests_throw = false;
    require_indexes<Guests>(db);
}

TEST_CASE("a write is not kept when a damaged store keeps the expired records from being removed") {
    const StorePath store;
    const auto open = [&] { return Database::open<Guests>(store.path(), {}, {}, &clock); };
    guests_throw = false;
    second = 0;
    {
        Database db = open();
        db.write([](WriteTransaction& txn) { Writer<Guests>{txn}.insert({1, at(100)}); });
    }
    {
        kv::Environment environment = kv::Environment::open(store.path());
        kv::WriteTransaction txn = environment.begin_write();
        CHECK(txn.erase(txn.tree(kRooms), key::encode(std::uint64_t{1})));
        txn.commit();
    }
    second = 200;
    Database db = open();
    const Caught error = caught([&] {
        db.write([](WriteTransaction& txn) {
            Writer<Guests> guests{txn};
            CHECK(caught([&] { guests.insert({3, std::nullopt}); }).code == ErrorCode::corrupt);
            CHECK(caught([&] { guests.insert({4, std::nullopt}); }).code == ErrorCode::misuse);
        });
    });
    CHECK(error.code == ErrorCode::misuse);
    CHECK(db.read([](ReadTransaction& txn) { return Reader<Guests>{txn}.contains(3); }) == false);
}

namespace {

struct Shelf {
    std::uint64_t id{};
    std::optional<std::uint64_t> room{};
    std::optional<std::uint64_t> above{};
};
/// Shelves go with their room, unless others stand on them.
template <auto... Action>
struct ShelvesWith
    : Table<"shelves", Shelf, PrimaryKey<&Shelf::id>, Cbor, ForeignKey<"room", Rooms, &Shelf::room, cascade_erase>,
            ForeignKey<"above", ShelvesWith<Action...>, &Shelf::above, Action...>> {};

template <class Shelves>
void require_left_by_time() {
    for (const bool along : {false, true}) {
        CAPTURE(along);
        for (const Write& write : kWrites) {
            const StorePath store;
            second = 0;
            Database db = Database::open<Rooms, Shelves>(store.path(), {}, {}, &clock);
            db.write([&](WriteTransaction& txn) {
                Writer<Rooms> rooms{txn};
                rooms.insert({1, at(100), "one"});
                rooms.insert({2, at(100), "two"});
                rooms.insert({3, std::nullopt, "three"});
                Writer<Shelves> shelves{txn};
                shelves.insert({10, 1, std::nullopt});
                shelves.insert({11, along ? 1 : 3, 10});
                shelves.insert({12, 2, std::nullopt});
            });
            second = 200;
            const Caught error = caught([&] {
                db.write([&](WriteTransaction& txn) {
                    Writer<Rooms> rooms{txn};
                    write(rooms);  // its own checks take what it throws
                    static_cast<void>(rooms.erase_expired());
                });
            });
            CHECK(error.text == "");
            db.read([&](ReadTransaction& txn) {
                // Room 2 takes its shelf along, and room 1 both of its own or none.
                CHECK(ids(Reader<Shelves>{txn}.all()) == (along ? Ids{} : Ids{10, 11}));
                CHECK(stored(txn, kRooms) == Reader<Rooms>{txn}.count());
                CHECK(!txn.store().find_tree("cambium.pending"));
            });
            require_indexes<Rooms, Shelves>(db);
        }
    }
}

}  // namespace

TEST_CASE("a restriction leaves what refers to an expired record, looked at by the commit or at once") {
    require_left_by_time<ShelvesWith<restrict_erase>>();
    require_left_by_time<ShelvesWith<restrict_erase, deferred>>();
}

TEST_CASE("who erases a record himself has until the commit to erase what a deferred restriction is of") {
    using Shelves = ShelvesWith<restrict_erase, deferred>;
    const StorePath store;
    second = 0;
    Database db = Database::open<Rooms, Shelves>(store.path(), {}, {}, &clock);
    db.write([&](WriteTransaction& txn) {
        Writer<Rooms>{txn}.insert({1, at(100), "one"});
        Writer<Shelves>{txn}.insert({10, 1, std::nullopt});
        Writer<Shelves>{txn}.insert({11, std::nullopt, 10});
    });
    CHECK(caught([&] { db.write([](WriteTransaction& txn) { Writer<Rooms>{txn}.erase(1); }); }).code ==
          ErrorCode::constraint);
    db.write([](WriteTransaction& txn) {
        CHECK(Writer<Rooms>{txn}.erase(1));
        CHECK(Writer<Shelves>{txn}.erase(11));
    });
    CHECK(db.read([](ReadTransaction& txn) { return Reader<Shelves>{txn}.count(); }) == 0);
    require_indexes<Rooms, Shelves>(db);
}

namespace {

struct House {
    std::uint64_t id{};
};
struct Houses : Table<"houses", House, PrimaryKey<&House::id>, Cbor> {};
struct Lease {
    std::uint64_t id{};
    std::uint64_t house{};
    std::optional<Timestamp> ends{};
};
/// What a lease that lives refuses, one that has ended does not.
template <auto Action>
struct LeasesWith : Table<"leases", Lease, PrimaryKey<&Lease::id>, Cbor,
                          ForeignKey<"house", Houses, &Lease::house, Action>, ExpiresAt<&Lease::ends>> {};
struct Tenant {
    std::uint64_t id{};
    std::optional<std::uint64_t> lease{};
    std::optional<std::uint64_t> house{};
    friend bool operator==(const Tenant&, const Tenant&) = default;
};
template <class Leases, auto Action, class... More>
struct TenantsWith
    : Table<"tenants", Tenant, PrimaryKey<&Tenant::id>, Cbor, ForeignKey<"lease", Leases, &Tenant::lease, Action>,
            ForeignKey<"house", Houses, &Tenant::house, restrict_erase>, More...> {};
bool has_lease(const Tenant& tenant) {
    return tenant.lease.value() > 0;  // throws for a null
}
struct Letter {
    std::uint64_t id{};
    std::uint64_t tenant{};
};
template <class Tenants, auto... Action>
struct LettersWith : Table<"letters", Letter, PrimaryKey<&Letter::id>, Cbor,
                           ForeignKey<"tenant", Tenants, &Letter::tenant, Action...>> {};

/// House 1 has leases 1 and 2, which end at 100; tenant 1 has lease 1 and a letter, tenant 2 has lease 2.
template <class Leases, class Tenants, class Letters>
Database open_houses(const StorePath& store, std::optional<std::uint64_t> house_of_tenant = std::nullopt) {
    second = 0;
    Database db = Database::open<Houses, Leases, Tenants, Letters>(store.path(), {}, {}, &clock);
    db.write([&](WriteTransaction& txn) {
        Writer<Houses>{txn}.insert({1});
        for (std::uint64_t id = 1; id <= 2; ++id) {
            Writer<Leases>{txn}.insert({id, 1, at(100)});
            Writer<Tenants>{txn}.insert({id, id, house_of_tenant});
        }
        Writer<Letters>{txn}.insert({1, 1});
    });
    second = 200;
    return db;
}

template <class Leases, class Tenants, class Letters>
void require_erased(const Ids& tenants) {
    const std::function<bool(Writer<Houses>&)> erases[] = {
        [](Writer<Houses>& houses) { return houses.erase(1); },
        [](Writer<Houses>& houses) { return houses.erase(houses.all()) == 1; },
    };
    for (const auto& erase : erases) {
        const StorePath store;
        Database db = open_houses<Leases, Tenants, Letters>(store);
        const Caught error = caught([&] {
            db.write([&](WriteTransaction& txn) {
                Writer<Houses> houses{txn};
                if (!erase(houses)) FAIL_CHECK("nothing was erased");
            });
        });
        CHECK(error.text == "");
        db.read([&](ReadTransaction& txn) {
            CHECK(Reader<Houses>{txn}.count() == 0);
            CHECK(stored(txn, kSeats) == 0);  // the leases
            const std::vector<Tenant> left = Reader<Tenants>{txn}.all().collect();
            CHECK(ids(left) == tenants);
            // As they were, or with a null.
            for (const Tenant& tenant : left) CHECK((!tenant.lease || tenant.lease == tenant.id));
            CHECK(Reader<Letters>{txn}.count() == 1);
        });
        require_indexes<Houses, Leases, Tenants, Letters>(db);
    }
}

}  // namespace

TEST_CASE("an erase is not refused for what refers to an expired record that goes along") {
    {
        using Leases = LeasesWith<cascade_erase>;
        using Tenants = TenantsWith<Leases, cascade_erase>;
        require_erased<Leases, Tenants, LettersWith<Tenants, restrict_erase>>({1});
        require_erased<Leases, Tenants, LettersWith<Tenants, restrict_erase, deferred>>({1});
        using Checked = TenantsWith<Leases, set_null, Check<"has_lease", &has_lease>>;
        require_erased<Leases, Checked, LettersWith<Checked, restrict_erase>>({1, 2});
        using Plain = TenantsWith<Leases, set_null>;
        require_erased<Leases, Plain, LettersWith<Plain, restrict_erase>>({1, 2});
    }
    using Leases = LeasesWith<restrict_erase>;
    using Tenants = TenantsWith<Leases, cascade_erase>;
    require_erased<Leases, Tenants, LettersWith<Tenants, restrict_erase>>({1});
    require_erased<Leases, Tenants, LettersWith<Tenants, restrict_erase, deferred>>({1});
}

TEST_CASE("what goes with an expired record refuses the erase no longer that has met it") {
    const auto erase = [](auto leases, auto tenants, auto letters) {
        using Leases = decltype(leases);
        using Tenants = decltype(tenants);
        using Letters = decltype(letters);
        const StorePath store;
        Database db = open_houses<Leases, Tenants, Letters>(store, 1);
        const Caught error =
            caught([&] { db.write([](WriteTransaction& txn) { (void)Writer<Houses>{txn}.erase(1); }); });
        db.read([&](ReadTransaction& txn) {
            if (error.code) {  // nothing was erased
                CHECK(error.code == ErrorCode::constraint);
                CHECK(stored(txn, kRooms) == 1);
                CHECK(stored(txn, kSeats) == 2);
                CHECK(Reader<Tenants>{txn}.count() == 2);
            } else {
                CHECK(stored(txn, kSeats) == 0);
                CHECK(Reader<Tenants>{txn}.count() == 0);
                CHECK(Reader<Letters>{txn}.count() == 0);
            }
        });
        require_indexes<Houses, Leases, Tenants, Letters>(db);
        return !error.code;
    };
    const auto both = [&](auto leases) {
        using Tenants = TenantsWith<decltype(leases), cascade_erase>;
        // Tenant 1 stays for the letter, and refuses; or goes with it.
        CHECK_FALSE(erase(leases, Tenants{}, LettersWith<Tenants, restrict_erase>{}));
        CHECK_FALSE(erase(leases, Tenants{}, LettersWith<Tenants, restrict_erase, deferred>{}));
        CHECK(erase(leases, Tenants{}, LettersWith<Tenants, cascade_erase>{}));
    };
    both(LeasesWith<cascade_erase>{});
    both(LeasesWith<restrict_erase>{});
}

TEST_CASE("an erase meets more expired records than its lists hold in memory, and each has that many to follow") {
    constexpr std::uint64_t kMany = 5000;
    using Leases = LeasesWith<cascade_erase>;
    using Tenants = TenantsWith<Leases, cascade_erase>;
    using Letters = LettersWith<Tenants, cascade_erase>;
    const StorePath store;
    second = 0;
    Database db = Database::open<Houses, Leases, Tenants, Letters>(store.path(), {}, {}, &clock);
    db.write([&](WriteTransaction& txn) {
        Writer<Houses>{txn}.insert({1});
        std::vector<Lease> leases;
        std::vector<Tenant> tenants;
        std::vector<Letter> letters;
        for (std::uint64_t id = 1; id <= kMany; ++id) leases.push_back({id, 1, at(100)});
        for (std::uint64_t id = 1; id <= 2 * kMany; ++id) {
            tenants.push_back({id, id <= kMany ? id : kMany, std::nullopt});
            letters.push_back({id, id});
        }
        Writer<Leases>{txn}.load(leases);
        Writer<Tenants>{txn}.load(tenants);
        Writer<Letters>{txn}.load(letters);
    });
    second = 200;
    db.write([](WriteTransaction& txn) { CHECK(Writer<Houses>{txn}.erase(1)); });
    db.read([](ReadTransaction& txn) {
        CHECK(stored(txn, kSeats) == 0);
        CHECK(Reader<Tenants>{txn}.count() == 0);
        CHECK(Reader<Letters>{txn}.count() == 0);
        for (const char* tree : {"cambium.expired", "cambium.erased", "cambium.erased_by_time"})
            CHECK(!txn.store().find_tree(tree));
    });
    require_indexes<Houses, Leases, Tenants, Letters>(db);
}

}  // namespace cambium::test

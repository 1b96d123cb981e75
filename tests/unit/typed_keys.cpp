// Key shapes of real schemas as keys of tables, and how key values read in sentences.
#include "cambium/codec/raw.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

enum class Role : std::int16_t { guest = -5, member = 2 };

struct Grant {
    std::string realm{};
    Timestamp since{};
    Uuid owner{};
    FixedBytes<20> address{};
    Role role{};
    std::uint16_t rank{};
    bool active{};
    double weight{};
    friend bool operator==(const Grant&, const Grant&) = default;
};

struct Grants : Table<"grants", Grant, PrimaryKey<&Grant::realm, &Grant::since, &Grant::owner>, Cbor,
                      Unique<"address_rank", &Grant::address, &Grant::rank>,
                      OrderedIndex<"role_since", &Grant::role, &Grant::since>,
                      OrderedIndex<"active_weight", &Grant::active, &Grant::weight>> {};

Timestamp at(std::int64_t nanoseconds) {
    return Timestamp{std::chrono::nanoseconds{nanoseconds}};
}

Uuid uuid(std::uint8_t last) {
    Uuid value;
    value.bytes[15] = last;
    return value;
}

FixedBytes<20> address(std::uint8_t first) {
    FixedBytes<20> value{};
    value[0] = first;
    return value;
}

}  // namespace

TEST_CASE("text, times before 1970, UUIDs, fixed bytes, enums, flags and floating point in keys") {
    const StorePath store;
    Database db = Database::open<Grants>(store.path());
    const std::string nul("a\0b", 3);
    const std::vector<Grant> sorted = {
        {"", at(0), uuid(0), address(9), Role::member, 1, false, 0.5},
        {"a", at(-5), uuid(1), address(8), Role::guest, 2, true, -1.5},
        {"a", at(-4), uuid(0), address(7), Role::member, 1, true, -2.5},
        {"a", at(3), uuid(2), address(255), Role::guest, 1, false, 1e300},
        {nul, at(1), uuid(0), address(6), Role::guest, 1, true, 0.0},
        {"ab", at(1), uuid(0), address(5), Role::member, 256, true, 4.0},
        {"ab", at(1), uuid(255), address(5), Role::member, 2, true, 3.0},
    };
    db.write([&](WriteTransaction& txn) {
        Writer<Grants> grants{txn};
        for (std::size_t i = sorted.size(); i-- > 0;) grants.insert(sorted[i]);
        CHECK(grants.all().collect() == sorted);
        for (const Grant& g : sorted) CHECK(grants.get(g.realm, g.since, g.owner) == g);
        CHECK(grants.equal("a").count() == 3);
        CHECK(grants.equal(nul).count() == 1);
        CHECK(grants.prefix("a").count() == 6);
        CHECK(grants.prefix(std::string_view(nul).substr(0, 2)).count() == 1);
        CHECK(grants.range({"a", at(-4)}, {"a", at(4)}).count() == 2);
        CHECK(grants.by<"address_rank">().equal(address(5)).collect() == std::vector<Grant>{sorted[6], sorted[5]});
        CHECK(grants.by<"address_rank">().last() == sorted[3]);
        CHECK(grants.by<"role_since">().first() == sorted[1]);
        CHECK(grants.by<"role_since">().equal(Role::guest, at(1)).first() == sorted[4]);
        CHECK(grants.by<"active_weight">().equal(true).first() == sorted[2]);
        CHECK(grants.by<"active_weight">().range({true, -2.0}, {true, 3.5}).count() == 3);
    });
}

TEST_CASE("values of keys as text") {
    const StorePath store;
    Database db = Database::open<Grants>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Grants> grants{txn};
        const Grant grant{"re\"alm\n", at(-1'000'000'001), uuid(0xab), address(0xff), Role::guest, 3, true, 0.25};
        grants.insert(grant);
        CHECK(holds(caught([&] { grants.insert(grant); }).text,
                    "(realm, since, owner) (\"re\\\"alm\\x0a\", 1969-12-31T23:59:58.999999999Z, "
                    "00000000-0000-0000-0000-0000000000ab)"));
        Grant other = grant;
        other.realm = "other";
        CHECK(holds(caught([&] { grants.insert(other); }).text,
                    "index \"address_rank\": (0xff00000000000000000000000000000000000000, 3) already belongs to"));
    });
    std::string text;
    detail::append_readable(text, std::optional<Role>(Role::guest));
    text += ' ';
    detail::append_readable(text, std::optional<bool>());
    text += ' ';
    detail::append_readable(text, true);
    text += ' ';
    detail::append_readable(text, 0.25);
    text += ' ';
    detail::append_readable(text, std::string(59, 'x') + "\xc3\xa9" + "tail");
    CHECK(text == "-5 null true 0.25 \"" + std::string(59, 'x') + "\"...");
}

namespace {

struct Tick {
    std::uint64_t sequence{};
    std::int64_t price{};
    friend bool operator==(const Tick&, const Tick&) = default;
};
struct Ticks : Table<"ticks", Tick, PrimaryKey<&Tick::sequence>, Raw, OrderedIndex<"price", &Tick::price>> {};

}  // namespace

TEST_CASE("a table in the raw codec") {
    const StorePath store;
    Database db = Database::open<Ticks>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Ticks> ticks{txn};
        for (std::uint64_t i = 0; i < 100; ++i) ticks.insert({i, 50 - static_cast<std::int64_t>(i)});
        CHECK(ticks.get(0) == Tick{0, 50});
        CHECK(ticks.by<"price">().first() == Tick{99, -49});
        CHECK(ticks.by<"price">().range(-10, 10).count() == 20);
    });
}

}  // namespace cambium::test

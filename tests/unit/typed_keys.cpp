// Key shapes of real schemas as keys of tables, and how key values read in sentences.
#include <bit>
#include <limits>

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

namespace {

struct Part {
    std::uint32_t number{};
    std::int8_t shelf{};
    std::optional<std::uint16_t> code{};
    friend bool operator==(const Part&, const Part&) = default;
};
struct Parts : Table<"parts", Part, PrimaryKey<&Part::number>, Cbor, Unique<"code", &Part::code>,
                     OrderedIndex<"shelf_number", &Part::shelf, &Part::number>> {};

constexpr std::uint64_t kWrapsTo5 = 4294967301;
enum Numbered { kFifth = 5 };

template <class Action>
void refused(Action&& action, std::string_view part) {
    const Caught error = caught(action);
    CHECK(error.code == ErrorCode::invalid_argument);
    CHECK_MESSAGE(holds(error.text, part), error.text);
}

}  // namespace

TEST_CASE("a number that the type of a key column does not hold is refused by every call, not wrapped") {
    const StorePath store;
    Database db = Database::open<Parts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Parts> parts{txn};
        parts.insert({5, -1, 7});
        const std::string_view wide =
            "the number 4294967301 is outside the range of the key column it is given for, "
            "0 to 4294967295";
        refused([&] { static_cast<void>(parts.get(kWrapsTo5)); }, wide);
        refused([&] { static_cast<void>(parts.contains(kWrapsTo5)); }, wide);
        refused([&] { static_cast<void>(parts.equal(kWrapsTo5)); }, wide);
        refused([&] { static_cast<void>(parts.from(kWrapsTo5)); }, wide);
        refused([&] { parts.erase(kWrapsTo5); }, wide);
        refused([&] { parts.update(kWrapsTo5, [](Part& part) { part.shelf = 9; }); }, wide);
        refused([&] { static_cast<void>(parts.get(-4294967291)); }, "the number -4294967291 is outside");
        const auto by_code = parts.by<"code">();
        refused([&] { static_cast<void>(by_code.get(65536 + 7)); }, "the number 65543 is outside");
        refused([&] { static_cast<void>(by_code.contains(-65529)); }, "-65529");
        refused([&] { static_cast<void>(by_code.equal(std::optional<int>(65543))); }, "0 to 65535");
        refused([&] { static_cast<void>(by_code.range(0, 65543)); }, "0 to 65535");
        const auto by_shelf = parts.by<"shelf_number">();
        refused([&] { static_cast<void>(by_shelf.equal(255U)); }, "the number 255 is outside");
        refused([&] { static_cast<void>(by_shelf.equal(-129)); }, "-128 to 127");
        refused([&] { static_cast<void>(by_shelf.equal(-1, kWrapsTo5)); }, wide);
        refused([&] { static_cast<void>(by_shelf.range({-1, 0}, {-1, kWrapsTo5})); }, wide);
        CHECK(parts.all().collect() == std::vector<Part>{{5, -1, 7}});
    });
}

TEST_CASE("numbers of every integer type, enumerators and null stand for the value of an integer column") {
    const StorePath store;
    Database db = Database::open<Parts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Parts> parts{txn};
        parts.insert({5, -1, 7});
        parts.insert({6, 127, std::nullopt});
        CHECK(parts.contains(5));
        CHECK(parts.contains(5U));
        CHECK(parts.contains(std::int64_t{5}));
        CHECK(parts.contains(std::uint8_t{5}));
        CHECK(parts.contains('\5'));
        CHECK(parts.contains(kFifth));
        CHECK_FALSE(parts.contains(true));
        const auto by_code = parts.by<"code">();
        CHECK(by_code.contains(7));
        CHECK(by_code.contains(std::uint64_t{7}));
        CHECK(by_code.contains(std::optional<std::uint16_t>(7)));
        CHECK(by_code.contains(std::optional<long>(7)));
        CHECK(by_code.equal(std::nullopt).first()->number == 6);
        CHECK(by_code.range(7, 8).count() == 1);
        CHECK(by_code.until(7LL).count() == 1);
        const auto by_shelf = parts.by<"shelf_number">();
        CHECK(by_shelf.equal(-1LL, 5ULL).count() == 1);
        CHECK(by_shelf.equal(127U).count() == 1);
        CHECK(by_shelf.range({-1, 5}, {127, 6}).count() == 1);
        CHECK(parts.update(5ULL, [](Part& part) { part.shelf = 2; }));
        CHECK(parts.erase(6LL));
        CHECK(parts.all().collect() == std::vector<Part>{{5, 2, 7}});
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
struct Sample {
    std::uint64_t id{};
    double value{};
};
struct Samples : Table<"samples", Sample, PrimaryKey<&Sample::id>, Cbor, Unique<"value", &Sample::value>> {};
struct SamplesByValue : Table<"samples_by_value", Sample, PrimaryKey<&Sample::value>, Cbor> {};

struct Ticks : Table<"ticks", Tick, PrimaryKey<&Tick::sequence>, Raw, OrderedIndex<"price", &Tick::price>> {};

}  // namespace

TEST_CASE("every NaN is one key, so that records read back lead to their index entries and keys") {
    const StorePath store;
    Database db = Database::open<Samples, SamplesByValue>(store.path());
    const double negative = std::bit_cast<double>(0xFFF8000000000000U);
    const double payload = std::bit_cast<double>(0x7FF8000000001234U);
    const double infinity = std::numeric_limits<double>::infinity();
    db.write([&](WriteTransaction& txn) {
        Writer<Samples> samples{txn};
        samples.insert({1, negative});
        CHECK(samples.by<"value">().get(payload)->id == 1);
        CHECK(caught([&] { samples.insert({2, payload}); }).code == ErrorCode::constraint);
        CHECK(samples.update(1, [&](Sample& s) { s.value = infinity; }));
        CHECK(samples.by<"value">().count() == 1);
        samples.insert({2, payload});
        CHECK(ids(samples.by<"value">().all()) == Ids{1, 2});
        CHECK(samples.update(2, [](Sample& s) { s.value = 0.5; }));
        CHECK(samples.update(2, [&](Sample& s) { s.value = negative; }));
        CHECK(samples.by<"value">().count() == 2);
        CHECK(samples.erase(2));
        CHECK(samples.erase(1));
        CHECK(samples.by<"value">().count() == 0);

        Writer<SamplesByValue> by_value{txn};
        for (const double nan : {negative, payload}) {
            by_value.insert({3, nan});
            const Sample stored = by_value.first().value();
            CHECK(by_value.contains(stored.value));
            CHECK(by_value.erase(stored.value));
            CHECK(by_value.count() == 0);
        }
    });
}

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

// Random transactions on a table with three indexes, against a std::map.
//
// Each round is one transaction of random writes, committed or rolled back, with violations of constraints among
// them; then every read path is compared with the map: by primary key and through each index, forward and backward,
// ranges, prefixes, limits, counts. Between rounds the file is reopened, sometimes with the indexes dropped and
// built again, and an older snapshot is compared with the map as it was then.
//
// CAMBIUM_SEED repeats a run; CAMBIUM_MODEL_ROUNDS changes its length.
#include <algorithm>
#include <map>
#include <memory>
#include <random>

#include "seed.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Item {
    std::uint64_t id{};
    std::optional<std::string> tag{};
    std::int32_t group{};
    std::string name{};
    std::optional<std::int64_t> score{};
    std::string payload{};
    friend bool operator==(const Item&, const Item&) = default;
};

template <class Codec>
struct Items : Table<"items", Item, PrimaryKey<&Item::id>, Codec, Unique<"tag", &Item::tag>,
                     OrderedIndex<"group_name", &Item::group, &Item::name>, OrderedIndex<"score", &Item::score>> {};

template <class Codec>
struct BareItems : Table<"items", Item, PrimaryKey<&Item::id>, Codec> {};

using Map = std::map<std::uint64_t, Item>;
using List = std::vector<Item>;

/// Random values from small sets, so that they meet.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    std::uint64_t id() { return one_in(20) ? ~below(3) : below(60); }
    std::int32_t group() { return static_cast<std::int32_t>(below(5)) - 2; }
    std::string text() {
        static const std::string kLetters[] = {"a", "b", std::string(1, '\0'), "\x01", "\xc3\xbf", "Z"};
        std::string text;
        for (std::uint64_t length = below(4); length > 0; --length) text += kLetters[below(std::size(kLetters))];
        return text;
    }
    std::optional<std::string> tag() { return one_in(3) ? std::nullopt : std::optional(text()); }
    std::optional<std::int64_t> score() {
        if (one_in(3)) return std::nullopt;
        return one_in(10) ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(below(9)) - 4;
    }
    Item item(std::uint64_t with_id) {
        return {with_id, tag(), group(), text(), score(), std::string(one_in(30) ? 9000 : below(40), 'p')};
    }

private:
    std::mt19937_64 engine_;
};

bool tag_taken(const Map& map, const Item& item) {
    if (!item.tag) return false;
    return std::any_of(map.begin(), map.end(),
                       [&](const auto& entry) { return entry.first != item.id && entry.second.tag == item.tag; });
}

/// The items in the order of a key, the primary key deciding among equals.
template <class Key>
List sorted_by(const Map& map, Key&& key) {
    List list;
    for (const auto& [id, item] : map) list.push_back(item);
    std::stable_sort(list.begin(), list.end(), [&](const Item& a, const Item& b) { return key(a) < key(b); });
    return list;
}

template <class Predicate>
List only(List list, Predicate&& keep) {
    list.erase(std::remove_if(list.begin(), list.end(), [&](const Item& item) { return !keep(item); }), list.end());
    return list;
}

/// Rows against what they should be: forward, backward, a part of them, their number, their keys.
template <class T>
void compare(const Rows<T>& rows, const List& expected, Dice& dice) {
    REQUIRE(rows.collect() == expected);
    REQUIRE(rows.count() == expected.size());
    REQUIRE(rows.empty() == expected.empty());
    REQUIRE(rows.reverse().collect() == List(expected.rbegin(), expected.rend()));

    const std::size_t skip = dice.below(expected.size() + 2);
    const std::size_t limit = dice.below(expected.size() + 2);
    const std::size_t begin = std::min(skip, expected.size());
    const std::size_t end = std::min(begin + limit, expected.size());
    const auto at = [](const auto& list, std::size_t i) { return list.begin() + static_cast<std::ptrdiff_t>(i); };
    const List part(at(expected, begin), at(expected, end));
    REQUIRE(rows.skip(skip).limit(limit).collect() == part);
    REQUIRE(rows.limit(limit).skip(skip).count() == part.size());
    Ids keys;
    for (const Item& item : part) keys.push_back(item.id);
    REQUIRE(rows.skip(skip).limit(limit).keys().collect() == keys);
    REQUIRE(rows.first() == (expected.empty() ? std::nullopt : std::optional(expected.front())));
}

template <class T>
void compare_by_key(const Reader<T>& items, const Map& map, Dice& dice) {
    const List all = sorted_by(map, [](const Item& item) { return item.id; });
    compare(items.all(), all, dice);
    const std::uint64_t a = dice.id();
    const std::uint64_t b = dice.id();
    compare(items.range(a, b), only(all, [&](const Item& i) { return i.id >= a && i.id < b; }), dice);
    compare(items.from(a), only(all, [&](const Item& i) { return i.id >= a; }), dice);
    compare(items.until(b), only(all, [&](const Item& i) { return i.id < b; }), dice);
    const auto found = map.find(a);
    REQUIRE(items.contains(a) == (found != map.end()));
    REQUIRE(items.get(a) == (found != map.end() ? std::optional(found->second) : std::nullopt));
}

template <class T>
void compare_by_tag(const Reader<T>& items, const Map& map, Dice& dice) {
    const List all = sorted_by(map, [](const Item& item) { return item.tag; });
    const auto by_tag = items.template by<"tag">();
    compare(by_tag.all(), all, dice);
    const std::string text = dice.text();
    const List same = only(all, [&](const Item& i) { return i.tag == text; });
    REQUIRE(by_tag.get(text) == (same.empty() ? std::nullopt : std::optional(same.front())));
    REQUIRE(by_tag.contains(text) == !same.empty());
    REQUIRE_FALSE(by_tag.get(std::nullopt).has_value());
    compare(by_tag.equal(std::nullopt), only(all, [](const Item& i) { return !i.tag; }), dice);
    compare(by_tag.prefix(text), only(all, [&](const Item& i) { return i.tag && i.tag->starts_with(text); }), dice);
    const std::string other = dice.text();
    compare(by_tag.range(text, other), only(all, [&](const Item& i) { return i.tag >= text && i.tag < other; }),
            dice);
}

template <class T>
void compare_by_group(const Reader<T>& items, const Map& map, Dice& dice) {
    const List all = sorted_by(map, [](const Item& item) { return std::tuple(item.group, item.name); });
    const auto by_group = items.template by<"group_name">();
    compare(by_group.all(), all, dice);
    const std::int32_t g = dice.group();
    const std::int32_t h = dice.group();
    const std::string n = dice.text();
    const std::string m = dice.text();
    const auto key = [](const Item& i) { return std::tuple(i.group, i.name); };
    compare(by_group.equal(g), only(all, [&](const Item& i) { return i.group == g; }), dice);
    compare(by_group.equal(g, n), only(all, [&](const Item& i) { return key(i) == std::tuple(g, n); }), dice);
    compare(by_group.prefix(g, n), only(all, [&](const Item& i) { return i.group == g && i.name.starts_with(n); }),
            dice);
    compare(by_group.range({g, n}, {h, m}),
            only(all, [&](const Item& i) { return key(i) >= std::tuple(g, n) && key(i) < std::tuple(h, m); }),
            dice);
    compare(by_group.range(g, h), only(all, [&](const Item& i) { return i.group >= g && i.group < h; }), dice);
}

template <class T>
void compare_by_score(const Reader<T>& items, const Map& map, Dice& dice) {
    const List all = sorted_by(map, [](const Item& item) { return item.score; });
    const auto by_score = items.template by<"score">();
    compare(by_score.all(), all, dice);
    const std::optional<std::int64_t> a = dice.score();
    const std::optional<std::int64_t> b = dice.score();
    compare(by_score.equal(a), only(all, [&](const Item& i) { return i.score == a; }), dice);
    compare(by_score.range(a, b), only(all, [&](const Item& i) { return i.score >= a && i.score < b; }), dice);
    compare(by_score.from(a), only(all, [&](const Item& i) { return i.score >= a; }), dice);
}

template <class T>
void compare_all(ReadTransaction& txn, const Map& map, Dice& dice) {
    const Reader<T> items{txn};
    compare_by_key(items, map, dice);
    compare_by_tag(items, map, dice);
    compare_by_group(items, map, dice);
    compare_by_score(items, map, dice);
}

/// What a write did, or that it violated a constraint.
enum class Outcome { done, nothing, violation };

template <class Action>
Outcome outcome(Action&& action) {
    try {
        return action() ? Outcome::done : Outcome::nothing;
    } catch (const Error& error) {
        INFO(error.what());
        REQUIRE(error.code() == ErrorCode::constraint);
        return Outcome::violation;
    }
}

/// Stores in the map what a write of the item should store.
Outcome model_write(Map& map, const Item& item, bool when_present, bool when_absent) {
    const bool present = map.contains(item.id);
    if (present ? !when_present : !when_absent) return Outcome::nothing;
    if (tag_taken(map, item)) return Outcome::violation;
    map[item.id] = item;
    return Outcome::done;
}

template <class T>
void erase_while_walking(Writer<T>& items, Map& map, Dice& dice) {
    const std::int32_t group = dice.group();
    for (const Item& item : items.template by<"group_name">().equal(group)) {
        if (item.id % 2 == 0) continue;
        REQUIRE(items.erase(item.id));
        REQUIRE(map.erase(item.id) == 1);
    }
}

template <class T>
void write_too_long_key(Writer<T>& items, Dice& dice) {
    Item item = dice.item(dice.id());
    item.name.assign(5000, 'n');
    item.tag.reset();
    REQUIRE(caught([&] { items.upsert(item); }).code == ErrorCode::key_too_long);
}

template <class T>
void write_once(Writer<T>& items, Map& map, Dice& dice) {
    const Item item = dice.item(dice.id());
    switch (dice.below(11)) {
        case 0:
        case 1: {
            const bool taken = map.contains(item.id);
            const Outcome expected = taken ? Outcome::violation : model_write(map, item, false, true);
            REQUIRE(outcome([&] { return items.insert(item), true; }) == expected);
            break;
        }
        case 2:
            REQUIRE(outcome([&] { return items.insert_if_absent(item); }) == model_write(map, item, false, true));
            break;
        case 3:
        case 4:
        case 5:
            REQUIRE(outcome([&] { return items.upsert(item), true; }) == model_write(map, item, true, true));
            break;
        case 6:
            REQUIRE(outcome([&] { return items.replace(item); }) == model_write(map, item, true, false));
            break;
        case 7: {
            Item changed = map.contains(item.id) ? map.at(item.id) : item;
            changed.score = item.score;
            if (dice.one_in(2)) changed.tag = item.tag;
            const Outcome expected = model_write(map, changed, true, false);
            REQUIRE(outcome([&] {
                        return items.update(item.id, [&](Item& stored) {
                            stored.score = changed.score;
                            stored.tag = changed.tag;
                        });
                    }) == expected);
            break;
        }
        case 8:
        case 9:
            REQUIRE(items.erase(item.id) == (map.erase(item.id) == 1));
            break;
        default:
            if (dice.one_in(20)) {
                items.truncate();
                map.clear();
            } else if (dice.one_in(4)) {
                erase_while_walking(items, map, dice);
            } else {
                write_too_long_key(items, dice);
            }
    }
}

/// A snapshot and the map as it was when it began.
struct Past {
    std::unique_ptr<ReadTransaction> snapshot;
    Map map;
};

template <class Codec>
void run(std::uint64_t seed, std::uint64_t rounds) {
    using T = Items<Codec>;
    const StorePath store;
    Dice dice(seed);
    Map map;
    std::optional<Database> db(Database::open<T>(store.path()));
    std::optional<Past> past;

    for (std::uint64_t round = 0; round < rounds; ++round) {
        INFO("seed " << seed << ", round " << round);
        Map changed = map;
        const bool keep = !dice.one_in(4);
        db->write([&](WriteTransaction& txn) {
            Writer<T> items{txn};
            for (std::uint64_t writes = dice.below(25); writes > 0; --writes) write_once(items, changed, dice);
            compare_all<T>(txn, changed, dice);
            if (!keep) txn.abort();
        });
        if (keep) map = std::move(changed);
        db->read([&](ReadTransaction& txn) { compare_all<T>(txn, map, dice); });

        if (past && dice.one_in(6)) {
            compare_all<T>(*past->snapshot, past->map, dice);
            past.reset();
        }
        if (!past) past.emplace(Past{std::unique_ptr<ReadTransaction>(new ReadTransaction(db->begin_read())), map});
        if (dice.one_in(12)) {
            past.reset();
            db.reset();
            if (dice.one_in(2)) static_cast<void>(Database::open<BareItems<Codec>>(store.path()));
            db.emplace(Database::open<T>(store.path()));
        }
        if (dice.one_in(50)) REQUIRE(kv::check(db->environment()).ok());
    }
    past.reset();
    REQUIRE(kv::check(db->environment()).ok());
    db->read([&](ReadTransaction& txn) { compare_all<T>(txn, map, dice); });
}

std::uint64_t rounds() {
    const char* given = std::getenv("CAMBIUM_MODEL_ROUNDS");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 300;
}

}  // namespace

TEST_CASE("a table in cbor behaves as a map") {
    run<Cbor>(seed(), rounds());
}
TEST_CASE("a table in json behaves as a map") {
    run<Json>(seed(), rounds());
}

}  // namespace cambium::test

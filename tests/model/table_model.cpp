// Random transactions on a table with every kind of index, against a std::map.
//
// Each round is one transaction of random writes, committed or rolled back, with violations of constraints among
// them; then every read path is compared with the map: by primary key and through each index, forward and backward,
// ranges, prefixes, limits, counts, what the entries hold, pages, members, filters, sums, groups and sets of
// queries. Between rounds the file is reopened, sometimes by its catalog alone, sometimes with the indexes dropped
// or declared differently meanwhile, so that they are built again, and an older snapshot is compared with the map
// as it was then.
//
// CAMBIUM_SEED repeats a run; CAMBIUM_OPERATIONS changes its length.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "cambium/dynamic.hpp"
#include "cambium/maintenance.hpp"
#include "operations.hpp"
#include "query_model.hpp"
#include "range_model.hpp"
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
    std::vector<std::string> parts{};
    std::optional<std::int8_t> badge{};
    bool open{};
    friend bool operator==(const Item&, const Item&) = default;
};

std::size_t name_size(const Item& item) {
    return item.name.size();
}
bool in_upper_groups(const Item& item) {
    return item.group > 0;
}
std::string folded(std::string text) {
    for (char& letter : text) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    return text;
}

template <class Codec>
struct Items : Table<"items", Item, PrimaryKey<&Item::id>, Codec, Unique<"tag", &Item::tag>,
                     OrderedIndex<"group_name", &Item::group, &Item::name>, OrderedIndex<"score", &Item::score>,
                     OrderedIndex<"part_score", each<&Item::parts>, descending<&Item::score>>,
                     OrderedIndex<"name_size", &name_size, version<2>>,
                     OrderedIndex<"open_group", descending<&Item::group>, where<&Item::open>,
                                  covering<&Item::name, &Item::score>>,
                     OrderedIndex<"folded", ignore_case<&Item::name>>,
                     Unique<"badge", &Item::badge, without_nulls, where<&in_upper_groups>, covering<&Item::tag>>> {
};

template <class Codec>
struct BareItems : Table<"items", Item, PrimaryKey<&Item::id>, Codec> {};

/// Indexes of the same names that hold something else.
template <class Codec>
struct OtherItems : Table<"items", Item, PrimaryKey<&Item::id>, Codec, OrderedIndex<"tag", &Item::open>,
                          OrderedIndex<"name_size", &name_size, version<3>>,
                          OrderedIndex<"open_group", descending<&Item::group>, where<&in_upper_groups>,
                                       covering<&Item::name, &Item::score>>,
                          OrderedIndex<"folded", &Item::name>> {};

using Map = std::map<std::uint64_t, Item>;
using List = std::vector<Item>;

/// Random values from small sets, so that they meet.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    /// Random operations so far.
    std::uint64_t operations = 0;

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
        Item item{with_id, tag(), group(), text(), score(), std::string(one_in(30) ? 9000 : below(40), 'p')};
        vary(item);
        return item;
    }
    void vary(Item& item) {
        item.parts.resize(below(4));
        for (std::string& part : item.parts) part = text();
        item.badge.reset();
        if (!one_in(3)) item.badge = static_cast<std::int8_t>(below(90));
        item.open = one_in(2);
    }

private:
    std::mt19937_64 engine_;
};

bool collides(const Map& map, const Item& item) {
    return std::any_of(map.begin(), map.end(), [&](const auto& entry) {
        const Item& other = entry.second;
        return other.id != item.id &&
               ((item.tag && other.tag == item.tag) ||
                (item.badge && other.badge == item.badge && in_upper_groups(item) && in_upper_groups(other)));
    });
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

/// One of the things that can be made of rows, now and then.
template <class T>
void compare_what_is_made(const Rows<T>& rows, const List& expected, Dice& dice) {
    const std::int32_t group = dice.group();
    switch (dice.below(20)) {
        case 0:
            return compare_pages(rows, expected, dice);
        case 1:
            return compare_pages(rows.reverse(), List(expected.rbegin(), expected.rend()), dice);
        case 2:
            return compare_members<&Item::id, &Item::parts>(rows, expected);
        case 3:
            return compare_members<&Item::score, &Item::name>(rows, expected);
        case 4:
            return compare_filter(
                rows, expected, [group](const Item& item) { return item.group <= group; }, dice);
        case 5:
            return compare_aggregate<&Item::score>(rows, expected);
        case 6:
            return compare_aggregate<&Item::badge>(rows, expected);
        case 7:
            return compare_aggregate<&Item::name>(rows, expected);
        default:
            return;
    }
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
    compare_what_is_made(rows, expected, dice);
}

/// A range with other ends open than range() has.
template <class T>
void compare_other_bounds(const Reader<T>& items, std::uint64_t a, std::uint64_t b, const List& all, Dice& dice) {
    switch (dice.below(6)) {
        case 0:
            return compare(items.closed_range(a, b),
                           only(all, [&](const Item& i) { return i.id >= a && i.id <= b; }), dice);
        case 1:
            return compare(items.open_range(a, b), only(all, [&](const Item& i) { return i.id > a && i.id < b; }),
                           dice);
        case 2:
            return compare(items.left_open_range(a, b),
                           only(all, [&](const Item& i) { return i.id > a && i.id <= b; }), dice);
        case 3:
            return compare(items.after(a), only(all, [&](const Item& i) { return i.id > a; }), dice);
        case 4:
            return compare(items.through(b), only(all, [&](const Item& i) { return i.id <= b; }), dice);
        default:
            return compare(items, all, dice);
    }
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
    compare_other_bounds(items, a, b, all, dice);
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
    const List between = only(all, [&](const Item& i) { return i.group >= g && i.group < h; });
    compare(by_group.range(g, h), between, dice);
    compare_groups<1, &Item::badge>(by_group.range(g, h), between, [](const Item& i) { return i.group; });
    compare_groups<2, &Item::group>(by_group, all, key);
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

/// What an index should hold: the entries that `list` makes of each item, with the item, in order.
template <class Entry, class ListEntries>
std::vector<std::pair<Entry, Item>> expected_entries(const Map& map, ListEntries&& list) {
    std::vector<std::pair<Entry, Item>> expected;
    for (const auto& [id, item] : map) {
        for (Entry& entry : list(item)) expected.emplace_back(std::move(entry), item);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return expected;
}

template <class Entry, class Keep>
List items_of(const std::vector<std::pair<Entry, Item>>& entries, Keep&& keep) {
    List list;
    for (const auto& [entry, item] : entries) {
        if (keep(entry)) list.push_back(item);
    }
    return list;
}

using PartScore = std::pair<std::string, Descending<std::optional<std::int64_t>>>;

std::vector<std::pair<PartScore, Item>> entries_by_part(const Map& map) {
    return expected_entries<PartScore>(map, [](const Item& item) {
        const std::set<std::string> parts(item.parts.begin(), item.parts.end());
        std::vector<PartScore> entries;
        for (const std::string& part : parts) entries.emplace_back(part, Descending{item.score});
        return entries;
    });
}

template <class T>
void compare_by_part(const Reader<T>& items, const Map& map, Dice& dice) {
    using Entry = PartScore;
    using Score = PartScore::second_type;
    const auto expected = entries_by_part(map);
    const auto by_part = items.template by<"part_score">();
    compare(by_part.all(), items_of(expected, [](const Entry&) { return true; }), dice);
    const std::string part = dice.text();
    const std::string other = dice.text();
    const Score a{dice.score()};
    const Score b{dice.score()};
    compare(by_part.equal(part), items_of(expected, [&](const Entry& e) { return e.first == part; }), dice);
    compare(by_part.equal(part, a.value),
            items_of(expected,
                     [&](const Entry& e) {
                         return e == Entry{part, a};
                     }),
            dice);
    compare(by_part.prefix(part), items_of(expected, [&](const Entry& e) { return e.first.starts_with(part); }),
            dice);
    compare(by_part.range({part, a.value}, {other, b.value}),
            items_of(expected,
                     [&](const Entry& e) {
                         return e >= Entry{part, a} && e < Entry{other, b};
                     }),
            dice);
    std::vector<std::tuple<std::string, std::optional<std::int64_t>, std::uint64_t>> tuples;
    for (const auto& [entry, item] : expected) tuples.emplace_back(entry.first, entry.second.value, item.id);
    REQUIRE(by_part.entries().collect() == tuples);
    std::map<std::string, std::uint64_t> parts;
    for (const auto& [entry, item] : expected) ++parts[entry.first];
    const auto groups = by_part.template count_by<1>();
    REQUIRE(groups.size() == parts.size());
    for (const auto& group : groups) REQUIRE(group.value == parts.at(group.columns));
}

/// A random query as a set.
template <class T>
QuerySet<T> some_query(const Reader<T>& items, const Map& map, Dice& dice) {
    const auto set_of = [&](const auto& rows, const auto& keep) {
        QuerySet<T> result{unite(rows, rows), {}};
        for (const auto& [id, item] : map)
            if (keep(item)) result.keys.insert(id);
        return result;
    };
    const std::int32_t group = dice.group();
    const std::string text = dice.text();
    const std::uint64_t id = dice.id();
    switch (dice.below(5)) {
        case 0:
            return set_of(items.template by<"group_name">().equal(group),
                          [&](const Item& item) { return item.group == group; });
        case 1:
            return set_of(items.template by<"part_score">().prefix(text), [&](const Item& item) {
                return std::any_of(item.parts.begin(), item.parts.end(),
                                   [&](const std::string& part) { return part.starts_with(text); });
            });
        case 2:
            return set_of(items.from(id), [&](const Item& item) { return item.id >= id; });
        case 3:
            return set_of(items.template by<"open_group">(), [&](const Item& item) { return item.open; });
        default:
            return set_of(items.template by<"tag">().until(text),
                          [&](const Item& item) { return !item.tag || *item.tag < text; });
    }
}

template <class T>
void compare_sets(const Reader<T>& items, const Map& map, Dice& dice) {
    QuerySet<T> set = some_query(items, map, dice);
    for (std::uint64_t operations = dice.below(4); operations > 0; --operations)
        set = combined(set, some_query(items, map, dice), dice);
    List expected;
    for (const std::uint64_t id : set.keys) expected.push_back(map.at(id));
    REQUIRE(set.found.collect() == expected);
    REQUIRE(set.found.count() == expected.size());
    REQUIRE(set.found.keys() == Ids(set.keys.begin(), set.keys.end()));
}

template <class T>
void compare_by_functions(const Reader<T>& items, const Map& map, Dice& dice) {
    const auto sizes =
        expected_entries<std::size_t>(map, [](const Item& item) { return std::vector{name_size(item)}; });
    const std::size_t size = dice.below(9);
    const auto by_size = items.template by<"name_size">();
    compare(by_size.all(), items_of(sizes, [](std::size_t) { return true; }), dice);
    compare(by_size.from(size), items_of(sizes, [&](std::size_t s) { return s >= size; }), dice);

    const auto names =
        expected_entries<std::string>(map, [](const Item& item) { return std::vector{folded(item.name)}; });
    const std::string text = dice.text();
    const auto by_name = items.template by<"folded">();
    compare(by_name.all(), items_of(names, [](const std::string&) { return true; }), dice);
    compare(by_name.equal(text), items_of(names, [&](const std::string& n) { return n == folded(text); }), dice);
    compare(by_name.prefix(text),
            items_of(names, [&](const std::string& n) { return n.starts_with(folded(text)); }), dice);
}

template <class T>
void compare_partial(const Reader<T>& items, const Map& map, Dice& dice) {
    using Group = Descending<std::int32_t>;
    const auto groups = expected_entries<Group>(
        map, [](const Item& item) { return item.open ? std::vector{Group{item.group}} : std::vector<Group>(); });
    const auto by_group = items.template by<"open_group">();
    const std::int32_t g = dice.group();
    compare(by_group.all(), items_of(groups, [](Group) { return true; }), dice);
    compare(by_group.equal(g), items_of(groups, [&](Group group) { return group.value == g; }), dice);
    compare(by_group.until(g), items_of(groups, [&](Group group) { return group.value > g; }), dice);
    std::vector<std::tuple<std::int32_t, std::string, std::optional<std::int64_t>, std::uint64_t>> open;
    for (const auto& [group, item] : groups) open.emplace_back(group.value, item.name, item.score, item.id);
    REQUIRE(by_group.entries().collect() == open);

    const auto badges = expected_entries<std::int8_t>(map, [](const Item& item) {
        return item.badge && in_upper_groups(item) ? std::vector{*item.badge} : std::vector<std::int8_t>();
    });
    const auto by_badge = items.template by<"badge">();
    compare(by_badge.all(), items_of(badges, [](std::int8_t) { return true; }), dice);
    std::vector<std::tuple<std::optional<std::int8_t>, std::optional<std::string>, std::uint64_t>> covered;
    for (const auto& [badge, item] : badges) covered.emplace_back(badge, item.tag, item.id);
    REQUIRE(by_badge.entries().collect() == covered);
    const auto badge = static_cast<std::int8_t>(dice.below(90));
    const List same = items_of(badges, [&](std::int8_t b) { return b == badge; });
    REQUIRE(by_badge.get(badge) == (same.empty() ? std::nullopt : std::optional(same.front())));
}

template <class T>
void compare_all(ReadTransaction& txn, const Map& map, Dice& dice) {
    const Reader<T> items{txn};
    compare_by_key(items, map, dice);
    compare_by_tag(items, map, dice);
    compare_by_group(items, map, dice);
    compare_by_score(items, map, dice);
    compare_by_part(items, map, dice);
    compare_by_functions(items, map, dice);
    compare_partial(items, map, dice);
    compare_sets(items, map, dice);
}

Document document_of(const Item& item) {
    std::string text;
    Json::encode(item, text);
    return Document::from_json(text);
}

/// The same table opened by its catalog alone: every kind of range of an index, and pages of the records.
void compare_by_description(const std::string& path, const Map& map, Dice& dice) {
    const StoredTables stored = stored_tables(path);
    Database db = Database::open(path, stored.tables);
    db.read([&](ReadTransaction& txn) {
        const DynamicReader items(txn, stored["items"]);
        List all;
        std::vector<Document> documents;
        for (const auto& [id, item] : map) {
            all.push_back(item);
            documents.push_back(document_of(item));
        }
        compare_pages(items, documents, dice);
        compare_pages(items.reverse(), std::vector<Document>(documents.rbegin(), documents.rend()), dice);
        compare_ranges(
            1, items.by("group_name"), all, [](const Item& item) { return std::tuple(item.group, item.name); },
            [&] { return dice.item(dice.id()); }, document_of);
        REQUIRE(items.by("open_group").count() == only(all, [](const Item& item) { return item.open; }).size());
    });
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
    if (collides(map, item)) return Outcome::violation;
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

/// Erases a part of a query: some of a group, or a range of ids, all of it or the middle.
template <class T>
void erase_some(Writer<T>& items, Map& map, Dice& dice) {
    const std::uint64_t skip = dice.one_in(2) ? 0 : dice.below(3);
    const std::uint64_t limit = dice.one_in(2) ? map.size() : dice.below(4);
    List chosen;
    std::uint64_t erased = 0;
    if (dice.one_in(3)) {
        // A record comes as often as it has parts.
        const bool reverse = dice.one_in(2);
        chosen = items_of(entries_by_part(map), [](const PartScore&) { return true; });
        if (reverse) std::reverse(chosen.begin(), chosen.end());
        const auto parts = items.template by<"part_score">().skip(skip).limit(limit);
        erased = items.erase(reverse ? parts.reverse() : parts);
    } else if (dice.one_in(2)) {
        const std::int32_t group = dice.group();
        chosen = only(sorted_by(map, [](const Item& i) { return std::tuple(i.group, i.name); }),
                      [&](const Item& i) { return i.group == group; });
        erased = items.erase(items.template by<"group_name">().equal(group).skip(skip).limit(limit));
    } else {
        const std::uint64_t a = dice.id();
        const std::uint64_t b = dice.id();
        chosen = only(sorted_by(map, [](const Item& i) { return i.id; }),
                      [&](const Item& i) { return i.id >= a && i.id < b; });
        erased = items.erase(items.range(a, b).skip(skip).limit(limit));
    }
    std::uint64_t expected = 0;
    for (std::size_t i = skip; i < chosen.size() && i < skip + limit; ++i) expected += map.erase(chosen[i].id);
    REQUIRE(erased == expected);
}

template <class T>
void patch_once(Writer<T>& items, Map& map, const Item& item) {
    Item changed = map.contains(item.id) ? map.at(item.id) : item;
    changed.tag = item.tag;
    changed.name = item.name;
    const Outcome expected = model_write(map, changed, true, false);
    REQUIRE(outcome([&] {
                return items.patch(item.id, cambium::set<&Item::tag>(item.tag),
                                   cambium::set<&Item::name>(item.name));
            }) == expected);
}

/// A load is all or nothing.
template <class T>
void load_some(Writer<T>& items, Map& map, Dice& dice) {
    List records;
    for (std::uint64_t count = dice.below(6); count > 0; --count) records.push_back(dice.item(dice.id()));
    Map loaded = map;
    bool violates = false;
    for (const Item& item : records) {
        violates =
            violates || loaded.contains(item.id) || model_write(loaded, item, false, true) == Outcome::violation;
    }
    const Outcome expected = violates ? Outcome::violation : Outcome::done;
    REQUIRE(outcome([&] { return items.load(records, {.memory_bytes = dice.below(3000)}) == records.size(); }) ==
            expected);
    if (!violates) map = std::move(loaded);
}

template <class T>
void write_once(Writer<T>& items, Map& map, Dice& dice) {
    ++dice.operations;
    const Item item = dice.item(dice.id());
    switch (dice.below(14)) {
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
            if (dice.one_in(2)) dice.vary(changed);
            const Outcome expected = model_write(map, changed, true, false);
            REQUIRE(outcome([&] {
                        return items.update(item.id, [&](Item& stored) {
                            stored.score = changed.score;
                            stored.tag = changed.tag;
                            stored.parts = changed.parts;
                            stored.badge = changed.badge;
                            stored.open = changed.open;
                        });
                    }) == expected);
            break;
        }
        case 8:
        case 9:
            REQUIRE(items.erase(item.id) == (map.erase(item.id) == 1));
            break;
        case 10:
            erase_some(items, map, dice);
            break;
        case 11:
            patch_once(items, map, item);
            break;
        case 12:
            load_some(items, map, dice);
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

/// A scope that rolls back alone, or not, with another one in it.
template <class T>
void nest_in(WriteTransaction& txn, Map& map, Dice& dice, int depth) {
    Map changed = map;
    const bool keep = dice.one_in(2);
    txn.nested([&](WriteTransaction& inner) {
        Writer<T> items{inner};
        for (std::uint64_t writes = dice.below(8); writes > 0; --writes) write_once(items, changed, dice);
        if (depth > 1) nest_in<T>(inner, changed, dice, depth - 1);
        if (!keep) inner.abort();
    });
    if (keep) map = std::move(changed);
}

/// A snapshot and the map as it was when it began.
struct Past {
    std::unique_ptr<ReadTransaction> snapshot;
    Map map;
};

Operations& operations() {
    static Operations of_all{kTableModel};
    return of_all;
}

/// As many operations as each codec has to do.
template <class Codec>
void run(std::uint64_t seed) {
    using T = Items<Codec>;
    const StorePath store;
    Dice dice(seed);
    Map map;
    std::optional<Database> db(Database::open<T>(store.path()));
    std::optional<Past> past;

    for (std::uint64_t round = 0; dice.operations < operations().part_of(2); ++round) {
        INFO("seed " << seed << ", round " << round);
        Map changed = map;
        const bool keep = !dice.one_in(4);
        db->write([&](WriteTransaction& txn) {
            Writer<T> items{txn};
            for (std::uint64_t writes = dice.below(50); writes > 0; --writes) write_once(items, changed, dice);
            if (dice.one_in(3)) nest_in<T>(txn, changed, dice, 2);
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
            if (dice.one_in(4)) compare_by_description(store.path(), map, dice);
            if (dice.one_in(3)) static_cast<void>(Database::open<BareItems<Codec>>(store.path()));
            if (dice.one_in(3)) {
                Database other = Database::open<OtherItems<Codec>>(store.path());
                other.read([](ReadTransaction& txn) { REQUIRE(verify_indexes<OtherItems<Codec>>(txn).ok()); });
            }
            db.emplace(Database::open<T>(store.path()));
        }
        if (dice.one_in(50)) REQUIRE(kv::check(db->environment()).ok());
        if (dice.one_in(20)) {
            db->read([](ReadTransaction& txn) { REQUIRE(verify_indexes<T>(txn).ok()); });
        }
        if (dice.one_in(30)) {
            db->write([](WriteTransaction& txn) { rebuild_indexes<T>(txn); });
        }
    }
    past.reset();
    REQUIRE(kv::check(db->environment()).ok());
    db->read([&](ReadTransaction& txn) { compare_all<T>(txn, map, dice); });
    operations().add(dice.operations);
}

}  // namespace

TEST_CASE("a table in cbor behaves as a map") {
    run<Cbor>(seed());
}
TEST_CASE("a table in json behaves as a map") {
    run<Json>(seed());
}
TEST_CASE("these were enough operations") {
    operations().finish();
}

}  // namespace cambium::test

// Tables of any value: the key outside the record, with every kind of value.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "cambium/codec/raw.hpp"
#include "seed.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Names : Table<"names", std::string, Key<std::uint64_t>, Cbor> {};
struct Counters : Table<"counters", std::int64_t, Key<std::string>, Raw> {};
struct Flags : Table<"flags", bool, Key<std::string>, Json> {};
struct Blobs : Table<"blobs", std::vector<std::byte>, Key<Uuid>, Cbor> {};
struct Groups : Table<"groups", std::set<std::string>, Key<std::string>, Json> {};
struct Lists : Table<"lists", std::vector<std::int32_t>, Key<std::int16_t>, Cbor> {};
struct Maps : Table<"maps", std::map<std::string, double>, Key<std::string>, Cbor> {};
struct Maybes : Table<"maybes", std::optional<int>, Key<int>, Json> {};
struct Samples : Table<"samples", double, Key<std::string, std::uint64_t>, Raw> {};

struct Profile {
    std::string name{};
    std::optional<std::string> city{};
    friend bool operator==(const Profile&, const Profile&) = default;
};
struct Profiles : Table<"profiles", Profile, Key<std::string, std::uint32_t>, Cbor, Unique<"name", &Profile::name>,
                        OrderedIndex<"city", &Profile::city>> {};

using Row = Entry<std::tuple<std::string, std::uint64_t>, double>;

template <class T, class K>
void holds_value(const K& key, const typename T::Record& first, const typename T::Record& second) {
    using Maybe = std::optional<typename T::Record>;
    const StorePath store;
    {
        auto db = Database::open<T>(store.path());
        db.write([&](WriteTransaction& txn) {
            Writer<T> writer{txn};
            writer.insert(key, first);
            CHECK(caught([&] { writer.insert(key, second); }).code == ErrorCode::constraint);
            CHECK_FALSE(writer.insert_if_absent(key, second));
            CHECK(writer.get(key) == Maybe(first));
            CHECK(writer.replace(key, second));
        });
    }
    auto db = Database::open<T>(store.path(), {.create = false});
    db.read([&](ReadTransaction& txn) {
        Reader<T> reader{txn};
        CHECK(reader.contains(key));
        CHECK(reader.get(key) == Maybe(second));
        std::size_t rows = 0;
        for (const auto& [stored_key, value] : reader.all()) {
            CHECK(stored_key == key);
            CHECK(value == second);
            ++rows;
        }
        CHECK(rows == 1);
        CHECK(reader.first() == RowOf<T>{key, second});
    });
    db.write([&](WriteTransaction& txn) {
        Writer<T> writer{txn};
        CHECK(writer.erase(key));
        CHECK_FALSE(writer.erase(key));
        CHECK_FALSE(writer.replace(key, first));
        CHECK(writer.get(key) == std::nullopt);
        writer.put(key, first);
        writer.upsert(key, second);
        CHECK(writer.update(key, [&](typename T::Record& value) { value = first; }));
        CHECK(writer.get(key) == Maybe(first));
        writer.truncate();
        CHECK(writer.count() == 0);
        CHECK_FALSE(writer.update(key, [](typename T::Record&) {}));
    });
}

}  // namespace

TEST_CASE("a table holds values of every kind under a key outside of them") {
    holds_value<Names>(std::uint64_t{7}, "Ada", "Grace");
    holds_value<Counters>(std::string("hits"), -5, 1'000'000);
    holds_value<Flags>(std::string("dark"), true, false);
    holds_value<Blobs>(Uuid{{1, 2, 3}}, {std::byte{0}, std::byte{255}}, {});
    holds_value<Groups>(std::string("staff"), {"ada", "grace"}, {});
    holds_value<Lists>(std::int16_t{-3}, {1, -2, 3}, {});
    holds_value<Maps>(std::string("x"), {{"a", 0.5}}, {{"b", -1}, {"c", 2}});
    holds_value<Maybes>(-1, std::nullopt, 5);
}

TEST_CASE("a key of several parts orders the values and selects by its leading parts") {
    const StorePath store;
    auto db = Database::open<Samples>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Samples> samples{txn};
        samples.put("oslo", 3, 0.5);
        samples.put("bern", 9, 1.5);
        samples.put("oslo", 1, 2.5);
        CHECK(samples.update("bern", 9, [](double& value) { value += 1; }));
        CHECK_FALSE(samples.insert_if_absent("oslo", 1, 7));
    });
    db.read([](ReadTransaction& txn) {
        Reader<Samples> samples{txn};
        const Row bern{{"bern", 9}, 2.5};
        const Row oslo_first{{"oslo", 1}, 2.5};
        const Row oslo_last{{"oslo", 3}, 0.5};
        CHECK(samples.all().collect() == std::vector<Row>{bern, oslo_first, oslo_last});
        CHECK(samples.equal("oslo").collect() == std::vector<Row>{oslo_first, oslo_last});
        CHECK(samples.equal("oslo", 3).first() == oslo_last);
        CHECK(samples.prefix("o").reverse().first() == oslo_last);
        CHECK(samples.range({"bern", 9}, {"oslo", 2}).collect() == std::vector<Row>{bern, oslo_first});
        CHECK(samples.last() == oslo_last);
        CHECK(samples.all().keys().first() == std::tuple<std::string, std::uint64_t>{"bern", 9});
        CHECK(samples.get("oslo", 1) == 2.5);
        CHECK(samples.get("oslo", 2) == std::nullopt);
    });
    CHECK(caught([&] { db.write([](WriteTransaction& txn) { Writer<Samples>{txn}.insert("x", -1, 0); }); }).code ==
          ErrorCode::invalid_argument);
}

TEST_CASE("records under an outside key have indexes, whose rows carry the key") {
    const StorePath store;
    auto db = Database::open<Profiles>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Profiles> profiles{txn};
        profiles.insert("eu", 1, {.name = "ada", .city = "London"});
        profiles.insert("us", 1, {.name = "grace"});
        profiles.insert("us", 2, {.name = "alan", .city = "London"});
        const Caught taken = caught([&] { profiles.put("eu", 2, {.name = "ada"}); });
        CHECK(taken.code == ErrorCode::constraint);
        CHECK(taken.text ==
              "table \"profiles\", index \"name\": \"ada\" already belongs to (key 1, key 2) (\"eu\", 1)");
        profiles.put("eu", 1, {.name = "ada", .city = "Paris"});
    });
    db.read([](ReadTransaction& txn) {
        Reader<Profiles> profiles{txn};
        const auto ada = profiles.by<"name">().get("ada");
        REQUIRE(ada);
        CHECK(ada->key == std::tuple<std::string, std::uint32_t>{"eu", 1});
        CHECK(ada->value == Profile{"ada", "Paris"});
        CHECK(profiles.by<"name">().get("eve") == std::nullopt);
        const auto in_london = profiles.by<"city">().equal("London").collect();
        REQUIRE(in_london.size() == 1);
        CHECK(in_london[0].key == std::tuple<std::string, std::uint32_t>{"us", 2});
        CHECK(in_london[0].value.name == "alan");
    });
}

TEST_CASE("random values agree with a map of them") {
    using Model = std::map<std::pair<std::string, std::uint64_t>, double>;
    std::mt19937_64 random(seed());
    const StorePath store;
    auto db = Database::open<Samples>(store.path());
    Model model;
    for (int round = 0; round < 20; ++round) {
        Model next = model;
        const bool keep = random() % 4 != 0;
        WriteTransaction txn = db.begin_write();
        Writer<Samples> samples{txn};
        for (int i = 0; i < 100; ++i) {
            const std::string name(random() % 3, static_cast<char>(random() % 3));
            const std::uint64_t number = random() % 20;
            const auto value = static_cast<double>(random() % 1000);
            switch (random() % 4) {
                case 0:
                    REQUIRE(samples.erase(name, number) == (next.erase({name, number}) == 1));
                    break;
                case 1:
                    REQUIRE(samples.insert_if_absent(name, number, value) ==
                            next.insert({{name, number}, value}).second);
                    break;
                case 2: {
                    const auto found = next.find({name, number});
                    REQUIRE(samples.replace(name, number, value) == (found != next.end()));
                    if (found != next.end()) found->second = value;
                    break;
                }
                default:
                    samples.put(name, number, value);
                    next[{name, number}] = value;
            }
        }
        if (keep) {
            txn.commit();
            model = std::move(next);
        } else {
            txn.abort();
        }
        db.read([&](ReadTransaction& reading) {
            auto expected = model.begin();
            for (const auto& [key, value] : Reader<Samples>{reading}.all()) {
                REQUIRE(expected != model.end());
                REQUIRE(std::get<0>(key) == expected->first.first);
                REQUIRE(std::get<1>(key) == expected->first.second);
                REQUIRE(value == expected->second);
                ++expected;
            }
            REQUIRE(expected == model.end());
        });
    }
}

namespace other {
struct Names : Table<"names", std::int32_t, Key<std::uint64_t>, Cbor> {};
struct Counters : Table<"counters", std::int64_t, Key<std::string, std::string>, Raw> {};
struct Profiles : Table<"profiles", Profile, PrimaryKey<&Profile::name>, Cbor> {};
}  // namespace other

TEST_CASE("another value or another key is refused with a sentence") {
    const StorePath store;
    static_cast<void>(Database::open<Names, Counters, Profiles>(store.path()));
    static_cast<void>(Database::open<Names, Counters, Profiles>(store.path(), {.read_only = true}));
    const auto refusal = [&](auto open) { return caught([&] { static_cast<void>(open()); }); };
    const Caught value = refusal([&] { return Database::open<other::Names>(store.path()); });
    CHECK(value.code == ErrorCode::schema);
    CHECK(holds(value.text, "field \"(value)\" was string, is declared i32"));
    const Caught key = refusal([&] { return Database::open<other::Counters>(store.path()); });
    CHECK(holds(key.text,
                "the primary key was outside the record, of type (string), is declared outside the record, "
                "of type (string, string)"));
    const Caught inside = refusal([&] { return Database::open<other::Profiles>(store.path()); });
    CHECK(holds(inside.text, "the primary key was outside the record, of type (string, u32), is declared (name)"));
}

TEST_CASE("a value that does not decode, and a key that is too long, are errors that name table and key") {
    const StorePath store;
    auto db = Database::open<Names, Counters>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Names>{txn}.put(7, "fine");
        Writer<Counters> counters{txn};
        const Caught long_key = caught([&] { counters.put(std::string(100'000, 'x'), 1); });
        CHECK(long_key.code == ErrorCode::key_too_long);
        CHECK(holds(long_key.text, "table \"counters\", primary key (key): "));
        CHECK(counters.count() == 0);
    });
    {
        kv::Environment& environment = db.environment();
        kv::WriteTransaction txn = environment.begin_write();
        std::string tree;
        txn.each_tree([&](ByteView name, kv::Tree) {
            if (name.starts_with("cambium.table.") && tree.empty()) tree = name;
        });
        txn.put(txn.create_tree(tree), key::encode(std::uint64_t{7}), "\x05");
        txn.commit();
    }
    db.read([](ReadTransaction& txn) {
        const Caught broken = caught([&] { static_cast<void>(Reader<Names>{txn}.get(7)); });
        CHECK(broken.code == ErrorCode::decode);
        CHECK(holds(broken.text, "table \"names\", key 7: the record does not decode: "));
    });
}

// Queries of tables by description: every kind of range against rows sorted in memory, pages, keys, a range erased.
#include <map>

#include "readings.hpp"
#include "typed_dynamic.hpp"

namespace cambium::test {
namespace {

Document document_of(const Reading& reading) {
    std::string text;
    Json::encode(reading, text);
    return Document::from_json(text);
}

/// The readings of a store that its catalog alone opens, written by description.
ReadingMap fill(WriteTransaction& txn, const DynamicTable& table, std::size_t count, Random& random) {
    ReadingMap map;
    DynamicWriter readings(txn, table);
    while (map.size() < count) {
        const Reading reading = random_reading(random);
        readings.upsert(document_of(reading));
        map[{reading.city, reading.day}] = reading;
    }
    return map;
}

/// Goes through all pages, of a random size, each in a transaction of its own.
template <class Query>
std::vector<Document> in_pages(Database& db, Random& random, const Query& query) {
    std::vector<Document> rows;
    std::string token;
    do {
        db.read([&](ReadTransaction& txn) {
            const std::size_t size = 1 + random() % 7;
            Page<Document> page = query(txn).page(size, token);
            REQUIRE(page.rows.size() <= size);
            rows.insert(rows.end(), page.rows.begin(), page.rows.end());
            token = page.next;
        });
    } while (!token.empty());
    return rows;
}

}  // namespace

TEST_CASE("ranges by description are those of rows sorted by the same columns") {
    const std::uint64_t used = seed();
    INFO("seed " << used);
    Random random(used);
    const StorePath store;
    static_cast<void>(Database::open<Readings>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        const ReadingMap map = fill(txn, stored["readings"], 60, random);
        const DynamicReader readings(txn, stored["readings"]);
        compare_readings(5,
                         std::tuple{DynamicSelections(readings), readings.by("level_word"),
                                    readings.by("city_level"), readings.by("name_level"), readings.by("folded")},
                         map, random, document_of);
    });
}

TEST_CASE("pages, parts and keys by description are those of the declaration") {
    const StorePath store;
    Random random(seed());
    {
        Database db = Database::open<Readings>(store.path());
        db.write([&](WriteTransaction& txn) {
            for (int i = 0; i < 60; ++i) Writer<Readings>{txn}.upsert(random_reading(random));
        });
    }
    const StoredTables stored = stored_tables(store.path());
    const DynamicTable& table = stored["readings"];
    Database db = Database::open(store.path(), stored.tables);
    const auto in_cities = [&](ReadTransaction& txn) {
        return DynamicReader(txn, table).by("city_level").between("a", "").reverse();
    };
    const std::vector<Document> all = db.read([&](ReadTransaction& txn) { return in_cities(txn).collect(); });
    CHECK(in_pages(db, random, in_cities) == all);
    std::string token = db.read([&](ReadTransaction& txn) {
        const DynamicReader readings(txn, table);
        CHECK(readings.skip(3).limit(2).count() == 2);
        CHECK(readings.last() == readings.reverse().first());
        CHECK(readings.from("B").empty() == (readings.from("B").count() == 0));
        std::vector<Document> keys;
        for (const Document& reading : readings) keys.push_back(Document::array({reading["city"], reading["day"]}));
        CHECK(readings.keys().collect() == keys);
        CHECK(readings.begin().key() == keys.front());
        for (const Document& key : keys) CHECK(readings.get(key).has_value());
        CHECK(readings.by("folded").keys().count() == keys.size());
        CHECK(holds(error_of(ErrorCode::invalid_argument,
                             [&] { static_cast<void>(readings.page(2, in_cities(txn).page(1).next)); }),
                    "is one of another query"));
        return in_cities(txn).page(2).next;
    });
    // The place is kept when its row is gone.
    db.write([&](WriteTransaction& txn) {
        DynamicWriter(txn, table).erase({all[1]["city"], all[1]["day"]});
        CHECK(in_cities(txn).page(100, token).rows == std::vector<Document>(all.begin() + 2, all.end()));
    });
}

TEST_CASE("a query by description is erased as a whole, and nothing beside it") {
    const StorePath store;
    Random random(seed());
    static_cast<void>(Database::open<Readings, Counts>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.write([&](WriteTransaction& txn) {
        const ReadingMap map = fill(txn, stored["readings"], 60, random);
        DynamicWriter readings(txn, stored["readings"]);
        const std::uint64_t begin_with_a = readings.prefix("a").count();
        CHECK(readings.erase(readings.prefix("a")) == begin_with_a);
        CHECK(readings.count() == map.size() - begin_with_a);
        CHECK(readings.by("level_word").count() == readings.count());
        CHECK(readings.erase(readings.by("level_word").equal(nullptr)) > 0);
        CHECK(readings.by("city_level").count() == readings.count());

        DynamicWriter counts(txn, stored["counts"]);
        for (const char* const key : {"a", "b", "c"}) counts.insert(Document::object({{"key", key}, {"value", 1}}));
        CHECK(counts.erase(counts.until(Document::array())) == 0);
        CHECK(counts.erase(counts.range("c", "b")) == 0);
        CHECK(counts.erase(counts.closed_range("b", "c")) == 2);
        CHECK(counts.erase(counts) == 1);
    });
}

TEST_CASE("ends of ranges that a table by description cannot have are refused by name") {
    const StorePath store;
    static_cast<void>(Database::open<Posts, Readings>(store.path()));
    const StoredTables stored = stored_tables(store.path());
    Database db = Database::open(store.path(), stored.tables);
    db.read([&](ReadTransaction& txn) {
        const DynamicReader posts(txn, stored["posts"]);
        const DynamicReader readings(txn, stored["readings"]);
        const auto refused = [](ErrorCode code, const auto& query) {
            return error_of(code, [&] { static_cast<void>(query()); });
        };
        CHECK(refused(ErrorCode::invalid_argument, [&] {
                  return posts.by("author").range({"a", 1, 2}, "b");
              }) == "table \"posts\": 3 values are given for 1 columns; several are an array");
        CHECK(holds(refused(ErrorCode::invalid_argument, [&] { return posts.prefix(1); }),
                    "column 1 of this key (i64) is no text; prefix() takes the beginning of one"));
        CHECK(holds(refused(ErrorCode::invalid_argument, [&] { return readings.prefix("a", "b"); }),
                    "column 2 of this key (descending<i32>) is no text"));
        CHECK(holds(refused(ErrorCode::invalid_argument, [&] { return readings.get("a"); }),
                    "1 values are given for 2 columns"));
        CHECK(holds(refused(ErrorCode::decode, [&] { return posts.by("title").prefix(7); }), "text"));
        CHECK(holds(refused(ErrorCode::decode, [&] { return readings.from({"a", 1LL << 40}); }), "i32"));
        CHECK(posts.by("title").prefix("A").count() == 0);
        CHECK_FALSE(posts.by("tag").from("a").first().has_value());
    });
}

}  // namespace cambium::test

// Building indexes from what a table holds: in one part and in several, with progress, cancelled; verifying them,
// and building them anew.
#include <map>

#include "cambium/maintenance.hpp"
#include "typed/index_build.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Item {
    std::uint64_t id{};
    std::uint64_t code{};
    std::string name{};
    std::vector<std::uint16_t> parts{};
};

/// What a derived index holds: changed by tests, as a function is that is edited without a new version.
std::uint64_t salt = 0;
std::uint64_t salted(const Item& item) {
    return item.code + salt;
}

struct Bare : Table<"items", Item, PrimaryKey<&Item::id>, Cbor> {};
struct Items : Table<"items", Item, PrimaryKey<&Item::id>, Cbor, Unique<"code", &Item::code, covering<&Item::name>>,
                     OrderedIndex<"name", &Item::name>, OrderedIndex<"parts", each<&Item::parts>>,
                     OrderedIndex<"salted", &salted>> {};

void fill(const StorePath& store, std::uint64_t count) {
    Database db = Database::open<Bare>(store.path());
    db.write([&](WriteTransaction& txn) {
        Writer<Bare> items{txn};
        for (std::uint64_t id = 0; id < count; ++id) {
            const std::uint64_t code = id * 7919 % count;
            items.insert(
                {id, code, "name " + std::to_string(code / 3), {static_cast<std::uint16_t>(code % 11), 7}});
        }
    });
}

void check_content(Database& db, std::uint64_t count) {
    db.read([&](ReadTransaction& txn) {
        const Reader<Items> items{txn};
        std::uint64_t code = 0;
        for (const auto& [stored, name, id] : items.by<"code">().entries()) {
            CHECK(stored == code++);
            CHECK(id * 7919 % count == stored);
            CHECK(name == "name " + std::to_string(stored / 3));
        }
        CHECK(code == count);
        CHECK(items.by<"parts">().equal(7).count() == count);
        const IndexReport report = verify_indexes<Items>(txn);
        CHECK(report.ok());
        CHECK(report.records == count);
        CHECK(report.entries == items.by<"parts">().count() + 3 * count);
    });
}

}  // namespace

TEST_CASE("indexes are built in one walk, with progress") {
    const StorePath store;
    fill(store, 3001);
    std::vector<std::uint64_t> done;
    Database db = Database::open<Items>(store.path(), {}, [&](const Progress& progress) {
        CHECK(progress.table == "items");
        CHECK(progress.records_total == 3001);
        done.push_back(progress.records_done);
        return true;
    });
    CHECK(done == std::vector<std::uint64_t>{0, 1024, 2048, 3001});
    check_content(db, 3001);
}

TEST_CASE("a cancelled build changes nothing") {
    const StorePath store;
    fill(store, 3001);
    const Caught error = caught([&] {
        static_cast<void>(Database::open<Items>(
            store.path(), {}, [](const Progress& progress) { return progress.records_done < 2048; }));
    });
    CHECK(error.code == ErrorCode::cancelled);
    CHECK(error.text == "table \"items\": cancelled by the progress function after 2048 of 3001 records");
    {
        kv::Environment environment = kv::Environment::open(store.path());
        const kv::ReadTransaction txn = environment.begin_read();
        CHECK_FALSE(txn.find_tree("cambium.index.1.1").has_value());
    }
    Database db = Database::open<Items>(store.path());
    check_content(db, 3001);
}

TEST_CASE("an index built in several parts is the same, and finds what collides across them") {
    const StorePath store;
    fill(store, 3001);
    Database db = Database::open<Items>(store.path());
    const detail::TableDescription& table = detail::LayoutOf<Items>::description;
    std::map<std::string, std::string> expected;
    {
        kv::WriteTransaction txn = db.environment().begin_write();
        const kv::Tree code = txn.tree("cambium.index.1.1");
        for (kv::Cursor cursor = txn.cursor(code); cursor.next();) {
            expected.emplace(cursor.key(), cursor.value());
        }
        txn.clear(code);
        const detail::EmptyIndex index{0, code};
        detail::build_indexes(txn, table, txn.tree("cambium.table.1"), {&index, 1}, 1000, {}, 5000);
        std::map<std::string, std::string> built;
        for (kv::Cursor cursor = txn.cursor(code); cursor.next();) built.emplace(cursor.key(), cursor.value());
        CHECK(built == expected);
        txn.commit();
    }
    // Two records of the same code, far from each other.
    Item twice{4000, 1, "twice", {}};
    std::string bytes;
    Cbor::encode(twice, bytes);
    for (const std::size_t part : {std::size_t{5000}, detail::kGatheredBytes}) {
        kv::WriteTransaction txn = db.environment().begin_write();
        const kv::Tree code = txn.tree("cambium.index.1.1");
        txn.put(txn.tree("cambium.table.1"), key::encode(twice.id), bytes);
        txn.clear(code);
        const detail::EmptyIndex index{0, code};
        const Caught error = caught([&] {
            detail::build_indexes(txn, table, txn.tree("cambium.table.1"), {&index, 1}, 1000, {}, part);
        });
        CHECK(error.code == ErrorCode::constraint);
        CHECK(holds(error.text, "table \"items\", index \"code\": 1 already belongs to id "));
        CHECK(holds(error.text, " and to id 4000"));
    }
}

TEST_CASE("verify finds every entry that is missing, wrong or too many, and rebuild mends them") {
    const StorePath store;
    fill(store, 300);
    Database db = Database::open<Items>(store.path());
    {
        kv::WriteTransaction txn = db.environment().begin_write();
        const kv::Tree code = txn.tree("cambium.index.1.1");
        const kv::Tree name = txn.tree("cambium.index.1.2");
        CHECK(txn.erase(code, key::encode(std::uint64_t{5})));
        txn.put(code, key::encode(std::uint64_t{6}), key::encode("other", std::uint64_t{1}));
        txn.put(code, key::encode(std::uint64_t{999}), key::encode("name", std::uint64_t{888}));
        txn.put(name, key::encode("nobody", std::uint64_t{3}), "");
        txn.put(name, "rubbish", "");
        txn.put(txn.tree("cambium.table.1"), key::encode(std::uint64_t{9}), "rubbish");
        txn.commit();
    }
    db.write([](WriteTransaction& txn) {
        const IndexReport report = verify_indexes<Items>(txn);
        std::map<IndexFault, std::vector<std::string>> found;
        for (const IndexFinding& finding : report.findings) {
            CHECK(finding.table == "items");
            found[finding.fault].push_back(finding.what);
        }
        CHECK(found[IndexFault::missing].size() == 1);
        CHECK(
            holds(found[IndexFault::missing].at(0), "table \"items\", index \"code\", entry 5: the entry of id "));
        CHECK(found[IndexFault::wrong].size() == 1);
        CHECK(holds(found[IndexFault::wrong].at(0), "table \"items\", index \"code\", entry 6: the entry of id "));
        CHECK(found[IndexFault::unreadable].size() == 1);
        CHECK(holds(found[IndexFault::unreadable].at(0), "table \"items\", id 9: the record does not decode"));
        // The two put here, the rubbish, and those of the record that does not decode: one per index, two in
        // "parts".
        CHECK(found[IndexFault::surplus].size() == 3 + 5);
        CHECK(holds(found[IndexFault::surplus].at(1),
                    "index \"code\", entry 999: there is an entry for id 888, which has not these columns"));

        const Caught error = caught([&] { rebuild_indexes<Items>(txn); });
        CHECK(error.code == ErrorCode::decode);
        CHECK(caught([&] { Writer<Items>{txn}.erase(1); }).code == ErrorCode::misuse);
        txn.abort();
    });
    db.write([](WriteTransaction& txn) { Writer<Items>{txn}.update(1, [](Item& item) { item.name = "one"; }); });
    {
        kv::WriteTransaction txn = db.environment().begin_write();
        CHECK(txn.erase(txn.tree("cambium.table.1"), key::encode(std::uint64_t{9})));
        txn.commit();
    }
    db.write([](WriteTransaction& txn) {
        rebuild_indexes<Items>(txn);
        CHECK(verify_indexes<Items>(txn).ok());
        CHECK(Reader<Items>{txn}.by<"name">().equal("one").count() == 1);
        CHECK(Reader<Items>{txn}.by<"code">().count() == 299);
    });
}

TEST_CASE("a derived index whose function changed is found by verify and mended by rebuild_index") {
    const StorePath store;
    salt = 0;
    fill(store, 50);
    Database db = Database::open<Items>(store.path());
    salt = 1000;
    db.write([](WriteTransaction& txn) {
        const IndexReport report = verify_indexes<Items>(txn);
        CHECK(report.findings.size() == 100);
        for (const IndexFinding& finding : report.findings) CHECK(finding.index == "salted");
        CHECK(caught([&] { rebuild_index<Items, "salted">(txn, [](const Progress&) { return false; }); }).code ==
              ErrorCode::cancelled);
        txn.abort();
    });
    db.write([](WriteTransaction& txn) {
        rebuild_index<Items, "salted">(txn);
        CHECK(verify_indexes<Items>(txn).ok());
        CHECK(std::get<0>(*Reader<Items>{txn}.by<"salted">().entries().first()) == 1000);
    });
    salt = 0;
}

}  // namespace cambium::test

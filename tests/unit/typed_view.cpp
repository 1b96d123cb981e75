// Views of stored values: they point into the map, aligned, and in a debug build know when they are used too late.
// NOLINTNEXTLINE: this file is a debug build, whatever the others are.
#undef NDEBUG

#include <doctest/doctest.h>

#include <vector>

#include "cambium/codec/array.hpp"
#include "cambium/codec/bytes.hpp"
#include "cambium/codec/raw.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Trade {
    std::uint64_t id{};
    double price{};
    std::uint64_t account{};
    friend bool operator==(const Trade&, const Trade&) = default;
};
struct Trades : Table<"trades", Trade, PrimaryKey<&Trade::id>, Raw, Unique<"account", &Trade::account>> {};
struct Series : Table<"series", std::vector<double>, Key<std::string, std::uint32_t>, Array<double>> {};
struct Images : Table<"images", ShapedArray<std::uint8_t>, Key<std::uint64_t>, Array<std::uint8_t>> {};
struct Texts : Table<"texts", std::string, Key<std::uint64_t>, Bytes> {};

bool same_place(const void* a, const void* b) {
    return a == b;
}

/// Where the store keeps the bytes of a key of the table.
ByteView stored(ReadTransaction& txn, std::string_view key) {
    const auto tree = txn.store().find_tree("cambium.table.1");
    REQUIRE(tree);
    const auto bytes = txn.store().get(*tree, key);
    REQUIRE(bytes);
    return *bytes;
}

template <class Action>
std::string misuse(Action&& action) {
    const Caught error = caught(std::forward<Action>(action));
    CHECK(error.code == ErrorCode::misuse);
    return error.text;
}

}  // namespace

TEST_CASE("views point into the map and are aligned") {
    const StorePath store;
    {
        auto db = Database::open<Trades>(store.path());
        db.write([](WriteTransaction& txn) {
            Writer<Trades> trades{txn};
            for (std::uint64_t id = 1; id <= 100; ++id)
                trades.insert({id, 0.5 * static_cast<double>(id), 1000 + id});
        });
        db.read([](ReadTransaction& txn) {
            Reader<Trades> trades{txn};
            CHECK_FALSE(trades.view(1000).has_value());
            for (std::uint64_t id = 1; id <= 100; ++id) {
                const auto trade = trades.view(id);
                REQUIRE(trade);
                CHECK((*trade)->price == 0.5 * static_cast<double>(id));
                CHECK(**trade == trades.get(id));
                CHECK(same_place(&**trade, stored(txn, key::encode(id)).data()));
                CHECK(reinterpret_cast<std::uintptr_t>(&**trade) % alignof(Trade) == 0);
            }
            const auto by_account = trades.by<"account">().view(1007);
            REQUIRE(by_account);
            CHECK((*by_account)->id == 7);
            CHECK_FALSE(trades.by<"account">().view(7).has_value());
        });
    }
    const StorePath arrays;
    auto db = Database::open<Series>(arrays.path());
    const std::vector<double> large(100'000, 2.5);
    db.write([&](WriteTransaction& txn) {
        Writer<Series> series{txn};
        for (std::uint32_t i = 0; i < 50; ++i) series.put("small", i, std::vector<double>(i, i));
        series.put("large", 1, large);
    });
    db.read([&](ReadTransaction& txn) {
        Reader<Series> series{txn};
        for (std::uint32_t i = 0; i < 50; ++i) {
            const auto view = series.view("small", i);
            REQUIRE(view);
            CHECK((*view)->size() == i);
            CHECK(reinterpret_cast<std::uintptr_t>((*view)->data()) % 8 == 0);
        }
        const auto view = series.view("large", 1);
        REQUIRE(view);
        const std::span<const double> values = **view;
        CHECK(std::vector<double>(values.begin(), values.end()) == large);
        CHECK(reinterpret_cast<std::uintptr_t>(values.data()) % 64 == 0);
        CHECK(same_place(values.data(),
                         stored(txn, key::encode(std::string("large"), std::uint32_t{1})).data() + 64));
    });
}

TEST_CASE("views of matrices, texts and bytes") {
    const StorePath store;
    auto db = Database::open<Images, Texts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Images>{txn}.put(1, {{1, 2, 3, 4, 5, 6}, {2, 3}});
        Writer<Texts>{txn}.put(1, "as it is \xFF");
    });
    db.read([](ReadTransaction& txn) {
        Reader<Images> images{txn};
        const auto image = images.view(1);
        REQUIRE(image);
        CHECK((*image)->shape.size() == 2);
        CHECK((**image)(1, 0) == 4);
        CHECK((*image)->row(1)[2] == 6);
        const auto text = Reader<Texts>{txn}.view(1);
        REQUIRE(text);
        CHECK(**text == "as it is \xFF");
    });
}

TEST_CASE("a debug build notices a view that is used after its transaction has ended or written") {
    const StorePath store;
    auto db = Database::open<Trades>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Trades>{txn}.insert({1, 0.5, 1});
        Writer<Trades>{txn}.insert({2, 1.5, 2});
    });
    using TradeView = decltype(std::declval<Reader<Trades>&>().view(1));
    TradeView kept;
    {
        ReadTransaction txn = db.begin_read();
        kept = Reader<Trades>{txn}.view(1);
        const TradeView copy = kept;
        CHECK((*kept)->price == 0.5);
        txn.end();
        CHECK(misuse([&] { static_cast<void>(**copy); }) ==
              "a view of a record is used after its transaction has ended; get() copies");
    }
    CHECK(misuse([&] { static_cast<void>((*kept)->price); }).ends_with("has ended; get() copies"));
    {
        ReadTransaction txn = db.begin_read();
        kept = Reader<Trades>{txn}.view(2);
        CHECK((*kept)->price == 1.5);
    }
    CHECK(misuse([&] { static_cast<void>(**kept); }).ends_with("has ended; get() copies"));

    WriteTransaction txn = db.begin_write();
    Writer<Trades> trades{txn};
    kept = trades.view(1);
    CHECK((*kept)->id == 1);
    trades.upsert({1, 0.5, 1});  // changes nothing
    CHECK((*kept)->id == 1);
    trades.upsert({2, 9, 2});
    CHECK(misuse([&] { static_cast<void>(**kept); }) ==
          "a view of a record is used after its transaction has written; view() it again, or get() a copy");
    kept = trades.view(2);
    CHECK((*kept)->price == 9);
    CHECK(trades.erase(1));
    CHECK(misuse([&] { static_cast<void>(**kept); }).find("has written") != std::string::npos);
    kept = trades.view(2);
    trades.truncate();
    CHECK(misuse([&] { static_cast<void>(**kept); }).find("has written") != std::string::npos);
    trades.upsert({2, 9, 2});
    kept = trades.view(2);
    txn.commit();
    CHECK(misuse([&] { static_cast<void>(**kept); }).ends_with("has ended; get() copies"));
}

TEST_CASE("a value that its codec cannot show is an error that names table and key") {
    const StorePath store;
    auto db = Database::open<Series>(store.path());
    db.write([](WriteTransaction& txn) { Writer<Series>{txn}.put("x", 1, {1, 2}); });
    {
        kv::WriteTransaction txn = db.environment().begin_write();
        txn.put(txn.create_tree("cambium.table.1"), key::encode(std::string("x"), std::uint32_t{1}), "damaged!");
        txn.commit();
    }
    db.read([](ReadTransaction& txn) {
        Reader<Series> series{txn};
        const Caught error = caught([&] { static_cast<void>(series.view("x", 1)); });
        CHECK(error.code == ErrorCode::decode);
        CHECK(error.text.starts_with(
            "table \"series\", (key 1, key 2) (\"x\", 1): the record cannot be viewed: array: "));
    });
}

// Nulls inside of columns: of a Descending, and in the pairs and tuples that functions return.
#include "cambium/maintenance.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {
namespace {

struct Entry {
    std::uint32_t id{};
    Descending<std::optional<std::uint32_t>> rank{};
    std::optional<std::string> a{};
    std::optional<int> b{};
};
std::pair<std::optional<std::string>, std::optional<int>> both(const Entry& entry) {
    return {entry.a, entry.b};
}
std::tuple<std::uint32_t, Descending<std::optional<int>>> three(const Entry& entry) {
    return {7, {entry.b}};
}
struct Entries : Table<"entries", Entry, PrimaryKey<&Entry::id>, Cbor, Unique<"rank", &Entry::rank>,
                       Unique<"both", &both>, Unique<"three", &three>, Unique<"only", &both, without_nulls>> {};

}  // namespace

TEST_CASE("nulls inside of columns never collide") {
    const StorePath store;
    Database db = Database::open<Entries>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Entries> entries{txn};
        entries.insert({1});
        entries.insert({2});
        entries.insert({3, {5U}, "q", std::nullopt});
        entries.insert({4, {6U}, "q", std::nullopt});
        entries.insert({5, {7U}, "q", 1});
        CHECK(caught([&] { entries.insert({6, {7U}, "p", 2}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { entries.insert({6, {8U}, "q", 1}); }).code == ErrorCode::constraint);
        CHECK(caught([&] { entries.insert({6, {8U}, "p", 1}); }).code == ErrorCode::constraint);
        CHECK(entries.by<"rank">().equal(std::optional<std::uint32_t>()).count() == 2);
        CHECK(entries.by<"both">().equal(both({})).count() == 2);
        CHECK(entries.by<"only">().count() == 1);
        CHECK(entries.erase(1));
        CHECK(entries.by<"both">().count() == 4);
    });
    db.read([](ReadTransaction& txn) { CHECK(verify_indexes<Entries>(txn).ok()); });
}

}  // namespace cambium::test

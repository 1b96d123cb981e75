// Numbers and times that a field or a key column does not hold: errors, and never another number.
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Draft {
    std::uint32_t id{};
    std::string text{};
    std::uint8_t revision{};
};
struct Drafts : Table<"drafts", Draft, PrimaryKey<&Draft::id>, Cbor, RowVersion<&Draft::revision>> {};

}  // namespace

TEST_CASE("a row version does not begin again: the change after the last number is an error") {
    const StorePath store;
    auto db = Database::open<Drafts>(store.path());
    db.write([](WriteTransaction& txn) {
        Writer<Drafts> drafts{txn};
        drafts.insert({1, "old", 254});
        Draft old = *drafts.get(1);
        CHECK(drafts.update(1, [](Draft& draft) { draft.text = "new"; }));
        CHECK(drafts.compare_and_swap(old) == Swap::conflict);
        Draft last = *drafts.get(1);
        CHECK(last.revision == 255);

        const Caught swapped = caught([&] { static_cast<void>(drafts.compare_and_swap(last)); });
        CHECK(swapped.code == ErrorCode::constraint);
        CHECK(holds(swapped.text, "table \"drafts\", field \"revision\": the record with "));
        CHECK(holds(swapped.text, "its row version is 255"));
        CHECK(last.revision == 255);
        const auto refused = [](auto&& action) { return caught(action).code == ErrorCode::constraint; };
        CHECK(refused([&] { drafts.replace(last); }));
        CHECK(refused([&] { drafts.upsert(last); }));
        CHECK(refused([&] { drafts.patch(1, set<&Draft::text>("x")); }));
        CHECK(refused([&] { drafts.update(1, [](Draft& draft) { draft.text = "x"; }); }));
        CHECK(drafts.get(1)->text == "new");
        CHECK(drafts.get(1)->revision == 255);
        CHECK(drafts.erase(1));
    });
}

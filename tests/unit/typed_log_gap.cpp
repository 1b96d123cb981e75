// A change log that a declaration has dropped and a later one has again.
#include <doctest/doctest.h>

#include "cambium/change_log.hpp"
#include "typed_fixture.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

struct Item {
    std::uint32_t id{};
};
struct Logged : Table<"items", Item, PrimaryKey<&Item::id>, Cbor, ChangeLog<>> {};
struct Unlogged : Table<"items", Item, PrimaryKey<&Item::id>, Cbor> {};

template <class T>
void insert(const StorePath& store, std::uint32_t id) {
    auto db = Database::open<T>(store.path());
    db.write([&](WriteTransaction& txn) { Writer<T>{txn}.insert({id}); });
}

std::vector<Operation> operations(const StorePath& store, std::uint64_t from) {
    auto db = Database::open<Logged>(store.path());
    return db.read([&](ReadTransaction& txn) {
        std::vector<Operation> result;
        for (const auto& change : ChangeLogReader<Logged>{txn}.read(from).changes)
            result.push_back(change.operation);
        return result;
    });
}

using Operations = std::vector<Operation>;

}  // namespace

TEST_CASE("what was not logged between two declarations with a log is an entry that says so") {
    const StorePath store;
    insert<Logged>(store, 1);
    insert<Unlogged>(store, 2);
    insert<Logged>(store, 3);
    CHECK(operations(store, 1) == Operations{Operation::inserted, Operation::missed, Operation::inserted});
    CHECK(operations(store, 2) == Operations{Operation::missed, Operation::inserted});
}

TEST_CASE("the reader of a log that was empty is told too, and none of a log that is new") {
    const StorePath store;
    insert<Unlogged>(store, 1);
    CHECK(operations(store, 1).empty());
    insert<Unlogged>(store, 2);
    CHECK(operations(store, 1) == Operations{Operation::missed});
    CHECK(operations(store, 2).empty());
}

// Every allocation of a transaction fails once: the transaction is as if it had not been, the store is sound, and
// goes on.
#include <iostream>
#include <new>

#include <doctest/doctest.h>

#include "allocations.hpp"
#include "cambium/kv/environment.hpp"
#include "memory_directory.hpp"
#include "store_content.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

std::uint64_t failures_tried = 0;

struct LastLine {
    ~LastLine() { std::cout << "allocation failures tried: " << failures_tried << std::endl; }
} last_line;

/// Small, large and several values, a nested level taken back and one kept, trees that come and go.
void work(kv::WriteTransaction& txn, std::uint64_t round) {
    const std::string text(40, static_cast<char>('a' + round % 26));
    const kv::Tree records = txn.create_tree("records", {.counts = true});
    for (std::uint64_t i = 0; i < 60; ++i) txn.put(records, "key " + std::to_string(i * 7 % 61), text);
    for (std::uint64_t i = 0; i < 60; i += 3) (void)txn.erase(records, "key " + std::to_string(i));
    txn.put(txn.create_tree("large"), std::to_string(round % 3), std::string(20000 + round % 7, 'v'));
    const kv::Tree pairs = txn.create_tree("pairs", {.duplicates = true});
    for (std::uint64_t i = 0; i < 60; ++i) txn.put(pairs, i % 5 == 0 ? "few" : "many", std::to_string(i) + text);
    for (const bool keep : {false, true}) {
        kv::WriteTransaction nested = txn.begin_nested();
        nested.put(nested.tree("records"), "nested", text);
        (void)nested.erase(nested.tree("pairs"), "few");
        if (keep) nested.commit();
    }
    (void)txn.create_tree("dropped");
    (void)txn.drop_tree("dropped");
}

void fail_every_allocation(Durability durability) {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    for (std::uint64_t round = 0; round < 3; ++round) {
        kv::WriteTransaction txn = environment.begin_write();
        work(txn, round);
        txn.commit();
    }
    bool done = false;
    for (std::int64_t n = 0; !done; ++n) {
        INFO("allocation " << n);
        const Trees before = content_of(environment);
        allocations_left = n;
        try {
            kv::WriteTransaction txn = environment.begin_write();
            work(txn, static_cast<std::uint64_t>(n));
            txn.commit(durability);
            done = allocations_left > 0;
            allocations_left = -1;
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
            ++failures_tried;
            REQUIRE(content_of(environment) == before);
        }
        if (n % 8 == 0 || done) (void)require_sound(environment);
    }
    const Trees last = content_of(environment);
    (void)require_sound(environment);
    environment.close();
    environment = Environment::open(directory.store());
    CHECK(content_of(environment) == last);
    (void)require_sound(environment);
}

}  // namespace

TEST_CASE("every allocation of a durable commit fails") {
    fail_every_allocation(Durability::durable);
}
TEST_CASE("every allocation of a deferred commit fails") {
    fail_every_allocation(Durability::deferred);
}

TEST_CASE("every allocation of opening a store fails") {
    const MemoryDirectory directory;
    {
        Environment environment = Environment::open(directory.store());
        kv::WriteTransaction txn = environment.begin_write();
        work(txn, 1);
        txn.commit();
    }
    for (std::int64_t n = 0;; ++n) {
        INFO("allocation " << n);
        allocations_left = n;
        bool opened = false;
        try {
            const Environment environment = Environment::open(directory.store());
            opened = allocations_left > 0;
            allocations_left = -1;
        } catch (const std::bad_alloc&) {
            allocations_left = -1;
            ++failures_tried;
        }
        if (opened) break;
    }
    Environment environment = Environment::open(directory.store());
    (void)require_sound(environment);
    CHECK(content_of(environment).at("pairs").size() > 0);
}

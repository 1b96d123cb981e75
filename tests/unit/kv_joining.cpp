// Leaves that lose entries at random are joined with their neighbours, in every shape of tree.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/kv/maintenance.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::kv;

namespace {

struct Shape {
    const char* name;
    TreeOptions options;
    std::size_t value_size;
    std::size_t shared;  ///< bytes that long stretches of keys share, so that prefixes differ
    bool ascending;      ///< as loaded
};

std::string key_of(std::uint64_t number, std::size_t shared) {
    const std::string digits = std::to_string(number);
    return std::string(shared, static_cast<char>('a' + number / 1000)) + std::string(8 - digits.size(), '0') +
           digits;
}

// Bytes in use per byte of leaf; the last leaf of a small tree may be anything.
double leaf_fill(const TreeUsage& usage) {
    const std::uint64_t page = usage.page_bytes / (usage.counts.leaf_pages + usage.counts.branch_pages);
    return static_cast<double>(usage.used_bytes - usage.counts.branch_pages * page) /
           static_cast<double>(usage.counts.leaf_pages * page);
}

void require_entries(Environment& env, const std::map<std::string, std::string>& model) {
    const ReadTransaction txn = env.begin_read();
    const Tree tree = txn.tree("t");
    REQUIRE(txn.statistics(tree).entries == model.size());
    for (const auto& [key, value] : model) REQUIRE(txn.get(tree, key) == value);
}

}  // namespace

TEST_CASE("leaves that lose entries at random stay well over half full") {
    const Shape shapes[] = {
        {"plain", {}, 100, 0, true},
        {"small values", {}, 8, 0, true},
        {"large values", {}, 700, 0, true},
        {"prefixes that differ", {}, 60, 24, true},
        {"loaded at random", {}, 100, 0, false},
        {"counts", {.counts = true}, 100, 0, true},
        {"counts, loaded at random", {.counts = true}, 40, 24, false},
        {"whole keys", {.contiguous_keys = true}, 100, 24, true},
        {"whole keys, compared", {.key_order = KeyOrder::reversed, .contiguous_keys = true}, 100, 0, true},
    };
    for (const Shape& shape : shapes) {
        SUBCASE(shape.name) {
            CAPTURE(shape.name);
            std::mt19937_64 random{test::seed()};
            Environment env = Environment::open("store", {.in_memory = true});
            std::vector<std::uint64_t> order(20000);
            for (std::uint64_t i = 0; i < order.size(); ++i) order[i] = i;
            if (!shape.ascending) std::shuffle(order.begin(), order.end(), random);
            std::map<std::string, std::string> model;
            {
                WriteTransaction txn = env.begin_write();
                const Tree tree = txn.create_tree("t", shape.options);
                for (const std::uint64_t i : order) {
                    const std::string value(shape.value_size, static_cast<char>('a' + i % 26));
                    txn.put(tree, key_of(i, shape.shared), value);
                    model[key_of(i, shape.shared)] = value;
                }
                txn.commit();
            }
            std::shuffle(order.begin(), order.end(), random);
            for (const std::size_t left : {15000, 10000, 6000, 2000}) {
                while (order.size() > left) {
                    WriteTransaction txn = env.begin_write();
                    const Tree tree = txn.tree("t");
                    for (int i = 0; i < 500; ++i, order.pop_back()) {
                        REQUIRE(txn.erase(tree, key_of(order.back(), shape.shared)));
                        model.erase(key_of(order.back(), shape.shared));
                    }
                    txn.commit();
                }
                const ReadTransaction txn = env.begin_read();
                CHECK(leaf_fill(kv::usage(txn, txn.tree("t"))) >= 0.55);
            }
            test::require_sound(env);
            require_entries(env, model);
        }
    }
}

TEST_CASE("a mix of insertions and deletions, nested transactions that are aborted and a cursor that stays") {
    std::mt19937_64 random{test::seed()};
    Environment env = Environment::open("store", {.in_memory = true});
    std::map<std::string, std::string> model;
    for (int round = 0; round < 60; ++round) {
        WriteTransaction txn = env.begin_write();
        const Tree tree = txn.create_tree("t", {.counts = true});
        const bool grows = round / 6 % 2 == 0;
        const auto change = [&](WriteTransaction& in, std::map<std::string, std::string>& content) {
            Cursor cursor = in.cursor(tree);
            for (int i = 0; i < 400; ++i) {
                const std::string key = key_of(random() % 9000, 5);
                const auto at = content.lower_bound(key);
                const bool found = cursor.seek(key);
                REQUIRE(found == (at != content.end()));
                const std::string here = found ? at->first : std::string{};
                const std::string other = key_of(random() % 9000, 5);
                if (random() % 5 < (grows ? 4U : 1U)) {
                    in.put(tree, other, std::string(random() % 200, 'v'));
                    content[other] = std::string{*in.get(tree, other)};
                } else {
                    CHECK(in.erase(tree, other) == (content.erase(other) > 0));
                }
                if (found && other != here) REQUIRE(cursor.key() == here);
            }
        };
        change(txn, model);
        {
            std::map<std::string, std::string> inside = model;
            WriteTransaction nested = txn.begin_nested();
            change(nested, inside);
            if (random() % 2 == 0) {
                nested.abort();
            } else {
                nested.commit();
                model = std::move(inside);
            }
        }
        txn.commit();
        if (round % 10 == 9) test::require_sound(env);
    }
    require_entries(env, model);
}

TEST_CASE("ranges erased at many places leave no half-empty leaves") {
    Environment env = Environment::open("store", {.in_memory = true});
    WriteTransaction txn = env.begin_write();
    const Tree tree = txn.create_tree("t");
    for (std::uint64_t i = 0; i < 20000; ++i) txn.put(tree, key_of(i, 0), std::string(100, 'v'));
    for (std::uint64_t i = 0; i < 20000; i += 20)
        REQUIRE(txn.erase_range(tree, key_of(i, 0), key_of(i + 10, 0)) == 10);
    CHECK(leaf_fill(kv::usage(txn, tree)) >= 0.55);
    CHECK(txn.statistics(tree).entries == 10000);
    txn.commit();
    test::require_sound(env);
}

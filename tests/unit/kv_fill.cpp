// How full loads in order leave the leaves, over sizes of values and shapes of keys.
#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kv/tree.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

constexpr std::size_t kLoadBytes = 200'000;

std::string big_endian(std::uint64_t number) {
    std::string key;
    for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
    return key;
}

std::string dense(std::size_t i, std::mt19937_64&) {
    return big_endian(i);
}
std::string sparse(std::size_t i, std::mt19937_64&) {
    return big_endian(i * 1'000'003);
}
std::string scattered(std::size_t, std::mt19937_64& random) {
    return big_endian(random()) + big_endian(random());
}
std::string path(std::size_t i, std::mt19937_64&) {
    const std::string number = std::to_string(1'000'000 + i);
    return "customers/europe/" + number + std::string(i % 13, 'x');
}

struct Shape {
    const char* name;
    std::string (*key)(std::size_t i, std::mt19937_64& random);
    std::size_t key_size;  ///< bytes, about
};

// Bytes in use per byte of leaf, the last leaf apart.
double leaf_fill(const kv::TreeUsage& usage) {
    const std::uint64_t page = usage.page_bytes / (usage.counts.leaf_pages + usage.counts.branch_pages);
    const std::uint64_t branches = usage.counts.branch_pages * page;
    return static_cast<double>(usage.used_bytes - branches) /
           static_cast<double>((usage.counts.leaf_pages - 1) * page);
}

void load(kv::WriteTransaction& txn, const Shape& shape, std::size_t value_size, bool descending) {
    std::mt19937_64 random{seed()};
    std::vector<std::string> keys(kLoadBytes / (shape.key_size / 2 + value_size + 16));
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = shape.key(i, random);
    std::sort(keys.begin(), keys.end());
    if (descending) std::reverse(keys.begin(), keys.end());
    const kv::Tree tree = txn.create_tree(std::to_string(value_size));
    const std::string value(value_size, 'v');
    for (const std::string& key : keys) txn.put(tree, key, value);
    const kv::TreeUsage usage = kv::usage(txn, tree);
    INFO("value of " << value_size << " bytes, " << (descending ? "descending, " : "ascending, ")
                     << usage.counts.leaf_pages << " leaves");
    CHECK(usage.counts.entries == keys.size());
    CHECK(leaf_fill(usage) >= 0.9);
}

}  // namespace

TEST_CASE("a load in order leaves full leaves, whatever the size of the values") {
    for (const Shape& shape : {Shape{"dense", dense, 8}, Shape{"sparse", sparse, 8},
                               Shape{"scattered", scattered, 16}, Shape{"path", path, 30}}) {
        INFO("keys: " << shape.name);
        for (const bool descending : {false, true}) {
            const MemoryDirectory directory;
            kv::Environment environment = kv::Environment::open(directory.store());
            kv::WriteTransaction txn = environment.begin_write();
            for (std::size_t size = 0; size <= 120; size += size < 40 ? 1 : 5) load(txn, shape, size, descending);
            txn.commit();
            require_sound(environment);
        }
    }
}

TEST_CASE("branches have the prefix that their separators share, and their heads differ") {
    kv::Environment env = kv::Environment::open("branches", {.in_memory = true});
    std::mt19937_64 random{test::seed()};
    std::vector<std::uint64_t> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::shuffle(numbers.begin(), numbers.end(), random);
    for (std::size_t done = 0; done < numbers.size();) {
        kv::WriteTransaction txn = env.begin_write();
        const kv::Tree tree = txn.create_tree("t");
        for (const std::size_t end = done + 10'000; done < end; ++done)
            txn.put(tree, big_endian(numbers[done]), std::string(100, 'v'));
        txn.commit();
    }
    const kv::ReadTransaction txn = env.begin_read();
    (void)txn.get(txn.tree("t"), "");
    const kv::detail::TransactionState& state = kv::TransactionAccess::state(txn);
    const kv::TreeRecord& record = state.trees.front()->record;
    REQUIRE(record.depth >= 2);
    const kv::NodeView root = state.node(record.root, record.depth - 1);
    REQUIRE(root.count() > 10);
    CHECK(root.header().prefix_size >= 4);  // of eight bytes, the first five are zeros
    CHECK(root.heads()[0] != root.heads()[root.count() - 1]);
    test::require_sound(env);
}

// The bytes of nodes and of the catalog, pinned: docs/format.md, "Node" and "The catalog tree".
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "cambium/kv/environment.hpp"
#include "file_bytes.hpp"
#include "hex.hpp"
#include "kv/environment_state.hpp"
#include "kv/tree.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using test::to_hex;

namespace {

constexpr std::size_t kPageSize = 4096;

int compare_backwards(ByteView a, ByteView b) {
    return b.compare(a);
}

class Store {
public:
    Store() : env_(kv::Environment::open(directory_.store())) {
        env_.register_comparator("backwards", compare_backwards);
    }
    ~Store() { (void)test::require_sound(env_); }

    /// The first tree of the store has number 1.
    void create(const kv::TreeOptions& options) {
        kv::WriteTransaction txn = env_.begin_write();
        REQUIRE(txn.create_tree("tree", options).id() == 1);
        txn.commit();
    }
    void put(const std::string& key, const std::string& value) {
        kv::WriteTransaction txn = env_.begin_write();
        txn.put(txn.tree("tree"), key, value);
        txn.commit();
    }
    std::string page(std::uint64_t number) const {
        return test::read_file(directory_.store()).substr(number * kPageSize, kPageSize);
    }
    kv::TreeRecord record() { return value_as<kv::TreeRecord>(from_catalog("t\0\0\0\0\0\0\0\1")); }
    std::string root() { return page(record().root); }

    /// What the catalog has under a key of two bytes or more.
    template <std::size_t n>
    std::string from_catalog(const char (&key)[n]) {
        kv::detail::EnvironmentState& state = kv::EnvironmentAccess::state(env_);
        kv::detail::TransactionState* read = state.begin_read();
        const std::optional<kv::LeafEntry> entry = find(*read, read->catalog, {key, n - 1});
        std::string value = entry.has_value() ? std::string{entry->value} : "nothing";
        state.end_read(read);
        return value;
    }

private:
    template <class T>
    static T value_as(const std::string& bytes) {
        REQUIRE(bytes.size() == sizeof(T));
        T value;
        std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }

    test::MemoryDirectory directory_;
    kv::Environment env_;
};

std::uint64_t u64_at(const std::string& page, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, page.data() + offset, sizeof value);
    return value;
}

/// Bytes [from, to) of a page; what lies before byte 24 differs with the store.
std::string hex_of(const std::string& page, std::size_t from, std::size_t to) {
    return to_hex(page.substr(from, to - from));
}

// Two children with five entries, behind one separator.
void check_children(const Store& store, const std::string& branch, bool counts) {
    const std::size_t children = 46;
    std::uint64_t entries = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string leaf = store.page(u64_at(branch, children + 8 * i));
        std::uint16_t count = 0;
        std::memcpy(&count, leaf.data() + 28, sizeof count);
        CHECK(leaf[24] == 1);
        CHECK(hex_of(leaf, 30, 32) == "0400");
        CHECK(leaf.substr(40, 4) == "key ");
        CHECK(leaf.substr(44, 4) == std::string(4, i == 0 ? 'a' : 'c'));
        if (counts) CHECK(u64_at(branch, children + 16 + 8 * i) == count);
        entries += count;
    }
    CHECK(entries == 5);
}

}  // namespace

TEST_CASE("a leaf: heads, slots, values, the ends of keys") {
    Store store;
    store.create({});
    store.put("common/apple", "red");
    store.put("common/fig", "");
    const std::string page = store.root();
    CHECK(hex_of(page, 24, 40) ==
          "01"        // leaf
          "00"        // level
          "0000"      // flags
          "0200"      // entries
          "0000"      // bytes of the prefix: one comes when a leaf is laid out again
          "dc0f0000"  // where the heap begins
          "0000"
          "0100");  // the number of its tree
    CHECK(hex_of(page, 40, 52) ==
          "6d6d6f63"  // "comm"
          "6d6d6f63"
          "ec0f"
          "dc0f");
    CHECK(hex_of(page, 0xfdc, 4096) ==
          "0a00"          // bytes of the key behind the prefix
          "0000"          // bytes of the value
          "6f6e2f666967"  // "on/fig", what the head does not hold
          "000000000000"
          "0c00"
          "0300"
          "726564"            // "red"
          "6f6e2f6170706c65"  // "on/apple"
          "00"
          "00000000");
}

TEST_CASE("a leaf with contiguous keys has no prefix, and whole keys") {
    Store store;
    store.create({.contiguous_keys = true});
    store.put("common/apple", "red");
    store.put("common/fig", "");
    const std::string page = store.root();
    CHECK(hex_of(page, 24, 32) ==
          "01"
          "00"
          "0200"  // keys are whole
          "0200"
          "0000");
    CHECK(hex_of(page, 40, 52) ==
          "6d6d6f63"  // "comm"
          "6d6d6f63"
          "e40f"
          "d40f");
    CHECK(hex_of(page, 0xfd4, 0xfe2) ==
          "0a00"
          "0000"
          "636f6d6d6f6e2f666967");
    CHECK(hex_of(page, 0xfe4, 0xff7) ==
          "0c00"
          "0300"
          "726564"
          "636f6d6d6f6e2f6170706c65");
}

TEST_CASE("a branch, with entry counts and without") {
    for (const bool counts : {false, true}) {
        CAPTURE(counts);
        Store store;
        store.create({.counts = counts});
        for (const char letter : std::string{"acebd"})  // a split in the middle lays both leaves out again
            store.put("key " + std::string(8, letter), std::string(1200, letter));
        const kv::TreeRecord record = store.record();
        REQUIRE(record.branch_pages == 1);
        REQUIRE(record.leaf_pages == 2);
        CHECK(record.flags == (counts ? kv::kTreeCounts : 0U));
        const std::string page = store.root();
        CHECK(hex_of(page, 24, 32) == std::string{"02"} +   // branch
                                          "01" +            // level
                                          (counts ? "0400"  // entry counts are present
                                                  : "0000") +
                                          "0100" +  // separators
                                          "0000");  // bytes of the prefix
        CHECK(hex_of(page, 40, 44) == "2079656b");  // "key "
        // The separator is the shortest that tells its neighbours apart.
        std::uint16_t slot = 0;
        std::memcpy(&slot, page.data() + 44, sizeof slot);
        CHECK(hex_of(page, slot, slot + 3U) ==
              "0500"  // bytes behind the prefix
              "63");  // "c", what the head does not hold
        check_children(store, page, counts);
    }
}

TEST_CASE("the catalog: name, record, comparator") {
    Store store;
    kv::TreeOptions options;
    options.key_order = kv::KeyOrder::custom;
    options.comparator = "backwards";
    options.counts = true;
    store.create(options);
    CHECK(to_hex(store.from_catalog("ntree")) == "0100000000000000");
    CHECK(store.from_catalog("c\0\0\0\0\0\0\0\1") == "backwards");
    CHECK(to_hex(store.from_catalog("t\0\0\0\0\0\0\0\1")) ==
          "0100000000000000"  // id
          "0000000000000000"  // root
          "0000000000000000"  // entries
          "0000000000000000"
          "0000000000000000"
          "0000000000000000"
          "32000000"  // flags: a function orders the keys, counts
          "00000000");
}

TEST_CASE("a tree without a function has no comparator in the catalog") {
    Store store;
    store.create({.key_order = kv::KeyOrder::reversed, .contiguous_keys = true});
    CHECK(store.from_catalog("c\0\0\0\0\0\0\0\1") == "nothing");
    CHECK(store.record().flags == 0x14U);
}

// Nodes: building, searching, editing in place, against a sorted vector.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "kv/node_editor.hpp"
#include "random_key.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::kv;
using cambium::test::random_key;

namespace {

struct Page {
    explicit Page(std::uint32_t page_size)
        : size(page_size), bytes(new (std::align_val_t{64}) std::byte[page_size]) {}
    ~Page() { ::operator delete[](bytes, std::align_val_t{64}); }
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;
    NodeEditor editor() const { return {bytes, size}; }
    std::uint32_t size;
    std::byte* bytes;
};

std::string key_of(const NodeView& node, std::uint32_t i) {
    std::string key;
    node.append_key(i, key);
    return key;
}

void check_against(const NodeView& node, const std::map<std::string, std::string>& model, std::mt19937_64& random,
                   const std::string& prefix) {
    REQUIRE(node.structure_error() == nullptr);
    REQUIRE(node.count() == model.size());
    std::uint32_t i = 0;
    for (const auto& [key, value] : model) {
        REQUIRE(key_of(node, i) == key);
        REQUIRE(node.leaf_entry(i).value == value);
        REQUIRE(reinterpret_cast<std::uintptr_t>(node.leaf_entry(i).value.data()) % 8 == 0);
        const Position at = node.lower_bound(key);
        REQUIRE(at.exact);
        REQUIRE(at.index == i);
        const std::optional<LeafEntry> found = node.find_entry(key);
        REQUIRE(found.has_value());
        REQUIRE(found->value.data() == node.leaf_entry(i).value.data());
        ++i;
    }
    for (int probes = 0; probes < 20; ++probes) {
        const std::string key = random_key(random, random() % 3 == 0 ? std::string{} : prefix, 12);
        const Position at = node.lower_bound(key);
        REQUIRE(at.index == static_cast<std::uint32_t>(std::distance(model.begin(), model.lower_bound(key))));
        REQUIRE(at.exact == (model.count(key) > 0));
        REQUIRE(node.find_entry(key).has_value() == at.exact);
    }
}

}  // namespace

TEST_CASE("heads below one are as many as std::lower_bound says, for arrays of any size") {
    std::mt19937_64 random{test::seed()};
    const std::uint32_t edges[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    for (std::uint32_t size = 0; size < 300; ++size) {
        std::vector<std::uint32_t> heads(size);
        for (std::uint32_t& head : heads)
            head = random() % 4 == 0 ? edges[random() % 6] : static_cast<std::uint32_t>(random() % 40 << 26);
        std::sort(heads.begin(), heads.end());
        std::vector<std::uint32_t> probes{std::begin(edges), std::end(edges)};
        for (const std::uint32_t head : heads) probes.insert(probes.end(), {head - 1, head, head + 1});
        for (const std::uint32_t probe : probes) {
            const auto below = std::lower_bound(heads.begin(), heads.end(), probe) - heads.begin();
            REQUIRE(heads_below(heads.data(), size, probe) == static_cast<std::uint32_t>(below));
        }
    }
}

TEST_CASE("the head of a key is its first four bytes, padded with zeros") {
    CHECK(head_of({}) == 0);
    CHECK(head_of("\x81") == 0x81000000);
    CHECK(head_of("\x81\x02") == 0x81020000);
    CHECK(head_of("\x81\x02\xff") == 0x8102ff00);
    CHECK(head_of("\x81\x02\xff\x03") == 0x8102ff03);
    CHECK(head_of("\x81\x02\xff\x03\x04") == 0x8102ff03);
}

TEST_CASE("a leaf edited in place does what a sorted map does") {
    std::mt19937_64 random{test::seed()};
    for (int round = 0; round < 60; ++round) {
        const Page page{round % 7 == 0 ? 65536U : 4096U};
        NodeEditor leaf = page.editor();
        const std::string prefix(random() % 3 * 5, 'p');
        std::map<std::string, std::string> model;
        leaf.build_leaf({});
        for (int step = 0; step < 400; ++step) {
            const std::string key = random_key(random, prefix, 10);
            const Position at = leaf.lower_bound(key);
            REQUIRE(at.exact == (model.count(key) > 0));
            if (at.exact && random() % 2 == 0) {
                leaf.erase_entry(at.index);
                model.erase(key);
            } else if (!at.exact) {
                const std::string value(random() % (random() % 10 == 0 ? 60 : 9), 'v');
                if (leaf.insert_entry(at.index, {key, value})) {
                    model[key] = value;
                } else {
                    // Full: rebuild without the dead bytes, and with the longest prefix.
                    std::string arena;
                    std::vector<LeafItem> items;
                    arena.reserve(key_bytes(leaf));
                    collect(leaf, arena, items);
                    if (leaf_size(items) > page.size) continue;
                    const Page rebuilt{page.size};
                    rebuilt.editor().build_leaf(items);
                    std::memcpy(page.bytes, rebuilt.bytes, page.size);
                }
            }
            if (step % 20 == 0) check_against(leaf, model, random, prefix);
        }
        leaf.finish(77, 5, 1);
        CHECK(leaf.header().page_number == 77);
        CHECK(leaf.header().birth == 5);
        CHECK(((leaf.header().flags & kHasHints) != 0) <= (model.size() >= kMinHintedCount));
        check_against(leaf, model, random, prefix);
    }
}

TEST_CASE("a full leaf of short entries carries hints and finds every key through them") {
    std::mt19937_64 random{test::seed()};
    const Page page{4096};
    std::vector<std::string> keys;
    for (std::uint32_t i = 0; i < 180; ++i) {
        const std::uint32_t big_endian = __builtin_bswap32(i * 7);
        keys.emplace_back(reinterpret_cast<const char*>(&big_endian), 4);
    }
    std::vector<LeafItem> items;
    for (const std::string& key : keys) items.push_back({key, "x"});
    REQUIRE(leaf_size(items) + kHintSize <= 4096);
    page.editor().build_leaf(items);
    page.editor().finish(1, 1, 1);
    const NodeView leaf = page.editor();
    REQUIRE((leaf.header().flags & kHasHints) != 0);
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        CHECK(leaf.lower_bound(keys[i]).exact);
        CHECK(leaf.lower_bound(keys[i]).index == i);
        const Position behind = leaf.lower_bound(keys[i] + '\0');
        CHECK_FALSE(behind.exact);
        CHECK(behind.index == i + 1);
    }
}

TEST_CASE("dirty children of a branch are found one after the other") {
    std::mt19937_64 random{test::seed()};
    for (int round = 0; round < 200; ++round) {
        const Page page{4096};
        NodeEditor branch = page.editor();
        branch.build_branch(1, 1, {});
        for (std::size_t more = random() % 60; more > 0; --more) {
            const std::string key = random_key(random, "", 4);
            const Position at = branch.lower_bound(key);
            if (!at.exact) REQUIRE(branch.insert_separator(at.index, {key, 1}));
        }
        std::vector<std::uint32_t> dirty;
        for (std::uint32_t i = 0; i <= branch.count(); ++i) {
            if (random() % 10 != 0) continue;
            branch.set_child(i, kDirtyBit | i);
            dirty.push_back(i);
        }
        std::vector<std::uint32_t> found;
        for (std::uint32_t i = branch.dirty_child(0); i <= branch.count(); i = branch.dirty_child(i + 1))
            found.push_back(i);
        CHECK(found == dirty);
    }
}

TEST_CASE("separators go in and out of a branch with the right children") {
    std::mt19937_64 random{test::seed()};
    for (int round = 0; round < 40; ++round) {
        const Page page{4096};
        NodeEditor branch = page.editor();
        branch.build_branch(1, 1000, {});
        std::map<std::string, PageRef> model;  // separator -> child on its right
        PageRef first = 1000;
        PageRef next = 1001;
        for (int step = 0; step < 300; ++step) {
            const std::string key = random_key(random, "", 9);
            const Position at = branch.lower_bound(key);
            if (!at.exact) {
                if (branch.insert_separator(at.index, {key, next})) model[key] = next;
                ++next;
            } else if (random() % 3 == 0) {
                const auto entry = model.find(key);
                const bool right = random() % 2 == 0;
                branch.erase_separator(at.index, right);
                if (!right) (entry == model.begin() ? first : std::prev(entry)->second) = entry->second;
                model.erase(entry);
            }
            REQUIRE(branch.structure_error() == nullptr);
            REQUIRE(branch.count() == model.size());
        }
        branch.finish(9, 9, 1);
        REQUIRE(branch.child(0) == first);
        std::uint32_t i = 0;
        for (const auto& [key, child] : model) {
            REQUIRE(key_of(branch, i) == key);
            REQUIRE(branch.child(++i) == child);
            REQUIRE(branch.child_index(key) == i);
        }
    }
}

TEST_CASE("a separator is the shortest that tells its neighbours apart") {
    CHECK(separator_between("apple", "banana") == "b");
    CHECK(separator_between("abc", "abd") == "abd");
    CHECK(separator_between("ab", "abc") == "abc");
    CHECK(separator_between("abcxxx", "abdyyy") == "abd");
}

TEST_CASE("entries that lie outside their page are corruption, not a crash") {
    const Page page{4096};
    const std::vector<LeafItem> items{{"a", "1"}, {"b", "2"}};
    std::mt19937_64 random{test::seed()};
    for (std::size_t at = sizeof(NodeHeader); at < 4096; ++at) {
        page.editor().build_leaf(items);
        page.editor().finish(3, 3, 1);
        page.bytes[at] ^= static_cast<std::byte>(1 + random() % 255);
        const NodeView leaf = page.editor();
        if (leaf.structure_error() != nullptr) continue;
        try {
            for (std::uint32_t i = 0; i < leaf.count(); ++i) (void)leaf.leaf_entry(i);
            (void)leaf.lower_bound("b");
            (void)leaf.find_entry("b");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::corrupt);
        }
    }
}

TEST_CASE("a node that claims hints and has few entries is searched within its arrays") {
    const Page page{4096};
    for (std::uint32_t count = 0; count < 40; ++count) {
        std::vector<std::string> keys;
        for (std::uint32_t i = 0; i < count; ++i) keys.push_back("key " + std::to_string(1000 + i * 3));
        std::vector<LeafItem> items;
        for (const std::string& key : keys) items.push_back({key, "x"});
        page.editor().build_leaf(items);
        page.editor().finish(3, 3, 1);
        page.bytes[offsetof(NodeHeader, flags)] |= std::byte{kHasHints};
        const NodeView leaf = page.editor();
        REQUIRE(leaf.structure_error() == nullptr);
        for (std::uint32_t probe = 990; probe < 1130; ++probe)
            CHECK(leaf.lower_bound("key " + std::to_string(probe)).index <= count);
    }
}

// Looking up several keys at once: their descends go level by level, and each page is fetched while others are
// searched.
//
// The method is group prefetching: Chen, Ailamaki, Gibbons, Mowry, "Improving hash join performance through
// prefetching", ICDE 2004.
#include <array>

#include "kv/duplicates.hpp"
#include "kv/key_group.hpp"

namespace cambium::kv::detail {

namespace {

struct Descent {
    PageRef ref;
    NodeView node;
    NodeView::Candidates found;
};
using Group = std::span<Descent>;

// Where the page's search will look: the hints are there, the heads of a large node are not.
void fetch_heads(const NodeView& node) {
    const std::size_t heads = node.heads_offset();
    __builtin_prefetch(node.data() + heads + kHeadSize * (node.count() / 2));
    __builtin_prefetch(node.data() + heads + kHeadSize * (node.count() / 4));
}

void descend_to_leaves(const TransactionState& txn, const TreeRecord& tree, const ByteView* keys, Group group) {
    for (Descent& one : group) one.ref = tree.root;
    for (std::uint32_t level = checked_depth(tree); level-- > 0;) {
        for (Descent& one : group) {
            one.node = txn.node(one.ref, level);
            fetch_heads(one.node);
        }
        for (std::size_t i = 0; level > 0 && i < group.size(); ++i) {
            Descent& one = group[i];
            one.ref = txn.child(one.ref, one.node, one.node.child_index(keys[i]));
            txn.fetch(one.ref);
        }
    }
}

// The entry that is probably the one: its header, and where its value ends when that is short.
void fetch_entry(const Descent& one) {
    if (one.found.begin == one.found.end) return;
    const std::byte* entry = one.node.data() + one.node.slot(one.found.begin);
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + kCacheLine);
}

}  // namespace

void find_many(const TransactionState& txn, const TreeState& tree, std::span<const ByteView> keys,
               std::span<std::optional<ByteView>> values) {
    const auto value = [&](const std::optional<LeafEntry>& entry) {
        return entry.has_value() ? std::optional{value_of(txn, tree.record, *entry)} : std::nullopt;
    };
    if (tree.compare != nullptr || tree.record.depth == 0) {
        for (std::size_t i = 0; i < keys.size(); ++i) values[i] = value(find(txn, tree, keys[i]));
        return;
    }
    std::array<Descent, kKeyGroup> descents;
    for (std::size_t begin = 0; begin < keys.size(); begin += kKeyGroup) {
        const Group group = Group{descents}.first(std::min(kKeyGroup, keys.size() - begin));
        const KeyGroup reads{txn, tree, keys.subspan(begin, group.size())};
        descend_to_leaves(txn, tree.record, keys.data() + begin, group);
        for (std::size_t i = 0; i < group.size(); ++i) {
            group[i].found = group[i].node.candidates(keys[begin + i]);
            fetch_entry(group[i]);
        }
        for (std::size_t i = 0; i < group.size(); ++i)
            values[begin + i] = value(group[i].node.find_entry(group[i].found));
    }
}

}  // namespace cambium::kv::detail

// What becomes of a tree that loses entries: neighbours joined, roots taken away, whole branches given back.
#include "kv/duplicates.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

namespace {

// Lays out both nodes as one in the scratch page. False when the page would be too full: room is left, so that it
// does not split at the next insertion.
bool build_joined(TransactionState& txn, const NodeView& left, const NodeView& right,
                  const std::string& separator) {
    const std::size_t limit = txn.page_size_bytes - txn.page_size_bytes / 8;
    if (left.used_bytes() + right.used_bytes() > limit + sizeof(NodeHeader)) return false;
    const auto flags = static_cast<std::uint16_t>(left.header().flags & ~kHasHints);
    txn.arena.clear();
    txn.arena.reserve(key_bytes(left) + key_bytes(right));
    if (left.is_leaf()) {
        std::vector<LeafItem>& items = txn.leaf_items;
        items.clear();
        collect(left, txn.arena, items);
        collect(right, txn.arena, items);
        if (leaf_size(items, flags) > limit) return false;
        txn.scratch_editor().build_leaf(items, flags);
        return true;
    }
    std::vector<BranchItem>& items = txn.branch_items;
    items.clear();
    collect(left, txn.arena, items);
    items.push_back({separator, right.child(0), right.entries_below(0)});
    collect(right, txn.arena, items);
    if (branch_size(items, flags) > limit) return false;
    txn.scratch_editor().build_branch(left.header().level, left.child(0), items, flags, left.entries_below(0));
    return true;
}

}  // namespace

void count_down(std::uint64_t& pages) {
    if (pages == 0) throw_corrupt(0, "a tree has more pages than its record says");
    --pages;
}

bool join_children(TransactionState& txn, TreeState& tree, PageRef branch, std::uint32_t left) {
    NodeEditor parent = txn.editor(branch);
    const std::uint32_t level = parent.header().level - 1U;
    const PageRef refs[2] = {txn.child(branch, parent, left), txn.child(branch, parent, left + 1)};
    const NodeView nodes[2] = {txn.node(refs[0], level), txn.node(refs[1], level)};
    const std::size_t small = txn.page_size_bytes / 4;
    if (nodes[0].used_bytes() >= small && nodes[1].used_bytes() >= small) return false;
    std::string separator;
    if (level > 0) parent.append_key(left, separator);
    if (!build_joined(txn, nodes[0], nodes[1], separator)) return false;
    const std::uint32_t seam = nodes[0].count();
    const PageRef kept = (refs[0] & kDirtyBit) != 0   ? refs[0]
                         : (refs[1] & kDirtyBit) != 0 ? refs[1]
                                                      : txn.dirty.add();
    for (int i = 0; i < 2; ++i) {
        if (refs[i] == kept) continue;
        if ((refs[i] & kDirtyBit) == 0) txn.verify(nodes[i]);
        txn.retire(refs[i], 1, nodes[i].header().birth);
    }
    txn.take_scratch(kept);
    const std::uint64_t entries = parent.entries_below(left) + parent.entries_below(left + 1);
    parent.erase_separator(left, true);
    parent.set_child(left, kept);
    parent.set_entries(left, entries);
    count_down(level > 0 ? tree.record.branch_pages : tree.record.leaf_pages);
    if (level > 0) join_children(txn, tree, kept, seam);
    return true;
}

void remove_child_reference(TransactionState& txn, PageRef branch, std::uint32_t child) {
    NodeEditor node = txn.editor(branch);
    node.erase_separator(child > 0 ? child - 1 : 0, child > 0);
}

void shrink_root(TransactionState& txn, TreeState& tree) {
    while (tree.record.depth > 1) {
        const PageRef root = tree.record.root;
        const NodeView node = txn.node(root, tree.record.depth - 1);
        if (node.count() > 0) return;
        tree.record.root = txn.child(root, node, 0);
        --tree.record.depth;
        txn.retire(root, 1, node.header().birth);
        count_down(tree.record.branch_pages);
    }
}

std::uint64_t retire_subtree(TransactionState& txn, TreeState& tree, PageRef ref, std::uint32_t level) {
    const NodeView node = txn.node(ref, level);
    const bool values_outside = tree.record.run_pages > 0 || has_duplicates(tree.record);
    // What a damaged page refers to may be anybody's.
    if ((ref & kDirtyBit) == 0 && (level > 0 || values_outside)) txn.verify(node);
    // Counting down also ends the walk of a damaged tree whose pages are referred to many times.
    count_down(level > 0 ? tree.record.branch_pages : tree.record.leaf_pages);
    std::uint64_t entries = 0;
    if (level > 0) {
        for (std::uint32_t i = 0; i <= node.count(); ++i)
            entries += retire_subtree(txn, tree, txn.child(ref, node, i), level - 1);
    } else {
        entries = pairs_in(txn, tree.record, node, 0, node.count());
        for (std::uint32_t i = 0; values_outside && i < node.count(); ++i)
            retire_value(txn, tree, node.leaf_entry(i));
    }
    txn.retire(ref, 1, node.header().birth);
    return entries;
}

}  // namespace cambium::kv::detail

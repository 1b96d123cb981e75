// What becomes of a tree that loses entries: neighbours joined, roots taken away, whole branches given back.
#include <algorithm>

#include "kv/duplicates.hpp"
#include "kv/leaf_row.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

namespace {

// How full a page is after nodes were joined, at most: room is left, so that it does not split at the next
// insertion.
std::size_t joined_size(const TransactionState& txn) noexcept {
    return txn.page_size_bytes - txn.page_size_bytes / 8;
}

// Below this a node is looked at when it has lost something. Branches are few: room in them is not worth a look.
std::size_t small_size(const TransactionState& txn, std::uint32_t level) noexcept {
    return level == 0 ? txn.page_size_bytes / 8 * 5 : txn.page_size_bytes / 4;
}

bool fit_one(const TransactionState& txn, const NodeView& left, const NodeView& right) noexcept {
    return left.used_bytes() + right.used_bytes() <= joined_size(txn) + sizeof(NodeHeader);
}

// Lays out both nodes as one in the scratch page. False when the page would be too full.
bool build_joined(TransactionState& txn, const NodeView& left, const NodeView& right,
                  const std::string& separator) {
    const std::size_t limit = joined_size(txn);
    if (!fit_one(txn, left, right)) return false;
    if (left.is_leaf()) {
        const NodeView leaves[2] = {left, right};
        const LeafRow row{leaves};
        if (row.count() == 0 || row.size(0, row.count()) > limit) return false;
        row.build(0, row.count(), txn.scratch_editor());
        return true;
    }
    const auto flags = static_cast<std::uint16_t>(left.header().flags & ~kHasHints);
    txn.arena.clear();
    txn.arena.reserve(key_bytes(left) + key_bytes(right));
    std::vector<BranchItem>& items = txn.branch_items;
    items.clear();
    collect(left, txn.arena, items);
    items.push_back({separator, right.child(0), right.entries_below(0)});
    collect(right, txn.arena, items);
    if (branch_size(items, flags) > limit) return false;
    txn.scratch_editor().build_branch(left.header().level, left.child(0), items, flags, left.entries_below(0));
    return true;
}

// Makes two leaves of three neighbours, the first of which is child `first` of a dirty branch. False when they stay
// three: when two would be too full, or the branch has no room for the separator.
bool repack_leaves(TransactionState& txn, TreeState& tree, PageRef branch, std::uint32_t first,
                   std::span<const NodeView, 3> leaves) {
    const LeafRow row{leaves};
    if (row.count() < 2) return false;
    const std::uint32_t cut = row.middle();
    const std::size_t limit = joined_size(txn);
    if (row.size(0, cut) > limit || row.size(cut, row.count()) > limit) return false;
    const std::string key = row.key(cut);
    BranchItem added{tree.compare != nullptr ? ByteView{key} : separator_between(row.key(cut - 1), key)};
    NodeEditor parent = txn.editor(branch);
    if (!parent.may_replace_separators(added.key, 2)) return false;

    PageRef kept = kNoPage;
    std::uint64_t entries = 0;
    for (std::uint32_t i = 0; i < 3; ++i) {
        const PageRef ref = parent.child(first + i);
        entries += parent.entries_below(first + i);
        if ((ref & kDirtyBit) == 0) {
            txn.verify_before_change(leaves[i]);
        } else if (kept == kNoPage) {
            kept = ref;
        }
    }
    if (kept == kNoPage) kept = txn.dirty.add();
    added.child = txn.dirty.add();
    NodeEditor right = txn.editor(added.child);
    row.build(cut, row.count(), right);
    added.entries = parent.counted() ? entries_of(txn, tree.record, right) : 0;
    row.build(0, cut, txn.scratch_editor());
    for (std::uint32_t i = 0; i < 3; ++i)
        if (const PageRef ref = parent.child(first + i); ref != kept) txn.retire(ref, 1, leaves[i].header().birth);
    txn.take_scratch(kept);
    for (int i = 0; i < 2; ++i) parent.erase_separator(first, true);
    parent.set_child(first, kept);
    parent.set_entries(first, entries - added.entries);
    if (!parent.insert_separator(first, added)) throw_corrupt(0, "a branch has less room than it says");
    count_down(tree.record.leaf_pages);
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
    const std::size_t small = small_size(txn, level);
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
        if ((refs[i] & kDirtyBit) == 0) txn.verify_before_change(nodes[i]);
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

bool settle_child(TransactionState& txn, TreeState& tree, PageRef branch, std::uint32_t child) {
    const NodeView parent{txn.dirty.page(branch), txn.page_size_bytes};
    const std::uint32_t level = parent.header().level - 1U;
    const auto node = [&](std::uint32_t i) { return txn.node(txn.child(branch, parent, i), level); };
    if (parent.count() == 0 || node(child).used_bytes() >= small_size(txn, level)) return false;
    if (parent.count() == 1) return join_children(txn, tree, branch, 0);
    const std::uint32_t first = std::clamp<std::uint32_t>(child, 1, parent.count() - 1) - 1;
    const NodeView nodes[3] = {node(first), node(first + 1), node(first + 2)};
    // A neighbour that is dirty already costs no extra page.
    const std::uint32_t better = (parent.child(first + 2) & kDirtyBit) != 0 ? 1 : 0;
    for (const std::uint32_t i : {better, 1 - better})
        if (fit_one(txn, nodes[i], nodes[i + 1]) && join_children(txn, tree, branch, first + i)) return true;
    const std::size_t used = nodes[0].used_bytes() + nodes[1].used_bytes() + nodes[2].used_bytes();
    return level == 0 && used <= 2 * joined_size(txn) + sizeof(NodeHeader) &&
           repack_leaves(txn, tree, branch, first, nodes);
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

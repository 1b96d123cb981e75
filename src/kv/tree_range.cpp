#include "kv/tree_range.hpp"

#include "kv/cursor_state.hpp"
#include "kv/duplicates.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

namespace {

class RangeErasure {
public:
    RangeErasure(TransactionState& txn, TreeState& tree) noexcept : txn_(txn), tree_(tree) {}

    /// Cuts the range out of the node at `ref`. Returns what stands there then: the page itself, a dirty copy, or
    /// kNoPage when nothing is left.
    PageRef cut(PageRef ref, std::uint32_t level, const KeyRange& range);
    [[nodiscard]] std::uint64_t erased() const noexcept { return erased_; }

private:
    PageRef cut_leaf(PageRef ref, const NodeView& leaf, const KeyRange& range);
    void enter(NodeEditor& branch, std::uint32_t child, PageRef ref);

    TransactionState& txn_;
    TreeState& tree_;
    std::uint64_t erased_ = 0;
};

PageRef RangeErasure::cut_leaf(PageRef ref, const NodeView& leaf, const KeyRange& range) {
    const std::uint32_t begin = range.from.empty() ? 0 : position_in(tree_, leaf, range.from).index;
    const std::uint32_t end = range.to.empty() ? leaf.count() : position_in(tree_, leaf, range.to).index;
    if (begin >= end) return ref;
    if (begin == 0 && end == leaf.count()) {
        erased_ += retire_subtree(txn_, tree_, ref, 0);
        return kNoPage;
    }
    const PageRef dirty = make_dirty(txn_, ref, leaf);
    NodeEditor editor = txn_.editor(dirty);
    erased_ += pairs_in(txn_, tree_.record, editor, begin, end);
    for (std::uint32_t i = end; i-- > begin;) {
        retire_value(txn_, tree_, editor.leaf_entry(i));
        editor.erase_entry(i);
    }
    return dirty;
}

PageRef RangeErasure::cut(PageRef ref, std::uint32_t level, const KeyRange& range) {
    if (range.from.empty() && range.to.empty()) {
        erased_ += retire_subtree(txn_, tree_, ref, level);
        return kNoPage;
    }
    const NodeView node = txn_.node(ref, level);
    if (level == 0) return cut_leaf(ref, node, range);
    const std::uint64_t before = erased_;
    const std::uint32_t first = range.from.empty() ? 0 : child_in(tree_, node, range.from);
    const std::uint32_t last = range.to.empty() ? node.count() : child_in(tree_, node, range.to);
    const PageRef edges[2] = {txn_.child(ref, node, first), txn_.child(ref, node, last)};
    PageRef kept[2] = {kNoPage, kNoPage};
    if (first == last) {
        kept[0] = cut(edges[0], level - 1, range);
    } else {
        kept[0] = cut(edges[0], level - 1, {range.from, {}});
        kept[1] = cut(edges[1], level - 1, {{}, range.to});
    }
    if (erased_ == before && last <= first + 1) return ref;
    for (std::uint32_t i = first + 1; i < last; ++i)
        erased_ += retire_subtree(txn_, tree_, txn_.child(ref, node, i), level - 1);

    // Children [gone, gone_end) leave the node.
    const std::uint32_t gone = kept[0] == kNoPage ? first : first + 1;
    const std::uint32_t gone_end = first == last || kept[1] == kNoPage ? last + 1 : last;
    if (gone == 0 && gone_end == node.count() + 1) {
        txn_.retire(ref, 1, node.header().birth);
        count_down(tree_.record.branch_pages);
        return kNoPage;
    }
    const PageRef dirty = make_dirty(txn_, ref, node);
    NodeEditor editor = txn_.editor(dirty);
    if (kept[0] != kNoPage) enter(editor, first, kept[0]);
    if (kept[1] != kNoPage) enter(editor, last, kept[1]);
    for (std::uint32_t i = gone_end; i-- > gone;) remove_child_reference(txn_, dirty, i);
    for (const std::uint32_t child : {gone, first})
        if (child <= editor.count()) settle_child(txn_, tree_, dirty, child);
    return dirty;
}

void RangeErasure::enter(NodeEditor& branch, std::uint32_t child, PageRef ref) {
    branch.set_child(child, ref);
    if (!branch.counted()) return;
    const NodeView below = txn_.node(ref, branch.header().level - 1U);
    branch.set_entries(child, entries_of(txn_, tree_.record, below));
}

}  // namespace

std::uint64_t erase_range(TransactionState& txn, TreeState& tree, const KeyRange& range) {
    TreeRecord& record = tree.record;
    if (checked_depth(record) == 0 ||
        (!range.from.empty() && !range.to.empty() && !before(tree, range.from, range.to)))
        return 0;
    prepare_change(txn, tree);
    RangeErasure erasure{txn, tree};
    const PageRef root = erasure.cut(record.root, record.depth - 1, range);
    if (erasure.erased() == 0) return 0;
    if (erasure.erased() > record.entries) throw_corrupt(0, "a tree has more entries than its record says");
    record.root = root;
    record.entries -= erasure.erased();
    if (root == kNoPage) record.depth = 0;
    shrink_root(txn, tree);
    tree.append_leaf = kNoPage;
    tree.insert_leaf = kNoPage;
    tree.modified = true;
    return erasure.erased();
}

}  // namespace cambium::kv::detail

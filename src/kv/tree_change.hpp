// One change to a tree at one place: copy-on-write of the path, replacement, insertion with splits, removal
// with merges. A TreeChange lives for one call; its path is used up by the change.
#pragma once

#include "kv/tree.hpp"

namespace cambium::kv::detail {

class TreeChange {
public:
    TreeChange(TransactionState& txn, TreeState& tree, Path& path) noexcept : txn_(txn), tree_(tree), path_(path) {}

    /// Gives an empty tree a root leaf and sets the path to it.
    void plant_root();
    /// Copies every committed page of the path into the dirty table.
    void make_path_dirty();
    /// Replaces the value of the entry the path stands on.
    void replace(ByteView key, ByteView value);
    /// Inserts before the entry the path stands on.
    void insert(ByteView key, ByteView value);
    /// Removes the entry the path stands on.
    void erase();

private:
    /// What to store in the leaf: the value, or a reference to a run holding it.
    LeafItem store_value(ByteView key, ByteView value, RunReference& reference);
    void insert_item(const LeafItem& item);
    void split_leaf(const LeafItem& item, bool appending);
    [[nodiscard]] std::size_t choose_cut(std::span<const LeafItem> items, std::size_t index) const;
    void insert_children(std::uint32_t depth, std::vector<BranchItem>& added);
    void grow_root(std::vector<BranchItem>& added);
    void split_branch(std::uint32_t depth, std::vector<BranchItem>& added);
    void after_erase(std::uint32_t depth);
    void remove_child(std::uint32_t depth);
    void shrink_root();
    [[nodiscard]] bool merge_leaf(std::uint32_t depth, bool with_right);
    [[nodiscard]] bool merge_branch(std::uint32_t depth, bool with_right);
    void drop_sibling(std::uint32_t depth, bool right, PageRef sibling, TransactionId birth);
    /// Whether the path goes along the last (or first) child everywhere above the leaf.
    [[nodiscard]] bool on_edge(std::uint32_t depth, bool last) const noexcept;
    NodeEditor editor(std::uint32_t depth) { return txn_.editor(path_.frames[depth].ref); }
    [[nodiscard]] std::uint32_t page_size() const noexcept { return txn_.page_size_bytes; }
    /// Copies the scratch page over a dirty page.
    void take_scratch(PageRef ref);
    NodeEditor scratch();

    TransactionState& txn_;
    TreeState& tree_;
    Path& path_;
};

/// Gives back the pages of the run that an entry refers to.
void retire_run(TransactionState& txn, const LeafEntry& entry);

}  // namespace cambium::kv::detail

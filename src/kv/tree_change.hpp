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
    /// Removes the entry the path stands on, and returns the number of its values.
    std::uint64_t erase();
    /// Stores an entry as it is, in the place of the one the path stands on, or before it. What the old entry
    /// refers to is the caller's, and so is add_to_counts().
    void replace_item(LeafItem item);
    void insert_item(const LeafItem& item);
    [[nodiscard]] std::uint64_t entries_below(const NodeView& node) const;
    /// Adds to the entry counts along the path, in a tree that has them.
    void add_to_counts(std::int64_t entries);

private:
    /// What to store in the leaf: the value, or a reference to a run holding it.
    LeafItem store_value(ByteView key, ByteView value, RunReference& reference);
    void split_leaf(const LeafItem& item);
    [[nodiscard]] bool append_leaf(const LeafItem& item);
    [[nodiscard]] bool divide_leaf(const LeafItem& item);
    template <class Fits>
    [[nodiscard]] std::size_t choose_cut(std::size_t count, std::size_t index, Fits&& fits_first) const;
    void enter_leaves(std::vector<BranchItem>& added, std::uint32_t left);
    void insert_children(std::uint32_t depth, std::vector<BranchItem>& added);
    void grow_root(std::vector<BranchItem>& added);
    void split_branch(std::uint32_t depth, std::vector<BranchItem>& added);
    void after_erase(std::uint32_t depth);
    void remove_child(std::uint32_t depth);
    /// Whether the path goes along the last (or first) child everywhere above the leaf.
    [[nodiscard]] bool on_edge(std::uint32_t depth, bool last) const noexcept;
    NodeEditor editor(std::uint32_t depth) { return txn_.editor(path_.frames[depth].ref); }
    [[nodiscard]] std::uint32_t page_size() const noexcept { return txn_.page_size_bytes; }

    TransactionState& txn_;
    TreeState& tree_;
    Path& path_;
};

/// What the leaf stores for a value in a run.
[[nodiscard]] RunReference run_reference(const LeafEntry& entry);
/// The bytes to store in a leaf for a value that may stand for zeros.
[[nodiscard]] ByteView stored_bytes(ByteView value) noexcept;
/// Gives back the pages that an entry's value has outside its leaf, if any.
void retire_value(TransactionState& txn, TreeState& tree, const LeafEntry& entry);
/// The page itself when it is dirty, or a dirty copy; the original is verified and given back. The caller enters
/// the copy where the original was referred to.
[[nodiscard]] PageRef make_dirty(TransactionState& txn, PageRef ref, const NodeView& node);

// ---- tree_merge.cpp ---------------------------------------------------------------------------------------

/// Makes one node of children `left` and `left + 1` of a dirty branch, when one of them is small and both fit a
/// page with room to spare; then does the same one level down, where they met. False when they stay two.
bool join_children(TransactionState& txn, TreeState& tree, PageRef branch, std::uint32_t left);
/// After a child of a dirty branch has lost something: a leaf filled to less than five eighths, or a branch to less
/// than a quarter, is joined with a neighbour, or three leaves become two, when that leaves pages of at most seven
/// eighths. True when the branch has a child less. Reads the headers of two neighbours.
bool settle_child(TransactionState& txn, TreeState& tree, PageRef branch, std::uint32_t child);
/// Removes a child of a dirty branch that has another, and the separator beside it. Its page is the caller's.
void remove_child_reference(TransactionState& txn, PageRef branch, std::uint32_t child);
/// One page less, of a count that the tree's record holds; Error{corrupt} below zero.
void count_down(std::uint64_t& pages);
/// Takes away roots that have one child.
void shrink_root(TransactionState& txn, TreeState& tree);
/// Gives back every page below `ref`, itself included. Reads each page's header, and the entries only where values
/// may have pages of their own; verifies what refers to others. Returns the entries that were there.
std::uint64_t retire_subtree(TransactionState& txn, TreeState& tree, PageRef ref, std::uint32_t level);

}  // namespace cambium::kv::detail

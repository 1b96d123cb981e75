// Several values per key. A key's leaf entry is its one value; or a packed set (duplicates_set.hpp); or the record
// of a value tree, whose keys are the values. Such trees have no runs.
//
// Everything here takes keys as nodes hold them and takes and gives encoded values (key_order.hpp), unless it says
// otherwise. A value tree belongs to its entry: its pages count in the record of the tree around it, and its record
// is numbered with the leaf.
#pragma once

#include "kv/duplicates_set.hpp"
#include "kv/key_order.hpp"
#include "kv/tree.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv::detail {

[[nodiscard]] constexpr bool has_duplicates(const TreeRecord& tree) noexcept {
    return (tree.flags & kTreeDuplicates) != 0;
}
/// Error{misuse} for a tree with one value per key, or with several.
void require_duplicates(const TreeRecord& tree);
void refuse_duplicates(const TreeRecord& tree);
/// Error{invalid_argument} or Error{value_too_long} for a value that the tree cannot hold; otherwise the value
/// encoded, copied.
[[nodiscard]] std::string checked_value(const TransactionState& txn, const TreeRecord& tree, ByteView value);

// ---- Reading ----------------------------------------------------------------------------------------------

/// The record of an entry's value tree: not empty, and dirty only in a dirty leaf.
[[nodiscard]] TreeRecord value_tree(const TransactionState& txn, const TreeRecord& tree, const LeafEntry& entry);
/// A value tree for one call. Nobody else knows it, so no nested level needs to keep it: its epoch is the newest.
[[nodiscard]] TreeState value_tree_state(const TransactionState& txn, const TreeState& tree,
                                         const TreeRecord& record) noexcept;
/// Orders the values of one key, encoded.
[[nodiscard]] inline int compare_values(const TreeState& tree, ByteView a, ByteView b) {
    return tree.compare_values == nullptr ? a.compare(b) : tree.compare_values(a, b);
}
/// The number of values of an entry, in a tree of any kind.
[[nodiscard]] std::uint64_t value_count(const TransactionState& txn, const TreeRecord& tree,
                                        const LeafEntry& entry);
[[nodiscard]] bool has_value(const TransactionState& txn, const TreeState& tree, const LeafEntry& entry,
                             ByteView value);
/// The first value of an entry, decoded, alive until the transaction's next write or end.
[[nodiscard]] ByteView first_value(const TransactionState& txn, const TreeRecord& tree, const LeafEntry& entry);

/// What get() answers for an entry, in a tree of any kind.
[[nodiscard]] inline ByteView value_of(const TransactionState& txn, const TreeRecord& tree,
                                       const LeafEntry& entry) {
    if (has_duplicates(tree)) [[unlikely]]
        return first_value(txn, tree, entry);
    return txn.resolve(entry);
}
/// Entries of a leaf, pairs in a tree with duplicates; or those below a branch with counts.
[[nodiscard]] std::uint64_t entries_of(const TransactionState& txn, const TreeRecord& tree, const NodeView& node);
/// The pairs of entries [begin, end) of a leaf. O(1) in a tree without duplicates.
[[nodiscard]] std::uint64_t pairs_in(const TransactionState& txn, const TreeRecord& tree, const NodeView& leaf,
                                     std::uint32_t begin, std::uint32_t end);

// ---- Changing ---------------------------------------------------------------------------------------------

enum class ValueMode : std::uint8_t {
    add,          ///< values that are there already stay
    new_key,      ///< nothing is added when the key has values
    append,       ///< nothing is added when the first is not behind every value of the key
    append_pair,  ///< nor when the key is not the last one or behind it
};

/// Adds ascending, different values to a key; returns how many were new. They may lie in the transaction's own
/// pages, the key too.
std::uint64_t add_values(TransactionState& txn, TreeState& tree, ByteView key, std::span<const ByteView> values,
                         ValueMode mode);
/// Checks, encodes and adds a key and a value as the caller gave them. True when it was new.
bool add_pair(TransactionState& txn, TreeState& tree, ByteView key, ByteView value, ValueMode mode);
/// Removes one value, and with the last one the key. False when it was not there.
bool erase_value(TransactionState& txn, TreeState& tree, ByteView key, ByteView value);
/// Gives back the pages of an entry's value tree and takes them out of the tree's record.
void retire_value_tree(TransactionState& txn, TreeState& tree, const LeafEntry& entry);

}  // namespace cambium::kv::detail

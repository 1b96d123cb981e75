// The B+tree: find, insert, erase and clear over one TreeState of one transaction.
//
// Invariants: all leaves are at one level; keys of child i of a branch lie at or after separator i-1 and before
// separator i; no node but the root is empty. Keys are those of the nodes (stored_key.hpp). Changes call
// prepare_change() first (cursor_state.hpp).
#pragma once

#include <array>
#include <optional>
#include <span>

#include "kv/transaction_state.hpp"

namespace cambium::kv::detail {

/// The way from a root to a place in a leaf. In a branch, index is the child taken; in the leaf, the entry.
struct Path {
    struct Frame {
        PageRef ref;
        NodeView node;
        std::uint32_t index;
    };
    std::array<Frame, kMaxDepth> frames;
    std::uint32_t depth = 0;  ///< 0 for an empty tree

    [[nodiscard]] Frame& leaf() noexcept { return frames[depth - 1]; }
    [[nodiscard]] const Frame& leaf() const noexcept { return frames[depth - 1]; }
};

/// Makes every cursor of a tree one of no transaction.
void end_cursors_of(TreeState& tree) noexcept;

enum class PutMode : std::uint8_t { overwrite, insert_only, append };

/// The first entry of a node at or after `key`, and the child whose range holds `key`, in the tree's order.
[[nodiscard]] inline Position position_in(const TreeState& tree, const NodeView& node, ByteView key) {
    return tree.compare == nullptr ? node.lower_bound(key) : node.lower_bound(key, tree.compare);
}
[[nodiscard]] inline std::uint32_t child_in(const TreeState& tree, const NodeView& node, ByteView key) {
    const Position position = position_in(tree, node, key);
    return position.index + (position.exact ? 1 : 0);
}
/// Whether key `a` comes before key `b`.
[[nodiscard]] inline bool before(const TreeState& tree, ByteView a, ByteView b) {
    return tree.compare == nullptr ? a < b : tree.compare(a, b) < 0;
}

/// The tree's depth, proven to agree with its root and to be at most kMaxDepth.
[[nodiscard]] std::uint32_t checked_depth(const TreeRecord& tree);
/// The entry of exactly this key. Fast path: no Path is kept.
[[nodiscard]] std::optional<LeafEntry> find(const TransactionState& txn, const TreeState& tree, ByteView key);
/// The values of several keys, or nothing for those that are absent; as many of each.
void find_many(const TransactionState& txn, const TreeState& tree, std::span<const ByteView> keys,
               std::span<std::optional<ByteView>> values);
/// Goes to the first entry at or after `key`; path.leaf().index may be its count. True when exact.
bool descend(const TransactionState& txn, const TreeState& tree, ByteView key, Path& path);
/// The same in a tree ordered by bytes, whatever its record says.
[[nodiscard]] std::optional<LeafEntry> find_by_bytes(const TransactionState& txn, const TreeRecord& tree,
                                                     ByteView key);
bool descend_by_bytes(const TransactionState& txn, const TreeRecord& tree, ByteView key, Path& path);
/// Goes to the first or last entry; path.depth is 0 for an empty tree.
void descend_to_edge(const TransactionState& txn, const TreeRecord& tree, bool last, Path& path);
/// Moves a path to the neighbouring leaf, at its first or last entry. False when there is none (path unchanged).
bool step_leaf(const TransactionState& txn, Path& path, bool forward);
/// Moves a path that may stand behind the last entry of its leaf to the entry there, at the next leaf's begin.
/// False when there is none (path unchanged).
bool to_entry(const TransactionState& txn, Path& path);
/// Moves a path to the entry before. False when there is none (path unchanged).
bool to_entry_before(const TransactionState& txn, Path& path);

/// True when the key was absent and is stored; when it was there, only overwrite has changed its value. Append
/// stores nothing unless the key is behind all others. A value with size and without data stands for zeros.
bool put(TransactionState& txn, TreeState& tree, ByteView key, ByteView value, PutMode mode);
bool erase(TransactionState& txn, TreeState& tree, ByteView key);
/// Removes the entry that a path stands on; the path is used up.
void erase_at(TransactionState& txn, TreeState& tree, Path& path);
void clear(TransactionState& txn, TreeState& tree);

/// The bytes of a value that this transaction has written, to be filled in place; nothing when the key is absent or
/// its value was there before. Valid until the next write.
[[nodiscard]] std::span<std::byte> stored_value(TransactionState& txn, TreeState& tree, ByteView key);

/// Makes every page of the rightmost path dirty, so that appends retire nothing more.
void touch_last(TransactionState& txn, TreeState& tree);
/// Overwrites the stored bytes of an existing inline value of the same size, whose leaf is dirty already.
void patch(TransactionState& txn, TreeState& tree, ByteView key, ByteView value);

}  // namespace cambium::kv::detail

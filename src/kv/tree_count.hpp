// Places of entries counted from the first one: how many lie in a range, which is the n-th, where a fraction falls.
#pragma once

#include "kv/tree_range.hpp"

namespace cambium::kv::detail {

/// The entries of a range: reads the pages of both ends and, in a tree without counts, every page between, leaves
/// by their headers only.
[[nodiscard]] std::uint64_t count_range(const TransactionState& txn, const TreeState& tree, const KeyRange& range);
/// Goes to entry `place`, counted from 0; in a tree with duplicates, to the key of that pair. `place` becomes the
/// place among the key's values. False when there are fewer.
[[nodiscard]] bool descend_to_place(const TransactionState& txn, const TreeState& tree, std::uint64_t& place,
                                    Path& path);
/// The part of the tree's entries that lies before `key`, 0 to 1, as if all children of a branch were equally full.
[[nodiscard]] double fraction_before(const TransactionState& txn, const TreeState& tree, ByteView key);
/// Goes to the entry near that part of the entries, 0 <= fraction < 1. The tree must not be empty.
void descend_to_fraction(const TransactionState& txn, const TreeState& tree, double fraction, Path& path);

}  // namespace cambium::kv::detail

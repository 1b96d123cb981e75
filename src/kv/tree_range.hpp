// Operations on ranges of keys: half-open, an empty bound is no bound (keys are never empty).
#pragma once

#include "kv/tree.hpp"

namespace cambium::kv::detail {

struct KeyRange {
    ByteView from;
    ByteView to;
};

/// Removes every entry of the range and returns their number. Whole branches are cut off: what lies strictly inside
/// the range is read only to be given back (retire_subtree). The bounds must not lie in the tree's pages.
std::uint64_t erase_range(TransactionState& txn, TreeState& tree, const KeyRange& range);

}  // namespace cambium::kv::detail

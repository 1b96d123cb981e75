// What changed in a tree between two snapshots.
#pragma once

#include <optional>

#include "cambium/kv/transaction.hpp"

namespace cambium::kv {

/// An entry that two snapshots do not have in common; in a tree with duplicates, a pair of key and value, which has
/// either `before` or `after`. The views live until the call of the visitor returns.
struct Change {
    ByteView key;
    std::optional<ByteView> before;  ///< nothing: the key, or the pair, was added
    std::optional<ByteView> after;   ///< nothing: the key, or the pair, was removed
};

namespace detail {
using ChangeVisitor = bool (*)(void* context, const Change& change);
bool difference(const Transaction& from, const Transaction& to, Tree tree, ChangeVisitor visit, void* context);
}  // namespace detail

/// Calls visit(change) for every entry of a tree that was added, removed or given another value between the
/// snapshots of two transactions of one environment, in the tree's order, while it answers true. A tree that one of
/// them does not have counts as empty there. False when the visitor ended it.
///
/// In a tree with duplicates every pair that was added or removed is a change of its own, in the order of keys and
/// then of values: never both `before` and `after`. Keys that a function calls equal are one key, given as the
/// snapshot of the pair has it; a value with other bytes than the equal one before is removed and then added.
///
/// Pages that both snapshots have in common are not read, in value trees neither: O(pages changed in between, times
/// their depth). Either may be the older one; `to` may be a write transaction, to which the visitor must not write.
/// A value written again with the same bytes is no change. Error{misuse} for transactions of two environments;
/// Error{not_found} for a tree that neither snapshot has, and without the functions that order it. Thread rule:
/// that of both transactions.
template <class Visitor>
bool difference(const Transaction& from, const Transaction& to, Tree tree, Visitor&& visit) {
    return detail::difference(
        from, to, tree,
        [](void* context, const Change& change) -> bool {
            return (*static_cast<std::remove_reference_t<Visitor>*>(context))(change);
        },
        const_cast<void*>(static_cast<const void*>(&visit)));
}

}  // namespace cambium::kv

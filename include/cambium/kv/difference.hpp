// What changed in a tree between two snapshots.
#pragma once

#include <optional>

#include "cambium/kv/transaction.hpp"

namespace cambium::kv {

/// An entry that two snapshots do not have in common. The views live until the call of the visitor returns.
struct Change {
    ByteView key;
    std::optional<ByteView> before;  ///< nothing: the key was added
    std::optional<ByteView> after;   ///< nothing: the key was removed
};

namespace detail {
using ChangeVisitor = bool (*)(void* context, const Change& change);
bool difference(const Transaction& from, const Transaction& to, Tree tree, ChangeVisitor visit, void* context);
}  // namespace detail

/// Calls visit(change) for every entry of a tree that was added, removed or given another value between the
/// snapshots of two transactions of one environment, in the tree's order, while it answers true. A tree that one of
/// them does not have counts as empty there. False when the visitor ended it.
///
/// Pages that both snapshots have in common are not read: O(pages changed in between, times their depth). Either
/// may be the older one; `to` may be a write transaction. A value written again with the same bytes is no change.
/// Error{misuse} for transactions of two environments and for trees with duplicates. Thread rule: that of both
/// transactions.
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

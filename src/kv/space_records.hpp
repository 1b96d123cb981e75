// The records of a space tree, in order.
#pragma once

#include "kv/page_budget.hpp"
#include "kv/tree.hpp"

namespace cambium::kv::detail {

/// Visits the records from `from` on while visit(key, value) answers true.
template <class Visitor>
void each_space_record(const TransactionState& txn, const TreeRecord& space, ByteView from, Visitor&& visit) {
    Path path;
    descend_by_bytes(txn, space, from, path);
    if (path.depth == 0) return;
    PageBudget budget{txn};
    std::string key;
    for (;; ++path.leaf().index) {
        if (path.leaf().index == path.leaf().node.count()) {
            if (!step_leaf(txn, path, true)) return;
            budget.take(path.leaf().ref);
        }
        key.clear();
        path.leaf().node.append_key(path.leaf().index, key);
        const LeafEntry entry = path.leaf().node.leaf_entry(path.leaf().index);
        if (entry.kind != ValueKind::inlined)
            throw_corrupt(path.leaf().ref, "a record of the free space is too long");
        if (!visit(ByteView{key}, entry.value)) return;
    }
}

}  // namespace cambium::kv::detail

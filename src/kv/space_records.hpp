// The records of a space tree, in order.
#pragma once

#include "kv/tree.hpp"

namespace cambium::kv::detail {

/// Visits the records from `from` on while visit(key, value) answers true.
template <class Visitor>
void each_space_record(const TransactionState& txn, const TreeRecord& space, ByteView from, Visitor&& visit) {
    Path path;
    descend_by_bytes(txn, space, from, path);
    if (path.depth == 0) return;
    std::string key;
    for (;; ++path.leaf().index) {
        if (path.leaf().index == path.leaf().node.count() && !step_leaf(txn, path, true)) return;
        key.clear();
        path.leaf().node.append_key(path.leaf().index, key);
        if (!visit(ByteView{key}, txn.resolve(path.leaf().node.leaf_entry(path.leaf().index)))) return;
    }
}

}  // namespace cambium::kv::detail

#include "kv/stored_key.hpp"

namespace cambium::kv::detail {

namespace {

// The bytes of every key of a tree of integers, or 0 while it is empty.
std::size_t integer_size(const TransactionState& txn, TreeState& tree) {
    if (tree.record.root == kNoPage) return tree.integer_size = 0;
    if (tree.integer_size == 0) {
        Path path;
        descend_to_edge(txn, tree.record, false, path);
        std::string key;
        if (path.leaf().node.count() > 0) path.leaf().node.append_key(0, key);
        tree.integer_size = key.size();
    }
    return tree.integer_size;
}

}  // namespace

void StoredKey::convert(const TransactionState& txn, TreeState& tree) {
    if (view_.empty()) return;  // a missing bound
    const ByteView given = view_;
    view_ = encode(tree.key_order, given, bytes_);
    if (tree.key_order == KeyOrder::native_integers) {
        const std::size_t size = integer_size(txn, tree);
        if (size != 0 && size != given.size())
            throw Error(ErrorCode::invalid_argument,
                        "the keys of the tree are integers of " + std::to_string(size) + " bytes, not " +
                            std::to_string(given.size()) + ": a tree of native_integers has one size");
    }
    if (tree.compare != nullptr) view_ = given;  // ordered by a function, stored as it is
}

std::string given_key(const TreeState& tree, const NodeView& leaf, std::uint32_t i) {
    std::string key;
    leaf.append_key(i, key);
    if (const ByteView given = given_key(tree, key, key); given.data() != key.data()) key = given;
    return key;
}

}  // namespace cambium::kv::detail

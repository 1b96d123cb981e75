// Keys on their way into a tree and out of it: the one place that knows what their order makes of them.
#pragma once

#include "kv/key_order.hpp"
#include "kv/tree.hpp"

namespace cambium::kv::detail {

/// A key as the nodes of a tree hold it. A view of the key given, or of bytes of its own. Error{invalid_argument}
/// for an integer of another size than the tree's.
class StoredKey {
public:
    StoredKey(const TransactionState& txn, TreeState& tree, ByteView key) : view_(key) {
        if (!tree.plain_keys) [[unlikely]]
            convert(txn, tree);
    }
    StoredKey(const StoredKey&) = delete;
    StoredKey& operator=(const StoredKey&) = delete;
    operator ByteView() const noexcept { return view_; }

private:
    void convert(const TransactionState& txn, TreeState& tree);

    ByteView view_;
    std::string bytes_;
};

/// A key of a node as the caller gave it. `buffer` may be where it lies.
[[nodiscard]] inline ByteView given_key(const TreeState& tree, ByteView stored, std::string& buffer) {
    if (tree.plain_keys || tree.compare != nullptr) return stored;
    return decode(tree.key_order, stored, buffer);
}
/// The key of entry i of a leaf, as the caller gave it.
[[nodiscard]] std::string given_key(const TreeState& tree, const NodeView& leaf, std::uint32_t i);

}  // namespace cambium::kv::detail

// Whether a state that was written but never flushed is whole: a walk from its roots, pruned by birth.
#include <utility>

#include "kv/duplicates.hpp"
#include "kv/environment_state.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv {

namespace {

using detail::TransactionState;

class Survivor {
public:
    Survivor(const TransactionState& txn, TransactionId durable) : txn_(txn), durable_(durable) {}

    // Throws Error{corrupt} for the first page that is not what it should be.
    void verify() {
        is_catalog_ = true;
        verify_tree(txn_.snapshot.catalog);
        is_catalog_ = false;
        verify_tree(txn_.snapshot.space);
        for (const TreeRecord& tree : named_) verify_tree(tree);
    }

private:
    void verify_tree(const TreeRecord& tree) {
        if (tree.depth > kMaxDepth || (tree.root == kNoPage) != (tree.depth == 0))
            throw_corrupt(tree.root, "a tree's depth contradicts its root");
        tree_ = tree;
        if (tree.depth > 0) verify_node(tree.root, tree.depth - 1);
    }

    // What is below a page is not younger than it.
    void verify_node(PageRef ref, std::uint32_t level) {
        const NodeView node = txn_.node(ref, level);
        if (node.header().birth <= durable_) return;
        txn_.verify(node);
        for (std::uint32_t i = 0; i < node.count() + (level > 0 ? 1U : 0U); ++i) {
            if (level > 0) {
                verify_node(txn_.child(ref, node, i), level - 1);
            } else {
                verify_entry(node, i);
            }
        }
    }

    void verify_entry(const NodeView& node, std::uint32_t i) {
        const LeafEntry entry = node.leaf_entry(i);
        if (detail::has_duplicates(tree_)) return verify_values(entry);
        const ByteView value = txn_.resolve(entry);
        if (entry.kind == ValueKind::run) {
            const std::byte* run = reinterpret_cast<const std::byte*>(value.data()) - sizeof(RunHeader);
            const auto header = load<RunHeader>(run);
            const std::uint64_t pages = txn_.snapshot.page_count - header.page_number;
            if (header.birth > durable_)
                if (const char* why = run_error(run, pages * txn_.page_size_bytes, *txn_.checksum,
                                                header.page_number, txn_.page_size_bytes))
                    throw_corrupt(header.page_number, why);
        }
        if (!is_catalog_) return;
        std::string key;
        node.append_key(i, key);
        if (key.front() == kCatalogTree && value.size() == sizeof(TreeRecord))
            named_.push_back(load<TreeRecord>(reinterpret_cast<const std::byte*>(value.data())));
    }

    // The entries of a value tree have no values.
    void verify_values(const LeafEntry& entry) {
        if (entry.kind != ValueKind::duplicate_tree) return;
        const TreeRecord values = detail::value_tree(txn_, tree_, entry);
        const TreeRecord outer = std::exchange(tree_, values);
        verify_node(values.root, values.depth - 1);
        tree_ = outer;
    }

    const TransactionState& txn_;
    TransactionId durable_;
    TreeRecord tree_{};  ///< being walked
    bool is_catalog_ = false;
    std::vector<TreeRecord> named_;
};

}  // namespace

bool is_whole(detail::EnvironmentState& env, const Snapshot& state, TransactionId durable) {
    TransactionState txn{env, env.checksum, env.page_size};
    txn.begin(state, env.mapped(state.page_count * env.page_size));
    try {
        Survivor{txn, durable}.verify();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt) throw;
        return false;
    }
    return true;
}

}  // namespace cambium::kv

#include "kv/key_group.hpp"

#include "kv/environment_state.hpp"
#include "kv/tree.hpp"

namespace cambium::kv::detail {

namespace {

/// Groups whose leaves are asked for after one for which the disk had to be read.
constexpr std::uint32_t kAsked = 64;

// Two keys of one leaf ask for it twice: the kernel knows that it is on its way.
void ask_for_leaf(const TransactionState& txn, const TreeRecord& tree, ByteView key) {
    PageRef ref = tree.root;
    for (std::uint32_t level = checked_depth(tree); level-- > 1;) {
        const NodeView node = txn.node(ref, level);
        ref = txn.child(ref, node, node.child_index(key));
    }
    if (ref < txn.snapshot.page_count) txn.env->data.begin_read(ref * txn.page_size_bytes, txn.page_size_bytes);
}

}  // namespace

KeyGroup::KeyGroup(const TransactionState& txn, const TreeState& tree, std::span<const ByteView> keys) noexcept {
    if (!txn.env->reads_sparsely() || keys.size() < 2 || tree.compare != nullptr || tree.record.root == kNoPage)
        return;
    std::atomic<std::uint32_t>& to_ask = txn.env->groups_to_ask;
    const std::uint32_t left = to_ask.load(std::memory_order_relaxed);
    if (left == 0) {
        to_ask_ = &to_ask;
        disk_faults_ = os::disk_faults();
        return;
    }
    to_ask.store(left - 1, std::memory_order_relaxed);  // other threads may count the same one: no matter
    try {
        for (const ByteView key : keys) ask_for_leaf(txn, tree.record, key);
    } catch (const std::exception&) {
        // A damaged branch: the work will meet it.
    }
}

KeyGroup::~KeyGroup() {
    if (to_ask_ != nullptr && os::disk_faults() > disk_faults_) to_ask_->store(kAsked, std::memory_order_relaxed);
}

}  // namespace cambium::kv::detail

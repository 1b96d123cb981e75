// usage(): what the pages of a tree and of a store hold.
#include <algorithm>

#include "cambium/kv/maintenance.hpp"
#include "kv/snapshot_walk.hpp"

namespace cambium::kv {

namespace {

using detail::TransactionState;

class TreeMeter {
public:
    TreeMeter(const TransactionState& txn, TreeUsage& usage) : txn_(txn), usage_(usage) {}

    void add_node(PageRef ref, std::uint32_t level) {
        const NodeView node = txn_.node(ref, level);
        usage_.page_bytes += node.page_size();
        usage_.used_bytes += node.used_bytes();
        if (level == 0) return add_entries(node);
        for (std::uint32_t i = 0; i <= node.count(); ++i) add_node(txn_.child(ref, node, i), level - 1);
    }

private:
    void add_entries(const NodeView& leaf) {
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            const LeafEntry entry = leaf.leaf_entry(i);
            const std::uint64_t size = txn_.resolve(entry).size();
            usage_.key_bytes += leaf.prefix().size() + entry.rest_size;
            usage_.value_bytes += size;
            if (entry.kind != ValueKind::run) continue;
            usage_.page_bytes += run_page_count(size, leaf.page_size()) * leaf.page_size();
            usage_.used_bytes += run_table_offset(size) + 8 * run_chunk_count(size);
        }
    }

    const TransactionState& txn_;
    TreeUsage& usage_;
};

std::uint64_t longest_free_run(const SpaceMap& space) {
    std::uint64_t longest = 0;
    std::uint64_t length = 0;
    for (std::uint64_t page = 0; page < space.page_count(); ++page) {
        length = space.is_free(page) ? length + 1 : 0;
        longest = std::max(longest, length);
    }
    return longest;
}

void add_tree(StoreUsage& usage, const TreeRecord& tree) {
    ++usage.trees;
    usage.entries += tree.entries;
    usage.branch_pages += tree.branch_pages;
    usage.leaf_pages += tree.leaf_pages;
    usage.run_pages += tree.run_pages;
}

}  // namespace

TreeUsage usage(const Transaction& txn, Tree tree) {
    TransactionState& state = TransactionAccess::state(txn);
    const TreeRecord& record = state.tree(tree.id()).record;
    TreeUsage result;
    result.counts = txn.statistics(tree);
    if (const std::uint32_t depth = detail::checked_depth(record); depth > 0)
        TreeMeter{state, result}.add_node(record.root, depth - 1);
    return result;
}

StoreUsage usage(Environment& environment) {
    detail::EnvironmentState& env = EnvironmentAccess::state(environment);
    const detail::HeldSnapshot held{env, detail::HeldSnapshot::Head::visible};
    const Snapshot& snapshot = held.txn().snapshot;
    StoreUsage usage;
    usage.transaction = snapshot.id;
    usage.page_size_bytes = env.page_size;
    usage.page_count = snapshot.page_count;
    usage.meta_pages = first_data_page(env.page_size);
    usage.catalog_pages = page_count_of(snapshot.catalog);
    usage.space_pages = page_count_of(snapshot.space);
    detail::each_tree_record(held.txn(), [&](const TreeRecord& tree) { add_tree(usage, tree); });
    SpaceMap space{env.page_size};
    space.bring_to(held.txn());
    // As the next writer will find it.
    space.release(env.lock != nullptr ? env.pins(snapshot) : std::vector{snapshot.id});
    usage.free_pages = space.free_pages();
    usage.waiting_pages = space.waiting_pages();
    usage.largest_free_run = longest_free_run(space);
    return usage;
}

}  // namespace cambium::kv

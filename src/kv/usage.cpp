// usage(): what the pages of a tree and of a store hold.
#include <algorithm>

#include "cambium/kv/maintenance.hpp"
#include "kv/duplicates.hpp"
#include "kv/page_budget.hpp"
#include "kv/snapshot_walk.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv {

namespace {

using detail::TransactionState;

class TreeMeter {
public:
    TreeMeter(const TransactionState& txn, const TreeRecord& tree, TreeUsage& usage)
        : txn_(txn), tree_(tree), usage_(usage), budget_(txn) {}

    void run() {
        if (const std::uint32_t depth = detail::checked_depth(tree_); depth > 0)
            add_node(tree_.root, depth - 1, &TreeMeter::add_entry);
    }

private:
    using AddEntry = void (TreeMeter::*)(const NodeView& leaf, const LeafEntry& entry);

    void add_node(PageRef ref, std::uint32_t level, AddEntry add) {
        budget_.take(ref);
        const NodeView node = txn_.node(ref, level);
        usage_.page_bytes += node.page_size();
        usage_.used_bytes += node.used_bytes();
        for (std::uint32_t i = 0; i < node.count() + (level > 0 ? 1U : 0U); ++i) {
            if (level > 0) {
                add_node(txn_.child(ref, node, i), level - 1, add);
            } else {
                (this->*add)(node, node.leaf_entry(i));
            }
        }
    }

    void add_entry(const NodeView& leaf, const LeafEntry& entry) {
        usage_.key_bytes += leaf.prefix().size() + entry.rest_size;
        if (detail::has_duplicates(tree_)) return add_values(entry);
        if (entry.kind == ValueKind::inlined) {
            usage_.value_bytes += entry.value.size();
            return;
        }
        const RunReference run = detail::run_reference(entry);
        const std::uint64_t pages = run_page_count(run.value_size, txn_.page_size_bytes);
        budget_.take(run.first_page, pages);
        const std::uint64_t size = txn_.resolve(entry).size();
        usage_.value_bytes += size;
        usage_.page_bytes += pages * txn_.page_size_bytes;
        usage_.used_bytes += run_table_offset(size) + 8 * run_chunk_count(size);
    }

    void add_values(const LeafEntry& entry) {
        if (entry.kind == ValueKind::duplicate_tree) {
            const TreeRecord values = detail::value_tree(txn_, tree_, entry);
            return add_node(values.root, values.depth - 1, &TreeMeter::add_value);
        }
        const detail::ValueSet values{entry, fixed_value_size(tree_.flags)};
        for (std::uint32_t i = 0; i < values.count(); ++i) usage_.value_bytes += values[i].size();
    }

    // In a value tree the keys are the values.
    void add_value(const NodeView& leaf, const LeafEntry& entry) {
        usage_.value_bytes += leaf.prefix().size() + entry.rest_size;
    }

    const TransactionState& txn_;
    const TreeRecord& tree_;
    TreeUsage& usage_;
    detail::PageBudget budget_;
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
    TreeMeter{state, record, result}.run();
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

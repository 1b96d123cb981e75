// Reading one committed state as a whole: what copies, backups and reports have in common.
#pragma once

#include "kv/environment_state.hpp"
#include "kv/page_budget.hpp"
#include "kv/tree.hpp"

namespace cambium::kv {

[[nodiscard]] constexpr std::uint64_t page_count_of(const TreeRecord& tree) noexcept {
    return tree.branch_pages + tree.leaf_pages + tree.run_pages;
}

namespace detail {

/// A read transaction on the newest committed state, for as long as this lives.
class HeldSnapshot {
public:
    enum class Head : std::uint8_t {
        visible,  ///< what every reader sees
        durable,  ///< what no crash can take back; all that is visible is flushed first, where that is possible
    };
    HeldSnapshot(EnvironmentState& env, Head head) : env_(env), txn_(begin(env, head)) {}
    ~HeldSnapshot() { env_.end_read(txn_); }
    HeldSnapshot(const HeldSnapshot&) = delete;
    HeldSnapshot& operator=(const HeldSnapshot&) = delete;
    [[nodiscard]] TransactionState& txn() const noexcept { return *txn_; }

private:
    static TransactionState* begin(EnvironmentState& env, Head head) {
        if (head == Head::visible) return env.begin_read();
        env.require_same_process();
        std::uint64_t sequence = 0;
        if (env.lock != nullptr && !env.options.read_only && !env.lock->poisoned())
            env.flush_until(env.lock->visible().newest(sequence).id);
        return env.begin_read(true);
    }

    EnvironmentState& env_;
    TransactionState* txn_;
};

/// Proves that a committed run is sound and carries its own number. Returns its pages.
[[nodiscard]] inline std::uint64_t verify_run(const TransactionState& txn, std::uint64_t first_page) {
    const std::byte* run = txn.map + first_page * txn.page_size_bytes;
    const std::uint64_t available = (txn.snapshot.page_count - first_page) * txn.page_size_bytes;
    if (const char* why = run_error(run, available, *txn.checksum, first_page, txn.page_size_bytes))
        throw_corrupt(first_page, why);
    return load<RunHeader>(run).page_count;
}

/// The tree record that an entry of the catalog holds.
[[nodiscard]] inline TreeRecord tree_record_in(const LeafEntry& entry) {
    if (entry.kind != ValueKind::inlined || entry.value.size() != sizeof(TreeRecord))
        throw_corrupt(0, "a tree's record has a wrong size");
    return load<TreeRecord>(reinterpret_cast<const std::byte*>(entry.value.data()));
}

/// Calls visit(record) for every named tree, in order of id.
template <class Visitor>
void each_tree_record(const TransactionState& txn, Visitor&& visit) {
    Path path;
    descend_by_bytes(txn, txn.snapshot.catalog, {&kCatalogTree, 1}, path);
    if (path.depth == 0) return;
    PageBudget leaves{txn};
    std::string key;
    for (;; ++path.leaf().index) {
        if (path.leaf().index == path.leaf().node.count()) {
            if (!step_leaf(txn, path, true)) return;
            leaves.take(path.leaf().ref);
        }
        key.clear();
        path.leaf().node.append_key(path.leaf().index, key);
        if (key.front() != kCatalogTree) return;
        visit(tree_record_in(path.leaf().node.leaf_entry(path.leaf().index)));
    }
}

}  // namespace detail
}  // namespace cambium::kv

#include "kv/birth_walk.hpp"

#include <algorithm>
#include <utility>

#include "kv/duplicates.hpp"
#include "kv/page_budget.hpp"
#include "kv/snapshot_walk.hpp"

namespace cambium::kv {

namespace {

using detail::TransactionState;

class BirthWalk {
public:
    BirthWalk(const TransactionState& txn, TransactionId since) : txn_(txn), since_(since), budget_(txn) {}

    std::vector<BornPages> run() {
        in_catalog_ = true;
        add_tree(txn_.snapshot.catalog);
        in_catalog_ = false;
        add_tree(txn_.snapshot.space);
        for (const TreeRecord& tree : named_) add_tree(tree);
        std::sort(found_.begin(), found_.end(),
                  [](const BornPages& a, const BornPages& b) { return a.first_page < b.first_page; });
        return std::move(found_);
    }

private:
    void add_tree(const TreeRecord& tree) {
        tree_ = tree;
        if (const std::uint32_t depth = detail::checked_depth(tree); depth > 0) add_node(tree.root, depth - 1);
    }

    void add_node(PageRef ref, std::uint32_t level) {
        const NodeView node = txn_.node(ref, level);
        if (node.header().birth <= since_) return;
        budget_.take(ref);
        txn_.verify(node);
        found_.push_back({ref, 1, node.header().birth, node.header().checksum});
        for (std::uint32_t i = 0; i < node.count() + (level > 0 ? 1U : 0U); ++i) {
            if (level > 0) {
                add_node(txn_.child(ref, node, i), level - 1);
            } else {
                add_entry(node, i);
            }
        }
    }

    void add_entry(const NodeView& leaf, std::uint32_t i) {
        const LeafEntry entry = leaf.leaf_entry(i);
        if (detail::has_duplicates(tree_)) return add_values(entry);
        const ByteView value = txn_.resolve(entry);
        if (entry.kind == ValueKind::run) add_run(value);
        if (!in_catalog_) return;
        std::string key;
        leaf.append_key(i, key);
        if (key.starts_with(kCatalogTree)) named_.push_back(detail::tree_record_in(entry));
    }

    // The entries of a value tree have no values.
    void add_values(const LeafEntry& entry) {
        if (entry.kind != ValueKind::duplicate_tree) return;
        const TreeRecord outer = std::exchange(tree_, detail::value_tree(txn_, tree_, entry));
        add_node(tree_.root, tree_.depth - 1);
        tree_ = outer;
    }

    void add_run(ByteView value) {
        const auto header = load<RunHeader>(reinterpret_cast<const std::byte*>(value.data()) - sizeof(RunHeader));
        if (header.birth <= since_) return;
        budget_.take(header.page_number, run_page_count(header.value_size, txn_.page_size_bytes));
        found_.push_back(
            {header.page_number, detail::verify_run(txn_, header.page_number), header.birth, header.checksum});
    }

    const TransactionState& txn_;
    TransactionId since_;
    detail::PageBudget budget_;  ///< for all trees
    TreeRecord tree_{};          ///< being walked
    bool in_catalog_ = false;
    std::vector<TreeRecord> named_;
    std::vector<BornPages> found_;
};

}  // namespace

std::vector<BornPages> pages_born_after(const TransactionState& txn, TransactionId since) {
    return BirthWalk{txn, since}.run();
}

std::uint64_t state_digest(const base::Checksum& checksum, const Snapshot& state,
                           const std::vector<BornPages>& pages) {
    static_assert(std::has_unique_object_representations_v<Snapshot>);
    std::vector<WrittenPage> last;
    for (const BornPages& born : pages)
        if (born.birth == state.id) last.push_back({born.first_page, born.checksum});
    const std::uint64_t sums[2] = {checksum(&state, sizeof state), digest_of(checksum, last)};
    return checksum(sums, sizeof sums);
}

}  // namespace cambium::kv

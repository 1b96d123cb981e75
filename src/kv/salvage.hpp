// Salvage of one store: what the catalog and the trees refer to (salvage.cpp), then what nothing refers to any more
// (salvage_search.cpp).
//
// Pages are read by calls and verified before anything in them is believed; each is visited once, so that
// references in a circle end. What is left when a tree has been walked and something was missing is looked for in
// every page of the file: leaves say whose they are, and the records of free space which of them are old.
// Thread rule: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/kv/maintenance.hpp"
#include "kv/environment_state.hpp"
#include "kv/key_order.hpp"
#include "kv/page_budget.hpp"
#include "kv/page_scan.hpp"
#include "kv/read_pages.hpp"
#include "kv/salvage_state.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv::detail {

/// The new store, committed now and then.
class SalvageTarget {
public:
    SalvageTarget(const std::string& path, const Options& options)
        : environment_(Environment::open(path, options)) {}
    Environment& environment() noexcept { return environment_; }
    WriteTransaction& txn() {
        if (!txn_.has_value()) txn_.emplace(environment_.begin_write());
        return *txn_;
    }
    void wrote(std::uint64_t bytes) {
        if ((bytes_ += bytes) < kBatchBytes) return;
        commit();
        bytes_ = 0;
    }
    void commit() {
        if (txn_.has_value()) txn_->commit();
        txn_.reset();
    }
    void close() {
        commit();
        environment_.sync();
        environment_.close();
    }

private:
    static constexpr std::uint64_t kBatchBytes = std::uint64_t{64} << 20;

    Environment environment_;
    std::optional<WriteTransaction> txn_;
    std::uint64_t bytes_ = 0;
};

/// What the catalog says of one tree, as far as it could be read.
struct KnownTree {
    std::optional<std::string> name;
    std::optional<TreeRecord> record;
    bool is_old = false;      ///< the record is from a page of an older state: where the pages are is not known
    bool is_present = false;  ///< a page of the state itself speaks of it
    std::string comparator;
    std::string value_comparator;
};

/// Keys as stored, from `low` to before `high`; or some values of the key `low`.
struct LostRange {
    std::string low;
    std::string high;
    bool of_values = false;
};

class Salvage {
public:
    Salvage(const os::File& file, const SalvagedState& state, SalvageTarget& target, SalvageReport& report)
        : file_(file),
          page_size_(state.meta.header.page_size),
          transaction_(state.meta.header.transaction),
          catalog_(state.meta.header.catalog),
          space_(state.meta.header.space),
          checksum_(state.meta.header.seed),
          page_count_(std::min(state.meta.header.page_count, file.size() / page_size_ + 1)),
          pages_(file, page_size_, page_count_),
          visited_(page_count_, false),
          target_(target),
          report_(report),
          doubt_(state.doubt) {}
    void run();

private:
    // ---- What is lost (salvage.cpp) ----
    void lose(std::uint64_t page, std::string why);
    [[nodiscard]] std::string given(ByteView stored) const;
    void lose_range(std::uint64_t page, const std::string& why, const std::string& low, const std::string& high);
    void report_ranges();

    // ---- What is referred to (salvage.cpp) ----
    template <class Visit>
    void walk_tree(const TreeRecord& tree, Visit&& visit) {
        if ((tree.root == kNoPage) != (tree.depth == 0) || tree.depth > kMaxDepth)
            return lose_range(tree.root, "the tree's depth contradicts its root", {}, {});
        if (tree.depth > 0) walk(tree.root, tree.depth - 1, {}, {}, visit);
    }
    std::optional<std::string> node_error(PageRef ref, std::uint32_t level);
    // Takes a page that nobody has visited.
    bool take(PageRef ref) {
        if (ref < first_data_page(page_size_) || ref >= page_count_ || visited_[ref]) return false;
        return visited_[ref] = true;
    }
    template <class Visit>
    void walk(PageRef ref, std::uint32_t level, const std::string& low, const std::string& high, Visit& visit) {
        if (!take(ref)) return lose_range(ref, "it lies outside the file, or has two owners", low, high);
        if (std::optional<std::string> why = node_error(ref, level)) {
            lose_range(ref, *why, low, high);
        } else {
            const NodeView node{pages_.page(ref), page_size_};
            try {
                for (std::uint32_t i = 0; level > 0 && i <= node.count(); ++i) {
                    std::string from = low;
                    std::string to = high;
                    if (i > 0) node.append_key(i - 1, (from.clear(), from));
                    if (i < node.count()) node.append_key(i, (to.clear(), to));
                    walk(node.child(i), level - 1, from, to, visit);
                }
                for (std::uint32_t i = 0; level == 0 && i < node.count(); ++i) visit(node, i);
            } catch (const Error& error) {
                if (error.code() != ErrorCode::corrupt) throw;
                lose_range(ref, error.what(), low, high);
            }
        }
        pages_.drop(ref, 1);
    }
    void note_catalog_entry(const NodeView& leaf, std::uint32_t i, bool is_old);
    void salvage_tree(std::uint64_t id, const KnownTree& known);
    void end_lost_tree(const std::string& why);
    void start_tree(const std::string& name, std::uint16_t mark);

    // ---- What nothing refers to any more (salvage_search.cpp) ----
    void look_for_pages();
    [[nodiscard]] bool is_used(std::uint64_t page) const { return uses_known_ && used_.test(page); }
    [[nodiscard]] std::vector<FoundNode> leaves_of(std::uint16_t mark);
    void find_catalog_entries();
    template <class Visit>
    void visit_leaf(std::uint64_t page, Visit&& visit) {
        visited_[page] = true;
        if (!node_error(page, 0).has_value()) {
            const NodeView node{pages_.page(page), page_size_};
            try {
                for (std::uint32_t i = 0; i < node.count(); ++i) visit(node, i);
            } catch (const Error& error) {
                if (error.code() != ErrorCode::corrupt) throw;
                lose(page, error.what());
            }
        }
        pages_.drop(page, 1);
    }
    void find_leaves();
    [[nodiscard]] std::uint32_t flags_in(const std::vector<FoundNode>& leaves);
    void salvage_unknown_trees();

    // ---- Records (salvage.cpp) ----
    void keep_entry(const NodeView& leaf, std::uint32_t i);
    void keep_values(const std::string& key, const std::string& stored, const LeafEntry& entry);
    void keep_run(const std::string& key, const std::string& stored, const RunReference& run);
    void keep_value_tree(const std::string& key, const std::string& stored, const LeafEntry& entry);
    void put_pair(const std::string& key, ByteView value) {
        std::string buffer;
        put(key, decode(value_order(flags_), value, buffer));
    }
    void put(const std::string& key, ByteView value) {
        if (!target_.txn().put(destination_, key, value)) throw_corrupt(0, "a record is there twice");
        ++current_->kept;
        target_.wrote(key.size() + value.size());
    }

    const os::File& file_;
    std::uint32_t page_size_;
    TransactionId transaction_;
    TreeRecord catalog_;
    TreeRecord space_;
    base::Checksum checksum_;
    std::uint64_t page_count_;
    ReadPages pages_;
    std::vector<bool> visited_;
    SalvageTarget& target_;
    SalvageReport& report_;
    std::map<std::uint64_t, KnownTree> trees_;
    SalvagedTree* current_ = nullptr;
    std::string tree_;
    TreeRecord record_{};
    std::uint32_t flags_ = 0;
    Tree destination_;
    std::uint16_t mark_ = 0;         ///< of the pages of the current tree
    std::vector<LostRange> ranges_;  ///< of the current tree
    bool in_values_ = false;         ///< in the value tree of owner_
    std::string owner_;              ///< key of the value tree, as given
    std::string owner_stored_;
    bool muted_ = false;               ///< what is lost is no finding
    std::uint64_t more_findings_ = 0;  ///< that the report does not hold
    std::string doubt_;
    bool find_catalog_ = false;                               ///< pages of the catalog are lost
    bool looked_ = false;                                     ///< leaves_ and used_ are what they can be
    std::map<std::uint16_t, std::vector<FoundNode>> leaves_;  ///< by mark, the newest first
    bool uses_known_ = false;                                 ///< used_ says which pages the state uses
    PageBits used_;
};

}  // namespace cambium::kv::detail

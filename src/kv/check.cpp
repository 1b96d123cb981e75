// check(): walks everything that a snapshot reaches and accounts for every page.
//
// Pages are read by calls, not through the mapping, so that one that the device cannot read, or that is not in the
// file any more, is a finding. The pages of the catalog and of the free space are held to the end, as finding the
// trees and loading the free space need them; of a named tree those from the root to the page being looked at, and
// up to 256 more.
#include <utility>
#include <vector>

#include "cambium/kv/maintenance.hpp"
#include "kv/duplicates.hpp"
#include "kv/environment_state.hpp"
#include "kv/page_budget.hpp"
#include "kv/read_pages.hpp"
#include "kv/tree.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv {

namespace {

using detail::EnvironmentState;
using detail::kMostFindings;
using detail::TransactionState;

/// Who a page belongs to, one per page.
enum class Owner : std::uint8_t { nobody, live, free, waiting };

class Checker {
public:
    Checker(EnvironmentState& env, TransactionState& txn, CheckReport& report)
        : env_(env),
          txn_(txn),
          report_(report),
          pages_(env.data, env.page_size, txn.snapshot.page_count),
          owners_(txn.snapshot.page_count, Owner::nobody),
          mapping_(std::exchange(txn.map, pages_.data())),
          verify_reads_(std::exchange(txn.verify_reads, false)) {}
    // The transaction is used again, and keeps its mapping.
    ~Checker() {
        txn_.map = mapping_;
        txn_.verify_reads = verify_reads_;
    }
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;

    void run() {
        report_.transaction = txn_.snapshot.id;
        if (txn_.snapshot.id >= kMaxNumber || txn_.snapshot.next_tree_id >= kMaxNumber)
            find(0, "its commit record leaves no number for another transaction or tree");
        check_tree(txn_.snapshot.catalog, "(catalog)", &txn_.catalog, kCatalogMark);
        check_tree(txn_.snapshot.space, "(free space)", &txn_.catalog, kSpaceMark);
        hold_pages_ = false;
        check_named_trees();
        check_space();
        find_leaks();
    }

private:
    void find(std::uint64_t page, std::string what) {
        std::vector<Finding>& findings = report_.findings;
        if (findings.size() >= kMostFindings && findings.back().tree == tree_) {
            ++report_.more_findings;
        } else {
            findings.push_back({page, tree_, std::move(what)});
        }
    }

    // What a page refers to is not known, or not all of it.
    void lose(std::uint64_t page, std::string why) {
        incomplete_ = true;
        find(page, std::move(why));
    }

    // One finding for pages side by side. Where a page could not be walked, those below it are nobody's.
    void find_leaks() {
        for (std::uint64_t page = first_data_page(env_.page_size); page < owners_.size(); ++page) {
            if (owners_[page] != Owner::nobody) continue;
            const std::uint64_t first = page;
            while (page + 1 < owners_.size() && owners_[page + 1] == Owner::nobody) ++page;
            std::string what =
                first == page ? "it is" : "the pages from it to page " + std::to_string(page) + " are";
            what += " neither in use nor free nor waiting: ";
            find(first, what += incomplete_ ? "what refers to them may be damaged" : "they have leaked");
        }
    }

    // Takes pages for an owner; each page has exactly one. The first that has one already is a finding, and those
    // behind it are not looked at: so all of check() looks at each page a few times, whatever refers to it.
    bool claim(std::uint64_t first, std::uint64_t count, Owner owner) {
        if (first < first_data_page(env_.page_size) || first >= owners_.size() || count > owners_.size() - first) {
            find(first, "it lies outside the store");
            return false;
        }
        std::uint64_t page = first;
        for (; page < first + count && owners_[page] == Owner::nobody; ++page) owners_[page] = owner;
        (owner == Owner::live   ? report_.live_pages
         : owner == Owner::free ? report_.free_pages
                                : report_.waiting_pages) += page - first;
        if (page == first + count) return true;
        lose(page, "it has two owners");
        return false;
    }

    struct Counts {
        std::uint64_t entries = 0;
        std::uint64_t branches = 0;
        std::uint64_t leaves = 0;
        std::uint64_t run_pages = 0;
    };

    // `order` knows the order of the keys, or is null when nobody does.
    void check_tree(const TreeRecord& tree, std::string name, const detail::TreeState* order, std::uint16_t mark) {
        tree_ = std::move(name);
        mark_ = mark;
        record_ = tree;
        counts_ = {};
        flags_ = tree.flags;
        order_ = order;
        if ((tree.root == kNoPage) != (tree.depth == 0) || tree.depth > kMaxDepth) {
            lose(tree.root, "the tree's depth contradicts its root");
        } else if (tree.depth > 0) {
            check_node(tree.root, tree.depth - 1, {}, std::nullopt);
        }
        if (counts_.entries != tree.entries || counts_.branches != tree.branch_pages ||
            counts_.leaves != tree.leaf_pages || counts_.run_pages != tree.run_pages)
            find(0, "the tree's record counts " + std::to_string(tree.entries) + " entries, there are " +
                        std::to_string(counts_.entries) + " (or its page counts are wrong)");
    }

    // `low` is at or before every key below, `high` (when there is one) after every key. Returns the entries below.
    std::uint64_t check_node(PageRef ref, std::uint32_t level, const std::string& low,
                             const std::optional<std::string>& high) {
        const std::uint64_t entries_before = counts_.entries;
        check_page(ref, level, low, high);
        return counts_.entries - entries_before;
    }

    void check_page(PageRef ref, std::uint32_t level, const std::string& low,
                    const std::optional<std::string>& high) {
        if ((ref & kDirtyBit) != 0) return lose(ref, "a dirty reference reached the file");
        if (!claim(ref, 1, Owner::live)) return lose(ref, "so what it refers to was not looked at");
        if (std::optional<std::string> why = pages_.read(ref, 1)) return lose(ref, *std::move(why));
        const std::byte* page = pages_.page(ref);
        if (load<std::uint64_t>(page) != env_.checksum(page + 8, env_.page_size - 8)) {
            lose(ref, "its checksum is wrong");
        } else {
            try {
                check_node_content(ref, level, low, high);
            } catch (const Error& error) {
                lose(ref, error.what());
            }
        }
        if (!hold_pages_) pages_.let_go(ref, 1);
    }

    void check_node_content(PageRef ref, std::uint32_t level, const std::string& low,
                            const std::optional<std::string>& high) {
        const NodeView node = txn_.node(ref, level);
        check_layout(node, ref);
        ++(level == 0 ? counts_.leaves : counts_.branches);
        std::vector<std::string> keys(node.count());
        for (std::uint32_t i = 0; i < node.count(); ++i) {
            node.append_key(i, keys[i]);
            if (keys[i].substr(0, node.prefix().size()) != node.prefix() ||
                head_of(ByteView{keys[i]}.substr(node.prefix().size())) != node.heads()[i])
                find(ref, "a key head contradicts its key");
            if (level > 0 || !in_values_) check_key_size(keys[i].size(), ref);
        }
        if (order_ != nullptr) check_order(keys, ref, low, high);
        if ((node.header().flags & ~kHasHints) != (level == 0 ? leaf_flags(flags_) : branch_flags(flags_)))
            find(ref, "its layout is not that of its tree");
        if (const std::uint16_t mark = in_values_ ? kValuesMark : mark_;
            node.header().tree != 0 && node.header().tree != mark)
            find(ref, "it carries another tree's mark");
        if (level == 0) return check_entries(node, keys, ref);
        for (std::uint32_t i = 0; i <= node.count(); ++i) {
            const std::uint64_t entries = check_node(node.child(i), level - 1, i == 0 ? low : keys[i - 1],
                                                     i == node.count() ? high : std::optional{keys[i]});
            if (node.counted() && entries != node.entries_below(i))
                find(ref, "the entry count of a child is wrong");
        }
    }

    void check_order(const std::vector<std::string>& keys, PageRef ref, const std::string& low,
                     const std::optional<std::string>& high) {
        for (std::size_t i = 1; i < keys.size(); ++i)
            if (!detail::before(*order_, keys[i - 1], keys[i])) find(ref, "its keys are out of order");
        if (keys.empty()) return;
        if ((!low.empty() && detail::before(*order_, keys.front(), low)) ||
            (high.has_value() && !detail::before(*order_, keys.back(), *high)))
            find(ref, "a key lies outside the range of its page");
    }

    void check_layout(const NodeView& node, PageRef ref) {
        const NodeHeader& header = node.header();
        if (node.is_leaf() && header.count == 0) find(ref, "a leaf is empty");
        std::size_t heap = node.is_leaf() ? 4 : 0;
        for (std::uint32_t i = 0; i < node.count(); ++i) {
            const NodeView::KeyRest rest = node.key_rest(i);
            heap += node.is_leaf() ? leaf_entry_size(rest.size, node.leaf_entry(i).value.size(), header.flags)
                                   : branch_entry_size(rest.size, header.flags);
        }
        if (heap + header.garbage != node.page_size() - header.heap_begin) find(ref, "its heap does not add up");
        if ((header.flags & kHasHints) == 0) return;
        const auto* hints = reinterpret_cast<const std::uint32_t*>(node.data() + node.hints_offset());
        for (std::size_t i = 0; i < kHintCount; ++i)
            if (hints[i] != node.heads()[(i + 1) * node.count() / (kHintCount + 1)])
                return find(ref, "a hint is wrong");
    }

    // No call stores another key, or cuts a separator longer than a key.
    void check_key_size(std::size_t size, PageRef ref) {
        if (size == 0 || size > max_key_size(env_.page_size))
            find(ref, "a key has " + std::to_string(size) + " bytes, which no tree takes");
    }

    // Nor leaves so much in a leaf. Of a key that is too long enough has been said.
    void check_entry_size(std::size_t key_size, const LeafEntry& entry, PageRef ref) {
        if (key_size > max_key_size(env_.page_size)) return;
        const std::size_t size = entry.value.size();
        const bool fits =
            leaf_entry_size(key_size, size, leaf_flags(flags_)) <= max_leaf_entry_size(env_.page_size) &&
            (entry.kind != ValueKind::duplicates || size <= max_value_set_size(env_.page_size));
        if (!fits)
            find(ref,
                 "an entry keeps " + std::to_string(size) + " bytes of values in its leaf, which are too many");
    }

    void check_entries(const NodeView& leaf, const std::vector<std::string>& keys, PageRef ref) {
        for (std::uint32_t i = 0; i < leaf.count(); ++i) {
            try {
                const LeafEntry entry = leaf.leaf_entry(i);
                check_entry_size(keys[i].size(), entry, ref);
                check_entry(leaf, entry, ref);
            } catch (const Error& error) {
                lose(ref, error.what());
            }
        }
    }

    void check_entry(const NodeView& leaf, const LeafEntry& entry, PageRef ref) {
        if (in_values_) {
            if (entry.kind != ValueKind::inlined || !entry.value.empty())
                find(ref, "an entry of a value tree has a value");
            check_value_size(leaf.prefix().size() + entry.rest_size, ref);
            ++counts_.entries;
            return;
        }
        if (detail::has_duplicates(record_)) return check_values(entry, ref);
        ++counts_.entries;
        if (entry.kind == ValueKind::inlined) {
            if (reinterpret_cast<std::uintptr_t>(entry.value.data()) % kValueAlignment != 0)
                find(ref, "a value is not aligned");
            return;
        }
        if (entry.kind != ValueKind::run || entry.value.size() != sizeof(RunReference))
            return find(ref, "an entry has a value of a kind that this version does not know");
        check_run(entry, load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data())), ref);
    }

    void check_run(const LeafEntry& entry, const RunReference& run, PageRef leaf) {
        if (run.value_size > kMaxValueSize) return lose(leaf, "the size of a large value is impossible");
        const std::uint64_t pages = run_page_count(run.value_size, env_.page_size);
        counts_.run_pages += pages;
        if (!claim(run.first_page, pages, Owner::live)) return;
        std::optional<std::string> why = pages_.read(run.first_page, 1);
        if (!why.has_value()) {
            (void)txn_.resolve(entry);  // it is the value meant
            why = pages_.run_error(run.first_page, pages, env_.checksum);
        }
        if (why.has_value()) find(run.first_page, *std::move(why));
    }

    void check_values(const LeafEntry& entry, PageRef ref) {
        if (entry.kind == ValueKind::duplicate_tree)
            return check_value_tree(detail::value_tree(txn_, record_, entry));
        const detail::ValueSet set{entry, fixed_value_size(record_.flags)};
        for (std::uint32_t i = 0; i < set.count(); ++i) {
            check_value_size(set[i].size(), ref);
            if (i > 0 && order_ != nullptr && detail::compare_values(*order_, set[i - 1], set[i]) >= 0)
                find(ref, "the values of a key are out of order");
        }
        counts_.entries += set.count();
    }

    void check_value_size(std::size_t size, PageRef ref) {
        const std::uint16_t fixed = fixed_value_size(record_.flags);
        if (size == 0 || size > max_key_size(env_.page_size) || (fixed != 0 && size != fixed))
            find(ref, "a value has " + std::to_string(size) + " bytes, which this tree does not take");
    }

    void check_value_tree(const TreeRecord& values) {
        const Counts outside = std::exchange(counts_, {});
        const std::uint32_t tree_flags = std::exchange(flags_, values.flags);
        const detail::TreeState* tree_order = order_;
        detail::TreeState inner;
        if (tree_order != nullptr) {
            inner = detail::value_tree_state(txn_, *tree_order, values);
            order_ = &inner;
        }
        in_values_ = true;
        check_node(values.root, values.depth - 1, {}, std::nullopt);
        in_values_ = false;
        order_ = tree_order;
        flags_ = tree_flags;
        if (counts_.entries != values.entries || counts_.branches != values.branch_pages ||
            counts_.leaves != values.leaf_pages)
            find(values.root, "the record of a value tree counts " + std::to_string(values.entries) +
                                  " values, there are " + std::to_string(counts_.entries) +
                                  " (or its page counts are wrong)");
        counts_.entries += outside.entries;
        counts_.branches += outside.branches;
        counts_.leaves += outside.leaves;
        counts_.run_pages += outside.run_pages;
    }

    void check_named_trees() {
        tree_ = "(catalog)";
        std::vector<std::pair<std::string, std::uint64_t>> trees;
        std::uint64_t records = 0;
        try {
            detail::Path path;
            detail::PageBudget leaves{txn_};
            detail::descend_to_edge(txn_, txn_.snapshot.catalog, false, path);
            for (; path.depth > 0; ++path.leaf().index) {
                if (path.leaf().index == path.leaf().node.count()) {
                    if (!detail::step_leaf(txn_, path, true)) break;
                    leaves.take(path.leaf().ref);
                }
                std::string key;
                path.leaf().node.append_key(path.leaf().index, key);
                const LeafEntry entry = path.leaf().node.leaf_entry(path.leaf().index);
                if (key.starts_with(kCatalogTree)) ++records;
                if (key.starts_with(kCatalogName) && entry.value.size() == 8)
                    trees.emplace_back(key.substr(1),
                                       load<std::uint64_t>(reinterpret_cast<const std::byte*>(entry.value.data())));
            }
            if (records != trees.size())
                find(0, "the catalog has " + std::to_string(trees.size()) + " names for " +
                            std::to_string(records) + " trees");
        } catch (const Error& error) {
            lose(0, error.what());
        }
        for (const auto& [name, id] : trees) {
            tree_ = name;
            try {
                if (!is_tree_name(name)) find(0, "it has a name that no tree can have");
                if (id >= txn_.snapshot.next_tree_id) find(0, "a tree has a number that was never given out");
                const detail::TreeState& tree = txn_.tree(id, false);
                check_tree(tree.record, name, tree.order_unknown ? nullptr : &tree, tree_mark(id));
                if (tree.order_unknown)
                    find(0, "its order was not checked: the function \"" + txn_.unknown_comparator(tree) +
                                "\" is not registered");
                report_.entries += counts_.entries;
            } catch (const Error& error) {
                lose(0, error.what());
            }
        }
        tree_.clear();
    }

    void check_space() {
        tree_ = "(free space)";
        try {
            SpaceMap map{env_.page_size};
            map.bring_to(txn_);
            for (std::uint64_t page = first_data_page(env_.page_size); page < map.page_count(); ++page)
                if (map.is_free(page)) claim(page, 1, Owner::free);
            for (const RetiredExtent& extent : map.waiting())
                claim(extent.first_page, extent.page_count, Owner::waiting);
        } catch (const Error& error) {
            lose(0, error.what());
        }
        tree_.clear();
    }

    EnvironmentState& env_;
    TransactionState& txn_;
    CheckReport& report_;
    ReadPages pages_;
    bool hold_pages_ = true;   ///< all that are read stay
    bool incomplete_ = false;  ///< something could not be walked
    std::vector<Owner> owners_;
    const std::byte* mapping_;  ///< of the transaction
    bool verify_reads_;         ///< the same; what is read is verified here
    std::string tree_;
    TreeRecord record_{};     ///< of the tree being walked
    bool in_values_ = false;  ///< in a value tree of it
    Counts counts_;
    std::uint32_t flags_ = 0;                   ///< of the tree
    std::uint16_t mark_ = 0;                    ///< of its pages
    const detail::TreeState* order_ = nullptr;  ///< of the tree; null: not known
};

}  // namespace

CheckReport check(Environment& environment) {
    EnvironmentState& env = EnvironmentAccess::state(environment);
    CheckReport report;
    TransactionState* txn = env.begin_read();
    try {
        Checker{env, *txn, report}.run();
    } catch (...) {
        env.end_read(txn);
        throw;
    }
    env.end_read(txn);
    return report;
}

}  // namespace cambium::kv

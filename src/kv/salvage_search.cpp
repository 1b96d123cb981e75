// What nothing refers to any more, found by looking at every page of the file.
#include <algorithm>

#include "kv/salvage.hpp"

namespace cambium::kv::detail {

namespace {

// Joins what overlaps: first -> last key.
void cover(std::map<std::string, std::string>& covered, std::string first, std::string last) {
    auto next = covered.upper_bound(first);
    if (next != covered.begin() && std::prev(next)->second >= first) --next;
    while (next != covered.end() && next->first <= last) {
        first = std::min(first, next->first);
        last = std::max(last, next->second);
        next = covered.erase(next);
    }
    covered.emplace(std::move(first), std::move(last));
}

}  // namespace

// Looks at every page of the file, once.
void Salvage::look_for_pages() {
    if (std::exchange(looked_, true)) return;
    for (const FoundNode& node : find_nodes(file_, page_size_, checksum_, page_count_))
        if (node.level == 0 && node.birth <= transaction_) leaves_[node.tree].push_back(node);
    for (auto& [mark, leaves] : leaves_)
        std::stable_sort(leaves.begin(), leaves.end(),
                         [](const FoundNode& a, const FoundNode& b) { return a.birth > b.birth; });
    // Damage of the free space costs no record.
    const std::uint16_t mark = std::exchange(mark_, kSpaceMark);
    const std::uint32_t flags = std::exchange(flags_, 0);
    const std::vector<LostRange> ranges = std::exchange(ranges_, {});
    muted_ = true;
    UsedPages used{page_count_};
    try {
        walk_tree(space_, [&](const NodeView& leaf, std::uint32_t i) {
            std::string key;
            leaf.append_key(i, key);
            used.add(key, leaf.leaf_entry(i).value);
        });
        uses_known_ = ranges_.empty() && space_.root != kNoPage;
        if (uses_known_) used_ = used.finish();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt) throw;
        uses_known_ = false;
    }
    muted_ = false;
    mark_ = mark;
    flags_ = flags;
    ranges_ = ranges;
}

// Leaves with this mark that nobody has visited, and that the state uses as far as that is known. Newest first.
std::vector<FoundNode> Salvage::leaves_of(std::uint16_t mark) {
    look_for_pages();
    std::vector<FoundNode> leaves;
    const auto has_mark = [&](const auto& tree) { return tree_mark(tree.first) == mark; };
    if (std::count_if(trees_.begin(), trees_.end(), has_mark) > 1) return leaves;  // whose they are is not known
    const auto found = leaves_.find(mark);
    if (found == leaves_.end()) return leaves;
    for (const FoundNode& leaf : found->second)
        if (!visited_[leaf.page] && (!uses_known_ || used_.test(leaf.page))) leaves.push_back(leaf);
    return leaves;
}

// Leaves of the catalog that are in use are as good as if they had been referred to. Older ones tell names and
// options, but not where pages are.
void Salvage::find_catalog_entries() {
    find_catalog_ = true;
    look_for_pages();
    const auto found = leaves_.find(kCatalogMark);
    if (found == leaves_.end()) return;
    for (const bool old : {false, true})
        for (const FoundNode& leaf : found->second) {
            if (old == is_used(leaf.page) || visited_[leaf.page]) continue;
            visit_leaf(leaf.page, [&](const NodeView& node, std::uint32_t i) { note_catalog_entry(node, i, old); });
        }
}

// The current tree's leaves in the ranges that its walk has lost. Without the records of free space leaves of
// older states are among them: the newest that covers a key decides about it.
void Salvage::find_leaves() {
    std::vector<FoundNode> leaves = leaves_of(mark_);
    if (leaves.empty()) return;
    const bool compared = is_compared(flags_);
    const std::vector<LostRange> lost = std::exchange(ranges_, {});
    std::map<std::string, std::string> covered;  // first -> last key
    const auto is_covered = [&](const std::string& key) {
        const auto behind = covered.upper_bound(key);
        return behind != covered.begin() && key <= std::prev(behind)->second;
    };
    const auto is_lost = [&](const std::string& key) {
        return compared || std::any_of(lost.begin(), lost.end(), [&](const LostRange& range) {
                   return !range.of_values && key >= range.low && (range.high.empty() || key < range.high);
               });
    };
    std::uint64_t before = current_->kept;
    for (const FoundNode& leaf : leaves) {
        std::string first;
        std::string last;
        visit_leaf(leaf.page, [&](const NodeView& node, std::uint32_t i) {
            const auto flags = static_cast<std::uint16_t>(node.header().flags & ~kHasHints);
            if (flags != leaf_flags(flags_)) throw_corrupt(leaf.page, "its layout is not that of its tree");
            std::string key;
            node.append_key(i, key);
            if (i == 0) first = key;
            last = key;
            if (!is_lost(key) || (!compared && is_covered(key))) return;
            if (target_.txn().get(destination_, given(key)).has_value()) return;
            keep_entry(node, i);
        });
        if (compared || first.empty()) continue;
        cover(covered, first, last);
    }
    if (!uses_known_ && current_->kept > before) {
        report_.mixed = true;
        lose(0,
             "which pages are old is lost as well: records that were found may be older than others, or of "
             "what had been erased");
    }
    // Of each range, what lies between the leaves that were found.
    for (const LostRange& range : lost) {
        if (range.of_values || compared) {
            ranges_.push_back(range);
            continue;
        }
        std::string low = range.low;
        for (const auto& [first, last] : covered) {
            if (last < low) continue;
            if (!range.high.empty() && first >= range.high) break;
            if (first > low) ranges_.push_back({low, first, false});
            low = last + std::string(1, '\0');
        }
        if (range.high.empty() || low < range.high) ranges_.push_back({low, range.high, false});
    }
}

// What a tree must have been to have such leaves. How its keys or values were ordered is not among it.
std::uint32_t Salvage::flags_in(const std::vector<FoundNode>& leaves) {
    TreeOptions options;
    for (const FoundNode& leaf : leaves) {
        if (!node_error(leaf.page, 0).has_value()) {
            const NodeView node{pages_.page(leaf.page), page_size_};
            options.contiguous_keys = node.full_keys();
            try {
                for (std::uint32_t i = 0; i < node.count() && !options.duplicates; ++i) {
                    const ValueKind kind = node.leaf_entry(i).kind;
                    options.duplicates = kind == ValueKind::duplicates || kind == ValueKind::duplicate_tree;
                }
            } catch (const Error& error) {
                if (error.code() != ErrorCode::corrupt) throw;
            }
        }
        pages_.drop(leaf.page, 1);
    }
    return flags_of(options);
}

// Trees that no page of the catalog speaks of.
void Salvage::salvage_unknown_trees() {
    std::vector<std::uint16_t> marks;
    for (const auto& [mark, leaves] : leaves_)
        if (mark != 0 && mark < kValuesMark) marks.push_back(mark);
    for (const std::uint16_t mark : marks) {
        const bool known = std::any_of(trees_.begin(), trees_.end(),
                                       [&](const auto& tree) { return tree_mark(tree.first) == mark; });
        if (!known && !leaves_of(mark).empty()) salvage_tree(mark, {});
    }
}

}  // namespace cambium::kv::detail

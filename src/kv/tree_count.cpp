#include "kv/tree_count.hpp"

#include <utility>

#include "kv/duplicates.hpp"
#include "kv/page_budget.hpp"

namespace cambium::kv::detail {

namespace {

class RangeCount {
public:
    RangeCount(const TransactionState& txn, const TreeState& tree) : txn_(txn), tree_(tree), budget_(txn) {}

    std::uint64_t within(PageRef ref, std::uint32_t level, const KeyRange& range) {
        if (range.from.empty() && range.to.empty()) return below(ref, level);
        const NodeView node = visit(ref, level);
        const bool leaf = node.is_leaf();
        const std::uint32_t first = range.from.empty() ? 0 : place_of(node, range.from);
        const std::uint32_t last = range.to.empty() ? node.count() : place_of(node, range.to);
        if (leaf) return pairs_in(txn_, tree_.record, node, first, last);
        const auto edge = [&](std::uint32_t i, const KeyRange& part) {
            return part.from.empty() && part.to.empty() ? below_child(ref, node, i)
                                                        : within(txn_.child(ref, node, i), level - 1, part);
        };
        if (first == last) return edge(first, range);
        std::uint64_t entries = edge(first, {range.from, {}}) + edge(last, {{}, range.to});
        for (std::uint32_t i = first + 1; i < last; ++i) entries += below_child(ref, node, i);
        return entries;
    }

private:
    std::uint64_t below_child(PageRef ref, const NodeView& node, std::uint32_t i) {
        return node.counted() ? node.entries_below(i) : below(txn_.child(ref, node, i), node.header().level - 1U);
    }

    std::uint64_t below(PageRef ref, std::uint32_t level) {
        const NodeView node = visit(ref, level);
        if (node.is_leaf()) return pairs_in(txn_, tree_.record, node, 0, node.count());
        if (node.counted()) return node.entries();
        std::uint64_t entries = 0;
        for (std::uint32_t i = 0; i <= node.count(); ++i) entries += below_child(ref, node, i);
        return entries;
    }

    NodeView visit(PageRef ref, std::uint32_t level) {
        budget_.take(ref);
        return txn_.node(ref, level);
    }

    std::uint32_t place_of(const NodeView& node, ByteView key) {
        return node.is_leaf() ? position_in(tree_, node, key).index : child_in(tree_, node, key);
    }

    const TransactionState& txn_;
    const TreeState& tree_;
    PageBudget budget_;
};

}  // namespace

std::uint64_t count_range(const TransactionState& txn, const TreeState& tree, const KeyRange& range) {
    const std::uint32_t depth = checked_depth(tree.record);
    if (range.from.empty() && range.to.empty()) return tree.record.entries;
    if (depth == 0 || (!range.from.empty() && !range.to.empty() && !before(tree, range.from, range.to))) return 0;
    return RangeCount{txn, tree}.within(tree.record.root, depth - 1, range);
}

namespace {

// The pair with so many before it in the leaf of a path; `place` becomes its place among the values of its key.
// False when there are fewer.
bool go_to_pair(const TransactionState& txn, const TreeState& tree, Path& path, std::uint64_t& place) {
    Path::Frame& leaf = path.leaf();
    if (!has_duplicates(tree.record)) {
        if (place >= leaf.node.count()) return false;
        leaf.index = static_cast<std::uint32_t>(std::exchange(place, 0));
        return true;
    }
    for (leaf.index = 0; leaf.index < leaf.node.count(); ++leaf.index) {
        const std::uint64_t values = value_count(txn, tree.record, leaf.node.leaf_entry(leaf.index));
        if (place < values) return true;
        place -= values;
    }
    return false;
}

// The same from the root, with counts in the branches.
void descend_by_counts(const TransactionState& txn, const TreeState& tree, std::uint64_t& place, Path& path) {
    path.depth = checked_depth(tree.record);
    PageRef ref = tree.record.root;
    for (std::uint32_t i = 0; i < path.depth; ++i) {
        const NodeView node = txn.node(ref, path.depth - 1 - i);
        std::uint32_t index = 0;
        if (!node.is_leaf()) {
            if (!node.counted()) throw_corrupt(node.header().page_number, "a branch lacks its entry counts");
            for (; index < node.count() && place >= node.entries_below(index); ++index)
                place -= node.entries_below(index);
        }
        path.frames[i] = {ref, node, index};
        if (!node.is_leaf()) ref = txn.child(ref, node, index);
    }
    if (!go_to_pair(txn, tree, path, place))
        throw_corrupt(path.leaf().node.header().page_number, "the entry counts above it are wrong");
}

}  // namespace

bool descend_to_place(const TransactionState& txn, const TreeState& tree, std::uint64_t& place, Path& path) {
    if (place >= tree.record.entries) return false;
    if ((tree.record.flags & kTreeCounts) != 0) {
        descend_by_counts(txn, tree, place, path);
        return true;
    }
    descend_to_edge(txn, tree.record, false, path);
    PageBudget leaves{txn};
    while (path.depth > 0) {
        leaves.take(path.leaf().ref);
        const NodeView leaf = path.leaf().node;
        const std::uint64_t pairs = pairs_in(txn, tree.record, leaf, 0, leaf.count());
        if (place < pairs) return go_to_pair(txn, tree, path, place);
        place -= pairs;
        if (!step_leaf(txn, path, true)) return false;
    }
    return false;
}

double fraction_before(const TransactionState& txn, const TreeState& tree, ByteView key) {
    Path path;
    (void)descend(txn, tree, key, path);
    double fraction = 0;
    for (std::uint32_t i = path.depth; i-- > 0;) {
        const Path::Frame& frame = path.frames[i];
        const std::uint32_t parts = frame.node.count() + (frame.node.is_leaf() ? 0 : 1);
        fraction = parts == 0 ? 0 : (frame.index + fraction) / parts;
    }
    return fraction;
}

void descend_to_fraction(const TransactionState& txn, const TreeState& tree, double fraction, Path& path) {
    if ((tree.record.flags & kTreeCounts) != 0) {
        auto place = static_cast<std::uint64_t>(fraction * static_cast<double>(tree.record.entries));
        place = std::min(place, tree.record.entries - 1);
        return descend_by_counts(txn, tree, place, path);
    }
    path.depth = checked_depth(tree.record);
    PageRef ref = tree.record.root;
    for (std::uint32_t i = 0; i < path.depth; ++i) {
        const NodeView node = txn.node(ref, path.depth - 1 - i);
        const std::uint32_t parts = node.count() + (node.is_leaf() ? 0 : 1);
        if (parts == 0) throw_corrupt(node.header().page_number, "a leaf is empty");
        const double place = fraction * parts;
        const std::uint32_t index = std::min(static_cast<std::uint32_t>(place), parts - 1);
        path.frames[i] = {ref, node, index};
        fraction = std::clamp(place - index, 0.0, 1.0);
        if (!node.is_leaf()) ref = txn.child(ref, node, index);
    }
}

}  // namespace cambium::kv::detail

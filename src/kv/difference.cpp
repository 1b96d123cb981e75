#include "cambium/kv/difference.hpp"

#include <algorithm>

#include "kv/duplicates.hpp"
#include "kv/page_budget.hpp"
#include "kv/stored_key.hpp"

namespace cambium::kv::detail {

namespace {

/// A walk through one tree in order. It stands on an entry, or on a subtree that has not been opened.
class Walk {
public:
    Walk(const TransactionState& txn, const TreeRecord& tree, PageBudget& budget)
        : txn_(txn), root_(tree.root), budget_(budget) {
        const std::uint32_t depth = checked_depth(tree);
        root_pending_ = depth > 0;
        root_level_ = depth - 1;
    }

    [[nodiscard]] bool done() const noexcept { return !root_pending_ && frames_.empty(); }
    [[nodiscard]] bool on_subtree() const noexcept { return root_pending_ || !frames_.back().node.is_leaf(); }
    [[nodiscard]] std::uint32_t level() const noexcept {
        return root_pending_ ? root_level_ : frames_.back().node.header().level - 1U;
    }
    [[nodiscard]] PageRef subtree() const {
        const Frame* top = root_pending_ ? nullptr : &frames_.back();
        return top == nullptr ? root_ : txn_.child(top->ref, top->node, top->index);
    }
    /// The entry's key, or a bound at or before every key of the subtree; empty for no bound.
    [[nodiscard]] std::string low() const {
        if (root_pending_) return {};
        const Frame& top = frames_.back();
        if (!top.node.is_leaf() && top.index == 0) return top.low;
        std::string key;
        top.node.append_key(top.node.is_leaf() ? top.index : top.index - 1, key);
        return key;
    }
    [[nodiscard]] LeafEntry entry() const { return frames_.back().node.leaf_entry(frames_.back().index); }
    [[nodiscard]] ByteView value() const { return txn_.resolve(entry()); }

    /// Opens the subtree: the walk stands on its first part then.
    void open() {
        const PageRef ref = subtree();
        budget_.take(ref);
        Frame frame{txn_.node(ref, level()), ref, 0, low()};
        root_pending_ = false;
        const bool empty = frame.node.is_leaf() && frame.node.count() == 0;
        frames_.push_back(std::move(frame));
        if (empty) advance();
    }
    /// Leaves the entry or the subtree behind.
    void advance() {
        root_pending_ = false;
        while (!frames_.empty()) {
            Frame& top = frames_.back();
            const std::uint32_t parts = top.node.count() + (top.node.is_leaf() ? 0U : 1U);
            if (++top.index < parts) return;
            frames_.pop_back();
        }
    }

private:
    struct Frame {
        NodeView node;
        PageRef ref;
        std::uint32_t index;
        std::string low;
    };

    const TransactionState& txn_;
    PageRef root_;
    PageBudget& budget_;
    bool root_pending_ = false;
    std::uint32_t root_level_ = 0;
    std::vector<Frame> frames_;
};

/// One of the two states of a tree.
struct State {
    State(const TransactionState& transaction, const TreeState& state)
        : txn(transaction), tree(state), budget(transaction) {}

    const TransactionState& txn;
    const TreeState& tree;
    PageBudget budget;  ///< value trees included
};

/// A walk through the values of one key, encoded: a value tree, or a set, which has no subtrees.
class ValueWalk {
public:
    /// Through no values when there is no entry.
    ValueWalk(State& state, const Walk* at) {
        if (at == nullptr) return;
        const LeafEntry entry = at->entry();
        if (entry.kind == ValueKind::duplicate_tree) {
            tree_.emplace(state.txn, value_tree(state.txn, state.tree.record, entry), state.budget);
        } else {
            set_ = ValueSet{entry, fixed_value_size(state.tree.record.flags)};
        }
    }

    [[nodiscard]] bool done() const noexcept { return tree_.has_value() ? tree_->done() : index_ == set_.count(); }
    [[nodiscard]] bool on_subtree() const noexcept { return tree_.has_value() && tree_->on_subtree(); }
    [[nodiscard]] std::uint32_t level() const noexcept { return tree_->level(); }
    [[nodiscard]] PageRef subtree() const { return tree_->subtree(); }
    [[nodiscard]] std::string low() const { return tree_.has_value() ? tree_->low() : std::string{set_[index_]}; }
    void open() { tree_->open(); }
    void advance() {
        if (tree_.has_value()) return tree_->advance();
        ++index_;
    }

private:
    std::optional<Walk> tree_;
    ValueSet set_;
    std::uint32_t index_ = 0;
};

/// Takes two walks through two states of one tree, and calls found(older, newer) for every entry, in order, while
/// it answers true; null stands for a state without the entry. Subtrees that both have are skipped.
template <class AnyWalk, class Found>
class Merge {
public:
    Merge(AnyWalk& older, AnyWalk& newer, KeyCompare order, Found found)
        : old_(older), new_(newer), compare_(order), found_(std::move(found)) {}

    bool run() {
        while (!old_.done() || !new_.done()) {
            if (new_.done()) {
                if (!take_old()) return false;
            } else if (old_.done()) {
                if (!take_new()) return false;
            } else if (old_.on_subtree() && new_.on_subtree()) {
                open_or_skip();
            } else if (!compare()) {
                return false;
            }
        }
        return true;
    }

private:
    // A committed page has one content as long as a snapshot that reaches it is held.
    void open_or_skip() {
        if (old_.subtree() == new_.subtree() && (old_.subtree() & kDirtyBit) == 0) {
            old_.advance();
            new_.advance();
            return;
        }
        const std::string old_low = old_.low();
        const std::string new_low = new_.low();
        if (starts_before(old_low, new_low)) return old_.open();
        if (starts_before(new_low, old_low)) return new_.open();
        const bool old_is_higher = old_.level() >= new_.level();
        const bool new_is_higher = new_.level() >= old_.level();
        if (old_is_higher) old_.open();
        if (new_is_higher) new_.open();
    }

    // At least one stands on an entry.
    bool compare() {
        const std::string old_key = old_.low();
        const std::string new_key = new_.low();
        if (old_.on_subtree()) {
            if (!starts_before(new_key, old_key)) return old_.open(), true;
            return take_new();
        }
        if (new_.on_subtree()) {
            if (!starts_before(old_key, new_key)) return new_.open(), true;
            return take_old();
        }
        if (starts_before(old_key, new_key)) return take_old();
        if (starts_before(new_key, old_key)) return take_new();
        const bool go_on = found_(&old_, &new_);
        old_.advance();
        new_.advance();
        return go_on;
    }

    // A part that only one side has.
    bool take_old() {
        if (old_.on_subtree()) return old_.open(), true;
        const bool go_on = found_(&old_, nullptr);
        old_.advance();
        return go_on;
    }
    bool take_new() {
        if (new_.on_subtree()) return new_.open(), true;
        const bool go_on = found_(nullptr, &new_);
        new_.advance();
        return go_on;
    }

    [[nodiscard]] bool starts_before(ByteView a, ByteView b) const {
        if (a.empty() || b.empty()) return a.empty() && !b.empty();
        return compare_ == nullptr ? a < b : compare_(a, b) < 0;
    }

    AnyWalk& old_;
    AnyWalk& new_;
    KeyCompare compare_;
    Found found_;
};

class Difference {
public:
    Difference(const TransactionState& from, const TreeState& old_tree, const TransactionState& to,
               const TreeState& new_tree, ChangeVisitor visit, void* context)
        : tree_(new_tree), old_(from, old_tree), new_(to, new_tree), visit_(visit), context_(context) {}

    bool run() {
        Walk older{old_.txn, old_.tree.record, old_.budget};
        Walk newer{new_.txn, new_.tree.record, new_.budget};
        const bool duplicates = has_duplicates(tree_.record);
        const auto found = [this, duplicates](const Walk* before, const Walk* after) {
            return duplicates ? compare_sets(before, after) : compare_single(before, after);
        };
        return Merge{older, newer, tree_.compare, found}.run();
    }

private:
    bool compare_single(const Walk* older, const Walk* newer) {
        if (older != nullptr && newer != nullptr && same_value(*older, *newer)) return true;
        const auto value = [](const Walk* at) { return at == nullptr ? std::nullopt : std::optional{at->value()}; };
        return visit_(context_, {key(newer != nullptr ? newer : older), value(older), value(newer)});
    }

    // Large values are the same when they lie at the same place.
    [[nodiscard]] static bool same_value(const Walk& older, const Walk& newer) {
        const LeafEntry a = older.entry();
        const LeafEntry b = newer.entry();
        if (a.kind == ValueKind::run && b.kind == ValueKind::run && a.value == b.value) return true;
        return older.value() == newer.value();
    }

    bool compare_sets(const Walk* older, const Walk* newer) {
        if (older != nullptr && newer != nullptr && same_set(older->entry(), newer->entry())) return true;
        ValueWalk old_values{old_, older};
        ValueWalk new_values{new_, newer};
        const auto found = [&](const ValueWalk* before, const ValueWalk* after) {
            if (before != nullptr && after != nullptr && before->low() == after->low()) return true;
            return (before == nullptr || report(older, before->low(), true)) &&
                   (after == nullptr || report(newer, after->low(), false));
        };
        return Merge{old_values, new_values, tree_.compare_values, found}.run();
    }

    // One record is one value tree: dirty pages in both are those of one writer.
    [[nodiscard]] static bool same_set(const LeafEntry& a, const LeafEntry& b) {
        return a.kind == b.kind && a.value == b.value;
    }

    bool report(const Walk* at, ByteView stored, bool removed) {
        const ByteView value = decode(value_order(tree_.record.flags), stored, value_);
        return removed ? visit_(context_, {key(at), value, std::nullopt})
                       : visit_(context_, {key(at), std::nullopt, value});
    }

    // Valid until the next call.
    [[nodiscard]] ByteView key(const Walk* at) {
        key_ = at->low();
        return given_key(tree_, key_, key_);
    }

    const TreeState& tree_;
    State old_;
    State new_;
    ChangeVisitor visit_;
    void* context_;
    std::string key_;
    std::string value_;
};

// The tree in a snapshot, or an empty one of the same properties.
TreeState tree_or_nothing(TransactionState& txn, std::uint64_t id, const TreeState* other) {
    const std::optional<LeafEntry> entry = find_by_bytes(txn, txn.catalog.record, tree_key(id));
    TreeState state;
    if (entry.has_value()) {
        const TreeState& found = txn.tree(id);
        state.record = found.record;
        state.compare = found.compare;
        state.compare_values = found.compare_values;
        state.key_order = found.key_order;
        state.plain_keys = found.plain_keys;
    } else if (other != nullptr) {
        state.record.flags = other->record.flags;
        state.compare = other->compare;
        state.compare_values = other->compare_values;
        state.key_order = other->key_order;
        state.plain_keys = other->plain_keys;
    }
    return state;
}

}  // namespace

bool difference(const Transaction& from, const Transaction& to, Tree tree, ChangeVisitor visit, void* context) {
    TransactionState& old_state = TransactionAccess::state(from);
    TransactionState& new_state = TransactionAccess::state(to);
    if (old_state.env != new_state.env)
        throw Error(ErrorCode::misuse, "the two transactions belong to different environments");
    const TreeState newer = tree_or_nothing(new_state, tree.id(), nullptr);
    const TreeState older = tree_or_nothing(old_state, tree.id(), &newer);
    const TreeState& either = newer.record.id != 0 ? newer : older;
    if (either.record.id == 0)
        throw Error(ErrorCode::not_found, "tree " + std::to_string(tree.id()) + " exists in neither snapshot");
    if (newer.record.id == 0)
        return Difference{old_state, older, new_state, tree_or_nothing(new_state, 0, &older), visit, context}.run();
    return Difference{old_state, older, new_state, newer, visit, context}.run();
}

}  // namespace cambium::kv::detail

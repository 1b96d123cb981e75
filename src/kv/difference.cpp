#include "cambium/kv/difference.hpp"

#include <cstring>

#include "kv/stored_key.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv::detail {

namespace {

/// A walk through one tree in order. It stands on an entry, or on a subtree that has not been opened.
class Walk {
public:
    Walk(const TransactionState& txn, const TreeState& tree)
        : txn_(txn), tree_(tree), pages_left_(tree.record.branch_pages + tree.record.leaf_pages) {
        const std::uint32_t depth = checked_depth(tree.record);
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
        return top == nullptr ? tree_.record.root : txn_.child(top->ref, top->node, top->index);
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
        if (pages_left_-- == 0) throw_corrupt(0, "a tree has more pages than its record says");
        const PageRef ref = subtree();
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
    const TreeState& tree_;
    std::uint64_t pages_left_;
    bool root_pending_ = false;
    std::uint32_t root_level_ = 0;
    std::vector<Frame> frames_;
};

class Difference {
public:
    Difference(const TransactionState& from, const TreeState& old_tree, const TransactionState& to,
               const TreeState& new_tree, ChangeVisitor visit, void* context)
        : tree_(new_tree), old_(from, old_tree), new_(to, new_tree), visit_(visit), context_(context) {}

    bool run() {
        while (!old_.done() || !new_.done()) {
            if (new_.done()) {
                if (!take(old_, true)) return false;
            } else if (old_.done()) {
                if (!take(new_, false)) return false;
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
            return take(new_, false);
        }
        if (new_.on_subtree()) {
            if (!starts_before(old_key, new_key)) return new_.open(), true;
            return take(old_, true);
        }
        if (starts_before(old_key, new_key)) return take(old_, true);
        if (starts_before(new_key, old_key)) return take(new_, false);
        const bool go_on = same_value() || report(new_key, old_.value(), new_.value());
        old_.advance();
        new_.advance();
        return go_on;
    }

    // A part that only one side has.
    bool take(Walk& side, bool removed) {
        if (side.on_subtree()) return side.open(), true;
        const std::string key = side.low();
        const bool go_on =
            removed ? report(key, side.value(), std::nullopt) : report(key, std::nullopt, side.value());
        side.advance();
        return go_on;
    }

    // Large values are the same when they lie at the same place.
    [[nodiscard]] bool same_value() const {
        const LeafEntry a = old_.entry();
        const LeafEntry b = new_.entry();
        if (a.kind == ValueKind::run && b.kind == ValueKind::run && a.value == b.value) return true;
        return old_.value() == new_.value();
    }

    [[nodiscard]] bool starts_before(ByteView a, ByteView b) const {
        if (a.empty() || b.empty()) return a.empty() && !b.empty();
        return before(tree_, a, b);
    }

    bool report(ByteView stored, std::optional<ByteView> old_value, std::optional<ByteView> new_value) {
        return visit_(context_, {given_key(tree_, stored, buffer_), old_value, new_value});
    }

    const TreeState& tree_;
    Walk old_;
    Walk new_;
    ChangeVisitor visit_;
    void* context_;
    std::string buffer_;
};

// The tree in a snapshot, or an empty one of the same properties.
TreeState tree_or_nothing(TransactionState& txn, std::uint64_t id, const TreeState* other) {
    const std::optional<LeafEntry> entry = find_by_bytes(txn, txn.catalog.record, tree_key(id));
    TreeState state;
    if (entry.has_value()) {
        const TreeState& found = txn.tree(id);
        state.record = found.record;
        state.compare = found.compare;
        state.key_order = found.key_order;
        state.plain_keys = found.plain_keys;
    } else if (other != nullptr) {
        state.record.flags = other->record.flags;
        state.compare = other->compare;
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
    if ((either.record.flags & kTreeDuplicates) != 0)
        throw Error(ErrorCode::misuse, "the difference of trees with duplicates is not offered");
    if (newer.record.id == 0)
        return Difference{old_state, older, new_state, tree_or_nothing(new_state, 0, &older), visit, context}.run();
    return Difference{old_state, older, new_state, newer, visit, context}.run();
}

}  // namespace cambium::kv::detail

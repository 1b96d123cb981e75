#include <algorithm>

#include "kv/cursor_state.hpp"
#include "kv/duplicates.hpp"
#include "kv/stored_key.hpp"
#include "kv/tree_change.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv::detail {

namespace {

/// One change to the values of one key. Lives for one call.
class ValueChange {
public:
    ValueChange(TransactionState& txn, TreeState& tree, ByteView key)
        : txn_(txn), tree_(tree), key_(key), exact_(descend(txn, tree, key_, path_)) {}

    std::uint64_t add(std::span<const ByteView> values, ValueMode mode) {
        if (mode == ValueMode::append_pair && !at_last_key()) return 0;
        if (!exact_) {
            store(values, {});
            return values.size();
        }
        if (mode == ValueMode::new_key) return 0;
        if (mode != ValueMode::add && !less(last_value(), values.front())) return 0;
        if (entry().kind == ValueKind::duplicate_tree) return add_to_tree(values);
        const std::vector<ByteView> old = values_of_set();
        std::vector<ByteView> all;
        all.reserve(old.size() + values.size());
        std::set_union(old.begin(), old.end(), values.begin(), values.end(), std::back_inserter(all),
                       [this](ByteView a, ByteView b) { return less(a, b); });
        if (all.size() > old.size()) store(all, counted(old.size()));
        return all.size() - old.size();
    }

    bool erase(ByteView value) {
        if (!exact_ || value.empty()) return false;
        if (entry().kind == ValueKind::duplicate_tree) return erase_from_tree(value);
        const Position found = ValueSet{entry(), fixed_size()}.lower_bound(value, tree_.compare_values);
        if (!found.exact) return false;
        std::vector<ByteView> values = values_of_set();
        values.erase(values.begin() + found.index);
        if (values.empty()) {
            erase_at(txn_, tree_, path_);
        } else {
            store(values, counted(values.size() + 1));
        }
        return true;
    }

private:
    [[nodiscard]] LeafEntry entry() const { return path_.leaf().node.leaf_entry(path_.leaf().index); }
    [[nodiscard]] std::size_t fixed_size() const noexcept { return fixed_value_size(tree_.record.flags); }

    [[nodiscard]] bool less(ByteView a, ByteView b) const { return compare_values(tree_, a, b) < 0; }

    /// Values of a key as a record counts them: without pages.
    static TreeRecord counted(std::size_t values) noexcept {
        TreeRecord record{};
        record.entries = values;
        return record;
    }

    [[nodiscard]] std::vector<ByteView> values_of_set() const {
        const ValueSet set{entry(), fixed_size()};
        std::vector<ByteView> values(set.count());
        for (std::uint32_t i = 0; i < set.count(); ++i) values[i] = set[i];
        return values;
    }

    /// Whether the path stands on the last key or behind it.
    [[nodiscard]] bool at_last_key() const {
        for (std::uint32_t i = 0; i < path_.depth; ++i) {
            const Path::Frame& frame = path_.frames[i];
            const std::uint32_t on_key = exact_ && i + 1 == path_.depth ? 1 : 0;
            if (frame.index + on_key != frame.node.count()) return false;
        }
        return true;
    }

    [[nodiscard]] std::string last_value() const {
        std::string last;
        if (entry().kind != ValueKind::duplicate_tree) {
            const ValueSet set{entry(), fixed_size()};
            last = set[set.count() - 1];
        } else {
            Path path;
            descend_to_edge(txn_, value_tree(txn_, tree_.record, entry()), true, path);
            const Path::Frame& leaf = path.leaf();
            if (leaf.node.count() == 0) throw_corrupt(leaf.ref, "a leaf is empty");
            leaf.node.append_key(leaf.index, last);
        }
        return last;
    }

    std::uint64_t add_to_tree(std::span<const ByteView> values) {
        prepare_change(txn_, tree_);
        TreeState inner = open_tree();
        const TreeRecord before = inner.record;
        std::uint64_t added = 0;
        for (const ByteView value : values) added += put(txn_, inner, value, {}, PutMode::insert_only) ? 1U : 0U;
        if (added > 0) store_tree(inner.record, before);
        return added;
    }

    bool erase_from_tree(ByteView value) {
        TreeState inner = open_tree();
        if (!find(txn_, inner, value).has_value()) return false;
        if (inner.record.depth == 1 && txn_.node(inner.record.root, 0).count() == 1) {
            erase_at(txn_, tree_, path_);
            return true;
        }
        prepare_change(txn_, tree_);
        const TreeRecord before = inner.record;
        (void)detail::erase(txn_, inner, value);
        if (!fold(inner, before)) store_tree(inner.record, before);
        return true;
    }

    /// Takes the values back into the leaf when few are left.
    bool fold(TreeState& inner, const TreeRecord& before) {
        if (inner.record.depth != 1) return false;
        const NodeView leaf = txn_.node(inner.record.root, 0);
        const std::size_t most = set_limit() / 2;
        if (leaf.count() == 0 || leaf.count() * (leaf.prefix().size() + 1) > most) return false;
        std::string keys;
        keys.reserve(key_bytes(leaf));
        std::vector<LeafItem> items;
        collect(leaf, keys, items);
        std::vector<ByteView> values;
        for (const LeafItem& item : items) values.push_back(item.key);
        if (packed_size(values, fixed_size()) > most) return false;
        store(values, before);
        clear(txn_, inner);
        return true;
    }

    [[nodiscard]] TreeState open_tree() const {
        return value_tree_state(txn_, tree_, value_tree(txn_, tree_.record, entry()));
    }

    /// Bytes of values that the leaf entry of this key may hold.
    [[nodiscard]] std::size_t set_limit() const noexcept {
        const std::size_t entry_without = leaf_entry_size(key_.size(), 0, leaf_flags(tree_.record.flags));
        return std::min(max_value_set_size(txn_.page_size_bytes),
                        max_leaf_entry_size(txn_.page_size_bytes) - entry_without);
    }

    /// Makes the key's entry hold exactly these values, in the form that suits their size.
    void store(std::span<const ByteView> values, const TreeRecord& before) {
        prepare_change(txn_, tree_);
        if (values.size() == 1 && values[0].size() <= set_limit()) {
            const std::string value{values[0]};
            return store_item({key_, value, ValueKind::inlined}, before, counted(1));
        }
        if (values.size() > 1 && packed_size(values, fixed_size()) <= set_limit()) {
            const std::string packed = pack(values, fixed_size());
            return store_item({key_, packed, ValueKind::duplicates}, before, counted(values.size()));
        }
        TreeState inner = value_tree_state(txn_, tree_, {});
        inner.record.id = tree_.record.id;
        inner.record.flags = value_tree_flags(tree_.record.flags);
        for (const ByteView value : values) (void)put(txn_, inner, value, {}, PutMode::overwrite);
        store_tree(inner.record, before);
    }

    void store_tree(const TreeRecord& record, const TreeRecord& before) {
        store_item({key_, bytes_of_record(record), ValueKind::duplicate_tree}, before, record);
    }

    void store_item(const LeafItem& item, const TreeRecord& before, const TreeRecord& after) {
        TreeChange change{txn_, tree_, path_};
        if (path_.depth == 0) change.plant_root();
        change.make_path_dirty();
        change.add_to_counts(static_cast<std::int64_t>(after.entries - before.entries));
        if (exact_) {
            change.replace_item(item);
        } else {
            change.insert_item(item);
        }
        TreeRecord& record = tree_.record;
        record.entries += after.entries - before.entries;
        record.branch_pages += after.branch_pages - before.branch_pages;
        record.leaf_pages += after.leaf_pages - before.leaf_pages;
    }

    TransactionState& txn_;
    TreeState& tree_;
    const std::string key_;
    Path path_;
    bool exact_;
};

}  // namespace

std::uint64_t add_values(TransactionState& txn, TreeState& tree, ByteView key, std::span<const ByteView> values,
                         ValueMode mode) {
    if (values.empty()) return 0;
    // Several values at once have one size. What moves between leaf and value tree is no change of the caller's.
    const std::uint64_t changed = txn.changed_bytes;
    const std::size_t pair_size = key.size() + values.front().size();
    const std::uint64_t added = ValueChange{txn, tree, key}.add(values, mode);
    txn.changed_bytes = changed + added * pair_size;
    return added;
}

bool add_pair(TransactionState& txn, TreeState& tree, ByteView key, ByteView value, ValueMode mode) {
    const std::string encoded = checked_value(txn, tree.record, value);
    const ByteView values[] = {encoded};
    const StoredKey stored{txn, tree, key};
    const WriteGuard guard{txn};
    const bool added = add_values(txn, tree, stored, values, mode) > 0;
    guard.succeeded();
    return added;
}

bool erase_value(TransactionState& txn, TreeState& tree, ByteView key, ByteView value) {
    const std::uint64_t changed = txn.changed_bytes;
    const std::size_t pair_size = key.size() + value.size();
    const bool erased = ValueChange{txn, tree, key}.erase(value);
    txn.changed_bytes = changed + (erased ? pair_size : 0);
    return erased;
}

void retire_value_tree(TransactionState& txn, TreeState& tree, const LeafEntry& entry) {
    TreeState inner = value_tree_state(txn, tree, value_tree(txn, tree.record, entry));
    if (inner.record.branch_pages > tree.record.branch_pages || inner.record.leaf_pages > tree.record.leaf_pages)
        throw_corrupt(0, "a tree has more pages of values than its record says");
    tree.record.branch_pages -= inner.record.branch_pages;
    tree.record.leaf_pages -= inner.record.leaf_pages;
    clear(txn, inner);
}

}  // namespace cambium::kv::detail

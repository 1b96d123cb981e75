#include "kv/tree.hpp"

#include "kv/cursor_state.hpp"
#include "kv/duplicates.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

std::uint32_t checked_depth(const TreeRecord& tree) {
    if (tree.depth > kMaxDepth || (tree.root == kNoPage) != (tree.depth == 0))
        throw_corrupt(tree.root, "a tree's depth contradicts its root");
    return tree.depth;
}

namespace {

// Continues a path downwards from frame `level_index` to the first or last entry.
void go_to_edge(const TransactionState& txn, Path& path, std::uint32_t from, PageRef ref, bool last) {
    for (std::uint32_t i = from; i < path.depth; ++i) {
        const NodeView node = txn.node(ref, path.depth - 1 - i);
        std::uint32_t index = last ? node.count() : 0;
        if (node.is_leaf() && last && index > 0) --index;
        path.frames[i] = {ref, node, index};
        if (!node.is_leaf()) ref = txn.child(ref, node, index);
    }
}

}  // namespace

namespace {

template <class Search>
bool descend_by(const TransactionState& txn, const TreeRecord& tree, Path& path, Search&& search) {
    path.depth = checked_depth(tree);
    PageRef ref = tree.root;
    for (std::uint32_t i = 0; i < path.depth; ++i) {
        const NodeView node = txn.node(ref, path.depth - 1 - i);
        const Position position = search(node);
        if (node.is_leaf()) {
            path.frames[i] = {ref, node, position.index};
            return position.exact;
        }
        const std::uint32_t child = position.index + (position.exact ? 1 : 0);
        path.frames[i] = {ref, node, child};
        ref = txn.child(ref, node, child);
        if (txn.writable && i + 2 == path.depth) {
            txn.fetch_whole(ref);  // it is likely to be verified and copied
        } else {
            txn.fetch(ref);
        }
    }
    return false;
}

}  // namespace

std::optional<LeafEntry> find_by_bytes(const TransactionState& txn, const TreeRecord& tree, ByteView key) {
    PageRef ref = tree.root;
    for (std::uint32_t level = checked_depth(tree); level-- > 0;) {
        const NodeView node = txn.node(ref, level);
        if (level == 0) return node.find_entry(key);
        ref = txn.child(ref, node, node.child_index(key));
        txn.fetch(ref);
    }
    return std::nullopt;
}

std::optional<LeafEntry> find(const TransactionState& txn, const TreeState& tree, ByteView key) {
    if (tree.compare == nullptr) return find_by_bytes(txn, tree.record, key);
    Path path;
    if (!descend(txn, tree, key, path)) return std::nullopt;
    return path.leaf().node.leaf_entry(path.leaf().index);
}

bool descend_by_bytes(const TransactionState& txn, const TreeRecord& tree, ByteView key, Path& path) {
    return descend_by(txn, tree, path, [&](const NodeView& node) { return node.lower_bound(key); });
}

bool descend(const TransactionState& txn, const TreeState& tree, ByteView key, Path& path) {
    if (tree.compare == nullptr) return descend_by_bytes(txn, tree.record, key, path);
    return descend_by(txn, tree.record, path,
                      [&](const NodeView& node) { return node.lower_bound(key, tree.compare); });
}

void descend_to_edge(const TransactionState& txn, const TreeRecord& tree, bool last, Path& path) {
    path.depth = checked_depth(tree);
    go_to_edge(txn, path, 0, tree.root, last);
}

bool step_leaf(const TransactionState& txn, Path& path, bool forward) {
    for (std::uint32_t i = path.depth - 1; i-- > 0;) {
        Path::Frame& frame = path.frames[i];
        if (forward ? frame.index < frame.node.count() : frame.index > 0) {
            frame.index = forward ? frame.index + 1 : frame.index - 1;
            go_to_edge(txn, path, i + 1, txn.child(frame.ref, frame.node, frame.index), !forward);
            if (path.leaf().node.count() == 0) throw_corrupt(path.leaf().ref, "a leaf is empty");
            return true;
        }
    }
    return false;
}

bool to_entry(const TransactionState& txn, Path& path) {
    return path.depth > 0 && (path.leaf().index < path.leaf().node.count() || step_leaf(txn, path, true));
}

bool to_entry_before(const TransactionState& txn, Path& path) {
    if (path.depth == 0) return false;
    if (path.leaf().index == 0) return step_leaf(txn, path, false);
    --path.leaf().index;
    return true;
}

namespace {

// The catalog and the space tree, which have number 0, are bookkeeping.
void count_change(TransactionState& txn, const TreeState& tree, std::size_t bytes) noexcept {
    if (tree.record.id != 0) txn.changed_bytes += bytes;
}

// Puts a key behind all others into the last leaf, without a descent: what sorted loads do. False when it is not
// so.
bool append(TransactionState& txn, TreeState& tree, ByteView key, ByteView value) {
    const NodeView leaf{txn.dirty.page(tree.append_leaf), txn.page_size_bytes};
    const std::uint32_t count = leaf.count();
    if (count == 0) return false;
    if (tree.compare != nullptr || !leaf.surely_behind_all(key)) {
        const Position position = position_in(tree, leaf, key);
        if (position.exact || position.index != count) return false;
    }
    if (leaf_entry_size(key.size(), value.size(), leaf.header().flags) > max_leaf_entry_size(txn.page_size_bytes))
        return false;
    prepare_change(txn, tree);
    if (!txn.editor(tree.append_leaf).insert_entry(count, {key, stored_bytes(value)})) return false;
    ++tree.record.entries;
    return true;
}

// Whether a path stands behind the last entry of its tree.
bool behind_all(const Path& path) {
    for (std::uint32_t i = 0; i < path.depth; ++i)
        if (path.frames[i].index != path.frames[i].node.count()) return false;
    return true;
}

}  // namespace

bool put(TransactionState& txn, TreeState& tree, ByteView key, ByteView value, PutMode mode) {
    if (tree.append_leaf != kNoPage && append(txn, tree, key, value)) {
        count_change(txn, tree, key.size() + value.size());
        return true;
    }
    Path path;
    const bool exact = descend(txn, tree, key, path);
    if (exact && mode == PutMode::insert_only) return false;
    if (mode == PutMode::append && (exact || !behind_all(path))) return false;
    count_change(txn, tree, key.size() + value.size());
    prepare_change(txn, tree);
    TreeChange change{txn, tree, path};
    if (path.depth == 0) change.plant_root();
    change.make_path_dirty();
    if (exact) {
        change.replace(key, value);
    } else {
        change.insert(key, value);
        ++tree.record.entries;
    }
    return !exact;
}

bool erase(TransactionState& txn, TreeState& tree, ByteView key) {
    Path path;
    if (!descend(txn, tree, key, path)) return false;
    count_change(txn, tree, key.size());
    erase_at(txn, tree, path);
    return true;
}

void erase_at(TransactionState& txn, TreeState& tree, Path& path) {
    prepare_change(txn, tree);
    TreeChange change{txn, tree, path};
    change.make_path_dirty();
    tree.record.entries -= change.erase();
}

void clear(TransactionState& txn, TreeState& tree) {
    prepare_change(txn, tree);
    if (tree.record.root != kNoPage)
        (void)retire_subtree(txn, tree, tree.record.root, checked_depth(tree.record) - 1);
    const TreeRecord empty{tree.record.id, kNoPage, 0, 0, 0, 0, tree.record.flags, 0};
    tree.record = empty;
    tree.append_leaf = kNoPage;
    tree.modified = true;
}

std::span<std::byte> stored_value(TransactionState& txn, TreeState& tree, ByteView key) {
    Path path;
    if (!descend(txn, tree, key, path) || (path.leaf().ref & kDirtyBit) == 0) return {};
    const LeafEntry entry = path.leaf().node.leaf_entry(path.leaf().index);
    const ByteView value = txn.resolve(entry);
    if (entry.kind == ValueKind::run && (run_reference(entry).first_page & kDirtyBit) == 0) return {};
    (void)txn.dirty.change(entry.kind == ValueKind::run ? run_reference(entry).first_page : path.leaf().ref);
    return {reinterpret_cast<std::byte*>(const_cast<char*>(value.data())), value.size()};
}

void touch_last(TransactionState& txn, TreeState& tree) {
    Path path;
    descend_to_edge(txn, tree.record, true, path);
    TreeChange{txn, tree, path}.make_path_dirty();
}

void patch(TransactionState& txn, TreeState& tree, ByteView key, ByteView value) {
    Path path;
    if (!descend(txn, tree, key, path) || (path.leaf().ref & kDirtyBit) == 0 ||
        !txn.editor(path.leaf().ref).replace_value(path.leaf().index, value, ValueKind::inlined))
        throw Error(ErrorCode::misuse, "an entry to patch is not there in the same size");
}

}  // namespace cambium::kv::detail

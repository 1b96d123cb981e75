#include "kv/tree_change.hpp"

#include <functional>

#include "kv/duplicates.hpp"
#include "kv/grown_leaf.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv::detail {

RunReference run_reference(const LeafEntry& entry) {
    if (entry.value.size() != sizeof(RunReference))
        throw_corrupt(0, "a reference to a large value has a wrong size");
    return load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data()));
}

ByteView stored_bytes(ByteView value) noexcept {
    static const char zeros[kMaxPageSize / 2] = {};
    return value.data() == nullptr ? ByteView{zeros, value.size()} : value;
}

namespace {

bool points_into(ByteView view, const std::byte* page, std::size_t size) noexcept {
    const auto* data = reinterpret_cast<const std::byte*>(view.data());
    return !view.empty() && std::less_equal<>{}(page, data) && std::less<>{}(data, page + size);
}

// Where to cut `count` items that do not fit one page: at the middle by bytes, but never at an end.
template <class Size>
std::size_t middle_of(std::size_t count, Size&& size_of) {
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) total += size_of(i);
    std::size_t left = 0;
    std::size_t cut = 0;
    for (std::size_t size = 0; cut < count && left + (size = size_of(cut)) / 2 < total / 2; ++cut) left += size;
    return std::clamp<std::size_t>(cut, 1, count - 1);
}

std::size_t middle_of(std::span<const LeafItem> items) {
    return middle_of(items.size(), [&](std::size_t i) {
        return leaf_entry_size(items[i].key.size(), items[i].value.size()) + kHeadSize + kSlotSize;
    });
}

PageRef copy_page(TransactionState& txn, PageRef ref, const NodeView& node) {
    const PageRef copy = txn.dirty.add();
    std::memcpy(txn.dirty.change(copy), node.data(), txn.page_size_bytes);
    txn.retire(ref, 1, node.header().birth);
    return copy;
}

}  // namespace

void retire_value(TransactionState& txn, TreeState& tree, const LeafEntry& entry) {
    if (entry.kind == ValueKind::duplicate_tree) return retire_value_tree(txn, tree, entry);
    if (entry.kind != ValueKind::run) return;
    const RunReference reference = run_reference(entry);
    const std::uint64_t pages = run_page_count(reference.value_size, txn.page_size_bytes);
    if (pages > tree.record.run_pages)
        throw_corrupt(0, "a tree has more pages of large values than its record says");
    tree.record.run_pages -= pages;
    TransactionId birth = 0;
    if ((reference.first_page & kDirtyBit) == 0) {
        (void)txn.resolve(entry);  // proves the reference before its pages are given away
        birth = load<RunHeader>(txn.map + reference.first_page * txn.page_size_bytes).birth;
    }
    txn.retire(reference.first_page, pages, birth);
}

PageRef make_dirty(TransactionState& txn, PageRef ref, const NodeView& node) {
    if ((ref & kDirtyBit) != 0) return ref;
    txn.verify(node);
    return copy_page(txn, ref, node);
}

void TreeChange::plant_root() {
    const PageRef ref = txn_.dirty.add();
    txn_.editor(ref).build_leaf({}, leaf_flags(tree_.record.flags));
    tree_.record.root = ref;
    tree_.record.depth = 1;
    tree_.record.leaf_pages = 1;
    tree_.modified = true;
    path_.depth = 1;
    path_.frames[0] = {ref, txn_.node(ref, 0), 0};
}

void TreeChange::make_path_dirty() {
    tree_.modified = true;
    for (std::uint32_t i = 0; i < path_.depth; ++i) {
        Path::Frame& frame = path_.frames[i];
        if ((frame.ref & kDirtyBit) != 0) continue;
        txn_.verify_before_change(frame.node);
        const PageRef copy = copy_page(txn_, frame.ref, frame.node);
        if (i == 0) {
            tree_.record.root = copy;
        } else {
            editor(i - 1).set_child(path_.frames[i - 1].index, copy);
        }
        frame.ref = copy;
        frame.node = NodeView{txn_.dirty.page(copy), page_size()};
    }
}

LeafItem TreeChange::store_value(ByteView key, ByteView value, RunReference& reference) {
    txn_.stores_values = txn_.stores_values || tree_.record.id != 0;
    if (leaf_entry_size(key.size(), value.size(), leaf_flags(tree_.record.flags)) <=
        max_leaf_entry_size(page_size()))
        return {key, stored_bytes(value), ValueKind::inlined};
    const std::uint64_t pages = run_page_count(value.size(), page_size());
    const PageRef run = txn_.dirty.add_run(pages);
    std::byte* bytes = txn_.dirty.change(run);
    if (value.data() == nullptr) {
        std::memset(bytes + sizeof(RunHeader), 0, value.size());
    } else {
        std::memcpy(bytes + sizeof(RunHeader), value.data(), value.size());
    }
    RunHeader header{};
    header.kind = PageKind::run;
    header.value_size = value.size();
    header.page_count = pages;
    std::memcpy(bytes, &header, sizeof header);
    tree_.record.run_pages += pages;
    reference = {run, value.size()};
    return {key, {reinterpret_cast<const char*>(&reference), sizeof reference}, ValueKind::run};
}

void TreeChange::replace(ByteView key, ByteView value) {
    const Path::Frame& frame = path_.leaf();
    const LeafEntry old = frame.node.leaf_entry(frame.index);
    // The new run is written before the old one is let go: the value may lie in it.
    RunReference reference{};
    const LeafItem item = store_value(key, value, reference);
    retire_value(txn_, tree_, old);
    replace_item(item);
}

void TreeChange::replace_item(LeafItem item) {
    const Path::Frame& frame = path_.leaf();
    NodeEditor leaf = txn_.editor(frame.ref);
    if (leaf.replace_value(frame.index, item.value, item.kind)) return;
    // Key and value may be views of this very page, whose heap the removal opens for reuse.
    std::string copies[2];
    if (points_into(item.value, leaf.data(), page_size())) item.value = copies[0].assign(item.value);
    if (points_into(item.key, leaf.data(), page_size())) item.key = copies[1].assign(item.key);
    const bool shrinks = item.value.size() < leaf.leaf_entry(frame.index).value.size();
    leaf.erase_entry(frame.index);
    insert_item(item);
    if (!shrinks) return;
    // The leaf has not been split, and may be small enough now to join a neighbour.
    tree_.append_leaf = kNoPage;
    after_erase(path_.depth - 1);
}

void TreeChange::add_to_counts(std::int64_t entries) {
    if ((tree_.record.flags & kTreeCounts) == 0) return;
    for (std::uint32_t i = 0; i + 1 < path_.depth; ++i) {
        NodeEditor branch = editor(i);
        const std::uint32_t child = path_.frames[i].index;
        branch.set_entries(child, branch.entries_below(child) + static_cast<std::uint64_t>(entries));
    }
}

void TreeChange::insert(ByteView key, ByteView value) {
    add_to_counts(1);
    RunReference reference{};
    insert_item(store_value(key, value, reference));
}

void TreeChange::insert_item(const LeafItem& item) {
    const Path::Frame& leaf = path_.leaf();
    const bool appending = leaf.index == leaf.node.count() && on_edge(path_.depth - 1, true);
    const bool behind = leaf.ref == tree_.insert_leaf && leaf.index == tree_.insert_index + 1;
    tree_.ascending = behind ? tree_.ascending + 1 : 0;
    tree_.insert_leaf = leaf.ref;
    tree_.insert_index = leaf.index;
    const bool counted = (tree_.record.flags & kTreeCounts) != 0;  // then the path changes with every entry
    tree_.append_leaf = appending && !counted ? leaf.ref : kNoPage;
    if (!editor(path_.depth - 1).insert_entry(leaf.index, item)) split_leaf(item);
}

bool TreeChange::on_edge(std::uint32_t depth, bool last) const noexcept {
    for (std::uint32_t i = 0; i < depth; ++i) {
        const Path::Frame& frame = path_.frames[i];
        if (frame.index != (last ? frame.node.count() : 0)) return false;
    }
    return true;
}

// What a branch says of a node below it.
std::uint64_t TreeChange::entries_below(const NodeView& node) const {
    return (tree_.record.flags & kTreeCounts) != 0 ? entries_of(txn_, tree_.record, node) : 0;
}

// Where to cut a leaf that overflows by an item inserted at `index`; 0 for the middle. Insertions in order should
// leave full pages behind: at the right edge or close to it, at the left edge, and anywhere else after a few in a
// row.
template <class Fits>
std::size_t TreeChange::choose_cut(std::size_t count, std::size_t index, Fits&& fits_first) const {
    constexpr std::uint32_t kAscendingRun = 4;
    const std::size_t last = count - 1;
    if (index > 0 && index >= last - last / 8 && on_edge(path_.depth - 1, true)) return index;
    if (index == 0 && on_edge(path_.depth - 1, false)) return 1;
    if (index == 0 || tree_.ascending < kAscendingRun) return 0;
    return index < last && fits_first(index + 1) ? index + 1 : index;
}

// Keys in order: the item that finds no room behind all others gets a leaf of its own, when a longer prefix of the
// full leaf would not give it room. It is likely that what the keys of that leaf share, the next ones share too.
// False when it is not so.
bool TreeChange::append_leaf(const LeafItem& item) {
    const Path::Frame& frame = path_.leaf();
    const std::uint32_t count = frame.node.count();
    if (count < 2 || frame.index != count || frame.node.header().garbage > 0 || !on_edge(path_.depth - 1, true))
        return false;
    std::string keys[2];
    frame.node.append_key(0, keys[0]);
    frame.node.append_key(count - 1, keys[1]);
    const std::size_t prefix = frame.node.header().prefix_size;
    const std::uint16_t flags = leaf_flags(tree_.record.flags);
    const std::size_t shared = frame.node.full_keys() ? 0 : common_prefix(keys[0], item.key);
    if (shared > prefix && leaf_size_with_prefix(frame.node, shared) + kHeadSize + kSlotSize +
                                   leaf_entry_size(item.key.size() - shared, item.value.size(), flags) <=
                               page_size())
        return false;
    const std::size_t free = frame.node.header().heap_begin - frame.node.arrays_end();
    if (!item.key.starts_with(frame.node.prefix()) && free > page_size() / 8) return false;

    const PageRef ref = txn_.dirty.add();
    NodeEditor leaf = txn_.editor(ref);
    leaf.build_leaf({&item, 1}, std::min(prefix, common_prefix(keys[1], item.key)), flags);
    const ByteView separator = tree_.compare != nullptr ? item.key : separator_between(keys[1], item.key);
    std::vector<BranchItem> added{{separator, ref, entries_below(leaf)}};
    ++tree_.record.leaf_pages;
    if (tree_.append_leaf != kNoPage) tree_.append_leaf = ref;
    tree_.insert_leaf = ref;
    tree_.insert_index = 0;
    insert_children(path_.depth - 1, added);
    return true;
}

// The common split: the item has the leaf's prefix, and one page or two take all. False when it is not so.
bool TreeChange::divide_leaf(const LeafItem& item) {
    const Path::Frame& frame = path_.leaf();
    if (!item.key.starts_with(frame.node.prefix())) return false;
    const GrownLeaf grown{frame.node, item, frame.index};
    const std::uint32_t count = grown.count();
    std::vector<BranchItem> added;
    std::string keys[2];
    LeafPart left = grown.part(0, count);
    if (!grown.fits(left)) {
        const auto fits_first = [&](std::size_t first) {
            return grown.fits(grown.part(0, static_cast<std::uint32_t>(first)));
        };
        const std::size_t chosen = choose_cut(count, frame.index, fits_first);
        const std::uint32_t cut = chosen > 0 ? static_cast<std::uint32_t>(chosen) : grown.middle();
        left = grown.part(0, cut);
        const LeafPart right = grown.part(cut, count);
        if (!grown.fits(left) || !grown.fits(right)) return false;
        const PageRef ref = txn_.dirty.add();
        const NodeEditor leaf = txn_.editor(ref);
        grown.build(right, leaf);
        grown.append_key(cut - 1, keys[0]);
        grown.append_key(cut, keys[1]);
        added.push_back({tree_.compare != nullptr ? ByteView{keys[1]} : separator_between(keys[0], keys[1]), ref,
                         entries_below(leaf)});
    }
    grown.build(left, txn_.scratch_editor());
    txn_.take_scratch(frame.ref);
    enter_leaves(added, left.end);
    return true;
}

// The leaf has no room for the item, or the item lacks its prefix: rebuild it as one page, or as several.
void TreeChange::split_leaf(const LeafItem& item) {
    if (append_leaf(item) || divide_leaf(item)) return;
    const Path::Frame& frame = path_.leaf();
    std::vector<LeafItem>& items = txn_.leaf_items;
    items.clear();
    txn_.arena.clear();
    txn_.arena.reserve(key_bytes(frame.node));
    collect(frame.node, txn_.arena, items);
    items.insert(items.begin() + frame.index, item);

    struct Piece {
        std::span<const LeafItem> items;
        std::size_t prefix;
    };
    const std::uint16_t flags = leaf_flags(tree_.record.flags);
    const std::size_t old_prefix = frame.node.header().prefix_size;
    std::vector<Piece> pieces;
    std::vector<std::span<const LeafItem>> rest{items};
    while (!rest.empty()) {
        const std::span<const LeafItem> piece = rest.back();
        rest.pop_back();
        std::size_t prefix = prefix_size_of(piece, flags);
        std::size_t size = leaf_size(piece, prefix, flags);
        // A longer prefix may cost more than it saves: values are aligned.
        if (size > page_size() && prefix > old_prefix) size = leaf_size(piece, prefix = old_prefix, flags);
        if (size <= page_size()) {
            pieces.push_back({piece, prefix});
            continue;
        }
        const bool whole = piece.size() == items.size();
        const auto fits_first = [&](std::size_t count) {
            return leaf_size(piece.first(count), flags) <= page_size();
        };
        const std::size_t chosen = whole ? choose_cut(piece.size(), frame.index, fits_first) : 0;
        const std::size_t cut = chosen > 0 ? chosen : middle_of(piece);
        rest.push_back(piece.subspan(cut));
        rest.push_back(piece.first(cut));
    }

    std::vector<BranchItem> added;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const PageRef ref = txn_.dirty.add();
        NodeEditor leaf = txn_.editor(ref);
        leaf.build_leaf(pieces[i].items, pieces[i].prefix, flags);
        const ByteView right = pieces[i].items.front().key;
        const bool whole = tree_.compare != nullptr;  // who compares needs keys, not parts of keys
        added.push_back(
            {whole ? right : separator_between(pieces[i - 1].items.back().key, right), ref, entries_below(leaf)});
    }
    txn_.scratch_editor().build_leaf(pieces.front().items, pieces.front().prefix, flags);
    txn_.take_scratch(frame.ref);
    enter_leaves(added, static_cast<std::uint32_t>(pieces.front().items.size()));
}

// Enters what was split off to the right of the leaf, in which `left` entries stay.
void TreeChange::enter_leaves(std::vector<BranchItem>& added, std::uint32_t left) {
    if (added.empty()) return;
    tree_.record.leaf_pages += added.size();
    if (tree_.append_leaf != kNoPage) tree_.append_leaf = added.back().child;
    if (const std::uint32_t index = path_.leaf().index; index >= left) {
        tree_.insert_leaf = added.front().child;
        tree_.insert_index = index - left;
    }
    insert_children(path_.depth - 1, added);
}

// Enters children to the right of the child that path frame `depth` stands for into its parent.
void TreeChange::insert_children(std::uint32_t depth, std::vector<BranchItem>& added) {
    if (depth == 0) return grow_root(added);
    const Path::Frame& parent = path_.frames[depth - 1];
    NodeEditor node = txn_.editor(parent.ref);
    if (node.counted()) {
        std::uint64_t moved = 0;
        for (const BranchItem& item : added) moved += item.entries;
        node.set_entries(parent.index, node.entries_below(parent.index) - moved);
    }
    for (std::size_t done = 0; done < added.size(); ++done) {
        if (node.insert_separator(parent.index + static_cast<std::uint32_t>(done), added[done])) continue;
        path_.frames[depth - 1].index += static_cast<std::uint32_t>(done);
        added.erase(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(done));
        return split_branch(depth - 1, added);
    }
}

void TreeChange::grow_root(std::vector<BranchItem>& added) {
    const PageRef root = txn_.dirty.add();
    const NodeView old = txn_.node(tree_.record.root, tree_.record.depth - 1);
    const std::uint16_t flags = branch_flags(tree_.record.flags);
    txn_.editor(root).build_branch(static_cast<std::uint8_t>(tree_.record.depth), tree_.record.root, added, flags,
                                   entries_of(txn_, tree_.record, old));
    tree_.record.root = root;
    ++tree_.record.depth;
    ++tree_.record.branch_pages;
}

// The branch at frame `depth` has no room for the items behind the child it stands on.
void TreeChange::split_branch(std::uint32_t depth, std::vector<BranchItem>& added) {
    struct Piece {
        PageRef first;
        std::uint64_t first_entries;
        std::span<const BranchItem> items;
        ByteView separator;  ///< on its left
    };
    const Path::Frame& frame = path_.frames[depth];
    std::string keys;  // not the arena: the new separators may lie there
    keys.reserve(key_bytes(frame.node));
    std::vector<BranchItem> items;
    collect(frame.node, keys, items);
    const bool appending = frame.index == items.size() && on_edge(depth, true);
    items.insert(items.begin() + frame.index, added.begin(), added.end());

    std::vector<Piece> pieces;
    const std::uint16_t flags = branch_flags(tree_.record.flags);
    std::vector<Piece> rest{{frame.node.child(0), frame.node.entries_below(0), items, {}}};
    while (!rest.empty()) {
        const Piece piece = rest.back();
        rest.pop_back();
        if (branch_size(piece.items, flags) <= page_size()) {
            pieces.push_back(piece);
            continue;
        }
        const bool whole = piece.items.size() == items.size();
        std::size_t cut = middle_of(piece.items.size(), [&](std::size_t i) {
            return branch_entry_size(piece.items[i].key.size()) + kHeadSize + kSlotSize + kChildSize;
        });
        if (whole && appending && piece.items.size() > 3) cut = piece.items.size() - 2;
        const BranchItem& middle = piece.items[cut];
        rest.push_back({middle.child, middle.entries, piece.items.subspan(cut + 1), middle.key});
        rest.push_back({piece.first, piece.first_entries, piece.items.first(cut), piece.separator});
    }

    std::vector<BranchItem> upward;
    const auto level = static_cast<std::uint8_t>(frame.node.header().level);
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const PageRef ref = txn_.dirty.add();
        NodeEditor added_branch = txn_.editor(ref);
        added_branch.build_branch(level, pieces[i].first, pieces[i].items, flags, pieces[i].first_entries);
        upward.push_back({pieces[i].separator, ref, added_branch.entries()});
    }
    txn_.scratch_editor().build_branch(level, pieces.front().first, pieces.front().items, flags,
                                       pieces.front().first_entries);
    txn_.take_scratch(frame.ref);
    tree_.record.branch_pages += upward.size();
    if (!upward.empty()) insert_children(depth, upward);
}

std::uint64_t TreeChange::erase() {
    const Path::Frame& frame = path_.leaf();
    const LeafEntry entry = frame.node.leaf_entry(frame.index);
    const std::uint64_t values = value_count(txn_, tree_.record, entry);
    add_to_counts(-static_cast<std::int64_t>(values));
    tree_.append_leaf = kNoPage;
    retire_value(txn_, tree_, entry);
    txn_.editor(frame.ref).erase_entry(frame.index);
    after_erase(path_.depth - 1);
    return values;
}

// Restores the invariants of the node at frame `depth` after it lost something.
void TreeChange::after_erase(std::uint32_t depth) {
    if (depth == 0) {
        if (path_.frames[0].node.is_leaf() && path_.frames[0].node.count() == 0) return remove_child(0);
        return shrink_root(txn_, tree_);
    }
    const NodeView node = path_.frames[depth].node;
    if (node.is_leaf() && node.count() == 0) return remove_child(depth);
    const Path::Frame& parent = path_.frames[depth - 1];
    if (settle_child(txn_, tree_, parent.ref, parent.index)) after_erase(depth - 1);
}

// Removes an empty node from its parent, and the parent too when it was the only child.
void TreeChange::remove_child(std::uint32_t depth) {
    Path::Frame& frame = path_.frames[depth];
    txn_.retire(frame.ref, 1, 0);
    --(depth + 1 == path_.depth ? tree_.record.leaf_pages : tree_.record.branch_pages);
    if (depth == 0) {
        tree_.record.root = kNoPage;
        tree_.record.depth = 0;
        return;
    }
    Path::Frame& parent = path_.frames[depth - 1];
    if (parent.node.count() == 0) return remove_child(depth - 1);
    remove_child_reference(txn_, parent.ref, parent.index);
    after_erase(depth - 1);
}

}  // namespace cambium::kv::detail

#include "kv/node_editor.hpp"

#include <cassert>

namespace cambium::kv {

namespace {

template <class Item>
std::size_t prefix_of(std::span<const Item> items, std::uint16_t flags) noexcept {
    // A single key would be all prefix, and the next key would force a rebuild.
    return items.size() < 2 || (flags & kFullKeys) != 0 ? 0 : common_prefix(items.front().key, items.back().key);
}

std::size_t aligned4(std::size_t size) noexcept {
    return (size + 3) / 4 * 4;
}

template <class T>
void store(std::byte* to, T value) noexcept {
    std::memcpy(to, &value, sizeof value);
}

std::uint16_t narrow(std::size_t value) noexcept {
    return static_cast<std::uint16_t>(value);
}

}  // namespace

std::size_t common_prefix(ByteView a, ByteView b) noexcept {
    const std::size_t limit = std::min(a.size(), b.size());
    std::size_t same = 0;
    while (same < limit && a[same] == b[same]) ++same;
    return same;
}

ByteView separator_between(ByteView left, ByteView right) noexcept {
    return right.substr(0, common_prefix(left, right) + 1);
}

std::size_t prefix_size_of(std::span<const LeafItem> items, std::uint16_t flags) noexcept {
    return prefix_of(items, flags);
}

// The heap starts below the last four bytes so that every value is 8-byte aligned.
std::size_t leaf_size_without_entries(std::size_t count, std::size_t prefix_size) noexcept {
    return aligned4(sizeof(NodeHeader) + prefix_size) + (kHeadSize + kSlotSize) * count + 4;
}

std::size_t leaf_size(std::span<const LeafItem> items, std::uint16_t flags) noexcept {
    return leaf_size(items, prefix_of(items, flags), flags);
}

std::size_t leaf_size(std::span<const LeafItem> items, std::size_t prefix_size, std::uint16_t flags) noexcept {
    std::size_t size = leaf_size_without_entries(items.size(), prefix_size);
    for (const LeafItem& item : items)
        size += leaf_entry_size(item.key.size() - prefix_size, item.value.size(), flags);
    return size;
}

std::size_t leaf_size_with_prefix(const NodeView& leaf, std::size_t prefix_size) {
    const std::size_t cut = prefix_size - leaf.header().prefix_size;
    std::size_t size = leaf_size_without_entries(leaf.count(), prefix_size);
    for (std::uint32_t i = 0; i < leaf.count(); ++i) {
        const LeafEntry entry = leaf.leaf_entry(i);
        size += leaf_entry_size(entry.rest_size - std::min<std::size_t>(cut, entry.rest_size), entry.value.size(),
                                leaf.header().flags);
    }
    return size;
}

std::size_t branch_size(std::span<const BranchItem> items, std::uint16_t flags) noexcept {
    const std::size_t prefix = prefix_of(items, flags);
    const std::size_t child = kChildSize + ((flags & kHasCounts) != 0 ? kEntryCountSize : 0);
    std::size_t size =
        aligned4(sizeof(NodeHeader) + prefix) + child + (kHeadSize + kSlotSize + child) * items.size();
    for (const BranchItem& item : items) size += branch_entry_size(item.key.size() - prefix, flags);
    return size;
}

void NodeEditor::start(PageKind kind, std::uint8_t level, ByteView prefix, std::uint16_t flags) noexcept {
    NodeHeader& h = mutable_header();
    h = NodeHeader{};
    h.kind = kind;
    h.level = level;
    h.flags = flags;
    h.prefix_size = narrow(prefix.size());
    h.heap_begin = kind == PageKind::leaf ? page_size() - 4 : page_size();
    store(bytes_ + page_size() - 4, std::uint32_t{0});
    if (!prefix.empty()) std::memcpy(bytes_ + sizeof(NodeHeader), prefix.data(), prefix.size());
}

// Copies an entry to the top of the heap; the caller has made sure of the room. Returns its offset.
std::size_t NodeEditor::push_leaf_entry(const LeafItem& item, ByteView rest) noexcept {
    NodeHeader& h = mutable_header();
    const std::size_t size = leaf_entry_size(rest.size(), item.value.size(), h.flags);
    h.heap_begin -= static_cast<std::uint32_t>(size);
    const auto kind = static_cast<unsigned>(item.kind);
    const LeafEntryHeader entry{narrow(rest.size() | (kind / 2) << 15),
                                narrow(item.value.size() | (kind % 2) << 15)};
    std::byte* to = bytes_ + h.heap_begin;
    store(to + size - 8, std::uint64_t{0});  // the padding: no old memory reaches the file
    store(to, entry);
    to += sizeof entry;
    if (!item.value.empty()) std::memcpy(to, item.value.data(), item.value.size());
    if (const std::size_t tail = heap_key_size(rest.size(), h.flags); tail > 0)
        std::memcpy(to + item.value.size(), rest.data() + rest.size() - tail, tail);
    return h.heap_begin;
}

std::size_t NodeEditor::push_branch_entry(ByteView rest) noexcept {
    NodeHeader& h = mutable_header();
    const std::size_t size = branch_entry_size(rest.size(), h.flags);
    if (size == 0) return rest.size();
    h.heap_begin -= static_cast<std::uint32_t>(size);
    std::byte* to = bytes_ + h.heap_begin;
    store(to, narrow(rest.size()));
    const std::size_t tail = heap_key_size(rest.size(), h.flags);
    std::memcpy(to + kBranchEntryHeaderSize, rest.data() + rest.size() - tail, tail);
    return h.heap_begin;
}

void NodeEditor::build_leaf(std::span<const LeafItem> items, std::uint16_t flags) noexcept {
    build_leaf(items, prefix_of(items, flags), flags);
}

void NodeEditor::build_leaf(std::span<const LeafItem> items, std::size_t prefix_size,
                            std::uint16_t flags) noexcept {
    const ByteView prefix = items.empty() ? ByteView{} : items.front().key.substr(0, prefix_size);
    start_leaf(static_cast<std::uint32_t>(items.size()), prefix, flags);
    for (std::uint32_t i = 0; i < items.size(); ++i) fill_entry(i, items[i], items[i].key.substr(prefix.size()));
}

void NodeEditor::start_leaf(std::uint32_t count, ByteView prefix, std::uint16_t flags) noexcept {
    start(PageKind::leaf, 0, prefix, flags);
    mutable_header().count = narrow(count);
}

void NodeEditor::fill_entry(std::uint32_t index, const LeafItem& item, ByteView rest) noexcept {
    store(bytes_ + heads_offset() + kHeadSize * index, head_of(rest));
    store(bytes_ + slots_offset() + kSlotSize * index, narrow(push_leaf_entry(item, rest)));
}

namespace {

// The head of a key that loses its first `cut` bytes behind the prefix.
std::uint32_t cut_head(std::uint32_t head, ByteView tail, std::size_t cut) noexcept {
    if (cut >= kHeadSize) return head_of(tail.substr(std::min(cut - kHeadSize, tail.size())));
    const std::uint32_t kept = head << 8 * cut;
    return tail.empty() ? kept : kept | static_cast<std::uint32_t>(std::uint64_t{head_of(tail)} >> (32 - 8 * cut));
}

[[noreturn]] void bad_entry_of(const NodeView& node) {
    throw_corrupt(node.header().page_number, "an entry lies outside its heap");
}

}  // namespace

namespace {

// An entry that gets the end of its page's prefix back: writes its key behind head and value, and answers the head.
std::uint32_t lengthen_key(ByteView added, std::uint32_t head, std::size_t rest, ByteView tail,
                           std::byte* to) noexcept {
    const std::uint32_t bytes = __builtin_bswap32(head);
    char front[kHeadSize];
    std::memcpy(front, &bytes, kHeadSize);
    const ByteView parts[] = {added, {front, std::min(rest, kHeadSize)}, tail};
    char heads[kHeadSize] = {};
    std::size_t at = 0;
    for (ByteView part : parts) {
        const std::size_t in_head = std::min(part.size(), kHeadSize - std::min(at, kHeadSize));
        if (in_head > 0) std::memcpy(heads + at, part.data(), in_head);
        if (part.size() > in_head) std::memcpy(to, part.data() + in_head, part.size() - in_head);
        to += part.size() - in_head;
        at += part.size();
    }
    return head_of({heads, kHeadSize});
}

}  // namespace

void NodeEditor::copy_entries(std::uint32_t index, const NodeView& from, std::uint32_t begin, std::uint32_t end) {
    const std::uint16_t flags = header().flags;
    const std::size_t lowest = arrays_end();
    const std::size_t prefix_size = header().prefix_size;
    const std::size_t cut = prefix_size - std::min<std::size_t>(prefix_size, from.header().prefix_size);
    const ByteView added = from.prefix().substr(std::min<std::size_t>(prefix_size, from.header().prefix_size));
    const std::size_t old_heap = from.header().heap_begin;
    const std::uint32_t* old_heads = from.heads();
    const std::byte* old_slots = from.data() + from.slots_offset();
    auto* heads = reinterpret_cast<std::uint32_t*>(bytes_ + heads_offset()) + index;
    std::byte* slots = bytes_ + slots_offset() + kSlotSize * index;
    std::size_t heap = header().heap_begin;
    for (std::uint32_t i = begin; i < end; ++i, ++heads, slots += kSlotSize) {
        const std::size_t offset = load<std::uint16_t>(old_slots + kSlotSize * i);
        if (offset < old_heap || offset + sizeof(LeafEntryHeader) > page_size()) bad_entry_of(from);
        const auto entry = load<LeafEntryHeader>(from.data() + offset);
        const std::size_t old_rest = entry.key_size_and_kind & kSizeMask;
        const std::size_t value_size = entry.value_size_and_kind & kSizeMask;
        const std::size_t value_end = sizeof entry + value_size;
        const std::size_t tail_size = heap_key_size(old_rest, flags);
        const std::size_t rest = old_rest - std::min(cut, old_rest) + added.size();
        const std::size_t size = leaf_entry_size(rest, value_size, flags);
        if (offset + value_end + tail_size > page_size() || heap < lowest + size || rest > kSizeMask)
            bad_entry_of(from);
        heap -= size;
        std::byte* to = bytes_ + heap;
        const std::byte* old = from.data() + offset;
        store(to + size - 8, std::uint64_t{0});  // the padding: no old memory reaches the file
        store(slots, narrow(heap));
        if (cut == 0 && added.empty()) {
            std::memcpy(to, old, value_end + tail_size);
            *heads = old_heads[i];
            continue;
        }
        const ByteView tail{reinterpret_cast<const char*>(old) + value_end, tail_size};
        std::memcpy(to, old, value_end);
        store(to, narrow(rest | (entry.key_size_and_kind & ~std::size_t{kSizeMask})));
        if (!added.empty()) {
            *heads = lengthen_key(added, old_heads[i], old_rest, tail, to + value_end);
            continue;
        }
        if (tail_size > cut) std::memcpy(to + value_end, tail.data() + cut, tail_size - cut);
        *heads = cut_head(old_heads[i], tail, cut);
    }
    mutable_header().heap_begin = static_cast<std::uint32_t>(heap);
}

void NodeEditor::build_branch(std::uint8_t level, PageRef first, std::span<const BranchItem> items,
                              std::uint16_t flags, std::uint64_t first_entries) noexcept {
    const ByteView prefix = items.empty() ? ByteView{} : items.front().key.substr(0, prefix_of(items, flags));
    start(PageKind::branch, level, prefix, flags);
    mutable_header().count = narrow(items.size());
    auto* heads = reinterpret_cast<std::uint32_t*>(bytes_ + heads_offset());
    std::byte* slots = bytes_ + slots_offset();
    set_child(0, first);
    set_entries(0, first_entries);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const ByteView rest = items[i].key.substr(prefix.size());
        heads[i] = head_of(rest);
        store(slots + kSlotSize * i, narrow(push_branch_entry(rest)));
        set_child(static_cast<std::uint32_t>(i + 1), items[i].child);
        set_entries(static_cast<std::uint32_t>(i + 1), items[i].entries);
    }
}

void NodeEditor::drop_hints() noexcept {
    if ((header().flags & kHasHints) == 0) return;
    const std::size_t from = heads_offset();
    const std::size_t end = arrays_end();
    mutable_header().flags &= static_cast<std::uint16_t>(~kHasHints);
    std::memmove(bytes_ + from - kHintSize, bytes_ + from, end - from);
}

// Makes room for one more head, slot and (in a branch) child, and fills in head and slot.
void NodeEditor::open_position(std::uint32_t index, std::uint32_t head, std::uint16_t slot) noexcept {
    const std::size_t slots = slots_offset();
    const std::size_t children = children_offset();
    const std::size_t end = arrays_end();
    // From the back: what follows the slots moves by head and slot, and so on down.
    const std::size_t shift = kHeadSize + kSlotSize;
    std::memmove(bytes_ + children + shift, bytes_ + children, end - children);
    std::memmove(bytes_ + slots + kSlotSize * index + shift, bytes_ + slots + kSlotSize * index,
                 children - slots - kSlotSize * index);
    std::memmove(bytes_ + slots + kHeadSize, bytes_ + slots, kSlotSize * index);
    const std::size_t heads = heads_offset();
    std::memmove(bytes_ + heads + kHeadSize * (index + 1), bytes_ + heads + kHeadSize * index,
                 slots - heads - kHeadSize * index);
    mutable_header().count = narrow(count() + 1U);
    store(bytes_ + heads + kHeadSize * index, head);
    store(bytes_ + slots_offset() + kSlotSize * index, slot);
}

// The reverse of open_position.
void NodeEditor::close_position(std::uint32_t index) noexcept {
    const std::size_t heads = heads_offset();
    const std::size_t slots = slots_offset();
    const std::size_t children = children_offset();
    const std::size_t end = arrays_end();
    std::memmove(bytes_ + heads + kHeadSize * index, bytes_ + heads + kHeadSize * (index + 1),
                 slots - heads - kHeadSize * (index + 1));
    std::memmove(bytes_ + slots - kHeadSize, bytes_ + slots, kSlotSize * index);
    const std::size_t shift = kHeadSize + kSlotSize;
    std::memmove(bytes_ + slots + kSlotSize * (index + 1) - shift, bytes_ + slots + kSlotSize * (index + 1),
                 children - slots - kSlotSize * (index + 1));
    std::memmove(bytes_ + children - shift, bytes_ + children, end - children);
    mutable_header().count = narrow(count() - 1U);
}

bool NodeEditor::insert_entry(std::uint32_t index, const LeafItem& item) noexcept {
    if (!item.key.starts_with(prefix())) return false;
    drop_hints();
    const ByteView rest = item.key.substr(header().prefix_size);
    if (gap() < kHeadSize + kSlotSize + leaf_entry_size(rest.size(), item.value.size(), header().flags))
        return false;
    const std::uint32_t head = head_of(rest);
    open_position(index, head, narrow(push_leaf_entry(item, rest)));
    return true;
}

void NodeEditor::erase_entry(std::uint32_t index) {
    drop_hints();
    const LeafEntry entry = leaf_entry(index);
    NodeHeader& h = mutable_header();
    const std::size_t size = leaf_entry_size(entry.rest_size, entry.value.size(), h.flags);
    if (slot(index) == h.heap_begin) {
        h.heap_begin += static_cast<std::uint32_t>(size);
    } else {
        h.garbage = narrow(h.garbage + size);
    }
    close_position(index);
}

bool NodeEditor::replace_value(std::uint32_t index, ByteView value, ValueKind kind) {
    const LeafEntry entry = leaf_entry(index);
    if (entry.value.size() == value.size() && entry.kind == kind) {
        // memmove: the caller may hand a view of this very page.
        if (!value.empty()) std::memmove(const_cast<char*>(entry.value.data()), value.data(), value.size());
        return true;
    }
    return false;
}

bool NodeEditor::insert_separator(std::uint32_t index, const BranchItem& item) noexcept {
    if (!item.key.starts_with(prefix())) return false;
    drop_hints();
    const ByteView rest = item.key.substr(header().prefix_size);
    if (gap() < kHeadSize + kSlotSize + child_size() + branch_entry_size(rest.size(), header().flags)) return false;
    const std::size_t slot = push_branch_entry(rest);
    open_position(index, head_of(rest), narrow(slot));
    open_child(index + 1);
    set_child(index + 1, item.child);
    set_entries(index + 1, item.entries);
    return true;
}

bool NodeEditor::may_replace_separators(ByteView key, std::uint32_t erased) const noexcept {
    if (!key.starts_with(prefix())) return false;
    const std::size_t arrays = kHeadSize + kSlotSize + child_size();
    const std::size_t entry = branch_entry_size(key.size() - header().prefix_size, header().flags);
    return gap() + erased * arrays >= arrays + entry;
}

// Makes room for child `index`; count() is already the new one. The counts lie behind the children and move first.
void NodeEditor::open_child(std::uint32_t index) noexcept {
    std::byte* children = bytes_ + children_offset();
    const std::uint32_t old_children = count();
    if (counted()) {
        std::byte* from = children + kChildSize * old_children;
        std::byte* to = from + kChildSize;
        std::memmove(to + kEntryCountSize * (index + 1), from + kEntryCountSize * index,
                     kEntryCountSize * (old_children - index));
        std::memmove(to, from, kEntryCountSize * index);
    }
    std::memmove(children + kChildSize * (index + 1), children + kChildSize * index,
                 kChildSize * (old_children - index));
}

// Removes child `index`; count() is still the old one.
void NodeEditor::close_child(std::uint32_t index) noexcept {
    std::byte* children = bytes_ + children_offset();
    const std::uint32_t left = count();
    std::memmove(children + kChildSize * index, children + kChildSize * (index + 1), kChildSize * (left - index));
    if (!counted()) return;
    std::byte* to = children + kChildSize * left;
    std::byte* from = to + kChildSize;
    std::memmove(to, from, kEntryCountSize * index);
    std::memmove(to + kEntryCountSize * index, from + kEntryCountSize * (index + 1),
                 kEntryCountSize * (left - index));
}

void NodeEditor::erase_separator(std::uint32_t index, bool child_on_right) {
    drop_hints();
    const KeyRest rest = key_rest(index);
    close_child(index + (child_on_right ? 1 : 0));
    NodeHeader& h = mutable_header();
    const std::size_t size = branch_entry_size(rest.size, h.flags);
    if (size != 0 && slot(index) == h.heap_begin) {
        h.heap_begin += static_cast<std::uint32_t>(size);
    } else {
        h.garbage = narrow(h.garbage + size);
    }
    close_position(index);
}

void NodeEditor::set_child(std::uint32_t index, PageRef child) noexcept {
    store(bytes_ + children_offset() + kChildSize * index, child);
}

void NodeEditor::set_entries(std::uint32_t child, std::uint64_t entries) noexcept {
    if (counted()) store(bytes_ + counts_offset() + kEntryCountSize * child, entries);
}

// The hints of a page that has kept them are moved nowhere, only written again.
void NodeEditor::set_hints() noexcept {
    if ((header().flags & kHasHints) == 0) {
        if (gap() < kHintSize) return;
        const std::size_t from = heads_offset();
        std::memmove(bytes_ + from + kHintSize, bytes_ + from, arrays_end() - from);
        mutable_header().flags |= kHasHints;
    }
    const std::uint32_t* heads = this->heads();
    for (std::size_t i = 0; i < kHintCount; ++i)
        store(bytes_ + hints_offset() + kHeadSize * i, heads[(i + 1) * count() / (kHintCount + 1)]);
}

void NodeEditor::finish(std::uint64_t page_number, TransactionId birth, std::uint16_t tree) noexcept {
    count() < kMinHintedCount ? drop_hints() : set_hints();
    NodeHeader& h = mutable_header();
    std::memset(bytes_ + sizeof(NodeHeader) + h.prefix_size, 0,
                hints_offset() - sizeof(NodeHeader) - h.prefix_size);
    std::memset(bytes_ + arrays_end(), 0, gap());
    h.page_number = page_number;
    h.birth = birth;
    h.tree = tree;
}

std::size_t key_bytes(const NodeView& node) {
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < node.count(); ++i) bytes += node.header().prefix_size + node.key_rest(i).size;
    return bytes;
}

namespace {

ByteView key_in_arena(const NodeView& node, std::uint32_t i, std::string& arena) {
    const std::size_t at = arena.size();
    [[maybe_unused]] const char* before = arena.data();
    node.append_key(i, arena);
    assert(arena.data() == before);  // the views into it stay valid
    return {arena.data() + at, arena.size() - at};
}

}  // namespace

void collect(const NodeView& node, std::string& arena, std::vector<LeafItem>& items) {
    for (std::uint32_t i = 0; i < node.count(); ++i) {
        const LeafEntry entry = node.leaf_entry(i);
        items.push_back({key_in_arena(node, i, arena), entry.value, entry.kind});
    }
}

void collect(const NodeView& node, std::string& arena, std::vector<BranchItem>& items) {
    for (std::uint32_t i = 0; i < node.count(); ++i)
        items.push_back({key_in_arena(node, i, arena), node.child(i + 1), node.entries_below(i + 1)});
}

}  // namespace cambium::kv

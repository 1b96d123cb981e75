// Changing nodes: editing a dirty page in place, and building pages from sorted items.
//
// In-place edits keep every entry's prefix; they answer false when the page has no room or the key lacks the
// prefix, and the caller rebuilds (tree_change.cpp). A build chooses the longest prefix its first and last key
// share, unless it is told otherwise, so a prefix needs no fence keys and is always provable from the page alone.
#pragma once

#include <span>
#include <vector>

#include "kv/node.hpp"

namespace cambium::kv {

/// One entry to build a leaf from. Views need to live until the build returns.
struct LeafItem {
    ByteView key;
    ByteView value;  ///< the bytes to store in the leaf
    ValueKind kind = ValueKind::inlined;
};

/// One separator and the child to its right.
struct BranchItem {
    ByteView key;
    PageRef child = kNoPage;
    std::uint64_t entries = 0;  ///< below the child, in a tree with counts
};

// The flags of a node say how its entries are laid out: kFullKeys, and in a branch kHasCounts.

/// Bytes of a key behind the prefix that the heap holds.
[[nodiscard]] constexpr std::size_t heap_key_size(std::size_t rest_size, std::uint16_t flags) noexcept {
    if ((flags & kFullKeys) != 0) return rest_size;
    return rest_size > kHeadSize ? rest_size - kHeadSize : 0;
}

/// Heap bytes of a leaf entry whose key has `rest_size` bytes behind the prefix.
[[nodiscard]] constexpr std::size_t leaf_entry_size(std::size_t rest_size, std::size_t value_size,
                                                    std::uint16_t flags = 0) noexcept {
    const std::size_t tail = heap_key_size(rest_size, flags);
    return (sizeof(LeafEntryHeader) + value_size + tail + kValueAlignment - 1) / kValueAlignment * kValueAlignment;
}

/// Heap bytes of a separator with `rest_size` bytes behind the prefix.
[[nodiscard]] constexpr std::size_t branch_entry_size(std::size_t rest_size, std::uint16_t flags = 0) noexcept {
    if ((flags & kFullKeys) == 0 && rest_size <= kHeadSize) return 0;
    return kBranchEntryHeaderSize + heap_key_size(rest_size, flags);
}

/// Page bytes that these items need when built, header and prefix included.
[[nodiscard]] std::size_t leaf_size(std::span<const LeafItem> items, std::uint16_t flags = 0) noexcept;
/// The same with a prefix of that size, which all keys must share.
[[nodiscard]] std::size_t leaf_size(std::span<const LeafItem> items, std::size_t prefix_size,
                                    std::uint16_t flags) noexcept;
/// Bytes of the prefix that a build chooses.
[[nodiscard]] std::size_t prefix_size_of(std::span<const LeafItem> items, std::uint16_t flags) noexcept;
/// Page bytes that the entries of a leaf would need with a longer prefix.
[[nodiscard]] std::size_t leaf_size_with_prefix(const NodeView& leaf, std::size_t prefix_size);
[[nodiscard]] std::size_t branch_size(std::span<const BranchItem> items, std::uint16_t flags = 0) noexcept;

/// Page bytes of a leaf without its heap.
[[nodiscard]] std::size_t leaf_size_without_entries(std::size_t count, std::size_t prefix_size) noexcept;

/// Bytes that two keys have in common from the start.
[[nodiscard]] std::size_t common_prefix(ByteView a, ByteView b) noexcept;

/// The shortest key that is after `left` and not after `right`; left < right.
[[nodiscard]] ByteView separator_between(ByteView left, ByteView right) noexcept;

class NodeEditor : public NodeView {
public:
    NodeEditor(std::byte* page, std::uint32_t page_size) noexcept : NodeView(page, page_size), bytes_(page) {}

    /// Makes the page the node of exactly these items; they must fit (leaf_size() <= page size) and must not lie in
    /// it.
    void build_leaf(std::span<const LeafItem> items, std::uint16_t flags = 0) noexcept;
    /// The same with a prefix of that size, which all keys must share.
    void build_leaf(std::span<const LeafItem> items, std::size_t prefix_size, std::uint16_t flags) noexcept;
    /// The same for a branch: `first` is the child left of the first separator.
    void build_branch(std::uint8_t level, PageRef first, std::span<const BranchItem> items, std::uint16_t flags = 0,
                      std::uint64_t first_entries = 0) noexcept;

    /// The same in steps. Each entry must be given once, and all must fit: first the number of entries and their
    /// prefix; then, in any order, items whose keys are the prefix and `rest`, and entries [begin, end) of another
    /// leaf of the same flags, whose keys all have this page's prefix; its own may be shorter or longer.
    /// Error{corrupt} when those are not what they say.
    void start_leaf(std::uint32_t count, ByteView prefix, std::uint16_t flags) noexcept;
    void fill_entry(std::uint32_t index, const LeafItem& item, ByteView rest) noexcept;
    void copy_entries(std::uint32_t index, const NodeView& from, std::uint32_t begin, std::uint32_t end);

    [[nodiscard]] bool insert_entry(std::uint32_t index, const LeafItem& item) noexcept;
    void erase_entry(std::uint32_t index);
    /// Replaces the value of an entry in place when sizes allow it.
    [[nodiscard]] bool replace_value(std::uint32_t index, ByteView value, ValueKind kind);

    /// Inserts a separator at `index` with its child to the right.
    [[nodiscard]] bool insert_separator(std::uint32_t index, const BranchItem& item) noexcept;
    /// Whether a separator surely finds room once `erased` others are removed.
    [[nodiscard]] bool may_replace_separators(ByteView key, std::uint32_t erased) const noexcept;
    /// Removes a separator and the child on its left or right.
    void erase_separator(std::uint32_t index, bool child_on_right);
    void set_child(std::uint32_t index, PageRef child) noexcept;
    /// In a branch with counts; nothing in others.
    void set_entries(std::uint32_t child, std::uint64_t entries) noexcept;

    /// Just before the page is written: hints where they pay, free space zeroed, identity and checksum-free header.
    void finish(std::uint64_t page_number, TransactionId birth, std::uint16_t tree) noexcept;

private:
    NodeHeader& mutable_header() noexcept { return *reinterpret_cast<NodeHeader*>(bytes_); }
    void start(PageKind kind, std::uint8_t level, ByteView prefix, std::uint16_t flags) noexcept;
    void drop_hints() noexcept;
    void set_hints() noexcept;
    [[nodiscard]] std::size_t gap() const noexcept { return header().heap_begin - arrays_end(); }
    std::size_t push_leaf_entry(const LeafItem& item, ByteView rest) noexcept;
    std::size_t push_branch_entry(ByteView rest) noexcept;
    void open_position(std::uint32_t index, std::uint32_t head, std::uint16_t slot) noexcept;
    void close_position(std::uint32_t index) noexcept;
    void open_child(std::uint32_t index) noexcept;
    void close_child(std::uint32_t index) noexcept;

    std::byte* bytes_;
};

/// Appends the items of a node to `items`, whole keys assembled in `arena` (which must not move: reserve first
/// with key_bytes()). Values are views into the page.
void collect(const NodeView& node, std::string& arena, std::vector<LeafItem>& items);
void collect(const NodeView& node, std::string& arena, std::vector<BranchItem>& items);
/// Bytes of all whole keys of a node.
[[nodiscard]] std::size_t key_bytes(const NodeView& node);

}  // namespace cambium::kv

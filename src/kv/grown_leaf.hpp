// A leaf with one entry more than it has room for, and laying out parts of it as new leaves.
//
// Entries are copied from page to page: no key is put together. The new entry's key has the leaf's prefix, so a
// part can only have a longer one.
#pragma once

#include "kv/node_editor.hpp"

namespace cambium::kv {

/// Entries [begin, end) of a grown leaf, to be laid out with `cut` more bytes of prefix than the leaf has.
struct LeafPart {
    std::uint32_t begin;
    std::uint32_t end;
    std::size_t cut;
    std::size_t size;  ///< page bytes that they need
};

/// Views of the leaf and of the item, which must stay as they are meanwhile.
class GrownLeaf {
public:
    GrownLeaf(const NodeView& leaf, const LeafItem& item, std::uint32_t index) noexcept
        : leaf_(leaf), item_(item), rest_(item.key.substr(leaf.header().prefix_size)), index_(index) {}

    [[nodiscard]] std::uint32_t count() const noexcept { return leaf_.count() + 1; }
    /// Where to cut it in two halves by bytes, each of an entry at least.
    [[nodiscard]] std::uint32_t middle() const;
    /// Appends the whole key of entry i to `out`.
    void append_key(std::uint32_t i, std::string& out) const;
    /// These entries with the longest prefix, or with the leaf's when only that fits a page.
    [[nodiscard]] LeafPart part(std::uint32_t begin, std::uint32_t end) const;
    [[nodiscard]] bool fits(const LeafPart& part) const noexcept { return part.size <= leaf_.page_size(); }
    /// Makes `page` the leaf of these entries, which must fit.
    void build(const LeafPart& part, NodeEditor page) const;

private:
    [[nodiscard]] std::size_t heap_size(std::uint32_t i, std::size_t cut) const;
    /// Live bytes of the leaf's heap, and the four below which it begins.
    [[nodiscard]] std::size_t leaf_heap() const noexcept {
        const std::size_t heap = leaf_.page_size() - leaf_.header().heap_begin;
        return heap - std::min<std::size_t>(heap, leaf_.header().garbage);
    }
    [[nodiscard]] LeafPart part_with(std::uint32_t begin, std::uint32_t end, std::size_t cut) const;
    [[nodiscard]] std::size_t longest_cut(std::uint32_t begin, std::uint32_t end) const;

    const NodeView& leaf_;
    const LeafItem& item_;
    ByteView rest_;  ///< of the item's key, behind the prefix
    std::uint32_t index_;
};

}  // namespace cambium::kv

#include "kv/leaf_row.hpp"

namespace cambium::kv {

namespace {

// Bytes that an entry adds to a leaf with a prefix of that size.
std::size_t entry_size(const NodeView& leaf, std::uint32_t i, std::size_t prefix) {
    const LeafEntry entry = leaf.leaf_entry(i);
    const std::size_t key = leaf.header().prefix_size + entry.rest_size;
    return leaf_entry_size(key - std::min(key, prefix), entry.value.size(), leaf.header().flags);
}

}  // namespace

LeafRow::LeafRow(std::span<const NodeView> leaves) noexcept : leaves_(leaves) {
    for (const NodeView& leaf : leaves) count_ += leaf.count();
}

template <class Visitor>
void LeafRow::each_part(std::uint32_t begin, std::uint32_t end, Visitor&& visit) const {
    for (const NodeView& leaf : leaves_) {
        if (begin < leaf.count() && begin < end) visit(leaf, begin, std::min(end, leaf.count()));
        begin -= std::min(begin, leaf.count());
        end -= std::min(end, leaf.count());
    }
}

std::string LeafRow::key(std::uint32_t i) const {
    std::string key;
    each_part(i, i + 1, [&](const NodeView& leaf, std::uint32_t at, std::uint32_t) { leaf.append_key(at, key); });
    return key;
}

// As a build of items chooses it: a single key would be all prefix, and the next key would force a rebuild.
std::size_t LeafRow::shared_prefix(std::uint32_t begin, std::uint32_t end) const {
    if (leaves_.front().full_keys() || end - begin < 2) return 0;
    return common_prefix(key(begin), key(end - 1));
}

std::size_t LeafRow::size(std::uint32_t begin, std::uint32_t end) const {
    const std::size_t prefix = shared_prefix(begin, end);
    std::size_t size = leaf_size_without_entries(end - begin, prefix);
    each_part(begin, end, [&](const NodeView& leaf, std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t i = from; i < to; ++i) size += entry_size(leaf, i, prefix);
    });
    return size;
}

std::uint32_t LeafRow::middle() const {
    std::size_t half = 0;
    for (const NodeView& leaf : leaves_) half += leaf.used_bytes() - leaf.heads_offset();
    half /= 2;
    std::uint32_t cut = 0;
    std::size_t left = 0;
    bool found = false;
    each_part(0, count_, [&](const NodeView& leaf, std::uint32_t from, std::uint32_t to) {
        for (std::uint32_t i = from; i < to && !found; ++i) {
            const std::size_t size = entry_size(leaf, i, leaf.header().prefix_size) + kHeadSize + kSlotSize;
            found = left + size / 2 >= half;  // the entry in the middle goes where more of it is
            if (!found) ++cut;
            left += size;
        }
    });
    return std::clamp<std::uint32_t>(cut, 1, count_ - 1);
}

void LeafRow::build(std::uint32_t begin, std::uint32_t end, NodeEditor page) const {
    const std::string first = key(begin);
    const auto flags = static_cast<std::uint16_t>(leaves_.front().header().flags & ~kHasHints);
    page.start_leaf(end - begin, ByteView{first}.substr(0, shared_prefix(begin, end)), flags);
    std::uint32_t at = 0;
    each_part(begin, end, [&](const NodeView& leaf, std::uint32_t from, std::uint32_t to) {
        page.copy_entries(at, leaf, from, to);
        at += to - from;
    });
}

}  // namespace cambium::kv

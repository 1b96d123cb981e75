#include "kv/grown_leaf.hpp"

namespace cambium::kv {

std::size_t GrownLeaf::heap_size(std::uint32_t i, std::size_t cut) const {
    const std::uint16_t flags = leaf_.header().flags;
    if (i == index_) return leaf_entry_size(rest_.size() - std::min(cut, rest_.size()), item_.value.size(), flags);
    const std::size_t offset = leaf_.slot(i < index_ ? i : i - 1);
    if (offset < leaf_.header().heap_begin || offset + sizeof(LeafEntryHeader) > leaf_.page_size())
        throw_corrupt(leaf_.header().page_number, "an entry lies outside its heap");
    const auto entry = load<LeafEntryHeader>(leaf_.data() + offset);
    const std::size_t rest_size = entry.key_size_and_kind & kSizeMask;
    return leaf_entry_size(rest_size - std::min(cut, rest_size), entry.value_size_and_kind & kSizeMask, flags);
}

void GrownLeaf::append_key(std::uint32_t i, std::string& out) const {
    if (i == index_) {
        out.append(item_.key);
    } else {
        leaf_.append_key(i < index_ ? i : i - 1, out);
    }
}

std::size_t GrownLeaf::longest_cut(std::uint32_t begin, std::uint32_t end) const {
    if (leaf_.full_keys() || end - begin < 2) return 0;
    std::string first;
    std::string last;
    append_key(begin, first);
    append_key(end - 1, last);
    return common_prefix(first, last) - leaf_.header().prefix_size;
}

LeafPart GrownLeaf::part_with(std::uint32_t begin, std::uint32_t end, std::size_t cut) const {
    std::size_t size = leaf_size_without_entries(end - begin, leaf_.header().prefix_size + cut);
    if (end - begin == count() && cut == 0) {
        size += std::max<std::size_t>(leaf_heap(), 4) - 4 + heap_size(index_, 0);
    } else {
        for (std::uint32_t i = begin; i < end; ++i) size += heap_size(i, cut);
    }
    return {begin, end, cut, size};
}

LeafPart GrownLeaf::part(std::uint32_t begin, std::uint32_t end) const {
    const LeafPart longest = part_with(begin, end, longest_cut(begin, end));
    // A longer prefix may cost more than it saves: values are aligned.
    return longest.cut == 0 || fits(longest) ? longest : part_with(begin, end, 0);
}

std::uint32_t GrownLeaf::middle() const {
    constexpr std::size_t kArrays = kHeadSize + kSlotSize;
    const std::size_t half = (leaf_heap() + heap_size(index_, 0) + kArrays * count()) / 2;
    std::uint32_t cut = 0;
    std::size_t left = 0;
    for (std::size_t size = 0; cut < count(); ++cut, left += size) {
        size = heap_size(cut, 0) + kArrays;
        if (left + size / 2 >= half) break;
    }
    return std::clamp<std::uint32_t>(cut, 1, count() - 1);
}

void GrownLeaf::build(const LeafPart& part, NodeEditor page) const {
    std::string key;
    append_key(part.begin, key);
    const auto flags = static_cast<std::uint16_t>(leaf_.header().flags & ~kHasHints);
    page.start_leaf(part.end - part.begin, ByteView{key}.substr(0, leaf_.header().prefix_size + part.cut), flags);
    const std::uint32_t before = std::clamp(index_, part.begin, part.end);
    const bool has_item = index_ >= part.begin && index_ < part.end;
    // The item first, while there is room for certain: the entries of a damaged leaf may be more than it says.
    if (has_item) page.fill_entry(before - part.begin, item_, rest_.substr(std::min(part.cut, rest_.size())));
    page.copy_entries(0, leaf_, part.begin, before);
    if (before == part.end) return;
    page.copy_entries(before - part.begin + (has_item ? 1 : 0), leaf_, has_item ? before : before - 1,
                      part.end - 1);
}

}  // namespace cambium::kv

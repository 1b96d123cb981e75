// Nodes: reading one leaf or branch page.
//
// A NodeView looks at a page that nobody changes meanwhile. It trusts nothing: checked() proves that the arrays
// fit the page, and every entry is bounds-checked before it is followed; what contradicts itself throws
// Error{corrupt} with page number and reason. Layout: page_format.hpp, docs/format.md.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "cambium/base/bytes.hpp"
#include "kv/page_format.hpp"

namespace cambium::kv {

[[noreturn]] void throw_corrupt(std::uint64_t page_number, const char* reason);

template <class T>
[[nodiscard]] inline T load(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// The head of what follows a page's prefix: its first four bytes, zero-padded, comparable as a number.
[[nodiscard]] inline std::uint32_t head_of(ByteView rest) noexcept {
    std::uint32_t head = 0;
    if (rest.size() >= kHeadSize) {
        std::memcpy(&head, rest.data(), kHeadSize);
    } else {
        std::memcpy(&head, rest.data(), rest.size());
    }
    return __builtin_bswap32(head);
}

/// Whether `size` bytes are equal; short runs, as prefixes are, without a call.
[[nodiscard]] inline bool equal_bytes(const char* a, const char* b, std::size_t size) noexcept {
    const auto word = [](const char* from) noexcept {
        std::uint64_t value;
        std::memcpy(&value, from, sizeof value);
        return value;
    };
    if (size > 16) return std::memcmp(a, b, size) == 0;
    if (size >= 8) return word(a) == word(b) && word(a + size - 8) == word(b + size - 8);
    for (std::size_t i = 0; i < size; ++i)
        if (a[i] != b[i]) return false;
    return true;
}

/// The order of two keys: negative, zero or positive.
using KeyCompare = int (*)(ByteView, ByteView);

/// Where a key is, or would be inserted, in a node.
struct Position {
    std::uint32_t index;
    bool exact;
};

/// One entry of a leaf. Views live as long as the page.
struct LeafEntry {
    ByteView value;  ///< the bytes stored in the leaf: the value, or a RunReference
    ValueKind kind;
    std::uint32_t rest_size;  ///< key bytes behind the prefix
    ByteView tail;            ///< key bytes behind prefix and head
};

class NodeView {
public:
    /// Refers to nothing, and is not initialised: paths hold many that are never used.
    NodeView() = default;
    NodeView(const std::byte* page, std::uint32_t page_size) noexcept : page_(page), page_size_(page_size) {}

    /// Why the page cannot be read as a node, or nullptr. O(1).
    [[nodiscard]] const char* structure_error() const noexcept {
        const NodeHeader& h = header();
        if (h.kind != PageKind::leaf && h.kind != PageKind::branch) return "it is not a node";
        if ((h.kind == PageKind::leaf) != (h.level == 0)) return "its level contradicts its kind";
        if ((h.flags & ~kHasHints) != 0) [[unlikely]]
            return structure_error_with_flags();
        const std::size_t end = children_offset() + (is_leaf() ? 0 : kChildSize * (count() + 1));
        if (h.heap_begin > page_size_ || end > h.heap_begin) return kArraysOverlap;
        return nullptr;
    }

    [[nodiscard]] const std::byte* data() const noexcept { return page_; }
    [[nodiscard]] const NodeHeader& header() const noexcept { return *reinterpret_cast<const NodeHeader*>(page_); }
    [[nodiscard]] std::uint32_t page_size() const noexcept { return page_size_; }
    [[nodiscard]] bool is_leaf() const noexcept { return header().kind == PageKind::leaf; }
    [[nodiscard]] std::uint32_t count() const noexcept { return header().count; }
    [[nodiscard]] ByteView prefix() const noexcept {
        return {reinterpret_cast<const char*>(page_) + sizeof(NodeHeader), header().prefix_size};
    }

    // Offsets of the arrays.
    [[nodiscard]] std::size_t hints_offset() const noexcept {
        return (sizeof(NodeHeader) + header().prefix_size + 3) / 4 * 4;
    }
    [[nodiscard]] std::size_t heads_offset() const noexcept {
        return hints_offset() + ((header().flags & kHasHints) != 0 ? kHintSize : 0);
    }
    [[nodiscard]] std::size_t slots_offset() const noexcept { return heads_offset() + kHeadSize * count(); }
    [[nodiscard]] std::size_t children_offset() const noexcept { return slots_offset() + kSlotSize * count(); }
    [[nodiscard]] std::size_t arrays_end() const noexcept {
        return children_offset() + (is_leaf() ? 0 : child_size() * (count() + 1));
    }
    /// Of a branch with counts.
    [[nodiscard]] std::size_t counts_offset() const noexcept {
        return children_offset() + kChildSize * (count() + 1);
    }
    [[nodiscard]] bool full_keys() const noexcept { return (header().flags & kFullKeys) != 0; }
    [[nodiscard]] bool counted() const noexcept { return (header().flags & kHasCounts) != 0; }
    /// Bytes of a branch per child, without its separator and slot.
    [[nodiscard]] std::size_t child_size() const noexcept { return kChildSize << (counted() ? 1 : 0); }

    [[nodiscard]] const std::uint32_t* heads() const noexcept {
        return reinterpret_cast<const std::uint32_t*>(page_ + heads_offset());
    }
    [[nodiscard]] std::uint16_t slot(std::uint32_t i) const noexcept {
        return load<std::uint16_t>(page_ + slots_offset() + kSlotSize * i);
    }
    /// Child i of a branch, 0 <= i <= count().
    [[nodiscard]] PageRef child(std::uint32_t i) const noexcept {
        return load<PageRef>(page_ + children_offset() + kChildSize * i);
    }

    /// Entries below child i of a branch with counts; 0 in others.
    [[nodiscard]] std::uint64_t entries_below(std::uint32_t i) const noexcept {
        return !counted() ? 0 : load<std::uint64_t>(page_ + counts_offset() + kEntryCountSize * i);
    }
    /// Entries below a branch with counts; 0 in other nodes.
    [[nodiscard]] std::uint64_t entries() const noexcept {
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i <= count(); ++i) sum += entries_below(i);
        return sum;
    }

    /// Entry i of a leaf.
    [[nodiscard]] LeafEntry leaf_entry(std::uint32_t i) const { return leaf_entry_at(slot(i)); }
    /// The entry that a slot refers to.
    [[nodiscard]] LeafEntry leaf_entry_at(std::size_t offset) const {
        if (offset < header().heap_begin || offset + sizeof(LeafEntryHeader) > page_size_) bad_entry();
        const auto entry = load<LeafEntryHeader>(page_ + offset);
        const std::uint32_t rest_size = entry.key_size_and_kind & kSizeMask;
        const std::uint32_t value_size = entry.value_size_and_kind & kSizeMask;
        const std::uint32_t head_size = std::min(rest_size, std::uint32_t{kHeadSize});
        const std::uint32_t skipped = full_keys() ? head_size : 0;
        const std::uint32_t tail_size = rest_size - head_size;
        const std::size_t value_offset = offset + sizeof(LeafEntryHeader);
        if (value_offset + value_size + skipped + tail_size > page_size_) bad_entry();
        const char* value = reinterpret_cast<const char*>(page_) + value_offset;
        const auto kind =
            static_cast<ValueKind>((entry.key_size_and_kind >> 15) * 2 + (entry.value_size_and_kind >> 15));
        return {{value, value_size}, kind, rest_size, {value + value_size + skipped, tail_size}};
    }

    /// The key of entry or separator i behind prefix and head, and its size behind the prefix.
    struct KeyRest {
        std::uint32_t size;
        ByteView tail;
    };
    [[nodiscard]] KeyRest key_rest(std::uint32_t i) const {
        if (is_leaf()) {
            const LeafEntry entry = leaf_entry(i);
            return {entry.rest_size, entry.tail};
        }
        if (full_keys()) {
            const ByteView key = full_key(i);
            return {static_cast<std::uint32_t>(key.size()), key.substr(std::min(key.size(), kHeadSize))};
        }
        const std::size_t offset = slot(i);
        if (offset <= kHeadSize) return {static_cast<std::uint32_t>(offset), {}};
        if (offset < header().heap_begin || offset + kBranchEntryHeaderSize > page_size_) bad_entry();
        const std::uint32_t size = load<std::uint16_t>(page_ + offset);
        if (size <= kHeadSize || offset + kBranchEntryHeaderSize + size - kHeadSize > page_size_) bad_entry();
        return {size, {reinterpret_cast<const char*>(page_) + offset + kBranchEntryHeaderSize, size - kHeadSize}};
    }

    /// The whole key of entry or separator i, in a node with full keys.
    [[nodiscard]] ByteView full_key(std::uint32_t i) const {
        if (!full_keys()) throw_corrupt(header().page_number, "it lacks the whole keys that its tree needs");
        if (is_leaf()) {
            const LeafEntry entry = leaf_entry(i);
            return {entry.value.data() + entry.value.size(), entry.rest_size};
        }
        const std::size_t offset = slot(i);
        if (offset < header().heap_begin || offset + kBranchEntryHeaderSize > page_size_) bad_entry();
        const std::size_t size = load<std::uint16_t>(page_ + offset);
        if (offset + kBranchEntryHeaderSize + size > page_size_) bad_entry();
        return {reinterpret_cast<const char*>(page_) + offset + kBranchEntryHeaderSize, size};
    }

    /// Appends the whole key of entry or separator i to `out`.
    void append_key(std::uint32_t i, std::string& out) const {
        const KeyRest rest = key_rest(i);
        const ByteView common = prefix();
        const std::uint32_t head = __builtin_bswap32(heads()[i]);
        const std::size_t at = out.size();
        const std::size_t head_size = std::min<std::size_t>(rest.size, kHeadSize);
        // Never longer than the key, not even for a moment: collect() relies on the capacity it reserved.
        out.resize(at + common.size() + head_size + rest.tail.size());
        char* to = out.data() + at;
        std::memcpy(to, common.data(), common.size());
        to += common.size();
        for (std::size_t byte = 0; byte < head_size; ++byte) to[byte] = static_cast<char>(head >> 8 * byte);
        if (!rest.tail.empty()) std::memcpy(to + kHeadSize, rest.tail.data(), rest.tail.size());
    }

    /// The first entry at or after `key`.
    [[nodiscard]] Position lower_bound(ByteView key) const {
        const ByteView common = prefix();
        if (key.size() < common.size() || !equal_bytes(key.data(), common.data(), common.size())) [[unlikely]]
            return {key < common ? 0 : count(), false};
        const ByteView rest{key.data() + common.size(), key.size() - common.size()};
        const std::uint32_t head = head_of(rest);
        const std::uint32_t* heads = this->heads();
        std::uint32_t index = head_lower_bound(heads, head);
        const std::uint32_t total = count();
        if (index == total || heads[index] != head) return {index, false};
        std::uint32_t end = index + 1;
        if (end < total && heads[end] == head) end = equal_heads_end(heads, index, head);
        while (index < end) {
            const std::uint32_t middle = index + (end - index) / 2;
            const int order = compare_rest(rest, middle);
            if (order == 0) return {middle, true};
            if (order < 0) {
                end = middle;
            } else {
                index = middle + 1;
            }
        }
        return {index, false};
    }

    /// Whether a key is behind every entry of a node that has one, as far as prefix and heads tell.
    [[nodiscard]] bool surely_behind_all(ByteView key) const noexcept {
        const ByteView common = prefix();
        return key.size() >= common.size() && equal_bytes(key.data(), common.data(), common.size()) &&
               heads()[count() - 1] < head_of(key.substr(common.size()));
    }

    /// The same in another order than that of bytes; the node must have full keys.
    [[nodiscard]] Position lower_bound(ByteView key, KeyCompare compare) const {
        std::uint32_t begin = 0;
        std::uint32_t end = count();
        while (begin < end) {
            const std::uint32_t middle = begin + (end - begin) / 2;
            const int order = compare(key, full_key(middle));
            if (order == 0) return {middle, true};
            if (order < 0) {
                end = middle;
            } else {
                begin = middle + 1;
            }
        }
        return {begin, false};
    }

    /// The child of a branch whose range holds `key`: the number of separators at or before it.
    [[nodiscard]] std::uint32_t child_index(ByteView key) const {
        const Position position = lower_bound(key);
        return position.index + (position.exact ? 1 : 0);
    }

    /// Bytes of arrays and live heap: what a rebuild with the same prefix needs, header included.
    [[nodiscard]] std::size_t used_bytes() const noexcept {
        return arrays_end() + (page_size_ - header().heap_begin) - header().garbage;
    }

protected:
    [[noreturn]] void bad_entry() const { throw_corrupt(header().page_number, "an entry lies outside its heap"); }

private:
    static constexpr const char* kArraysOverlap = "its arrays overlap its heap";

    // Apart, so that nodes of ordinary trees are looked at without a saved register.
    [[gnu::noinline]] const char* structure_error_with_flags() const noexcept {
        const NodeHeader& h = header();
        const int known = is_leaf() ? kHasHints | kFullKeys : kHasHints | kFullKeys | kHasCounts;
        if ((h.flags & ~known) != 0) return "it has flags that this version does not know";
        if (full_keys() && h.prefix_size != 0) return "it has both whole keys and a prefix";
        return h.heap_begin > page_size_ || arrays_end() > h.heap_begin ? kArraysOverlap : nullptr;
    }

    [[nodiscard]] std::uint32_t head_lower_bound(const std::uint32_t* heads, std::uint32_t head) const noexcept {
        const std::uint32_t total = count();
        std::uint32_t low = 0;
        std::uint32_t high = total;
        if ((header().flags & kHasHints) != 0) {
            const auto* hints = reinterpret_cast<const std::uint32_t*>(page_ + hints_offset());
            std::uint32_t below = 0;
            for (std::size_t i = 0; i < kHintCount; ++i) below += hints[i] < head ? 1U : 0U;
            constexpr auto kIntervals = static_cast<std::uint32_t>(kHintCount) + 1;
            if (below > 0) low = below * total / kIntervals + 1;
            if (below < kHintCount) high = (below + 1) * total / kIntervals;
        }
        const std::uint32_t* base = heads + low;
        std::uint32_t size = high > low ? high - low : 0;
        while (size > 1) {
            const std::uint32_t half = size / 2;
            base += base[half - 1] < head ? half : 0;
            size -= half;
        }
        if (size == 1 && *base < head) ++base;
        return static_cast<std::uint32_t>(base - heads);
    }

    [[nodiscard]] std::uint32_t equal_heads_end(const std::uint32_t* heads, std::uint32_t from,
                                                std::uint32_t head) const noexcept {
        return static_cast<std::uint32_t>(std::upper_bound(heads + from, heads + count(), head) - heads);
    }

    // Order of `rest` against entry i, whose head is equal. Zero padding is resolved by the sizes.
    [[nodiscard]] int compare_rest(ByteView rest, std::uint32_t i) const {
        const KeyRest other = key_rest(i);
        const ByteView tail = rest.size() > kHeadSize ? rest.substr(kHeadSize) : ByteView{};
        if (const int order = tail.compare(other.tail); order != 0) return order;
        return rest.size() == other.size ? 0 : rest.size() < other.size ? -1 : 1;
    }

    const std::byte* page_;
    std::uint32_t page_size_;
};

}  // namespace cambium::kv

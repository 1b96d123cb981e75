// Nodes: reading one leaf or branch page.
//
// A NodeView looks at a page that nobody changes meanwhile. It trusts nothing: checked() proves that the arrays
// fit the page, and every entry is bounds-checked before it is followed; what contradicts itself throws
// Error{corrupt} with page number and reason. Layout: page_format.hpp, docs/format.md.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "cambium/base/bytes.hpp"
#include "kv/head_search.hpp"
#include "kv/page_format.hpp"

namespace cambium::kv {

inline constexpr std::size_t kCacheLine = 64;  ///< bytes

[[noreturn]] void throw_corrupt(std::uint64_t page_number, const char* reason);

template <class T>
[[nodiscard]] inline T load(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// The head of what follows a page's prefix: its first four bytes, zero-padded, comparable as a number.
[[nodiscard]] inline std::uint32_t head_of(ByteView rest) noexcept {
    if (rest.size() >= kHeadSize) [[likely]] {
        std::uint32_t head;
        std::memcpy(&head, rest.data(), kHeadSize);
        return __builtin_bswap32(head);
    }
    if (rest.empty()) return 0;
    // One to three bytes, some of them taken twice: no loop, and no call.
    const auto byte = [&](std::size_t i) noexcept {
        return std::uint32_t{static_cast<unsigned char>(rest[i])} << (24 - 8 * i);
    };
    return byte(0) | byte(rest.size() / 2) | byte(rest.size() - 1);
}

/// Whether `size` bytes are equal; short runs, as prefixes are, without a call.
[[nodiscard]] inline bool equal_bytes(const char* a, const char* b, std::size_t size) noexcept {
    const auto ends_equal = [&]<class Word>(Word) noexcept {
        const auto word = [](const char* from) noexcept {
            Word value;
            std::memcpy(&value, from, sizeof value);
            return value;
        };
        const std::size_t last = size - sizeof(Word);
        return word(a) == word(b) && word(a + last) == word(b + last);
    };
    if (size > 16) return std::memcmp(a, b, size) == 0;
    if (size >= 8) return ends_equal(std::uint64_t{});
    if (size >= 4) return ends_equal(std::uint32_t{});
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
    /// The first child of a branch at or after `from` that is dirty; count() + 1 when there is none.
    [[nodiscard]] std::uint32_t dirty_child(std::uint32_t from) const noexcept {
        constexpr std::uint32_t kGroup = 8;  // few of many: one look at the top bits of several
        const std::byte* children = page_ + children_offset();
        const std::uint32_t end = count() + 1;
        const auto any_dirty = [&](std::uint32_t first) {
            PageRef all = 0;
            for (std::uint32_t i = 0; i < kGroup; ++i) all |= load<PageRef>(children + kChildSize * (first + i));
            return (all & kDirtyBit) != 0;
        };
        while (from + kGroup <= end && !any_dirty(from)) from += kGroup;
        while (from < end && (load<PageRef>(children + kChildSize * from) & kDirtyBit) == 0) ++from;
        return from;
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

    /// The entries or separators whose heads equal that of a key; none when begin == end.
    struct Candidates {
        std::uint32_t begin;
        std::uint32_t end;
        ByteView rest;  ///< of the key, behind the prefix
    };
    [[nodiscard, gnu::always_inline]] Candidates candidates(ByteView key) const {
        const ByteView common = prefix();
        if (key.size() < common.size() || !equal_bytes(key.data(), common.data(), common.size())) [[unlikely]] {
            const std::uint32_t place = key < common ? 0 : count();
            return {place, place, {}};
        }
        const ByteView rest{key.data() + common.size(), key.size() - common.size()};
        const std::uint32_t head = head_of(rest);
        const std::uint32_t* heads = this->heads();
        const std::uint32_t begin = head_lower_bound(heads, head);
        const std::uint32_t total = count();
        if (begin == total || heads[begin] != head) return {begin, begin, rest};
        const bool more = begin + 1 < total && heads[begin + 1] == head;
        return {begin, more ? equal_heads_end(heads, begin + 1, head) : begin + 1, rest};
    }

    /// The first entry at or after `key`.
    [[nodiscard]] Position lower_bound(ByteView key) const {
        auto [begin, end, rest] = candidates(key);
        while (begin < end) {
            const std::uint32_t middle = begin + (end - begin) / 2;
            const KeyRest other = key_rest(middle);
            const int order = compare_rest(rest, other.size, other.tail);
            if (order == 0) return {middle, true};
            if (order < 0) {
                end = middle;
            } else {
                begin = middle + 1;
            }
        }
        return {begin, false};
    }

    /// The entry of a leaf that has exactly this key, if any.
    [[nodiscard]] std::optional<LeafEntry> find_entry(ByteView key) const { return find_entry(candidates(key)); }
    [[nodiscard]] std::optional<LeafEntry> find_entry(Candidates among) const {
        while (among.begin < among.end) {
            const std::uint32_t middle = among.begin + (among.end - among.begin) / 2;
            const LeafEntry entry = leaf_entry(middle);
            const int order = compare_rest(among.rest, entry.rest_size, entry.tail);
            if (order == 0) return entry;
            if (order < 0) {
                among.end = middle;
            } else {
                among.begin = middle + 1;
            }
        }
        return std::nullopt;
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
        constexpr std::uint32_t kWindow = 16;
        if ((header().flags & kHasHints) == 0 || total < kWindow) return heads_below(heads, total, head);
        const auto* hints = reinterpret_cast<const std::uint32_t*>(page_ + hints_offset());
        const std::uint32_t below = groups_below(hints, kHintCount / kHeadLanes, head);
        constexpr auto kIntervals = static_cast<std::uint32_t>(kHintCount) + 1;
        const std::uint32_t low = below > 0 ? below * total / kIntervals + 1 : 0;
        const std::uint32_t high = below < kHintCount ? (below + 1) * total / kIntervals : total;
        // As many heads as a page of 4 KiB has between two hints, always: a loop of fixed length. Those before
        // `low` lie below, too.
        if (high > low + kWindow) return low + heads_below(heads + low, high - low, head);
        const std::uint32_t window = std::min(low, total - kWindow);
        return window + groups_below(heads + window, kWindow / kHeadLanes, head);
    }

    [[nodiscard]] std::uint32_t equal_heads_end(const std::uint32_t* heads, std::uint32_t from,
                                                std::uint32_t head) const noexcept {
        return static_cast<std::uint32_t>(std::upper_bound(heads + from, heads + count(), head) - heads);
    }

    // Order of what is behind the prefix of two keys whose heads are equal. Zero padding is resolved by the sizes.
    [[nodiscard]] static int compare_rest(ByteView rest, std::uint32_t size, ByteView tail) noexcept {
        const ByteView own_tail = rest.size() > kHeadSize ? rest.substr(kHeadSize) : ByteView{};
        if (const int order = own_tail.compare(tail); order != 0) return order;
        return rest.size() == size ? 0 : rest.size() < size ? -1 : 1;
    }

    const std::byte* page_;
    std::uint32_t page_size_;
};

}  // namespace cambium::kv

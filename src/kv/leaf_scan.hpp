// The entries of one leaf, one after the other: what a cursor of a read transaction does most.
//
// The leaf's arrays are found once, and of a key only what differs from the one before is put together: the page's
// prefix stays. Every entry is bounds-checked like those of NodeView. Only for leaves that nobody changes.
#pragma once

#include <memory>

#include "kv/node.hpp"

namespace cambium::kv {

class LeafScan {
public:
    /// At entry `index` of a leaf that has it, on the way forward or back. `ahead`: the page that is probably
    /// wanted when this one is done; each move has a part of it fetched, so that it is there then.
    void open(const NodeView& leaf, std::uint32_t index, bool forward, const std::byte* ahead) {
        leaf_ = leaf;
        ahead_ = ahead;
        heads_ = leaf.heads();
        slots_ = leaf.data() + leaf.slots_offset();
        count_ = leaf.count();
        prefix_is_there_ = false;
        ahead_step_ = leaf.page_size() / (forward ? count_ - index : index + 1);
        if (leaf.data() != expected_) fetch_entries(index + 1);
        expected_ = ahead;
        go(index);
    }
    [[nodiscard]] bool has_next() const noexcept { return index_ + 1 < count_; }
    [[nodiscard]] bool has_previous() const noexcept { return index_ > 0; }
    void next() { go(index_ + 1); }
    void previous() { go(index_ - 1); }
    [[nodiscard]] const LeafEntry& entry() const noexcept { return entry_; }

    /// The key. It lives until the next call or move.
    [[nodiscard]] ByteView key() {
        if (leaf_.full_keys()) return {entry_.value.data() + entry_.value.size(), entry_.rest_size};
        const std::size_t prefix_size = leaf_.header().prefix_size;
        if (!prefix_is_there_) put_prefix();
        char* to = key_.get() + prefix_size;
        const std::uint32_t head = __builtin_bswap32(heads_[index_]);
        std::memcpy(to, &head, sizeof head);
        copy_short(to + sizeof head, entry_.tail);
        return {key_.get(), prefix_size + entry_.rest_size};
    }

private:
    void go(std::uint32_t index) {
        // Never so much at once that the processor waits for it.
        constexpr std::uint32_t kMost = 6 * kCacheLine;
        for (std::uint32_t at = 0; at < std::min(ahead_step_, kMost); at += kCacheLine)
            __builtin_prefetch(ahead_ + at);
        ahead_ += ahead_step_;
        entry_ = leaf_.leaf_entry_at(load<std::uint16_t>(slots_ + kSlotSize * index));
        index_ = index;
    }

    // Nobody has asked for this leaf ahead of time: at least the next entries come together.
    void fetch_entries(std::uint32_t from) const {
        for (std::uint32_t i = from; i < std::min(count_, from + 7); ++i) {
            const std::byte* entry = leaf_.data() + load<std::uint16_t>(slots_ + kSlotSize * i);
            __builtin_prefetch(entry);
            __builtin_prefetch(entry + kCacheLine);
        }
    }

    // Prefix and tail lie in one page, apart from each other, so both fit a page.
    [[gnu::noinline]] void put_prefix() {
        const std::size_t needed = leaf_.page_size() + kHeadSize;
        if (key_ == nullptr) key_ = std::make_unique_for_overwrite<char[]>(needed);
        const ByteView prefix = leaf_.prefix();
        std::memcpy(key_.get(), prefix.data(), prefix.size());
        prefix_is_there_ = true;
    }

    static void copy_short(char* to, ByteView from) noexcept {
        const std::size_t size = from.size();
        if (size == 0) return;
        if (size < 8 || size > 16) {
            std::memcpy(to, from.data(), size);
            return;
        }
        std::uint64_t first;
        std::uint64_t last;
        std::memcpy(&first, from.data(), 8);
        std::memcpy(&last, from.data() + size - 8, 8);
        std::memcpy(to, &first, 8);
        std::memcpy(to + size - 8, &last, 8);
    }

    NodeView leaf_;
    const std::uint32_t* heads_ = nullptr;
    const std::byte* slots_ = nullptr;
    std::uint32_t count_ = 0;
    std::uint32_t index_ = 0;
    std::uint32_t ahead_step_ = 0;
    const std::byte* ahead_ = nullptr;
    const std::byte* expected_ = nullptr;
    bool prefix_is_there_ = false;
    LeafEntry entry_{};
    std::unique_ptr<char[]> key_;
};

}  // namespace cambium::kv

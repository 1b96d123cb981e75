// A bit per page of the file. Thread rule: one thread at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "kv/page_format.hpp"

namespace cambium::kv {

class PageBits {
public:
    /// Pages at or beyond `page_count` are forgotten; new ones have bit 0.
    void resize(std::uint64_t page_count) {
        words_.resize((page_count + 63) / 64, 0);
        if (page_count % 64 != 0) words_.back() &= ~(~std::uint64_t{0} << page_count % 64);
    }
    void clear() noexcept { words_.clear(); }

    [[nodiscard]] bool test(std::uint64_t page) const noexcept {
        return page / 64 < words_.size() && (words_[page / 64] >> page % 64 & 1U) != 0;
    }
    /// The first page in [from, to) with this bit, or `to`. Inside the size only. O((to - from) / 64).
    [[nodiscard]] std::uint64_t find(std::uint64_t from, std::uint64_t to, bool value) const noexcept {
        const std::uint64_t flip = value ? 0 : ~std::uint64_t{0};
        for (std::uint64_t page = from; page < to; page = (page / 64 + 1) * 64)
            if (const std::uint64_t rest = (words_[page / 64] ^ flip) >> page % 64; rest != 0)
                return std::min(to, page + static_cast<std::uint64_t>(std::countr_zero(rest)));
        return to;
    }
    /// The first of `count` pages in a row in [from, to) that have bit 1, or `to`. Inside the size only. O((to -
    /// from) / 64): all places in a word are looked at together.
    [[nodiscard]] std::uint64_t find_run(std::uint64_t from, std::uint64_t to, std::uint64_t count) const noexcept {
        if (count > 64) {
            for (std::uint64_t first = find(from, to, true); first + count <= to;) {
                const std::uint64_t stop = find(first, first + count, false);
                if (stop == first + count) return first;
                first = find(stop, to, true);
            }
            return to;
        }
        for (std::uint64_t page = from; page + count <= to; page = (page / 64 + 1) * 64) {
            // Bit i of `low`: whether `width` pages from there on, in this word and the next, have the bit.
            std::uint64_t low = words_[page / 64] & ~std::uint64_t{0} << page % 64;
            std::uint64_t high = page / 64 + 1 < words_.size() ? words_[page / 64 + 1] : 0;
            for (std::uint64_t width = 1; width < count && low != 0;) {
                const std::uint64_t step = std::min(width, count - width);
                low &= low >> step | high << (64 - step);
                high &= high >> step;
                width += step;
            }
            if (low == 0) continue;
            const std::uint64_t first = page / 64 * 64 + static_cast<std::uint64_t>(std::countr_zero(low));
            return first + count <= to ? first : to;
        }
        return to;
    }
    /// Gives every page of the extent this bit.
    void assign(Extent extent, bool value) noexcept {
        const std::uint64_t end = extent.first_page + extent.page_count;
        for (std::uint64_t page = extent.first_page; page < end;) {
            const std::uint64_t stop = std::min(end, (page / 64 + 1) * 64);
            const std::uint64_t mask = ~std::uint64_t{0} >> (64 - (stop - page)) << page % 64;
            words_[page / 64] = value ? words_[page / 64] | mask : words_[page / 64] & ~mask;
            page = stop;
        }
    }
    /// Calls visit(extent) for each run of pages with this bit inside an extent, in order; visit may change them.
    template <class Visitor>
    void each_run(Extent extent, bool value, Visitor&& visit) const {
        const std::uint64_t end = extent.first_page + extent.page_count;
        for (std::uint64_t page = find(extent.first_page, end, value); page < end;) {
            const std::uint64_t stop = find(page, end, !value);
            visit(Extent{page, stop - page});
            page = find(stop, end, value);
        }
    }

private:
    std::vector<std::uint64_t> words_;
};

}  // namespace cambium::kv

#include "kv/free_pages.hpp"

namespace cambium::kv {

void FreePages::clear() {
    page_count_ = 0;
    count_ = 0;
    offered_ = 0;
    ceiling_ = kNoSegment;
    run_end_ = 0;
    onward_ = 0;
    empty_segments_ = 0;
    withdrawn_ = 0;
    withdrawn_free_ = 0;
    bits_.clear();
    segments_.clear();
    buckets_.assign(kBuckets, kNoSegment);
    spans_.clear();
    spans_by_length_.clear();
}

void FreePages::resize(std::uint64_t page_count) {
    if (page_count < page_count_) {
        assign({page_count, page_count_ - page_count}, false);
        // What is left of a segment is a new segment.
        for (std::uint64_t s = page_count / kSegmentPages; s < segments_.size(); ++s)
            if (segments_[s].withdrawn) set_withdrawn(static_cast<SegmentNumber>(s), false);
        onward_ = std::min(onward_, page_count);
    }
    bits_.resize(page_count);
    segments_.resize((page_count + kSegmentPages - 1) / kSegmentPages);
    page_count_ = page_count;
}

Extent FreePages::pages_of(SegmentNumber segment) const noexcept {
    const std::uint64_t first = segment * kSegmentPages;
    return {first, std::min(page_count_ - first, kSegmentPages)};
}

void FreePages::assign(Extent extent, bool free) {
    // The end of what was just taken is given back: the next pages are to follow what stays.
    if (free && extent.first_page + extent.page_count == onward_) onward_ = extent.first_page;
    bits_.each_run(extent, !free, [&](Extent run) { flip(run, free); });
}

void FreePages::flip(Extent extent, bool free) {
    bits_.assign(extent, free);
    count_ = free ? count_ + extent.page_count : count_ - extent.page_count;
    const std::uint64_t end = extent.first_page + extent.page_count;
    for (std::uint64_t page = extent.first_page; page < end;) {
        const auto segment = static_cast<SegmentNumber>(page / kSegmentPages);
        const std::uint64_t stop = std::min(end, (page / kSegmentPages + 1) * kSegmentPages);
        Segment& s = segments_[segment];
        const std::uint64_t before = s.free;
        const std::uint64_t after = free ? before + (stop - page) : before - (stop - page);
        const bool moves = before == 0 || after == 0 || before == kSegmentPages || after == kSegmentPages ||
                           bucket_of(before) != bucket_of(after);
        if (moves) unlink(segment);
        s.free = static_cast<std::uint16_t>(after);
        if (moves) {
            link(segment);
        } else if (is_offered(segment)) {
            offered_ = offered_ - before + after;
        }
        if (s.withdrawn) {
            withdrawn_free_ = withdrawn_free_ - before + after;
            if (after >= kEmptied) set_withdrawn(segment, false);
        }
        page = stop;
    }
}

void FreePages::link(SegmentNumber segment) {
    Segment& s = segments_[segment];
    if (s.free == 0 || !is_offered(segment)) return;
    offered_ += s.free;
    if (s.free >= kEmptied) ++empty_segments_;
    SegmentNumber& head = buckets_[bucket_of(s.free)];
    s.previous = kNoSegment;
    s.next = head;
    if (head != kNoSegment) segments_[head].previous = segment;
    head = segment;
    if (s.free == kSegmentPages) join_span(segment);
}

void FreePages::unlink(SegmentNumber segment) {
    const Segment& s = segments_[segment];
    if (s.free == 0 || !is_offered(segment)) return;
    offered_ -= s.free;
    if (s.free >= kEmptied) --empty_segments_;
    (s.previous != kNoSegment ? segments_[s.previous].next : buckets_[bucket_of(s.free)]) = s.next;
    if (s.next != kNoSegment) segments_[s.next].previous = s.previous;
    if (s.free == kSegmentPages) split_span(segment);
}

void FreePages::add_span(SegmentNumber first, SegmentNumber length) {
    if (length == 0) return;
    spans_.emplace(first, length);
    spans_by_length_.emplace(length, first);
}

void FreePages::remove_span(SegmentNumber first, SegmentNumber length) {
    spans_.erase(first);
    spans_by_length_.erase({length, first});
}

void FreePages::join_span(SegmentNumber segment) {
    SegmentNumber first = segment;
    SegmentNumber length = 1;
    if (const auto right = spans_.find(segment + 1); right != spans_.end()) {
        length += right->second;
        remove_span(segment + 1, right->second);
    }
    if (auto left = spans_.lower_bound(segment); left != spans_.begin()) {
        --left;
        if (left->first + left->second == segment) {
            first = left->first;
            length += left->second;
            remove_span(first, left->second);
        }
    }
    add_span(first, length);
}

void FreePages::split_span(SegmentNumber segment) {
    const auto span = std::prev(spans_.upper_bound(segment));
    const auto [first, length] = *span;
    remove_span(first, length);
    add_span(first, segment - first);
    add_span(segment + 1, first + length - segment - 1);
}

void FreePages::set_ceiling(std::uint64_t page, std::uint64_t run_end) {
    const auto wanted =
        page == kNoCeiling ? kNoSegment : static_cast<SegmentNumber>((page + kSegmentPages - 1) / kSegmentPages);
    const auto end = static_cast<SegmentNumber>(segments_.size());
    const SegmentNumber before = std::min(ceiling_, end);
    const SegmentNumber after = std::min(wanted, end);
    for (SegmentNumber segment = after; segment < before; ++segment) unlink(segment);
    ceiling_ = wanted;
    run_end_ = run_end;
    next_above_ = 0;
    for (SegmentNumber segment = before; segment < after; ++segment) link(segment);
}

std::uint64_t FreePages::used_end() const noexcept {
    for (auto segment = static_cast<SegmentNumber>(segments_.size()); segment-- > 0;) {
        const Extent pages = pages_of(segment);
        if (segments_[segment].free == pages.page_count) continue;
        return pages.first_page + pages.page_count - free_before(pages.first_page + pages.page_count);
    }
    return 0;
}

std::uint64_t FreePages::used_from(std::uint64_t page) const noexcept {
    std::uint64_t used = 0;
    for (auto segment = static_cast<SegmentNumber>(page / kSegmentPages); segment < segments_.size(); ++segment)
        used += pages_of(segment).page_count - segments_[segment].free;
    return used;
}

// Free pages that end just before `page`, as far as one segment reaches.
std::uint64_t FreePages::free_before(std::uint64_t page) const noexcept {
    std::uint64_t free = 0;
    while (free < kSegmentPages && free < page && bits_.test(page - 1 - free)) ++free;
    return free;
}

// ---- Emptying segments ------------------------------------------------------------------------------------

void FreePages::set_withdrawn(SegmentNumber segment, bool withdrawn) {
    Segment& s = segments_[segment];
    unlink(segment);
    s.withdrawn = withdrawn;
    link(segment);
    withdrawn_ = withdrawn ? withdrawn_ + 1 : withdrawn_ - 1;
    withdrawn_free_ = withdrawn ? withdrawn_free_ + s.free : withdrawn_free_ - s.free;
}

void FreePages::withdraw(std::uint64_t pages) {
    for (std::size_t bucket = kBuckets; bucket-- > bucket_of(kWorthEmptying);)
        for (SegmentNumber s = buckets_[bucket]; s != kNoSegment && used_in_withdrawn() < pages;) {
            const SegmentNumber next = segments_[s].next;
            const bool current = s == (onward_ - std::min<std::uint64_t>(onward_, 1)) / kSegmentPages;
            if (!current && segments_[s].free < kEmptied && pages_of(s).page_count == kSegmentPages)
                set_withdrawn(s, true);
            s = next;
        }
}

void FreePages::offer_withdrawn() {
    for (SegmentNumber s = 0; withdrawn_ > 0; ++s)
        if (segments_[s].withdrawn) set_withdrawn(s, false);
}

// ---- Taking -----------------------------------------------------------------------------------------------

std::optional<Extent> FreePages::take_run(std::uint64_t pages) {
    const std::optional<Extent> run = find_run(pages);
    if (!run.has_value()) return run;
    flip(*run, false);
    onward_ = run->first_page + pages;
    return run;
}

std::optional<Extent> FreePages::take_value_run(std::uint64_t pages) {
    std::optional<Extent> run = find_run(pages);
    if (!run.has_value()) run = find_above_ceiling(pages);
    if (run.has_value()) flip(*run, false);
    return run;
}

std::optional<Extent> FreePages::find_run(std::uint64_t pages) {
    if (pages > count_) return std::nullopt;
    if (pages <= kSegmentPages)
        if (const std::optional<Extent> run = find_in_segments(pages)) return run;
    return find_in_spans(pages);
}

std::optional<Extent> FreePages::find_in_segments(std::uint64_t pages) {
    constexpr int kTries = 16;
    int tries = 0;
    for (std::size_t bucket = kBuckets; bucket-- > bucket_of(pages);)
        for (SegmentNumber s = buckets_[bucket]; s != kNoSegment; s = segments_[s].next) {
            if (++tries > kTries) return std::nullopt;
            ++segments_scanned_;
            if (segments_[s].free < pages) continue;
            const Extent all = pages_of(s);
            const std::uint64_t end = all.first_page + all.page_count;
            if (const std::optional<Extent> run = find_between(pages, all.first_page, end)) return run;
        }
    return std::nullopt;
}

std::optional<Extent> FreePages::find_between(std::uint64_t pages, std::uint64_t from, std::uint64_t to) const {
    const std::uint64_t first = bits_.find_run(from, to, pages);
    return first == to ? std::nullopt : std::optional{Extent{first, pages}};
}

// Next fit, so that many calls together look at every place.
std::optional<Extent> FreePages::find_above_ceiling(std::uint64_t pages) {
    constexpr std::uint64_t kMostSegments = 256;
    const std::uint64_t begin = ceiling();
    const std::uint64_t end = std::min(run_end_, page_count_);
    if (begin >= end) return std::nullopt;
    if (next_above_ < begin || next_above_ >= end) next_above_ = begin;
    const std::uint64_t most = std::max(kMostSegments * kSegmentPages, 2 * pages);
    const std::uint64_t stop = std::min(end, next_above_ + most);
    segments_scanned_ += (stop - next_above_) / kSegmentPages + 1;
    if (const std::optional<Extent> run = find_between(pages, next_above_, stop)) {
        next_above_ = run->first_page + run->page_count;
        return run;
    }
    // From the beginning again: the next call, or this one when there is no more than it may look at.
    if (end - begin > most) {
        next_above_ = stop;
        return std::nullopt;
    }
    next_above_ = begin;
    return find_between(pages, begin, end);
}

// The shortest span that holds the run, else a long one with the free pages around it.
std::optional<Extent> FreePages::find_in_spans(std::uint64_t pages) {
    constexpr int kTries = 4;
    const auto segments = static_cast<SegmentNumber>((pages + kSegmentPages - 1) / kSegmentPages);
    if (const auto span = spans_by_length_.lower_bound({segments, 0}); span != spans_by_length_.end()) {
        ++segments_scanned_;
        return Extent{span->second * kSegmentPages, pages};
    }
    int tries = 0;
    for (auto span = spans_by_length_.rbegin(); span != spans_by_length_.rend() && tries < kTries;
         ++span, ++tries) {
        ++segments_scanned_;
        const std::uint64_t begin = span->second * kSegmentPages;
        const std::uint64_t end = begin + span->first * kSegmentPages;
        const std::uint64_t first = begin - free_before(begin);
        const std::uint64_t most = std::min(page_count_, std::min(end + kSegmentPages, ceiling()));
        if (bits_.find(end, most, false) - first >= pages) return Extent{first, pages};
    }
    return std::nullopt;
}

// The longest runs first when some stay: a heap, as few of them are taken.
void FreePages::take_from(SegmentNumber segment, std::uint64_t& pages, std::vector<Extent>& extents) {
    ++segments_scanned_;
    runs_.clear();
    bits_.each_run(pages_of(segment), true, [&](Extent run) { runs_.push_back(run); });
    const bool all = segments_[segment].free <= pages;
    const auto is_worse = [](const Extent& a, const Extent& b) {
        return a.page_count != b.page_count ? a.page_count < b.page_count : a.first_page > b.first_page;
    };
    if (!all) std::make_heap(runs_.begin(), runs_.end(), is_worse);
    for (auto end = runs_.end(), next = runs_.begin(); pages > 0 && next != end;) {
        if (!all) std::pop_heap(runs_.begin(), end, is_worse);
        Extent run = all ? *next++ : *--end;
        run.page_count = std::min(run.page_count, pages);
        pages -= run.page_count;
        take(run, extents);
    }
}

void FreePages::take(Extent extent, std::vector<Extent>& extents) {
    flip(extent, false);
    onward_ = extent.first_page + extent.page_count;
    append_extent(extents, extent);
}

std::uint64_t FreePages::take_onward(std::uint64_t pages, std::vector<Extent>& extents) {
    const std::uint64_t end = std::min(page_count_, (onward_ / kSegmentPages + 1) * kSegmentPages);
    if (onward_ < end && is_offered(static_cast<SegmentNumber>(onward_ / kSegmentPages))) {
        const std::uint64_t part = bits_.find(onward_, std::min(end, onward_ + pages), false) - onward_;
        if (part == pages || part >= kLongPart) {
            take({onward_, part}, extents);
            pages -= part;
        }
    }
    while (pages > 0 && !spans_.empty()) {
        const auto [first, length] = *spans_.begin();
        const std::uint64_t part = std::min(pages, std::uint64_t{length} * kSegmentPages);
        take({std::uint64_t{first} * kSegmentPages, part}, extents);
        pages -= part;
    }
    while (pages > 0 && buckets_.back() != kNoSegment) take_from(buckets_.back(), pages, extents);
    return pages;
}

std::uint64_t FreePages::take_scattered(std::uint64_t pages, std::vector<Extent>& extents) {
    for (std::size_t bucket = kBuckets; bucket-- > 0;)
        while (pages > 0 && buckets_[bucket] != kNoSegment) take_from(buckets_[bucket], pages, extents);
    return pages;
}

}  // namespace cambium::kv

#include "kv/space_map.hpp"

#include <bit>

#include "kv/tree.hpp"

namespace cambium::kv {

using detail::Path;
using detail::TransactionState;

namespace {

// Visits the entries of the space tree from `from` on, while visit(key, value) answers true.
template <class Visitor>
void each_space_record(TransactionState& txn, ByteView from, Visitor&& visit) {
    Path path;
    detail::descend(txn, txn.snapshot.space, from, path);
    if (path.depth == 0) return;
    std::string key;
    for (;; ++path.leaf().index) {
        if (path.leaf().index == path.leaf().node.count() && !detail::step_leaf(txn, path, true)) return;
        key.clear();
        path.leaf().node.append_key(path.leaf().index, key);
        if (!visit(key, txn.resolve(path.leaf().node.leaf_entry(path.leaf().index)))) return;
    }
}

void check_extent(std::uint64_t first, std::uint64_t count, std::uint64_t page_count, std::uint32_t page_size) {
    if (first < first_data_page(page_size) || count == 0 || first >= page_count || count > page_count - first)
        throw_corrupt(0, "a record of the free space lies outside the file");
}

}  // namespace

void SpaceMap::clear() {
    valid_ = false;
    page_count_ = first_data_page(page_size_);
    free_pages_ = 0;
    waiting_pages_ = 0;
    delta_bytes_ = 0;
    free_.clear();
    segments_.clear();
    buckets_.assign(kBuckets, kNoSegment);
    waiting_.clear();
    unfiled_.clear();
}

void SpaceMap::grow_to(std::uint64_t page_count) {
    page_count_ = page_count;
    if (const std::size_t words = (page_count + 63) / 64; words > free_.size()) free_.resize(words, 0);
    const std::size_t segments = (page_count + kSegmentPages - 1) / kSegmentPages;
    while (segments_.size() < segments) {
        segments_.emplace_back();
        link(static_cast<std::uint32_t>(segments_.size() - 1));
    }
}

void SpaceMap::link(std::uint32_t segment) {
    Segment& s = segments_[segment];
    if (s.free == 0) return;
    std::uint32_t& head = buckets_[bucket_of(s.free)];
    s.previous = kNoSegment;
    s.next = head;
    if (head != kNoSegment) segments_[head].previous = segment;
    head = segment;
}

void SpaceMap::unlink(std::uint32_t segment) {
    const Segment& s = segments_[segment];
    if (s.free == 0) return;
    (s.previous != kNoSegment ? segments_[s.previous].next : buckets_[bucket_of(s.free)]) = s.next;
    if (s.next != kNoSegment) segments_[s.next].previous = s.previous;
}

void SpaceMap::flip(Extent extent, bool free) {
    std::uint64_t page = extent.first_page;
    const std::uint64_t end = page + extent.page_count;
    while (page < end) {
        const auto segment = static_cast<std::uint32_t>(page / kSegmentPages);
        const std::uint64_t stop = std::min(end, (page / kSegmentPages + 1) * kSegmentPages);
        Segment& s = segments_[segment];
        const auto before = s.free;
        const auto after = static_cast<std::uint16_t>(free ? before + (stop - page) : before - (stop - page));
        if (before == 0 || after == 0 || bucket_of(before) != bucket_of(after)) {
            unlink(segment);
            s.free = after;
            link(segment);
        } else {
            s.free = after;
        }
        for (; page < stop; ++page) free_[page / 64] ^= std::uint64_t{1} << page % 64;
    }
}

void SpaceMap::set_free(Extent extent) {
    flip(extent, true);
    free_pages_ += extent.page_count;
}

void SpaceMap::set_used(Extent extent) {
    flip(extent, false);
    free_pages_ -= extent.page_count;
}

void SpaceMap::give_back(Extent extent) {
    // Only what this commit added may leave the file: older records speak of the rest.
    const std::uint64_t fresh = std::max(extent.first_page, committed_page_count_);
    if (extent.first_page + extent.page_count == page_count_ && fresh < page_count_) {
        page_count_ = fresh;
        extent.page_count = fresh - extent.first_page;
    }
    if (extent.page_count > 0) set_free(extent);
}

// ---- Loading ----------------------------------------------------------------------------------------------

void SpaceMap::bring_to(TransactionState& txn) {
    if (valid_ && as_of_ == txn.snapshot.id) return;
    if (!valid_ || as_of_ > txn.snapshot.id || !can_replay(txn)) {
        load(txn);
    } else {
        const TransactionId after = as_of_;
        valid_ = false;
        grow_to(std::max(page_count_, txn.snapshot.page_count));
        replay(txn, after);
    }
    as_of_ = txn.snapshot.id;
    committed_page_count_ = page_count_;
    valid_ = true;
}

// The deltas after as_of_ are complete when the oldest one there is reaches back far enough. Every commit writes
// one; the oldest kept is the checkpoint's own, which describes the change from the state before it.
bool SpaceMap::can_replay(TransactionState& txn) const {
    bool complete = false;
    each_space_record(txn, {&kSpaceDelta, 1}, [&](ByteView key, ByteView) {
        complete = !key.empty() && key[0] == kSpaceDelta && delta_transaction(key) <= as_of_;
        return false;
    });
    return complete;
}

void SpaceMap::load(TransactionState& txn) {
    clear();
    grow_to(std::max(txn.snapshot.page_count, first_data_page(page_size_)));
    replay(txn, 0);
}

// Applies the deltas after a transaction, newest first: the newest event of a page decides. With `after` zero the
// checkpoint is underneath.
void SpaceMap::replay(TransactionState& txn, TransactionId after) {
    std::map<TransactionId, SpaceDelta> deltas;
    std::vector<RetiredExtent> at_checkpoint;
    std::vector<bool> touched(page_count_, false);
    delta_bytes_ = 0;
    each_space_record(txn, {&kSpaceDelta, 1}, [&](ByteView key, ByteView value) {
        if (key[0] != kSpaceDelta) return false;
        delta_bytes_ += value.size();
        const TransactionId transaction = delta_transaction(key);
        if (transaction > after) decode_delta(value, transaction, deltas[transaction]);
        return true;
    });

    const auto visit_untouched = [&](std::uint64_t first, std::uint64_t count, auto&& apply) {
        check_extent(first, count, page_count_, page_size_);
        std::uint64_t page = first;
        while (page < first + count) {
            if (touched[page]) {
                ++page;
                continue;
            }
            const std::uint64_t start = page;
            while (page < first + count && !touched[page]) touched[page++] = true;
            apply(Extent{start, page - start});
        }
    };
    std::vector<Extent> used;
    std::vector<Extent> never_used;
    for (auto delta = deltas.rbegin(); delta != deltas.rend(); ++delta) {
        for (const RetiredExtent& r : delta->second.retired)
            visit_untouched(r.first_page, r.page_count, [&](Extent e) {
                unfiled_.push_back({e.first_page, e.page_count, r.birth, r.retired});
                waiting_pages_ += e.page_count;
                used.push_back(e);  // it was taken before it was retired
            });
        std::uint64_t unused = delta->second.unused_pages;
        for (auto extent = delta->second.allocated.rbegin(); extent != delta->second.allocated.rend(); ++extent) {
            const std::uint64_t spare = std::min(unused, extent->page_count);
            unused -= spare;
            // What was never used at the end of the file is not part of it.
            const std::uint64_t spare_first = extent->first_page + extent->page_count - spare;
            if (spare > 0 && spare_first < page_count_)
                visit_untouched(spare_first, std::min(spare, page_count_ - spare_first),
                                [&](Extent e) { never_used.push_back(e); });
            if (extent->page_count > spare)
                visit_untouched(extent->first_page, extent->page_count - spare,
                                [&](Extent e) { used.push_back(e); });
        }
        if (unused != 0) throw_corrupt(0, "a record of the free space counts more unused pages than it has");
    }

    if (after == 0) {
        each_space_record(txn, {&kSpaceChunk, 1}, [&](ByteView key, ByteView value) {
            if (key[0] != kSpaceChunk) return false;
            if (value.size() != kChunkBytes) throw_corrupt(0, "a chunk of the free space has a wrong size");
            const std::uint64_t base = chunk_number(key) * kChunkPages;
            for (std::uint64_t i = 0; i < kChunkPages; ++i) {
                if ((static_cast<unsigned char>(value[i / 8]) >> i % 8 & 1U) == 0) continue;
                const std::uint64_t page = base + i;
                check_extent(page, 1, page_count_, page_size_);
                if (!touched[page]) set_free({page, 1});
            }
            return true;
        });
        each_space_record(txn, {&kSpaceWaiting, 1}, [&](ByteView key, ByteView value) {
            if (key[0] != kSpaceWaiting) return false;
            decode_waiting(value, at_checkpoint);
            return true;
        });
        for (const RetiredExtent& r : at_checkpoint)
            visit_untouched(r.first_page, r.page_count, [&](Extent e) {
                if (is_free(e.first_page)) throw_corrupt(0, "a page is recorded as free and as waiting");
                unfiled_.push_back({e.first_page, e.page_count, r.birth, r.retired});
                waiting_pages_ += e.page_count;
            });
    } else {
        drop_from_waiting(touched);
        for (const Extent& extent : used)
            for (std::uint64_t page = extent.first_page; page < extent.first_page + extent.page_count; ++page)
                if (is_free(page)) set_used({page, 1});
    }
    for (const Extent& extent : never_used)
        for (std::uint64_t page = extent.first_page; page < extent.first_page + extent.page_count; ++page)
            if (!is_free(page)) set_free({page, 1});
}

// Pages that another process has taken meanwhile had stopped waiting by its count.
void SpaceMap::drop_from_waiting(const std::vector<bool>& touched) {
    std::vector<RetiredExtent> kept;
    const auto keep = [&](const std::vector<RetiredExtent>& extents) {
        for (const RetiredExtent& r : extents)
            for (std::uint64_t page = r.first_page; page < r.first_page + r.page_count; ++page)
                if (!touched[page]) kept.push_back({page, 1, r.birth, r.retired});
    };
    // What this replay itself found retired is touched too and stands behind: keep it whole.
    std::vector<RetiredExtent> fresh;
    std::vector<RetiredExtent> old;
    for (const RetiredExtent& r : unfiled_) (r.retired > as_of_ ? fresh : old).push_back(r);
    keep(old);
    for (const auto& [pin, extents] : waiting_) keep(extents);
    waiting_.clear();
    unfiled_ = std::move(kept);
    unfiled_.insert(unfiled_.end(), fresh.begin(), fresh.end());
    waiting_pages_ = 0;
    for (const RetiredExtent& r : unfiled_) waiting_pages_ += r.page_count;
}

// ---- Waiting and freeing ----------------------------------------------------------------------------------

void SpaceMap::file(const RetiredExtent& extent, const std::vector<TransactionId>& pins) {
    const auto above = std::lower_bound(pins.begin(), pins.end(), extent.retired);
    if (above != pins.begin() && *(above - 1) >= extent.birth) {
        waiting_[*(above - 1)].push_back(extent);
        return;
    }
    set_free({extent.first_page, extent.page_count});
    waiting_pages_ -= extent.page_count;
}

void SpaceMap::release(const std::vector<TransactionId>& pins) {
    std::vector<RetiredExtent> again = std::move(unfiled_);
    unfiled_.clear();
    for (auto group = waiting_.begin(); group != waiting_.end();) {
        if (std::binary_search(pins.begin(), pins.end(), group->first)) {
            ++group;
            continue;
        }
        again.insert(again.end(), group->second.begin(), group->second.end());
        group = waiting_.erase(group);
    }
    for (const RetiredExtent& extent : again) file(extent, pins);
}

void SpaceMap::committed(TransactionId transaction, std::vector<RetiredExtent>& retired) {
    for (const RetiredExtent& extent : retired) waiting_pages_ += extent.page_count;
    unfiled_.insert(unfiled_.end(), retired.begin(), retired.end());
    retired.clear();
    as_of_ = transaction;
    committed_page_count_ = page_count_;
    valid_ = true;
}

std::vector<RetiredExtent> SpaceMap::waiting() const {
    std::vector<RetiredExtent> all = unfiled_;
    for (const auto& [pin, extents] : waiting_) all.insert(all.end(), extents.begin(), extents.end());
    return all;
}

std::string SpaceMap::chunk(std::uint32_t number) const {
    std::string bytes(kChunkBytes, '\0');
    const std::uint64_t first_word = number * (kChunkPages / 64);
    for (std::uint64_t i = 0; i < kChunkPages / 64 && first_word + i < free_.size(); ++i)
        std::memcpy(bytes.data() + 8 * i, &free_[first_word + i], 8);
    return bytes;
}

// ---- Allocating -------------------------------------------------------------------------------------------

Extent SpaceMap::take_tail(std::uint64_t pages) {
    const Extent extent{page_count_, pages};
    grow_to(page_count_ + pages);
    return extent;
}

// The longest runs of a segment first, so that a commit has few extents.
void SpaceMap::take_from_segment(std::uint32_t segment, std::uint64_t& pages, std::vector<Extent>& extents) {
    std::vector<Extent> runs;
    const std::uint64_t end = std::min((segment + 1) * kSegmentPages, page_count_);
    for (std::uint64_t page = segment * kSegmentPages; page < end; ++page) {
        if (!is_free(page)) continue;
        if (!runs.empty() && runs.back().first_page + runs.back().page_count == page) {
            ++runs.back().page_count;
        } else {
            runs.push_back({page, 1});
        }
    }
    if (segments_[segment].free > pages)
        std::sort(runs.begin(), runs.end(), [](const Extent& a, const Extent& b) {
            return a.page_count != b.page_count ? a.page_count > b.page_count : a.first_page < b.first_page;
        });
    for (Extent run : runs) {
        if (pages == 0) return;
        run.page_count = std::min(run.page_count, pages);
        set_used(run);
        pages -= run.page_count;
        extents.push_back(run);
    }
}

// One run when there is one, or when the file has little slack so far; else the emptiest segments first, as they
// give the longest extents. A flush of scattered pages costs several times one of contiguous pages, so some slack
// is worth its space.
void SpaceMap::allocate(std::uint64_t pages, std::vector<Extent>& extents) {
    if (std::uint64_t first = 0; pages <= kSegmentPages && find_run_in_segments(pages, first)) {
        set_used({first, pages});
        extents.push_back({first, pages});
        return;
    }
    const std::size_t first_new = extents.size();
    if (free_pages_ >= page_count_ / kSlackDivisor)
        for (std::size_t bucket = kBuckets; bucket-- > 0;)
            while (pages > 0 && buckets_[bucket] != kNoSegment) take_from_segment(buckets_[bucket], pages, extents);
    if (pages > 0) extents.push_back(take_tail(pages));
    std::sort(extents.begin() + static_cast<std::ptrdiff_t>(first_new), extents.end(),
              [](const Extent& a, const Extent& b) { return a.first_page < b.first_page; });
}

// Looks at a bounded number of promising segments: a miss costs file size, never time.
bool SpaceMap::find_run_in_segments(std::uint64_t pages, std::uint64_t& first) const {
    constexpr int kTries = 16;
    int tries = 0;
    for (std::size_t bucket = kBuckets; bucket-- > (pages - 1) / 16;)
        for (std::uint32_t s = buckets_[bucket]; s != kNoSegment; s = segments_[s].next) {
            if (++tries > kTries) return false;
            if (segments_[s].free >= pages &&
                find_run(s * kSegmentPages, std::min((s + 1) * kSegmentPages, page_count_), pages, first))
                return true;
        }
    return false;
}

bool SpaceMap::find_run(std::uint64_t from, std::uint64_t to, std::uint64_t pages, std::uint64_t& first) const {
    std::uint64_t length = 0;
    for (std::uint64_t page = from; page < to;) {
        if (length == 0 && page % 64 == 0 && free_[page / 64] == 0) {
            page += 64;
            continue;
        }
        length = is_free(page) ? length + 1 : 0;
        ++page;
        if (length == pages) {
            first = page - pages;
            return true;
        }
    }
    return false;
}

Extent SpaceMap::allocate_run(std::uint64_t pages) {
    std::uint64_t first = 0;
    const bool found = pages <= kSegmentPages ? find_run_in_segments(pages, first)
                                              : free_pages_ >= pages && find_run(0, page_count_, pages, first);
    if (!found) return take_tail(pages);
    set_used({first, pages});
    return {first, pages};
}

}  // namespace cambium::kv

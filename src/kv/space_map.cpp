#include "kv/space_map.hpp"

#include <algorithm>
#include <utility>

namespace cambium::kv {

void SpaceMap::clear() {
    valid_ = false;
    waiting_pages_ = 0;
    used_page_ = 0;
    free_.clear();
    waiting_bits_.clear();
    log_ = {};
    waiting_.clear();
    unfiled_.clear();
    retaken_.clear();
    page_counts_.clear();
    commit_sizes_.fill(0);
    flushed_in_row_ = 0;
    resize(first_data_page(page_size_));
    committed_page_count_ = page_count();
}

void SpaceMap::resize(std::uint64_t page_count) {
    if (page_count < free_.page_count()) set_state({page_count, free_.page_count() - page_count}, State::used);
    free_.resize(page_count);
    waiting_bits_.resize(page_count);
}

void SpaceMap::set_state(Extent extent, State state) {
    free_.assign(extent, state == State::free);
    std::uint64_t waited = 0;
    waiting_bits_.each_run(extent, true, [&](Extent run) { waited += run.page_count; });
    if (waited == 0 && state != State::waiting) return;
    waiting_bits_.assign(extent, state == State::waiting);
    waiting_pages_ = waiting_pages_ - waited + (state == State::waiting ? extent.page_count : 0);
}

void SpaceMap::give_back(Extent extent) {
    // Only what this commit added may leave the file at once: the rest is left to trim().
    const std::uint64_t fresh = std::max(extent.first_page, committed_page_count_);
    if (extent.first_page + extent.page_count == page_count() && fresh < page_count()) {
        resize(fresh);
        extent.page_count = fresh - extent.first_page;
    }
    if (extent.page_count > 0) set_state(extent, State::free);
}

void SpaceMap::trim(std::uint64_t file_pages, std::uint64_t least) {
    const auto little = [&](std::uint64_t used_end) { return file_pages <= used_end + least; };
    const bool still_used = used_page_ < page_count() && used_page_ > 0 && !is_free(used_page_);
    if (still_used && little(used_page_ + 1)) return;
    const std::uint64_t end = std::max(free_.used_end(), first_data_page(page_size_));
    used_page_ = end - 1;
    if (little(end) || end == page_count()) return;
    resize(end);
    committed_page_count_ = end;
}

void SpaceMap::remember(TransactionId transaction, std::uint64_t page_count) {
    while (!page_counts_.empty() && page_counts_.back().second <= page_count) page_counts_.pop_back();
    page_counts_.emplace_back(transaction, page_count);
}

std::uint64_t SpaceMap::page_count_since(TransactionId oldest) {
    while (!page_counts_.empty() && page_counts_.front().first < oldest) page_counts_.pop_front();
    return page_counts_.empty() ? page_count() : page_counts_.front().second;
}

// ---- Waiting and freeing ----------------------------------------------------------------------------------

void SpaceMap::file(const RetiredExtent& extent, const std::vector<TransactionId>& pins) {
    ++extents_filed_;
    const auto above = std::lower_bound(pins.begin(), pins.end(), extent.retired);
    if (above != pins.begin() && *(above - 1) >= extent.birth) {
        waiting_[*(above - 1)].push_back(extent);
    } else {
        set_free(extent);
    }
}

// Only pages that still wait, and because of this retirement.
void SpaceMap::set_free(const RetiredExtent& extent) {
    const Extent pages = inside({extent.first_page, extent.page_count});
    if (pages.page_count == 0) return;
    waiting_bits_.each_run(pages, true, [&](Extent run) {
        if (retaken_.empty()) return set_state(run, State::free);
        for (std::uint64_t page = run.first_page; page < run.first_page + run.page_count; ++page) {
            const auto taken = retaken_.find(page);
            if (taken == retaken_.end() || taken->second <= extent.retired) set_state({page, 1}, State::free);
        }
    });
}

void SpaceMap::release(const std::vector<TransactionId>& pins) {
    const bool valid = std::exchange(valid_, false);  // half-way it is not
    std::vector<RetiredExtent> again = std::move(unfiled_);
    unfiled_.clear();
    for (auto group = waiting_.begin(); group != waiting_.end() && again.size() < kMostFiled;) {
        if (std::binary_search(pins.begin(), pins.end(), group->first)) {
            ++group;
            continue;
        }
        std::vector<RetiredExtent>& extents = group->second;
        const std::size_t part = std::min(extents.size(), kMostFiled - again.size());
        again.insert(again.end(), extents.end() - static_cast<std::ptrdiff_t>(part), extents.end());
        extents.resize(extents.size() - part);
        if (extents.empty()) group = waiting_.erase(group);
    }
    for (const RetiredExtent& extent : again) file(extent, pins);
    valid_ = valid;
}

void SpaceMap::committed(TransactionId transaction, std::vector<RetiredExtent>& retired) {
    for (const RetiredExtent& extent : retired) set_state({extent.first_page, extent.page_count}, State::waiting);
    unfiled_.insert(unfiled_.end(), retired.begin(), retired.end());
    retired.clear();
    as_of_ = transaction;
    committed_page_count_ = page_count();
    remember(transaction, page_count());
    valid_ = true;
}

// Other processes took these pages, which had stopped waiting by their count.
void SpaceMap::retake(Extent extent, TransactionId transaction) {
    waiting_bits_.each_run(extent, true, [&](Extent run) {
        for (std::uint64_t page = run.first_page; page < run.first_page + run.page_count; ++page)
            retaken_[page] = transaction;
    });
}

// Leaves each waiting page to the extent that was retired last, so that retaken_ need not be remembered: earlier
// ones speak of pages that have been taken since.
void SpaceMap::forget_retaken() {
    std::vector<std::pair<RetiredExtent, std::vector<RetiredExtent>*>> all;
    const auto take = [&](std::vector<RetiredExtent>& extents) {
        for (const RetiredExtent& extent : extents) all.emplace_back(extent, &extents);
        extents.clear();
    };
    const auto later = [](const auto& a, const auto& b) { return a.first.retired > b.first.retired; };
    take(unfiled_);
    for (auto& [pin, extents] : waiting_) take(extents);
    std::sort(all.begin(), all.end(), later);
    PageBits left = waiting_bits_;
    for (const auto& [extent, extents] : all) {
        const Extent pages = inside({extent.first_page, extent.page_count});
        left.each_run(pages, true, [&, &extent = extent, extents = extents](Extent run) {
            extents->push_back({run.first_page, run.page_count, extent.birth, extent.retired});
            left.assign(run, false);
        });
    }
    retaken_.clear();
}

std::vector<RetiredExtent> SpaceMap::waiting() {
    forget_retaken();
    std::vector<RetiredExtent> all = unfiled_;
    for (const auto& [pin, extents] : waiting_) all.insert(all.end(), extents.begin(), extents.end());
    return all;
}

std::optional<SpaceChunk> SpaceMap::chunk(std::uint64_t number) const {
    const Extent pages = inside({number * kChunkPages, kChunkPages});
    SpaceChunk chunk;
    bool any = false;
    const auto copy = [&](const PageBits& from, PageBits& to) {
        if (pages.page_count == 0) return;
        from.each_run(pages, true, [&](Extent run) {
            to.assign({run.first_page - number * kChunkPages, run.page_count}, true);
            any = true;
        });
    };
    copy(free_.bits(), chunk.free);
    copy(waiting_bits_, chunk.waiting);
    chunk.transaction = as_of_;
    return any ? std::optional{std::move(chunk)} : std::nullopt;
}

// ---- Allocating -------------------------------------------------------------------------------------------

bool SpaceMap::has_room(std::uint64_t pages) const noexcept {
    const std::uint64_t outside = limit_ > page_count() ? limit_ - page_count() : 0;
    return pages + reserve_ <= outside || pages + reserve_ - outside <= free_pages();
}

void SpaceMap::require_room(std::uint64_t pages) const {
    if (has_room(pages)) return;
    throw Error(ErrorCode::full,
                "the store is at its size limit of " + std::to_string(limit_ * page_size_) +
                    " bytes (Options::size_limit_bytes): erase something, in small transactions, end "
                    "old read transactions, or raise the limit");
}

Extent SpaceMap::take_tail(std::uint64_t pages) {
    const Extent extent{page_count(), pages};
    resize(page_count() + pages);
    return extent;
}

// Not after a single one.
bool SpaceMap::commits_are_large() const noexcept {
    if (!flushed_) return deferred_size_ >= kLargeCommit;
    return std::count_if(commit_sizes_.begin(), commit_sizes_.end(),
                         [](std::uint64_t pages) { return pages >= kLargeCommit; }) > 1;
}

std::uint64_t SpaceMap::slack() const noexcept {
    const std::uint64_t least = page_count() * kSlack / 16;
    const bool large = commits_are_large();
    if (page_count() < kManyPages || (!large && flushed_in_row_ < kMany)) return least;
    const std::uint64_t counted = page_count() - (held_ ? 0 : waiting_pages_);
    const std::uint64_t worth = counted * (large ? kSlackOfLarge : kSlackOfMany) / 16;
    return std::max(least, worth - (held_ ? std::min(worth, waiting_pages_) : 0));
}

void SpaceMap::note_commit(std::uint64_t pages, bool flushed) noexcept {
    commit_sizes_[next_size_] = flushed ? pages : 0;
    deferred_size_ = flushed ? 0 : pages;
    next_size_ = (next_size_ + 1) % commit_sizes_.size();
    flushed_in_row_ = flushed && pages < kLargeCommit ? flushed_in_row_ + 1 : 0;
}

bool SpaceMap::wants_room(std::uint64_t pages) const noexcept {
    return page_count() >= kManyPages && (pages >= kLargeCommit || flushed_in_row_ >= kMany) &&
           free_.ceiling() == FreePages::kNoCeiling &&
           free_.in_empty_segments() < 4 * pages + FreePages::kSegmentPages && free_pages() >= slack() / 4 * 3;
}

// Side by side when there is such room, or when the file has little slack so far; else the emptiest segments first,
// as they give the longest extents. A flush of scattered pages costs several times one of contiguous pages, so some
// slack is worth its space, but not while the file is to become shorter.
void SpaceMap::allocate(std::uint64_t pages, std::vector<Extent>& extents) {
    if (pages == 0) return;
    require_room(pages);
    const std::size_t first_new = extents.size();
    const bool shrinking = free_.ceiling() != FreePages::kNoCeiling;
    pages = free_.take_onward(pages, extents);
    if (const std::optional<Extent> run = pages == 0 ? std::nullopt : free_.take_run(pages)) {
        extents.push_back(*run);
        pages = 0;
    }
    // While segments are being emptied it is worth a little more to wait for them.
    const bool spare =
        !flushed_ || free_pages() >= slack() + (free_.used_in_withdrawn() > 0 ? page_count() / 16 : 0);
    if (pages > 0 && (shrinking || spare || limit_ - std::min(limit_, page_count()) < pages)) {
        pages = free_.take_scattered(pages, extents);
        if (pages > 0) {
            free_.set_ceiling(FreePages::kNoCeiling);
            free_.offer_withdrawn();
            pages = free_.take_scattered(pages, extents);
        }
    }
    if (pages > 0) extents.push_back(take_tail(pages));
    std::sort(extents.begin() + static_cast<std::ptrdiff_t>(first_new), extents.end(),
              [](const Extent& a, const Extent& b) { return a.first_page < b.first_page; });
}

void SpaceMap::take_free(std::uint64_t pages, std::vector<Extent>& extents) {
    pages = free_.take_onward(pages, extents);
    (void)free_.take_scattered(pages, extents);
}

Extent SpaceMap::allocate_run(std::uint64_t pages) {
    require_room(pages);
    std::optional<Extent> run = free_.take_value_run(pages);
    if (!run.has_value() && (free_.ceiling() != FreePages::kNoCeiling || free_.used_in_withdrawn() > 0)) {
        free_.set_ceiling(FreePages::kNoCeiling);
        free_.offer_withdrawn();
        run = free_.take_value_run(pages);
    }
    if (!run.has_value() && limit_ - std::min(limit_, page_count()) < pages)
        throw Error(ErrorCode::full, "a large value of " + std::to_string(pages) +
                                         " pages finds no contiguous room within the size limit "
                                         "(Options::size_limit_bytes): compact() the store, or raise the limit");
    return run.has_value() ? *run : take_tail(pages);
}

}  // namespace cambium::kv

// The space map: which pages are free, which wait for a snapshot to end, and where the next commit goes.
//
// Invariants: a page is in at most one of free and waiting; a page waits while some pinned snapshot s has
// birth <= s < retired. Waiting pages are filed under the newest pin that blocks them and looked at again only
// when that pin ends. The map is true for the snapshot as_of(); a writer brings it to its own snapshot first.
// Thread rule: under the write lock.
#pragma once

#include <map>
#include <vector>

#include "kv/space_format.hpp"

namespace cambium::kv {

class SpaceMap {
public:
    explicit SpaceMap(std::uint32_t page_size) : page_size_(page_size), page_count_(first_data_page(page_size)) {}

    /// Makes the map true for the transaction's snapshot: replays what is missing, or loads everything.
    void bring_to(detail::TransactionState& txn);
    /// Forgets everything, after a commit that failed half-way.
    void invalidate() noexcept { valid_ = false; }

    /// Frees what no pin blocks any longer. `pins` sorted, unique.
    void release(const std::vector<TransactionId>& pins);

    /// Takes pages, contiguous as far as the free space allows; appends the extents in address order.
    /// Takes beyond page_count() when there are not enough free pages.
    void allocate(std::uint64_t pages, std::vector<Extent>& extents);
    /// Takes one contiguous run.
    [[nodiscard]] Extent allocate_run(std::uint64_t pages);
    /// Gives back pages just taken; those that made the file longer leave it.
    void give_back(Extent extent);
    /// Files what a commit retired, and counts the map as true for it.
    void committed(TransactionId transaction, std::vector<RetiredExtent>& retired);

    [[nodiscard]] std::uint64_t page_count() const noexcept { return page_count_; }
    [[nodiscard]] std::uint64_t free_pages() const noexcept { return free_pages_; }
    [[nodiscard]] std::uint64_t waiting_pages() const noexcept { return waiting_pages_; }
    [[nodiscard]] bool is_free(std::uint64_t page) const noexcept {
        return page < page_count_ && (free_[page / 64] >> page % 64 & 1U) != 0;
    }
    /// Every waiting extent, in no order.
    [[nodiscard]] std::vector<RetiredExtent> waiting() const;
    /// The bitmap of one chunk, kChunkBytes long.
    [[nodiscard]] std::string chunk(std::uint32_t number) const;

    /// Bytes of delta records since the checkpoint, to decide on the next one.
    [[nodiscard]] std::size_t delta_bytes() const noexcept { return delta_bytes_; }
    void add_delta_bytes(std::size_t bytes) noexcept { delta_bytes_ += bytes; }
    void reset_delta_bytes() noexcept { delta_bytes_ = 0; }

private:
    static constexpr std::uint64_t kSegmentPages = 512;
    static constexpr std::size_t kBuckets = 32;  ///< segments with free pages, by their number / 16
    static constexpr std::uint32_t kNoSegment = ~std::uint32_t{0};
    /// Scattered free pages are used once they are one page in so many.
    static constexpr std::uint64_t kSlackDivisor = 8;
    struct Segment {
        std::uint16_t free = 0;
        std::uint32_t next = kNoSegment;
        std::uint32_t previous = kNoSegment;
    };

    void clear();
    void grow_to(std::uint64_t page_count);
    void load(detail::TransactionState& txn);
    void replay(detail::TransactionState& txn, TransactionId after);
    [[nodiscard]] bool can_replay(detail::TransactionState& txn) const;
    void set_free(Extent extent);
    void set_used(Extent extent);
    void flip(Extent extent, bool free);
    void link(std::uint32_t segment);
    void unlink(std::uint32_t segment);
    [[nodiscard]] static std::size_t bucket_of(std::uint16_t free) noexcept { return (free - 1U) / 16; }
    void take_from_segment(std::uint32_t segment, std::uint64_t& pages, std::vector<Extent>& extents);
    [[nodiscard]] bool find_run_in_segments(std::uint64_t pages, std::uint64_t& first) const;
    [[nodiscard]] bool find_run(std::uint64_t from, std::uint64_t to, std::uint64_t pages,
                                std::uint64_t& first) const;
    Extent take_tail(std::uint64_t pages);
    void file(const RetiredExtent& extent, const std::vector<TransactionId>& pins);
    void drop_from_waiting(const std::vector<bool>& touched);

    std::uint32_t page_size_;
    bool valid_ = false;
    TransactionId as_of_ = 0;
    std::uint64_t page_count_;
    std::uint64_t committed_page_count_ = 0;
    std::uint64_t free_pages_ = 0;
    std::uint64_t waiting_pages_ = 0;
    std::size_t delta_bytes_ = 0;
    std::vector<std::uint64_t> free_;  ///< bitmap
    std::vector<Segment> segments_;
    std::vector<std::uint32_t> buckets_ = std::vector<std::uint32_t>(kBuckets, kNoSegment);
    std::map<TransactionId, std::vector<RetiredExtent>> waiting_;  ///< by the newest pin that blocks them
    std::vector<RetiredExtent> unfiled_;
};

}  // namespace cambium::kv

// The free pages of the file, and where the next extent is taken from.
//
// Pages are grouped into segments; lists of segments by how free they are, and the spans of wholly free segments,
// answer without looking at the rest of the map, whatever its size. Segments at or above the ceiling are not
// offered, nor those that are being emptied. Thread rule: under the write lock.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "kv/page_bits.hpp"

namespace cambium::kv {

class FreePages {
public:
    static constexpr std::uint64_t kSegmentPages = 512;
    static constexpr std::uint64_t kNoCeiling = ~std::uint64_t{0};

    void clear();
    /// Pages beyond are forgotten; new ones are in use.
    void resize(std::uint64_t page_count);
    /// Makes every page of the extent free, or in use, whatever it was.
    void assign(Extent extent, bool free);

    [[nodiscard]] std::uint64_t page_count() const noexcept { return page_count_; }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// Free pages that are offered: those below the ceiling.
    [[nodiscard]] std::uint64_t offered() const noexcept { return offered_; }
    [[nodiscard]] bool test(std::uint64_t page) const noexcept { return bits_.test(page); }
    [[nodiscard]] const PageBits& bits() const noexcept { return bits_; }
    /// One past the last page in use. O(free segments at the end).
    [[nodiscard]] std::uint64_t used_end() const noexcept;
    /// Pages in use at or above a multiple of kSegmentPages. O(segments there).
    [[nodiscard]] std::uint64_t used_from(std::uint64_t page) const noexcept;

    /// Takes one contiguous run. O(log segments): only the most promising places are looked at, and a miss costs
    /// file size, never time.
    [[nodiscard]] std::optional<Extent> take_run(std::uint64_t pages);
    /// The same for a large value: where nothing below the ceiling holds it, the lowest room below the ceiling of
    /// runs that is found by looking at a bounded number of segments there.
    [[nodiscard]] std::optional<Extent> take_value_run(std::uint64_t pages);
    /// Takes pages side by side: behind those of the last call, then from wholly free segments, the first in the
    /// file first, and those that are nearly so; may lengthen the last extent. The number that could not be taken
    /// so. O(log segments).
    [[nodiscard]] std::uint64_t take_onward(std::uint64_t pages, std::vector<Extent>& extents);
    /// Takes pages from the emptiest segments, longest runs first, as they give the longest extents. The number
    /// that could not be taken. O(pages).
    [[nodiscard]] std::uint64_t take_scattered(std::uint64_t pages, std::vector<Extent>& extents);

    /// Offers only segments below this page, which is rounded up to a whole segment, and up to `run_end` those to
    /// take_value_run(). O(segments in between).
    void set_ceiling(std::uint64_t page, std::uint64_t run_end = 0);
    /// The first page that is not offered, or kNoCeiling.
    [[nodiscard]] std::uint64_t ceiling() const noexcept {
        return ceiling_ == kNoSegment ? kNoCeiling : ceiling_ * kSegmentPages;
    }
    /// The end of the room for runs of large values: not below the ceiling.
    [[nodiscard]] std::uint64_t run_end() const noexcept { return std::max(ceiling(), run_end_); }

    /// Offers no page of the emptiest segments any more, so that they become wholly free when their pages in use
    /// go: until `pages` of these lie in such segments. A segment is offered again when it is nearly empty.
    /// Segments with many pages in use are not worth it. O(segments withdrawn).
    void withdraw(std::uint64_t pages);
    /// Offers all of them again. O(their number).
    void offer_withdrawn();
    [[nodiscard]] bool is_withdrawn(std::uint64_t page) const noexcept {
        return withdrawn_ != 0 && page < page_count_ && segments_[page / kSegmentPages].withdrawn;
    }
    /// Pages in use in segments that are withdrawn.
    [[nodiscard]] std::uint64_t used_in_withdrawn() const noexcept {
        return withdrawn_ * kSegmentPages - withdrawn_free_;
    }
    /// Pages of segments that are offered and wholly free, or nearly so. O(1).
    [[nodiscard]] std::uint64_t in_empty_segments() const noexcept { return empty_segments_ * kSegmentPages; }

    /// Segments looked at by take_run() and take_scattered() so far, for tests.
    [[nodiscard]] std::uint64_t segments_scanned() const noexcept { return segments_scanned_; }

private:
    using SegmentNumber = std::uint32_t;
    static constexpr SegmentNumber kNoSegment = ~SegmentNumber{0};
    static constexpr std::size_t kBuckets = 32;  ///< segments with free pages, by their number / 16
    /// A segment with fewer free pages is not withdrawn: too much would have to move for too little.
    static constexpr std::uint64_t kWorthEmptying = kSegmentPages * 3 / 8;
    /// A segment with so many is as good as empty.
    static constexpr std::uint64_t kEmptied = kSegmentPages - 15;
    /// What is left of a run is taken for more pages than it has when it has so many.
    static constexpr std::uint64_t kLongPart = 32;
    struct Segment {
        std::uint16_t free = 0;
        bool withdrawn = false;
        SegmentNumber next = kNoSegment;
        SegmentNumber previous = kNoSegment;
    };
    [[nodiscard]] static std::size_t bucket_of(std::uint64_t free) noexcept {
        return static_cast<std::size_t>((free - 1) / 16);
    }
    [[nodiscard]] Extent pages_of(SegmentNumber segment) const noexcept;
    void flip(Extent extent, bool free);
    [[nodiscard]] bool is_offered(SegmentNumber segment) const noexcept {
        return segment < ceiling_ && !segments_[segment].withdrawn;
    }
    void set_withdrawn(SegmentNumber segment, bool withdrawn);
    void take(Extent extent, std::vector<Extent>& extents);
    void link(SegmentNumber segment);
    void unlink(SegmentNumber segment);
    void join_span(SegmentNumber segment);
    void split_span(SegmentNumber segment);
    void add_span(SegmentNumber first, SegmentNumber length);
    void remove_span(SegmentNumber first, SegmentNumber length);
    [[nodiscard]] std::optional<Extent> find_run(std::uint64_t pages);
    [[nodiscard]] std::optional<Extent> find_in_segments(std::uint64_t pages);
    [[nodiscard]] std::optional<Extent> find_in_spans(std::uint64_t pages);
    [[nodiscard]] std::optional<Extent> find_between(std::uint64_t pages, std::uint64_t from,
                                                     std::uint64_t to) const;
    [[nodiscard]] std::optional<Extent> find_above_ceiling(std::uint64_t pages);
    [[nodiscard]] std::uint64_t free_before(std::uint64_t page) const noexcept;
    void take_from(SegmentNumber segment, std::uint64_t& pages, std::vector<Extent>& extents);

    std::uint64_t page_count_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t offered_ = 0;
    std::uint64_t segments_scanned_ = 0;
    std::vector<Extent> runs_;  ///< of take_from()
    SegmentNumber ceiling_ = kNoSegment;
    std::uint64_t run_end_ = 0;
    std::uint64_t next_above_ = 0;      ///< where the last search above the ceiling ended
    std::uint64_t onward_ = 0;          ///< behind the last page taken by take_onward()
    std::uint64_t empty_segments_ = 0;  ///< in the last bucket
    std::uint64_t withdrawn_ = 0;       ///< segments
    std::uint64_t withdrawn_free_ = 0;  ///< their free pages
    PageBits bits_;
    std::vector<Segment> segments_;
    std::vector<SegmentNumber> buckets_ = std::vector<SegmentNumber>(kBuckets, kNoSegment);
    std::map<SegmentNumber, SegmentNumber> spans_;                       ///< wholly free: first -> length
    std::set<std::pair<SegmentNumber, SegmentNumber>> spans_by_length_;  ///< (length, first)
};

}  // namespace cambium::kv

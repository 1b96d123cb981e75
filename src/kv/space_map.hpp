// The space map: which pages are free, which wait for a snapshot to end, and where the next commit goes.
//
// Invariants: a page below page_count() is in use, free or waiting; a page waits while some pinned snapshot s has
// birth <= s < retired. Waiting pages are filed under the newest pin that blocks them and looked at again only
// when that pin ends. The map is true for the snapshot as_of(); a writer brings it to its own snapshot first.
// Pages at or beyond page_count() are not part of the file, whatever older records say of them: the only way back
// into it is to be allocated. Thread rule: under the write lock.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "kv/free_pages.hpp"
#include "kv/space_format.hpp"

namespace cambium::kv {

class SpaceMap {
public:
    explicit SpaceMap(std::uint32_t page_size) : page_size_(page_size) { clear(); }

    /// Makes the map true for the transaction's snapshot: replays what is missing, or loads everything.
    void bring_to(detail::TransactionState& txn);
    /// Forgets everything, after a commit that failed half-way.
    void invalidate() noexcept { valid_ = false; }

    /// Frees what no pin blocks any longer. `pins` sorted, unique. Looks at a bounded number of extents; what is
    /// left over waits for the next commit.
    void release(const std::vector<TransactionId>& pins);
    /// Lets go of the free pages at the end when there are more than `least` between the last page in use and
    /// `file_pages`, the length of the file.
    void trim(std::uint64_t file_pages, std::uint64_t least);

    /// Keeps the page count at or below `pages`; at least `reserve` pages must be left, free or not yet part of the
    /// file, by what is taken: Error{full} otherwise.
    void set_limit(std::uint64_t pages, std::uint64_t reserve) noexcept {
        limit_ = pages;
        reserve_ = reserve;
    }
    /// Whether so many pages may be taken.
    [[nodiscard]] bool has_room(std::uint64_t pages) const noexcept;

    /// Takes pages, contiguous as far as the free space allows; appends the extents in address order.
    /// Takes beyond page_count() when there are not enough free pages.
    void allocate(std::uint64_t pages, std::vector<Extent>& extents);
    /// Takes free pages only, up to so many, wherever they are; appends the extents.
    void take_free(std::uint64_t pages, std::vector<Extent>& extents);
    /// Such a page was not used: it is free again.
    void give_back_free(std::uint64_t page) { set_state({page, 1}, State::free); }
    /// Whether the map is true for as_of().
    [[nodiscard]] bool is_valid() const noexcept { return valid_; }
    /// Takes one contiguous run.
    [[nodiscard]] Extent allocate_run(std::uint64_t pages);
    /// Free pages that are worth their room: commits of many pages find contiguous room in them. More after such
    /// commits than after small ones, and fewer while a snapshot that is held for long makes many pages wait.
    [[nodiscard]] std::uint64_t slack() const noexcept;
    /// Whether segments should be emptied now, so that commits go on finding contiguous room.
    [[nodiscard]] bool wants_room(std::uint64_t pages) const noexcept;
    /// Whether the commit that takes pages next is flushed at once: others need not have theirs side by side.
    void set_flushed(bool flushed) noexcept { flushed_ = flushed; }
    /// Whether a reader holds a snapshot for long.
    void set_held(bool held) noexcept { held_ = held; }
    /// Says how many pages this commit changes, and whether it is flushed.
    void note_commit(std::uint64_t pages, bool flushed) noexcept;
    /// Gives back pages just taken; those that made the file longer leave it.
    void give_back(Extent extent);
    /// Files what a commit retired, and counts the map as true for it.
    void committed(TransactionId transaction, std::vector<RetiredExtent>& retired);

    [[nodiscard]] std::uint32_t page_size() const noexcept { return page_size_; }
    [[nodiscard]] std::uint64_t page_count() const noexcept { return free_.page_count(); }
    [[nodiscard]] std::uint64_t free_pages() const noexcept { return free_.count(); }
    [[nodiscard]] std::uint64_t waiting_pages() const noexcept { return waiting_pages_; }
    [[nodiscard]] bool is_free(std::uint64_t page) const noexcept { return free_.test(page); }
    [[nodiscard]] FreePages& free_space() noexcept { return free_; }
    /// Every waiting extent, in no order.
    [[nodiscard]] std::vector<RetiredExtent> waiting();
    /// The largest page count of any state not older than `oldest`; more than any file when nobody knows.
    [[nodiscard]] std::uint64_t page_count_since(TransactionId oldest);

    /// The states of one chunk's pages. Nothing when all of them are in use.
    [[nodiscard]] std::optional<SpaceChunk> chunk(std::uint64_t number) const;
    [[nodiscard]] SpaceLog& log() noexcept { return log_; }

    /// Waiting extents looked at so far, for tests.
    [[nodiscard]] std::uint64_t extents_filed() const noexcept { return extents_filed_; }

private:
    enum class State : std::uint8_t { used, free, waiting };

    void clear();
    void load(detail::TransactionState& txn);
    void replay(detail::TransactionState& txn, TransactionId after, PageBits* touched);
    void apply(const SpaceDelta& delta, TransactionId transaction, PageBits* touched);
    void load_chunks(detail::TransactionState& txn, const PageBits& touched);
    void apply_extent(Extent extent, State state, PageBits* touched);
    void retake(Extent extent, TransactionId transaction);
    [[nodiscard]] static bool can_replay(detail::TransactionState& txn, TransactionId as_of);
    [[nodiscard]] Extent inside(Extent extent) const;
    void resize(std::uint64_t page_count);
    void set_state(Extent extent, State state);
    void remember(TransactionId transaction, std::uint64_t page_count);

    void require_room(std::uint64_t pages) const;
    Extent take_tail(std::uint64_t pages);
    void file(const RetiredExtent& extent, const std::vector<TransactionId>& pins);
    void set_free(const RetiredExtent& extent);
    void forget_retaken();

    /// Scattered free pages are used once they are so many sixteenths of all pages; while flushed commits go on and
    /// on; and while they are large.
    static constexpr std::uint64_t kSlack = 2;
    static constexpr std::uint64_t kSlackOfMany = 4;
    static constexpr std::uint64_t kSlackOfLarge = 7;
    /// From so many pages on a commit is large: a flush of them costs more scattered than some more of them do.
    static constexpr std::uint64_t kLargeCommit = 64;
    /// Commits that show that more will come.
    static constexpr std::uint64_t kMany = 256;
    /// A file with fewer pages needs no more slack.
    static constexpr std::uint64_t kManyPages = 4 * FreePages::kSegmentPages;
    /// Extents that one release() looks at.
    static constexpr std::size_t kMostFiled = 65536;

    std::uint32_t page_size_;
    std::uint64_t limit_ = ~std::uint64_t{0};  ///< pages
    std::uint64_t reserve_ = 0;
    bool valid_ = false;
    bool held_ = false;
    bool flushed_ = true;
    TransactionId as_of_ = 0;
    std::uint64_t committed_page_count_ = 0;
    std::uint64_t waiting_pages_ = 0;
    std::uint64_t extents_filed_ = 0;
    std::uint64_t used_page_ = 0;  ///< near the end of the file, when last looked
    [[nodiscard]] bool commits_are_large() const noexcept;

    std::array<std::uint64_t, 4> commit_sizes_{};  ///< pages, of the last commits here; 0 for one not flushed
    std::uint64_t deferred_size_ = 0;              ///< pages, of the last commit if it was not flushed
    std::uint64_t flushed_in_row_ = 0;             ///< small ones
    std::size_t next_size_ = 0;
    FreePages free_;
    PageBits waiting_bits_;
    SpaceLog log_;
    std::map<TransactionId, std::vector<RetiredExtent>> waiting_;  ///< by the newest pin that blocks them
    std::vector<RetiredExtent> unfiled_;
    /// Pages that other processes have taken while they waited here, and when: extents retired earlier no longer
    /// speak for them.
    std::unordered_map<std::uint64_t, TransactionId> retaken_;
    /// (transaction, page count): no state up to the transaction and after the one before it has more pages. Counts
    /// fall.
    std::uint64_t longest_replayed_ = 0;  ///< pages that a state between the last two seen may have had
    std::deque<std::pair<TransactionId, std::uint64_t>> page_counts_;
};

}  // namespace cambium::kv

// The dirty pages and runs of a write transaction, by index, and the before-images that take nested levels back.
//
// Invariants: an index of the table names one page until it is released. Every buffer belongs to one entry or to
// one before-image. An entry whose epoch lies before the innermost level has no image in that level yet; it gets
// one before it changes. An index with an image somewhere (`pinned`) is not used for another page. Each level has
// at most one image per index, so that levels cost what they change and merge by dropping images. What does not
// fit the memory budget goes to a temporary file and keeps its address there until it is released.
//
// Thread rule: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kv/node.hpp"
#include "os/spill_file.hpp"

namespace cambium::kv {

/// Free pages of the file in which dirty pages can be built, so that they need not be copied there.
class Places {
public:
    virtual ~Places() = default;
    /// The bytes of a page that nobody else uses, and its number; null when there is none.
    [[nodiscard]] virtual std::byte* take(std::uint64_t& page_number) noexcept = 0;
    virtual void give_back(std::uint64_t page_number) noexcept = 0;
};

class DirtyTable {
public:
    explicit DirtyTable(std::uint32_t page_size) : page_size_(page_size) {}
    ~DirtyTable();
    DirtyTable(const DirtyTable&) = delete;
    DirtyTable& operator=(const DirtyTable&) = delete;
    /// Bytes to hold in memory, and the file beside which the rest goes. Without this call nothing is spilled. An
    /// eighth of the budget may stay in the pool when the pages are dropped.
    void set_budget(std::uint64_t bytes, std::string spill_beside) {
        budget_ = bytes;
        pool_limit_ = bytes / 8;
        spill_beside_ = std::move(spill_beside);
    }

    /// Where new pages are built from now on, while there is room. Null: in memory; pages that have a place keep
    /// it, and it is not given back when they are dropped.
    void set_places(Places* places) noexcept {
        places_ = places;
        takes_places_ = places != nullptr;
    }
    /// No new page gets a place.
    void end_places() noexcept { takes_places_ = false; }

    /// A new dirty page; its bytes are not initialised.
    /// add(), add_run() and change() throw Error{full} or Error{io} when there is no room to spill.
    PageRef add() { return add_entry(1, false); }
    /// A new dirty run; it is not a node.
    PageRef add_run(std::uint64_t pages);
    void release(PageRef ref);
    /// Drops every page and every level.
    void clear() noexcept;

    /// The bytes of a page, to read. They stay where they are until the page is released.
    [[nodiscard]] const std::byte* page(PageRef ref) const {
        const std::uint64_t index = ref & ~kDirtyBit;
        if (index >= entries_.size() || entries_[index].data == nullptr)
            throw_corrupt(0, "a reference to a page that was never written");
        return entries_[index].data;
    }
    /// The same, to write: within a nested level the page gets its before-image first.
    [[nodiscard]] std::byte* change(PageRef ref) {
        (void)page(ref);
        Entry& entry = entries_[ref & ~kDirtyBit];
        if (entry.epoch < floor_) [[unlikely]]
            save(ref & ~kDirtyBit);
        return entry.data;
    }

    /// The number of the page of the file in which a dirty page is, or 0.
    [[nodiscard]] std::uint64_t place(PageRef ref) const noexcept { return entries_[ref & ~kDirtyBit].place; }
    [[nodiscard]] std::uint64_t placed_count() const noexcept { return placed_count_; }
    /// Appends the places of all pages.
    void append_places(std::vector<std::uint64_t>& places) const {
        for (const Entry& entry : entries_)
            if (entry.place != 0) places.push_back(entry.place);
    }

    /// Levels. Each begins a new epoch; the number of an epoch is never used twice.
    void begin_level();
    /// What was done in the innermost level becomes part of the one around it.
    void commit_level() noexcept;
    /// Every page is again what it was when the innermost level began.
    void rollback_level() noexcept;
    std::uint64_t begin_epoch() noexcept { return ++epoch_; }
    [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
    /// The epoch in which the innermost level began; 0 outside of levels. What is older must be saved before it
    /// changes.
    [[nodiscard]] std::uint64_t floor() const noexcept { return floor_; }

    /// Bytes of pages, runs and images.
    [[nodiscard]] std::uint64_t memory_bytes() const noexcept { return memory_bytes_; }
    [[nodiscard]] std::uint64_t spilled_bytes() const noexcept { return spilled_bytes_; }
    /// Bytes of released page buffers that wait to be used again.
    [[nodiscard]] std::uint64_t pooled_bytes() const noexcept { return pooled_bytes_; }
    /// Single dirty pages, runs not counted.
    [[nodiscard]] std::uint64_t node_count() const noexcept { return node_count_; }
    /// Calls visit(ref, data, pages) for every run.
    template <class Visitor>
    void each_run(Visitor&& visit) {
        for (std::size_t i = 0; i < entries_.size(); ++i)
            if (entries_[i].data != nullptr && entries_[i].is_run)
                visit(kDirtyBit | i, entries_[i].data, entries_[i].pages);
    }

private:
    struct Entry {
        std::byte* data = nullptr;  ///< null: released
        std::uint64_t pages = 0;
        std::uint64_t epoch = 0;  ///< of its begin or of its newest image
        std::uint64_t place = 0;
        bool is_run = false;
        bool pinned = false;
        bool spilled = false;
    };
    /// What an entry was before the level first changed it.
    struct Image {
        std::uint64_t index;
        Entry before;
    };
    struct Level {
        std::uint64_t epoch;
        std::size_t first_image;
    };
    /// A buffer in the pool.
    struct Pooled {
        Pooled* next;
    };
    static constexpr std::uint64_t kDefaultPoolLimit = std::uint64_t{32} << 20;

    PageRef add_entry(std::uint64_t pages, bool is_run);
    void save(std::uint64_t index);
    void set(Entry& entry, const Entry& value) noexcept;
    void drop(const Image& image) noexcept;
    Level pop_level() noexcept;
    /// Gives the entry a buffer, in memory.
    void allocate(Entry& entry);
    void free(const Entry& entry) noexcept;

    std::uint32_t page_size_;
    Places* places_ = nullptr;
    bool takes_places_ = false;
    std::uint64_t node_count_ = 0;
    std::uint64_t placed_count_ = 0;
    std::uint64_t epoch_ = 0;
    std::uint64_t floor_ = 0;
    std::vector<Entry> entries_;
    std::vector<std::uint64_t> unused_;  ///< indexes without page and image; has room for every index
    std::vector<Image> images_;          ///< of all levels, outer ones first
    std::vector<Level> levels_;
    std::uint64_t budget_ = ~std::uint64_t{0};
    std::uint64_t memory_bytes_ = 0;  ///< without the pool
    std::uint64_t spilled_bytes_ = 0;
    std::string spill_beside_;
    std::unique_ptr<os::SpillFile> spill_;
    Pooled* pool_ = nullptr;  ///< page buffers to use again
    std::uint64_t pooled_bytes_ = 0;
    std::uint64_t pool_limit_ = kDefaultPoolLimit;
};

}  // namespace cambium::kv

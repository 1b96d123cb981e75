#include "kv/dirty_table.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace cambium::kv {

namespace {

// A cache line. More would make malloc leave a gap as large as the page.
constexpr std::align_val_t kBufferAlignment{64};

// Makes sure that the next push_back cannot fail.
template <class T>
void reserve_one(std::vector<T>& vector) {
    if (vector.size() == vector.capacity()) vector.reserve(std::max<std::size_t>(16, 2 * vector.size()));
}

}  // namespace

void DirtyTable::allocate(Entry& entry) {
    const std::uint64_t bytes = entry.pages * page_size_;
    entry.spilled = bytes > budget_ || memory_bytes_ > budget_ - bytes;
    if (entry.spilled) {
        if (spill_ == nullptr) spill_ = std::make_unique<os::SpillFile>(spill_beside_);
        entry.data = spill_->allocate(bytes);
    } else if (entry.pages == 1 && pool_ != nullptr) {
        entry.data = reinterpret_cast<std::byte*>(std::exchange(pool_, pool_->next));
        pooled_bytes_ -= bytes;
    } else {
        entry.data = static_cast<std::byte*>(::operator new(bytes, kBufferAlignment));
    }
    (entry.spilled ? spilled_bytes_ : memory_bytes_) += bytes;
}

void DirtyTable::free(const Entry& entry) noexcept {
    if (entry.data == nullptr) return;
    if (entry.place != 0) {
        if (places_ != nullptr) places_->give_back(entry.place);
        return;
    }
    const std::uint64_t bytes = entry.pages * page_size_;
    (entry.spilled ? spilled_bytes_ : memory_bytes_) -= bytes;
    if (entry.spilled) {
        if (spill_ != nullptr) spill_->release(entry.data, bytes);
    } else if (entry.pages == 1 && pooled_bytes_ + bytes <= pool_limit_) {
        pool_ = new (entry.data) Pooled{pool_};
        pooled_bytes_ += bytes;
    } else {
        ::operator delete(entry.data, kBufferAlignment);
    }
}

void DirtyTable::set(Entry& entry, const Entry& value) noexcept {
    if (entry.data != nullptr && !entry.is_run) --node_count_;
    if (value.data != nullptr && !value.is_run) ++node_count_;
    if (entry.place != 0) --placed_count_;
    if (value.place != 0) ++placed_count_;
    entry = value;
}

PageRef DirtyTable::add_entry(std::uint64_t pages, bool is_run) {
    if (unused_.empty()) {
        reserve_one(entries_);
        unused_.reserve(entries_.capacity());
        unused_.push_back(entries_.size());
        entries_.emplace_back();
    }
    const std::uint64_t index = unused_.back();
    Entry& entry = entries_[index];
    const bool unknown_to_level = entry.epoch < floor_;
    if (unknown_to_level) reserve_one(images_);
    Entry added{nullptr, pages, epoch_, 0, is_run};
    if (takes_places_ && !is_run) added.data = places_->take(added.place);
    if (added.data == nullptr) allocate(added);
    if (unknown_to_level) images_.push_back({index, entry});
    unused_.pop_back();
    set(entry, added);
    return kDirtyBit | index;
}

PageRef DirtyTable::add_run(std::uint64_t pages) {
    const PageRef ref = add_entry(pages, true);
    std::memset(entries_[ref & ~kDirtyBit].data, 0, sizeof(RunHeader));
    return ref;
}

void DirtyTable::save(std::uint64_t index) {
    reserve_one(images_);
    Entry& entry = entries_[index];
    Entry before = entry;
    before.place = 0;
    allocate(before);
    std::memcpy(before.data, entry.data, entry.pages * page_size_);
    images_.push_back({index, before});
    entry.epoch = epoch_;
    entry.pinned = true;
}

void DirtyTable::release(PageRef ref) {
    (void)page(ref);
    const std::uint64_t index = ref & ~kDirtyBit;
    Entry& entry = entries_[index];
    if (entry.epoch < floor_) {
        images_.push_back({index, entry});  // takes the buffer over
        set(entry, {nullptr, 0, epoch_, 0, false, true, false});
        return;
    }
    free(entry);
    set(entry, {nullptr, 0, entry.epoch, 0, false, entry.pinned, false});
    if (!entry.pinned) unused_.push_back(index);
}

void DirtyTable::clear() noexcept {
    spill_.reset();
    for (const Entry& entry : entries_) free(entry);
    for (const Image& image : images_) free(image.before);
    entries_.clear();
    unused_.clear();
    images_.clear();
    levels_.clear();
    floor_ = 0;
    node_count_ = 0;
    placed_count_ = 0;
}

DirtyTable::~DirtyTable() {
    clear();
    while (pool_ != nullptr) ::operator delete(std::exchange(pool_, pool_->next), kBufferAlignment);
}

void DirtyTable::begin_level() {
    levels_.push_back({epoch_ + 1, images_.size()});
    floor_ = begin_epoch();
}

DirtyTable::Level DirtyTable::pop_level() noexcept {
    const Level level = levels_.back();
    levels_.pop_back();
    floor_ = levels_.empty() ? 0 : levels_.back().epoch;
    return level;
}

// The level around has an image of its own, or the page is younger than it.
void DirtyTable::drop(const Image& image) noexcept {
    if (image.before.data == nullptr) return;
    free(image.before);
    Entry& entry = entries_[image.index];
    entry.pinned = image.before.pinned;
    if (entry.data == nullptr && !entry.pinned) unused_.push_back(image.index);
}

void DirtyTable::commit_level() noexcept {
    const Level level = pop_level();
    std::size_t kept = level.first_image;
    for (std::size_t i = level.first_image; i < images_.size(); ++i) {
        if (images_[i].before.epoch < floor_) {
            images_[kept++] = images_[i];
        } else {
            drop(images_[i]);
        }
    }
    images_.erase(images_.begin() + static_cast<std::ptrdiff_t>(kept), images_.end());
}

void DirtyTable::rollback_level() noexcept {
    const Level level = pop_level();
    while (images_.size() > level.first_image) {
        const Image& image = images_.back();
        Entry& entry = entries_[image.index];
        if (entry.data != nullptr && image.before.data == nullptr) unused_.push_back(image.index);
        free(entry);
        set(entry, image.before);
        images_.pop_back();
    }
}

}  // namespace cambium::kv

#include "kv/commit.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "kv/checkpoint.hpp"
#include "kv/duplicates.hpp"
#include "kv/tree.hpp"

namespace cambium::kv::detail {

namespace {

// Neighbours of one birth become one extent.
void coalesce(std::vector<RetiredExtent>& extents) {
    std::sort(extents.begin(), extents.end(),
              [](const RetiredExtent& a, const RetiredExtent& b) { return a.first_page < b.first_page; });
    std::size_t kept = 0;
    for (const RetiredExtent& extent : extents) {
        RetiredExtent* last = kept == 0 ? nullptr : &extents[kept - 1];
        if (last != nullptr && last->first_page + last->page_count > extent.first_page)
            throw_corrupt(extent.first_page, "it was referred to twice, and so given back twice");
        if (last != nullptr && last->first_page + last->page_count == extent.first_page &&
            last->birth == extent.birth) {
            last->page_count += extent.page_count;
        } else {
            extents[kept++] = extent;
        }
    }
    extents.resize(kept);
}

constexpr std::uint64_t kLeastGrowth = std::uint64_t{1} << 20;
constexpr std::uint64_t kLeastReserve = std::uint64_t{256} << 10;
constexpr std::uint64_t kLeastReservedPages = 64;
constexpr std::uint64_t kMostGrowth = std::uint64_t{256} << 20;
/// A durable commit that takes no more bytes at the end of the file leaves room behind it for so many like it.
constexpr std::uint64_t kSmallAddition = std::uint64_t{256} << 10;
constexpr std::uint64_t kCommitsAhead = 2;
/// Pages of a commit whose order on the disk nobody depends on.
constexpr std::uint64_t kSmallCommit = 16;
/// A commit that replaces fewer than one page in so many is likely to be part of a load in key order.
constexpr std::uint64_t kLasting = 8;
/// Pages written by one call, or copied together while they are in the processor's cache.
constexpr std::uint64_t kMostWritten = 512;
constexpr std::uint64_t kMostCopied = 16;

// Larger files end where the page cache's blocks end: part of a block has no room of its own there.
std::uint64_t step_of(std::uint64_t bytes) {
    return bytes < 8 * os::kLargeBlock ? kLeastGrowth : os::kLargeBlock;
}

}  // namespace

std::uint64_t whole_steps(std::uint64_t bytes) noexcept {
    const std::uint64_t step = step_of(bytes);
    return (bytes + step - 1) / step * step;
}

Commit::Commit(EnvironmentState& env, TransactionState& txn, bool deferred)
    : env_(env), txn_(txn), deferred_(deferred) {
    space_.record = txn.snapshot.space;
    txn.dirty.end_places();
    env.in_place.note_commit(deferred);
}

void Commit::write() {
    try {
        prepare_space();
        const std::uint64_t changed = txn_.dirty.node_count();
        env_.relocation.run(txn_, space_, env_.space, oldest_pin_);
        update_catalog();
        advance_checkpoint(txn_, space_, env_.space);
        if (!deferred_) env_.evacuation.run(txn_, space_, env_.space);
        reserve_pages();
        record_delta();
        number_trees();
        give_back_unused();
        fit_file();
        write_pages();
        prepare_publication();
        env_.space.note_commit(changed, !deferred_);
    } catch (...) {
        env_.space.invalidate();
        throw;
    }
}

void Commit::prepare_space() {
    env_.space.bring_to(txn_);
    env_.space.set_flushed(!deferred_);
    env_.in_place.settle();  // before the state of the free pages is recorded
    set_limit();
    release();
    // Only the states on disk may be in the way: then it is worth a flush.
    if (!env_.space.has_room(pages_needed()) && env_.space.waiting_pages() > 0) {
        env_.settle_slots();
        release();
    }
    file_size_ = env_.data.size();
    env_.space.trim(file_size_ / env_.page_size, slack_of(file_size_) / env_.page_size);
}

// How much room at the end of a file of so many bytes is not worth cutting off.
std::uint64_t Commit::slack_of(std::uint64_t size) const {
    return env_.relocation.demanded() ? kLeastGrowth : std::max(size / 8, kLeastGrowth);
}

void Commit::release() {
    const std::vector<TransactionId> pins = env_.pins(txn_.snapshot);
    env_.space.release(pins);
    oldest_pin_ = pins.front();
    env_.space.set_held(env_.oldest_reader() + kStaleCommits < txn_.next_id);
}

// What is kept in reserve is for transactions that only erase; the last of it for those that give back more than
// twice the pages that they write: while a reader pins every page, the others use room up and make none.
void Commit::set_limit() {
    const std::uint64_t bytes = env_.options.size_limit_bytes;
    if (bytes == 0) return;
    const std::uint64_t pages = bytes / env_.page_size;
    const bool stores = txn_.stores_values || txn_.catalog.record.entries > txn_.snapshot.catalog.entries;
    const std::uint64_t reserve = std::max({pages / 16, kLeastReserve / env_.page_size, kLeastReservedPages});
    env_.space.set_limit(pages, stores ? reserve : shrinks() ? 0 : reserve * 3 / 8);
}

std::uint64_t Commit::changed_pages() {
    std::uint64_t pages = txn_.dirty.node_count();
    txn_.dirty.each_run([&](PageRef, std::byte*, std::uint64_t run_pages) { pages += run_pages; });
    return pages;
}

bool Commit::shrinks() {
    std::uint64_t pages = 0;
    for (const RetiredExtent& extent : txn_.retired) pages += extent.page_count;
    return pages > 2 * changed_pages();
}

// An estimate: the records of the trees and of the free space come on top of what is dirty already.
std::uint64_t Commit::pages_needed() {
    return changed_pages() - txn_.dirty.placed_count() + 16 + 10 * txn_.retired.size() / kSpaceRecordBytes;
}

void Commit::update_catalog() {
    for (std::size_t i = 0; i < txn_.tree_count; ++i) {
        const TreeState& tree = *txn_.trees[i];
        if (tree.modified)
            put(txn_, txn_.catalog, tree_key(tree.record.id), bytes_of_record(tree.record), PutMode::overwrite);
    }
}

// Takes page numbers for every dirty page, and for the space tree's pages that recording this will make dirty.
void Commit::reserve_pages() {
    number_places();
    number_runs();
    coalesce(txn_.retired);
    delta_.retired = txn_.retired;
    const std::uint64_t nodes = nodes_to_number();
    // Usually enough for the pages that the record itself takes; record_delta() takes more when it is not.
    const std::uint64_t record_bytes = 10 * (delta_.retired.size() + delta_.allocated.size());
    const std::uint64_t reserve = nodes + record_bytes / kSpaceRecordBytes;
    env_.space.allocate(reserve - std::min<std::uint64_t>(reserve, node_extents_.size()), node_extents_);
    reserved_ = std::max<std::uint64_t>(reserve, node_extents_.size());
    delta_.allocated.insert(delta_.allocated.end(), node_extents_.begin(), node_extents_.end());
}

// Pages that were built in place have their numbers. Those that the commit itself has dropped are given to others.
// From here on none is dropped any more: what the records of the free space change is new.
void Commit::number_places() {
    env_.in_place.hand_over(node_extents_);
    std::vector<std::uint64_t> places;
    places.reserve(txn_.dirty.placed_count());
    txn_.dirty.append_places(places);
    std::sort(places.begin(), places.end());
    for (const std::uint64_t page : places) append_extent(delta_.allocated, {page, 1});
}

std::uint64_t Commit::nodes_to_number() const noexcept {
    return txn_.dirty.node_count() - txn_.dirty.placed_count();
}

void Commit::number_runs() {
    std::uint64_t pages = 0;
    txn_.dirty.each_run([&](PageRef ref, std::byte* data, std::uint64_t run_pages) {
        const Extent extent = env_.space.allocate_run(run_pages);
        finish_run(data, env_.checksum, extent.first_page, txn_.next_id, env_.page_size);
        run_numbers_.emplace_back(ref, extent.first_page);
        writes_.push_back({extent.first_page, data, run_pages, false, false, 0});
        delta_.allocated.push_back(extent);
        pages += run_pages;
    });
    std::sort(run_numbers_.begin(), run_numbers_.end());
}

void Commit::record_delta() {
    std::uint16_t sequence = 0;
    delta_.log = env_.space.log();
    const auto insert = [&](const SpaceDelta& delta) {
        for (std::string& record : encode_delta(delta, txn_.next_id)) {
            put(txn_, space_, delta_key(txn_.next_id, sequence++), record, PutMode::overwrite);
            env_.space.log().delta_bytes += record.size();
            delta_records_.push_back(std::move(record));
        }
    };
    insert(delta_);
    while (nodes_to_number() > reserved_) {
        SpaceDelta more;
        const std::uint64_t missing = nodes_to_number() - reserved_ + 4;
        env_.space.allocate(missing, more.allocated);
        reserved_ += missing;
        node_extents_.insert(node_extents_.end(), more.allocated.begin(), more.allocated.end());
        insert(more);
    }
    // The number of pages is known now: what is left over is recorded, not retried.
    const std::uint64_t unused = reserved_ - nodes_to_number();
    std::memcpy(delta_records_.front().data(), &unused, sizeof unused);
    patch(txn_, space_, delta_key(txn_.next_id, 0), delta_records_.front());
}

std::uint64_t Commit::next_page() {
    if (in_extent_ == node_extents_[extent_].page_count) {
        ++extent_;
        in_extent_ = 0;
    }
    const std::uint64_t at = in_extent_++;
    return node_extents_[extent_].first_page + (from_behind_ != 0 ? from_behind_ - 1 - at : at);
}

// Root, catalog and free space, which are numbered last, are replaced by the next commit, leaves are not. Those of
// two small commits side by side, one of them numbered from behind, leave room for a third when they are free:
// half as many go to the end of the file.
void Commit::choose_order() noexcept {
    const std::uint64_t nodes = nodes_to_number();
    const bool alternates = !deferred_ && nodes <= kSmallCommit && node_extents_.size() == 1;
    from_behind_ = alternates && txn_.next_id % 2 == 0 ? nodes : 0;
}

void Commit::number_run_references(NodeEditor leaf) {
    for (std::uint32_t i = 0; i < leaf.count(); ++i) {
        const LeafEntry entry = leaf.leaf_entry(i);
        if (entry.kind != ValueKind::run) continue;
        auto reference = load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data()));
        if ((reference.first_page & kDirtyBit) == 0) continue;
        const auto found = std::lower_bound(run_numbers_.begin(), run_numbers_.end(),
                                            std::pair{reference.first_page, std::uint64_t{0}});
        reference.first_page = found->second;
        (void)leaf.replace_value(i, {reinterpret_cast<const char*>(&reference), sizeof reference}, ValueKind::run);
    }
}

void Commit::number_value_trees(NodeEditor leaf) {
    for (std::uint32_t i = 0; i < leaf.count(); ++i) {
        const LeafEntry entry = leaf.leaf_entry(i);
        if (entry.kind != ValueKind::duplicate_tree || entry.value.size() != sizeof(TreeRecord)) continue;
        auto record = load<TreeRecord>(reinterpret_cast<const std::byte*>(entry.value.data()));
        if ((record.root & kDirtyBit) == 0) continue;
        const std::uint16_t mark = std::exchange(mark_, kValuesMark);
        record.root = number(record.root, record.depth - 1);
        mark_ = mark;
        (void)leaf.replace_value(i, bytes_of_record(record), ValueKind::duplicate_tree);
    }
}

// A branch grows from one separator and then has no prefix: its heads may all be equal, and every search ends in
// its heap. It gets the longest prefix that its separators share.
void Commit::lengthen_prefix(PageRef ref, const NodeView& node) {
    const std::uint32_t count = node.count();
    if (count < 2 || node.full_keys() || node.header().heap_begin == env_.page_size) return;
    if ((node.heads()[0] ^ node.heads()[count - 1]) >> 24 != 0 || node.key_rest(0).size == 0) return;
    txn_.arena.clear();
    txn_.arena.reserve(key_bytes(node));
    txn_.branch_items.clear();
    collect(node, txn_.arena, txn_.branch_items);
    const auto flags = static_cast<std::uint16_t>(node.header().flags & ~kHasHints);
    if (branch_size(txn_.branch_items, flags) > env_.page_size) return;
    txn_.scratch_editor().build_branch(node.header().level, node.child(0), txn_.branch_items, flags,
                                       node.entries_below(0));
    txn_.take_scratch(ref);
}

// Numbers the dirty pages below `ref`, children before parents and in key order.
PageRef Commit::number(PageRef ref, std::uint32_t level, bool duplicates) {
    if ((ref & kDirtyBit) == 0) return ref;
    NodeEditor node = txn_.editor(ref);
    if (level > 0) {
        for (std::uint32_t i = node.dirty_child(0); i <= node.count(); i = node.dirty_child(i + 1))
            node.set_child(i, number(node.child(i), level - 1, duplicates));
    } else if (duplicates) {
        number_value_trees(node);
    } else if (!run_numbers_.empty()) {
        number_run_references(node);
    }
    if (level > 0) lengthen_prefix(ref, node);
    const std::uint64_t place = txn_.dirty.place(ref);
    const std::uint64_t page = place != 0 ? place : next_page();
    writes_.push_back({page, txn_.dirty.change(ref), 1, true, place != 0, mark_});
    return page;
}

// Nodes are finished just before they are written, while they are in the processor's cache.
void Commit::seal(const Write& write) {
    if (!write.is_node) return;
    NodeEditor{write.data, env_.page_size}.finish(write.page_number, txn_.next_id, write.tree);
    const std::uint64_t checksum = env_.checksum(write.data + 8, env_.page_size - 8);
    std::memcpy(write.data, &checksum, sizeof checksum);
}

void Commit::number_trees() {
    choose_order();
    for (std::size_t i = 0; i < txn_.tree_count; ++i) {
        TreeState& tree = *txn_.trees[i];
        if (!tree.modified) continue;
        mark_ = tree_mark(tree.record.id);
        if (tree.record.root != kNoPage)
            tree.record.root = number(tree.record.root, tree.record.depth - 1, has_duplicates(tree.record));
        patch(txn_, txn_.catalog, tree_key(tree.record.id), bytes_of_record(tree.record));
    }
    mark_ = kCatalogMark;
    for (TreeState* tree : {&txn_.catalog, &space_}) {
        if (tree->record.root != kNoPage) tree->record.root = number(tree->record.root, tree->record.depth - 1);
        mark_ = kSpaceMark;
    }
    std::sort(writes_.begin(), writes_.end(),
              [](const Write& a, const Write& b) { return a.page_number < b.page_number; });
}

void Commit::give_back_unused() {
    std::vector<Extent> unused;
    for (std::size_t i = extent_; i < node_extents_.size(); ++i) {
        const std::uint64_t used = i == extent_ ? in_extent_ : 0;
        if (const Extent& extent = node_extents_[i]; used < extent.page_count)
            unused.push_back({extent.first_page + used, extent.page_count - used});
    }
    // From the back, so that what lies at the end of the file shortens it.
    std::sort(unused.begin(), unused.end(),
              [](const Extent& a, const Extent& b) { return a.first_page > b.first_page; });
    for (const Extent& extent : unused) env_.space.give_back(extent);
    result_ = {txn_.next_id, env_.space.page_count(), txn_.snapshot.next_tree_id, txn_.catalog.record,
               space_.record};
}

void Commit::fit_file() {
    const std::uint64_t needed = result_.page_count * env_.page_size;
    const std::uint64_t size = file_size_;  // it changes under the write lock only
    // A row of small commits at the end of the file: the flush of this one covers the room of the next ones, which
    // then take one flush each.
    const std::uint64_t added = needed - std::min(needed, txn_.snapshot.page_count * env_.page_size);
    const bool in_row = !deferred_ && added > 0 && added <= kSmallAddition;
    if (size < needed || (in_row && size - needed < kCommitsAhead * added)) return grow_file(size, needed);
    // The states on disk and the snapshots of readers are as long as they were: recovery compares the lengths, and
    // a page of a mapping that lies behind the end of the file cannot be read.
    const std::uint64_t pinned = env_.space.page_count_since(oldest_pin_);
    if (pinned >= size / env_.page_size) return;
    const std::uint64_t kept = std::max(needed, whole_steps(pinned * env_.page_size));
    if (size <= kept + slack_of(size)) return;
    env_.data.resize(kept);
    file_size_ = kept;
}

void Commit::grow_file(std::uint64_t size, std::uint64_t needed) {
    const std::uint64_t reserved = size + std::clamp(size / 8, kLeastGrowth, kMostGrowth);
    std::uint64_t wanted = std::max(whole_steps(needed), reserved / step_of(reserved) * step_of(reserved));
    if (env_.options.size_limit_bytes != 0)
        wanted = std::max(needed, std::min(wanted, env_.options.size_limit_bytes));
    if (wanted <= size) return;
    const std::uint64_t pages = size / env_.page_size;
    env_.pages_before_growth = std::min(env_.pages_before_growth.value_or(pages), pages);
    try {
        env_.data.allocate(size, wanted);
        file_size_ = wanted;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::full) throw;
        if (needed <= size) return;
        env_.data.allocate(size, needed);  // no room for reserves: just what this commit needs
        file_size_ = needed;
    }
}

// What is written until the next flush, at the least.
std::uint64_t Commit::flush_bytes() const noexcept {
    if (is_private(env_.options)) return ~std::uint64_t{0};
    if (!deferred_) return 0;
    return env_.options.deferred_bytes != 0 ? env_.options.deferred_bytes : ~std::uint64_t{0};
}

void Commit::write_pages() {
    std::vector<iovec> pieces;
    std::uint64_t written = 0;
    std::uint64_t replaced = 0;
    for (const RetiredExtent& extent : txn_.retired) replaced += extent.page_count;
    env_.page_writer.begin(file_size_, txn_.snapshot.page_count * env_.page_size, flush_bytes(),
                           env_.lock->durable_transaction(), replaced < writes_.size() / kLasting);
    const std::uint64_t most = env_.page_writer.copies() ? kMostCopied : kMostWritten;
    for (std::size_t i = 0; i < writes_.size();) {
        const std::uint64_t first = writes_[i].page_number;
        std::uint64_t pages = 0;
        pieces.clear();
        const bool in_place = writes_[i].in_place;
        const auto goes_on = [&](const Write& write) {
            return write.page_number == first + pages && write.in_place == in_place && pages < most;
        };
        for (; i < writes_.size() && goes_on(writes_[i]); ++i) {
            seal(writes_[i]);
            pieces.push_back({writes_[i].data, writes_[i].pages * env_.page_size});
            pages += writes_[i].pages;
        }
        if (in_place) {
            env_.page_writer.write_in_place(first * env_.page_size, pieces);
        } else {
            env_.page_writer.write(first * env_.page_size, pages * env_.page_size, pieces);
        }
        append_extent(extents_, {first, pages});
        written += pages;
    }
    const std::uint64_t ahead = env_.page_writer.end();
    env_.counters.extents_written.fetch_add(extents_.size(), std::memory_order_relaxed);
    size_ = {written, written * env_.page_size + ahead};
    env_.counters.pages_written.fetch_add(size_.pages, std::memory_order_relaxed);
    env_.counters.bytes_written.fetch_add(size_.bytes, std::memory_order_relaxed);
    env_.counters.changed_bytes.fetch_add(txn_.changed_bytes, std::memory_order_relaxed);
}

// The written state belongs to this writer until it is published; the next one reads it anew.
void Commit::prepare_publication() {
    std::sort(txn_.retired.begin(), txn_.retired.end(),
              [](const RetiredExtent& a, const RetiredExtent& b) { return a.first_page < b.first_page; });
    env_.written_.advance(txn_.retired, extents_, env_.lock->durable_transaction(), result_, env_.page_size);
    (void)env_.mapped(result_.page_count * env_.page_size);
}

// From here on the commit is what the next writer builds on; a flush makes it durable.
void Commit::publish(Durability durability) noexcept {
    WrittenState& written = env_.written_;
    if (durability == Durability::two_phase) written.two_phase = result_.id;
    if (const auto pages = std::exchange(env_.pages_before_growth, {}))
        written.note_growth(result_.id, *pages, env_.lock->durable_transaction());
    try {
        env_.space.committed(result_.id, txn_.retired);
    } catch (const std::bad_alloc&) {
        env_.space.invalidate();  // it is loaded again
    }
    env_.lock->publish_written(written);
    txn_.dirty.set_places(nullptr);  // they are pages of the store now
    env_.counters.commits.fetch_add(1, std::memory_order_relaxed);
    env_.counters.free_pages.store(env_.space.free_pages(), std::memory_order_relaxed);
    env_.counters.waiting_pages.store(env_.space.waiting_pages(), std::memory_order_relaxed);
}

namespace {

bool has_changes(const TransactionState& txn) {
    if (txn.catalog.modified) return true;
    return std::any_of(txn.trees.begin(), txn.trees.begin() + static_cast<std::ptrdiff_t>(txn.tree_count),
                       [](const std::unique_ptr<TreeState>& tree) { return tree->modified; });
}

}  // namespace

WrittenCommit EnvironmentState::publish(Commit& commit, Durability durability) {
    try {
        require_sound_file();  // a flush may have failed since the transaction began
    } catch (...) {
        space.invalidate();
        throw;
    }
    commit.publish(durability);
    if (durability != Durability::deferred) return {written_.snapshot.id, true, commit.size()};
    lock->publish_visible(written_.snapshot);
    return {written_.snapshot.id, deferred_flush_is_due(), commit.size()};
}

WrittenCommit EnvironmentState::commit(TransactionState& txn, Durability durability) {
    if (!has_changes(txn)) return {};
    Commit commit{*this, txn, durability == Durability::deferred};
    commit.write();
    return publish(commit, durability);
}

void EnvironmentState::prepare(TransactionState& txn) {
    txn.end_cursors();
    prepared_ = nullptr;
    if (!has_changes(txn)) return;
    auto commit = std::make_unique<Commit>(*this, txn, false);
    commit->write();
    sync_as_writer();
    pages_before_growth.reset();
    prepared_ = std::move(commit);
}

WrittenCommit EnvironmentState::commit_prepared(Durability durability) {
    const std::unique_ptr<Commit> commit = std::move(prepared_);
    return commit == nullptr ? WrittenCommit{} : publish(*commit, durability);
}

}  // namespace cambium::kv::detail

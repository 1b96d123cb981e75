// Making the space map true for a snapshot: checkpoint and deltas, or only the deltas that are missing.
#include "kv/space_map.hpp"
#include "kv/space_records.hpp"

namespace cambium::kv {

using detail::each_space_record;
using detail::TransactionState;

// For tests/crash/crash_birth_mutations.cpp, which must notice it. Never defined in the library.
#ifdef CAMBIUM_MUTATION_BIRTHS_LOST
bool births_lost = false;
#else
constexpr bool births_lost = false;
#endif

namespace {

constexpr std::uint64_t kUnknownCount = ~std::uint64_t{0};

bool is_delta(ByteView key) noexcept {
    return !key.empty() && key[0] == kSpaceDelta;
}

[[noreturn]] void throw_impossible(TransactionId transaction, const std::string& what) {
    throw_corrupt(0, ("the record of the free space of transaction " + std::to_string(transaction) + what).c_str());
}

}  // namespace

// The part of a recorded extent that belongs to the file. Error{corrupt} for one that no file can have.
Extent SpaceMap::inside(Extent extent) const {
    if (extent.first_page + extent.page_count < extent.first_page || extent.page_count == 0)
        throw_corrupt(0, "a record of the free space has an impossible extent");
    if (extent.first_page >= page_count()) return {extent.first_page, 0};
    return {extent.first_page, std::min(extent.page_count, page_count() - extent.first_page)};
}

void SpaceMap::bring_to(TransactionState& txn) {
    const Snapshot& snapshot = txn.snapshot;
    if (valid_ && as_of_ == snapshot.id) return;
    const bool replays = valid_ && as_of_ < snapshot.id && can_replay(txn, as_of_);
    valid_ = false;
    if (replays) {
        const std::uint64_t before = page_count();
        resize(snapshot.page_count);
        if (snapshot.page_count < before) forget_retaken();
        longest_replayed_ = std::max(before, snapshot.page_count);
        replay(txn, as_of_, nullptr);
        // Every state in between may have been as long: which of them were is not recorded.
        remember(snapshot.id - 1, longest_replayed_);
        if (retaken_.size() > 1024 + waiting_pages_ / 4) forget_retaken();
    } else {
        load(txn);
    }
    as_of_ = snapshot.id;
    committed_page_count_ = page_count();
    remember(snapshot.id, page_count());
    valid_ = true;
}

// The deltas after as_of are complete when the oldest one there is reaches back far enough: every commit writes
// one, and they are dropped in order.
bool SpaceMap::can_replay(TransactionState& txn, TransactionId as_of) {
    bool complete = false;
    each_space_record(txn, txn.snapshot.space, {&kSpaceDelta, 1}, [&](ByteView key, ByteView) {
        complete = is_delta(key) && delta_transaction(key) <= as_of;
        return false;
    });
    return complete;
}

void SpaceMap::load(TransactionState& txn) {
    clear();
    resize(std::max(txn.snapshot.page_count, page_count()));
    if (txn.snapshot.id > 0) remember(txn.snapshot.id - 1, kUnknownCount);
    PageBits touched;
    touched.resize(page_count());
    replay(txn, 0, &touched);
    load_chunks(txn, touched);
    forget_retaken();
}

// Applies the deltas after a transaction, oldest first.
void SpaceMap::replay(TransactionState& txn, TransactionId after, PageBits* touched) {
    SpaceDelta delta;
    TransactionId transaction = 0;
    std::uint64_t bytes = 0;
    const auto finish = [&] {
        if (transaction == 0) return;
        apply(delta, transaction, touched);
        log_ = delta.log;
        log_.delta_bytes += bytes;
        delta = {};
        bytes = 0;
    };
    each_space_record(txn, txn.snapshot.space, delta_key(after + 1, 0), [&](ByteView key, ByteView value) {
        if (!is_delta(key)) return false;
        if (const TransactionId next = delta_transaction(key); next != transaction) {
            finish();
            transaction = next;
        }
        decode_delta(value, transaction, delta);
        bytes += value.size();
        return true;
    });
    finish();
}

// No commit takes a page twice, and none retires a page that waits already and has not been taken since. So a
// record names each page of the file at most twice, however many extents it has. From the oldest delta on all
// extents together are not limited: a page may be taken and retired by each commit.
void SpaceMap::apply(const SpaceDelta& delta, TransactionId transaction, PageBits* touched) {
    std::uint64_t allocated = 0;
    std::uint64_t left = page_count();
    for (const Extent& extent : delta.allocated) {
        allocated += extent.page_count;
        longest_replayed_ = std::max(longest_replayed_, extent.first_page + extent.page_count);
    }
    if (delta.unused_pages > allocated)
        throw_corrupt(0, "a record of the free space counts more unused pages than it has");
    std::uint64_t used = allocated - delta.unused_pages;
    for (const Extent& extent : delta.allocated) {
        const std::uint64_t part = std::min(used, extent.page_count);
        used -= part;
        const Extent pages = inside(extent);
        if (pages.page_count > left) throw_impossible(transaction, " allocates more pages than the store has");
        left -= pages.page_count;
        if (touched == nullptr) retake(pages, transaction);  // load() cuts all waiting extents at its end
        if (part > 0) apply_extent(inside({extent.first_page, part}), State::used, touched);
        if (part < extent.page_count)
            apply_extent(inside({extent.first_page + part, extent.page_count - part}), State::free, touched);
    }
    for (const RetiredExtent& extent : delta.retired) {
        const Extent pages = inside({extent.first_page, extent.page_count});
        if (pages.page_count == 0) continue;
        const std::uint64_t end = pages.first_page + pages.page_count;
        if (const std::uint64_t page = waiting_bits_.find(pages.first_page, end, true); page < end)
            throw_impossible(transaction, " retires page " + std::to_string(page) +
                                              ", which was retired before and has not been allocated since");
        apply_extent(pages, State::waiting, touched);
        const TransactionId birth = births_lost ? extent.retired : extent.birth;
        unfiled_.push_back({pages.first_page, pages.page_count, birth, extent.retired});
    }
}

void SpaceMap::apply_extent(Extent extent, State state, PageBits* touched) {
    if (extent.page_count == 0) return;
    if (extent.first_page < first_data_page(page_size_))
        throw_corrupt(0, "a record of the free space lies outside the file");
    set_state(extent, state);
    if (touched != nullptr) touched->assign(extent, true);
}

// The checkpoint decides about pages that no delta speaks of. Births are not kept there: what waited counts as as
// old as the file.
void SpaceMap::load_chunks(TransactionState& txn, const PageBits& touched) {
    each_space_record(txn, txn.snapshot.space, {&kSpaceChunk, 1}, [&](ByteView key, ByteView value) {
        if (key[0] != kSpaceChunk) return false;
        const SpaceChunk chunk = decode_chunk(value);
        const std::uint64_t base = chunk_number(key) * kChunkPages;
        const auto each_untouched = [&](const PageBits& bits, auto&& visit) {
            bits.each_run({0, kChunkPages}, true, [&](Extent run) {
                const Extent pages = inside({base + run.first_page, run.page_count});
                if (pages.page_count > 0) touched.each_run(pages, false, visit);
            });
        };
        each_untouched(chunk.free, [&](Extent run) { apply_extent(run, State::free, nullptr); });
        each_untouched(chunk.waiting, [&](Extent run) {
            apply_extent(run, State::waiting, nullptr);
            unfiled_.push_back({run.first_page, run.page_count, 0, chunk.transaction});
        });
        return true;
    });
}

}  // namespace cambium::kv

// The flush owner: makes written states durable, one flush at a time. Together with commit.cpp the only place that
// orders writes and syncs of a running store. docs/durability.md has the argument.
#include <algorithm>

#include "base/throw_error.hpp"
#include "kv/environment_state.hpp"
#include "kv/mutations.hpp"
#include "kv/recovery.hpp"
#include "kv/survivor.hpp"

namespace cambium::kv::detail {

namespace {

/// Holds the flush lock; when it ends, everyone who waits for a flush looks again.
class FlushOwnership {
public:
    explicit FlushOwnership(LockFile& lock) noexcept : lock_(lock) {}
    ~FlushOwnership() { lock_.end_flush(); }
    FlushOwnership(const FlushOwnership&) = delete;
    FlushOwnership& operator=(const FlushOwnership&) = delete;

private:
    LockFile& lock_;
};

/// Pins the state that a flush is about to name; let go when destroyed, unless the flush failed: then its meta may
/// have reached the medium, and a writer that had begun before goes on.
class InFlight {
public:
    explicit InFlight(LockFile& lock) noexcept : lock_(lock) {}
    ~InFlight() {
        if (!lock_.poisoned()) lock_.set_in_flight(0);
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

    /// Publishes the pin, then looks again: a writer that scanned the pins before it was there has written more.
    /// Answers the state's sequence number.
    std::uint64_t pin_newest(WrittenState& state) {
        std::uint64_t sequence = 0;
        do {
            if (!lock_.written().newest(state, sequence))
                base::throw_error(ErrorCode::corrupt, "the lock file \"", lock_.path(),
                                  "\" is damaged: close the store in every process");
            reach_pin();
            lock_.set_in_flight(state.snapshot.id);
        } while (!mutations.flush_looks_once && lock_.written().sequence() != sequence);
        return sequence;
    }

private:
    LockFile& lock_;
};

// Neighbours become one extent.
void copy_extents(const std::vector<WrittenExtent>& from, std::vector<Extent>& to) {
    to.clear();
    for (const WrittenExtent& extent : from) append_extent(to, {extent.first_page, extent.page_count});
}

}  // namespace

FlushScratch::FlushScratch(std::uint32_t page_size) {
    state.extents.reserve(kMaxMetaExtents);
    meta.extents.reserve(kMaxMetaExtents);
    pages.reserve(kMaxVerifiedBytes / page_size);
    for (SlotContent& slot : slots) slot.meta.extents.reserve(kMaxMetaExtents);
}

// Has `work` done under the flush lock, by this thread or by those who hold it meanwhile, until done() answers
// true.
template <class Done, class Work>
void EnvironmentState::as_flush_owner(Done&& done, Work&& work) {
    for (;;) {
        const std::uint32_t seen = lock->ended_flushes();
        if (done()) return;
        const os::SharedMutex::Lock taken = os::SharedMutex::require(lock->flush_mutex().try_lock());
        if (taken == os::SharedMutex::Lock::busy) {
            lock->wait_for_flush(seen);
            continue;
        }
        const FlushOwnership owner{*lock};
        if (taken == os::SharedMutex::Lock::owner_died) repair_flush();
        if (!done()) work();
    }
}

void EnvironmentState::flush_until(TransactionId target) {
    const auto done = [&] {
        if (lock->durable_transaction() >= target) return true;
        if (lock->poisoned())
            base::throw_error(ErrorCode::outcome_unknown, "a flush of \"", path,
                              "\" failed: the commit may or may not survive; close the store in every process and "
                              "open it again to see");
        return false;
    };
    as_flush_owner(done, [&] {
        settle_recovery();
        flush_newest();
    });
}

void EnvironmentState::settle_slots() {
    const TransactionId target = written_.snapshot.id;
    const auto done = [&] { return lock->slot_transaction(0) >= target && lock->slot_transaction(1) >= target; };
    try {
        flush_until(target);
        as_flush_owner(done, [&] {
            require_sound_file();
            flush_newest();
        });
    } catch (const Error& error) {
        // Unknown is what becomes of commits before: nothing of this transaction is written.
        if (error.code() != ErrorCode::outcome_unknown) throw;
        base::throw_error(lock->poisoned() ? ErrorCode::poisoned : ErrorCode::io,
                          "nothing of this transaction was written: ", error.what());
    }
}

void EnvironmentState::complete_recovery() {
    as_flush_owner([&] { return !lock->recovery_pending(); }, [&] { settle_recovery(); });
}

// Under the flush lock.
void EnvironmentState::settle_recovery() {
    if (!lock->recovery_pending()) return;
    RecoveryReport ignored;
    const Recovered recovered = choose_state(data, path, lock->durable_slot(), ignored);
    try {
        settle(data, recovered);
    } catch (...) {
        // The kernel tells of lost pages once: a second try would succeed without them.
        if (!mutations.failure_forgotten) lock->set_poisoned();
        throw;
    }
    lock->set_slot_transaction(1 - recovered.slot, recovered.other_transaction);
    resume_written(*this, snapshot_of(recovered.meta.header));
    lock->set_flushing(false);
    lock->set_recovery_pending(false);
}

// The last flush owner died. Its meta may be in the page cache or on the medium, whole or torn. Takes no memory:
// the kernel tells of the death once, so that whoever is told must be able to repair.
void EnvironmentState::repair_flush() {
    try {
        const std::uint32_t slot = lock->durable_slot();
        // It may have died between its flush and its publication. Before the other slot is given up: until then
        // readers may begin at the state that it names.
        SlotContent& content = flush_scratch_.slots[slot];
        read_slot(data, slot, content);
        if (content.state != SlotContent::State::valid)
            base::throw_error(ErrorCode::corrupt, "the durable commit record of \"", path, "\" is damaged");
        if (!mutations.dead_flush_forgotten && content.meta.header.transaction > lock->durable_transaction())
            lock->publish_durable(snapshot_of(content.meta.header), lock->durable_bytes());
        if (lock->flushing()) {
            // It may name pages that are reused from now on.
            invalidate_slot(data, 1 - slot);
            counters.flushes.fetch_add(1, std::memory_order_relaxed);
            lock->set_slot_transaction(1 - slot, 0);
            lock->set_flushing(false);
        }
        lock->set_in_flight(0);
    } catch (...) {
        lock->set_poisoned();
        throw;
    }
}

bool EnvironmentState::deferred_flush_is_due() const noexcept {
    const std::uint64_t bytes = written_.total_bytes - std::min(written_.total_bytes, lock->durable_bytes());
    if (options.deferred_bytes != 0 && bytes >= options.deferred_bytes) return true;
    return options.deferred_interval.count() > 0 &&
           WriterQueue::Clock::now() - lock->last_flush() >= options.deferred_interval;
}

void EnvironmentState::start_flush_thread() {
    if (!options.flush_thread || options.deferred_interval.count() <= 0 || options.read_only || lock == nullptr)
        return;
    flush_thread_ = std::thread{[this] {
        std::unique_lock guard{flush_thread_mutex_};
        while (!flush_thread_wakes_.wait_for(guard, options.deferred_interval,
                                             [this] { return flush_thread_ends_; })) {
            guard.unlock();
            try {
                if (!lock->poisoned() && !lock->recovery_pending()) flush_until(written_transaction());
            } catch (const std::exception&) {
                // The next commit or sync() tries again, or is told that the store is poisoned.
            }
            guard.lock();
        }
    }};
}

void EnvironmentState::stop_flush_thread() noexcept {
    if (!flush_thread_.joinable()) return;
    {
        const std::lock_guard guard{flush_thread_mutex_};
        flush_thread_ends_ = true;
    }
    flush_thread_wakes_.notify_all();
    flush_thread_.join();
}

// As many commits as the last flush covered are likely to come again at once, and this flush will cover them if it
// waits for them. That is worth a small part of a slow flush; while a quick one goes on, the next commits gather
// anyhow. A writer on its own waits for nobody.
void EnvironmentState::wait_for_company() {
    constexpr int kPart = 8;
    constexpr std::chrono::milliseconds kSlow{1};
    const GroupHistory history = lock->group_history();
    if (history.flush_time < kSlow) return;
    const auto deadline = WriterQueue::Clock::now() + history.flush_time / kPart;
    while (
        (lock->written().sequence() - history.written_sequence < history.commits || lock->waiting_writers() > 0) &&
        WriterQueue::Clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::microseconds{20});
}

void EnvironmentState::digest_written(const WrittenState& state, std::vector<WrittenPage>& pages) {
    const std::byte* map = mapped(state.snapshot.page_count * page_size);
    pages.clear();
    for (const WrittenExtent& extent : state.extents) {
        const std::uint64_t end = extent.first_page + extent.page_count;
        for (std::uint64_t page = extent.first_page; page < end;) {
            const std::byte* bytes = map + page * page_size;
            pages.push_back({page, load<std::uint64_t>(bytes)});
            const bool is_run = static_cast<PageKind>(bytes[offsetof(RunHeader, kind)]) == PageKind::run;
            page += is_run ? std::max<std::uint64_t>(1, load<RunHeader>(bytes).page_count) : 1;
        }
    }
}

// The commits are written already: whatever keeps their flush from beginning, they may survive.
void EnvironmentState::flush_newest() {
    try {
        flush_newest_written();
    } catch (const std::exception& error) {
        if (lock->poisoned()) throw;
        base::throw_error(ErrorCode::outcome_unknown, "the flush of a commit could not begin (", error.what(),
                          "): the commit is written, and becomes durable with the next flush that succeeds");
    }
}

void EnvironmentState::flush_newest_written() {
    wait_for_company();
    InFlight in_flight{*lock};
    WrittenState& state = flush_scratch_.state;
    const std::uint64_t sequence = in_flight.pin_newest(state);
    const TransactionId durable = lock->durable_transaction();
    // Deferred commits are visible already: nobody waits for them, and nobody is to wait for as many again.
    std::uint64_t ignored = 0;
    const TransactionId visible = lock->visible().newest(ignored).id;
    const std::uint64_t awaited = state.snapshot.id - std::min(visible, state.snapshot.id);
    // What one flush cannot cover safely takes two, and then recovery has nothing to verify.
    const bool two_flushes = state.takes_two_flushes(durable);
    if (two_flushes) state.extents.clear();
    std::erase_if(state.extents, [durable](const WrittenExtent& extent) { return extent.birth <= durable; });
    digest_written(state, flush_scratch_.pages);
    Meta& meta = flush_scratch_.meta;
    copy_extents(state.extents, meta.extents);
    meta.header = new_meta().header;
    set_snapshot(meta.header, state.snapshot);
    meta.header.previous_durable = durable;
    meta.header.digest = digest_of(checksum, flush_scratch_.pages);

    const std::uint32_t slot = 1 - lock->durable_slot();
    const auto begin = WriterQueue::Clock::now();
    lock->set_flushing(true);
    // Nothing takes memory here: what fails is a call that the file was asked.
    try {
        if (two_flushes) sync_as_flush_owner();
        const std::size_t size = write_slot(data, slot, meta);
        counters.bytes_written.fetch_add(size, std::memory_order_relaxed);
        sync_as_flush_owner();
        lock->set_slot_transaction(slot, state.snapshot.id);
        lock->set_durable_slot(slot);
        reach_durable_published();
        lock->publish_durable(state.snapshot, state.total_bytes);
    } catch (const std::exception& error) {
        lock->set_poisoned();
        base::throw_error(
            ErrorCode::outcome_unknown, "the flush of a commit failed (", error.what(),
            "): it may or may not survive; close the store in every process and open it again to see");
    }
    lock->set_flushing(false);
    const std::uint64_t earlier = lock->group_history().written_sequence;
    lock->set_group_history({sequence, std::min(sequence - earlier, awaited), WriterQueue::Clock::now() - begin});
}

}  // namespace cambium::kv::detail

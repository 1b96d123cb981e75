#include "kv/environment_state.hpp"

#include <algorithm>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fork_guard.hpp"
#include "base/thread_number.hpp"
#include "base/throw_error.hpp"
#include "kv/commit.hpp"
#include "kv/mutations.hpp"
#include "kv/recovery.hpp"

namespace cambium::kv::detail {

namespace {

/// Address space reserved for the mapping, as far as the process may; larger files are mapped anew.
constexpr std::size_t kReservedBytes = std::size_t{1} << 42;
/// Each is twice as long as the one before, or longer: a flush, which maps what it reads, takes no memory for more.
constexpr std::size_t kMostMappings = 40;

std::size_t reservation_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kReservedBytes;
    return std::min<std::size_t>(kReservedBytes, limit.rlim_cur / 4);
}

}  // namespace

EnvironmentState::EnvironmentState(std::string file_path, const Options& open_options, os::File file,
                                   const Meta& meta)
    : path(std::move(file_path)),
      options(open_options),
      data(std::move(file)),
      page_size(meta.header.page_size),
      fixed(meta.header),
      checksum(meta.header.seed),
      space(page_size),
      page_writer(data),
      fork_generation(current_fork_generation()),
      writer_(std::make_unique<TransactionState>(*this, checksum, page_size)),
      flush_scratch_(page_size) {
    writer_->writable = true;
    written_.extents.reserve(kMaxMetaExtents);
    mappings_.reserve(kMostMappings);
    writer_->verify_reads = options.verify_on_read;
    if (!options.in_memory)
        writer_->dirty.set_budget(options.write_memory_bytes,
                                  options.temporary ? path + "/cambium" : os::resolve_path(path));
    const std::uint64_t least = kMetaAreaSize + 256 * std::uint64_t{page_size};
    if (options.size_limit_bytes != 0 && options.size_limit_bytes < least)
        throw Error(ErrorCode::invalid_argument, "size_limit_bytes is " + std::to_string(options.size_limit_bytes) +
                                                     "; with pages of " + std::to_string(page_size) +
                                                     " bytes it must be at least " + std::to_string(least));
}

EnvironmentState::~EnvironmentState() {
    if (lock == nullptr || fork_generation != current_fork_generation()) return;
    stop_flush_thread();
    for (const std::unique_ptr<TransactionState>& reader : readers_) lock->release_slot(reader->reader_slot);
    data.unlock(kReadyLock);  // first, so that nobody takes this for a store in use with nobody in its lock file
    // The lock file before the data file: who opens that one first reads in the lock file what becomes of a failed
    // flush and of what was written. All at once, also when a child that was made without fork() holds the files
    // open. Who comes next and finds nobody attached finds nobody who keeps others out either.
    lock->leave();
    data.unlock(kExclusiveLock);
    data.unlock(kAttachLock);
    data.unlock(kCloseLock);
}

void EnvironmentState::require_same_process() const {
    if (fork_generation != current_fork_generation())
        throw Error(ErrorCode::misuse,
                    "the environment belongs to the parent process: open the store anew after fork()");
}

const std::byte* EnvironmentState::mapped(std::uint64_t bytes) {
    if (map_good_to_.load(std::memory_order_acquire) >= bytes) return map_.load(std::memory_order_acquire);
    const std::lock_guard guard{mappings_mutex_};
    if (mappings_.empty() || mappings_.back().size() < bytes) {
        const std::uint64_t least = std::max<std::uint64_t>(bytes + bytes / 2, std::uint64_t{64} << 20);
        const std::uint64_t most = mappings_.empty() ? reservation_limit() : bytes * 2;
        mappings_.push_back(os::Mapping::reserve(data, (least + 65535) / 65536 * 65536, most));
        if (sparse_) mappings_.back().read_sparsely();
        map_.store(mappings_.back().data(), std::memory_order_release);
    }
    // The kernel reads megabytes around each page that is missing. In a store that does not fit the memory, most of
    // it is gone again before anybody wants it.
    if (!sparse_ && !options.in_memory && share_.is_large(bytes)) {
        for (const os::Mapping& mapping : mappings_) mapping.read_sparsely();
        sparse_ = true;
    }
    const std::uint64_t size = mappings_.back().size();
    const bool settled = sparse_ || options.in_memory;
    map_good_to_.store(settled ? size : std::min(size, share_.small_to()), std::memory_order_release);
    return map_.load();
}

void EnvironmentState::read_value_ahead(std::uint64_t first_page, std::uint64_t position, std::uint64_t value_size,
                                        bool goes_on) const noexcept {
    constexpr std::uint64_t kAhead = std::uint64_t{4} << 20;
    const std::uint64_t to = std::min(position + kAhead, value_size);
    const std::uint64_t from = goes_on ? std::min(position + kAhead - kRunChunkSize, to) : position;
    data.begin_read(first_page * page_size + from, to - from);
}

// ---- Readers ----------------------------------------------------------------------------------------------

std::size_t EnvironmentState::reader_shelf() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t shelf = next.fetch_add(1, std::memory_order_relaxed) % kShelves;
    return shelf;
}

std::unique_ptr<TransactionState> EnvironmentState::new_reader() {
    auto reader = std::make_unique<TransactionState>(*this, checksum, page_size);
    reader->verify_reads = options.verify_on_read;
    if (lock != nullptr) {
        reader->reader_slot = lock->claim_slot();
        reader->pinned_by = &lock->slot(reader->reader_slot);
    }
    return reader;
}

TransactionState* EnvironmentState::begin_read(bool durable) {
    require_same_process();
    TransactionState* reader = shelves_[reader_shelf()].idle.exchange(nullptr, std::memory_order_acquire);
    if (reader == nullptr) {
        const std::lock_guard guard{readers_mutex_};
        if (idle_readers_.empty()) {
            readers_.reserve(readers_.size() + 1);
            idle_readers_.reserve(readers_.size() + 1);
            readers_.push_back(new_reader());
            idle_readers_.push_back(readers_.back().get());
        }
        reader = idle_readers_.back();
        idle_readers_.pop_back();
    }
    if (reader->durable_only != durable) {
        reader->durable_only = durable;
        reader->head_ring = nullptr;
    }
    try {
        renew_read(*reader);
    } catch (...) {
        end_read(reader);
        throw;
    }
    return reader;
}

// Most transactions find the state that the one before them found.
void EnvironmentState::renew_read(TransactionState& reader) {
    require_same_process();
    if (const HeadRing* heads = reader.head_ring; heads != nullptr && reader.head_sequence == heads->sequence()) {
        reach_pin();
        reader.pinned_by->pin(reader.snapshot.id);
        if (mutations.reader_looks_once || reader.head_sequence == heads->sequence()) return reader.begin_again();
    }
    read_newest(reader);
}

void EnvironmentState::read_newest(TransactionState& reader) {
    if (lock == nullptr) {
        reader.begin(standalone_head, mapped(standalone_head.page_count * page_size));
        return;
    }
    const HeadRing& heads = reader.durable_only ? lock->durable() : lock->visible();
    try {
        // Publish the pin, then look again: a writer that scanned before it was there has moved the head.
        Snapshot head;
        std::uint64_t sequence = 0;
        do {
            head = heads.newest(sequence);
            reach_pin();
            reader.pinned_by->pin(head.id);
        } while (!mutations.reader_looks_once && heads.sequence() != sequence);
        reader.begin(head, mapped(head.page_count * page_size));
        reader.head_ring = &heads;
        reader.head_sequence = sequence;
    } catch (...) {
        reset_read(reader);
        throw;
    }
}

void EnvironmentState::reset_read(TransactionState& reader) noexcept {
    if (fork_generation != current_fork_generation()) return;  // the parent's slot is not ours to free
    reader.end_read();
    if (reader.pinned_by != nullptr) reader.pinned_by->unpin();
}

void EnvironmentState::end_read(TransactionState* reader) noexcept {
    if (fork_generation != current_fork_generation()) return;
    reset_read(*reader);
    TransactionState* nobody = nullptr;
    if (shelves_[reader_shelf()].idle.compare_exchange_strong(nobody, reader, std::memory_order_release)) return;
    const std::lock_guard guard{readers_mutex_};
    idle_readers_.push_back(reader);  // capacity was reserved when the reader was made
}

void EnvironmentState::require_unused() {
    if (has_transactions())
        throw Error(ErrorCode::misuse, "\"" + path + "\" cannot be closed: a transaction is open; end it first");
    if (keeps_write_lock())
        throw Error(ErrorCode::misuse, "\"" + path +
                                           "\" cannot be closed: a write transaction was ended on another thread "
                                           "than its own, which holds the write lock until it has written again "
                                           "or ends");
}

// Whether a thread holds the write lock though no transaction is open. The mapping of the lock file must stay then:
// the list of locks that the thread holds leads through it, for the system and for every robust lock it takes.
bool EnvironmentState::keeps_write_lock() {
    const std::uint64_t thread = writing_thread_.load();
    if (thread == 0) return false;
    // Whoever has ended has left the lock to who comes next, maybe in another process. By then it is gone.
    using Lock = os::SharedMutex::Lock;
    const Lock taken = thread == this_thread_number() ? Lock::acquired : lock->try_lock_writer();
    if (taken == Lock::busy || taken == Lock::own_thread)
        return ::syscall(SYS_tgkill, ::getpid(), writing_thread_id_.load(), 0) == 0;
    if (taken == Lock::owner_died) space.invalidate();
    writing_thread_.store(0);
    lock->unlock_writer();
    return false;
}

bool EnvironmentState::has_transactions() {
    if (writing_thread_.load() != 0 && writer_->active) return true;
    const std::lock_guard guard{readers_mutex_};
    std::size_t idle = idle_readers_.size();
    for (const Shelf& shelf : shelves_) idle += shelf.idle.load(std::memory_order_acquire) != nullptr ? 1 : 0;
    return idle < readers_.size();
}

// ---- The writer -------------------------------------------------------------------------------------------

namespace {

/// What the system calls this thread.
pid_t this_thread_id() noexcept {
    thread_local pid_t id = 0;
    thread_local std::uint64_t generation = 0;
    if (generation != current_fork_generation()) {
        id = static_cast<pid_t>(::syscall(SYS_gettid));
        generation = current_fork_generation();
    }
    return id;
}

}  // namespace

TransactionState* EnvironmentState::begin_write(std::optional<WriterQueue::Clock::time_point> deadline) {
    require_same_process();
    if (options.read_only || lock == nullptr)
        throw Error(ErrorCode::read_only, "\"" + path + "\" was opened read-only");
    // A transaction that was ended on another thread has left the lock with the thread that began it.
    const bool has_lock = writing_thread_.load() == this_thread_number();
    if (has_lock && writer_->active)
        throw Error(ErrorCode::misuse, "this thread has a write transaction open on \"" + path +
                                           "\" already: commit or abort it first");
    const os::SharedMutex::Lock taken = has_lock ? os::SharedMutex::Lock::acquired : lock->lock_writer(deadline);
    if (taken == os::SharedMutex::Lock::busy) return nullptr;
    writing_thread_id_.store(this_thread_id());
    writing_thread_.store(this_thread_number());
    try {
        require_sound_file();
        // A writer that died has written into free pages only, and published all or nothing.
        if (taken == os::SharedMutex::Lock::owner_died) space.invalidate();
        complete_recovery();
        if (std::uint64_t sequence = 0; !lock->written().newest(written_, sequence))
            throw Error(ErrorCode::corrupt, "the lock file of \"" + path +
                                                "\" is damaged: close the store in every "
                                                "process");
        const Snapshot& head = written_.snapshot;
        if (head.id >= kMaxNumber) throw_corrupt(0, "it has no number left for a new transaction");
        if (writer_->active) {
            writer_->end();
            in_place.return_unused();
        }  // its thread ended without ending it
        prepared_ = nullptr;
        writer_->begin(head, mapped(head.page_count * page_size));
        writer_->next_id = head.id + 1;
        writer_->thread = this_thread_number();
        writer_->fresh = fresh_pages(head.id);
        in_place.begin(*writer_);
    } catch (...) {
        writing_thread_.store(0);
        lock->unlock_writer();
        throw;
    }
    return writer_.get();
}

// The kernel keeps a changed page in memory until it has written it, and what was used last for longer than that.
// Only where memory is short would one be dropped, and read again from a medium that may have damaged it, within
// seconds.
FreshPages EnvironmentState::fresh_pages(TransactionId newest) noexcept {
    constexpr std::chrono::seconds kFresh{5};
    const auto now = WriterQueue::Clock::now();
    auto& [older, newer] = time_marks_;
    // Without an earlier look nothing is known to be fresh, however young the clock is.
    if (newer.at == TimeMark{}.at) older = newer = {newest, now};
    if (now - newer.at >= kFresh) {
        older = now - newer.at < 2 * kFresh ? newer : TimeMark{newest, now};
        newer = {newest, now};
    }
    return reads_sparsely() ? FreshPages{} : FreshPages{older.newest, now + kFresh};
}

void EnvironmentState::end_write(TransactionState& txn) noexcept {
    if (!txn.active) return;
    if (prepared_ != nullptr) {
        prepared_ = nullptr;
        space.invalidate();
    }
    txn.end();
    if (fork_generation != current_fork_generation()) return;
    in_place.return_unused();
    if (txn.thread != this_thread_number()) return;  // only the thread that locked can unlock
    writing_thread_.store(0);
    lock->unlock_writer();
}

TransactionId EnvironmentState::written_transaction() const {
    TransactionId transaction = 0;
    if (!lock->written().newest_transaction(transaction))
        throw Error(ErrorCode::corrupt,
                    "the lock file of \"" + path + "\" is damaged: close the store in every process");
    return transaction;
}

void EnvironmentState::abort_write(TransactionState& txn, std::uint64_t level) noexcept {
    if (!txn.has_level(level) || txn.fork_generation != current_fork_generation()) return;
    if (level == txn.top_level) return end_write(txn);
    while (txn.has_level(level)) txn.abort_level();
}

std::vector<TransactionId> EnvironmentState::pins(const Snapshot& base) {
    std::vector<TransactionId> pins{base.id};
    // The state in flight before the slots, which name it when it no longer is; the heads before the readers'
    // slots: the order that flush_newest() and begin_read() rely on.
    if (const TransactionId in_flight = lock->in_flight(); in_flight != 0) pins.push_back(in_flight);
    std::uint64_t sequence = 0;
    pins.push_back(lock->visible().newest(sequence).id);
    for (std::uint32_t slot = 0; slot < 2; ++slot) pins.push_back(lock->slot_transaction(slot));
    const std::size_t heads = pins.size();
    lock->collect_pins(pins);
    const auto oldest = std::min_element(pins.begin() + static_cast<std::ptrdiff_t>(heads), pins.end());
    oldest_reader_.store(oldest == pins.end() ? base.id : *oldest);
    std::sort(pins.begin(), pins.end());
    pins.erase(std::unique(pins.begin(), pins.end()), pins.end());
    return pins;
}

Meta EnvironmentState::new_meta() const {
    Meta meta;
    meta.header.page_size = page_size;
    meta.header.seed = fixed.seed;
    std::memcpy(meta.header.uuid, fixed.uuid, sizeof fixed.uuid);
    return meta;
}

void EnvironmentState::sync_data() {
    try {
        data.sync();
    } catch (...) {
        // The kernel may have dropped the pages that it could not write: nothing may be built on them.
        lock->set_poisoned();
        throw;
    }
    if (data.is_flushed()) counters.flushes.fetch_add(1, std::memory_order_relaxed);
}

void EnvironmentState::sync_as_writer() {
    const std::lock_guard guard{writer_sync_mutex_};
    sync_data();
}

// The kernel tells of lost pages once per open file. A sync of the writer that was under way at the same time may
// have been told instead.
void EnvironmentState::sync_as_flush_owner() {
    sync_data();
    { const std::lock_guard wait_for_writer{writer_sync_mutex_}; }
    require_sound_file();
}

void EnvironmentState::require_sound_file() const {
    if (lock->poisoned())
        base::throw_error(ErrorCode::poisoned, "a flush of \"", path,
                          "\" failed earlier: close it in every process and open it again");
}

void EnvironmentState::close_orderly() {
    if (lock == nullptr || options.read_only || lock->poisoned() || lock->recovery_pending()) return;
    flush_until(written_transaction());
    // Whoever closes is quick. Without its turn this process might not notice that it is the last: that costs the
    // next opener a recovery, and nobody waits for ever.
    constexpr int kPatience = 1000;  // milliseconds
    for (int i = 0; i < kPatience && !data.try_lock(kCloseLock, true); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    if (!data.try_lock(kAttachLock, true)) return;  // others go on
    shorten();
    std::array<SlotContent, 2>& slots = flush_scratch_.slots;  // nobody flushes any more
    for (const std::uint32_t slot : {0U, 1U}) read_slot(data, slot, slots[slot]);
    const auto closed = [](const SlotContent& s) {
        return s.state == SlotContent::State::valid && (s.meta.header.flags & kMetaClosed) != 0;
    };
    if (closed(slots[0]) && closed(slots[1]) &&
        slots[0].meta.header.transaction == slots[1].meta.header.transaction)
        return;
    std::uint64_t sequence = 0;
    const Meta meta = closed_meta(fixed, lock->durable().newest(sequence));
    const std::uint32_t durable = lock->durable_slot();
    // The slot that holds the durable state is overwritten only when the other one holds it too, and whoever opens
    // the store after a failed flush believes only the slot that was not being written.
    for (const std::uint32_t slot : {1 - durable, durable}) {
        lock->set_flushing(true);
        write_slot(data, slot, meta);
        sync_as_flush_owner();
        lock->set_slot_transaction(slot, meta.header.transaction);
        lock->set_durable_slot(slot);
        lock->set_flushing(false);
    }
    cut_reserve(meta.header.page_count * page_size);
}

// Nobody else has the store open, and both slots are durable and name what is used: the room behind it, in which
// the file would have grown, need not wait for the next writer. A little of it is not worth a change of the length.
void EnvironmentState::cut_reserve(std::uint64_t used_bytes) {
    constexpr std::uint64_t kWorthCutting = 32;  // one byte in so many
    const std::uint64_t kept = whole_steps(used_bytes);
    const std::uint64_t size = data.size();
    if (size > kept + size / kWorthCutting) data.resize(kept);
}

}  // namespace cambium::kv::detail

#include "kv/lock_file.hpp"

#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

namespace cambium::kv {

namespace {

constexpr char kLockMagic[8] = {'C', 'a', 'm', 'b', 'L', 'o', 'c', 'k'};
constexpr std::uint32_t kLockAbi = 5;
constexpr std::size_t kSlotsOffset = std::size_t{184} << 10;
constexpr std::uint32_t kInitialSlots = 1024;
constexpr std::uint64_t kReaderSlotSize = 64;
constexpr std::uint64_t kLeastSize = kSlotsOffset + kInitialSlots * kReaderSlotSize;
constexpr std::uint32_t kMaxSlots = std::uint32_t{1} << 18;
constexpr std::uint32_t kMaxProcesses = 4096;
/// Byte locks of processes lie far behind everything else in the lock file.
constexpr std::uint64_t kProcessLocks = std::uint64_t{1} << 40;
/// Shared by everyone who has it mapped.
constexpr std::uint64_t kUsersLock = kProcessLocks + kMaxProcesses;

}  // namespace

struct LockFile::Header {
    char magic[8];
    std::uint32_t abi;
    std::uint32_t header_size;  ///< catches builds with another layout of the same ABI number
    StoreIdentity identity;
    os::FileIdentity lock_file;
    std::atomic<std::uint32_t> slot_capacity;
    std::atomic<std::uint32_t> poisoned;
    std::atomic<std::uint32_t> flushing;
    std::atomic<std::uint32_t> recovery_pending;
    std::atomic<std::uint32_t> durable_slot;
    std::atomic<std::uint64_t> slot_transactions[2];
    std::atomic<std::uint64_t> in_flight;
    GroupHistory group_history;  ///< under the flush lock
    std::atomic<std::uint64_t> durable_transaction;
    std::atomic<std::uint64_t> durable_bytes;
    std::atomic<WriterQueue::Clock::rep> last_flush;
    std::atomic<std::uint32_t> ended_flushes;
    std::atomic<std::uint32_t> shown_states;     ///< counts publications of a newer visible head
    std::atomic<std::uint32_t> waiting_readers;  ///< who sleep on shown_states; too many after one was killed
    std::atomic<std::uint32_t> slot_high_water;  ///< slots at or above were never claimed
    os::SharedMutex slot_mutex;
    os::SharedMutex flush_mutex;
    os::SharedMutex head_mutex;  ///< who publishes the visible head
    WriterQueue writers;
    HeadRing visible;
    HeadRing durable;
    WrittenRing written;
};

namespace {

os::File open_lock_file(const std::string& path, std::uint32_t mode, bool create) {
    os::File file = create ? os::File::open_or_create(path, mode, os::File::Role::lock)
                           : os::File::open_existing(path, os::File::Access::read_write, os::File::Role::lock);
    if (!file.is_open() || (!create && file.size() < kLeastSize))
        throw Error(ErrorCode::busy, "the lock file \"" + path +
                                         "\" is missing or not the one that other processes use: "
                                         "close the store in all of them and open it again");
    return file;
}

// The first to open a data file has the lock file for itself, unless the data file took the place of one that is
// still open: those processes keep the lock file that they have mapped, and the path gets another one.
os::File open_used_lock_file(const std::string& path, std::uint32_t mode, bool first) {
    os::File file = open_lock_file(path, mode, first);
    if (first && !file.try_lock(kUsersLock, true)) {
        os::remove_file(path);
        file = open_lock_file(path, mode, first);
        if (!file.try_lock(kUsersLock, true))
            throw Error(ErrorCode::busy, "the lock file \"" + path +
                                             "\" is in use for another file that was there before, and cannot be "
                                             "removed: close the store in all processes");
    }
    file.lock_shared(kUsersLock);
    return file;
}

}  // namespace

LockFile::LockFile(const std::string& path, os::File file) : path_(path), file_(std::move(file)) {
    static_assert(sizeof(Header) <= kSlotsOffset && sizeof(ReaderSlot) == kReaderSlotSize);
    if (file_.size() < kLeastSize) file_.resize(kLeastSize);
    // Mapped once for every slot that could ever be; the file grows underneath.
    mapping_ = os::Mapping::map(file_, kSlotsOffset + std::size_t{kMaxSlots} * sizeof(ReaderSlot),
                                os::Mapping::Access::read_write);
}

LockFile::LockFile(const std::string& path, std::uint32_t mode, bool create)
    : LockFile(path, open_used_lock_file(path, mode, create)) {}

LockFile::LockFile(const std::string& name)
    : LockFile(name, os::File::create_in_memory(name, os::File::Role::lock)) {}

LockFile::Header& LockFile::header() const noexcept {
    return *reinterpret_cast<Header*>(mapping_.data());
}

ReaderSlot* LockFile::slots() const noexcept {
    return reinterpret_cast<ReaderSlot*>(mapping_.data() + kSlotsOffset);
}

void LockFile::initialise(const StoreIdentity& identity) {
    file_.resize(0);
    file_.allocate(0, kLeastSize);  // all zero, and there: a full disk must not be noticed by touching memory
    Header& h = *new (mapping_.data()) Header;
    h.abi = kLockAbi;
    h.header_size = sizeof(Header);
    h.identity = identity;
    h.lock_file = file_.identity();
    h.slot_capacity.store(kInitialSlots);
    h.slot_mutex.initialise();
    h.flush_mutex.initialise();
    h.head_mutex.initialise();
    h.writers.initialise();
    std::memcpy(h.magic, kLockMagic, sizeof kLockMagic);
}

bool LockFile::belongs_to(const StoreIdentity& identity) const {
    const Header& h = header();
    return std::memcmp(h.magic, kLockMagic, sizeof kLockMagic) == 0 && h.abi == kLockAbi &&
           h.header_size == sizeof(Header) && h.lock_file == file_.identity() &&
           h.identity.data_file == identity.data_file &&
           std::memcmp(h.identity.uuid, identity.uuid, sizeof identity.uuid) == 0 &&
           std::memcmp(h.identity.boot_id, identity.boot_id, sizeof identity.boot_id) == 0;
}

bool LockFile::has_other_processes() const noexcept {
    return file_.locked_by_other(kProcessLocks, kMaxProcesses);
}

void LockFile::register_process() {
    const auto start = static_cast<std::uint32_t>(::getpid()) % kMaxProcesses;
    for (std::uint32_t i = 0; i < kMaxProcesses; ++i) {
        process_ = (start + i) % kMaxProcesses;
        if (!file_.try_lock(kProcessLocks + process_, true)) continue;
        // What carries this number belongs to a process that died.
        release_slots_of(process_);
        return;
    }
    throw Error(ErrorCode::busy, "the store \"" + path_ + "\" belongs to is open in " +
                                     std::to_string(kMaxProcesses) + " processes, which is the most it takes");
}

void LockFile::unregister_process() noexcept {
    file_.unlock(kProcessLocks + process_);
}

void LockFile::release_slots_of(std::uint32_t process) noexcept {
    const std::uint32_t end = header().slot_high_water.load();
    for (std::uint32_t slot = 0; slot < end; ++slot)
        if (slots()[slot].owner.load() == process + 1) release_slot(slot);
}

// While this process holds the dead one's lock nobody can register under its number and have a live slot taken
// away.
bool LockFile::is_dead(std::uint32_t process) {
    if (process == process_ || !file_.try_lock(kProcessLocks + process, true)) return false;
    release_slots_of(process);
    file_.unlock(kProcessLocks + process);
    return true;
}

// ---- Heads ------------------------------------------------------------------------------------------------

const HeadRing& LockFile::visible() const noexcept {
    return header().visible;
}
const HeadRing& LockFile::durable() const noexcept {
    return header().durable;
}
const WrittenRing& LockFile::written() const noexcept {
    return header().written;
}

void LockFile::publish_written(const WrittenState& state) noexcept {
    header().written.publish(state);
}

void LockFile::publish_visible(const Snapshot& head) {
    const os::SharedMutexGuard guard{header().head_mutex};
    std::uint64_t sequence = 0;
    HeadRing& visible = header().visible;
    if (visible.newest(sequence).id < head.id || sequence == 0) {
        visible.publish(head);
        announce();
    }
}

// Who waits counts itself before it looks at shown_states and the head: one of the two sides sees the other.
void LockFile::announce() noexcept {
    header().shown_states.fetch_add(1);
    if (header().waiting_readers.load() > 0) os::futex_wake_all(header().shown_states);
}

TransactionId LockFile::wait_for_newer(TransactionId transaction,
                                       WriterQueue::Clock::time_point deadline) noexcept {
    Header& h = header();
    h.waiting_readers.fetch_add(1);
    TransactionId newest = 0;
    for (;;) {
        const std::uint32_t seen = h.shown_states.load();
        std::uint64_t sequence = 0;
        newest = h.visible.newest(sequence).id;
        const auto left = deadline - WriterQueue::Clock::now();
        if (newest > transaction || left.count() <= 0) break;
        os::futex_wait(h.shown_states, seen, left);
    }
    h.waiting_readers.fetch_sub(1);
    return newest;
}

void LockFile::show(const Snapshot& head) {
    const os::SharedMutexGuard guard{header().head_mutex};
    header().visible.publish(head);
    announce();
}

void LockFile::publish_durable(const Snapshot& head, std::uint64_t total_bytes) {
    header().durable.publish(head);
    publish_visible(head);
    header().durable_bytes.store(total_bytes);
    header().last_flush.store(WriterQueue::Clock::now().time_since_epoch().count());
    header().durable_transaction.store(head.id);
}

TransactionId LockFile::durable_transaction() const noexcept {
    return header().durable_transaction.load();
}
std::uint64_t LockFile::durable_bytes() const noexcept {
    return header().durable_bytes.load();
}
WriterQueue::Clock::time_point LockFile::last_flush() const noexcept {
    return WriterQueue::Clock::time_point{WriterQueue::Clock::duration{header().last_flush.load()}};
}

// ---- Readers ----------------------------------------------------------------------------------------------

std::uint32_t LockFile::claim_slot() {
    Header& h = header();
    for (;;) {
        const std::uint32_t capacity = h.slot_capacity.load();
        for (std::uint32_t i = 0; i < capacity; ++i) {
            ReaderSlot& slot = slots()[i];
            std::uint32_t nobody = 0;
            if (slot.owner.load(std::memory_order_relaxed) != 0 ||
                !slot.owner.compare_exchange_strong(nobody, process_ + 1))
                continue;
            slot.process_id = static_cast<std::uint32_t>(::getpid());
            slot.thread_id = static_cast<std::uint64_t>(::syscall(SYS_gettid));
            std::uint32_t high = h.slot_high_water.load();
            while (high < i + 1 && !h.slot_high_water.compare_exchange_weak(high, i + 1)) {
            }
            return i;
        }
        grow_slots();
    }
}

// Whether any slot belonged to a process that has died since.
bool LockFile::release_dead_slots() {
    const std::uint32_t end = header().slot_high_water.load();
    std::uint32_t known_alive = process_;
    bool any = false;
    for (std::uint32_t i = 0; i < end; ++i) {
        const std::uint32_t owner = slots()[i].owner.load();
        if (owner == 0 || owner - 1 == known_alive) continue;
        if (is_dead(owner - 1)) {
            any = true;
        } else {
            known_alive = owner - 1;
        }
    }
    return any;
}

void LockFile::grow_slots() {
    Header& h = header();
    const std::uint32_t seen = h.slot_capacity.load();
    if (release_dead_slots()) return;
    (void)h.slot_mutex.lock();
    const std::uint32_t capacity = h.slot_capacity.load();
    if (capacity >= kMaxSlots) {
        h.slot_mutex.unlock();
        throw Error(ErrorCode::busy, "the store has " + std::to_string(kMaxSlots) +
                                         " read transactions open, which is the most it takes: end some of them");
    }
    try {
        if (capacity == seen) {
            file_.allocate(kSlotsOffset + std::uint64_t{capacity} * sizeof(ReaderSlot),
                           kSlotsOffset + std::uint64_t{capacity} * 2 * sizeof(ReaderSlot));
            h.slot_capacity.store(capacity * 2);
        }
    } catch (...) {
        h.slot_mutex.unlock();
        throw;
    }
    h.slot_mutex.unlock();
}

void LockFile::release_slot(std::uint32_t slot) noexcept {
    slots()[slot].snapshot.store(0, std::memory_order_release);
    slots()[slot].seen.store(0, std::memory_order_relaxed);
    slots()[slot].owner.store(0, std::memory_order_release);
}

ReaderSlot& LockFile::slot(std::uint32_t slot) const noexcept {
    return slots()[slot];
}

void LockFile::forget_readers() noexcept {
    const std::uint32_t end = header().slot_high_water.load();
    for (std::uint32_t slot = 0; slot < end; ++slot) release_slot(slot);
}

void LockFile::collect_pins(std::vector<TransactionId>& pins) {
    each_reader(
        [&](const ReaderSlot&, TransactionId snapshot, WriterQueue::Clock::duration) { pins.push_back(snapshot); });
}

void LockFile::list_readers(std::vector<ReaderInfo>& readers) {
    each_reader([&](const ReaderSlot& slot, TransactionId snapshot, WriterQueue::Clock::duration age) {
        ReaderInfo info;
        info.process_id = slot.process_id;
        info.thread_id = slot.thread_id;
        info.snapshot = snapshot;
        info.age = std::chrono::duration_cast<std::chrono::milliseconds>(age);
        readers.push_back(info);
    });
}

// A reader does not take the time when it begins, that would cost as much as the rest: who looks at it first does.
template <class Visitor>
void LockFile::each_reader(Visitor&& visit) {
    const std::uint32_t end = header().slot_high_water.load(std::memory_order_seq_cst);
    const auto now = WriterQueue::Clock::now();
    std::uint32_t known_alive = process_;
    for (std::uint32_t i = 0; i < end; ++i) {
        const std::uint64_t snapshot = slots()[i].snapshot.load(std::memory_order_seq_cst);
        if (snapshot == 0) continue;
        const std::uint32_t owner = slots()[i].owner.load();
        if (owner != 0 && owner - 1 != known_alive) {
            if (is_dead(owner - 1)) continue;
            known_alive = owner - 1;
        }
        if (slots()[i].seen.exchange(snapshot) != snapshot)
            slots()[i].seen_at.store(now.time_since_epoch().count());
        const WriterQueue::Clock::duration seen_at{slots()[i].seen_at.load()};
        visit(slots()[i], snapshot - 1, now.time_since_epoch() - seen_at);
    }
}

std::uint32_t LockFile::reader_count() const noexcept {
    std::uint32_t count = 0;
    const std::uint32_t end = header().slot_high_water.load();
    for (std::uint32_t i = 0; i < end; ++i) count += slots()[i].snapshot.load() != 0 ? 1U : 0U;
    return count;
}

// ---- Writers and flushes ----------------------------------------------------------------------------------

os::SharedMutex::Lock LockFile::lock_writer(std::optional<WriterQueue::Clock::time_point> deadline) {
    return header().writers.lock(deadline);
}
void LockFile::unlock_writer() noexcept {
    header().writers.unlock();
}
std::uint32_t LockFile::waiting_writers() {
    return header().writers.waiter_count();
}

os::SharedMutex& LockFile::flush_mutex() noexcept {
    return header().flush_mutex;
}
std::uint32_t LockFile::ended_flushes() const noexcept {
    return header().ended_flushes.load();
}
void LockFile::end_flush() noexcept {
    header().flush_mutex.unlock();
    header().ended_flushes.fetch_add(1);
    os::futex_wake_all(header().ended_flushes);
}
void LockFile::wait_for_flush(std::uint32_t seen) const noexcept {
    os::futex_wait(header().ended_flushes, seen, std::chrono::milliseconds{100});
}
void LockFile::set_in_flight(TransactionId transaction) noexcept {
    header().in_flight.store(transaction);
}
TransactionId LockFile::in_flight() const noexcept {
    return header().in_flight.load();
}

GroupHistory LockFile::group_history() const noexcept {
    return header().group_history;
}
void LockFile::set_group_history(const GroupHistory& history) noexcept {
    header().group_history = history;
}

void LockFile::set_durable_slot(std::uint32_t slot) noexcept {
    header().durable_slot.store(slot);
}
std::uint32_t LockFile::durable_slot() const noexcept {
    return header().durable_slot.load();
}

void LockFile::set_slot_transaction(std::uint32_t slot, TransactionId transaction) noexcept {
    header().slot_transactions[slot].store(transaction);
}

TransactionId LockFile::slot_transaction(std::uint32_t slot) const noexcept {
    return header().slot_transactions[slot].load();
}

void LockFile::set_flushing(bool flushing) noexcept {
    header().flushing.store(flushing ? 1 : 0);
}
bool LockFile::flushing() const noexcept {
    return header().flushing.load() != 0;
}
void LockFile::set_poisoned() noexcept {
    header().poisoned.store(1);
}
bool LockFile::poisoned() const noexcept {
    return header().poisoned.load() != 0;
}
void LockFile::forget_failed_flush() noexcept {
    header().in_flight.store(0);
    header().poisoned.store(0);
}
void LockFile::set_recovery_pending(bool pending) noexcept {
    header().recovery_pending.store(pending ? 1 : 0);
}
bool LockFile::recovery_pending() const noexcept {
    return header().recovery_pending.load() != 0;
}

}  // namespace cambium::kv

#include "kv/lock_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <span>
#include <thread>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kv/meta.hpp"

namespace cambium::kv {

namespace {

constexpr char kLockMagic[8] = {'C', 'a', 'm', 'b', 'L', 'o', 'c', 'k'};
constexpr std::uint32_t kLockAbi = 7;
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

/// What a first opener must know of those before it.
enum Fact : std::uint32_t { kSecondSlotIsDurable = 1, kFlushing = 2, kRecoveryPending = 4, kPoisoned = 8 };

/// A word of facts: they are the low half, and the high half is its complement, so that a changed byte shows.
constexpr std::uint64_t fact_word(std::uint32_t facts) noexcept {
    return facts | (std::uint64_t{~facts} << 32);
}

}  // namespace

/// Whose lock file it is.
struct LockFile::Label {
    char magic[8];
    std::uint32_t abi;          ///< 0 until everything else is there
    std::uint32_t header_size;  ///< catches builds with another layout of the same ABI number
    StoreIdentity identity;
    os::FileIdentity lock_file;
};

/// What only processes that are there tell each other. It begins as zeros; nothing of it outlives them.
struct LockFile::Present {
    std::atomic<std::uint32_t> slot_capacity;
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
    os::FileIdentity pid_namespace;  ///< of everyone attached: threads hold the locks under their numbers in it
};

struct LockFile::Header {
    Label label;
    Present present;
    // What outlives the processes, for the first opener that comes after them. Each piece is verified by itself.
    std::atomic<std::uint64_t> facts;
    std::atomic<std::uint64_t> slot_transactions[2];  ///< the durable one as the data file says
    HeadRing visible;
    HeadRing durable;
    WrittenRing written;
};

namespace {

/// The pid namespace of this process; zeros where /proc does not say.
os::FileIdentity pid_namespace() noexcept {
    struct stat found {};
    if (::stat("/proc/self/ns/pid", &found) != 0) return {};
    return {found.st_dev, found.st_ino};
}

bool begins_with_magic(const os::File& file) {
    std::array<std::byte, sizeof kLockMagic> bytes{};
    return file.read(0, bytes) == bytes.size() && std::memcmp(bytes.data(), kLockMagic, bytes.size()) == 0;
}

// A power cut may leave the length of a lock file and zeros in it, when it came before the magic was flushed. Zeros
// only are nobody's data; a longer file was never a lock file.
bool is_blank(const os::File& file) {
    constexpr std::size_t kPiece = 65536;
    const std::uint64_t size = file.size();
    if (size > kSlotsOffset + std::uint64_t{kMaxSlots} * kReaderSlotSize) return false;
    std::vector<std::byte> bytes(std::min<std::uint64_t>(size, kPiece));
    for (std::uint64_t at = 0; at < size; at += kPiece) {
        const std::size_t got = file.read(at, bytes);
        if (std::any_of(bytes.data(), bytes.data() + got, [](std::byte byte) { return byte != std::byte{}; }))
            return false;
    }
    return true;
}

bool is_store(const os::File& file) {
    const auto is_slot = [&](std::uint32_t slot) {
        const SlotContent::State state = read_slot(file, slot).state;
        return state != SlotContent::State::empty && state != SlotContent::State::foreign;
    };
    return is_slot(0) || is_slot(1);
}

// Refuses a file that is not ours to overwrite.
void require_lock_file(const os::File& file, const std::string& path) {
    if (begins_with_magic(file) || is_blank(file)) return;
    throw Error(ErrorCode::already_exists,
                "\"" + path + "\" is where the lock file of a store belongs, and what is there is " +
                    (is_store(file) ? "a Cambium store" : "another file") + " of " + std::to_string(file.size()) +
                    " bytes: move it away, or give the store another name");
}

// The magic is durable before anything else is in the file: what a kill or a power cut leaves is empty, zeros, or
// begins with the magic. All blocks are there before they are touched in memory, where a full disk would be the
// signal SIGBUS. What a lock file holds stays.
void prepare(os::File& file) {
    if (file.size() < kLeastSize || !begins_with_magic(file)) {
        file.write(0, kLockMagic, sizeof kLockMagic);
        file.resize(sizeof kLockMagic);
        file.sync();
        return file.allocate(sizeof kLockMagic, kLeastSize);
    }
    try {
        file.fill_holes(kLeastSize);
    } catch (const Error& error) {
        // A file system that cannot do this has not made holes in what allocate() wrote either.
        if (error.code() == ErrorCode::full) throw;
    }
}

os::File open_lock_file(const std::string& path, std::uint32_t mode, bool create) {
    os::File file = create ? os::File::open_or_create(path, mode, os::File::Role::lock)
                           : os::File::open_existing(path, os::File::Access::read_write, os::File::Role::lock);
    if (!file.is_open() || (!create && file.size() < kLeastSize))
        throw Error(ErrorCode::busy, "the lock file \"" + path +
                                         "\" is missing or not the one that other processes use: "
                                         "close the store in all of them and open it again");
    if (create) require_lock_file(file, path);
    return file;
}

os::File create_in_memory(const std::string& name) {
    os::File file = os::File::create_in_memory(name, os::File::Role::lock);
    prepare(file);
    return file;
}

}  // namespace

LockFile::LockFile(const std::string& path, os::File file) : path_(path), file_(std::move(file)) {
    static_assert(sizeof(Header) <= kSlotsOffset && sizeof(ReaderSlot) == kReaderSlotSize);
    // Mapped once for every slot that could ever be; the file grows underneath.
    mapping_ = os::Mapping::map(file_, kSlotsOffset + std::size_t{kMaxSlots} * sizeof(ReaderSlot),
                                os::Mapping::Access::read_write);
}

// Alone for a moment. A holder of the same data file has let go of that one already, as we are the first to open
// it: it is being killed, and what the lock file says of the store is for us to read when it is gone.
bool LockFile::take_alone(os::File& file, const std::string& path, const StoreIdentity& store) {
    constexpr std::chrono::seconds kPatience{5};
    const auto deadline = WriterQueue::Clock::now() + kPatience;
    while (!file.try_lock(kUsersLock, true)) {
        if (!names(file, store)) return false;
        if (WriterQueue::Clock::now() >= deadline)
            throw Error(
                ErrorCode::busy,
                "the lock file \"" + path +
                    "\" is still held by a process that has let go of the store already: it is being killed "
                    "or was, and a child of it may hold the file; wait for their end, or end them");
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

// The first to open a data file has the lock file for itself, unless the data file took the place of one that is
// still open: those processes keep the lock file that they have mapped, and the path gets another one.
os::File LockFile::open_used(const std::string& path, std::uint32_t mode, const StoreIdentity* first) {
    os::File file = open_lock_file(path, mode, first != nullptr);
    if (first != nullptr && !take_alone(file, path, *first)) {
        os::remove_file(path);
        file = open_lock_file(path, mode, true);
        if (!file.try_lock(kUsersLock, true))
            throw Error(ErrorCode::busy, "the lock file \"" + path +
                                             "\" is in use for another file that was there before, and cannot be "
                                             "removed: close the store in all processes");
    }
    file.lock_shared(kUsersLock);
    if (first != nullptr) prepare(file);
    return file;
}

LockFile::LockFile(const std::string& path, std::uint32_t mode, const StoreIdentity* first)
    : LockFile(path, open_used(path, mode, first)) {}

LockFile::LockFile(const std::string& name) : LockFile(name, create_in_memory(name)) {}

void LockFile::require_place(const std::string& path) {
    const os::File file = os::File::open_existing(path, os::File::Access::read_only, os::File::Role::lock);
    if (file.is_open()) require_lock_file(file, path);
}

LockFile::Header& LockFile::header() const noexcept {
    return *reinterpret_cast<Header*>(mapping_.data());
}

LockFile::Present& LockFile::present() const noexcept {
    return header().present;
}

ReaderSlot* LockFile::slots() const noexcept {
    return reinterpret_cast<ReaderSlot*>(mapping_.data() + kSlotsOffset);
}

void LockFile::initialise(const StoreIdentity& identity) {
    file_.resize(sizeof kLockMagic);
    // All zero, and there: a full disk must not be noticed by touching memory.
    file_.allocate(sizeof kLockMagic, kLeastSize);
    Header& h = *new (mapping_.data()) Header;
    std::memcpy(h.label.magic, kLockMagic, sizeof kLockMagic);
    h.label.header_size = sizeof(Header);
    h.label.identity = identity;
    h.label.lock_file = file_.identity();
    h.facts.store(fact_word(0));
    begin_present();
    std::atomic_ref{h.label.abi}.store(kLockAbi, std::memory_order_release);
}

void LockFile::forget_processes() {
    if (file_.size() > kLeastSize) file_.resize(kLeastSize);
    std::memset(static_cast<void*>(slots()), 0, kInitialSlots * sizeof(ReaderSlot));
    begin_present();
}

void LockFile::begin_present() {
    Present& p = *new (&header().present) Present{};
    p.slot_capacity.store(kInitialSlots);
    p.slot_mutex.initialise();
    p.flush_mutex.initialise();
    p.head_mutex.initialise();
    p.writers.initialise();
    p.pid_namespace = pid_namespace();
}

bool LockFile::is_of_this_pid_namespace() const noexcept {
    return present().pid_namespace == pid_namespace();
}

// By a call: nothing of the mapping is touched before the file is known to be ours.
bool LockFile::belongs_to(const StoreIdentity& identity) const {
    return names(file_, identity);
}

bool LockFile::names(const os::File& file, const StoreIdentity& identity) {
    Label label{};
    return file.read(0, std::as_writable_bytes(std::span{&label, 1})) == sizeof label &&
           std::memcmp(label.magic, kLockMagic, sizeof kLockMagic) == 0 && label.abi == kLockAbi &&
           label.header_size == sizeof(Header) && label.lock_file == file.identity() &&
           label.identity.data_file == identity.data_file &&
           std::memcmp(label.identity.uuid, identity.uuid, sizeof identity.uuid) == 0 &&
           std::memcmp(label.identity.boot_id, identity.boot_id, sizeof identity.boot_id) == 0;
}

bool LockFile::has_sound_facts() const noexcept {
    const std::uint64_t word = header().facts.load();
    return word == fact_word(static_cast<std::uint32_t>(word));
}

// Several threads may change different ones at a time.
void LockFile::set_fact(std::uint32_t fact, bool holds) noexcept {
    std::atomic<std::uint64_t>& word = header().facts;
    std::uint64_t old = word.load();
    std::uint32_t facts = 0;
    do {
        facts = static_cast<std::uint32_t>(old);
        facts = holds ? facts | fact : facts & ~fact;
    } while (!word.compare_exchange_weak(old, fact_word(facts)));
}

bool LockFile::has_fact(std::uint32_t fact) const noexcept {
    return (header().facts.load() & fact) != 0;
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

// By calls, as a child that was made without fork() may hold the file open. Without any memory of ours in it any
// more: who finds it unused may cut it short.
void LockFile::leave() noexcept {
    file_.unlock(kProcessLocks + process_);
    mapping_.unmap();
    file_.unlock(kUsersLock);
    file_.close();
}

void LockFile::release_slots_of(std::uint32_t process) noexcept {
    const std::uint32_t end = present().slot_high_water.load();
    for (std::uint32_t slot = 0; slot < end; ++slot)
        if (slots()[slot].owner.load() == process + 1) release_slot(slot);
}

// While this process holds the dead one's lock nobody can register under its number and have a live slot taken
// away. The byte locks are the process's: a second thread of it would get the same one, and lose it when the first
// is done, in the middle of its work.
bool LockFile::is_dead(std::uint32_t process) {
    if (process == process_) return false;
    const std::lock_guard guard{cleaning_};
    if (!file_.try_lock(kProcessLocks + process, true)) return false;
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
    const os::SharedMutexGuard guard{present().head_mutex};
    std::uint64_t sequence = 0;
    HeadRing& visible = header().visible;
    if (visible.newest(sequence).id < head.id || sequence == 0) {
        visible.publish(head);
        announce();
    }
}

// Who waits counts itself before it looks at shown_states and the head: one of the two sides sees the other.
void LockFile::announce() noexcept {
    present().shown_states.fetch_add(1);
    if (present().waiting_readers.load() > 0) os::futex_wake_all(present().shown_states);
}

TransactionId LockFile::wait_for_newer(TransactionId transaction,
                                       WriterQueue::Clock::time_point deadline) noexcept {
    Present& p = present();
    p.waiting_readers.fetch_add(1);
    TransactionId newest = 0;
    for (;;) {
        const std::uint32_t seen = p.shown_states.load();
        std::uint64_t sequence = 0;
        newest = visible().newest(sequence).id;
        const auto left = deadline - WriterQueue::Clock::now();
        if (newest > transaction || left.count() <= 0) break;
        os::futex_wait(p.shown_states, seen, left);
    }
    p.waiting_readers.fetch_sub(1);
    return newest;
}

void LockFile::show(const Snapshot& head) {
    const os::SharedMutexGuard guard{present().head_mutex};
    header().visible.publish(head);
    announce();
}

void LockFile::publish_durable(const Snapshot& head, std::uint64_t total_bytes) {
    header().durable.publish(head);
    publish_visible(head);
    present().durable_bytes.store(total_bytes);
    present().last_flush.store(WriterQueue::Clock::now().time_since_epoch().count());
    present().durable_transaction.store(head.id);
}

TransactionId LockFile::durable_transaction() const noexcept {
    return present().durable_transaction.load();
}
std::uint64_t LockFile::durable_bytes() const noexcept {
    return present().durable_bytes.load();
}
WriterQueue::Clock::time_point LockFile::last_flush() const noexcept {
    return WriterQueue::Clock::time_point{WriterQueue::Clock::duration{present().last_flush.load()}};
}

// ---- Readers ----------------------------------------------------------------------------------------------

std::uint32_t LockFile::claim_slot() {
    Present& p = present();
    for (;;) {
        const std::uint32_t capacity = p.slot_capacity.load();
        for (std::uint32_t i = 0; i < capacity; ++i) {
            ReaderSlot& slot = slots()[i];
            std::uint32_t nobody = 0;
            if (slot.owner.load(std::memory_order_relaxed) != 0 ||
                !slot.owner.compare_exchange_strong(nobody, process_ + 1))
                continue;
            slot.process_id = static_cast<std::uint32_t>(::getpid());
            slot.thread_id = static_cast<std::uint64_t>(::syscall(SYS_gettid));
            std::uint32_t high = p.slot_high_water.load();
            while (high < i + 1 && !p.slot_high_water.compare_exchange_weak(high, i + 1)) {
            }
            return i;
        }
        grow_slots();
    }
}

// Whether any slot belonged to a process that has died since.
bool LockFile::release_dead_slots() {
    const std::uint32_t end = present().slot_high_water.load();
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
    Present& p = present();
    const std::uint32_t seen = p.slot_capacity.load();
    if (release_dead_slots()) return;
    const os::SharedMutexGuard guard{p.slot_mutex};
    const std::uint32_t capacity = p.slot_capacity.load();
    if (capacity >= kMaxSlots)
        throw Error(ErrorCode::busy, "the store has " + std::to_string(kMaxSlots) +
                                         " read transactions open, which is the most it takes: end some of them");
    if (capacity != seen) return;
    file_.allocate(kSlotsOffset + std::uint64_t{capacity} * sizeof(ReaderSlot),
                   kSlotsOffset + std::uint64_t{capacity} * 2 * sizeof(ReaderSlot));
    p.slot_capacity.store(capacity * 2);
}

void LockFile::release_slot(std::uint32_t slot) noexcept {
    slots()[slot].snapshot.store(0, std::memory_order_release);
    slots()[slot].seen.store(0, std::memory_order_relaxed);
    slots()[slot].owner.store(0, std::memory_order_release);
}

ReaderSlot& LockFile::slot(std::uint32_t slot) const noexcept {
    return slots()[slot];
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
    const std::uint32_t end = present().slot_high_water.load(std::memory_order_seq_cst);
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
    const std::uint32_t end = present().slot_high_water.load();
    for (std::uint32_t i = 0; i < end; ++i) count += slots()[i].snapshot.load() != 0 ? 1U : 0U;
    return count;
}

// ---- Writers and flushes ----------------------------------------------------------------------------------

os::SharedMutex::Lock LockFile::lock_writer(std::optional<WriterQueue::Clock::time_point> deadline) {
    return os::SharedMutex::require(present().writers.lock(deadline));
}
os::SharedMutex::Lock LockFile::try_lock_writer() {
    return present().writers.try_lock();
}
void LockFile::unlock_writer() noexcept {
    present().writers.unlock();
}
std::uint32_t LockFile::waiting_writers() {
    return present().writers.waiter_count();
}

os::SharedMutex& LockFile::flush_mutex() noexcept {
    return present().flush_mutex;
}
std::uint32_t LockFile::ended_flushes() const noexcept {
    return present().ended_flushes.load();
}
void LockFile::end_flush() noexcept {
    present().flush_mutex.unlock();
    present().ended_flushes.fetch_add(1);
    os::futex_wake_all(present().ended_flushes);
}
void LockFile::wait_for_flush(std::uint32_t seen) const noexcept {
    os::futex_wait(present().ended_flushes, seen, std::chrono::milliseconds{100});
}
void LockFile::set_in_flight(TransactionId transaction) noexcept {
    present().in_flight.store(transaction);
}
TransactionId LockFile::in_flight() const noexcept {
    return present().in_flight.load();
}

GroupHistory LockFile::group_history() const noexcept {
    return present().group_history;
}
void LockFile::set_group_history(const GroupHistory& history) noexcept {
    present().group_history = history;
}

void LockFile::set_durable_slot(std::uint32_t slot) noexcept {
    set_fact(kSecondSlotIsDurable, slot == 1);
}
std::uint32_t LockFile::durable_slot() const noexcept {
    return has_fact(kSecondSlotIsDurable) ? 1 : 0;
}

void LockFile::set_slot_transaction(std::uint32_t slot, TransactionId transaction) noexcept {
    header().slot_transactions[slot].store(transaction);
}

TransactionId LockFile::slot_transaction(std::uint32_t slot) const noexcept {
    return header().slot_transactions[slot].load();
}

void LockFile::set_flushing(bool flushing) noexcept {
    set_fact(kFlushing, flushing);
}
bool LockFile::flushing() const noexcept {
    return has_fact(kFlushing);
}
void LockFile::set_poisoned() noexcept {
    set_fact(kPoisoned, true);
}
bool LockFile::poisoned() const noexcept {
    return has_fact(kPoisoned);
}
void LockFile::forget_failed_flush() noexcept {
    set_fact(kPoisoned, false);
}
void LockFile::set_recovery_pending(bool pending) noexcept {
    set_fact(kRecoveryPending, pending);
}
bool LockFile::recovery_pending() const noexcept {
    return has_fact(kRecoveryPending);
}

}  // namespace cambium::kv

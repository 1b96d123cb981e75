#include "kv/lock_file.hpp"

#include <cstring>

#include <sys/syscall.h>
#include <unistd.h>

namespace cambium::kv {

namespace {

constexpr char kLockMagic[8] = {'C', 'a', 'm', 'b', 'L', 'o', 'c', 'k'};
constexpr std::uint32_t kLockAbi = 1;
constexpr std::size_t kHeadRing = 16;
constexpr std::size_t kSlotsOffset = 8192;
constexpr std::uint32_t kInitialSlots = 1024;
constexpr std::uint32_t kMaxSlots = std::uint32_t{1} << 18;
constexpr std::uint32_t kMaxProcesses = 4096;
/// Byte locks of processes lie far behind everything else in the lock file.
constexpr std::uint64_t kProcessLocks = std::uint64_t{1} << 40;

constexpr std::size_t kSnapshotWords = sizeof(Snapshot) / 8;
static_assert(sizeof(Snapshot) % 8 == 0);

struct Head {
    std::atomic<std::uint64_t> words[kSnapshotWords];
};

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
    os::SharedMutex write_mutex;
    os::SharedMutex slot_mutex;
    alignas(64) std::atomic<std::uint64_t> visible;  ///< sequence number of the newest head
    std::atomic<std::uint32_t> slot_high_water;      ///< slots at or above were never claimed
    alignas(64) Head heads[kHeadRing];
};

struct alignas(64) LockFile::ReaderSlot {
    std::atomic<std::uint64_t> snapshot;  ///< pinned transaction + 1, or 0
    std::atomic<std::uint32_t> owner;     ///< process + 1, or 0 when free
    std::uint32_t process_id;             ///< for reports only
    std::uint64_t thread_id;              ///< for reports only
};

LockFile::LockFile(const std::string& path, std::uint32_t mode, bool create) : path_(path) {
    static_assert(sizeof(Header) <= kSlotsOffset && sizeof(ReaderSlot) == 64);
    file_ = create ? os::File::open_or_create(path, mode, os::File::Role::lock)
                   : os::File::open_existing(path, os::File::Access::read_write, os::File::Role::lock);
    const std::uint64_t least = kSlotsOffset + std::uint64_t{kInitialSlots} * sizeof(ReaderSlot);
    if (!file_.is_open() || (!create && file_.size() < least))
        throw Error(ErrorCode::busy, "the lock file \"" + path +
                                         "\" is missing or not the one that other processes use: "
                                         "close the store in all of them and open it again");
    if (file_.size() < least) file_.resize(least);
    // Mapped once for every slot that could ever be; the file grows underneath.
    mapping_ = os::Mapping::map(file_, kSlotsOffset + std::size_t{kMaxSlots} * sizeof(ReaderSlot),
                                os::Mapping::Access::read_write);
}

LockFile::Header& LockFile::header() const noexcept {
    return *reinterpret_cast<Header*>(mapping_.data());
}

LockFile::ReaderSlot* LockFile::slots() const noexcept {
    return reinterpret_cast<ReaderSlot*>(mapping_.data() + kSlotsOffset);
}

void LockFile::initialise(const StoreIdentity& identity) {
    const std::uint64_t size = kSlotsOffset + std::uint64_t{kInitialSlots} * sizeof(ReaderSlot);
    file_.resize(0);
    file_.resize(size);  // all zero
    Header& h = *new (mapping_.data()) Header;
    h.abi = kLockAbi;
    h.header_size = sizeof(Header);
    h.identity = identity;
    h.lock_file = file_.identity();
    h.slot_capacity.store(kInitialSlots);
    h.write_mutex.initialise();
    h.slot_mutex.initialise();
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

void LockFile::register_process() {
    const auto start = static_cast<std::uint32_t>(::getpid()) % kMaxProcesses;
    for (std::uint32_t i = 0; i < kMaxProcesses; ++i) {
        process_ = (start + i) % kMaxProcesses;
        if (!file_.try_lock(kProcessLocks + process_, true)) continue;
        // Slots that carry this number belong to a process that died.
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
bool LockFile::bury_dead_process(std::uint32_t process) {
    if (process == process_ || !file_.try_lock(kProcessLocks + process, true)) return false;
    release_slots_of(process);
    file_.unlock(kProcessLocks + process);
    return true;
}

void LockFile::publish(const Snapshot& head) noexcept {
    Header& h = header();
    const std::uint64_t sequence = h.visible.load(std::memory_order_relaxed) + 1;
    std::uint64_t words[kSnapshotWords];
    std::memcpy(words, &head, sizeof words);
    Head& entry = h.heads[sequence % kHeadRing];
    for (std::size_t i = 0; i < kSnapshotWords; ++i) entry.words[i].store(words[i], std::memory_order_relaxed);
    h.visible.store(sequence, std::memory_order_seq_cst);
}

std::uint64_t LockFile::visible_sequence() const noexcept {
    return header().visible.load(std::memory_order_seq_cst);
}

Snapshot LockFile::visible(std::uint64_t& sequence) const noexcept {
    const Header& h = header();
    for (;;) {
        sequence = h.visible.load(std::memory_order_acquire);
        std::uint64_t words[kSnapshotWords];
        const Head& entry = h.heads[sequence % kHeadRing];
        for (std::size_t i = 0; i < kSnapshotWords; ++i) words[i] = entry.words[i].load(std::memory_order_acquire);
        // The entry is overwritten only after kHeadRing - 1 more heads: then the newest number has moved.
        if (h.visible.load(std::memory_order_relaxed) - sequence >= kHeadRing - 1) continue;
        Snapshot head;
        std::memcpy(static_cast<void*>(&head), words, sizeof head);
        return head;
    }
}

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

void LockFile::grow_slots() {
    Header& h = header();
    const std::uint32_t seen = h.slot_capacity.load();
    (void)h.slot_mutex.lock();
    const std::uint32_t capacity = h.slot_capacity.load();
    if (capacity >= kMaxSlots) {
        h.slot_mutex.unlock();
        throw Error(ErrorCode::busy, "the store has " + std::to_string(kMaxSlots) +
                                         " read transactions open, which is the most it takes");
    }
    try {
        if (capacity == seen) {
            file_.resize(kSlotsOffset + std::uint64_t{capacity} * 2 * sizeof(ReaderSlot));
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
    slots()[slot].owner.store(0, std::memory_order_release);
}

void LockFile::pin(std::uint32_t slot, TransactionId snapshot) noexcept {
    slots()[slot].snapshot.store(snapshot + 1, std::memory_order_seq_cst);
}

void LockFile::unpin(std::uint32_t slot) noexcept {
    slots()[slot].snapshot.store(0, std::memory_order_release);
}

void LockFile::collect_pins(std::vector<TransactionId>& pins) {
    const Header& h = header();
    const std::uint32_t end = h.slot_high_water.load(std::memory_order_seq_cst);
    std::uint32_t known_alive = process_;
    for (std::uint32_t i = 0; i < end; ++i) {
        const std::uint64_t snapshot = slots()[i].snapshot.load(std::memory_order_seq_cst);
        if (snapshot == 0) continue;
        const std::uint32_t owner = slots()[i].owner.load();
        if (owner != 0 && owner - 1 != known_alive) {
            if (bury_dead_process(owner - 1)) continue;
            known_alive = owner - 1;
        }
        pins.push_back(snapshot - 1);
    }
}

std::uint32_t LockFile::reader_count() const noexcept {
    std::uint32_t count = 0;
    const std::uint32_t end = header().slot_high_water.load();
    for (std::uint32_t i = 0; i < end; ++i) count += slots()[i].snapshot.load() != 0 ? 1U : 0U;
    return count;
}

os::SharedMutex& LockFile::write_mutex() noexcept {
    return header().write_mutex;
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
void LockFile::set_recovery_pending(bool pending) noexcept {
    header().recovery_pending.store(pending ? 1 : 0);
}
bool LockFile::recovery_pending() const noexcept {
    return header().recovery_pending.load() != 0;
}

}  // namespace cambium::kv

// The lock file: what the processes that share a store tell each other. Disposable: no promise rests on it.
//
// Invariants: the first process to open the store (elected by a lock on the data file) rebuilds it, or, when it
// only reads, keeps what outlives processes, as far as that is verified; everyone attached maps the same file. No
// other file is ever changed or removed: a lock file begins with its magic before anything else is in it. A reader
// is alive as long as the kernel holds its process's byte lock. The heads are written >= visible >= durable: what
// the next writer builds on, what new readers see, what a flush covers. Thread rule: every member from any thread,
// except attach and initialise.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "cambium/kv/environment.hpp"
#include "kv/heads.hpp"
#include "kv/writer_queue.hpp"
#include "os/file.hpp"
#include "os/mapping.hpp"

namespace cambium::kv {

/// Identity of the store and of the boot, checked by everyone who attaches.
struct StoreIdentity {
    std::uint8_t uuid[16];
    char boot_id[40];
    os::FileIdentity data_file;
};

/// The last flush: what a flush owner expects of the next one.
struct GroupHistory {
    std::uint64_t written_sequence = 0;  ///< of the state it made durable
    std::uint64_t commits = 0;           ///< it covered
    std::chrono::nanoseconds flush_time{0};
};

/// What a read transaction tells the writers: the snapshot that must stay whole.
struct alignas(64) ReaderSlot {
    std::atomic<std::uint64_t> snapshot;  ///< pinned transaction + 1, or 0
    std::atomic<std::uint32_t> owner;     ///< process + 1, or 0 when free
    std::uint32_t process_id;             ///< for reports only
    std::uint64_t thread_id;              ///< for reports only
    std::atomic<std::uint64_t> seen;      ///< the value of `snapshot` that seen_at is about
    std::atomic<WriterQueue::Clock::rep> seen_at;

    /// Ordered before the look at the head that follows it, as writers look at the head and then at the pins.
    void pin(TransactionId transaction) noexcept { snapshot.store(transaction + 1, std::memory_order_seq_cst); }
    void unpin() noexcept {
        seen.store(0, std::memory_order_relaxed);
        snapshot.store(0, std::memory_order_release);
    }
};

class LockFile final {
public:
    static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};

    /// Opens the file and maps it; nothing is trusted yet. The first opener says of which store; a file that
    /// processes of another one still use is left to them, and a new one takes its place. One of this store is
    /// waited for, and Error{busy} when that takes seconds. For a first opener a file that is no lock file is
    /// Error{already_exists} and stays as it is, and a full disk is Error{full}. For others (null) a missing file
    /// is Error{busy}: those who are attached to the store are so through another one.
    LockFile(const std::string& path, std::uint32_t mode, const StoreIdentity* first);
    /// For a store in memory: no other process will come.
    explicit LockFile(const std::string& name);

    /// Error{already_exists} when a file is at the path that no lock file may take the place of.
    static void require_place(const std::string& path);

    /// First opener only: forgets everything and starts empty.
    void initialise(const StoreIdentity& identity);
    /// First opener only, of a file that it keeps: nobody else is there. Only what outlives processes stays: the
    /// heads, the states of the two slots, and what a flush owner tells those who come after its death.
    void forget_processes();
    /// Whether the content belongs to this store, this boot and this very lock file.
    [[nodiscard]] bool belongs_to(const StoreIdentity& identity) const;
    /// Whether durable_slot, flushing, recovery_pending and poisoned are as they were set. For a first opener.
    [[nodiscard]] bool has_sound_facts() const noexcept;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Whether another process has registered.
    [[nodiscard]] bool has_other_processes() const noexcept;

    /// Whether those who are attached have this process's pid namespace. Beside others of another one nobody may
    /// be.
    [[nodiscard]] bool is_of_this_pid_namespace() const noexcept;
    /// Claims an identity for this process; cleans up what its last holder left.
    void register_process();
    /// Gives up that and the file. Only for destruction is this object good afterwards. Before the data file is
    /// given up: so whoever opens that one first finds nobody here.
    void leave() noexcept;

    // Heads.
    [[nodiscard]] const HeadRing& visible() const noexcept;
    [[nodiscard]] const HeadRing& durable() const noexcept;
    [[nodiscard]] const WrittenRing& written() const noexcept;
    /// Under the write lock.
    void publish_written(const WrittenState& state) noexcept;
    /// Shows a state to new readers, unless they see a newer one.
    void publish_visible(const Snapshot& head);
    /// First opener only: what new readers see, also when it is older.
    void show(const Snapshot& head);
    /// Under the flush lock: the state, and with it all before it, is durable and visible.
    void publish_durable(const Snapshot& head, std::uint64_t total_bytes);
    /// Sleeps until the visible state is newer than `transaction` or the deadline has passed; the number of the
    /// newest visible transaction.
    [[nodiscard]] TransactionId wait_for_newer(TransactionId transaction,
                                               WriterQueue::Clock::time_point deadline) noexcept;
    /// Number of the newest durable transaction.
    [[nodiscard]] TransactionId durable_transaction() const noexcept;
    /// Bytes that commits had written (WrittenState::total_bytes) when the durable state was.
    [[nodiscard]] std::uint64_t durable_bytes() const noexcept;
    /// When it became so.
    [[nodiscard]] WriterQueue::Clock::time_point last_flush() const noexcept;

    // Reader slots.
    /// Error{busy} when living processes have claimed all that there can be.
    [[nodiscard]] std::uint32_t claim_slot();
    void release_slot(std::uint32_t slot) noexcept;
    /// The slot stays where it is as long as this object lives.
    [[nodiscard]] ReaderSlot& slot(std::uint32_t slot) const noexcept;
    /// Appends the snapshots that living readers hold; frees slots of dead processes.
    void collect_pins(std::vector<TransactionId>& pins);
    /// Appends who they are.
    void list_readers(std::vector<ReaderInfo>& readers);
    [[nodiscard]] std::uint32_t reader_count() const noexcept;

    // The writer.
    /// `acquired`, `owner_died`, or `busy` after the deadline. In order of arrival.
    [[nodiscard]] os::SharedMutex::Lock lock_writer(std::optional<WriterQueue::Clock::time_point> deadline);
    /// Out of turn and without waiting; for who lets go of it at once.
    [[nodiscard]] os::SharedMutex::Lock try_lock_writer();
    void unlock_writer() noexcept;
    [[nodiscard]] std::uint32_t waiting_writers();

    // The flush owner: one flush in flight.
    [[nodiscard]] os::SharedMutex& flush_mutex() noexcept;
    /// Counts the flushes that have ended, well or not.
    [[nodiscard]] std::uint32_t ended_flushes() const noexcept;
    void end_flush() noexcept;
    /// Sleeps until a flush ends after ended_flushes() answered `seen`, or for a while.
    void wait_for_flush(std::uint32_t seen) const noexcept;
    /// The state being flushed: pinned. 0 for none.
    void set_in_flight(TransactionId transaction) noexcept;
    [[nodiscard]] TransactionId in_flight() const noexcept;
    [[nodiscard]] GroupHistory group_history() const noexcept;
    void set_group_history(const GroupHistory& history) noexcept;

    // What a flush owner tells those who come after its death.
    /// The meta slot that holds the last durable state, and the transactions that the two slots name: pinned,
    /// because recovery may return to either.
    void set_durable_slot(std::uint32_t slot) noexcept;
    [[nodiscard]] std::uint32_t durable_slot() const noexcept;
    void set_slot_transaction(std::uint32_t slot, TransactionId transaction) noexcept;
    [[nodiscard]] TransactionId slot_transaction(std::uint32_t slot) const noexcept;
    void set_flushing(bool flushing) noexcept;
    [[nodiscard]] bool flushing() const noexcept;
    void set_poisoned() noexcept;
    [[nodiscard]] bool poisoned() const noexcept;
    /// First opener only, when recovery is pending.
    void forget_failed_flush() noexcept;
    /// The store was recovered by a read-only process: the next writer completes the recovery first.
    void set_recovery_pending(bool pending) noexcept;
    [[nodiscard]] bool recovery_pending() const noexcept;

private:
    LockFile(const std::string& path, os::File file);
    [[nodiscard]] static os::File open_used(const std::string& path, std::uint32_t mode,
                                            const StoreIdentity* first);
    [[nodiscard]] static bool take_alone(os::File& file, const std::string& path, const StoreIdentity& store);
    /// What belongs_to() answers, of a file that is not mapped.
    [[nodiscard]] static bool names(const os::File& file, const StoreIdentity& identity);
    struct Label;
    struct Present;
    struct Header;
    [[nodiscard]] Header& header() const noexcept;
    [[nodiscard]] Present& present() const noexcept;
    void begin_present();
    void set_fact(std::uint32_t fact, bool holds) noexcept;
    [[nodiscard]] bool has_fact(std::uint32_t fact) const noexcept;
    [[nodiscard]] ReaderSlot* slots() const noexcept;
    void announce() noexcept;
    void grow_slots();
    [[nodiscard]] bool release_dead_slots();
    template <class Visitor>
    void each_reader(Visitor&& visit);
    void release_slots_of(std::uint32_t process) noexcept;
    /// Frees the slots of a process if it is dead. True when it was.
    [[nodiscard]] bool is_dead(std::uint32_t process);

    std::string path_;
    os::File file_;
    os::Mapping mapping_;
    std::uint32_t process_ = 0;
    std::mutex cleaning_;  ///< held by the thread that cleans up after a dead process
};

}  // namespace cambium::kv

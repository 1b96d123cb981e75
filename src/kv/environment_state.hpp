// The inside of an environment: files, mappings, the shared lock file, pooled readers and the one writer.
//
// Thread rule: begin_read, end_read, flush_until and statistics from any thread; the writer, its space map and
// commit under the write lock; what a flush uses under the flush lock; the mappings under their own mutex, read
// without it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <sys/types.h>

#include "base/checksum.hpp"
#include "cambium/kv/environment.hpp"
#include "kv/comparators.hpp"
#include "kv/evacuation.hpp"
#include "kv/in_place.hpp"
#include "kv/lock_file.hpp"
#include "kv/meta.hpp"
#include "kv/page_writer.hpp"
#include "kv/relocation.hpp"
#include "kv/space_map.hpp"
#include "os/memory_allowed.hpp"

namespace cambium::kv {

/// Byte of the data file whose lock says who has the store open: shared while attached, exclusive to open first
/// and to close last. Far behind the data.
inline constexpr std::uint64_t kAttachLock = (std::uint64_t{1} << 62);
/// Held shared by processes that read a store without being able to write its files; excluded by writers.
inline constexpr std::uint64_t kStandaloneLock = kAttachLock + 1;

/// Held by the one process that keeps all others out.
inline constexpr std::uint64_t kExclusiveLock = kAttachLock + 3;

/// Held shared by every process that has finished attaching. Who waits on the attach lock and finds nobody here has
/// outlived a first opener that failed, and must not trust the lock file.
inline constexpr std::uint64_t kReadyLock = kAttachLock + 2;
/// Held by who closes, until it is detached: so the last one finds nobody else attached, and knows that it is the
/// last.
inline constexpr std::uint64_t kCloseLock = kAttachLock + 4;

/// Whether a store is gone when its environment is closed, so that no other can ever see it.
[[nodiscard]] inline bool is_private(const Options& options) noexcept {
    return options.in_memory || options.temporary;
}

namespace detail {

/// Memory of the flush owner, and of who closes last, taken beforehand: once a commit is written, its flush must
/// not fail for want of it.
struct FlushScratch {
    explicit FlushScratch(std::uint32_t page_size);
    WrittenState state;
    Meta meta;
    std::vector<WrittenPage> pages;
    std::array<SlotContent, 2> slots;
};

struct WrittenCommit {
    TransactionId id = 0;  ///< 0: nothing was changed
    bool flush_is_due = false;
    CommitSize size;
};

class Commit;

class EnvironmentState {
public:
    EnvironmentState(std::string path, const Options& options, os::File data, const Meta& identity);
    ~EnvironmentState();
    EnvironmentState(const EnvironmentState&) = delete;
    EnvironmentState& operator=(const EnvironmentState&) = delete;

    /// On the newest visible state, or the newest that is durable.
    [[nodiscard]] TransactionState* begin_read(bool durable = false);
    void end_read(TransactionState* state) noexcept;
    /// Gives a read transaction the newest snapshot; takes it away again. It keeps its slot.
    void renew_read(TransactionState& reader);
    void reset_read(TransactionState& reader) noexcept;
    /// Error{misuse} when a transaction of this process is open, or a thread of it holds the write lock.
    void require_unused();
    /// Null when the deadline has passed.
    [[nodiscard]] TransactionState* begin_write(std::optional<WriterQueue::Clock::time_point> deadline);
    /// Writes what the transaction changed and publishes it as written; deferred, as visible too. The flush is left
    /// to flush_until(), after the write lock has gone to the next writer.
    [[nodiscard]] WrittenCommit commit(TransactionState& txn, Durability durability);
    void end_write(TransactionState& txn) noexcept;
    /// The first half of a commit: everything is written and flushed, nothing published. The transaction is only
    /// good for commit_prepared() or abort_write() then.
    void prepare(TransactionState& txn);
    /// Takes no memory.
    [[nodiscard]] WrittenCommit commit_prepared(Durability durability);
    /// Takes back the level with everything nested in it; ends the transaction when it is the outermost.
    void abort_write(TransactionState& txn, std::uint64_t level) noexcept;
    /// Returns when the transaction is durable: as the owner of a flush, or covered by another's.
    /// Error{outcome_unknown} when the flush failed, or could not begin. Takes no memory, but to complete a
    /// recovery that a process which only reads has begun.
    void flush_until(TransactionId target);
    /// The flush thread, when the options ask for one.
    void start_flush_thread();
    void stop_flush_thread() noexcept;
    [[nodiscard]] std::vector<ReaderInfo> readers();
    void watch_readers(std::uint64_t transactions, OldReaderCallback callback, void* context);
    /// Calls back about old readers; after a commit, under no lock. When they cannot be listed, a later commit
    /// does.
    void report_old_readers(TransactionId newest) noexcept;
    /// Makes both slots name the written state, so that only readers keep older pages from being used again. Under
    /// the write lock. Two flushes at most. Error{poisoned} or Error{io} when they fail, never outcome_unknown: the
    /// transaction that asks is not written yet.
    void settle_slots();
    /// Number of the newest written transaction. Takes no memory.
    [[nodiscard]] TransactionId written_transaction() const;

    /// The mapping, at least so many bytes long. Older, shorter ones stay valid.
    [[nodiscard]] const std::byte* mapped(std::uint64_t bytes);
    /// Whether the store is so large beside the memory that pages are read one by one. Who knows which pages come
    /// next then asks for them.
    [[nodiscard]] bool reads_sparsely() const noexcept { return sparse_.load(std::memory_order_relaxed); }
    /// Asks for what of a large value comes behind `position`, a few MiB; or, when that was done for the chunk
    /// before, for the chunk that they grow by.
    void read_value_ahead(std::uint64_t first_page, std::uint64_t position, std::uint64_t value_size,
                          bool goes_on) const noexcept;
    /// The pages that were written in the last seconds, while this process had the store open, when the newest
    /// transaction is `newest`; none in a store that is large beside the memory. Under the write lock.
    [[nodiscard]] FreshPages fresh_pages(TransactionId newest) noexcept;
    /// Snapshots that must stay whole, sorted, unique; under the write lock.
    [[nodiscard]] std::vector<TransactionId> pins(const Snapshot& base);
    /// The oldest state that a reader pins, or the newest state, as the last call of pins() found it.
    [[nodiscard]] TransactionId oldest_reader() const noexcept { return oldest_reader_.load(); }
    /// A meta with the store's fixed fields.
    [[nodiscard]] Meta new_meta() const;
    /// Syncs the data file; a failure poisons the store. One for who has the write lock, one for the flush owner:
    /// they may run side by side.
    void sync_as_writer();
    void sync_as_flush_owner();
    void require_same_process() const;
    /// Makes everything durable, and writes the final state into both slots when nobody else is attached. Takes no
    /// memory but to shorten the file, which it goes on without.
    void close_orderly();
    void cut_reserve(std::uint64_t used_bytes);
    /// When nobody else is attached: moves pages down, so that the end of the file can be cut (shortening.cpp).
    void shorten();

    std::string path;
    Options options;
    os::File data;
    std::uint32_t page_size;
    MetaHeader fixed;  ///< uuid, seed and page size of the store
    base::Checksum checksum;
    std::unique_ptr<LockFile> lock;  ///< null when standalone: read-only without a lock file
    Snapshot standalone_head;
    os::FileIdentity identity;
    RecoveryReport report;
    SpaceMap space;
    PageWriter page_writer;
    /// The least pages that the file had before it was lengthened, when no published state tells of it yet. Under
    /// the write lock.
    std::optional<std::uint64_t> pages_before_growth;
    InPlace in_place{*this};
    std::atomic<std::uint32_t> groups_to_ask{0};  ///< of keys, whose leaves are asked for: see KeyGroup
    Relocation relocation;
    Evacuation evacuation;
    Comparators comparators;
    int references = 1;  ///< of the registry
    std::uint64_t fork_generation;

    struct Counters {
        std::atomic<std::uint64_t> commits{0};
        std::atomic<std::uint64_t> flushes{0};
        std::atomic<std::uint64_t> extents_written{0};
        std::atomic<std::uint64_t> pages_written{0};
        std::atomic<std::uint64_t> bytes_written{0};
        std::atomic<std::uint64_t> changed_bytes{0};
        std::atomic<std::uint64_t> free_pages{0};
        std::atomic<std::uint64_t> waiting_pages{0};
    } counters;

private:
    friend class Commit;
    [[nodiscard]] WrittenCommit publish(Commit& commit, Durability durability);
    [[nodiscard]] bool deferred_flush_is_due() const noexcept;
    void repair_flush();
    void complete_recovery();
    void settle_recovery();
    void sync_data();
    void require_sound_file() const;
    template <class Done, class Work>
    void as_flush_owner(Done&& done, Work&& work);
    void flush_newest();
    void flush_newest_written();
    void wait_for_company();
    void digest_written(const WrittenState& state, std::vector<WrittenPage>& pages);
    [[nodiscard]] bool has_transactions();
    [[nodiscard]] bool keeps_write_lock();
    [[nodiscard]] std::unique_ptr<TransactionState> new_reader();
    void read_newest(TransactionState& reader);
    [[nodiscard]] static std::size_t reader_shelf() noexcept;

    /// Idle read transactions, a few per thread's shelf, so that begin and end touch no shared line.
    static constexpr std::size_t kShelves = 64;
    struct alignas(64) Shelf {
        std::atomic<TransactionState*> idle{nullptr};
    };
    std::array<Shelf, kShelves> shelves_;
    std::mutex readers_mutex_;
    std::vector<std::unique_ptr<TransactionState>> readers_;  ///< all ever made
    std::vector<TransactionState*> idle_readers_;             ///< those on no shelf
    std::unique_ptr<TransactionState> writer_;
    std::unique_ptr<Commit> prepared_;
    std::mutex writer_sync_mutex_;                  ///< held while the writer syncs
    std::atomic<std::uint64_t> writing_thread_{0};  ///< number of the thread that writes, in this process
    std::atomic<pid_t> writing_thread_id_{0};       ///< what the system calls it
    WrittenState written_;                          ///< what the writer builds on
    struct TimeMark {
        TransactionId newest = 0;
        WriterQueue::Clock::time_point at = WriterQueue::Clock::time_point::min();  ///< never
    };
    std::array<TimeMark, 2> time_marks_;  ///< older first
    FlushScratch flush_scratch_;

    std::mutex watch_mutex_;
    std::uint64_t old_reader_transactions_ = 0;
    OldReaderCallback old_reader_callback_ = nullptr;
    void* old_reader_context_ = nullptr;
    std::vector<ReaderInfo> reported_readers_;
    std::atomic<bool> watches_readers_{false};
    std::atomic<TransactionId> oldest_reader_{0};  ///< as the last commit saw it

    std::mutex flush_thread_mutex_;
    std::condition_variable flush_thread_wakes_;
    bool flush_thread_ends_ = false;
    std::thread flush_thread_;

    std::mutex mappings_mutex_;
    std::vector<os::Mapping> mappings_;
    std::atomic<const std::byte*> map_{nullptr};
    os::FileShare share_;                        ///< of the mapped file in the memory
    std::atomic<bool> sparse_{false};            ///< set once and for all
    std::atomic<std::uint64_t> map_good_to_{0};  ///< bytes: it is long enough, and read the right way
};

}  // namespace detail

/// Access for the engine's own free functions.
struct EnvironmentAccess {
    [[nodiscard]] static detail::EnvironmentState& state(const Environment& environment);
    [[nodiscard]] static Environment wrap(detail::EnvironmentState* state) noexcept { return Environment{state}; }
};

}  // namespace cambium::kv

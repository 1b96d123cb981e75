// The environment: one open store file.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/options.hpp"
#include "cambium/kv/transaction.hpp"

namespace cambium::kv {

namespace detail {
class EnvironmentState;
}

/// Sizes and counters of an open environment, as of the newest committed state.
struct EnvironmentStatistics {
    std::uint64_t file_size_bytes = 0;  ///< length of the data file
    std::uint32_t page_size_bytes = 0;
    std::uint64_t page_count = 0;     ///< pages ever used: live, waiting and free
    std::uint64_t free_pages = 0;     ///< pages that the next commit may reuse, as this process last saw it
    std::uint64_t waiting_pages = 0;  ///< retired pages that a snapshot may still read, as this process last saw it
    std::uint64_t newest_transaction = 0;
    std::uint64_t commits = 0;          ///< commits of this process
    std::uint64_t flushes = 0;          ///< fdatasync calls of this process on the data file
    std::uint64_t extents_written = 0;  ///< contiguous writes of pages by this process
    std::uint64_t pages_written = 0;    ///< pages written by this process
    std::uint64_t bytes_written = 0;    ///< bytes of those pages and of commit records
    std::uint64_t changed_bytes = 0;    ///< keys and values put, and keys erased, by the commits of this process
    std::uint32_t readers = 0;          ///< read transactions now open, in all processes

    /// Bytes written per byte changed, by this process; 0 before the first change.
    [[nodiscard]] double write_amplification() const noexcept {
        return changed_bytes == 0 ? 0 : static_cast<double>(bytes_written) / static_cast<double>(changed_bytes);
    }
};

/// What opening the file found. All false and empty after an orderly close.
struct RecoveryReport {
    bool unclean = false;                    ///< the file was not closed; the newest commit was verified
    bool fell_back = false;                  ///< the newest commit record was rejected, an older one taken
    std::uint64_t rejected_transaction = 0;  ///< its number, when known
    const char* reason = "";                 ///< why, a static string
    /// Commits that killed processes had not flushed yet were found whole and kept: durable now, or, when the store
    /// was opened read-only, shown as before and made durable by the first writer to come.
    bool adopted = false;
};

/// A read transaction that is open somewhere.
struct ReaderInfo {
    std::uint32_t process_id = 0;
    std::uint64_t thread_id = 0;  ///< of the thread that first used the transaction's slot
    std::uint64_t snapshot = 0;   ///< the transaction whose state it reads
    std::uint64_t behind = 0;     ///< how many transactions newer the visible state is
    /// At least so old: measured from the first commit, or call of readers(), that met it.
    std::chrono::milliseconds age{0};
    std::uint64_t pinned_pages = 0;  ///< retired pages that it can still see, and keeps from being reused
};

/// Called with a read transaction that is far behind.
using OldReaderCallback = void (*)(const ReaderInfo& reader, void* context);

/// One open store file, shared by all threads of the process; other processes may open it too.
///
/// Opening one file twice in a process gives two handles of one environment; conflicting options are
/// Error{invalid_argument}. All member functions may be called from any thread. Transactions must end before
/// the last handle is closed: close() throws Error{misuse} otherwise, and the destructor leaves the store open for
/// them in this process until another handle is closed. After fork() every handle and transaction of the parent is
/// inert in the child: calls throw Error{misuse}, destructors do nothing.
class Environment {
public:
    /// Open, and create when allowed. Recovers after a crash: O(pages of the last commit).
    /// Throws Error with: not_found, not_a_store, format_version, corrupt, busy, io, full, already_exists (another
    /// file is where the lock file belongs), invalid_argument (options, or a path with a byte 0).
    [[nodiscard]] static Environment open(ByteView path, const Options& options = {});

    Environment(Environment&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
    Environment& operator=(Environment&& other) noexcept;
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    /// Closes. The last process to close writes an orderly end; see close().
    ~Environment();

    /// Close and report what a destructor would have to swallow. May be called twice. Error{misuse} when this is
    /// the last handle and a transaction is open, reset ones included, or a thread keeps the write lock of one that
    /// was aborted on another thread: nothing is closed then.
    void close();

    /// A snapshot of the newest visible state. Tens of nanoseconds; never waits.
    [[nodiscard]] ReadTransaction begin_read();
    /// A snapshot of the newest durable state: no power cut takes back what it shows. The same cost.
    [[nodiscard]] ReadTransaction begin_read_durable();
    /// The number of the newest transaction that a new reader sees, of any process. Never waits.
    [[nodiscard]] std::uint64_t newest_transaction() const;
    /// Sleep until a transaction newer than `transaction` is visible, committed by any thread or process, or until
    /// `patience` has passed; longer than a year is a year. Returns newest_transaction(): compare it with what was
    /// asked. Numbers of transactions that were rolled back are used again. Holds no snapshot and no lock; commits
    /// wake it through the lock file, nothing polls. The environment must stay open meanwhile. A store on read-only
    /// media never changes: the call waits out its patience.
    std::uint64_t wait_for_newer(std::uint64_t transaction, std::chrono::milliseconds patience) const;
    /// The read transactions now open, in all processes. O(readers, and records of free space).
    [[nodiscard]] std::vector<ReaderInfo> readers();
    /// Have `callback` called, by a commit of this process after it let go of its locks, for each read transaction
    /// of any process that is at least `transactions` behind; once for each. A null callback ends it. The callback
    /// must not throw and may not write to this environment.
    void set_old_reader_callback(std::uint64_t transactions, OldReaderCallback callback, void* context = nullptr);
    /// The write transaction. Waits for the current writer of any thread or process; writers are served in order of
    /// arrival, but one that has been stopped for some seconds (SIGSTOP, a debugger) is passed over until it goes
    /// on. Error{misuse} when this thread has one open already, Error{poisoned} after a failed flush.
    [[nodiscard]] WriteTransaction begin_write();
    /// The same, or nothing when it is not our turn within `patience`. Zero does not wait.
    [[nodiscard]] std::optional<WriteTransaction> try_begin_write(std::chrono::milliseconds patience = {});
    /// Make every commit so far durable, deferred and asynchronous ones included. One flush at most.
    /// Error{outcome_unknown} when it fails: the store then takes no more writes until reopened. Takes no memory,
    /// but after a recovery by a process that only reads.
    void sync();

    /// Name a function that orders keys or values of KeyOrder::custom: before such a tree is created or its keys
    /// are used, in every process. It gives a negative number, zero or a positive one, for any two of them, must be
    /// a total order that never changes, may be called from any thread and must not throw. Of a damaged file it may
    /// be asked to compare bytes of any number. Names are 1 to 255 bytes. May be repeated. Error{already_exists}
    /// when the name belongs to another function.
    void register_comparator(ByteView name, int (*compare)(ByteView, ByteView));

    /// The longest key, in bytes: a quarter of a page.
    [[nodiscard]] std::uint32_t max_key_size() const;
    [[nodiscard]] EnvironmentStatistics statistics() const;
    [[nodiscard]] const RecoveryReport& recovery() const;
    /// The path as given to open(), NUL-terminated, alive as long as the environment. Of a temporary store the
    /// folder, also when none was given.
    [[nodiscard]] ByteView path() const;

private:
    friend struct EnvironmentAccess;
    explicit Environment(detail::EnvironmentState* state) noexcept : state_(state) {}
    detail::EnvironmentState* state_;
};

}  // namespace cambium::kv

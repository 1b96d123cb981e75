// What an open Database and its transactions hold, hidden from the public headers.
//
// TableState is written while the database is opened and constant afterwards, except `stale`. A table becomes stale
// when another opener of the file has changed its declaration: then this process would no longer keep its indexes
// in step, so every use of it is refused until the database is opened again. The catalog's header changes with
// every change of declaration; each transaction that sees a newer state than any before it compares that header.
//
// Thread rule: DatabaseState is shared by all threads; WriteWorkspace belongs to the one write transaction.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cambium/description.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/progress.hpp"
#include "cambium/query.hpp"
#include "cambium/transaction.hpp"
#include "typed/named_shape.hpp"
#include "typed/sequence.hpp"
#include "typed/subscriptions.hpp"

namespace cambium::detail {

struct TableState;

/// A foreign key of an open table.
struct ForeignKeyState {
    const ForeignKeyDescription* key = nullptr;
    const TableState* target = nullptr;
};

/// A foreign key that refers to an open table, and the table that has it.
struct ReferrerState {
    const TableState* table = nullptr;
    const ForeignKeyDescription* key = nullptr;
};

struct TableState {
    const TableDescription* description = nullptr;
    std::uint64_t id = 0;        ///< in the catalog
    std::uint32_t position = 0;  ///< among the open tables
    std::uint32_t max_key_bytes = 0;
    kv::Tree records;
    std::vector<kv::Tree> indexes;  ///< in the order of the description
    /// With only those fields of a record that its index entries and its row version are made of; null when they
    /// may be made of any.
    std::unique_ptr<const NamedShape> indexed_fields;
    bool reads_back = false;    ///< each record is decoded before it is stored (read_back.hpp)
    kv::Tree log;               ///< when the table keeps one
    std::string catalog_entry;  ///< as stored when the database was opened
    mutable std::atomic<std::uint32_t> watchers = 0;  ///< subscriptions
    std::vector<ForeignKeyState> foreign_keys;
    std::vector<ReferrerState> referrers;
    /// Foreign keys to this table that cannot be followed here: which, and why, as the end of a sentence.
    std::vector<std::string> closed_referrers;
    std::atomic<bool> stale = false;
};

struct SchemaPlan;

class DatabaseState {
public:
    DatabaseState(ByteView path, const kv::Options& options, std::span<const TableDescription* const> tables,
                  const ProgressFunction& progress, ClockFunction clock);

    [[nodiscard]] kv::Environment& environment() noexcept { return environment_; }
    /// The open table of this description, or null.
    [[nodiscard]] const TableState* find(const TableDescription& description) const noexcept;
    /// The same; Error{misuse} when there is none.
    [[nodiscard]] const TableState& require(const TableDescription& description) const;
    /// Whether records of an open table end.
    [[nodiscard]] bool expires() const noexcept { return expires_; }
    [[nodiscard]] Subscriptions& subscriptions() noexcept { return subscriptions_; }
    void set_clock(ClockFunction clock) noexcept { clock_.store(clock); }
    [[nodiscard]] Timestamp time() const noexcept { return clock_.load(std::memory_order_relaxed)(); }
    [[nodiscard]] const TableState& table(std::size_t position) const noexcept { return tables_[position]; }
    /// Mark tables stale whose declaration has changed. Cheap when the transaction sees nothing new.
    void notice_changes(const kv::Transaction& transaction);
    /// Has a table that is not open here changed in the catalog, in a transaction of its own. Error{misuse},
    /// Error{not_found}.
    void change_table(ByteView name, const std::function<void(kv::WriteTransaction&, ByteView)>& change);

    /// What the descriptions of the tables are a part of.
    void keep(std::vector<std::shared_ptr<const void>> owners) noexcept { owners_ = std::move(owners); }

private:
    void load(const kv::Transaction& transaction, const SchemaPlan& plan);
    void complete_catalog(std::span<const TableDescription* const> tables);
    void commit_schema(kv::WriteTransaction writer, const SchemaPlan& plan, Timestamp now);
    void migrate(const TableDescription& table, const ProgressFunction& progress);
    void apply(std::span<const TableDescription* const> tables, const ProgressFunction& progress);
    void abandon_migrations(std::span<const TableDescription* const> tables) noexcept;
    void link_foreign_keys();

    kv::Environment environment_;
    std::vector<TableState> tables_;
    std::vector<std::shared_ptr<const void>> owners_;
    kv::Tree catalog_;
    std::atomic<std::uint64_t> checked_transaction_ = 0;  ///< the newest state whose header was compared
    std::mutex header_mutex_;
    std::string catalog_header_;  ///< as compared last
    bool expires_ = false;
    Subscriptions subscriptions_;
    std::atomic<ClockFunction> clock_;
};

/// A record of one table, kept to decode old records into.
class ScratchRecord {
public:
    explicit ScratchRecord(const TableDescription& description)
        : description_(&description), record_(description.create_record(description)) {}
    ScratchRecord(ScratchRecord&& other) noexcept : description_(other.description_), record_(other.record_) {
        other.record_ = nullptr;
    }
    ScratchRecord& operator=(ScratchRecord&&) = delete;
    ~ScratchRecord() {
        if (record_ != nullptr) description_->destroy_record(record_);
    }

    [[nodiscard]] const TableDescription& description() const noexcept { return *description_; }
    [[nodiscard]] void* get() const noexcept { return record_; }

private:
    const TableDescription* description_;
    void* record_;
};

/// Buffers and counts of a write transaction.
struct WriteWorkspace {
    struct IndexChange {
        IndexEntries before;
        IndexEntries after;
    };
    const std::thread::id thread = std::this_thread::get_id();  ///< the one that began the transaction
    WriteStatistics statistics;
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    bool ended = false;         ///< the statistics are final
    bool broken = false;        ///< a write failed half way: the transaction can only be rolled back
    std::uint64_t pending = 0;  ///< foreign keys for the commit to check, those of the transaction around included
    std::string record;
    std::string target;              ///< the primary key that a foreign key refers to
    std::vector<std::size_t> unmet;  ///< deferred foreign keys of the change, to be checked by the commit
    std::vector<IndexChange> indexes;
    std::vector<ScratchRecord> scratch;
    Sequences sequences;
    CollectedChanges collected;  ///< for subscribers
    Timestamp time{};            ///< when the transaction began
    struct Expired {
        const TableState* table = nullptr;
        std::uint64_t stamp = 0;  ///< records written and erased when it was looked at
        bool some = false;
    };
    Expired expired;                    ///< the table that was looked at last
    bool expired_give_way = false;      ///< the write may take unique values that expired records hold
    std::vector<std::string> gave_way;  ///< keys of those whose values it has taken: to be removed

    /// Whether the table holds expired records. Looks when another table was asked for, or something was written.
    [[nodiscard]] bool expired_in(const TableState& table, const kv::Transaction& store);

    /// Begin as a part of another one, around it.
    void begin_within(const WriteWorkspace& outer) {
        pending = outer.pending;
        sequences = outer.sequences;
        time = outer.time;
        collected.begun = outer.collected.begun;
    }
    /// Make sure that add() has the memory that it needs.
    void prepare_add(const WriteWorkspace& nested) {
        collected.changes.reserve(collected.changes.size() + nested.collected.changes.size());
    }
    /// Take over what a nested transaction has done.
    void add(WriteWorkspace& nested) noexcept {
        statistics.records_written += nested.statistics.records_written;
        statistics.records_erased += nested.statistics.records_erased;
        statistics.index_entries_written += nested.statistics.index_entries_written;
        statistics.index_entries_erased += nested.statistics.index_entries_erased;
        pending = nested.pending;
        sequences = std::move(nested.sequences);
        collected.add(std::move(nested.collected));
    }
    /// A record to decode into, reused by every call for the same table.
    [[nodiscard]] void* scratch_for(const TableDescription& description);
};

struct TransactionAccess {
    static WriteTransaction adopt(DatabaseState& database, kv::WriteTransaction writer, Timestamp time) {
        return WriteTransaction(database, std::move(writer), time);
    }
    static DatabaseState& database(ReadTransaction& transaction) noexcept { return *transaction.database_; }
    static WriteTransaction& transaction(const TableHandle& handle) noexcept {
        return static_cast<WriteTransaction&>(*handle.transaction);
    }
    static WriteWorkspace& workspace(WriteTransaction& transaction) noexcept { return *transaction.workspace_; }
    static kv::WriteTransaction& writer(WriteTransaction& transaction) noexcept { return transaction.writer_; }
    static const kv::Transaction& store(const TableHandle& handle) noexcept { return *handle.transaction->store_; }
    static Timestamp time(const TableHandle& handle) noexcept {
        return handle.transaction->time_.value_or(Timestamp{});
    }
    static bool writes(const TableHandle& handle) noexcept { return !handle.transaction->snapshot_.has_value(); }
    static ViewToken*& views(const TableHandle& handle) noexcept { return handle.transaction->views_; }
    /// Grows with every write; 0 in a snapshot.
    static std::uint64_t writes_so_far(ReadTransaction& transaction) noexcept {
        if (transaction.snapshot_) return 0;
        const WriteStatistics& done = workspace(static_cast<WriteTransaction&>(transaction)).statistics;
        return done.records_written + done.records_erased;
    }
    static kv::WriteTransaction& writer(const TableHandle& handle) noexcept {
        return static_cast<WriteTransaction&>(*handle.transaction).writer_;
    }
    static WriteWorkspace& workspace(const TableHandle& handle) noexcept {
        return *static_cast<WriteTransaction&>(*handle.transaction).workspace_;
    }
};

}  // namespace cambium::detail

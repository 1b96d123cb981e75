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
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cambium/description.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/query.hpp"
#include "cambium/transaction.hpp"

namespace cambium::detail {

struct TableState {
    const TableDescription* description = nullptr;
    std::uint32_t max_key_bytes = 0;
    kv::Tree records;
    std::vector<kv::Tree> indexes;  ///< in the order of the description
    std::string catalog_entry;      ///< as stored when the database was opened
    std::atomic<bool> stale = false;
};

struct SchemaPlan;

class DatabaseState {
public:
    DatabaseState(ByteView path, const kv::Options& options, std::span<const TableDescription* const> tables);

    [[nodiscard]] kv::Environment& environment() noexcept { return environment_; }
    /// The open table of this description, or null.
    [[nodiscard]] const TableState* find(const TableDescription& description) const noexcept;
    /// Mark tables stale whose declaration has changed. Cheap when the transaction sees nothing new.
    void notice_changes(const kv::Transaction& transaction);

private:
    void load(const kv::Transaction& transaction, const SchemaPlan& plan);

    kv::Environment environment_;
    std::vector<TableState> tables_;
    kv::Tree catalog_;
    std::atomic<std::uint64_t> checked_transaction_ = 0;  ///< the newest state whose header was compared
    std::mutex header_mutex_;
    std::string catalog_header_;  ///< as compared last
};

/// A record of one table, kept to decode old records into.
class ScratchRecord {
public:
    explicit ScratchRecord(const TableDescription& description)
        : description_(&description), record_(description.create_record()) {}
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
    bool broken = false;  ///< a write failed half way: the transaction can only be rolled back
    std::string record;
    std::vector<IndexChange> indexes;
    std::vector<ScratchRecord> scratch;

    /// A record to decode into, reused by every call for the same table.
    [[nodiscard]] void* scratch_for(const TableDescription& description);
};

struct TransactionAccess {
    static DatabaseState& database(ReadTransaction& transaction) noexcept { return *transaction.database_; }
    static const kv::Transaction& store(const TableHandle& handle) noexcept { return *handle.transaction->store_; }
    static kv::WriteTransaction& writer(const TableHandle& handle) noexcept {
        return static_cast<WriteTransaction&>(*handle.transaction).writer_;
    }
    static WriteWorkspace& workspace(const TableHandle& handle) noexcept {
        return *static_cast<WriteTransaction&>(*handle.transaction).workspace_;
    }
};

}  // namespace cambium::detail

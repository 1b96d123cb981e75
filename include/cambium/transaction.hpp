// Transactions of the typed layer: one snapshot to read, or the one writer, over the tables of a Database.
//
// Both are made by Database and stay where they were made: readers and writers of tables point at them.
// Thread rule: one thread at a time; a write transaction stays on the thread that began it. A transaction must
// not outlive its Database.
#pragma once

#include <cstdint>
#include <optional>

#include "cambium/kv/transaction.hpp"

namespace cambium {

class Database;

namespace detail {
class DatabaseState;
struct WriteWorkspace;
struct TransactionAccess;
}  // namespace detail

/// Reads one snapshot. A WriteTransaction is one too: what takes a ReadTransaction& also reads its own writes.
class ReadTransaction {
public:
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;
    ~ReadTransaction() = default;

    /// Let go of the snapshot: readers, rows and iterators made from this transaction then throw Error{misuse}.
    /// May be called twice. Does nothing to a write transaction, which its owner commits or aborts.
    void end() noexcept;
    /// False after end(), commit() or abort().
    [[nodiscard]] bool active() const noexcept { return store_ != nullptr && store_->active(); }
    /// The transaction of the key-value store underneath. Trees whose names begin with "cambium." belong to the
    /// typed layer: read them as you like, but never write to them.
    [[nodiscard]] kv::Transaction& store();

    using cambium_bound_to_transaction = void;

protected:
    ReadTransaction(detail::DatabaseState& database, std::optional<kv::ReadTransaction> snapshot);

    detail::DatabaseState* database_;
    kv::Transaction* store_ = nullptr;

private:
    friend class Database;
    friend struct detail::TransactionAccess;
    std::optional<kv::ReadTransaction> snapshot_;
};

/// What a write transaction has done so far, in entries.
struct WriteStatistics {
    std::uint64_t records_written = 0;  ///< inserted or replaced
    std::uint64_t records_erased = 0;   ///< without those of truncate()
    std::uint64_t index_entries_written = 0;
    std::uint64_t index_entries_erased = 0;  ///< without those of truncate()
};

/// The one writer. Sees its own changes; nobody else does before commit(). Destroyed without commit(), it rolls
/// back.
class WriteTransaction : public ReadTransaction {
public:
    ~WriteTransaction();

    /// Make every change durable and visible, atomically. Errors as kv::WriteTransaction::commit();
    /// Error{misuse} when an earlier write of this transaction failed half way (disk full, out of memory): it
    /// can only be rolled back.
    void commit();
    /// Forget every change. May be called twice.
    void abort() noexcept;
    [[nodiscard]] WriteStatistics statistics() const noexcept;

private:
    friend class Database;
    friend struct detail::TransactionAccess;
    explicit WriteTransaction(detail::DatabaseState& database);

    kv::WriteTransaction writer_;
    detail::WriteWorkspace* workspace_;
};

namespace detail {

template <class T>
inline constexpr bool kBoundToTransaction = requires {
    typename T::cambium_bound_to_transaction;
};
template <template <class...> class Wrapper, class... Types>
requires(!requires {
    typename Wrapper<Types...>::cambium_bound_to_transaction;
}) inline constexpr bool kBoundToTransaction<Wrapper<Types...>> = (kBoundToTransaction<Types> || ...);

}  // namespace detail
}  // namespace cambium

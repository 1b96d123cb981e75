// Transactions of the typed layer: one snapshot to read, or the one writer, over the tables of a Database.
//
// Both are made by Database and stay where they were made: readers and writers of tables point at them.
// Thread rule: one thread at a time; a write transaction stays on the thread that began it. A transaction must
// not outlive its Database.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/base/values.hpp"
#include "cambium/kv/transaction.hpp"
#include "cambium/misuse.hpp"

namespace cambium {

class Database;
class WriteTransaction;

/// Tells the time, on any thread.
using ClockFunction = Timestamp (*)() noexcept;

namespace detail {
class DatabaseState;
struct WriteWorkspace;
struct TransactionAccess;
struct ViewToken;

/// Tell the views of a transaction that it has ended.
void end_views(ViewToken*& token) noexcept;

template <class T>
inline constexpr bool kBoundToTransaction = requires {
    typename T::cambium_bound_to_transaction;
};
template <template <class...> class Wrapper, class... Types>
requires(!requires {
    typename Wrapper<Types...>::cambium_bound_to_transaction;
}) inline constexpr bool kBoundToTransaction<Wrapper<Types...>> = (kBoundToTransaction<Types> || ...);

/// What shows values that lie elsewhere.
template <class T>
inline constexpr bool kShowsElsewhere = false;
template <template <class...> class Wrapper, class... Types>
inline constexpr bool kShowsElsewhere<Wrapper<Types...>> = (kShowsElsewhere<Types> || ...);
template <class T, std::size_t Size>
inline constexpr bool kShowsElsewhere<std::span<T, Size>> = true;
template <>
inline constexpr bool kShowsElsewhere<std::string_view> = true;

/// One sentence when a closure returns what ends with its transaction.
template <class Result>
constexpr void check_result() {
    static_assert(!kShowsElsewhere<std::remove_cvref_t<Result>>,
                  "this closure returns a std::string_view or a std::span, which may show what ends with the "
                  "closure; return a std::string or a std::vector");
    static_assert(!kBoundToTransaction<std::remove_cvref_t<Result>>,
                  "this closure returns rows, an iterator, a reader or a transaction that ends with the closure; "
                  "return records: first(), collect(), get()");
}

template <class Result, class Closure>
Result run_and_commit(WriteTransaction& transaction, Closure& closure);

/// What a closure that takes another transaction would return, as the calls around it go on after the one sentence.
template <class Closure>
auto misused_result() {
    if constexpr (std::is_invocable_v<Closure&, WriteTransaction&>)
        return after_misuse<std::invoke_result_t<Closure&, WriteTransaction&>>();
    else
        return AnyValue{};
}
}  // namespace detail

/// Reads one snapshot. A WriteTransaction is one too: what takes a ReadTransaction& also reads its own writes.
class ReadTransaction {
public:
    ReadTransaction(const ReadTransaction&) = delete;
    ReadTransaction& operator=(const ReadTransaction&) = delete;
    ~ReadTransaction() { end_views(); }

    /// Let go of the snapshot: readers, rows and iterators made from this transaction then throw Error{misuse}.
    /// May be called twice. Does nothing to a write transaction, which its owner commits or aborts.
    void end() noexcept;
    /// False after end(), commit() or abort().
    [[nodiscard]] bool active() const noexcept { return store_ != nullptr && store_->active(); }
    /// The transaction of the key-value store underneath. Trees whose names begin with "cambium." belong to the
    /// typed layer: read them as you like, but never write to them.
    [[nodiscard]] kv::Transaction& store();
    /// What time it is in this transaction, by the clock of the database (Database::open): always the same,
    /// and what decides which of its records have expired. A write transaction asks the clock when it begins, and
    /// its nested ones have its time. So does a snapshot of a database that was opened with a table of ExpiresAt;
    /// any other asks with the first call of now(), so that who needs no time does not pay for it. May be called
    /// after the end.
    [[nodiscard]] Timestamp now();

    using cambium_bound_to_transaction = void;

protected:
    ReadTransaction(detail::DatabaseState& database, std::optional<kv::ReadTransaction> snapshot);

    void end_views() noexcept {
        if (views_ != nullptr) detail::end_views(views_);
    }

    detail::DatabaseState* database_;
    kv::Transaction* store_ = nullptr;
    std::optional<Timestamp> time_;       ///< see now(); nothing in a snapshot that has not asked
    detail::ViewToken* views_ = nullptr;  ///< what the views of a debug build watch

private:
    friend class Database;
    friend struct detail::TransactionAccess;
    std::optional<kv::ReadTransaction> snapshot_;
};

/// What a write transaction has done so far: in entries, with the nested ones that were committed, and in time.
struct WriteStatistics {
    std::uint64_t records_written = 0;  ///< inserted or replaced
    std::uint64_t records_erased = 0;   ///< also by truncate(), and expired ones that were removed
    std::uint64_t index_entries_written = 0;
    std::uint64_t index_entries_erased = 0;  ///< also by truncate()
    /// What commit() has written to the file; 0 before it, and of a nested transaction, whose pages the outermost
    /// one writes. Commit records are not counted: one may stand for several commits.
    std::uint64_t pages_written = 0;
    std::uint64_t bytes_written = 0;  ///< of those pages, and of zeros that are written ahead (docs/durability.md)
    /// From the begin, when the write lock was had, to now; once it has ended, to the end of commit(), flush
    /// included, or of abort(). By a steady clock.
    std::chrono::nanoseconds duration{0};
};

/// The one writer. Sees its own changes; nobody else does before commit(). Destroyed without commit(), it rolls
/// back.
class WriteTransaction : public ReadTransaction {
public:
    ~WriteTransaction();

    /// Make every change durable and visible, atomically. Errors as kv::WriteTransaction::commit();
    /// Error{misuse} when an earlier write of this transaction failed half way (disk full, out of memory): it
    /// can only be rolled back. Error{constraint} when a deferred foreign key refers to nothing: the sentence names
    /// the rows, and the transaction has been rolled back.
    /// In a nested transaction: hand every change to the one around it; deferred foreign keys wait for that one.
    void commit();
    /// Forget every change. May be called twice.
    void abort() noexcept;

    /// A transaction inside this one, to any depth; see nested(). Until it has ended, this one's readers, writers
    /// and commit() throw Error{misuse}; afterwards they go on. Destroyed without commit(), it rolls back alone.
    /// O(1); the first change of a page that this one has changed copies it.
    [[nodiscard]] WriteTransaction begin_nested();

    /// Call closure(WriteTransaction&) in a nested transaction: when the closure throws, or aborts what it was
    /// given, its changes are taken back and this transaction is as it was. Returns what the closure returns.
    template <class Closure>
    decltype(auto) nested(Closure&& closure) {
        constexpr bool kRight = std::is_invocable_v<Closure&, WriteTransaction&>;
        static_assert(kRight, "WriteTransaction::nested takes a function of one cambium::WriteTransaction&");
        if constexpr (kRight) {
            using Result = std::invoke_result_t<Closure&, WriteTransaction&>;
            detail::check_result<Result>();
            WriteTransaction inner = begin_nested();
            return detail::run_and_commit<Result>(inner, closure);
        } else {
            return detail::AnyValue{};
        }
    }
    /// So far; after commit() or abort() the final figures. They are of what this object did, also when it was
    /// taken back.
    [[nodiscard]] WriteStatistics statistics() const noexcept;

private:
    friend class Database;
    friend struct detail::TransactionAccess;
    WriteTransaction(detail::DatabaseState& database, kv::WriteTransaction writer, Timestamp time);
    explicit WriteTransaction(WriteTransaction* outer);

    void commit_outermost();
    void commit_and_tell();

    WriteTransaction* outer_ = nullptr;  ///< the one around a nested one
    kv::WriteTransaction writer_;
    detail::WriteWorkspace* workspace_;
};

namespace detail {

/// Calls the closure and commits, unless the closure has aborted. Returns what the closure returns.
template <class Result, class Closure>
Result run_and_commit(WriteTransaction& transaction, Closure& closure) {
    if constexpr (std::is_void_v<Result>) {
        closure(transaction);
        if (transaction.active()) transaction.commit();
    } else {
        Result result = closure(transaction);
        if (transaction.active()) transaction.commit();
        return result;
    }
}

}  // namespace detail

}  // namespace cambium

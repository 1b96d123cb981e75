// Database: one open store file and the tables declared for it.
//
// Opening makes the file agree with the declarations, in one write transaction and only when something differs:
// new tables are created, new indexes are built from the data, indexes no longer declared are dropped, fields
// added at the end of a record are accepted where the codec names its fields. Any other difference is
// Error{schema} with one sentence per difference, and the file is not changed.
//
// Thread rule: every member function may be called from any thread. Transactions must end before the Database.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/reader.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"
#include "cambium/writer.hpp"

namespace cambium {

/// How the file is opened.
using Options = kv::Options;

namespace detail {

template <class... Tables>
inline constexpr bool kDistinctTables = true;
template <class First, class... Rest>
inline constexpr bool kDistinctTables<First, Rest...> = all_different<sizeof...(Rest) + 1>({First::table_name,
                                                                                            Rest::table_name...});

}  // namespace detail

class Database {
public:
    /// Open a file, create it when it does not exist (unless options say otherwise), and make it agree with the
    /// tables. Tables in the file that are not named stay as they are. Waits for a writer only when something has
    /// to change. Throws as kv::Environment::open(), and Error{schema}; Error{constraint} or Error{decode} when a
    /// new index cannot be built; Error{read_only} when options forbid a change that is needed.
    template <class... Tables>
    [[nodiscard]] static Database open(ByteView path, const Options& options = {}) {
        static_assert((detail::DeclaredTable<Tables> && ...),
                      "Database::open takes types derived from cambium::Table");
        if constexpr ((detail::usable_table<Tables>() && ...)) {
            static_assert(detail::kDistinctTables<Tables...>,
                          "two tables of this Database::open have the same name");
            const detail::TableDescription* const tables[] = {&detail::LayoutOf<Tables>::description..., nullptr};
            return Database(path, options, std::span(tables).first(sizeof...(Tables)));
        } else {
            return Database(path, options, {});  // never compiled: a table has said what is wrong with it
        }
    }

    Database(Database&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    Database& operator=(Database&& other) noexcept;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// A snapshot of the newest committed state. Never waits.
    [[nodiscard]] ReadTransaction begin_read();
    /// The write transaction. Waits for the current writer of any thread or process. Roll back by destroying it.
    [[nodiscard]] WriteTransaction begin_write();

    /// Call closure(ReadTransaction&) in a snapshot, and return what it returns.
    template <class Closure>
    decltype(auto) read(Closure&& closure) {
        static_assert(std::is_invocable_v<Closure&, ReadTransaction&>,
                      "Database::read takes a function of one cambium::ReadTransaction&");
        using Result = std::invoke_result_t<Closure&, ReadTransaction&>;
        check_result<Result>();
        ReadTransaction transaction = begin_read();
        return closure(transaction);
    }

    /// Call closure(WriteTransaction&), commit when it returns, roll back when it throws, and return what it
    /// returns. A closure may call abort() to roll back without an exception.
    template <class Closure>
    decltype(auto) write(Closure&& closure) {
        static_assert(std::is_invocable_v<Closure&, WriteTransaction&>,
                      "Database::write takes a function of one cambium::WriteTransaction&");
        using Result = std::invoke_result_t<Closure&, WriteTransaction&>;
        check_result<Result>();
        WriteTransaction transaction = begin_write();
        if constexpr (std::is_void_v<Result>) {
            closure(transaction);
            if (transaction.active()) transaction.commit();
        } else {
            Result result = closure(transaction);
            if (transaction.active()) transaction.commit();
            return result;
        }
    }

    /// Close, and report what the destructor would have to swallow. Every transaction must have ended: destroyed,
    /// or committed, aborted or end()ed and not used again. May be called twice; no other call may follow.
    void close();
    /// The environment underneath, for statistics, check() and trees of one's own.
    [[nodiscard]] kv::Environment& environment();

private:
    Database(ByteView path, const Options& options, std::span<const detail::TableDescription* const> tables);

    template <class Result>
    static constexpr void check_result() {
        static_assert(
            !detail::kBoundToTransaction<std::remove_cvref_t<Result>>,
            "this closure returns rows, an iterator, a reader or a transaction that ends with the closure; "
            "return records: first(), collect(), get()");
    }

    detail::DatabaseState* state_;
};

}  // namespace cambium

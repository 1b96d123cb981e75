// Database: one open store file and the tables declared for it.
//
// Opening makes the file agree with the declarations, in one write transaction and only when something differs:
// new tables are created, new and changed indexes are built from the data, new fields and wider types are accepted
// where the codec can tell, and what evolution.hpp has the declaration say of earlier ones is done. Migrations copy
// records before, in transactions of their own. Any other difference is Error{schema} with one sentence per
// difference, and no table is changed; nor is one when a record stands in the way. plan() says beforehand what will
// happen.
//
// Thread rule: every member function may be called from any thread. Transactions must end before the Database.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/progress.hpp"
#include "cambium/reader.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"
#include "cambium/writer.hpp"

namespace cambium {

/// How the file is opened.
using Options = kv::Options;

class Database;
class DynamicTable;

namespace detail {

struct DatabaseAccess {
    static DatabaseState& state(Database& database) noexcept;
};

template <class... Tables>
inline constexpr bool kDistinctTables = true;
template <class First, class... Rest>
inline constexpr bool kDistinctTables<First, Rest...> = all_different<sizeof...(Rest) + 1>({First::table_name,
                                                                                            Rest::table_name...});

}  // namespace detail

/// What opening a file with some declarations would do.
struct SchemaReport {
    std::vector<std::string> changes;  ///< sentences: what would be applied, in this order
    std::vector<std::string> refused;  ///< sentences: why opening would throw Error{schema} instead
};

class Database {
public:
    /// Open a file, create it when it does not exist (unless options say otherwise), and make it agree with the
    /// tables. Tables in the file that are not named stay as they are. Waits for a writer only when something has
    /// to change. Throws as kv::Environment::open(), and Error{schema}; Error{constraint} or Error{decode} when a
    /// new index cannot be built; Error{read_only} when options forbid a change that is needed; Error{cancelled}
    /// when `progress`, which is told of indexes being built, answers false: tables are then as they were,
    /// or waiting for the rest of a migration.
    template <class... Tables>
    [[nodiscard]] static Database open(ByteView path, const Options& options = {}, ProgressFunction progress = {},
                                       ClockFunction clock = &now) {
        static_assert((detail::DeclaredTable<Tables> && ...),
                      "Database::open takes types derived from cambium::Table");
        if constexpr ((detail::usable_table<Tables>() && ...)) {
            static_assert(detail::kDistinctTables<Tables...>,
                          "two tables of this Database::open have the same name");
            const detail::TableDescription* const tables[] = {&detail::LayoutOf<Tables>::description..., nullptr};
            return Database(path, options, std::span(tables).first(sizeof...(Tables)), progress, clock);
        } else {
            return Database(path, options, {}, progress,
                            clock);  // never compiled: a table has said what is wrong with it
        }
    }

    /// The same with tables that are described at run time (dynamic.hpp). Error{invalid_argument} for two of one
    /// name.
    [[nodiscard]] static Database open(ByteView path, std::span<const DynamicTable> tables,
                                       const Options& options = {}, ProgressFunction progress = {},
                                       ClockFunction clock = &now);

    /// What open() would do with these tables, without doing it. A file that does not exist would be created.
    /// Records are not looked at. Throws as kv::Environment::open() for reading.
    template <class... Tables>
    requires((detail::usable_table<Tables>() && ...)) [[nodiscard]] static SchemaReport plan(ByteView path) {
        const detail::TableDescription* const tables[] = {&detail::LayoutOf<Tables>::description..., nullptr};
        return plan_tables(path, std::span(tables).first(sizeof...(Tables)));
    }

    /// The tables of the file, also those that this Database was opened without, in order of their names. A
    /// snapshot.
    [[nodiscard]] std::vector<std::string> table_names();
    /// Remove a table with its records and indexes. Its id is not used again. Error{not_found} when there is none
    /// of that name, Error{misuse} when this Database was opened with it. Other programs that have it open are told
    /// by Error{schema} when they use it next. O(pages).
    void drop_table(ByteView name);
    /// Give a table another name. Errors as drop_table(), and Error{already_exists}. O(1). A program that declares
    /// the new name and RenamedTable of the old one does this by opening.
    void rename_table(ByteView from, ByteView to);

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
        constexpr bool kRight = std::is_invocable_v<Closure&, ReadTransaction&>;
        static_assert(kRight,
                      "Database::read takes a function of one cambium::ReadTransaction&; one that writes is a "
                      "function of a cambium::WriteTransaction&, for Database::write");
        if constexpr (kRight) {
            using Result = std::invoke_result_t<Closure&, ReadTransaction&>;
            detail::check_result<Result>();
            ReadTransaction transaction = begin_read();
            return closure(transaction);
        } else {
            return detail::misused_result<Closure>();
        }
    }

    /// Call closure(WriteTransaction&), commit when it returns, roll back when it throws, and return what it
    /// returns. A closure may call abort() to roll back without an exception.
    template <class Closure>
    decltype(auto) write(Closure&& closure) {
        constexpr bool kRight = std::is_invocable_v<Closure&, WriteTransaction&>;
        static_assert(kRight, "Database::write takes a function of one cambium::WriteTransaction&");
        if constexpr (kRight) {
            using Result = std::invoke_result_t<Closure&, WriteTransaction&>;
            detail::check_result<Result>();
            WriteTransaction transaction = begin_write();
            return detail::run_and_commit<Result>(transaction, closure);
        } else {
            return detail::AnyValue{};
        }
    }

    /// Another clock than that of open(), for the transactions that begin from now on. Opening has asked its clock
    /// by then, so that what has expired for this one only may have been in the way of a new index (expiry.hpp):
    /// give the clock to open() where the two may differ.
    void set_clock(ClockFunction clock) noexcept;

    /// Close, and report what the destructor would have to swallow. Every transaction must have ended: destroyed,
    /// or committed, aborted or end()ed and not used again. May be called twice; no other call may follow.
    void close();
    /// The environment underneath, for statistics, check() and trees of one's own.
    [[nodiscard]] kv::Environment& environment();

private:
    friend struct detail::DatabaseAccess;
    [[nodiscard]] static SchemaReport plan_tables(ByteView path,
                                                  std::span<const detail::TableDescription* const> tables);
    Database(ByteView path, const Options& options, std::span<const detail::TableDescription* const> tables,
             const ProgressFunction& progress, ClockFunction clock);
    Database(ByteView path, std::span<const DynamicTable> tables, const Options& options,
             const ProgressFunction& progress, ClockFunction clock);

    detail::DatabaseState* state_;
};

inline detail::DatabaseState& detail::DatabaseAccess::state(Database& database) noexcept {
    return *database.state_;
}

}  // namespace cambium

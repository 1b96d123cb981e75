// ChangeLog: an option of a table that keeps a durable log of its changes, and the reader of that log.
//
//     struct Flags : cambium::Table<"flags", Flag, cambium::PrimaryKey<&Flag::name>, cambium::Cbor,
//                                   cambium::ChangeLog<cambium::KeepChanges<10'000>, cambium::KeepSeconds<86'400>>>
//                                   {};
//
//     db.read([&](cambium::ReadTransaction& txn) {
//         const auto page = cambium::ChangeLogReader<Flags>{txn}.read(position, 100);
//         for (const auto& change : page.changes) ...
//         position = page.next;
//     });
//
// Every change is written in the transaction that makes it: log and table never disagree. Positions count from 1
// and are not used twice. To hear of new entries, also those of other processes, wait for a newer transaction:
// kv::Environment::wait_for_newer().
//
// Limits are kept in steps: a change that is logged removes at most two entries that are over a limit, the oldest
// first, and never the newest. A reader whose position has gone is told how many it missed. A log without a limit
// grows for ever. A table whose declaration drops the option keeps what was logged; while it is without, nothing is
// logged, and when the option is back, an entry Operation::missed says so. truncate() is one entry. An opening that
// writes the records anew (Renamed, Dropped, a wider key, a Migration) drops what was logged, which the new
// declaration could not read: readers find Operation::missed in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "cambium/extras.hpp"
#include "cambium/table_change.hpp"
#include "cambium/transaction.hpp"

namespace cambium {

template <class T>
struct ChangeLogPage {
    std::uint64_t missed = 0;  ///< changes from the position asked for on that are gone
    std::vector<TableChange<T>> changes;
    std::uint64_t next = 0;  ///< the position to go on from
};

namespace detail {

/// Table and log must be open: Error{misuse}.
struct LogBounds {
    std::uint64_t first;  ///< position of the oldest entry; next when there is none
    std::uint64_t next;   ///< position that the next change gets
};
[[nodiscard]] LogBounds log_bounds(ReadTransaction& transaction, const TableDescription& table);
/// Hands at most `limit` entries from a position on to `take`. Error{corrupt} for one that is malformed.
void read_log(ReadTransaction& transaction, const TableDescription& table, std::uint64_t from, std::size_t limit,
              void* context, void (*take)(void* context, std::uint64_t position, const ChangeBytes& change));

}  // namespace detail

/// Reads the change log of T in a transaction, which sees its own changes. Thread rule: that of the transaction.
template <class T>
class ChangeLogReader {
    static_assert(detail::LayoutOf<T>::description.extras->log.keeps,
                  "this table has no change log: give it the option cambium::ChangeLog<...>");

public:
    explicit ChangeLogReader(ReadTransaction& transaction) : transaction_(&transaction) {}

    /// The position of the oldest change that is kept; next() when there is none. O(depth).
    [[nodiscard]] std::uint64_t first() const { return detail::log_bounds(*transaction_, description()).first; }
    /// The position that the next change will get: read from there on to see only what is to come. O(depth).
    [[nodiscard]] std::uint64_t next() const { return detail::log_bounds(*transaction_, description()).next; }
    /// At most `limit` changes from a position on, oldest first. O(depth + changes).
    [[nodiscard]] ChangeLogPage<T> read(std::uint64_t from, std::size_t limit = 1000) const {
        const detail::LogBounds bounds = detail::log_bounds(*transaction_, description());
        ChangeLogPage<T> page;
        const std::uint64_t start = from < 1 ? 1 : from;
        if (start < bounds.first) page.missed = bounds.first - start;
        page.next = start < bounds.first ? bounds.first : start;
        detail::read_log(*transaction_, description(), page.next, limit, &page,
                         [](void* context, std::uint64_t position, const detail::ChangeBytes& bytes) {
                             auto& to = *static_cast<ChangeLogPage<T>*>(context);
                             to.changes.push_back(detail::decode_change<T>(bytes));
                             to.changes.back().position = position;
                             to.next = position + 1;
                         });
        return page;
    }

private:
    static const detail::TableDescription& description() { return detail::LayoutOf<T>::description; }

    ReadTransaction* transaction_;
};

}  // namespace cambium

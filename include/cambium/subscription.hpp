// Subscription: the changes that a Database object commits to a table, in commit order.
//
//     cambium::Subscription<Flags> changes{db};                             every change of the table
//     cambium::Subscription<Flags> mine{db, flags.prefix("ui.")};           of some keys
//     cambium::Subscription<Orders> open{db, orders.by<"state">().equal(State::open)};   of a part of an index
//     while (auto change = changes.next(std::chrono::seconds{1})) ...
//
// What is selected is what a query of the table selects, without skip and limit: a change is handed out when the
// record was among the selected rows before it or is after it. Changes of transactions that begin after the
// subscription was made come in the order of their commits, those of one transaction in the order of its writes.
// To follow a table from a known state, subscribe first, then read it in a snapshot, and skip the changes whose
// transaction is not above that of the snapshot.
//
// Each subscription has a queue of bounded size. A commit never waits for it: when it is full, changes are counted
// and dropped, and the reader is told in their place: Operation::missed. What another process commits is not seen
// here, nor what another Database object does that this process opened of the same file: a program has one, and
// hands it to all its parts. A ChangeLog (change_log.hpp) has the changes of all.
//
// Thread rule: one thread reads a subscription; any thread may make one. A subscription must not outlive its
// Database.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "cambium/database.hpp"
#include "cambium/query.hpp"
#include "cambium/table_change.hpp"

namespace cambium {

struct SubscriptionOptions {
    /// How many changes may wait to be read. At least 1.
    std::size_t capacity = 1024;
};

namespace detail {

class Subscriber;

/// Error{misuse} when the database was opened without the table; Error{invalid_argument} for a capacity of 0.
[[nodiscard]] Subscriber* subscribe(DatabaseState& database, const TableDescription& table,
                                    std::optional<Selection> selection, const SubscriptionOptions& options);
void unsubscribe(Subscriber* subscriber) noexcept;
/// Takes the next change, waiting at most so long; hands it to `take`. False when there is none.
bool next_change(Subscriber& subscriber, std::chrono::milliseconds patience, void* context,
                 void (*take)(void* context, const ChangeBytes& change, std::uint64_t missed));

}  // namespace detail

template <class T>
class Subscription {
public:
    explicit Subscription(Database& database, const SubscriptionOptions& options = {})
        : subscriber_(
              detail::subscribe(detail::DatabaseAccess::state(database), description(), std::nullopt, options)) {}
    /// Only changes of what `rows` selects; the rows' transaction may end.
    Subscription(Database& database, const Rows<T>& rows, const SubscriptionOptions& options = {})
        : subscriber_(detail::subscribe(detail::DatabaseAccess::state(database), description(),
                                        detail::SelectionAccess::selection(rows), options)) {}
    Subscription(Subscription&& other) noexcept : subscriber_(std::exchange(other.subscriber_, nullptr)) {}
    Subscription& operator=(Subscription&& other) noexcept {
        std::swap(subscriber_, other.subscriber_);
        return *this;
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { detail::unsubscribe(subscriber_); }

    /// The next change, or nothing when there is none within `patience`. Error{decode} for a record that does not
    /// decode; that change is then gone.
    [[nodiscard]] std::optional<TableChange<T>> next(std::chrono::milliseconds patience = {}) {
        std::optional<TableChange<T>> change;
        detail::next_change(*subscriber_, patience, &change,
                            [](void* context, const detail::ChangeBytes& bytes, std::uint64_t missed) {
                                auto& to = *static_cast<std::optional<TableChange<T>>*>(context);
                                to = detail::decode_change<T>(bytes);
                                to->missed = missed;
                            });
        return change;
    }

private:
    static const detail::TableDescription& description() { return detail::LayoutOf<T>::description; }

    detail::Subscriber* subscriber_;
};

}  // namespace cambium

// ExpiresAt: an option of a table whose records have an end.
//
//     struct Sessions : cambium::Table<"sessions", Session, cambium::PrimaryKey<&Session::id>, cambium::Cbor,
//                                      cambium::ExpiresAt<&Session::expires>> {};
//
// The field is a Timestamp, or an optional one: null for a record that stays. A record has expired when its time is
// not after the time at which the transaction began (by the clock of Database::open). An expired record is absent,
// for every read, count, query and constraint of the transaction: a key or a unique column of it is free, and
// whoever takes it removes the record.
//
// Expired records are removed by the writes of the table that come later: each insert, update and erase of a record
// removes at most two of them, the oldest first, so that they cannot pile up while a table is written. One that is
// refused, ends in a conflict or finds no record removes none; an erase of an expired record removes that. And
// Writer::erase_expired() removes as many as asked for. A store that is only read keeps them; they cost space, and
// reads of the table then look into each record that they meet. While none has expired a Reader looks once
// whether that is so, in a write transaction once per write, and count() is O(1); else count() is O(expired
// records), and that of a whole index O(entries).
//
// An ordered index of the times, "cambium.expiry" in the catalog, serves this.
//
// Foreign keys: a record that is written cannot refer to an expired one, as to any that is absent. What refers to a
// record when it expires stays as it is at first; the removal does to it what is declared for an erase, cascade or
// set null. What would refuse an erase (restrict) cannot refuse the time: it is left, and refers to nothing. So is
// everything that refers to the record when anything stands against the action, say a Check against the null, or a
// function of the user that throws. A process that has not opened all tables that refer to this one, as they are
// now, does not remove expired records that way: its writes leave them, and erase_expired(), load() and writes that
// need the place of one are Error{misuse}, as erase() is.
//
// Opening a database with a new index or rule: expired records break no rule, and give way in unique indexes and
// where their entry is too long; those that gave way are removed. The time is that of the clock given to open().
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "cambium/base/values.hpp"
#include "cambium/extras.hpp"
#include "cambium/index.hpp"
#include "cambium/name.hpp"

namespace cambium {
namespace detail {

struct ExpiryOption {};
struct TableHandle;

template <class T>
inline constexpr bool kIsExpiryTime = std::is_same_v<T, Timestamp> || std::is_same_v<T, std::optional<Timestamp>>;

/// Removes expired records, the oldest first; how many.
std::uint64_t erase_expired(const TableHandle& handle, std::uint64_t limit);

}  // namespace detail

/// The record is absent from this time on.
template <auto Member>
struct ExpiresAt {
    using cambium_option = detail::ExpiryOption;
    using Index = detail::IndexBase<"cambium.expiry", detail::IndexKind::ordered, Member, without_nulls>;
    template <class Record>
    static consteval bool fits() {
        if constexpr (std::is_member_object_pointer_v<std::remove_cv_t<decltype(Member)>>) {
            using Column = detail::Column<Member>;
            return std::is_same_v<typename Column::Record, Record> && detail::kIsExpiryTime<typename Column::Type>;
        } else {
            return false;
        }
    }

    template <class Record>
    static std::int64_t time_of(const void* record) {
        const auto& time = static_cast<const Record*>(record)->*Member;
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(time)>, Timestamp>) {
            return time.time_since_epoch().count();
        } else {
            return time ? time->time_since_epoch().count() : detail::ExpiryDescription::kNever;
        }
    }
    template <class Record>
    static constexpr detail::ExpiryDescription describe() {
        return {&time_of<Record>, detail::kIsOptional<typename detail::Column<Member>::Type>};
    }
};

}  // namespace cambium

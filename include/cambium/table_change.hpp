// What happened to a table: the changes that subscriptions and change logs hand out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cambium/base/bytes.hpp"
#include "cambium/base/values.hpp"
#include "cambium/table.hpp"

namespace cambium {

enum class Operation : std::uint8_t {
    inserted = 1,   ///< after
    updated = 2,    ///< before and after
    erased = 3,     ///< before
    expired = 4,    ///< before: a record whose time had run out was removed
    truncated = 5,  ///< every record was erased; neither key nor records
    missed = 6,     ///< some changes were lost: read the table anew. Neither key nor records
};

/// One change of the table T.
template <class T>
struct TableChange {
    Operation operation{};
    std::uint64_t transaction = 0;  ///< number of the transaction that made it; of a snapshot: txn.store().id()
    Timestamp time{};               ///< when that transaction began, by the clock of its database
    std::uint64_t position = 0;     ///< in the change log; 0 from a subscription
    std::uint64_t missed = 0;       ///< how many changes were lost, for Operation::missed
    std::optional<KeyOf<T>> key{};
    std::optional<typename T::Record> before{};
    std::optional<typename T::Record> after{};
};

namespace detail {

/// A change as bytes. The views live as long as what they were made from.
struct ChangeBytes {
    Operation operation{};
    std::uint64_t transaction = 0;
    Timestamp time{};
    ByteView key{};
    std::optional<ByteView> before{};
    std::optional<ByteView> after{};
};

/// Error{decode} names table and key.
void decode_change_record(const TableDescription& table, ByteView key, ByteView bytes, void* record);

template <class T>
TableChange<T> decode_change(const ChangeBytes& bytes) {
    TableChange<T> change{.operation = bytes.operation, .transaction = bytes.transaction, .time = bytes.time};
    if (!bytes.before && !bytes.after) return change;
    ByteView key = bytes.key;
    change.key = LayoutOf<T>::KeyValue::decode(key);
    const TableDescription& table = LayoutOf<T>::description;
    if (bytes.before) decode_change_record(table, bytes.key, *bytes.before, &change.before.emplace());
    if (bytes.after) decode_change_record(table, bytes.key, *bytes.after, &change.after.emplace());
    return change;
}

}  // namespace detail
}  // namespace cambium

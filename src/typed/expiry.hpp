// Which records of a table have expired.
//
// A transaction fixes its time when it begins, so what has expired in a snapshot never changes. A handle of a
// snapshot knows from its making whether the table holds any expired record; a write transaction keeps that in its
// workspace, as its own writes may add some. While there is none, nothing else here is ever called.
//
// Thread rule: that of the transaction.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "cambium/query.hpp"
#include "cambium/writer.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

/// Whether an expired record of the table is still there.
[[nodiscard]] bool some_expired(const TableHandle& handle);
/// The same as a look at the index of times finds it: for the making of a handle.
[[nodiscard]] bool find_expired(const kv::Transaction& store, const TableState& table, Timestamp now);
/// Whether a record, decoded or as it is stored, has expired. False for tables without ExpiresAt.
[[nodiscard]] bool is_expired(const TableHandle& handle, const void* record);
[[nodiscard]] bool is_expired(const TableHandle& handle, ByteView key, ByteView bytes);
/// The same at a time, where there is no transaction of this layer yet.
[[nodiscard]] bool is_expired_at(const TableDescription& table, const void* record, Timestamp now);
/// The record of this key unless it has expired; nothing when there is none.
[[nodiscard]] std::optional<ByteView> live_bytes(const TableHandle& handle, ByteView key);
/// How many expired records are there. O(them).
[[nodiscard]] std::uint64_t count_expired(const TableHandle& handle);
/// The primary key of the record that expired first, if one has.
[[nodiscard]] std::optional<std::string> first_expired(const TableHandle& handle);

/// Thrown within a write, before it has changed anything, when an expired record is in its way, unless that gives
/// way (WriteWorkspace::expired_give_way).
struct InTheWay {
    std::string key;
};

/// Removes a record that has expired and its index entries, and does to what refers to it what is declared for an
/// erase: cascade or set null. Who would refuse an erase is left as it is; and so is everything that refers to it
/// when anything of another record stands against it: a rule, its codec, a function of the user that throws. O(1)
/// unless something refers to the record (erase.cpp).
/// Error{misuse} or Error{schema} when a table that refers to it is not open, or was changed meanwhile: nothing is
/// removed then. Error{corrupt} when the index of times knows one that is not there.
void remove_expired(const TableHandle& handle, ByteView key);
/// The same for a record that nobody refers to, or whoever does stays as it is. Changes nothing when a function of
/// the user throws, or the record does not decode.
void remove_expired_alone(const TableHandle& handle, ByteView key);
/// Within a handler: whether its exception is of the store or of the machine (no disk, no memory, damaged pages),
/// so that no record is the reason.
[[nodiscard]] bool is_store_trouble();

/// What a write removes when it is done: two expired records, the oldest first; none when it may not, or they
/// cannot be removed. Throws when the store has failed; the write is undone with the transaction then.
void remove_some_expired(const TableHandle& handle);

/// Whether a write has stored or erased anything, by what it answers.
constexpr bool is_done(bool answer) {
    return answer;
}
constexpr bool is_done(Swap answer) {
    return answer == Swap::stored;
}

/// Calls write(handle), which changes the record of this key. Expired records give way to it: the one of this key
/// is gone before, those that hold a unique value that it takes go after it. A write that is refused, or finds
/// nothing to do, leaves the others, and what refers to them, as they were.
template <class Write>
auto write_among_expired(const TableHandle& handle, ByteView key, Write&& write) -> decltype(write(handle)) {
    if (!some_expired(handle)) return write(handle);
    check_thread(handle);
    const std::optional<ByteView> bytes = TransactionAccess::store(handle).get(handle.table->records, key);
    const bool expired = bytes && is_expired(handle, key, *bytes);
    if (!expired) {
        try {
            const auto result = write(handle);
            if (is_done(result)) remove_some_expired(handle);
            return result;
        } catch (const InTheWay&) {  // nothing was changed
        }
    }
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const TableHandle inner{&scope, handle.table};
    if (expired) remove_expired(inner, key);
    WriteWorkspace& workspace = TransactionAccess::workspace(scope);
    workspace.expired_give_way = true;
    const auto result = write(inner);
    workspace.expired_give_way = false;
    for (const std::string& other : std::exchange(workspace.gave_way, {})) {
        // It may have gone with the one before.
        if (TransactionAccess::store(inner).contains(handle.table->records, other)) remove_expired(inner, other);
    }
    if (is_done(result)) remove_some_expired(inner);
    scope.commit();
    return result;
}

}  // namespace cambium::detail

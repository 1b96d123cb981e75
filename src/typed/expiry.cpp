#include "typed/expiry.hpp"

#include <new>

#include "cambium/key/key.hpp"
#include "cambium/kv/cursor.hpp"
#include "typed/change.hpp"
#include "typed/change_log.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

kv::Tree times_of(const TableState& table) {
    return table.indexes.back();
}

/// The encoding of a time in the index.
std::string encoded(const ExpiryDescription& expiry, Timestamp time) {
    return expiry.optional ? key::encode(std::optional(time)) : key::encode(time);
}

std::uint64_t remove_oldest(const TableHandle& handle, std::uint64_t limit) {
    for (std::uint64_t removed = 0; removed < limit; ++removed) {
        const std::optional<std::string> key = some_expired(handle) ? first_expired(handle) : std::nullopt;
        if (!key) return removed;
        remove_expired(handle, *key);
    }
    return limit;
}

}  // namespace

bool find_expired(const kv::Transaction& store, const TableState& table, Timestamp now) {
    const ExpiryDescription& expiry = table.description->extras->expiry;
    if (expiry.time == nullptr) return false;
    kv::Cursor cursor = store.cursor(times_of(table));
    if (!cursor.first()) return false;
    const std::string bound = encoded(expiry, now);
    return cursor.key().substr(0, bound.size()) <= bound;
}

bool some_expired(const TableHandle& handle) {
    if (handle.table->description->extras->expiry.time == nullptr) return false;
    if (!TransactionAccess::writes(handle)) return handle.some_expired;
    return TransactionAccess::workspace(handle).expired_in(*handle.table, TransactionAccess::writer(handle));
}

bool is_expired_at(const TableDescription& table, const void* record, Timestamp now) {
    const auto time = table.extras->expiry.time;
    if (time == nullptr) return false;
    const std::int64_t expires = time(record);
    return expires != ExpiryDescription::kNever && expires <= now.time_since_epoch().count();
}

bool is_expired(const TableHandle& handle, const void* record) {
    return is_expired_at(*handle.table->description, record, TransactionAccess::time(handle));
}

bool is_expired(const TableHandle& handle, ByteView key, ByteView bytes) {
    const ScratchRecord record(*handle.table->description);
    decode_record(*handle.table->description, key, bytes, record.get());
    return is_expired(handle, record.get());
}

std::optional<ByteView> live_bytes(const TableHandle& handle, ByteView key) {
    const std::optional<ByteView> bytes = TransactionAccess::store(handle).get(handle.table->records, key);
    if (bytes && some_expired(handle) && is_expired(handle, key, *bytes)) return std::nullopt;
    return bytes;
}

std::uint64_t count_expired(const TableHandle& handle) {
    const ExpiryDescription& expiry = handle.table->description->extras->expiry;
    const std::optional<std::string> end = key::successor(encoded(expiry, TransactionAccess::time(handle)));
    kv::Cursor cursor = TransactionAccess::store(handle).cursor(times_of(*handle.table));
    std::uint64_t count = 0;
    for (bool more = cursor.first(); more && (!end || cursor.key() < *end); more = cursor.next()) ++count;
    return count;
}

std::uint64_t erase_expired(const TableHandle& handle, std::uint64_t limit) {
    check_usable(handle);
    if (limit == 0 || !some_expired(handle)) return 0;
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const std::uint64_t removed = remove_oldest({&scope, handle.table}, limit);
    scope.commit();
    return removed;
}

bool is_store_trouble() {
    try {
        throw;
    } catch (const Error& error) {
        switch (error.code()) {
            case ErrorCode::full:
            case ErrorCode::io:
            case ErrorCode::corrupt:
            case ErrorCode::not_a_store:
            case ErrorCode::format_version:
            case ErrorCode::busy:
            case ErrorCode::poisoned:
            case ErrorCode::outcome_unknown:
                return true;
            default:
                return false;
        }
    } catch (const std::bad_alloc&) {
        return true;
    } catch (...) {
        return false;
    }
}

// What is left to others: records that a table refers to which is not open here as it is now, and those for which a
// function of the user throws. erase_expired() says so.
void remove_some_expired(const TableHandle& handle) {
    constexpr std::uint64_t kRemovedPerWrite = 2;
    try {
        remove_oldest(handle, kRemovedPerWrite);
    } catch (...) {
        WriteWorkspace& workspace = TransactionAccess::workspace(handle);
        if (!workspace.broken && !is_store_trouble()) return;
        workspace.broken = true;
        throw;
    }
}

bool WriteWorkspace::expired_in(const TableState& table, const kv::Transaction& store) {
    const std::uint64_t stamp = statistics.records_written + statistics.records_erased;
    if (expired.table == &table && expired.stamp == stamp) return expired.some;
    expired = {&table, stamp, find_expired(store, table, time)};
    return expired.some;
}

// The entry of a unique index may belong to another record already: to the one for which this one gives way.
void remove_expired_alone(const TableHandle& handle, ByteView key) {
    const TableState& table = *handle.table;
    const TableDescription& description = *table.description;
    kv::WriteTransaction& store = TransactionAccess::writer(handle);
    WriteWorkspace& workspace = TransactionAccess::workspace(handle);
    const std::string kept(key);  // it may lie in a tree that changes here
    const std::optional<ByteView> bytes = store.get(table.records, kept);
    if (!bytes) {
        throw Error(ErrorCode::corrupt, index_text(description, description.indexes.back()) + " has an entry for " +
                                            key_text(description, kept) + ", which is not in the table");
    }
    const ScratchRecord record(description);
    decode_record(description, kept, *bytes, record.get());
    if (workspace.indexes.size() < description.indexes.size()) workspace.indexes.resize(description.indexes.size());
    for (std::size_t i = 0; i < description.indexes.size(); ++i)
        workspace.indexes[i].before.list(description.indexes[i], kept, record.get());

    workspace.sequences.note(table, store, kept);
    ChangeGuard guard(workspace);
    record_change(table, workspace, store, Operation::expired, kept, bytes, std::nullopt);
    store.erase(table.records, kept);
    ++workspace.statistics.records_erased;
    for (std::size_t i = 0; i < description.indexes.size(); ++i) {
        const IndexDescription& index = description.indexes[i];
        const IndexEntries& entries = workspace.indexes[i].before;
        for (std::size_t entry = 0; entry < entries.size(); ++entry) {
            if (index.kind == IndexKind::unique) {
                const std::optional<ByteView> value = store.get(table.indexes[i], entries.key(entry));
                if (!value || owner_of(description, index, *value) != kept) continue;
            }
            store.erase(table.indexes[i], entries.key(entry));
            ++workspace.statistics.index_entries_erased;
        }
    }
    guard.done();
}

std::optional<std::string> first_expired(const TableHandle& handle) {
    const TableDescription& table = *handle.table->description;
    kv::Cursor cursor = TransactionAccess::store(handle).cursor(times_of(*handle.table));
    if (!cursor.first()) return std::nullopt;
    const std::string bound = encoded(table.extras->expiry, TransactionAccess::time(handle));
    ByteView entry = cursor.key();
    if (entry.substr(0, bound.size()) > bound) return std::nullopt;
    table.indexes.back().skip(table.indexes.back(), entry);
    return std::string(entry);
}

}  // namespace cambium::detail

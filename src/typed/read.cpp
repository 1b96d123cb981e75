// Reads of records by primary key, and of one through a unique index.
#include <algorithm>
#include <vector>

#include "cambium/key/key.hpp"
#include "cambium/reader.hpp"
#include "typed/expiry.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

TableHandle find_table(ReadTransaction& transaction, const TableDescription& description) {
    const TableState* table = &TransactionAccess::database(transaction).require(description);
    if (table->stale.load(std::memory_order_relaxed)) {
        throw Error(ErrorCode::schema, table_text(description) +
                                           " was changed by another opener of the file since this database was "
                                           "opened; open it again");
    }
    TableHandle handle{&transaction, table};
    if (table->description->extras->expiry.time != nullptr && !TransactionAccess::writes(handle)) {
        handle.some_expired = find_expired(transaction.store(), *table, TransactionAccess::time(handle));
    }
    return handle;
}

bool read_record(const TableHandle& handle, ByteView key, void* record) {
    const std::optional<ByteView> bytes = TransactionAccess::store(handle).get(handle.table->records, key);
    if (!bytes) return false;
    decode_record(*handle.table->description, key, *bytes, record);
    return !is_expired(handle, record);
}

void read_many(const TableHandle& handle, std::span<const std::string> keys, void* context,
               void* (*place)(void* context, std::size_t position)) {
    constexpr std::size_t kBatch = 256;
    const bool expired = some_expired(handle);
    std::vector<ByteView> wanted;
    std::vector<std::optional<ByteView>> found;
    for (std::size_t begin = 0; begin < keys.size(); begin += kBatch) {
        wanted.assign(keys.begin() + static_cast<std::ptrdiff_t>(begin),
                      keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), begin + kBatch)));
        found.assign(wanted.size(), std::nullopt);
        TransactionAccess::store(handle).multi_get(handle.table->records, wanted, found);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (!found[i] || (expired && is_expired(handle, wanted[i], *found[i]))) continue;
            decode_record(*handle.table->description, wanted[i], *found[i], place(context, begin + i));
        }
    }
}

bool has_record(const TableHandle& handle, ByteView key) {
    if (some_expired(handle)) return live_bytes(handle, key).has_value();
    return TransactionAccess::store(handle).contains(handle.table->records, key);
}

std::optional<ByteView> find_unique(const TableHandle& handle, std::size_t index, ByteView columns) {
    const std::optional<ByteView> value =
        TransactionAccess::store(handle).get(handle.table->indexes[index], columns);
    if (!value) return std::nullopt;
    const TableDescription& table = *handle.table->description;
    const ByteView owner = owner_of(table, table.indexes[index], *value);
    if (some_expired(handle) && !live_bytes(handle, owner)) return std::nullopt;
    return owner;
}

void read_indexed(const TableHandle& handle, std::size_t index, ByteView key, void* record) {
    if (read_record(handle, key, record)) return;
    const TableDescription& table = *handle.table->description;
    throw Error(ErrorCode::corrupt, index_text(table, table.indexes[index]) + " has an entry for " +
                                        key_text(table, key) + ", which is not in the table");
}

}  // namespace cambium::detail

// Reads of one record: by primary key and through a unique index.
#include "cambium/key/key.hpp"
#include "cambium/reader.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

TableHandle find_table(ReadTransaction& transaction, const TableDescription& description) {
    const TableState* table = TransactionAccess::database(transaction).find(description);
    if (table == nullptr) {
        throw Error(ErrorCode::misuse, table_text(description) +
                                           " was not opened with this database: add it to Database::open<...>()");
    }
    if (table->stale.load(std::memory_order_relaxed)) {
        throw Error(ErrorCode::schema, table_text(description) +
                                           " was changed by another opener of the file since this database was "
                                           "opened; open it again");
    }
    return {&transaction, table};
}

bool read_record(const TableHandle& handle, ByteView key, void* record) {
    const std::optional<ByteView> bytes = TransactionAccess::store(handle).get(handle.table->records, key);
    if (!bytes) return false;
    decode_record(*handle.table->description, key, *bytes, record);
    return true;
}

bool has_record(const TableHandle& handle, ByteView key) {
    return TransactionAccess::store(handle).contains(handle.table->records, key);
}

std::optional<ByteView> find_unique(const TableHandle& handle, std::size_t index, ByteView columns) {
    return TransactionAccess::store(handle).get(handle.table->indexes[index], columns);
}

void read_indexed(const TableHandle& handle, std::size_t index, ByteView key, void* record) {
    if (read_record(handle, key, record)) return;
    const TableDescription& table = *handle.table->description;
    throw Error(ErrorCode::corrupt, index_text(table, table.indexes[index]) + " has an entry for " +
                                        key_text(table, key) + ", which is not in the table");
}

std::optional<std::string> after_prefix(std::string prefix) {
    return key::successor(std::move(prefix));
}

}  // namespace cambium::detail

// What a table takes, tree by tree.
#include "cambium/statistics.hpp"

#include "typed/state.hpp"

namespace cambium::detail {

TableUsage table_usage(const TableHandle& handle) {
    const kv::Transaction& store = TransactionAccess::store(handle);
    const TableDescription& table = *handle.table->description;
    TableUsage result;
    result.name = table.name;
    result.records = kv::usage(store, handle.table->records);
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        result.indexes.push_back({table.indexes[i].name, kv::usage(store, handle.table->indexes[i])});
    }
    return result;
}

}  // namespace cambium::detail

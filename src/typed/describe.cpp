// The catalog for tools: entries as the public structs.
#include "cambium/catalog.hpp"
#include "cambium/kv/environment.hpp"
#include "typed/catalog.hpp"
#include "typed/table_info.hpp"

namespace cambium {
namespace {

std::vector<ColumnInfo> columns_of(const std::vector<detail::CatalogColumn>& columns) {
    std::vector<ColumnInfo> result;
    for (const detail::CatalogColumn& column : columns)
        result.push_back(
            {column.name, column.type, column.derived, column.each, column.descending, column.ignore_case});
    return result;
}

}  // namespace

TableInfo detail::table_info(ByteView name, const detail::CatalogTable& entry) {
    TableInfo table;
    table.name = name;
    table.codec = entry.codec;
    for (const detail::CatalogField& field : entry.fields) table.fields.push_back({field.name, field.type});
    table.key = entry.key;
    table.key_types = entry.key_types;
    for (const detail::CatalogIndex& index : entry.indexes) {
        if (index.name == detail::kExpiryIndex && index.key.size() == 1) {
            table.expires_at = index.key.front().name;
            continue;
        }
        table.indexes.push_back({index.name, index.kind == "unique", columns_of(index.key), index.predicate,
                                 columns_of(index.covered), index.without_nulls, index.version});
    }
    table.generator = entry.generator;
    table.keeps_log = entry.keeps_log;
    for (const detail::CatalogRule& rule : entry.rules) table.rules.push_back({rule.name, rule.kind, rule.version});
    table.row_version = entry.row_version;
    for (const detail::CatalogForeignKey& key : entry.foreign_keys)
        table.foreign_keys.push_back({key.name, key.target, key.columns, key.on_erase, key.deferred});
    table.schema_version = entry.schema_version;
    table.defaults.assign(entry.defaults.begin(), entry.defaults.end());
    if (entry.migration) table.migrating_to = entry.migration->to;
    for (const detail::CatalogEnum& one : entry.enums)
        table.enums.push_back({one.place, {one.names.begin(), one.names.end()}});
    return table;
}

std::vector<TableInfo> describe(const kv::Transaction& transaction) {
    std::vector<TableInfo> tables;
    detail::each_entry(transaction, [&](ByteView name, ByteView bytes) {
        tables.push_back(detail::table_info(name, detail::decode_entry(bytes, name)));
    });
    return tables;
}

std::vector<TableInfo> describe(ByteView path) {
    kv::Environment environment = kv::Environment::open(path, {.read_only = true});
    return describe(environment.begin_read());
}

}  // namespace cambium

// The catalog entry that the declaration of a table asks for.
#include "cambium/base/error.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/shape.hpp"
#include "cambium/readable.hpp"
#include "typed/comparison.hpp"
#include "typed/enumerators.hpp"
#include "typed/sentence.hpp"
#include "typed/varying_defaults.hpp"

namespace cambium::detail {
namespace {

constexpr std::string_view kind_name(IndexKind kind) {
    return kind == IndexKind::unique ? "unique" : "ordered";
}

constexpr std::string_view action_name(OnErase action) {
    switch (action) {
        case OnErase::refuse:
            return "restrict";
        case OnErase::cascade:
            return "cascade";
        case OnErase::set_null:
            return "set null";
    }
    return {};
}

CatalogColumn catalog_column(const ColumnDescription& column) {
    return {std::string(column.name), column.type(),     column.derived, column.each,
            column.descending,        column.ignore_case};
}

void declare_rules(const TableDescription& table, CatalogTable& entry) {
    const RulesDescription& rules = *table.rules;
    for (const RuleDescription& rule : rules.records) {
        entry.rules.push_back(
            {std::string(rule.name), rule.kind == RuleKind::not_null ? "not null" : "check", rule.version});
    }
    if (rules.row_version != nullptr) entry.row_version = rules.row_version->name;
    for (const ForeignKeyDescription& key : rules.foreign_keys) {
        CatalogForeignKey& stored = entry.foreign_keys.emplace_back();
        stored.name = key.name;
        stored.target = key.target(key);
        for (const ColumnDescription& column : table.indexes[key.index].columns)
            stored.columns.emplace_back(column.name);
        stored.on_erase = action_name(key.on_erase);
        stored.deferred = key.deferred;
    }
}

std::vector<std::uint8_t> defaults_of(const TableDescription& table) {
    const EvolutionDescription& evolution = *table.evolution;
    if (!evolution.defaults.empty()) return {evolution.defaults.begin(), evolution.defaults.end()};
    if (!evolution.wire.empty()) {
        const std::string known = Document::from_json(evolution.wire).to_cbor();
        return {known.begin(), known.end()};
    }
    const std::string bytes = default_record(table);
    return {bytes.begin(), bytes.end()};
}

std::string type_of(const TableDescription& table, const FieldDescription& field) {
    try {
        return field.type();
    } catch (const Error& error) {
        std::string what = table_text(table) + ": field ";
        append_text(what, field.name);
        throw Error(error.code(), what + ": " + error.what());
    }
}

void check_size(const TableDescription& table, const CatalogTable& entry) {
    std::size_t size = table.evolution->wire.empty() ? 0 : entry.defaults.size();
    for (const CatalogField& field : entry.fields) size += field.type.size();
    if (size > codec::kMostTypeBytes)
        throw Error(ErrorCode::schema,
                    table_text(table) + ": the types of its fields would take " + std::to_string(size) +
                        " bytes in the catalog, which takes " + std::to_string(codec::kMostTypeBytes) +
                        ", as a struct is spelled out at each place of use; split the record, or keep a part of it "
                        "in a table of its own");
}

}  // namespace

CatalogTable declared_entry(const TableDescription& table) {
    CatalogTable entry;
    entry.schema_version = table.evolution->version;
    entry.codec = table.codec;
    for (const FieldDescription& field : table.fields)
        entry.fields.push_back({std::string(field.name), type_of(table, field)});
    entry.key.assign(table.key_columns.begin(), table.key_columns.end());
    for (const auto type : table.key_types) entry.key_types.push_back(type());
    for (const IndexDescription& index : table.indexes) {
        CatalogIndex& stored = entry.indexes.emplace_back();
        stored.name = index.name;
        stored.kind = kind_name(index.kind);
        for (const ColumnDescription& column : index.columns) stored.key.push_back(catalog_column(column));
        stored.predicate = index.predicate;
        for (const ColumnDescription& column : index.covered) stored.covered.push_back(catalog_column(column));
        stored.without_nulls = index.without_nulls;
        stored.version = index.version;
    }
    entry.defaults = defaults_of(table);
    entry.enums = enums_of(table);
    check_size(table, entry);
    entry.generator = table.extras->generator.name;
    entry.keeps_log = table.extras->log.keeps;
    declare_rules(table, entry);
    return entry;
}

}  // namespace cambium::detail

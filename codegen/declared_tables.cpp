// The entries of the catalog; a test compares them with those of a store.
#include "declared_tables.hpp"

#include <algorithm>
#include <cambium/base/error.hpp>
#include <cambium/codec/shape.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

namespace cambium::codegen {

namespace {

/// The records around what is told.
using Outer = std::vector<const Record*>;

bool is_signed_type(const std::string& schema_type) {
    return schema_type == "byte" || schema_type == "short" || schema_type == "int" || schema_type == "long";
}

/// The enumerators of a record's fields by their places, as src/typed/places.hpp calls them; with the names that
/// cambium/codec/enum_names.hpp finds.
class Enumerators {
public:
    static std::vector<EnumInfo> of(const Record& record) {
        Enumerators all;
        all.add_fields(record, "");
        return std::move(all.found_);
    }

private:
    void add_fields(const Record& record, const std::string& before) {
        if (std::find(outer_.begin(), outer_.end(), &record) != outer_.end()) return;
        outer_.push_back(&record);
        for (const Field& field : record.fields)
            if (!field.is_deprecated)
                add(field.type, before + field.name + (field.container == Container::single ? "" : "[]"));
        outer_.pop_back();
    }

    void add(const Type& type, const std::string& place) {
        if (type.kind == Kind::enumeration) found_.push_back({place, names_of(*type.enumeration)});
        if (type.kind == Kind::structure || type.kind == Kind::table) add_fields(*type.record, place + ".");
        if (type.kind != Kind::variant) return;
        std::size_t position = 0;
        for (const UnionMember& member : type.alternatives->members)
            add(member.type, place + "|" + std::to_string(++position));
    }

    static std::vector<std::pair<std::string, std::int64_t>> names_of(const Enum& enumeration) {
        const bool is_signed = is_signed_type(enumeration.schema_type);
        std::map<std::string, std::int64_t> names;
        for (const Enumerator& one : enumeration.values) {
            const double number = std::strtod(one.value.c_str(), nullptr);
            if (number < (is_signed ? -128 : 0) || number > (is_signed ? 127 : 255)) continue;
            names.emplace(one.name, std::strtoll(one.value.c_str(), nullptr, 10));
        }
        return {names.begin(), names.end()};
    }

    std::vector<EnumInfo> found_;
    Outer outer_;
};

constexpr std::uint32_t kUuidTag = 37;

Document default_record(const Record& record);

Document default_bytes(std::size_t length, bool is_uuid) {
    Document bytes = Document::bytes(std::string(length, '\0'));
    if (is_uuid) bytes.set_tag(kUuidTag);
    return bytes;
}

/// One value of a field, as a record that the program makes has it.
Document default_value(const Field& field) {
    switch (field.type.kind) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::floating:
        case Kind::enumeration:
        case Kind::timestamp:
            return default_number(field);
        case Kind::text:
            return "";
        case Kind::structure:
        case Kind::table:
            return default_record(*field.type.record);
        case Kind::uuid:
        case Kind::fixed_bytes:
            return default_bytes(field.type.length, field.type.kind == Kind::uuid);
        case Kind::variant:
            return Document::array({0, nullptr});
    }
    return nullptr;
}

Document default_of(const Field& field) {
    if (field.absence == Absence::null) return nullptr;
    const bool is_octet = field.type.kind == Kind::integer && field.type.schema_type == "ubyte";
    switch (field.container) {
        case Container::single:
            return default_value(field);
        case Container::vector:
            return is_octet ? Document::bytes("") : Document::array();
        case Container::array:
            if (is_octet) return default_bytes(field.array_length, false);
            return std::vector<Document>(field.array_length, default_value(field));
    }
    return nullptr;
}

Document default_record(const Record& record) {
    Document object = Document::object();
    for (const Field& field : record.fields)
        if (!field.is_deprecated) object[field.name] = default_of(field);
    return object;
}

/// Empty when records nest deeper than CBOR takes, or are larger than a store does: nor does it know them then.
std::string encoded_defaults(const Record& record) {
    if (description_size(record).all > codec::kMostTypeBytes) return {};
    try {
        return default_record(record).to_cbor();
    } catch (const Error&) {
        return {};
    }
}

ColumnInfo column_of(const Record& record, const Column& column) {
    ColumnInfo info;
    info.name = column.field;
    const Field& field = *record.find(column.field);
    info.type = column.is_each ? catalog_type(field.type) : catalog_type(field);
    info.each = column.is_each;
    info.descending = column.is_descending;
    info.ignore_case = column.ignores_case;
    return info;
}

IndexInfo index_of(const Record& record, const Index& index) {
    IndexInfo info;
    info.name = index.name;
    info.unique = index.is_unique;
    for (const Column& column : index.columns) info.columns.push_back(column_of(record, column));
    info.predicate = index.predicate;
    for (const std::string& field : index.covered) info.covered.push_back(column_of(record, {field}));
    info.without_nulls = index.is_without_nulls;
    if (!index.version.empty()) info.version = std::stoull(index.version);
    return info;
}

}  // namespace

std::vector<TableDeclaration> declarations(const Schema& schema) {
    std::vector<TableDeclaration> result;
    for (TableInfo& table : declared_tables(schema)) {
        TableDeclaration& declaration = result.emplace_back();
        declaration.table = std::move(table);
        const Table* source = schema.find_table(declaration.table.name);
        declaration.former_names = source->former_names;
        declaration.renamed = source->renamed;
        declaration.dropped = source->dropped;
    }
    return result;
}

std::vector<TableInfo> declared_tables(const Schema& schema) {
    std::vector<TableInfo> tables;
    for (const Table* one : schema.all_tables()) {
        const Table& table = *one;
        TableInfo& info = tables.emplace_back();
        info.name = table.name;
        info.codec = table.codec + (table.compression.empty() ? "" : "+" + table.compression);
        for (const Field& field : table.record->fields)
            if (!field.is_deprecated) info.fields.push_back({field.name, catalog_type(field)});
        info.key = table.key;
        for (const Index& index : table.indexes) info.indexes.push_back(index_of(*table.record, index));
        if (table.is_key_generated)
            info.generator =
                table.record->find(table.key.front())->type.kind == Kind::uuid ? "uuid" : "auto_increment";
        for (const ForeignKey& key : table.foreign_keys) {
            IndexInfo& index = info.indexes.emplace_back();
            index.name = key.name;
            for (const std::string& field : key.columns) index.columns.push_back(column_of(*table.record, {field}));
            const std::string action = key.action == "set_null" ? "set null" : key.action;
            info.foreign_keys.push_back(
                {key.name, key.target, key.columns, action.empty() ? "restrict" : action, key.is_deferred});
        }
        for (const std::string& field : table.not_null) info.rules.push_back({field, "not null", 0});
        info.row_version = table.row_version;
        if (!table.schema_version.empty()) info.schema_version = std::stoull(table.schema_version);
        info.expires_at = table.expires_at;
        info.keeps_log = table.keeps_log;
        info.enums = Enumerators::of(*table.record);
        if (table.codec == "flatbuffers") info.defaults = wire_of(*table.record).to_cbor();
        if (table.codec == "cbor" || table.codec == "json") info.defaults = encoded_defaults(*table.record);
    }
    std::sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return tables;
}

}  // namespace cambium::codegen

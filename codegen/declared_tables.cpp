// Types by the names that src/codec/describe.cpp gives them; a test compares the two through a store.
#include "declared_tables.hpp"

#include <algorithm>
#include <cambium/base/error.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace cambium::codegen {

namespace {

std::string scalar_type(const std::string& schema_type) {
    static const std::map<std::string, std::string> kNames = {
        {"bool", "bool"}, {"byte", "i8"},  {"ubyte", "u8"},  {"short", "i16"}, {"ushort", "u16"}, {"int", "i32"},
        {"uint", "u32"},  {"long", "i64"}, {"ulong", "u64"}, {"float", "f32"}, {"double", "f64"}};
    return kNames.at(schema_type);
}

/// The records around what is told.
using Outer = std::vector<const Record*>;

std::string type_of(const Field& field, Outer& outer);

/// Of a record inside of itself the name is enough, as no table stores it.
std::string record_type(const Record& record, Outer& outer) {
    if (std::find(outer.begin(), outer.end(), &record) != outer.end()) return "record " + record.name;
    outer.push_back(&record);
    std::string text;
    for (const Field& field : record.fields)
        if (!field.is_deprecated) text += (text.empty() ? "" : ",") + field.name + ":" + type_of(field, outer);
    outer.pop_back();
    return "record{" + text + "}";
}

std::string type_of(const Type& type, Outer& outer) {
    switch (type.kind) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::floating:
            return scalar_type(type.schema_type);
        case Kind::enumeration:
            return "enum " + scalar_type(type.enumeration->schema_type);
        case Kind::text:
            return "string";
        case Kind::structure:
        case Kind::table:
            return record_type(*type.record, outer);
        case Kind::uuid:
            return "uuid";
        case Kind::fixed_bytes:
            return "fixed<" + std::to_string(type.length) + ">";
        case Kind::timestamp:
            return "timestamp";
        case Kind::variant: {
            std::string text = "variant<null";
            for (const UnionMember& member : type.alternatives->members) text += "," + type_of(member.type, outer);
            return text + ">";
        }
    }
    return {};
}

std::string type_of(const Field& field, Outer& outer) {
    std::string text = type_of(field.type, outer);
    const bool is_octet = field.type.kind == Kind::integer && field.type.schema_type == "ubyte";
    if (field.container == Container::vector) text = is_octet ? "bytes" : "vector<" + text + ">";
    if (field.container == Container::array) {
        const std::string length = std::to_string(field.array_length);
        text = is_octet ? "fixed<" + length + ">" : "array<" + text + "," + length + ">";
    }
    return field.absence == Absence::null ? "optional<" + text + ">" : text;
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
        const bool is_signed = scalar_type(enumeration.schema_type).front() == 'i';
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

Document default_number(const Field& field) {
    const std::string text = field.default_value.empty() ? "0" : field.default_value;
    const std::string& type =
        field.type.kind == Kind::enumeration ? field.type.enumeration->schema_type : field.type.schema_type;
    if (type == "bool") return text != "0";
    if (type == "float") return std::strtof(text.c_str(), nullptr);
    if (type == "double") return std::strtod(text.c_str(), nullptr);
    if (type == "ulong") return std::strtoull(text.c_str(), nullptr, 10);
    return std::strtoll(text.c_str(), nullptr, 10);
}

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

/// Empty when records nest deeper than CBOR takes: nor does a store know them then.
std::string encoded_defaults(const Record& record) {
    try {
        return default_record(record).to_cbor();
    } catch (const Error&) {
        return {};
    }
}

constexpr std::size_t kDeepest = 32;  ///< of what is said of nested tables; JSON and CBOR end at 128

Document wire_of(const Record& record, std::size_t depth);

Document wire_of(const Type& type, std::size_t depth) {
    if (type.kind == Kind::table) return depth < kDeepest ? wire_of(*type.record, depth + 1) : Document{};
    if (type.record != nullptr) return "struct" + struct_layout(*type.record);
    return nullptr;
}

Document wire_of(const Field& field, std::size_t depth) {
    if (field.type.record != nullptr) return wire_of(field.type, depth);
    if (field.type.kind == Kind::variant) {
        Document by_type_number = Document::object();
        for (const UnionMember& member : field.type.alternatives->members) {
            Document wire = wire_of(member.type, depth);
            by_type_number[member.value] =
                wire.is_null() ? Document::array({member.name}) : Document::array({member.name, std::move(wire)});
        }
        return by_type_number;
    }
    const bool is_number = field.type.kind == Kind::boolean || field.type.kind == Kind::integer ||
                           field.type.kind == Kind::floating || field.type.kind == Kind::enumeration ||
                           field.type.kind == Kind::timestamp;
    if (!is_number || field.container != Container::single || field.absence == Absence::null) return nullptr;
    Document number = default_number(field);
    const bool is_floating = number.type() == Document::Type::floating;
    const bool is_negative = is_floating && std::signbit(number.as_double());  // -0.0 is another default than 0.0
    const bool is_zero = number == Document{0} || number == Document{false} || number == Document{0.0};
    if (is_zero && !is_negative) return nullptr;
    return !is_floating || std::isfinite(number.as_double()) ? number : Document{field.default_value};
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

Document wire_of(const Record& record, std::size_t depth) {
    Document object = Document::object();
    std::vector<Document> places;
    for (const Field& field : record.fields) {
        if (field.type.kind == Kind::variant) places.emplace_back("");
        const bool is_required = field.absence == Absence::refused;
        places.emplace_back((field.is_deprecated ? "-" : is_required ? "!" : "") + field.name);
        Document wire = wire_of(field, depth);
        if (field.is_deprecated) {
            Document& said = object["-" + field.name] = Document::array({catalog_type(field)});
            if (!wire.is_null()) said.push_back(std::move(wire));
        } else if (!wire.is_null()) {
            object[field.name] = std::move(wire);
        }
    }
    object["#fields"] = std::move(places);
    return object;
}

}  // namespace

Document wire_of(const Record& record) {
    return wire_of(record, 0);
}

std::string struct_layout(const Record& record) {
    std::string text;
    for (const Field& field : record.fields) {
        const bool is_nested = field.type.kind == Kind::structure;
        std::string one = is_nested ? struct_layout(*field.type.record) : catalog_type(field);
        if (is_nested && field.container == Container::array) one += ":" + std::to_string(field.array_length);
        text += (text.empty() ? "" : ",") + one;
    }
    return "{" + text + "}" + (record.force_align == 0 ? "" : "@" + std::to_string(record.force_align));
}

std::string catalog_type(const Type& type) {
    Outer outer;
    return type_of(type, outer);
}

std::string catalog_type(const Field& field) {
    Outer outer;
    return type_of(field, outer);
}

std::vector<TableDeclaration> declarations(const Schema& schema) {
    std::vector<TableDeclaration> result;
    for (TableInfo& table : declared_tables(schema)) {
        TableDeclaration& declaration = result.emplace_back();
        declaration.table = std::move(table);
        const Table* source = schema.find_table(declaration.table.name);
        declaration.former_name = source->former_name;
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

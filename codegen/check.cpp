// Reads the schemas, compares their tables, asks the library about the buffers.
#include "check.hpp"

#include <algorithm>

#include "declared_tables.hpp"
#include "names.hpp"

namespace cambium::codegen {

namespace {

std::unique_ptr<Schema> read(const SchemaText& text, const std::vector<std::string>& include_folders,
                             std::vector<std::string>& errors) {
    Diagnostics diagnostics{text.file, text.text};
    auto schema = read_schema(text.file, text.text, include_folders, diagnostics);
    errors.insert(errors.end(), diagnostics.sentences().begin(), diagnostics.sentences().end());
    return schema;
}

/// Records whose table has another name now: nothing else tells such a table from a new one.
void compare_names(const Schema& old_schema, const Schema& new_schema, std::vector<Difference>& differences) {
    const auto has_table = [](const Schema& schema, const std::string& name) {
        return std::any_of(schema.tables.begin(), schema.tables.end(),
                           [&](const Table& t) { return t.name == name; });
    };
    for (const Table& old_table : old_schema.tables)
        for (const Table& new_table : new_schema.tables) {
            if (qualified(old_table.record->scope, old_table.record->name) !=
                qualified(new_table.record->scope, new_table.record->name))
                continue;
            if (new_table.former_name == old_table.name) continue;  // the declaration says so
            if (!has_table(new_schema, old_table.name) && !has_table(old_schema, new_table.name))
                differences.push_back({false, "record " + new_table.record->name + ": its table was \"" +
                                                  old_table.name + "\", is \"" + new_table.name +
                                                  "\" now; the stored records stay under the old name"});
        }
}

/// The library lets structs grow; no reader of the old bytes survives that.
void compare_structs(const Schema& old_schema, const Schema& new_schema, std::vector<Difference>& differences) {
    for (const auto& before : old_schema.records)
        for (const auto& now : new_schema.records) {
            if (!before->is_struct || !now->is_struct ||
                qualified(before->scope, before->name) != qualified(now->scope, now->name))
                continue;
            if (struct_layout(*before) != struct_layout(*now))
                differences.push_back({false, "buffers: struct " + now->name + " was " + struct_layout(*before) +
                                                  ", is " + struct_layout(*now) + " now; a struct never changes"});
        }
}

/// Calls `visit` with each pair of definitions that have the same name.
template <class List, class Visit>
void each_pair(const List& before, const List& now, const Visit& visit) {
    for (const auto& one : before)
        for (const auto& other : now)
            if (qualified(one->scope, one->name) == qualified(other->scope, other->name)) visit(*one, *other);
}

/// Codecs store the number of an enumerator, or its name.
void compare_enums(const Schema& old_schema, const Schema& new_schema, std::vector<Difference>& differences) {
    const bool stores_names = std::any_of(old_schema.tables.begin(), old_schema.tables.end(),
                                          [](const Table& table) { return table.codec == "json"; });
    each_pair(old_schema.enums, new_schema.enums, [&](const Enum& before, const Enum& now) {
        for (const Enumerator& old : before.values) {
            const auto named = std::find_if(now.values.begin(), now.values.end(),
                                            [&](const Enumerator& value) { return value.name == old.name; });
            const auto numbered = std::find_if(now.values.begin(), now.values.end(),
                                               [&](const Enumerator& value) { return value.value == old.value; });
            const std::string what = "enum " + before.name + ": " + old.name;
            if (named != now.values.end()) {
                if (named->value != old.value)
                    differences.push_back({false, what + " was " + old.value + ", is " + named->value + " now"});
            } else if (numbered == now.values.end()) {
                differences.push_back({false, what + " (" + old.value + ") is gone, and records may hold it"});
            } else if (stores_names) {
                differences.push_back(
                    {false, what + " is " + numbered->name + " now, and codec json stores the names"});
            }
        }
    });
}

std::string type_of(const UnionMember& member) {
    Field field;
    field.type = member.type;
    return catalog_type(field);
}

/// Codecs cbor and json store the position of a union's member. Where the types differ, the tables say so.
void compare_unions(const Schema& old_schema, const Schema& new_schema, std::vector<Difference>& differences) {
    each_pair(old_schema.unions, new_schema.unions, [&](const Union& before, const Union& now) {
        for (std::size_t i = 0; i < std::min(before.members.size(), now.members.size()); ++i) {
            const std::string& name = before.members[i].name;
            const bool moved = name != now.members[i].name &&
                               type_of(before.members[i]) == type_of(now.members[i]) &&
                               std::any_of(now.members.begin(), now.members.end(),
                                           [&](const UnionMember& member) { return member.name == name; });
            if (moved)
                differences.push_back({false, "union " + before.name + ": member " + std::to_string(i + 1) +
                                                  " was " + name + ", is " + now.members[i].name + " now"});
        }
    });
}

/// The library's check crashes on fields that change between an enum and a number.
bool can_ask_library(const Schema& old_schema, const Schema& new_schema, std::vector<Difference>& differences) {
    bool can = true;
    each_pair(old_schema.records, new_schema.records, [&](const Record& before, const Record& now) {
        for (const Field& old : before.fields)
            for (const Field& field : now.fields) {
                const bool was = old.type.kind == Kind::enumeration;
                const bool is = field.type.kind == Kind::enumeration;
                if (old.name != field.name || was == is) continue;
                can = false;
                differences.push_back({false, "buffers: field " + before.name + "." + old.name + " was " +
                                                  (was ? "an enum" : "no enum") + ", is " + (is ? "one" : "none") +
                                                  " now; nothing else is said of the buffers until this is changed "
                                                  "back"});
            }
    });
    return can;
}

bool stores_buffers(const Schema& schema) {
    return schema.tables.empty() || std::any_of(schema.tables.begin(), schema.tables.end(),
                                                [](const Table& table) { return table.codec == "flatbuffers"; });
}

}  // namespace

bool CheckResult::is_compatible() const noexcept {
    return std::all_of(differences.begin(), differences.end(), [](const Difference& d) { return d.is_compatible; });
}

CheckResult check_schemas(const SchemaText& old_schema, const SchemaText& new_schema,
                          const std::vector<std::string>& include_folders) {
    CheckResult result;
    const auto before = read(old_schema, include_folders, result.errors);
    const auto now = read(new_schema, include_folders, result.errors);
    if (!result.errors.empty()) return result;
    if (stores_buffers(*before) && can_ask_library(*before, *now, result.differences)) {
        const std::string objection = conformance(old_schema, new_schema, include_folders);
        if (!objection.empty()) result.differences.push_back({false, "buffers: " + objection});
    }
    compare_enums(*before, *now, result.differences);
    compare_unions(*before, *now, result.differences);
    if (stores_buffers(*before)) compare_structs(*before, *now, result.differences);
    compare_names(*before, *now, result.differences);
    const auto tables = compare(declared_tables(*before), declarations(*now));
    result.differences.insert(result.differences.end(), tables.begin(), tables.end());
    return result;
}

CheckResult check_tables(const std::vector<TableInfo>& tables, const SchemaText& schema,
                         const std::vector<std::string>& include_folders) {
    CheckResult result;
    if (const auto now = read(schema, include_folders, result.errors))
        result.differences = compare(tables, declarations(*now));
    return result;
}

}  // namespace cambium::codegen

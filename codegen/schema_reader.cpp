// From the parser's definitions to ours. A record is read after the records it is made of, which is also the order
// in which C++ wants them, and which finds a record that contains itself. What no C++ type can be is told of
// records that tables store; others are known as what they are, and get no C++ type.
#include "schema_reader.hpp"

#include <flatbuffers/idl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "attribute_text.hpp"
#include "foreign_keys.hpp"
#include "lenient_parser.hpp"
#include "name_clashes.hpp"
#include "names.hpp"
#include "reserved_names.hpp"
#include "schema_parser.hpp"
#include "table_reader.hpp"

namespace cambium::codegen {

namespace {

namespace fbs = flatbuffers;

constexpr std::size_t kMostFields = 100;      // of a record: what reflection over aggregates takes
constexpr std::size_t kLargestAlignment = 8;  // of a value in the store
/// Of fields: they are there or not.
constexpr std::array kFlags = {"cambium_key", "cambium_generated", "cambium_expires", "cambium_not_null",
                               "cambium_row_version"};

using Attributes = std::map<std::string, std::string>;

/// What is being read: its words in messages and its place in the schema.
struct Where {
    std::string text;
    Place place;
};

Where inside(const Where& outer, const std::string& kind, const std::string& name) {
    Where inner = outer;
    inner.text += ", " + kind + " " + name;
    inner.place.field = name;
    return inner;
}

Where at(Where where, const std::string& attribute) {
    where.place.attribute = attribute;
    return where;
}

template <class List>
std::string listed(const List& names) {
    std::string result;
    for (const char* name : names) result += (result.empty() ? "" : ", ") + std::string{name};
    return result;
}

/// What each file includes, by file_key().
using Includes = std::map<std::string, std::set<std::string>>;

void add_reached(const Includes& includes, const std::string& file, std::set<std::string>& reached) {
    const auto found = includes.find(file);
    if (found == includes.end()) return;
    for (const std::string& next : found->second)
        if (reached.insert(next).second) add_reached(includes, next, reached);
}

/// What a generated header could not include.
void check_includes(const Schema& schema, Diagnostics& diagnostics) {
    const auto is_quoted = [](const std::string& file) {
        return stem_of(file).find_first_of("\"\\\n") != std::string::npos;
    };
    const std::string quoted =
        "the name of the schema file has a quote or a backslash, which no #include has room for; rename the file";
    if (is_quoted(schema.main_file)) diagnostics.report(quoted);
    Includes all;
    for (const auto& [file, includes] : schema.includes)
        for (const Include& include : includes) all[file_key(file)].insert(file_key(include.file));
    for (const auto& [file, includes] : schema.includes)
        for (const Include& include : includes) {
            if (is_quoted(include.file)) diagnostics.report_include(file, include.written, quoted);
            std::set<std::string> reached;
            add_reached(all, file_key(include.file), reached);
            const bool is_itself = file_key(include.file) == file_key(file);  // does no harm
            if (!is_itself && reached.count(file_key(file)) != 0)
                diagnostics.report_include(file, include.written,
                                           "the file \"" + include.written +
                                               "\" leads back to this one, and their headers cannot include each "
                                               "other; move what both need to a third file");
        }
}

class SchemaReader {
public:
    SchemaReader(const std::string& file, const fbs::Parser& parser, Diagnostics& diagnostics, Told told)
        : parser_{parser}, diagnostics_{diagnostics}, told_{told}, schema_{std::make_unique<Schema>()} {
        schema_->source_name = std::filesystem::path{file}.filename().string();
        schema_->stem = stem_of(file);
        schema_->main_file = file;
        schema_->file_identifier = parser.file_identifier_;
        schema_->file_extension = parser.file_extension_;
    }

    std::unique_ptr<Schema> read() {
        read_includes();
        for (const fbs::StructDef* definition : parser_.structs_.vec)
            if (is_table(*definition)) add_stored(*definition);
        for (const fbs::EnumDef* definition : parser_.enums_.vec) read_enum(*definition);
        for (const fbs::StructDef* definition : parser_.structs_.vec) read_record(*definition);
        for (const fbs::EnumDef* definition : parser_.enums_.vec)
            if (definition->is_union) read_union(*definition);
        for (const fbs::ServiceDef* definition : parser_.services_.vec) check_service(*definition);
        set_nested_buffers();
        spread_obstacles();
        check_file_names(*schema_, diagnostics_);
        check_includes(*schema_, diagnostics_);
        if (parser_.root_struct_def_ != nullptr) schema_->root = records_.at(parser_.root_struct_def_);
        for (const fbs::StructDef* definition : parser_.structs_.vec)
            if (definition->generated) read_table_of(*definition);
        for (const fbs::StructDef* definition : parser_.structs_.vec)
            if (!definition->generated) read_table_of(*definition);
        check_foreign_keys(
            *schema_, [this](const Table& table, const ForeignKey& key, const std::string& sentence) {
                const Scope& scope = table.record->scope;
                if (!is_told(scope) || depends_on_gap(table, key, sentence)) return;
                diagnostics_.report(
                    {scope.file, schema_name(scope, table.record->name), key.declared_on, "cambium_foreign_key"},
                    "table \"" + table.name + "\": " + sentence);
            });
        check_name_clashes(*schema_, diagnostics_);
        return std::move(schema_);
    }

private:
    /// Of several paths to a file, one is that of its definitions, and stands for all.
    void read_includes() {
        std::map<std::string, std::string> paths;  // by file_key()
        const auto add = [&](const std::string& file) { paths.emplace(file_key(file), file); };
        for (const fbs::EnumDef* definition : parser_.enums_.vec) add(definition->file);
        for (const fbs::StructDef* definition : parser_.structs_.vec) add(definition->file);
        for (const auto& [file, included] : parser_.files_included_per_file_)
            if (!included.empty()) add(file);
        for (const auto& [file, included] : parser_.files_included_per_file_) {
            std::vector<Include> includes;
            for (const fbs::IncludedFile& include : included) {
                add(include.filename);
                const std::string& path = paths.at(file_key(include.filename));
                if (stem_of(path) != stem_of(include.filename))
                    diagnostics_.report_include(file, include.schema_name,
                                                "the file \"" + include.schema_name + "\" is \"" + path +
                                                    "\" under another name, and what is generated is named after "
                                                    "the file; include it under that name");
                includes.push_back({include.schema_name, path});
            }
            schema_->includes.emplace_back(file, std::move(includes));
        }
    }

    [[nodiscard]] bool is_told(const Scope& scope) const { return scope.in_main_file || told_ == Told::all_tables; }

    [[nodiscard]] bool is_left_out(const Record& record, const std::string& field) const {
        return diagnostics_.is_left_out(schema_name(record.scope, record.name), field);
    }

    /// Whether what is said of a foreign key is about the types of fields, and one of them is not known.
    [[nodiscard]] bool depends_on_gap(const Table& table, const ForeignKey& key,
                                      const std::string& sentence) const {
        const auto has_gap = [&](const Record& record, const std::vector<std::string>& fields) {
            return std::any_of(fields.begin(), fields.end(),
                               [&](const std::string& field) { return is_left_out(record, field); });
        };
        const Table* target = schema_->find_table(key.target);
        const bool compares = sentence.find(": field \"") != std::string::npos;
        const bool wants_optional = sentence.find(" has set_null, and ") != std::string::npos;
        return ((compares || wants_optional) && has_gap(*table.record, key.columns)) ||
               (compares && target != nullptr && has_gap(*target->record, target->key));
    }

    /// Whether a field of the record, or of one that it holds, is not known.
    [[nodiscard]] bool has_gap(const Record& record) const {
        return diagnostics_.has_gap(schema_name(record.scope, record.name)) ||
               std::any_of(record.fields.begin(), record.fields.end(), [this](const Field& field) {
                   return field.type.record != nullptr && has_gap(*field.type.record);
               });
    }

    static bool is_table(const fbs::StructDef& definition) {
        return !definition.fixed && definition.attributes.Lookup("cambium_table") != nullptr;
    }

    void add_stored(const fbs::StructDef& record) {
        if (!stored_.insert(&record).second) return;
        for (const fbs::FieldDef* field : record.fields.vec) {
            const fbs::Type& type = field->value.type;
            if (type.struct_def != nullptr) add_stored(*type.struct_def);
            if (type.enum_def == nullptr || !type.enum_def->is_union) continue;
            for (const fbs::EnumVal* value : type.enum_def->Vals())
                if (value->union_type.struct_def != nullptr) add_stored(*value->union_type.struct_def);
        }
    }

    /// No C++ type can be the record: told when a table stores it.
    void obstruct(const fbs::StructDef& definition, Record& record, const Where& where,
                  const std::string& sentence) {
        if (stored_.count(&definition) != 0) return report(where, sentence);
        if (record.obstacle.empty()) record.obstacle = sentence;
    }

    /// A record does not hold what its bytes are a buffer of, so these are known last.
    void set_nested_buffers() {
        for (const fbs::StructDef* definition : parser_.structs_.vec)
            for (const fbs::FieldDef* nested : definition->fields.vec)
                for (Field& field : records_.at(definition)->fields)
                    if (nested->nested_flatbuffer != nullptr && field.name == nested->name)
                        field.type.nested = records_.at(nested->nested_flatbuffer);
    }

    /// What holds something without a C++ type has none either.
    void spread_obstacles() {
        const auto spread = [](const Type& type, std::string& obstacle) {
            if (!obstacle.empty()) return false;
            if (type.record != nullptr && !type.record->obstacle.empty())
                obstacle = "it holds " + type.record->name;
            if (type.alternatives != nullptr && !type.alternatives->obstacle.empty())
                obstacle = "it holds " + type.alternatives->name;
            return !obstacle.empty();
        };
        for (bool is_changed = true; is_changed;) {
            is_changed = false;
            for (const auto& one : schema_->unions)
                for (const UnionMember& member : one->members)
                    is_changed = spread(member.type, one->obstacle) || is_changed;
            for (const auto& record : schema_->records)
                for (const Field& field : record->fields)
                    if (!field.is_deprecated) is_changed = spread(field.type, record->obstacle) || is_changed;
        }
        for (const auto& one : schema_->unions)
            if (!one->obstacle.empty()) one->position = 0;  // records that contain it may stand before its members
    }

    void report(const Where& where, const std::string& sentence) {
        diagnostics_.report(where.place, where.text + ": " + sentence);
    }

    static Where where_of(const std::string& kind, const fbs::Definition& definition) {
        const Scope scope = scope_of(definition);
        return {kind + " " + definition.name, {scope.file, schema_name(scope, definition.name)}};
    }

    static Scope scope_of(const fbs::Definition& definition) {
        Scope scope;
        if (definition.defined_namespace != nullptr) scope.components = definition.defined_namespace->components;
        scope.file = definition.file;
        scope.in_main_file = !definition.generated;
        return scope;
    }

    /// Once for each namespace and each around it, at the first definition in it.
    void check_namespace(const Where& where, const Scope& scope) {
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < scope.components.size(); ++i) {
            const std::string& part = scope.components[i];
            parts.push_back(part);
            if (!namespaces_.insert(parts).second) continue;
            const std::string has = "its namespace has the part \"" + part + "\", which ";
            if (const std::string_view why = why_no_name(part); !why.empty())
                report(where, has + "is " + std::string{why} + "; choose another name");
            else if (const std::string_view first = why_no_first_part(part); i == 0 && !first.empty())
                report(where, has + "is " + std::string{first} + "; choose another name");
            else if (i > 0 && is_taken_by_flatc(FlatcPlace::name_space, part))
                report(where, has + "would hide ::" + part + " from the generated code; choose another name");
        }
    }

    void check_name(const Where& where, FlatcPlace place, const std::string& name) {
        if (const std::string_view why = why_no_name(name); !why.empty())
            report(where, "\"" + name + "\" is " + std::string{why} + "; choose another name");
        else if (is_taken_by_flatc(place, name))
            report(where, "\"" + name + "\" is a name of the code that flatc writes there; choose another name");
    }

    void check_definition(const Where& where, FlatcPlace place, const fbs::Definition& definition) {
        const Scope scope = scope_of(definition);
        check_namespace(where, scope);
        check_name(where, place, definition.name);
        if (scope.components.empty() && is_in_c_library(definition.name))
            report(where, "\"" + definition.name +
                              "\" is a name of the C library; choose another name, or write a namespace");
    }

    /// The cambium_ attributes of a definition, after a check that they are known and belong there.
    template <class Known>
    Attributes attributes_of(const fbs::Definition& definition, const Where& where, const Known& known) {
        Attributes result;
        for (const auto& [name, value] : definition.attributes.dict) {
            const Where twice = at(where, name);
            diagnostics_.report_repetition(
                twice.place,
                where.text + ": attribute " + name + " is given twice, and the second is not read; remove one");
            if (!is_cambium_attribute(name)) continue;
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                report(at(where, name), "attribute " + name + " is not known here; " +
                                            (known.empty() ? "no cambium_ attribute may stand here"
                                                           : "what may stand here is " + listed(known)));
                misspelt_.insert(where.place.definition);
                continue;
            }
            const bool has_value = value->type.base_type != fbs::BASE_TYPE_NONE;
            result[name] = has_value ? value->constant : "";
        }
        return result;
    }

    void read_enum(const fbs::EnumDef& definition) {
        if (definition.is_union) return;  // read with the records that it is made of
        const Where where = where_of("enum", definition);
        check_definition(where, FlatcPlace::plain_type, definition);
        attributes_of(definition, where, std::array<const char*, 0>{});
        auto enumeration = std::make_unique<Enum>();
        enumeration->name = definition.name;
        enumeration->scope = scope_of(definition);
        enumeration->doc = definition.doc_comment;
        enumeration->schema_type = fbs::kTypeNames[definition.underlying_type.base_type];
        enumeration->is_bit_flags = definition.attributes.Lookup("bit_flags") != nullptr;
        const FlatcPlace place = enumeration->is_bit_flags ? FlatcPlace::bit_flag : FlatcPlace::enumerator;
        for (const fbs::EnumVal* value : definition.Vals()) {
            check_name(inside(where, "enumerator", value->name), place, value->name);
            enumeration->values.push_back({value->name, definition.ToString(*value), value->doc_comment});
        }
        check_numbers(definition, where);
        enums_[&definition] = enumeration.get();
        schema_->enums.push_back(std::move(enumeration));
    }

    /// The parser sorts enumerators by their numbers and names, and sees only those that share the least number.
    void check_numbers(const fbs::EnumDef& definition, const Where& where) {
        const auto line_of = [&](const fbs::EnumVal* value) {
            return diagnostics_.line_of({where.place.file, where.place.definition, value->name});
        };
        std::vector<const fbs::EnumVal*> values{definition.Vals().begin(), definition.Vals().end()};
        std::stable_sort(values.begin(), values.end(), [&](const fbs::EnumVal* one, const fbs::EnumVal* other) {
            return line_of(one) < line_of(other);
        });
        std::map<std::string, std::string> names;
        for (const fbs::EnumVal* value : values) {
            const std::string number = definition.ToString(*value);
            const auto [found, is_new] = names.emplace(number, value->name);
            if (is_new) continue;
            Place first = where.place;
            Place second = where.place;
            first.field = found->second;
            second.field = value->name;
            if (diagnostics_.counts_on_from_gap(first) || diagnostics_.counts_on_from_gap(second)) continue;
            diagnostics_.report(second, where.text + ": " + first.field + " and " + second.field + " are both " +
                                            number + "; give one of them another number");
        }
    }

    /// Nothing is made of it, so nothing of ours may stand there.
    void check_service(const fbs::ServiceDef& definition) {
        const Where where = where_of("rpc_service", definition);
        attributes_of(definition, where, std::array<const char*, 0>{});
        for (const fbs::RPCCall* call : definition.calls.vec)
            attributes_of(*call, inside(where, "call", call->name), std::array<const char*, 0>{});
    }

    /// Adds a union after the records it is made of.
    const Union* read_union(const fbs::EnumDef& definition) {
        if (const auto known = unions_.find(&definition); known != unions_.end()) return known->second;
        const Where where = where_of("union", definition);
        auto result = std::make_unique<Union>();
        unions_[&definition] = result.get();
        result->name = definition.name;
        result->scope = scope_of(definition);
        result->doc = definition.doc_comment;
        for (const fbs::EnumVal* value : definition.Vals()) {
            if (value->union_type.base_type == fbs::BASE_TYPE_NONE) continue;
            UnionMember& member = result->members.emplace_back();
            member.name = value->name;
            member.value = definition.ToString(*value);
            member.doc = value->doc_comment;
            if (value->union_type.base_type == fbs::BASE_TYPE_STRING)
                member.type.kind = Kind::text;
            else
                set_record_type(*value->union_type.struct_def, member.type);
        }
        check_definition(where, FlatcPlace::union_type, definition);
        attributes_of(definition, where, std::array<const char*, 0>{});
        check_numbers(definition, where);
        if (result->members.empty()) report(where, "it has no member");
        for (const UnionMember& member : result->members)
            check_name(inside(where, "member", member.name), FlatcPlace::enumerator, member.name);
        result->position = schema_->records.size();
        schema_->unions.push_back(std::move(result));
        return schema_->unions.back().get();
    }

    /// Adds a record after those it is made of.
    const Record* read_record(const fbs::StructDef& definition) {
        if (const auto known = records_.find(&definition); known != records_.end()) return known->second;
        open_.insert(&definition);
        const Where where = where_of(definition.fixed ? "struct" : "table", definition);
        check_definition(where, definition.fixed ? FlatcPlace::plain_type : FlatcPlace::table_type, definition);
        auto record = std::make_unique<Record>();
        records_[&definition] = record.get();
        record->name = definition.name;
        record->scope = scope_of(definition);
        record->doc = definition.doc_comment;
        record->is_struct = definition.fixed;
        if (definition.attributes.Lookup("force_align") != nullptr) record->force_align = definition.minalign;
        if (definition.minalign > kLargestAlignment)
            obstruct(definition, *record, where,
                     "an alignment above 8 is not supported: the store aligns values to 8 bytes");
        if (definition.fixed) {
            const Attributes attributes = attributes_of(definition, where, kStructAttributes);
            record->is_bytes = attributes.count("cambium_type") != 0;
            if (record->is_bytes) byte_types_[&definition] = byte_struct(definition, where, attributes);
        } else {
            const Attributes attributes = attributes_of(definition, where, kTableAttributes);
            if (!attributes.empty() && attributes.count("cambium_table") == 0)
                report(where, attributes.begin()->first + " needs cambium_table: \"name\" beside it");
        }
        for (const fbs::FieldDef* field : definition.fields.vec)
            if (!is_companion(*field)) record->fields.push_back(read_field(*field, definition, where, *record));
        check_field_count(definition, *record, where);

        open_.erase(&definition);
        schema_->records.push_back(std::move(record));
        return schema_->records.back().get();
    }

    void check_field_count(const fbs::StructDef& definition, Record& record, const Where& where) {
        const auto count = static_cast<std::size_t>(std::count_if(record.fields.begin(), record.fields.end(),
                                                                  [](const Field& f) { return !f.is_deprecated; }));
        if (count == 0)
            obstruct(definition, record, where,
                     "it has no field" + std::string{record.fields.empty() ? "" : " that is not deprecated"} +
                         "; a record has 1 to 100");
        if (count > kMostFields)
            obstruct(
                definition, record, where,
                "it has " + std::to_string(count) + " fields; a record has 1 to 100, move some to a nested table");
    }

    /// The length of a struct that wraps one [ubyte:N] and is marked as a byte type.
    Type byte_struct(const fbs::StructDef& definition, const Where& where, const Attributes& attributes) {
        const std::string& spelling = attributes.at("cambium_type");
        const bool wraps_bytes = definition.fields.vec.size() == 1 &&
                                 definition.fields.vec[0]->value.type.base_type == fbs::BASE_TYPE_ARRAY &&
                                 definition.fields.vec[0]->value.type.element == fbs::BASE_TYPE_UCHAR;
        Type type;
        if (!wraps_bytes) {
            report(where, "cambium_type \"" + spelling + "\" needs a struct of exactly one field, [ubyte:N]");
            return type;
        }
        const std::size_t length = definition.fields.vec[0]->value.type.fixed_length;
        set_byte_type(type, spelling, length, where);
        if (definition.bytesize != length) report(where, "a struct of bytes cannot have force_align");
        return type;
    }

    /// Understands "uuid" and "fixed" (with a known length) or "fixed N".
    void set_byte_type(Type& type, const std::string& spelling, const std::optional<std::size_t>& length,
                       const Where& where) {
        const std::string unknown = "cambium_type \"" + spelling + "\" is not known here; ";
        if (spelling == "uuid") {
            type.kind = Kind::uuid;
            type.length = 16;
        } else if (spelling == "fixed" && length) {
            type.kind = Kind::fixed_bytes;
            type.length = *length;
        } else if (spelling.compare(0, 6, "fixed ") == 0 && !length) {
            type.kind = Kind::fixed_bytes;
            const char* end = spelling.data() + spelling.size();
            const auto parsed = std::from_chars(spelling.data() + 6, end, type.length);
            if (parsed.ptr != end || type.length == 0 || type.length > 65535)
                report(where, unknown + "a fixed length is written \"fixed 20\"");
        } else {
            report(where, unknown + (length ? "a struct of bytes is a \"uuid\" or \"fixed\""
                                            : "a [ubyte] is a \"uuid\" or, for example, \"fixed 20\""));
        }
        if (length && type.length != *length)
            report(where, "cambium_type \"uuid\" needs 16 bytes; it has " + std::to_string(*length));
    }

    /// The type numbers of a union, which the parser adds before its field.
    static bool is_companion(const fbs::FieldDef& definition) {
        const fbs::Type& type = definition.value.type;
        return type.base_type == fbs::BASE_TYPE_UTYPE ||
               (fbs::IsVector(type) && type.element == fbs::BASE_TYPE_UTYPE);
    }

    Field read_field(const fbs::FieldDef& definition, const fbs::StructDef& owner, const Where& record_where,
                     Record& record) {
        const Where where = inside(record_where, "field", definition.name);
        check_name(where, owner.fixed ? FlatcPlace::struct_field : FlatcPlace::table_field, definition.name);
        Field field;
        field.name = definition.name;
        field.doc = definition.doc_comment;
        field.is_deprecated = definition.deprecated;
        field.is_flatbuffers_key = definition.key;
        field.is_shared = definition.shared;
        field.wire_size = fbs::SizeOf(definition.value.type.base_type);
        Attributes attributes = attributes_of(definition, where, kFieldAttributes);
        check_field_attributes(definition, owner, attributes, where);
        if (definition.attributes.Lookup("force_align") != nullptr)
            obstruct(owner, record, where, "force_align on a field is not supported");
        if (const std::string own = read_type(definition, where, field); !own.empty()) {
            if (owner.fixed)  // FlatBuffers have none either
                report(where, own);
            else
                obstruct(owner, record, where, own);
            if (owner.fixed || stored_.count(&owner) != 0) forget_type(where, field);
        }
        const bool is_type_right = read_cambium_type(attributes, where, field);
        read_absence(definition, owner, attributes, where, field);
        if (!is_type_right) diagnostics_.leave_out(where.place.definition, where.place.field);
        attributes_[&owner].emplace_back(definition.name, std::move(attributes));
        return field;
    }

    /// What an attribute would say that nobody reads.
    void check_field_attributes(const fbs::FieldDef& definition, const fbs::StructDef& owner,
                                const Attributes& attributes, const Where& where) {
        for (const auto& [name, value] : attributes) {
            if (!value.empty() && std::find(kFlags.begin(), kFlags.end(), name) != kFlags.end())
                report(at(where, name),
                       "attribute " + name + " takes no value; leave it out where it is not wanted");
            if (name == "cambium_type" || name == "cambium_absent") continue;
            if (owner.attributes.Lookup("cambium_table") == nullptr)
                report(at(where, name), "attribute " + name + " needs a table with cambium_table: \"name\"");
            else if (definition.deprecated) {
                report(at(where, name), "attribute " + name + " stands on a deprecated field, which is not read");
                diagnostics_.leave_out(where.place.definition, where.place.field);
            }
        }
    }

    /// Says when the record contains itself by this field.
    std::string read_type(const fbs::FieldDef& definition, const Where& where, Field& field) {
        const std::string recursion = "; recursive records are not supported";
        fbs::Type type = definition.value.type;
        if (fbs::IsSeries(type)) {
            field.container = fbs::IsVector(type) ? Container::vector : Container::array;
            field.array_length = type.fixed_length;
            type = type.VectorType();
        } else if (fbs::IsScalar(type.base_type) && definition.presence != fbs::FieldDef::kOptional) {
            field.default_value = definition.value.constant;
        }
        if (type.base_type == fbs::BASE_TYPE_UNION) {
            field.type.kind = Kind::variant;
            field.type.alternatives = read_union(*type.enum_def);
            for (const fbs::EnumVal* value : type.enum_def->Vals())
                if (open_.count(value->union_type.struct_def) != 0)
                    return "it contains its own record through union " + type.enum_def->name + recursion;
        } else if (type.base_type == fbs::BASE_TYPE_STRING) {
            field.type.kind = Kind::text;
        } else if (type.base_type == fbs::BASE_TYPE_STRUCT) {
            set_record_type(*type.struct_def, field.type);
            if (open_.count(type.struct_def) != 0)
                return "it contains its own record, " + type.struct_def->name + recursion;
        } else {
            read_scalar_type(type, field);
            check_default(where, field);
        }
        return {};
    }

    /// Gives the field another type, of which nothing is told.
    void forget_type(const Where& where, Field& field) {
        diagnostics_.leave_out(where.place.definition, where.place.field);
        field.type = Type{};
        field.type.schema_type = "int";
    }

    /// A number that a float or double has no room for: flatc would write infinity or zero.
    void check_default(const Where& where, const Field& field) {
        if (field.type.kind != Kind::floating || field.default_value.empty()) return;
        const std::string& digits = field.default_value;
        const double value = field.type.schema_type == "float"
                                 ? static_cast<double>(std::strtof(digits.c_str(), nullptr))
                                 : std::strtod(digits.c_str(), nullptr);
        const bool is_infinite = digits == "inf" || digits == "-inf";
        const bool is_zero = digits == "0.0" || digits == "-0.0";
        if ((std::isinf(value) && !is_infinite) || (value == 0 && !is_zero))
            report(where, "its default " + digits + " is out of the range of a " + field.type.schema_type);
    }

    void set_record_type(const fbs::StructDef& definition, Type& type) {
        const Record* record = read_record(definition);
        type.kind = definition.fixed ? Kind::structure : Kind::table;
        if (record->is_bytes) type = byte_types_.at(&definition);
        type.record = record;
    }

    void read_scalar_type(const fbs::Type& type, Field& field) {
        field.type.schema_type = fbs::kTypeNames[type.base_type];
        if (type.enum_def != nullptr) {
            field.type.kind = Kind::enumeration;
            field.type.enumeration = enums_.at(type.enum_def);
        } else if (fbs::IsBool(type.base_type)) {
            field.type.kind = Kind::boolean;
        } else {
            field.type.kind = fbs::IsFloat(type.base_type) ? Kind::floating : Kind::integer;
        }
    }

    /// False: it was reported what is wrong, and the type is another one.
    bool read_cambium_type(const Attributes& attributes, const Where& field_where, Field& field) {
        const Where where = at(field_where, "cambium_type");
        const auto found = attributes.find("cambium_type");
        if (found == attributes.end()) return true;
        const std::string& spelling = found->second;
        const bool is_plain_integer = field.type.kind == Kind::integer;
        if (spelling == "timestamp") {
            if (is_plain_integer && field.type.schema_type == "long" && field.container != Container::array)
                field.type.kind = Kind::timestamp;
            else
                report(where, "cambium_type \"timestamp\" needs a long, the nanoseconds since 1970");
        } else if (is_plain_integer && field.type.schema_type == "ubyte" && field.container == Container::vector) {
            field.container = Container::single;
            field.type.schema_type.clear();
            set_byte_type(field.type, spelling, std::nullopt, where);
        } else {
            report(
                where,
                "cambium_type \"" + spelling +
                    "\" does not fit the field: \"timestamp\" is for long, \"uuid\" and \"fixed N\" for [ubyte]");
            return false;
        }
        return field.type.kind == Kind::timestamp || field.type.length != 0;
    }

    /// The rule for optional fields, stated in docs and --help: scalars follow "= null"; strings, structs and
    /// tables are optional unless required; lists are empty when absent. cambium_absent turns it round.
    void read_absence(const fbs::FieldDef& definition, const fbs::StructDef& owner, const Attributes& attributes,
                      const Where& field_where, Field& field) {
        const Where where = at(field_where, "cambium_absent");
        const auto found = attributes.find("cambium_absent");
        const bool is_scalar = fbs::IsScalar(definition.value.type.base_type);
        if (definition.presence == fbs::FieldDef::kRequired)
            field.absence = Absence::refused;
        else if (field.type.kind == Kind::variant)
            field.absence = Absence::defaulted;  // std::monostate, or no elements
        else if (is_scalar || definition.value.type.base_type == fbs::BASE_TYPE_ARRAY)
            field.absence = definition.IsScalarOptional() ? Absence::null : Absence::defaulted;
        else
            field.absence = field.container == Container::vector ? Absence::defaulted : Absence::null;
        if (owner.fixed) field.absence = Absence::defaulted;  // members of a struct are always there
        if (found == attributes.end()) return;

        if (is_scalar)
            return report(where, "cambium_absent is not for scalars; write \"= null\" for an optional one");
        if (definition.presence == fbs::FieldDef::kRequired)
            return report(where, "cambium_absent contradicts (required)");
        if (field.type.kind == Kind::variant && field.container == Container::single)
            return report(where, "cambium_absent is not for unions; an absent one holds std::monostate");
        if (found->second == "null")
            field.absence = Absence::null;
        else if (found->second == "default")
            field.absence = Absence::defaulted;
        else
            report(where, "cambium_absent is \"null\" or \"default\", not \"" + found->second + "\"");
    }

    void read_table_of(const fbs::StructDef& definition) {
        if (!is_table(definition)) return;
        RecordAttributes attributes;
        for (const auto& [name, value] : definition.attributes.dict)
            attributes.on_record[name] = value->type.base_type == fbs::BASE_TYPE_NONE ? "" : value->constant;
        attributes.on_fields = attributes_[&definition];
        const Record& record = *records_.at(&definition);
        read_table(
            record, attributes, *schema_,
            [this, &record, place = where_of("table", definition).place](
                const std::string& field, const std::string& attribute, const std::string& sentence) mutable {
                if (!is_told(record.scope)) return;
                if (sentence.find(" of padding ") != std::string::npos && has_gap(record)) return;
                if (sentence.find(": no key; ") != std::string::npos && misspelt_.count(place.definition) != 0)
                    return;
                place.field = field;
                place.attribute = attribute;
                diagnostics_.report(place, sentence);
            });
    }

    const fbs::Parser& parser_;
    Diagnostics& diagnostics_;
    const Told told_;
    std::unique_ptr<Schema> schema_;
    std::map<const fbs::EnumDef*, const Enum*> enums_;
    std::map<const fbs::StructDef*, Record*> records_;
    std::map<const fbs::EnumDef*, const Union*> unions_;
    std::map<const fbs::StructDef*, Type> byte_types_;
    std::set<const fbs::StructDef*> stored_;         ///< what stored tables are made of
    std::set<const fbs::StructDef*> open_;           ///< being read
    std::set<std::vector<std::string>> namespaces_;  ///< those that were checked
    std::set<std::string> misspelt_;                 ///< definitions with an attribute that is none of ours
    std::map<const fbs::StructDef*, std::vector<std::pair<std::string, Attributes>>> attributes_;
};

}  // namespace

std::unique_ptr<Schema> read_schema(const std::string& file, const std::string& text,
                                    const std::vector<std::string>& include_folders, Diagnostics& diagnostics,
                                    Told told) {
    const auto parser = parse_leniently(file, text, include_folders, diagnostics);
    if (!parser) return nullptr;
    auto schema = SchemaReader{file, *parser, diagnostics, told}.read();
    return diagnostics.empty() ? std::move(schema) : nullptr;
}

}  // namespace cambium::codegen

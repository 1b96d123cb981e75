// x_fb.fbs: the schema once more for flatc, written from what the parser understood: full names, explicit ids.
// Field ids, defaults and presence are those of the user's schema, so the bytes are the same.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

#include "names.hpp"
#include "text.hpp"
#include "writers.hpp"

namespace cambium::codegen {

namespace {

/// The same words the parser reads: "shop.fb.Customer".
std::string accessor_name(Scope scope, const std::string& name) {
    scope.components = accessor_components(scope);
    return schema_name(scope, name);
}

/// A part of a namespace for each stem, different from any other in upper case too.
std::string guard_part(const std::string& stem) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string part = "of_";
    for (const char c : stem) {
        const auto byte = static_cast<unsigned char>(c);
        const bool stays = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        part += stays ? std::string{c} : std::string{'_', kDigits[byte / 16], kDigits[byte % 16]};
    }
    return part;
}

class AccessorSchemaWriter {
public:
    AccessorSchemaWriter(const Schema& schema, const std::string& file) : schema_{schema}, file_{file} {}

    std::string write() {
        out_ = "// Written by cambium-codegen for flatc: the definitions of " + source_name() +
               " in namespaces that end in fb.\n\n";
        const auto includes = includes_with_definitions(schema_, file_);
        for (const std::string& include : includes) out_ += "include \"" + stem_of(include) + "_fb.fbs\";\n";
        if (!includes.empty()) out_ += "\n";
        for (const auto& enumeration : schema_.enums)
            if (enumeration->scope.file == file_) write_enum(*enumeration);
        for (std::size_t i = 0; i <= schema_.records.size(); ++i) {
            for (const auto& one : schema_.unions)
                if (one->position == i && one->scope.file == file_) write_union(*one);
            if (i < schema_.records.size() && schema_.records[i]->scope.file == file_)
                write_record(*schema_.records[i]);
        }
        if (file_ == schema_.main_file) write_root();
        out_ +=
            "// flatc's include guard has the letters and digits of the file's name, and the last namespace.\n"
            "namespace guard." +
            guard_part(stem_of(file_)) + ";\n";
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string source_name() const { return stem_of(file_) + ".fbs"; }

    void enter(const Scope& scope) {
        const std::string name = accessor_name(scope, "");
        const std::string statement = "namespace " + name.substr(0, name.size() - 1) + ";\n\n";
        if (statement != namespace_) out_ += statement;
        namespace_ = statement;
    }

    void write_enum(const Enum& enumeration) {
        enter(enumeration.scope);
        out_ += doc_lines(enumeration.doc, "") + "enum " + enumeration.name + " : " + enumeration.schema_type +
                (enumeration.is_bit_flags ? " (bit_flags)" : "") + " {\n";
        for (const Enumerator& value : enumeration.values)
            out_ += doc_lines(value.doc, "    ") + "    " + value.name + " = " +
                    (enumeration.is_bit_flags ? bit_position(value.value) : value.value) + ",\n";
        out_ += "}\n\n";
    }

    static std::string bit_position(const std::string& value) {
        std::uint64_t bits =
            value.front() == '-' ? static_cast<std::uint64_t>(std::stoll(value)) : std::stoull(value);
        int position = 0;
        for (; (bits & 1U) == 0 && position < 63; bits >>= 1U) ++position;
        return std::to_string(position);
    }

    void write_union(const Union& alternatives) {
        enter(alternatives.scope);
        out_ += doc_lines(alternatives.doc, "") + "union " + alternatives.name + " {\n";
        for (const UnionMember& member : alternatives.members)
            out_ += doc_lines(member.doc, "    ") + "    " + member.name + ": " + type_text(member.type) + " = " +
                    member.value + ",\n";
        out_ += "}\n\n";
    }

    void write_record(const Record& record) {
        enter(record.scope);
        out_ += doc_lines(record.doc, "") + (record.is_struct ? "struct " : "table ") + record.name;
        if (record.force_align != 0) out_ += " (force_align: " + std::to_string(record.force_align) + ")";
        out_ += " {\n";
        std::size_t id = 0;
        for (const Field& field : record.fields) {
            if (field.type.kind == Kind::variant) ++id;  // after that of the type numbers
            out_ += doc_lines(field.doc, "    ") + "    " + field.name + ":" + type_text(field) +
                    default_text(field, record) + attribute_text(field, record, id) + ";\n";
            ++id;
        }
        out_ += "}\n\n";
    }

    static std::string type_text(const Type& type) {
        if (type.kind == Kind::text) return "string";
        if (type.kind == Kind::enumeration) return accessor_name(type.enumeration->scope, type.enumeration->name);
        if (type.kind == Kind::variant) return accessor_name(type.alternatives->scope, type.alternatives->name);
        if (type.record != nullptr) return accessor_name(type.record->scope, type.record->name);
        return type.schema_type;
    }

    static std::string type_text(const Field& field) {
        const Type& type = field.type;
        const bool is_wrapped_bytes =
            (type.kind == Kind::uuid || type.kind == Kind::fixed_bytes) && type.record == nullptr;
        if (is_wrapped_bytes) return "[ubyte]";
        const std::string text = type_text(type);
        if (field.container == Container::vector) return "[" + text + "]";
        if (field.container == Container::array) return "[" + text + ":" + std::to_string(field.array_length) + "]";
        return text;
    }

    static std::string default_text(const Field& field, const Record& record) {
        const bool is_scalar = field.container == Container::single && !field.type.schema_type.empty();
        if (!is_scalar) return {};
        if (field.absence == Absence::null) return " = null";
        if (field.default_value.empty() || record.is_struct) return {};
        if (field.type.kind == Kind::enumeration)
            for (const Enumerator& value : field.type.enumeration->values)
                if (value.value == field.default_value) return " = " + value.name;
        return " = " + field.default_value;
    }

    static std::string attribute_text(const Field& field, const Record& record, std::size_t id) {
        if (record.is_struct) return field.is_flatbuffers_key ? " (key)" : "";
        std::string text = " (id: " + std::to_string(id);
        if (field.absence == Absence::refused) text += ", required";
        if (field.is_flatbuffers_key) text += ", key";
        if (field.is_shared) text += ", shared";
        if (field.is_deprecated) text += ", deprecated";
        return text + ")";
    }

    void write_root() {
        if (schema_.root != nullptr)
            out_ += "root_type " + accessor_name(schema_.root->scope, schema_.root->name) + ";\n";
        if (!schema_.file_identifier.empty()) out_ += "file_identifier \"" + schema_.file_identifier + "\";\n";
        if (!schema_.file_extension.empty()) out_ += "file_extension \"" + schema_.file_extension + "\";\n";
    }

    const Schema& schema_;
    const std::string& file_;
    std::string namespace_;  // the statement in force
    std::string out_;
};

const std::vector<Include>& direct_includes(const Schema& schema, const std::string& file) {
    static const std::vector<Include> kNone;
    for (const auto& [name, includes] : schema.includes)
        if (name == file) return includes;
    return kNone;
}

bool has_definitions(const Schema& schema, const std::string& file, std::set<std::string>& visited) {
    if (!visited.insert(file).second) return false;
    for (const auto& enumeration : schema.enums)
        if (enumeration->scope.file == file) return true;
    for (const auto& one : schema.unions)
        if (one->scope.file == file) return true;
    for (const auto& record : schema.records)
        if (record->scope.file == file) return true;
    const auto& includes = direct_includes(schema, file);
    return std::any_of(includes.begin(), includes.end(),
                       [&](const Include& include) { return has_definitions(schema, include.file, visited); });
}

}  // namespace

std::string write_accessor_schema(const Schema& schema, const std::string& file) {
    return AccessorSchemaWriter{schema, file}.write();
}

std::vector<std::string> includes_with_definitions(const Schema& schema, const std::string& file) {
    std::vector<std::string> result;
    for (const Include& include : direct_includes(schema, file)) {
        std::set<std::string> visited;
        if (include.file != file && has_definitions(schema, include.file, visited)) result.push_back(include.file);
    }
    return result;
}

std::vector<std::string> all_includes_with_definitions(const Schema& schema) {
    std::vector<std::string> result;
    std::vector<std::string> pending{schema.main_file};
    while (!pending.empty()) {
        const std::string file = pending.back();
        pending.pop_back();
        for (const std::string& include : includes_with_definitions(schema, file))
            if (include != schema.main_file && std::find(result.begin(), result.end(), include) == result.end()) {
                result.push_back(include);
                pending.push_back(include);
            }
    }
    return result;
}

}  // namespace cambium::codegen

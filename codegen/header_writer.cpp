// x_tables.hpp: what the user of a schema includes. Order: enums, records (each after those it is made of), the
// declarations of pack and unpack, the tables. Its lines are laid out here, so clang-format is switched off in it.
#include <algorithm>
#include <set>
#include <string_view>

#include "declared_tables.hpp"
#include "names.hpp"
#include "text.hpp"
#include "writers.hpp"

namespace cambium::codegen {

namespace {

class HeaderWriter {
public:
    explicit HeaderWriter(const Schema& schema) : schema_{schema} {}

    std::string write() {
        out_ = "// Written by cambium-codegen from " + schema_.source_name +
               ". Change the schema, not this file.\n" + "// clang-format off\n#pragma once\n\n";
        write_includes();
        write_obstacles();
        write_types();
        write_packing();
        write_tables();
        while (out_.size() > 1 && out_[out_.size() - 2] == '\n') out_.pop_back();
        return std::move(out_);
    }

private:
    static bool is_written(const Record& record) {
        return record.scope.in_main_file && !record.is_bytes && record.obstacle.empty();
    }
    static bool is_written(const Union& alternatives) {
        return alternatives.scope.in_main_file && alternatives.obstacle.empty();
    }

    template <class Predicate>
    [[nodiscard]] bool any_field(Predicate predicate) const {
        for (const auto& record : schema_.records)
            if (is_written(*record))
                for (const Field& field : record->fields)
                    if (!field.is_deprecated && predicate(field, *record)) return true;
        return false;
    }

    void write_includes() {
        std::set<std::string> own{"cambium/base/values.hpp"};
        if (!schema_.tables.empty()) {
            own.insert("cambium/table.hpp");
            own.insert("cambium/codec/flatbuffers.hpp");
        }
        for (const Table& table : schema_.tables) {
            if (!table.foreign_keys.empty()) own.insert("cambium/foreign_key.hpp");
            if (!table.not_null.empty() || !table.row_version.empty()) own.insert("cambium/constraint.hpp");
            if (has_history(table)) own.insert("cambium/evolution.hpp");
            own.insert("cambium/codec/" + table.codec + ".hpp");
            if (!table.compression.empty()) own.insert("cambium/codec/" + table.compression + ".hpp");
        }
        for (const std::string& name : own) out_ += "#include <" + name + ">\n";
        out_ += "\n";

        std::set<std::string> standard{"cstdint"};
        if (!schema_.tables.empty()) standard.insert({"string", "string_view"});
        if (any_field([](const Field& f, const Record&) { return f.type.kind == Kind::text; }))
            standard.insert("string");
        for (const auto& one : schema_.unions)
            if (is_written(*one)) {
                standard.insert("variant");
                for (const UnionMember& member : one->members)
                    if (member.type.kind == Kind::text) standard.insert("string");
            }
        if (any_field([](const Field& f, const Record&) { return f.type.kind == Kind::timestamp; }))
            standard.insert("chrono");
        if (any_field([](const Field& f, const Record&) { return f.container == Container::vector; }))
            standard.insert("vector");
        if (any_field([](const Field& f, const Record&) { return f.container == Container::array; }))
            standard.insert("array");
        if (any_field([](const Field& f, const Record&) { return f.absence == Absence::null; }))
            standard.insert("optional");
        if (any_field([](const Field& f, const Record& r) {
                return member_default(f, r).find("numeric_limits") != std::string::npos;
            }))
            standard.insert("limits");
        for (const std::string& name : standard) out_ += "#include <" + name + ">\n";
        out_ += "\n";

        const auto includes = includes_with_definitions(schema_, schema_.main_file);
        for (const std::string& include : includes) out_ += "#include \"" + stem_of(include) + "_tables.hpp\"\n";
        if (!includes.empty()) out_ += "\n";
    }

    void write_obstacles() {
        const auto write = [&](const auto& one) {
            if (one.scope.in_main_file && !one.obstacle.empty())
                out_ += "// No type for " + schema_name(one.scope, one.name) +
                        ", which no table stores: " + one.obstacle + "\n";
        };
        const std::size_t length = out_.size();
        for (const auto& record : schema_.records) write(*record);
        for (const auto& one : schema_.unions) write(*one);
        if (out_.size() != length) out_ += "\n";
    }

    void write_types() {
        // Members stand in the order of the schema, which is also that of the catalog, whatever the padding. Their
        // initializers tell g++ that a designated one may be left out.
        constexpr std::string_view kChecks =
            "(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)\n";
        const bool has_records = std::any_of(schema_.records.begin(), schema_.records.end(),
                                             [](const auto& record) { return is_written(*record); });
        if (has_records) out_.append("// NOLINTBEGIN").append(kChecks).append("\n");
        write_definitions();
        if (has_records) out_.append("// NOLINTEND").append(kChecks).append("\n");
    }

    void write_definitions() {
        NamespaceBlocks blocks{out_};
        for (const auto& enumeration : schema_.enums)
            if (enumeration->scope.in_main_file) {
                blocks.enter(enumeration->scope.components);
                write_enum(*enumeration);
            }
        for (std::size_t i = 0; i <= schema_.records.size(); ++i) {
            for (const auto& one : schema_.unions)
                if (one->position == i && is_written(*one)) {
                    blocks.enter(one->scope.components);
                    write_union(*one);
                }
            if (i == schema_.records.size()) break;
            const Record& record = *schema_.records[i];
            if (is_written(record)) {
                blocks.enter(record.scope.components);
                write_record(record);
            }
        }
        blocks.leave();
    }

    void write_enum(const Enum& enumeration) {
        const std::string type = scalar_name(enumeration.schema_type);
        out_ += doc_lines(enumeration.doc, "") + "enum class " + enumeration.name + " : " + type + " {\n";
        for (const Enumerator& value : enumeration.values)
            out_ += doc_lines(value.doc, "    ") + "    " + value.name + " = " +
                    enumerator_value(enumeration, value) + ",\n";
        out_ += "};\n\n";
        if (!enumeration.is_bit_flags) return;
        for (const std::string op : {"|", "&"})
            out_ += "[[nodiscard]] constexpr " + enumeration.name + " operator" + op + "(" + enumeration.name +
                    " left, " + enumeration.name + " right) noexcept {\n    return static_cast<" +
                    enumeration.name + ">(static_cast<" + type + ">(left) " + op + " static_cast<" + type +
                    ">(right));\n}\n\n";
    }

    static std::string enumerator_value(const Enum& enumeration, const Enumerator& value) {
        return enumeration.schema_type == "ulong" ? value.value + "U" : integer_literal(value.value);
    }

    void write_union(const Union& alternatives) {
        std::vector<std::string> types{"std::monostate"};
        bool has_docs = false;
        for (const UnionMember& member : alternatives.members) {
            types.push_back(member_name(member.type, alternatives.scope));
            has_docs = has_docs || !member.doc.empty();
        }
        out_ += doc_lines(alternatives.doc, "") + "using " + alternatives.name + " = std::variant<";
        std::string line;
        for (const std::string& type : types) line += (line.empty() ? "" : ", ") + type;
        const std::size_t length = std::string_view{"using  = std::variant<>;"}.size() + alternatives.name.size();
        if (!has_docs && length + line.size() <= kLineLength) {
            out_ += line + ">;\n\n";
            return;
        }
        out_ += "\n    std::monostate";
        for (std::size_t i = 1; i < types.size(); ++i)
            out_ += ",\n" + doc_lines(alternatives.members[i - 1].doc, "    ") + "    " + types[i];
        out_ += ">;\n\n";
    }

    /// The type of a union's member, short in the union's own namespace.
    static std::string member_name(const Type& type, const Scope& scope) {
        const bool is_named = type.kind == Kind::structure || type.kind == Kind::table;
        if (!is_named) return value_type(type);
        if (type.record->scope.components == scope.components) return type.record->name;
        return qualified(type.record->scope, type.record->name);
    }

    void write_record(const Record& record) {
        out_ += doc_lines(record.doc, "") + "struct " + record.name + " {\n";
        for (const Field& field : record.fields)
            if (!field.is_deprecated)
                out_ += doc_lines(field.doc, "    ") + "    " + member_type(field, record) + " " + field.name +
                        member_default(field, record) + ";\n";
        out_ += "\n    friend bool operator==(const " + record.name + "&, const " + record.name +
                "&) = default;\n};\n\n";
    }

    void write_packing() {
        NamespaceBlocks views{out_};
        for (const Table& table : schema_.tables) {
            views.enter(accessor_components(table.record->scope));
            out_ += "struct " + table.record->name + ";  // flatc's accessor, defined in " + schema_.stem +
                    "_fb_generated.h\n\n";
        }
        views.leave();

        NamespaceBlocks library{out_};
        for (const Table& table : schema_.tables) {
            library.enter({"cambium"});
            const std::string record = qualified(table.record->scope, table.record->name);
            out_ += "template <>\nstruct FlatBuffersSchema<" + record + "> {\n" +  //
                    "    using View = " + accessor(table.record->scope, table.record->name) + ";\n" +
                    "    static void pack(const " + record + "& record, std::string& out);\n" +
                    "    static void unpack(std::string_view bytes, " + record + "& record);\n" +
                    "    static const View* view(std::string_view bytes);\n" +
                    "    static constexpr char wire[] =" + wire_text(*table.record) + ";\n};\n\n";
        }
        library.leave();
    }

    /// The literal of what is said of buffers: a line for the record and for each type in it.
    static std::string wire_text(const Record& record) {
        Document wire = wire_of(record);
        const Document types = wire["#types"];
        wire.erase("#types");
        std::string text = wire.to_json();
        if (types.empty()) return broken_text(text);
        text.back() = ',';
        text = broken_text(text) + broken_text("\"#types\":{");
        for (const Document::Member& one : types.members()) {
            const bool is_last = &one == &types.members().back();
            text += broken_text("\"" + one.name + "\":" + one.value.to_json() + (is_last ? "}}" : ","));
        }
        return text;
    }

    /// A line of JSON as literals: where it is too long it is broken behind commas, if it can be not those in a
    /// text.
    static std::string broken_text(const std::string& line) {
        constexpr std::string_view kBegin = "\n        R\"(";
        constexpr std::string_view kEnd = ")\"";
        const std::size_t room = kLineLength - (kBegin.size() - 1) - kEnd.size() - 1;  // and a semicolon
        std::string text;
        std::size_t begin = 0;
        std::size_t joint = 0;  // behind the last comma
        std::size_t comma = 0;  // the same of one in a text
        bool is_in_text = false;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (i - begin == room) {
                const std::size_t end = joint > begin ? joint : comma > begin ? comma : i;
                text.append(kBegin).append(line, begin, end - begin).append(kEnd);
                begin = end;
            }
            if (line[i] == '"') is_in_text = !is_in_text;
            if (line[i] == ',') (is_in_text ? comma : joint) = i + 1;
        }
        return text.append(kBegin).append(line, begin).append(kEnd);
    }

    static bool has_history(const Table& table) {
        return !table.former_names.empty() || !table.renamed.empty() || !table.dropped.empty() ||
               !table.schema_version.empty();
    }

    void write_tables() {
        NamespaceBlocks blocks{out_};
        for (const Table& table : schema_.tables)
            if (is_referred_to(table.name)) {
                blocks.enter(table.record->scope.components);
                out_ += "struct " + table.cpp_name + ";\n\n";
            }
        for (const Table& table : schema_.tables) {
            blocks.enter(table.record->scope.components);
            write_table(table);
        }
        blocks.leave();
    }

    [[nodiscard]] bool is_referred_to(const std::string& name) const {
        return std::any_of(schema_.tables.begin(), schema_.tables.end(), [&](const Table& table) {
            return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                               [&](const ForeignKey& key) { return key.target == name; });
        });
    }

    /// The type of a foreign key's target as it is written in the namespace of the table that refers to it.
    [[nodiscard]] std::string target_type(const ForeignKey& key, const Table& table) const {
        const Table* target = schema_.find_table(key.target);
        const Scope& scope = target->record->scope;
        if (scope.components == table.record->scope.components) return inside_table(scope, target->cpp_name);
        return qualified(scope, target->cpp_name);
    }

    void write_constraints(const Table& table) {
        for (const ForeignKey& key : table.foreign_keys) {
            std::vector<std::string> parts = members_of(*table.record, key.columns);
            if (!key.action.empty())
                parts.push_back(key.action == "set_null" ? "::cambium::set_null"
                                                         : "::cambium::" + key.action + "_erase");
            if (key.is_deferred) parts.emplace_back("::cambium::deferred");
            out_ += ",\n" +
                    option("::cambium::ForeignKey<\"" + key.name + "\", " + target_type(key, table) + ", ", parts);
        }
        for (const std::string& field : table.not_null)
            out_ += ",\n" + option("::cambium::NotNull<", {member(*table.record, field)});
        if (!table.row_version.empty())
            out_ += ",\n" + option("::cambium::RowVersion<", {member(*table.record, table.row_version)});
    }

    void write_history(const Table& table) {
        for (const std::string& name : table.former_names)
            out_ += ",\n" + option("::cambium::RenamedTable<", {"\"" + name + "\""});
        for (const auto& [before, now] : table.renamed)
            out_ += ",\n" + option("::cambium::Renamed<", {"\"" + before + "\"", member(*table.record, now)});
        for (const std::string& field : table.dropped)
            out_ += ",\n" + option("::cambium::Dropped<", {"\"" + field + "\""});
        if (!table.schema_version.empty())
            out_ += ",\n" + option("::cambium::SchemaVersion<", {integer_literal(table.schema_version)});
    }

    void write_table(const Table& table) {
        write_predicates(table);
        out_ += "/// The table \"" + table.name + "\" in a codec of choice, for example " + table.cpp_name +
                "As<cambium::Json>.\ntemplate <class Codec>\nstruct " + table.cpp_name +
                "As\n    : ::cambium::Table<\n" + kBaseIndent + "\"" + table.name + "\", " +
                inside_table(table.record->scope, table.record->name) + ",\n" +
                option("::cambium::PrimaryKey<", members_of(*table.record, table.key)) + ",\n";
        if (table.is_key_generated) out_ += kBaseIndent + "::cambium::" + generator(table) + ",\n";
        out_ += kBaseIndent + "Codec";
        if (!table.expires_at.empty())
            out_ += ",\n" + option("::cambium::ExpiresAt<", {member(*table.record, table.expires_at)});
        if (table.keeps_log) out_ += ",\n" + option("::cambium::ChangeLog<", log_limits(table));
        for (const Index& index : table.indexes)
            out_ += ",\n" + option(std::string{"::cambium::"} + (index.is_unique ? "Unique" : "OrderedIndex") +
                                       "<\"" + index.name + "\", ",
                                   index_parts(index, *table.record));
        write_constraints(table);
        write_history(table);
        out_ += "> {};\n\n/// The table \"" + table.name + "\".\nstruct " + table.cpp_name + " : " +
                table.cpp_name + "As<" + codec_type(table) + "> {};\n\n";
    }

    void write_predicates(const Table& table) {
        std::set<std::string> declared;
        for (const Index& index : table.indexes)
            if (!index.predicate.empty() && declared.insert(index.predicate).second)
                out_ += "/// Which records have entries in index \"" + index.name +
                        "\". The program defines this function; give the index another\n/// version in the schema "
                        "when it decides otherwise.\n[[nodiscard]] bool " +
                        index.predicate + "(const " + table.record->name + "& record);\n\n";
    }

    static std::string generator(const Table& table) {
        const Field* key = table.record->find(table.key.front());
        return key->type.kind == Kind::uuid ? "GeneratedUuid" : "AutoIncrement";
    }

    static std::vector<std::string> log_limits(const Table& table) {
        std::vector<std::string> limits;
        for (const auto& [name, number] : table.log_limits)
            limits.push_back("::cambium::Keep" + pascal_case(name) + "<" + integer_literal(number) + ">");
        return limits;
    }

    /// A name of the table's own namespace where the template parameter Codec is in scope.
    static std::string inside_table(const Scope& scope, const std::string& name) {
        return name == "Codec" ? qualified(scope, name) : name;
    }

    static std::string member(const Record& record, const std::string& field) {
        return "&" + inside_table(record.scope, record.name) + "::" + field;
    }

    static std::vector<std::string> members_of(const Record& record, const std::vector<std::string>& fields) {
        std::vector<std::string> members;
        for (const std::string& field : fields) members.push_back(member(record, field));
        return members;
    }

    static std::vector<std::string> index_parts(const Index& index, const Record& record) {
        std::vector<std::string> parts;
        for (const Column& column : index.columns) {
            std::string part = member(record, column.field);
            if (column.is_each) part = "::cambium::each<" + part + ">";
            if (column.ignores_case) part = "::cambium::ignore_case<" + part + ">";
            if (column.is_descending) part = "::cambium::descending<" + part + ">";
            parts.push_back(std::move(part));
        }
        if (!index.predicate.empty())
            parts.push_back("::cambium::where<&" + inside_table(record.scope, index.predicate) + ">");
        if (!index.covered.empty()) {
            std::string part;
            for (const std::string& field : index.covered)
                part += (part.empty() ? "" : ", ") + member(record, field);
            parts.push_back("::cambium::covering<" + part + ">");
        }
        if (!index.version.empty()) parts.push_back("::cambium::version<" + integer_literal(index.version) + ">");
        if (index.is_without_nulls) parts.push_back("::cambium::without_nulls");
        return parts;
    }

    /// An option of a table: on one line when it fits, otherwise with a line for each part.
    static std::string option(const std::string& head, const std::vector<std::string>& parts) {
        std::string text = kBaseIndent + head;
        std::string separator;
        for (const std::string& part : parts) {
            text += separator + part;
            separator = ", ";
        }
        text += ">";
        if (text.size() + std::string_view{"> {};"}.size() <= kLineLength) return text;
        text = kBaseIndent + head;
        while (text.back() == ' ') text.pop_back();
        separator = "\n";
        for (const std::string& part : parts) {
            text += separator + kBaseIndent + "    " + part;
            separator = ",\n";
        }
        return text + ">";
    }

    static std::string codec_type(const Table& table) {
        const std::string codec =
            "::cambium::" + (table.codec == "flatbuffers" ? "FlatBuffers" : pascal_case(table.codec));
        if (table.compression.empty()) return codec;
        return "::cambium::Compressed<" + codec + ", ::cambium::" + pascal_case(table.compression) + ">";
    }

    inline static const std::string kBaseIndent = std::string(10, ' ');

    const Schema& schema_;
    std::string out_;
};

}  // namespace

std::string write_header(const Schema& schema) {
    return HeaderWriter{schema}.write();
}

}  // namespace cambium::codegen

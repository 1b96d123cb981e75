// x_tables.hpp: what the user of a schema includes. Order: enums, records (each after those it is made of), the
// declarations of pack and unpack, the tables. Its lines are laid out here, so clang-format is switched off in it.
#include <algorithm>
#include <set>

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
        write_types();
        write_packing();
        write_tables();
        while (out_.size() > 1 && out_[out_.size() - 2] == '\n') out_.pop_back();
        return std::move(out_);
    }

private:
    template <class Predicate>
    [[nodiscard]] bool any_field(Predicate predicate) const {
        for (const auto& record : schema_.records)
            if (record->scope.in_main_file && !record->is_bytes)
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
        for (const Table& table : schema_.tables) own.insert("cambium/codec/" + table.codec + ".hpp");
        for (const std::string& name : own) out_ += "#include <" + name + ">\n";
        out_ += "\n";

        std::set<std::string> standard{"cstdint"};
        if (!schema_.tables.empty()) standard.insert({"string", "string_view"});
        if (any_field([](const Field& f, const Record&) { return f.type.kind == Kind::text; }))
            standard.insert("string");
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

    void write_types() {
        NamespaceBlocks blocks{out_};
        for (const auto& enumeration : schema_.enums)
            if (enumeration->scope.in_main_file) {
                blocks.enter(enumeration->scope.components);
                write_enum(*enumeration);
            }
        for (const auto& record : schema_.records)
            if (record->scope.in_main_file && !record->is_bytes) {
                blocks.enter(record->scope.components);
                write_record(*record);
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
        if (value.value == "-9223372036854775808") return "-9223372036854775807 - 1";
        return value.value + (enumeration.schema_type == "ulong" ? "U" : "");
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
            const std::string record = "::" + qualified(table.record->scope, table.record->name);
            out_ += "template <>\nstruct FlatBuffersSchema<" + record + "> {\n" +  //
                    "    using View = ::" + accessor(table.record->scope, table.record->name) + ";\n" +
                    "    static void pack(const " + record + "& record, std::string& out);\n" +
                    "    static void unpack(std::string_view bytes, " + record + "& record);\n" +
                    "    static const View* view(std::string_view bytes);\n};\n\n";
        }
        library.leave();
    }

    void write_tables() {
        NamespaceBlocks blocks{out_};
        for (const Table& table : schema_.tables) {
            blocks.enter(table.record->scope.components);
            write_table(table);
        }
        blocks.leave();
    }

    void write_table(const Table& table) {
        out_ += "/// The table \"" + table.name + "\" in a codec of choice, for example " + table.cpp_name +
                "As<cambium::Json>.\ntemplate <class Codec>\nstruct " + table.cpp_name +
                "As\n    : cambium::Table<\n" + kBaseIndent + "\"" + table.name + "\", " + table.record->name +
                ",\n" + option("cambium::PrimaryKey<", *table.record, table.key) + ",\n" + kBaseIndent + "Codec";
        for (const Index& index : table.indexes)
            out_ += ",\n" + option(std::string{"cambium::"} + (index.is_unique ? "Unique" : "OrderedIndex") +
                                       "<\"" + index.name + "\", ",
                                   *table.record, index.columns);
        out_ += "> {};\n\n/// The table \"" + table.name + "\".\nstruct " + table.cpp_name + " : " +
                table.cpp_name + "As<" + codec_type(table.codec) + "> {};\n\n";
    }

    /// The record's name where the template parameter Codec is in scope.
    static std::string inside_table(const Record& record) {
        return record.name == "Codec" ? "::" + qualified(record.scope, record.name) : record.name;
    }

    /// A key or an index of a table: on one line when it fits, otherwise with a line for each column.
    static std::string option(const std::string& head, const Record& record,
                              const std::vector<std::string>& columns) {
        std::string text = kBaseIndent + head;
        std::string separator;
        for (const std::string& name : columns) {
            text += separator + "&" + inside_table(record) + "::" + name;
            separator = ", ";
        }
        text += ">";
        if (text.size() + 1 <= kLineLength) return text;
        text = kBaseIndent + head;
        while (text.back() == ' ') text.pop_back();
        separator = "\n";
        for (const std::string& name : columns) {
            text += separator + kBaseIndent + "    &" + record.name + "::" + name;
            separator = ",\n";
        }
        return text + ">";
    }

    static std::string codec_type(const std::string& codec) {
        return "cambium::" + (codec == "flatbuffers" ? "FlatBuffers" : pascal_case(codec));
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

// x_tables.cpp: for each record that a table reaches, pack_one and unpack_one in terms of flatbuffers_record.hpp.
// Functions are written for records of included schemas too, so that each generated file stands by itself.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "names.hpp"
#include "text.hpp"
#include "writers.hpp"

namespace cambium::codegen {

namespace {

constexpr std::array<std::size_t, 4> kWireSizes = {8, 4, 2, 1};
/// So many tables in one another the library's verifier takes by itself.
constexpr std::size_t kUsualDepth = 64;

bool is_inline(const Field& field) {  // stored in the table itself, not behind an offset
    if (field.container != Container::single) return false;
    switch (field.type.kind) {
        case Kind::text:
        case Kind::table:
        case Kind::variant:
            return false;
        case Kind::uuid:
        case Kind::fixed_bytes:
            return field.type.record != nullptr;
        default:
            return true;
    }
}

bool is_struct(const Type& type) {
    return type.record != nullptr && type.kind != Kind::table;
}
bool is_union(const Field& field) {
    return field.type.kind == Kind::variant;
}
bool is_byte_struct(const Type& type) {
    return type.record != nullptr && type.record->is_bytes;
}

std::string accessor_of(const Record& record) {
    return accessor(record.scope, record.name);
}

/// The type of one scalar as flatc's vectors hold it.
std::string wire_type(const Type& type) {
    if (type.kind == Kind::boolean) return "std::uint8_t";
    if (type.kind == Kind::enumeration) return accessor(type.enumeration->scope, type.enumeration->name);
    if (type.kind == Kind::timestamp) return "std::int64_t";
    return scalar_name(type.schema_type);
}

/// A scalar as an argument of flatc's builders.
std::string to_scalar(const Type& type, const std::string& value) {
    if (type.kind == Kind::enumeration) return "static_cast<" + wire_type(type) + ">(" + value + ")";
    if (type.kind == Kind::timestamp) return "convert<std::int64_t>(" + value + ")";
    return value;
}

/// flatc's struct for a struct or a byte type.
std::string to_struct(const Type& type, const std::string& value) {
    if (is_byte_struct(type)) return "std::bit_cast<" + accessor_of(*type.record) + ">(" + value + ")";
    return "pack_one(" + value + ")";
}

class SourceWriter {
public:
    explicit SourceWriter(const Schema& schema) : schema_{schema} {}

    std::string write() {
        out_ = "// Written by cambium-codegen from " + schema_.source_name +
               ". Change the schema, not this file.\n" + "// clang-format off\n#include \"" + schema_.stem +
               "_tables.hpp\"\n";
        if (schema_.tables.empty()) return std::move(out_);

        for (const Table& table : schema_.tables) need(*table.record);
        out_ +=
            "\n#include <cambium/codegen/flatbuffers_record.hpp>\n\n#include <bit>\n#include <cstdint>\n\n#include "
            "\"" +
            schema_.stem + "_fb_generated.h\"\n\nnamespace cambium::generated {\nnamespace {\n\n";
        for (std::size_t i = 0; i <= schema_.records.size(); ++i) {
            for (const auto& one : schema_.unions)
                if (one->position == i && needed_unions_.count(one.get()) != 0) write_union(*one);
            if (i < schema_.records.size() && needed_.count(schema_.records[i].get()) != 0)
                write_record(*schema_.records[i]);
        }
        out_ += "}  // namespace\n}  // namespace cambium::generated\n\nnamespace cambium {\n\n";
        for (const Table& table : schema_.tables) write_schema_functions(*table.record);
        out_ += "}  // namespace cambium\n";
        return std::move(out_);
    }

private:
    void need(const Record& record) {
        if (record.is_bytes || !needed_.insert(&record).second) return;
        for (const Field& field : record.fields) {
            if (field.is_deprecated) continue;
            if (field.type.record != nullptr) need(*field.type.record);
            if (field.type.alternatives != nullptr && needed_unions_.insert(field.type.alternatives).second)
                for (const UnionMember& member : field.type.alternatives->members)
                    if (member.type.record != nullptr) need(*member.type.record);
        }
    }

    /// How many tables are in one another, this one counted. What a table stores does not contain itself.
    std::size_t depth_of(const Record& record) {
        if (record.is_struct) return 0;
        if (const auto known = depths_.find(&record); known != depths_.end()) return known->second;
        std::size_t deepest = 0;
        const auto add = [&](const Type& type) {
            if (type.record != nullptr) deepest = std::max(deepest, depth_of(*type.record));
        };
        for (const Field& field : record.fields) {
            if (field.is_deprecated) continue;
            add(field.type);
            if (field.type.alternatives == nullptr) continue;
            for (const UnionMember& member : field.type.alternatives->members) add(member.type);
        }
        return depths_[&record] = deepest + 1;
    }

    /// One line of code. Where it is too long it is broken before a lambda, else after the "=", else after the last
    /// comma that fits.
    void line(int depth, const std::string& text) {
        const std::size_t indent = static_cast<std::size_t>(depth) * 4;
        std::size_t cut = std::string::npos;
        if (indent + text.size() > kLineLength) {
            for (const std::string_view mark : {", [](", ", [&](", " = "})
                if (const auto found = text.find(mark); cut == std::string::npos && found != std::string::npos)
                    cut = found + mark.rfind(' ');
            if (cut == std::string::npos && text.rfind(", ", kLineLength - indent) != std::string::npos)
                cut = text.rfind(", ", kLineLength - indent) + 1;
        }
        if (cut == std::string::npos) {
            out_ += std::string(indent, ' ') + text + "\n";
        } else {
            line(depth, text.substr(0, cut));
            line(depth + 1, text.substr(cut + 1));
        }
    }

    void write_record(const Record& record) {
        if (record.is_struct)
            write_pack_struct(record);
        else
            write_pack_table(record);
        write_unpack(record);
    }

    // By the position of what the variant holds, and by flatc's type number: the two differ where the schema says
    // so.
    void write_union(const Union& alternatives) {
        const std::string value = qualified(alternatives.scope, alternatives.name);
        const std::string type = accessor(alternatives.scope, alternatives.name);
        line(0, "void pack_one(flatbuffers::FlatBufferBuilder& builder, const " + value + "& from,");
        line(0, std::string(14, ' ') + "PackedUnion<" + type + ">& to) {");
        line(1, "switch (from.index()) {");
        std::size_t position = 0;
        for (const UnionMember& member : alternatives.members) {
            const std::string number = std::to_string(++position);
            line(2, "case " + number + ":");
            line(3, "to.type = " + type + "::" + flatc_name(member.name) + ";");
            line(3, "to.value = " + pack_member(member.type, "std::get<" + number + ">(from)") + ".Union();");
            line(3, "return;");
        }
        line(2, "default:");
        line(3, "return;");
        line(1, "}");
        line(0, "}\n");

        line(0, "bool unpack_one(" + type + " type, const void* from, " + value + "& to) {");
        line(1, "switch (type) {");
        position = 0;
        for (const UnionMember& member : alternatives.members) {
            line(2, "case " + type + "::" + flatc_name(member.name) + ":");
            line(3, unpack_member(member.type, "to.emplace<" + std::to_string(++position) + ">()") + ";");
            line(3, "return true;");
        }
        line(2, "default:");
        line(3, "return false;");
        line(1, "}");
        line(0, "}\n");
    }

    static std::string pack_member(const Type& type, const std::string& value) {
        if (type.kind == Kind::text) return "pack_text(builder, &" + value + ")";
        if (type.kind == Kind::table) return "pack_one(builder, " + value + ")";
        return "builder.CreateStruct(" + to_struct(type, value) + ")";
    }

    static std::string unpack_member(const Type& type, const std::string& value) {
        if (type.kind == Kind::text) return "unpack(static_cast<const flatbuffers::String*>(from), " + value + ")";
        const std::string from = "static_cast<const " + accessor_of(*type.record) + "*>(from)";
        if (is_byte_struct(type)) return "unpack_byte_struct(" + from + ", " + value + ")";
        return "unpack_one(*" + from + ", " + value + ")";
    }

    void write_pack_struct(const Record& record) {
        line(0, accessor_of(record) + " pack_one(const " + qualified(record.scope, record.name) + "& record) {");
        line(1, "return " + accessor_of(record) + "{");
        for (const Field& field : record.fields) {
            const bool is_last = &field == &record.fields.back();
            line(3, struct_argument(field, "record." + field.name) + (is_last ? "};" : ","));
        }
        line(0, "}\n");
    }

    static std::string struct_argument(const Field& field, const std::string& value) {
        const Type& type = field.type;
        if (field.container == Container::single)
            return is_struct(type) ? to_struct(type, value) : to_scalar(type, value);
        if (is_struct(type))
            return "to_structs<" + accessor_of(*type.record) + ">(" + value + ", [](const auto& one) { return " +
                   to_struct(type, "one") + "; })";
        return "to_wires<" + wire_type(type) + ">(" + value + ")";
    }

    void write_pack_table(const Record& record) {
        line(0,
             "flatbuffers::Offset<" + accessor_of(record) + "> pack_one(flatbuffers::FlatBufferBuilder& builder,");
        line(0, std::string(22 + accessor_of(record).size() + 9, ' ') + "const " +
                    qualified(record.scope, record.name) + "& record) {");
        for (const Field& field : record.fields)
            if (!field.is_deprecated && !is_inline(field))
                line(1, "const auto " + field.name + (is_union(field) ? "_packed" : "_offset") + " = " +
                            pack_offset(field) + ";");
        line(1, accessor_of(record) + "Builder table{builder};");
        for (const std::size_t size : kWireSizes)
            for (auto field = record.fields.rbegin(); field != record.fields.rend(); ++field)
                if (!field->is_deprecated) write_adds(*field, size);
        line(1, "return table.Finish();");
        line(0, "}\n");
    }

    static std::string pack_offset(const Field& field) {
        const Type& type = field.type;
        const std::string member = "record." + field.name;
        std::string value = "&" + member;
        if (field.absence == Absence::null)
            value = "present(" + member + ")";
        else if (field.container == Container::vector && field.absence == Absence::defaulted)
            value = "unless_empty(" + member + ")";

        if (is_union(field)) return pack_union(field, value);
        if (field.container == Container::single) {
            if (type.kind == Kind::text) return "pack_text(builder, " + value + ")";
            if (type.kind != Kind::table) return "pack_bytes(builder, " + value + ")";
            if (field.absence != Absence::null) return "pack_one(builder, " + member + ")";
            return member + " ? pack_one(builder, *" + member + ") : flatbuffers::Offset<" +
                   accessor_of(*type.record) + ">{}";
        }
        if (type.kind == Kind::text) return "pack_texts(builder, " + value + ")";
        if (type.kind == Kind::table)
            return "pack_tables<" + accessor_of(*type.record) + ">(builder, " + value +
                   ", [&](const auto& one) { return pack_one(builder, one); })";
        if (is_struct(type))
            return "pack_structs<" + accessor_of(*type.record) + ">(builder, " + value +
                   ", [](const auto& one) { return " + to_struct(type, "one") + "; })";
        return "pack_scalars<" + wire_type(type) + ">(builder, " + value + ")";
    }

    static std::string pack_union(const Field& field, const std::string& list) {
        const std::string type =
            "<" + accessor(field.type.alternatives->scope, field.type.alternatives->name) + ">(";
        const std::string arguments =
            "\"" + field.name + "\", [&](const auto& from, auto& to) { pack_one(builder, from, to); })";
        if (field.container == Container::vector)
            return "pack_unions" + type + "builder, " + list + ", " + arguments;
        return (field.absence == Absence::refused ? "pack_required_union" : "pack_union") + type + "record." +
               field.name + ", " + arguments;
    }

    // A union is two fields of the table: its value and, smaller unless it is a list, the type number of that.
    void write_adds(const Field& field, std::size_t size) {
        if (!is_union(field)) {
            if (field.wire_size == size) write_add(field);
            return;
        }
        const std::size_t type_size = field.container == Container::vector ? field.wire_size : 1;
        if (field.wire_size == size)
            line(1, "table.add_" + flatc_name(field.name) + "(" + field.name + "_packed.value);");
        if (type_size == size) line(1, "table.add_" + field.name + "_type(" + field.name + "_packed.type);");
    }

    /// The default of a floating-point field when it is a zero; FlatBuffers would take the other zero for it.
    static std::string zero_default(const Field& field) {
        if (field.type.kind != Kind::floating || field.absence == Absence::null) return "";
        const double value = std::strtod(field.default_value.c_str(), nullptr);
        return value != 0 || std::isnan(value) ? "" : std::signbit(value) ? "-0.0" : "0.0";
    }

    void write_add(const Field& field) {
        const std::string member = "record." + field.name;
        const std::string add = "table.add_" + flatc_name(field.name) + "(";
        if (!is_inline(field)) return line(1, add + field.name + "_offset);");
        const bool is_optional = field.absence == Absence::null;
        const std::string value = is_optional ? "*" + member : member;
        const std::string zero = zero_default(field);
        if (!zero.empty())
            return line(1, "add_signed(builder, " + member + ", " + zero + ", [&] { " + add + member + "); });");
        if (!is_struct(field.type))
            return line(1, (is_optional ? "if (" + member + ") " : "") + add + to_scalar(field.type, value) + ");");
        if (is_optional) line(1, "if (" + member + ") {");
        line(is_optional ? 2 : 1, "const auto " + field.name + "_struct = " + to_struct(field.type, value) + ";");
        line(is_optional ? 2 : 1, add + "&" + field.name + "_struct);");
        if (is_optional) line(1, "}");
    }

    void write_unpack(const Record& record) {
        line(0, "void unpack_one(const " + accessor_of(record) + "& view, " + qualified(record.scope, record.name) +
                    "& record) {");
        for (const Field& field : record.fields)
            if (!field.is_deprecated) line(1, unpack_field(field, record) + ";");
        line(0, "}\n");
    }

    static std::string unpack_field(const Field& field, const Record& record) {
        const Type& type = field.type;
        const bool is_single = field.container == Container::single;
        const bool is_reference = record.is_struct && is_single && is_struct(type);  // not a pointer, as in tables
        const std::string view = (is_reference ? "&view." : "view.") + flatc_name(field.name) + "()";
        const std::string arguments = "(" + view + ", record." + field.name;
        if (is_union(field)) {
            const bool is_required = is_single && field.absence == Absence::refused;
            return (is_required ? "unpack_required_union"
                    : is_single ? "unpack_union"
                                : "unpack_unions") +
                   ("(view." + field.name + "_type(), ") + view + ", record." + field.name + ", \"" + field.name +
                   "\", [](auto one, const void* from, auto& to) { return unpack_one(one, from, to); })";
        }
        const bool is_bytes = type.kind == Kind::uuid || type.kind == Kind::fixed_bytes;
        if (is_bytes && is_single && type.record == nullptr)
            return "unpack_bytes" + arguments + ", \"" + field.name + "\")";
        if (is_byte_struct(type) && is_single) return "unpack_byte_struct" + arguments + ")";
        if (is_byte_struct(type))
            return "unpack_records" + arguments +
                   ", [](const auto& from, auto& to) { unpack_byte_struct(&from, to); })";
        if (type.record != nullptr)
            return std::string{is_single ? "unpack_record" : "unpack_records"} + arguments +
                   ", [](const auto& from, auto& to) { unpack_one(from, to); })";
        return "unpack" + arguments + ")";
    }

    void write_schema_functions(const Record& record) {
        const std::string type = qualified(record.scope, record.name);
        const std::string schema = "FlatBuffersSchema<" + type + ">";
        const bool has_identifier = &record == schema_.root && !schema_.file_identifier.empty();
        const std::string identifier = has_identifier ? "\"" + schema_.file_identifier + "\"" : "nullptr";
        const std::size_t depth = depth_of(record);
        const std::string verify = "generated::verified<View>(";
        const std::string arguments =
            ", \"" + record.name + "\"" + (depth > kUsualDepth ? ", " + std::to_string(depth) : "") + ")";
        line(0, "void " + schema + "::pack(const " + type + "& record, std::string& out) {");
        line(1, "generated::finish(out, " + identifier +
                    ", [&](auto& builder) { return generated::pack_one(builder, record); });");
        line(0, "}\n");
        line(0, "void " + schema + "::unpack(std::string_view bytes, " + type + "& record) {");
        line(1, "const generated::AlignedBytes aligned{bytes};");
        line(1, "generated::unpack_one(*" + verify + "aligned.bytes()" + arguments + ", record);");
        line(0, "}\n");
        line(0, "auto " + schema + "::view(std::string_view bytes) -> const View* {");
        line(1, "return " + verify + "bytes" + arguments + ";");
        line(0, "}\n");
    }

    const Schema& schema_;
    std::set<const Record*> needed_;
    std::set<const Union*> needed_unions_;
    std::map<const Record*, std::size_t> depths_;
    std::string out_;
};

}  // namespace

std::string write_source(const Schema& schema) {
    return SourceWriter{schema}.write();
}

}  // namespace cambium::codegen

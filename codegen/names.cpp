// The spelling of names, types and defaults in C++.
#include "names.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>

#include "reserved_names.hpp"

namespace cambium::codegen {

namespace {

bool is_word_start(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_word(char c) {
    return is_word_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// A name as written inside `record`: short in its own namespace, unless a member of that name hides it.
std::string name_inside(const Record& record, const Scope& scope, const std::string& name) {
    if (scope.components == record.scope.components && record.find(name) == nullptr) return name;
    return qualified(scope, name);
}

std::string value_type_inside(const Type& type, const Record& record) {
    if (type.kind == Kind::enumeration) return name_inside(record, type.enumeration->scope, type.enumeration->name);
    if (type.kind == Kind::structure || type.kind == Kind::table)
        return name_inside(record, type.record->scope, type.record->name);
    if (type.kind == Kind::variant) return name_inside(record, type.alternatives->scope, type.alternatives->name);
    return value_type(type);
}

std::string enum_default(const Field& field, const std::string& type) {
    for (const Enumerator& enumerator : field.type.enumeration->values)
        if (enumerator.value == field.default_value) return " = " + type + "::" + enumerator.name;
    return "{static_cast<" + type + ">(" + integer_literal(field.default_value) + ")}";
}

std::string integer_default(const Field& field) {
    const std::string& type = field.type.schema_type;
    if (type == "long" && field.default_value == std::to_string(std::numeric_limits<std::int64_t>::min()))
        return " = std::numeric_limits<std::int64_t>::min()";
    return " = " + (type.front() == 'u' ? field.default_value + "U" : field.default_value);
}

std::string floating_default(const Field& field) {
    const std::string type = scalar_name(field.type.schema_type);
    const std::string& digits = field.default_value;
    if (digits == "nan") return " = std::numeric_limits<" + type + ">::quiet_NaN()";
    if (digits == "inf") return " = std::numeric_limits<" + type + ">::infinity()";
    if (digits == "-inf") return " = -std::numeric_limits<" + type + ">::infinity()";
    return " = " + digits + (type == "float" ? "F" : "");
}

bool is_zero(const std::string& digits) {
    return digits.find_first_of("123456789n") == std::string::npos;
}

}  // namespace

bool is_identifier(std::string_view name) {
    return !name.empty() && is_word_start(name.front()) && std::all_of(name.begin(), name.end(), is_word);
}

std::string pascal_case(std::string_view name) {
    std::string result;
    bool upper = true;
    for (const char c : name) {
        if (c == '_') {
            upper = true;
            continue;
        }
        result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        upper = false;
    }
    return result;
}

std::string namespace_name(const std::vector<std::string>& components) {
    std::string result;
    for (const std::string& component : components) result += (result.empty() ? "" : "::") + component;
    return result;
}

std::string qualified(const Scope& scope, const std::string& name) {
    return (scope.components.empty() ? "" : "::" + namespace_name(scope.components)) + "::" + name;
}

std::string schema_name(const Scope& scope, const std::string& name) {
    std::string text;
    for (const std::string& component : scope.components) text += component + ".";
    return text + name;
}

std::vector<std::string> accessor_components(const Scope& scope) {
    std::vector<std::string> components = scope.components;
    components.emplace_back("fb");
    return components;
}

std::string flatc_name(const std::string& name) {
    return is_flatc_keyword(name) ? name + "_" : name;
}

std::vector<std::string> flatc_parts(const std::string& kind, const std::string& name) {
    if (kind == "table") return {name + "Builder", "Create" + name, "Create" + name + "Direct"};
    if (kind == "struct") return {};
    std::vector<std::string> parts{"EnumValues" + name, "EnumNames" + name, "EnumName" + name};
    if (kind == "union") parts.insert(parts.end(), {name + "Traits", "Verify" + name, "Verify" + name + "Vector"});
    return parts;
}

std::string accessor(const Scope& scope, const std::string& name) {
    return "::" + namespace_name(accessor_components(scope)) + "::" + name;
}

std::string scalar_name(const std::string& schema_type) {
    static const std::map<std::string, std::string> kNames = {
        {"bool", "bool"},          {"byte", "std::int8_t"},     {"ubyte", "std::uint8_t"},
        {"short", "std::int16_t"}, {"ushort", "std::uint16_t"}, {"int", "std::int32_t"},
        {"uint", "std::uint32_t"}, {"long", "std::int64_t"},    {"ulong", "std::uint64_t"},
        {"float", "float"},        {"double", "double"}};
    return kNames.at(schema_type);
}

std::string value_type(const Type& type) {
    switch (type.kind) {
        case Kind::boolean:
        case Kind::integer:
        case Kind::floating:
            return scalar_name(type.schema_type);
        case Kind::enumeration:
            return qualified(type.enumeration->scope, type.enumeration->name);
        case Kind::text:
            return "std::string";
        case Kind::structure:
        case Kind::table:
            return qualified(type.record->scope, type.record->name);
        case Kind::uuid:
            return "::cambium::Uuid";
        case Kind::fixed_bytes:
            return "::cambium::FixedBytes<" + std::to_string(type.length) + ">";
        case Kind::timestamp:
            return "::cambium::Timestamp";
        case Kind::variant:
            return qualified(type.alternatives->scope, type.alternatives->name);
    }
    return {};
}

std::string member_type(const Field& field, const Record& record) {
    std::string type = value_type_inside(field.type, record);
    if (field.container == Container::vector) type = "std::vector<" + type + ">";
    if (field.container == Container::array)
        type = "std::array<" + type + ", " + std::to_string(field.array_length) + ">";
    return field.absence == Absence::null ? "std::optional<" + type + ">" : type;
}

std::string member_default(const Field& field, const Record& record) {
    if (field.container != Container::single || field.absence == Absence::null || field.default_value.empty())
        return "{}";
    if (field.type.kind == Kind::enumeration) return enum_default(field, value_type_inside(field.type, record));
    const bool is_negative_zero = field.type.kind == Kind::floating && field.default_value.front() == '-';
    if (is_zero(field.default_value) && !is_negative_zero) return "{}";
    switch (field.type.kind) {
        case Kind::boolean:
            return " = true";
        case Kind::integer:
            return integer_default(field);
        case Kind::floating:
            return floating_default(field);
        case Kind::timestamp:
            return "{std::chrono::nanoseconds{" + integer_literal(field.default_value) + "}}";
        default:
            return "{}";
    }
}

std::string integer_literal(const std::string& digits) {
    constexpr std::string_view kGreatest = "9223372036854775807";
    if (digits == "-9223372036854775808") return "-9223372036854775807 - 1";
    const bool is_greater =
        digits.size() > kGreatest.size() || (digits.size() == kGreatest.size() && digits > kGreatest);
    return digits.front() != '-' && is_greater ? digits + "U" : digits;
}

std::string stem_of(const std::string& path) {
    return std::filesystem::path{path}.stem().string();
}

}  // namespace cambium::codegen

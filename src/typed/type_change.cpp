#include "typed/type_change.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "typed/type_text.hpp"

namespace cambium::detail {
namespace {

struct Number {
    char kind;  ///< u, i or f
    unsigned bits;
    bool enumeration;
};

std::optional<Number> number_of(std::string_view name) noexcept {
    constexpr std::string_view kEnum = "enum ";
    Number number{0, 0, name.starts_with(kEnum)};
    if (number.enumeration) name.remove_prefix(kEnum.size());
    if (name.size() < 2 || std::string_view("uif").find(name[0]) == std::string_view::npos) return std::nullopt;
    number.kind = name[0];
    const char* const end = name.data() + name.size();
    const auto [rest, error] = std::from_chars(name.data() + 1, end, number.bits);
    return error == std::errc{} && rest == end ? std::optional{number} : std::nullopt;
}

bool widens(std::string_view from, std::string_view to) noexcept {
    const std::optional<Number> a = number_of(from);
    const std::optional<Number> b = number_of(to);
    if (!a || !b || a->enumeration != b->enumeration) return false;
    if (a->kind == b->kind) return a->bits <= b->bits;
    return a->kind == 'u' && b->kind == 'i' && a->bits < b->bits;
}

bool reads(const TypeText& from, const TypeText& to, FieldForm form);

bool arguments_read(const TypeText& from, const TypeText& to, std::size_t count, FieldForm form) {
    for (std::size_t i = 0; i < count; ++i)
        if (!reads(from.arguments[i], to.arguments[i], form)) return false;
    return true;
}

bool keeps_unknown_fields(const TypeText& record) noexcept {
    return std::any_of(record.arguments.begin(), record.arguments.end(),
                       [](const TypeText& field) { return field.is("unknown_fields"); });
}

bool record_reads(const TypeText& from, const TypeText& to, FieldForm form) {
    if (form != FieldForm::named) {
        return from.names.size() <= to.names.size() &&
               std::equal(from.names.begin(), from.names.end(), to.names.begin()) &&
               arguments_read(from, to, from.arguments.size(), form);
    }
    for (std::size_t i = 0; i < from.names.size(); ++i) {
        const auto found = std::find(to.names.begin(), to.names.end(), from.names[i]);
        if (found == to.names.end()) {
            if (!keeps_unknown_fields(to)) return false;
        } else if (!reads(from.arguments[i], to.arguments[static_cast<std::size_t>(found - to.names.begin())],
                          form)) {
            return false;
        }
    }
    return true;
}

// A set and an array are lists too; the other way round something may be lost or missing.
bool list_reads(const TypeText& from, const TypeText& to, FieldForm form) {
    if (from.arguments.empty() || to.arguments.empty()) return false;
    if (from.head != to.head && !(to.is("vector") && (from.is("set") || from.is("array")))) return false;
    if (to.is("array") && from.arguments[1].text != to.arguments[1].text) return false;
    return reads(from.arguments[0], to.arguments[0], form);
}

// Alternatives are stored with their numbers, so what is new comes last.
bool variant_reads(const TypeText& from, const TypeText& to, FieldForm form) {
    return from.arguments.size() <= to.arguments.size() && arguments_read(from, to, from.arguments.size(), form);
}

bool is_list(const TypeText& type) noexcept {
    return type.is("vector") || type.is("set") || type.is("array");
}

bool reads(const TypeText& from, const TypeText& to, FieldForm form) {
    if (from.text == to.text) return true;
    if (from.is_record() && to.is_record()) return record_reads(from, to, form);
    if (form == FieldForm::positional) {
        if (from.is("variant") && to.is("variant")) return variant_reads(from, to, form);
        if (from.is("optional") && to.is("optional") && from.arguments[0].is_record() &&
            to.arguments[0].is_record())
            return record_reads(from.arguments[0], to.arguments[0], form);
        return from.is("vector") && to.is("vector") && arguments_read(from, to, 1, form);
    }
    if (to.is("optional") && to.arguments.size() == 1) {
        if (!from.is("optional")) return !from.is("null") && reads(from, to.arguments[0], form);
        return from.arguments.size() == 1 && reads(from.arguments[0], to.arguments[0], form);
    }
    if (is_list(from) && is_list(to)) return list_reads(from, to, form);
    if (from.head != to.head || from.arguments.empty() || to.arguments.empty()) return widens(from.text, to.text);
    // What is left has the same head: map<string,T>, variant<A,B>, time_point<i32,1/1>, duration<i32,1/1>.
    if (from.is("variant")) return variant_reads(from, to, form);
    const bool counts = from.is("time_point") || from.is("duration");
    return (counts || from.is("map")) && from.arguments.size() == to.arguments.size() &&
           arguments_read(from, to, from.arguments.size(), form);
}

}  // namespace

FieldForm form_of(std::string_view codec) noexcept {
    codec = codec.substr(0, codec.find('+'));
    if (codec == "cbor" || codec == "json") return FieldForm::named;
    if (codec == "cbor-numbered") return FieldForm::numbered;
    if (codec == "flatbuffers") return FieldForm::positional;
    return FieldForm::layout;
}

bool reads_as(std::string_view from, std::string_view to, FieldForm form) {
    if (from == to) return true;
    if (form == FieldForm::layout) return false;
    const std::optional<TypeText> stored = read_type(from);
    const std::optional<TypeText> declared = read_type(to);
    return stored && declared && reads(*stored, *declared, form);
}

}  // namespace cambium::detail

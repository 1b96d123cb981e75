#include "typed/type_change.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "typed/type_text.hpp"
#include "typed/wire_change.hpp"

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

/// How the values are told apart; with FlatBuffers maybe what both schemas say of them.
struct Way {
    FieldForm form;
    const Document* before = nullptr;
    const Document* now = nullptr;
    bool was_required = false;

    [[nodiscard]] bool tells_places() const {
        return before != nullptr && now != nullptr && detail::tells_places(*before) && detail::tells_places(*now);
    }
    [[nodiscard]] Way of_field(std::string_view name) const {
        return {form, wire_of_field(before, name), wire_of_field(now, name),
                before != nullptr && requires_field(*before, name)};
    }
    [[nodiscard]] Way of_member(std::size_t member) const {
        return {form, wire_of_member(before, member), wire_of_member(now, member)};
    }
};

bool reads(const TypeText& from, const TypeText& to, const Way& way);

bool arguments_read(const TypeText& from, const TypeText& to, std::size_t count, const Way& way) {
    for (std::size_t i = 0; i < count; ++i)
        if (!reads(from.arguments[i], to.arguments[i], way)) return false;
    return true;
}

bool keeps_unknown_fields(const TypeText& record) noexcept {
    return std::any_of(record.arguments.begin(), record.arguments.end(),
                       [](const TypeText& field) { return field.is("unknown_fields"); });
}

bool found_by_place(const TypeText& from, const TypeText& to, const Way& way) {
    return from.names.size() <= to.names.size() &&
           std::equal(from.names.begin(), from.names.end(), to.names.begin()) &&
           arguments_read(from, to, from.arguments.size(), way);
}

/// Old buffers may hold a field that was deprecated and is no longer.
bool regained_read(const TypeText& to, const Way& way) {
    for (std::size_t i = 0; i < to.names.size(); ++i) {
        const auto old = deprecated_field(*way.before, to.names[i]);
        if (!old) continue;
        const std::optional<TypeText> type = read_type(old->type);
        const Way of_field{way.form, old->wire, way.now->find(to.names[i])};
        if (!type || !reads(*type, to.arguments[i], of_field)) return false;
    }
    return true;
}

bool record_reads(const TypeText& from, const TypeText& to, const Way& way) {
    const bool by_name = way.form == FieldForm::named;
    if (!by_name && !way.tells_places()) return found_by_place(from, to, way);
    for (std::size_t i = 0; i < from.names.size(); ++i) {
        const auto found = std::find(to.names.begin(), to.names.end(), from.names[i]);
        if (found == to.names.end()) {
            const bool may_go = by_name ? keeps_unknown_fields(to) : keeps_place(*way.now, from.names[i]);
            if (!may_go) return false;
        } else if (!reads(from.arguments[i], to.arguments[static_cast<std::size_t>(found - to.names.begin())],
                          way.of_field(from.names[i]))) {
            return false;
        }
    }
    return by_name || regained_read(to, way);
}

// A set and an array are lists too; the other way round something may be lost or missing.
bool list_reads(const TypeText& from, const TypeText& to, const Way& way) {
    if (from.arguments.empty() || to.arguments.empty()) return false;
    if (from.head != to.head && !(to.is("vector") && (from.is("set") || from.is("array")))) return false;
    if (to.is("array") && from.arguments[1].text != to.arguments[1].text) return false;
    return reads(from.arguments[0], to.arguments[0], way);
}

// Alternatives are stored with their numbers, so what is new comes last. The first of a union is nothing.
bool variant_reads(const TypeText& from, const TypeText& to, const Way& way) {
    if (from.arguments.size() > to.arguments.size()) return false;
    for (std::size_t i = 0; i < from.arguments.size(); ++i)
        if (!reads(from.arguments[i], to.arguments[i], i == 0 ? Way{way.form} : way.of_member(i - 1))) return false;
    return true;
}

bool is_list(const TypeText& type) noexcept {
    return type.is("vector") || type.is("set") || type.is("array");
}

bool reads(const TypeText& from, const TypeText& to, const Way& way) {
    if (from.text == to.text) return true;
    if (from.is_record() && to.is_record()) return record_reads(from, to, way);
    if (way.form == FieldForm::positional) {
        if (way.was_required && to.is("optional") && to.arguments.size() == 1 && !from.is("optional"))
            return reads(from, to.arguments[0], way);
        if (from.is("variant") && to.is("variant")) return variant_reads(from, to, way);
        if (from.is("optional") && to.is("optional") && from.arguments[0].is_record() &&
            to.arguments[0].is_record())
            return record_reads(from.arguments[0], to.arguments[0], way);
        return from.is("vector") && to.is("vector") && arguments_read(from, to, 1, way);
    }
    if (to.is("optional") && to.arguments.size() == 1) {
        if (!from.is("optional")) return !from.is("null") && reads(from, to.arguments[0], way);
        return from.arguments.size() == 1 && reads(from.arguments[0], to.arguments[0], way);
    }
    if (is_list(from) && is_list(to)) return list_reads(from, to, way);
    if (from.head != to.head || from.arguments.empty() || to.arguments.empty()) return widens(from.text, to.text);
    // What is left has the same head: map<string,T>, variant<A,B>, time_point<i32,1/1>, duration<i32,1/1>.
    if (from.is("variant")) return variant_reads(from, to, way);
    const bool counts = from.is("time_point") || from.is("duration");
    return (counts || from.is("map")) && from.arguments.size() == to.arguments.size() &&
           arguments_read(from, to, from.arguments.size(), way);
}

}  // namespace

FieldForm form_of(std::string_view codec) noexcept {
    codec = codec.substr(0, codec.find('+'));
    if (codec == "cbor" || codec == "json") return FieldForm::named;
    if (codec == "cbor-numbered") return FieldForm::numbered;
    if (codec == "flatbuffers") return FieldForm::positional;
    return FieldForm::layout;
}

namespace {

bool types_read(std::string_view from, std::string_view to, const Way& way) {
    const std::string was = as_records(from);
    const std::string is = as_records(to);
    if (was == is) return true;
    if (way.form == FieldForm::layout) return false;
    const std::optional<TypeText> stored = read_type(was);
    const std::optional<TypeText> declared = read_type(is);
    return stored && declared && reads(*stored, *declared, way);
}

}  // namespace

bool reads_as(std::string_view from, std::string_view to, FieldForm form) {
    return types_read(from, to, {form});
}

bool buffer_reads_as(std::string_view from, std::string_view to, const BufferField& field) {
    return types_read(from, to, {FieldForm::positional, field.before, field.now, field.was_required});
}

}  // namespace cambium::detail

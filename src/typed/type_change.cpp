#include "typed/type_change.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

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

bool widens(std::string_view from, std::string_view to, bool text_numbers) noexcept {
    const std::optional<Number> a = number_of(from);
    const std::optional<Number> b = number_of(to);
    if (!a || !b || a->enumeration != b->enumeration) return false;
    if (a->kind == 'f' && text_numbers) return false;
    if (a->kind == b->kind) return a->bits <= b->bits;
    return a->kind == 'u' && b->kind == 'i' && a->bits < b->bits;
}

std::string both(const TypeText& from, const TypeText& to) {
    return std::string(from.text) + " -> " + std::string(to.text);
}

/// What changes, and where: followed while types are compared.
struct Trace {
    bool text_numbers = false;
    std::vector<std::string_view> path{};                                  ///< fields of nested records
    std::vector<std::pair<std::string_view, std::string_view>> records{};  ///< around the types that are compared
    std::vector<TypeChange> changes{};
    std::string record{};  ///< what got or lost fields, unless that is among the changes

    void add(const TypeText& from, const TypeText& to, bool is_read) {
        TypeChange& change = changes.emplace_back();
        for (const std::string_view name : path) change.path.append(".").append(name);
        change.was = from.text;
        change.is = to.text;
        change.is_read = is_read;
        change.record = std::exchange(record, {});
        if (!change.record.empty()) return;
        if (from.text.find("record{") != std::string_view::npos)
            change.record = both(from, to);
        else if (!records.empty())
            change.record.append(records.back().first)
                .append(" -> ")
                .append(records.back().second)
                .append(" ")
                .append(path.back());
    }

    [[nodiscard]] bool has_unread(std::size_t begin) const {
        return std::any_of(changes.begin() + static_cast<std::ptrdiff_t>(begin), changes.end(),
                           [](const TypeChange& change) { return !change.is_read; });
    }
};

/// How the values are told apart; with FlatBuffers maybe what both schemas say of them.
struct Way {
    FieldForm form;
    Trace& trace;
    Wire before{};
    Wire now{};
    bool was_required = false;

    [[nodiscard]] bool tells_places() const { return before.tells_places() && now.tells_places(); }
    [[nodiscard]] Way of_field(std::string_view name) const {
        return {form, trace, before.field(name), now.field(name), before.requires_field(name)};
    }
    [[nodiscard]] Way of_member(std::size_t member) const {
        return {form, trace, before.member(member), now.member(member)};
    }
};

bool reads(const TypeText& from, const TypeText& to, const Way& way);

/// What a type is apart from the records in it.
void append_shell(const TypeText& type, std::string& out) {
    out += type.head;
    if (type.is_record()) return;
    for (const TypeText& argument : type.arguments) append_shell(argument, out += '<');
    out += '>';
}

bool have_same_shell(const TypeText& from, const TypeText& to) {
    std::string was;
    std::string is;
    append_shell(from, was);
    append_shell(to, is);
    return was == is;
}

/// The same, of a whole field: what changes is told here unless all of it was further inside.
bool reads_or_tells(const TypeText& from, const TypeText& to, const Way& way) {
    Trace& trace = way.trace;
    const std::size_t told = trace.changes.size();
    const bool is_read = reads(from, to, way);
    if (!have_same_shell(from, to)) {
        if (is_read) trace.changes.resize(told);
        trace.record.clear();
    }
    const bool is_told = is_read ? trace.changes.size() != told : trace.has_unread(told);
    if (from.text != to.text && !is_told) trace.add(from, to, is_read);
    trace.record.clear();
    return is_read;
}

/// The same of one field of a record.
bool field_reads(std::string_view name, const TypeText& from, const TypeText& to, const Way& way) {
    way.trace.path.push_back(name);
    const bool is_read = reads_or_tells(from, to, way);
    way.trace.path.pop_back();
    return is_read;
}

bool arguments_read(const TypeText& from, const TypeText& to, std::size_t count, const Way& way) {
    bool are_read = true;
    for (std::size_t i = 0; i < count; ++i) are_read = reads(from.arguments[i], to.arguments[i], way) && are_read;
    return are_read;
}

bool keeps_unknown_fields(const TypeText& record) noexcept {
    return std::any_of(record.arguments.begin(), record.arguments.end(),
                       [](const TypeText& field) { return field.is("unknown_fields"); });
}

// Each goes on behind what is not read, so that all of it is told.

bool found_by_place(const TypeText& from, const TypeText& to, const Way& way) {
    if (from.names.size() > to.names.size() || !std::equal(from.names.begin(), from.names.end(), to.names.begin()))
        return false;
    bool are_read = true;
    for (std::size_t i = 0; i < from.names.size(); ++i)
        are_read = field_reads(from.names[i], from.arguments[i], to.arguments[i], way) && are_read;
    return are_read;
}

/// Old buffers may hold a field that was deprecated and is no longer.
bool regained_read(const TypeText& to, const Way& way) {
    bool are_read = true;
    for (std::size_t i = 0; i < to.names.size(); ++i) {
        const auto old = way.before.deprecated(to.names[i]);
        if (!old) continue;
        const std::optional<TypeText> type = read_type(old->type);
        const Way of_field{way.form, way.trace, old->wire, way.now.field(to.names[i])};
        are_read = type && field_reads(to.names[i], *type, to.arguments[i], of_field) && are_read;
    }
    return are_read;
}

/// By name, or where the places are told.
bool found_by_name(const TypeText& from, const TypeText& to, const Way& way) {
    bool are_read = true;
    for (std::size_t i = 0; i < from.names.size(); ++i) {
        const auto found = std::find(to.names.begin(), to.names.end(), from.names[i]);
        if (found == to.names.end()) continue;
        const TypeText& type = to.arguments[static_cast<std::size_t>(found - to.names.begin())];
        are_read = field_reads(from.names[i], from.arguments[i], type, way.of_field(from.names[i])) && are_read;
    }
    return (way.form == FieldForm::named || regained_read(to, way)) && are_read;
}

bool loses_field(const TypeText& from, const TypeText& to, const Way& way) {
    if (way.form == FieldForm::named && keeps_unknown_fields(to)) return false;
    return std::any_of(from.names.begin(), from.names.end(), [&](std::string_view name) {
        const bool is_there = std::find(to.names.begin(), to.names.end(), name) != to.names.end();
        return !is_there && (way.form == FieldForm::named || !way.now.keeps_place(name));
    });
}

bool record_reads(const TypeText& from, const TypeText& to, const Way& way) {
    const bool by_name = way.form == FieldForm::named || way.tells_places();
    const std::size_t told = way.trace.changes.size();
    way.trace.records.emplace_back(from.text, to.text);
    const bool are_read = by_name ? found_by_name(from, to, way) : found_by_place(from, to, way);
    way.trace.records.pop_back();
    const bool is_one_lost = by_name && loses_field(from, to, way);
    if (from.names != to.names) {
        if (are_read) way.trace.changes.resize(told);  // the whole record is told
        way.trace.record += both(from, to);            // a union may hold several
        if (!are_read && is_one_lost) way.trace.add(from, to, false);
    }
    return are_read && !is_one_lost;
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
    bool are_read = true;
    for (std::size_t i = 0; i < from.arguments.size(); ++i) {
        const Way of_one = i == 0 ? Way{way.form, way.trace} : way.of_member(i - 1);
        are_read = reads(from.arguments[i], to.arguments[i], of_one) && are_read;
    }
    return are_read;
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
            return reads(from.arguments[0], to.arguments[0], way);
        return from.is("vector") && to.is("vector") && arguments_read(from, to, 1, way);
    }
    if (to.is("optional") && to.arguments.size() == 1) {
        if (!from.is("optional")) return !from.is("null") && reads(from, to.arguments[0], way);
        return from.arguments.size() == 1 && reads(from.arguments[0], to.arguments[0], way);
    }
    if (is_list(from) && is_list(to)) return list_reads(from, to, way);
    if (from.head != to.head || from.arguments.empty() || to.arguments.empty())
        return widens(from.text, to.text, way.trace.text_numbers);
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

bool has_text_numbers(std::string_view codec) noexcept {
    return codec.substr(0, codec.find('+')) == "json";
}

namespace {

std::vector<TypeChange> changes_between(std::string_view from, std::string_view to, FieldForm form,
                                        const BufferField& field, bool text_numbers) {
    const std::string was = as_records(from);
    const std::string is = as_records(to);
    if (was == is) return {};
    const std::optional<TypeText> stored = form == FieldForm::layout ? std::nullopt : read_type(was);
    const std::optional<TypeText> declared = form == FieldForm::layout ? std::nullopt : read_type(is);
    if (!stored || !declared) return {TypeChange{"", std::string(from), std::string(to), "", false}};
    Trace trace{text_numbers};
    static_cast<void>(
        reads_or_tells(*stored, *declared, {form, trace, field.before, field.now, field.was_required}));
    return std::move(trace.changes);
}

}  // namespace

std::vector<TypeChange> type_changes(std::string_view from, std::string_view to, FieldForm form,
                                     bool text_numbers) {
    return changes_between(from, to, form, {}, text_numbers);
}

std::vector<TypeChange> buffer_type_changes(std::string_view from, std::string_view to, const BufferField& field) {
    return changes_between(from, to, FieldForm::positional, field, false);
}

bool are_read(const std::vector<TypeChange>& changes) noexcept {
    return std::all_of(changes.begin(), changes.end(), [](const TypeChange& change) { return change.is_read; });
}

}  // namespace cambium::detail

#include "described_type.hpp"

#include <algorithm>
#include <cmath>

namespace cambium::codegen {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const std::map<std::string, std::string>& scalar_types() {
    static const std::map<std::string, std::string> kTypes = {
        {"bool", "bool"}, {"i8", "byte"},  {"u8", "ubyte"},  {"i16", "short"}, {"u16", "ushort"}, {"i32", "int"},
        {"u32", "uint"},  {"i64", "long"}, {"u64", "ulong"}, {"f32", "float"}, {"f64", "double"}};
    return kTypes;
}

bool is_scalar(const TypeText& type) {
    return scalar_types().count(type.head) != 0 || type.head == "timestamp" || type.head.substr(0, 5) == "enum ";
}

bool is_fixed(const TypeText& type) {
    if (is_scalar(type) || type.head == "uuid" || type.head == "fixed") return true;
    if (type.head == "array") return is_fixed(type.parts.front()) && type.parts.front().head != "array";
    if (type.head != "record") return false;
    for (const TypeText& part : type.parts)
        if (!is_fixed(part)) return false;
    return true;
}

bool has_array(const TypeText& type) {
    if (type.head == "array") return true;
    for (const TypeText& part : type.parts)
        if (has_array(part)) return true;
    return false;
}

bool is_descending(const std::string& type) {
    return type.find("descending<") != std::string::npos;
}

Document without_infinity(const Document& value) {
    if (value.type() == Document::Type::floating && !std::isfinite(value.as_double()))
        return std::isnan(value.as_double()) ? "nan" : value.as_double() > 0 ? "inf" : "-inf";
    Document result = value;
    for (Document& element : result.elements()) element = without_infinity(element);
    for (const Document::Member& member : value.members()) result[member.name] = without_infinity(member.value);
    return result;
}

bool is_empty(const Document& initial) {
    switch (initial.type()) {
        case Document::Type::null:
            return true;
        case Document::Type::boolean:
            return !initial.as_bool();
        case Document::Type::unsigned_integer:
        case Document::Type::signed_integer:
            return initial == Document{0};
        case Document::Type::floating:
            return initial.as_double() == 0 && !std::signbit(initial.as_double());
        case Document::Type::text:
            return initial.as_text().empty();
        case Document::Type::bytes:
            return initial.as_bytes().find_first_not_of('\0') == ByteView::npos;
        case Document::Type::array:
            for (const Document& element : initial.elements())
                if (!is_empty(element)) return false;
            return true;
        case Document::Type::object:
            for (const Document::Member& member : initial.members())
                if (!is_empty(member.value)) return false;
            return true;
    }
    return false;
}

bool is_struct(const Document* wire) {
    return wire != nullptr && wire->is_text() && wire->as_text().substr(0, 6) == "struct";
}

std::optional<std::string> number_text(const Document& initial) {
    if (initial.is_text()) {  // left out by FlatBuffers
        const std::string_view text = initial.as_text();
        if (text == "inf" || text == "-inf" || text == "nan") return std::string{text};
    }
    if (initial.type() == Document::Type::floating && !std::isfinite(initial.as_double())) {
        if (std::isnan(initial.as_double())) return "nan";
        return initial.as_double() > 0 ? "inf" : "-inf";
    }
    if (!initial.is_number() && initial.type() != Document::Type::boolean) return std::nullopt;
    return initial.to_json();
}

std::vector<std::pair<std::uint64_t, const Document*>> members_of(const Document* wire) {
    std::vector<std::pair<std::uint64_t, const Document*>> members;
    if (wire != nullptr)
        for (const Document::Member& member : wire->members())
            if (is_number(member.name) && member.value.is_array() && !member.value.empty() &&
                member.value.elements()[0].is_text())
                members.emplace_back(std::stoull(std::string{member.name}), &member.value);
    std::sort(members.begin(), members.end());
    return members;
}

std::string alignment_of(const Document* wire) {
    if (!is_struct(wire)) return {};
    const std::string_view text = wire->as_text();
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || text.find('}', at) != std::string_view::npos) return {};
    return " (force_align: " + std::string{text.substr(at + 1)} + ")";
}

std::vector<Document> structs_in(const Document* wire) {
    std::vector<Document> members;
    if (!is_struct(wire)) return members;
    const std::string_view text = wire->as_text().substr(wire->as_text().find('{') + 1);
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size() && depth >= 0; ++i) {
        const char c = text[i];
        if (c == '{' || c == '<') ++depth;
        if (c == '}' || c == '>') --depth;
        if (depth > 0 || (c != ',' && depth == 0)) continue;
        const std::string_view member = text.substr(begin, i - begin);
        const std::size_t length = member.find(':', std::min(member.rfind('}'), member.size()));
        members.push_back(member.substr(0, 1) == "{" ? Document{"struct" + std::string{member.substr(0, length)}}
                                                     : Document{});
        begin = i + 1;
    }
    return members;
}

}  // namespace cambium::codegen

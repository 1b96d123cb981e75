#include "cambium/codec/enum_names.hpp"

#include <algorithm>

namespace cambium::codec {
namespace {

bool is_identifier_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || (static_cast<unsigned char>(byte) & 0x80U) != 0;
}

// The enumerator at the end of ns::Colour::red; nothing for (ns::Colour)7, which has no name.
std::string_view last_name(std::string_view value) {
    std::size_t begin = value.size();
    while (begin > 0 && is_identifier_byte(value[begin - 1])) --begin;
    const std::string_view name = value.substr(begin);
    return name.empty() || (name.front() >= '0' && name.front() <= '9') ? std::string_view() : name;
}

// What lies between the brackets after "Values = ", which g++ writes as braces and clang as angle brackets.
std::string_view list_in(std::string_view spelling) {
    constexpr std::string_view kBefore = "Values = ";
    const std::size_t at = spelling.rfind(kBefore);
    if (at == std::string_view::npos || at + kBefore.size() + 1 >= spelling.size()) return {};
    return spelling.substr(at + kBefore.size() + 1);
}

}  // namespace

EnumTable::EnumTable(std::string_view spelling, std::int64_t first) {
    std::string_view rest = list_in(spelling);
    std::int64_t number = first;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const char byte = rest[at];
        const bool closes = byte == ')' || byte == '}' || byte == '>' || byte == ']';
        if (depth == 0 && (byte == ',' || closes)) {
            const std::string_view name = last_name(rest.substr(begin, at - begin));
            if (!name.empty()) by_number_.emplace_back(number, name);
            ++number;
            begin = at + 1;
            if (closes) break;
        }
        if (byte == '(' || byte == '{' || byte == '<' || byte == '[') ++depth;
        if (closes) --depth;
    }
    sort();
}

EnumTable::EnumTable(std::vector<std::pair<std::int64_t, std::string_view>> values)
    : by_number_(std::move(values)) {
    sort();
}

void EnumTable::sort() {
    std::stable_sort(by_number_.begin(), by_number_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [number, name] : by_number_) by_name_.emplace_back(name, number);
    std::sort(by_name_.begin(), by_name_.end());
}

std::string_view EnumTable::name(std::int64_t number) const noexcept {
    const auto at = std::lower_bound(by_number_.begin(), by_number_.end(), number,
                                     [](const auto& value, std::int64_t wanted) { return value.first < wanted; });
    return at != by_number_.end() && at->first == number ? at->second : std::string_view();
}

std::optional<std::int64_t> EnumTable::number(std::string_view name) const noexcept {
    const auto at =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [](const auto& value, std::string_view wanted) { return value.first < wanted; });
    if (at == by_name_.end() || at->first != name) return std::nullopt;
    return at->second;
}

}  // namespace cambium::codec

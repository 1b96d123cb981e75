#include "field_ids.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

namespace cambium::codegen {

namespace {

struct FieldId {
    std::string field;
    std::size_t line;
    std::string text;  ///< empty: it has none
    bool is_union;     ///< takes the id before, too
    bool is_known;     ///< what it is
};

bool is_union(const flatbuffers::FieldDef& field) {
    const flatbuffers::Type& type = field.value.type;
    return type.base_type == flatbuffers::BASE_TYPE_UNION ||
           (flatbuffers::IsVector(type) && type.element == flatbuffers::BASE_TYPE_UNION);
}

/// In the order of the text. Of a second field of a name it is not known what it is.
std::vector<FieldId> ids_of(const std::string& definition, const flatbuffers::StructDef& table,
                            const std::vector<SourcePart>& parts, const Diagnostics& diagnostics) {
    std::vector<FieldId> ids;
    std::set<std::string> names;
    std::string text;
    for (const SourcePart& part : parts) {
        if (part.definition != definition) continue;
        if (part.is_definition()) break;  // behind its fields; a second one follows
        if (part.is_field_id()) text = part.value;
        if (!part.is_member()) continue;
        const bool is_known = names.insert(part.field).second && !diagnostics.is_left_out(definition, part.field);
        const flatbuffers::FieldDef* field = is_known ? table.fields.Lookup(part.field) : nullptr;
        ids.push_back({part.field, part.line, std::exchange(text, ""), field != nullptr && is_union(*field),
                       field != nullptr});
    }
    return ids;
}

std::optional<std::size_t> number_in(const std::string& text) {
    const bool is_hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char* begin = text.data() + (is_hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    std::uint16_t number = 0;
    const auto parsed = std::from_chars(begin, end, number, is_hexadecimal ? 16 : 10);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return number;
}

/// Empty: it is right. Adds to the owners of ids.
std::string slip_of(const FieldId& field, std::size_t count, std::map<std::size_t, std::string>& owners) {
    const std::optional<std::size_t> id = number_in(field.text);
    if (!id) return "its id " + field.text + " is no number from 0 to 65535";
    if (*id >= count)
        return "its id " + field.text + " is too great; the ids of this table are 0 to " +
               std::to_string(count - 1) + ", a union has two of them";
    if (field.is_union && *id == 0)
        return "a union has two ids, its own and the one before, so its own is 1 or greater";
    for (std::size_t taken = *id - (field.is_union ? 1 : 0); taken <= *id; ++taken)
        if (const auto [other, is_free] = owners.emplace(taken, field.field); !is_free)
            return "id " + std::to_string(taken) + " is that of field " + other->second +
                   " already; give one of them another";
    return {};
}

/// Reports, at the first of them, those fields with an id or without one that are fewer. False: they are those with
/// an id, which needs no look then.
bool check_that_all_have_ids(const std::vector<FieldId>& ids,
                             const std::function<void(std::size_t, const std::string&)>& report) {
    std::vector<FieldId> with, without;
    for (const FieldId& id : ids) (id.text.empty() ? without : with).push_back(id);
    if (without.empty()) return true;
    const bool is_stray = with.size() <= without.size();
    std::string names;
    const std::vector<FieldId>& fewer = is_stray ? with : without;
    for (const FieldId& id : fewer) names += (names.empty() ? "" : ", ") + id.field;
    const std::string verb = fewer.size() == 1 ? " has " : " have ";
    report(fewer.front().line, ": " + std::string{fewer.size() == 1 ? "field " : "fields "} + names + verb +
                                   (is_stray ? "an id, and others have none" : "no id, and others have one") +
                                   "; give an id to all fields of a table or to none");
    return !is_stray;
}

}  // namespace

void check_field_ids(const std::string& file, const std::string& definition, const flatbuffers::StructDef& table,
                     Diagnostics& diagnostics) {
    const std::vector<FieldId> ids = ids_of(definition, table, diagnostics.lines_of(file).parts(), diagnostics);
    const auto report = [&](std::size_t line, const std::string& words) {
        diagnostics.report_line(file, line, "table " + table.name + words);
    };
    if (!check_that_all_have_ids(ids, report)) return;
    std::size_t count = 0;  // at most
    for (const FieldId& id : ids) count += id.is_union || !id.is_known ? 2 : 1;
    std::map<std::size_t, std::string> owners;
    for (const FieldId& id : ids) {
        if (id.text.empty()) continue;
        const std::string sentence = slip_of(id, count, owners);
        if (!sentence.empty()) report(id.line, ", field " + id.field + ": " + sentence);
    }
}

}  // namespace cambium::codegen

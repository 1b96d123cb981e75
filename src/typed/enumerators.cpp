#include "typed/enumerators.hpp"

#include <algorithm>

#include "cambium/codec/enum_names.hpp"
#include "cambium/codec/shape.hpp"
#include "typed/dynamic_layout.hpp"
#include "typed/places.hpp"
#include "typed/type_change.hpp"

namespace cambium::detail {
namespace {

void add_enums(TypeName::Shapes shapes, const std::string& place, std::vector<CatalogEnum>& out) {
    for (const codec::Shape* const shape : shapes) {
        each_enumeration(*shape, place, [&](const std::string& at, const codec::Shape& enumeration) {
            CatalogEnum& one = out.emplace_back();
            one.place = at;
            for (const auto& [number, name] : enumeration.enumerators().values()) one.names.emplace(name, number);
        });
    }
}

void add_derived(const IndexDescription& index, std::span<const ColumnDescription> columns, std::string_view what,
                 std::vector<CatalogEnum>& out) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns[i].derived) continue;
        add_enums(columns[i].type.shapes(), place_in_index(index.name, what, i), out);
    }
}

std::string enumerator_text(const std::string& name, std::int64_t number) {
    return "enumerator \"" + name + "\" (" + std::to_string(number) + ")";
}

/// The name that a number has got; empty when it has none, or one that another number had.
std::string new_name_of(std::int64_t number, const CatalogEnum& stored, const CatalogEnum& declared) {
    for (const auto& [name, own] : declared.names)
        if (own == number && !stored.names.contains(name)) return name;
    return {};
}

}  // namespace

std::vector<CatalogEnum> enums_of(std::span<const FieldDescription> fields) {
    std::vector<CatalogEnum> enums;
    for (const FieldDescription& field : fields) add_enums(field.type.shapes(), std::string(field.name), enums);
    return enums;
}

std::vector<CatalogEnum> enums_of(const TableDescription& table) {
    if (table.context != nullptr) return static_cast<const DynamicLayout*>(table.context)->entry().enums;
    std::vector<CatalogEnum> enums = enums_of(table.fields);
    for (std::size_t i = 0; i < table.key_types.size(); ++i)
        add_enums(table.key_types[i].shapes(), place_in_key(table.key_columns[i]), enums);
    for (const IndexDescription& index : table.indexes) {
        add_derived(index, index.columns, kIndexColumn, enums);
        add_derived(index, index.covered, kCoveredField, enums);
    }
    return enums;
}

const CatalogEnum* find_enum(const std::vector<CatalogEnum>& enums, std::string_view place) noexcept {
    const auto found =
        std::find_if(enums.begin(), enums.end(), [&](const CatalogEnum& one) { return one.place == place; });
    return found == enums.end() ? nullptr : &*found;
}

std::string place_in_key(std::string_view column) {
    return "(" + std::string(column) + ")";
}

std::string place_in_index(std::string_view index, std::string_view what, std::size_t position) {
    return "(index " + std::string(index) + ", " + std::string(what) + " " + std::to_string(position + 1) + ")";
}

bool is_of_outside_key(std::string_view place) noexcept {
    return place.starts_with("(key");
}

codec::Enumerators stored_at(std::string_view place, codec::Enumerators by_codec) noexcept {
    return is_of_outside_key(place) ? codec::Enumerators::by_number : by_codec;
}

EnumChange compare_enums(const CatalogEnum& stored, const CatalogEnum& declared, codec::Enumerators how) {
    EnumChange change;
    std::vector<std::string> renamed;
    for (const auto& [name, number] : stored.names) {
        const auto now = declared.names.find(name);
        if (now == declared.names.end()) {
            const std::string other = new_name_of(number, stored, declared);
            if (how != codec::Enumerators::by_number || other.empty()) {
                change.refused.push_back(enumerator_text(name, number) + " is no longer declared" +
                                         (other.empty() ? "" : ", its number is that of \"" + other + "\""));
            } else {
                change.told.push_back(enumerator_text(name, number) + " is renamed \"" + other + "\"");
                renamed.push_back(other);
            }
        } else if (now->second != number) {
            change.renumbered = true;
            if (how == codec::Enumerators::by_name) continue;
            change.refused.push_back(enumerator_text(name, number) + " is declared as " +
                                     std::to_string(now->second));
        }
    }
    for (const auto& [name, number] : declared.names)
        if (!stored.names.contains(name) && std::find(renamed.begin(), renamed.end(), name) == renamed.end())
            change.told.push_back(enumerator_text(name, number) + " is new");
    return change;
}

}  // namespace cambium::detail

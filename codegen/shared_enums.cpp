#include "shared_enums.hpp"

#include <algorithm>
#include <cambium/codec/document.hpp>
#include <cstddef>

namespace cambium::codegen {

bool NumberOrder::operator()(const std::string& left, const std::string& right) const {
    const bool is_negative = left.front() == '-';
    if (is_negative != (right.front() == '-')) return is_negative;
    const bool is_less = std::pair{left.size(), left} < std::pair{right.size(), right};
    return left != right && is_less != is_negative;
}

SharedEnums::SharedEnums(const std::vector<TableInfo>& tables) {
    for (const TableInfo& table : tables) join(table, tables);
    for (const TableInfo& table : tables) collect(table);
}

FieldName SharedEnums::holder_of(FieldName field) const {
    for (auto found = next_.find(field); found != next_.end(); found = next_.find(field)) field = found->second;
    return field;
}

Numbers SharedEnums::defaults_of(const FieldName& holder) const {
    const auto found = defaults_.find(holder);
    return found == defaults_.end() ? Numbers{} : found->second;
}

void SharedEnums::join(const TableInfo& table, const std::vector<TableInfo>& tables) {
    for (const ForeignKeyInfo& key : table.foreign_keys) {
        const auto target = std::find_if(tables.begin(), tables.end(),
                                         [&](const TableInfo& other) { return other.name == key.target; });
        if (target == tables.end()) continue;
        for (std::size_t i = 0; i < std::min(key.columns.size(), target->key.size()); ++i) {
            const FieldName from = holder_of({table.name, key.columns[i]});
            const FieldName to = holder_of({target->name, target->key[i]});
            if (from != to) next_[from] = to;
        }
    }
}

void SharedEnums::collect(const TableInfo& table) {
    if (table.defaults.empty()) return;
    const Document defaults = Document::from_cbor(table.defaults);
    for (const FieldInfo& field : table.fields) {
        const Document* const initial = defaults.find(field.name);
        if (!field.type.starts_with("enum ")) continue;
        const bool is_said = initial != nullptr && initial->is_integer();
        if (is_said || table.codec.starts_with("flatbuffers"))  // whose zeros are not said
            defaults_[holder_of({table.name, field.name})].insert(is_said ? initial->to_json() : "0");
    }
}

}  // namespace cambium::codegen

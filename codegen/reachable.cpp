#include "reachable.hpp"

#include "names.hpp"

namespace cambium::codegen {

namespace {

class Reach {
public:
    void add(const Record& record) {
        if (!names_.insert(schema_name(record.scope, record.name)).second) return;
        for (const Field& field : record.fields)
            if (!field.is_deprecated) add(field.type);
    }

    std::set<std::string> names_;

private:
    void add(const Type& type) {
        if (type.record != nullptr) add(*type.record);
        if (type.enumeration != nullptr)
            names_.insert(schema_name(type.enumeration->scope, type.enumeration->name));
        if (type.alternatives == nullptr) return;
        const Union& alternatives = *type.alternatives;
        if (!names_.insert(schema_name(alternatives.scope, alternatives.name)).second) return;
        for (const UnionMember& member : alternatives.members) add(member.type);
    }
};

}  // namespace

std::set<std::string> reachable(const std::vector<const Record*>& records) {
    Reach reach;
    for (const Record* const record : records) reach.add(*record);
    return std::move(reach.names_);
}

std::vector<const Record*> records_of_tables(const Schema& schema,
                                             const std::function<bool(const Table&)>& matches) {
    std::vector<const Record*> records;
    for (const auto* list : {&schema.tables, &schema.included_tables})
        for (const Table& table : *list)
            if (matches(table)) records.push_back(table.record);
    return records;
}

}  // namespace cambium::codegen

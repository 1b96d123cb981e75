// Each table against its targets, then a walk along the keys that cascade.
#include "foreign_keys.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "declared_tables.hpp"

namespace cambium::codegen {

namespace {

using Report = std::function<void(const Table&, const std::string&)>;

/// Whether a column may hold what a column of the key holds: the same C++ type, maybe optional.
bool fits(Field column, const Field& key) {
    column.absence = key.absence;
    return catalog_type(column) == catalog_type(key) && column.type.enumeration == key.type.enumeration;
}

void check_key(const Schema& schema, const Table& table, const ForeignKey& key, const Report& report) {
    const std::string owner = "foreign key \"" + key.name + "\"";
    const Table* target = schema.find_table(key.target);
    if (target == nullptr)
        return report(table, owner + " refers to table \"" + key.target +
                                 "\", which neither this file nor one that it includes declares");
    if (key.columns.size() != target->key.size())
        return report(table, owner + " has " + std::to_string(key.columns.size()) +
                                 " columns, the key of table \"" + target->name + "\" has " +
                                 std::to_string(target->key.size()));
    bool may_be_null = false;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const Field* column = table.record->find(key.columns[i]);
        const Field* of_target = target->record->find(target->key[i]);
        if (column == nullptr || of_target == nullptr) return;  // reported by who read the table
        may_be_null = may_be_null || column->absence == Absence::null;
        if (!fits(*column, *of_target))
            report(table, owner + ": field \"" + column->name + "\" is " + catalog_type(*column) + ", field \"" +
                              of_target->name + "\" of table \"" + target->name + "\" is " +
                              catalog_type(*of_target));
    }
    if (key.action == "set_null" && !may_be_null)
        report(table, owner + " has set_null, and none of its fields is optional");
}

/// Finds the cycles that begin with their table that stands first, those of the main file before others, so that
/// each is said once.
class CascadeWalk {
public:
    CascadeWalk(const Schema& schema, const Report& report) : schema_{schema}, report_{report} {
        for (const auto* list : {&schema.tables, &schema.included_tables})
            for (const Table& table : *list) position_.emplace(&table, position_.size());
    }

    void run() {
        for (const Table& table : schema_.tables) {
            seen_.clear();
            path_ = {&table};
            visit(table);
        }
    }

private:
    bool visit(const Table& at) {
        for (const ForeignKey& key : at.foreign_keys) {
            const Table* next = schema_.find_table(key.target);
            if (key.action != "cascade" || next == nullptr) continue;
            const Table& first = *path_.front();
            if (next == &first && path_.size() > 1) return tell();
            if (position_.at(next) <= position_.at(&first) || !seen_.insert(next).second) continue;
            path_.push_back(next);
            if (visit(*next)) return true;
            path_.pop_back();
        }
        return false;
    }

    bool tell() const {
        std::string cycle;
        for (const Table* table : path_) cycle += table->name + ", ";
        report_(*path_.front(), "a cycle of foreign keys with cascade: " + cycle + path_.front()->name +
                                    "; one of them must be restrict or set_null");
        return true;
    }

    const Schema& schema_;
    const Report& report_;
    std::map<const Table*, std::size_t> position_;
    std::vector<const Table*> path_;
    std::set<const Table*> seen_;
};

}  // namespace

void check_foreign_keys(const Schema& schema, const Report& report_finding) {
    for (const Table& table : schema.tables)
        for (const ForeignKey& key : table.foreign_keys) check_key(schema, table, key, report_finding);
    CascadeWalk{schema, report_finding}.run();
}

}  // namespace cambium::codegen

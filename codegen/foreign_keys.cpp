// Each table against its targets, then the cycles of keys that cascade.
#include "foreign_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "declared_tables.hpp"
#include "table_reader.hpp"

namespace cambium::codegen {

namespace {

using Report = std::function<void(const Table&, const ForeignKey&, const std::string&)>;

/// Whether a column may hold what a column of the key holds: the same C++ type, maybe optional.
bool fits(Field column, const Field& key) {
    column.absence = key.absence;
    return catalog_type(column) == catalog_type(key) && column.type.enumeration == key.type.enumeration;
}

void check_key(const Schema& schema, const Table& table, const ForeignKey& key, const Report& report) {
    const std::string owner = "foreign key \"" + key.name + "\"";
    const Table* target = schema.find_table(key.target);
    if (target == nullptr)
        return report(table, key,
                      owner + " refers to table \"" + key.target +
                          "\", which neither this file nor one that it includes declares");
    if (target->key.empty()) return;  // reported by who read the table
    if (key.columns.size() != target->key.size())
        return report(table, key,
                      owner + " has " + std::to_string(key.columns.size()) + " columns, the key of table \"" +
                          target->name + "\" has " + std::to_string(target->key.size()));
    bool may_be_null = false;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const Field* column = table.record->find(key.columns[i]);
        const Field* of_target = target->record->find(target->key[i]);
        const bool are_columns =
            column != nullptr && of_target != nullptr && may_be_column(*column) && may_be_column(*of_target);
        if (!are_columns) return;  // reported by who read the table
        may_be_null = may_be_null || column->absence == Absence::null;
        if (!fits(*column, *of_target))
            report(table, key,
                   owner + ": field \"" + column->name + "\" is " + catalog_type(*column) + ", field \"" +
                       of_target->name + "\" of table \"" + target->name + "\" is " + catalog_type(*of_target));
    }
    if (key.action == "set_null" && !may_be_null)
        report(table, key, owner + " has set_null, and none of its fields is optional");
    for (const std::string& column : key.columns)
        if (key.action == "set_null" &&
            std::find(table.not_null.begin(), table.not_null.end(), column) != table.not_null.end())
            report(table, key,
                   owner + " has set_null, and field \"" + column +
                       "\" has cambium_not_null: nothing it refers to could be erased; leave one of the "
                       "two out");
}

/// For each key that cascades, the shortest cycle that it is part of: so many that every key of every cycle is told
/// of. Each cycle is told once, at its table that stands first.
class CascadeCycles {
public:
    CascadeCycles(const Schema& schema, const Report& report)
        : schema_{schema}, report_{report}, tables_{schema.all_tables()} {}

    void run() {
        for (const Table* table : tables_)
            for (const Table* next : targets_of(*table))
                if (next != table) tell(way(*next, *table));
    }

private:
    [[nodiscard]] std::vector<const Table*> targets_of(const Table& table) const {
        std::vector<const Table*> targets;
        for (const ForeignKey& key : table.foreign_keys)
            if (const Table* target = target_of(key)) targets.push_back(target);
        return targets;
    }

    /// Null when it does not cascade.
    [[nodiscard]] const Table* target_of(const ForeignKey& key) const {
        return key.action == "cascade" ? schema_.find_table(key.target) : nullptr;
    }

    /// The tables on the shortest way, both ends with it; empty when there is none.
    [[nodiscard]] std::vector<const Table*> way(const Table& from, const Table& to) const {
        std::map<const Table*, const Table*> before{{&from, nullptr}};
        std::vector<const Table*> seen{&from};
        for (std::size_t i = 0; i < seen.size() && before.count(&to) == 0; ++i)
            for (const Table* next : targets_of(*seen[i]))
                if (before.emplace(next, seen[i]).second) seen.push_back(next);
        std::vector<const Table*> tables;
        if (before.count(&to) == 0) return tables;
        for (const Table* table = &to; table != nullptr; table = before.at(table)) tables.push_back(table);
        std::reverse(tables.begin(), tables.end());
        return tables;
    }

    void tell(std::vector<const Table*> cycle) {
        if (cycle.empty()) return;
        const auto place = [&](const Table* table) { return std::find(tables_.begin(), tables_.end(), table); };
        const auto first = std::min_element(cycle.begin(), cycle.end(), [&](const Table* left, const Table* right) {
            return place(left) < place(right);
        });
        std::rotate(cycle.begin(), first, cycle.end());
        if (!told_.insert(cycle).second) return;
        std::string names;
        for (const Table* table : cycle) names += table->name + ", ";
        const std::vector<ForeignKey>& keys = cycle.front()->foreign_keys;
        const auto key = std::find_if(keys.begin(), keys.end(),
                                      [&](const ForeignKey& one) { return target_of(one) == cycle[1]; });
        report_(*cycle.front(), *key,
                "a cycle of foreign keys with cascade: " + names + cycle.front()->name +
                    "; one of them must be restrict or set_null");
    }

    const Schema& schema_;
    const Report& report_;
    std::vector<const Table*> tables_;
    std::set<std::vector<const Table*>> told_;
};

}  // namespace

void check_foreign_keys(const Schema& schema, const Report& report_finding) {
    for (const Table* table : schema.all_tables())
        for (const ForeignKey& key : table->foreign_keys) check_key(schema, *table, key, report_finding);
    CascadeCycles{schema, report_finding}.run();
}

}  // namespace cambium::codegen

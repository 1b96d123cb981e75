// Declarations that are no C++ types, compared with what a store has as if Database::open() opened it with them:
// the public structs become what the compiled part of the typed layer plans with, and the same code plans.
#include <algorithm>

#include "cambium/base/error.hpp"
#include "cambium/catalog.hpp"
#include "typed/comparison.hpp"
#include "typed/migration.hpp"
#include "typed/sentence.hpp"
#include "typed/table_claim.hpp"
#include "typed/table_info.hpp"

namespace cambium {
namespace {

using detail::CatalogColumn;
using detail::CatalogIndex;
using detail::CatalogTable;

std::vector<CatalogColumn> columns_of(const std::vector<ColumnInfo>& columns) {
    std::vector<CatalogColumn> result;
    for (const ColumnInfo& column : columns)
        result.push_back(
            {column.name, column.type, column.derived, column.each, column.descending, column.ignore_case});
    return result;
}

std::string type_of(const TableInfo& table, const std::string& field) {
    for (const FieldInfo& info : table.fields)
        if (info.name == field) return info.type;
    return {};
}

}  // namespace

CatalogTable detail::catalog_entry(const TableInfo& table) {
    CatalogTable entry;
    entry.codec = table.codec;
    for (const FieldInfo& field : table.fields) entry.fields.push_back({field.name, field.type});
    entry.key = table.key;
    entry.key_types = table.key_types;
    for (const IndexInfo& info : table.indexes) {
        if (info.name.starts_with("cambium."))
            throw Error(ErrorCode::schema, "table \"" + table.name + "\": index \"" + info.name +
                                               "\": names that begin with \"cambium.\" are the library's own");
        CatalogIndex& index = entry.indexes.emplace_back();
        index.name = info.name;
        index.kind = info.unique ? "unique" : "ordered";
        index.key = columns_of(info.columns);
        index.predicate = info.predicate;
        index.covered = columns_of(info.covered);
        index.without_nulls = info.without_nulls;
        index.version = info.version;
    }
    if (!table.expires_at.empty()) {
        CatalogIndex& index = entry.indexes.emplace_back();
        index.name = detail::kExpiryIndex;
        index.kind = "ordered";
        index.key.push_back({table.expires_at, type_of(table, table.expires_at)});
        index.without_nulls = true;  // those that stay
    }
    entry.generator = table.generator;
    entry.keeps_log = table.keeps_log;
    for (const RuleInfo& rule : table.rules) entry.rules.push_back({rule.name, rule.kind, rule.version});
    entry.row_version = table.row_version;
    for (const ForeignKeyInfo& key : table.foreign_keys)
        entry.foreign_keys.push_back({key.name, key.target, key.columns, key.on_erase, key.deferred});
    entry.schema_version = table.schema_version;
    entry.defaults.assign(table.defaults.begin(), table.defaults.end());
    if (table.migrating_to != 0) entry.migration.emplace().to = table.migrating_to;
    for (const EnumInfo& one : table.enums)
        entry.enums.push_back({one.place, {one.names.begin(), one.names.end()}});
    return entry;
}

namespace {

/// A declaration as the planning code wants it: a description without functions. Refers to the declaration.
class Described {
public:
    explicit Described(const TableDeclaration& declaration)
        : former_names_(declaration.former_names.begin(), declaration.former_names.end()),
          dropped_(declaration.dropped.begin(), declaration.dropped.end()) {
        for (const auto& [before, now] : declaration.renamed) renamed_.push_back({before, now});
        evolution_.former_tables = former_names_;
        evolution_.version = declaration.table.schema_version;
        evolution_.renamed = renamed_;
        evolution_.dropped = dropped_;
        description_.name = declaration.table.name;
        description_.evolution = &evolution_;
    }
    Described(const Described&) = delete;
    Described& operator=(const Described&) = delete;
    ~Described() = default;

    [[nodiscard]] const detail::TableDescription& get() const noexcept { return description_; }

private:
    std::vector<detail::RenamedDescription> renamed_;
    std::vector<std::string_view> former_names_;
    std::vector<std::string_view> dropped_;
    detail::EvolutionDescription evolution_{};
    detail::TableDescription description_{};
};

class Comparison {
public:
    Comparison(const std::vector<TableInfo>& stored, const std::vector<TableDeclaration>& declared)
        : stored_(stored), declared_(declared) {}

    std::vector<TableDifference> run() {
        std::vector<detail::TableClaim> claims;
        for (const TableDeclaration& declaration : declared_) {
            const Described described(declaration);
            claims.push_back(
                detail::claim_of(described.get(), [this](std::string_view name) { return is_stored(name); }));
        }
        const std::vector<std::string> unclear = detail::resolve_claims(claims);
        for (const TableInfo& table : stored_) {
            const auto claim = std::find_if(claims.begin(), claims.end(),
                                            [&](const detail::TableClaim& one) { return one.takes(table.name); });
            if (claim == claims.end())
                report(true, table.name, "is no longer declared; its records stay in the store");
            else if (claim->is_clear())
                compare_table(table, declared_[static_cast<std::size_t>(claim - claims.begin())]);
        }
        for (std::size_t i = 0; i < claims.size(); ++i)
            if (claims[i].names.empty()) report(true, declared_[i].table.name, "is created");
        for (const std::string& sentence : unclear) differences_.push_back({false, sentence});
        for (const TableDeclaration& declaration : declared_) find_targets(declaration.table);
        return std::move(differences_);
    }

private:
    void report(bool is_compatible, const std::string& table, const std::string& what) {
        differences_.push_back({is_compatible, "table \"" + table + "\": " + what});
    }

    [[nodiscard]] bool is_stored(std::string_view name) const {
        return std::any_of(stored_.begin(), stored_.end(),
                           [&](const TableInfo& table) { return table.name == name; });
    }

    [[nodiscard]] bool is_declared(const std::string& name) const {
        return std::any_of(declared_.begin(), declared_.end(),
                           [&](const TableDeclaration& declaration) { return declaration.table.name == name; });
    }

    void compare_table(const TableInfo& table, const TableDeclaration& declaration) {
        if (table.name != declaration.table.name)
            report(true, table.name, "is renamed \"" + declaration.table.name + "\"");
        const CatalogTable stored = detail::catalog_entry(table);
        const Described described(declaration);
        try {
            static_cast<void>(detail::migration_is_due(stored, described.get()));
        } catch (const Error& error) {
            differences_.push_back({false, error.what()});
            return;
        }
        detail::TablePlan plan;
        plan.description = &described.get();
        plan.entry = detail::catalog_entry(declaration.table);
        std::vector<std::string> refusals;
        detail::compare_table(plan, stored, refusals);
        for (std::string& sentence : refusals) differences_.push_back({false, std::move(sentence)});
        for (std::string& sentence : plan.changes) differences_.push_back({true, std::move(sentence)});
    }

    void find_targets(const TableInfo& table) {
        for (const ForeignKeyInfo& key : table.foreign_keys)
            if (!is_declared(key.target))
                report(false, table.name,
                       "foreign key \"" + key.name + "\" refers to table \"" + key.target +
                           "\", which is not declared with it");
    }

    const std::vector<TableInfo>& stored_;
    const std::vector<TableDeclaration>& declared_;
    std::vector<TableDifference> differences_;
};

}  // namespace

std::vector<TableDifference> compare(const std::vector<TableInfo>& stored,
                                     const std::vector<TableDeclaration>& declared) {
    return Comparison(stored, declared).run();
}

}  // namespace cambium

// Schema: what a declaration asks of the catalog, which differences can be applied, and applying them.
//
// Planning reads only; a plan that holds differences must not be applied. The same planning runs first in a
// snapshot, to find that nothing has to change, and again inside the write transaction that applies it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cambium/base/values.hpp"
#include "cambium/description.hpp"
#include "cambium/progress.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

/// What one table needs.
struct TablePlan {
    const TableDescription* description = nullptr;
    CatalogTable entry;                         ///< as it will be; ids are given when the plan is applied
    std::string stored_name{};                  ///< in the file, when the table was renamed; else empty
    std::vector<CatalogField> stored_fields{};  ///< what the records have
    bool rewrites = false;                      ///< every record is written anew
    bool rekeyed = false;                       ///< under another key
    std::vector<std::string> changes{};         ///< sentences: what applying does
    bool is_new = false;
    bool changed = false;    ///< the entry differs from what is stored; true for a new table
    bool completes = false;  ///< else only by what an older version of Cambium did not write, or not so
    std::vector<std::size_t> new_indexes;             ///< positions in the description
    std::vector<CatalogIndex> old_indexes;            ///< in the file and no longer declared
    std::vector<std::size_t> new_rules;               ///< positions in the description: to be verified
    std::vector<std::size_t> new_foreign_keys;        ///< the same of foreign keys
    std::vector<std::size_t> known_foreign_keys;      ///< those of them that the file has, verified or in doubt
    std::vector<CatalogForeignKey> old_foreign_keys;  ///< in the file and no longer declared so
    std::vector<std::string> expired;  ///< keys of expired records that gave way: to be removed; some maybe twice
};

struct SchemaPlan {
    std::vector<TablePlan> tables;
    std::vector<std::string> differences;  ///< sentences: what cannot be applied

    [[nodiscard]] bool changes_anything() const noexcept;
    [[nodiscard]] bool completes_anything() const noexcept;
};

[[nodiscard]] SchemaPlan plan_schema(const kv::Transaction& transaction,
                                     std::span<const TableDescription* const> tables);
/// The same for a file that does not exist.
[[nodiscard]] SchemaPlan plan_new(std::span<const TableDescription* const> tables);
/// Takes the entry of a table away that is going to be stored under another name, and has those follow that refer
/// to it.
void rename_entry(kv::WriteTransaction& transaction, std::string_view from, std::string_view to,
                  CatalogTable& entry);
/// Takes the foreign keys of a table out of the entries of those that they refer to.
void forget_references(kv::WriteTransaction& transaction, std::string_view name, const CatalogTable& entry);
/// Drops the trees of a table: records, indexes, log, and what a migration has left.
void drop_trees(kv::WriteTransaction& transaction, const CatalogTable& entry);
/// Throws Error{schema} with all the differences, when there are any.
void refuse_differences(const SchemaPlan& plan);
/// Throws Error{read_only} that names the first change needed.
[[noreturn]] void refuse_changes(const SchemaPlan& plan, ByteView path);
/// Stores what an older version of Cambium left out or spelled otherwise: the defaults, for later comparisons, and
/// the types that are a Descending. That is no change of a declaration: whoever has such a table open goes on.
void complete_entries(kv::WriteTransaction& transaction, const SchemaPlan& plan);
/// Create, build and drop what the plan says, and store the catalog. Error{constraint}, Error{decode},
/// Error{key_too_long}, Error{cancelled} from building an index. Records that have expired by `now` are in nobody's
/// way: rules are not asked of them, and those that gave way in a unique index are left in the plan.
void apply_schema(kv::WriteTransaction& transaction, SchemaPlan& plan, std::size_t max_key_bytes,
                  const ProgressFunction& progress, Timestamp now);

}  // namespace cambium::detail

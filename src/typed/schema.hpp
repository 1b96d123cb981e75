// Schema: what a declaration asks of the catalog, which differences can be applied, and applying them.
//
// Planning reads only; a plan that holds differences must not be applied. The same planning runs first in a
// snapshot, to find that nothing has to change, and again inside the write transaction that applies it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cambium/description.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

/// What one table needs.
struct TablePlan {
    const TableDescription* description = nullptr;
    CatalogTable entry;  ///< as it will be; ids are given when the plan is applied
    bool is_new = false;
    bool changed = false;                   ///< the entry differs from what is stored; true for a new table
    std::vector<std::size_t> new_indexes;   ///< positions in the description
    std::vector<CatalogIndex> old_indexes;  ///< in the file and no longer declared
};

struct SchemaPlan {
    std::vector<TablePlan> tables;
    std::vector<std::string> differences;  ///< sentences: what cannot be applied

    [[nodiscard]] bool changes_anything() const noexcept;
};

[[nodiscard]] SchemaPlan plan_schema(const kv::Transaction& transaction,
                                     std::span<const TableDescription* const> tables);
/// Throws Error{schema} with all the differences, when there are any.
void refuse_differences(const SchemaPlan& plan);
/// Throws Error{read_only} that names the first change needed.
[[noreturn]] void refuse_changes(const SchemaPlan& plan, ByteView path);
/// Create, build and drop what the plan says, and store the catalog. Error{constraint}, Error{decode},
/// Error{key_too_long} from building an index.
void apply_schema(kv::WriteTransaction& transaction, SchemaPlan& plan, std::size_t max_key_bytes);

/// Fill an empty index from the records of its table. O(records).
void build_index(kv::WriteTransaction& transaction, const TableDescription& table, const IndexDescription& index,
                 kv::Tree records, kv::Tree entries, std::size_t max_key_bytes);

}  // namespace cambium::detail

// Which table of a file a declaration means.
//
// It is the table of the declared name. Where the file has none, it is the table that has one of the former names
// (RenamedTable). Where that is two tables, or a table that another declaration means as well, nobody can tell
// whose the records are: it is nobody's, so that two declarations never share a tree.
//
// Thread rule: from any thread. The views are those of the description.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/description.hpp"
#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

struct TableClaim {
    std::string_view table;               ///< as it is declared
    std::vector<std::string_view> names;  ///< in the file; none: it is new
    bool is_contested = false;            ///< another declaration means the same table

    [[nodiscard]] bool takes(std::string_view stored) const {
        return std::find(names.begin(), names.end(), stored) != names.end();
    }
    [[nodiscard]] bool is_clear() const noexcept { return names.size() < 2 && !is_contested; }
};

/// What a declaration means by itself. `is_stored(name)` says whether the file has a table.
template <class IsStored>
[[nodiscard]] TableClaim claim_of(const TableDescription& table, IsStored&& is_stored) {
    TableClaim claim{table.name, {}};
    if (is_stored(table.name)) {
        claim.names.push_back(table.name);
        return claim;
    }
    for (const std::string_view name : table.evolution->former_tables)
        if (is_stored(name) && !claim.takes(name)) claim.names.push_back(name);
    return claim;
}
[[nodiscard]] TableClaim claim_of(const TableDescription& table, const kv::Transaction& transaction);

/// Finds the claims that contradict each other. A sentence for every declaration whose table nobody can tell.
[[nodiscard]] std::vector<std::string> resolve_claims(std::vector<TableClaim>& claims);

}  // namespace cambium::detail

#include "typed/table_claim.hpp"

#include "typed/catalog.hpp"

namespace cambium::detail {
namespace {

std::string table_named(std::string_view name) {
    return "table \"" + std::string(name) + "\"";
}

std::string two_names(const TableClaim& claim) {
    std::string names;
    for (const std::string_view name : claim.names) names += (names.empty() ? "" : " and ") + table_named(name);
    return table_named(claim.table) + ": the file has none of that name, but " + names +
           ", each of which a RenamedTable names; nobody can tell which of them holds its records: drop or rename "
           "the other one, or declare it without the RenamedTable of that one";
}

std::string taken_twice(const TableClaim& claim, const TableClaim& other) {
    const std::string_view name = claim.names.front();
    const std::string begin = table_named(claim.table) + ": the file has none of that name, but " +
                              table_named(name) + ", which a RenamedTable names and ";
    const std::string own = "if its records are those of \"" + std::string(claim.table) +
                            "\", open the file once with that table and without \"" + std::string(other.table) +
                            "\"";
    if (other.table == name)
        return begin + "which is declared as well; " + own + "; if not, once with \"" + std::string(claim.table) +
               "\" declared without that RenamedTable";
    return begin + "so does one of table \"" + std::string(other.table) + "\"; " + own;
}

}  // namespace

TableClaim claim_of(const TableDescription& table, const kv::Transaction& transaction) {
    return claim_of(table, [&](std::string_view name) { return stored_entry(transaction, name).has_value(); });
}

std::vector<std::string> resolve_claims(std::vector<TableClaim>& claims) {
    std::vector<std::string> sentences;
    for (TableClaim& claim : claims) {
        if (claim.names.size() > 1) {
            sentences.push_back(two_names(claim));
            continue;
        }
        for (const TableClaim& other : claims) {
            if (claim.names.empty() || &other == &claim || !other.takes(claim.names.front())) continue;
            claim.is_contested = true;
            // Of two, the one that goes by its own name has nothing to explain.
            if (claim.table != claim.names.front()) sentences.push_back(taken_twice(claim, other));
            break;
        }
    }
    return sentences;
}

}  // namespace cambium::detail

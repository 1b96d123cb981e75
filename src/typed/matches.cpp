// Sets of primary keys.
#include "cambium/matches.hpp"

#include <algorithm>

#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

SortedKeys gather_keys(const TableHandle& handle, const Selection& selection) {
    SortedKeys keys;
    Scan scan(handle, selection);
    while (scan.next()) keys.emplace_back(scan.primary_key());
    sort_keys(keys);
    return keys;
}

void sort_keys(SortedKeys& keys) {
    if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

SortedKeys combine(SetOperation operation, const SortedKeys& a, const SortedKeys& b) {
    SortedKeys result;
    const auto out = std::back_inserter(result);
    switch (operation) {
        case SetOperation::intersect:
            std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), out);
            break;
        case SetOperation::unite:
            std::set_union(a.begin(), a.end(), b.begin(), b.end(), out);
            break;
        case SetOperation::subtract:
            std::set_difference(a.begin(), a.end(), b.begin(), b.end(), out);
            break;
    }
    return result;
}

void check_same_table(const TableHandle& a, const TableHandle& b) {
    if (a.transaction == b.transaction && a.table == b.table) return;
    throw Error(ErrorCode::misuse,
                table_text(*a.table->description) + ": the two queries are not of one transaction");
}

}  // namespace cambium::detail

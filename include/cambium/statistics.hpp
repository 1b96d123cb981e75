// What a table takes: records, bytes, depth and fill, of the records and of every index. For the whole file:
// kv::usage(db.environment()).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cambium/kv/maintenance.hpp"
#include "cambium/reader.hpp"

namespace cambium {

struct IndexUsage {
    std::string_view name;  ///< lives as long as the program
    kv::TreeUsage usage;
};

struct TableUsage {
    std::string_view name;  ///< lives as long as the program
    kv::TreeUsage records;
    std::vector<IndexUsage> indexes;  ///< in the order declared; foreign keys are among them

    /// Bytes of all pages, of the records and of the indexes.
    [[nodiscard]] std::uint64_t page_bytes() const noexcept {
        std::uint64_t sum = records.page_bytes;
        for (const IndexUsage& index : indexes) sum += index.usage.page_bytes;
        return sum;
    }
};

namespace detail {
[[nodiscard]] TableUsage table_usage(const TableHandle& handle);
}  // namespace detail

/// Visits every page of a table and of its indexes: O(pages). In a write transaction they are seen with its
/// changes. Error{misuse} when the transaction's database was opened without T, Error{corrupt}. The transaction's
/// thread rule.
template <class T>
[[nodiscard]] TableUsage table_usage(ReadTransaction& transaction) {
    return detail::table_usage(detail::find_table(transaction, detail::LayoutOf<T>::description));
}

}  // namespace cambium

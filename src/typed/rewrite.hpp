// Writing every record of a table anew, as it is declared now: after fields were renamed or dropped, or when a
// column of the primary key has another type.
#pragma once

#include <vector>

#include "cambium/description.hpp"
#include "cambium/progress.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

/// Rewrites the records, which were stored with these fields. Error{decode}, Error{encode}, Error{constraint} or
/// Error{key_too_long} that name a record, Error{cancelled}. O(records).
void rewrite_records(kv::WriteTransaction& transaction, const TableDescription& table, std::uint64_t table_id,
                     const std::vector<CatalogField>& stored, std::size_t max_key_bytes,
                     const ProgressFunction& progress);

}  // namespace cambium::detail

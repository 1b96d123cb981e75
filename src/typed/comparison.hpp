// Comparing the declaration of a table with what the file has of it.
//
// Nothing is lost by applying what is planned: every other difference is a sentence. Thread rule: from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "typed/schema.hpp"

namespace cambium::detail {

/// The entry that a declaration asks for, without ids.
[[nodiscard]] CatalogTable declared_entry(const TableDescription& table);
/// Completes the plan of a table that the file has: what to do, and as sentences what cannot be done.
void compare_table(TablePlan& plan, const CatalogTable& stored, std::vector<std::string>& differences);
/// Why a codec does not read stored records as records of these fields and enumerations, or nothing: the first
/// reason, as a sentence.
[[nodiscard]] std::string why_not_read(const CatalogTable& stored, const std::vector<CatalogField>& fields,
                                       const std::vector<CatalogEnum>& enums, std::string_view codec,
                                       codec::Enumerators enumerators);

}  // namespace cambium::detail

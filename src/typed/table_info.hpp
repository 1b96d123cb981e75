// The catalog's entry of a table and the public struct that says the same (cambium/catalog.hpp).
//
// Thread rule: from any thread.
#pragma once

#include "cambium/catalog.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

[[nodiscard]] TableInfo table_info(ByteView name, const CatalogTable& entry);
/// Without ids.
[[nodiscard]] CatalogTable catalog_entry(const TableInfo& table);

}  // namespace cambium::detail

// A schema file out of the catalog of a store.
#pragma once

#include <string>
#include <vector>

#include "cambium/catalog.hpp"

namespace cambium::codegen {

struct SchemaFromTables {
    std::string text;                 ///< of the tables that a schema can declare; empty when it can none
    std::vector<std::string> errors;  ///< why the others are left out, at least a sentence for each
};

/// Declares `tables` in `name_space` (empty: none). `source` is named in the first comment. What the catalog does
/// not keep is made up: names of records and enumerators, defaults, comments; comments at the top tell of it, and
/// of what is left out. The generator takes the text. The same input gives the same bytes.
[[nodiscard]] SchemaFromTables schema_from_tables(const std::vector<TableInfo>& tables, const std::string& source,
                                                  const std::string& name_space);

}  // namespace cambium::codegen

// Comparing a schema with an earlier one, or with the catalog of a store. Of tables, the typed layer says what
// differs.
#pragma once

#include <string>
#include <vector>

#include "cambium/catalog.hpp"
#include "schema_reader.hpp"

namespace cambium::codegen {

using Difference = TableDifference;

struct CheckResult {
    std::vector<Difference> differences;
    std::vector<std::string> errors;  ///< of the schemas; then there are no differences

    [[nodiscard]] bool is_compatible() const noexcept;
};

/// Whether stores and buffers of `old_schema` are readable by `new_schema`: every difference. Buffers are what
/// tables in codec flatbuffers store, the root type when it is no table, and anything that a schema without tables
/// declares; the library judges them (conformance.hpp), and we what it lets pass.
[[nodiscard]] CheckResult check_schemas(const SchemaText& old_schema, const SchemaText& new_schema,
                                        const std::vector<std::string>& include_folders);

/// Whether a store with these tables opens with the tables of `schema`: what cambium::compare() says.
[[nodiscard]] CheckResult check_tables(const std::vector<TableInfo>& tables, const SchemaText& schema,
                                       const std::vector<std::string>& include_folders);

}  // namespace cambium::codegen

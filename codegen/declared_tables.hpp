// The tables of a schema as a catalog would describe them, once a store was opened with the generated code.
#pragma once

#include <string>
#include <vector>

#include "cambium/catalog.hpp"
#include "model.hpp"
#include "record_description.hpp"

namespace cambium::codegen {

/// Those of the main file and of all that it includes, in the order of their names, as cambium::describe() gives
/// them. A codec of the user's own appears by its name in the schema. They must have been read without errors.
[[nodiscard]] std::vector<TableInfo> declared_tables(const Schema& schema);
/// The same with what the schema says of earlier ones.
[[nodiscard]] std::vector<TableDeclaration> declarations(const Schema& schema);

}  // namespace cambium::codegen

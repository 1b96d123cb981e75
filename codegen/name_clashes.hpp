// What is wrong with names that are each right: two files, definitions, fields or functions that would have one
// name in the generated code or in flatc's, names that hide others there, and former names of tables that are not
// free. Found when the whole schema is known. Pure functions of the Schema.
#pragma once

#include "diagnostics.hpp"
#include "model.hpp"

namespace cambium::codegen {

/// Generated files are named after the schema files. Reports a second file of a name at its include.
void check_file_names(const Schema& schema, Diagnostics& diagnostics);

/// Everything else, in the order of the schema's parts.
void check_name_clashes(const Schema& schema, Diagnostics& diagnostics);

}  // namespace cambium::codegen

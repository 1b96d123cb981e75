// The ids that a table gives its fields: all of them have one, from 0 without a gap, and a union has two.
#pragma once

#include <flatbuffers/idl.h>

#include <string>

#include "diagnostics.hpp"

namespace cambium::codegen {

/// Reports what is wrong with the ids of a table as its schema file has them; `table` tells which fields are
/// unions. A field that was left out may be one.
void check_field_ids(const std::string& file, const std::string& definition, const flatbuffers::StructDef& table,
                     Diagnostics& diagnostics);

}  // namespace cambium::codegen

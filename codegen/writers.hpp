// The texts the generator writes for one schema. Pure functions of the Schema: the same input gives the same bytes;
// no path, no date.
#pragma once

#include <string>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// x_tables.hpp: the plain structs and enums, the declarations of pack and unpack, the tables.
[[nodiscard]] std::string write_header(const Schema& schema);

/// x_tables.cpp: pack and unpack through flatc's accessors.
[[nodiscard]] std::string write_source(const Schema& schema);

/// x_fb.fbs: the definitions of `file` (the main file or an include) once more, in namespace fb inside their own,
/// so that flatc's types and the plain ones have different names. The bytes they describe are the same.
[[nodiscard]] std::string write_accessor_schema(const Schema& schema, const std::string& file);

/// Every file of the parse with a definition in it or in what it includes, of those `file` includes directly.
[[nodiscard]] std::vector<std::string> includes_with_definitions(const Schema& schema, const std::string& file);

/// The same, through includes of includes.
[[nodiscard]] std::vector<std::string> all_includes_with_definitions(const Schema& schema);

}  // namespace cambium::codegen

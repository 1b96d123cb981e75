// Buffers of an earlier schema: what the flatbuffers library's own check, flatc --conform, objects to. The library
// looks at all definitions and stops at the first objection; here it is shown one at a time, and only those that
// buffers are made of.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "schema_reader.hpp"

namespace cambium::codegen {

/// What the library objects to in the definitions of `new_schema` that are named (as qualified() names them), as an
/// evolution of those of `old_schema`: a sentence for each field and for each union. Of fields that change between
/// an enum and a number, at which the library crashes, the sentence is ours. Both schemas must have been read
/// without errors.
[[nodiscard]] std::vector<std::string> conformance(const SchemaText& old_schema, const SchemaText& new_schema,
                                                   const std::vector<std::string>& include_folders,
                                                   const std::set<std::string>& names);

}  // namespace cambium::codegen

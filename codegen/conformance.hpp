// Buffers of an earlier schema: what the flatbuffers library's own check, flatc --conform, objects to. The library
// looks at all definitions and stops at the first objection; here it is shown one at a time, and only those that
// buffers are made of.
#pragma once

#include <string>
#include <vector>

#include "pairing.hpp"
#include "schema_reader.hpp"

namespace cambium::codegen {

struct Objection {
    const Record* record = nullptr;  ///< as it is now; null: it is a union
    std::string field{};             ///< empty: it is the record as a whole
    std::string sentence{};
};

/// What the library objects to in the records and unions of these pairs that are in buffers, as an evolution of
/// those before: one for each field and for each union. A record that has another name now is shown to it
/// under the one that it had. Of fields that change between an enum and a number, at which the library crashes, the
/// sentence is ours; so are those of what it lets pass: structs that grow or become tables, new (required) fields,
/// another name together with another default, fields in the places of deprecated ones, and other nested buffers.
/// Defaults that are the same number are not objected to. The pairs are those of these schemas, which must have
/// been read without errors.
[[nodiscard]] std::vector<Objection> conformance(const SchemaText& old_schema, const SchemaText& new_schema,
                                                 const std::vector<std::string>& include_folders,
                                                 const Pairs& pairs);

}  // namespace cambium::codegen

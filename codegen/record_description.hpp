// What the catalog keeps of records: the names of types, and what is said of FlatBuffers. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "cambium/codec/document.hpp"
#include "model.hpp"

namespace cambium::codegen {

/// The catalog's name of the type of one value: "string". A nested record is spelled out wherever it is used, so
/// the name may be far larger than the schema: see description_size().
[[nodiscard]] std::string catalog_type(const Type& type);
/// The same of a field: "optional<string>".
[[nodiscard]] std::string catalog_type(const Field& field);
/// Whether both have the same name, however long it is. O(pairs of records in them).
[[nodiscard]] bool has_same_catalog_type(const Type& one, const Type& other);

/// What the bytes of a struct are, without the names: "{f64,{i32,i32}:2}".
[[nodiscard]] std::string struct_layout(const Record& record);

/// What cambium::FlatBuffersSchema::wire says of a record: docs/format.md has the form. Each definition of the
/// schema that the record is made of is described once, however often it is used and however deep it lies.
[[nodiscard]] Document wire_of(const Record& record);

/// The bytes of what the catalog keeps of a record: the types of its fields, and what is said of FlatBuffers.
struct DescriptionSize {
    std::uint64_t all = 0;           ///< kUncounted when there are more
    std::uint64_t of_largest = 0;    ///< of the type of one field
    const Field* largest = nullptr;  ///< that field
};
inline constexpr std::uint64_t kUncounted = std::uint64_t{1} << 62;
/// O(schema), although the description may be far larger.
[[nodiscard]] DescriptionSize description_size(const Record& record);

/// The value of a number when there is none in a record.
[[nodiscard]] Document default_number(const Field& field);

}  // namespace cambium::codegen

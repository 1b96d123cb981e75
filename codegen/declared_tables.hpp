// The tables of a schema as a catalog would describe them, once a store was opened with the generated code.
#pragma once

#include <string>
#include <vector>

#include "cambium/catalog.hpp"
#include "cambium/codec/document.hpp"
#include "model.hpp"

namespace cambium::codegen {

/// Those of the main file and of all that it includes, in the order of their names, as cambium::describe() gives
/// them. A codec of the user's own appears by its name in the schema. They must have been read without errors.
[[nodiscard]] std::vector<TableInfo> declared_tables(const Schema& schema);
/// The same with what the schema says of earlier ones.
[[nodiscard]] std::vector<TableDeclaration> declarations(const Schema& schema);

/// What cambium::FlatBuffersSchema::wire says of a record. The members of a union stand by their type numbers;
/// infinity and NaN are texts.
/// Of tables that lie more than 32 deep nothing is said.
[[nodiscard]] Document wire_of(const Record& record);
/// What the bytes of a struct are, without the names: "{f64,{i32,i32}:2}".
[[nodiscard]] std::string struct_layout(const Record& record);

/// The catalog's name of the type of one value: "string".
[[nodiscard]] std::string catalog_type(const Type& type);
/// The same of a field: "optional<string>".
[[nodiscard]] std::string catalog_type(const Field& field);

}  // namespace cambium::codegen

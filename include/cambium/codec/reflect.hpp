// Everything the library knows about a record type: its fields (fields.hpp), the shape of their types (shape.hpp)
// and the names that the catalog keeps of them. The umbrella for code that declares tables.
#pragma once

#include <string>
#include <type_traits>

#include "cambium/codec/fields.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium::reflect {

/// The name of a type in the catalog, the same on every platform and compiler: "u64", "string", "timestamp",
/// "fixed<20>", "enum u8", "optional<string>", "vector<i32>", "map<string,f64>", "record{id:u64,email:string}",
/// "descending<i32>", ...
/// The names are part of the file format. Linear in the size of the type's description; allocates the result.
template <class T>
[[nodiscard]] std::string type_name() {
    return codec::describe(codec::shape_of<std::remove_cv_t<T>>());
}

}  // namespace cambium::reflect

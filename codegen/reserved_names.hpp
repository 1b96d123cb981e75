// Words that name something already where generated code is compiled: in C++, in the C library, in what flatc
// writes. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace cambium::codegen {

/// What nothing of a schema may be called, and why: "a keyword of C++". Empty for every other name.
[[nodiscard]] std::string_view why_no_name(std::string_view name);

/// Whether the C library has a function, a variable, a type or an enumerator of this name, so that the global
/// namespace has no room for another. Knows those of the headers that generated code includes, and some that are
/// often included besides.
[[nodiscard]] bool is_in_c_library(std::string_view name);

/// Whether flatc takes the name for a keyword of some C++ and writes an underscore behind it.
[[nodiscard]] bool is_flatc_keyword(std::string_view name);

/// What the first part of a namespace may not be called besides, and why: "that of a library".
[[nodiscard]] std::string_view why_no_first_part(std::string_view name);

/// What a name is for flatc.
enum class FlatcPlace : std::uint8_t {
    name_space,  ///< a part of a namespace behind the first
    plain_type,  ///< a struct or an enum
    table_type,
    union_type,
    struct_field,
    table_field,
    enumerator,  ///< or a member of a union
    bit_flag,
};

/// Whether flatc writes this name itself where one of the schema would stand, whatever else the schema has.
[[nodiscard]] bool is_taken_by_flatc(FlatcPlace place, std::string_view name);

}  // namespace cambium::codegen

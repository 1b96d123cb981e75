// The catalog's names of types, taken apart: "optional<record{id:u64}>" is optional of record with one member.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cambium::codegen {

struct TypeText {
    std::string head;                  ///< "optional", "record", "u64", "enum u8", "enclosing 1"
    std::vector<TypeText> parts;       ///< what stands between < and >, or the types of a record's members
    std::vector<std::string> members;  ///< their names
    std::string text;                  ///< all of it
    std::vector<std::pair<std::string, std::int64_t>> enumerators{};  ///< of an "enum u8", where they are known
    std::string distinction{};  ///< what tells types of one text apart, whose enumerators differ
};

/// Anything that is no such name comes back as a head of its own. Linear; nesting is bounded by that of the name.
[[nodiscard]] TypeText parse_type(std::string_view text);

}  // namespace cambium::codegen

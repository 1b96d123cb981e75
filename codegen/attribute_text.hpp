// The small language inside the cambium_ attributes of a schema.
//
//   columns:  name { "," name }
//   indexes:  index { ";" index } [ ";" ]
//   index:    name "(" column { "," column } ")" { clause }
//   column:   { "each" | "descending" | "ignore_case" } name
//   clause:   "where" name | "covering" "(" columns ")" | "version" number | "without_nulls"
//   keys:     key { ";" key } [ ";" ]
//   key:      name "(" columns ")" "to" reference
//   reference: table { "restrict" | "cascade" | "set_null" | "deferred" }
//   limits:   name number { "," name number }
//
// One string per kind of thing, because FlatBuffers keeps only the first of two equal attributes. A field may be
// called as one of the words of a column: what stands last is the field.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// Thrown by the parsers below: the sentence says what is wrong and quotes the text.
struct AttributeError {
    std::string sentence;
};

[[nodiscard]] std::vector<std::string> parse_columns(std::string_view text);
[[nodiscard]] std::vector<Index> parse_indexes(std::string_view text, bool is_unique);
[[nodiscard]] std::vector<ForeignKey> parse_foreign_keys(std::string_view text);
/// The reference alone.
[[nodiscard]] ForeignKey parse_reference(std::string_view text);
[[nodiscard]] std::string parse_number(std::string_view text);
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_limits(std::string_view text);

}  // namespace cambium::codegen

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

/// Thrown by the parsers of one thing: the sentence says what is wrong and quotes the text.
struct AttributeError {
    std::string sentence;
};

/// What a text with several things has: a slip in one hides none of the others.
template <class Item>
struct Parsed {
    std::vector<Item> items;
    std::vector<Item> unfinished;        ///< those with a slip, as far as they were read
    std::vector<std::string> sentences;  ///< a sentence per slip
};

[[nodiscard]] Parsed<std::string> parse_columns(std::string_view text);
[[nodiscard]] Parsed<Index> parse_indexes(std::string_view text, bool is_unique);
[[nodiscard]] Parsed<ForeignKey> parse_foreign_keys(std::string_view text);
[[nodiscard]] Parsed<std::pair<std::string, std::string>> parse_limits(std::string_view text);
/// The reference alone.
[[nodiscard]] ForeignKey parse_reference(std::string_view text);
[[nodiscard]] std::string parse_number(std::string_view text);

}  // namespace cambium::codegen

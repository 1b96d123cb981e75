// The cambium_ attributes of a schema, and the small language inside of them.
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

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

inline constexpr std::array kTableAttributes = {
    "cambium_table",        "cambium_codec",   "cambium_key",           "cambium_unique",
    "cambium_index",        "cambium_log",     "cambium_compression",   "cambium_foreign_key",
    "cambium_renamed_from", "cambium_dropped", "cambium_schema_version"};
inline constexpr std::array kFieldAttributes = {"cambium_key",         "cambium_generated",   "cambium_expires",
                                                "cambium_unique",      "cambium_index",       "cambium_type",
                                                "cambium_absent",      "cambium_foreign_key", "cambium_not_null",
                                                "cambium_row_version", "cambium_renamed_from"};
inline constexpr std::array kStructAttributes = {"cambium_type"};

/// One of ours, or meant to be: the library leaves such names to us.
[[nodiscard]] bool is_cambium_attribute(std::string_view name);
/// Whether it may stand somewhere.
[[nodiscard]] bool is_known_attribute(std::string_view name);

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

// The small language inside the cambium_ attributes of a schema.
//
//   columns:  name { "," name }
//   indexes:  name "(" columns ")" { ";" name "(" columns ")" } [ ";" ]
//
// One string per kind of thing, because FlatBuffers keeps only the first of two equal attributes. Further clauses
// of an index follow its closing parenthesis; a word there that is not known is an error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// Thrown by the parsers below: the sentence says what is wrong and quotes the text.
struct AttributeError {
    std::string sentence;
};

[[nodiscard]] std::vector<std::string> parse_columns(std::string_view text);
[[nodiscard]] std::vector<Index> parse_indexes(std::string_view text, bool is_unique);

}  // namespace cambium::codegen

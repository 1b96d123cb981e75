// The parser of the flatbuffers library stops at its first error. Where that is a slip of meaning and not of
// syntax, what it is about is left out and the rest parsed again, so that one run tells of all of them.
#pragma once

#include <flatbuffers/idl.h>

#include <memory>
#include <string>
#include <vector>

#include "diagnostics.hpp"

namespace cambium::codegen {

/// Parses `text` as parse() does and reports every error that it gets past. Null: it met one that it does not. What
/// was left out is known to `diagnostics`, which takes no finding that follows from it.
[[nodiscard]] std::unique_ptr<flatbuffers::Parser> parse_leniently(const std::string& file, const std::string& text,
                                                                   const std::vector<std::string>& include_folders,
                                                                   Diagnostics& diagnostics);

}  // namespace cambium::codegen

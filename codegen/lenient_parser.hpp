// The parser of the flatbuffers library stops at its first error. Where that is a slip of meaning and not of
// syntax, something legal is put in the place of what is wrong and all is parsed again, so that one run tells of
// all of them, in included files too.
#pragma once

#include <flatbuffers/idl.h>

#include <memory>
#include <string>
#include <vector>

#include "diagnostics.hpp"

namespace cambium::codegen {

/// Parses `text` as parse() does and reports every error that it gets past. Null: it met one that it does not. What
/// was left out so is known to `diagnostics`, which takes no finding that follows from it.
[[nodiscard]] std::unique_ptr<flatbuffers::Parser> parse_leniently(const std::string& file, const std::string& text,
                                                                   const std::vector<std::string>& include_folders,
                                                                   Diagnostics& diagnostics);

}  // namespace cambium::codegen

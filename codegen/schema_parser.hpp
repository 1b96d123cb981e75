// The parser of the flatbuffers library: its options, its call, its errors in our words.
#pragma once

#include <flatbuffers/idl.h>

#include <string>
#include <vector>

#include "diagnostics.hpp"

namespace cambium::codegen {

[[nodiscard]] flatbuffers::IDLOptions parser_options();

/// Parses `text`, the content of `file`; includes are looked for beside it, then in `include_folders`. False: it
/// was reported why not.
[[nodiscard]] bool parse(flatbuffers::Parser& parser, const std::string& file, const std::string& text,
                         const std::vector<std::string>& include_folders, Diagnostics& diagnostics);

}  // namespace cambium::codegen

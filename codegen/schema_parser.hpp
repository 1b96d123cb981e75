// The parser of the flatbuffers library: its options, its call, its errors in our words.
#pragma once

#include <flatbuffers/idl.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics.hpp"

namespace cambium::codegen {

[[nodiscard]] flatbuffers::IDLOptions parser_options();

/// What stands in files, by file_key(): of those that are not here the parser reads what is on disk.
using Texts = std::map<std::string, std::string>;

/// One for all paths to a file.
[[nodiscard]] std::string file_key(const std::string& file);

/// The digits behind a position.
[[nodiscard]] std::size_t number_after(const std::string& text, std::size_t position);

/// What the parser stopped at.
struct ParseError {
    std::string file;        ///< as the caller gave it, of an included one as the parser found it
    std::size_t line = 0;    ///< 0: unknown
    std::size_t column = 0;  ///< bytes of the line up to the end of the token that was read ahead; 0: unknown
    std::string sentence;

    [[nodiscard]] std::string text() const;
};

/// Parses `file`, which is one of `texts`; includes are looked for beside it, then in `include_folders`. Equal
/// defaults of a type have one spelling thereafter: "0.5", "inf", "-0.0", "1" for true.
[[nodiscard]] std::optional<ParseError> try_parse(flatbuffers::Parser& parser, const std::string& file,
                                                  const Texts& texts,
                                                  const std::vector<std::string>& include_folders);

/// Parses `text` as the content of `file`. False: it was reported why not.
[[nodiscard]] bool parse(flatbuffers::Parser& parser, const std::string& file, const std::string& text,
                         const std::vector<std::string>& include_folders, Diagnostics& diagnostics);

}  // namespace cambium::codegen

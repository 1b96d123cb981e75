// Reads a schema file and its includes with the parser of the flatbuffers library, and turns the result into a
// Schema. A syntax error ends the run; everything else that is wrong is reported in one, as far as the parser can
// be made to go on (lenient_parser.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "diagnostics.hpp"
#include "model.hpp"

namespace cambium::codegen {

/// Of which tables it is said what is wrong with them: of others that is said when their file is generated from.
enum class Told : std::uint8_t { tables_of_main_file, all_tables };

/// The schema of `text`, which is the content of `file`; includes are looked for beside `file`, then in
/// `include_folders`. Null when something was reported.
[[nodiscard]] std::unique_ptr<Schema> read_schema(const std::string& file, const std::string& text,
                                                  const std::vector<std::string>& include_folders,
                                                  Diagnostics& diagnostics, Told told = Told::tables_of_main_file);

struct SchemaText {
    std::string file;
    std::string text;
};

}  // namespace cambium::codegen

// One run of the generator as a function: a schema file in, the texts of the files to write out.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cambium::codegen {

struct Generated {
    /// Name, relative to the output folder, and content of each file to write. Empty when there were errors.
    std::vector<std::pair<std::string, std::string>> files;
    /// The schema files that were read: the main one, then its includes.
    std::vector<std::string> inputs;
    /// What is wrong, one sentence each with its place; empty on success.
    std::vector<std::string> errors;
};

/// Generates from `text`, the content of the schema file `file`. Reads includes, writes nothing.
[[nodiscard]] Generated generate(const std::string& file, const std::string& text,
                                 const std::vector<std::string>& include_folders);

}  // namespace cambium::codegen

// The files that a run writes: all of them or none. Each is written as a draft beside the file that it replaces,
// under a name that nobody has, and gets its own name when all drafts are there. What was there keeps a second name
// until the last file is in its place, and gets its own back when one cannot be replaced. Pipes and devices, which
// cannot be replaced, are written last. A file that has its content already is left alone, so that nothing is
// compiled anew for its sake.
//
// What is killed on its way may leave files that begin with ".cambium-codegen-"; they are safe to remove.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cambium::codegen {

struct OutputFile {
    std::filesystem::path path;
    std::string content;
};

/// Writes `files`, each through symbolic links and with the permissions of the file that it replaces, and creates
/// the folders that are missing. None of `inputs`, which were read for them, is replaced. Gives a sentence on what
/// is wrong, with the file's path first, or an empty one.
[[nodiscard]] std::string write_files(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs);

}  // namespace cambium::codegen

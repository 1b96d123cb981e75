// What the kernel keeps in memory of files.
#pragma once

#include <filesystem>
#include <string>

namespace cambium::bench {

/// Have the kernel forget every file below a folder; nobody has them open or mapped. Asks for those files first,
/// and for the whole machine when that does not do and this process may. Returns an empty text, or why it failed.
[[nodiscard]] std::string evict_from_page_cache(const std::filesystem::path& folder);

/// Wait until the file system of a folder has written what is dirty and this process does nothing any more, so that
/// nobody pays for the one before. A minute at most.
void settle(const std::filesystem::path& folder);

}  // namespace cambium::bench

// What the kernel keeps in memory of files, and the memory that it has free.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace cambium::bench {

/// Have the kernel forget every file below a folder; nobody has them open or mapped. Asks for those files first,
/// and for the whole machine when that does not do and this process may. Returns an empty text, or why it failed.
[[nodiscard]] std::string evict_from_page_cache(const std::filesystem::path& folder);

/// Wait until the file system of a folder has written what is dirty and this process does nothing any more, so that
/// nobody pays for the one before. A minute at most.
void settle(const std::filesystem::path& folder);

/// Take so many bytes of memory, touch them and give them back, so that the next ones to need memory find it free.
/// The host of a virtual machine may have taken free memory away: then 2 MiB of it cost whoever touches them first
/// up to 5 ms, and they are taken away again after a second or two. Does nothing when there is not enough.
void have_free_memory(std::size_t bytes);

}  // namespace cambium::bench

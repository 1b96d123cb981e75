// A control group with a memory limit, page cache included, for one child process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace cambium::bench {

/// A group made below another one, removed at the end. The kernels' two interfaces both serve: v2 (memory.max) and
/// the memory controller of v1 (memory.limit_in_bytes).
class MemoryGroup {
public:
    /// Below `parent`, or, when that is empty, below the root of the v2 hierarchy, or of v1's memory controller
    /// where v2 has none. See obstacle().
    MemoryGroup(const std::string& parent, std::uint64_t limit_bytes);
    MemoryGroup(const MemoryGroup&) = delete;
    MemoryGroup& operator=(const MemoryGroup&) = delete;
    /// The processes in it have ended.
    ~MemoryGroup();

    /// Why there is no group; empty when there is one.
    [[nodiscard]] const std::string& obstacle() const noexcept { return obstacle_; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    std::string obstacle_;
};

/// Put the calling process into a group: what it allocates from now on counts there. Error{io}.
void join_memory_group(const std::filesystem::path& group);

}  // namespace cambium::bench

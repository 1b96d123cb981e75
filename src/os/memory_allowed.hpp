// How much memory this process may fill: what the machine has, or less where a control group limits it.
//
// Thread rule: the free functions from any thread; a FileShare belongs to whoever owns it.
#pragma once

#include <cstdint>
#include <string>

namespace cambium::os {

/// Bytes. The lowest limit of the control groups that `membership` names, the text of /proc/self/cgroup, and of
/// those above them; `machine` when none is lower. `root` is where the groups are mounted, of either version.
[[nodiscard]] std::uint64_t memory_limit(const std::string& membership, const std::string& root,
                                         std::uint64_t machine);

/// Bytes that this process may use, page cache included, as it is now. Opens up to a dozen files.
[[nodiscard]] std::uint64_t memory_allowed() noexcept;

/// In tests: memory_allowed() answers this from now on; 0 has it ask the system again.
void set_memory_allowed(std::uint64_t bytes) noexcept;

/// Whether a file is so large beside the memory that little of it can be expected to stay in the page cache: then
/// what is read beside the page that is needed pushes out pages that were.
class FileShare {
public:
    /// Bytes of a file that is never taken for large.
    static constexpr std::uint64_t kAlwaysSmall = std::uint64_t{16} << 20;

    /// Whether the file has more than half of the memory allowed. That is looked up when the file has doubled.
    [[nodiscard]] bool is_large(std::uint64_t file_bytes) noexcept;
    /// The length, `file_bytes` at the least, up to which the last answer need not be asked for again if it was no.
    [[nodiscard]] std::uint64_t small_to() const noexcept;

private:
    std::uint64_t allowed_ = 0;
    std::uint64_t looked_at_ = kAlwaysSmall / 2;  ///< length of the file when `allowed_` was found
};

}  // namespace cambium::os

// Noticing fork(): handles of the parent are inert in the child.
#pragma once

#include <cstdint>

namespace cambium::kv {

/// A number that differs between a process and the children it forks. O(1), no system call.
[[nodiscard]] std::uint64_t current_fork_generation() noexcept;

}  // namespace cambium::kv

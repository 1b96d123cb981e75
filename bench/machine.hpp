// What the figures were measured on: machine, kernel, file system, compiler, flags, date.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cambium::bench {

/// Names and facts, in the order to print. No host name and no path is among them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> describe_machine(const std::string& directory);

/// Whether the stores in this folder would lie in memory, so that durable figures say nothing about a disk.
[[nodiscard]] bool is_in_memory(const std::string& directory);

/// Memory that can be had without swapping, MiB; 0 when the kernel does not say.
[[nodiscard]] std::size_t available_memory_mib();

}  // namespace cambium::bench

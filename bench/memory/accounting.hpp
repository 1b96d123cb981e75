// How much memory this process has for itself, counted in two ways.
#pragma once

#include <cstdint>

namespace cambium::bench {

/// Bytes that the program has taken from malloc and not given back (mallinfo2 of glibc, all arenas): exact to a few
/// KiB that each thread keeps for its next allocations.
[[nodiscard]] std::uint64_t heap_bytes();

/// Bytes of pages that belong to this process and to no file: Anonymous of /proc/self/smaps_rollup, stacks and what
/// malloc keeps included. Pages of mapped files, those of a store or of a spill file, are not among them: the
/// kernel can write them out. Error{io} when the kernel does not say. O(mapped pages).
[[nodiscard]] std::uint64_t anonymous_bytes();

/// Gives free memory back to the kernel, so that what is taken next counts as pages too.
void trim_heap();

}  // namespace cambium::bench

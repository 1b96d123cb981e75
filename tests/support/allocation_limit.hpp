// The allocation functions of a program that must not trust lengths: one allocation out of all proportion ends it.
//
// allocation_limit.cpp is linked into the program, which says what is too much. Thread rule: any thread.
#pragma once

#include <cstddef>

namespace cambium::test {

/// Bytes in one allocation. Defined by the program.
extern const std::size_t kMostAllocated;

}  // namespace cambium::test

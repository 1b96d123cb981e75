// What a program of this folder tried, as its last line.
#pragma once

#include <cstdint>
#include <iostream>

#include "child.hpp"

namespace cambium::test {

/// Counted by the tests; processes count themselves.
inline std::uint64_t threads_started = 0;

inline struct LastLine {
    ~LastLine() {
        std::cout << "kills tried: " << children_killed << ", processes started: " << children_started
                  << ", threads started: " << threads_started << std::endl;
    }
} last_line;

}  // namespace cambium::test

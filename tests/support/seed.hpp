// The seed of a property test: printed once, so that a failure can be repeated with CAMBIUM_SEED=<seed>.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace cambium::test {

inline std::uint64_t seed() {
    static const std::uint64_t value = [] {
        const char* given = std::getenv("CAMBIUM_SEED");
        const std::uint64_t chosen = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
        std::cout << "seed " << chosen << std::endl;
        return chosen;
    }();
    return value;
}

}  // namespace cambium::test

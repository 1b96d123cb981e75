// Small pieces of work on a store whose every call is recorded, each about one thing that commits differ in.
#pragma once

#include <cstdint>
#include <vector>

#include "session.hpp"

namespace cambium::test {

struct Workload {
    const char* name;
    kv::Durability durability;
    void (*run)(Session& session, std::uint64_t seed);
};

[[nodiscard]] const std::vector<Workload>& workloads();

/// A value of so many bytes, different for every seed.
[[nodiscard]] std::string value_of(std::size_t size, std::uint64_t seed);
[[nodiscard]] std::string key_of(std::uint64_t number);

/// Leaves the free space scattered, so that the next commit that touches many leaves writes many extents.
void scatter_free_space(Session& session);

}  // namespace cambium::test

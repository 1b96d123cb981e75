// Small pieces of work on a store whose every call is recorded, each about one thing that commits differ in.
#pragma once

#include <cstdint>
#include <vector>

#include "explorer.hpp"
#include "session.hpp"

namespace cambium::test {

struct Workload {
    const char* name;
    kv::Durability durability;
    void (*run)(Session& session, std::uint64_t seed);
    Thoroughness how = {};
    std::uint64_t one_in = 1;  ///< so many of its states are tried, unless every one is asked for
};

/// What commits hold.
[[nodiscard]] const std::vector<Workload>& workloads();
/// The end of the file moves: it is cut, kept below a limit, cleared for large values.
[[nodiscard]] const std::vector<Workload>& space_workloads();

/// A value of so many bytes, different for every seed.
[[nodiscard]] std::string value_of(std::size_t size, std::uint64_t seed);
[[nodiscard]] std::string key_of(std::uint64_t number);

/// Leaves the free space scattered, so that the next commit that touches many leaves writes many extents.
void scatter_free_space(Session& session);

}  // namespace cambium::test

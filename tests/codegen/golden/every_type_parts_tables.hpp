// Written by cambium-codegen from every_type_parts.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>

#include <array>
#include <cstdint>
#include <string>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace every_type::parts {

enum class Grade : std::int16_t {
    bad = -10,
    fair = 0,
    good = 10,
};

/// Three numbers side by side.
struct Triple {
    std::array<double, 3> values{};
    Grade grade = Grade::fair;

    friend bool operator==(const Triple&, const Triple&) = default;
};

struct Remark {
    std::string text{};
    Grade grade = Grade::good;

    friend bool operator==(const Remark&, const Remark&) = default;
};

}  // namespace every_type::parts

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

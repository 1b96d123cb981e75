// Written by cambium-codegen from shared.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>

#include <cstdint>
#include <string>
#include <variant>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

namespace shared {

enum class Level : std::int16_t {
    low = -1,
    middle = 0,
    high = 1,
};

struct Point {
    float x{};
    float y{};
    Level level = Level::middle;

    friend bool operator==(const Point&, const Point&) = default;
};

struct Label {
    std::string text{};
    Level level = Level::middle;

    friend bool operator==(const Label&, const Label&) = default;
};

/// With one member, so that readers of every language take it.
using Tag = std::variant<std::monostate, Label>;

}  // namespace shared

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

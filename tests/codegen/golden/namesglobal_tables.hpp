// Written by cambium-codegen from namesglobal.fbs. Change the schema, not this file.
// clang-format off
#pragma once

#include <cambium/base/values.hpp>

#include <cstdint>

// NOLINTBEGIN(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

struct same_letters {
    std::int32_t x{};

    friend bool operator==(const same_letters&, const same_letters&) = default;
};

// NOLINTEND(clang-analyzer-optin.performance.Padding,readability-redundant-member-init)

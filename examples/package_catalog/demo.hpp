// The demonstration: import, queries, update, delete, close, reopen and check, in each codec; then a table.
#pragma once

#include <optional>
#include <ostream>
#include <string>

namespace catalog {

struct DemoOptions {
    std::optional<std::string> input{};   ///< a Packages file; else the index of this machine, else the sample
    std::optional<std::string> folder{};  ///< where the stores stay; else they are removed at the end
    std::ostream* progress = nullptr;
};

/// Prints to standard output. Throws std::exception with a sentence when a step fails or gives a wrong answer.
void run_demo(const DemoOptions& options);

}  // namespace catalog

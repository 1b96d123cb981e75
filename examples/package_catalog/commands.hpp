// The command line: one function per command. Results go to standard output, times and errors to standard error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace catalog {

/// The command line is wrong; what() says how. The program prints the usage and exits with 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Run the command named by the first argument. The exit code: 0, or 1 when nothing was found.
/// Throws UsageError, and std::exception with a sentence for everything else that fails.
int run_command(const std::vector<std::string>& arguments);

[[nodiscard]] std::string_view usage() noexcept;

}  // namespace catalog

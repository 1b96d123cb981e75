// What flatc --conform says. FLATC is its path.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace cambium::test {

/// Whether `now`, a file, is an evolution of `before`; nothing when flatc does not take one of them. Where it
/// crashes, it does so at a difference.
inline std::optional<bool> flatc_conforms(const std::string& before, const std::string& now) {
    const std::string output = now + ".txt";
    const std::string command =
        std::string{"'"} + FLATC + "' --conform '" + before + "' '" + now + "' >'" + output + "' 2>&1 </dev/null";
    const int status = std::system(command.c_str());
    std::ifstream stream{output};
    const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == 0) return true;
    const bool is_error = code == 1 && text.find("schemas don't conform") == std::string::npos;
    return is_error ? std::nullopt : std::optional{false};
}

}  // namespace cambium::test

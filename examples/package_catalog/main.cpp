// package_catalog: the Debian package index in typed tables. See usage() in commands.cpp, or run it without
// arguments.
#include <cerrno>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "commands.hpp"

namespace {

constexpr int kUsage = 2;
constexpr int kClosedPipe = 128 + SIGPIPE;  // what a shell reports of a program that SIGPIPE ended

int run(const std::vector<std::string>& arguments) {
    try {
        if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "help")) {
            std::cout << catalog::usage();
            return 0;
        }
        return catalog::run_command(arguments);
    } catch (const catalog::UsageError& error) {
        std::cerr << "package_catalog: " << error.what() << '\n' << catalog::usage();
        return kUsage;
    } catch (const std::exception& error) {
        std::cerr << "package_catalog: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace

int main(int argc, char** argv) {
    // A reader that goes away (`package_catalog section ... | head`) must not end a write half-way without its
    // message: writes fail with EPIPE instead, and queries stop at the first row that cannot be written.
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    const int code = run(std::vector<std::string>(argv + 1, argv + argc));
    if (std::cout.flush()) return code;
    // The stream does not keep the reason: ask for it again.
    std::cout.clear();
    errno = 0;
    std::cout.put('\n').flush();
    if (errno == EPIPE) return kClosedPipe;
    std::cerr << "package_catalog: standard output cannot be written: " << std::generic_category().message(errno)
              << '\n';
    return 1;
}

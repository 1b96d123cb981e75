// bench/parts: what the parts of the engine cost, one by one, with Google Benchmark. Its options are those of every
// such program, and --dir FOLDER: where stores on disk are written (default: here).
#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "machine.hpp"
#include "parts/support.hpp"

namespace cambium::bench {
namespace {

std::string folder = ".";

/// Takes --dir out of the arguments.
std::vector<char*> take_folder(int count, char** arguments) {
    std::vector<char*> rest;
    for (int i = 0; i < count; ++i) {
        if (std::string_view(arguments[i]) != "--dir") {
            rest.push_back(arguments[i]);
        } else if (++i < count) {
            folder = arguments[i];
        } else {
            throw std::runtime_error("--dir lacks its value, a folder on a real disk");
        }
    }
    if (!std::filesystem::is_directory(folder))
        throw std::runtime_error("\"" + folder + "\" is no folder; name a writable one with --dir");
    return rest;
}

int run(int count, char** arguments) {
    std::vector<char*> rest = take_folder(count, arguments);
    int left = static_cast<int>(rest.size());
    rest.push_back(nullptr);
    benchmark::Initialize(&left, rest.data());
    if (benchmark::ReportUnrecognizedArguments(left, rest.data())) return 2;
    for (const auto& [name, fact] : describe_machine(folder)) benchmark::AddCustomContext(name, fact);
    register_node_parts();
    register_page_parts();
    register_tree_parts();
    register_transaction_parts();
    register_space_parts();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace

void require(bool right, const char* what) {
    if (!right) throw std::runtime_error(std::string("a part answers wrongly: ") + what);
}

const Records& records(KeyKind kind) {
    static std::map<KeyKind, Records> made;
    return made.try_emplace(kind, kind).first->second;
}

const std::string& parts_folder() {
    return folder;
}

}  // namespace cambium::bench

int main(int count, char** arguments) {
    try {
        return cambium::bench::run(count, arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "parts: %s\n", error.what());
        return 1;
    }
}

// cambium-codegen: the command line of the generator.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "generator.hpp"
#include "help.hpp"

namespace {

constexpr int kSchemaError = 1;
constexpr int kUsageError = 2;
constexpr int kFileError = 3;

struct Arguments {
    std::string file;
    std::string output_folder;
    std::string depfile;
    std::vector<std::string> include_folders;
};

int usage_error(const std::string& sentence) {
    std::cerr << "cambium-codegen: " << sentence << "; see cambium-codegen --help\n";
    return kUsageError;
}

/// Fills `arguments`; gives an exit code when the program should end here.
std::optional<int> parse_arguments(const std::vector<std::string>& words, Arguments& arguments) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const bool takes_value = word == "-o" || word == "-I" || word == "--depfile";
        if (takes_value && i + 1 == words.size()) return usage_error(word + " needs a value");
        if (word == "-o") {
            arguments.output_folder = words[++i];
        } else if (word == "-I") {
            arguments.include_folders.push_back(words[++i]);
        } else if (word == "--depfile") {
            arguments.depfile = words[++i];
        } else if (word == "--help" || word == "-h") {
            std::cout << cambium::codegen::kHelp.substr(1);
            return EXIT_SUCCESS;
        } else if (word == "--version") {
            std::cout << "cambium-codegen " << CAMBIUM_VERSION << "\n";
            return EXIT_SUCCESS;
        } else if (word.size() > 1 && word.front() == '-') {
            return usage_error("unknown option " + word);
        } else if (!arguments.file.empty()) {
            return usage_error("one schema file at a time, not " + arguments.file + " and " + word);
        } else {
            arguments.file = word;
        }
    }
    if (arguments.file.empty()) return usage_error("no schema file");
    if (arguments.output_folder.empty()) return usage_error("no output folder; give one with -o");
    if (!std::filesystem::path{arguments.file}.has_stem() ||
        std::filesystem::path{arguments.file}.extension() != ".fbs")
        return usage_error(arguments.file + " is not named like a schema, name.fbs");
    return std::nullopt;
}

int file_error(const std::string& path, const std::string& what) {
    std::cerr << path << ": " << what << "\n";
    return kFileError;
}

bool write_file(const std::filesystem::path& path, const std::string& content) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream stream{path, std::ios::binary | std::ios::trunc};
    stream << content;
    stream.close();
    return stream.good();
}

/// A path in a rule for make.
std::string escaped(const std::string& path) {
    std::string result;
    for (const char c : path) {
        if (c == ' ' || c == '#') result += '\\';
        if (c == '$') result += '$';
        result += c;
    }
    return result;
}

std::string make_rule(const std::string& target, const std::vector<std::string>& inputs) {
    std::string rule = escaped(target) + ":";
    for (const std::string& input : inputs) rule += " " + escaped(std::filesystem::absolute(input).string());
    return rule + "\n";
}

int run(const Arguments& arguments) {
    if (std::filesystem::is_directory(arguments.file))
        return file_error(arguments.file, "this is a folder, not a schema");
    std::ifstream stream{arguments.file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    if (!stream.is_open()) return file_error(arguments.file, "the schema cannot be read");

    const auto generated = cambium::codegen::generate(arguments.file, text, arguments.include_folders);
    for (const std::string& error : generated.errors) std::cerr << error << "\n";
    if (!generated.errors.empty()) return kSchemaError;

    const std::filesystem::path folder{arguments.output_folder};
    for (const auto& [name, content] : generated.files)
        if (!write_file(folder / name, content))
            return file_error((folder / name).string(), "the file cannot be written");
    if (!arguments.depfile.empty() &&
        !write_file(arguments.depfile,
                    make_rule((folder / generated.files.front().first).string(), generated.inputs)))
        return file_error(arguments.depfile, "the file cannot be written");
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    if (const auto code = parse_arguments({argv + 1, argv + argc}, arguments)) return *code;
    try {
        return run(arguments);
    } catch (const std::exception& error) {
        return file_error(arguments.file, error.what());
    }
}

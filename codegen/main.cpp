// cambium-codegen: the command line of the generator.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "check.hpp"
#include "generator.hpp"
#include "help.hpp"
#include "names.hpp"
#include "output_files.hpp"
#include "reserved_names.hpp"
#include "schema_from_tables.hpp"

namespace {

using cambium::codegen::OutputFile;
using cambium::codegen::SchemaText;

constexpr int kSchemaError = 1;
constexpr int kUsageError = 2;
constexpr int kFileError = 3;
constexpr int kIncompatible = 4;

enum class Mode { generate, check, check_database, from_database };

struct Arguments {
    Mode mode = Mode::generate;
    std::vector<std::string> files;
    std::string output;  // a folder; of --from-database a file
    std::string depfile;
    std::string depfile_target;
    std::vector<std::string> include_folders;
    bool wants_help = false;
    bool wants_version = false;
};

int usage_error(const std::string& sentence) {
    std::cerr << "cambium-codegen: " << sentence << "; see cambium-codegen --help\n";
    return kUsageError;
}

std::optional<int> check_schema_name(const std::string& file) {
    const std::filesystem::path path{file};
    if (path.has_stem() && path.extension() == ".fbs") return std::nullopt;
    return usage_error(file + " is not named like a schema, name.fbs");
}

std::optional<int> check_generate(const Arguments& arguments) {
    if (arguments.files.empty()) return usage_error("no schema file");
    if (arguments.files.size() > 1)
        return usage_error("one schema file at a time, not " + arguments.files[0] + " and " + arguments.files[1]);
    if (arguments.output.empty()) return usage_error("no output folder; give one with -o");
    if (arguments.depfile.empty() && !arguments.depfile_target.empty())
        return usage_error("--depfile-target needs a --depfile");
    return check_schema_name(arguments.files[0]);
}

/// Whether the arguments fit the mode; an exit code when not.
std::optional<int> check_arguments(const Arguments& arguments) {
    if (arguments.mode == Mode::generate) return check_generate(arguments);
    if (!arguments.depfile.empty() || !arguments.depfile_target.empty())
        return usage_error("--depfile is for generating");
    if (arguments.mode == Mode::from_database) {
        if (arguments.files.size() != 1) return usage_error("--from-database takes one store file");
        return std::nullopt;
    }
    if (!arguments.output.empty()) return usage_error("a check writes nothing, so it takes no -o");
    const bool is_check = arguments.mode == Mode::check;
    if (arguments.files.size() != 2)
        return usage_error(is_check ? "--check takes two schemas: the old one and the new one"
                                    : "--check-database takes a store file and a schema");
    if (is_check)
        if (const auto code = check_schema_name(arguments.files[0])) return code;
    return check_schema_name(arguments.files[1]);
}

/// Where the value of an option goes; null when it takes none, or any number of them.
std::string* value_of(const std::string& option, Arguments& arguments) {
    if (option == "-o") return &arguments.output;
    if (option == "--depfile") return &arguments.depfile;
    return option == "--depfile-target" ? &arguments.depfile_target : nullptr;
}

/// Fills `arguments`; gives an exit code when the program should end here.
std::optional<int> parse_arguments(const std::vector<std::string>& words, Arguments& arguments) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        std::string* value = value_of(word, arguments);
        if ((value != nullptr || word == "-I") && i + 1 == words.size())
            return usage_error(word + " needs a value");
        const bool is_mode = word == "--check" || word == "--check-database" || word == "--from-database";
        if (is_mode && arguments.mode != Mode::generate) return usage_error(word + " is one mode too many");
        if (is_mode) {
            arguments.mode = word == "--check"            ? Mode::check
                             : word == "--check-database" ? Mode::check_database
                                                          : Mode::from_database;
        } else if (value != nullptr) {
            if (!value->empty())
                return usage_error(word + " is given twice, with " + *value + " and " + words[i + 1]);
            *value = words[++i];
        } else if (word == "-I") {
            arguments.include_folders.push_back(words[++i]);
        } else if (word == "--help" || word == "-h") {
            arguments.wants_help = true;
        } else if (word == "--version") {
            arguments.wants_version = true;
        } else if (word.size() > 1 && word.front() == '-') {
            return usage_error("unknown option " + word);
        } else {
            arguments.files.push_back(word);
        }
    }
    if (arguments.wants_help)
        std::cout << cambium::codegen::kHelp.substr(1);
    else if (arguments.wants_version)
        std::cout << "cambium-codegen " << CAMBIUM_VERSION << "\n";
    else
        return check_arguments(arguments);
    return EXIT_SUCCESS;
}

int file_error(const std::string& path, const std::string& what) {
    std::cerr << path << ": " << what << "\n";
    return kFileError;
}

/// Writes all of them or says why not, and gives an exit code.
int write_outputs(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs) {
    const std::string wrong = cambium::codegen::write_files(files, inputs);
    if (wrong.empty()) return EXIT_SUCCESS;
    std::cerr << wrong << "\n";
    return kFileError;
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

/// Reads a schema; gives an exit code when that is not possible.
std::optional<int> read_schema_text(const std::string& file, SchemaText& schema) {
    if (std::filesystem::is_directory(file)) return file_error(file, "this is a folder, not a schema");
    std::ifstream stream{file, std::ios::binary};
    schema.file = file;
    schema.text = {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
    if (!stream.is_open()) return file_error(file, "the schema cannot be read");
    return std::nullopt;
}

int print_errors(const std::vector<std::string>& errors) {
    for (const std::string& error : errors) std::cerr << error << "\n";
    return kSchemaError;
}

int generate(const Arguments& arguments) {
    SchemaText schema;
    if (const auto code = read_schema_text(arguments.files[0], schema)) return *code;
    const auto generated = cambium::codegen::generate(schema.file, schema.text, arguments.include_folders);
    if (!generated.errors.empty()) return print_errors(generated.errors);

    const std::filesystem::path folder{arguments.output};
    std::vector<OutputFile> files;
    for (const auto& [name, content] : generated.files) files.push_back({folder / name, content});
    const std::string& target = arguments.depfile_target;
    if (!arguments.depfile.empty())
        files.push_back({arguments.depfile,
                         make_rule(target.empty() ? files.front().path.string() : target, generated.inputs)});
    return write_outputs(files, generated.inputs);
}

int print_check(const cambium::codegen::CheckResult& result) {
    if (!result.errors.empty()) return print_errors(result.errors);
    for (const auto& difference : result.differences)
        std::cout << (difference.is_compatible ? "compatible: " : "incompatible: ") << difference.sentence << "\n";
    return result.is_compatible() ? EXIT_SUCCESS : kIncompatible;
}

int check(const Arguments& arguments) {
    SchemaText old_schema;
    SchemaText new_schema;
    if (const auto code = read_schema_text(arguments.files[0], old_schema)) return *code;
    if (const auto code = read_schema_text(arguments.files[1], new_schema)) return *code;
    return print_check(cambium::codegen::check_schemas(old_schema, new_schema, arguments.include_folders));
}

int check_database(const Arguments& arguments) {
    SchemaText schema;
    if (const auto code = read_schema_text(arguments.files[1], schema)) return *code;
    const auto tables = cambium::describe(arguments.files[0]);
    return print_check(cambium::codegen::check_tables(tables, schema, arguments.include_folders));
}

int from_database(const Arguments& arguments) {
    const std::filesystem::path path{arguments.files[0]};
    std::string name_space = path.stem().string();
    if (!cambium::codegen::is_identifier(name_space) || !cambium::codegen::why_no_name(name_space).empty() ||
        !cambium::codegen::why_no_first_part(name_space).empty())
        name_space = "store";
    const auto schema = cambium::codegen::schema_from_tables(cambium::describe(path.string()),
                                                             path.filename().string(), name_space);
    const int code = schema.errors.empty() ? EXIT_SUCCESS : print_errors(schema.errors);
    if (schema.text.empty()) return code;
    if (arguments.output.empty())
        std::cout << schema.text;
    else if (const int failed = write_outputs({{arguments.output, schema.text}}, arguments.files))
        return failed;
    return code;
}

int run(const Arguments& arguments) {
    switch (arguments.mode) {
        case Mode::generate:
            return generate(arguments);
        case Mode::check:
            return check(arguments);
        case Mode::check_database:
            return check_database(arguments);
        case Mode::from_database:
            return from_database(arguments);
    }
    return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    try {
        auto code = parse_arguments({argv + 1, argv + argc}, arguments);
        if (!code) code = run(arguments);
        std::cout.flush();
        return std::cout ? *code : file_error("cambium-codegen", "standard output cannot be written");
    } catch (const std::exception& error) {
        return file_error(arguments.files.empty() ? "cambium-codegen" : arguments.files[0], error.what());
    }
}

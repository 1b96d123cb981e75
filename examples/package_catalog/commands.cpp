// The commands, one function each, and the table that names them. A command reads its arguments completely before
// it opens the store, so that a wrong command line changes nothing.
#include "commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "catalog.hpp"
#include "demo.hpp"
#include "import.hpp"
#include "input.hpp"
#include "text.hpp"

namespace catalog {
namespace {

using Words = std::vector<std::string>;

// The stream for progress: standard error when it is a terminal, else none.
std::ostream* progress_stream() {
    return ::isatty(STDERR_FILENO) == 1 ? &std::cerr : nullptr;
}

// The closing line of every query, beside its results.
void print_time(std::uint64_t count, const std::string& noun, const Stopwatch& watch) {
    const double seconds = watch.seconds();
    std::cout.flush();
    std::cerr << counted(count, noun) << " in " << duration_text(seconds) << '\n';
}

bool print_row(const Package& package) {
    const std::string size = package.installed_size ? count_text(*package.installed_size) + " KiB" : "-";
    std::cout << std::left << std::setw(36) << package.name << ' ' << std::setw(24) << package.version << ' '
              << std::setw(6) << package.architecture << ' ' << std::right << std::setw(16) << size << "  "
              << package.section.value_or("-") << '\n';
    return std::cout.good();
}

// Runs a query that visits packages; prints each with `print` and then the time. The exit code.
template <class Query>
int run_query(const Query& query, bool (*print)(const Package&) = print_row) {
    const Stopwatch watch;
    std::uint64_t count = 0;
    query([&](const Package& package) {
        ++count;
        return print(package);
    });
    print_time(count, "package", watch);
    return count == 0 ? 1 : 0;
}

int import_command(const Words& words) {
    const Arguments arguments("import", words, {"--input", "--codec"});
    arguments.expect_operands(1, 1, "one argument, the store to import into");
    const std::string& path = arguments.operands()[0];
    const std::optional<std::string> codec = arguments.value("--codec");
    const auto input = open_input(arguments.value("--input"));
    if (!input->remark().empty()) std::cerr << "Note: " << input->remark() << ".\n";
    // A store keeps the codec it was created with.
    const bool is_new = !std::filesystem::exists(path);
    const auto catalog = codec || is_new ? open_catalog(path, codec.value_or("cbor"), Access::create)
                                         : open_catalog(path, Access::write);
    std::cout << to_text(import_packages(*catalog, *input, progress_stream())) << '\n';
    return 0;
}

int show_command(const Words& words) {
    const Arguments arguments("show", words);
    arguments.expect_operands(2, 2, "a store and the name of a package");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    return run_query([&](const PackageVisitor& visit) { catalog->by_name(arguments.operands()[1], visit); },
                     [](const Package& package) {
                         print_stanza(std::cout, package);
                         std::cout << '\n';
                         return std::cout.good();
                     });
}

int section_command(const Words& words) {
    const Arguments arguments("section", words, {"--min", "--max"});
    arguments.expect_operands(2, 2, "a store and the name of a section");
    const std::optional<std::uint64_t> min_kib = arguments.number("--min");
    const std::optional<std::uint64_t> max_kib = arguments.number("--max");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    return run_query([&](const PackageVisitor& visit) {
        catalog->in_section(arguments.operands()[1], min_kib, max_kib, visit);
    });
}

int largest_command(const Words& words) {
    const Arguments arguments("largest", words);
    arguments.expect_operands(1, 2, "a store and, if not ten, the number of packages");
    const std::uint64_t count =
        arguments.operands().size() == 2 ? parse_number(arguments.operands()[1], "largest") : 10;
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    return run_query([&](const PackageVisitor& visit) {
        const std::vector<Package> packages = catalog->largest(count);
        static_cast<void>(std::all_of(packages.begin(), packages.end(), visit));
    });
}

int maintainer_command(const Words& words) {
    const Arguments arguments("maintainer", words);
    arguments.expect_operands(2, 2, "a store and the beginning of a maintainer's name");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    return run_query([&](const PackageVisitor& visit) { catalog->by_maintainer(arguments.operands()[1], visit); });
}

int source_command(const Words& words) {
    const Arguments arguments("source", words);
    arguments.expect_operands(2, 2, "a store and the name of a source package");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    return run_query([&](const PackageVisitor& visit) { catalog->by_source(arguments.operands()[1], visit); });
}

int rdepends_command(const Words& words) {
    const Arguments arguments("rdepends", words, {}, {"--transitive", "--all"});
    arguments.expect_operands(2, 2, "a store and the name of a package");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    const Stopwatch watch;
    const bool transitive = arguments.has("--transitive");
    const Dependents found = catalog->dependents(arguments.operands()[1], transitive, arguments.has("--all"));
    std::uint64_t total = 0;
    for (std::size_t depth = 0; depth < found.levels.size(); ++depth) {
        const DependentLevel& level = found.levels[depth];
        total += level.packages;
        if (transitive) {
            std::cout << "depth " << std::setw(2) << depth + 1 << ": " << std::setw(7) << count_text(level.packages)
                      << "  " << level.names.front() << (level.packages > 1 ? ", ...\n" : "\n");
            continue;
        }
        for (const std::string& name : level.names) std::cout << name << '\n';
    }
    if (transitive) std::cout << "total   : " << std::setw(7) << count_text(total) << '\n';
    print_time(total, "dependent package", watch);
    return total == 0 ? 1 : 0;
}

// What update and delete print; 1 when there was no such package.
int report_change(const std::string& what, std::uint64_t count, const std::string& name, const Stopwatch& watch) {
    if (count == 0) {
        std::cerr << "no package is named \"" << name << "\"\n";
        return 1;
    }
    std::cout << what << ' ' << counted(count, "package") << " named " << name << '\n';
    print_time(count, "package", watch);
    return 0;
}

int update_command(const Words& words) {
    const Arguments arguments("update", words, {"--section"});
    arguments.expect_operands(2, 2, "a store and the name of a package");
    const std::optional<std::string> section = arguments.value("--section");
    if (!section) throw UsageError("the command \"update\" needs --section and the new section");
    const auto catalog = open_catalog(arguments.operands()[0], Access::write);
    const Stopwatch watch;
    const std::string& name = arguments.operands()[1];
    return report_change("updated", catalog->set_section(name, *section), name, watch);
}

int delete_command(const Words& words) {
    const Arguments arguments("delete", words);
    arguments.expect_operands(2, 2, "a store and the name of a package");
    const auto catalog = open_catalog(arguments.operands()[0], Access::write);
    const Stopwatch watch;
    const std::string& name = arguments.operands()[1];
    return report_change("deleted", catalog->erase(name), name, watch);
}

int stats_command(const Words& words) {
    const Arguments arguments("stats", words);
    arguments.expect_operands(1, 1, "one argument, the store");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    const Stopwatch watch;
    const CatalogStatistics statistics = catalog->statistics();
    std::cout << "codec         " << catalog->codec() << '\n'
              << "packages      " << count_text(statistics.packages) << '\n'
              << "dependencies  " << count_text(statistics.dependencies) << '\n'
              << "sections      " << count_text(statistics.sections) << '\n'
              << "file          " << size_text(statistics.file_size_bytes) << '\n'
              << "pages         " << count_text(statistics.pages) << " of " << statistics.page_size_bytes
              << " bytes\n";
    print_time(statistics.packages, "package", watch);
    return 0;
}

int check_command(const Words& words) {
    const Arguments arguments("check", words);
    arguments.expect_operands(1, 1, "one argument, the store");
    const auto catalog = open_catalog(arguments.operands()[0], Access::read);
    const Stopwatch watch;
    const CheckResult result = catalog->check();
    for (const std::string& finding : result.findings) std::cout << finding << '\n';
    if (result.findings.empty()) std::cout << "sound\n";
    std::cout << "in use  " << size_text(result.live_bytes) << '\n'
              << "free    " << size_text(result.free_bytes) << '\n';
    print_time(result.findings.size(), "finding", watch);
    return result.findings.empty() ? 0 : 1;
}

int demo_command(const Words& words) {
    const Arguments arguments("demo", words, {"--input", "--folder"});
    arguments.expect_operands(0, 0, "no arguments");
    run_demo({arguments.value("--input"), arguments.value("--folder"), progress_stream()});
    return 0;
}

struct Command {
    std::string_view name;
    int (*run)(const Words&);
};
constexpr Command kCommands[] = {
    {"import", import_command},     {"show", show_command},     {"section", section_command},
    {"largest", largest_command},   {"source", source_command}, {"maintainer", maintainer_command},
    {"rdepends", rdepends_command}, {"update", update_command}, {"delete", delete_command},
    {"stats", stats_command},       {"check", check_command},   {"demo", demo_command},
};

}  // namespace

std::string_view usage() noexcept {
    return "usage: package_catalog COMMAND ...\n"
           "  import [--input FILE] [--codec json|cbor|flatbuffers] STORE\n"
           "                                        FILE is a Packages file, - is standard input; without it,\n"
           "                                        the output of apt-cache dumpavail. The codec is cbor if not "
           "said.\n"
           "  show STORE NAME                       every field of a package\n"
           "  section STORE SECTION [--min KIB] [--max KIB]\n"
           "                                        packages of a section by installed size\n"
           "  largest STORE [N]                     the N largest packages, ten if not said\n"
           "  maintainer STORE TEXT                 packages whose maintainer begins with TEXT\n"
           "  source STORE NAME                     packages built from a source package\n"
           "  rdepends STORE NAME [--transitive] [--all]\n"
           "                                        packages that depend on NAME; with --transitive, counts of "
           "those\n"
           "                                        that do so through others; with --all, also by Recommends,\n"
           "                                        Suggests and Enhances\n"
           "  update STORE NAME --section SECTION   move a package to another section\n"
           "  delete STORE NAME                     remove a package and its dependencies\n"
           "  stats STORE                           counts and sizes\n"
           "  check STORE                           walk the whole file and say what is wrong with it\n"
           "  demo [--input FILE] [--folder FOLDER] all of this in three codecs, with times and file sizes; the "
           "stores\n"
           "                                        stay in FOLDER, or are removed when it is not given\n"
           "exit code: 0; 1 when nothing was found or something failed; 2 when the command line is wrong\n";
}

int run_command(const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw UsageError("a command is missing");
    for (const Command& command : kCommands) {
        if (command.name == arguments[0]) return command.run(Words(arguments.begin() + 1, arguments.end()));
    }
    throw UsageError("\"" + arguments[0] + "\" is not a command");
}

}  // namespace catalog

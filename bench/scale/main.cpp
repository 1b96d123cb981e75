// bench/scale: how times, space and memory grow with records, threads, transactions and free pages. See --help, and
// docs/performance.md. Exits with 0 when everything ran, 1 when not, 2 for a bad command line.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "cambium/base/error.hpp"
#include "scale/scale.hpp"

namespace cambium::bench {
namespace {

constexpr char kUsage[] =
    "bench/scale: how times, space and memory grow. Writes figures as tab-separated text for bench/plot.\n\n"
    "  --full             stores of small values up to 100M records instead of 10M\n"
    "  --most N           most records of a store and puts of a transaction (default 10000000)\n"
    "  --seconds S        time for each number of readers (default 1)\n"
    "  --only LIST        of records,readers,transactions,free-pages (default all)\n"
    "  --dir FOLDER       where the stores are written: a folder on a real disk (default: here)\n"
    "  --out FILE         where the figures go (default: standard output)\n";

constexpr std::pair<std::string_view, void (*)(Scale&)> kParts[] = {
    {"records", measure_records},
    {"readers", measure_readers},
    {"transactions", measure_transactions},
    {"free-pages", measure_free_pages},
};

[[noreturn]] void refuse(const std::string& sentence) {
    throw Error(ErrorCode::invalid_argument, sentence + "; see --help");
}

std::uint64_t parse_count(const std::string& text) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || *rest != '\0' || number == 0 || number > 1'000'000'000)
        refuse("--most takes a number from 1 to 1000000000, not \"" + text + "\"");
    return number;
}

double parse_seconds(const std::string& text) {
    char* rest = nullptr;
    const double seconds = std::strtod(text.c_str(), &rest);
    if (*rest != '\0' || !(seconds > 0 && seconds <= 3600))
        refuse("--seconds takes a number above 0 and up to 3600, not \"" + text + "\"");
    return seconds;
}

std::vector<std::string> parse_only(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(','));
        if (std::none_of(std::begin(kParts), std::end(kParts),
                         [&](const auto& part) { return part.first == name; }))
            refuse("--only knows records, readers, transactions and free-pages, not \"" + std::string(name) + "\"");
        parts.emplace_back(name);
        list.remove_prefix(std::min(name.size() + 1, list.size()));
    }
    return parts;
}

ScaleOptions parse(int count, char** arguments) {
    ScaleOptions options;
    for (int i = 1; i < count; ++i) {
        const std::string word = arguments[i];
        if (word == "--help") {
            options.help = true;
            continue;
        }
        if (word == "--full") {
            options.most_small = 100'000'000;
            continue;
        }
        if (i + 1 == count) refuse("option \"" + word + "\" is unknown or lacks its value");
        const std::string value = arguments[++i];
        if (word == "--most") {
            options.most = options.most_small = parse_count(value);
        } else if (word == "--seconds") {
            options.seconds = parse_seconds(value);
        } else if (word == "--only") {
            options.only = parse_only(value);
        } else if (word == "--dir") {
            options.directory = value;
        } else if (word == "--out") {
            options.out = value;
        } else {
            refuse("there is no option \"" + word + "\"");
        }
    }
    return options;
}

int run(const ScaleOptions& options) {
    if (options.help) {
        std::fputs(kUsage, stdout);
        return 0;
    }
    Figures figures(options.out);
    Progress progress;
    const WorkFolder folder(options.directory);
    Scale scale{options, figures, progress, folder, {}};
    for (const std::unique_ptr<Engine>& engine : make_engines())
        if (engine->name() == "cambium" || engine->name() == "lmdb") scale.engines.push_back(engine->name());
    for (const auto& [name, measure] : kParts)
        if (std::find(options.only.begin(), options.only.end(), name) != options.only.end()) measure(scale);
    return 0;
}

}  // namespace
}  // namespace cambium::bench

int main(int count, char** arguments) {
    try {
        return cambium::bench::run(cambium::bench::parse(count, arguments));
    } catch (const cambium::Error& error) {
        std::fprintf(stderr, "scale: %s\n", error.what());
        return error.code() == cambium::ErrorCode::invalid_argument ? 2 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "scale: %s\n", error.what());
        return 1;
    }
}

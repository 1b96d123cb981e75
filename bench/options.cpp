#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "cambium/base/error.hpp"

namespace cambium::bench {
namespace {

constexpr std::string_view kLimits = "limits";
constexpr std::string_view kOnRequest = "lmdb-writemap";  // runs when --engines names it
constexpr std::array kKinds{KeyKind::u64, KeyKind::random, KeyKind::string};

[[noreturn]] void refuse(const std::string& sentence) {
    throw Error(ErrorCode::invalid_argument, sentence + "; see --help");
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (comma > 0) parts.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return parts;
}

/// A positive number, with k or M for thousands or millions.
std::size_t parse_number(std::string_view option, std::string_view text) {
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    const std::size_t factor = suffix.empty() ? 1 : suffix == "k" ? 1'000 : suffix == "M" ? 1'000'000 : 0;
    if (error != std::errc{} || number == 0 || factor == 0 || number > std::size_t{4'000'000'000} / factor)
        refuse(std::string(option) + " takes a number from 1 to 4000M such as 20000, 20k or 1M, not \"" +
               std::string(text) + "\"");
    return number * factor;
}

KeyKind parse_kind(const std::string& name) {
    for (const KeyKind kind : kKinds)
        if (to_string(kind) == name) return kind;
    refuse("--keys knows u64, random16 and string, not \"" + name + "\"");
}

void select_workloads(Options& options, const std::vector<std::string>& names) {
    options.limits = std::find(names.begin(), names.end(), kLimits) != names.end();
    options.workloads.clear();
    for (const Workload& workload : workloads())
        if (std::find(names.begin(), names.end(), workload.name) != names.end())
            options.workloads.push_back(&workload);
    if (options.workloads.size() + (options.limits ? 1 : 0) != names.size())
        refuse("--workloads holds a name twice or one that does not exist");
}

void be_quick(Options& options) {
    options.records = {1'000'000};
    options.repetitions = 3;
    options.quick = true;
    options.engines = {"cambium", "lmdb"};
    Effort& effort = options.effort;
    effort.gets = 300'000;
    effort.scanned = 2'000'000;
    effort.batches = 100;
    effort.deferred_batches = 1000;
    effort.singles = 500;
    effort.seeks = 20'000;
    effort.overwrites = 2;
    effort.mixed_milliseconds = 1000;
    effort.load_commits = 100;
    effort.cold_gets = 1000;
    effort.limited_gets = 10'000;
    effort.held_updates = 100'000;
}

void be_full(Options& options) {
    options.records = {1'000'000, 10'000'000};
    options.repetitions = 5;
    options.effort.batches = 1000;
    options.effort.singles = 3000;
}

/// Options that take no value. False when the argument is none of them.
bool parse_flag(Options& options, std::string_view argument) {
    if (argument == "--help") {
        options.help = true;
    } else if (argument == "--markdown") {
        options.markdown = true;
    } else if (argument != "--quick" && argument != "--full") {
        return false;
    }
    return true;
}

void parse_valued(Options& options, std::string_view argument, const std::string& value) {
    if (argument == "--records") {
        options.records.clear();
        for (const std::string& part : split(value)) options.records.push_back(parse_number(argument, part));
        if (options.records.empty()) refuse("--records takes one number or several with commas");
    } else if (argument == "--reps") {
        options.repetitions = parse_number(argument, value);
    } else if (argument == "--keys") {
        options.kinds_named = true;
        options.keys.clear();
        for (const std::string& part : split(value)) options.keys.push_back(parse_kind(part));
    } else if (argument == "--engines") {
        options.engines = split(value);
    } else if (argument == "--workloads") {
        select_workloads(options, split(value));
    } else if (argument == "--dir") {
        options.directory = value;
    } else if (argument == "--ratios") {
        options.ratios = value;
    } else if (argument == "--memory-group") {
        options.effort.memory_group = value;
    } else if (argument == "--overwrites") {
        options.effort.overwrites = parse_number(argument, value);
    } else if (argument == "--peer-reps") {
        options.peer_repetitions = parse_number(argument, value);
    } else if (argument == "--limits-mib") {
        options.limits_mib = parse_number(argument, value);
    } else {
        refuse("there is no option \"" + std::string(argument) + "\"");
    }
}

}  // namespace

Options parse_options(int count, const char* const* arguments) {
    Options options;
    for (const std::unique_ptr<Engine>& engine : make_engines())
        if (engine->name() != kOnRequest) options.engines.push_back(engine->name());
    for (const Workload& workload : workloads()) options.workloads.push_back(&workload);

    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (std::find(words.begin(), words.end(), "--quick") != words.end()) be_quick(options);
    if (std::find(words.begin(), words.end(), "--full") != words.end()) be_full(options);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (parse_flag(options, words[i])) continue;
        if (i + 1 == words.size()) refuse("option \"" + words[i] + "\" is unknown or lacks its value");
        parse_valued(options, words[i], words[i + 1]);
        ++i;
    }
    return options;
}

bool Options::reaches(const Workload& workload, KeyKind kind, std::size_t size) const {
    if (kinds_named && workload.reach != Reach::u64_large && workload.stage != Stage::fresh) return true;
    const auto [smallest, largest] = std::minmax_element(records.begin(), records.end());
    switch (workload.reach) {
        case Reach::everywhere:
            return kind == KeyKind::u64 || size == *smallest;
        case Reach::u64:
            return kind == KeyKind::u64;
        case Reach::u64_small:
            return kind == KeyKind::u64 && size == *smallest;
        case Reach::u64_large:
            return kind == KeyKind::u64 && size == *largest;
    }
    return false;
}

bool Options::repeats(const Workload& workload, std::size_t repetition) const {
    return repetition == 0 || workload.repeats == Repeats::always ||
           (workload.repeats == Repeats::not_when_quick && !quick);
}

bool Options::takes_part(const std::string& engine, std::size_t repetition) const {
    return engine == "cambium" || engine == "lmdb" || repetition < peer_repetitions;
}

std::string usage() {
    std::string text =
        "bench/compare: Cambium beside other stores, measured in one run.\n\n"
        "  --quick            1M records, 3 repetitions, LMDB the only peer: about 5 minutes\n"
        "  --full             1M and 10M records, 5 repetitions, every peer: hours\n"
        "  --records N[,N]    records per data set; 20k and 1M are understood (default 1M)\n"
        "  --reps N           repetitions; medians are printed (default 5)\n"
        "  --peer-reps N      repetitions of engines other than cambium and lmdb (default all)\n"
        "  --keys LIST        of u64,random16,string: the workloads run on all of these (default: random16\n"
        "                     and string where a target asks for them)\n"
        "  --engines LIST     of those compiled in (default all but lmdb-writemap, quick cambium,lmdb);\n"
        "                     ratios refer to lmdb, which runs twice\n"
        "  --workloads LIST   of the names below (default all)\n"
        "  --dir FOLDER       where the stores are written: a folder on a real disk (default: here)\n"
        "  --overwrites N     of the whole data before the updates after overwrites (default 10, quick 2)\n"
        "  --memory-group F   a control group below which one with a memory limit may be made (default: the\n"
        "                     root of v2, else of v1's memory controller); none: without a limit, and not "
        "measured\n"
        "  --limits-mib N     memory and file used to measure the machine, MiB (default 2048)\n"
        "  --ratios FILE      write the ratios as tab-separated text, for bench/plot.py\n"
        "  --markdown         print tables for docs/performance.md\n\n"
        "Workloads:\n";
    for (const Workload& workload : workloads()) {
        std::string name(workload.name);
        name.resize(19, ' ');
        const std::string_view title =
            workload.figures[0].id.empty() ? workload.latency : workload.figures[0].title;
        text += "  " + name + "  " + std::string(title) + "\n";
    }
    text += "  limits               what the machine itself can do\n\nEngines in this build:";
    for (const std::unique_ptr<Engine>& engine : make_engines()) text += " " + engine->name();
    return text + "\n";
}

}  // namespace cambium::bench

// bench/typed: tables with each codec beside the raw engine doing the same puts, and beside SQLite with the same
// indexes. See --help, and docs/performance.md.
//
// Within a repetition each step runs on every contestant before the next begins, and the first one changes each
// time. Steps that only read run once before they are timed. The exit code says whether everything ran and every
// answer was right, never how quick it was.
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cambium/base/error.hpp"
#include "machine.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "typed/contestant.hpp"
#include "typed/results.hpp"
#include "work_folder.hpp"
#include "workload.hpp"

namespace cambium::bench {

std::size_t operations(Work work, const Orders& orders) noexcept {
    return work == Work::update ? orders.updates() : orders.size();
}

namespace {

constexpr char kUsage[] =
    "bench/typed: tables beside the raw engine and SQLite.\n\n"
    "  --records N     records of each store (default 100000)\n"
    "  --reps N        repetitions (default 3)\n"
    "  --codec NAME    raw, cbor, json, flatbuffers, lz4 or zstd (both of CBOR), array; several times for several\n"
    "                  (default: all)\n"
    "  --dir FOLDER    where the stores are written: a folder on a real disk (default: here)\n"
    "  --markdown      print the tables for docs/performance.md\n";

using MakeCodec = Codec (*)(const Orders&, const std::string&);
/// By the names that --codec takes.
constexpr std::pair<std::string_view, MakeCodec> kCodecs[] = {
    {"raw", make_raw_codec},     {"cbor", make_cbor_codec},
    {"json", make_json_codec},   {"flatbuffers", make_flatbuffers_codec},
    {"lz4", make_lz4_codec},     {"zstd", make_zstd_codec},
    {"array", make_array_codec},
};

struct TypedOptions {
    std::size_t records = 100'000;
    std::size_t repetitions = 3;
    std::vector<std::string> codecs{};
    std::string directory = ".";
    bool markdown = false;
    bool help = false;
};

std::size_t number_of(const std::string& option, const std::string& text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0)
        throw Error(ErrorCode::invalid_argument, option + " takes a number of at least 1, not \"" + text + "\"");
    return number;
}

TypedOptions parse(const std::vector<std::string>& words) {
    TypedOptions options;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "--markdown") {
            (word == "--help" ? options.help : options.markdown) = true;
            continue;
        }
        if (i + 1 == words.size()) throw Error(ErrorCode::invalid_argument, word + " is unknown, or takes a value");
        const std::string& value = words[++i];
        if (word == "--records")
            options.records = number_of(word, value);
        else if (word == "--reps")
            options.repetitions = number_of(word, value);
        else if (word == "--codec")
            options.codecs.push_back(value);
        else if (word == "--dir")
            options.directory = value;
        else
            throw Error(ErrorCode::invalid_argument, "there is no option \"" + word + "\"");
    }
    if (options.codecs.empty())
        for (const auto& [known, make] : kCodecs) options.codecs.emplace_back(known);
    return options;
}

Codec make_codec_named(const std::string& name, const Orders& orders, const std::string& folder) {
    for (const auto& [known, make] : kCodecs)
        if (known == name) return make(orders, folder);
    throw Error(ErrorCode::invalid_argument, "there is no codec \"" + name + "\" here");
}

/// A contestant under the name that its results have.
struct Entrant {
    std::string name;
    Contestant* contestant;
};

double time_of(const Entrant& entrant, const Step& step, const Orders& orders) {
    entrant.contestant->prepare(step);
    const bool reads = step.work != Work::insert && step.work != Work::update && step.work != Work::load;
    if (reads) static_cast<void>(entrant.contestant->run(step));  // what is mapped, and what caches hold
    Clock clock;
    clock.start();
    const std::uint64_t answer = entrant.contestant->run(step);
    clock.stop();
    if (answer != entrant.contestant->expected(step))
        throw Error(ErrorCode::corrupt, entrant.name + ", " + std::string(step.title) + ": the answer is wrong");
    if (!reads) entrant.contestant->verify(step);
    return clock.nanoseconds() / static_cast<double>(operations(step.work, orders));
}

void run(const TypedOptions& options) {
    const WorkFolder folder(options.directory);
    const Orders orders(options.records);
    std::vector<Codec> codecs;
    std::vector<Entrant> entrants;
    for (const std::string& name : options.codecs)
        codecs.push_back(make_codec_named(name, orders, folder.path().string()));
    std::vector<CodecTitle> titles;
    for (const Codec& codec : codecs) {
        titles.push_back({codec.name, codec.of_orders});
        entrants.push_back({codec.name, codec.table.get()});
        entrants.push_back({codec.name + std::string(TypedResults::kEngine), codec.raw.get()});
    }
    const std::unique_ptr<Contestant> sqlite = make_sqlite(orders, folder.path().string());
    if (sqlite) entrants.push_back({std::string(TypedResults::kSqlite), sqlite.get()});

    TypedResults results;
    Progress progress;
    for (std::size_t repetition = 0; repetition < options.repetitions; ++repetition) {
        for (const Step& step : kSteps) {
            for (std::size_t i = 0; i < entrants.size(); ++i) {
                const Entrant& entrant = entrants[(i + repetition) % entrants.size()];
                if (!entrant.contestant->takes(step)) continue;
                progress.say(std::to_string(repetition + 1) + ": " + std::string(step.title) + ", " + entrant.name);
                results.add(entrant.name, step.id, time_of(entrant, step, orders));
            }
        }
    }
    progress.clear();

    for (const auto& [name, fact] : describe_machine(options.directory))
        std::printf("%s%s: %s\n", options.markdown ? "* " : "", name.c_str(), fact.c_str());
    std::printf("%sSQLite: %s\n", options.markdown ? "* " : "", sqlite_settings().c_str());
    std::printf("%s%s records, %zu repetitions\n\n", options.markdown ? "* " : "",
                format_count(options.records).c_str(), options.repetitions);
    print_typed_results(stdout, results, titles, options.markdown);
    std::printf("\n");
    print_typed_verdict(stdout, results, titles, options.markdown);
}

}  // namespace
}  // namespace cambium::bench

int main(int count, char** arguments) {
    try {
        const cambium::bench::TypedOptions options = cambium::bench::parse({arguments + 1, arguments + count});
        if (options.help)
            std::fputs(cambium::bench::kUsage, stdout);
        else
            cambium::bench::run(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench/typed: %s\n", error.what());
        return 1;
    }
}

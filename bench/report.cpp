#include "report.hpp"

#include <optional>
#include <string>

#include "machine.hpp"
#include "text.hpp"

namespace cambium::bench {
namespace {

constexpr double kQuietNoise = 0.1;  // LMDB against itself may differ by so much before a row is marked

std::string format_count(std::size_t number) {
    if (number % 1'000'000 == 0) return std::to_string(number / 1'000'000) + "M";
    if (number % 1'000 == 0) return std::to_string(number / 1'000) + "k";
    return std::to_string(number);
}

void print_heading(std::FILE* out, const char* text, bool markdown) {
    std::fprintf(out, markdown ? "\n### %s\n\n" : "\n%s\n\n", text);
}

/// The place of the first LMDB, when it takes part.
std::optional<std::size_t> base_of(const Results& results) {
    for (std::size_t i = 0; i < results.contestants.size(); ++i)
        if (results.contestants[i].engine == kBaseEngine) return i;
    return std::nullopt;
}

Table times_table(const Results& results) {
    const std::optional<std::size_t> base = base_of(results);
    Table table{{"workload", "records", "keys"}, {}};
    for (const Contestant& contestant : results.contestants)
        if (!contestant.again) table.heading.push_back(contestant.engine);
    for (std::size_t i = 0; base && i < results.contestants.size(); ++i)
        if (i != *base) table.heading.push_back(results.contestants[i].engine + "/" + kBaseEngine);

    for (const TimeRow& row : results.times) {
        std::vector<std::string> cells{std::string(row.workload->title), format_count(row.records),
                                       std::string(to_string(row.kind))};
        for (std::size_t i = 0; i < results.contestants.size(); ++i)
            if (!results.contestants[i].again) cells.push_back(format_time(spread_of(row.nanoseconds[i]).median));
        for (std::size_t i = 0; base && i < results.contestants.size(); ++i) {
            if (i == *base) continue;
            const Spread ratio = paired_ratio(row.nanoseconds[*base], row.nanoseconds[i]);
            const bool noisy =
                results.contestants[i].again && (ratio.median < 1 - kQuietNoise || ratio.median > 1 + kQuietNoise);
            cells.push_back(format_ratio(ratio) + (noisy ? " noisy" : ""));
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Table space_table(const Results& results) {
    Table table{{"after", "records", "keys"}, {}};
    for (const Contestant& contestant : results.contestants)
        if (!contestant.again) table.heading.push_back(contestant.engine);
    for (const SpaceRow& row : results.space) {
        std::vector<std::string> cells{std::string(row.workload->title), format_count(row.records),
                                       std::string(to_string(row.kind))};
        for (std::size_t i = 0; i < results.contestants.size(); ++i) {
            if (results.contestants[i].again) continue;
            const double bytes = row.allocated_bytes[i];
            cells.push_back(format_number(bytes / static_cast<double>(row.user_bytes), 2) + " (" +
                            format_number(bytes / static_cast<double>(row.records), 0) + " B, " +
                            format_number(bytes / (1U << 20), 1) + " MiB)");
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

}  // namespace

void print_conditions(std::FILE* out, const Options& options) {
    print_heading(out, "Conditions", options.markdown);
    const char* item = options.markdown ? "* %s: %s\n" : "%s: %s\n";
    for (const auto& [name, fact] : describe_machine(options.directory))
        std::fprintf(out, item, name.c_str(), fact.c_str());
    for (const std::string& name : options.engines) {
        const std::unique_ptr<Engine> engine = make_engine(name);
        std::fprintf(out, item, (name + " " + engine->version()).c_str(), engine->settings().c_str());
    }
    std::fprintf(out, item, "durability",
                 "every commit of every engine is on disk before it returns, loads included");
    std::fprintf(out, item, "repetitions",
                 (std::to_string(options.repetitions) + ", engines interleaved within each").c_str());
#ifndef NDEBUG
    std::fprintf(out, item, "WARNING", "built with assertions: these figures say nothing about speed");
#endif
    if (is_in_memory(options.directory))
        std::fprintf(out, item, "WARNING", "the stores lie in memory; name a folder on a disk with --dir");
    std::fflush(out);
}

void print_limits(std::FILE* out, const std::vector<Limit>& limits, bool markdown) {
    print_heading(out, "Limits of the machine, same run", markdown);
    Table table{{"what", "figure"}, {}};
    for (const Limit& limit : limits) table.rows.push_back({limit.what, limit.figure});
    print_table(out, table, 1, markdown);
    std::fflush(out);
}

void print_results(std::FILE* out, const Results& results, const Options& options) {
    if (results.times.empty()) return;
    print_heading(out, "Times per operation, and throughput over LMDB's", options.markdown);
    print_table(out, times_table(results), 3, options.markdown);
    if (base_of(results))
        std::fprintf(out,
                     "\nTimes are medians. Ratios are paired by repetition: median (lowest-highest), higher is "
                     "better. lmdb/lmdb is a second LMDB beside the first: the noise of the run.\n");
    if (!results.space.empty()) {
        print_heading(out, "Space: allocated over user bytes (per record, in all), lower is better",
                      options.markdown);
        print_table(out, space_table(results), 3, options.markdown);
    }
    std::fprintf(out, "\nAnswers compared with the reference: %zu, all equal.\n", results.answers_compared);
    std::fflush(out);
}

}  // namespace cambium::bench

#include "report.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "machine.hpp"
#include "targets.hpp"
#include "text.hpp"
#include "verdict.hpp"

namespace cambium::bench {
namespace {

void print_heading(std::FILE* out, const char* text, bool markdown) {
    std::fprintf(out, markdown ? "\n### %s\n\n" : "\n%s\n\n", text);
}

/// The cells that say what a row is about.
std::vector<std::string> subject(std::string_view title, std::size_t records, KeyKind kind) {
    return {std::string(title), format_count(records), std::string(to_string(kind))};
}

/// A heading with a column for every engine but the second LMDB.
std::vector<std::string> engine_columns(const Results& results, std::string first) {
    std::vector<std::string> heading{std::move(first), "records", "keys"};
    for (const Contestant& contestant : results.contestants)
        if (!contestant.again) heading.push_back(contestant.engine);
    return heading;
}

Table times_table(const Results& results) {
    const std::optional<std::size_t> base = results.place_of(kBaseEngine);
    Table table{engine_columns(results, "workload"), {}};
    for (std::size_t i = 0; base && i < results.contestants.size(); ++i)
        if (i != *base) table.heading.push_back(results.contestants[i].engine + "/" + kBaseEngine);

    for (const Row& row : results.rows) {
        if (row.figure->measure != Measure::time) continue;
        std::vector<std::string> cells = subject(row.figure->title, row.records, row.kind);
        for (std::size_t i = 0; i < results.contestants.size(); ++i)
            if (!results.contestants[i].again) cells.push_back(format_time(spread_of(row.samples[i]).median));
        for (std::size_t i = 0; base && i < results.contestants.size(); ++i) {
            if (i == *base) continue;
            const Spread ratio = paired_ratio(row.samples[*base], row.samples[i]);
            const bool noisy = results.contestants[i].again && !is_quiet(ratio.median);
            cells.push_back(format_ratio(ratio) + (noisy ? " noisy" : ""));
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

/// "1.17 (127 B)": allocated over user bytes, and allocated per record. "2.31x" of another file. "7040 B".
std::string format_size(const Row& row, double figure) {
    if (std::isnan(figure)) return "-";
    if (row.figure->measure == Measure::bytes) return format_number(figure, 0) + " B";
    if (row.figure->measure == Measure::growth) return format_number(figure, 2) + "x";
    const double per_record = figure * static_cast<double>(row.user_bytes) / static_cast<double>(row.records);
    return format_number(figure, 2) + " (" + format_number(per_record, 0) + " B)";
}

Table space_table(const Results& results) {
    Table table{engine_columns(results, "after"), {}};
    for (const Row& row : results.rows) {
        if (row.figure->measure == Measure::time) continue;
        std::vector<std::string> cells = subject(row.figure->title, row.records, row.kind);
        for (std::size_t i = 0; i < results.contestants.size(); ++i)
            if (!results.contestants[i].again) cells.push_back(format_size(row, spread_of(row.samples[i]).median));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

/// p50, p99, p99.9 and the longest, in one cell per engine.
Table latency_table(const Results& results) {
    Table table{{"operation", "records", "engine"}, {}};
    for (const Percentile& point : kPercentiles) table.heading.emplace_back(point.name);
    for (const LatencyRow& row : results.latencies)
        for (std::size_t i = 0; i < results.contestants.size(); ++i) {
            const std::vector<float>& samples = row.nanoseconds[i];
            if (samples.empty()) continue;
            const Contestant& contestant = results.contestants[i];
            std::vector<std::string> cells{std::string(row.workload->latency), format_count(row.records),
                                           contestant.engine + (contestant.again ? " again" : "")};
            for (const Percentile& point : kPercentiles)
                cells.push_back(format_time(percentile(samples, point.share)));
            table.rows.push_back(std::move(cells));
        }
    return table;
}

void print_part(std::FILE* out, const char* heading, const Table& table, const Options& options) {
    if (table.rows.empty()) return;
    print_heading(out, heading, options.markdown);
    print_table(out, table, 3, options.markdown);
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
    std::fprintf(
        out, item, "durability",
        "a durable commit of every engine is on disk before it returns; deferred workloads, loads among them, "
        "end with one sync inside the timing");
    std::string repetitions = std::to_string(options.repetitions) + ", engines interleaved within each";
    if (options.peer_repetitions < options.repetitions)
        repetitions += "; " + std::to_string(options.peer_repetitions) + " of engines other than " + kOwnEngine +
                       " and " + kBaseEngine;
    std::fprintf(out, item, "repetitions", repetitions.c_str());
    std::fprintf(out, item, "overwrites before the updates of an aged store",
                 std::to_string(options.effort.overwrites).c_str());
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

void write_ratios(std::FILE* out, const Results& results) {
    std::fputs("workload\trecords\tkeys\tengine\tratio\tlowest\thighest\n", out);
    const std::optional<std::size_t> base = results.place_of(kBaseEngine);
    for (const Row& row : results.rows) {
        if (!base || row.figure->measure != Measure::time) continue;
        for (std::size_t i = 0; i < results.contestants.size(); ++i) {
            const Contestant& contestant = results.contestants[i];
            const Spread ratio = paired_ratio(row.samples[*base], row.samples[i]);
            if (i == *base || std::isnan(ratio.median)) continue;
            std::fprintf(out, "%s\t%s\t%s\t%s%s\t%.4f\t%.4f\t%.4f\n", std::string(row.figure->title).c_str(),
                         format_count(row.records).c_str(), std::string(to_string(row.kind)).c_str(),
                         contestant.engine.c_str(), contestant.again ? " again" : "", ratio.median, ratio.lowest,
                         ratio.highest);
        }
    }
}

void print_results(std::FILE* out, const Results& results, const Options& options) {
    if (results.rows.empty() && results.latencies.empty()) return;
    print_part(out, "Times per operation, and throughput over LMDB's", times_table(results), options);
    if (results.place_of(kBaseEngine))
        std::fprintf(out,
                     "\nTimes are medians. Ratios are paired by repetition: median (lowest-highest), higher is "
                     "better. lmdb/lmdb is a second LMDB beside the first: the noise of the run.\n");
    print_part(out, "Space: allocated over user bytes, or over an earlier size; lower is better",
               space_table(results), options);
    print_part(out, "Latency of single operations, all repetitions together", latency_table(results), options);
    for (const std::string& sentence : results.not_run) std::fprintf(out, "\nNot run: %s\n", sentence.c_str());
    std::fprintf(out, "\nAnswers compared with the reference: %zu, all equal.\n", results.answers_compared);
    if (results.place_of(kOwnEngine) && results.place_of(kBaseEngine)) {
        const Table verdict = verdict_table(results);
        print_part(out, "Verdict", verdict, options);
        if (verdict.rows.size() < targets().size())
            std::fprintf(out, "\nTargets that this run did not ask for: %zu of %zu.\n",
                         targets().size() - verdict.rows.size(), targets().size());
        print_part(out, "Verdict on latency: no worse than the slower of two LMDBs", latency_verdict_table(results),
                   options);
    }
    std::fflush(out);
}

}  // namespace cambium::bench

#include "verdict.hpp"

#include <algorithm>
#include <cmath>

#include "targets.hpp"

namespace cambium::bench {
namespace {

constexpr double kQuietNoise = 0.1;
/// Latencies nearer than that cannot be told apart on a shared machine.
constexpr double kTie = 0.15;

const Row* row_of(const Results& results, const Target& target) {
    for (const Row& row : results.rows)
        if (row.figure->id == target.figure && row.kind == target.kind &&
            (target.records == 0 || row.records == target.records))
            return &row;
    return nullptr;
}

std::string judge_time(double ratio, double noise, const Target& target) {
    if (!is_quiet(noise)) return "noisy";
    return ratio >= target.aim ? "pass (aim)" : ratio >= target.must ? "pass" : "miss";
}

std::string judge_size(double size, const Target& target) {
    return size <= target.aim ? "pass (aim)" : size <= target.must ? "pass" : "miss";
}

std::string format_size(double size) {
    return format_number(size, size < 100 ? 2 : 0);
}

/// Ours, LMDB's and the verdict: ratios of throughput, or sizes.
std::vector<std::string> judge(const Results& results, const Row& row, const Target& target) {
    const std::vector<double>& ours = row.samples[*results.place_of(kOwnEngine)];
    const std::vector<double>& base = row.samples[*results.place_of(kBaseEngine)];
    const std::vector<double>& again = row.samples[*results.place_of(kBaseEngine, true)];
    if (row.figure->measure == Measure::time) {
        const Spread ratio = paired_ratio(base, ours);
        const Spread noise = paired_ratio(base, again);
        const bool measured = !std::isnan(ratio.median);
        return {format_ratio(ratio), format_ratio(noise),
                measured ? judge_time(ratio.median, noise.median, target) : "not run"};
    }
    const double size = spread_of(ours).median;
    const double base_size = spread_of(base).median;
    if (std::isnan(size)) return {"-", "-", "not run"};
    return {format_size(size), std::isnan(base_size) ? "-" : format_size(base_size), judge_size(size, target)};
}

}  // namespace

bool is_quiet(double ratio) noexcept {
    return ratio >= 1 - kQuietNoise && ratio <= 1 + kQuietNoise;
}

Table verdict_table(const Results& results) {
    Table table{{"target", "records", "keys", "ours", "lmdb (times: over itself)", "must", "aim", "verdict"}, {}};
    for (const Target& target : targets()) {
        const Row* row = row_of(results, target);
        if (row == nullptr) continue;
        std::vector<std::string> cells{std::string(row->figure->title), format_count(row->records),
                                       std::string(to_string(row->kind))};
        const std::vector<std::string> judged = judge(results, *row, target);
        cells.insert(cells.end(),
                     {judged[0], judged[1], format_size(target.must), format_size(target.aim), judged[2]});
        table.rows.push_back(std::move(cells));
    }
    return table;
}

Table latency_verdict_table(const Results& results) {
    const std::size_t ours = *results.place_of(kOwnEngine);
    const std::size_t base = *results.place_of(kBaseEngine);
    const std::size_t again = *results.place_of(kBaseEngine, true);
    Table table{{"operation", "records", "keys"}, {}};
    for (const Percentile& point : kPercentiles) table.heading.push_back(std::string(point.name) + ", ours / lmdb");
    table.heading.emplace_back("verdict");
    for (const LatencyRow& row : results.latencies) {
        if (row.nanoseconds[ours].empty() || row.nanoseconds[base].empty() || row.nanoseconds[again].empty())
            continue;
        std::vector<std::string> cells{std::string(row.workload->latency), format_count(row.records),
                                       std::string(to_string(row.kind))};
        double worst = 0;
        for (const Percentile& point : kPercentiles) {
            const double mine = percentile(row.nanoseconds[ours], point.share);
            const double theirs = std::max(percentile(row.nanoseconds[base], point.share),
                                           percentile(row.nanoseconds[again], point.share));
            worst = std::max(worst, mine / theirs - 1);
            cells.push_back(format_time(mine) + " / " + format_time(theirs));
        }
        cells.emplace_back(worst <= 0 ? "pass" : worst <= kTie ? "tie" : "miss");
        table.rows.push_back(std::move(cells));
    }
    return table;
}

}  // namespace cambium::bench

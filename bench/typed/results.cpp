#include "typed/results.hpp"

#include <algorithm>

#include "measurement.hpp"
#include "text.hpp"

namespace cambium::bench {
namespace {

constexpr std::array kTargets{
    TypedTarget{"FlatBuffers", "view", Against::engine, 1.15},
    TypedTarget{"FlatBuffers", "view-trusted", Against::engine, 1.15},
    TypedTarget{"CBOR", "get", Against::engine, 2.5},
    TypedTarget{"", "insert-2", Against::engine_encoding, 1.3},
    TypedTarget{"", "get", Against::sqlite, 5},
    TypedTarget{"", "insert-2", Against::sqlite, 3},
    TypedTarget{"", "insert-2-small", Against::sqlite, 3},
};

std::string engine_of(const std::string& codec) {
    return codec + std::string(TypedResults::kEngine);
}

std::string time_text(const Samples* samples) {
    return samples == nullptr ? "-" : format_time(spread_of(*samples).median);
}

std::string ratio_text(const Samples* base, const Samples* mine) {
    return base == nullptr || mine == nullptr ? "-" : format_ratio(paired_ratio(*base, *mine));
}

/// Not numbers when something was not measured.
Spread measured(const TypedResults& results, const std::string& codec, const TypedTarget& target) {
    const Samples* ours = results.find(codec, target.step);
    const Samples* theirs = target.against == Against::sqlite ? results.find(TypedResults::kSqlite, target.step)
                                                              : results.find(engine_of(codec), target.step);
    if (ours == nullptr || theirs == nullptr) return spread_of({});
    if (target.against == Against::sqlite) return paired_ratio(*theirs, *ours);
    if (target.against == Against::engine) return paired_ratio(*ours, *theirs);
    const Samples* encoding = results.find(codec, "encode");
    if (encoding == nullptr) return spread_of({});
    Samples rest(ours->size());
    std::transform(ours->begin(), ours->end(), encoding->begin(), rest.begin(), std::minus<>());
    return paired_ratio(rest, *theirs);
}

std::string_view description_of(Against against) {
    switch (against) {
        case Against::engine:
            return "time over the engine's, at most";
        case Against::engine_encoding:
            return "the same without encoding, at most";
        case Against::sqlite:
            return "SQLite's time over ours, at least";
    }
    return "";
}

}  // namespace

const Samples* TypedResults::find(std::string_view who, std::string_view step) const {
    const auto found = samples_.find({std::string(who), std::string(step)});
    return found == samples_.end() ? nullptr : &found->second;
}

void print_typed_results(std::FILE* out, const TypedResults& results, const std::vector<CodecTitle>& codecs,
                         bool markdown) {
    Table table{{"codec", "per record", "typed", "engine", "SQLite", "typed/engine", "SQLite/typed"}, {}};
    for (const auto& [codec, beside_sqlite] : codecs) {
        for (const Step& step : kSteps) {
            const Samples* ours = results.find(codec, step.id);
            if (ours == nullptr) continue;
            const Samples* engine = results.find(engine_of(codec), step.id);
            const Samples* sqlite = beside_sqlite ? results.find(TypedResults::kSqlite, step.id) : nullptr;
            table.rows.push_back({codec, std::string(step.title), time_text(ours), time_text(engine),
                                  time_text(sqlite), ratio_text(ours, engine), ratio_text(sqlite, ours)});
        }
    }
    print_table(out, table, 2, markdown);
}

void print_typed_verdict(std::FILE* out, const TypedResults& results, const std::vector<CodecTitle>& codecs,
                         bool markdown) {
    Table table{{"codec", "step", "what", "target", "measured", "verdict"}, {}};
    for (const TypedTarget& target : kTargets) {
        for (const auto& [codec, beside_sqlite] : codecs) {
            if (!target.codec.empty() && target.codec != codec) continue;
            if (!beside_sqlite && target.codec.empty()) continue;
            const Spread ratio = measured(results, codec, target);
            const bool known = ratio.median == ratio.median;
            const bool pass =
                target.against == Against::sqlite ? ratio.median >= target.bound : ratio.median <= target.bound;
            table.rows.push_back({codec, std::string(target.step), std::string(description_of(target.against)),
                                  format_number(target.bound, 2), format_ratio(ratio),
                                  !known ? "not run"
                                  : pass ? "pass"
                                         : "miss"});
        }
    }
    print_table(out, table, 3, markdown);
}

}  // namespace cambium::bench

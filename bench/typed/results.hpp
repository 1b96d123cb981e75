// What bench/typed measured, its targets, and how both are printed.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "typed/contestant.hpp"

namespace cambium::bench {

/// Nanoseconds per record, one sample per repetition.
using Samples = std::vector<double>;

/// The samples of everybody; names are a codec's, a codec's with kEngine behind it, and kSqlite.
class TypedResults {
public:
    static constexpr std::string_view kEngine = " engine";
    static constexpr std::string_view kSqlite = "sqlite";

    void add(const std::string& who, std::string_view step, double nanoseconds) {
        samples_[{who, std::string(step)}].push_back(nanoseconds);
    }
    /// Null when it was not measured.
    [[nodiscard]] const Samples* find(std::string_view who, std::string_view step) const;

private:
    std::map<std::pair<std::string, std::string>, Samples> samples_;
};

/// What a target compares the typed layer with.
enum class Against : std::uint8_t {
    engine,           ///< time over the engine's, at most
    engine_encoding,  ///< the same, with encoding measured apart and taken off, at most
    sqlite,           ///< SQLite's time over ours, at least
};

struct TypedTarget {
    std::string_view codec;  ///< empty: each
    std::string_view step;
    Against against;
    double bound;
};

struct CodecTitle {
    std::string name;
    bool beside_sqlite;  ///< whether SQLite stores the same records
};

/// A table per codec.
void print_typed_results(std::FILE* out, const TypedResults& results, const std::vector<CodecTitle>& codecs,
                         bool markdown);
/// pass or miss for each target that was measured.
void print_typed_verdict(std::FILE* out, const TypedResults& results, const std::vector<CodecTitle>& codecs,
                         bool markdown);

}  // namespace cambium::bench

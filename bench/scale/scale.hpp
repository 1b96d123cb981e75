// What the four parts of bench/scale share: what is asked for, where figures go, keys, values and times.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "progress.hpp"
#include "scale/contestant.hpp"
#include "scale/figures.hpp"
#include "work_folder.hpp"

namespace cambium::bench {

struct ScaleOptions {
    std::uint64_t most = 10'000'000;        ///< records of a store, operations of a transaction
    std::uint64_t most_small = 10'000'000;  ///< records with small values
    double seconds = 1;                     ///< for each number of readers
    std::string directory = ".";
    std::string out;  ///< file of figures; empty: standard output
    std::vector<std::string> only{"records", "readers", "transactions", "free-pages"};
    bool help = false;
};

struct Scale {
    const ScaleOptions& options;
    Figures& figures;
    Progress& progress;
    const WorkFolder& folder;
    std::vector<std::string> engines;  ///< Cambium, and LMDB when it is compiled in
};

void measure_records(Scale& scale);
void measure_readers(Scale& scale);
void measure_transactions(Scale& scale);
void measure_free_pages(Scale& scale);

/// A u64 key: a number as 8 bytes, big-endian.
class NumberKey {
public:
    explicit NumberKey(std::uint64_t number) noexcept : bytes_(__builtin_bswap64(number)) {}
    [[nodiscard]] ByteView view() const noexcept { return {reinterpret_cast<const char*>(&bytes_), sizeof bytes_}; }

private:
    std::uint64_t bytes_;
};

/// A value of so many bytes, at most 256, that does not compress; alive as long as the program.
[[nodiscard]] ByteView value_of(std::uint64_t number, std::size_t bytes);

class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
        return elapsed.count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Stores the numbers from 0 to records - 1 in order, 10,000 per transaction.
void load_in_order(Session& session, std::uint64_t records, std::size_t value_bytes);
/// 10,000, 100,000 and so on, up to `most`; `most` alone when it is less.
[[nodiscard]] std::vector<std::uint64_t> decades(std::uint64_t first, std::uint64_t most);
/// "1M", "20k", "300"
[[nodiscard]] std::string short_count(std::uint64_t count);

}  // namespace cambium::bench

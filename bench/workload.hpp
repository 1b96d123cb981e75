// The questions: what is done to every engine, and how it is counted. Growing the harness by a workload means
// one function and one entry in workloads(). The functions are in workloads/, one family per file.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset.hpp"
#include "engine.hpp"
#include "store.hpp"

namespace cambium::bench {

/// How much each workload does in one repetition, in operations of that workload.
struct Effort {
    std::size_t gets = 1'000'000;
    std::size_t scanned = 4'000'000;  ///< records; a small store is scanned several times
    std::size_t seeks = 100'000;
    std::size_t batches = 300;                 ///< durable transactions of 100 updates
    std::size_t deferred_batches = 1'000'000;  ///< the same, not flushed; not more updates than records
    std::size_t singles = 1000;   ///< durable transactions of one update; with 8 threads four times as many
    std::size_t overwrites = 10;  ///< of the whole data, before the updates of an aged store
    std::size_t mixed_milliseconds = 5000;
    std::size_t load_commits =
        300;  ///< durable commits, of which the latency is taken, while the store changes size
    std::size_t cold_gets = 2000;
    std::size_t limited_gets = 20'000;     ///< under a memory limit
    std::size_t held_updates = 1'000'000;  ///< beside a held reader
    std::string memory_group{};  ///< control group below which one with a memory limit may be made; empty: v2's
                                 ///< root, else v1's

    /// The same, or less where a small data set would be read or written over and over.
    [[nodiscard]] Effort scaled_to(std::size_t records) const noexcept;
};

inline constexpr std::size_t kLoadBatch = 10'000;
inline constexpr std::size_t kBigLoadBatch = 100'000;
inline constexpr std::size_t kUpdateBatch = 100;
inline constexpr std::size_t kGetBatch = 16;
inline constexpr std::size_t kSeekLength = 100;
inline constexpr std::size_t kSmallCommits = 20;
inline constexpr std::size_t kWriterThreads = 8;
inline constexpr std::size_t kReaderThreads = 2;

/// Which store a workload runs on, and what it leaves behind. After every stage but `read` the contents of the
/// store are compared too.
enum class Stage : std::uint8_t {
    load,    ///< the main store, emptied
    read,    ///< the main store as the sorted load left it
    update,  ///< the main store after all reads
    aged,    ///< a store loaded in order, then overwritten at random several times; kept over repetitions
    fresh,   ///< an empty store of its own, removed afterwards
};

/// On which data sets a workload runs, unless the command line names the kinds of keys.
enum class Reach : std::uint8_t {
    everywhere,  ///< keys u64 at every size, other keys at the smallest
    u64,         ///< keys u64; every size
    u64_small,   ///< keys u64; the smallest size
    u64_large,   ///< keys u64; the largest size
};

/// What a figure is.
enum class Measure : std::uint8_t {
    time,        ///< nanoseconds per operation; ratios to the base are of throughput, more is better
    user_share,  ///< allocated bytes over user bytes; less is better
    growth,      ///< file size over an earlier one; less is better
    bytes,       ///< bytes per operation; less is better
};

/// One figure of a workload. An empty id is none.
struct Figure {
    std::string_view id{};
    std::string_view title{};
    Measure measure = Measure::time;
};
inline constexpr std::size_t kFigures = 2;

/// Wall time, with parts left out.
class Clock {
public:
    /// Forget what was measured and begin anew.
    void start() noexcept {
        begin_ = std::chrono::steady_clock::now();
        stopped_ = false;
    }
    /// Nothing when already stopped.
    void stop() noexcept {
        if (!stopped_) end_ = std::chrono::steady_clock::now();
        stopped_ = true;
    }
    /// Up to stop(), or to now.
    [[nodiscard]] double nanoseconds() const noexcept {
        const auto end = stopped_ ? end_ : std::chrono::steady_clock::now();
        return std::chrono::duration<double, std::nano>(end - begin_).count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point end_{};
    bool stopped_ = false;
};

/// One run of a workload on one store, and what came of it.
struct Task {
    Store& store;
    const Dataset& dataset;
    const Picks& picks;
    const Effort& effort;

    Clock clock{};
    Digest digest{};  ///< of what was read
    std::array<double, kFigures> figures{std::numeric_limits<double>::quiet_NaN(),
                                         std::numeric_limits<double>::quiet_NaN()};
    std::vector<float> latencies{};  ///< nanoseconds, of single operations
    std::string skipped{};           ///< why it could not be run here; nothing is measured or compared then
};

/// In which repetitions a workload runs.
enum class Repeats : std::uint8_t {
    always,
    not_when_quick,  ///< it takes longer than the others: once in the quick version
    never,           ///< the figure is a size, not a time
};

struct Workload {
    std::string_view name;  ///< on the command line
    std::array<Figure, kFigures> figures;
    std::string_view latency;  ///< title of the operation whose latencies are taken; empty for none
    Stage stage;
    Durability durability;  ///< of its commits
    Reach reach;
    /// The keys used, in order. Called once per data set, outside the timing.
    Picks (*prepare)(const Dataset& dataset, const Effort& effort);
    /// Does the work. Returns the number of operations that the first figure counts; 0 when it set it.
    std::size_t (*run)(Task& task);
    Repeats repeats = Repeats::always;
};

/// Every workload, in the order in which they run and are printed. The sorted load is the first.
[[nodiscard]] std::span<const Workload> workloads() noexcept;

/// Loads every record in order but those `left_out`, in deferred transactions of 10k; the store is closed and
/// opened again, and its commits are durable.
void fill(Task& task, std::span<const std::uint32_t> left_out = {});
/// Fills and then overwrites the whole data in random order as often as Effort says; deferred transactions of 10k.
void fill_and_age(Task& task);

}  // namespace cambium::bench

#include "comparison.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <map>

#include "cambium/base/error.hpp"
#include "measurement.hpp"
#include "store.hpp"

namespace cambium::bench {
namespace {

/// A folder for the stores of this run, removed at its end.
class WorkFolder {
public:
    explicit WorkFolder(const std::string& parent)
        : path_(std::filesystem::path(parent) / ("cambium-bench-" + std::to_string(getpid()))) {
        std::error_code error;
        std::filesystem::create_directories(path_, error);
        if (error)
            throw Error(ErrorCode::io, "cannot create the folder \"" + path_.string() + "\": " + error.message() +
                                           "; name a writable folder with --dir");
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

    /// Wait until the file system has written what is dirty, so that nobody pays for the one before.
    void settle() const {
        const int folder = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) return;
        syncfs(folder);
        ::close(folder);
    }

private:
    std::filesystem::path path_;
};

struct Outcome {
    double nanoseconds = 0;  ///< per operation
    std::uint64_t digest = 0;
};

Outcome run_workload(const Workload& workload, Store& store, const Dataset& dataset, const Picks& picks) {
    if (workload.stage == Stage::load) store.start_empty();
    Digest digest;
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t operations = workload.run(store.session(), dataset, picks, digest);
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;

    if (workload.stage == Stage::load) store.reopen();
    if (workload.stage != Stage::read) {
        // What a write left behind is its answer. After a load this also brings the file into memory.
        store.session().begin_read();
        store.session().scan(Direction::forward, digest);
        store.session().end_read();
    }
    return {elapsed.count() / static_cast<double>(std::max<std::size_t>(operations, 1)), digest.value()};
}

class Comparison {
public:
    Comparison(const Options& options, Progress& progress)
        : options_(options), progress_(progress), folder_(options.directory) {
        for (const std::string& name : options.engines) results_.contestants.push_back({name, false});
        for (const std::string& name : options.engines)
            if (name == kBaseEngine) results_.contestants.push_back({name, true});
    }

    Results run() {
        for (const std::size_t records : options_.records)
            for (const KeyKind kind : options_.keys) run_dataset(kind, records);
        return std::move(results_);
    }

private:
    /// The workloads to run: those asked for, and the sorted load when others need its store.
    [[nodiscard]] std::vector<const Workload*> plan() const {
        std::vector<const Workload*> wanted = options_.workloads;
        const bool needs_store =
            std::any_of(wanted.begin(), wanted.end(), [](const Workload* w) { return w->stage != Stage::load; });
        const Workload* sorted_load = &workloads().front();
        if (needs_store && wanted.front() != sorted_load) wanted.insert(wanted.begin(), sorted_load);
        return wanted;
    }

    void run_dataset(KeyKind kind, std::size_t records) {
        where_ = std::to_string(records) + " records, keys " + std::string(to_string(kind));
        progress_.say(where_ + ": making the data");
        const Dataset dataset(kind, records);
        const std::vector<const Workload*> planned = plan();
        const Effort effort = options_.effort.scaled_to(records);

        std::vector<Picks> picks;
        std::vector<std::uint64_t> expected;
        Store reference(make_reference_engine, folder_.path() / "reference");
        for (const Workload* workload : planned) {
            progress_.say(where_ + ": reference answers, " + std::string(workload->title));
            picks.push_back(workload->prepare(dataset, effort));
            expected.push_back(run_workload(*workload, reference, dataset, picks.back()).digest);
        }

        std::deque<Store> stores;
        for (const Contestant& contestant : results_.contestants)
            stores.emplace_back([name = contestant.engine] { return make_engine(name); },
                                folder_.path() / (contestant.engine + (contestant.again ? "-again" : "")));
        rows_.clear();
        space_.clear();
        for (std::size_t repetition = 0; repetition < options_.repetitions; ++repetition)
            for (std::size_t i = 0; i < planned.size(); ++i)
                run_interleaved(*planned[i], dataset, picks[i], expected[i], stores, repetition);
        collect(dataset);
    }

    /// One workload of one repetition, on every engine in turn.
    void run_interleaved(const Workload& workload, const Dataset& dataset, const Picks& picks,
                         std::uint64_t expected, std::deque<Store>& stores, std::size_t repetition) {
        for (std::size_t turn = 0; turn < stores.size(); ++turn) {
            const std::size_t who = (turn + repetition) % stores.size();
            const std::string& name = results_.contestants[who].engine;
            progress_.say(where_ + ", repetition " + std::to_string(repetition + 1) + " of " +
                          std::to_string(options_.repetitions) + ": " + std::string(workload.title) + ": " + name);
            folder_.settle();
            const Outcome outcome = run_workload(workload, stores[who], dataset, picks);
            if (outcome.digest != expected)
                throw Error(ErrorCode::corrupt, "engine \"" + name + "\" answered wrongly: workload \"" +
                                                    std::string(workload.name) + "\", " + where_ + ", repetition " +
                                                    std::to_string(repetition + 1) +
                                                    "; its digest differs from the reference's");
            ++results_.answers_compared;
            std::vector<std::vector<double>>& times = rows_[&workload];
            times.resize(stores.size());
            times[who].push_back(outcome.nanoseconds);
            if (workload.stage == Stage::load) {
                std::vector<std::vector<double>>& sizes = space_[&workload];
                sizes.resize(stores.size());
                sizes[who].push_back(static_cast<double>(stores[who].allocated_bytes()));
            }
        }
    }

    /// Turn the samples of a data set into rows, in the order of the workloads.
    void collect(const Dataset& dataset) {
        for (const Workload* workload : options_.workloads) {
            results_.times.push_back({workload, dataset.kind(), dataset.records(), rows_[workload]});
            if (workload->stage != Stage::load) continue;
            SpaceRow row{workload, dataset.kind(), dataset.records(), dataset.user_bytes(), {}};
            for (const std::vector<double>& samples : space_[workload])
                row.allocated_bytes.push_back(spread_of(samples).median);
            results_.space.push_back(std::move(row));
        }
    }

    const Options& options_;
    Progress& progress_;
    WorkFolder folder_;
    Results results_;
    std::string where_;
    std::map<const Workload*, std::vector<std::vector<double>>> rows_;
    std::map<const Workload*, std::vector<std::vector<double>>> space_;
};

}  // namespace

Results run_comparison(const Options& options, Progress& progress) {
    return Comparison(options, progress).run();
}

}  // namespace cambium::bench

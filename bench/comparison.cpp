#include "comparison.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <limits>

#include "cambium/base/error.hpp"
#include "page_cache.hpp"
#include "store.hpp"
#include "work_folder.hpp"

namespace cambium::bench {
namespace {

/// Memory to be found free by a workload that writes, over user bytes.
constexpr std::size_t kFreeMemory = 2;

/// The stores of one contestant.
struct Stores {
    Stores(const EngineFactory& make, const std::filesystem::path& folder)
        : main(make, folder / "main"), aged(make, folder / "aged"), fresh(make, folder / "fresh") {}

    [[nodiscard]] Store& of(Stage stage) {
        return stage == Stage::aged ? aged : stage == Stage::fresh ? fresh : main;
    }

    Store main;
    Store aged;
    Store fresh;
};

/// One workload on one data set, as planned.
struct Planned {
    const Workload* workload;
    Picks picks;
    std::uint64_t expected = 0;  ///< the reference's digest
    bool shown = false;          ///< asked for, not only needed by others
    std::vector<Row> rows;       ///< by figure
    LatencyRow latency;
};

/// Brings the store into the state that the workload begins with.
void make_ready(Stores& stores, const Planned& planned, const Dataset& dataset, const Effort& effort) {
    Store& store = stores.of(planned.workload->stage);
    switch (planned.workload->stage) {
        case Stage::load:
        case Stage::fresh:
            store.start_empty();
            break;
        case Stage::aged:
            if (store.is_open()) break;
            store.start_empty();
            {
                Task task{store, dataset, planned.picks, effort};
                fill_and_age(task);
            }
            break;
        case Stage::read:
        case Stage::update:
            break;
    }
}

/// Runs it, and digests what it left behind. After a load that also brings the file into memory.
void run_workload(Task& task, const Workload& workload) {
    task.store.engine().set_durability(workload.durability);
    task.clock.start();
    const std::size_t operations = workload.run(task);
    task.clock.stop();
    if (operations > 0) task.figures[0] = task.clock.nanoseconds() / static_cast<double>(operations);
    if (workload.stage == Stage::read) return;
    task.store.session().begin_read();
    task.store.session().scan(Direction::forward, task.digest);
    task.store.session().end_read();
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
    /// The workloads to run: those asked for that reach so far, and the sorted load when others need its store.
    [[nodiscard]] std::vector<const Workload*> plan(KeyKind kind, std::size_t records) const {
        std::vector<const Workload*> wanted;
        for (const Workload* workload : options_.workloads)
            if (options_.reaches(*workload, kind, records)) wanted.push_back(workload);
        const auto needs_store = [](const Workload* w) {
            return w->stage == Stage::read || w->stage == Stage::update;
        };
        const Workload* sorted_load = &workloads().front();
        if (std::any_of(wanted.begin(), wanted.end(), needs_store) && wanted.front() != sorted_load)
            wanted.insert(wanted.begin(), sorted_load);
        return wanted;
    }

    void run_dataset(KeyKind kind, std::size_t records) {
        const std::vector<const Workload*> workloads = plan(kind, records);
        if (workloads.empty()) return;
        where_ = std::to_string(records) + " records, keys " + std::string(to_string(kind));
        progress_.say(where_ + ": making the data");
        const Dataset dataset(kind, records);
        const Effort effort = options_.effort.scaled_to(records);
        std::deque<Planned> planned;
        for (const Workload* workload : workloads) planned.push_back(prepare(*workload, dataset, effort));
        ask_reference(planned, dataset, effort);

        std::deque<Stores> stores;
        for (const Contestant& contestant : results_.contestants)
            stores.emplace_back([name = contestant.engine] { return make_engine(name); },
                                folder_.path() / (contestant.engine + (contestant.again ? "-again" : "")));
        for (std::size_t repetition = 0; repetition < options_.repetitions; ++repetition)
            for (Planned& step : planned)
                if (options_.repeats(*step.workload, repetition))
                    run_interleaved(step, dataset, effort, stores, repetition);
        collect(planned);
    }

    [[nodiscard]] Planned prepare(const Workload& workload, const Dataset& dataset, const Effort& effort) const {
        constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
        const std::vector<std::vector<double>> no_samples(results_.contestants.size(),
                                                          std::vector<double>(options_.repetitions, kNothing));
        Planned planned{&workload, workload.prepare(dataset, effort), 0, false, {}, {}};
        planned.shown =
            std::find(options_.workloads.begin(), options_.workloads.end(), &workload) != options_.workloads.end();
        for (const Figure& figure : workload.figures)
            planned.rows.push_back(
                {&workload, &figure, dataset.kind(), dataset.records(), dataset.user_bytes(), no_samples});
        planned.latency = {&workload, dataset.kind(), dataset.records(), {}};
        planned.latency.nanoseconds.resize(results_.contestants.size());
        return planned;
    }

    /// What an ordered map in memory answers. It is asked for time-limited work shortly, and overwritten once: the
    /// last overwrite is the same for all. A load is not asked for but of the main store: what it leaves is known.
    void ask_reference(std::deque<Planned>& planned, const Dataset& dataset, Effort effort) {
        effort.mixed_milliseconds = 1;
        effort.overwrites = 1;
        Stores stores(make_reference_engine, folder_.path() / "reference");
        for (Planned& step : planned) {
            progress_.say(where_ + ": reference answers, " + std::string(step.workload->name));
            if (step.workload->stage == Stage::load && &step != &planned.front()) {
                step.expected = contents_after_load(dataset);
                continue;
            }
            make_ready(stores, step, dataset, effort);
            Task task{stores.of(step.workload->stage), dataset, step.picks, effort};
            run_workload(task, *step.workload);
            step.expected = task.digest.value();
            if (step.workload->stage == Stage::fresh) stores.fresh.remove();
        }
    }

    /// Every record with the first version of its value.
    static std::uint64_t contents_after_load(const Dataset& dataset) {
        const Picks records = dataset.in_order();
        Digest digest;
        for (std::size_t i = 0; i < records.size(); ++i) {
            digest.add(records.keys[i]);
            digest.add(dataset.value(records.ranks[i], 0));
        }
        return digest.value();
    }

    /// One workload of one repetition, on every engine in turn.
    void run_interleaved(Planned& step, const Dataset& dataset, const Effort& effort, std::deque<Stores>& stores,
                         std::size_t repetition) {
        for (std::size_t turn = 0; turn < stores.size(); ++turn) {
            const std::size_t who = (turn + repetition) % stores.size();
            if (!options_.takes_part(results_.contestants[who].engine, repetition)) continue;
            progress_.say(where_ + ", repetition " + std::to_string(repetition + 1) + " of " +
                          std::to_string(options_.repetitions) + ": " + std::string(step.workload->name) + ": " +
                          results_.contestants[who].engine);
            make_ready(stores[who], step, dataset, effort);
            settle(folder_.path());
            if (step.workload->stage != Stage::read) have_free_memory(kFreeMemory * dataset.user_bytes());
            Task task{stores[who].of(step.workload->stage), dataset, step.picks, effort};
            run_workload(task, *step.workload);
            keep(step, task, who, repetition);
            if (step.workload->stage == Stage::fresh) stores[who].fresh.remove();
        }
    }

    void keep(Planned& step, Task& task, std::size_t who, std::size_t repetition) {
        const std::string& name = results_.contestants[who].engine;
        if (!task.skipped.empty()) {
            results_.not_run.insert(std::string(step.workload->name) + ": " + task.skipped);
            return;
        }
        if (task.digest.value() != step.expected)
            throw Error(ErrorCode::corrupt, "engine \"" + name + "\" answered wrongly: workload \"" +
                                                std::string(step.workload->name) + "\", " + where_ +
                                                ", repetition " + std::to_string(repetition + 1) +
                                                "; its digest differs from the reference's");
        ++results_.answers_compared;
        for (std::size_t figure = 0; figure < kFigures; ++figure)
            step.rows[figure].samples[who][repetition] = task.figures[figure];
        std::vector<float>& latencies = step.latency.nanoseconds[who];
        latencies.insert(latencies.end(), task.latencies.begin(), task.latencies.end());
    }

    /// Add the rows of a data set, in the order of the workloads.
    void collect(std::deque<Planned>& planned) {
        for (Planned& step : planned) {
            if (!step.shown) continue;
            for (Row& row : step.rows)
                if (!row.figure->id.empty()) results_.rows.push_back(std::move(row));
            if (step.workload->latency.empty()) continue;
            for (std::vector<float>& samples : step.latency.nanoseconds) std::sort(samples.begin(), samples.end());
            results_.latencies.push_back(std::move(step.latency));
        }
    }

    const Options& options_;
    Progress& progress_;
    WorkFolder folder_;
    Results results_;
    std::string where_;
};

}  // namespace

std::optional<std::size_t> Results::place_of(const std::string& engine, bool again) const {
    for (std::size_t i = 0; i < contestants.size(); ++i)
        if (contestants[i].engine == engine && contestants[i].again == again) return i;
    return std::nullopt;
}

Results run_comparison(const Options& options, Progress& progress) {
    return Comparison(options, progress).run();
}

}  // namespace cambium::bench

// The ends of transactions: beginning to read, and commits of so many changed leaves, durable and deferred.
#include <chrono>
#include <memory>

#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "parts/support.hpp"
#include "work_folder.hpp"

namespace cambium::bench {
namespace {

/// Ranks between puts: more than a leaf has entries.
constexpr std::size_t kStride = 64;

/// A store on disk with Records.
struct LoadedStore {
    LoadedStore()
        : folder(parts_folder()),
          records(bench::records(KeyKind::u64)),
          environment(kv::Environment::open(folder.file("store"))) {
        kv::WriteTransaction txn = environment.begin_write();
        tree = txn.create_tree("parts");
        for (std::uint32_t rank = 0; rank < Records::kCount; ++rank)
            txn.append(tree, records.key(rank), records.dataset.value(rank, 0));
        txn.commit();
    }
    LoadedStore(const LoadedStore&) = delete;
    LoadedStore& operator=(const LoadedStore&) = delete;

    WorkFolder folder;
    const Records& records;
    kv::Environment environment;
    kv::Tree tree;
};

/// One store for the threads of a benchmark; the first of them makes it before the others are timed.
std::unique_ptr<LoadedStore> shared_store;

void make_store(const benchmark::State&) {
    shared_store = std::make_unique<LoadedStore>();
}

void drop_store(const benchmark::State&) {
    shared_store.reset();
}

void begin_end(benchmark::State& state) {
    kv::Environment& environment = shared_store->environment;
    for (auto _ : state) benchmark::DoNotOptimize(environment.begin_read());
}

void reset_renew(benchmark::State& state) {
    kv::ReadTransaction txn = shared_store->environment.begin_read();
    for (auto _ : state) {
        txn.reset();
        txn.renew();
    }
    require(txn.get(shared_store->tree, shared_store->records.key(0)).has_value(), "a record that is there");
}

void begin_get_end(benchmark::State& state) {
    const LoadedStore& store = *shared_store;
    std::size_t i = 0;
    for (auto _ : state) {
        const kv::ReadTransaction txn = shared_store->environment.begin_read();
        require(txn.get(store.tree, store.records.key(i++ % 32)).has_value(), "a record that is there");
    }
}

/// Only commit() is timed. "pages" is what it wrote: the leaves, their paths, catalog and records of space.
void commit(benchmark::State& state, std::size_t leaves, kv::Durability durability) {
    LoadedStore& store = *shared_store;
    const kv::EnvironmentStatistics before = store.environment.statistics();
    std::uint64_t round = 0;
    for (auto _ : state) {
        kv::WriteTransaction txn = store.environment.begin_write();
        const std::size_t start = mix(++round) % (Records::kCount - leaves * kStride);
        for (std::size_t i = 0; i < leaves; ++i) {
            const auto rank = static_cast<std::uint32_t>(start + i * kStride);
            txn.put(store.tree, store.records.key(rank), store.records.dataset.value(rank, round));
        }
        const auto begin = std::chrono::steady_clock::now();
        txn.commit(durability);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
        state.SetIterationTime(elapsed.count());
    }
    require(kv::check(store.environment).ok(), "check() after commits");
    const kv::EnvironmentStatistics after = store.environment.statistics();
    const auto each = [&](std::uint64_t kv::EnvironmentStatistics::*counter) {
        return static_cast<double>(after.*counter - before.*counter) / static_cast<double>(state.iterations());
    };
    state.counters["pages"] = each(&kv::EnvironmentStatistics::pages_written);
    state.counters["extents"] = each(&kv::EnvironmentStatistics::extents_written);
    state.counters["flushes"] = each(&kv::EnvironmentStatistics::flushes);
}

void register_part(const std::string& name, void (*part)(benchmark::State&), int threads) {
    benchmark::RegisterBenchmark(name.c_str(), part)
        ->Setup(make_store)
        ->Teardown(drop_store)
        ->ThreadRange(1, threads);
}

}  // namespace

void register_transaction_parts() {
    constexpr int kMostThreads = 4;
    register_part("read/begin_end", begin_end, kMostThreads);
    register_part("read/reset_renew", reset_renew, kMostThreads);
    register_part("read/begin_get_end", begin_get_end, kMostThreads);
    for (const bool durable : {true, false})
        for (const std::size_t leaves : {0U, 1U, 16U, 100U})
            benchmark::RegisterBenchmark(
                ("commit/" + std::string(durable ? "durable" : "deferred") + "/leaves:" + std::to_string(leaves))
                    .c_str(),
                commit, leaves, durable ? kv::Durability::durable : kv::Durability::deferred)
                ->Setup(make_store)
                ->Teardown(drop_store)
                ->UseManualTime();
}

}  // namespace cambium::bench

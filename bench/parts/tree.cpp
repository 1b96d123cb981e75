// A tree of Records in memory: get, seek, cursor steps, and puts that replace, copy a page, or split it.
#include <array>
#include <chrono>

#include "cambium/kv/environment.hpp"
#include "parts/support.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kPuts = 64;
/// Ranks between puts: more than a leaf has entries, so that each put meets another leaf.
constexpr std::size_t kStride = 64;

struct LoadedTree {
    explicit LoadedTree(KeyKind kind)
        : records(bench::records(kind)), environment(kv::Environment::open("parts", {.in_memory = true})) {
        kv::WriteTransaction txn = environment.begin_write();
        tree = txn.create_tree("parts");
        for (std::uint32_t rank = 0; rank < Records::kCount; ++rank)
            txn.append(tree, records.key(rank), records.dataset.value(rank, 0));
        txn.commit();
    }

    const Records& records;
    kv::Environment environment;
    kv::Tree tree;
};

void get(benchmark::State& state, KeyKind kind) {
    LoadedTree loaded(kind);
    const Picks drawn = loaded.records.dataset.drawn(Records::kCount, 1);
    const kv::ReadTransaction txn = loaded.environment.begin_read();
    std::size_t i = 0;
    for (auto _ : state) {
        const std::optional<ByteView> value = txn.get(loaded.tree, drawn.keys[i++ % Records::kCount]);
        require(value.has_value(), "a record that is there");
        benchmark::DoNotOptimize(value->front());
    }
}

void seek(benchmark::State& state, KeyKind kind) {
    LoadedTree loaded(kind);
    const kv::ReadTransaction txn = loaded.environment.begin_read();
    kv::Cursor cursor = txn.cursor(loaded.tree);
    const Picks drawn = loaded.records.dataset.drawn(Records::kCount, 1);
    std::size_t i = 0;
    for (auto _ : state) {
        require(cursor.seek(drawn.keys[i++ % Records::kCount]), "a seek to a record that is there");
        benchmark::DoNotOptimize(cursor.value().front());
    }
}

void step(benchmark::State& state, KeyKind kind, bool forward) {
    LoadedTree loaded(kind);
    const kv::ReadTransaction txn = loaded.environment.begin_read();
    kv::Cursor cursor = txn.cursor(loaded.tree);
    std::size_t entries = 0;
    while (forward ? cursor.next() : cursor.previous()) ++entries;
    require(entries == Records::kCount, "the number of steps of a scan");
    for (auto _ : state) {
        if (!(forward ? cursor.next() : cursor.previous())) (void)(forward ? cursor.first() : cursor.last());
        benchmark::DoNotOptimize(cursor.key().size());
        benchmark::DoNotOptimize(cursor.value().data());
    }
}

enum class Put : std::uint8_t {
    first_in_page,  ///< replaces a value of a committed page, which is copied
    again_in_page,  ///< replaces a value of a page that is dirty
    splits_page,    ///< adds a record to a full leaf
};

void put(benchmark::State& state, KeyKind kind, Put what) {
    LoadedTree loaded(kind);
    std::uint64_t round = 0;
    std::uint64_t splits = 0;
    for (auto _ : state) {
        kv::WriteTransaction txn = loaded.environment.begin_write();
        const std::uint64_t leaves = txn.statistics(loaded.tree).leaf_pages;
        const std::size_t start = mix(++round) % (Records::kCount - kPuts * kStride);
        std::array<std::string, kPuts> keys;
        for (std::size_t i = 0; i < kPuts; ++i) {
            keys[i] = loaded.records.key(start + i * kStride);
            if (what == Put::splits_page) keys[i] += '+';
        }
        const auto put_each = [&](std::uint32_t version) {
            for (const std::string& key : keys)
                txn.put(loaded.tree, key, loaded.records.dataset.value(version, version));
        };
        if (what == Put::again_in_page) put_each(1);
        const auto begin = std::chrono::steady_clock::now();
        put_each(2);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
        state.SetIterationTime(elapsed.count() / kPuts);
        splits += txn.statistics(loaded.tree).leaf_pages - leaves;
    }
    require((splits > 0) == (what == Put::splits_page), "whether a put splits a leaf");
    state.counters["splits"] = static_cast<double>(splits) / static_cast<double>(state.iterations()) / kPuts;
}

}  // namespace

void register_tree_parts() {
    for (const KeyKind kind : kKinds) {
        const std::string suffix = "/" + std::string(to_string(kind));
        benchmark::RegisterBenchmark(("tree/get" + suffix).c_str(), get, kind);
        benchmark::RegisterBenchmark(("tree/seek" + suffix).c_str(), seek, kind);
        benchmark::RegisterBenchmark(("tree/step/forward" + suffix).c_str(), step, kind, true);
        benchmark::RegisterBenchmark(("tree/step/reverse" + suffix).c_str(), step, kind, false);
        const auto register_put = [&](const std::string& name, Put what) {
            benchmark::RegisterBenchmark(("tree/put/" + name + suffix).c_str(), put, kind, what)->UseManualTime();
        };
        register_put("copies_page", Put::first_in_page);
        register_put("in_dirty_page", Put::again_in_page);
        register_put("splits_page", Put::splits_page);
    }
}

}  // namespace cambium::bench

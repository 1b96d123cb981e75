// Search in one node. Each search begins where the one before it ended, as in a descent, so that times do not
// overlap. One node stays in the first-level cache; 8192 copies of it, in random order, do not fit the second.
#include "kv/node_editor.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "parts/support.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kFirstRank = Records::kCount / 3;
constexpr std::size_t kAsks = std::size_t{1} << 14;
constexpr std::size_t kManyNodes = 8192;
/// Keys from one separator of a branch to the next: what a leaf of 100-byte values holds.
constexpr std::size_t kKeysPerLeaf = 32;

/// A key to look for and where it must be found.
struct Ask {
    std::uint32_t key;
    std::uint32_t page;
    std::uint32_t index;
};

/// Copies of one node, and what to ask them.
struct Sample {
    Sample(KeyKind kind, std::size_t copies) : records(bench::records(kind)), pages(copies) {}
    [[nodiscard]] kv::NodeView node(const Ask& ask) const { return {pages[ask.page], kPageBytes}; }
    [[nodiscard]] ByteView key(const Ask& ask) const { return records.key(ask.key); }

    const Records& records;
    Pages pages;
    std::vector<Ask> asks;
};

void copy_node(Sample& sample) {
    kv::NodeEditor(sample.pages[0], kPageBytes).finish(1, 1, 1);
    for (std::size_t page = 1; page < sample.pages.count(); ++page)
        std::copy_n(sample.pages[0], kPageBytes, sample.pages[page]);
}

[[nodiscard]] std::uint32_t random_below(std::size_t i, std::uint64_t seed, std::size_t bound) {
    return static_cast<std::uint32_t>(mix(i + (seed << 32)) % bound);
}

/// A full leaf of every second key from kFirstRank on; the keys between are the misses.
std::unique_ptr<Sample> make_leaf(KeyKind kind, std::size_t value_bytes, std::size_t copies, bool hit) {
    auto sample = std::make_unique<Sample>(kind, copies);
    std::vector<kv::LeafItem> items;
    while (kv::leaf_size(items) + kv::kHintSize <= kPageBytes)
        items.push_back({sample->records.key(kFirstRank + 2 * items.size()),
                         sample->records.dataset.value(0, 0).substr(0, value_bytes)});
    items.pop_back();
    kv::NodeEditor(sample->pages[0], kPageBytes).build_leaf(items);
    copy_node(*sample);
    for (std::size_t i = 0; i < kAsks; ++i) {
        const std::uint32_t index = random_below(i, 1, items.size());
        const std::size_t rank = kFirstRank + 2 * index + (hit ? 0 : 1);
        sample->asks.push_back(
            {static_cast<std::uint32_t>(rank), random_below(i, 2, copies), hit ? index : index + 1});
    }
    return sample;
}

/// A full branch over leaves of kKeysPerLeaf keys, with separators as short as the engine makes them.
std::unique_ptr<Sample> make_branch(KeyKind kind, std::size_t copies) {
    auto sample = std::make_unique<Sample>(kind, copies);
    const Records& records = sample->records;
    std::vector<kv::BranchItem> items;
    while (kv::branch_size(items) + kv::kHintSize <= kPageBytes) {
        const std::size_t right = kFirstRank + kKeysPerLeaf * (items.size() + 1);
        items.push_back({kv::separator_between(records.key(right - 1), records.key(right)), items.size() + 2, 0});
    }
    items.pop_back();
    kv::NodeEditor(sample->pages[0], kPageBytes).build_branch(1, 1, items);
    copy_node(*sample);
    for (std::size_t i = 0; i < kAsks; ++i) {
        const std::uint32_t place = random_below(i, 1, kKeysPerLeaf * (items.size() + 1));
        sample->asks.push_back({static_cast<std::uint32_t>(kFirstRank + place), random_below(i, 2, copies),
                                static_cast<std::uint32_t>(place / kKeysPerLeaf)});
    }
    return sample;
}

/// Times search(node, key), which answers with an index.
template <class Search>
void ask_all(benchmark::State& state, const Sample& sample, Search&& search) {
    for (const Ask& ask : sample.asks)
        require(search(sample.node(ask), sample.key(ask)) == ask.index, "the place of a key in a node");
    std::size_t at = 0;
    for (auto _ : state) {
        const Ask& ask = sample.asks[at % kAsks];
        const std::uint32_t index = search(sample.node(ask), sample.key(ask));
        // An index is less than 2^16: this adds nothing, but makes the next search wait for this one.
        at += 1 + (index >> 16);
    }
    state.counters["entries"] = sample.node(sample.asks[0]).count();
}

void register_leaf(KeyKind kind, std::size_t value_bytes, bool hit, std::size_t copies) {
    const std::string name = "node/leaf/" + std::string(to_string(kind)) +
                             "/values:" + std::to_string(value_bytes) + (hit ? "/hit" : "/miss") +
                             "/nodes:" + std::to_string(copies);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
        const auto sample = make_leaf(kind, value_bytes, copies, hit);
        ask_all(state, *sample, [&](const kv::NodeView& node, ByteView key) {
            const kv::Position position = node.lower_bound(key);
            return position.exact == hit ? position.index : ~std::uint32_t{0};
        });
    });
}

void register_branch(KeyKind kind, std::size_t copies) {
    const std::string name = "node/branch/" + std::string(to_string(kind)) + "/nodes:" + std::to_string(copies);
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
        const auto sample = make_branch(kind, copies);
        ask_all(state, *sample, [](const kv::NodeView& node, ByteView key) { return node.child_index(key); });
    });
}

}  // namespace

void register_node_parts() {
    for (const KeyKind kind : kKinds)
        for (const std::size_t copies : {std::size_t{1}, kManyNodes}) {
            for (const std::size_t value_bytes : {std::size_t{8}, Dataset::kValueBytes})
                for (const bool hit : {true, false}) register_leaf(kind, value_bytes, hit, copies);
            register_branch(kind, copies);
        }
}

}  // namespace cambium::bench

// Work on whole pages: checksums, copies, laying a node out, splitting one.
#include "base/checksum.hpp"
#include "kv/dirty_table.hpp"
#include "kv/node_editor.hpp"

#include <algorithm>
#include <vector>

#include "parts/support.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kManyPages = 16384;  // 64 MiB: outside of the caches

void fill(const Pages& pages) {
    for (std::size_t page = 0; page < pages.count(); ++page)
        for (std::size_t at = 0; at < kPageBytes; at += sizeof(std::uint64_t)) {
            const std::uint64_t word = mix(page * kPageBytes + at);
            std::memcpy(pages[page] + at, &word, sizeof word);
        }
}

void register_checksum(std::size_t bytes) {
    benchmark::RegisterBenchmark(("page/checksum/bytes:" + std::to_string(bytes)).c_str(),
                                 [=](benchmark::State& state) {
                                     const Pages pages(2 * bytes / kPageBytes + 2);
                                     fill(pages);
                                     const base::Checksum checksum(1);
                                     require(checksum(pages[0], bytes) != checksum(pages[0] + bytes, bytes),
                                             "the checksums of different bytes");
                                     for (auto _ : state) benchmark::DoNotOptimize(checksum(pages[0], bytes));
                                     state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
                                 });
}

void register_copy(std::size_t count) {
    benchmark::RegisterBenchmark(("page/copy/pages:" + std::to_string(count)).c_str(),
                                 [=](benchmark::State& state) {
                                     const Pages from(count);
                                     const Pages to(1);
                                     fill(from);
                                     std::size_t i = 0;
                                     for (auto _ : state) {
                                         std::memcpy(to[0], from[mix(i++) % count], kPageBytes);
                                         benchmark::ClobberMemory();
                                     }
                                     state.SetBytesProcessed(std::int64_t{kPageBytes} * state.iterations());
                                 });
}

/// What copy-on-write does first: a dirty page, filled with the bytes of a committed one.
void make_dirty(benchmark::State& state) {
    const Pages from(1);
    fill(from);
    kv::DirtyTable table(kPageBytes);
    for (auto _ : state) {
        const kv::PageRef page = table.add();
        std::memcpy(table.change(page), from[0], kPageBytes);
        table.release(page);
    }
    require(table.node_count() == 0, "the number of dirty pages");
}

/// A full leaf, and the records it is made of.
struct Leaf {
    explicit Leaf(const Records& records) : page(1) {
        while (kv::leaf_size(items) <= kPageBytes) {
            const auto rank = static_cast<std::uint32_t>(items.size());
            items.push_back({records.key(rank), records.dataset.value(rank, 0)});
        }
        items.pop_back();
        editor().build_leaf(items);
    }
    [[nodiscard]] kv::NodeEditor editor() const { return {page[0], kPageBytes}; }

    Pages page;
    std::vector<kv::LeafItem> items;
};

void lay_out(benchmark::State& state, KeyKind kind) {
    const Leaf leaf(records(kind));
    for (auto _ : state) leaf.editor().build_leaf(leaf.items);
    require(leaf.editor().count() == leaf.items.size(), "the number of entries of a leaf");
    state.counters["entries"] = static_cast<double>(leaf.items.size());
}

/// Just before a page is written: hints, the free space cleared, the checksum.
void finish(benchmark::State& state, KeyKind kind) {
    const Leaf leaf(records(kind));
    const base::Checksum checksum(1);
    for (auto _ : state) {
        leaf.editor().finish(1, 1, 1);
        benchmark::DoNotOptimize(
            checksum(leaf.page[0] + sizeof(std::uint64_t), kPageBytes - sizeof(std::uint64_t)));
    }
}

/// The entries of a full leaf read back and laid out over two.
void split(benchmark::State& state, KeyKind kind) {
    const Leaf leaf(records(kind));
    const Pages halves(2);
    std::string arena;
    std::vector<kv::LeafItem> items;
    const std::size_t half = leaf.items.size() / 2;
    for (auto _ : state) {
        arena.clear();
        items.clear();
        arena.reserve(kv::key_bytes(leaf.editor()));
        kv::collect(leaf.editor(), arena, items);
        const std::span<const kv::LeafItem> all(items);
        kv::NodeEditor(halves[0], kPageBytes).build_leaf(all.first(half));
        kv::NodeEditor(halves[1], kPageBytes).build_leaf(all.subspan(half));
        benchmark::ClobberMemory();
    }
    for (std::size_t i = 0; i < leaf.items.size(); ++i) {
        const kv::NodeView node(halves[i < half ? 0 : 1], kPageBytes);
        const kv::Position position = node.lower_bound(leaf.items[i].key);
        require(position.exact && node.leaf_entry(position.index).value == leaf.items[i].value,
                "an entry after a split");
    }
}

}  // namespace

void register_page_parts() {
    for (const std::size_t bytes : {std::size_t{64}, std::size_t{kPageBytes}, std::size_t{65536}})
        register_checksum(bytes);
    for (const std::size_t pages : {std::size_t{1}, kManyPages}) register_copy(pages);
    benchmark::RegisterBenchmark("page/make_dirty", make_dirty);
    for (const KeyKind kind : kKinds) {
        const std::string suffix = "/" + std::string(to_string(kind));
        benchmark::RegisterBenchmark(("page/lay_out" + suffix).c_str(), lay_out, kind);
        benchmark::RegisterBenchmark(("page/finish" + suffix).c_str(), finish, kind);
        benchmark::RegisterBenchmark(("page/split" + suffix).c_str(), split, kind);
    }
}

}  // namespace cambium::bench

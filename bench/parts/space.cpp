// The allocator of pages: runs taken from and given back to a file of 4 GiB, fragmented in several ways. Each run
// goes back 512 takes later, so that the next take does not find it where it was.
#include "kv/free_pages.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "parts/support.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint64_t kFilePages = std::uint64_t{1} << 20;
constexpr std::size_t kHeld = 512;

enum class Pattern : std::uint8_t {
    whole,   ///< everything is free
    runs,    ///< 1 to 10 free pages, 1 to 5 in use, and so on
    single,  ///< every second page is free
};
constexpr std::array<std::string_view, 3> kPatternNames{"whole", "runs", "single"};

kv::FreePages make_free(Pattern pattern) {
    kv::FreePages pages;
    pages.resize(kFilePages);
    std::uint64_t step = 0;
    for (std::uint64_t page = 0; page < kFilePages;) {
        const std::uint64_t chance = mix(++step);
        const std::uint64_t wanted = pattern == Pattern::whole  ? kFilePages
                                     : pattern == Pattern::runs ? 1 + chance % 10
                                                                : 1;
        const std::uint64_t used = pattern == Pattern::runs ? 1 + (chance >> 32) % 5 : 1;
        const std::uint64_t count = std::min(wanted, kFilePages - page);
        pages.assign({page, count}, true);
        page += count + used;
    }
    return pages;
}

/// Runs that were taken and go back in turn.
class Held {
public:
    explicit Held(kv::FreePages& pages) : pages_(pages) {}
    void swap_in(kv::Extent extent) {
        kv::Extent& oldest = held_[next_++ % kHeld];
        if (oldest.page_count > 0) pages_.assign(oldest, true);
        oldest = extent;
    }

private:
    kv::FreePages& pages_;
    std::array<kv::Extent, kHeld> held_{};
    std::size_t next_ = 0;
};

void take_run(benchmark::State& state, Pattern pattern, std::uint64_t count) {
    kv::FreePages pages = make_free(pattern);
    const std::uint64_t free = pages.count();
    Held held(pages);
    std::uint64_t found = 0;
    for (auto _ : state) {
        const std::optional<kv::Extent> run = pages.take_run(count);
        if (run.has_value()) ++found;
        held.swap_in(run.value_or(kv::Extent{}));
    }
    for (std::size_t i = 0; i < kHeld; ++i) held.swap_in({});
    require(pages.count() == free, "the number of free pages");
    state.counters["found"] = static_cast<double>(found) / static_cast<double>(state.iterations());
}

void take_scattered(benchmark::State& state, Pattern pattern, std::uint64_t count) {
    kv::FreePages pages = make_free(pattern);
    const std::uint64_t free = pages.count();
    Held held(pages);
    std::vector<kv::Extent> extents;
    std::uint64_t taken = 0;
    for (auto _ : state) {
        extents.clear();
        taken += count - pages.take_scattered(count, extents);
        for (const kv::Extent& extent : extents) held.swap_in(extent);
    }
    for (std::size_t i = 0; i < kHeld; ++i) held.swap_in({});
    require(pages.count() == free, "the number of free pages");
    require(taken == count * static_cast<std::uint64_t>(state.iterations()), "the number of pages taken");
    state.counters["extents"] = static_cast<double>(extents.size());
}

}  // namespace

void register_space_parts() {
    for (const Pattern pattern : {Pattern::whole, Pattern::runs, Pattern::single}) {
        const std::string name(kPatternNames[static_cast<std::size_t>(pattern)]);
        for (const std::uint64_t count : {1U, 16U, 256U}) {
            const std::string suffix = "/" + name + "/pages:" + std::to_string(count);
            benchmark::RegisterBenchmark(("space/take_run" + suffix).c_str(), take_run, pattern, count);
            benchmark::RegisterBenchmark(("space/take_scattered" + suffix).c_str(), take_scattered, pattern, count);
        }
    }
}

}  // namespace cambium::bench

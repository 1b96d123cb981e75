// What a commit pays for its free space, against how much free space there is: none to 100 GiB, in fragments of 1
// to 10 pages. The map is filled in memory; no file has that size.
#include <algorithm>
#include <random>

#include "cambium/base/error.hpp"
#include "dataset.hpp"
#include "kv/space_map.hpp"
#include "memory/accounting.hpp"
#include "scale/child.hpp"
#include "scale/scale.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint32_t kPageBytes = 4096;
constexpr std::uint64_t kPagesPerGiB = (std::uint64_t{1} << 30) / kPageBytes;
constexpr std::uint64_t kMetaPages = 40;
constexpr std::uint64_t kCommitPages = 16;
constexpr std::uint64_t kCommits = 20'000;

/// A map with about so many free pages, none of them in long runs.
void fill(kv::SpaceMap& map, std::uint64_t free_pages) {
    std::vector<kv::Extent> all;
    map.allocate(kMetaPages + 2 * free_pages + kCommitPages, all);
    std::vector<kv::RetiredExtent> retired;
    std::uint64_t count = 0;
    for (std::uint64_t page = kMetaPages; count < free_pages;) {
        const std::uint64_t run = std::min(free_pages - count, 1 + mix(page) % 10);
        retired.push_back({page, run, 1, 2});
        count += run;
        page += run + 1 + mix(page + 1) % 10;
        if (page + 10 >= map.page_count()) break;
    }
    map.committed(2, retired);
    while (map.waiting_pages() > 0) map.release({2});
}

/// Seconds that commits spent in each of their steps.
struct Steps {
    double allocate = 0;
    double record = 0;
    double release = 0;
};

/// Commits of kCommitPages pages, each of which gives back what the one before took.
Steps run_commits(kv::SpaceMap& map) {
    Steps steps;
    std::vector<kv::RetiredExtent> before;
    for (std::uint64_t commit = 0; commit < kCommits; ++commit) {
        const kv::TransactionId transaction = 3 + commit;
        kv::SpaceDelta delta;
        const Stopwatch allocating;
        map.allocate(kCommitPages, delta.allocated);
        steps.allocate += allocating.seconds();

        for (kv::RetiredExtent& extent : before) extent.retired = transaction;
        delta.retired = before;
        const Stopwatch recording;
        if (kv::encode_delta(delta, transaction).empty())
            throw Error(ErrorCode::corrupt, "a commit without a record");
        steps.record += recording.seconds();

        const Stopwatch releasing;
        map.committed(transaction, before);
        map.release({transaction});
        steps.release += releasing.seconds();
        for (const kv::Extent& extent : delta.allocated)
            before.push_back({extent.first_page, extent.page_count, transaction, 0});
    }
    return steps;
}

/// Nanoseconds per commit for each step, and the bytes of the map.
std::vector<double> run_size(std::uint64_t free_pages) {
    return in_child([&] {
        const std::uint64_t empty = heap_bytes();
        kv::SpaceMap map(kPageBytes);
        fill(map, free_pages);
        const Steps steps = run_commits(map);
        const double each = 1e9 / static_cast<double>(kCommits);
        return std::vector<double>{steps.allocate * each, steps.record * each, steps.release * each,
                                   static_cast<double>(heap_bytes() - empty)};
    });
}

}  // namespace

void measure_free_pages(Scale& scale) {
    for (const std::uint64_t tenths : {0U, 1U, 10U, 100U, 1000U}) {
        const double gib = static_cast<double>(tenths) / 10;
        scale.progress.say("free pages: " + std::to_string(tenths / 10) + " GiB");
        const std::vector<double> result = run_size(tenths * kPagesPerGiB / 10);
        const auto add = [&](const std::string& series, const std::string& unit, double y) {
            scale.figures.add({"Free pages", series, "cambium", "GiB of free pages", gib, unit, y});
        };
        add("allocate 16 pages", "ns", result[0]);
        add("record of the commit", "ns", result[1]);
        add("file and release what it retired", "ns", result[2]);
        add("the map in memory", "MiB", result[3] / (1U << 20));
    }
}

}  // namespace cambium::bench

// How large files become, and how much is written. Sizes are what the file system has allocated.
#include <fstream>
#include <string>

#include "cambium/base/error.hpp"
#include "workloads/families.hpp"
#include "workloads/writing.hpp"

namespace cambium::bench {
namespace {

/// Bytes that this process has passed to the system's calls that write, all threads. The kernel's other counter,
/// write_bytes, counts whole large folios when one page of them becomes dirty.
std::uint64_t bytes_passed_to_writes() {
    std::ifstream counters("/proc/self/io");
    std::string name;
    std::uint64_t number = 0;
    while (counters >> name >> number)
        if (name == "wchar:") return number;
    return 0;
}

double ratio(std::uint64_t bytes, std::uint64_t base) {
    return static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(base, 1));
}

}  // namespace

std::size_t delete_half(Task& task) {
    fill(task);
    const std::uint64_t full = task.store.allocated_bytes();
    const Span half{0, task.picks.size() / 2};
    task.store.engine().set_durability(Durability::deferred);
    erase_span(task, task.store.session(), half, kLoadBatch);
    task.store.engine().sync();
    small_commits(task, {half.end, task.picks.size()}, 0);
    task.store.reopen();
    task.figures[0] = ratio(task.store.allocated_bytes(), full);
    return 0;
}

std::size_t held_reader(Task& task) {
    fill(task);
    const std::uint64_t before = task.store.allocated_bytes();
    const std::unique_ptr<Session> holder = task.store.engine().session();
    Digest seen;
    holder->begin_read();
    holder->scan(Direction::forward, seen);
    task.store.engine().set_durability(Durability::deferred);
    put_span(task, task.store.session(), all(task), kUpdateBatch, 7);
    task.store.engine().sync();
    task.figures[0] = ratio(task.store.allocated_now(), before);
    Digest again;
    holder->scan(Direction::forward, again);
    holder->end_read();
    if (seen.value() != again.value())
        throw Error(ErrorCode::corrupt,
                    "engine \"" + task.store.engine().name() +
                        "\": a snapshot changed while it was held, in workload \"held-reader\"");
    return 0;
}

std::size_t flushed_bytes(Task& task) {
    fill(task);
    // The first round brings the free space into the state in which it stays.
    const Span first{0, task.picks.size() / 2};
    const Span second{first.end, task.picks.size()};
    put_span(task, task.store.session(), first, kUpdateBatch, 8);
    const std::uint64_t before = bytes_passed_to_writes();
    const std::uint64_t counted = task.store.engine().bytes_written().value_or(0);
    put_span(task, task.store.session(), second, kUpdateBatch, 8);
    const double updates = static_cast<double>(second.end - second.begin);
    task.figures[1] = static_cast<double>(bytes_passed_to_writes() - before) / updates;
    const auto now = task.store.engine().bytes_written();
    task.figures[0] = now ? static_cast<double>(*now - counted) / updates : task.figures[1];
    return 0;
}

}  // namespace cambium::bench

// Reading by one thread.
#include <array>

#include "page_cache.hpp"
#include "workloads/families.hpp"

namespace cambium::bench {
namespace {

/// One pass per pick: the keys do not matter.
std::size_t scan(Task& task, Direction direction) {
    Session& session = task.store.session();
    std::size_t records = 0;
    session.begin_read();
    for (std::size_t pass = 0; pass < task.picks.size(); ++pass) records += session.scan(direction, task.digest);
    session.end_read();
    return records;
}

}  // namespace

std::size_t random_get(Task& task) {
    Session& session = task.store.session();
    session.begin_read();
    for (std::size_t i = 0; i < task.picks.size(); ++i) Session::add(session.get(task.picks.keys[i]), task.digest);
    session.end_read();
    return task.picks.size();
}

std::size_t batched_get(Task& task) {
    Session& session = task.store.session();
    std::array<ByteView, kGetBatch> keys;
    session.begin_read();
    for (std::size_t i = 0; i < task.picks.size();) {
        std::size_t count = 0;
        while (count < keys.size() && i < task.picks.size()) keys[count++] = task.picks.keys[i++];
        session.get_many(std::span(keys).first(count), task.digest);
    }
    session.end_read();
    return task.picks.size();
}

std::size_t begin_get_end(Task& task) {
    Session& session = task.store.session();
    for (std::size_t i = 0; i < task.picks.size(); ++i) session.get_alone(task.picks.keys[i], task.digest);
    return task.picks.size();
}

std::size_t scan_forward(Task& task) {
    return scan(task, Direction::forward);
}

std::size_t scan_reverse(Task& task) {
    return scan(task, Direction::reverse);
}

std::size_t seek_100(Task& task) {
    Session& session = task.store.session();
    session.begin_read();
    for (std::size_t i = 0; i < task.picks.size(); ++i)
        session.seek_next(task.picks.keys[i], kSeekLength, task.digest);
    session.end_read();
    return task.picks.size();
}

std::size_t get_latency(Task& task) {
    Session& session = task.store.session();
    task.latencies.reserve(task.picks.size());
    session.begin_read();
    for (std::size_t i = 0; i < task.picks.size(); ++i) {
        const Clock clock;
        Session::add(session.get(task.picks.keys[i]), task.digest);
        task.latencies.push_back(static_cast<float>(clock.nanoseconds()));
    }
    session.end_read();
    return 0;
}

std::size_t cold_get(Task& task) {
    task.store.close();
    const std::string obstacle = evict_from_page_cache(task.store.folder());
    task.store.open();
    if (!obstacle.empty()) {
        task.skipped = obstacle;
        return 0;
    }
    task.clock.start();
    return random_get(task);
}

}  // namespace cambium::bench

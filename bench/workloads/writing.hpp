// Transactions of several writes, for the workloads that write.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "workload.hpp"

namespace cambium::bench {

/// Places in a list of picks.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The span in transactions of `batch`; `write` is called for every place. With `latencies`, the nanoseconds of
/// each commit() are added to it.
template <class Write>
void in_transactions(Session& session, Span span, std::size_t batch, WriteOrder order,
                     std::vector<float>* latencies, Write&& write) {
    for (std::size_t begin = span.begin; begin < span.end; begin += batch) {
        session.begin_write(order);
        for (std::size_t i = begin; i < std::min(begin + batch, span.end); ++i) write(i);
        const Clock clock;
        session.commit();
        if (latencies != nullptr) latencies->push_back(static_cast<float>(clock.nanoseconds()));
    }
}

/// Puts one version of the value of every pick of the span.
inline void put_span(Task& task, Session& session, Span span, std::size_t batch, std::uint64_t version,
                     WriteOrder order = WriteOrder::random, std::vector<float>* latencies = nullptr) {
    in_transactions(session, span, batch, order, latencies, [&](std::size_t i) {
        session.put(task.picks.keys[i], task.dataset.value(task.picks.ranks[i], version));
    });
}

inline void erase_span(Task& task, Session& session, Span span, std::size_t batch,
                       std::vector<float>* latencies = nullptr) {
    in_transactions(session, span, batch, WriteOrder::random, latencies,
                    [&](std::size_t i) { session.erase(task.picks.keys[i]); });
}

/// All picks of the task.
inline Span all(const Task& task) {
    return {0, task.picks.size()};
}

/// Twenty durable transactions of one put, of picks of the span and of a version that they have: the contents stay.
inline void small_commits(Task& task, Span span, std::uint64_t version) {
    task.store.engine().set_durability(Durability::durable);
    span.end = std::min(span.end, span.begin + kSmallCommits);
    put_span(task, task.store.session(), span, 1, version);
}

}  // namespace cambium::bench

#include "workload.hpp"

#include <algorithm>

namespace cambium::bench {
namespace {

/// Puts all picks in durable transactions of `batch`; returns the number of puts.
std::size_t put_in_batches(Session& session, const Dataset& dataset, const Picks& picks, std::size_t batch,
                           WriteOrder order, std::uint64_t version) {
    for (std::size_t begin = 0; begin < picks.size(); begin += batch) {
        const std::size_t end = std::min(begin + batch, picks.size());
        session.begin_write(order);
        for (std::size_t i = begin; i < end; ++i)
            session.put(picks.keys[i], dataset.value(picks.ranks[i], version));
        session.commit();
    }
    return picks.size();
}

std::size_t sorted_load(Session& session, const Dataset& dataset, const Picks& picks, Digest&) {
    return put_in_batches(session, dataset, picks, kLoadBatch, WriteOrder::ascending, 0);
}

std::size_t random_load(Session& session, const Dataset& dataset, const Picks& picks, Digest&) {
    return put_in_batches(session, dataset, picks, kLoadBatch, WriteOrder::random, 0);
}

std::size_t update_batches(Session& session, const Dataset& dataset, const Picks& picks, Digest&) {
    return put_in_batches(session, dataset, picks, kUpdateBatch, WriteOrder::random, 1);
}

std::size_t durable_puts(Session& session, const Dataset& dataset, const Picks& picks, Digest&) {
    return put_in_batches(session, dataset, picks, 1, WriteOrder::random, 2);
}

std::size_t random_get(Session& session, const Dataset&, const Picks& picks, Digest& digest) {
    session.begin_read();
    for (std::size_t i = 0; i < picks.size(); ++i) Session::add(session.get(picks.keys[i]), digest);
    session.end_read();
    return picks.size();
}

std::size_t begin_get_end(Session& session, const Dataset&, const Picks& picks, Digest& digest) {
    for (std::size_t i = 0; i < picks.size(); ++i) session.get_alone(picks.keys[i], digest);
    return picks.size();
}

/// One pass per pick: the keys do not matter.
std::size_t scan(Session& session, Direction direction, const Picks& picks, Digest& digest) {
    std::size_t records = 0;
    session.begin_read();
    for (std::size_t pass = 0; pass < picks.size(); ++pass) records += session.scan(direction, digest);
    session.end_read();
    return records;
}

std::size_t scan_forward(Session& session, const Dataset&, const Picks& picks, Digest& digest) {
    return scan(session, Direction::forward, picks, digest);
}

std::size_t scan_reverse(Session& session, const Dataset&, const Picks& picks, Digest& digest) {
    return scan(session, Direction::reverse, picks, digest);
}

std::size_t seek_100(Session& session, const Dataset&, const Picks& picks, Digest& digest) {
    session.begin_read();
    for (std::size_t i = 0; i < picks.size(); ++i) session.seek_next(picks.keys[i], kSeekLength, digest);
    session.end_read();
    return picks.size();
}

Picks all_in_order(const Dataset& dataset, const Effort&) {
    return dataset.in_order();
}
Picks all_shuffled(const Dataset& dataset, const Effort&) {
    return dataset.shuffled(1);
}
Picks for_gets(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.gets, 2);
}
Picks for_seeks(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.seeks, 3);
}
Picks for_batches(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.batches * kUpdateBatch, 4);
}
Picks for_singles(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.singles, 5);
}
Picks for_scans(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(std::max<std::size_t>(1, effort.scanned / dataset.records()), 6);
}

constexpr std::array kWorkloads{
    Workload{"sorted-load", "sorted load, 10k per transaction", Stage::load, all_in_order, sorted_load},
    Workload{"random-get", "random get", Stage::read, for_gets, random_get},
    Workload{"begin-get-end", "begin + get + end", Stage::read, for_gets, begin_get_end},
    Workload{"scan-forward", "scan forward", Stage::read, for_scans, scan_forward},
    Workload{"scan-reverse", "scan reverse", Stage::read, for_scans, scan_reverse},
    Workload{"seek-100", "seek + next 100", Stage::read, for_seeks, seek_100},
    Workload{"update-100", "update, 100 per transaction, durable", Stage::update, for_batches, update_batches},
    Workload{"durable-put", "durable single put", Stage::update, for_singles, durable_puts},
    Workload{"random-load", "random load, 10k per transaction", Stage::load, all_shuffled, random_load},
};

}  // namespace

Effort Effort::scaled_to(std::size_t records) const noexcept {
    Effort effort;
    effort.gets = std::min(gets, 10 * records);
    effort.scanned = std::min(scanned, 10 * records);
    effort.seeks = std::min(seeks, records);
    effort.batches = std::min(batches, records / kUpdateBatch + 1);
    effort.singles = std::min(singles, records / 10 + 1);
    return effort;
}

std::span<const Workload> workloads() noexcept {
    return kWorkloads;
}

}  // namespace cambium::bench

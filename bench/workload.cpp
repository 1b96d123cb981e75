#include "workload.hpp"

#include <algorithm>

#include "workloads/families.hpp"

namespace cambium::bench {
namespace {

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
Picks for_deferred_batches(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.deferred_batches * kUpdateBatch, 7);
}
Picks for_singles(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.singles, 5);
}
Picks for_threads(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.singles * 4, 8);
}
Picks for_scans(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(std::max<std::size_t>(1, effort.scanned / dataset.records()), 6);
}
Picks for_cold_gets(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.cold_gets, 9);
}
Picks for_limited_gets(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.limited_gets, 10);
}
Picks for_held_updates(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(effort.held_updates, 11);
}
Picks twice_for_batches(const Dataset& dataset, const Effort& effort) {
    return dataset.drawn(2 * effort.batches * kUpdateBatch, 12);
}

using enum Stage;
using enum Reach;
constexpr Durability kDurable = Durability::durable;
constexpr Durability kDeferred = Durability::deferred;
constexpr Measure kShare = Measure::user_share;

constexpr Figure timed(std::string_view id, std::string_view title) {
    return {id, title, Measure::time};
}

constexpr std::array kWorkloads{
    Workload{"sorted-load",
             {timed("sorted-load", "sorted load, 10k per transaction"),
              Figure{"space-sorted-load", "sorted load, 10k per transaction", kShare}},
             "",
             load,
             kDeferred,
             everywhere,
             all_in_order,
             sorted_load},
    Workload{
        "random-get", {timed("random-get", "random get")}, "", read, kDurable, everywhere, for_gets, random_get},
    Workload{"batched-get",
             {timed("batched-get", "batched get, 16 keys a call")},
             "",
             read,
             kDurable,
             u64,
             for_gets,
             batched_get},
    Workload{"begin-get-end",
             {timed("begin-get-end", "begin + get + end")},
             "",
             read,
             kDurable,
             u64_small,
             for_gets,
             begin_get_end},
    Workload{"scan-forward",
             {timed("scan-forward", "scan forward")},
             "",
             read,
             kDurable,
             u64_small,
             for_scans,
             scan_forward},
    Workload{"scan-reverse",
             {timed("scan-reverse", "scan reverse")},
             "",
             read,
             kDurable,
             u64_small,
             for_scans,
             scan_reverse},
    Workload{
        "seek-100", {timed("seek-100", "seek + next 100")}, "", read, kDurable, u64_small, for_seeks, seek_100},
    Workload{"get-latency", {}, "random get", read, kDurable, u64_small, for_gets, get_latency},
    Workload{"cold-get",
             {timed("cold-get", "cold get, page cache dropped")},
             "",
             read,
             kDurable,
             u64_large,
             for_cold_gets,
             cold_get},
    Workload{"durable-put",
             {timed("durable-put", "durable single put")},
             "durable single put",
             update,
             kDurable,
             u64_small,
             for_singles,
             durable_puts},
    Workload{"durable-put-8",
             {timed("durable-put-8", "durable single put, 8 threads")},
             "",
             update,
             kDurable,
             u64_small,
             for_threads,
             durable_puts_threads},
    Workload{"mixed",
             {timed("mixed-reads", "2 readers beside 1 writer: reads"),
              timed("mixed-writes", "2 readers beside 1 writer: writes, deferred")},
             "",
             update,
             kDeferred,
             u64_small,
             for_deferred_batches,
             readers_beside_writer},
    Workload{"update-deferred",
             {timed("update-deferred", "update, 100 per transaction, deferred")},
             "",
             update,
             kDeferred,
             u64,
             for_deferred_batches,
             update_batches},
    Workload{"delete-reinsert",
             {timed("delete-reinsert", "delete half, reinsert, 10k per transaction")},
             "",
             update,
             kDeferred,
             u64_small,
             all_shuffled,
             delete_and_reinsert},
    Workload{"update-aged",
             {timed("update-aged", "update, 100 per transaction, durable, after overwrites")},
             "",
             aged,
             kDurable,
             u64_small,
             for_batches,
             update_aged},
    Workload{"random-load-10k",
             {timed("random-load-10k", "random load, 10k per transaction"),
              Figure{"space-random-load-10k", "random load, 10k per transaction, 20 small commits later", kShare}},
             "",
             load,
             kDeferred,
             u64_small,
             all_shuffled,
             random_load},
    Workload{
        "random-load-100k",
        {timed("random-load-100k", "random load, 100k per transaction"),
         Figure{"space-random-load-100k", "random load, 100k per transaction, 20 small commits later", kShare}},
        "",
        load,
        kDeferred,
        u64_small,
        all_shuffled,
        random_load_big},
    Workload{"random-load-durable",
             {timed("random-load-durable", "random load, 10k per transaction, durable")},
             "",
             load,
             kDurable,
             u64_small,
             all_shuffled,
             random_load_durable,
             Repeats::not_when_quick},
    Workload{"commit-growing",
             {},
             "commit beside 2 readers, store growing from half to full",
             fresh,
             kDurable,
             u64_small,
             all_shuffled,
             commits_while_growing,
             Repeats::not_when_quick},
    Workload{"commit-shrinking",
             {},
             "commit beside 2 readers, half being deleted",
             fresh,
             kDurable,
             u64_small,
             all_shuffled,
             commits_while_shrinking,
             Repeats::not_when_quick},
    Workload{"limited",
             {timed("limited-get", "data twice the memory: random get"),
              timed("limited-update", "data twice the memory: random update, 100 per transaction, deferred")},
             "",
             fresh,
             kDeferred,
             u64_large,
             for_limited_gets,
             under_memory_limit},
    Workload{
        "delete-half",
        {Figure{"space-delete-half", "file after deleting half at random, 20 small commits later, over full size",
                Measure::growth}},
        "",
        fresh,
        kDeferred,
        u64_small,
        all_shuffled,
        delete_half,
        Repeats::never},
    Workload{"held-reader",
             {Figure{"space-held-reader",
                     "file after over before random updates, 100 per transaction, a reader held", Measure::growth}},
             "",
             fresh,
             kDeferred,
             u64_small,
             for_held_updates,
             held_reader,
             Repeats::never},
    Workload{"flushed-bytes",
             {Figure{"flushed-bytes", "bytes flushed per random update, 100 per durable transaction, as counted",
                     Measure::bytes},
              Figure{"passed-bytes", "the same, by the bytes passed to write calls", Measure::bytes}},
             "",
             fresh,
             kDurable,
             u64_small,
             twice_for_batches,
             flushed_bytes,
             Repeats::never},
};

}  // namespace

Effort Effort::scaled_to(std::size_t records) const noexcept {
    Effort effort = *this;
    effort.gets = std::min(gets, 10 * records);
    effort.scanned = std::min(scanned, 10 * records);
    effort.seeks = std::min(seeks, records);
    effort.batches = std::min(batches, records / kUpdateBatch + 1);
    effort.deferred_batches = std::min(deferred_batches, records / kUpdateBatch + 1);
    effort.singles = std::min(singles, records / 10 + 1);
    effort.mixed_milliseconds = std::min(mixed_milliseconds, records / 100 + 1);
    effort.load_commits = std::min(load_commits, records / 20 + 1);
    effort.cold_gets = std::min(cold_gets, records);
    effort.limited_gets = std::min(limited_gets, records);
    effort.held_updates = std::min(held_updates, records);
    return effort;
}

std::span<const Workload> workloads() noexcept {
    return kWorkloads;
}

}  // namespace cambium::bench

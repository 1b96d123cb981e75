// Writing by one thread.
#include "workloads/families.hpp"
#include "workloads/writing.hpp"

namespace cambium::bench {
namespace {

/// Deferred commits count until all of them are on the disk.
void finish(Task& task) {
    task.store.engine().sync();
    task.clock.stop();
}

/// Close in good order and take the space, as the second figure.
void take_space(Task& task) {
    task.store.reopen();
    task.figures[1] =
        static_cast<double>(task.store.allocated_bytes()) / static_cast<double>(task.dataset.user_bytes());
}

std::size_t load_at_random(Task& task, std::size_t batch) {
    put_span(task, task.store.session(), all(task), batch, 0);
    finish(task);
    small_commits(task, all(task), 0);
    take_space(task);
    return task.picks.size();
}

}  // namespace

std::size_t sorted_load(Task& task) {
    put_span(task, task.store.session(), all(task), kLoadBatch, 0, WriteOrder::ascending);
    finish(task);
    take_space(task);
    return task.picks.size();
}

std::size_t random_load(Task& task) {
    return load_at_random(task, kLoadBatch);
}

std::size_t random_load_big(Task& task) {
    return load_at_random(task, kBigLoadBatch);
}

std::size_t random_load_durable(Task& task) {
    put_span(task, task.store.session(), all(task), kLoadBatch, 0);
    task.clock.stop();
    return task.picks.size();
}

std::size_t update_batches(Task& task) {
    put_span(task, task.store.session(), all(task), kUpdateBatch, 1);
    finish(task);
    return task.picks.size();
}

std::size_t update_aged(Task& task) {
    put_span(task, task.store.session(), all(task), kUpdateBatch, 1);
    return task.picks.size();
}

std::size_t durable_puts(Task& task) {
    task.latencies.reserve(task.picks.size());
    put_span(task, task.store.session(), all(task), 1, 2, WriteOrder::random, &task.latencies);
    return task.picks.size();
}

std::size_t delete_and_reinsert(Task& task) {
    const Span half{0, task.picks.size() / 2};
    erase_span(task, task.store.session(), half, kLoadBatch);
    put_span(task, task.store.session(), half, kLoadBatch, 3);
    finish(task);
    return 2 * half.end;
}

void fill(Task& task, std::span<const std::uint32_t> left_out) {
    std::vector<bool> absent(task.dataset.records());
    for (const std::uint32_t rank : left_out) absent[rank] = true;
    const Picks records = task.dataset.in_order();
    Session& session = task.store.session();
    task.store.engine().set_durability(Durability::deferred);
    in_transactions(session, {0, records.size()}, kLoadBatch, WriteOrder::ascending, nullptr, [&](std::size_t i) {
        if (!absent[records.ranks[i]]) session.put(records.keys[i], task.dataset.value(records.ranks[i], 0));
    });
    task.store.engine().sync();
    task.store.reopen();
}

void fill_and_age(Task& task) {
    fill(task);
    task.store.engine().set_durability(Durability::deferred);
    Session& session = task.store.session();
    for (std::size_t pass = 0; pass < task.effort.overwrites; ++pass) {
        const Picks records = task.dataset.shuffled(100 + pass);
        const std::uint64_t version = 10 + (task.effort.overwrites - 1 - pass) % 2;
        in_transactions(session, {0, records.size()}, kLoadBatch, WriteOrder::random, nullptr, [&](std::size_t i) {
            session.put(records.keys[i], task.dataset.value(records.ranks[i], version));
        });
    }
    task.store.engine().sync();
}

}  // namespace cambium::bench

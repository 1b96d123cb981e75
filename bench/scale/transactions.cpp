// Transactions of 1 to 10 million puts of new records at random places: puts per second, the durable commit
// included, and the private memory of the writer just before it commits.
#include <algorithm>

#include "dataset.hpp"
#include "measurement.hpp"
#include "memory/accounting.hpp"
#include "scale/child.hpp"
#include "scale/scale.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint64_t kBaseRecords = 100'000;
constexpr std::size_t kValueBytes = 100;
/// A size is repeated until so many puts were done, at most kMostTransactions times.
constexpr std::uint64_t kEnoughPuts = 100'000;
constexpr std::uint64_t kMostTransactions = 300;

/// What one transaction took: seconds, and the bytes of memory that it added.
struct Taken {
    double seconds = 0;
    double heap = 0;
    double pages = 0;
};

double added(std::uint64_t before, std::uint64_t after) {
    return after > before ? static_cast<double>(after - before) : 0;
}

Taken run_transaction(Session& session, std::uint64_t first, std::uint64_t puts) {
    const std::uint64_t heap_before = heap_bytes();
    const std::uint64_t pages_before = anonymous_bytes();
    const Stopwatch putting;
    session.begin_write(WriteOrder::random);
    for (std::uint64_t i = first; i < first + puts; ++i)
        session.put(NumberKey(mix(i)).view(), value_of(i, kValueBytes));
    const double put_seconds = putting.seconds();
    const double heap = added(heap_before, heap_bytes());
    const double pages = added(pages_before, anonymous_bytes());
    const Stopwatch committing;
    session.commit();
    return {put_seconds + committing.seconds(), heap, pages};
}

void load_at_random(Contestant& store, std::uint64_t records) {
    store.open();
    for (std::uint64_t first = 0; first < records; first += kBaseRecords / 10)
        (void)run_transaction(store.session(), first, std::min(kBaseRecords / 10, records - first));
    store.close();
}

/// In a child, so that no memory of the sizes before is used again: all seconds, and the most memory of a
/// transaction.
Taken run_size(Contestant& store, std::uint64_t first, std::uint64_t puts, std::uint64_t times) {
    const std::vector<double> numbers = in_child([&] {
        store.open();
        trim_heap();
        Taken all;
        for (std::uint64_t i = 0; i < times; ++i) {
            const Taken taken = run_transaction(store.session(), first + i * puts, puts);
            all.seconds += taken.seconds;
            all.heap = std::max(all.heap, taken.heap);
            all.pages = std::max(all.pages, taken.pages);
        }
        store.close();
        return std::vector<double>{all.seconds, all.heap, all.pages};
    });
    return {numbers.at(0), numbers.at(1), numbers.at(2)};
}

}  // namespace

void measure_transactions(Scale& scale) {
    const std::uint64_t base = std::min(kBaseRecords, scale.options.most);
    for (const std::string& engine : scale.engines) {
        scale.progress.say("transactions: " + engine + ": load");
        Contestant store(engine, scale.folder.file("transactions"));
        load_at_random(store, base);
        std::uint64_t next = base;
        for (const std::uint64_t puts : decades(1, scale.options.most)) {
            const std::uint64_t times = std::clamp<std::uint64_t>(kEnoughPuts / puts, 1, kMostTransactions);
            scale.progress.say("transactions: " + engine + ": " + std::to_string(times) + " of " +
                               short_count(puts) + " puts");
            const Taken taken = run_size(store, next, puts, times);
            next += puts * times;
            const auto add = [&](const std::string& series, const std::string& unit, double y) {
                scale.figures.add(
                    {"Transactions", series, engine, "puts per transaction", static_cast<double>(puts), unit, y});
            };
            add("puts", "puts/s", static_cast<double>(puts * times) / taken.seconds);
            add("taken from malloc", "MiB", taken.heap / (1U << 20));
            add("pages of the process", "MiB", taken.pages / (1U << 20));
        }
    }
}

}  // namespace cambium::bench

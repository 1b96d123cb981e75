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
    double seconds;
    double bytes;
};

Taken run_transaction(Session& session, std::uint64_t first, std::uint64_t puts) {
    const std::uint64_t before = heap_bytes();
    const Stopwatch putting;
    session.begin_write(WriteOrder::random);
    for (std::uint64_t i = first; i < first + puts; ++i)
        session.put(NumberKey(mix(i)).view(), value_of(i, kValueBytes));
    const double put_seconds = putting.seconds();
    const std::uint64_t after = heap_bytes();
    const Stopwatch committing;
    session.commit();
    return {put_seconds + committing.seconds(), static_cast<double>(after > before ? after - before : 0)};
}

void load_at_random(Contestant& store, std::uint64_t records) {
    store.open();
    for (std::uint64_t first = 0; first < records; first += kBaseRecords / 10)
        (void)run_transaction(store.session(), first, std::min(kBaseRecords / 10, records - first));
    store.close();
}

/// In a child, so that no memory of the sizes before is used again: puts per second, most bytes of a transaction.
std::vector<double> run_size(Contestant& store, std::uint64_t first, std::uint64_t puts, std::uint64_t times) {
    return in_child([&] {
        store.open();
        double seconds = 0;
        double bytes = 0;
        for (std::uint64_t i = 0; i < times; ++i) {
            const Taken taken = run_transaction(store.session(), first + i * puts, puts);
            seconds += taken.seconds;
            bytes = std::max(bytes, taken.bytes);
        }
        store.close();
        return std::vector<double>{static_cast<double>(puts * times) / seconds, bytes};
    });
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
            const std::vector<double> result = run_size(store, next, puts, times);
            next += puts * times;
            const auto x = static_cast<double>(puts);
            scale.figures.add({"Transactions", "puts", engine, "puts per transaction", x, "puts/s", result[0]});
            scale.figures.add({"Transactions", "private memory of the writer", engine, "puts per transaction", x,
                               "MiB", result[1] / (1U << 20)});
        }
    }
}

}  // namespace cambium::bench

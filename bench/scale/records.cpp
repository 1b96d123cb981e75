// Times and space against the number of records. Everything is measured on the store of a sorted load that was
// closed, opened and scanned once; puts replace values at random and are durable.
#include <algorithm>

#include "cambium/base/error.hpp"
#include "dataset.hpp"
#include "measurement.hpp"
#include "scale/child.hpp"
#include "scale/scale.hpp"

namespace cambium::bench {
namespace {

constexpr std::size_t kValueBytes = 100;
constexpr std::size_t kSmallValueBytes = 8;
constexpr std::uint64_t kGets = 500'000;
constexpr std::uint64_t kPuts = 50'000;
constexpr std::uint64_t kPutsPerTransaction = 1'000;
constexpr std::size_t kSingles = 200;
constexpr std::size_t kOpens = 5;

class RecordsRun {
public:
    RecordsRun(Scale& scale, std::string plot, std::string engine, std::uint64_t records, std::size_t value_bytes)
        : scale_(scale),
          plot_(std::move(plot)),
          engine_(std::move(engine)),
          records_(records),
          value_bytes_(value_bytes),
          store_(engine_, scale.folder.file("records")) {}

    void run() {
        say("load");
        store_.open();
        load_in_order(store_.session(), records_, value_bytes_);
        store_.close();
        add("bytes per record", "bytes",
            [&] { return static_cast<double>(store_.allocated_bytes()) / static_cast<double>(records_); });
        add("open", "ns", [&] { return spread_of(open_times(kOpens)).median; });
        store_.open();
        (void)scan();
        add("scan, per record", "ns", [&] { return scan(); });
        add("get", "ns", [&] { return get(); });
        add("put, 1000 per transaction", "ns", [&] { return put(); });
        add("durable single put", "ns", [&] { return single_puts(); });
        store_.close();
        add("open after a kill", "ns", [&] { return recovery(); });
    }

private:
    void say(const std::string& what) {
        scale_.progress.say("records: " + short_count(records_) + " of " + std::to_string(value_bytes_) +
                            " bytes, " + engine_ + ": " + what);
    }

    template <class Measure>
    void add(const std::string& series, const std::string& unit, Measure&& measure) {
        say(series);
        scale_.figures.add({plot_, series, engine_, "records", static_cast<double>(records_), unit, measure()});
    }

    [[nodiscard]] std::uint64_t random_number(std::uint64_t i) const { return mix(i) % records_; }

    std::vector<double> open_times(std::size_t times) {
        std::vector<double> samples;
        for (std::size_t i = 0; i < times; ++i) {
            const Stopwatch watch;
            store_.open();
            samples.push_back(watch.seconds() * 1e9);
            store_.close();
        }
        return samples;
    }

    double scan() {
        Digest digest;
        const Stopwatch watch;
        store_.session().begin_read();
        const std::size_t found = store_.session().scan(Direction::forward, digest);
        store_.session().end_read();
        if (found != records_) throw Error(ErrorCode::corrupt, engine_ + " lost records of a load");
        return watch.seconds() * 1e9 / static_cast<double>(records_);
    }

    double get() {
        Session& session = store_.session();
        session.begin_read();
        const Stopwatch watch;
        for (std::uint64_t i = 0; i < kGets; ++i) {
            const std::optional<ByteView> value = session.get(NumberKey(random_number(i)).view());
            if (!value || value->size() != value_bytes_)
                throw Error(ErrorCode::corrupt, engine_ + " does not find a record");
        }
        const double elapsed = watch.seconds();
        session.end_read();
        return elapsed * 1e9 / static_cast<double>(kGets);
    }

    void put_transaction(std::uint64_t first, std::uint64_t count) {
        Session& session = store_.session();
        session.begin_write(WriteOrder::random);
        for (std::uint64_t i = first; i < first + count; ++i)
            session.put(NumberKey(random_number(i)).view(), value_of(i, value_bytes_));
        session.commit();
    }

    double put() {
        const Stopwatch watch;
        for (std::uint64_t first = 0; first < kPuts; first += kPutsPerTransaction)
            put_transaction(first, kPutsPerTransaction);
        return watch.seconds() * 1e9 / static_cast<double>(kPuts);
    }

    double single_puts() {
        std::vector<double> samples;
        for (std::uint64_t i = 0; i < kSingles; ++i) {
            const Stopwatch watch;
            put_transaction(kPuts + i, 1);
            samples.push_back(watch.seconds() * 1e9);
        }
        return spread_of(std::move(samples)).median;
    }

    /// Opening after a process was killed that had the store open and had committed to it.
    double recovery() {
        std::vector<double> samples;
        for (std::size_t i = 0; i < kOpens; ++i) {
            in_child([&] {
                store_.open();
                for (std::uint64_t commit = 0; commit < 10; ++commit)
                    put_transaction(commit * kPutsPerTransaction, kPutsPerTransaction);
                return std::vector<double>{};
            });
            samples.push_back(open_times(1).front());
        }
        return spread_of(std::move(samples)).median;
    }

    Scale& scale_;
    std::string plot_;
    std::string engine_;
    std::uint64_t records_;
    std::size_t value_bytes_;
    Contestant store_;
};

}  // namespace

void measure_records(Scale& scale) {
    constexpr std::uint64_t kFirst = 10'000;
    for (const auto& [value_bytes, most] :
         {std::pair{kValueBytes, scale.options.most}, std::pair{kSmallValueBytes, scale.options.most_small}})
        for (const std::uint64_t records : decades(kFirst, most))
            for (const std::string& engine : scale.engines)
                RecordsRun(scale, "Records, values of " + std::to_string(value_bytes) + " bytes", engine, records,
                           value_bytes)
                    .run();
}

}  // namespace cambium::bench

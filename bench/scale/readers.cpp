// Reads per second of 1 to 64 threads together, each read in a snapshot of its own: begin, get, end.
#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>

#include "cambium/base/error.hpp"
#include "dataset.hpp"
#include "scale/scale.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint64_t kRecords = 1'000'000;
constexpr std::size_t kValueBytes = 100;
constexpr std::size_t kMostThreads = 64;
constexpr std::uint64_t kReadsPerLook = 64;  ///< between looks at whether to stop

/// Threads that read until they are told to stop.
class Readers {
public:
    Readers(Engine& engine, std::uint64_t records) : engine_(engine), records_(records) {}

    double reads_per_second(std::size_t threads, double seconds) {
        std::vector<std::thread> running;
        for (std::size_t i = 0; i < threads; ++i) running.emplace_back([this, i] { read(i); });
        while (ready_ < threads && !failed_) std::this_thread::yield();
        const Stopwatch watch;
        stage_ = Stage::measured;
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        stage_ = Stage::over;
        const double elapsed = watch.seconds();
        for (std::thread& thread : running) thread.join();
        if (failed_) std::rethrow_exception(failure_);
        return static_cast<double>(reads_.load()) / elapsed;
    }

private:
    enum class Stage : std::uint8_t { warming, measured, over };

    void read(std::size_t thread) {
        try {
            const std::unique_ptr<Session> session = engine_.session();
            std::uint64_t i = thread << 32;
            read_some(*session, i);
            ++ready_;
            std::uint64_t reads = 0;
            for (Stage stage; (stage = stage_) != Stage::over;)
                reads += (stage == Stage::measured ? 1U : 0U) * read_some(*session, i);
            reads_ += reads;
        } catch (...) {
            if (!failed_.exchange(true)) failure_ = std::current_exception();
        }
    }

    std::uint64_t read_some(Session& session, std::uint64_t& i) const {
        Digest digest;
        for (const std::uint64_t end = i + kReadsPerLook; i < end; ++i)
            session.get_alone(NumberKey(mix(i) % records_).view(), digest);
        return kReadsPerLook;
    }

    Engine& engine_;
    std::uint64_t records_;
    std::atomic<std::size_t> ready_{0};
    std::atomic<Stage> stage_{Stage::warming};
    std::atomic<std::uint64_t> reads_{0};
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;
};

}  // namespace

void measure_readers(Scale& scale) {
    const std::uint64_t records = std::min(kRecords, scale.options.most);
    for (const std::string& engine : scale.engines) {
        scale.progress.say("readers: " + engine + ": load");
        Contestant store(engine, scale.folder.file("readers"));
        store.open();
        load_in_order(store.session(), records, kValueBytes);
        for (std::size_t threads = 1; threads <= kMostThreads; threads *= 2) {
            scale.progress.say("readers: " + engine + ": " + std::to_string(threads) + " threads");
            const double rate = Readers(store.engine(), records).reads_per_second(threads, scale.options.seconds);
            scale.figures.add(
                {"Readers", "begin + get + end", engine, "threads", static_cast<double>(threads), "reads/s", rate});
        }
    }
}

}  // namespace cambium::bench

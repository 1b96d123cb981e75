// Several threads at once. Sessions are made before the threads start, each is used by one of them.
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cambium/base/error.hpp"
#include "workloads/families.hpp"
#include "workloads/writing.hpp"

namespace cambium::bench {
namespace {

/// Threads that are joined at the end, and the first failure of any of them.
class Threads {
public:
    Threads() = default;
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { join(); }

    void start(std::function<void()> work) {
        threads_.emplace_back([this, work = std::move(work)] {
            try {
                work();
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failure_) failure_ = std::current_exception();
            }
        });
    }

    /// Throws what one of them threw.
    void finish() {
        join();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    void join() {
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::exception_ptr failure_;
};

/// Random gets, 100 per snapshot, by two threads until stopped.
class Readers {
public:
    explicit Readers(Task& task) : task_(task) {
        for (std::size_t reader = 0; reader < kReaderThreads; ++reader)
            sessions_.push_back(task.store.engine().session());
        for (std::size_t reader = 0; reader < kReaderThreads; ++reader)
            threads_.start([this, reader] { read(reader); });
    }
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;
    ~Readers() { stop_ = true; }

    /// How many gets there were.
    std::size_t stop() {
        stop_ = true;
        threads_.finish();
        return reads_;
    }

private:
    static constexpr std::size_t kGetsPerSnapshot = 100;

    void read(std::size_t reader) {
        Session& session = *sessions_[reader];
        const Picks& picks = task_.picks;
        Digest unused;
        std::size_t at = reader * picks.size() / kReaderThreads;
        std::size_t reads = 0;
        for (; !stop_.load(std::memory_order_relaxed); reads += kGetsPerSnapshot) {
            session.begin_read();
            for (std::size_t i = 0; i < kGetsPerSnapshot; ++i, at = at + 1 == picks.size() ? 0 : at + 1)
                Session::add(session.get(picks.keys[at]), unused);
            session.end_read();
        }
        reads_ += reads;
    }

    Task& task_;
    std::vector<std::unique_ptr<Session>> sessions_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> reads_ = 0;
    Threads threads_;
};

}  // namespace

std::size_t durable_puts_threads(Task& task) {
    std::vector<std::unique_ptr<Session>> sessions;
    for (std::size_t thread = 0; thread < kWriterThreads; ++thread)
        sessions.push_back(task.store.engine().session());
    task.clock.start();
    Threads threads;
    for (std::size_t thread = 0; thread < kWriterThreads; ++thread)
        threads.start([&task, &session = *sessions[thread], thread] {
            const std::size_t count = task.picks.size();
            put_span(task, session, {count * thread / kWriterThreads, count * (thread + 1) / kWriterThreads}, 1, 5);
        });
    threads.finish();
    task.clock.stop();
    return task.picks.size();
}

std::size_t readers_beside_writer(Task& task) {
    const std::size_t transactions = task.picks.size() / kUpdateBatch;
    const double limit = static_cast<double>(task.effort.mixed_milliseconds) * 1e6;
    Session& session = task.store.session();
    const auto update = [&](std::size_t transaction) {
        const std::size_t begin = transaction % transactions * kUpdateBatch;
        put_span(task, session, {begin, begin + kUpdateBatch}, kUpdateBatch, 4);
    };
    task.clock.start();
    Readers readers(task);
    std::size_t done = 0;
    while (task.clock.nanoseconds() < limit) update(done++);
    const std::size_t reads = readers.stop();
    task.figures[0] = task.clock.nanoseconds() / static_cast<double>(reads);
    task.store.engine().sync();
    task.figures[1] = task.clock.nanoseconds() / static_cast<double>(done * kUpdateBatch);
    // What is left of the first round is written now, so that the contents do not depend on the time.
    while (done < transactions) update(done++);
    return 0;
}

namespace {

/// Durable commits that add half of the records at random to the other half, or remove them, beside two readers.
std::size_t commits_beside_readers(Task& task, bool growing) {
    const Span half{0, task.picks.size() / 2};
    fill(task, growing ? std::span(task.picks.ranks).first(half.end) : std::span<const std::uint32_t>{});
    const std::size_t batch = std::max<std::size_t>(1, half.end / task.effort.load_commits);
    Readers readers(task);
    if (growing) {
        put_span(task, task.store.session(), half, batch, 6, WriteOrder::random, &task.latencies);
    } else {
        erase_span(task, task.store.session(), half, batch, &task.latencies);
    }
    readers.stop();
    return 0;
}

}  // namespace

std::size_t commits_while_growing(Task& task) {
    return commits_beside_readers(task, true);
}

std::size_t commits_while_shrinking(Task& task) {
    return commits_beside_readers(task, false);
}

}  // namespace cambium::bench

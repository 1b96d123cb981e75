// Many threads in one process: writers in turn, readers beside them, each snapshot consistent. Also the test to
// build with -fsanitize=thread.
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "accounts.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// The first thing that went wrong in any thread.
class Complaints {
public:
    void add(const std::string& text) {
        const std::lock_guard guard{mutex_};
        if (first_.empty()) first_ = text;
    }
    [[nodiscard]] std::string first() {
        const std::lock_guard guard{mutex_};
        return first_;
    }

private:
    std::mutex mutex_;
    std::string first_;
};

template <class Body>
std::thread guarded(Complaints& complaints, Body body) {
    ++threads_started;
    return std::thread{[&complaints, body] {
        try {
            body();
        } catch (const std::exception& error) {
            complaints.add(error.what());
        }
    }};
}

}  // namespace

TEST_CASE("threads write in turn and read beside each other") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    Environment environment = Environment::open(directory.store());
    constexpr std::uint64_t kWriters = 3;
    constexpr std::uint64_t kCommits = 100;
    std::atomic<std::uint64_t> writing{kWriters};
    Complaints complaints;
    std::vector<std::thread> threads;
    for (std::uint64_t w = 0; w < kWriters; ++w)
        threads.push_back(guarded(complaints, [&environment, &writing, w] {
            std::mt19937_64 random{seed() + w};
            struct Leave {
                std::atomic<std::uint64_t>& writing;
                ~Leave() { --writing; }
            } const leave{writing};
            for (std::uint64_t i = 0; i < kCommits; ++i) {
                if (i % 10 == 9) {
                    kv::WriteTransaction txn = environment.begin_write();
                    (void)transfer(txn, random);
                    txn.abort();
                }
                const std::uint64_t count = commit_transfer(environment, random);
                if (require_balance(environment) < count) throw std::runtime_error("a reader sees an older state");
            }
        }));
    for (int r = 0; r < 3; ++r)
        threads.push_back(guarded(complaints, [&environment, &writing, r] {
            std::uint64_t last = 0;
            kv::ReadTransaction held = environment.begin_read();
            std::uint64_t held_count = require_balance(held);
            for (int i = 0; writing > 0; ++i) {
                const std::uint64_t count = require_balance(environment);
                if (count < last) throw std::runtime_error("time went backward");
                last = count;
                if (require_balance(held) != held_count) throw std::runtime_error("a held snapshot has changed");
                if (i % (5 + r) == 0) {
                    held = environment.begin_read();
                    held_count = require_balance(held);
                }
                (void)environment.statistics();
            }
        }));
    threads.push_back(guarded(complaints, [&environment, &writing, &directory] {
        while (writing > 0) {
            require_check(environment);
            Environment handle = Environment::open(directory.store());
            (void)require_balance(handle);
        }
    }));
    for (std::thread& thread : threads) thread.join();
    REQUIRE(complaints.first() == "");
    CHECK(require_balance(environment) == kWriters * kCommits);
    CHECK(environment.statistics().readers == 0);
    (void)require_sound(environment);
}

TEST_CASE("a thread that ends in the middle of a write transaction blocks nobody") {
    const MemoryDirectory directory;
    create_accounts(directory.store());
    Environment environment = Environment::open(directory.store());
    std::mt19937_64 random{1};
    std::optional<kv::WriteTransaction> abandoned;
    ++threads_started;
    std::thread{[&] {
        abandoned.emplace(environment.begin_write());
        (void)transfer(*abandoned, random);
    }}.join();
    CHECK(commit_transfer(environment, random) == 1);
    CHECK(require_balance(environment) == 1);
    (void)require_sound(environment);
    abandoned.reset();
    CHECK(commit_transfer(environment, random) == 2);
    (void)require_sound(environment);
}

// Writers and readers killed at every point: no acknowledged commit is lost, what was shown once stays, the next
// writer goes on at once, and what a dead reader pinned is free again.
#include <memory>
#include <optional>

#include "accounts.hpp"
#include "child.hpp"
#include "killer.hpp"
#include "memory_directory.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;
using kv::Tree;
using kv::WriteTransaction;

namespace {

kv::Options with(kv::Durability durability) {
    kv::Options options;
    options.durability = durability;
    return options;
}

/// A process that commits three times and closes, and is killed at its n-th point from the first commit on. It
/// sends the number of every commit that returned.
void write_until_killed(const Child::Pipe& pipe, const std::string& path, const kv::Options& options, Point point,
                        std::uint64_t n) {
    Environment environment = Environment::open(path, options);
    std::mt19937_64 random{n};
    std::optional<Killer> killer;
    if (point == Point::allocation) {
        die_at_allocation(n);
    } else {
        killer.emplace(n, point == Point::before_call);
        os::set_file_observer(&*killer);
    }
    for (int i = 0; i < 3; ++i) pipe.send(commit_transfer(environment, random));
    environment.close();
    allocations_left.store(-1);
}

/// A process that comes after: finds what was acknowledged, or one commit more where that may be, and goes on.
std::uint64_t go_on_after(const std::string& path, const kv::Options& options, std::uint64_t acknowledged) {
    std::uint64_t count = 0;
    Child child{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path, options);
        const std::uint64_t found = require_balance(environment);
        if (found < acknowledged || found > acknowledged + 1)
            throw std::runtime_error("acknowledged " + std::to_string(acknowledged) + ", found " +
                                     std::to_string(found));
        require_check(environment);
        std::mt19937_64 random{found};
        pipe.send(found);
        // The dead one's last commit may have become visible only now, to whoever writes next.
        const std::uint64_t next = commit_transfer(environment, random);
        if (next != found + 1 && next != acknowledged + 2) throw std::runtime_error("the count went back");
        if (require_balance(environment) != next) throw std::runtime_error("a commit is not visible");
        if (count_in_copy(path) != next) throw std::runtime_error("a commit is not in the file");
        require_check(environment);
        pipe.send(next);
    }};
    std::uint64_t found = 0;
    if (child.receive(found)) (void)child.receive(count);
    child.require_success();
    return count;
}

void kill_at_every_point(Point point, kv::Durability durability, bool attended) {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    std::unique_ptr<Child> attendant;
    if (attended) {
        attendant = std::make_unique<Child>([&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(path, with(durability));
            const kv::ReadTransaction old = environment.begin_read();
            pipe.send(1);
            for (;;) {
                const std::uint64_t least = pipe.receive();
                if (require_balance(environment) < least) throw std::runtime_error("an attached process sees less");
                if (require_balance(old) != 0) throw std::runtime_error("a held snapshot has changed");
                pipe.send(1);
            }
        });
        REQUIRE(attendant->receive() == 1);
    }
    std::uint64_t acknowledged = 0;
    // There are few calls but many allocations, and ever more as the store goes on: those are tried ever less
    // densely.
    const auto next = [&](std::uint64_t n) {
        return n + 1 + (point == Point::allocation ? (n + seed() % 30) / 30 : 0);
    };
    for (std::uint64_t n = 1;; n = next(n)) {
        INFO("point " << n << ", attended " << attended << ", two flushes "
                      << (durability == kv::Durability::two_phase));
        Child writer{[&](const Child::Pipe& pipe) { write_until_killed(pipe, path, with(durability), point, n); }};
        for (std::uint64_t count = 0; writer.receive(count);) acknowledged = std::max(acknowledged, count);
        const int status = writer.wait();
        const bool killed = WIFSIGNALED(status);
        REQUIRE((killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
        if (!attended) {
            // What a reader was shown must still be there when a writer recovers the store.
            const std::uint64_t shown = look_at(path);
            REQUIRE(shown >= acknowledged);
            acknowledged = shown;
        }
        acknowledged = go_on_after(path, with(durability), acknowledged);
        if (attended) {
            attendant->send(acknowledged);
            REQUIRE(attendant->receive() == 1);
        }
        if (!killed) break;
    }
}

}  // namespace

TEST_CASE("a writer killed before or after every call on its file") {
    for (const kv::Durability durability : {kv::Durability::durable, kv::Durability::two_phase})
        for (const Point point : {Point::before_call, Point::after_call})
            for (const bool attended : {false, true}) kill_at_every_point(point, durability, attended);
}

TEST_CASE("a process killed at every point of a close that shortens the file") {
    constexpr std::uint64_t kFiller = std::uint64_t{4} << 20;
    for (const Point point : {Point::before_call, Point::after_call, Point::allocation}) {
        const MemoryDirectory directory;
        const std::string path = directory.store();
        create_accounts(path);
        std::uint64_t acknowledged = 0;
        for (std::uint64_t n = 1;; n += point == Point::allocation ? 1 + n / 20 : 1) {
            INFO("point " << n);
            Child child{[&](const Child::Pipe& pipe) {
                Environment environment = Environment::open(path);
                std::mt19937_64 random{n};
                const auto change = [&](auto&& work) {
                    WriteTransaction txn = environment.begin_write();
                    work(txn, txn.create_tree("filler"));
                    txn.commit();
                };
                change([](WriteTransaction& txn, Tree tree) { txn.put(tree, "key", std::string(kFiller, 'f')); });
                pipe.send(commit_transfer(environment, random));
                change([](WriteTransaction& txn, Tree tree) { (void)txn.erase(tree, "key"); });
                Killer killer{n, point == Point::before_call};
                if (point == Point::allocation) {
                    die_at_allocation(n);
                } else {
                    os::set_file_observer(&killer);
                }
                environment.close();
                allocations_left.store(-1);
                os::set_file_observer(nullptr);
            }};
            for (std::uint64_t count = 0; child.receive(count);) acknowledged = std::max(acknowledged, count);
            const int status = child.wait();
            const bool killed = WIFSIGNALED(status);
            REQUIRE((killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
            if (!killed) {
                CHECK(read_file(path).size() < kFiller / 2);
                CHECK(n > 10);
                break;
            }
            REQUIRE(look_at(path) == acknowledged);
            acknowledged = go_on_after(path, {}, acknowledged);
        }
    }
}

TEST_CASE("a writer killed at allocations, between its calls") {
    for (const kv::Durability durability : {kv::Durability::durable, kv::Durability::two_phase})
        for (const bool attended : {false, true}) kill_at_every_point(Point::allocation, durability, attended);
}

TEST_CASE("a writer killed at any moment, again and again") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    std::mt19937_64 random{seed()};
    std::uint64_t acknowledged = 0;
    for (int round = 0; round < 60; ++round) {
        Child writer{[&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(path);
            std::mt19937_64 transfers{static_cast<std::uint64_t>(round)};
            for (;;) pipe.send(commit_transfer(environment, transfers));
        }};
        for (std::uint64_t i = 0, n = 1 + random() % 40; i < n; ++i) acknowledged = writer.receive();
        writer.kill();
        for (std::uint64_t count = 0; writer.receive(count);) acknowledged = count;
        (void)writer.wait();
        acknowledged = go_on_after(path, {}, acknowledged);
    }
}

TEST_CASE("what a killed reader pinned is free again") {
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_accounts(path);
    Child reader{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        const kv::ReadTransaction txn = environment.begin_read();
        pipe.send(require_balance(txn));
        (void)pipe.receive();
    }};
    REQUIRE(reader.receive() == 0);
    Child writer{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        std::mt19937_64 random{1};
        for (;;) {
            for (int i = 0; i < 20; ++i) (void)commit_transfer(environment, random);
            pipe.send(environment.statistics().waiting_pages);
            pipe.send(environment.statistics().readers);
            (void)pipe.receive();
        }
    }};
    const std::uint64_t pinned = writer.receive();
    CHECK(writer.receive() == 1);
    reader.kill();
    (void)reader.wait();
    writer.send(1);
    const std::uint64_t unpinned = writer.receive();
    CHECK(writer.receive() == 0);
    CHECK(unpinned < pinned);
}

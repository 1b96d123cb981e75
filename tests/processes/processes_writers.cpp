// The write lock across threads and processes: in order of arrival, whoever dies or gives up meanwhile.
#include <fstream>
#include <thread>
#include <vector>

#include <sys/syscall.h>

#include "child.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

std::uint32_t waiting(const Environment& environment) {
    return kv::EnvironmentAccess::state(environment).lock->waiting_writers();
}

void wait_for_waiters(const Environment& environment, std::uint32_t count) {
    while (waiting(environment) != count) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void append(kv::WriteTransaction& txn, const std::string& name) {
    const kv::Tree order = txn.create_tree("order");
    const std::uint64_t place = txn.statistics(order).entries;
    txn.put(order, std::string(1, static_cast<char>('a' + place)), name);
}

/// Who wrote, in order.
std::vector<std::string> order_of(Environment& environment) {
    std::vector<std::string> names;
    const kv::ReadTransaction txn = environment.begin_read();
    kv::Cursor cursor = txn.cursor(txn.tree("order"));
    for (bool on = cursor.first(); on; on = cursor.next()) names.emplace_back(cursor.value());
    return names;
}

void write_as(Environment& environment, const std::string& name) {
    kv::WriteTransaction txn = environment.begin_write();
    append(txn, name);
    txn.commit();
}

/// A child that says when it has asked for the write lock and has it, and holds it until told.
Child child_writer(const std::string& path, const std::string& name) {
    return Child{[path, name](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        pipe.send(0);
        kv::WriteTransaction txn = environment.begin_write();
        append(txn, name);
        pipe.send(1);
        (void)pipe.receive();
        txn.commit();
    }};
}

/// Stops a waiter where it sleeps. One that is stopped while it looks at the queue would hold up all, the test too;
/// where the system does not say what a process was doing, the first try is taken.
void stop_asleep(const Child& child) {
    for (;;) {
        child.stop();
        std::ifstream file{"/proc/" + std::to_string(child.id()) + "/syscall"};
        long call = SYS_futex;
        if (!(file >> call) || call == SYS_futex) return;
        child.resume();
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

}  // namespace

TEST_CASE("threads write in the order in which they came, and who comes again is last") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction first = environment.begin_write();
    std::vector<std::thread> threads;
    std::vector<std::string> expected{"first"};
    for (std::uint32_t i = 0; i < 6; ++i) {
        const std::string name = "thread " + std::to_string(i);
        ++threads_started;
        threads.emplace_back([&environment, name] {
            write_as(environment, name);
            write_as(environment, name + " again");
        });
        wait_for_waiters(environment, i + 1);
        expected.push_back(name);
    }
    append(first, "first");
    first.commit();
    write_as(environment, "first again");
    for (std::thread& thread : threads) thread.join();

    const std::vector<std::string> order = order_of(environment);
    REQUIRE(order.size() == 14);
    // Everyone who waited comes before everyone who came again, whatever the scheduler did.
    CHECK(std::vector<std::string>{order.begin(), order.begin() + 7} == expected);
    require_sound(environment);
}

TEST_CASE("processes write in the order in which they came") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    Child first = child_writer(directory.store(), "first");
    REQUIRE(first.receive() == 0);
    REQUIRE(first.receive() == 1);
    std::vector<std::unique_ptr<Child>> children;
    for (std::uint32_t i = 0; i < 4; ++i) {
        children.push_back(std::make_unique<Child>([&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(directory.store());
            pipe.send(waiting(environment));
            write_as(environment, "process " + std::to_string(i));
            write_as(environment, "process " + std::to_string(i) + " again");
        }));
        REQUIRE(children.back()->receive() == i);
        // It has opened the store; it is next in the queue when the queue is longer.
        Child observer{[&](const Child::Pipe& pipe) {
            const Environment environment = Environment::open(directory.store());
            wait_for_waiters(environment, i + 1);
            pipe.send(1);
        }};
        REQUIRE(observer.receive() == 1);
        observer.require_success();
    }
    first.send(0);
    first.require_success();
    for (const std::unique_ptr<Child>& child : children) child->require_success();
    Environment environment = Environment::open(directory.store());
    const std::vector<std::string> order = order_of(environment);
    REQUIRE(order.size() == 9);
    CHECK(std::vector<std::string>{order.begin(), order.begin() + 5} ==
          std::vector<std::string>{"first", "process 0", "process 1", "process 2", "process 3"});
    require_sound(environment);
}

TEST_CASE("a killed owner and killed waiters do not stop those behind them") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    Child owner = child_writer(directory.store(), "killed while it writes");
    REQUIRE(owner.receive() == 0);
    REQUIRE(owner.receive() == 1);
    std::vector<std::unique_ptr<Child>> dead;
    for (std::uint32_t i = 0; i < 2; ++i) {
        dead.push_back(std::make_unique<Child>([&](const Child::Pipe& pipe) {
            Environment environment = Environment::open(directory.store());
            pipe.send(0);
            write_as(environment, "killed while it waits");
        }));
        REQUIRE(dead.back()->receive() == 0);
    }
    Child survivor{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        wait_for_waiters(environment, 2);
        pipe.send(0);
        write_as(environment, "survivor");
        pipe.send(1);
    }};
    REQUIRE(survivor.receive() == 0);
    for (const std::unique_ptr<Child>& child : dead) {
        child->kill();
        (void)child->wait();
    }
    owner.kill();
    (void)owner.wait();
    REQUIRE(survivor.receive() == 1);
    survivor.require_success();
    Environment environment = Environment::open(directory.store());
    CHECK(order_of(environment) == std::vector<std::string>{"survivor"});
    write_as(environment, "next");
    require_sound(environment);
}

TEST_CASE("a killed waiter does not stop who has no patience, nor do as many as can wait") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    std::uint32_t waiters = 1;
    SUBCASE("one") {}
    SUBCASE("as many as can wait") {
        waiters = kv::WriterQueue::kMaxWaiters;
    }
    Child killed{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        pipe.send(0);
        (void)pipe.receive();
        for (std::uint32_t i = 1; i < waiters; ++i)
            std::thread{[&environment] { (void)environment.begin_write(); }}.detach();
        (void)environment.begin_write();
    }};
    REQUIRE(killed.receive() == 0);
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction owner = environment.begin_write();
    killed.send(0);
    wait_for_waiters(environment, waiters);
    killed.kill();
    (void)killed.wait();
    append(owner, "owner");
    owner.commit();
    std::optional<kv::WriteTransaction> next = environment.try_begin_write();
    REQUIRE(next.has_value());
    CHECK(waiting(environment) == 0);
    append(*next, "next");
    next->commit();
    CHECK(order_of(environment) == std::vector<std::string>{"owner", "next"});
    require_sound(environment);
}

TEST_CASE("a killed waiter does not stop those behind it, though a child that it made lives on") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    Child owner = child_writer(directory.store(), "owner");
    REQUIRE(owner.receive() == 0);
    REQUIRE(owner.receive() == 1);
    int life[2];  // the waiter's child lives until the other end is closed everywhere
    REQUIRE(::pipe(life) == 0);
    bool forks = true;
    SUBCASE("by fork()") {}
    // Without the handlers of fork() the child keeps what its parent had open.
    SUBCASE("by a bare call of the system") {
        forks = false;
    }
    Child waiter{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        const auto child = static_cast<pid_t>(forks ? ::fork() : ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
        if (child == 0) {
            ::close(life[1]);
            char byte = 0;
            (void)!::read(life[0], &byte, 1);
            ::_exit(0);
        }
        pipe.send(static_cast<std::uint64_t>(child));
        write_as(environment, "killed while it waits");
    }};
    const auto child = static_cast<pid_t>(waiter.receive());
    Child survivor{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        wait_for_waiters(environment, 1);
        pipe.send(0);
        ::alarm(60);  // the end of the test if it hangs, and not waited for otherwise
        write_as(environment, "survivor");
        pipe.send(1);
    }};
    REQUIRE(survivor.receive() == 0);
    waiter.kill();
    (void)waiter.wait();
    owner.send(1);
    owner.require_success();
    REQUIRE(survivor.receive() == 1);
    survivor.require_success();
    CHECK(::kill(child, 0) == 0);
    ::close(life[0]);
    ::close(life[1]);
    Environment environment = Environment::open(directory.store());
    CHECK(order_of(environment) == std::vector<std::string>{"owner", "survivor"});
    require_sound(environment);
}

TEST_CASE("a stopped waiter is passed over, by who waits and by who does not, until it goes on") {
    const MemoryDirectory directory;
    { Environment create = Environment::open(directory.store()); }
    Child stopped{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store());
        pipe.send(0);
        (void)pipe.receive();
        write_as(environment, "stopped");
    }};
    REQUIRE(stopped.receive() == 0);
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction owner = environment.begin_write();
    stopped.send(0);
    wait_for_waiters(environment, 1);
    stop_asleep(stopped);
    ++threads_started;
    std::thread behind{[&environment] { write_as(environment, "behind"); }};
    wait_for_waiters(environment, 2);
    append(owner, "owner");
    owner.commit();
    behind.join();
    std::optional<kv::WriteTransaction> impatient = environment.try_begin_write();
    REQUIRE(impatient.has_value());
    append(*impatient, "impatient");
    CHECK(waiting(environment) == 1);
    stopped.resume();
    impatient->commit();
    stopped.require_success();
    write_as(environment, "last");
    CHECK(order_of(environment) == std::vector<std::string>{"owner", "behind", "impatient", "stopped", "last"});
    require_sound(environment);
}

TEST_CASE("a writer that loses its patience leaves the queue, and the next one is not held up") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    std::optional<kv::WriteTransaction> owner = environment.try_begin_write();
    REQUIRE(owner.has_value());
    std::thread impatient{[&environment] {
        CHECK(!environment.try_begin_write().has_value());
        CHECK(!environment.try_begin_write(std::chrono::milliseconds{1}).has_value());
        CHECK(waiting(environment) == 0);
    }};
    impatient.join();
    // One that gives up in the middle of the queue.
    std::thread second{[&environment] { write_as(environment, "second"); }};
    wait_for_waiters(environment, 1);
    std::thread third{
        [&environment] { CHECK(!environment.try_begin_write(std::chrono::milliseconds{5}).has_value()); }};
    third.join();
    threads_started += 3;
    CHECK(waiting(environment) == 1);
    append(*owner, "owner");
    owner->commit();
    second.join();
    CHECK(order_of(environment) == std::vector<std::string>{"owner", "second"});
    require_sound(environment);
}

TEST_CASE("a second write transaction on one thread is refused, not waited for") {
    const MemoryDirectory directory;
    Environment environment = Environment::open(directory.store());
    kv::WriteTransaction txn = environment.begin_write();
    CHECK_THROWS_WITH_AS((void)environment.begin_write(),
                         doctest::Contains("this thread has a write transaction open"), Error);
    CHECK_THROWS_AS((void)environment.try_begin_write(std::chrono::hours{1}), Error);
    append(txn, "only");
    txn.commit();
    write_as(environment, "next");
    CHECK(order_of(environment) == std::vector<std::string>{"only", "next"});
    require_sound(environment);
}

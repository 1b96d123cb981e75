// fork() without exec: what a child needs is there whatever other threads of its parent were doing, and nothing of
// the parent lives on with it.
#include <atomic>
#include <optional>
#include <thread>

#include "accounts.hpp"
#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "child.hpp"
#include "os/file.hpp"
#include "temporary_store.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Environment;

namespace {

/// Seconds after which a child that hangs is ended, and with it the test. Not waited for otherwise.
constexpr unsigned kHangs = 60;

/// Holds up the thread that makes the next call on a file.
class HoldUp final : public os::FileObserver {
public:
    HoldUp() { os::set_file_observer(this); }
    ~HoldUp() override { os::set_file_observer(nullptr); }
    HoldUp(const HoldUp&) = delete;
    HoldUp& operator=(const HoldUp&) = delete;

    int before(const os::FileCall&) override {
        hold();
        return 0;
    }
    int before_lock(const os::FileCall&) override {
        hold();
        return 0;
    }
    void after(const os::FileCall&) override {}
    void wait_until_held() const { held_.wait(false); }
    void go_on() {
        ended_ = true;
        ended_.notify_all();
    }

private:
    void hold() {
        if (held_.exchange(true)) return;
        held_.notify_all();
        ended_.wait(false);
    }
    std::atomic<bool> held_{false};
    std::atomic<bool> ended_{false};
};

/// Forks a child that lives until the other end of the pipe is closed everywhere. Returns when fork() has returned
/// there too.
pid_t fork_idle(const int (&life)[2]) {
    int forked[2];
    if (::pipe(forked) != 0) throw std::runtime_error("no pipe");
    char byte = 0;
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(life[1]);
        (void)!::write(forked[1], &byte, 1);
        (void)!::read(life[0], &byte, 1);
        ::_exit(0);
    }
    if (child < 0 || ::read(forked[0], &byte, 1) != 1) throw std::runtime_error("no child");
    ::close(forked[0]);
    ::close(forked[1]);
    return child;
}

}  // namespace

TEST_CASE("a child opens stores though another thread of its parent was opening or closing one") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    const std::string other = directory.file("other");
    create_accounts(path);
    create_accounts(other);
    std::optional<Environment> environment;
    bool opens = true;
    SUBCASE("opening") {}
    SUBCASE("closing") {
        opens = false;
        environment = Environment::open(path);
        std::mt19937_64 random{1};
        (void)commit_transfer(*environment, random);
    }
    HoldUp hold_up;
    std::thread thread{[&] {
        if (opens) environment = Environment::open(path);
        environment->close();
    }};
    hold_up.wait_until_held();
    Child child{[&](const Child::Pipe& pipe) {
        ::alarm(kHangs);
        os::set_file_observer(nullptr);
        std::mt19937_64 random{2};
        Environment own = Environment::open(other);
        pipe.send(commit_transfer(own, random));
        require_check(own);
        (void)pipe.receive();
        Environment same = Environment::open(path);
        (void)commit_transfer(same, random);
        require_check(same);
    }};
    std::uint64_t commits = 0;
    const bool answered = child.receive(commits);
    hold_up.go_on();
    thread.join();
    REQUIRE(answered);
    CHECK(commits == 1);
    child.send(1);
    child.require_success();
    Environment again = Environment::open(path);
    CHECK(require_balance(again) == (opens ? 1 : 2));
    (void)require_sound(again);
}

TEST_CASE("a child makes UUIDs though another thread of its parent was making one") {
    std::atomic<bool> ends{false};
    std::thread thread{[&] {
        while (!ends) (void)Uuid::v7();
    }};
    const Uuid first = Uuid::v7();
    int made = 0;
    for (; made < 100; ++made) {
        Child child{[&](const Child::Pipe& pipe) {
            ::alarm(kHangs);
            pipe.send(Uuid::v7() != first ? 1 : 0);
        }};
        std::uint64_t differs = 0;
        if (!child.receive(differs) || differs != 1) break;
    }
    ends = true;
    thread.join();
    CHECK(made == 100);
}

TEST_CASE("readers and locks of a killed process are gone, though a child that it forked lives on") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    int life[2];
    REQUIRE(::pipe(life) == 0);
    Child killed{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        const kv::ReadTransaction reader = environment.begin_read();
        const pid_t child = fork_idle(life);
        pipe.send(static_cast<std::uint64_t>(child));
        (void)pipe.receive();
    }};
    const auto child = static_cast<pid_t>(killed.receive());
    SUBCASE("others see no reader of it") {
        Environment environment = Environment::open(path);
        CHECK(environment.readers().size() == 1);
        killed.kill();
        (void)killed.wait();
        CHECK(environment.readers().empty());
        (void)require_sound(environment);
    }
    SUBCASE("nobody is attached") {
        killed.kill();
        (void)killed.wait();
        kv::Options options;
        options.exclusive = true;
        Environment environment = Environment::open(path, options);
        CHECK(environment.readers().empty());
        (void)require_sound(environment);
    }
    CHECK(::kill(child, 0) == 0);
    ::close(life[0]);
    ::close(life[1]);
}

TEST_CASE("a process that lives keeps its readers and locks, whatever becomes of its children") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    int life[2];
    REQUIRE(::pipe(life) == 0);
    kv::Options exclusive;
    exclusive.exclusive = true;
    Child parent{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        kv::ReadTransaction reader = environment.begin_read();
        (void)fork_idle(life);
        {
            Child ended{[](const Child::Pipe&) {}};
            ended.require_success();
        }
        {
            Child becomes_another{[](const Child::Pipe&) { (void)::execl("/bin/true", "true", nullptr); }};
            becomes_another.require_success();
        }
        pipe.send(1);
        (void)pipe.receive();
        if (require_balance(reader) != 0) throw std::runtime_error("the snapshot has changed");
        reader.end();
        environment.close();
        pipe.send(2);
        (void)pipe.receive();
    }};
    REQUIRE(parent.receive() == 1);
    CHECK_THROWS_AS((void)Environment::open(path, exclusive), Error);
    {
        Environment environment = Environment::open(path);
        CHECK(environment.readers().size() == 1);
        std::mt19937_64 random{1};
        for (int i = 0; i < 20; ++i) (void)commit_transfer(environment, random);
    }
    parent.send(1);
    REQUIRE(parent.receive() == 2);
    // It has closed the store; a child of it lives.
    {
        Environment environment = Environment::open(path, exclusive);
        CHECK_FALSE(environment.recovery().unclean);
        CHECK(require_balance(environment) == 20);
        (void)require_sound(environment);
    }
    ::close(life[0]);
    ::close(life[1]);
    parent.send(1);
    parent.require_success();
}

TEST_CASE("a store that was open exclusively is free when it is closed, though a forked child lives on") {
    const TemporaryDirectory directory;
    const std::string path = directory.file("store");
    create_accounts(path);
    int life[2];
    REQUIRE(::pipe(life) == 0);
    kv::Options options;
    options.exclusive = true;
    Child parent{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path, options);
        (void)fork_idle(life);
        environment.close();
        pipe.send(1);
        (void)pipe.receive();
    }};
    REQUIRE(parent.receive() == 1);
    // The first to come finds nobody attached; the second asks who keeps others out.
    Child first{[&](const Child::Pipe& pipe) {
        const Environment environment = Environment::open(path);
        pipe.send(1);
        (void)pipe.receive();
    }};
    REQUIRE(first.receive() == 1);
    Environment second = Environment::open(path);
    CHECK(require_balance(second) == 0);
    (void)require_sound(second);
    second.close();
    first.send(1);
    first.require_success();
    ::close(life[0]);
    ::close(life[1]);
    parent.send(1);
    parent.require_success();
}

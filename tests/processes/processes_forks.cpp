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

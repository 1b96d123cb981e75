// One of several processes that commit together is killed, as the owner of a flush that the others wait for or at
// any call: the others get their answer, their commits are there, and the store is sound.
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <thread>

#include "accounts.hpp"
#include "kv/environment_state.hpp"
#include "memory_directory.hpp"
#include "temporary_store.hpp"
#include "tried.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

/// How often the kills at random meetings are tried: CAMBIUM_CRASH_ROUNDS.
std::uint64_t rounds() {
    const char* given = std::getenv("CAMBIUM_CRASH_ROUNDS");
    return given == nullptr ? 5 : std::strtoull(given, nullptr, 10);
}

using Kind = os::FileCall::Kind;

/// Kills the process at its n-th call on the data file of one kind, or of any.
class Killer : public os::FileObserver {
public:
    struct Point {
        std::uint64_t call;
        bool before;
        bool syncs_only = false;
    };
    explicit Killer(Point point) : point_(point) {}
    ~Killer() override { os::set_file_observer(nullptr); }

    int before(const os::FileCall& call) override {
        if (counts(call) && calls_ + 1 == point_.call) {
            if (prepare) prepare();
            if (point_.before) ::raise(SIGKILL);
        }
        // A device that takes its time: the others come meanwhile.
        if (call.kind == Kind::sync) std::this_thread::sleep_for(std::chrono::milliseconds{1});
        return 0;
    }
    void after(const os::FileCall& call) override {
        if (counts(call) && ++calls_ == point_.call && !point_.before) ::raise(SIGKILL);
    }

    std::function<void()> prepare;  ///< called before the call

private:
    [[nodiscard]] bool counts(const os::FileCall& call) const {
        return !point_.syncs_only || call.kind == Kind::sync;
    }
    Point point_;
    std::uint64_t calls_ = 0;
};

std::string key_of(const std::string& who, std::uint64_t number) {
    return who + "/" + std::to_string(number);
}

void commit_one(Environment& environment, const std::string& key, Durability durability) {
    kv::WriteTransaction txn = environment.begin_write();
    txn.put(txn.create_tree("commits"), key, std::string(300, 'v'));
    // Everyone overwrites the same pages, so that they are used again at once.
    txn.put(txn.create_tree("shared"), "last", key);
    txn.commit(durability);
}

std::set<std::string> keys_in(Environment& environment) {
    std::set<std::string> keys;
    const kv::ReadTransaction txn = environment.begin_read();
    const std::optional<kv::Tree> tree = txn.find_tree("commits");
    if (!tree.has_value()) return keys;
    kv::Cursor cursor = txn.cursor(*tree);
    for (bool on = cursor.first(); on; on = cursor.next()) keys.emplace(cursor.key());
    return keys;
}

std::uint64_t written_sequence(const Environment& environment) {
    return kv::EnvironmentAccess::state(environment).lock->written().sequence();
}

void wait_for_sequence(const Environment& environment, std::uint64_t sequence) {
    for (int i = 0; written_sequence(environment) < sequence; ++i) {
        if (i == 20000) throw std::runtime_error("nobody else has committed");
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

void create_store(const std::string& path) {
    Environment environment = Environment::open(path);
    for (std::uint64_t i = 0; i < 3; ++i) commit_one(environment, key_of("first", i), Durability::durable);
}

/// A process that commits so often when it is told to, reports every commit, and then requires to see them all.
std::unique_ptr<Child> committer(const std::string& path, const std::string& who, std::uint64_t commits) {
    return std::make_unique<Child>([=](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        pipe.send(0);
        (void)pipe.receive();
        for (std::uint64_t i = 0; i < commits; ++i) commit_one(environment, key_of(who, i), Durability::durable);
        const std::set<std::string> keys = keys_in(environment);
        for (std::uint64_t i = 0; i < commits; ++i)
            if (keys.count(key_of(who, i)) == 0) throw std::runtime_error("an acknowledged commit is gone");
        require_check(environment);
    });
}

/// What the next process finds: every commit that returned, of the victim at most one more, and a sound store.
/// Afterwards it writes on.
void require_all(const std::string& path, const std::vector<std::string>& others, std::uint64_t commits,
                 std::uint64_t acknowledged_of_victim) {
    Environment environment = Environment::open(path);
    std::set<std::string> keys = keys_in(environment);
    for (const std::string& who : others)
        for (std::uint64_t i = 0; i < commits; ++i) CHECK(keys.erase(key_of(who, i)) == 1);
    for (std::uint64_t i = 0; i < 3; ++i) CHECK(keys.erase(key_of("first", i)) == 1);
    for (std::uint64_t i = 0; i < acknowledged_of_victim; ++i) CHECK(keys.erase(key_of("victim", i)) == 1);
    (void)keys.erase(key_of("victim", acknowledged_of_victim));
    CHECK(keys.empty());
    require_sound(environment);
    commit_one(environment, "after", Durability::durable);
    require_sound(environment);
}

bool was_killed(Child& child) {
    const int status = child.wait();
    if (WIFSIGNALED(status)) {
        REQUIRE(WTERMSIG(status) == SIGKILL);
        return true;
    }
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return false;
}

}  // namespace

TEST_CASE("the owner of a flush is killed while others wait for it") {
    const std::vector<std::string> others{"one", "two"};
    for (const Durability durability : {Durability::durable, Durability::two_phase})
        for (std::uint64_t sync = 1; sync <= (durability == Durability::two_phase ? 2 : 1); ++sync)
            for (const bool before : {true, false}) {
                INFO("sync " << sync << ", before it " << before);
                const MemoryDirectory directory;
                const std::string path = directory.store();
                create_store(path);
                std::vector<std::unique_ptr<Child>> waiters;
                for (const std::string& who : others) waiters.push_back(committer(path, who, 3));
                for (const auto& waiter : waiters) REQUIRE(waiter->receive() == 0);
                Child victim{[&](const Child::Pipe& pipe) {
                    Environment environment = Environment::open(path);
                    Killer killer{{sync, before, true}};
                    // The others have written, and wait for this flush or the next.
                    killer.prepare = [&] {
                        const std::uint64_t sequence = written_sequence(environment);
                        pipe.send(0);
                        wait_for_sequence(environment, sequence + others.size());
                    };
                    os::set_file_observer(&killer);
                    commit_one(environment, key_of("victim", 0), durability);
                }};
                REQUIRE(victim.receive() == 0);
                for (const auto& waiter : waiters) waiter->send(0);
                REQUIRE(was_killed(victim));
                for (const auto& waiter : waiters) waiter->require_success();
                require_all(path, others, 3, 0);
            }
}

namespace {

constexpr std::uint64_t kCommits = 12;

/// False when the victim made fewer calls, because the others did its flushes.
bool kill_one_of_three(Killer::Point point) {
    const std::vector<std::string> others{"one", "two"};
    const MemoryDirectory directory;
    const std::string path = directory.store();
    create_store(path);
    std::vector<std::unique_ptr<Child>> children;
    for (const std::string& who : others) children.push_back(committer(path, who, kCommits));
    for (const auto& child : children) REQUIRE(child->receive() == 0);
    Child victim{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(path);
        Killer killer{point};
        os::set_file_observer(&killer);
        pipe.send(0);
        (void)pipe.receive();
        for (std::uint64_t i = 0; i < kCommits; ++i) {
            commit_one(environment, key_of("victim", i), i % 3 == 2 ? Durability::two_phase : Durability::durable);
            pipe.send(i + 1);
        }
    }};
    REQUIRE(victim.receive() == 0);
    for (const auto& child : children) child->send(0);
    victim.send(0);
    std::uint64_t acknowledged = 0;
    for (std::uint64_t number = 0; victim.receive(number);) acknowledged = number;
    const bool killed = was_killed(victim);
    for (const auto& child : children) child->require_success();
    require_all(path, others, kCommits, acknowledged);
    return killed;
}

}  // namespace

TEST_CASE("one of three processes that commit together is killed at every call") {
    for (std::uint64_t round = 0; round < rounds(); ++round)
        for (const bool before : {true, false}) {
            bool killed = true;
            for (std::uint64_t call = 1; killed; ++call) {
                INFO("call " << call << ", before it " << before);
                killed = kill_one_of_three({call, before});
                // Every commit writes at least one extent itself.
                if (call <= kCommits) REQUIRE(killed);
            }
        }
}

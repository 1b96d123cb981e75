// The tests can fail when a step of the engine comes too early or not at all: this program is built with the
// engine's own sources in which those steps can be broken (src/kv/mutations.hpp), and every one must be noticed.
// Others act at the very place where the step matters, so that nothing is left to chance.
#include <cerrno>
#include <csignal>
#include <functional>
#include <utility>
#include <vector>

#include "cambium/kv/maintenance.hpp"
#include "child.hpp"
#include "crash_fixture.hpp"
#include "kv/environment_state.hpp"
#include "kv/mutations.hpp"
#include "store_content.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

/// What was wrong, one sentence each.
using Complaints = std::vector<std::string>;

/// Acts at the next sync but so many, once; or lets it fail.
class AtSync : public os::FileObserver {
public:
    explicit AtSync(std::function<int()> action, int skipped = 0) : action_(std::move(action)), skipped_(skipped) {
        os::set_file_observer(this);
    }
    ~AtSync() override { os::set_file_observer(nullptr); }
    AtSync(const AtSync&) = delete;
    AtSync& operator=(const AtSync&) = delete;

    int before(const os::FileCall& call) override {
        if (call.kind != os::FileCall::Kind::sync || skipped_-- > 0) return 0;
        const std::function<int()> action = std::exchange(action_, nullptr);
        return action ? action() : 0;
    }
    void after(const os::FileCall&) override {}
    [[nodiscard]] bool reached() const { return !action_; }

private:
    std::function<int()> action_;
    int skipped_;
};

kv::Options flushed_on_demand() {
    kv::Options options;
    options.deferred_bytes = 0;
    return options;
}

/// Commits of an environment are numbered. So many of them use again what nobody pins.
constexpr std::uint64_t kMany = 6;

/// What a store holds after the commit of this number. Every commit replaces every page, and those after the first
/// 2 * kMany + 1 need more pages than all before them.
Trees content_after(std::uint64_t number) {
    const std::uint64_t records = number > 2 * kMany + 1 ? 800 : 60;
    Trees trees;
    for (std::uint64_t i = 0; i < records; ++i)
        trees["records"][key_of(i)] = value_of(200, seed() + 1000 * number + i);
    return trees;
}

void commit(Environment& environment, std::uint64_t number, Durability durability) {
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree tree = txn.create_tree("records");
    const Trees content = content_after(number);
    for (const auto& [key, value] : content.at("records")) txn.put(tree, key, value);
    txn.commit(durability);
}
void commit_many(Environment& environment, std::uint64_t first, Durability durability) {
    for (std::uint64_t number = first; number < first + kMany; ++number) commit(environment, number, durability);
}

/// The number of the commit that a snapshot shows, and a complaint when it shows none of them, or an older one.
template <class Snapshot>
void require_commit(Complaints& complaints, const char* who, std::uint64_t least, std::uint64_t most,
                    Snapshot&& snapshot) {
    try {
        const Trees content = content_of(snapshot());
        for (std::uint64_t number = least; number <= most; ++number)
            if (content == content_after(number)) return;
        complaints.push_back(std::string{who} + ": the content of no commit that it may see");
    } catch (const Error& error) {
        complaints.push_back(std::string{who} + ": " + error.what());
    }
}

void require_check(Complaints& complaints, Environment& environment) {
    if (!kv::check(environment).ok()) complaints.emplace_back("check() has findings");
}

/// Opens the store as it is after a power cut that has spared what was written.
void require_after_cut(Complaints& complaints, const MemoryDirectory& directory, std::uint64_t least,
                       std::uint64_t most) {
    const std::string copy = directory.file("cut");
    write_file(copy, read_file(directory.store()));
    std::filesystem::remove(copy + "-lock");
    try {
        Environment environment = Environment::open(copy);
        require_commit(complaints, "after a power cut", least, most, [&] { return environment.begin_read(); });
        require_check(complaints, environment);
    } catch (const Error& error) {
        complaints.emplace_back(error.what());
    }
}

/// Others commit after a flush owner has looked for the newest state, and before that state is pinned.
Complaints of_a_flush(const MemoryDirectory& directory) {
    Complaints complaints;
    Environment environment = Environment::open(directory.store(), flushed_on_demand());
    commit_many(environment, 1, Durability::durable);
    commit_many(environment, 1 + kMany, Durability::deferred);
    kv::before_pin = [&] { commit_many(environment, 1 + 2 * kMany, Durability::deferred); };
    environment.sync();
    REQUIRE_FALSE(kv::before_pin);
    require_commit(complaints, "a durable reader", 2 * kMany, 3 * kMany,
                   [&] { return environment.begin_read_durable(); });
    require_after_cut(complaints, directory, 2 * kMany, 3 * kMany);
    require_commit(complaints, "a reader", 3 * kMany, 3 * kMany, [&] { return environment.begin_read(); });
    require_check(complaints, environment);
    return complaints;
}

/// Others commit after a reader has looked for the newest state, and before it has pinned it.
Complaints of_a_reader(const MemoryDirectory& directory, bool renewed) {
    Complaints complaints;
    Environment environment = Environment::open(directory.store(), flushed_on_demand());
    commit_many(environment, 1, Durability::durable);
    commit_many(environment, 1 + kMany, Durability::deferred);
    if (renewed) {
        const kv::ReadTransaction before = environment.begin_read();
    }
    require_commit(complaints, "a reader", 2 * kMany, 3 * kMany, [&] {
        kv::before_pin = [&] { commit_many(environment, 1 + 2 * kMany, Durability::deferred); };
        kv::ReadTransaction reader = environment.begin_read();
        REQUIRE_FALSE(kv::before_pin);
        return reader;
    });
    require_check(complaints, environment);
    return complaints;
}
Complaints of_a_new_reader(const MemoryDirectory& directory) {
    return of_a_reader(directory, false);
}
Complaints of_a_renewed_reader(const MemoryDirectory& directory) {
    return of_a_reader(directory, true);
}

void require_killed(Child& child) {
    const int status = child.wait();
    REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

/// A process that only reads has opened the store after a kill, and the writer that completes its recovery is told
/// of lost pages.
Complaints of_a_failed_recovery(const MemoryDirectory& directory) {
    Complaints complaints;
    Child victim{[&](const Child::Pipe&) {
        Environment environment = Environment::open(directory.store(), flushed_on_demand());
        commit_many(environment, 1, Durability::durable);
        commit_many(environment, 1 + kMany, Durability::deferred);
        ::raise(SIGKILL);
    }};
    require_killed(victim);
    {
        Child reader{[&](const Child::Pipe& pipe) {
            kv::Options options;
            options.read_only = true;
            const Environment environment = Environment::open(directory.store(), options);
            pipe.send(0);
            (void)pipe.receive();
        }};
        REQUIRE(reader.receive() == 0);
        Environment environment = Environment::open(directory.store());
        {
            const AtSync failing{[] { return EIO; }};
            CHECK_THROWS_AS((void)environment.begin_write(), Error);
            REQUIRE(failing.reached());
        }
        try {
            (void)environment.begin_write();
            complaints.emplace_back("a writer goes on, on pages that the kernel may have dropped");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::poisoned);
        }
        reader.send(0);
        reader.require_success();
    }
    Environment environment = Environment::open(directory.store());
    require_commit(complaints, "the next opener", kMany, 2 * kMany, [&] { return environment.begin_read(); });
    require_check(complaints, environment);
    return complaints;
}

/// A flush owner dies when its flush is over, and before it has said so. Others commit in the next flush.
Complaints of_a_dead_flush(const MemoryDirectory& directory) {
    Complaints complaints;
    Child victim{[&](const Child::Pipe& pipe) {
        Environment environment = Environment::open(directory.store(), flushed_on_demand());
        commit_many(environment, 1, Durability::durable);
        pipe.send(0);
        (void)pipe.receive();
        commit_many(environment, 1 + kMany, Durability::deferred);
        kv::before_durable_published = [] { ::raise(SIGKILL); };
        environment.sync();
    }};
    REQUIRE(victim.receive() == 0);
    Environment environment = Environment::open(directory.store(), flushed_on_demand());
    victim.send(0);
    require_killed(victim);
    // One more, so that there is something to flush.
    commit(environment, 1 + 2 * kMany, Durability::deferred);
    {
        const std::function<int()> action = [&] {
            commit_many(environment, 2 + 2 * kMany, Durability::deferred);
            require_commit(complaints, "a durable reader", kMany, 2 * kMany,
                           [&] { return environment.begin_read_durable(); });
            return 0;
        };
        const AtSync in_flush{action, 1};  // the first sync makes durable that the other slot is given up
        environment.sync();
        REQUIRE(in_flush.reached());
    }
    require_after_cut(complaints, directory, 1 + 2 * kMany, 1 + 3 * kMany);
    require_check(complaints, environment);
    return complaints;
}

/// A process dies in a flush; then a file that was kept earlier is copied over the store, of which one or the other
/// slot is the newer one.
Complaints of_a_copy(const MemoryDirectory& directory) {
    Complaints complaints;
    for (const std::uint64_t kept : {kMany, kMany + 1}) {
        std::filesystem::remove(directory.store());
        const std::string copy = directory.file("copy");
        Child victim{[&](const Child::Pipe&) {
            Environment environment = Environment::open(directory.store());
            for (std::uint64_t number = 1; number <= kept; ++number)
                commit(environment, number, Durability::durable);
            write_file(copy, read_file(directory.store()));
            // Both copies meet the same flush.
            for (std::uint64_t number = kept + 1; number <= 2 * kMany; ++number)
                commit(environment, number, Durability::durable);
            const AtSync killed{[] { return ::raise(SIGKILL); }};
            commit(environment, 1 + 2 * kMany, Durability::durable);
        }};
        require_killed(victim);
        write_file(directory.store(), read_file(copy));  // the same file, by its number
        Environment environment = Environment::open(directory.store());
        require_commit(complaints, "after a copy", kept, kept, [&] { return environment.begin_read(); });
        require_check(complaints, environment);
    }
    return complaints;
}

struct Mutation {
    const char* name;
    bool kv::Mutations::*broken;
    Complaints (*complaints)(const MemoryDirectory& directory);
};

constexpr Mutation kMutations[] = {
    {"a flush owner does not look again after its pin", &kv::Mutations::flush_looks_once, of_a_flush},
    {"a reader does not look again after its pin", &kv::Mutations::reader_looks_once, of_a_new_reader},
    {"a renewed reader does not look again after its pin", &kv::Mutations::reader_looks_once, of_a_renewed_reader},
    {"a recovery is tried again after a failed sync", &kv::Mutations::failure_forgotten, of_a_failed_recovery},
    {"what a dead owner had flushed is not published", &kv::Mutations::dead_flush_forgotten, of_a_dead_flush},
    {"a lock file tells of a copied file", &kv::Mutations::copy_believed, of_a_copy},
};

Complaints complaints_about(const Mutation& mutation, bool broken) {
    const MemoryDirectory directory;
    kv::mutations = {};
    kv::mutations.*mutation.broken = broken;
    Complaints complaints = mutation.complaints(directory);
    kv::mutations = {};
    return complaints;
}

}  // namespace

TEST_CASE("every step of the engine that is left out is noticed") {
    for (const Mutation& mutation : kMutations) {
        INFO(std::string{mutation.name});
        for (const std::string& complaint : complaints_about(mutation, false)) FAIL_CHECK(complaint);
        const Complaints complaints = complaints_about(mutation, true);
        CHECK_FALSE(complaints.empty());
        if (!complaints.empty()) MESSAGE(complaints.front());
    }
}

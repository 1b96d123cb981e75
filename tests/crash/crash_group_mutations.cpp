// The group tests can fail: what a flush tells the other writers, or what a commit tells the flush, is falsified in
// the lock file while groups are recorded, and the explorer must complain about every falsification.
#include <algorithm>
#include <cerrno>

#include "cambium/kv/maintenance.hpp"
#include "group_workloads.hpp"
#include "kv/meta.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;

namespace {

/// Falsifies something; is called inside every flush, before its commits, and before every flush.
struct Mutation {
    const char* name;
    Durability durability;
    void (*in_flush)(GroupSession& session);
    void (*before_flush)(GroupSession& session);
};

void leave_alone(GroupSession&) {}

// The state in flight is not pinned.
void forget_in_flight(GroupSession& session) {
    session.lock().set_in_flight(0);
}

// The state that the durable slot names counts as replaced before the flush is over.
void forget_durable_slot(GroupSession& session) {
    kv::LockFile& lock = session.lock();
    lock.set_slot_transaction(lock.durable_slot(), lock.in_flight());
}

void show_what_is_in_flight(GroupSession& session) {
    std::uint64_t sequence = 0;
    kv::WrittenState state;
    (void)session.lock().written().newest(state, sequence);
    session.lock().publish_visible(state.snapshot);
}

void flush_into_durable_slot(GroupSession& session) {
    session.lock().set_durable_slot(1 - session.lock().durable_slot());
}

/// Changes what the newest commit tells the next flush.
template <class Function>
void falsify_written(GroupSession& session, Function&& falsify) {
    std::uint64_t sequence = 0;
    kv::WrittenState state;
    (void)session.lock().written().newest(state, sequence);
    falsify(state);
    session.lock().publish_written(state);
}

// The extents of a group miss what its commits but the last wrote.
void list_last_commit_only(GroupSession& session) {
    falsify_written(session, [](kv::WrittenState& state) {
        std::erase_if(state.extents,
                      [&](const kv::WrittenExtent& extent) { return extent.birth != state.snapshot.id; });
    });
}

// A page that the group wrote and retired again is listed all the same. A later commit may use it.
void list_dead_page(GroupSession& session) {
    falsify_written(session, [&](kv::WrittenState& state) {
        auto& engine = kv::EnvironmentAccess::state(session.environment());
        for (const kv::RetiredExtent& dead : engine.space.waiting())
            if (dead.retired == state.snapshot.id && dead.birth > session.lock().durable_transaction()) {
                state.extents.push_back({dead.first_page, 1, dead.birth});
                break;
            }
        std::sort(state.extents.begin(), state.extents.end(),
                  [](const auto& a, const auto& b) { return a.first_page < b.first_page; });
    });
}

// The flush believes that the group asked for no second flush.
void forget_two_phase(GroupSession& session) {
    falsify_written(session, [](kv::WrittenState& state) {
        state.two_phase = 0;
        state.complete_since = 0;
        state.extents.clear();
    });
}

constexpr Mutation kMutations[] = {
    {"the state in flight is not pinned", Durability::durable, forget_in_flight, leave_alone},
    {"the durable slot is unpinned before the flush is over", Durability::deferred, forget_durable_slot,
     leave_alone},
    {"a state is visible before it is durable", Durability::durable, show_what_is_in_flight, leave_alone},
    {"the meta goes into the durable slot", Durability::durable, leave_alone, flush_into_durable_slot},
    {"the extents of a group miss its first commits", Durability::durable, leave_alone, list_last_commit_only},
    {"the extents of a group list dead pages", Durability::durable, leave_alone, list_dead_page},
    {"a group is flushed once without a list", Durability::two_phase, leave_alone, forget_two_phase},
};

/// Three commits in a row write to different trees, so that each leaves something to the next.
GroupSession::Work overwrite(std::uint64_t from) {
    return [from](Change& change) {
        const std::string tree = "tree " + std::to_string(from / 10 % 3);
        for (std::uint64_t i = 0; i < 3; ++i) change.put(tree, key_of(i), value_of(300, from + i));
    };
}

/// Groups of three commits, and three more during every flush. Deferred ones show themselves, so that what readers
/// see does not pin the durable state as well.
Run record_mutated(const MemoryDirectory& directory, const Mutation* mutation, Durability durability) {
    static std::uint64_t from = 0;
    static const Mutation* mutated = nullptr;
    static Durability kind = Durability::durable;
    from = seed();
    mutated = mutation;
    kind = durability;
    const GroupWorkload workload{"mutated",
                                 [](GroupSession& session, std::uint64_t) {
                                     const auto write = [&] {
                                         if (kind == Durability::deferred) {
                                             session.commit(overwrite(from += 10), kind);
                                         } else {
                                             (void)session.commit_async(overwrite(from += 10));
                                         }
                                     };
                                     session.commit(overwrite(from));
                                     session.in_flush([&] {
                                         if (mutated != nullptr) mutated->in_flush(session);
                                         session.observe();
                                         for (int i = 0; i < 3; ++i) write();
                                     });
                                     for (int group = 0; group < 4; ++group) {
                                         for (int i = 0; i < 3; ++i) write();
                                         if (mutated != nullptr) mutated->before_flush(session);
                                         session.environment().sync();
                                         session.observe();
                                     }
                                     session.in_flush(nullptr);
                                 },
                                 {}};
    return record_group(directory, workload, 0);
}

/// Everything that recording and exploring had to complain about.
std::vector<std::string> complaints_about(const Mutation* mutation, Durability durability) {
    const MemoryDirectory directory;
    try {
        const Run run = record_mutated(directory, mutation, durability);
        Explorer explorer{directory.path(), seed()};
        if (mutation != nullptr) explorer.stop_at_first();
        explore(explorer, run, {8, 48, true, 16, 0});
        return explorer.complaints();
    } catch (const std::exception& error) {
        return {error.what()};
    }
}

}  // namespace

TEST_CASE("groups that nobody falsifies are sound") {
    for (const Durability durability : {Durability::durable, Durability::deferred}) {
        const std::vector<std::string> complaints = complaints_about(nullptr, durability);
        for (const std::string& complaint : complaints) FAIL_CHECK(complaint);
    }
}

TEST_CASE("every falsified word between commits and flushes is noticed") {
    for (const Mutation& mutation : kMutations) {
        INFO(std::string{mutation.name});
        const std::vector<std::string> complaints = complaints_about(&mutation, mutation.durability);
        CHECK_FALSE(complaints.empty());
        if (!complaints.empty()) MESSAGE(std::string{mutation.name} << ": " << complaints.front());
    }
}

// A commit fails half-way, and its writer goes on with the map of free pages as that commit left it.
TEST_CASE("a free space that a failed commit left behind is noticed") {
    const MemoryDirectory directory;
    Recorder recorder;
    const Observation observation{recorder};
    kv::Environment environment = kv::Environment::open(directory.store());
    kv::SpaceMap& space = kv::EnvironmentAccess::state(environment).space;
    Trees model;
    const auto commit = [&](std::uint64_t from) {
        kv::WriteTransaction txn = environment.begin_write();
        Change change{txn, model};
        overwrite(from)(change);
        txn.commit();
    };
    for (std::uint64_t i = 0; i < 5; ++i) commit(i);
    for (const bool restored : {true, false}) {
        kv::WriteTransaction txn = environment.begin_write();
        Change change{txn, model};
        overwrite(100)(change);
        change.put("values", "large", value_of(20000, 1));
        auto prepared = txn.prepare();  // takes its pages, and is then given up
        const kv::SpaceMap as_it_left_it = space;
        prepared.abort();
        if (!restored) space = as_it_left_it;
        model.erase("values");
        for (std::uint64_t i = 0; i < 5; ++i) commit(200 + i);
        CHECK(kv::check(environment).ok() == restored);
    }
}

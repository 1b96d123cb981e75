#include "group_workloads.hpp"

#include <filesystem>
#include <random>

namespace cambium::test {

namespace {

using kv::Durability;

/// Numbers below a bound, and work made of them.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    /// Overwrites a few records of a tree that has room for them in one leaf, now and then in two.
    GroupSession::Work overwrite() {
        return [from = random_()](Change& change) {
            std::mt19937_64 random{from};
            for (std::uint64_t i = 0, n = 1 + random() % 3; i < n; ++i)
                change.put("records", key_of(random() % 12), value_of(random() % 400, random()));
            if (random() % 4 == 0) change.erase("records", key_of(random() % 12));
        };
    }

private:
    std::mt19937_64 random_;
};

void groups(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    for (int group = 0; group < 6; ++group) {
        std::vector<kv::CommitTicket> tickets;
        for (std::uint64_t i = 0, n = 1 + dice.below(4); i < n; ++i)
            tickets.push_back(session.commit_async(dice.overwrite()));
        session.wait(tickets[dice.below(tickets.size())]);
    }
    session.commit(dice.overwrite());
}

// Every flush meets a few more commits: they take back pages of the state in flight and use what lies between.
void commits_during_a_flush(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    session.in_flush([&] {
        for (std::uint64_t i = 0, n = 1 + dice.below(3); i < n; ++i) (void)session.commit_async(dice.overwrite());
    });
    for (int commit = 0; commit < 7; ++commit) session.commit(dice.overwrite());
    session.in_flush(nullptr);
}

void deferred_runs(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    session.in_flush([&] {
        for (std::uint64_t i = 0, n = dice.below(3); i < n; ++i)
            session.commit(dice.overwrite(), Durability::deferred);
    });
    for (int run = 0; run < 6; ++run) {
        for (std::uint64_t i = 0, n = 1 + dice.below(5); i < n; ++i)
            session.commit(dice.overwrite(), Durability::deferred);
        if (run == 3) (void)session.commit_async(dice.overwrite());
        if (run % 2 == 0) {
            session.environment().sync();
        } else {
            session.commit(dice.overwrite());
        }
    }
    session.in_flush(nullptr);
}

void long_readers(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    session.commit(dice.overwrite());
    session.in_flush([&] {
        session.hold();
        (void)session.commit_async(dice.overwrite());
        (void)session.commit_async(dice.overwrite());
    });
    for (int commit = 0; commit < 7; ++commit) {
        session.commit(dice.overwrite());
        session.hold();
        if (commit % 3 == 2) session.let_go();
    }
    session.in_flush(nullptr);
}

void nested(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    const auto work = [&] {
        return [outer = dice.overwrite(), taken_back = dice.overwrite(), kept = dice.overwrite()](Change& change) {
            outer(change);
            change.nested(taken_back, false);
            change.nested(
                [&](Change& inner) {
                    kept(inner);
                    inner.nested(taken_back, false);
                    inner.nested(outer, true);
                },
                true);
        };
    };
    session.in_flush([&] { (void)session.commit_async(work()); });
    for (int commit = 0; commit < 5; ++commit) {
        const kv::CommitTicket ticket = session.commit_async(work());
        if (commit % 2 == 0) session.commit(work());
        session.wait(ticket);
    }
    session.in_flush(nullptr);
}

void two_phase_in_groups(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    session.in_flush([&] {
        (void)session.commit_async(dice.overwrite());
        (void)session.commit_async(dice.overwrite());
    });
    for (int commit = 0; commit < 5; ++commit) {
        (void)session.commit_async(dice.overwrite());
        session.commit(dice.overwrite(), commit % 2 == 0 ? Durability::two_phase : Durability::durable);
    }
    session.in_flush(nullptr);
}

void prepared(GroupSession& session, std::uint64_t seed) {
    Dice dice{seed};
    for (std::uint64_t round = 0; round < 7; ++round) {
        for (std::uint64_t i = dice.below(3); i > 0; --i) (void)session.commit_async(dice.overwrite());
        if (round > 3) session.commit(dice.overwrite(), Durability::deferred);
        session.prepare(dice.overwrite(), round % 3 != 1,
                        round % 2 == 0 ? Durability::durable : Durability::deferred);
        if (round % 2 == 1) session.sync();
    }
}

void growth_during_a_flush(GroupSession& session, std::uint64_t seed) {
    std::uint64_t commits = 0;
    const auto grow = [&](std::uint64_t size) {
        return [number = commits++, size, seed](Change& change) {
            change.put("values", key_of(number), value_of(size, seed + number));
            change.put("records", "count", std::to_string(number));
        };
    };
    session.in_flush([&] { (void)session.commit_async(grow(commits < 3 ? 700000 : 5000)); });
    for (int commit = 0; commit < 3; ++commit) session.commit(grow(3000));
    session.in_flush(nullptr);
}

// The file grows ahead of small commits, some of which use the room before the flush that covers the growth.
void growth_ahead_in_groups(GroupSession& session, std::uint64_t seed) {
    std::uint64_t number = 0;
    const auto add = [&](std::uint64_t size) {
        const std::uint64_t now = number++;
        return [now, size, seed](Change& change) { change.put("values", key_of(now), value_of(size, seed + now)); };
    };
    const auto room = [&] {
        const kv::EnvironmentStatistics now = session.environment().statistics();
        return now.file_size_bytes - now.page_count * now.page_size_bytes;
    };
    constexpr std::uint64_t kLeft = 60000;
    session.commit(add(10));
    while (room() > kLeft) session.commit(add(std::max<std::uint64_t>(5000, room() - kLeft)));
    for (int group = 0; group < 3; ++group) {
        for (int commit = 0; commit < 3; ++commit) (void)session.commit_async(add(5000));
        session.in_flush([&] { (void)session.commit_async(add(9000)); });
        session.commit(add(5000));
        session.in_flush(nullptr);
    }
}

// The file grows in commits that nobody flushes; the next flush makes the new length durable before a meta names
// it.
void deferred_growth(GroupSession& session, std::uint64_t seed) {
    std::uint64_t number = 0;
    const auto grow = [&](std::uint64_t size) {
        const std::uint64_t now = number++;
        return [now, size, seed](Change& change) {
            change.put("values", key_of(now), value_of(size, seed + now));
            change.put("records", "count", std::to_string(now));
        };
    };
    for (int round = 0; round < 3; ++round) {
        session.commit(grow(800000), Durability::deferred);
        session.commit(grow(3000), Durability::deferred);
        if (round == 0) session.sync();
        if (round == 1) session.commit(grow(700000), Durability::durable);
    }
    session.sync();
}

// More extents than a slot has room for, gathered by several commits: that flush takes two syncs.
void overflowing_lists(GroupSession& session, std::uint64_t seed) {
    constexpr std::uint64_t kRecords = 6400;
    const auto rewrite = [&](std::uint64_t step) {
        return [=](Change& change) {
            for (std::uint64_t i = 0; i < kRecords; i += step)
                change.put("wide", key_of(i), value_of(1950, seed + step));
        };
    };
    session.commit(rewrite(2));
    for (std::uint64_t i = 0; i < 3; ++i)
        session.commit([&](Change& change) { change.put("small", "a", std::to_string(i)); });
    // Two records fill a leaf; the leaves lie side by side, until every other one moves away: none of those that
    // stay borders on another.
    (void)session.commit_async(rewrite(1));
    (void)session.commit_async(rewrite(4));
    const std::uint64_t flushes = session.environment().statistics().flushes;
    bool wrote = false;
    session.in_flush([&] {
        if (std::exchange(wrote, true)) return;
        (void)session.commit_async([&](Change& change) { change.put("small", "b", value_of(10, seed)); });
    });
    session.commit([&](Change& change) { change.put("small", "c", value_of(10, seed)); });
    session.in_flush(nullptr);
    if (session.environment().statistics().flushes != flushes + 2)
        throw std::runtime_error("the list of extents did not overflow: " +
                                 std::to_string(session.environment().statistics().extents_written) + " extents");
    session.commit([&](Change& change) { change.put("small", "d", value_of(10, seed)); });
}

}  // namespace

const std::vector<GroupWorkload>& group_workloads() {
    constexpr Thoroughness kUsual{8, 64, true, 32, 80};
    constexpr Thoroughness kLargeFile{5, 16, false, 8, 0};
    static const std::vector<GroupWorkload> all{
        {"groups", groups, kUsual, 2},
        {"commits during a flush", commits_during_a_flush, kUsual, 2},
        {"deferred runs", deferred_runs, kUsual, 2},
        {"long readers", long_readers, kUsual, 2},
        {"nested transactions", nested, kUsual, 2},
        {"two flushes in groups", two_phase_in_groups, kUsual, 2},
        {"prepared transactions", prepared, kUsual, 2},
        {"growth during a flush", growth_during_a_flush, kUsual, 8},
        {"growth ahead in groups", growth_ahead_in_groups, kUsual, 12},
        {"growth that is deferred", deferred_growth, kUsual, 12},
        {"overflowing lists of extents", overflowing_lists, kLargeFile, 20},
    };
    return all;
}

Run record_group(const MemoryDirectory& directory, const GroupWorkload& workload, std::uint64_t seed) {
    Run run;
    Recorder recorder;
    std::filesystem::remove(directory.store());
    { const kv::Environment created = kv::Environment::open(directory.store()); }
    run.image = read_file(directory.store());
    {
        const Observation observation{recorder};
        recorder.acknowledge(Trees{});
        GroupSession session{directory.store(), recorder};
        workload.run(session, seed);
        session.close();
    }
    run.record = recorder.record();
    return run;
}

}  // namespace cambium::test

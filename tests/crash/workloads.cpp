#include "workloads.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <stdexcept>

namespace cambium::test {

namespace {

std::uint64_t pick(std::mt19937_64& random, std::uint64_t below) {
    return random() % below;
}

// Inserts, updates and deletes of small records, one to five per commit.
void small_records(Session& session, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    session.commit([](Change& change) { change.create("records"); });
    for (int commit = 0; commit < 24; ++commit)
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0, n = 1 + pick(random, 5); i < n; ++i) {
                const std::string key = key_of(pick(random, 60));
                if (pick(random, 3) == 0) {
                    change.erase("records", key);
                } else {
                    change.put("records", key, value_of(pick(random, 200), random()));
                }
            }
        });
}

// Values from inline to a few pages, replaced by other sizes and deleted.
void large_values(Session& session, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    for (int commit = 0; commit < 7; ++commit)
        session.commit([&](Change& change) {
            const std::string key = key_of(pick(random, 6));
            if (commit == 5) {
                change.erase("values", key);
            } else {
                change.put("values", key, value_of(1500 + pick(random, 9000), random()));
            }
        });
    session.commit([&](Change& change) { change.put("values", "chunks", value_of(150000, seed)); });
    session.commit([&](Change& change) { change.erase("values", "chunks"); });
}

// The file grows, more than once; what was there is rewritten in between.
void growth(Session& session, std::uint64_t seed) {
    for (std::uint64_t commit = 0; commit < 6; ++commit)
        session.commit([&](Change& change) {
            change.put("values", key_of(commit), value_of(400000, seed + commit));
            change.put("records", "count", std::to_string(commit));
        });
    for (std::uint64_t commit = 0; commit < 4; ++commit)
        session.commit(
            [&](Change& change) { change.put("records", key_of(commit), value_of(100, seed + commit)); });
}

// Small commits at the end of the file, which is full when they begin: one of them makes room for the next ones.
void growth_ahead(Session& session, std::uint64_t seed) {
    const auto room = [&] {
        const kv::EnvironmentStatistics now = session.environment().statistics();
        return now.file_size_bytes - now.page_count * now.page_size_bytes;
    };
    constexpr std::uint64_t kLeft = 60000;
    std::uint64_t commits = 0;
    const auto add = [&](std::uint64_t size) {
        session.commit(
            [&](Change& change) { change.put("values", key_of(commits), value_of(size, seed + commits)); });
        ++commits;
    };
    add(10);
    while (room() > kLeft) add(std::max<std::uint64_t>(5000, room() - kLeft));
    const std::uint64_t size = session.environment().statistics().file_size_bytes;
    for (int commit = 0; commit < 5; ++commit) add(5000);
    if (session.environment().statistics().file_size_bytes <= size)
        throw std::logic_error("the file did not grow ahead of small commits");
}

// A snapshot is held while the same records change again and again, then let go.
void held_reader(Session& session, std::uint64_t seed) {
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 150; ++i) change.put("records", key_of(i), value_of(60, seed + i));
    });
    std::optional<kv::ReadTransaction> reader{session.environment().begin_read()};
    for (std::uint64_t commit = 0; commit < 16; ++commit) {
        if (commit == 10) reader.reset();
        session.commit([&](Change& change) {
            change.put("records", key_of(commit * 7 % 150), value_of(80, seed + commit));
            change.put("other", key_of(commit % 3), value_of(30, seed * 3 + commit));
        });
    }
}

void several_trees(Session& session, std::uint64_t seed) {
    const auto name = [](std::uint64_t i) { return "tree " + std::to_string(i); };
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 5; ++i) change.put(name(i), key_of(i), value_of(40, seed + i));
    });
    session.commit([&](Change& change) { change.rename(name(0), "renamed"); });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 90; ++i) change.put(name(1), key_of(i), value_of(100, seed + i));
    });
    session.commit([&](Change& change) {
        change.clear(name(1));
        change.put("renamed", "a", "b");
    });
    session.commit([&](Change& change) { change.drop(name(2)); });
    session.commit([&](Change& change) { change.create("empty"); });
    session.commit([&](Change& change) {
        change.put(name(3), "x", value_of(3000, seed));
        change.put(name(4), "x", value_of(500, seed));
        change.drop("empty");
    });
}

// Commits between orderly closes.
void closing(Session& session, std::uint64_t seed) {
    for (std::uint64_t round = 0; round < 8; ++round) {
        for (std::uint64_t i = 0; i < round % 3; ++i)
            session.commit([&](Change& change) { change.put("records", key_of(i), value_of(50, seed + round)); });
        session.reopen();
    }
}

// Commits whose list of extents fills more than one sector of the meta slot.
void scattered(Session& session, std::uint64_t seed) {
    scatter_free_space(session);
    for (std::uint64_t commit = 0; commit < 2; ++commit)
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 40; ++i)
                change.put("wide", key_of(i * 48 + 24 + commit), value_of(150, seed + i));
        });
}

// A key's values grow from a set in the leaf to a tree of their own, and come back; another key's stay a set.
void duplicates(Session& session, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    const auto value = [](std::uint64_t number) { return value_of(30 + number % 90, number); };
    for (std::uint64_t commit = 0; commit < 12; ++commit)
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 6; ++i) {
                const std::uint64_t number = 6 * (commit < 6 ? commit : 11 - commit) + i;
                if (commit < 6) {
                    change.put_pair("pairs", "many", value(number));
                } else {
                    change.erase_pair("pairs", "many", value(number));
                }
            }
            for (std::uint64_t i = 0, n = 1 + pick(random, 4); i < n; ++i) {
                const std::string few = value(pick(random, 9));
                if (pick(random, 3) == 0) {
                    change.erase_pair("pairs", key_of(pick(random, 4)), few);
                } else {
                    change.put_pair("pairs", key_of(pick(random, 4)), few);
                }
            }
        });
}

void prepared(Session& session, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    const auto work = [&](Change& change) {
        for (std::uint64_t i = 0, n = 1 + pick(random, 4); i < n; ++i)
            change.put("records", key_of(pick(random, 40)), value_of(pick(random, 300), random()));
        if (pick(random, 4) == 0) change.put("values", key_of(pick(random, 3)), value_of(9000, random()));
    };
    for (std::uint64_t round = 0; round < 10; ++round) {
        session.prepare(work, round % 3 != 1);
        if (round % 2 == 0) session.commit(work);
    }
}

// Values of one key, in the leaf and in a tree of their own; that one moves down the file, shrinks, and returns.
void several_values(Session& session, std::uint64_t seed) {
    const auto value = [&](std::uint64_t i) { return value_of(30, seed + i); };
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.put("values", key_of(i), value_of(500000, seed + i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 400; ++i) change.put_pair("pairs", "many", value(i));
        for (std::uint64_t i = 0; i < 40; ++i) change.put_pair("pairs", key_of(i / 3), value(i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.erase("values", key_of(i));
    });
    for (std::uint64_t i = 0; i < 3; ++i)
        session.commit([&](Change& change) {
            change.erase_pair("pairs", "many", value(i));
            change.put_pair("pairs", key_of(i), value(100 + i));
        });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 3; i < 390; ++i) change.erase_pair("pairs", "many", value(i));
    });
    session.commit([&](Change& change) { change.put_pair("pairs", "many", value(7)); });
}

}  // namespace

std::string value_of(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::string value(size, '\0');
    for (char& c : value) c = static_cast<char>('a' + random() % 26);
    return value;
}

std::string key_of(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return "key " + std::string(6 - std::min<std::size_t>(digits.size(), 6), '0') + digits;
}

void scatter_free_space(Session& session) {
    constexpr std::uint64_t kRecords = 2400;
    constexpr std::uint64_t kRecordsPerLeaf = 24;
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < kRecords; ++i) change.put("wide", key_of(i), value_of(150, i));
    });
    // Every other leaf moves to the end: the old places are free and apart.
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < kRecords; i += 2 * kRecordsPerLeaf)
            change.put("wide", key_of(i), value_of(150, i + 1));
    });
    for (std::uint64_t i = 0; i < 3; ++i)
        session.commit([&](Change& change) { change.put("small", "a", std::to_string(i)); });
}

const std::vector<Workload>& workloads() {
    using kv::Durability;
    constexpr Thoroughness kUsual;
    static const std::vector<Workload> all{
        {"small records", Durability::durable, small_records},
        {"small records, two flushes", Durability::two_phase, small_records, kUsual, 3},
        {"large values", Durability::durable, large_values, kUsual, 3},
        {"large values, two flushes", Durability::two_phase, large_values, kUsual, 3},
        {"growth", Durability::durable, growth, kUsual, 12},
        {"growth ahead", Durability::durable, growth_ahead, kUsual, 12},
        {"growth, two flushes", Durability::two_phase, growth, kUsual, 12},
        {"a held reader", Durability::durable, held_reader, kUsual, 3},
        {"several trees", Durability::durable, several_trees},
        {"several trees, two flushes", Durability::two_phase, several_trees, kUsual, 3},
        {"orderly closes", Durability::durable, closing},
        {"scattered free space", Durability::durable, scattered, kUsual, 12},
        {"several values per key", Durability::durable, several_values, kUsual, 12},
        {"duplicates", Durability::durable, duplicates, kUsual, 3},
        {"duplicates, two flushes", Durability::two_phase, duplicates, kUsual, 3},
        {"prepared", Durability::durable, prepared, kUsual, 2},
    };
    return all;
}

}  // namespace cambium::test

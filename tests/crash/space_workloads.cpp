#include "kv/environment_state.hpp"
#include "workloads.hpp"

namespace cambium::test {

namespace {

void small_commits(Session& session, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
        session.commit([&](Change& change) { change.put("small", "key", std::to_string(i)); });
}

// Most of the data is deleted: what is left moves down, the file is cut, and grows again.
void shrink(Session& session, std::uint64_t seed) {
    for (std::uint64_t wave = 0; wave < 2; ++wave) {
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 6; ++i) change.put("values", key_of(i), value_of(500000, seed + i));
        });
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 60; ++i) change.put("records", key_of(i), value_of(400, seed + i));
            change.put("values", "last", value_of(20000, seed + wave));
        });
        session.commit([&](Change& change) {
            for (std::uint64_t i = 0; i < 6; ++i) change.erase("values", key_of(i));
        });
        small_commits(session, 6);
    }
    small_commits(session, 2);
}

// The store fills up to its limit, commits fail, erasing makes room, again and again.
void limit(Session& session, std::uint64_t seed) {
    kv::Options options;
    options.size_limit_bytes = std::uint64_t{1500} << 10;
    session.reopen(options);
    std::uint64_t refused = 0;
    const auto put = [&](std::uint64_t number, std::uint64_t size) {
        try {
            session.commit([&](Change& change) {
                change.put("values", key_of(number), value_of(size, seed + number));
                change.put("records", key_of(number % 5), value_of(200, seed + number));
            });
            return true;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::full) throw;
            ++refused;
            return false;
        }
    };
    std::uint64_t number = 0;
    for (std::uint64_t round = 0; round < 3; ++round) {
        while (put(number, 90000)) ++number;
        while (put(number, 20000)) ++number;
        for (std::uint64_t i = 0; i < 3; ++i)
            session.commit([&](Change& change) { change.erase("values", key_of(number - 1 - 2 * i)); });
    }
    if (refused < 6) throw std::runtime_error("the limit was not reached");
}

// Only long large values stand at the end of the file, and the holes further down are too short for them.
void long_values_at_the_end(Session& session, std::uint64_t seed) {
    constexpr std::uint64_t kShort = 450;
    constexpr std::uint64_t kLong = 4;
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < kShort; ++i) change.put("short", key_of(i), value_of(12000, seed + i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < kLong; ++i) change.put("long", key_of(i), value_of(150000, seed + i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < kShort; ++i)
            if (i % 10 != 0) change.erase("short", key_of(i));
    });
    kv::detail::EnvironmentState& state = kv::EnvironmentAccess::state(session.environment());
    std::uint64_t cleared = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
        small_commits(session, 1);
        const kv::FreePages& free = state.space.free_space();
        if (free.ceiling() != kv::FreePages::kNoCeiling && free.run_end() > free.ceiling()) ++cleared;
    }
    if (cleared == 0) throw std::runtime_error("no room was cleared for the long values");
}

// Records lie behind large values that are gone: the close that follows moves them down.
void shorten_at_close(Session& session, std::uint64_t seed) {
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.put("values", key_of(i), value_of(500000, seed + i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 60; ++i) change.put("records", key_of(i), value_of(400, seed + i));
    });
    session.commit([&](Change& change) {
        for (std::uint64_t i = 0; i < 6; ++i) change.erase("values", key_of(i));
    });
}

}  // namespace

const std::vector<Workload>& space_workloads() {
    using kv::Durability;
    constexpr Thoroughness kUsual;
    constexpr Thoroughness kManyCuts{8, 48, true, 24, 80};
    static const std::vector<Workload> all{
        {"shrink", Durability::durable, shrink, kUsual, 10},
        {"shrink, two flushes", Durability::two_phase, shrink, kManyCuts, 10},
        {"at the size limit", Durability::durable, limit, kManyCuts, 6},
        {"long values at the end", Durability::durable, long_values_at_the_end, kManyCuts, 10},
        {"shortened at close", Durability::durable, shorten_at_close, kUsual, 10},
        {"shortened at close, two flushes", Durability::two_phase, shorten_at_close, kUsual, 10},
    };
    return all;
}

}  // namespace cambium::test

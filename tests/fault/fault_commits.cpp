// Every call that a workload makes on its file fails once, with EIO and with ENOSPC: the error says what failed,
// nothing acknowledged is lost, a failed flush stops all writing until the store is opened again, and nothing else
// does.
#include <cerrno>
#include <optional>

#include "cambium/kv/maintenance.hpp"
#include "crash_fixture.hpp"
#include "kv/page_format.hpp"
#include "store_content.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;
using kv::Durability;
using kv::Environment;

namespace {

constexpr std::uint64_t kCommits = 5;

void change_number(Change& change, std::uint64_t number) {
    change.put("records", key_of(number % 3), value_of(100, number));
    change.put("values", key_of(number % 2), value_of(300000 + number, number));
}

std::string sentence_of(const Error& error) {
    return std::string{to_string(error.code())} + ": " + error.what();
}

/// Whether the failed call belongs to the flush of a commit: the meta's write, or a sync.
bool is_flush(const Event& call) {
    return call.kind == Event::Kind::failed_sync ||
           (call.kind == Event::Kind::write && call.offset < kv::kMetaAreaSize);
}

void require_names_failure(const Error& error, const Event& call, int with, const std::string& path) {
    const std::string sentence = error.what();
    INFO(sentence_of(error));
    CHECK(sentence.find(path) != std::string::npos);
    const char* verb = call.kind == Event::Kind::write    ? "write"
                       : call.kind == Event::Kind::resize ? "grow"
                                                          : "flush";
    CHECK(sentence.find(verb) != std::string::npos);
    CHECK(sentence.find(with == EIO ? "Input/output error" : "No space left") != std::string::npos);
}

/// After a failed commit in an environment that is still open.
void go_on_after(Session& session, Recorder& recorder, const Error& error, int with) {
    const Event& call = recorder.failed_call();
    const bool after_meta = call.kind == Event::Kind::write && call.offset < kv::kMetaAreaSize;
    // What readers see is the last acknowledged state, whatever has failed.
    REQUIRE(content_of(session.environment()) == session.model());
    if (is_flush(call)) {
        if (error.code() != ErrorCode::outcome_unknown) {
            CHECK_FALSE(after_meta);  // a sync before its own: nothing of the commit was promised to anyone
            CHECK(error.code() == (with == EIO ? ErrorCode::io : ErrorCode::full));
        }
        for (int i = 0; i < 2; ++i) {
            try {
                (void)session.environment().begin_write();
                FAIL_CHECK("a write transaction began after a failed flush");
            } catch (const Error& refused) {
                CHECK(to_string(refused.code()) == to_string(ErrorCode::poisoned));
            }
        }
        REQUIRE(content_of(session.environment()) == session.model());
        return;
    }
    CHECK(error.code() == (with == EIO ? ErrorCode::io : ErrorCode::full));
    CHECK(kv::check(session.environment()).ok());
    for (std::uint64_t number = 20; number < 23; ++number) {
        session.commit([&](Change& change) { change_number(change, number); });
        CHECK(content_of(session.environment()) == session.model());
        CHECK(kv::check(session.environment()).ok());
    }
}

/// How the workload commits.
struct Way {
    Durability durability = Durability::durable;
    bool prepare = false;  ///< and abort some
};

/// Runs the workload with its n-th call failing. False when it made fewer calls. What happened is in the recorder.
bool run_with_fault(const std::string& path, Recorder& recorder, const Way& way, std::uint64_t n, int with) {
    recorder.acknowledge({});
    recorder.fail_call(n, with);
    std::optional<Session> session;
    try {
        session.emplace(path, recorder, way.durability);
    } catch (const Error& error) {
        require_names_failure(error, recorder.failed_call(), with, path);
        return true;
    }
    for (std::uint64_t number = 0; number < kCommits; ++number) {
        try {
            const auto work = [&](Change& change) { change_number(change, number); };
            if (way.prepare) {
                session->prepare(work, number % 3 != 1);
            } else {
                session->commit(work);
            }
        } catch (const Error& error) {
            REQUIRE(recorder.has_failed());
            require_names_failure(error, recorder.failed_call(), with, path);
            go_on_after(*session, recorder, error, with);
            session.reset();
            return true;
        }
    }
    try {
        session->close();
    } catch (const Error& error) {
        REQUIRE(recorder.has_failed());
        require_names_failure(error, recorder.failed_call(), with, path);
    }
    return recorder.has_failed();
}

void try_every_call(const Way& way, int with) {
    for (std::uint64_t n = 1;; ++n) {
        INFO("call " << n << ", errno " << with);
        const MemoryDirectory directory;
        { const Environment created = Environment::open(directory.store()); }
        const std::string image = read_file(directory.store());
        Recorder recorder;
        {
            const Observation observation{recorder};
            if (!run_with_fault(directory.store(), recorder, way, n, with)) break;
        }
        ++faults_tried;
        // The fault is gone and the store is opened again, by a process that finds what the kernel still has.
        Run run{image, recorder.record()};
        Recorder after;
        REQUIRE(try_store(directory.store(), acceptable_at_end(run.record), after) == "");
        // And then the power fails: of what a failed sync covered the disk may have nothing, whatever was synced
        // later.
        if (recorder.failed_call().kind != Event::Kind::failed_sync) continue;
        append_record(run.record, after.record());
        Thoroughness how;
        how.exhaustive_blocks = 5;
        how.sampled_subsets = 24;
        how.tear_every_sector = false;
        how.random_states = 16;
        how.nested_one_in = 0;
        Explorer explorer{directory.path(), seed()};
        thin(explorer, 6);
        explore(explorer, run, how);
        require_no_complaints(explorer);
    }
}

}  // namespace

TEST_CASE("every call fails with EIO") {
    try_every_call({}, EIO);
}
TEST_CASE("every call fails with ENOSPC") {
    try_every_call({}, ENOSPC);
}
TEST_CASE("every call fails with EIO, two flushes") {
    try_every_call({.durability = Durability::two_phase}, EIO);
}
TEST_CASE("every call of prepared transactions fails") {
    for (const int with : {EIO, ENOSPC}) try_every_call({.prepare = true}, with);
}

TEST_CASE("every call of a creation fails") {
    for (const int with : {EIO, ENOSPC}) {
        for (std::uint64_t n = 1;; ++n) {
            const MemoryDirectory directory;
            Recorder recorder;
            recorder.fail_call(n, with);
            {
                const Observation observation{recorder};
                try {
                    const Environment created = Environment::open(directory.store());
                } catch (const Error& error) {
                    INFO(sentence_of(error));
                    CHECK(error.code() == (with == EIO ? ErrorCode::io : ErrorCode::full));
                }
            }
            if (!recorder.has_failed()) break;
            ++faults_tried;
            Environment environment = Environment::open(directory.store());
            CHECK(content_of(environment).empty());
            environment.close();
            for (const auto& entry : std::filesystem::directory_iterator{directory.path()})
                CHECK(entry.path().filename().string().rfind("store-new", 0) == std::string::npos);
        }
    }
}

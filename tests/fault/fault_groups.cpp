// Every call that groups of commits make on their file fails once, with EIO and with ENOSPC: a commit that was not
// written says why and costs nobody else anything, a failed flush is outcome_unknown for everyone it covered and
// stops all writing, and nothing that was promised is lost.
#include <cerrno>
#include <optional>

#include "cambium/kv/maintenance.hpp"
#include "errors.hpp"
#include "group_workloads.hpp"
#include "trial.hpp"

using namespace cambium;
using namespace cambium::test;

namespace {

std::string code(ErrorCode error) {
    return std::string{to_string(error)};
}

/// Groups with a fault in one of their calls.
class FaultyRun {
public:
    FaultyRun(const std::string& path, Recorder& recorder, int with)
        : session_(path, recorder),
          recorder_(recorder),
          failure_(code(with == EIO ? ErrorCode::io : ErrorCode::full)) {}

    void run() {
        session_.in_flush([this] {
            commit_async();
            commit_async();
        });
        for (int group = 0; group < 4; ++group) {
            if (group == 2) commit_async(1500000);
            commit_async();
            attempt([this] { session_.commit(change(50)); });
        }
        require_answers();
        if (poisoned()) {
            for (int i = 0; i < 2; ++i)
                CHECK(code_of([this] { (void)session_.environment().begin_write(); }) == code(ErrorCode::poisoned));
            session_.observe();
        } else {
            CHECK(kv::check(session_.environment()).ok());
            for (int i = 0; i < 2; ++i) attempt([this] { session_.commit(change(50)); });
            CHECK(kv::check(session_.environment()).ok());
            attempt([this] { session_.close(); });
        }
    }

private:
    [[nodiscard]] bool poisoned() const { return session_.lock().poisoned(); }

    GroupSession::Work change(std::size_t size) {
        return [number = commits_++, size](Change& change) {
            change.put("records", key_of(number % 3), value_of(size, number));
            change.put("values", key_of(number % 2), value_of(3000 + number, number));
        };
    }

    void commit_async(std::size_t size = 100) {
        attempt([&] { tickets_.push_back(session_.commit_async(change(size))); });
    }

    template <class Function>
    void attempt(Function&& function) {
        const std::string found = code_of(function);
        if (found == "none") return;
        INFO(found);
        CHECK(recorder_.has_failed());
        const bool of_flush = found == code(ErrorCode::outcome_unknown) || found == code(ErrorCode::poisoned);
        CHECK((of_flush || found == failure_));
    }

    // Everyone who waits is told the truth, now and whenever they ask again.
    void require_answers() {
        for (int i = 0; i < 2; ++i)
            for (const kv::CommitTicket& ticket : std::vector{tickets_}) {  // a flush adds to them
                const std::string found = code_of([&] { ticket.wait(); });
                CHECK(found == (ticket.durable() ? "none" : code(ErrorCode::outcome_unknown)));
                CHECK((ticket.durable() || poisoned()));
            }
    }

    GroupSession session_;
    Recorder& recorder_;
    std::string failure_;
    std::vector<kv::CommitTicket> tickets_;
    std::uint64_t commits_ = 0;
};

/// False when the workload made fewer calls.
bool run_with_fault(const std::string& path, Recorder& recorder, std::uint64_t n, int with) {
    const Observation observation{recorder};
    recorder.acknowledge(Trees{});
    recorder.fail_call(n, with);
    std::optional<FaultyRun> run;
    if (code_of([&] { run.emplace(path, recorder, with); }) == "none") run->run();
    return recorder.has_failed();
}

void try_every_call(int with) {
    for (std::uint64_t n = 1;; ++n) {
        INFO("call " << n << ", errno " << with);
        const MemoryDirectory directory;
        { const kv::Environment created = kv::Environment::open(directory.store()); }
        const std::string image = read_file(directory.store());
        Recorder recorder;
        if (!run_with_fault(directory.store(), recorder, n, with)) return;
        ++faults_tried;
        Run run{image, recorder.record()};
        // The fault is gone and the store is opened again, by a process that finds what the kernel still has.
        Recorder after;
        REQUIRE(try_store(directory.store(), acceptable_at_end(run.record), after) == "");
        if (recorder.failed_call().kind != Event::Kind::failed_sync) continue;
        append_record(run.record, after.record());
        Explorer explorer{directory.path(), seed()};
        thin(explorer, 8);
        explore(explorer, run, {5, 16, false, 8, 0});
        require_no_complaints(explorer);
    }
}

}  // namespace

TEST_CASE("every call of groups of commits fails with EIO") {
    try_every_call(EIO);
}
TEST_CASE("every call of groups of commits fails with ENOSPC") {
    try_every_call(ENOSPC);
}

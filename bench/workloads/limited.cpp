// A store of twice the memory that its process may have: random gets, then random updates of the same keys.
//
// The store is filled without a limit, closed and forgotten by the page cache. The child makes its keys first and
// then joins the group, so that only what the engine maps, caches and allocates counts.
#include "limited.hpp"

#include <malloc.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "cambium/base/error.hpp"
#include "memory_group.hpp"
#include "page_cache.hpp"
#include "workloads/families.hpp"
#include "workloads/writing.hpp"

namespace cambium::bench {
namespace {

constexpr std::uint64_t kSeed = 10;  // of the picks

LimitedOutcome do_limited_work(Engine& engine, Session& session, const Dataset& dataset, const Picks& picks) {
    const auto operations = static_cast<double>(std::max<std::size_t>(picks.size(), 1));
    LimitedOutcome outcome;
    Digest digest;
    Clock clock;
    session.begin_read();
    for (std::size_t i = 0; i < picks.size(); ++i) Session::add(session.get(picks.keys[i]), digest);
    session.end_read();
    outcome.get_nanoseconds = clock.nanoseconds() / operations;
    outcome.digest = digest.value();

    engine.set_durability(Durability::deferred);
    clock.start();
    in_transactions(session, {0, picks.size()}, kUpdateBatch, WriteOrder::random, nullptr,
                    [&](std::size_t i) { session.put(picks.keys[i], dataset.value(picks.ranks[i], 9)); });
    engine.sync();
    outcome.update_nanoseconds = clock.nanoseconds() / operations;
    return outcome;
}

std::string own_path() {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : "";
}

/// Starts a program with its standard output in a pipe; answers everything it printed when it exited with 0.
std::string output_of(std::vector<std::string> command) {
    int ends[2];
    if (pipe(ends) != 0) return "";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int error = posix_spawn(&child, command[0].c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string output;
    char piece[256];
    for (ssize_t got = 0; error == 0 && (got = read(ends[0], piece, sizeof piece)) > 0;)
        output.append(piece, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 1;
    if (error != 0 || waitpid(child, &status, 0) != child || status != 0) return "";
    return output;
}

/// Half of the data.
std::uint64_t limit_of(const Task& task) {
    return task.dataset.user_bytes() / 2;
}

void run_child(Task& task, const std::string& engine, const std::string& group, LimitedOutcome& outcome) {
    const std::uint64_t limit = limit_of(task);
    const LimitedJob job{engine, task.store.folder(), group, limit, task.dataset.records(), task.picks.size()};
    if (!run_limited_child(job, outcome))
        task.skipped =
            "the process of engine \"" + engine + "\" did not live with " + std::to_string(limit >> 20) + " MiB";
}

Resources within(std::uint64_t limit_bytes) {
    return {.cache_bytes = limit_bytes / 4,
            .write_buffer_bytes = std::min<std::size_t>(Resources{}.write_buffer_bytes, limit_bytes / 16),
            .sparse_reads = true};
}

}  // namespace

std::size_t under_memory_limit(Task& task) {
    fill(task);
    LimitedOutcome outcome;
    if (task.store.engine().name() == "reference") {
        outcome = do_limited_work(task.store.engine(), task.store.session(), task.dataset, task.picks);
    } else {
        const std::string engine = task.store.engine().name();
        task.store.close();
        if (task.effort.memory_group == kNoGroup) {
            run_child(task, engine, "", outcome);
        } else {
            const MemoryGroup group(task.effort.memory_group, limit_of(task));
            task.skipped = group.obstacle();
            if (task.skipped.empty()) task.skipped = evict_from_page_cache(task.store.folder());
            if (task.skipped.empty()) run_child(task, engine, group.path(), outcome);
            task.figures = {outcome.get_nanoseconds, outcome.update_nanoseconds};
        }
        task.store.open();
    }
    const std::uint64_t answers = outcome.digest;
    task.digest.add({reinterpret_cast<const char*>(&answers), sizeof answers});
    return 0;
}

bool run_limited_child(const LimitedJob& job, LimitedOutcome& outcome) {
    const std::string output =
        output_of({own_path(), kLimitedChild, job.engine, job.folder, job.group, std::to_string(job.limit_bytes),
                   std::to_string(job.records), std::to_string(job.gets)});
    unsigned long long digest = 0;
    if (std::sscanf(output.c_str(), "%lf %lf %llu", &outcome.get_nanoseconds, &outcome.update_nanoseconds,
                    &digest) != 3)
        return false;
    outcome.digest = digest;
    return true;
}

void be_limited_child(const std::vector<std::string>& arguments) {
    if (arguments.size() != 6)
        throw Error(ErrorCode::invalid_argument, "a limited child is started by this program only");
    const LimitedJob job{arguments[0],
                         arguments[1],
                         arguments[2],
                         std::stoull(arguments[3]),
                         std::stoull(arguments[4]),
                         std::stoull(arguments[5])};
    const Dataset dataset(KeyKind::u64, job.records);
    const Picks picks = dataset.drawn(job.gets, kSeed);
    const std::unique_ptr<Engine> engine = make_engine(job.engine);
    malloc_trim(0);
    if (!job.group.empty()) join_memory_group(job.group);
    engine->open(job.folder + "/data", within(job.limit_bytes));
    LimitedOutcome outcome;
    {
        const std::unique_ptr<Session> session = engine->session();
        outcome = do_limited_work(*engine, *session, dataset, picks);
    }
    engine->close();
    std::printf("%.3f %.3f %llu\n", outcome.get_nanoseconds, outcome.update_nanoseconds,
                static_cast<unsigned long long>(outcome.digest));
}

}  // namespace cambium::bench

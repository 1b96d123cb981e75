// Processes that are killed while they are recorded. What they leave is not copied: the next one opens the store in
// its place, on the same boot, beside the lock file that they left, and so goes on from what is in the page cache.
//
// Thread rule: one thread.
#pragma once

#include <csignal>
#include <optional>
#include <utility>

#include "child.hpp"
#include "crash_fixture.hpp"
#include "record_file.hpp"

namespace cambium::test {

/// What a sync does for the medium whose process is killed in it.
enum class LastSync : std::uint8_t {
    nothing,  ///< it had not begun: what it should have covered is still to be written
    fails     ///< the kernel gave up what it could not write, and nobody is left to hear of it
};

/// Records, saves the record in a file, and kills the process.
class KilledRecorder : public Recorder {
public:
    explicit KilledRecorder(std::string path) : path_(std::move(path)) {}

    /// At the n-th call from now on, counted from 1, before it is done.
    void kill_at(std::uint64_t n, LastSync last_sync) {
        left_ = n;
        last_sync_ = last_sync;
        syncs_only_ = false;
    }
    /// At the n-th sync from now on.
    void kill_at_sync(std::uint64_t n, LastSync last_sync) {
        kill_at(n, last_sync);
        syncs_only_ = true;
    }
    [[noreturn]] void kill_now() { die(record()); }

    int before(const os::FileCall& call) override {
        const bool is_sync = call.kind == os::FileCall::Kind::sync;
        if (left_ > 0 && (is_sync || !syncs_only_) && --left_ == 0) {
            Record last = record();
            if (is_sync && last_sync_ == LastSync::fails)
                last.events.push_back({Event::Kind::failed_sync, 0, {}, 0});
            die(last);
        }
        return Recorder::before(call);
    }

private:
    [[noreturn]] void die(const Record& record) {
        save_record(path_, record);
        for (;;) ::raise(SIGKILL);
    }

    std::string path_;
    std::uint64_t left_ = 0;
    LastSync last_sync_ = LastSync::nothing;
    bool syncs_only_ = false;
};

/// What a process was told to do until it is killed.
class KilledProcess {
public:
    /// Runs work(KilledRecorder&, const Child::Pipe&) in a process, recorded.
    template <class Work>
    KilledProcess(const MemoryDirectory& directory, Work work)
        : saved_(directory.file("record")), child_([this, work](const Child::Pipe& pipe) {
              KilledRecorder recorder{saved_};
              const Observation observation{recorder};
              work(recorder, pipe);
          }) {}

    [[nodiscard]] const Child& child() const noexcept { return child_; }
    /// Waits for the end. What was asked of the file, or nothing when the process was not killed.
    [[nodiscard]] std::optional<Record> record() {
        const std::string words = child_.last_words();
        const int status = child_.wait();
        INFO(words);
        if (!WIFSIGNALED(status)) {
            REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
            return std::nullopt;
        }
        REQUIRE(WTERMSIG(status) == SIGKILL);
        return load_record(saved_);
    }

private:
    std::string saved_;
    Child child_;
};

/// Commits to one store, recorded. Only what a durable commit promises is promised.
class Commits {
public:
    Commits(const std::string& path, Recorder& recorder, Trees content = {})
        : recorder_(recorder), model_(std::move(content)), environment_(kv::Environment::open(path, options())) {}

    template <class Function>
    void commit(kv::Durability durability, Function&& function) {
        Trees next = model_;
        kv::WriteTransaction txn = environment_.begin_write();
        Change change{txn, next};
        function(change);
        (void)recorder_.attempt(next);
        txn.commit(durability);
        model_ = std::move(next);
        if (durability != kv::Durability::deferred) recorder_.acknowledge(model_);
    }
    /// Flushes what was written before, and what is then free again.
    template <class Function>
    void prepare_and_abort(Function&& function) {
        Trees ignored = model_;
        kv::WriteTransaction txn = environment_.begin_write();
        Change change{txn, ignored};
        function(change);
        txn.prepare().abort();
    }
    void sync() {
        environment_.sync();
        recorder_.acknowledge(model_);
    }
    [[nodiscard]] kv::Environment& environment() noexcept { return environment_; }
    [[nodiscard]] const Trees& model() const noexcept { return model_; }

private:
    // Nothing is flushed but what the test asks for.
    static kv::Options options() {
        kv::Options options;
        options.deferred_bytes = 0;
        options.deferred_interval = {};
        return options;
    }

    Recorder& recorder_;
    Trees model_;
    kv::Environment environment_;
};

}  // namespace cambium::test

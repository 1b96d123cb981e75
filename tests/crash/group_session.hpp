// A store in use by group, asynchronous and deferred commits, recorded. Commits may be run inside a flush, where
// the write lock is free: what they write lies between the flush's meta and the end of its sync.
//
// The record promises what the engine itself says: a state is acknowledged as soon as it counts as durable, and, as
// long as no commit was deferred, as soon as a reader sees it. Thread rule: one thread.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>

#include "kv/environment_state.hpp"
#include "session.hpp"
#include "store_content.hpp"

namespace cambium::test {

class GroupSession {
public:
    using Work = std::function<void(Change&)>;

    GroupSession(const std::string& path, Recorder& recorder)
        : recorder_(&recorder), environment_(kv::Environment::open(path)) {
        promised_ = lock().durable_transaction();
        states_.emplace(promised_, State{0, {}});
        recorder.during_sync([this] { inside_sync(); });
    }
    ~GroupSession() { recorder_->during_sync(nullptr); }
    GroupSession(const GroupSession&) = delete;
    GroupSession& operator=(const GroupSession&) = delete;

    kv::CommitTicket commit_async(const Work& work) {
        std::optional<kv::CommitTicket> ticket;
        run(work, [&](kv::WriteTransaction& txn) { ticket = txn.commit_async(); });
        return *ticket;
    }
    void commit(const Work& work, kv::Durability durability = kv::Durability::durable) {
        const bool deferred = durability == kv::Durability::deferred;
        run(work, [&](kv::WriteTransaction& txn) {
            deferred_ = deferred_ || deferred;
            txn.commit(durability);
        });
    }
    /// Prepared first, which flushes; then committed or aborted. Nothing of it is allowed before the commit.
    void prepare(const Work& work, bool keep, kv::Durability durability = kv::Durability::durable) {
        Trees next = written();
        kv::WriteTransaction txn = environment_.begin_write();
        Change both{txn, next};
        work(both);
        kv::PreparedTransaction prepared = txn.prepare();
        observe();
        if (!keep) return prepared.abort();
        finish(prepared.id(), std::move(next), [&] {
            deferred_ = deferred_ || durability == kv::Durability::deferred;
            prepared.commit(durability);
        });
    }
    /// Another process is about to commit this on top.
    void expect(const Work& work) {
        Trees next = written();
        kv::WriteTransaction txn = environment_.begin_write();
        const std::uint64_t id = txn.id();
        Change both{txn, next};
        work(both);
        txn.abort();
        states_.insert_or_assign(id, State{recorder_->attempt(next), std::move(next)});
    }
    void wait(const kv::CommitTicket& ticket) {
        ticket.wait();
        require(promised_now() >= ticket.id(), "a ticket's commit is not durable");
    }
    void sync() {
        environment_.sync();
        require(promised_now() == newest().first, "sync() left something out");
    }

    /// Is run in every flush from now on, at each of its syncs, until another one, or null, takes its place.
    void in_flush(std::function<void()> action) {
        require(in_flush_ == nullptr || syncs_in_flush_ > 0, "there was no flush");
        syncs_in_flush_ = 0;
        in_flush_ = std::move(action);
    }

    /// Holds what is visible now, until it is let go.
    void hold() {
        kv::ReadTransaction reader = environment_.begin_read();
        readers_.push_back(std::move(reader));
    }
    /// Lets go of the oldest one, which has not changed.
    void let_go() {
        require(content_of(readers_.front()) == states_.at(readers_.front().id()).content,
                "a held snapshot has changed");
        readers_.pop_front();
    }

    void close() {
        while (!readers_.empty()) let_go();
        recorder_->during_sync(nullptr);
        const bool poisoned = lock().poisoned();
        environment_.close();
        if (!poisoned) recorder_->acknowledge_state(newest().second.number);
    }

    [[nodiscard]] kv::Environment& environment() noexcept { return environment_; }
    [[nodiscard]] kv::LockFile& lock() const { return *kv::EnvironmentAccess::state(environment_).lock; }
    /// What the next transaction builds on.
    [[nodiscard]] const Trees& written() const { return newest().second.content; }
    /// Looks at everything a user can look at, and notes what that promises.
    void observe() {
        const kv::ReadTransaction reader = environment_.begin_read();
        const auto seen = states_.find(reader.id());
        require(seen != states_.end(), "a reader sees a state that no commit made");
        require(content_of(reader) == seen->second.content, "a reader sees another content");
        if (!deferred_) promise(reader.id());
        (void)promised_now();
    }

private:
    struct State {
        std::size_t number;  ///< in the record
        Trees content;
    };
    using Numbered = std::pair<const std::uint64_t, State>;

    static void require(bool condition, const char* what) {
        if (!condition) throw std::runtime_error(what);
    }
    [[nodiscard]] const Numbered& newest() const { return *states_.rbegin(); }

    template <class Commit>
    void run(const Work& work, Commit&& commit) {
        Trees next = written();
        kv::WriteTransaction txn = environment_.begin_write();
        const std::uint64_t id = txn.id();
        Change both{txn, next};
        work(both);
        finish(id, std::move(next), [&] { commit(txn); });
    }

    template <class Commit>
    void finish(std::uint64_t id, Trees next, Commit&& commit) {
        const auto state = states_.insert_or_assign(id, State{recorder_->attempt(next), std::move(next)}).first;
        try {
            commit();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::outcome_unknown) {
                recorder_->withdraw();
                states_.erase(state);
            }
            throw;
        }
        observe();
    }

    void promise(std::uint64_t transaction) {
        if (transaction <= promised_) return;
        promised_ = transaction;
        recorder_->acknowledge_state(states_.at(transaction).number);
    }
    std::uint64_t promised_now() {
        promise(lock().durable_transaction());
        return promised_;
    }

    void inside_sync() {
        if (!lock().flushing() || !in_flush_) return;
        ++syncs_in_flush_;
        observe();
        in_flush_();
    }

    Recorder* recorder_;
    kv::Environment environment_;
    std::map<std::uint64_t, State> states_;  ///< by transaction
    std::uint64_t promised_ = 0;
    bool deferred_ = false;
    std::function<void()> in_flush_;
    std::uint64_t syncs_in_flush_ = 0;
    std::list<kv::ReadTransaction> readers_;
};

}  // namespace cambium::test

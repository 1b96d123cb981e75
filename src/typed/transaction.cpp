// Transactions of the typed layer: a transaction of the store, and what a writer needs beside it.
#include "cambium/transaction.hpp"

#include <utility>

#include "cambium/base/error.hpp"
#include "typed/foreign_keys.hpp"
#include "typed/state.hpp"

namespace cambium {

namespace {

using Clock = std::chrono::steady_clock;

/// Fixes the figures of a transaction at the end of the call that ends it, also when that throws.
class Ending {
public:
    Ending(const kv::WriteTransaction& store, detail::WriteWorkspace& workspace) noexcept
        : store_(store), workspace_(workspace) {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending() {
        if (store_.active() || workspace_.ended) return;
        workspace_.statistics.pages_written = store_.written().pages;
        workspace_.statistics.bytes_written = store_.written().bytes;
        workspace_.statistics.duration = Clock::now() - workspace_.begun;
        workspace_.ended = true;
    }

private:
    const kv::WriteTransaction& store_;
    detail::WriteWorkspace& workspace_;
};

}  // namespace

ReadTransaction::ReadTransaction(detail::DatabaseState& database, std::optional<kv::ReadTransaction> snapshot)
    : database_(&database), snapshot_(std::move(snapshot)) {
    if (!snapshot_) return;
    store_ = &*snapshot_;
    if (database.expires()) time_ = database.time();
    database.notice_changes(*store_);
}

void ReadTransaction::end() noexcept {
    if (snapshot_) end_views();
    if (snapshot_) snapshot_->end();
}

kv::Transaction& ReadTransaction::store() {
    return *store_;
}

Timestamp ReadTransaction::now() {
    if (!time_) time_ = database_->time();
    return *time_;
}

WriteTransaction::WriteTransaction(detail::DatabaseState& database, kv::WriteTransaction writer, Timestamp time)
    : ReadTransaction(database, std::nullopt), writer_(std::move(writer)), workspace_(new detail::WriteWorkspace) {
    store_ = &writer_;
    try {
        database.notice_changes(writer_);
        time_ = time;
        workspace_->time = time;
        workspace_->collected.begun = database.subscriptions().begin();
    } catch (...) {
        delete workspace_;
        throw;
    }
}

WriteTransaction::WriteTransaction(WriteTransaction* outer)
    : ReadTransaction(*outer->database_, std::nullopt),
      outer_(outer),
      writer_(outer->writer_.begin_nested()),
      workspace_(new detail::WriteWorkspace) {
    store_ = &writer_;
    time_ = outer->time_;
    try {
        workspace_->begin_within(*outer->workspace_);
    } catch (...) {
        delete workspace_;
        throw;
    }
}

WriteTransaction WriteTransaction::begin_nested() {
    if (workspace_->broken) {
        throw Error(ErrorCode::misuse,
                    "an earlier write of this transaction failed half way; roll it back and begin another");
    }
    return WriteTransaction(this);
}

WriteTransaction::~WriteTransaction() {
    delete workspace_;
}

void WriteTransaction::commit() {
    const Ending ending(writer_, *workspace_);
    if (workspace_->broken) {
        throw Error(ErrorCode::misuse,
                    "this transaction cannot be committed: an earlier write of it failed half way; roll it back");
    }
    end_views();
    if (outer_ != nullptr) {
        outer_->workspace_->prepare_add(*workspace_);
        writer_.commit();
        outer_->workspace_->add(*workspace_);
    } else {
        commit_outermost();
    }
}

void WriteTransaction::commit_outermost() {
    if (writer_.active()) {
        if (const std::optional<std::string> refused = detail::check_pending(*this)) {
            writer_.abort();
            throw Error(ErrorCode::constraint, *refused);
        }
    }
    workspace_->sequences.store(writer_);
    if (workspace_->collected.empty()) {
        writer_.commit();
    } else {
        commit_and_tell();
    }
}

// Subscribers hear of the changes in the order in which transactions line up here, under the write lock.
void WriteTransaction::commit_and_tell() {
    using Outcome = detail::Subscriptions::Commit::Outcome;
    detail::Subscriptions& subscriptions = database_->subscriptions();
    const auto place = subscriptions.line_up(std::move(workspace_->collected));
    Outcome outcome = Outcome::dropped;
    try {
        writer_.commit();
        outcome = Outcome::committed;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::outcome_unknown) outcome = Outcome::unknown;
        subscriptions.settle(place, outcome, workspace_->collected);
        throw;
    } catch (...) {
        subscriptions.settle(place, outcome, workspace_->collected);
        throw;
    }
    subscriptions.settle(place, outcome, workspace_->collected);
}

void WriteTransaction::abort() noexcept {
    const Ending ending(writer_, *workspace_);
    end_views();
    writer_.abort();
}

WriteStatistics WriteTransaction::statistics() const noexcept {
    WriteStatistics statistics = workspace_->statistics;
    if (!workspace_->ended) statistics.duration = Clock::now() - workspace_->begun;
    return statistics;
}

}  // namespace cambium

// Transactions of the typed layer: a transaction of the store, and what a writer needs beside it.
#include "cambium/transaction.hpp"

#include <utility>

#include "cambium/base/error.hpp"
#include "typed/state.hpp"

namespace cambium {

ReadTransaction::ReadTransaction(detail::DatabaseState& database, std::optional<kv::ReadTransaction> snapshot)
    : database_(&database), snapshot_(std::move(snapshot)) {
    if (!snapshot_) return;
    store_ = &*snapshot_;
    database.notice_changes(*store_);
}

void ReadTransaction::end() noexcept {
    if (snapshot_) snapshot_->end();
}

kv::Transaction& ReadTransaction::store() {
    return *store_;
}

WriteTransaction::WriteTransaction(detail::DatabaseState& database)
    : ReadTransaction(database, std::nullopt),
      writer_(database.environment().begin_write()),
      workspace_(new detail::WriteWorkspace) {
    store_ = &writer_;
    try {
        database.notice_changes(writer_);
    } catch (...) {
        delete workspace_;
        throw;
    }
}

WriteTransaction::~WriteTransaction() {
    delete workspace_;
}

void WriteTransaction::commit() {
    if (workspace_->broken) {
        throw Error(ErrorCode::misuse,
                    "this transaction cannot be committed: an earlier write of it failed half way; roll it back");
    }
    writer_.commit();
}

void WriteTransaction::abort() noexcept {
    writer_.abort();
}

WriteStatistics WriteTransaction::statistics() const noexcept {
    return workspace_->statistics;
}

}  // namespace cambium

// Views: the bytes they show, and in debug builds the knowledge of whether their transaction is still as it was.
#include "cambium/view.hpp"

#include <atomic>

#include "cambium/base/error.hpp"
#include "typed/expiry.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

// Shared by a transaction and the views made from it; whoever lets go last frees it.
struct ViewToken {
    std::atomic<std::uint32_t> owners = 1;
    std::atomic<bool> ended = false;
    ReadTransaction* transaction;
};

namespace {

void let_go(ViewToken* token) noexcept {
    if (token->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete token;
}

}  // namespace

void end_views(ViewToken*& token) noexcept {
    if (token == nullptr) return;
    token->ended.store(true, std::memory_order_release);
    let_go(std::exchange(token, nullptr));
}

ViewGuard::ViewGuard(const TableHandle& handle) {
    ViewToken*& token = TransactionAccess::views(handle);
    if (token == nullptr) {
        token = new ViewToken;
        token->transaction = handle.transaction;
    }
    token->owners.fetch_add(1, std::memory_order_relaxed);
    token_ = token;
    stamp_ = TransactionAccess::writes_so_far(*handle.transaction);
}

ViewGuard::ViewGuard(const ViewGuard& other) noexcept : token_(other.token_), stamp_(other.stamp_) {
    if (token_ != nullptr) token_->owners.fetch_add(1, std::memory_order_relaxed);
}

void ViewGuard::release(ViewToken* token) noexcept {
    let_go(token);
}

void ViewGuard::check_token() const {
    if (token_->ended.load(std::memory_order_acquire)) {
        throw Error(ErrorCode::misuse, "a view of a record is used after its transaction has ended; get() copies");
    }
    if (TransactionAccess::writes_so_far(*token_->transaction) != stamp_) {
        throw Error(
            ErrorCode::misuse,
            "a view of a record is used after its transaction has written; view() it again, or get() a copy");
    }
}

std::optional<ByteView> find_bytes(const TableHandle& handle, ByteView key) {
    if (some_expired(handle)) return live_bytes(handle, key);
    return TransactionAccess::store(handle).get(handle.table->records, key);
}

ByteView find_indexed_bytes(const TableHandle& handle, std::size_t index, ByteView key) {
    if (const std::optional<ByteView> bytes = find_bytes(handle, key)) return *bytes;
    const TableDescription& table = *handle.table->description;
    throw Error(ErrorCode::corrupt, index_text(table, table.indexes[index]) + " has an entry for " +
                                        key_text(table, key) + ", which is not in the table");
}

void rethrow_view_error(const TableHandle& handle, ByteView key) {
    try {
        throw;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        const TableDescription& table = *handle.table->description;
        throw Error(ErrorCode::decode, table_text(table) + ", " + key_text(table, key) +
                                           ": the record cannot be viewed: " + error.what());
    }
}

}  // namespace cambium::detail

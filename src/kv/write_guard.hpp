// Guards of the public write calls: sizes, and transactions that stop half-way.
#pragma once

#include "kv/transaction_state.hpp"

namespace cambium::kv::detail {

/// A write that throws in the middle leaves dirty pages that must never be committed: the transaction is marked.
class WriteGuard {
public:
    explicit WriteGuard(TransactionState& txn) noexcept : txn_(txn) { txn_.failed = true; }
    void succeeded() const noexcept {
        txn_.failed = false;
        txn_.copies.clear();
    }

private:
    TransactionState& txn_;
};

inline void check_value_size(std::uint64_t size) {
    if (size > kMaxValueSize)
        throw Error(ErrorCode::value_too_long, "the value has " + std::to_string(size) + " bytes; the most is " +
                                                   std::to_string(kMaxValueSize));
}

inline void check_key(const TransactionState& txn, ByteView key) {
    if (key.empty()) throw Error(ErrorCode::invalid_argument, "the key is empty; a key has at least one byte");
    if (const std::uint32_t most = max_key_size(txn.page_size_bytes); key.size() > most)
        throw Error(ErrorCode::key_too_long, "the key has " + std::to_string(key.size()) +
                                                 " bytes; this store takes keys up to " + std::to_string(most));
}

}  // namespace cambium::kv::detail

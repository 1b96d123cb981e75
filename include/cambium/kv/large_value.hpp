// Large values, read and written piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cambium/base/bytes.hpp"

namespace cambium::kv {

namespace detail {
struct TransactionState;
struct TreeState;
}  // namespace detail

/// Reads one value piece by piece and proves what it returns: a value with pages of its own by a checksum per
/// 64 KiB, a smaller one by its page's. A value that this transaction wrote itself has none yet.
///
/// It belongs to the transaction that made it, shares its thread rule and must not be used after it has ended or,
/// in a write transaction, after its next write. Calls throw Error{corrupt} when a checksum is wrong, naming the
/// page, and Error{misuse} after the transaction has ended or on another thread than a write transaction's.
class ValueReader {
public:
    /// Bytes of the whole value.
    [[nodiscard]] std::uint64_t size() const noexcept { return value_.size(); }
    /// Where the next piece begins, in bytes: 0 to size().
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    /// Go to a place. Error{invalid_argument} behind size(). O(1).
    void seek(std::uint64_t position);

    /// The next piece, not copied: what is left of the 64 KiB chunk at position(). Empty at the end. The view lives
    /// as long as one that Transaction::get() returns.
    [[nodiscard]] ByteView next();
    /// Copies the next bytes and returns how many: as many as `into` has room for, fewer at the end.
    std::size_t read(std::span<std::byte> into);

private:
    friend class Transaction;
    ValueReader(const detail::TransactionState& txn, ByteView value, std::uint64_t run);
    void verify_chunk();

    const detail::TransactionState* txn_;
    std::uint64_t serial_;
    ByteView value_;
    std::uint64_t run_;  ///< first page of the run to verify, or 0
    std::uint64_t position_ = 0;
    std::uint64_t verified_ = ~std::uint64_t{0};  ///< the chunk last found sound
};

/// Writes one value piece by piece; its size is known beforehand. The key is there from the start, with zeros where
/// nothing has been written yet; a writer that is given up leaves them.
///
/// It belongs to the write transaction that made it and shares its thread rule: calls throw Error{misuse} on
/// another thread, after the transaction's end, and while a transaction nested in it is open. Other writes may come
/// between, but not to this key: append() throws Error{misuse} when the value is gone or has another size, and
/// writes into the new one when it has the same.
class ValueWriter {
public:
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Bytes appended so far.
    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

    /// Puts the next bytes. Error{invalid_argument} when they would exceed size(). O(depth) and the copy. The piece
    /// must not lie in this value.
    void append(ByteView piece);
    /// Error{misuse} unless all size() bytes were appended.
    void finish() const;

private:
    friend class WriteTransaction;
    ValueWriter(detail::TransactionState& txn, std::uint64_t level, detail::TreeState& tree, std::string key,
                std::uint64_t size);

    detail::TransactionState* txn_;
    std::uint64_t level_;
    detail::TreeState* tree_;
    std::uint64_t serial_;
    std::string key_;
    std::uint64_t size_;
    std::uint64_t written_ = 0;
};

}  // namespace cambium::kv

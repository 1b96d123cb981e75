// An ordered position in one tree.
#pragma once

#include "cambium/base/bytes.hpp"

namespace cambium::kv {

class Transaction;
namespace detail {
struct CursorState;
}

/// Walks one tree in key order, both ways.
///
/// A cursor belongs to the transaction that made it, must not outlive it, and shares its thread rule.
/// It stays right under every change made to its tree in the same transaction: it keeps the key it stands
/// on and finds its place again on next use. If that key was erased, it stands in the gap: valid() is false,
/// next() goes to the first entry after the gap and previous() to the last before it.
///
/// While a nested transaction is open, cursors of those around it read and write in the nested one.
///
/// Views returned by key() and value() live until the cursor moves or the transaction writes or ends;
/// value() of a read transaction lives until the transaction ends.
///
/// Moves throw Error{corrupt} on a damaged page and Error{misuse} after the transaction has ended.
class Cursor {
public:
    Cursor(Cursor&& other) noexcept : state_(other.state_) { other.state_ = nullptr; }
    Cursor& operator=(Cursor&& other) noexcept;
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    ~Cursor();

    /// Move to the first or last entry. False when the tree is empty.
    bool first();
    bool last();
    /// Move to the first entry whose key is at or after `key`. False when there is none; the cursor then
    /// stands after the last entry and previous() returns to it. O(depth).
    bool seek(ByteView key);
    /// Move to exactly `key`. False when it is absent; the cursor then stands in the gap where it would be.
    bool seek_exact(ByteView key);
    /// Move to the last entry whose key is before `key`. False when there is none.
    bool seek_before(ByteView key);
    /// Move to the next or previous entry; a cursor never positioned goes to the first or last.
    /// False at the end; the cursor then stands outside, and the opposite move returns. O(1) amortised.
    bool next();
    bool previous();

    /// Whether the cursor stands on an entry.
    [[nodiscard]] bool valid();
    /// The entry under the cursor. Error{misuse} when not valid().
    [[nodiscard]] ByteView key();
    [[nodiscard]] ByteView value();

    /// Replace the value under the cursor, in a write transaction. Error{misuse} when not valid().
    void put(ByteView value);
    /// Erase the entry under the cursor, in a write transaction; the cursor then stands in the gap.
    /// Error{misuse} when not valid().
    void erase();

private:
    friend class Transaction;
    explicit Cursor(detail::CursorState* state) noexcept : state_(state) {}
    detail::CursorState* state_;
};

}  // namespace cambium::kv

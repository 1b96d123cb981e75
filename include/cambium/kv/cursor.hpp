// An ordered position in one tree.
#pragma once

#include <cstdint>

#include "cambium/base/bytes.hpp"

namespace cambium::kv {

class Transaction;
namespace detail {
struct CursorState;
}

/// Walks one tree in key order, both ways.
///
/// A cursor belongs to the transaction that made it and shares its thread rule. When that has ended, every call
/// throws Error{misuse}; the cursor may be destroyed then, also when the environment is closed. It stays right
/// under every change made to its tree in the same transaction: it keeps the key it stands on and finds its place
/// again on next use. If that key was erased, it stands in the gap: valid() is false, next() goes to the first
/// entry after the gap and previous() to the last before it. If the key is put again before the cursor moves, it
/// stands on that entry, whether or not it was used meanwhile. A cursor that a move left in a gap stays there
/// whatever is put.
///
/// While a nested transaction is open, cursors of those around it read and write in the nested one.
///
/// In a tree with duplicates an entry is a pair of key and value. next() and previous() go through all pairs; seeks
/// by key go to the key's first value, but seek_before() and previous_key() to the last. A gap is a place between
/// two pairs; the cursor keeps key and value, and returns to its pair when that is put again.
///
/// Views returned by key() and value() live until the cursor moves or the transaction writes or ends;
/// value() of a read transaction lives until the transaction ends, in a tree with duplicates until the cursor
/// moves.
///
/// Moves throw Error{corrupt} on a damaged page; the cursor is then as if never positioned. They throw
/// Error{misuse} after the transaction has ended. In a made-up file a tree may refer to one page many times: a scan
/// then gives its entries as often, and no bound is kept for it.
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

    /// Move to the next key, at its first value, or to the previous key, at its last value, whatever values of the
    /// current key are left. Otherwise as next() and previous(). O(1) amortised.
    bool next_key();
    bool previous_key();
    /// Move among the values of the current key. The current key is that of the entry, or of the gap in which the
    /// cursor stands if that key is still there. False when there is no such value: the cursor stays where it is.
    /// O(1) amortised, first_value() and last_value() O(depth). In a tree without duplicates a key has its one
    /// value.
    bool next_value();
    bool previous_value();
    bool first_value();
    bool last_value();
    /// The number of values of the current key; 0 when there is none. O(1).
    [[nodiscard]] std::uint64_t count_values();
    /// Move to exactly this pair. False when it is absent; the cursor then stands in the gap where it would be.
    /// O(depth). Error{misuse} in a tree without duplicates; Error{invalid_argument} for a value of another size
    /// than value_order native_integers takes.
    bool seek_pair(ByteView key, ByteView value);
    /// Move to the first value of exactly this key at or after `value`. False when there is none; the cursor then
    /// stands in the gap, and next() goes to the key behind. Otherwise as seek_pair().
    bool seek_pair_at_or_after(ByteView key, ByteView value);

    /// Whether the cursor stands on an entry.
    [[nodiscard]] bool valid();
    /// The entry under the cursor. Error{misuse} when not valid().
    [[nodiscard]] ByteView key();
    [[nodiscard]] ByteView value();

    /// The values of the current key from the one under the cursor on, as many as one page holds, one behind the
    /// other; the cursor moves to the last of them. Needs fixed_value_size, or else Error{misuse}, and
    /// Error{misuse} when not valid(). The view lives until the cursor moves again or the transaction writes or
    /// ends. O(values returned), without a copy while they fit a leaf and value_order is bytes.
    [[nodiscard]] ByteView values();
    /// The same for the values behind the one under the cursor; empty when there is none, and the cursor stays.
    ByteView next_values();
    /// The same for the values before it, in ascending order; the cursor moves to the first of them.
    ByteView previous_values();

    /// Replace the value under the cursor, in a write transaction. Error{misuse} when not valid().
    /// In a tree with duplicates: erase the pair and add one of the same key; the cursor stands on that one,
    /// wherever it sorts. Errors as WriteTransaction::put().
    void put(ByteView value);
    /// Erase the entry under the cursor, in a write transaction; the cursor then stands in the gap.
    /// Error{misuse} when not valid().
    void erase();
    /// Erase every value of the key under the cursor, in a write transaction; the cursor then stands in the gap.
    /// Error{misuse} when not valid().
    void erase_key();

private:
    friend class Transaction;
    explicit Cursor(detail::CursorState* state) noexcept : state_(state) {}
    detail::CursorState* state_;
};

}  // namespace cambium::kv

// The inside of a cursor: a path, or the key to find it again by; in a tree with duplicates also the value.
#pragma once

#include "base/fork_guard.hpp"
#include "base/thread_number.hpp"
#include "kv/duplicates_place.hpp"
#include "kv/leaf_scan.hpp"
#include "kv/read_ahead.hpp"

namespace cambium::kv::detail {

/// Where a cursor stands when it is parked: what the abort of a nested level brings back.
struct CursorPosition {
    enum class Place : std::uint8_t {
        unset,     ///< never positioned
        on_entry,  ///< path.leaf().index is the entry; in a tree with duplicates `values` is on one of its values
        in_gap,    ///< just before path.leaf().index, on no entry; or among its values
        erased,    ///< in the gap that its entry has left; on it again when it comes back
    };

    Place place = Place::unset;
    bool parked = false;
    bool has_key = false;       ///< `key` is the key of the entry, or of the gap
    bool at_end = false;        ///< a gap behind every entry, whatever is inserted by key
    bool at_begin = false;      ///< a gap before every entry
    bool among_values = false;  ///< the gap is just before the place of `values`, perhaps behind the last one
    std::string key{};
    std::string value{};  ///< encoded: of the pair or the gap while parked, of the gap otherwise; empty before all
};

/// Where a cursor stood before a nested level moved it.
struct CursorImage {
    CursorPosition position;
    std::uint64_t epoch;  ///< of the cursor then
    std::uint64_t level;  ///< whose abort brings it back
    std::unique_ptr<CursorImage> outer;
};

struct CursorState : CursorPosition {
    CursorState(TransactionState& transaction, TreeState& of_tree);
    ~CursorState();
    CursorState(const CursorState&) = delete;
    CursorState& operator=(const CursorState&) = delete;

    /// Keeps the key (and value) instead of the path; called before the tree changes.
    void park();
    /// Finds the path again after a change.
    void unpark();
    /// A move that throws leaves a cursor that was never positioned.
    void start_move() noexcept {
        scanning = false;
        place = Place::unset;
        among_values = false;
    }
    /// Makes `key` that of the entry under the path.
    void fetch_key();
    /// Whether `values` is open at the entry under the path.
    [[nodiscard]] bool at_values() const noexcept {
        return values != nullptr && (place == Place::on_entry || among_values);
    }

    /// On an entry with nothing in the way: the next call needs no more than `scan`.
    [[nodiscard]] bool is_scanning() const noexcept {
        return scanning && txn->fork_generation == current_fork_generation();
    }
    void start_scan(bool forward);

    /// Leaves the list of the tree's cursors.
    void unlink() noexcept;
    /// Refers to nothing from now on: environment and transaction may go before the cursor does.
    void end() noexcept;

    TransactionState* txn;  ///< null when the transaction, or the level that made the cursor, has ended
    TreeState* tree;
    std::uint64_t made_in;  ///< epoch of its making
    std::uint64_t epoch;    ///< of its making or of its newest image
    std::unique_ptr<CursorImage> image;
    std::string value_bytes{};             ///< what value() and values() returned, where no page holds it
    std::unique_ptr<ValuePlace> values{};  ///< in a tree with duplicates
    std::string given{};                   ///< what key() returned, where the nodes hold another
    bool scanning = false;                 ///< in a read transaction, and `scan` is at the entry
    LeafScan scan{};
    ReadAhead read_ahead{};  ///< in a large store
    Path path;
    CursorState* next = nullptr;
    CursorState* previous = nullptr;
};

[[noreturn, gnu::cold]] void refuse(const CursorState* state);
[[noreturn, gnu::cold]] void refuse_gap();

inline bool on_foreign_thread(const TransactionState& txn) noexcept {
    return txn.writable && txn.thread != this_thread_number();
}

/// The cursor of a public call, its place found again. Error{misuse} when its transaction has ended.
inline CursorState& ready(CursorState* state) {
    if (state == nullptr || state->txn == nullptr || state->txn->failed ||
        state->txn->fork_generation != current_fork_generation() || on_foreign_thread(*state->txn)) [[unlikely]]
        refuse(state);
    if (state->epoch < state->txn->dirty.floor()) [[unlikely]]
        state->txn->save(*state);
    if (state->parked) [[unlikely]]
        state->unpark();
    return *state;
}
/// The same, on an entry. Error{misuse} when it is on none.
inline CursorState& on_entry(CursorState* cursor) {
    CursorState& state = ready(cursor);
    if (state.place != CursorState::Place::on_entry) [[unlikely]]
        refuse_gap();
    return state;
}

// Moves from the path as it stands. False when there is no such entry: the cursor then stands outside.
bool enter_at_or_after(CursorState& state);  ///< the entry under the path or behind it, at its first value
bool enter_before(CursorState& state);       ///< the entry before the path, at its last value
bool enter_edge(CursorState& state, bool last);
/// Enters the entry under the path, at the value with so many before it.
bool enter_nth_value(CursorState& state, std::uint64_t place);
/// Stays on the value that `values` has gone to.
bool enter_value(CursorState& state);
/// Stands in the gap where a key, or a pair (its value encoded), would be: the path is there.
bool enter_gap(CursorState& state, ByteView key, ByteView value, bool among_values);

/// Puts another value in the place of the pair the cursor is on; the cursor follows it.
void replace_value(CursorState& state, ByteView value);

/// Called before any change of a tree: keeps its state for the abort of a nested level and parks its cursors.
inline void prepare_change(TransactionState& txn, TreeState& tree) {
    if (tree.epoch < txn.dirty.floor()) [[unlikely]]
        txn.save(tree);
    for (CursorState* cursor = tree.cursors; cursor != nullptr; cursor = cursor->next) cursor->park();
}

}  // namespace cambium::kv::detail

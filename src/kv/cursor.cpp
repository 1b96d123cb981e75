#include "cambium/kv/cursor.hpp"

#include "kv/cursor_state.hpp"
#include "kv/fork_guard.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

namespace detail {

CursorState::CursorState(TransactionState& transaction, TreeState& of_tree)
    : txn(&transaction),
      tree(&of_tree),
      serial(transaction.serial),
      made_in(transaction.dirty.epoch()),
      epoch(made_in) {
    if (of_tree.epoch < transaction.dirty.floor()) transaction.save(of_tree);
    next = of_tree.cursors;
    if (next != nullptr) next->previous = this;
    of_tree.cursors = this;
}

CursorState::~CursorState() {
    if (serial == txn->serial) unlink();  // else the transaction has ended, its list is gone
}

void CursorState::unlink() noexcept {
    (previous != nullptr ? previous->next : tree->cursors) = next;
    if (next != nullptr) next->previous = previous;
}

void CursorState::park() {
    if (parked || place == Place::unset) return;
    if (place == Place::on_entry && !has_key) {
        key.clear();
        path.leaf().node.append_key(path.leaf().index, key);
        has_key = true;
    }
    parked = true;
}

void CursorState::unpark() {
    parked = false;
    if (at_begin || at_end) {
        descend_to_edge(*txn, tree->record, at_end, path);
        if (at_end && path.depth > 0) path.leaf().index = path.leaf().node.count();
        return;
    }
    const bool exact = descend(*txn, tree->record, key, path);
    if (place == Place::on_entry && !exact) place = Place::in_gap;
}

namespace {

[[noreturn, gnu::cold]] void refuse(const CursorState* state) {
    if (state == nullptr) throw Error(ErrorCode::misuse, "the cursor has been moved from");
    if (state->serial == state->txn->serial) require_active(state->txn, state->txn->open_level());
    throw Error(ErrorCode::misuse, "the cursor's transaction has ended: make a new cursor");
}

// Which thread it is costs a call, so that only writers are asked.
bool on_foreign_thread(const TransactionState& txn) noexcept {
    return txn.writable && txn.thread != std::this_thread::get_id();
}

CursorState& ready(CursorState* state) {
    // The serial number of a transaction changes when it ends.
    if (state == nullptr || state->serial != state->txn->serial || state->txn->failed ||
        state->txn->fork_generation != current_fork_generation() || on_foreign_thread(*state->txn)) [[unlikely]]
        refuse(state);
    if (state->epoch < state->txn->dirty.floor()) [[unlikely]]
        state->txn->save(*state);
    if (state->parked) [[unlikely]]
        state->unpark();
    return *state;
}

// The path stands where it should: enter the entry there. False when the leaf has no such entry.
bool enter(CursorState& state) {
    const bool on_entry = state.path.depth > 0 && state.path.leaf().index < state.path.leaf().node.count();
    state.place = on_entry ? CursorState::Place::on_entry : CursorState::Place::in_gap;
    state.has_key = false;
    state.at_begin = false;
    state.at_end = false;
    return on_entry;
}

// Leaves the cursor outside the entries, before all or behind all.
bool leave(CursorState& state, bool behind) {
    state.place = CursorState::Place::in_gap;
    state.has_key = false;
    state.at_end = behind;
    state.at_begin = !behind;
    return false;
}

bool move_to_edge(CursorState& state, bool last) {
    descend_to_edge(*state.txn, state.tree->record, last, state.path);
    return enter(state) || leave(state, last);
}

// A path at a leaf's end goes on to the next leaf.
bool enter_at_or_after(CursorState& state) {
    Path& path = state.path;
    if (path.depth == 0) return leave(state, true);
    if (path.leaf().index == path.leaf().node.count() && !step_leaf(*state.txn, path, true))
        return leave(state, true);
    return enter(state);
}

bool enter_before(CursorState& state) {
    Path& path = state.path;
    if (path.depth == 0) return leave(state, false);
    if (path.leaf().index > 0) {
        --path.leaf().index;
    } else if (!step_leaf(*state.txn, path, false)) {
        return leave(state, false);
    }
    return enter(state);
}

CursorState& on_entry(CursorState* cursor) {
    CursorState& state = ready(cursor);
    if (state.place != CursorState::Place::on_entry)
        throw Error(ErrorCode::misuse,
                    "the cursor stands on no entry: check valid() or the result of the last move");
    return state;
}

}  // namespace
}  // namespace detail

using detail::CursorState;

Cursor& Cursor::operator=(Cursor&& other) noexcept {
    if (this != &other) {
        delete state_;
        state_ = other.state_;
        other.state_ = nullptr;
    }
    return *this;
}

Cursor::~Cursor() {
    delete state_;
}

bool Cursor::first() {
    return detail::move_to_edge(detail::ready(state_), false);
}

bool Cursor::last() {
    return detail::move_to_edge(detail::ready(state_), true);
}

bool Cursor::seek(ByteView key) {
    CursorState& state = detail::ready(state_);
    detail::descend(*state.txn, state.tree->record, key, state.path);
    return detail::enter_at_or_after(state);
}

bool Cursor::seek_exact(ByteView key) {
    CursorState& state = detail::ready(state_);
    if (detail::descend(*state.txn, state.tree->record, key, state.path)) return detail::enter(state);
    state.place = CursorState::Place::in_gap;
    state.at_begin = state.at_end = false;
    state.key.assign(key);
    state.has_key = true;
    return false;
}

bool Cursor::seek_before(ByteView key) {
    CursorState& state = detail::ready(state_);
    detail::descend(*state.txn, state.tree->record, key, state.path);
    return detail::enter_before(state);
}

bool Cursor::next() {
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return first();
    if (state.at_end) return false;
    if (state.place == CursorState::Place::on_entry) ++state.path.leaf().index;
    return detail::enter_at_or_after(state);
}

bool Cursor::previous() {
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return last();
    if (state.at_begin) return false;
    return detail::enter_before(state);
}

bool Cursor::valid() {
    return detail::ready(state_).place == CursorState::Place::on_entry;
}

ByteView Cursor::key() {
    CursorState& state = detail::on_entry(state_);
    if (!state.has_key) {
        state.key.clear();
        state.path.leaf().node.append_key(state.path.leaf().index, state.key);
        state.has_key = true;
    }
    return state.key;
}

ByteView Cursor::value() {
    const CursorState& state = detail::on_entry(state_);
    return state.txn->resolve(state.path.leaf().node.leaf_entry(state.path.leaf().index));
}

void Cursor::put(ByteView value) {
    CursorState& state = detail::on_entry(state_);
    detail::require_writable(state.txn, state.txn->open_level());
    detail::check_value_size(value.size());
    (void)key();
    const detail::WriteGuard guard{*state.txn};
    detail::put(*state.txn, *state.tree, state.key, value, detail::PutMode::overwrite);
    guard.succeeded();
}

void Cursor::erase() {
    CursorState& state = detail::on_entry(state_);
    detail::require_writable(state.txn, state.txn->open_level());
    (void)key();
    const detail::WriteGuard guard{*state.txn};
    // The tree parks this cursor with its key: it finds itself in the gap afterwards.
    detail::erase(*state.txn, *state.tree, state.key);
    guard.succeeded();
}

}  // namespace cambium::kv

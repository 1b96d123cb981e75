#include "cambium/kv/cursor.hpp"

#include "kv/cursor_state.hpp"
#include "kv/stored_key.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::CursorState;
using detail::StoredKey;

namespace {

bool is_scanning(const CursorState* state) noexcept {
    return state != nullptr && state->is_scanning();
}

// To an entry beside this one in its leaf.
inline bool step(CursorState& state, bool forward) try {
    std::uint32_t& index = state.path.leaf().index;
    if (forward) {
        state.scan.next();
        ++index;
    } else {
        state.scan.previous();
        --index;
    }
    return true;
} catch (...) {
    state.start_move();
    throw;
}

}  // namespace

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
    return detail::enter_edge(detail::ready(state_), false);
}

bool Cursor::last() {
    return detail::enter_edge(detail::ready(state_), true);
}

bool Cursor::seek(ByteView key) {
    CursorState& state = detail::ready(state_);
    state.start_move();
    detail::descend(*state.txn, *state.tree, StoredKey{*state.txn, *state.tree, key}, state.path);
    return detail::enter_at_or_after(state);
}

bool Cursor::seek_exact(ByteView key) {
    CursorState& state = detail::ready(state_);
    const StoredKey stored{*state.txn, *state.tree, key};
    state.start_move();
    if (detail::descend(*state.txn, *state.tree, stored, state.path)) return detail::enter_at_or_after(state);
    return detail::enter_gap(state, stored, {}, false);
}

bool Cursor::seek_before(ByteView key) {
    CursorState& state = detail::ready(state_);
    state.start_move();
    detail::descend(*state.txn, *state.tree, StoredKey{*state.txn, *state.tree, key}, state.path);
    return detail::enter_before(state);
}

bool Cursor::next() {
    if (is_scanning(state_) && state_->scan.has_next()) [[likely]]
        return step(*state_, true);
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return first();
    return (state.values != nullptr && next_value()) || next_key();
}

bool Cursor::previous() {
    if (is_scanning(state_) && state_->scan.has_previous()) [[likely]]
        return step(*state_, false);
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return last();
    return (state.values != nullptr && previous_value()) || previous_key();
}

bool Cursor::next_key() {
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return first();
    if (state.at_end) return false;
    if (state.place == CursorState::Place::on_entry || state.among_values) ++state.path.leaf().index;
    return detail::enter_at_or_after(state);
}

bool Cursor::previous_key() {
    CursorState& state = detail::ready(state_);
    if (state.place == CursorState::Place::unset) return last();
    if (state.at_begin) return false;
    return detail::enter_before(state);
}

bool Cursor::valid() {
    return detail::ready(state_).place == CursorState::Place::on_entry;
}

ByteView Cursor::key() {
    if (is_scanning(state_)) [[likely]]
        return state_->scan.key();
    CursorState& state = detail::on_entry(state_);
    const detail::Path::Frame& leaf = state.path.leaf();
    if (leaf.node.full_keys()) return leaf.node.full_key(leaf.index);
    state.fetch_key();
    return detail::given_key(*state.tree, state.key, state.given);
}

ByteView Cursor::value() {
    if (is_scanning(state_)) [[likely]]
        return state_->txn->resolve(state_->scan.entry());
    CursorState& state = detail::on_entry(state_);
    if (state.values != nullptr)
        return decode(value_order(state.tree->record.flags), state.values->value(state.value_bytes),
                      state.value_bytes);
    return state.txn->resolve(state.path.leaf().node.leaf_entry(state.path.leaf().index));
}

void Cursor::put(ByteView value) {
    CursorState& state = detail::on_entry(state_);
    detail::require_writable(state.txn, state.txn->open_level());
    if (state.values != nullptr) return detail::replace_value(state, value);
    detail::check_value_size(value.size());
    state.fetch_key();
    const detail::WriteGuard guard{*state.txn};
    detail::put(*state.txn, *state.tree, state.key, value, detail::PutMode::overwrite);
    guard.succeeded();
}

void Cursor::erase() {
    CursorState& state = detail::on_entry(state_);
    detail::require_writable(state.txn, state.txn->open_level());
    // The tree parks this cursor: it finds itself in the gap afterwards.
    state.park();
    const detail::WriteGuard guard{*state.txn};
    if (state.values != nullptr) {
        detail::erase_value(*state.txn, *state.tree, state.key, state.value);
    } else {
        detail::erase(*state.txn, *state.tree, state.key);
    }
    guard.succeeded();
}

}  // namespace cambium::kv

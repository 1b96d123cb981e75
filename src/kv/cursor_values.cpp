// What a cursor does among the values of one key, in a tree with duplicates.
#include "cambium/kv/cursor.hpp"
#include "kv/cursor_state.hpp"
#include "kv/stored_key.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::CursorState;

namespace {

// Encodes a value to look for; it may have any size, unless it is an integer.
std::string sought(const CursorState& state, ByteView value) {
    std::string buffer;
    return std::string{encode(value_order(state.tree->record.flags), value, buffer)};
}

// Moves among the values of the entry under the path. False leaves the cursor where it was.
template <class Move>
bool move_among(CursorState& state, Move&& move) {
    if (!state.at_values()) return false;
    const CursorState::Place kept = state.place;
    const bool among = state.among_values;
    state.start_move();
    if (move(*state.values)) return enter_value(state);
    state.place = kept;
    state.among_values = among;
    return false;
}

void require_batches(const CursorState& state) {
    if (fixed_value_size(state.tree->record.flags) == 0)
        throw Error(ErrorCode::misuse,
                    "values of any size are read one by one: create the tree with "
                    "TreeOptions::fixed_value_size to read them in batches");
}

// Turns encoded values of a fixed size back, each by itself.
ByteView decoded(const CursorState& state, ByteView values, std::string& buffer) {
    const std::uint32_t flags = state.tree->record.flags;
    const KeyOrder order = value_order(flags);
    if (order == KeyOrder::bytes || order == KeyOrder::custom) return values;
    const std::size_t size = fixed_value_size(flags);
    std::string out;
    std::string one;
    for (std::size_t at = 0; at < values.size(); at += size) out += decode(order, values.substr(at, size), one);
    buffer = std::move(out);
    return buffer;
}

}  // namespace

namespace detail {

void replace_value(CursorState& state, ByteView value) {
    const std::string wanted = checked_value(*state.txn, state.tree->record, value);
    state.park();
    if (wanted == state.value) return;
    const WriteGuard guard{*state.txn};
    const std::string old = state.value;
    erase_value(*state.txn, *state.tree, state.key, old);
    const ByteView views[] = {wanted};
    add_values(*state.txn, *state.tree, state.key, views, ValueMode::add);
    state.value = wanted;
    guard.succeeded();
}

}  // namespace detail

bool Cursor::next_value() {
    CursorState& state = detail::ready(state_);
    const bool on = state.place == CursorState::Place::on_entry;
    return move_among(state, [on](detail::ValuePlace& values) { return on ? values.next() : values.settle(); });
}

bool Cursor::previous_value() {
    return move_among(detail::ready(state_), [](detail::ValuePlace& values) { return values.previous(); });
}

bool Cursor::first_value() {
    CursorState& state = detail::ready(state_);
    if (state.values == nullptr) return state.place == CursorState::Place::on_entry;
    return move_among(state, [](detail::ValuePlace& values) { return values.first(), true; });
}

bool Cursor::last_value() {
    CursorState& state = detail::ready(state_);
    if (state.values == nullptr) return state.place == CursorState::Place::on_entry;
    return move_among(state, [](detail::ValuePlace& values) { return values.last(), true; });
}

std::uint64_t Cursor::count_values() {
    CursorState& state = detail::ready(state_);
    if (state.values == nullptr) return state.place == CursorState::Place::on_entry ? 1 : 0;
    return state.at_values() ? state.values->count() : 0;
}

bool Cursor::seek_pair(ByteView key, ByteView value) {
    CursorState& state = detail::ready(state_);
    detail::require_duplicates(state.tree->record);
    const std::string encoded = sought(state, value);
    const detail::StoredKey stored{*state.txn, *state.tree, key};
    state.start_move();
    if (!detail::descend(*state.txn, *state.tree, stored, state.path))
        return detail::enter_gap(state, stored, encoded, false);
    state.values->open(state.path.leaf().node.leaf_entry(state.path.leaf().index));
    if (!state.values->seek(encoded)) return detail::enter_gap(state, stored, encoded, true);
    state.has_key = false;
    return detail::enter_value(state);
}

bool Cursor::seek_pair_at_or_after(ByteView key, ByteView value) {
    return seek_pair(key, value) || next_value();
}

void Cursor::erase_key() {
    CursorState& state = detail::on_entry(state_);
    detail::require_writable(state.txn, state.txn->open_level());
    state.park();
    const detail::WriteGuard guard{*state.txn};
    detail::erase(*state.txn, *state.tree, state.key);
    guard.succeeded();
}

ByteView Cursor::values() {
    CursorState& state = detail::on_entry(state_);
    detail::require_duplicates(state.tree->record);
    require_batches(state);
    return decoded(state, state.values->take_forward(state.value_bytes), state.value_bytes);
}

ByteView Cursor::next_values() {
    CursorState& state = detail::ready(state_);
    detail::require_duplicates(state.tree->record);
    require_batches(state);
    return next_value() ? values() : ByteView{};
}

ByteView Cursor::previous_values() {
    CursorState& state = detail::ready(state_);
    detail::require_duplicates(state.tree->record);
    require_batches(state);
    if (!previous_value()) return {};
    return decoded(state, state.values->take_backward(state.value_bytes), state.value_bytes);
}

}  // namespace cambium::kv

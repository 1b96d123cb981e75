#include "kv/cursor_state.hpp"

#include "kv/environment_state.hpp"

namespace cambium::kv::detail {

CursorState::CursorState(TransactionState& transaction, TreeState& of_tree)
    : txn(&transaction), tree(&of_tree), made_in(transaction.dirty.epoch()), epoch(made_in) {
    if (has_duplicates(of_tree.record)) values = std::make_unique<ValuePlace>(transaction, of_tree);
    if (of_tree.epoch < transaction.dirty.floor()) transaction.save(of_tree);
    next = of_tree.cursors;
    if (next != nullptr) next->previous = this;
    of_tree.cursors = this;
    ++transaction.open_cursors;
}

CursorState::~CursorState() {
    if (txn != nullptr) unlink();
}

void CursorState::unlink() noexcept {
    (previous != nullptr ? previous->next : tree->cursors) = next;
    if (next != nullptr) next->previous = previous;
    --txn->open_cursors;
}

void CursorState::end() noexcept {
    txn = nullptr;
    scanning = false;
}

void end_cursors_of(TreeState& tree) noexcept {
    for (CursorState* cursor = tree.cursors; cursor != nullptr; cursor = cursor->next) cursor->end();
    tree.cursors = nullptr;
}

void CursorState::fetch_key() {
    if (has_key) return;
    key.clear();
    path.leaf().node.append_key(path.leaf().index, key);
    has_key = true;
}

// Writers change leaves, and duplicates and other orders need more than the leaf.
void CursorState::start_scan(bool forward) {
    if (txn->env->reads_sparsely()) read_ahead.enter(*txn, path, forward);
    if (txn->writable || values != nullptr || !tree->plain_keys) return;
    const std::byte* ahead = path.leaf().node.data();
    if (path.depth > 1) {
        const Path::Frame& parent = path.frames[path.depth - 2];
        // Wraps around to no child at the edge.
        const std::uint32_t beside = forward ? parent.index + 1 : parent.index - 1;
        if (beside <= parent.node.count()) {
            const PageRef ref = parent.node.child(beside);
            if (ref < txn->snapshot.page_count) ahead = txn->map + ref * txn->page_size_bytes;
        }
    }
    scan.open(path.leaf().node, path.leaf().index, forward, ahead);
    scanning = true;
}

void CursorState::park() {
    if (parked || place == Place::unset) return;
    if (place == Place::on_entry) {
        fetch_key();
        if (values != nullptr) {
            std::string buffer;
            value.assign(values->value(buffer));
        }
    }
    parked = true;
}

void CursorState::unpark() {
    const Place kept = place;
    start_move();
    parked = false;
    if (at_begin || at_end) {
        descend_to_edge(*txn, tree->record, at_end, path);
        if (at_end && path.depth > 0) path.leaf().index = path.leaf().node.count();
        place = Place::in_gap;
        return;
    }
    bool exact = descend(*txn, *tree, key, path);
    if (values != nullptr) {
        const bool key_is_there = exact;
        if (exact) values->open(path.leaf().node.leaf_entry(path.leaf().index));
        exact = exact && values->seek(value);
        among_values = key_is_there;
    }
    if (kept == Place::in_gap) {
        place = kept;
    } else {
        place = exact ? Place::on_entry : Place::erased;
    }
}

namespace {

void open_values(CursorState& state) {
    state.values->open(state.path.leaf().node.leaf_entry(state.path.leaf().index));
}

// The path stands on an entry: enter it, at its first or last value.
bool enter(CursorState& state, bool last_value) {
    if (state.values != nullptr) {
        open_values(state);
        if (last_value) {
            state.values->last();
        } else {
            state.values->first();
        }
    }
    state.has_key = false;
    (void)enter_value(state);
    state.start_scan(!last_value);
    return true;
}

// Leaves the cursor outside the entries, before all or behind all.
bool leave(CursorState& state, bool behind) {
    state.place = CursorState::Place::in_gap;
    state.has_key = false;
    state.at_end = behind;
    state.at_begin = !behind;
    state.among_values = false;
    return false;
}

}  // namespace

void refuse(const CursorState* state) {
    if (state == nullptr) throw Error(ErrorCode::misuse, "the cursor has been moved from");
    if (state->txn != nullptr) require_active(state->txn, state->txn->open_level());
    throw Error(ErrorCode::misuse, "the cursor's transaction has ended: make a new cursor");
}

void refuse_gap() {
    throw Error(ErrorCode::misuse, "the cursor stands on no entry: check valid() or the result of the last move");
}

bool enter_at_or_after(CursorState& state) {
    state.start_move();
    return to_entry(*state.txn, state.path) ? enter(state, false) : leave(state, true);
}

bool enter_before(CursorState& state) {
    state.start_move();
    return to_entry_before(*state.txn, state.path) ? enter(state, true) : leave(state, false);
}

bool enter_edge(CursorState& state, bool last) {
    state.start_move();
    descend_to_edge(*state.txn, state.tree->record, last, state.path);
    const bool on = state.path.depth > 0 && state.path.leaf().index < state.path.leaf().node.count();
    return on ? enter(state, last) : leave(state, last);
}

bool enter_nth_value(CursorState& state, std::uint64_t place) {
    if (state.values == nullptr) return enter(state, false);
    open_values(state);
    if (!state.values->nth(place)) throw_corrupt(0, "a key has fewer values than their record says");
    state.has_key = false;
    return enter_value(state);
}

bool enter_value(CursorState& state) {
    state.place = CursorState::Place::on_entry;
    state.among_values = false;
    state.at_begin = false;
    state.at_end = false;
    return true;
}

bool enter_gap(CursorState& state, ByteView key, ByteView value, bool among_values) {
    state.place = CursorState::Place::in_gap;
    state.at_begin = false;
    state.at_end = false;
    state.among_values = among_values;
    state.key.assign(key);
    state.has_key = true;
    state.value.assign(value);
    return false;
}

}  // namespace cambium::kv::detail

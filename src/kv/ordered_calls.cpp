// The public calls that use the order of a tree: ranges, places, samples, both ends; and those that look up or
// store in special ways.
#include <array>
#include <deque>

#include "kv/cursor_state.hpp"
#include "kv/key_group.hpp"
#include "kv/stored_key.hpp"
#include "kv/tree_change.hpp"
#include "kv/tree_count.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::KeyRange;
using detail::Path;
using detail::StoredKey;
using detail::TransactionState;
using detail::TreeState;
using detail::WriteGuard;

namespace {

using Pair = std::pair<ByteView, ByteView>;

void put_pairs(TransactionState& txn, TreeState& tree, std::span<const Pair> pairs) {
    std::vector<std::string> encoded;
    encoded.reserve(pairs.size());
    for (const auto& [key, value] : pairs) encoded.push_back(detail::checked_value(txn, tree.record, value));
    const WriteGuard guard{txn};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const ByteView value[] = {encoded[i]};
        detail::add_values(txn, tree, StoredKey{txn, tree, pairs[i].first}, value, detail::ValueMode::add);
    }
    guard.succeeded();
}

std::optional<Entry> pop_pair(Cursor cursor, bool last) {
    if (!(last ? cursor.last() : cursor.first())) return std::nullopt;
    Entry entry{std::string{cursor.key()}, std::string{cursor.value()}};
    cursor.erase();
    return entry;
}
struct StoredRange {
    StoredRange(const detail::TransactionState& txn, TreeState& tree, ByteView from_key, ByteView to_key)
        : from(txn, tree, from_key), to(txn, tree, to_key) {}
    operator KeyRange() const noexcept { return {from, to}; }
    StoredKey from;
    StoredKey to;
};

}  // namespace

// ---- Reading ----------------------------------------------------------------------------------------------

std::uint64_t Transaction::pages_visited() const {
    detail::require_active(state_, level_);
    return state_->nodes_visited;
}

void Transaction::multi_get(Tree tree, std::span<const ByteView> keys,
                            std::span<std::optional<ByteView>> values) const {
    detail::require_active(state_, level_);
    if (keys.size() != values.size())
        throw Error(ErrorCode::invalid_argument, "multi_get has " + std::to_string(keys.size()) +
                                                     " keys and room for " + std::to_string(values.size()) +
                                                     " values; give as many of each");
    TreeState& state = state_->tree(tree.id());
    if (state.plain_keys) return detail::find_many(*state_, state, keys, values);
    std::deque<StoredKey> stored;
    std::vector<ByteView> views;
    for (const ByteView key : keys) views.push_back(stored.emplace_back(*state_, state, key));
    detail::find_many(*state_, state, views, values);
}

std::uint64_t Transaction::count_range(Tree tree, ByteView from, ByteView to) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const StoredRange range{*state_, state, from, to};
    return detail::count_range(*state_, state, range);
}

std::uint64_t Transaction::rank(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    if (key.empty()) return 0;
    return count_range(tree, {}, key);
}

Cursor Transaction::select(Tree tree, std::uint64_t place) const {
    Cursor cursor = this->cursor(tree);
    detail::CursorState& state = *cursor.state_;
    if (detail::descend_to_place(*state_, *state.tree, place, state.path)) detail::enter_nth_value(state, place);
    return cursor;
}

std::uint64_t Transaction::estimate_range(Tree tree, ByteView from, ByteView to) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const StoredRange range{*state_, state, from, to};
    if ((state.record.flags & kTreeCounts) != 0) return detail::count_range(*state_, state, range);
    const double begin = from.empty() ? 0 : detail::fraction_before(*state_, state, range.from);
    const double end = to.empty() ? 1 : detail::fraction_before(*state_, state, range.to);
    return end <= begin
               ? 0
               : static_cast<std::uint64_t>((end - begin) * static_cast<double>(state.record.entries) + 0.5);
}

std::vector<std::string> Transaction::sample_keys(Tree tree, std::size_t count) const {
    detail::require_active(state_, level_);
    const TreeState& state = state_->tree(tree.id());
    std::vector<std::string> keys;
    if (state.record.root == kNoPage) return keys;
    Path path;
    for (std::size_t i = 0; i < count; ++i) {
        detail::descend_to_fraction(*state_, state, (static_cast<double>(i) + 0.5) / static_cast<double>(count),
                                    path);
        std::string key = detail::given_key(state, path.leaf().node, path.leaf().index);
        if (keys.empty() || keys.back() != key) keys.push_back(std::move(key));
    }
    return keys;
}

std::optional<ValueReader> Transaction::value_reader(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    const TreeRecord& record = state_->tree(tree.id()).record;
    detail::refuse_duplicates(record);
    Path path;
    TreeState& state = state_->tree(tree.id());
    if (!detail::descend(*state_, state, StoredKey{*state_, state, key}, path)) return std::nullopt;
    const Path::Frame& leaf = path.leaf();
    const LeafEntry entry = leaf.node.leaf_entry(leaf.index);
    const ByteView value = state_->resolve(entry);
    if (entry.kind == ValueKind::run) {
        const PageRef run = detail::run_reference(entry).first_page;
        return ValueReader{*state_, value, (run & kDirtyBit) != 0 ? 0 : run};
    }
    if ((leaf.ref & kDirtyBit) == 0) state_->verify(leaf.node);
    return ValueReader{*state_, value, 0};
}

// ---- Writing ----------------------------------------------------------------------------------------------

WriteTransaction::Stored WriteTransaction::get_or_insert(Tree tree, ByteView key, ByteView value) {
    const std::string copy{key};
    const bool inserted = insert(tree, copy, value);
    return {*get(tree, copy), inserted};
}

void WriteTransaction::append(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    detail::check_value_size(value.size());
    TreeState& state = state_->tree(tree.id());
    bool appended = false;
    if (detail::has_duplicates(state.record)) {
        appended = detail::add_pair(*state_, state, key, value, detail::ValueMode::append_pair);
    } else {
        const StoredKey stored{*state_, state, key};
        const WriteGuard guard{*state_};
        appended = detail::put(*state_, state, stored, value, detail::PutMode::append);
        guard.succeeded();
    }
    if (!appended)
        throw Error(ErrorCode::invalid_argument,
                    "a key to append is not behind the last key of its tree: use put() for keys in any order");
}

void WriteTransaction::put_many(Tree tree, std::span<const std::pair<ByteView, ByteView>> entries) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    for (const auto& [key, value] : entries) {
        detail::check_key(*state_, key);
        detail::check_value_size(value.size());
        (void)StoredKey{*state_, state, key};
        if (state.key_order == KeyOrder::native_integers && key.size() != entries[0].first.size())
            throw Error(ErrorCode::invalid_argument, "the keys of a tree of native_integers must have one size");
    }
    if (detail::has_duplicates(state.record)) return put_pairs(*state_, state, entries);
    const WriteGuard guard{*state_};
    std::array<ByteView, detail::kKeyGroup> keys;
    for (std::size_t begin = 0; begin < entries.size(); begin += keys.size()) {
        const auto group = entries.subspan(begin, std::min(keys.size(), entries.size() - begin));
        for (std::size_t i = 0; state.plain_keys && i < group.size(); ++i) keys[i] = group[i].first;
        const detail::KeyGroup reads{*state_, state, std::span{keys}.first(state.plain_keys ? group.size() : 0)};
        for (const auto& [key, value] : group)
            detail::put(*state_, state, StoredKey{*state_, state, key}, value, detail::PutMode::overwrite);
    }
    guard.succeeded();
}

std::span<std::byte> WriteTransaction::reserve(Tree tree, ByteView key, std::uint64_t size_bytes) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    detail::check_value_size(size_bytes);
    TreeState& state = state_->tree(tree.id());
    detail::refuse_duplicates(state.record);
    const std::string copy{StoredKey{*state_, state, key}};
    const WriteGuard guard{*state_};
    detail::put(*state_, state, copy, {static_cast<const char*>(nullptr), size_bytes}, detail::PutMode::overwrite);
    const std::span<std::byte> value = detail::stored_value(*state_, state, copy);
    guard.succeeded();
    return value;
}

ValueWriter WriteTransaction::value_writer(Tree tree, ByteView key, std::uint64_t size_bytes) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    std::string stored{StoredKey{*state_, state, key}};
    (void)reserve(tree, key, size_bytes);
    return ValueWriter{*state_, level_, state, std::move(stored), size_bytes};
}

std::uint64_t WriteTransaction::erase_range(Tree tree, ByteView from, ByteView to) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const StoredRange range{*state_, state, from, to};
    const std::string bounds[2] = {std::string{range.from}, std::string{range.to}};
    const WriteGuard guard{*state_};
    const std::uint64_t erased = detail::erase_range(*state_, state, {bounds[0], bounds[1]});
    guard.succeeded();
    return erased;
}

std::optional<Entry> WriteTransaction::pop(Tree tree, bool last) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    if (detail::has_duplicates(state.record)) return pop_pair(cursor(tree), last);
    Path path;
    detail::descend_to_edge(*state_, state.record, last, path);
    if (path.depth == 0) return std::nullopt;
    Entry entry;
    const Path::Frame& leaf = path.leaf();
    entry.key = detail::given_key(state, leaf.node, leaf.index);
    entry.value = state_->resolve(leaf.node.leaf_entry(leaf.index));
    const WriteGuard guard{*state_};
    detail::erase_at(*state_, state, path);
    guard.succeeded();
    return entry;
}

std::optional<Entry> WriteTransaction::pop_first(Tree tree) {
    return pop(tree, false);
}

std::optional<Entry> WriteTransaction::pop_last(Tree tree) {
    return pop(tree, true);
}

}  // namespace cambium::kv

// The public calls of transactions on trees with several values per key. Those of cursors: cursor_values.cpp.
#include <algorithm>
#include <vector>

#include "kv/duplicates.hpp"
#include "kv/stored_key.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::StoredKey;
using detail::TreeState;
using detail::WriteGuard;

bool Transaction::contains(Tree tree, ByteView key, ByteView value) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    detail::require_duplicates(state.record);
    std::string buffer;
    const ByteView encoded = encode(value_order(state.record.flags), value, buffer);
    const std::optional<LeafEntry> entry = detail::find(*state_, state, StoredKey{*state_, state, key});
    return entry.has_value() && detail::has_value(*state_, state, *entry, encoded);
}

std::uint64_t Transaction::count_values(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    TreeState& state = state_->tree(tree.id());
    const std::optional<LeafEntry> entry = detail::find(*state_, state, StoredKey{*state_, state, key});
    return entry.has_value() ? detail::value_count(*state_, state.record, *entry) : 0;
}

bool WriteTransaction::append_value(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    TreeState& state = state_->tree(tree.id());
    detail::require_duplicates(state.record);
    return detail::add_pair(*state_, state, key, value, detail::ValueMode::append);
}

std::uint64_t WriteTransaction::put_values(Tree tree, ByteView key, ByteView values) {
    detail::require_writable(state_, level_);
    detail::check_key(*state_, key);
    TreeState& state = state_->tree(tree.id());
    detail::require_duplicates(state.record);
    const std::size_t size = fixed_value_size(state.record.flags);
    if (size == 0 || values.size() % size != 0)
        throw Error(ErrorCode::invalid_argument, size == 0 ? "put_values() needs a tree with fixed_value_size"
                                                           : "the values have " + std::to_string(values.size()) +
                                                                 " bytes together, which is no multiple of " +
                                                                 std::to_string(size));
    std::vector<std::string> encoded;
    for (std::size_t at = 0; at < values.size(); at += size)
        encoded.push_back(detail::checked_value(*state_, state.record, values.substr(at, size)));
    std::vector<ByteView> views(encoded.begin(), encoded.end());
    const auto order = [&](ByteView a, ByteView b) { return detail::compare_values(state, a, b); };
    std::stable_sort(views.begin(), views.end(), [&](ByteView a, ByteView b) { return order(a, b) < 0; });
    views.erase(std::unique(views.begin(), views.end(), [&](ByteView a, ByteView b) { return order(a, b) == 0; }),
                views.end());
    const StoredKey stored{*state_, state, key};
    const WriteGuard guard{*state_};
    const std::uint64_t added = detail::add_values(*state_, state, stored, views, detail::ValueMode::add);
    guard.succeeded();
    return added;
}

bool WriteTransaction::erase(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    detail::require_duplicates(state.record);
    std::string buffer;
    const std::string encoded{encode(value_order(state.record.flags), value, buffer)};
    const StoredKey stored{*state_, state, key};
    const WriteGuard guard{*state_};
    const bool erased = detail::erase_value(*state_, state, stored, encoded);
    guard.succeeded();
    return erased;
}

}  // namespace cambium::kv

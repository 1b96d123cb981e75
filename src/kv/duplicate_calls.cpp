// The public calls of transactions on trees with several values per key. Those of cursors: cursor_values.cpp.
#include <algorithm>
#include <vector>

#include "kv/duplicates.hpp"
#include "kv/stored_key.hpp"
#include "kv/write_guard.hpp"

namespace cambium::kv {

using detail::TreeState;
using detail::WriteGuard;

bool Transaction::contains(Tree tree, ByteView key, ByteView value) const {
    detail::require_active(state_, level_);
    const TreeRecord& record = state_->tree(tree.id()).record;
    detail::require_duplicates(record);
    std::string buffer;
    const ByteView encoded = encode(value_order(record.flags), value, buffer);
    const std::optional<LeafEntry> entry = detail::find_by_bytes(*state_, record, key);
    return entry.has_value() && detail::has_value(*state_, record, *entry, encoded);
}

std::uint64_t Transaction::count_values(Tree tree, ByteView key) const {
    detail::require_active(state_, level_);
    detail::TreeState& state = state_->tree(tree.id());
    const std::optional<LeafEntry> entry = detail::find(*state_, state, detail::StoredKey{*state_, state, key});
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
    std::sort(encoded.begin(), encoded.end());
    encoded.erase(std::unique(encoded.begin(), encoded.end()), encoded.end());
    const std::vector<ByteView> views(encoded.begin(), encoded.end());
    const WriteGuard guard{*state_};
    const std::uint64_t added = detail::add_values(*state_, state, key, views, detail::ValueMode::add);
    guard.succeeded();
    return added;
}

bool WriteTransaction::erase(Tree tree, ByteView key, ByteView value) {
    detail::require_writable(state_, level_);
    TreeState& state = state_->tree(tree.id());
    detail::require_duplicates(state.record);
    std::string buffer;
    const std::string encoded{encode(value_order(state.record.flags), value, buffer)};
    const WriteGuard guard{*state_};
    const bool erased = detail::erase_value(*state_, state, key, encoded);
    guard.succeeded();
    return erased;
}

}  // namespace cambium::kv

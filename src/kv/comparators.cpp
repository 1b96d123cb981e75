#include "kv/comparators.hpp"

#include <algorithm>

#include "kv/environment_state.hpp"
#include "kv/tree.hpp"
#include "kv/tree_flags.hpp"

namespace cambium::kv {

void Comparators::add(ByteView name, KeyCompare function) {
    if (name.empty() || name.size() > kMaxComparatorNameSize || function == nullptr)
        throw Error(ErrorCode::invalid_argument, "a function that compares needs a name of 1 to " +
                                                     std::to_string(kMaxComparatorNameSize) +
                                                     " bytes, and must not be null");
    const std::lock_guard lock{mutex_};
    if (functions_.emplace(name, function).first->second != function)
        throw Error(ErrorCode::already_exists,
                    "another function is registered as \"" + std::string{name} + "\" already: choose another name");
}

KeyCompare Comparators::find(ByteView name) const {
    const std::lock_guard lock{mutex_};
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : found->second;
}

std::string comparator_key(std::uint64_t tree_id, char kind) {
    std::string key = tree_key(tree_id);
    key[0] = kind;
    return key;
}

void Environment::register_comparator(ByteView name, int (*compare)(ByteView, ByteView)) {
    detail::EnvironmentState& env = EnvironmentAccess::state(*this);
    env.require_same_process();
    env.comparators.add(name, compare);
}

namespace detail {

namespace {

// From the last byte to the first; integers of one size as this little-endian machine stores them are ordered so
// too.
int compare_reversed(ByteView a, ByteView b) {
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 1; i <= common; ++i) {
        const auto left = static_cast<unsigned char>(a[a.size() - i]);
        const auto right = static_cast<unsigned char>(b[b.size() - i]);
        if (left != right) return left < right ? -1 : 1;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

std::string TransactionState::comparator_name(std::uint64_t tree_id, char kind) const {
    const std::optional<LeafEntry> entry = find(*this, catalog, comparator_key(tree_id, kind));
    if (!entry.has_value()) throw_corrupt(0, "a tree is ordered by a function, but the name of that is missing");
    return std::string{entry->value};
}

void TransactionState::set_order(TreeState& tree) const {
    const std::uint32_t flags = tree.record.flags;
    if ((flags & ~kTreeKnownFlags) != 0)
        throw_corrupt(0, "a tree's record has flags that this version does not know");
    tree.key_order = kv::key_order(flags);
    tree.plain_keys = tree.key_order == KeyOrder::bytes || tree.key_order == KeyOrder::custom;
    tree.integer_size = 0;
    tree.compare = is_compared(flags) ? compare_reversed : nullptr;
    tree.compare_values = nullptr;
    tree.order_unknown = false;
    const auto look_up = [&](KeyOrder order, char kind, KeyCompare& compare) {
        if (order != KeyOrder::custom) return;
        compare = env->comparators.find(comparator_name(tree.record.id, kind));
        tree.order_unknown = tree.order_unknown || compare == nullptr;
    };
    look_up(tree.key_order, kCatalogComparator, tree.compare);
    look_up(value_order(flags), kCatalogValueComparator, tree.compare_values);
}

std::string TransactionState::unknown_comparator(const TreeState& tree) const {
    const bool of_keys = tree.key_order == KeyOrder::custom && tree.compare == nullptr;
    return comparator_name(tree.record.id, of_keys ? kCatalogComparator : kCatalogValueComparator);
}

void TransactionState::refuse_order(const TreeState& tree) const {
    throw Error(ErrorCode::not_found, "the tree is ordered by the function \"" + unknown_comparator(tree) +
                                          "\": register it with Environment::register_comparator() first");
}

}  // namespace detail
}  // namespace cambium::kv

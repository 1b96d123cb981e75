// Primary keys that are still to be worked through by one call.
#include "typed/key_set.hpp"

#include <algorithm>

namespace cambium::detail {

void KeySet::add(std::string key) {
    if (keys_.size() >= kInMemory) move_to_tree();
    keys_.push_back(std::move(key));
}

void KeySet::sort() {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
}

void KeySet::move_to_tree() {
    if (!tree_) tree_ = store_.create_tree(tree_name_);
    sort();
    for (const std::string& key : keys_) store_.put(*tree_, key, {});
    keys_.clear();
}

std::uint64_t KeySet::finish() {
    if (!tree_) {
        sort();
        return keys_.size();
    }
    move_to_tree();
    return store_.statistics(*tree_).entries;
}

std::optional<std::string> KeySet::pop() {
    if (tree_) {
        if (std::optional<kv::Entry> entry = store_.pop_last(*tree_)) return std::move(entry->key);
        store_.drop_tree(tree_name_);
        tree_.reset();
    }
    if (keys_.empty()) return std::nullopt;
    std::string key = std::move(keys_.back());
    keys_.pop_back();
    return key;
}

}  // namespace cambium::detail

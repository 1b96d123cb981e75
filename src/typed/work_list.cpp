// Work that is still to be done by one call.
#include "typed/work_list.hpp"

#include "cambium/key/key.hpp"

namespace cambium::detail {

void WorkList::push(std::string item) {
    if (items_.size() >= kInMemory) {
        if (!tree_) tree_ = store_.create_tree(tree_name_);
        for (const std::string& moving : items_) store_.append(*tree_, key::encode(moved_++), moving);
        items_.clear();
    }
    items_.push_back(std::move(item));
}

std::optional<std::string> WorkList::pop() {
    if (items_.empty() && tree_) {
        if (std::optional<kv::Entry> entry = store_.pop_last(*tree_)) return std::move(entry->value);
        store_.drop_tree(tree_name_);
        tree_.reset();
    }
    if (items_.empty()) return std::nullopt;
    std::string item = std::move(items_.back());
    items_.pop_back();
    return item;
}

}  // namespace cambium::detail

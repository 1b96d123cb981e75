#include "kv/duplicates_place.hpp"

#include <utility>

#include "kv/tree_count.hpp"

namespace cambium::kv::detail {

void ValuePlace::open(const LeafEntry& entry) {
    if (entry.kind == ValueKind::duplicate_tree) {
        inner_ = value_tree_state(*txn_, *tree_, value_tree(*txn_, tree_->record, entry));
    } else {
        inner_.record = TreeRecord{};
        set_ = ValueSet{entry, fixed_value_size(tree_->record.flags)};
    }
}

void ValuePlace::first() {
    if (in_tree()) {
        descend_to_edge(*txn_, inner_.record, false, path_);
        if (path_.leaf().node.count() == 0) throw_corrupt(path_.leaf().ref, "a leaf is empty");
    }
    index() = 0;
}

void ValuePlace::last() {
    if (in_tree()) {
        descend_to_edge(*txn_, inner_.record, true, path_);
        if (path_.leaf().node.count() == 0) throw_corrupt(path_.leaf().ref, "a leaf is empty");
    } else {
        index_ = set_.count() - 1;
    }
}

bool ValuePlace::seek(ByteView value) {
    if (value.empty()) return first(), false;
    if (in_tree()) return descend(*txn_, inner_, value, path_);
    const Position position = set_.lower_bound(value, tree_->compare_values);
    index_ = position.index;
    return position.exact;
}

bool ValuePlace::nth(std::uint64_t place) {
    if (in_tree()) return descend_to_place(*txn_, inner_, place, path_);
    index_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(place, set_.count()));
    return index_ < set_.count();
}

bool ValuePlace::settle() {
    return in_tree() ? to_entry(*txn_, path_) : index_ < set_.count();
}

bool ValuePlace::next() {
    if (!in_tree()) {
        if (index_ + 1 >= set_.count()) return false;
        ++index_;
        return true;
    }
    if (path_.leaf().index + 1 >= path_.leaf().node.count()) return step_leaf(*txn_, path_, true);
    ++path_.leaf().index;
    return true;
}

bool ValuePlace::previous() {
    if (in_tree()) return to_entry_before(*txn_, path_);
    if (index_ == 0) return false;
    --index_;
    return true;
}

std::uint64_t ValuePlace::count() const {
    return in_tree() ? inner_.record.entries : set_.count();
}

ByteView ValuePlace::value(std::string& buffer) const {
    if (!in_tree()) return set_[index_];
    buffer.clear();
    path_.leaf().node.append_key(path_.leaf().index, buffer);
    return buffer;
}

ByteView ValuePlace::take_forward(std::string& buffer) {
    const std::uint32_t end = in_tree() ? path_.leaf().node.count() : set_.count();
    return range(std::exchange(index(), end - 1), end, buffer);
}

ByteView ValuePlace::take_backward(std::string& buffer) {
    return range(0, std::exchange(index(), 0) + 1, buffer);
}

ByteView ValuePlace::range(std::uint32_t from, std::uint32_t to, std::string& buffer) const {
    if (!in_tree()) {
        const std::size_t size = set_[0].size();
        return set_.from(from).substr(0, size * (to - from));
    }
    buffer.clear();
    for (std::uint32_t i = from; i < to; ++i) path_.leaf().node.append_key(i, buffer);
    return buffer;
}

}  // namespace cambium::kv::detail

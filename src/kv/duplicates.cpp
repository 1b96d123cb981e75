#include "kv/duplicates.hpp"

#include <functional>

#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

void require_duplicates(const TreeRecord& tree) {
    if (!has_duplicates(tree))
        throw Error(ErrorCode::misuse,
                    "tree " + std::to_string(tree.id) +
                        " keeps one value per key: create it with TreeOptions::duplicates for this call");
}

void refuse_duplicates(const TreeRecord& tree) {
    if (has_duplicates(tree))
        throw Error(ErrorCode::misuse, "tree " + std::to_string(tree.id) +
                                           " keeps its values in order, so they are stored and read whole: use "
                                           "put() and get()");
}

std::string checked_value(const TransactionState& txn, const TreeRecord& tree, ByteView value) {
    const std::uint16_t fixed = fixed_value_size(tree.flags);
    if (fixed != 0 && value.size() != fixed)
        throw Error(ErrorCode::invalid_argument, "the value has " + std::to_string(value.size()) +
                                                     " bytes; every value of this tree has " +
                                                     std::to_string(fixed));
    if (value.empty())
        throw Error(ErrorCode::invalid_argument,
                    "the value is empty; a value of a tree with duplicates has at least one byte");
    if (const std::uint32_t most = max_key_size(txn.page_size_bytes); value.size() > most)
        throw Error(ErrorCode::value_too_long, "the value has " + std::to_string(value.size()) +
                                                   " bytes; a tree with duplicates takes values up to " +
                                                   std::to_string(most));
    std::string buffer;
    return std::string{encode(value_order(tree.flags), value, buffer)};
}

namespace {

// Whether bytes lie in the file's mapping, and not in a page of this transaction.
bool is_committed(const TransactionState& txn, ByteView bytes) noexcept {
    const auto* at = reinterpret_cast<const std::byte*>(bytes.data());
    const std::byte* end = txn.map + txn.snapshot.page_count * txn.page_size_bytes;
    return std::less_equal<>{}(txn.map, at) && std::less<>{}(at, end);
}

}  // namespace

TreeRecord value_tree(const TransactionState& txn, const TreeRecord& tree, const LeafEntry& entry) {
    if (entry.value.size() != sizeof(TreeRecord)) throw_corrupt(0, "the record of a value tree has a wrong size");
    const auto record = load<TreeRecord>(reinterpret_cast<const std::byte*>(entry.value.data()));
    if (record.id != tree.id || record.flags != value_tree_flags(tree.flags) || record.root == kNoPage ||
        record.run_pages != 0 || record.depth == 0 || record.depth > kMaxDepth)
        throw_corrupt(record.root & ~kDirtyBit, "it is no root of a value tree of the tree that refers to it");
    if ((record.root & kDirtyBit) != 0 && is_committed(txn, entry.value))
        throw_corrupt(0, "the record of a value tree refers to a page that was never written");
    return record;
}

TreeState value_tree_state(const TransactionState& txn, const TreeState& tree, const TreeRecord& record) noexcept {
    TreeState values;
    values.record = record;
    values.epoch = txn.dirty.epoch();
    values.compare = tree.compare_values;
    return values;
}

std::uint64_t value_count(const TransactionState& txn, const TreeRecord& tree, const LeafEntry& entry) {
    if (!has_duplicates(tree) || entry.kind == ValueKind::inlined) return 1;
    if (entry.kind == ValueKind::duplicate_tree) return value_tree(txn, tree, entry).entries;
    return ValueSet{entry, fixed_value_size(tree.flags)}.count();
}

std::uint64_t entries_of(const TransactionState& txn, const TreeRecord& tree, const NodeView& node) {
    return node.is_leaf() ? pairs_in(txn, tree, node, 0, node.count()) : node.entries();
}

std::uint64_t pairs_in(const TransactionState& txn, const TreeRecord& tree, const NodeView& leaf,
                       std::uint32_t begin, std::uint32_t end) {
    if (!has_duplicates(tree)) return end > begin ? end - begin : 0;
    std::uint64_t pairs = 0;
    for (std::uint32_t i = begin; i < end; ++i) pairs += value_count(txn, tree, leaf.leaf_entry(i));
    return pairs;
}

bool has_value(const TransactionState& txn, const TreeState& tree, const LeafEntry& entry, ByteView value) {
    if (value.empty()) return false;
    if (entry.kind == ValueKind::duplicate_tree)
        return find(txn, value_tree_state(txn, tree, value_tree(txn, tree.record, entry)), value).has_value();
    return ValueSet{entry, fixed_value_size(tree.record.flags)}.lower_bound(value, tree.compare_values).exact;
}

ByteView first_value(const TransactionState& txn, const TreeRecord& tree, const LeafEntry& entry) {
    const KeyOrder order = value_order(tree.flags);
    std::string buffer;
    if (entry.kind != ValueKind::duplicate_tree) {
        const ByteView first = ValueSet{entry, fixed_value_size(tree.flags)}[0];
        const ByteView decoded = decode(order, first, buffer);
        return decoded.data() == first.data() ? first : txn.copies.keep(decoded);
    }
    Path path;
    descend_to_edge(txn, value_tree(txn, tree, entry), false, path);
    if (path.leaf().node.count() == 0) throw_corrupt(path.leaf().ref, "a leaf is empty");
    path.leaf().node.append_key(0, buffer);
    return txn.copies.keep(decode(order, buffer, buffer));
}

}  // namespace cambium::kv::detail

// Looking up several keys at once: their descends go level by level, and each page is fetched while others are
// searched.
//
// The method is group prefetching: Chen, Ailamaki, Gibbons, Mowry, "Improving hash join performance through
// prefetching", ICDE 2004.
#include <array>

#include "kv/duplicates.hpp"

namespace cambium::kv::detail {

namespace {

constexpr std::size_t kGroup = 12;
constexpr std::size_t kCacheLine = 64;

struct Descent {
    PageRef ref;
    NodeView node;
    Position found;
};
using Group = std::array<Descent, kGroup>;

// The header, the prefix and the hints.
void fetch_page(const TransactionState& txn, PageRef ref) {
    const std::byte* page = (ref & kDirtyBit) != 0          ? txn.dirty.page(ref)
                            : ref < txn.snapshot.page_count ? txn.map + ref * txn.page_size_bytes
                                                            : nullptr;
    if (page == nullptr) return;  // node() refuses it
    __builtin_prefetch(page);
    __builtin_prefetch(page + kCacheLine);
}

// The first heads that a search compares, and the slots behind them.
void fetch_arrays(const NodeView& node) {
    const std::size_t heads = node.heads_offset();
    __builtin_prefetch(node.data() + heads + kHeadSize * (node.count() / 2));
    __builtin_prefetch(node.data() + heads + kHeadSize * (node.count() / 4));
}

}  // namespace

void find_many(const TransactionState& txn, const TreeState& tree, std::span<const ByteView> keys,
               std::span<std::optional<ByteView>> values) {
    const std::uint32_t depth = checked_depth(tree.record);
    for (std::size_t begin = 0; begin < keys.size(); begin += kGroup) {
        const std::size_t size = std::min(kGroup, keys.size() - begin);
        Group group;
        for (std::size_t i = 0; i < size; ++i) group[i].ref = tree.record.root;
        for (std::uint32_t level = depth; level-- > 0;) {
            for (std::size_t i = 0; i < size; ++i) {
                group[i].node = txn.node(group[i].ref, level);
                fetch_arrays(group[i].node);
            }
            for (std::size_t i = 0; i < size; ++i) {
                Descent& one = group[i];
                if (level == 0) {
                    one.found = position_in(tree, one.node, keys[begin + i]);
                    continue;
                }
                one.ref = txn.child(one.ref, one.node, child_in(tree, one.node, keys[begin + i]));
                fetch_page(txn, one.ref);
            }
        }
        for (std::size_t i = 0; i < size; ++i) {
            const Descent& one = group[i];
            const bool exact = depth > 0 && one.found.exact;
            values[begin + i] =
                exact ? std::optional{value_of(txn, tree.record, one.node.leaf_entry(one.found.index))}
                      : std::nullopt;
        }
    }
}

}  // namespace cambium::kv::detail

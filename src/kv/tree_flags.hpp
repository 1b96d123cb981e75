// TreeOptions as the file stores them: TreeRecord::flags, and the names of its functions in the catalog.
#pragma once

#include "cambium/kv/tree_options.hpp"
#include "kv/page_format.hpp"

namespace cambium::kv {

[[nodiscard]] constexpr KeyOrder key_order(std::uint32_t flags) noexcept {
    return static_cast<KeyOrder>(flags >> kTreeKeyOrderShift & kTreeOrderMask);
}
[[nodiscard]] constexpr KeyOrder value_order(std::uint32_t flags) noexcept {
    return static_cast<KeyOrder>(flags >> kTreeValueOrderShift & kTreeOrderMask);
}
[[nodiscard]] constexpr std::uint16_t fixed_value_size(std::uint32_t flags) noexcept {
    return static_cast<std::uint16_t>(flags >> kTreeFixedSizeShift);
}

[[nodiscard]] constexpr std::uint32_t flags_of(const TreeOptions& options) noexcept {
    return (options.duplicates ? kTreeDuplicates : 0) | (options.counts ? kTreeCounts : 0) |
           (options.contiguous_keys ? kTreeContiguousKeys : 0) |
           static_cast<std::uint32_t>(options.key_order) << kTreeKeyOrderShift |
           static_cast<std::uint32_t>(options.value_order) << kTreeValueOrderShift |
           static_cast<std::uint32_t>(options.fixed_value_size) << kTreeFixedSizeShift;
}

/// Whether a function compares the keys. Other orders than that of bytes are otherwise made by turning keys into
/// bytes that sort so (key_order.hpp); contiguous keys must stay as they are.
[[nodiscard]] constexpr bool is_compared(std::uint32_t tree_flags) noexcept {
    const KeyOrder order = key_order(tree_flags);
    return order == KeyOrder::custom || (order != KeyOrder::bytes && (tree_flags & kTreeContiguousKeys) != 0);
}
/// Flags of the leaves and of the branches of a tree.
[[nodiscard]] constexpr std::uint16_t leaf_flags(std::uint32_t tree_flags) noexcept {
    return is_compared(tree_flags) || (tree_flags & kTreeContiguousKeys) != 0 ? kFullKeys : 0;
}
[[nodiscard]] constexpr std::uint16_t branch_flags(std::uint32_t tree_flags) noexcept {
    return static_cast<std::uint16_t>(((tree_flags & kTreeCounts) != 0 ? kHasCounts : 0) |
                                      (is_compared(tree_flags) ? kFullKeys : 0));
}

/// Flags of the trees that hold the values of one key: in order of their function, counted like the tree around.
[[nodiscard]] constexpr std::uint32_t value_tree_flags(std::uint32_t tree_flags) noexcept {
    const bool compared = value_order(tree_flags) == KeyOrder::custom;
    const auto custom = static_cast<std::uint32_t>(KeyOrder::custom) << kTreeKeyOrderShift;
    return (tree_flags & kTreeCounts) | (compared ? custom : 0);
}

/// All but the names of functions.
[[nodiscard]] inline TreeOptions options_of(std::uint32_t flags) {
    TreeOptions options;
    options.duplicates = (flags & kTreeDuplicates) != 0;
    options.counts = (flags & kTreeCounts) != 0;
    options.contiguous_keys = (flags & kTreeContiguousKeys) != 0;
    options.key_order = key_order(flags);
    options.value_order = value_order(flags);
    options.fixed_value_size = fixed_value_size(flags);
    return options;
}

}  // namespace cambium::kv

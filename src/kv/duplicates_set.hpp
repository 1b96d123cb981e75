// The values of one key inside a leaf entry: one value, or a packed set of several, ascending.
//
// Packed, values of a fixed size lie one behind the other. Values of any size: u16 number of values, u16 end of
// each value, counted from the first value's first byte, then the values. Trusts nothing: what contradicts itself
// throws Error{corrupt}.
#pragma once

#include <span>

#include "kv/node.hpp"

namespace cambium::kv::detail {

/// Reads a set. Views live as long as the page.
class ValueSet {
public:
    ValueSet() = default;
    /// Of an entry whose values lie in the leaf. `fixed_size` is 0 when values have any size.
    ValueSet(const LeafEntry& entry, std::size_t fixed_size);

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] ByteView operator[](std::uint32_t i) const;
    /// The first value at or after `value`, in the order of a function or of bytes.
    [[nodiscard]] Position lower_bound(ByteView value, KeyCompare compare) const;
    /// Values from `i` to the last, one behind the other; only where values have a fixed size.
    [[nodiscard]] ByteView from(std::uint32_t i) const { return bytes_.substr(i * fixed_size_); }

private:
    ByteView ends_;   ///< u16 each; empty where every value has fixed_size_
    ByteView bytes_;  ///< of the values
    std::size_t fixed_size_ = 0;
    std::uint32_t count_ = 0;
};

/// Bytes of a packed set.
[[nodiscard]] std::size_t packed_size(std::span<const ByteView> values, std::size_t fixed_size) noexcept;
/// Packs two or more ascending values, each of the fixed size when there is one.
[[nodiscard]] std::string pack(std::span<const ByteView> values, std::size_t fixed_size);

}  // namespace cambium::kv::detail

// Neighbouring leaves as one row of entries, from which fewer leaves are laid out without putting keys together.
//
// Invariant: the leaves have the same flags, and their keys ascend from leaf to leaf. Thread rule: that of the
// transaction whose pages they are.
#pragma once

#include <span>
#include <string>

#include "kv/node_editor.hpp"

namespace cambium::kv {

class LeafRow {
public:
    /// The views must live as long as the row; at least one leaf has an entry.
    explicit LeafRow(std::span<const NodeView> leaves) noexcept;

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    /// The key of entry `i`, assembled.
    [[nodiscard]] std::string key(std::uint32_t i) const;
    /// Page bytes that entries [begin, end) need as a leaf. Error{corrupt} when an entry lies outside its heap.
    [[nodiscard]] std::size_t size(std::uint32_t begin, std::uint32_t end) const;
    /// How many entries the first of two leaves gets so that both have about as many bytes. 1 to count() - 1.
    [[nodiscard]] std::uint32_t middle() const;
    /// Makes the page a leaf of entries [begin, end), which must fit it; it must be none of the row's.
    void build(std::uint32_t begin, std::uint32_t end, NodeEditor page) const;

private:
    /// Calls visit(leaf, begin, end) for what each leaf has of entries [begin, end).
    template <class Visitor>
    void each_part(std::uint32_t begin, std::uint32_t end, Visitor&& visit) const;
    [[nodiscard]] std::size_t shared_prefix(std::uint32_t begin, std::uint32_t end) const;

    std::span<const NodeView> leaves_;
    std::uint32_t count_ = 0;
};

}  // namespace cambium::kv

// A place among the values of one key: on a value, or just before it. What a cursor holds besides its path.
#pragma once

#include "kv/duplicates.hpp"

namespace cambium::kv::detail {

class ValuePlace {
public:
    ValuePlace(const TransactionState& txn, const TreeState& tree) noexcept : txn_(&txn), tree_(&tree) {}

    /// Goes to an entry of the tree; the place is not set before one of the three below.
    void open(const LeafEntry& entry);
    void first();
    void last();
    /// Goes to the first value at or after `value`, perhaps behind the last one; an empty one is before all. True
    /// when exact.
    bool seek(ByteView value);

    /// Goes to the value with so many before it. False when there are fewer.
    bool nth(std::uint64_t place);

    /// To the value that the place is on or just before. False when it is behind the last.
    bool settle();
    /// To the value behind or before the one it is on. False when there is none: the place stays.
    bool next();
    bool previous();

    /// The number of values of the key.
    [[nodiscard]] std::uint64_t count() const;
    /// The value it is on, encoded: a view of the page where it lies there in one piece, or else of `buffer`.
    [[nodiscard]] ByteView value(std::string& buffer) const;
    /// The values from here to the last that lies in the same page, one behind the other, encoded, as value() does;
    /// goes to the last of them.
    [[nodiscard]] ByteView take_forward(std::string& buffer);
    /// The same backward: from the first in the page to here, in ascending order; goes to the first.
    [[nodiscard]] ByteView take_backward(std::string& buffer);

private:
    [[nodiscard]] bool in_tree() const noexcept { return inner_.record.root != kNoPage; }
    [[nodiscard]] ByteView range(std::uint32_t from, std::uint32_t to, std::string& buffer) const;
    [[nodiscard]] std::uint32_t& index() noexcept { return in_tree() ? path_.leaf().index : index_; }

    const TransactionState* txn_;
    const TreeState* tree_;
    ValueSet set_;
    std::uint32_t index_ = 0;  ///< in the set
    TreeState inner_;          ///< the value tree; without a root when the values are a set
    Path path_;                ///< in the value tree
};

}  // namespace cambium::kv::detail

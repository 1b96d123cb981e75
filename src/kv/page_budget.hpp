// The end of a walk over a damaged tree. A page that says the right things about itself may be referred to many
// times, on each of several levels: a walk would then go on for as good as ever, and what it collects would fill
// the memory. No tree, and no state of the store, has more pages than its snapshot, so a walk that meets more ends.
#pragma once

#include "kv/transaction_state.hpp"

namespace cambium::kv::detail {

/// Findings that a report holds, and the first of each tree. Damage makes as many as there are entries, and more of
/// the same tell nothing new.
inline constexpr std::size_t kMostFindings = 10000;

class PageBudget {
public:
    explicit PageBudget(const TransactionState& txn) noexcept : left_(txn.snapshot.page_count) {}

    /// The walk meets these pages. Error{corrupt} when they are more than there can be. Dirty ones are our own, and
    /// each is referred to once.
    void take(PageRef first, std::uint64_t pages = 1) {
        if ((first & kDirtyBit) != 0) return;
        if (pages > left_) throw_corrupt(first, kReason);
        left_ -= pages;
    }
    static constexpr const char* kReason = "a tree refers to it, and to more pages in all than the store has";

private:
    std::uint64_t left_;
};

/// The same for moves of a cursor, which visits nodes by itself. Reading ahead looks at a branch once more.
class ScanBudget {
public:
    /// `root` is named when the budget is used up.
    ScanBudget(const TransactionState& txn, PageRef root) noexcept
        : txn_(txn), root_(root), left_(2 * (txn.snapshot.page_count + txn.dirty.node_count())) {
        left_ += (txn.dirty.memory_bytes() + txn.dirty.spilled_bytes()) / txn.page_size_bytes;  // large values too
    }

    /// Makes a move and answers what it answers.
    template <class Move>
    [[nodiscard]] bool move(Move&& move) {
        const std::uint64_t before = txn_.nodes_visited;
        const bool on = move();
        take(txn_.nodes_visited - before);
        return on;
    }
    void take(std::uint64_t pages) {
        if (pages > left_)
            throw_corrupt(root_ & ~kDirtyBit, "the tree whose root it is refers to more pages than there are");
        left_ -= pages;
    }

private:
    const TransactionState& txn_;
    PageRef root_;
    std::uint64_t left_;
};

}  // namespace cambium::kv::detail

#include "kv/evacuation.hpp"

#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

namespace {

/// A commit moves so many pages for each that it writes, at most.
constexpr std::uint64_t kMostMoved = 2;
/// The most pages in use in segments that are being emptied: one page in so many.
constexpr std::uint64_t kAheadDivisor = 16;
/// Commits without progress after which the segments are offered again, and until the next try.
constexpr std::uint32_t kPatience = 64;
constexpr std::uint64_t kIdleCommits = 256;

/// Moves pages of withdrawn segments below branches that are dirty already.
class Ride {
public:
    Ride(TransactionState& txn, SpaceMap& map, std::uint64_t budget)
        : txn_(txn), free_(map.free_space()), budget_(budget) {}

    void run(const TreeRecord& tree) {
        if (tree.root != kNoPage && (tree.root & kDirtyBit) != 0 && tree.depth > 1)
            below(tree.root, tree.depth - 1);
    }
    [[nodiscard]] std::uint64_t budget() const noexcept { return budget_; }

private:
    void below(PageRef branch, std::uint32_t level) {
        NodeEditor node = txn_.editor(branch);
        for (std::uint32_t i = 0; i <= node.count() && budget_ > 0; ++i) {
            PageRef child = node.child(i);
            if ((child & kDirtyBit) == 0) {
                if (!free_.is_withdrawn(child)) continue;
                child = moved(child, level - 1);
                if ((child & kDirtyBit) == 0) continue;
                node.set_child(i, child);
                --budget_;
            }
            if (level > 1) below(child, level - 1);
        }
    }

    // A damaged page stays where it is: the commit has nothing to do with it.
    PageRef moved(PageRef page, std::uint32_t level) {
        try {
            return make_dirty(txn_, page, txn_.node(page, level));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt) throw;
            return page;
        }
    }

    TransactionState& txn_;
    FreePages& free_;
    std::uint64_t budget_;
};

}  // namespace

void Evacuation::run(TransactionState& txn, TreeState& space, SpaceMap& map) {
    FreePages& free = map.free_space();
    const std::uint64_t pages = txn.dirty.node_count();
    const std::uint64_t most = kMostMoved * pages;
    if (!map.wants_room(pages) || !map.has_room(2 * (pages + most)) || txn.next_id < idle_until_) return;
    ahead_ = std::clamp(ahead_, pages, std::max(pages, map.page_count() / kAheadDivisor));
    if (free.used_in_withdrawn() < ahead_) free.withdraw(ahead_);
    const std::uint64_t left = free.used_in_withdrawn();
    if (left == 0) return;

    Ride ride{txn, map, most};
    for (std::size_t i = 0; i < txn.tree_count; ++i)
        if (txn.trees[i]->modified) ride.run(txn.trees[i]->record);
    ride.run(txn.catalog.record);
    ride.run(space.record);
    const std::uint64_t moved = most - ride.budget();
    moved_ += moved;
    // In a large tree one commit changes the parents of few pages: then more segments are emptied at a time.
    ahead_ = moved < pages / 2 ? ahead_ + ahead_ / 8 + 1 : moved > pages ? ahead_ - ahead_ / 8 : ahead_;
    fruitless_ = moved > 0 || left != left_ ? 0 : fruitless_ + 1;
    left_ = left;
    if (fruitless_ < kPatience) return;
    fruitless_ = 0;
    free.offer_withdrawn();
    idle_until_ = txn.next_id + kIdleCommits;
}

}  // namespace cambium::kv::detail

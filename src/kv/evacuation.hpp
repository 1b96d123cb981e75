// Evacuation: keeps the free space in whole segments, so that the pages of a commit lie side by side.
//
// Pages that random updates retire leave holes all over the file. Once the file has the slack that is worth its
// room, the emptiest segments are offered no more and the pages still in use there move, a bounded number per
// commit: only such pages whose parent is changed by the commit anyhow, so that no page is read or written but
// those that move. After Rosenblum and Ousterhout, "The design and implementation of a log-structured file system"
// (1992): clean what is emptiest. Thread rule: under the write lock.
#pragma once

#include "kv/space_map.hpp"

namespace cambium::kv::detail {

struct TreeState;

class Evacuation {
public:
    /// Does one commit's part. Costs nothing for commits of few pages, and while there is contiguous room.
    void run(TransactionState& txn, TreeState& space, SpaceMap& map);
    /// Pages moved so far.
    [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }

private:
    std::uint64_t moved_ = 0;
    std::uint64_t ahead_ = 0;       ///< pages in use in withdrawn segments, as many as there should be
    std::uint64_t left_ = 0;        ///< pages in use in withdrawn segments, when some last went
    std::uint32_t fruitless_ = 0;   ///< commits since then
    TransactionId idle_until_ = 0;  ///< nothing could be moved: tried again then
};

}  // namespace cambium::kv::detail

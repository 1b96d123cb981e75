// Relocation: moves pages from the end of a file that is much emptier than full to free pages further down, a
// bounded number per commit, so that the end can be cut off.
//
// While it is under way new pages are taken below the ceiling only, so every live page moves at most once, but for
// large values that find no contiguous room there: the end of the room is cleared for them. The trees are walked in
// key order from where the last commit stopped; branches are read, and leaves only where they may refer to large
// values or value trees. Thread rule: under the write lock.
#pragma once

#include <string>

#include "kv/space_map.hpp"

namespace cambium::kv::detail {

struct TreeState;

/// Where the walk through a tree goes on: at a key, and where that has a value tree, at a value. Empty: at the
/// beginning.
struct WalkPosition {
    std::string key{};
    std::string value{};
};

/// A snapshot that is held for so many commits is not about to end.
inline constexpr std::uint64_t kStaleCommits = 64;

class Relocation {
public:
    /// Does one commit's part: makes pages dirty that lie behind the ceiling. `oldest_pin`: no older snapshot can
    /// be read. Costs nothing while the file is full enough.
    void run(TransactionState& txn, TreeState& space, SpaceMap& map, TransactionId oldest_pin);

    /// Begins a walk over everything, with this many pages moved by each commit, down to the live size and one page
    /// in `spare` of it, however full the file is. Until give_up() every free end of the file is cut off.
    void demand(std::uint64_t pages_per_commit, std::uint64_t spare);
    /// The pages that a file with so many in use is to have then.
    [[nodiscard]] static std::uint64_t goal_of(std::uint64_t used, std::uint64_t spare_pages) noexcept;
    void give_up() noexcept { demanded_ = 0; }
    [[nodiscard]] bool demanded() const noexcept { return demanded_ > 0; }
    /// Whether the walk that was demanded has passed every tree.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    /// Pages moved and pages read so far.
    [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }
    [[nodiscard]] std::uint64_t visited() const noexcept { return visited_; }

private:
    [[nodiscard]] bool plan(SpaceMap& map, std::uint64_t held_pages);
    /// True when the end of the last tree was reached.
    [[nodiscard]] bool walk(TransactionState& txn, TreeState& space, SpaceMap& map);
    void restart() noexcept;
    void make_room_for_runs(SpaceMap& map);
    void lack_room(SpaceMap& map);

    std::uint64_t demanded_ = 0;  ///< pages per commit, 0 when nobody asks
    std::uint64_t spare_ = 1;     ///< what is asked for leaves one page in so many free
    bool finished_ = false;
    std::uint64_t budget_ = 0;      ///< pages that one commit moves
    bool settled_ = false;          ///< the last walk found nothing left to move
    TransactionId idle_until_ = 0;  ///< and is tried again then
    // Where the walk stands: trees by id, the catalog and the space tree first.
    std::uint64_t tree_ = 0;
    WalkPosition position_;  ///< in that tree
    bool moved_in_round_ = false;
    std::uint64_t stuck_in_round_ = 0;  ///< pages of large values that found no room
    // Where the file is to end, and how that end is divided.
    std::uint64_t goal_ = 0;    ///< pages; 0: nothing has to move
    std::uint64_t stuck_ = 0;   ///< of them, at the end, for runs only
    std::uint64_t slack_ = 0;   ///< beyond them, for runs only
    std::uint32_t rounds_ = 0;  ///< walks since then that left runs behind
    std::uint64_t moved_ = 0;
    std::uint64_t visited_ = 0;
    std::uint64_t visited_in_round_ = 0;
};

}  // namespace cambium::kv::detail

#include "kv/relocation.hpp"

#include "kv/duplicates.hpp"
#include "kv/meta.hpp"
#include "kv/tree_change.hpp"

namespace cambium::kv::detail {

namespace {

/// Below this it is not worth the writes.
constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{1} << 20;
/// A commit moves one in so many of the pages that have to, within these bounds.
constexpr std::uint64_t kCommits = 12;
constexpr std::uint64_t kLeastMoved = 64;
constexpr std::uint64_t kMostMoved = 1024;
/// Pages read for each that may be moved.
constexpr std::uint64_t kReadPerMoved = 4;
/// Large values of more bytes are left to compact().
constexpr std::uint64_t kLongestRunBytes = std::uint64_t{16} << 20;
/// Commits after which a walk that found nothing is tried again.
constexpr std::uint64_t kIdleCommits = 64;
/// Walks in a row that leave large values behind for want of room.
constexpr std::uint32_t kMostRounds = 16;

/// The space tree has no id of its own.
constexpr std::uint64_t kCatalogPosition = 0;
constexpr std::uint64_t kSpacePosition = 1;
constexpr std::uint64_t kFirstTreePosition = 2;

/// One tree's part of a walk.
class Walk {
public:
    struct Budget {
        std::uint64_t move;
        std::uint64_t visit;
        std::uint64_t longest_run;  ///< pages; longer ones stay where they are
        std::vector<Extent> reserved;
    };
    Walk(TransactionState& txn, TreeState& tree, SpaceMap& map, Budget& budget)
        : txn_(txn),
          tree_(tree),
          map_(map),
          budget_(budget),
          bottom_(tree.record.run_pages > 0 || has_duplicates(tree.record) ? 0 : 1) {}

    /// Goes on at the position. False when the budget was used up: the position says where, or is as it was.
    bool run(WalkPosition& position) {
        const std::uint32_t depth = checked_depth(tree_.record);
        if (depth == 0) return true;
        position_ = &position;
        const PageRef root = visit_child(tree_.record.root, depth - 1, position.key.empty());
        if (root != tree_.record.root) {
            tree_.record.root = root;
            tree_.modified = true;
        }
        if (!stopped_) position = {};
        return !stopped_;
    }
    /// Pages of large values that found no room.
    [[nodiscard]] std::uint64_t stuck_pages() const noexcept { return stuck_pages_; }

private:
    [[nodiscard]] bool is_high(PageRef ref) const {
        return (ref & kDirtyBit) == 0 && ref >= map_.free_space().ceiling();
    }
    [[nodiscard]] bool is_high(PageRef first, std::uint64_t pages) const {
        return (first & kDirtyBit) == 0 && first + pages > map_.free_space().run_end();
    }
    [[nodiscard]] bool exhausted() const noexcept { return budget_.move == 0 || budget_.visit == 0; }
    void count_moved(std::uint64_t pages) { budget_.move -= std::min(budget_.move, pages); }

    // The node's reference afterwards: another one when it or something below it has moved.
    PageRef visit(PageRef ref, std::uint32_t level, bool from_start) {
        if (budget_.visit > 0) --budget_.visit;
        PageRef now = ref;
        if (is_high(ref)) {
            now = make_dirty(txn_, ref, txn_.node(ref, level));
            count_moved(1);
        }
        if (level == 0) return has_duplicates(tree_.record) ? move_values(now, from_start) : move_runs(now);
        const std::uint32_t first = from_start ? 0 : child_in(tree_, txn_.node(now, level), position_->key);
        for (std::uint32_t i = first; i <= txn_.node(now, level).count() && !stopped_; ++i) {
            stopped_ = exhausted();
            const PageRef child = txn_.child(now, txn_.node(now, level), i);
            const PageRef next = stopped_ ? child : visit_child(child, level - 1, from_start || i > first);
            if (next != child) {
                now = make_dirty(txn_, now, txn_.node(now, level));
                txn_.editor(now).set_child(i, next);
            }
            if (stopped_ && !position_set_ && i > 0) stop_at(txn_.node(now, level), i - 1, {});
        }
        return now;
    }

    void stop_at(const NodeView& node, std::uint32_t i, std::string value) {
        WalkPosition position;
        node.append_key(i, position.key);
        position.value = std::move(value);
        *position_ = std::move(position);
        position_set_ = true;
    }

    PageRef visit_child(PageRef child, std::uint32_t level, bool from_start) {
        if (level >= bottom_) return visit(child, level, from_start);
        if (!is_high(child)) return child;
        count_moved(1);
        return make_dirty(txn_, child, txn_.node(child, level));
    }

    PageRef move_runs(PageRef leaf) {
        for (std::uint32_t i = 0; i < txn_.node(leaf, 0).count(); ++i) {
            const LeafEntry entry = txn_.node(leaf, 0).leaf_entry(i);
            if (entry.kind != ValueKind::run || entry.value.size() != sizeof(RunReference)) continue;
            auto reference = load<RunReference>(reinterpret_cast<const std::byte*>(entry.value.data()));
            const std::uint64_t pages = run_page_count(reference.value_size, txn_.page_size_bytes);
            if (!is_high(reference.first_page, pages) || pages > budget_.longest_run) continue;
            stopped_ = exhausted() || (!budget_.reserved.empty() && pages > budget_.move);
            if (stopped_) return leaf;
            // A run that finds no room further down would make the file longer.
            if (!reserve_run(pages)) continue;
            (void)txn_.resolve(entry);  // proves the reference
            reference.first_page = copy_run(reference.first_page, pages);
            leaf = make_dirty(txn_, leaf, txn_.node(leaf, 0));
            (void)txn_.editor(leaf).replace_value(i, {reinterpret_cast<const char*>(&reference), sizeof reference},
                                                  ValueKind::run);
            count_moved(pages);
        }
        return leaf;
    }

    PageRef move_values(PageRef leaf, bool from_start) {
        const Position begin =
            from_start ? Position{0, false} : position_in(tree_, txn_.node(leaf, 0), position_->key);
        WalkPosition within;  // of the value tree: its keys are values
        if (begin.exact) within.key = position_->value;
        for (std::uint32_t i = begin.index; i < txn_.node(leaf, 0).count(); ++i, within = {}) {
            const LeafEntry entry = txn_.node(leaf, 0).leaf_entry(i);
            if (entry.kind != ValueKind::duplicate_tree) continue;
            stopped_ = exhausted();
            if (!stopped_) leaf = move_value_tree(leaf, i, value_tree(txn_, tree_.record, entry), within);
            if (!stopped_) continue;
            stop_at(txn_.node(leaf, 0), i, std::move(within.key));
            break;
        }
        return leaf;
    }

    PageRef move_value_tree(PageRef leaf, std::uint32_t i, const TreeRecord& record, WalkPosition& within) {
        TreeState values = value_tree_state(txn_, tree_, record);
        stopped_ = !Walk{txn_, values, map_, budget_}.run(within);
        if (values.record.root == record.root) return leaf;
        if ((leaf & kDirtyBit) == 0) count_moved(1);
        leaf = make_dirty(txn_, leaf, txn_.node(leaf, 0));
        (void)txn_.editor(leaf).replace_value(i, bytes_of_record(values.record), ValueKind::duplicate_tree);
        return leaf;
    }

    // The numbers are given later; until the walk is over nothing else counts on the same room.
    [[nodiscard]] bool reserve_run(std::uint64_t pages) {
        const std::optional<Extent> room = map_.free_space().take_value_run(pages);
        if (room.has_value()) {
            budget_.reserved.push_back(*room);
        } else {
            stuck_pages_ += pages;
        }
        return room.has_value();
    }

    PageRef copy_run(PageRef first, std::uint64_t pages) {
        const std::byte* source = txn_.map + first * txn_.page_size_bytes;
        const std::uint64_t bytes = pages * txn_.page_size_bytes;
        if (const char* why = run_error(source, bytes, *txn_.checksum, first, txn_.page_size_bytes))
            throw_corrupt(first, why);
        const PageRef copy = txn_.dirty.add_run(pages);
        std::memcpy(txn_.dirty.change(copy), source, bytes);
        txn_.retire(first, pages, load<RunHeader>(source).birth);
        return copy;
    }

    TransactionState& txn_;
    TreeState& tree_;
    SpaceMap& map_;
    Budget& budget_;
    std::uint32_t bottom_;  ///< nodes below this level are not read
    WalkPosition* position_ = nullptr;
    bool stopped_ = false;
    bool position_set_ = false;
    std::uint64_t stuck_pages_ = 0;
};

// The first named tree at or after an id, or 0.
std::uint64_t tree_from(const TransactionState& txn, std::uint64_t id) {
    Path path;
    descend(txn, txn.catalog, tree_key(id), path);
    if (path.depth == 0) return 0;
    if (path.leaf().index == path.leaf().node.count() && !step_leaf(txn, path, true)) return 0;
    std::string key;
    path.leaf().node.append_key(path.leaf().index, key);
    if (key.size() != 9 || key[0] != kCatalogTree) return 0;
    std::uint64_t found = 0;
    for (std::size_t i = 1; i < 9; ++i) found = found << 8 | static_cast<unsigned char>(key[i]);
    return found;
}

}  // namespace

std::uint64_t Relocation::goal_of(std::uint64_t used, std::uint64_t spare_pages) noexcept {
    constexpr std::uint64_t kSegment = FreePages::kSegmentPages;
    return (used + spare_pages + kLeastMoved + kSegment - 1) / kSegment * kSegment;
}

void Relocation::demand(std::uint64_t pages_per_commit, std::uint64_t spare) {
    demanded_ = pages_per_commit;
    spare_ = spare;
    finished_ = false;
    goal_ = 0;
}

void Relocation::restart() noexcept {
    tree_ = kCatalogPosition;
    position_ = {};
    moved_in_round_ = false;
    visited_in_round_ = 0;
    stuck_in_round_ = 0;
}

void Relocation::run(TransactionState& txn, TreeState& space, SpaceMap& map, TransactionId oldest_pin) {
    const bool stale = oldest_pin + kStaleCommits < txn.next_id;
    if (!plan(map, stale ? map.page_count_since(oldest_pin) : 0)) {
        finished_ = demanded_ > 0;
        return;
    }
    if (demanded_ > 0 ? finished_ : txn.next_id < idle_until_) return;
    map.free_space().offer_withdrawn();
    if (map.free_space().offered() / 2 < kMaxDepth) return lack_room(map);
    if (!walk(txn, space, map)) return;
    if (stuck_in_round_ > 0 && ++rounds_ < kMostRounds) {
        make_room_for_runs(map);
    } else {
        finished_ = demanded_ > 0;
        settled_ = !moved_in_round_ || stuck_in_round_ > 0;
        if (settled_) idle_until_ = txn.next_id + kIdleCommits;
    }
    restart();
}

// Decides whether pages have to move, and behind which one. Nothing can be cut off that a snapshot needs which is
// held for long: `held_pages`.
bool Relocation::plan(SpaceMap& map, std::uint64_t held_pages) {
    FreePages& free = map.free_space();
    const std::uint64_t count = map.page_count();
    const std::uint64_t segment = FreePages::kSegmentPages;
    const std::uint64_t used = count - map.free_pages() - map.waiting_pages();
    const std::uint64_t slack = map.slack();
    const std::uint64_t wanted = slack - std::min(slack, count / 16);
    const std::uint64_t spare =
        demanded_ > 0 ? used / spare_ : std::max(used / 12, used * wanted / (count - slack));
    const std::uint64_t goal = goal_of(used, spare);
    const std::uint64_t page_size = map.page_size();
    // What has begun is finished. Commits that look for contiguous room leave a little more unused by themselves.
    const std::uint64_t margin = slack > count / 7 ? count / 8 : count / 32;
    const std::uint64_t enough = goal_ > 0 ? slack - std::min(slack, count / 24) : slack + margin;
    const bool worth =
        demanded_ > 0 || (map.free_pages() > enough && map.free_pages() * page_size > kLeastFreeBytes);
    if (!worth || goal >= count || (demanded_ == 0 && held_pages > goal)) {
        free.set_ceiling(FreePages::kNoCeiling);
        goal_ = 0;
        return false;
    }
    // A walk that has begun is not given up for a little, nor what it has found out about large values.
    const bool lower = demanded_ > 0 || settled_ ? goal + segment < goal_ : goal < goal_ / 8 * 7;
    if (goal_ == 0 || lower) {
        goal_ = goal;
        stuck_ = 0;
        slack_ = 0;
        rounds_ = 0;
        budget_ = 0;
    } else if (goal > goal_) {
        goal_ = goal;
    } else if (free.ceiling() == FreePages::kNoCeiling) {
        stuck_ /= 2;  // a commit has found no room below it
    } else {
        return true;
    }
    settled_ = false;
    idle_until_ = 0;
    free.set_ceiling(goal_ - stuck_, goal_ + slack_);
    // What is left when a plan is mended in the middle is not stretched over as many commits again.
    budget_ = std::max(budget_, std::clamp(free.used_from(free.ceiling()) / kCommits, kLeastMoved, kMostMoved));
    restart();
    return true;
}

// Free pages that lie one by one hold no run. So runs get the end of the room that the file is to have for
// themselves, and the other pages move out of it; and some slack, more with each round, as lengths do not fit
// without gaps.
void Relocation::make_room_for_runs(SpaceMap& map) {
    slack_ = slack_ == 0 ? stuck_in_round_ / 8 + 1 : slack_ * 3 / 2 + map.page_count() / 32;
    stuck_ = std::min(goal_ / 8 * 7, stuck_ + stuck_in_round_);
    map.free_space().set_ceiling(goal_ - stuck_, goal_ + slack_);
}

// Nothing can be moved below the ceiling. Large values may have got too much of the room.
void Relocation::lack_room(SpaceMap& map) {
    if (stuck_ == 0) {
        finished_ = demanded_ > 0;
        return;
    }
    stuck_ /= 2;
    map.free_space().set_ceiling(goal_ - stuck_, goal_ + slack_);
    restart();
}

bool Relocation::walk(TransactionState& txn, TreeState& space, SpaceMap& map) {
    // Half of the room: the branches above the moved pages and the commit itself need some too.
    const std::uint64_t room = map.free_space().offered() / 2;
    const std::uint64_t pages = std::min(room, demanded_ > 0 ? demanded_ : budget_);
    const std::uint64_t longest = demanded_ > 0 ? ~std::uint64_t{0} : kLongestRunBytes / map.page_size();
    Walk::Budget budget{pages, pages * kReadPerMoved, longest, {}};
    bool ended = false;
    const auto go = [&](TreeState& tree) {
        Walk walk{txn, tree, map, budget};
        const bool done = walk.run(position_);
        stuck_in_round_ += walk.stuck_pages();
        return done;
    };
    while (budget.move > 0 && budget.visit > 0) {
        TreeState* tree = tree_ == kCatalogPosition ? &txn.catalog : tree_ == kSpacePosition ? &space : nullptr;
        if (tree == nullptr) {
            const std::uint64_t id = tree_from(txn, tree_ - kFirstTreePosition);
            ended = id == 0;
            if (ended) break;
            if (id + kFirstTreePosition != tree_) position_ = {};
            tree_ = id + kFirstTreePosition;
            tree = &txn.tree(id, false);
        }
        if (tree->order_unknown) {
            position_ = {};  // nobody could go on at a key of it
        } else if (!go(*tree)) {
            break;
        }
        ++tree_;
        if (budget.visit > 0) --budget.visit;
    }
    for (const Extent& extent : budget.reserved) map.free_space().assign(extent, true);
    const std::uint64_t visits = pages * kReadPerMoved - budget.visit;
    visited_ += visits;
    // The way down to where the walk goes on is visited anew. Pages of a damaged tree may be referred to many
    // times.
    visited_in_round_ += visits - std::min<std::uint64_t>(visits, 2 * kMaxDepth);
    if (demanded_ > 0 && visited_in_round_ > 2 * map.page_count())
        throw_corrupt(0, "its trees refer to more pages in all than it has");
    moved_ += pages - budget.move;
    moved_in_round_ = moved_in_round_ || budget.move < pages;
    return ended;
}

}  // namespace cambium::kv::detail

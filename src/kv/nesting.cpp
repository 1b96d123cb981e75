// Nested levels of a write transaction: what they keep at their first change of something older, and how they end.
//
// Pages are kept by the dirty table. A tree's state and a cursor's position are kept here when first touched. All
// of them carry the epoch of their newest image: what is older than the innermost level has none there yet.
#include "kv/cursor_state.hpp"

namespace cambium::kv::detail {

namespace {

void restore(CursorState& cursor) noexcept {
    static_cast<CursorPosition&>(cursor) = std::move(cursor.image->position);
    cursor.epoch = cursor.image->epoch;
    cursor.image = std::move(cursor.image->outer);
}

// The level around takes the image over, unless it has one of its own or is younger than the cursor.
void hand_over(CursorState& cursor, std::uint64_t floor) noexcept {
    if (cursor.image->epoch < floor) {
        cursor.image->level = floor;
    } else {
        cursor.image = std::move(cursor.image->outer);
    }
}

// Ends the cursors made since the level began and puts back those that it has moved.
void restore_cursors(TreeState& tree, std::uint64_t level) noexcept {
    for (CursorState *cursor = tree.cursors, *next = nullptr; cursor != nullptr; cursor = next) {
        next = cursor->next;
        if (cursor->made_in >= level) {
            cursor->unlink();
            cursor->end();
        } else if (cursor->image != nullptr && cursor->image->level == level) {
            restore(*cursor);
        }
    }
}

}  // namespace

void TransactionState::begin_level() {
    if (levels.size() == levels.capacity()) levels.reserve(2 * levels.size() + 1);
    dirty.begin_level();
    levels.push_back(
        {dirty.epoch(), snapshot.next_tree_id, retired.size(), tree_count, tree_images.size(), changed_bytes});
}

void TransactionState::save(TreeState& tree) {
    tree_images.push_back({&tree, tree});
    tree.epoch = dirty.epoch();
}

void TransactionState::save(CursorState& cursor) {
    if (cursor.tree->epoch < dirty.floor()) save(*cursor.tree);
    cursor.park();
    const CursorPosition& position = cursor;
    auto image = std::make_unique<CursorImage>(CursorImage{position, cursor.epoch, dirty.floor(), nullptr});
    image->outer = std::move(cursor.image);
    cursor.image = std::move(image);
    cursor.epoch = dirty.epoch();
}

void TransactionState::commit_level() noexcept {
    const Level level = levels.back();
    levels.pop_back();
    dirty.commit_level();
    std::size_t kept = level.tree_images;
    for (std::size_t i = level.tree_images; i < tree_images.size(); ++i) {
        for (CursorState* cursor = tree_images[i].tree->cursors; cursor != nullptr; cursor = cursor->next)
            if (cursor->image != nullptr && cursor->image->level == level.epoch) hand_over(*cursor, dirty.floor());
        if (tree_images[i].before.epoch < dirty.floor()) tree_images[kept++] = tree_images[i];
    }
    tree_images.erase(tree_images.begin() + static_cast<std::ptrdiff_t>(kept), tree_images.end());
}

void TransactionState::abort_level() noexcept {
    const Level level = levels.back();
    levels.pop_back();
    dirty.rollback_level();
    for (; tree_images.size() > level.tree_images; tree_images.pop_back()) {
        TreeState& tree = *tree_images.back().tree;
        restore_cursors(tree, level.epoch);
        CursorState* cursors = tree.cursors;
        tree = std::move(tree_images.back().before);
        tree.cursors = cursors;
    }
    for (; tree_count > level.tree_count; --tree_count) restore_cursors(*trees[tree_count - 1], level.epoch);
    for (std::size_t i = level.retired; i < retired.size(); ++i) retired_pages -= retired[i].page_count;
    retired.erase(retired.begin() + static_cast<std::ptrdiff_t>(level.retired), retired.end());
    snapshot.next_tree_id = level.next_tree_id;
    changed_bytes = level.changed_bytes;
    failed = false;
}

}  // namespace cambium::kv::detail

// The inside of a cursor: a path, or the key to find it again by.
#pragma once

#include "kv/tree.hpp"

namespace cambium::kv::detail {

/// Where a cursor stands when it is parked: what the abort of a nested level brings back.
struct CursorPosition {
    enum class Place : std::uint8_t {
        unset,     ///< never positioned
        on_entry,  ///< path.leaf().index is the entry
        in_gap,    ///< just before path.leaf().index, on no entry
    };

    Place place = Place::unset;
    bool parked = false;
    bool has_key = false;   ///< `key` is the key of the entry, or of the gap
    bool at_end = false;    ///< a gap behind every entry, whatever is inserted by key
    bool at_begin = false;  ///< a gap before every entry
    std::string key{};
};

/// Where a cursor stood before a nested level moved it.
struct CursorImage {
    CursorPosition position;
    std::uint64_t epoch;  ///< of the cursor then
    std::uint64_t level;  ///< whose abort brings it back
    std::unique_ptr<CursorImage> outer;
};

struct CursorState : CursorPosition {
    CursorState(TransactionState& transaction, TreeState& of_tree);
    ~CursorState();
    CursorState(const CursorState&) = delete;
    CursorState& operator=(const CursorState&) = delete;

    /// Keeps the key instead of the path; called before the tree changes.
    void park();
    /// Finds the path again after a change.
    void unpark();
    /// Leaves the list of the tree's cursors.
    void unlink() noexcept;

    TransactionState* txn;
    TreeState* tree;
    std::uint64_t serial;   ///< of the transaction, to notice its end; 0 when the level that made it was aborted
    std::uint64_t made_in;  ///< epoch of its making
    std::uint64_t epoch;    ///< of its making or of its newest image
    std::unique_ptr<CursorImage> image;
    Path path;
    CursorState* next = nullptr;
    CursorState* previous = nullptr;
};

/// Called before any change of a tree: keeps its state for the abort of a nested level and parks its cursors.
inline void prepare_change(TransactionState& txn, TreeState& tree) {
    if (tree.epoch < txn.dirty.floor()) [[unlikely]]
        txn.save(tree);
    for (CursorState* cursor = tree.cursors; cursor != nullptr; cursor = cursor->next) cursor->park();
}

}  // namespace cambium::kv::detail

// The inside of a cursor: a path, or the key to find it again by.
#pragma once

#include "kv/tree.hpp"

namespace cambium::kv::detail {

struct CursorState {
    enum class Place : std::uint8_t {
        unset,     ///< never positioned
        on_entry,  ///< path.leaf().index is the entry
        in_gap,    ///< just before path.leaf().index, on no entry
    };

    CursorState(TransactionState& transaction, TreeState& of_tree);
    ~CursorState();
    CursorState(const CursorState&) = delete;
    CursorState& operator=(const CursorState&) = delete;

    /// Keeps the key instead of the path; called before the tree changes.
    void park();
    /// Finds the path again after a change.
    void unpark();

    TransactionState* txn;
    TreeState* tree;
    std::uint64_t serial;  ///< of the transaction, to notice its end
    Place place = Place::unset;
    bool parked = false;
    bool has_key = false;   ///< `key` is the key of the entry, or of the gap
    bool at_end = false;    ///< a gap behind every entry, whatever is inserted by key
    bool at_begin = false;  ///< a gap before every entry
    std::string key;
    Path path;
    CursorState* next = nullptr;
    CursorState* previous = nullptr;
};

/// Parks every cursor of a tree that is about to change.
inline void park_cursors(TreeState& tree) {
    for (CursorState* cursor = tree.cursors; cursor != nullptr; cursor = cursor->next) cursor->park();
}

}  // namespace cambium::kv::detail

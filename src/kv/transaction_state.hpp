// The inside of a transaction: its snapshot, the trees it has opened, and for a writer its dirty pages.
//
// Invariants: a committed page is never changed; a writer copies it into the dirty table first, and a child
// reference with kDirtyBit names that copy. Dirty pages have no number before commit. Thread rule: one thread
// at a time.
#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/checksum.hpp"
#include "cambium/base/error.hpp"
#include "cambium/kv/transaction.hpp"
#include "kv/dirty_table.hpp"
#include "kv/node_editor.hpp"

namespace cambium::kv {

/// One committed state of the store.
struct Snapshot {
    TransactionId id = 0;
    std::uint64_t page_count = 0;
    std::uint64_t next_tree_id = 1;
    TreeRecord catalog{};
    TreeRecord space{};
};

class HeadRing;
struct ReaderSlot;

/// Pages that a transaction stopped using. They belong to snapshots from `birth` until before `retired`.
struct RetiredExtent {
    std::uint64_t first_page;
    std::uint64_t page_count;
    TransactionId birth;
    TransactionId retired;
};

/// Copies of bytes that no page holds in one piece, kept for the views that were handed out.
class ByteArena {
public:
    ByteView keep(ByteView bytes);
    [[nodiscard]] bool empty() const noexcept { return chunks_.empty(); }
    void clear() noexcept { chunks_.clear(); }

private:
    std::vector<std::string> chunks_;
};

/// The key of a tree's record in the catalog tree.
[[nodiscard]] std::string tree_key(std::uint64_t id);
[[nodiscard]] inline ByteView bytes_of_record(const TreeRecord& record) noexcept {
    return {reinterpret_cast<const char*>(&record), sizeof record};
}

namespace detail {

class EnvironmentState;

/// A tree as one transaction sees it.
struct TreeState {
    TreeRecord record{};
    bool modified = false;
    PageRef append_leaf = kNoPage;  ///< the last leaf, dirty, when the last change appended to it
    // The pattern of insertions decides where a full leaf is split.
    PageRef insert_leaf = kNoPage;   ///< leaf of the last insertion
    std::uint32_t insert_index = 0;  ///< its place there
    std::uint32_t ascending = 0;     ///< insertions in a row, each right behind the one before
    CursorState* cursors = nullptr;  ///< list of the tree's open cursors in this transaction
    std::uint64_t epoch = 0;         ///< of its loading or of its newest image (nesting.cpp)
    // The order of its keys.
    KeyCompare compare = nullptr;         ///< orders the keys of the nodes; null: as bytes
    KeyCompare compare_values = nullptr;  ///< the same for the values of a key
    KeyOrder key_order = KeyOrder::bytes;
    bool plain_keys = true;        ///< nodes hold keys as they were given, of any size
    bool order_unknown = false;    ///< nobody has registered one of its functions
    std::size_t integer_size = 0;  ///< bytes of every key of native_integers, or 0: not looked up yet
};

/// What a tree was before a nested level first changed it, or one of its cursors.
struct TreeImage {
    TreeState* tree;
    TreeState before;
};

/// Where a nested level began.
struct Level {
    std::uint64_t epoch;  ///< its number; no other level of this object has it
    std::uint64_t next_tree_id;
    std::size_t retired;
    std::size_t tree_count;
    std::size_t tree_images;
    std::uint64_t changed_bytes;
};

/// Which pages a writer takes for fresh in the page cache: born after `since`, until a time.
struct FreshPages {
    TransactionId since = ~TransactionId{0};
    std::chrono::steady_clock::time_point until;
};

struct TransactionState {
    static constexpr std::size_t kFetchedLines = 5;

    TransactionState(EnvironmentState& environment, const base::Checksum& page_checksum, std::uint32_t page_size)
        : env(&environment), checksum(&page_checksum), page_size_bytes(page_size), dirty(page_size) {}

    EnvironmentState* env;
    const base::Checksum* checksum;
    std::uint32_t page_size_bytes;
    bool writable = false;
    bool verify_reads = false;  ///< Options::verify_on_read
    bool active = false;
    bool failed = false;       ///< a write stopped half-way: only abort is left
    std::uint64_t serial = 0;  ///< counts the transactions that used this object
    std::uint64_t fork_generation = 0;
    Snapshot snapshot;
    const std::byte* map = nullptr;
    mutable std::uint64_t nodes_visited = 0;  ///< since the transaction began
    std::uint32_t reader_slot = 0;
    ReaderSlot* pinned_by = nullptr;      ///< that slot; null in a store that was opened without a lock file
    bool durable_only = false;            ///< a reader of durable states
    const HeadRing* head_ring = nullptr;  ///< a reader's snapshot is the one of this ring
    std::uint64_t head_sequence = 0;      ///< with this number
    std::vector<std::unique_ptr<TreeState>> trees;  ///< the first tree_count are open; the rest wait for reuse
    std::size_t tree_count = 0;
    std::size_t open_cursors = 0;  ///< in the lists of its trees
    TreeState catalog;
    mutable ByteArena copies;

    // Writers only.
    TransactionId next_id = 0;
    std::uint64_t changed_bytes = 0;  ///< of keys and values, for EnvironmentStatistics
    std::uint64_t thread = 0;         ///< its number
    FreshPages fresh;
    bool stores_values = false;  ///< not a transaction that only erases
    DirtyTable dirty;
    std::vector<RetiredExtent> retired;
    std::uint64_t retired_pages = 0;  ///< in all of them
    std::uint64_t top_level = 0;      ///< number of the transaction itself, in the row of the levels' numbers
    std::vector<Level> levels;        ///< nested ones, outer first
    std::vector<TreeImage> tree_images;
    std::unique_ptr<std::byte[]> scratch;
    std::string arena;
    std::vector<LeafItem> leaf_items;
    std::vector<BranchItem> branch_items;

    /// A page of the snapshot or a dirty page, proven to be a node of that level.
    [[nodiscard]] NodeView node(PageRef ref, std::uint32_t level) const {
        ++nodes_visited;
        if ((ref & kDirtyBit) != 0) return {dirty.page(ref), page_size_bytes};
        const std::uint64_t offset = ref * page_size_bytes;
        if (ref >= snapshot.page_count || offset < kMetaAreaSize) bad_reference(ref);
        const NodeView view{map + offset, page_size_bytes};
        const NodeHeader& header = view.header();
        if (header.page_number != ref || header.level != level || header.birth > snapshot.id ||
            view.structure_error() != nullptr)
            bad_node(view, ref, level);
        if (verify_reads) [[unlikely]]
            verify(view);
        return view;
    }
    /// Child i of the branch at `parent`: only a dirty page may refer to a dirty one.
    [[nodiscard]] PageRef child(PageRef parent, const NodeView& node, std::uint32_t i) const {
        const PageRef ref = node.child(i);
        if ((ref & ~parent & kDirtyBit) != 0) bad_reference(parent);
        return ref;
    }
    /// Has the first lines of a committed page fetched: of a leaf, in most cases, all but the entries.
    void fetch(PageRef ref) const noexcept {
        if (ref >= snapshot.page_count) return;  // dirty; or node() refuses it
        const std::byte* page = map + ref * page_size_bytes;
        for (std::size_t line = 0; line < kFetchedLines; ++line) __builtin_prefetch(page + kCacheLine * line);
    }
    /// Has a whole committed page fetched.
    void fetch_whole(PageRef ref) const noexcept {
        if (ref >= snapshot.page_count) return;
        const std::byte* page = map + ref * page_size_bytes;
        for (std::size_t at = 0; at < page_size_bytes; at += kCacheLine) __builtin_prefetch(page + at);
    }
    [[nodiscard]] NodeEditor editor(PageRef ref) { return {dirty.change(ref), page_size_bytes}; }
    /// The bytes of a value that may live in a run.
    [[nodiscard]] ByteView resolve(const LeafEntry& entry) const {
        return entry.kind == ValueKind::inlined ? entry.value : resolve_run(entry);
    }
    /// Error{corrupt} unless the checksum of a committed page holds.
    void verify(const NodeView& node) const;
    /// A writer asks before it changes a page: the copy gets a new checksum, which would make old damage look
    /// sound. What was written a moment ago is still in the memory that it was written to, and is not looked at.
    /// Pages that are only moved are always verified.
    void verify_before_change(const NodeView& node) const;
    /// A page to build a node in; take_scratch() then copies it over a dirty page.
    [[nodiscard]] NodeEditor scratch_editor() {
        if (scratch == nullptr) scratch = std::make_unique<std::byte[]>(page_size_bytes);
        return {scratch.get(), page_size_bytes};
    }
    void take_scratch(PageRef ref) { std::memcpy(dirty.change(ref), scratch.get(), page_size_bytes); }
    /// Gives a committed page or run back, or drops a dirty one. Error{corrupt} when more are given back than the
    /// snapshot has, which ends every walk that gives back what a damaged tree refers to many times.
    void retire(PageRef ref, std::uint64_t pages, TransactionId birth);

    /// Starts a transaction on a snapshot; ends it. Neither allocates once the object has been used.
    void begin(const Snapshot& at, const std::byte* mapping);
    /// Starts a read transaction on the snapshot it has read before, through the same mapping.
    void begin_again() noexcept {
        nodes_visited = 0;
        active = true;
        ++serial;
    }
    void end() noexcept;
    /// The same for a read transaction.
    void end_read() noexcept {
        active = false;
        ++serial;
        if (open_cursors != 0) end_cursors();
        if (!copies.empty()) copies.clear();
    }
    /// Makes every cursor and reader of values throw from now on. O(open cursors).
    void end_cursors() noexcept;
    /// The level that may be used now; 0 in a read transaction.
    [[nodiscard]] std::uint64_t open_level() const noexcept {
        return levels.empty() ? top_level : levels.back().epoch;
    }
    [[nodiscard]] bool has_level(std::uint64_t level) const noexcept;
    /// Nested levels (nesting.cpp). Each costs what is changed in it.
    void begin_level();
    void commit_level() noexcept;
    void abort_level() noexcept;
    /// Keeps the state of a tree or of a cursor that is older than the innermost level, for its abort.
    void save(TreeState& tree);
    void save(CursorState& cursor);
    /// The state of an open tree; loads its record on first use. Error{not_found} when the snapshot has none.
    /// Also when the function that orders it is not registered, unless its keys are not going to be used.
    [[nodiscard]] TreeState& tree(std::uint64_t id, bool uses_keys = true);
    /// The name of the function that orders the keys, or the values, of a tree of KeyOrder::custom.
    [[nodiscard]] std::string comparator_name(std::uint64_t tree_id, char kind = kCatalogComparator) const;
    /// The name of a function of the tree that nobody has registered.
    [[nodiscard]] std::string unknown_comparator(const TreeState& tree) const;

private:
    void set_order(TreeState& tree) const;
    void require_order(const TreeState& tree) const {
        if (tree.order_unknown) [[unlikely]]
            refuse_order(tree);
    }
    [[noreturn]] void refuse_order(const TreeState& tree) const;
    [[nodiscard]] ByteView resolve_run(const LeafEntry& entry) const;
    [[noreturn]] void bad_reference(PageRef ref) const;
    [[noreturn]] void bad_node(const NodeView& view, PageRef ref, std::uint32_t level) const;
};

/// Throws unless the transaction may be used by this call: active, not after fork, a writer on its thread and at
/// its innermost level; for writes also writable.
void require_active(const TransactionState* state, std::uint64_t level);
void require_writable(const TransactionState* state, std::uint64_t level);

}  // namespace detail

/// Access for the engine's own free functions.
struct TransactionAccess {
    /// Error{misuse} when the transaction has ended.
    [[nodiscard]] static detail::TransactionState& state(const Transaction& txn) {
        detail::require_active(txn.state_, txn.level_);
        return *txn.state_;
    }
};

}  // namespace cambium::kv

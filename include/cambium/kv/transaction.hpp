// Transactions of the ordered key-value store: snapshots to read, one writer at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/kv/large_value.hpp"
#include "cambium/kv/options.hpp"
#include "cambium/kv/tree_options.hpp"

namespace cambium::kv {

class Environment;
namespace detail {
struct TransactionState;
class EnvironmentState;
}  // namespace detail

/// A named tree. A small value, valid in every transaction of its environment in which the tree exists.
/// Ids are never used twice in a file, except those of trees whose creation was aborted.
class Tree {
public:
    Tree() = default;
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    friend bool operator==(Tree, Tree) = default;

private:
    friend class Transaction;
    friend class WriteTransaction;
    explicit Tree(std::uint64_t id) noexcept : id_(id) {}
    std::uint64_t id_ = 0;
};

/// Counts of one tree, as of a transaction.
struct TreeStatistics {
    std::uint64_t entries = 0;  ///< pairs of key and value
    std::uint64_t branch_pages = 0;
    std::uint64_t leaf_pages = 0;
    std::uint64_t run_pages = 0;  ///< pages of large values
    std::uint32_t depth = 0;      ///< levels from root to leaf; 0 for an empty tree
};

/// One entry, owned.
struct Entry {
    std::string key;
    std::string value;
};

/// What every transaction can do: read one snapshot. Base of ReadTransaction and WriteTransaction.
///
/// Thread rule: one thread at a time. A read transaction may move between threads; a write transaction
/// stays on the thread that began it: calls on another throw Error{misuse}. A transaction must not outlive its
/// environment.
class Transaction {
public:
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// The number of the snapshot read; for a write transaction the number its commit will have.
    [[nodiscard]] std::uint64_t id() const;
    [[nodiscard]] bool writable() const noexcept;
    /// False after end(), commit() or abort(), of this transaction or of one around it: every other call then
    /// throws Error{misuse}.
    [[nodiscard]] bool active() const noexcept;

    /// The tree of that name, or nothing. O(log of the number of trees). Error{invalid_argument} for a name that no
    /// tree can have.
    [[nodiscard]] std::optional<Tree> find_tree(ByteView name) const;
    /// The tree of that name; Error{not_found} names it.
    [[nodiscard]] Tree tree(ByteView name) const;
    /// Calls visit(name, tree) for every named tree, in order of name.
    template <class Visitor>
    void each_tree(Visitor&& visit) const {
        each_tree_impl([](void* v, ByteView name, Tree tree) { (*static_cast<Visitor*>(v))(name, tree); },
                       const_cast<void*>(static_cast<const void*>(&visit)));
    }

    /// The value of a key, or nothing. The view lives until the transaction ends or, in a write
    /// transaction, until its next write or the end of a nested one. Values are 8-byte aligned, large ones
    /// 64-byte aligned. O(depth).
    ///
    /// In a tree with duplicates: the first value, not aligned. Where no page holds it in one piece (more values
    /// than a leaf takes, or another value_order than bytes) it is copied, and the copy stays as long as the view.
    [[nodiscard]] std::optional<ByteView> get(Tree tree, ByteView key) const;
    [[nodiscard]] bool contains(Tree tree, ByteView key) const;
    /// Whether a key has this value, in a tree with duplicates. O(depth). Error{misuse} in any other tree;
    /// Error{invalid_argument} for a value of another size than value_order native_integers takes.
    [[nodiscard]] bool contains(Tree tree, ByteView key, ByteView value) const;
    /// The number of values of a key: 0 when it is absent, at most 1 in a tree without duplicates. O(depth),
    /// whatever the number.
    [[nodiscard]] std::uint64_t count_values(Tree tree, ByteView key) const;
    /// A cursor, not yet positioned.
    [[nodiscard]] Cursor cursor(Tree tree) const;
    [[nodiscard]] TreeStatistics statistics(Tree tree) const;
    /// The options that the tree was created with.
    [[nodiscard]] TreeOptions options(Tree tree) const;

    /// values[i] becomes what get(tree, keys[i]) answers. The look-ups go through the tree side by side, so that
    /// waiting for memory overlaps: cheaper than as many get() once the tree is larger than the processor's caches.
    /// In a store that does not fit the memory, waiting for the disk overlaps too. Error{invalid_argument} unless
    /// both have one size.
    void multi_get(Tree tree, std::span<const ByteView> keys, std::span<std::optional<ByteView>> values) const;
    /// A reader of one value in pieces, or nothing when the key is absent. O(depth), and for a value with pages of
    /// its own 8 bytes read per 64 KiB; for a smaller one its page. Error{misuse} in a tree with duplicates.
    [[nodiscard]] std::optional<ValueReader> value_reader(Tree tree, ByteView key) const;

    // Ranges take the keys at or after `from` and before `to`. An empty bound is no bound: keys are never empty.
    // In a tree with duplicates every pair counts; without counts the leaves between are then read whole.

    /// The entries of a range. O(depth) in a tree with counts. In others all pages between are read too, of leaves
    /// the header only: O(depth + pages between). O(1) without bounds.
    [[nodiscard]] std::uint64_t count_range(Tree tree, ByteView from, ByteView to) const;
    /// How many entries come before `key`, which need not be there. The cost of count_range().
    [[nodiscard]] std::uint64_t rank(Tree tree, ByteView key) const;
    /// A cursor on the entry with so many before it; not positioned when there are no more than that. The cost of
    /// count_range() up to there.
    [[nodiscard]] Cursor select(Tree tree, std::uint64_t place) const;
    /// About as many entries as the range has, as if all pages of a level were equally full; exact in a tree with
    /// counts. O(depth).
    [[nodiscard]] std::uint64_t estimate_range(Tree tree, ByteView from, ByteView to) const;
    /// Up to `count` keys, ascending, spread over the tree as evenly as its pages are filled. O(count * depth).
    [[nodiscard]] std::vector<std::string> sample_keys(Tree tree, std::size_t count) const;
    /// Nodes that this transaction has read so far, each time counted: what an operation costs.
    [[nodiscard]] std::uint64_t pages_visited() const;

protected:
    Transaction(detail::TransactionState* state, std::uint64_t level) noexcept : state_(state), level_(level) {}
    Transaction(Transaction&& other) noexcept { take(other); }
    ~Transaction() = default;
    void take(Transaction& other) noexcept {
        state_ = other.state_;
        level_ = other.level_;
        other.state_ = nullptr;
    }

    detail::TransactionState* state_;
    std::uint64_t level_;  ///< which of the nested ones this is; 0 in a read transaction

private:
    friend struct TransactionAccess;
    void each_tree_impl(void (*visit)(void*, ByteView, Tree), void* context) const;
};

/// A snapshot of the newest committed state at its begin. Never waits, never makes anyone wait.
class ReadTransaction : public Transaction {
public:
    ReadTransaction(ReadTransaction&& other) noexcept = default;
    ReadTransaction& operator=(ReadTransaction&& other) noexcept;
    ~ReadTransaction() { end(); }

    /// Let go of the snapshot. Views and cursors into it become invalid. May be called twice.
    void end() noexcept;
    /// Let go of the snapshot, but keep the transaction for renew(). Until then it is not active(), and views and
    /// cursors are invalid for good. Nothing when it has ended.
    void reset() noexcept;
    /// Take the newest snapshot (the newest durable one if it began so), after reset() or instead of the one held.
    /// Views and cursors become invalid. The cost of begin_read(). Error{misuse} after end().
    void renew();

private:
    friend class Environment;
    explicit ReadTransaction(detail::TransactionState* state) noexcept : Transaction(state, 0) {}
};

/// A commit that is written but perhaps not durable yet. A small value; it must not outlive its environment, and
/// may be dropped: the commit becomes durable with the next flush all the same. Thread rule: any thread.
class CommitTicket {
public:
    /// The number of the transaction; 0 when it changed nothing.
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    /// Whether the commit is durable. Never waits.
    [[nodiscard]] bool durable() const;
    /// Wait until the commit is durable, and visible to new readers. The first to wait does the flush for all.
    /// Error{outcome_unknown} when it failed.
    void wait() const;

private:
    friend class WriteTransaction;
    CommitTicket(detail::EnvironmentState* env, std::uint64_t id) noexcept : env_(env), id_(id) {}
    detail::EnvironmentState* env_;
    std::uint64_t id_;
};

/// A write transaction whose changes are on the medium but not committed: what is left is to commit or to abort,
/// once another system has decided. It still is the one writer: others wait. Destroyed, it aborts; a crash aborts
/// it too. Thread rule: the thread of the write transaction.
class PreparedTransaction {
public:
    PreparedTransaction(PreparedTransaction&& other) noexcept : state_(other.state_), level_(other.level_) {
        other.state_ = nullptr;
    }
    PreparedTransaction& operator=(PreparedTransaction&& other) noexcept;
    PreparedTransaction(const PreparedTransaction&) = delete;
    PreparedTransaction& operator=(const PreparedTransaction&) = delete;
    ~PreparedTransaction() { abort(); }

    /// The number that the commit will have.
    [[nodiscard]] std::uint64_t id() const;
    /// Make the changes durable and visible: one small write and one flush are left. Error{outcome_unknown} when
    /// the flush fails. Takes no memory.
    void commit(Durability durability = Durability::durable);
    /// Forget every change. May be called twice.
    void abort() noexcept;

private:
    friend class WriteTransaction;
    PreparedTransaction(detail::TransactionState* state, std::uint64_t level) noexcept
        : state_(state), level_(level) {}
    detail::TransactionState* state_;
    std::uint64_t level_;  ///< of the write transaction
};

/// What a write transaction holds for pages that it has changed, before-images of nested transactions included.
/// Pages that a transaction builds in the file itself, as one that is likely to be deferred may, are not counted.
struct WriteMemory {
    std::uint64_t memory_bytes = 0;
    std::uint64_t spilled_bytes = 0;  ///< in a temporary file, beyond Options::write_memory_bytes
};

/// What the commit of one transaction has written to the file. The commit record is not counted: one may stand for
/// several commits.
struct CommitSize {
    std::uint64_t pages = 0;  ///< with those of the catalog and of the free space
    std::uint64_t bytes = 0;  ///< of the pages, and of zeros written ahead for the commits that follow
};

/// The one writer. Sees its own changes; nobody else does before commit(). Destroyed without commit(), it
/// aborts.
class WriteTransaction : public Transaction {
public:
    WriteTransaction(WriteTransaction&& other) noexcept = default;
    WriteTransaction& operator=(WriteTransaction&& other) noexcept;
    ~WriteTransaction() { abort(); }

    /// The tree of that name, created when it does not exist. Names are 1 to 511 bytes, any bytes.
    /// Error{invalid_argument} when it exists with other options; the sentence says which one differs.
    Tree create_tree(ByteView name, const TreeOptions& options = {});
    /// Remove a tree and everything in it. False when there is none of that name. O(pages of the tree).
    bool drop_tree(ByteView name);
    /// Remove every entry of a tree. O(pages of the tree).
    void clear(Tree tree);
    /// Give a tree another name. Error{not_found}, or Error{already_exists} when `to` is taken.
    void rename_tree(ByteView from, ByteView to);

    /// Store a value under a key, replacing what was there. True when the key was absent. Key and value are copied
    /// before anything changes, so they may point into this transaction's own data.
    /// Error{key_too_long} above Environment::max_key_size(), Error{invalid_argument} for an empty key. Error{full}
    /// when the transaction is larger than Options::write_memory_bytes and the disk has no room for the rest.
    ///
    /// In a tree with duplicates: add the pair, beside the key's other values. True when it was not there; nothing
    /// changes when it was. Error{value_too_long} above Environment::max_key_size(), Error{invalid_argument} for an
    /// empty value or one that has not the tree's fixed_value_size. O(depth), and the bytes of the key's values as
    /// long as they fit a quarter of a page.
    bool put(Tree tree, ByteView key, ByteView value);
    /// Store a value only when the key is absent. True when stored.
    bool insert(Tree tree, ByteView key, ByteView value);
    /// Remove a key with all its values. True when it was there. O(depth), and the pages of its values.
    bool erase(Tree tree, ByteView key);

    struct Stored {
        ByteView value;  ///< the value under the key; lives until the next write
        bool inserted;   ///< whether it is the one given
    };
    /// Store a value only when the key is absent, and answer with what is there then. O(depth).
    Stored get_or_insert(Tree tree, ByteView key, ByteView value);
    /// Store a value under a key behind the last one. Cheaper than put(): in a row, no descent.
    /// Error{invalid_argument} when the key is not behind it; nothing is changed then. In a tree with duplicates: a
    /// pair behind the last one, O(depth).
    void append(Tree tree, ByteView key, ByteView value);
    /// put() for each pair in turn; all sizes are checked before anything changes. Fastest in order of key. Other
    /// than with put(), the views must not point into this transaction's own data. In a store that does not fit the
    /// memory, keys in any order wait for the disk together.
    void put_many(Tree tree, std::span<const std::pair<ByteView, ByteView>> entries);
    /// Store `size_bytes` zeros under a key and answer with where they are, to be filled in place. 8-byte aligned
    /// (64 for large values), writable until the next write of this transaction or the begin of a nested one.
    /// Error{misuse} in a tree with duplicates.
    [[nodiscard]] std::span<std::byte> reserve(Tree tree, ByteView key, std::uint64_t size_bytes);
    /// A writer of one value in pieces; the key is there at once, with zeros.
    [[nodiscard]] ValueWriter value_writer(Tree tree, ByteView key, std::uint64_t size_bytes);
    /// Remove every entry of a range; answers how many there were. Changes O(depth) pages. The pages between are
    /// given back whole: each is read once, of leaves the header only unless the tree has large values.
    std::uint64_t erase_range(Tree tree, ByteView from, ByteView to);
    /// Take the first or last entry out of a tree; nothing when it is empty. O(depth).
    std::optional<Entry> pop_first(Tree tree);
    std::optional<Entry> pop_last(Tree tree);

    // In trees with duplicates; in others Error{misuse}.

    /// Add a pair whose value is behind every value that the key has. False, and nothing changes, when it is not.
    /// Errors as put().
    bool append_value(Tree tree, ByteView key, ByteView value);
    /// Add several values of a key in one call: they lie one behind the other in `values`, in any order, each of
    /// fixed_value_size bytes. Returns how many were not there. Error{invalid_argument} in a tree with values of
    /// any size, or when `values` is no multiple of that size.
    std::uint64_t put_values(Tree tree, ByteView key, ByteView values);
    /// Remove one value of a key, and with the last one the key. True when the pair was there.
    /// Error{invalid_argument} for a value of another size than value_order native_integers takes.
    bool erase(Tree tree, ByteView key, ByteView value);

    /// What this transaction holds, with all those around it and the nested ones that were committed. O(1).
    [[nodiscard]] WriteMemory memory() const;

    /// A transaction inside this one, to any depth: its commit() hands its changes to this one, its abort() takes
    /// them back exactly. Until then every call of this one throws Error{misuse}, except active() and abort(),
    /// which ends the nested one too; the nested one sees what this one has changed, and reads through it are the
    /// way to read meanwhile.
    ///
    /// Trees and cursors of this transaction may be used while the nested one is open. Its abort() puts the cursors
    /// back to where they stood when it began, and ends the cursors made since; the trees it created are gone, and
    /// their ids may be used again. Its commit() keeps all of them. A write that failed half-way in the nested one
    /// leaves only abort() to it, and this transaction is then as it was.
    ///
    /// It stays on the thread of this one. Begin costs O(1); the first change of a page of this transaction copies
    /// it; the end costs what was changed.
    [[nodiscard]] WriteTransaction begin_nested();

    /// Make every change durable and visible, atomically; returns when it is (Options::durability). The next writer
    /// may begin before the flush, and one flush covers all commits written before it.
    /// In a nested transaction: hand every change to the one around it; no flush.
    /// Error{full, io; poisoned when a flush failed since it began}: nothing changed, the transaction is over.
    /// std::bad_alloc: the same. Error{outcome_unknown}: it is written, but its own flush failed, and the store
    /// takes no more writes until reopened; or could not begin, as the sentence then says, and the next one covers
    /// it.
    void commit();
    /// The same with another durability than the environment's; in a nested transaction it says nothing.
    void commit(Durability durability);
    /// Write every change and return without a flush. The commit becomes visible when it is durable: with the next
    /// flush, at the latest when someone waits for the ticket, syncs or closes. Errors as commit(), but for the
    /// flush; Error{misuse} in a nested transaction.
    [[nodiscard]] CommitTicket commit_async();
    /// What commit() or commit_async() has written; may be called after it. All zero before, of a nested
    /// transaction, and when nothing was changed.
    [[nodiscard]] CommitSize written() const noexcept { return written_; }
    /// Write and flush every change without committing it: nothing that can be out of space is left to do. Cursors
    /// and views of the transaction end. Error{full} and Error{io}: nothing changed, the transaction is over.
    /// Error{misuse} in a nested transaction.
    [[nodiscard]] PreparedTransaction prepare();
    /// Forget every change, those of nested transactions included. May be called twice. On another thread than its
    /// own the changes go, but the write lock stays with its thread until that begins the next transaction or ends.
    void abort() noexcept;

private:
    friend class Environment;
    WriteTransaction(detail::TransactionState* state, std::uint64_t level) noexcept : Transaction(state, level) {}
    std::optional<Entry> pop(Tree tree, bool last);
    CommitSize written_;
};

}  // namespace cambium::kv

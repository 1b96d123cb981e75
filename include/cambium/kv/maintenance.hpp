// Looking after a store: check(), usage(), compact() and salvage().
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cambium/kv/environment.hpp"

namespace cambium::kv {

/// One thing that check() found wrong.
struct Finding {
    std::uint64_t page = 0;  ///< page number, or 0 when it concerns no single page
    std::string tree;        ///< name of the tree, "(catalog)", "(free space)", or empty
    std::string what;        ///< a sentence
};

struct CheckReport {
    std::uint64_t transaction = 0;  ///< the snapshot checked
    std::uint64_t live_pages = 0;
    std::uint64_t free_pages = 0;
    std::uint64_t waiting_pages = 0;
    std::uint64_t entries = 0;        ///< entries in all named trees
    std::vector<Finding> findings;    ///< empty when the store is sound; 10,000 at most, and the first of each tree
    std::uint64_t more_findings = 0;  ///< that are not among them

    [[nodiscard]] bool ok() const noexcept { return findings.empty(); }
};

/// Walks everything reachable from the newest committed state: checksums, order, prefixes, levels, births,
/// large values, counts; and proves that every page below the page count is exactly one of live, free or
/// waiting. Reads one snapshot, beside readers and a writer. Damage is a finding, not an exception, also a page
/// that the device cannot read and a file that another program has cut: pages are read by calls, not through the
/// mapping. So are keys and values of sizes that no call stores. Pages below a page that cannot be read are found
/// by nobody, and reported as ranges. O(file); memory: a byte per page, and the pages of catalog and free space.
[[nodiscard]] CheckReport check(Environment& environment);

/// What the pages of one tree hold, as of a transaction.
struct TreeUsage {
    TreeStatistics counts;        ///< entries, pages by kind, depth
    std::uint64_t key_bytes = 0;  ///< every key once, however many values it has
    std::uint64_t value_bytes = 0;
    std::uint64_t page_bytes = 0;  ///< size of all its pages
    std::uint64_t used_bytes = 0;  ///< of these: headers, arrays, live entries, large values with their checksums

    /// Bytes used per byte of its pages, 0 to 1; 0 for an empty tree.
    [[nodiscard]] double fill() const noexcept {
        return page_bytes == 0 ? 0 : static_cast<double>(used_bytes) / static_cast<double>(page_bytes);
    }
};

/// Visits every page of a tree. Error{not_found}, Error{corrupt}; in a write transaction the tree is seen with its
/// changes. The transaction's thread rule. O(tree); what Transaction::statistics() says costs O(1).
[[nodiscard]] TreeUsage usage(const Transaction& txn, Tree tree);

/// What the pages of a store are used for, as of its newest committed state. All kinds of pages add up to
/// page_count.
struct StoreUsage {
    std::uint64_t transaction = 0;
    std::uint32_t page_size_bytes = 0;
    std::uint64_t page_count = 0;
    std::uint64_t meta_pages = 0;     ///< the area of the two commit records
    std::uint64_t branch_pages = 0;   ///< of named trees
    std::uint64_t leaf_pages = 0;     ///< of named trees
    std::uint64_t run_pages = 0;      ///< of large values
    std::uint64_t catalog_pages = 0;  ///< of the tree of trees
    std::uint64_t space_pages = 0;    ///< of the records of free space
    std::uint64_t free_pages = 0;
    std::uint64_t waiting_pages = 0;     ///< retired, but held by a reader or by the commit record before
    std::uint64_t largest_free_run = 0;  ///< contiguous free pages
    std::uint64_t trees = 0;             ///< named trees
    std::uint64_t entries = 0;           ///< of all named trees
};

/// Reads one snapshot, beside readers and a writer. Error{corrupt}. Any thread. O(trees + page_count).
[[nodiscard]] StoreUsage usage(Environment& environment);

struct CompactProgress {
    std::uint64_t file_size_bytes = 0;  ///< now
    std::uint64_t pages_moved = 0;      ///< so far
};

struct CompactOptions {
    /// Called on the calling thread after every step, outside of transactions; answer false to cancel. May throw.
    std::function<bool(const CompactProgress&)> progress{};
};

struct CompactReport {
    std::uint64_t bytes_freed = 0;  ///< by which the file is shorter than before
    std::uint64_t pages_moved = 0;
    bool completed = false;  ///< false when progress() cancelled
};

/// Makes the file nearly as short as its live pages allow: a 64th of them and about 3 MiB may be left over, and
/// more where large values leave gaps that fit no other. Moves pages from the end of the file to free ones further
/// down, in write transactions of about 8 MiB (or one large value), each durable; readers and other writers go on
/// beside and in between. The file is cut when no older snapshot is held: with a reader, or a second process that
/// has one, it falls with later commits. Cancelled or failed, it leaves a sound store, partly compacted. O(live
/// data), from one thread at a time; not from a thread with a write transaction open (Error{misuse}). Error:
/// read_only, full, io, corrupt, and what WriteTransaction::commit() throws.
CompactReport compact(Environment& environment, const CompactOptions& options = {});

/// Keys between which records of a salvaged tree are missing: at or after `from`, before `to`. Empty: no bound. A
/// bound need not be a key.
struct MissingRange {
    std::string from;
    std::string to;
};

/// What became of one tree. In a tree with duplicates a pair is a record.
struct SalvagedTree {
    std::string name;  ///< in the new store; "salvaged-<id>" when the name is lost
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;             ///< records that its own count says there were, and that were not kept
    bool lost_known = false;            ///< whether there was such a count, and it was not smaller than `kept`
    std::vector<MissingRange> missing;  ///< ascending; empty when every page was read
};

struct SalvageReport {
    std::uint64_t transaction = 0;  ///< the state that was salvaged
    std::vector<SalvagedTree> trees;
    /// What could not be read, with page, tree and reason; 10,000 at most, the first of each tree, and one without
    /// a tree that says how many more there are.
    std::vector<Finding> findings;
    /// Some records may be older than others, or of what had been erased: pages that nothing refers to were found
    /// by looking at all, and what tells old ones from present ones is lost as well.
    bool mixed = false;
    [[nodiscard]] bool complete() const noexcept { return findings.empty(); }
};

struct SalvageOptions {
    /// Functions that order trees of KeyOrder::custom. A tree whose function is not here is lost, and reported.
    std::vector<std::pair<std::string, int (*)(ByteView, ByteView)>> comparators{};
    /// Permission bits of the new file, before the umask.
    std::uint32_t file_mode = 0600;
    /// Called with the new store when all has been copied, before it gets its name, and may change it. Whatever it
    /// throws ends salvage(), and there is no new store.
    std::function<void(Environment& environment)> finish{};
};

/// Copies everything that can be read of a damaged store into a new one, and says what could not. The damaged file
/// is only read, by calls, never through a mapping: pages that the device cannot read and a file that was cut short
/// are findings. Every page and large value is verified by its checksum before a byte of it is kept, so what is
/// kept was once written. It is the newest state's unless an older page lies where its page should be, which a
/// checksum cannot tell: where no state is whole, because the last commit did not arrive, or where a device gave an
/// old page back (docs/durability.md).
///
/// Takes the state that opening would take; when no state is whole, the newest one whose commit record is; when
/// neither commit record can be believed, the newest one of which a page is found. Leaves below a page that
/// is lost, and trees whose catalog entry is, are looked for in every page of the file: leaves say whose they are,
/// and the records of free space which of them are old (SalvageReport::mixed). A tree whose name is lost is called
/// "salvaged-<id>"; one of which not even an older catalog page tells how its keys are ordered has them as they are
/// stored. Values of one key in a tree of their own, below a page that is lost, are not found.
///
/// Error{corrupt} or Error{not_a_store} when nothing of a commit record is left; Error{busy} when the store is open
/// anywhere; Error{already_exists} for `target` or `target`-salvage, the name that the new store has until it is
/// complete; Error{full}, Error{io} of the target. Any thread. O(file); memory: a bit per page, 24 bytes per leaf
/// when something is lost, and the largest value.
SalvageReport salvage(ByteView damaged, ByteView target, const SalvageOptions& options = {});

}  // namespace cambium::kv

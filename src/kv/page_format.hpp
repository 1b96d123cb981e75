// Every struct and constant of the data file, once. docs/format.md explains them; a test compares the two.
//
// The file is little-endian. Page numbers count pages from the start of the file; pages below
// first_data_page() hold the two meta slots. Nothing here allocates, throws or follows a pointer.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium::kv {

static_assert(std::endian::native == std::endian::little, "the file format is little-endian");

inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr char kMagic[8] = {'C', 'a', 'm', 'b', 'i', 'u', 'm', '\n'};

inline constexpr std::uint32_t kMinPageSize = 4096;
inline constexpr std::uint32_t kMaxPageSize = 65536;

/// A page number, or in a transaction a dirty page: the top bit set, the rest an index into its dirty table.
/// A dirty reference on disk is corruption. Zero is "no page" (it is meta slot 0, never a node).
using PageRef = std::uint64_t;
inline constexpr PageRef kNoPage = 0;
inline constexpr PageRef kDirtyBit = std::uint64_t{1} << 63;

using TransactionId = std::uint64_t;

/// Transactions and trees are numbered upwards, up to this. No store gets there, so that a commit record with a
/// larger number is damaged; and what is added to a number does not overflow.
inline constexpr std::uint64_t kMaxNumber = ~std::uint64_t{0} - (std::uint64_t{1} << 32);

enum class PageKind : std::uint8_t { leaf = 1, branch = 2, run = 3 };

// ---- Nodes ------------------------------------------------------------------------------------------------

/// Flags of a node page.
inline constexpr std::uint16_t kHasHints = 1;   ///< the hint area is present and valid
inline constexpr std::uint16_t kFullKeys = 2;   ///< no prefix; the heap has every key whole, head included
inline constexpr std::uint16_t kHasCounts = 4;  ///< in a branch: numbers of entries behind the children

/// First bytes of every leaf and branch. After it: the prefix common to all keys, padding to 4, the hint area
/// (kHintCount heads, when kHasHints), `count` key heads, `count` slots, in a branch `count + 1` children and (when
/// kHasCounts) as many numbers of entries; then free space; then from heap_begin to the end of the page the heap of
/// entries.
struct NodeHeader {
    std::uint64_t checksum;     ///< of bytes [8, page size), seeded per store
    std::uint64_t page_number;  ///< of this page; 0 while dirty
    std::uint64_t birth;        ///< transaction that wrote the page
    PageKind kind;
    std::uint8_t level;  ///< 0 in a leaf; a child's level is one less than its parent's
    std::uint16_t flags;
    std::uint16_t count;        ///< entries of a leaf; separators of a branch (it has one child more)
    std::uint16_t prefix_size;  ///< bytes
    std::uint32_t heap_begin;   ///< offset of the first heap byte
    std::uint16_t garbage;      ///< dead bytes within the heap
    std::uint16_t tree;         ///< whose page it is, a mark below; 0 when not said
};
static_assert(sizeof(NodeHeader) == 40 && std::is_trivially_copyable_v<NodeHeader>);
static_assert(std::has_unique_object_representations_v<NodeHeader>, "no padding on disk");
static_assert(offsetof(NodeHeader, kind) == 24 && offsetof(NodeHeader, heap_begin) == 32);

// Marks: they let salvage() find the pages of a tree when what referred to them is lost.
inline constexpr std::uint16_t kCatalogMark = 0xffff;  ///< NodeHeader::tree of the catalog's pages
inline constexpr std::uint16_t kSpaceMark = 0xfffe;    ///< of the space tree's
inline constexpr std::uint16_t kValuesMark = 0xfffd;   ///< of the trees that hold the values of one key
/// Of a named tree: its id, unless that is too large to be one; ids begin at 1.
[[nodiscard]] constexpr std::uint16_t tree_mark(std::uint64_t id) noexcept {
    return static_cast<std::uint16_t>((id - 1) % 0xfff0 + 1);
}

inline constexpr std::size_t kHeadSize = 4;  ///< bytes of a key head: key bytes after the prefix, zero-padded
inline constexpr std::size_t kSlotSize = 2;
inline constexpr std::size_t kChildSize = 8;
inline constexpr std::size_t kEntryCountSize = 8;
static_assert(kEntryCountSize == kChildSize);
inline constexpr std::size_t kHintCount = 16;  ///< hint i is head[(i + 1) * count / (kHintCount + 1)]
inline constexpr std::size_t kHintSize = kHintCount * kHeadSize;
/// Nodes with fewer entries than this never carry hints.
inline constexpr std::size_t kMinHintedCount = 64;
/// No tree is deeper: with two children per branch 2^40 leaves would exceed the file.
inline constexpr std::size_t kMaxDepth = 40;

/// Where a leaf entry's value is.
enum class ValueKind : std::uint8_t {
    inlined = 0,
    run = 1,             ///< the inline bytes are a RunReference
    duplicates = 2,      ///< several values of one key, packed, ascending (src/kv/duplicates_set.hpp)
    duplicate_tree = 3,  ///< the inline bytes are the TreeRecord of a tree whose keys are the key's values
};

/// Head of a leaf entry in the heap; 4-byte aligned so that the value after it is 8-byte aligned. After it: the
/// value, then the key bytes behind prefix and head. The low 15 bits of each field are a size in bytes,
/// the top bits together are the ValueKind (key's top bit: bit 1, value's: bit 0).
struct LeafEntryHeader {
    std::uint16_t key_size_and_kind;    ///< key bytes behind the prefix, head included
    std::uint16_t value_size_and_kind;  ///< bytes of the value stored here
};
static_assert(sizeof(LeafEntryHeader) == 4);
inline constexpr std::uint16_t kSizeMask = 0x7fff;
inline constexpr std::size_t kValueAlignment = 8;

// A slot of a branch is the key's size behind the prefix when that is at most kHeadSize: the head then holds
// all of it. Otherwise it is the offset of a heap entry: u16 size behind the prefix, then the bytes behind
// the head. Offsets are always larger than kHeadSize, so the two cannot be confused.
inline constexpr std::size_t kBranchEntryHeaderSize = 2;

// ---- Runs: large values -----------------------------------------------------------------------------------

/// First bytes of a run of contiguous pages. The value follows at once, 64-byte aligned; behind it, padded to
/// 8, one checksum (u64) per chunk of kRunChunkSize bytes of the value.
struct RunHeader {
    std::uint64_t checksum;  ///< of bytes [8, 64), seeded per store
    std::uint64_t page_number;
    std::uint64_t birth;
    PageKind kind;
    std::uint8_t padding[7];
    std::uint64_t value_size;    ///< bytes
    std::uint64_t page_count;    ///< pages of the run
    std::uint64_t table_digest;  ///< checksum of the chunk checksums
    std::uint64_t reserved;
};
static_assert(sizeof(RunHeader) == 64 && std::has_unique_object_representations_v<RunHeader>);
inline constexpr std::size_t kRunChunkSize = 65536;

/// What a leaf stores for a large value.
struct RunReference {
    PageRef first_page;
    std::uint64_t value_size;  ///< bytes
};
static_assert(sizeof(RunReference) == 16);

[[nodiscard]] constexpr std::uint64_t run_chunk_count(std::uint64_t value_size) noexcept {
    return (value_size + kRunChunkSize - 1) / kRunChunkSize;
}
[[nodiscard]] constexpr std::uint64_t run_table_offset(std::uint64_t value_size) noexcept {
    return sizeof(RunHeader) + (value_size + 7) / 8 * 8;
}
[[nodiscard]] constexpr std::uint64_t run_page_count(std::uint64_t value_size, std::uint32_t page_size) noexcept {
    return (run_table_offset(value_size) + 8 * run_chunk_count(value_size) + page_size - 1) / page_size;
}
/// Values are shorter than this (2^47 bytes), so that no size computation overflows.
inline constexpr std::uint64_t kMaxValueSize = std::uint64_t{1} << 47;

// ---- Limits that depend on the page size ------------------------------------------------------------------

[[nodiscard]] constexpr std::uint32_t max_key_size(std::uint32_t page_size) noexcept {
    return page_size / 4;
}
/// Heap bytes that one leaf entry may take; a larger value goes to a run. Two entries always fit a leaf.
[[nodiscard]] constexpr std::size_t max_leaf_entry_size(std::uint32_t page_size) noexcept {
    return ((page_size - sizeof(NodeHeader) - kHintSize) / 2 - 16) / kValueAlignment * kValueAlignment;
}
static_assert(max_leaf_entry_size(kMinPageSize) > max_key_size(kMinPageSize) + sizeof(LeafEntryHeader) + 64);
static_assert(max_leaf_entry_size(kMaxPageSize) <= kSizeMask);
/// Bytes that the packed values of one key may take; more go to a value tree. They come back at half of it.
[[nodiscard]] constexpr std::size_t max_value_set_size(std::uint32_t page_size) noexcept {
    return page_size / 4;
}
/// A packed set of values of any size: their number, the end of each, each a u16 of this size, then the values.
inline constexpr std::size_t kSetOffsetSize = 2;

// ---- Trees ------------------------------------------------------------------------------------------------

/// What the catalog tree stores for a named tree, and the meta for the catalog and space trees.
struct TreeRecord {
    std::uint64_t id;  ///< never used twice in a file
    PageRef root;      ///< kNoPage when empty
    std::uint64_t entries;
    std::uint64_t branch_pages;
    std::uint64_t leaf_pages;
    std::uint64_t run_pages;
    std::uint32_t flags;  ///< kTree... below
    std::uint32_t depth;  ///< levels; 0 when empty
};
static_assert(sizeof(TreeRecord) == 56 && std::has_unique_object_representations_v<TreeRecord>);

// TreeRecord::flags. Bits 10 to 15 are zero.
inline constexpr std::uint32_t kTreeDuplicates = 1;
inline constexpr std::uint32_t kTreeCounts = 2;           ///< branches carry kHasCounts
inline constexpr std::uint32_t kTreeContiguousKeys = 4;   ///< leaves carry kFullKeys (tree_flags.hpp: branches)
inline constexpr std::uint32_t kTreeKeyOrderShift = 4;    ///< two bits: KeyOrder of the keys
inline constexpr std::uint32_t kTreeValueOrderShift = 6;  ///< two bits: KeyOrder of duplicate values
inline constexpr std::uint32_t kTreeOrderMask = 3;
inline constexpr std::uint32_t kTreeKnownFlags = 0xffff00f7;
inline constexpr std::uint32_t kTreeFixedSizeShift = 16;  ///< 16 bits: bytes of every duplicate value, or 0

/// Keys of the catalog tree: kCatalogName + name -> id (u64), kCatalogTree + id (u64, big-endian) -> TreeRecord,
/// kCatalogComparator + id (u64, big-endian) -> name of the function that orders the tree, when it has one,
/// kCatalogValueComparator + id (u64, big-endian) -> the same for the values of its keys.
inline constexpr char kCatalogComparator = 'c';
inline constexpr char kCatalogName = 'n';
inline constexpr char kCatalogTree = 't';
inline constexpr char kCatalogValueComparator = 'v';
inline constexpr std::size_t kMaxTreeNameSize = 511;
[[nodiscard]] inline bool is_tree_name(ByteView name) noexcept {
    return !name.empty() && name.size() <= kMaxTreeNameSize;
}
inline constexpr std::size_t kMaxComparatorNameSize = 255;

/// Keys of the space tree (src/kv/space_format.hpp has the values):
/// kSpaceChunk + chunk number (u32, big-endian) -> which pages of the chunk were free or waiting at a checkpoint,
/// kSpaceDelta + transaction (u64, big-endian) + sequence (u16, big-endian) -> extents allocated and retired since.
/// Deltas come last, so that recording one only appends.
inline constexpr char kSpaceChunk = 'b';
inline constexpr char kSpaceDelta = 'd';

// ---- Meta -------------------------------------------------------------------------------------------------

inline constexpr std::uint64_t kMetaOffsets[2] = {0, 65536};
inline constexpr std::uint64_t kMetaSlotSize = 65536;
/// Bytes before the first page that may hold data.
inline constexpr std::uint64_t kMetaAreaSize = 2 * kMetaSlotSize;
inline constexpr std::size_t kMaxMetaSize = 16384;  ///< bytes ever written to a slot

[[nodiscard]] constexpr std::uint64_t first_data_page(std::uint32_t page_size) noexcept {
    return kMetaAreaSize / page_size;
}

/// A run of pages written by one commit.
struct Extent {
    std::uint64_t first_page;
    std::uint64_t page_count;
};
static_assert(sizeof(Extent) == 16);

/// Appends an extent, to the last one when it begins where that ends.
inline void append_extent(std::vector<Extent>& extents, Extent extent) {
    if (!extents.empty() && extents.back().first_page + extents.back().page_count == extent.first_page) {
        extents.back().page_count += extent.page_count;
    } else {
        extents.push_back(extent);
    }
}

inline constexpr std::uint32_t kMetaClosed = 1;  ///< flag: written by an orderly close, both slots hold it

/// A meta slot: this, then extent_count Extents.
struct MetaHeader {
    char magic[8];
    std::uint64_t checksum;  ///< unseeded, of bytes [16, size)
    std::uint32_t format_version;
    std::uint32_t page_size;  ///< bytes
    std::uint32_t size;       ///< bytes of the meta, extents included
    std::uint32_t flags;
    std::uint8_t uuid[16];
    std::uint64_t seed;  ///< of the page checksums
    TransactionId transaction;
    TransactionId previous_durable;  ///< the extents below are what was written after it
    std::uint64_t page_count;        ///< pages ever used; the file is at least that long
    std::uint64_t next_tree_id;
    std::uint64_t digest;  ///< over (page number, checksum) of every page in the extents, in page order
    std::uint32_t extent_count;
    std::uint32_t reserved;
    TreeRecord catalog;
    TreeRecord space;
};
static_assert(sizeof(MetaHeader) == 216 && std::has_unique_object_representations_v<MetaHeader>);
static_assert(offsetof(MetaHeader, format_version) == 16 && offsetof(MetaHeader, catalog) == 104);

inline constexpr std::size_t kMaxMetaExtents = (kMaxMetaSize - sizeof(MetaHeader)) / sizeof(Extent);
/// A commit with more bytes than this takes two flushes and lists no extents, so that recovery never reads more.
inline constexpr std::uint64_t kMaxVerifiedBytes = std::uint64_t{64} << 20;

// ---- Increments -------------------------------------------------------------------------------------------

inline constexpr char kIncrementMagic[8] = {'C', 'a', 'm', 'b', 'I', 'n', 'c', 'r'};
inline constexpr std::uint32_t kIncrementVersion = 1;
/// Before an increment that is being applied, in the file beside the replica: an increment that somebody put there
/// is not taken for one.
inline constexpr char kAppliedMagic[8] = {'C', 'a', 'm', 'b', 'A', 'p', 'p', 'l'};

/// First bytes of an increment (docs/format.md).
struct IncrementHeader {
    char magic[8];
    std::uint64_t checksum;  ///< unseeded, of the rest of the header
    std::uint32_t version;
    std::uint32_t reserved;
    TransactionId base_transaction;  ///< the state that a replica must be at
    std::uint64_t base_digest;
    std::uint64_t digest;  ///< of the state after the increment
    MetaHeader state;      ///< what both slots of the replica will hold
};
static_assert(sizeof(IncrementHeader) == 264 && std::has_unique_object_representations_v<IncrementHeader>);

/// Before each stretch of pages, and once behind the last.
struct IncrementRecord {
    std::uint64_t first_page;  ///< behind the last stretch: how many pages there were
    std::uint64_t page_count;  ///< 0 behind the last stretch
    std::uint64_t checksum;    ///< unseeded, of the checksum before this one, these two fields, and the pages
};
static_assert(sizeof(IncrementRecord) == 24 && std::has_unique_object_representations_v<IncrementRecord>);
inline constexpr std::uint64_t kIncrementStretch = std::uint64_t{1} << 20;  ///< most bytes of pages in one stretch

}  // namespace cambium::kv

// Trees as text, in the format of LMDB's mdb_dump and mdb_load (and Berkeley DB's db_dump and db_load).
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "cambium/kv/environment.hpp"

namespace cambium::kv {

/// How keys and values are written.
enum class DumpEncoding : std::uint8_t {
    bytevalue,  ///< two lowercase hexadecimal digits per byte
    print,      ///< printable ASCII as it is, every other byte and the backslash as \hh
};

struct DumpOptions {
    DumpEncoding encoding = DumpEncoding::bytevalue;
    /// Write the `database=` line. Without it mdb_load puts the block into the unnamed database of LMDB.
    bool named = true;
};

/// Writes every tree of a snapshot as one block each, in order of name.
///
/// Options that LMDB knows become its flags: duplicates, reversekey, integerkey, dupfixed, integerdup, reversedup.
/// Others become header lines that mdb_load warns about and ignores: counts, contiguouskeys, customkey, customdup,
/// comparator, valuecomparator, valuesize (when the values do not show it). `mapsize` is generous, so that mdb_load
/// finds room.
///
/// Error{encode}, before anything is written, when a tree's name has a line feed or a zero byte: the format has no
/// way to write it. Error{io} when the stream fails. Thread rule: the transaction's. O(entries), memory O(1).
void dump(const Transaction& txn, std::ostream& out, const DumpOptions& options = {});
/// Writes one tree. Error{not_found} when there is none of that name.
void dump_tree(const Transaction& txn, ByteView name, std::ostream& out, const DumpOptions& options = {});

struct LoadOptions {
    /// The tree for blocks without a `database=` line.
    std::string unnamed_tree = "main";
    /// Leave the value of a key that is there already, as mdb_load -N does.
    bool keep_existing = false;
    /// Commit after so many entries and at the end; 0: one transaction for the whole input.
    std::uint64_t entries_per_commit = 0;
    /// Called for every header line that is not known and was ignored: its number (from 1) and a sentence.
    std::function<void(std::uint64_t line, ByteView sentence)> warning{};
};

struct LoadReport {
    std::uint64_t blocks = 0;
    std::uint64_t entries = 0;  ///< records read, with those that keep_existing left out
    std::uint64_t lines = 0;
};

/// Reads blocks to the end of the input and stores them; trees are created with the options that their block names.
/// Blocks may follow each other, in any mixture of encodings. An input without any line has no blocks and is fine.
///
/// A malformed line, or one that ends in CR LF, is Error{decode}, VERSION above 3 Error{format_version}; what the
/// store refuses (a key too long, a tree that exists with other options) keeps its code. Every sentence begins with
/// the number of the line. Then nothing of the input is stored, or with entries_per_commit nothing behind the last
/// full batch.
///
/// Waits for the write lock; must not be called with a write transaction open on this thread. O(entries log n).
LoadReport load(Environment& environment, std::istream& in, const LoadOptions& options = {});
/// The same inside a transaction of the caller, who commits; entries_per_commit is ignored. After an error the
/// transaction holds what was read before it: abort it.
LoadReport load(WriteTransaction& txn, std::istream& in, const LoadOptions& options = {});

}  // namespace cambium::kv

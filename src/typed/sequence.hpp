// The counts of AutoIncrement tables.
//
// On disk: tree "cambium.sequences", table id (u64, big-endian) -> the largest number so far (u64, big-endian). A
// write transaction reads a table's count at its first use, together with the table's last key, so that a record
// which a program without the option, or an import, has stored counts as well; it keeps the count in its workspace
// and stores what has grown when it commits.
#pragma once

#include <cstdint>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

struct TableState;

inline constexpr ByteView kSequencesTree = "cambium.sequences";

/// The count of one table within a write transaction.
struct Sequence {
    const TableState* table;
    std::uint64_t largest;  ///< number of any record so far
    bool changed;
};

class Sequences {
public:
    /// The count of a table whose keys are counted.
    [[nodiscard]] Sequence& of(const TableState& table, const kv::Transaction& store);
    /// A record with this key was stored, or is about to be erased. Does nothing for other tables.
    void note(const TableState& table, const kv::Transaction& store, ByteView key);
    /// Every record of the table is about to be erased.
    void keep(const TableState& table, const kv::Transaction& store);
    /// Write what has grown.
    void store(kv::WriteTransaction& store) const;

private:
    std::vector<Sequence> all_;
};

}  // namespace cambium::detail

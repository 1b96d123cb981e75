// The durable log of a table's changes.
//
// On disk: tree "cambium.log.<table id>", position (u64, big-endian, from 1) -> entry. The entry is little-endian:
//
//   offset  size
//        0     1  operation: 1 inserted, 2 updated, 3 erased, 4 expired, 5 truncated, 6 missed
//        1     7  zero
//        8     8  time of the transaction's begin, nanoseconds since 1970, signed
//       16     8  number of the transaction
//       24     8  bytes of all entries from the first to this one, those that are gone included
//       32     8  size of the key; 0 for truncated and missed
//       40     8  size of the record before, all ones when there is none
//       48     8  size of the record after, all ones when there is none
//       56        key, record before, record after, as table and codec encode them
//
// The newest entry is never removed, so that it carries the position and the count of bytes on. Entries hold
// records as they were encoded then: when a change of the declaration writes the records of a table anew, one entry
// "missed" takes the place of all.
#pragma once

#include <optional>
#include <string>

#include "cambium/change_log.hpp"
#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

[[nodiscard]] std::string log_tree_name(std::uint64_t table_id);
/// Append an entry, then remove at most two that are over a limit.
void append_log(kv::WriteTransaction& store, kv::Tree tree, const LogDescription& limits,
                const ChangeBytes& change);

/// The records of a table were written anew, and the entries of its log are no longer what it declares: one entry
/// at the next position takes their place. Does nothing when there is no log, or nothing in it.
void restart_log(kv::WriteTransaction& store, std::uint64_t table_id);

/// Changes were not logged for a while, by an earlier declaration: an entry "missed" says so. Does nothing when
/// there is no log.
void log_gap(kv::WriteTransaction& store, std::uint64_t table_id, Timestamp now);

struct TableState;
struct WriteWorkspace;

/// A change is about to be made: log it, and keep it for who watches the table. The views live until here.
void record_change(const TableState& table, WriteWorkspace& workspace, kv::WriteTransaction& store,
                   Operation operation, ByteView key, std::optional<ByteView> before,
                   std::optional<ByteView> after);

}  // namespace cambium::detail

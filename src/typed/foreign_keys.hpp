// Foreign keys inside a write transaction: what a record refers to, who refers to a record, and what the commit has
// to look at again.
//
// What is left to the commit is kept in a tree of the transaction itself: nested transactions that roll back take
// their part of it with them, and its memory is bounded as that of any write. The tree is dropped by the commit, so
// that no file ever has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cambium/base/error.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

/// Whether the record with this key refers to one that is there and has not expired, or to nothing by a null.
/// `target` becomes the primary key referred to. A record may refer to itself.
[[nodiscard]] bool refers_to_something(WriteTransaction& transaction, const TableState& table,
                                       const ForeignKeyState& foreign, ByteView key, const void* record,
                                       std::string& target);
[[nodiscard]] Error refers_to_nothing(const TableState& table, const ForeignKeyState& foreign, ByteView key,
                                      ByteView target);

/// The primary key of the first record that refers to the one with this key, expired or not, or nothing. O(log).
[[nodiscard]] std::optional<std::string> first_referrer(const kv::Transaction& store, const ReferrerState& referrer,
                                                        ByteView key);
[[nodiscard]] Error still_referred(const TableState& table, ByteView key, const ReferrerState& referrer,
                                   ByteView referring_key);

enum class PendingKind : std::uint32_t {
    record,  ///< a record that referred to nothing when it was written; number counts the table's foreign keys
    erased,  ///< a record that was erased while others referred to it; number counts the table's referrers
};

struct Pending {
    PendingKind kind;
    std::uint32_t table;  ///< position among the open tables
    std::uint32_t number;
};

/// Leaves a foreign key to the commit.
void add_pending(kv::WriteTransaction& store, WriteWorkspace& workspace, const Pending& what, ByteView key);

/// What the commit has to refuse: a sentence that names the first rows, or nothing. Drops the tree.
[[nodiscard]] std::optional<std::string> check_pending(WriteTransaction& transaction);

}  // namespace cambium::detail

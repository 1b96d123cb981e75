// The records of a table written anew into a tree of their own, which then takes the place of the old one.
//
// Thread rule: belongs to one write transaction.
#pragma once

#include <optional>
#include <string>

#include "cambium/description.hpp"
#include "cambium/kv/transaction.hpp"
#include "typed/catalog.hpp"
#include "typed/state.hpp"

namespace cambium::detail {

/// The tree of a table's new records.
[[nodiscard]] std::string next_tree_name(std::uint64_t table_id);

class NewRecords {
public:
    /// Goes on with the tree that an earlier transaction has begun, if there is one.
    NewRecords(kv::WriteTransaction& transaction, const TableDescription& table, std::uint64_t table_id,
               std::size_t max_key_bytes);

    /// Store a record of the declaration that was stored under `old_key`, which it keeps when it holds no key of
    /// its own. Error{encode}, Error{key_too_long}; Error{constraint} when another record has the same new key. The
    /// view must not be of the new tree. Answers the bytes written.
    std::size_t add(ByteView old_key, const void* record);
    /// Drop the old tree and put the new one in its place; a change log begins anew. Nothing may follow.
    void finish();

private:
    kv::WriteTransaction& transaction_;
    const TableDescription& table_;
    std::uint64_t table_id_;
    std::size_t max_key_bytes_;
    kv::Tree tree_;
    std::string key_;
    std::string record_;
    std::optional<ScratchRecord> read_;  ///< where a record may be read as another one
};

}  // namespace cambium::detail

// Rescuing a damaged database: kv::salvage(), and the indexes of its tables.
#pragma once

#include "cambium/kv/maintenance.hpp"

namespace cambium {

/// What kv::salvage() does, for a store with tables: the trees in the report are called by table and index, as
/// far as the catalog can be read (`table "customers"`, `table "customers", index "email"`), and the new store has
/// no indexes, so that the next Database::open() for writing builds those that are declared from the records that
/// were kept. The records of a table whose catalog entry is lost stay in a tree of their own, "cambium.table.<id>",
/// which no table that is declared later takes over. Errors, thread rule and cost: those of kv::salvage(), and
/// Error{corrupt} for a catalog that does not decode; then there is no new store.
kv::SalvageReport salvage(ByteView damaged, ByteView target, const kv::SalvageOptions& options = {});

}  // namespace cambium

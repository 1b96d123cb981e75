// Looking after a database that may be damaged: check() and salvage() of the key-value store, which name its tables
// and indexes.
#pragma once

#include "cambium/kv/maintenance.hpp"

namespace cambium {

/// What kv::check() does; its findings are called by table and index (`table "customers"`, `table "customers",
/// index "email"`), as long as the catalogs of trees and tables are sound, and a catalog entry that does not decode
/// is a finding of its own. Database::environment() is what it takes of a database. Whether an index agrees with
/// its table is not looked at. Error, thread rule and cost: those of kv::check().
[[nodiscard]] kv::CheckReport check(kv::Environment& environment);

/// What kv::salvage() does, for a store with tables: the trees in the report are called by table and index, as
/// far as the catalog can be read (`table "customers"`, `table "customers", index "email"`), and the new store has
/// no indexes, so that the next Database::open() for writing builds those that are declared from the records that
/// were kept. The records of a table whose catalog entry is lost stay in a tree of their own, "cambium.table.<id>",
/// which no table that is declared later takes over. Errors, thread rule and cost: those of kv::salvage(), and
/// Error{corrupt} for a catalog that does not decode; then there is no new store.
kv::SalvageReport salvage(ByteView damaged, ByteView target, const kv::SalvageOptions& options = {});

}  // namespace cambium

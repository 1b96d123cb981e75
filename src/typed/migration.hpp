// Migrations: the records of an earlier version of a table become those of its declaration, in steps.
//
// The new records go into a tree of their own (new_records.hpp), a bounded number per transaction; the catalog
// entry says how far they are. The last step puts that tree in the place of the old one, takes every index and rule
// away and writes the new fields: opening then builds the indexes and verifies the rules as for any other table.
// Until that is committed the entry says that a migration is under way, so that nobody opens a table that lacks its
// rules, and keeps its foreign keys, so that nobody erases what they refer to. A program that stops between two
// steps loses at most the step that was not committed.
//
// Thread rule: any number of threads and processes may migrate one table; they take turns, step by step.
#pragma once

#include "cambium/description.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

struct MigrationProgress {
    std::uint64_t done = 0;   ///< records
    std::uint64_t total = 0;  ///< of the old table
};

/// Whether a table of the file is older than its declaration, or was left between two steps. Error{schema} when the
/// file is newer, when it waits for another declaration, or when this one has no migration from what is stored.
[[nodiscard]] bool migration_is_due(const kv::Transaction& transaction, const TableDescription& table);
/// The same of a table whose entry is at hand.
[[nodiscard]] bool migration_is_due(const CatalogTable& stored, const TableDescription& table);

/// One step, when it is due. True when there may be another one. Errors as migration_is_due(), and Error{decode},
/// Error{encode}, Error{constraint} or Error{key_too_long} that name the record; what the function of a migration
/// throws passes through. The step must then be rolled back. At most a thousand records, or a few megabytes.
[[nodiscard]] bool migrate_step(kv::WriteTransaction& transaction, const TableDescription& table,
                                std::size_t max_key_bytes, MigrationProgress& progress);

}  // namespace cambium::detail

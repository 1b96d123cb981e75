// Migrations: the records of an earlier version of a table become those of its declaration, in steps.
//
// The new records go into a tree of their own (new_records.hpp), a bounded number per transaction; the catalog
// entry says how far they are. Until then the old records, their indexes and their rules are whole, but nobody
// opens the table. When all are copied, the transaction that makes the file agree with the declarations puts the
// new tree in the place of the old one, builds the indexes and verifies the rules: all of it is committed together.
// A program that stops between two steps loses at most the step that was not committed. Where the records stand in
// the way, so that none of it can be committed, the copied ones are dropped: the table is then what it was.
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

/// The entry of a table whose records were migrated: without what opening has to build and verify.
[[nodiscard]] CatalogTable migrated_entry(CatalogTable entry, const TableDescription& table);

/// One step, when it is due: copies records. True when there may be another one. Errors as migration_is_due(), and
/// Error{decode}, Error{encode}, Error{constraint} or Error{key_too_long} that name the record; what the function
/// of a migration throws passes through. The step must then be rolled back. At most a thousand records, or a few
/// megabytes.
[[nodiscard]] bool migrate_step(kv::WriteTransaction& transaction, const TableDescription& table,
                                std::size_t max_key_bytes, MigrationProgress& progress);
/// Copies what is left, and puts the new records in the place of the old ones; planning then finds what to build
/// and to verify. False when no migration is due. Errors as migrate_step().
[[nodiscard]] bool finish_migration(kv::WriteTransaction& transaction, const TableDescription& table,
                                    std::size_t max_key_bytes);
/// Takes back what the steps to this declaration have done. False when there is nothing.
[[nodiscard]] bool abandon_migration(kv::WriteTransaction& transaction, const TableDescription& table);

}  // namespace cambium::detail

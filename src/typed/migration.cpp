#include "typed/migration.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "cambium/codec/cbor.hpp"
#include "typed/comparison.hpp"
#include "typed/enumerators.hpp"
#include "typed/new_records.hpp"
#include "typed/schema.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"
#include "typed/table_claim.hpp"

namespace cambium::detail {
namespace {

/// What one step does, at most.
constexpr std::uint64_t kMostRecords = 1000;
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

std::string version_text(std::uint64_t version) {
    return "version " + std::to_string(version);
}

struct StoredTable {
    std::string_view name;
    CatalogTable entry;
};

/// What the file has of a declared table; nothing where it has none, or where nobody can tell which one it is.
std::optional<StoredTable> stored_table(const kv::Transaction& transaction, const TableDescription& table) {
    const TableClaim claim = claim_of(table, transaction);
    if (claim.names.size() != 1) return std::nullopt;
    const std::string_view name = claim.names.front();
    return StoredTable{name, decode_entry(*stored_entry(transaction, name), name)};
}

/// A stored field that the old record of a migration neither has nor keeps among those that it does not know, and
/// that is not said to be dropped. Its content would be lost; as a rule the file is of an earlier declaration with
/// the same version, and what was called so is expected under another name.
const CatalogField* lost_field(const CatalogTable& stored, const std::vector<CatalogField>& old,
                               const EvolutionDescription& evolution) {
    const auto holds_unknown = [](const CatalogField& field) { return field.type == "unknown_fields"; };
    if (std::any_of(old.begin(), old.end(), holds_unknown)) return nullptr;
    const auto is_lost = [&](const CatalogField& field) {
        const auto is_it = [&](const CatalogField& other) { return other.name == field.name; };
        const auto& dropped = evolution.dropped;
        return !holds_unknown(field) && std::none_of(old.begin(), old.end(), is_it) &&
               std::find(dropped.begin(), dropped.end(), field.name) == dropped.end();
    };
    const auto lost = std::find_if(stored.fields.begin(), stored.fields.end(), is_lost);
    return lost == stored.fields.end() ? nullptr : &*lost;
}

/// The migrations from a stored version on, proven to begin with what is stored.
std::span<const MigrationDescription> steps_from(const CatalogTable& stored, const TableDescription& table) {
    const auto refuse = [&](const std::string& what) {
        throw Error(ErrorCode::schema, table_text(table) + ": " + what);
    };
    const EvolutionDescription& evolution = *table.evolution;
    // What an older declaration has left half way is begun anew: the records are still those of the stored version.
    // So is what makes other records of this version, see made_by().
    const bool is_older =
        stored.migration && stored.migration->to < evolution.version && stored.schema_version < evolution.version;
    if (stored.migration && !is_older && stored.migration->to != evolution.version) {
        refuse("a migration to " + version_text(stored.migration->to) +
               " was left half way; open the file with that declaration to finish it, this one is " +
               version_text(evolution.version));
    }
    if (stored.schema_version > evolution.version) {
        refuse("the file has " + version_text(stored.schema_version) + ", this program declares " +
               version_text(evolution.version));
    }
    if (stored.schema_version == evolution.version) return {};
    std::span<const MigrationDescription> steps = evolution.migrations;
    while (!steps.empty() && steps.front().from < stored.schema_version) steps = steps.subspan(1);
    if (steps.empty() || steps.front().from != stored.schema_version) {
        refuse("the file has " + version_text(stored.schema_version) + ", " + version_text(evolution.version) +
               " is declared, and there is no Migration<" + std::to_string(stored.schema_version) + ", ...>");
    }
    const MigrationDescription& first = steps.front();
    std::vector<CatalogField> fields;
    for (const FieldDescription& field : first.fields) fields.push_back({std::string(field.name), field.type()});
    std::vector<CatalogEnum> enums = enums_of(first.fields);
    for (CatalogEnum& one : enums_of(table))  // a key outside the record stays as it is
        if (is_of_outside_key(one.place)) enums.push_back(std::move(one));
    if (const std::string what = why_not_read(stored, fields, enums, first.codec, first.enumerators);
        !what.empty()) {
        refuse("the old record of Migration<" + std::to_string(first.from) +
               ", ...> is not what the file holds: " + what);
    }
    if (const CatalogField* const lost = lost_field(stored, fields, evolution); lost != nullptr) {
        refuse(
            "the old record of Migration<" + std::to_string(first.from) +
            ", ...> is not what the file holds: it has no field \"" + lost->name + "\" (" + lost->type +
            "), which would be lost; add the field to it, or open the file once with the declaration that stored "
            "such records last; Dropped<\"" +
            lost->name + "\"> says that its content may be lost");
    }
    return steps;
}

struct RecordDeleter {
    void (*destroy)(void* record) noexcept;
    void operator()(void* record) const noexcept { destroy(record); }
};
using OwnedRecord = std::unique_ptr<void, RecordDeleter>;

/// One record of each version, used over and over.
class Chain {
public:
    Chain(std::span<const MigrationDescription> steps, const TableDescription& table)
        : steps_(steps), table_(table) {
        for (const MigrationDescription& step : steps)
            records_.emplace_back(step.create(), RecordDeleter{step.destroy});
        records_.emplace_back(table.create_record(table), RecordDeleter{table.destroy_record});
    }

    /// The record of the declaration that these old bytes become.
    const void* upgrade(ByteView key, ByteView bytes) {
        try {
            steps_.front().decode(bytes, records_.front().get());
        } catch (const Error& error) {
            throw Error(error.code(), table_text(table_) + ", " + key_text(table_, key) + ", as " +
                                          version_text(steps_.front().from) + ": " + error.what());
        }
        for (std::size_t i = 0; i < steps_.size(); ++i) steps_[i].upgrade(records_[i].get(), records_[i + 1].get());
        return records_.back().get();
    }

private:
    std::span<const MigrationDescription> steps_;
    const TableDescription& table_;
    std::vector<OwnedRecord> records_;
};

/// Without columns foreign keys are those of no declaration, so that the next opening of their table verifies them.
void doubt(CatalogForeignKey& key) {
    key.columns.clear();
}

/// Foreign keys of other tables may refer to keys that have moved or gone.
void doubt_referrers(kv::WriteTransaction& transaction, std::string_view stored_name, const CatalogTable& entry) {
    for (const CatalogReferrer& referrer : entry.referrers) {
        if (referrer.table == stored_name) continue;
        const std::optional<ByteView> bytes = stored_entry(transaction, referrer.table);
        if (!bytes) continue;
        CatalogTable other = decode_entry(*bytes, referrer.table);
        for (CatalogForeignKey& key : other.foreign_keys)
            if (key.name == referrer.foreign_key) doubt(key);
        ++other.version;
        store_entry(transaction, referrer.table, other);
    }
}

/// What the records of a declaration look like. Two of one version need not agree: records that one has made are
/// not those of the other.
std::vector<std::uint8_t> made_by(const TableDescription& table) {
    CatalogTable declared = declared_entry(table);
    CatalogTable records;
    records.codec = std::move(declared.codec);
    records.fields = std::move(declared.fields);
    records.key = std::move(declared.key);
    records.key_types = std::move(declared.key_types);
    records.enums = std::move(declared.enums);
    // With codec flatbuffers, what is left out of a buffer; else nothing that a record which was just made reads.
    if (!table.evolution->wire.empty()) records.defaults = std::move(declared.defaults);
    std::string bytes;
    Cbor::encode(records, bytes);
    return {bytes.begin(), bytes.end()};
}

void count_change(kv::WriteTransaction& transaction) {
    CatalogHeader header = decode_header(stored_header(transaction).value_or(ByteView()));
    ++header.generation;
    store_header(transaction, header);
}

}  // namespace

CatalogTable migrated_entry(CatalogTable entry, const TableDescription& table) {
    CatalogTable declared = declared_entry(table);
    entry.schema_version = declared.schema_version;
    entry.codec = declared.codec;
    entry.fields = declared.fields;
    entry.defaults = declared.defaults;
    entry.late_members.clear();
    entry.enums = declared.enums;
    entry.key = declared.key;
    entry.key_types = declared.key_types;
    entry.indexes.clear();
    entry.rules.clear();
    for (CatalogForeignKey& key : entry.foreign_keys) doubt(key);
    entry.row_version = declared.row_version;
    entry.migration.reset();
    return entry;
}

bool migration_is_due(const CatalogTable& stored, const TableDescription& table) {
    return !steps_from(stored, table).empty();
}

bool migration_is_due(const kv::Transaction& transaction, const TableDescription& table) {
    const std::optional<StoredTable> stored = stored_table(transaction, table);
    return stored && migration_is_due(stored->entry, table);
}

bool migrate_step(kv::WriteTransaction& transaction, const TableDescription& table, std::size_t max_key_bytes,
                  MigrationProgress& progress) {
    std::optional<StoredTable> stored = stored_table(transaction, table);
    if (!stored) return false;
    CatalogTable& entry = stored->entry;
    const std::span<const MigrationDescription> steps = steps_from(entry, table);
    if (steps.empty()) return false;

    ++entry.version;
    std::vector<std::uint8_t> makes = made_by(table);
    if (!entry.migration || entry.migration->to != table.evolution->version || entry.migration->makes != makes) {
        transaction.drop_tree(next_tree_name(entry.id));
        entry.migration.emplace().to = table.evolution->version;
        entry.migration->makes = std::move(makes);
    }
    CatalogMigration& migration = *entry.migration;

    const kv::Tree records = transaction.tree(records_tree_name(entry.id));
    NewRecords target(transaction, table, entry.id, max_key_bytes);
    Chain chain(steps, table);
    std::string key(migration.position.begin(), migration.position.end());
    kv::Cursor cursor = transaction.cursor(records);
    bool on = migration.records == 0 ? cursor.first() : cursor.seek(key);
    if (on && migration.records > 0 && cursor.key() == ByteView(key)) on = cursor.next();
    std::uint64_t done = 0;
    for (std::size_t bytes = 0; on && done < kMostRecords && bytes < kMostBytes; on = cursor.next(), ++done) {
        key = cursor.key();
        bytes += key.size() + cursor.value().size();
        bytes += target.add(key, chain.upgrade(key, cursor.value()));
    }
    migration.position.assign(key.begin(), key.end());
    migration.records += done;
    progress = {migration.records, transaction.statistics(records).entries};
    store_entry(transaction, stored->name, entry);
    // Whoever has the table open in its old declaration is told by the change of the header.
    count_change(transaction);
    return on;
}

bool finish_migration(kv::WriteTransaction& transaction, const TableDescription& table, std::size_t max_key_bytes) {
    if (!migration_is_due(transaction, table)) return false;
    for (MigrationProgress progress; migrate_step(transaction, table, max_key_bytes, progress);) {
    }
    const StoredTable stored = *stored_table(transaction, table);
    NewRecords(transaction, table, stored.entry.id, max_key_bytes).finish();
    doubt_referrers(transaction, stored.name, stored.entry);
    for (const CatalogIndex& index : stored.entry.indexes)
        transaction.drop_tree(index_tree_name(stored.entry.id, index.id));
    store_entry(transaction, stored.name, migrated_entry(stored.entry, table));
    return true;
}

// Also what an older declaration has left, which this one would have begun anew.
bool abandon_migration(kv::WriteTransaction& transaction, const TableDescription& table) {
    std::optional<StoredTable> stored = stored_table(transaction, table);
    if (!stored || !stored->entry.migration || stored->entry.migration->to > table.evolution->version) return false;
    transaction.drop_tree(next_tree_name(stored->entry.id));
    stored->entry.migration.reset();
    ++stored->entry.version;
    store_entry(transaction, stored->name, stored->entry);
    count_change(transaction);
    return true;
}

}  // namespace cambium::detail

// Planning what a file needs to agree with declarations, and doing it. Nothing is written while there is a
// difference that cannot be applied.
#include "typed/schema.hpp"

#include <algorithm>

#include "cambium/base/error.hpp"
#include "typed/change_log.hpp"
#include "typed/comparison.hpp"
#include "typed/index_build.hpp"
#include "typed/migration.hpp"
#include "typed/new_records.hpp"
#include "typed/rewrite.hpp"
#include "typed/rules.hpp"
#include "typed/sentence.hpp"
#include "typed/table_claim.hpp"

namespace cambium::detail {
namespace {

void apply_table(kv::WriteTransaction& transaction, TablePlan& plan, CatalogHeader& header,
                 std::size_t max_key_bytes, const ProgressFunction& progress, Timestamp now) {
    const TableDescription& table = *plan.description;
    CatalogTable& entry = plan.entry;
    bool logged_before = false;
    if (plan.is_new) {
        entry.id = header.next_table_id++;
    } else {
        // A table that was renamed before this one may be among those that refer to it.
        const std::string_view name = plan.stored_name.empty() ? table.name : std::string_view(plan.stored_name);
        if (const std::optional<ByteView> bytes = stored_entry(transaction, name)) {
            const CatalogTable stored = decode_entry(*bytes, name);
            entry.referrers = stored.referrers;
            logged_before = stored.keeps_log;
        }
        ++entry.version;
    }
    if (!plan.stored_name.empty()) rename_entry(transaction, plan.stored_name, table.name, entry);
    if (plan.rewrites || plan.rekeyed) {
        rewrite_records(transaction, table, entry.id, plan.stored_fields, max_key_bytes, progress);
    }
    const kv::Tree records = transaction.create_tree(records_tree_name(entry.id));
    if (table.extras->log.keeps) {
        if (!logged_before) log_gap(transaction, entry.id, now);
        transaction.create_tree(log_tree_name(entry.id));
    }
    for (const CatalogIndex& index : plan.old_indexes) transaction.drop_tree(index_tree_name(entry.id, index.id));
    std::vector<EmptyIndex> empty;
    for (const std::size_t position : plan.new_indexes) {
        CatalogIndex& index = entry.indexes[position];
        index.id = entry.next_index_id++;
        empty.push_back({position, transaction.create_tree(index_tree_name(entry.id, index.id))});
    }
    if (!empty.empty() && !plan.is_new) {
        GivingWay giving_way{now, {}};
        build_indexes(transaction, table, records, empty, max_key_bytes, progress, kGatheredBytes, &giving_way);
        plan.expired = std::move(giving_way.keys);
    }
    store_entry(transaction, table.name, entry);
}

std::string type_of(const CatalogTable& table, std::string_view field) {
    const auto found = std::find_if(table.fields.begin(), table.fields.end(),
                                    [&](const CatalogField& one) { return one.name == field; });
    return found == table.fields.end() ? std::string() : found->type;
}

std::string joined(const std::vector<std::string>& types) {
    std::string text;
    for (const std::string& type : types) text += (text.empty() ? "" : ", ") + type;
    return "(" + text + ")";
}

/// The types of the columns of a foreign key; each may be optional.
std::vector<std::string> column_types(const TablePlan& table, const ForeignKeyDescription& key) {
    std::vector<std::string> types;
    for (const ColumnDescription& column : table.description->indexes[key.index].columns) {
        std::string& type = types.emplace_back(type_of(table.entry, column.name));
        if (type.starts_with("optional<")) type = type.substr(9, type.size() - 10);
    }
    return types;
}

std::vector<std::string> key_types(const CatalogTable& table) {
    std::vector<std::string> types = table.key_types;
    for (const std::string& column : table.key) types.push_back(type_of(table, column));
    return types;
}

/// Foreign keys refer to tables that are opened with them: whoever writes the one has to read the other. That the
/// types fit is known of declarations that were compiled.
void find_targets(SchemaPlan& plan) {
    for (const TablePlan& table : plan.tables) {
        for (const ForeignKeyDescription& key : table.description->rules->foreign_keys) {
            const std::string_view name = key.target(key);
            const auto target = std::find_if(plan.tables.begin(), plan.tables.end(), [&](const TablePlan& other) {
                return other.description->name == name;
            });
            if (target == plan.tables.end()) {
                plan.differences.push_back(foreign_key_text(*table.description, key) + ": it refers to table \"" +
                                           std::string(name) +
                                           "\", which is not opened with it; add it to Database::open<...>()");
            } else if (key.context != nullptr && column_types(table, key) != key_types(target->entry)) {
                plan.differences.push_back(foreign_key_text(*table.description, key) + ": its columns are " +
                                           joined(column_types(table, key)) + ", and the primary key of table \"" +
                                           std::string(name) + "\" is " + joined(key_types(target->entry)));
            }
        }
    }
}

/// Verifies new rules and foreign keys of one table, when every table is there.
void verify_table(const kv::Transaction& transaction, const SchemaPlan& plan, const TablePlan& table,
                  Timestamp now) {
    if (table.is_new || (table.new_rules.empty() && table.new_foreign_keys.empty())) return;
    std::vector<const RuleDescription*> rules;
    for (const std::size_t i : table.new_rules) rules.push_back(&table.description->rules->records[i]);
    std::vector<ForeignKeyToVerify> keys;
    for (const std::size_t i : table.new_foreign_keys) {
        const ForeignKeyDescription& key = table.description->rules->foreign_keys[i];
        const auto target = std::find_if(plan.tables.begin(), plan.tables.end(), [&](const TablePlan& other) {
            return other.description->name == key.target(key);
        });
        // Expired records leave others that refer to nothing, in a table that is as it should be.
        const bool expires = target->description->extras->expiry.time != nullptr;
        const auto& known = table.known_foreign_keys;
        if (expires && key.on_erase == OnErase::refuse && std::find(known.begin(), known.end(), i) != known.end())
            continue;
        keys.push_back({&key, transaction.tree(records_tree_name(target->entry.id))});
    }
    verify_records(transaction, *table.description, transaction.tree(records_tree_name(table.entry.id)), rules,
                   keys, now);
}

/// Alters what the entry of a table says of who refers to it.
template <class Alter>
void change_referrers(kv::WriteTransaction& transaction, const std::string& target, Alter&& alter) {
    const std::optional<ByteView> bytes = stored_entry(transaction, target);
    if (!bytes) return;
    CatalogTable entry = decode_entry(*bytes, target);
    alter(entry.referrers);
    ++entry.version;
    store_entry(transaction, target, entry);
}

void forget_referrer(kv::WriteTransaction& transaction, const std::string& target,
                     const CatalogReferrer& referrer) {
    change_referrers(transaction, target, [&](std::vector<CatalogReferrer>& referrers) {
        referrers.erase(std::remove(referrers.begin(), referrers.end(), referrer), referrers.end());
    });
}

/// Tells the tables referred to, which may be others than those that are opened, who refers to them.
void store_referrers(kv::WriteTransaction& transaction, const TablePlan& table) {
    const std::string name(table.description->name);
    for (const CatalogForeignKey& key : table.old_foreign_keys)
        forget_referrer(transaction, key.target, {name, key.name});
    for (const std::size_t i : table.new_foreign_keys) {
        const CatalogForeignKey& key = table.entry.foreign_keys[i];
        const CatalogReferrer referrer{name, key.name};
        change_referrers(transaction, key.target, [&](std::vector<CatalogReferrer>& referrers) {
            // It is there already when the table referred to was renamed.
            if (std::find(referrers.begin(), referrers.end(), referrer) == referrers.end())
                referrers.push_back(referrer);
        });
    }
}

void plan_creation(TablePlan& table) {
    table.is_new = true;
    table.changed = true;
    for (std::size_t i = 0; i < table.description->indexes.size(); ++i) table.new_indexes.push_back(i);
    for (std::size_t i = 0; i < table.entry.foreign_keys.size(); ++i) table.new_foreign_keys.push_back(i);
    table.changes.push_back(table_text(*table.description) + ": is created");
}

void plan_table(TablePlan& table, const CatalogTable& stored, std::vector<std::string>& differences) {
    try {
        if (migration_is_due(stored, *table.description)) {
            table.changes.push_back(table_text(*table.description) + ": is migrated from version " +
                                    std::to_string(stored.schema_version) + " to version " +
                                    std::to_string(table.description->evolution->version));
            compare_table(table, migrated_entry(stored, *table.description), differences);
            table.changed = true;
            return;
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::schema) throw;
        differences.emplace_back(error.what());
        return;
    }
    table.stored_fields = stored.fields;
    compare_table(table, stored, differences);
}

}  // namespace

bool SchemaPlan::changes_anything() const noexcept {
    return std::any_of(tables.begin(), tables.end(), [](const TablePlan& table) { return table.changed; });
}

bool SchemaPlan::completes_anything() const noexcept {
    return std::any_of(tables.begin(), tables.end(), [](const TablePlan& table) { return table.completes; });
}

SchemaPlan plan_schema(const kv::Transaction& transaction, std::span<const TableDescription* const> tables) {
    SchemaPlan plan;
    std::vector<TableClaim> claims;
    for (const TableDescription* const description : tables) claims.push_back(claim_of(*description, transaction));
    plan.differences = resolve_claims(claims);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const TableDescription* const description = tables[i];
        TablePlan& table = plan.tables.emplace_back();
        table.description = description;
        table.entry = declared_entry(*description);
        if (!claims[i].is_clear()) continue;
        const std::string_view stored_name = claims[i].names.empty() ? std::string_view() : claims[i].names.front();
        const std::optional<ByteView> bytes =
            claims[i].names.empty() ? std::nullopt : stored_entry(transaction, stored_name);
        if (!bytes && description->stored_entry.empty()) {
            plan_creation(table);
            continue;
        }
        if (!bytes) {
            plan.differences.push_back(table_text(*description) +
                                       " is not in the file any more; read the catalog again");
            continue;
        }
        const CatalogTable stored = decode_entry(*bytes, stored_name);
        if (!description->stored_entry.empty()) {
            if (same_declaration(*bytes, description->stored_entry, stored_name)) {
                table.entry = stored;
            } else {
                plan.differences.push_back(
                    table_text(*description) +
                    " was changed since its description was read from the catalog; read it again");
            }
            continue;
        }
        if (stored_name != description->name) {
            table.stored_name = stored_name;
            table.changes.push_back("table \"" + table.stored_name + "\": is renamed \"" +
                                    std::string(description->name) + "\"");
        }
        plan_table(table, stored, plan.differences);
    }
    find_targets(plan);
    return plan;
}

SchemaPlan plan_new(std::span<const TableDescription* const> tables) {
    SchemaPlan plan;
    for (const TableDescription* const description : tables) {
        TablePlan& table = plan.tables.emplace_back();
        table.description = description;
        table.entry = declared_entry(*description);
        plan_creation(table);
    }
    find_targets(plan);
    return plan;
}

void rename_entry(kv::WriteTransaction& transaction, std::string_view from, std::string_view to,
                  CatalogTable& entry) {
    erase_entry(transaction, from);
    const auto update = [&](CatalogTable& other) {
        for (CatalogForeignKey& key : other.foreign_keys)
            if (key.target == from) key.target = to;
        for (CatalogReferrer& referrer : other.referrers)
            if (referrer.table == from) referrer.table = to;
    };
    std::vector<std::pair<std::string, CatalogTable>> others;
    each_entry(transaction, [&](ByteView name, ByteView bytes) {
        others.emplace_back(std::string(name), decode_entry(bytes, name));
    });
    for (auto& [name, other] : others) {
        const CatalogTable before = other;
        update(other);
        if (other == before) continue;
        ++other.version;
        store_entry(transaction, name, other);
    }
    update(entry);
}

void forget_references(kv::WriteTransaction& transaction, std::string_view name, const CatalogTable& entry) {
    for (const CatalogForeignKey& key : entry.foreign_keys)
        forget_referrer(transaction, key.target, {std::string(name), key.name});
}

void drop_trees(kv::WriteTransaction& transaction, const CatalogTable& entry) {
    for (const std::string& tree : {records_tree_name(entry.id), next_tree_name(entry.id), log_tree_name(entry.id)})
        transaction.drop_tree(tree);
    for (const CatalogIndex& index : entry.indexes) transaction.drop_tree(index_tree_name(entry.id, index.id));
}

void refuse_differences(const SchemaPlan& plan) {
    if (plan.differences.empty()) return;
    std::string text;
    for (const std::string& difference : plan.differences) {
        if (!text.empty()) text += '\n';
        text += difference;
    }
    throw Error(ErrorCode::schema, text);
}

void refuse_changes(const SchemaPlan& plan, ByteView path) {
    std::string what;
    for (const TablePlan& table : plan.tables) {
        if (!table.changed || !what.empty()) continue;
        what = table_text(*table.description) +
               (table.is_new ? " is not in the file " : " differs from its declaration in the file ");
    }
    throw Error(ErrorCode::read_only,
                what.append(path).append(", which is opened read-only; open it once for writing"));
}

void complete_entries(kv::WriteTransaction& transaction, const SchemaPlan& plan) {
    for (const TablePlan& table : plan.tables)
        if (table.completes) store_entry(transaction, table.description->name, table.entry);
}

void apply_schema(kv::WriteTransaction& transaction, SchemaPlan& plan, std::size_t max_key_bytes,
                  const ProgressFunction& progress, Timestamp now) {
    CatalogHeader header;
    if (const std::optional<ByteView> bytes = stored_header(transaction)) header = decode_header(*bytes);
    ++header.generation;
    complete_entries(transaction, plan);
    for (TablePlan& table : plan.tables) {
        if (table.changed) apply_table(transaction, table, header, max_key_bytes, progress, now);
    }
    for (const TablePlan& table : plan.tables) {
        if (!table.changed) continue;
        verify_table(transaction, plan, table, now);
        store_referrers(transaction, table);
    }
    store_header(transaction, header);
}

}  // namespace cambium::detail

// Opening a database and noticing that another opener has changed its tables. Opening looks in a snapshot first and
// takes the write lock only when something has to change.
#include "cambium/database.hpp"

#include <algorithm>
#include <utility>

#include "typed/catalog.hpp"
#include "typed/change_log.hpp"
#include "typed/dynamic_layout.hpp"
#include "typed/expiry.hpp"
#include "typed/migration.hpp"
#include "typed/read_back.hpp"
#include "typed/schema.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium {
namespace detail {
namespace {

std::unique_ptr<const NamedShape> indexed_fields(const TableDescription& table) {
    const EvolutionDescription& evolution = *table.evolution;
    if (evolution.decode_as == nullptr || evolution.shape().kind != codec::Kind::record) return nullptr;
    std::vector<std::string_view> wanted;
    for (const IndexDescription& index : table.indexes) {
        if (!index.predicate.empty()) return nullptr;
        for (const auto& columns : {index.columns, index.covered}) {
            for (const ColumnDescription& column : columns) {
                if (column.derived) return nullptr;
                wanted.push_back(column.name);
            }
        }
    }
    if (table.rules->row_version != nullptr) wanted.push_back(table.rules->row_version->name);
    auto shape = std::make_unique<NamedShape>(evolution.shape(), [&](std::string_view field) {
        return std::find(wanted.begin(), wanted.end(), field) == wanted.end() ? std::string_view() : field;
    });
    shape->skip_unknown();
    return shape;
}

/// Why the foreign keys of a table cannot be followed; null for one that is not open.
std::string why_not_followed(const TableState* table) {
    if (table == nullptr || table->description->context == nullptr)
        return "was not opened with this database: add it to Database::open<...>()";
    // A dynamic table that is only read does not have its foreign keys.
    return "is not kept here: " + static_cast<const DynamicLayout*>(table->description->context)->why_read_only();
}

/// Whether the same opening may succeed another time, on the same records.
bool may_pass(ErrorCode code) {
    switch (code) {
        case ErrorCode::cancelled:
        case ErrorCode::full:
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::busy:
        case ErrorCode::read_only:
        case ErrorCode::poisoned:
        case ErrorCode::outcome_unknown:
            return true;
        default:
            return false;
    }
}

void check_names(const kv::Environment& environment, std::span<const TableDescription* const> tables) {
    for (const TableDescription* const table : tables) check_table_name(table->name, environment.max_key_size());
}

}  // namespace

DatabaseState::DatabaseState(ByteView path, const kv::Options& options,
                             std::span<const TableDescription* const> tables, const ProgressFunction& progress,
                             ClockFunction clock)
    : environment_(kv::Environment::open(path, options)), tables_(tables.size()), clock_(clock) {
    check_names(environment_, tables);
    {
        const kv::ReadTransaction snapshot = environment_.begin_read();
        const SchemaPlan plan = plan_schema(snapshot, tables);
        refuse_differences(plan);
        if (!plan.changes_anything()) {
            load(snapshot, plan);
            if (!options.read_only && plan.completes_anything()) complete_catalog(tables);
            return;
        }
        if (options.read_only) refuse_changes(plan, path);
    }
    try {
        for (const TableDescription* const table : tables) migrate(*table, progress);
        apply(tables, progress);
    } catch (const Error& error) {
        if (!may_pass(error.code())) abandon_migrations(tables);
        throw;
    } catch (...) {
        abandon_migrations(tables);
        throw;
    }
}

// Another process may have changed the file meanwhile: looks again, now with the write lock.
void DatabaseState::apply(std::span<const TableDescription* const> tables, const ProgressFunction& progress) {
    kv::WriteTransaction writer = environment_.begin_write();
    bool has_migrated = false;
    for (const TableDescription* const table : tables)
        has_migrated = finish_migration(writer, *table, environment_.max_key_size()) || has_migrated;
    SchemaPlan plan = plan_schema(writer, tables);
    refuse_differences(plan);
    const Timestamp now = time();
    if (plan.changes_anything()) apply_schema(writer, plan, environment_.max_key_size(), progress, now);
    load(writer, plan);
    if (has_migrated || plan.changes_anything()) return commit_schema(std::move(writer), plan, now);
    // Somebody else has done it. Readers here do not see that before it is durable.
    writer.abort();
    environment_.sync();
}

// Whatever this throws is not what the caller has to know: the next opening goes on where the migration is.
void DatabaseState::abandon_migrations(std::span<const TableDescription* const> tables) noexcept {
    const auto migrates = [](const TableDescription* table) { return !table->evolution->migrations.empty(); };
    if (std::none_of(tables.begin(), tables.end(), migrates)) return;
    try {
        kv::WriteTransaction writer = environment_.begin_write();
        bool has_changed = false;
        for (const TableDescription* const table : tables)
            has_changed = abandon_migration(writer, *table) || has_changed;
        if (has_changed) writer.commit();
    } catch (const std::exception&) {
        return;
    }
}

// Nothing depends on it yet: where somebody else writes, or the disk is full, a later opening does it.
void DatabaseState::complete_catalog(std::span<const TableDescription* const> tables) {
    try {
        std::optional<kv::WriteTransaction> writer = environment_.try_begin_write();
        if (!writer) return;
        const SchemaPlan plan = plan_schema(*writer, tables);
        if (!plan.differences.empty() || plan.changes_anything()) return;
        complete_entries(*writer, plan);
        writer->commit();
    } catch (const Error&) {
        return;
    }
}

// What stood in the way of a new index is removed as any expired record is, now that the tables are loaded.
void DatabaseState::commit_schema(kv::WriteTransaction writer, const SchemaPlan& plan, Timestamp now) {
    WriteTransaction transaction = TransactionAccess::adopt(*this, std::move(writer), now);
    for (std::size_t i = 0; i < plan.tables.size(); ++i) {
        const TableHandle handle{&transaction, &tables_[i]};
        for (const std::string& key : plan.tables[i].expired)
            if (TransactionAccess::store(handle).contains(tables_[i].records, key)) remove_expired(handle, key);
    }
    transaction.commit();
}

void DatabaseState::migrate(const TableDescription& table, const ProgressFunction& progress) {
    if (table.evolution->migrations.empty() || !migration_is_due(environment_.begin_read(), table)) return;
    for (bool more = true; more;) {
        kv::WriteTransaction writer = environment_.begin_write();
        MigrationProgress state;
        more = migrate_step(writer, table, environment_.max_key_size(), state);
        writer.commit();
        if (!progress({table.name, state.done, state.total}) && more)
            throw Error(ErrorCode::cancelled,
                        table_text(table) + ": the migration was stopped after " + std::to_string(state.done) +
                            " of " + std::to_string(state.total) + " records; the next opening goes on there");
    }
}

void DatabaseState::change_table(ByteView name,
                                 const std::function<void(kv::WriteTransaction&, ByteView)>& change) {
    for (const TableState& table : tables_) {
        if (table.description->name != name) continue;
        throw Error(ErrorCode::misuse, "table \"" + std::string(name) +
                                           "\" is open here: open the file without it to drop or rename it");
    }
    kv::WriteTransaction writer = environment_.begin_write();
    if (!stored_entry(writer, name))
        throw Error(ErrorCode::not_found, "there is no table \"" + std::string(name) + "\" in the file");
    CatalogHeader header = decode_header(stored_header(writer).value_or(ByteView()));
    ++header.generation;
    change(writer, name);
    store_header(writer, header);
    writer.commit();
}

void DatabaseState::load(const kv::Transaction& transaction, const SchemaPlan& plan) {
    for (std::size_t i = 0; i < plan.tables.size(); ++i) {
        const TableDescription& description = *plan.tables[i].description;
        const CatalogTable& entry = plan.tables[i].entry;
        TableState& table = tables_[i];
        table.description = &description;
        table.id = entry.id;
        table.position = static_cast<std::uint32_t>(i);
        table.max_key_bytes = environment_.max_key_size();
        table.records = transaction.tree(records_tree_name(entry.id));
        for (const CatalogIndex& index : entry.indexes) {
            table.indexes.push_back(transaction.tree(index_tree_name(entry.id, index.id)));
        }
        table.indexed_fields = indexed_fields(description);
        table.reads_back = may_read_otherwise(description);
        if (description.extras->log.keeps) table.log = transaction.tree(log_tree_name(entry.id));
        if (description.extras->expiry.time != nullptr) expires_ = true;
        table.catalog_entry = stored_entry(transaction, description.name).value_or(ByteView());
    }
    link_foreign_keys();
    catalog_header_ = stored_header(transaction).value_or(ByteView());
}

void DatabaseState::link_foreign_keys() {
    const auto named = [this](std::string_view name) -> TableState* {
        for (TableState& table : tables_) {
            if (table.description->name == name) return &table;
        }
        return nullptr;
    };
    for (TableState& table : tables_) {
        for (const ForeignKeyDescription& key : table.description->rules->foreign_keys) {
            TableState& target = *named(key.target(key));  // plan_schema() has seen to it that it is there
            table.foreign_keys.push_back({&key, &target});
            target.referrers.push_back({&table, &key});
        }
    }
    const auto has_key = [](const TableState& table, std::string_view name) {
        return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                           [&](const ForeignKeyState& foreign) { return foreign.key->name == name; });
    };
    for (TableState& table : tables_) {
        for (const CatalogReferrer& referrer :
             decode_entry(table.catalog_entry, table.description->name).referrers) {
            if (const TableState* const open = named(referrer.table);
                open != nullptr && has_key(*open, referrer.foreign_key))
                continue;
            table.closed_referrers.push_back("table \"" + referrer.table + "\", foreign key \"" +
                                             referrer.foreign_key + "\" refers to it and " +
                                             why_not_followed(named(referrer.table)));
        }
    }
}

const TableState* DatabaseState::find(const TableDescription& description) const noexcept {
    for (const TableState& table : tables_) {
        if (table.description == &description) return &table;
    }
    return nullptr;
}

const TableState& DatabaseState::require(const TableDescription& description) const {
    if (const TableState* table = find(description)) return *table;
    throw Error(ErrorCode::misuse,
                table_text(description) + " was not opened with this database: add it to Database::open<...>()");
}

void DatabaseState::notice_changes(const kv::Transaction& transaction) {
    // A writer reads the state before its own commit, and that state may still be replaced when it rolls back.
    const std::uint64_t state = transaction.writable() ? transaction.id() - 1 : transaction.id();
    if (tables_.empty() || state <= checked_transaction_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(header_mutex_);
    const ByteView header = stored_header(transaction).value_or(ByteView());
    if (header != catalog_header_) {
        for (TableState& table : tables_) {
            const std::string_view name = table.description->name;
            const std::optional<ByteView> entry = stored_entry(transaction, name);
            if (!entry || !same_declaration(*entry, table.catalog_entry, name)) {
                table.stale.store(true, std::memory_order_relaxed);
            }
        }
        catalog_header_ = header;
    }
    if (state > checked_transaction_.load(std::memory_order_relaxed)) {
        checked_transaction_.store(state, std::memory_order_release);
    }
}

}  // namespace detail

Database::Database(ByteView path, const Options& options, std::span<const detail::TableDescription* const> tables,
                   const ProgressFunction& progress, ClockFunction clock)
    : state_(new detail::DatabaseState(path, options, tables, progress, clock)) {}

Database::Database(ByteView path, std::span<const DynamicTable> tables, const Options& options,
                   const ProgressFunction& progress, ClockFunction clock)
    : state_(nullptr) {
    std::vector<const detail::TableDescription*> descriptions;
    std::vector<std::shared_ptr<const void>> owners;
    for (const DynamicTable& table : tables) {
        for (const detail::TableDescription* const other : descriptions) {
            if (other->name != table.info().name) continue;
            throw Error(ErrorCode::invalid_argument, "two of the tables are named \"" + table.info().name + "\"");
        }
        descriptions.push_back(&detail::DynamicLayout::of(table).description());
        owners.push_back(detail::DynamicLayout::owner(table));
    }
    state_ = new detail::DatabaseState(path, options, descriptions, progress, clock);
    state_->keep(std::move(owners));
}

Database Database::open(ByteView path, std::span<const DynamicTable> tables, const Options& options,
                        ProgressFunction progress, ClockFunction clock) {
    return Database(path, tables, options, progress, clock);
}

Database& Database::operator=(Database&& other) noexcept {
    if (this != &other) {
        delete state_;
        state_ = std::exchange(other.state_, nullptr);
    }
    return *this;
}

Database::~Database() {
    delete state_;
}

ReadTransaction Database::begin_read() {
    return ReadTransaction(*state_, state_->environment().begin_read());
}

WriteTransaction Database::begin_write() {
    kv::WriteTransaction writer = state_->environment().begin_write();
    return WriteTransaction(*state_, std::move(writer), state_->time());
}

void Database::set_clock(ClockFunction clock) noexcept {
    state_->set_clock(clock);
}

SchemaReport Database::plan_tables(ByteView path, std::span<const detail::TableDescription* const> tables) {
    const auto report_of = [](detail::SchemaPlan plan) {
        SchemaReport report{{}, std::move(plan.differences)};
        for (detail::TablePlan& table : plan.tables)
            for (std::string& change : table.changes) report.changes.push_back(std::move(change));
        return report;
    };
    try {
        kv::Environment environment = kv::Environment::open(path, {.read_only = true});
        detail::check_names(environment, tables);
        return report_of(detail::plan_schema(environment.begin_read(), tables));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::not_found) throw;
        return report_of(detail::plan_new(tables));
    }
}

std::vector<std::string> Database::table_names() {
    std::vector<std::string> names;
    detail::each_entry(state_->environment().begin_read(),
                       [&](ByteView name, ByteView) { names.emplace_back(name); });
    return names;
}

void Database::drop_table(ByteView name) {
    state_->change_table(name, [](kv::WriteTransaction& writer, ByteView table) {
        const detail::CatalogTable entry = detail::decode_entry(*detail::stored_entry(writer, table), table);
        for (const detail::CatalogReferrer& referrer : entry.referrers) {
            if (referrer.table == table) continue;
            throw Error(ErrorCode::constraint, "table \"" + std::string(table) + "\" cannot be dropped: table \"" +
                                                   referrer.table + "\", foreign key \"" + referrer.foreign_key +
                                                   "\" refers to it");
        }
        detail::forget_references(writer, table, entry);
        detail::drop_trees(writer, entry);
        detail::erase_entry(writer, table);
    });
}

void Database::rename_table(ByteView from, ByteView to) {
    if (to.empty()) throw Error(ErrorCode::invalid_argument, "the name of a table is not empty");
    detail::check_table_name(to, state_->environment().max_key_size());
    state_->change_table(from, [&](kv::WriteTransaction& writer, ByteView table) {
        if (from == to) return;
        if (detail::stored_entry(writer, to)) {
            throw Error(ErrorCode::already_exists, "there is a table \"" + std::string(to) + "\" already");
        }
        detail::CatalogTable entry = detail::decode_entry(*detail::stored_entry(writer, table), table);
        detail::rename_entry(writer, from, to, entry);
        detail::store_entry(writer, to, entry);
    });
}

void Database::close() {
    state_->environment().close();
}

kv::Environment& Database::environment() {
    return state_->environment();
}

}  // namespace cambium

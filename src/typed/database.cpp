// Opening a database and noticing that another opener has changed its tables. Opening looks in a snapshot first and
// takes the write lock only when something has to change.
#include "cambium/database.hpp"

#include <utility>

#include "typed/catalog.hpp"
#include "typed/schema.hpp"
#include "typed/state.hpp"

namespace cambium {
namespace detail {

DatabaseState::DatabaseState(ByteView path, const kv::Options& options,
                             std::span<const TableDescription* const> tables)
    : environment_(kv::Environment::open(path, options)), tables_(tables.size()) {
    {
        const kv::ReadTransaction snapshot = environment_.begin_read();
        const SchemaPlan plan = plan_schema(snapshot, tables);
        refuse_differences(plan);
        if (!plan.changes_anything()) {
            load(snapshot, plan);
            return;
        }
        if (options.read_only) refuse_changes(plan, path);
    }
    // Another process may have changed the file meanwhile: look again, now with the write lock.
    kv::WriteTransaction writer = environment_.begin_write();
    SchemaPlan plan = plan_schema(writer, tables);
    refuse_differences(plan);
    if (plan.changes_anything()) {
        apply_schema(writer, plan, environment_.max_key_size());
        load(writer, plan);
        writer.commit();
    } else {
        load(writer, plan);
    }
}

void DatabaseState::load(const kv::Transaction& transaction, const SchemaPlan& plan) {
    for (std::size_t i = 0; i < plan.tables.size(); ++i) {
        const TableDescription& description = *plan.tables[i].description;
        const CatalogTable& entry = plan.tables[i].entry;
        TableState& table = tables_[i];
        table.description = &description;
        table.max_key_bytes = environment_.max_key_size();
        table.records = transaction.tree(records_tree_name(entry.id));
        for (const CatalogIndex& index : entry.indexes) {
            table.indexes.push_back(transaction.tree(index_tree_name(entry.id, index.id)));
        }
        table.catalog_entry = stored_entry(transaction, description.name).value_or(ByteView());
    }
    catalog_header_ = stored_header(transaction).value_or(ByteView());
}

const TableState* DatabaseState::find(const TableDescription& description) const noexcept {
    for (const TableState& table : tables_) {
        if (table.description == &description) return &table;
    }
    return nullptr;
}

void DatabaseState::notice_changes(const kv::Transaction& transaction) {
    // A writer reads the state before its own commit, and that state may still be replaced when it rolls back.
    const std::uint64_t state = transaction.writable() ? transaction.id() - 1 : transaction.id();
    if (tables_.empty() || state <= checked_transaction_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(header_mutex_);
    const ByteView header = stored_header(transaction).value_or(ByteView());
    if (header != catalog_header_) {
        for (TableState& table : tables_) {
            if (stored_entry(transaction, table.description->name) != ByteView(table.catalog_entry)) {
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

Database::Database(ByteView path, const Options& options, std::span<const detail::TableDescription* const> tables)
    : state_(new detail::DatabaseState(path, options, tables)) {}

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
    return WriteTransaction(*state_);
}

void Database::close() {
    state_->environment().close();
}

kv::Environment& Database::environment() {
    return state_->environment();
}

}  // namespace cambium

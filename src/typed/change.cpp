// One write of one record; the order of its steps is in change.hpp.
#include "typed/change.hpp"

#include <algorithm>
#include <thread>

#include "typed/change_log.hpp"
#include "typed/expiry.hpp"
#include "typed/foreign_keys.hpp"
#include "typed/read_back.hpp"
#include "typed/rules.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

/// Calls removed(i) for keys only in before, added(i) for entries that are not in before with the same value. Both
/// are sorted.
template <class Removed, class Added>
void compare_entries(const IndexEntries& before, const IndexEntries& after, Removed&& removed, Added&& added) {
    const bool same_value = before.value() == after.value();
    std::size_t b = 0;
    std::size_t a = 0;
    while (b < before.size() || a < after.size()) {
        const int order = b == before.size() ? 1 : a == after.size() ? -1 : before.key(b).compare(after.key(a));
        if (order < 0) {
            removed(b++);
        } else if (order > 0) {
            added(a++);
        } else {
            if (!same_value) added(a);
            ++b;
            ++a;
        }
    }
}

bool gains_entry(const WriteWorkspace::IndexChange& change) {
    bool gains = false;
    compare_entries(
        change.before, change.after, [](std::size_t) {}, [&](std::size_t) { gains = true; });
    return gains;
}

}  // namespace

void check_usable(const TableHandle& handle) {
    check_thread(handle);
    if (TransactionAccess::workspace(handle).broken) {
        throw Error(ErrorCode::misuse,
                    table_text(*handle.table->description) +
                        ": an earlier write of this transaction failed half way; roll it back and begin another");
    }
}

void check_key_size(const TableState& table, ByteView key) {
    if (key.size() > table.max_key_bytes) {
        throw primary_key_too_long(*table.description, key.size(), table.max_key_bytes);
    }
}

void check_rules(const TableDescription& table, ByteView key, const void* record) {
    for (const RuleDescription& rule : table.rules->records) {
        if (!rule.holds(rule, record)) throw rule_broken(table, rule, key);
    }
}

Change::Change(const TableHandle& handle, ByteView key)
    : handle_(handle),
      table_(*handle.table),
      description_(*table_.description),
      store_(TransactionAccess::writer(handle)),
      workspace_(TransactionAccess::workspace(handle)),
      key_(key) {
    check_usable(handle);
    if (workspace_.indexes.size() < description_.indexes.size()) {
        workspace_.indexes.resize(description_.indexes.size());
    }
}

std::optional<ByteView> Change::stored() const {
    return store_.get(table_.records, key_);
}

void* Change::decode_old(ByteView bytes) {
    void* scratch = workspace_.scratch_for(description_);
    decode_record(description_, key_, bytes, scratch);
    return scratch;
}

const void* Change::decode_indexed(ByteView bytes) {
    if (table_.indexed_fields == nullptr) return decode_old(bytes);
    void* scratch = workspace_.scratch_for(description_);
    try {
        description_.evolution->decode_as(table_.indexed_fields->shape(), bytes, scratch);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        throw record_does_not_decode(description_, key_, error);
    }
    return scratch;
}

void Change::emit_before(const void* record) {
    for (std::size_t i = 0; i < description_.indexes.size(); ++i)
        workspace_.indexes[i].before.list(description_.indexes[i], key_, record);
}

void Change::emit_after(const void* record) {
    for (std::size_t i = 0; i < description_.indexes.size(); ++i)
        workspace_.indexes[i].after.list(description_.indexes[i], key_, record);
}

void Change::encode(const void* record) {
    workspace_.record.clear();
    encode_record(description_, key_, record, workspace_.record);
}

const void* Change::as_read(const void* record) {
    if (!table_.reads_back) return record;
    void* scratch = workspace_.scratch_for(description_);
    read_back(description_, key_, workspace_.record, scratch);
    return scratch;
}

void Change::check_entry(std::size_t position, ByteView entry, bool has_null) const {
    const IndexDescription& index = description_.indexes[position];
    if (entry.size() > table_.max_key_bytes) {
        throw index_key_too_long(description_, index, key_, entry.size(), table_.max_key_bytes);
    }
    if (index.kind != IndexKind::unique || has_null) return;
    const std::optional<ByteView> value = store_.get(table_.indexes[position], entry);
    if (!value) return;
    const ByteView owner = owner_of(description_, index, *value);
    if (owner == key_) return;
    if (some_expired(handle_) && !live_bytes(handle_, owner)) {
        if (!workspace_.expired_give_way) throw InTheWay{std::string(owner)};
        std::vector<std::string>& gone = workspace_.gave_way;
        if (std::find(gone.begin(), gone.end(), owner) == gone.end()) gone.emplace_back(owner);
        return;
    }
    throw unique_taken(description_, index, entry, owner);
}

void Change::check_foreign_keys(const void* record) {
    workspace_.unmet.clear();
    for (std::size_t i = 0; i < table_.foreign_keys.size(); ++i) {
        const ForeignKeyState& foreign = table_.foreign_keys[i];
        if (!gains_entry(workspace_.indexes[foreign.key->index])) continue;
        if (refers_to_something(TransactionAccess::transaction(handle_), table_, foreign, key_, record,
                                workspace_.target))
            continue;
        if (!foreign.key->deferred) throw refers_to_nothing(table_, foreign, key_, workspace_.target);
        workspace_.unmet.push_back(i);
    }
}

void Change::check(const void* record) {
    check_rules(description_, key_, record);
    for (std::size_t i = 0; i < description_.indexes.size(); ++i) {
        const WriteWorkspace::IndexChange& change = workspace_.indexes[i];
        compare_entries(
            change.before, change.after, [](std::size_t) {},
            [&](std::size_t added) { check_entry(i, change.after.key(added), change.after.has_null(added)); });
    }
    check_foreign_keys(record);
}

void Change::apply_indexes() {
    WriteStatistics& statistics = workspace_.statistics;
    for (std::size_t i = 0; i < description_.indexes.size(); ++i) {
        const WriteWorkspace::IndexChange& change = workspace_.indexes[i];
        compare_entries(
            change.before, change.after,
            [&](std::size_t removed) {
                store_.erase(table_.indexes[i], change.before.key(removed));
                ++statistics.index_entries_erased;
            },
            [&](std::size_t added) {
                store_.put(table_.indexes[i], change.after.key(added), change.after.value());
                ++statistics.index_entries_written;
            });
    }
}

void Change::store_encoded(const void* record, std::optional<ByteView> old_bytes) {
    record = as_read(record);
    emit_after(record);
    check(record);

    const bool is_new = !old_bytes;
    ChangeGuard guard(workspace_);
    record_change(table_, workspace_, store_, is_new ? Operation::inserted : Operation::updated, key_, old_bytes,
                  workspace_.record);
    store_.put(table_.records, key_, workspace_.record);
    finish(guard, is_new);
}

void Change::finish(ChangeGuard& guard, bool is_new) {
    ++workspace_.statistics.records_written;
    apply_indexes();
    for (const std::size_t i : workspace_.unmet)
        add_pending(store_, workspace_, {PendingKind::record, table_.position, static_cast<std::uint32_t>(i)},
                    key_);
    if (is_new) workspace_.sequences.note(table_, store_, key_);
    guard.done();
}

// Whether the key is taken is found out by the call that stores the record: one way down the tree instead of two.
// A record that breaks a rule under a key that is taken is refused for the key.
void Change::insert(const void* record) {
    try {
        encode(record);
        record = as_read(record);
        emit_before(nullptr);
        emit_after(record);
        check(record);
    } catch (...) {
        if (stored()) throw key_taken(description_, key_);
        throw;
    }
    ChangeGuard guard(workspace_);
    bool stored_now = false;
    try {
        stored_now = store_.insert(table_.records, key_, workspace_.record);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::misuse) guard.done();  // of the transaction: nothing was changed
        throw;
    }
    if (!stored_now) {
        guard.done();
        throw key_taken(description_, key_);
    }
    record_change(table_, workspace_, store_, Operation::inserted, key_, std::nullopt, workspace_.record);
    finish(guard, true);
}

bool Change::write(const void* record, Expect expect) {
    check_key_size(table_, key_);
    if (expect == Expect::absent) {
        insert(record);
        return true;
    }
    const std::optional<ByteView> old_bytes = stored();
    if (old_bytes && expect == Expect::absent_or_nothing) return false;
    if (!old_bytes && expect == Expect::present_or_nothing) return false;

    encode(record);
    if (old_bytes && *old_bytes == workspace_.record) return true;
    emit_before(old_bytes && !description_.indexes.empty() ? decode_indexed(*old_bytes) : nullptr);
    store_encoded(record, old_bytes);
    return true;
}

// A version that began again would take an old record for a current one.
void Change::set_next_version(void* record, std::uint64_t stored) const {
    const RowVersionDescription& version = *description_.rules->row_version;
    version.set(record, stored + 1);
    if (version.get(record) <= stored) throw version_spent(description_, key_, stored);
}

bool Change::write_next_version(void* record, Expect expect) {
    const std::optional<ByteView> old_bytes = stored();
    if (!old_bytes || expect == Expect::absent || expect == Expect::absent_or_nothing) return write(record, expect);
    const RowVersionDescription& version = *description_.rules->row_version;
    const void* old_record = decode_indexed(*old_bytes);
    set_next_version(record, version.get(old_record));
    emit_before(old_record);
    encode(record);
    store_encoded(record, old_bytes);
    return true;
}

Swap Change::write_if_current(void* record) {
    const std::optional<ByteView> old_bytes = stored();
    if (!old_bytes) return Swap::absent;
    const RowVersionDescription& version = *description_.rules->row_version;
    const std::uint64_t given = version.get(record);
    const void* old_record = decode_indexed(*old_bytes);
    if (version.get(old_record) != given) return Swap::conflict;
    emit_before(old_record);
    try {
        set_next_version(record, given);
        encode(record);
        store_encoded(record, old_bytes);
    } catch (...) {
        version.set(record, given);
        throw;
    }
    return Swap::stored;
}

bool Change::patch(const RecordChange& change) {
    const std::optional<ByteView> old_bytes = stored();
    if (!old_bytes) return false;
    void* record = decode_old(*old_bytes);
    emit_before(record);
    change.apply(change.context, record);
    if (const RowVersionDescription* const version = description_.rules->row_version)
        set_next_version(record, version->get(record));
    encode(record);
    if (*old_bytes == workspace_.record) return true;
    store_encoded(record, old_bytes);
    return true;
}

bool Change::erase() {
    const std::optional<ByteView> old_bytes = stored();
    if (!old_bytes) return false;
    emit_before(description_.indexes.empty() ? nullptr : decode_indexed(*old_bytes));
    emit_after(nullptr);

    workspace_.sequences.note(table_, store_, key_);
    ChangeGuard guard(workspace_);
    record_change(table_, workspace_, store_, Operation::erased, key_, old_bytes, std::nullopt);
    store_.erase(table_.records, key_);
    ++workspace_.statistics.records_erased;
    apply_indexes();
    guard.done();
    return true;
}

}  // namespace cambium::detail

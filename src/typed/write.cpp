// The writes of single records, as the templates call them.
#include "cambium/writer.hpp"

#include <thread>

#include "typed/change.hpp"
#include "typed/expiry.hpp"
#include "typed/rules.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

/// Whether there is no record of this key, or an expired one, in a table that has expired ones. Who wants a record
/// to be there does not remove that then: without the tables that refer to it he may not.
bool gone_here(const TableHandle& handle, ByteView key) {
    if (!some_expired(handle)) return false;
    check_usable(handle);
    return !live_bytes(handle, key);
}

}  // namespace

void* WriteWorkspace::scratch_for(const TableDescription& description) {
    for (const ScratchRecord& candidate : scratch) {
        if (&candidate.description() == &description) return candidate.get();
    }
    return scratch.emplace_back(description).get();
}

void check_thread(const TableHandle& handle) {
    if (TransactionAccess::workspace(handle).thread == std::this_thread::get_id()) return;
    throw Error(ErrorCode::misuse, table_text(*handle.table->description) +
                                       ": a write transaction must stay on the thread that began it; this write "
                                       "came from another one");
}

bool write_record(const TableHandle& handle, ByteView key, const void* record, Expect expect) {
    if (expect == Expect::present_or_nothing && gone_here(handle, key)) return false;
    return write_among_expired(handle, key,
                               [&](const TableHandle& at) { return Change(at, key).write(record, expect); });
}

bool write_next_version(const TableHandle& handle, ByteView key, void* record, Expect expect) {
    if (expect == Expect::present_or_nothing && gone_here(handle, key)) return false;
    return write_among_expired(
        handle, key, [&](const TableHandle& at) { return Change(at, key).write_next_version(record, expect); });
}

Swap write_if_current(const TableHandle& handle, ByteView key, void* record) {
    if (gone_here(handle, key)) return Swap::absent;
    return write_among_expired(handle, key,
                               [&](const TableHandle& at) { return Change(at, key).write_if_current(record); });
}

void throw_conflict(const TableHandle& handle, ByteView key, const void* record) {
    const TableDescription& table = *handle.table->description;
    const ScratchRecord now(table);
    if (!read_record(handle, key, now.get())) throw Error(ErrorCode::conflict, table_text(table));
    throw version_conflict(table, key, table.rules->row_version->get(record),
                           table.rules->row_version->get(now.get()));
}

bool write_changed(const TableHandle& handle, ByteView key, void* record) {
    const TableDescription& description = *handle.table->description;
    std::string new_key(key);
    if (description.encode_key != nullptr) {
        new_key.clear();
        description.encode_key(record, new_key);
    }
    if (new_key != key) {
        throw Error(ErrorCode::constraint, table_text(description) + ": the update of " +
                                               key_text(description, key) + " changes its primary key to " +
                                               key_text(description, new_key) +
                                               "; erase the record and insert it under its new key");
    }
    if (description.rules->row_version == nullptr) {
        return write_record(handle, key, record, Expect::present_or_nothing);
    }
    return write_next_version(handle, key, record, Expect::present_or_nothing);
}

bool patch_record(const TableHandle& handle, ByteView key, const RecordChange& change) {
    if (gone_here(handle, key)) return false;
    return write_among_expired(handle, key, [&](const TableHandle& at) { return Change(at, key).patch(change); });
}

}  // namespace cambium::detail

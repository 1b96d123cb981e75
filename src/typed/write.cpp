// Writes of a table: the record and every index entry that it gains or loses, in one place.
//
// Order of every write: read the old record, work out old and new index entries, check sizes and unique indexes,
// encode the record; only then change trees. What fails before the first change leaves the transaction as it was.
// What fails after it (no memory, no disk) breaks the transaction: it can only be rolled back.
#include <optional>
#include <thread>

#include "cambium/writer.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

/// Marks the transaction broken unless every change was made.
class ChangeGuard {
public:
    explicit ChangeGuard(WriteWorkspace& workspace) noexcept : workspace_(workspace) { workspace_.broken = true; }
    ChangeGuard(const ChangeGuard&) = delete;
    ChangeGuard& operator=(const ChangeGuard&) = delete;
    ~ChangeGuard() = default;
    void done() noexcept { workspace_.broken = false; }

private:
    WriteWorkspace& workspace_;
};

/// Calls removed(i) for entries only in before, added(i) for entries only in after. Both are sorted.
template <class Removed, class Added>
void compare_entries(const IndexEntries& before, const IndexEntries& after, Removed&& removed, Added&& added) {
    std::size_t b = 0;
    std::size_t a = 0;
    while (b < before.size() || a < after.size()) {
        const int order = b == before.size() ? 1 : a == after.size() ? -1 : before.key(b).compare(after.key(a));
        if (order < 0) {
            removed(b++);
        } else if (order > 0) {
            added(a++);
        } else {
            ++b;
            ++a;
        }
    }
}

void emit(const IndexDescription& index, ByteView key, const void* record, IndexEntries& entries) {
    entries.start(index.kind, key);
    if (record == nullptr) return;
    index.emit(record, entries);
    entries.normalise();
}

/// One write: everything it needs to know, gathered before anything is changed.
class Change {
public:
    Change(const TableHandle& handle, ByteView key)
        : table_(*handle.table),
          description_(*table_.description),
          store_(TransactionAccess::writer(handle)),
          workspace_(TransactionAccess::workspace(handle)),
          key_(key) {
        check_thread(handle);
        if (workspace_.broken) {
            throw Error(
                ErrorCode::misuse,
                table_text(description_) +
                    ": an earlier write of this transaction failed half way; roll it back and begin another");
        }
    }

    void check_key_size() const {
        if (key_.size() > table_.max_key_bytes) {
            throw primary_key_too_long(description_, key_.size(), table_.max_key_bytes);
        }
    }

    /// The index entries before and after; either record may be absent.
    void gather(std::optional<ByteView> old_bytes, const void* record) {
        if (workspace_.indexes.size() < description_.indexes.size()) {
            workspace_.indexes.resize(description_.indexes.size());
        }
        const void* old_record = nullptr;
        if (old_bytes && !description_.indexes.empty()) {
            void* scratch = workspace_.scratch_for(description_);
            decode_record(description_, key_, *old_bytes, scratch);
            old_record = scratch;
        }
        for (std::size_t i = 0; i < description_.indexes.size(); ++i) {
            emit(description_.indexes[i], key_, old_record, workspace_.indexes[i].before);
            emit(description_.indexes[i], key_, record, workspace_.indexes[i].after);
        }
    }

    void check() const {
        for (std::size_t i = 0; i < description_.indexes.size(); ++i) {
            const WriteWorkspace::IndexChange& change = workspace_.indexes[i];
            compare_entries(
                change.before, change.after, [](std::size_t) {},
                [&](std::size_t added) { check_entry(i, change.after.key(added), change.after.has_null(added)); });
        }
    }

    void apply_indexes() {
        WriteStatistics& statistics = workspace_.statistics;
        for (std::size_t i = 0; i < description_.indexes.size(); ++i) {
            const WriteWorkspace::IndexChange& change = workspace_.indexes[i];
            const ByteView value = description_.indexes[i].kind == IndexKind::unique ? key_ : ByteView();
            compare_entries(
                change.before, change.after,
                [&](std::size_t removed) {
                    store_.erase(table_.indexes[i], change.before.key(removed));
                    ++statistics.index_entries_erased;
                },
                [&](std::size_t added) {
                    store_.put(table_.indexes[i], change.after.key(added), value);
                    ++statistics.index_entries_written;
                });
        }
    }

    [[nodiscard]] std::optional<ByteView> stored() const { return store_.get(table_.records, key_); }

    bool write(const void* record, Expect expect) {
        check_key_size();
        const std::optional<ByteView> old_bytes = stored();
        if (old_bytes && expect == Expect::absent) throw key_taken(description_, key_);
        if (old_bytes && expect == Expect::absent_or_nothing) return false;
        if (!old_bytes && expect == Expect::present_or_nothing) return false;

        workspace_.record.clear();
        encode_record(description_, key_, record, workspace_.record);
        if (old_bytes && *old_bytes == workspace_.record) return true;
        gather(old_bytes, record);
        check();

        ChangeGuard guard(workspace_);
        store_.put(table_.records, key_, workspace_.record);
        ++workspace_.statistics.records_written;
        apply_indexes();
        guard.done();
        return true;
    }

    bool erase() {
        const std::optional<ByteView> old_bytes = stored();
        if (!old_bytes) return false;
        gather(old_bytes, nullptr);

        ChangeGuard guard(workspace_);
        store_.erase(table_.records, key_);
        ++workspace_.statistics.records_erased;
        apply_indexes();
        guard.done();
        return true;
    }

    void truncate() {
        ChangeGuard guard(workspace_);
        store_.clear(table_.records);
        for (const kv::Tree index : table_.indexes) store_.clear(index);
        guard.done();
    }

private:
    void check_entry(std::size_t position, ByteView entry, bool has_null) const {
        const IndexDescription& index = description_.indexes[position];
        if (entry.size() > table_.max_key_bytes) {
            throw index_key_too_long(description_, index, key_, entry.size(), table_.max_key_bytes);
        }
        if (index.kind != IndexKind::unique || has_null) return;
        const std::optional<ByteView> owner = store_.get(table_.indexes[position], entry);
        if (owner && *owner != key_) throw unique_taken(description_, index, entry, *owner);
    }

    const TableState& table_;
    const TableDescription& description_;
    kv::WriteTransaction& store_;
    WriteWorkspace& workspace_;
    ByteView key_;
};

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
    return Change(handle, key).write(record, expect);
}

bool write_changed(const TableHandle& handle, ByteView key, const void* record) {
    const TableDescription& description = *handle.table->description;
    std::string new_key;
    description.encode_key(record, new_key);
    if (new_key != key) {
        throw Error(ErrorCode::constraint, table_text(description) + ": the update of " +
                                               key_text(description, key) + " changes its primary key to " +
                                               key_text(description, new_key) +
                                               "; erase the record and insert it under its new key");
    }
    return write_record(handle, key, record, Expect::present_or_nothing);
}

bool erase_record(const TableHandle& handle, ByteView key) {
    return Change(handle, key).erase();
}

void truncate(const TableHandle& handle) {
    Change(handle, {}).truncate();
}

}  // namespace cambium::detail

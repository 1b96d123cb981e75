// Erasing records, with what refers to them: one record, those of a query, all of a table.
//
// An erase that others refer to is a nested transaction. Records are erased and listed; then, from the list and not
// by recursion, whatever refers to them: it is erased and listed too (cascade), set to null, left to the commit
// (deferred) or remembered as a refusal. When the list is empty the refusals are looked at again: those whose
// records went along are none.
//
// An expired record that is removed goes the same way, but nobody can refuse what time has done: then what refers
// to it stays. Those that an erase meets are removed at once, and followed at its end.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cambium/key/key.hpp"
#include "cambium/writer.hpp"
#include "typed/change.hpp"
#include "typed/change_log.hpp"
#include "typed/expiry.hpp"
#include "typed/foreign_keys.hpp"
#include "typed/key_set.hpp"
#include "typed/rules.hpp"
#include "typed/sentence.hpp"
#include "typed/work_list.hpp"

namespace cambium::detail {
namespace {

/// A table that refers to another one is not open here, or not as it is now.
class NotOpen : public Error {
public:
    using Error::Error;
};

bool may_be_referred(const TableState& table) {
    return !table.referrers.empty() || !table.closed_referrers.empty();
}

/// Refuses what this database cannot do right: it has to know every table that refers to this one, as it is now.
void check_referrers(const TableState& table) {
    if (!table.closed_referrers.empty()) {
        throw NotOpen(ErrorCode::misuse, table_text(*table.description) + ": nothing can be erased, as " +
                                             table.closed_referrers.front());
    }
    for (const ReferrerState& referrer : table.referrers) {
        if (!referrer.table->stale.load(std::memory_order_relaxed)) continue;
        throw NotOpen(ErrorCode::schema, table_text(*referrer.table->description) + ", which refers to " +
                                             table_text(*table.description) +
                                             ", was changed by another opener of the file since this database was "
                                             "opened; open it again");
    }
}

/// Whether somebody wants to hear of every record.
bool is_followed(const TableState& table) {
    return table.description->extras->log.keeps || table.watchers.load() > 0;
}

bool is_referred(const kv::Transaction& store, const TableState& table, ByteView key) {
    for (const ReferrerState& referrer : table.referrers) {
        if (first_referrer(store, referrer, key)) return true;
    }
    return false;
}

/// One erase, of any number of records, in a nested transaction; or the removal of an expired record.
class Erasure {
public:
    enum class By { user, time };

    explicit Erasure(WriteTransaction& scope, By by = By::user)
        : scope_(scope),
          store_(TransactionAccess::writer(scope)),
          by_(by),
          erased_(store_, by == By::user ? "cambium.erased" : "cambium.erased_by_time"),
          refused_(store_, by == By::user ? "cambium.refused" : "cambium.refused_by_time"),
          expired_(store_, "cambium.expired") {}

    /// Erase a record and what goes with it. False when it is not there.
    bool erase(const TableState& table, ByteView key) {
        if (!erase_one(table, key)) return false;
        follow_all();
        return true;
    }

    /// Remove an expired record and do to what refers to it what is declared.
    void remove(const TableState& table, ByteView key) {
        remove_one(table, key);
        follow_all();
    }

    /// Calls act(erasure) for a removal by time, in a nested transaction. False, and all is as it was, when
    /// anything stands against it that is not the store's own and not a table that is not open.
    template <class Act>
    static bool within_reason(WriteTransaction& transaction, Act&& act) {
        try {
            WriteTransaction scope = transaction.begin_nested();
            Erasure erasure(scope, By::time);
            act(erasure);
            erasure.finish();
            scope.commit();
            return true;
        } catch (const NotOpen&) {
            throw;
        } catch (...) {
            if (is_store_trouble()) throw;
            return false;
        }
    }

    /// The second half of remove().
    void follow_removed(const TableState& table, ByteView key) {
        follow(table, key, true);
        follow_all();
    }

    /// Error{constraint} when something still refers to an erased record.
    void finish() {
        follow_expired();
        while (const std::optional<std::string> item = refused_.pop()) {
            ByteView rest = *item;
            const TableState& table = TransactionAccess::database(scope_).table(key::decode<std::uint32_t>(rest));
            const ReferrerState& referrer = table.referrers[key::decode<std::uint32_t>(rest)];
            while (const auto referring = live_referrer(referrer, rest)) {
                if (!follow_expired()) throw still_referred(table, rest, referrer, *referring);
            }
            follow_expired();
        }
    }

private:
    bool erase_one(const TableState& table, ByteView key) {
        check_referrers(table);
        if (!Change({&scope_, &table}, key).erase()) return false;
        remember(table, key, false);
        return true;
    }

    void remove_one(const TableState& table, ByteView key) {
        check_referrers(table);
        const std::string kept(key);  // it may lie in a tree that changes here
        remove_expired_alone({&scope_, &table}, kept);
        remember(table, kept, true);
    }

    void remember(const TableState& table, ByteView key, bool expired) {
        if (!is_referred(store_, table, key)) return;
        WorkList& list = expired && by_ == By::user ? expired_ : erased_;
        list.push(key::encode(table.position, expired).append(key));
    }

    /// Does to what refers to the expired records that an erase has removed on its way what is declared, unless
    /// something stands against it: they refuse no erase. False when there were none.
    bool follow_expired() {
        follow_all();
        bool some = false;
        while (const std::optional<std::string> item = expired_.pop()) {
            ByteView rest = *item;
            const auto position = key::decode<std::uint32_t>(rest);
            static_cast<void>(key::decode<bool>(rest));
            const TableState& table = TransactionAccess::database(scope_).table(position);
            static_cast<void>(
                within_reason(scope_, [&](Erasure& erasure) { erasure.follow_removed(table, rest); }));
            some = true;
        }
        return some;
    }

    void follow_all() {
        while (const std::optional<std::string> item = erased_.pop()) {
            ByteView rest = *item;
            const auto position = key::decode<std::uint32_t>(rest);
            const bool expired = key::decode<bool>(rest);
            follow(TransactionAccess::database(scope_).table(position), rest, expired);
        }
    }

    void follow(const TableState& table, ByteView key, bool expired) {
        for (std::size_t i = 0; i < table.referrers.size(); ++i) {
            const ReferrerState& referrer = table.referrers[i];
            if (expired && referrer.key->on_erase == OnErase::refuse) continue;
            for (;;) {
                const std::optional<std::string> referring = live_referrer(referrer, key);
                if (!referring) break;
                if (referrer.key->on_erase == OnErase::refuse) {
                    refuse(table, static_cast<std::uint32_t>(i), key);
                    break;
                }
                const bool followed = referrer.key->on_erase == OnErase::cascade
                                          ? erase_one(*referrer.table, *referring)
                                          : set_null(referrer, *referring, key);
                if (!followed)
                    throw_wrong_entry(*referrer.table, *referrer.key, *referring, "which is not in the table");
            }
        }
    }

    /// The first record that refers to the one with this key; those that have expired are removed on the way.
    std::optional<std::string> live_referrer(const ReferrerState& referrer, ByteView key) {
        const TableHandle handle{&scope_, referrer.table};
        for (;;) {
            std::optional<std::string> referring = first_referrer(store_, referrer, key);
            if (!referring || !some_expired(handle)) return referring;
            const std::optional<ByteView> bytes = store_.get(referrer.table->records, *referring);
            if (!bytes || !is_expired(handle, *referring, *bytes)) return referring;
            remove_one(*referrer.table, *referring);
        }
    }

    bool set_null(const ReferrerState& referrer, ByteView key, ByteView target) {
        const TableHandle handle{&scope_, referrer.table};
        struct Context {
            const ReferrerState& referrer;
            ByteView key;
            ByteView target;
        } context{referrer, key, target};
        const auto clear = [](void* raw, void* record) {
            const auto& at = *static_cast<const Context*>(raw);
            const ForeignKeyDescription& foreign = *at.referrer.key;
            std::string referred;
            if (!foreign.append_target(foreign, record, referred) || referred != at.target)
                throw_wrong_entry(*at.referrer.table, foreign, at.key, "which refers to another record or to none");
            foreign.clear(foreign, record);
        };
        for (;;) {
            try {
                if (!Change(handle, key).patch({clear, &context})) return false;
                break;
            } catch (const InTheWay& other) {
                remove_one(*referrer.table, other.key);
            }
        }
        check_null(referrer, key);
        return true;
    }

    /// A codec may read the null as a value: the record would go on referring to something, for ever.
    void check_null(const ReferrerState& referrer, ByteView key) {
        const TableDescription& table = *referrer.table->description;
        const std::optional<ByteView> bytes = store_.get(referrer.table->records, key);
        if (!bytes) return;
        const ScratchRecord record(table);
        decode_record(table, key, *bytes, record.get());
        std::string target;
        if (!referrer.key->append_target(*referrer.key, record.get(), target)) return;
        throw Error(ErrorCode::constraint, foreign_key_text(table, *referrer.key) + ": the record with " +
                                               key_text(table, key) + " cannot be set to null, as codec " +
                                               std::string(table.codec) + " reads a null as a value");
    }

    [[noreturn]] static void throw_wrong_entry(const TableState& table, const ForeignKeyDescription& key,
                                               ByteView referring, const char* what) {
        throw Error(ErrorCode::corrupt, index_text(*table.description, table.description->indexes[key.index]) +
                                            " has an entry for " + key_text(*table.description, referring) + ", " +
                                            what);
    }

    void refuse(const TableState& table, std::uint32_t number, ByteView key) {
        // What nobody has asked for is decided now.
        if (table.referrers[number].key->deferred && by_ == By::user) {
            add_pending(store_, TransactionAccess::workspace(scope_), {PendingKind::erased, table.position, number},
                        key);
        } else {
            refused_.push(key::encode(table.position, number).append(key));
        }
    }

    WriteTransaction& scope_;
    kv::WriteTransaction& store_;
    By by_;
    WorkList erased_;   ///< records to be followed
    WorkList refused_;  ///< refusals, to be looked at again
    WorkList expired_;  ///< expired records that an erase has removed: followed at its end, each by itself
};

/// Whether an erase of records of this table leads, over what refers to them, to records of the same table.
bool leads_back(const TableState& table) {
    std::vector<const TableState*> reached{&table};
    for (std::size_t i = 0; i < reached.size(); ++i) {
        for (const ReferrerState& referrer : reached[i]->referrers) {
            if (referrer.table == &table) return true;
            if (std::find(reached.begin(), reached.end(), referrer.table) == reached.end())
                reached.push_back(referrer.table);
        }
    }
    return false;
}

bool has_foreign_key(const TableState& table, OnErase action) {
    return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                       [&](const ForeignKeyState& foreign) { return foreign.key->on_erase == action; });
}

/// Whether records of the table may go along with those that are erased.
bool takes_along(const TableState& table) {
    return has_foreign_key(table, OnErase::cascade) && leads_back(table);
}

/// Whether index entries of records of the table that are not erased may move.
bool may_move_entries(const TableState& table) {
    return has_foreign_key(table, OnErase::set_null) && leads_back(table);
}

/// Whether a walk that erases what it meets would meet other records than one that only looks, or count others.
/// An entry that has gone before the walk was there does not count for a limit: those of a record in an index of
/// each<>, or of one that went along.
bool must_gather(const TableState& table, const Selection& selection) {
    if (takes_along(table)) return true;
    return selection.index != kRecords &&
           (selection.limit != std::numeric_limits<std::uint64_t>::max() || may_move_entries(table));
}

/// Erases what a selection leads to, one by one. The number of the records that it leads to.
std::uint64_t erase_each(const TableHandle& handle, const Selection& selection) {
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const TableHandle inner{&scope, handle.table};
    Erasure erasure(scope);
    std::uint64_t erased = 0;
    if (must_gather(*handle.table, selection)) {
        KeySet selected(TransactionAccess::writer(scope), "cambium.selected");
        {
            Scan scan(inner, selection);
            while (scan.next()) selected.add(std::string(scan.primary_key()));
        }
        erased = selected.finish();
        while (const std::optional<std::string> key = selected.pop())
            static_cast<void>(erasure.erase(*handle.table, *key));
    } else {
        Scan scan(inner, selection);
        while (scan.next()) erased += erasure.erase(*handle.table, scan.primary_key()) ? 1 : 0;
    }
    erasure.finish();
    scope.commit();
    return erased;
}

/// Error{misuse} unless a query is one of this table in this transaction; and what erasing needs.
void check_selected(const TableHandle& handle, const TableHandle& selected) {
    check_usable(handle);
    const TableState& table = *handle.table;
    if (selected.transaction != handle.transaction || selected.table != handle.table) {
        throw Error(ErrorCode::misuse,
                    table_text(*table.description) + ": erase() was given rows of another transaction or database");
    }
    if (may_be_referred(table)) check_referrers(table);
}

/// Erases every record, those that have expired too, which no walk shows: these first, as what goes with them is in
/// nobody's way then.
void erase_all(const TableHandle& handle) {
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const TableHandle inner{&scope, handle.table};
    static_cast<void>(erase_expired(inner, std::numeric_limits<std::uint64_t>::max()));
    static_cast<void>(erase_each(inner, {}));
    scope.commit();
}

bool erase_referred(const TableHandle& handle, ByteView key) {
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    Erasure erasure(scope);
    const bool erased = erasure.erase(*handle.table, key);
    erasure.finish();
    scope.commit();
    return erased;
}

}  // namespace

void remove_expired(const TableHandle& handle, ByteView key) {
    const TableState& table = *handle.table;
    if (may_be_referred(table)) check_referrers(table);
    if (!is_referred(TransactionAccess::store(handle), table, key)) return remove_expired_alone(handle, key);
    const std::string kept(key);
    WriteTransaction& transaction = TransactionAccess::transaction(handle);
    if (Erasure::within_reason(transaction, [&](Erasure& erasure) { erasure.remove(table, kept); })) return;
    remove_expired_alone(handle, kept);
}

bool erase_record(const TableHandle& handle, ByteView key) {
    check_usable(handle);
    const TableState& table = *handle.table;
    if (may_be_referred(table)) check_referrers(table);
    return write_among_expired(handle, key, [&](const TableHandle& at) {
        if (may_be_referred(table) && has_record(at, key) &&
            is_referred(TransactionAccess::store(at), table, key)) {
            return erase_referred(at, key);
        }
        return Change(at, key).erase();
    });
}

std::uint64_t erase_selected(const TableHandle& handle, const TableHandle& selected, const Selection& selection) {
    check_selected(handle, selected);
    const TableState& table = *handle.table;
    if (selection.high && selection.low >= *selection.high) return 0;  // an empty bound of the store is none
    const bool whole = selection.index == kRecords && selection.skip == 0 &&
                       selection.limit == std::numeric_limits<std::uint64_t>::max();
    const bool plain = table.indexes.empty() && !may_be_referred(table) && !is_followed(table);
    if (!whole || !plain) return erase_each(handle, selection);

    WriteWorkspace& workspace = TransactionAccess::workspace(handle);
    workspace.sequences.keep(table, TransactionAccess::writer(handle));
    ChangeGuard guard(workspace);
    const std::uint64_t erased = TransactionAccess::writer(handle).erase_range(
        table.records, selection.low, selection.high ? ByteView(*selection.high) : ByteView());
    workspace.statistics.records_erased += erased;
    guard.done();
    return erased;
}

std::uint64_t erase_keys(const TableHandle& handle, const TableHandle& selected, const SortedKeys& keys) {
    check_selected(handle, selected);
    WriteTransaction scope = TransactionAccess::transaction(handle).begin_nested();
    const TableHandle inner{&scope, handle.table};
    // Those that go along with others are counted too, so before the first one goes.
    const bool counts_first = takes_along(*handle.table);
    std::uint64_t erased = 0;
    if (counts_first)
        for (const std::string& key : keys) erased += has_record(inner, key) ? 1 : 0;
    Erasure erasure(scope);
    for (const std::string& key : keys) {
        const bool was_there = erasure.erase(*handle.table, key);
        if (was_there && !counts_first) ++erased;
    }
    erasure.finish();
    scope.commit();
    return erased;
}

void truncate(const TableHandle& handle) {
    check_usable(handle);
    const TableState& table = *handle.table;
    if (may_be_referred(table)) {
        check_referrers(table);
        for (const ReferrerState& referrer : table.referrers) {
            const bool others = referrer.table != &table;
            if (others && TransactionAccess::store(handle).statistics(referrer.table->records).entries > 0) {
                erase_all(handle);
                return;
            }
        }
    }
    kv::WriteTransaction& store = TransactionAccess::writer(handle);
    WriteWorkspace& workspace = TransactionAccess::workspace(handle);
    workspace.sequences.keep(table, store);
    ChangeGuard guard(workspace);
    record_change(table, workspace, store, Operation::truncated, {}, std::nullopt, std::nullopt);
    workspace.statistics.records_erased += store.statistics(table.records).entries;
    store.clear(table.records);
    for (const kv::Tree index : table.indexes) {
        workspace.statistics.index_entries_erased += store.statistics(index).entries;
        store.clear(index);
    }
    guard.done();
}

}  // namespace cambium::detail

// Foreign keys inside a write transaction.
#include "typed/foreign_keys.hpp"

#include <cstring>

#include "cambium/key/key.hpp"
#include "typed/expiry.hpp"
#include "typed/rules.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

constexpr ByteView kPendingTree = "cambium.pending";
constexpr std::size_t kNamedRows = 5;

std::optional<std::string> record_sentence(WriteTransaction& transaction, const TableState& table,
                                           const ForeignKeyState& foreign, ByteView key,
                                           const ScratchRecord& scratch) {
    const TableHandle handle{&transaction, &table};
    const std::optional<ByteView> bytes = TransactionAccess::store(handle).get(table.records, key);
    if (!bytes) return std::nullopt;
    decode_record(*table.description, key, *bytes, scratch.get());
    std::string target;
    if (is_expired(handle, scratch.get()) ||
        refers_to_something(transaction, table, foreign, key, scratch.get(), target)) {
        return std::nullopt;
    }
    return refers_to_nothing(table, foreign, key, target).what();
}

/// The first record that refers to the one with this key and has not expired. Changes nothing.
std::optional<std::string> first_live_referrer(WriteTransaction& transaction, const ReferrerState& referrer,
                                               ByteView key) {
    const TableHandle handle{&transaction, referrer.table};
    std::string prefix;
    referrer.key->append_prefix(*referrer.key, key, prefix);
    kv::Cursor cursor = TransactionAccess::store(handle).cursor(referrer.table->indexes[referrer.key->index]);
    for (bool on = cursor.seek(prefix); on && cursor.key().starts_with(prefix); on = cursor.next()) {
        const ByteView referring = cursor.key().substr(prefix.size());
        if (live_bytes(handle, referring)) return std::string(referring);
    }
    return std::nullopt;
}

std::optional<std::string> erased_sentence(WriteTransaction& transaction, const TableState& table,
                                           const ReferrerState& referrer, ByteView key) {
    if (live_bytes({&transaction, &table}, key)) return std::nullopt;
    const std::optional<std::string> referring = first_live_referrer(transaction, referrer, key);
    if (!referring) return std::nullopt;
    return still_referred(table, key, referrer, *referring).what();
}

Pending take_pending(ByteView& bytes) {
    Pending what{};
    if (bytes.size() < sizeof what)
        throw Error(ErrorCode::corrupt, "a foreign key left to the commit is cut short");
    std::memcpy(&what, bytes.data(), sizeof what);
    bytes.remove_prefix(sizeof what);
    return what;
}

}  // namespace

// Expired records of the other table are looked for beside the workspace, which knows of one table at a time: that
// of the record.
bool refers_to_something(WriteTransaction& transaction, const TableState& table, const ForeignKeyState& foreign,
                         ByteView key, const void* record, std::string& target) {
    target.clear();
    if (!foreign.key->append_target(*foreign.key, record, target)) return true;
    if (foreign.target == &table && target == key) return true;
    const TableHandle other{&transaction, foreign.target};
    const kv::Transaction& store = TransactionAccess::store(other);
    const std::optional<ByteView> bytes = store.get(foreign.target->records, target);
    if (!bytes) return false;
    return !find_expired(store, *foreign.target, TransactionAccess::time(other)) ||
           !is_expired(other, target, *bytes);
}

Error refers_to_nothing(const TableState& table, const ForeignKeyState& foreign, ByteView key, ByteView target) {
    const TableDescription& description = *table.description;
    const TableDescription& other = *foreign.target->description;
    return {ErrorCode::constraint, foreign_key_text(description, *foreign.key) + ": the record with " +
                                       key_text(description, key) + " refers to " + key_text(other, target) +
                                       ", which " + table_text(other) + " does not have"};
}

std::optional<std::string> first_referrer(const kv::Transaction& store, const ReferrerState& referrer,
                                          ByteView key) {
    std::string prefix;
    referrer.key->append_prefix(*referrer.key, key, prefix);
    kv::Cursor cursor = store.cursor(referrer.table->indexes[referrer.key->index]);
    if (!cursor.seek(prefix) || !cursor.key().starts_with(prefix)) return std::nullopt;
    return std::string(cursor.key().substr(prefix.size()));
}

Error still_referred(const TableState& table, ByteView key, const ReferrerState& referrer, ByteView referring_key) {
    const TableDescription& description = *table.description;
    return {ErrorCode::constraint,
            table_text(description) + ": " + key_text(description, key) + " cannot be erased, as " +
                foreign_key_text(*referrer.table->description, *referrer.key) +
                " refers to it in the record with " + key_text(*referrer.table->description, referring_key)};
}

void add_pending(kv::WriteTransaction& store, WriteWorkspace& workspace, const Pending& what, ByteView key) {
    const kv::Tree tree = store.create_tree(kPendingTree);
    std::string value(sizeof what, '\0');
    std::memcpy(value.data(), &what, sizeof what);
    value += key;
    store.append(tree, key::encode(workspace.pending), value);
    ++workspace.pending;
}

std::optional<std::string> check_pending(WriteTransaction& transaction) {
    const WriteWorkspace& workspace = TransactionAccess::workspace(transaction);
    if (workspace.pending == 0) return std::nullopt;
    kv::WriteTransaction& store = TransactionAccess::writer(transaction);
    const std::optional<kv::Tree> tree = store.find_tree(kPendingTree);
    if (!tree) return std::nullopt;

    const DatabaseState& database = TransactionAccess::database(transaction);
    std::string text;
    std::size_t rows = 0;
    std::optional<ScratchRecord> scratch;
    kv::Cursor cursor = store.cursor(*tree);
    while (rows <= kNamedRows && cursor.next()) {
        ByteView key = cursor.value();
        const Pending what = take_pending(key);
        const TableState& table = database.table(what.table);
        std::optional<std::string> sentence;
        if (what.kind == PendingKind::record) {
            if (!scratch || &scratch->description() != table.description) scratch.emplace(*table.description);
            sentence = record_sentence(transaction, table, table.foreign_keys[what.number], key, *scratch);
        } else {
            sentence = erased_sentence(transaction, table, table.referrers[what.number], key);
        }
        // A record written twice is one row.
        if (!sentence || text.find(*sentence) != std::string::npos) continue;
        if (rows < kNamedRows) {
            text += (rows == 0 ? "" : "\n") + *sentence;
        } else {
            text += "\nand more";
        }
        ++rows;
    }
    if (rows == 0) {
        store.drop_tree(kPendingTree);
        return std::nullopt;
    }
    return text;
}

}  // namespace cambium::detail

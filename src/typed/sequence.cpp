#include "typed/sequence.hpp"

#include <algorithm>

#include "cambium/base/error.hpp"
#include "cambium/key/key.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/writer.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

std::uint64_t stored_count(const TableState& table, const kv::Transaction& store) {
    const std::optional<kv::Tree> tree = store.find_tree(kSequencesTree);
    if (!tree) return 0;
    std::optional<ByteView> bytes = store.get(*tree, key::encode(table.id));
    return bytes ? key::decode<std::uint64_t>(*bytes) : 0;
}

std::uint64_t largest_stored(const TableState& table, const kv::Transaction& store) {
    kv::Cursor cursor = store.cursor(table.records);
    return cursor.last() ? table.description->extras->generator.number(cursor.key()) : 0;
}

}  // namespace

Sequence& Sequences::of(const TableState& table, const kv::Transaction& store) {
    for (Sequence& sequence : all_) {
        if (sequence.table == &table) return sequence;
    }
    const std::uint64_t count = std::max(stored_count(table, store), largest_stored(table, store));
    return all_.emplace_back(Sequence{&table, count, false});
}

void Sequences::note(const TableState& table, const kv::Transaction& store, ByteView key) {
    const GeneratorDescription& generator = table.description->extras->generator;
    if (generator.number == nullptr) return;
    const std::uint64_t number = generator.number(key);
    Sequence& sequence = of(table, store);
    // An equal number may have come from the table's last key, not from the stored count.
    if (number < sequence.largest) return;
    sequence.largest = number;
    sequence.changed = true;
}

void Sequences::keep(const TableState& table, const kv::Transaction& store) {
    if (table.description->extras->generator.number != nullptr) of(table, store).changed = true;
}

void Sequences::store(kv::WriteTransaction& store) const {
    for (const Sequence& sequence : all_) {
        if (!sequence.changed) continue;
        store.put(store.create_tree(kSequencesTree), key::encode(sequence.table->id),
                  key::encode(sequence.largest));
    }
}

std::uint64_t next_number(const TableHandle& handle) {
    check_thread(handle);
    const TableDescription& table = *handle.table->description;
    const std::uint64_t last =
        TransactionAccess::workspace(handle).sequences.of(*handle.table, TransactionAccess::writer(handle)).largest;
    if (last < table.extras->generator.largest) return last + 1;
    throw Error(ErrorCode::constraint, table_text(table) + ": every number up to " + std::to_string(last) +
                                           " has been given; its primary key " + columns_text(table.key_columns) +
                                           " needs a wider type");
}

void refuse_zero_key(const TableHandle& handle) {
    const TableDescription& table = *handle.table->description;
    throw Error(
        ErrorCode::invalid_argument,
        table_text(table) + ": a zero " + columns_text(table.key_columns) +
            " asks for the next one, which only insert() gives; every other write needs the key of a record");
}

}  // namespace cambium::detail

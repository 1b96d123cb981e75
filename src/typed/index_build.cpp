// Building an index from the records that its table already has.
#include <optional>

#include "typed/schema.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

void add_entries(kv::WriteTransaction& transaction, const TableDescription& table, const IndexDescription& index,
                 kv::Tree tree, const IndexEntries& entries, ByteView key, std::size_t max_key_bytes) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ByteView entry = entries.key(i);
        if (entry.size() > max_key_bytes) throw index_key_too_long(table, index, key, entry.size(), max_key_bytes);
        const bool unique = index.kind == IndexKind::unique;
        if (transaction.insert(tree, entry, unique ? key : ByteView())) continue;
        const std::optional<ByteView> owner = transaction.get(tree, entry);
        throw Error(ErrorCode::constraint,
                    std::string("the index cannot be built, as two records have the same columns; ") +
                        unique_taken(table, index, entry, owner.value_or(key)).what() + " and to " +
                        key_text(table, key));
    }
}

}  // namespace

void build_index(kv::WriteTransaction& transaction, const TableDescription& table, const IndexDescription& index,
                 kv::Tree records, kv::Tree entries_tree, std::size_t max_key_bytes) {
    const ScratchRecord scratch(table);
    IndexEntries entries;
    std::string key;
    kv::Cursor cursor = transaction.cursor(records);
    while (cursor.next()) {
        key = cursor.key();
        decode_record(table, key, cursor.value(), scratch.get());
        entries.start(index.kind, key);
        index.emit(scratch.get(), entries);
        entries.normalise();
        add_entries(transaction, table, index, entries_tree, entries, key, max_key_bytes);
    }
}

}  // namespace cambium::detail

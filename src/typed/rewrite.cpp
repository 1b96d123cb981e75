#include "typed/rewrite.hpp"

#include <algorithm>
#include <optional>

#include "cambium/base/error.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/codec/shape.hpp"
#include "typed/index_build.hpp"
#include "typed/named_shape.hpp"
#include "typed/new_records.hpp"
#include "typed/sentence.hpp"
#include "typed/state.hpp"

namespace cambium::detail {
namespace {

/// The name under which a field was stored.
std::string_view stored_name(std::string_view declared, const EvolutionDescription& evolution,
                             const std::vector<CatalogField>& stored) {
    const auto has = [&](std::string_view name) {
        return std::any_of(stored.begin(), stored.end(),
                           [&](const CatalogField& field) { return field.name == name; });
    };
    if (has(declared)) return declared;
    for (const RenamedDescription& renamed : evolution.renamed)
        if (renamed.to == declared && has(renamed.from)) return renamed.from;
    return declared;
}

/// Fields that are dropped are not among the unknown ones that a record keeps.
void forget_dropped(const EvolutionDescription& evolution, void* record) {
    const codec::RecordShape& shape = evolution.shape().record();
    if (shape.unknown == shape.count) return;
    const std::uint32_t offset = shape.offsets(record)[shape.unknown];
    Document& fields = reinterpret_cast<UnknownFields*>(static_cast<char*>(record) + offset)->fields;
    for (const std::string_view name : evolution.dropped)
        static_cast<void>(fields.is_object() && fields.erase(name));
}

}  // namespace

void rewrite_records(kv::WriteTransaction& transaction, const TableDescription& table, std::uint64_t table_id,
                     const std::vector<CatalogField>& stored, std::size_t max_key_bytes,
                     const ProgressFunction& progress) {
    const EvolutionDescription& evolution = *table.evolution;
    std::optional<NamedShape> shape;
    if (evolution.decode_as != nullptr && evolution.shape().kind == codec::Kind::record)
        shape.emplace(evolution.shape(),
                      [&](std::string_view declared) { return stored_name(declared, evolution, stored); });
    NewRecords target(transaction, table, table_id, max_key_bytes);
    const ScratchRecord record(table);
    std::string key;
    const kv::Tree records = transaction.tree(records_tree_name(table_id));
    WalkProgress walk(table, transaction.statistics(records).entries, progress);
    kv::Cursor cursor = transaction.cursor(records);
    while (cursor.next()) {
        key = cursor.key();
        if (!shape) {
            decode_record(table, key, cursor.value(), record.get());
        } else {
            try {
                evolution.decode_as(shape->shape(), cursor.value(), record.get());
            } catch (const Error& error) {
                throw Error(error.code(), table_text(table) + ", " + key_text(table, key) + ": " + error.what());
            }
            forget_dropped(evolution, record.get());
        }
        target.add(key, record.get());
        walk.step();
    }
    walk.done();
    target.finish();
}

}  // namespace cambium::detail

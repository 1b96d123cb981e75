// The catalog in the file; its layout is in catalog.hpp.
#include "typed/catalog.hpp"

#include "cambium/base/error.hpp"
#include "cambium/codec/cbor.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/readable.hpp"
#include "typed/type_text.hpp"

namespace cambium::detail {
namespace {

constexpr ByteView kHeaderKey = "header";
constexpr ByteView kEntryPrefix = "table/";

std::string entry_key(ByteView table_name) {
    return std::string(kEntryPrefix).append(table_name);
}

std::optional<ByteView> stored(const kv::Transaction& transaction, ByteView key) {
    const std::optional<kv::Tree> tree = transaction.find_tree(kCatalogTree);
    if (!tree) return std::nullopt;
    return transaction.get(*tree, key);
}

template <class Entry>
Entry decode(ByteView bytes, const std::string& what) {
    Entry entry;
    try {
        Cbor::decode(bytes, entry);
    } catch (const Error& error) {
        throw Error(ErrorCode::corrupt, "catalog, " + what + " does not decode: " + error.what());
    }
    return entry;
}

template <class Entry>
void store(kv::WriteTransaction& transaction, ByteView key, const Entry& entry) {
    std::string bytes;
    Cbor::encode(entry, bytes);
    transaction.put(transaction.create_tree(kCatalogTree), key, bytes);
}

}  // namespace

void check_table_name(ByteView name, std::size_t max_key_bytes) {
    const std::size_t most = max_key_bytes - kEntryPrefix.size();
    if (name.size() <= most) return;
    std::string text = "table ";
    append_text(text, name);
    throw Error(ErrorCode::schema, text + ": its name has " + std::to_string(name.size()) +
                                       " bytes, and in this store names of tables have " + std::to_string(most) +
                                       " at most; give it a shorter one");
}

std::string records_tree_name(std::uint64_t table_id) {
    return "cambium.table." + std::to_string(table_id);
}

std::string index_tree_name(std::uint64_t table_id, std::uint64_t index_id) {
    return "cambium.index." + std::to_string(table_id) + "." + std::to_string(index_id);
}

std::optional<ByteView> stored_header(const kv::Transaction& transaction) {
    return stored(transaction, kHeaderKey);
}

std::optional<ByteView> stored_entry(const kv::Transaction& transaction, ByteView table_name) {
    return stored(transaction, entry_key(table_name));
}

void each_entry(const kv::Transaction& transaction, const std::function<void(ByteView, ByteView)>& visit) {
    const std::optional<kv::Tree> tree = transaction.find_tree(kCatalogTree);
    if (!tree) return;
    kv::Cursor cursor = transaction.cursor(*tree);
    for (bool on = cursor.seek(kEntryPrefix); on && cursor.key().starts_with(kEntryPrefix); on = cursor.next()) {
        visit(cursor.key().substr(kEntryPrefix.size()), cursor.value());
    }
}

CatalogHeader decode_header(ByteView bytes) {
    return decode<CatalogHeader>(bytes, "its header");
}

CatalogTable decode_entry(ByteView bytes, ByteView table_name) {
    return decode<CatalogTable>(bytes, "the entry of table \"" + std::string(table_name) + "\"");
}

bool same_declaration(ByteView a, ByteView b, ByteView table_name) {
    if (a == b) return true;
    try {
        CatalogTable entry = decode_entry(a, table_name);
        CatalogTable other = decode_entry(b, table_name);
        if (entry.defaults.empty() || other.defaults.empty()) entry.defaults = other.defaults = {};
        if (entry.enums.empty() || other.enums.empty()) entry.enums = other.enums = {};
        for (CatalogTable* const one : {&entry, &other})
            each_type(*one, [](std::string& type) { type = as_records(type); });
        return entry == other;
    } catch (const Error&) {
        return false;
    }
}

void store_header(kv::WriteTransaction& transaction, const CatalogHeader& header) {
    store(transaction, kHeaderKey, header);
}

void store_entry(kv::WriteTransaction& transaction, ByteView table_name, const CatalogTable& table) {
    store(transaction, entry_key(table_name), table);
}

void erase_entry(kv::WriteTransaction& transaction, ByteView table_name) {
    transaction.erase(transaction.create_tree(kCatalogTree), entry_key(table_name));
}

}  // namespace cambium::detail

// The catalog: what a file says about its own tables.
//
// On disk (all trees of the typed layer have names that begin with "cambium."):
//
//   tree "cambium.catalog"
//       "header"            CBOR of CatalogHeader
//       "table/" + name     CBOR of CatalogTable
//   tree "cambium.table.<table id>"                 the records of a table
//       encoded primary key -> record, encoded by the table's codec
//   tree "cambium.index.<table id>.<index id>"      one index
//       ordered:                  encoded columns + encoded primary key -> nothing
//       unique, no null:          encoded columns                       -> encoded primary key
//       unique, a column is null: encoded columns + encoded primary key -> encoded primary key
//
// Keys are self-delimiting tuples (cambium/key/key.hpp), so that columns and primary key need no separator and a
// prefix of the columns is a prefix of the bytes. Trees carry ids, not names, so that renaming a table moves
// nothing. Ids of tables are counted in the header, ids of a table's indexes in its entry; none is used twice.
// Catalog entries are CBOR maps by field name: a field that a later version adds is ignored by this one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

inline constexpr ByteView kCatalogTree = "cambium.catalog";

struct CatalogHeader {
    std::uint64_t generation = 0;  ///< counts changes of any declaration
    std::uint64_t next_table_id = 1;
    friend bool operator==(const CatalogHeader&, const CatalogHeader&) = default;
};

struct CatalogField {
    std::string name;
    std::string type;
    friend bool operator==(const CatalogField&, const CatalogField&) = default;
};

struct CatalogIndex {
    std::uint64_t id = 0;
    std::string name;
    std::string kind;  ///< "unique" or "ordered"
    std::vector<std::string> columns;
    friend bool operator==(const CatalogIndex&, const CatalogIndex&) = default;
};

struct CatalogTable {
    std::uint64_t id = 0;
    std::uint64_t version = 1;  ///< counts changes of this declaration
    std::string codec;
    std::vector<CatalogField> fields;
    std::vector<std::string> key;  ///< columns of the primary key
    std::vector<CatalogIndex> indexes;
    std::uint64_t next_index_id = 1;
    friend bool operator==(const CatalogTable&, const CatalogTable&) = default;
};

[[nodiscard]] std::string records_tree_name(std::uint64_t table_id);
[[nodiscard]] std::string index_tree_name(std::uint64_t table_id, std::uint64_t index_id);

/// The catalog's header as stored, or nothing when there is no catalog.
[[nodiscard]] std::optional<ByteView> stored_header(const kv::Transaction& transaction);
/// The entry of a table as stored, or nothing.
[[nodiscard]] std::optional<ByteView> stored_entry(const kv::Transaction& transaction, ByteView table_name);

/// Every entry of a table as stored: name, bytes. They live until the transaction writes.
void each_entry(const kv::Transaction& transaction, const std::function<void(ByteView, ByteView)>& visit);

/// Decode; Error{corrupt} names the entry.
[[nodiscard]] CatalogHeader decode_header(ByteView bytes);
[[nodiscard]] CatalogTable decode_entry(ByteView bytes, ByteView table_name);

/// Write; creates the catalog when there is none.
void store_header(kv::WriteTransaction& transaction, const CatalogHeader& header);
void store_entry(kv::WriteTransaction& transaction, ByteView table_name, const CatalogTable& table);

}  // namespace cambium::detail

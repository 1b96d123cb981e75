// The catalog: what a file says about its own tables.
//
// On disk (all trees of the typed layer have names that begin with "cambium."):
//
//   tree "cambium.catalog"
//       "header"            CBOR of CatalogHeader
//       "table/" + name     CBOR of CatalogTable
//   tree "cambium.table.<table id>"                 the records of a table
//       encoded primary key -> record, encoded by the table's codec
//   tree "cambium.table.<table id>.next"            the same, in its next form, while a migration is under way
//   tree "cambium.index.<table id>.<index id>"      one index
//       ordered:                  columns + primary key -> covered fields
//       unique, no null:          columns               -> covered fields + primary key
//       unique, a column is null: columns + primary key -> covered fields + primary key
//   tree "cambium.sequences"                        see sequence.hpp
//   tree "cambium.log.<table id>"                   see change_log.hpp
//
// Columns, covered fields and primary keys are encoded as keys. A descending column has its bytes complemented, the
// text of an ignore_case column has a to z for A to Z. What an index holds is given by CatalogIndex alone, but for
// the code of functions; it is derived data, and one whose CatalogIndex differs from the declaration is built anew.
//
// Keys are self-delimiting tuples (cambium/key/key.hpp), so that columns and primary key need no separator and a
// prefix of the columns is a prefix of the bytes. Trees carry ids, not names, so that renaming a table moves
// nothing. Ids of tables are counted in the header, ids of a table's indexes in its entry; none is used twice.
// Catalog entries are CBOR maps by field name: a field that a later version adds is ignored by this one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

inline constexpr ByteView kCatalogTree = "cambium.catalog";
inline constexpr ByteView kExpiryIndex = "cambium.expiry";  ///< what ExpiresAt declares (cambium/expiry.hpp)

struct CatalogHeader {
    std::uint64_t generation = 0;  ///< counts changes of any declaration
    std::uint64_t next_table_id = 1;
    friend bool operator==(const CatalogHeader&, const CatalogHeader&) = default;
};

struct CatalogField {
    std::string name;
    std::string type;
    bool later = false;  ///< added when there were records, which read its default
    friend bool operator==(const CatalogField&, const CatalogField&) = default;
};

/// A column of an index, or a field that it covers.
struct CatalogColumn {
    std::string name;      ///< of the member, or of the function
    std::string type;      ///< of the value in the key
    bool derived = false;  ///< a function of the record, not a field
    bool each = false;     ///< an entry per element
    bool descending = false;
    bool ignore_case = false;
    friend bool operator==(const CatalogColumn&, const CatalogColumn&) = default;
};

struct CatalogIndex {
    std::uint64_t id = 0;
    std::string name;
    std::string kind;  ///< "unique" or "ordered"
    std::vector<CatalogColumn> key;
    std::string predicate;  ///< the function that says which records have entries; empty: all
    std::vector<CatalogColumn> covered;
    bool without_nulls = false;  ///< no entry for columns with a null among them
    std::uint64_t version = 1;
    friend bool operator==(const CatalogIndex&, const CatalogIndex&) = default;
};

/// What every record must satisfy.
struct CatalogRule {
    std::string name;  ///< of the field, or of the check
    std::string kind;  ///< "not null" or "check"
    std::uint32_t version = 0;
    friend bool operator==(const CatalogRule&, const CatalogRule&) = default;
};

/// Columns that refer to the primary key of a table; an index of the same name holds them.
struct CatalogForeignKey {
    std::string name;
    std::string target;  ///< name of the table referred to
    std::vector<std::string> columns;
    std::string on_erase;  ///< "restrict", "cascade" or "set null"
    bool deferred = false;
    friend bool operator==(const CatalogForeignKey&, const CatalogForeignKey&) = default;
};

/// A foreign key of another table, or of the same, that refers to this one: who opens this table alone knows of it.
struct CatalogReferrer {
    std::string table;
    std::string foreign_key;
    friend bool operator==(const CatalogReferrer&, const CatalogReferrer&) = default;
};

/// A migration that has begun (migration.hpp).
struct CatalogMigration {
    std::uint64_t to = 0;                ///< schema version
    std::uint64_t records = 0;           ///< migrated so far
    std::vector<std::uint8_t> position;  ///< key of the last of them
    std::vector<std::uint8_t> makes;     ///< what tells how it stores them, see migration.cpp
    friend bool operator==(const CatalogMigration&, const CatalogMigration&) = default;
};

/// The names of an enumeration that records, their key or an index hold.
struct CatalogEnum {
    std::string place;  ///< in a record (places.hpp), or "(key)", "(key 2)", "(index city, column 1)"
    std::map<std::string, std::int64_t> names;
    friend bool operator==(const CatalogEnum&, const CatalogEnum&) = default;
};

/// A field of a struct inside a record, added when there were records.
struct CatalogLateMember {
    std::string place;                ///< places.hpp
    std::vector<std::uint8_t> value;  ///< what those records read, as CBOR; empty: unknown
    friend bool operator==(const CatalogLateMember&, const CatalogLateMember&) = default;
};

struct CatalogTable {
    std::uint64_t id = 0;
    std::uint64_t version = 1;  ///< counts changes of this declaration
    std::string codec;
    std::vector<CatalogField> fields;
    std::vector<std::string> key;        ///< columns of the primary key
    std::vector<std::string> key_types;  ///< of a key outside the record; else empty
    std::vector<CatalogIndex> indexes;
    std::uint64_t next_index_id = 1;
    std::string generator;   ///< how primary keys are made: "auto_increment", "uuid", or empty
    bool keeps_log = false;  ///< every change is logged
    std::vector<CatalogRule> rules;
    std::string row_version;  ///< name of the field, or empty
    std::vector<CatalogForeignKey> foreign_keys;
    std::vector<CatalogReferrer> referrers;
    std::uint64_t schema_version = 1;  ///< SchemaVersion of the declaration
    std::optional<CatalogMigration> migration;
    /// The record that a declaration makes by default, as a CBOR map by field name; empty: unknown.
    std::vector<std::uint8_t> defaults;
    std::vector<CatalogLateMember> late_members;
    std::vector<CatalogEnum> enums;  ///< none: unknown, or there are none
    friend bool operator==(const CatalogTable&, const CatalogTable&) = default;
};

/// Calls visit(std::string&) with the name of every type in an entry.
template <class Visit>
void each_type(CatalogTable& table, Visit&& visit) {
    for (CatalogField& field : table.fields) visit(field.type);
    for (std::string& type : table.key_types) visit(type);
    for (CatalogIndex& index : table.indexes) {
        for (CatalogColumn& column : index.key) visit(column.type);
        for (CatalogColumn& column : index.covered) visit(column.type);
    }
}

/// Error{schema} for the name of a table that the catalog cannot hold, which shows how it begins.
void check_table_name(ByteView name, std::size_t max_key_bytes);

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

/// Whether two entries of a table as stored are of one declaration: one may be by an older version of Cambium, see
/// complete_entries(). An entry that does not decode is of none.
[[nodiscard]] bool same_declaration(ByteView a, ByteView b, ByteView table_name);

/// Write; creates the catalog when there is none.
void store_header(kv::WriteTransaction& transaction, const CatalogHeader& header);
void store_entry(kv::WriteTransaction& transaction, ByteView table_name, const CatalogTable& table);
void erase_entry(kv::WriteTransaction& transaction, ByteView table_name);

}  // namespace cambium::detail

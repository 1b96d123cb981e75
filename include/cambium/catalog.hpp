// The catalog as plain structs: what a store says about its own tables, for tools that have no declaration of them.
//
// Types are the names of cambium/codec/reflect.hpp: "u64", "optional<string>", "record{id:u64,email:string}".
// Thread rule: from any thread; the results are values.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium {
namespace kv {
class Transaction;
}

struct FieldInfo {
    std::string name{};
    std::string type{};
    friend bool operator==(const FieldInfo&, const FieldInfo&) = default;
};

/// A column of an index, or a field that it covers.
struct ColumnInfo {
    std::string name{};    ///< of the field, or of the function
    std::string type{};    ///< of one value in the key
    bool derived = false;  ///< what a function returns, not a field
    bool each = false;     ///< an entry per element
    bool descending = false;
    bool ignore_case = false;
    friend bool operator==(const ColumnInfo&, const ColumnInfo&) = default;
};

struct IndexInfo {
    std::string name{};
    bool unique = false;
    std::vector<ColumnInfo> columns{};
    std::string predicate{};  ///< the function that says which records have entries; empty: all have
    std::vector<ColumnInfo> covered{};
    bool without_nulls = false;
    std::uint64_t version = 1;
    friend bool operator==(const IndexInfo&, const IndexInfo&) = default;
};

/// What every record must satisfy.
struct RuleInfo {
    std::string name{};  ///< of the field, or of the check
    std::string kind{};  ///< "not null" or "check"
    std::uint32_t version = 0;
    friend bool operator==(const RuleInfo&, const RuleInfo&) = default;
};

/// Columns that refer to the primary key of a table. An index of the same name holds them.
struct ForeignKeyInfo {
    std::string name{};
    std::string target{};  ///< name of the table referred to
    std::vector<std::string> columns{};
    std::string on_erase{};  ///< "restrict", "cascade" or "set null"
    bool deferred = false;   ///< refused by the commit only
    friend bool operator==(const ForeignKeyInfo&, const ForeignKeyInfo&) = default;
};

/// The enumerators of an enumeration that records, their key or an index hold.
struct EnumInfo {
    /// In a record: "level", "in.level" in a struct, "list[].level", "map{}.level", "variant|1.level" of the second
    /// alternative. Else "(key)", "(key 2)" or "(index city, column 1)".
    std::string place{};
    std::vector<std::pair<std::string, std::int64_t>> names{};  ///< by name
    friend bool operator==(const EnumInfo&, const EnumInfo&) = default;
};

struct TableInfo {
    std::string name{};
    std::string codec{};
    std::vector<FieldInfo> fields{};       ///< in the order of the record
    std::vector<std::string> key{};        ///< the fields of the primary key
    std::vector<std::string> key_types{};  ///< of a key outside the record; else empty
    std::vector<IndexInfo> indexes{};      ///< those that the declaration names
    std::string generator{};               ///< how primary keys are made: "auto_increment", "uuid", or empty
    std::string expires_at{};              ///< the field that says when a record ends; empty: records stay
    bool keeps_log = false;                ///< whether every change is logged
    std::vector<RuleInfo> rules{};
    std::string row_version{};  ///< the field that counts the changes of a record, or empty
    std::vector<ForeignKeyInfo> foreign_keys{};
    std::uint64_t schema_version = 1;  ///< SchemaVersion of the declaration
    /// The record that the program makes by default, as a CBOR map by field name; empty: unknown. What a record
    /// reads that was stored before a field was added. With codec flatbuffers: what FlatBuffersSchema::wire says.
    std::string defaults{};
    std::uint64_t migrating_to = 0;  ///< the version of a migration that was left half way; 0: there is none
    std::vector<EnumInfo> enums{};   ///< none: unknown, or there are none
    friend bool operator==(const TableInfo&, const TableInfo&) = default;
};

/// The tables in the catalog that a transaction sees, in the order of their names; none when the store has no
/// catalog. Error{corrupt} for an entry that does not decode. O(catalog).
[[nodiscard]] std::vector<TableInfo> describe(const kv::Transaction& transaction);

/// The same of a store file, which is opened read-only for it. Errors are those of kv::Environment::open() and
/// Error{corrupt}.
[[nodiscard]] std::vector<TableInfo> describe(ByteView path);

/// A table as somebody declares it, and what that says of earlier declarations (cambium/evolution.hpp).
struct TableDeclaration {
    TableInfo table;
    std::vector<std::string> former_names{};                     ///< as RenamedTable
    std::vector<std::pair<std::string, std::string>> renamed{};  ///< fields as Renamed: name before, name now
    std::vector<std::string> dropped{};                          ///< fields as Dropped
    friend bool operator==(const TableDeclaration&, const TableDeclaration&) = default;
};

struct TableDifference {
    bool is_compatible = false;  ///< opening applies it; else it refuses
    std::string sentence{};      ///< names the table
    friend bool operator==(const TableDifference&, const TableDifference&) = default;
};

/// What Database::open() would do to a store that has the first tables, for a program that declares the second and
/// no Migration: all of it, in the order of the stored tables, then of the others. Records are not looked at: an
/// opening may still be refused for one that breaks a new rule or collides in a new unique index. Pure; O(tables
/// squared).
[[nodiscard]] std::vector<TableDifference> compare(const std::vector<TableInfo>& stored,
                                                   const std::vector<TableDeclaration>& declared);

}  // namespace cambium

// What a schema file declares, in the generator's own words. SchemaReader fills it; the writers only read it.
//
// Pointers between the parts stay valid as long as the Schema lives: every part sits in its own allocation.
// Plain data; no thread rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cambium::codegen {

/// One line of a doc comment per entry, as written after the three slashes.
using DocComment = std::vector<std::string>;

struct Enumerator {
    std::string name;
    std::string value;  ///< decimal
    DocComment doc;
};

/// Where a definition lives: the namespace's components and whether the main file, not an include, declares it.
struct Scope {
    std::vector<std::string> components;
    std::string file;  ///< the schema file, as the parser found it
    bool in_main_file = false;
};

struct Enum {
    std::string name;
    Scope scope;
    DocComment doc;
    std::string schema_type;  ///< the underlying type as FlatBuffers spells it: "ubyte"
    bool is_bit_flags = false;
    std::vector<Enumerator> values;
};

struct Record;
struct Union;

/// What one value is, apart from being optional or in a list.
enum class Kind : std::uint8_t {
    boolean,
    integer,
    floating,
    enumeration,
    text,
    structure,    ///< a FlatBuffers struct
    table,        ///< a nested FlatBuffers table
    uuid,         ///< sixteen bytes, from a struct or from [ubyte]
    fixed_bytes,  ///< `length` bytes, from a struct or from [ubyte]
    timestamp,    ///< nanoseconds in a long
    variant,      ///< a union: one of several records or strings, or nothing
};

/// How many values a field holds.
enum class Container : std::uint8_t { single, vector, array };

/// What an absent field reads as, and with it the C++ type: `std::optional<T>` or `T`.
enum class Absence : std::uint8_t {
    defaulted,  ///< T: the default of the schema, or an empty value
    null,       ///< std::optional<T>
    refused,    ///< T: a buffer without the field does not decode
};

struct Type {
    Kind kind = Kind::integer;
    std::string schema_type;            ///< scalars, as FlatBuffers spells them: "ulong"
    const Enum* enumeration = nullptr;  ///< of Kind::enumeration
    const Record* record = nullptr;  ///< of structure and table; of uuid and fixed_bytes when a struct holds them
    std::size_t length = 0;          ///< of uuid and fixed_bytes
    const Union* alternatives = nullptr;  ///< of variant
    const Record* nested = nullptr;       ///< bytes that are a buffer of it: nested_flatbuffer
};

struct UnionMember {
    std::string name;   ///< of its type number in the schema; what it holds may be called otherwise
    std::string value;  ///< the type number, decimal, from 1
    Type type;          ///< text, structure, table, uuid or fixed_bytes
    DocComment doc;
};

/// A union of the schema. In C++ it is a std::variant that begins with std::monostate, for NONE.
struct Union {
    std::string name;
    Scope scope;
    DocComment doc;
    std::vector<UnionMember> members;  ///< without NONE
    std::size_t position = 0;          ///< before which of the schema's records it may be written
    std::string obstacle{};            ///< as of a record
};

struct Field {
    std::string name;
    DocComment doc;
    Type type;
    Container container = Container::single;
    std::size_t array_length = 0;  ///< of Container::array
    Absence absence = Absence::defaulted;
    std::string default_value;  ///< scalars: one spelling of each, see try_parse(); empty for everything else
    std::size_t wire_size = 0;  ///< bytes inside the FlatBuffers table, which orders the fields there
    bool is_deprecated = false;
    bool is_flatbuffers_key = false;
    bool is_shared = false;
};

/// A struct or a table of the schema.
struct Record {
    std::string name;
    Scope scope;
    DocComment doc;
    std::vector<Field> fields;  ///< in the order of their ids, of which a union takes two
    bool is_struct = false;
    bool is_bytes = false;  ///< a struct that stands for a byte type and gets no aggregate of its own
    std::size_t force_align = 0;
    /// Why there is no C++ type for it, such as "it contains its own record"; empty: there is. Nothing that a table
    /// stores has an obstacle.
    std::string obstacle{};

    [[nodiscard]] const Field* find(const std::string& field_name) const {
        for (const Field& field : fields)
            if (field.name == field_name && !field.is_deprecated) return &field;
        return nullptr;
    }
};

/// A column of an index.
struct Column {
    std::string field;
    bool is_each = false;  ///< an entry per element of a list
    bool is_descending = false;
    bool ignores_case = false;
};

struct Index {
    std::string name;
    std::vector<Column> columns;
    bool is_unique = false;
    std::string predicate;  ///< a function of the user that says which records have entries; empty: all have
    std::vector<std::string> covered;
    bool is_without_nulls = false;
    std::string version;        ///< digits; empty: not given
    std::string declared_on{};  ///< the field that has the attribute; empty: the table has it
};

/// Columns that refer to the primary key of a table.
struct ForeignKey {
    std::string name;
    std::vector<std::string> columns;
    std::string target;  ///< name of the table
    std::string action;  ///< restrict, cascade or set_null; empty: not given, which is restrict
    bool is_deferred = false;
    std::string declared_on{};  ///< the field that has the attribute; empty: the table has it
};

/// A table of the store: a record with a name, a key, a codec and indexes.
struct Table {
    std::string name;      ///< as stored in the catalog: "customers"
    std::string cpp_name;  ///< Customers
    const Record* record = nullptr;
    std::string codec;        ///< flatbuffers, cbor, json or raw
    std::string compression;  ///< zstd, lz4, zlib, or empty
    std::vector<std::string> key;
    bool is_key_generated = false;
    std::string expires_at;  ///< a field; empty: records stay
    bool keeps_log = false;
    std::vector<std::pair<std::string, std::string>> log_limits;  ///< "changes", "bytes", "seconds" and digits
    std::vector<Index> indexes;
    std::vector<ForeignKey> foreign_keys;
    std::vector<std::string> not_null;                         ///< fields
    std::string row_version;                                   ///< a field, or empty
    std::vector<std::string> former_names;                     ///< of the table
    std::vector<std::pair<std::string, std::string>> renamed;  ///< fields: name before, name now
    std::vector<std::string> dropped;                          ///< fields of earlier declarations
    std::string schema_version;                                ///< digits; empty: not given
};

struct Include {
    std::string written;  ///< as the statement has it
    std::string file;     ///< as the parser found it
};

struct Schema {
    std::string source_name;  ///< the file's name without its folder: "shop.fbs"
    std::string stem;         ///< "shop"
    std::vector<std::unique_ptr<Enum>> enums;
    std::vector<std::unique_ptr<Record>> records;  ///< each after those it is made of, unless it contains itself
    std::vector<std::unique_ptr<Union>> unions;    ///< by position
    std::vector<Table> tables;
    std::vector<Table> included_tables;  ///< those of included files, which foreign keys may refer to
    /// Of each file of the parse, the files it includes. The main file is the entry named `main_file`.
    std::vector<std::pair<std::string, std::vector<Include>>> includes;
    std::string main_file;
    const Record* root = nullptr;
    std::string file_identifier;
    std::string file_extension;

    /// Those of the main file, then those of included ones.
    [[nodiscard]] std::vector<const Table*> all_tables() const {
        std::vector<const Table*> all;
        for (const auto* list : {&tables, &included_tables})
            for (const Table& table : *list) all.push_back(&table);
        return all;
    }

    /// A table of the main file or of an included one.
    [[nodiscard]] const Table* find_table(const std::string& table_name) const {
        for (const Table* table : all_tables())
            if (table->name == table_name) return table;
        return nullptr;
    }
};

}  // namespace cambium::codegen

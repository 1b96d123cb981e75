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
};

struct Field {
    std::string name;
    DocComment doc;
    Type type;
    Container container = Container::single;
    std::size_t array_length = 0;  ///< of Container::array
    Absence absence = Absence::defaulted;
    std::string default_value;  ///< scalars: decimal, "inf", "nan"; empty for everything else
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
    std::vector<Field> fields;  ///< in the order of their ids
    bool is_struct = false;
    bool is_bytes = false;  ///< a struct that stands for a byte type and gets no aggregate of its own
    std::size_t force_align = 0;

    [[nodiscard]] const Field* find(const std::string& field_name) const {
        for (const Field& field : fields)
            if (field.name == field_name && !field.is_deprecated) return &field;
        return nullptr;
    }
};

struct Index {
    std::string name;
    std::vector<std::string> columns;
    bool is_unique = false;
};

/// A table of the store: a record with a name, a key, a codec and indexes.
struct Table {
    std::string name;      ///< as stored in the catalog: "customers"
    std::string cpp_name;  ///< Customers
    const Record* record = nullptr;
    std::string codec;  ///< flatbuffers, cbor, json or raw
    std::vector<std::string> key;
    std::vector<Index> indexes;
};

struct Schema {
    std::string source_name;  ///< the file's name without its folder: "shop.fbs"
    std::string stem;         ///< "shop"
    std::vector<std::unique_ptr<Enum>> enums;
    std::vector<std::unique_ptr<Record>> records;  ///< each after those it is made of
    std::vector<Table> tables;
    /// Of each file of the parse, the files it includes. The main file is the entry named `main_file`.
    std::vector<std::pair<std::string, std::vector<std::string>>> includes;
    std::string main_file;
    const Record* root = nullptr;
    std::string file_identifier;
    std::string file_extension;
};

}  // namespace cambium::codegen

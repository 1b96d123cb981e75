// The type-erased description of a table: all that the compiled part of the typed layer knows of a record type.
//
// One constant TableDescription exists per Table declaration, built by table.hpp from function pointers that
// are generated per record type. Index upkeep, catalog and scans are compiled once and driven by it. The address
// of the description identifies the declaration.
//
// Thread rule: descriptions are constants. IndexEntries belongs to one transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/codec.hpp"
#include "cambium/extras.hpp"
#include "cambium/rules.hpp"

namespace cambium::codec {
struct Shape;
}

namespace cambium::detail {

enum class IndexKind : std::uint8_t {
    unique,   ///< columns -> covered fields + primary key; with a null the key ends in the primary key as well
    ordered,  ///< columns + primary key -> covered fields
};

struct IndexDescription;
struct TableDescription;

/// The name of a type in the catalog: made by a function when it is asked for, or a text that is there.
class TypeName {
public:
    using Shapes = std::span<const codec::Shape* const>;
    constexpr TypeName(std::string (*make)(), Shapes shapes) noexcept : make_(make), shapes_(shapes) {}
    constexpr explicit TypeName(std::string_view text) noexcept : text_(text) {}
    [[nodiscard]] std::string operator()() const { return make_ != nullptr ? make_() : std::string(text_); }
    /// Of a field: the shape of the type, where it has one. Of a column: those of the enumerations in it.
    [[nodiscard]] Shapes shapes() const noexcept { return shapes_; }

private:
    std::string (*make_)() = nullptr;
    Shapes shapes_{};
    std::string_view text_{};
};

/// The entries that one record has in one index: the keys of the index tree, and the value that all of them have.
/// Reused from record to record. An index may make any number of entries for a record.
class IndexEntries {
public:
    /// Make the entries of a record, sorted by key, each once; of none when the record is null. The views stay
    /// valid until the next call.
    void list(const IndexDescription& index, ByteView primary_key, const void* record);

    // For IndexDescription::emit.

    [[nodiscard]] const IndexDescription& index() const noexcept { return *index_; }

    /// The encoded columns of the entry that is being made. Empty at first.
    [[nodiscard]] std::string& columns() noexcept { return columns_; }
    /// The encoded covered fields of the record. Empty at first.
    [[nodiscard]] std::string& covered() noexcept { return value_; }
    /// An entry with these columns.
    void add(ByteView columns, bool has_null);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] ByteView key(std::size_t position) const noexcept;
    /// Whether one of the entry's columns is null: such an entry never collides in a unique index.
    [[nodiscard]] bool has_null(std::size_t position) const noexcept { return entries_[position].has_null; }
    [[nodiscard]] ByteView value() const noexcept { return value_; }

private:
    struct Entry {
        std::size_t begin;
        std::size_t end;
        bool has_null;
    };
    void normalise();

    std::string bytes_;
    std::vector<Entry> entries_;
    std::string columns_;
    std::string value_;
    ByteView primary_key_;
    const IndexDescription* index_ = nullptr;
};

struct FieldDescription {
    std::string_view name;
    TypeName type;  ///< the portable description of the field's type
};

/// A column of an index, or a field that it covers.
struct ColumnDescription {
    std::string_view name;  ///< of the member or function
    TypeName type;          ///< the portable description of the value's type
    bool derived = false;   ///< what a function returns
    bool each = false;      ///< an entry per element
    bool descending = false;
    bool ignore_case = false;
};

struct IndexDescription {
    std::string_view name;
    IndexKind kind;
    std::span<const ColumnDescription> columns;
    /// Adds the record's entries and appends its covered fields.
    void (*emit)(const void* record, IndexEntries& entries);
    /// Consumes the encoded columns from the front of an index key; Error{decode} when they are malformed.
    void (*skip)(const IndexDescription& index, ByteView& key);
    /// The same, and appends the values as text: `"London", 5`.
    void (*describe)(const IndexDescription& index, ByteView& key, std::string& out);
    std::string_view predicate{};  ///< the name of the function that says which records have entries; empty: all
    std::span<const ColumnDescription> covered{};
    /// Consumes the covered fields from the front of a value; null when there are none.
    void (*skip_covered)(const IndexDescription& index, ByteView& value) = nullptr;
    bool without_nulls = false;  ///< no entry for columns with a null among them
    std::uint64_t version = 1;
    const void* context = nullptr;  ///< of a table described at run time (src/typed/dynamic_layout.hpp)
};

struct RenamedDescription {
    std::string_view from;
    std::string_view to;
};

/// One step of a migration: from records of one version to those of the next.
struct MigrationDescription {
    std::uint64_t from = 0;
    std::string_view codec;  ///< of the old records
    std::span<const FieldDescription> fields;
    void* (*create)() = nullptr;
    void (*destroy)(void* record) noexcept = nullptr;
    /// Resets the old record to its defaults and decodes into it.
    void (*decode)(ByteView bytes, void* record) = nullptr;
    /// Sets a record of the next version.
    void (*upgrade)(const void* record, void* next) = nullptr;
    codec::Enumerators enumerators = codec::Enumerators::unsaid;  ///< of the old records
};

/// What a declaration says of earlier ones (evolution.hpp).
struct EvolutionDescription {
    std::span<const std::string_view> former_tables;
    std::uint64_t version = 1;
    std::span<const RenamedDescription> renamed;
    std::span<const std::string_view> dropped;
    std::span<const MigrationDescription> migrations;
    /// Decodes a record whose fields were stored under other names: those of a shape of the same fields. Null where
    /// the codec stores no names.
    void (*decode_as)(const codec::Shape& shape, ByteView bytes, void* record) = nullptr;
    const codec::Shape& (*shape)() = nullptr;
    /// Of a table described at run time: its default record, as a CBOR map by field name.
    std::string_view defaults{};
    /// What the types of the fields do not say of their bytes, see FlatBuffersSchema; empty: nothing, or unknown.
    std::string_view wire{};
};

inline constexpr EvolutionDescription kNoEvolution{};

struct TableDescription {
    std::string_view name;
    std::string_view codec;
    std::span<const FieldDescription> fields;
    std::span<const std::string_view> key_columns;
    std::span<const IndexDescription> indexes;
    void (*encode_key)(const void* record, std::string& out);
    void (*describe_key)(const TableDescription& table, ByteView& key, std::string& out);
    void (*encode_record)(const void* record, std::string& out);
    /// Resets the record to its defaults and decodes into it.
    void (*decode_record)(ByteView bytes, void* record);
    void* (*create_record)(const TableDescription& table);
    void (*destroy_record)(void* record) noexcept;
    const ExtrasDescription* extras = &kNoExtras;
    /// The types of a key that is outside the record, which then has no encode_key; else none.
    std::span<const TypeName> key_types{};
    const RulesDescription* rules = &kNoRules;
    const EvolutionDescription* evolution = &kNoEvolution;
    const void* context = nullptr;    ///< of a table described at run time (src/typed/dynamic_layout.hpp)
    std::string_view stored_entry{};  ///< the catalog's bytes, when the description was made from them
    bool codec_is_exact = false;      ///< what the codec says of itself (codec.hpp)
    codec::Enumerators enumerators = codec::Enumerators::unsaid;  ///< the same
};

}  // namespace cambium::detail

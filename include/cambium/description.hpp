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

namespace cambium::detail {

enum class IndexKind : std::uint8_t {
    unique,   ///< columns -> primary key; entries with a null carry the primary key in the key as well
    ordered,  ///< columns + primary key -> nothing
};

/// The entries that one record has in one index, as the keys of the index tree. Reused from record to record.
/// An index may make any number of entries for a record.
class IndexEntries {
public:
    /// Forget all entries; those that follow belong to a record with this primary key. The view must stay
    /// alive until the last close_entry().
    void start(IndexKind kind, ByteView primary_key);
    /// Begin an entry: append the encoded columns to the string returned, then call close_entry().
    [[nodiscard]] std::string& open_entry();
    void close_entry(bool has_null);
    /// Sort by key and drop equal entries.
    void normalise();

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] ByteView key(std::size_t position) const noexcept;
    /// Whether one of the entry's columns is null: such an entry never collides in a unique index.
    [[nodiscard]] bool has_null(std::size_t position) const noexcept { return entries_[position].has_null; }

private:
    struct Entry {
        std::size_t begin;
        std::size_t end;
        bool has_null;
    };
    std::string bytes_;
    std::vector<Entry> entries_;
    ByteView primary_key_;
    IndexKind kind_ = IndexKind::ordered;
};

struct FieldDescription {
    std::string_view name;
    std::string (*type)();  ///< the portable description of the field's type
};

struct IndexDescription {
    std::string_view name;
    IndexKind kind;
    std::span<const std::string_view> columns;
    /// Adds the record's entries.
    void (*emit)(const void* record, IndexEntries& entries);
    /// Consumes the encoded columns from the front of an index key; Error{decode} when they are malformed.
    void (*skip)(ByteView& key);
    /// The same, and appends the values as text: `"London", 5`.
    void (*describe)(ByteView& key, std::string& out);
};

struct TableDescription {
    std::string_view name;
    std::string_view codec;
    std::span<const FieldDescription> fields;
    std::span<const std::string_view> key_columns;
    std::span<const IndexDescription> indexes;
    void (*encode_key)(const void* record, std::string& out);
    void (*describe_key)(ByteView& key, std::string& out);
    void (*encode_record)(const void* record, std::string& out);
    /// Resets the record to its defaults and decodes into it.
    void (*decode_record)(ByteView bytes, void* record);
    void* (*create_record)();
    void (*destroy_record)(void* record) noexcept;
};

}  // namespace cambium::detail

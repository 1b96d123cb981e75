// The sentences of the typed layer's errors: which table, which index, which key, what is wrong, what to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cambium/base/bytes.hpp"
#include "cambium/base/error.hpp"
#include "cambium/description.hpp"

namespace cambium::detail {

/// `table "customers"`
[[nodiscard]] std::string table_text(const TableDescription& table);
/// `table "customers", index "email"`
[[nodiscard]] std::string index_text(const TableDescription& table, const IndexDescription& index);
/// `id 7`, or `(name, version) ("libc6", "2.36")`; never throws on bytes that are not a key.
[[nodiscard]] std::string key_text(const TableDescription& table, ByteView key);
/// `id, email`
[[nodiscard]] std::string columns_text(std::span<const std::string_view> columns);
/// `tags, time`
[[nodiscard]] std::string columns_text(std::span<const ColumnDescription> columns);

[[nodiscard]] Error key_taken(const TableDescription& table, ByteView key);
[[nodiscard]] Error unique_taken(const TableDescription& table, const IndexDescription& index, ByteView entry,
                                 ByteView owner);
[[nodiscard]] Error primary_key_too_long(const TableDescription& table, std::size_t size, std::size_t limit);
/// `key` is the primary key of the record whose index entry is too long.
[[nodiscard]] Error index_key_too_long(const TableDescription& table, const IndexDescription& index, ByteView key,
                                       std::size_t size, std::size_t limit);

[[nodiscard]] Error record_does_not_decode(const TableDescription& table, ByteView key, const Error& error);
/// Decode a record; Error{decode} says of which table and key.
void decode_record(const TableDescription& table, ByteView key, ByteView bytes, void* record);
/// Encode a record, appending; Error{encode} says of which table and key.
void encode_record(const TableDescription& table, ByteView key, const void* record, std::string& out);

/// The same error, with the number of the line before its sentence; without where there is none.
[[nodiscard]] Error at_line(std::uint64_t line, const Error& error);

/// The primary key at the end of a value of a unique index; Error{corrupt} when it does not begin with covered
/// fields.
[[nodiscard]] ByteView owner_of(const TableDescription& table, const IndexDescription& index, ByteView value);

}  // namespace cambium::detail

// The sentences of the typed layer. Values of keys are decoded to be shown; bytes that do not decode are shown as
// they are, so that making a sentence never fails.
#include "typed/sentence.hpp"

#include "cambium/readable.hpp"

namespace cambium::detail {
namespace {

// The values of the columns at the front of a key as text, or its bytes when they do not decode.
template <class Description>
std::string values_text(void (*describe)(const Description&, ByteView&, std::string&), const Description& of,
                        ByteView key) {
    std::string text;
    ByteView rest = key;
    try {
        describe(of, rest, text);
    } catch (const Error&) {
        text.clear();
        append_hex(text, key);
    }
    return text;
}

std::string parenthesised(std::size_t columns, std::string text) {
    return columns == 1 ? text : "(" + text + ")";
}

std::string too_long_text(std::size_t size, std::size_t limit) {
    return std::to_string(size) + " bytes long, this file takes at most " + std::to_string(limit) +
           "; a file with larger pages takes longer keys";
}

}  // namespace

std::string table_text(const TableDescription& table) {
    return "table \"" + std::string(table.name) + "\"";
}

std::string index_text(const TableDescription& table, const IndexDescription& index) {
    return table_text(table) + ", index \"" + std::string(index.name) + "\"";
}

std::string columns_text(std::span<const std::string_view> columns) {
    std::string text;
    for (const std::string_view column : columns) {
        if (!text.empty()) text += ", ";
        text += column;
    }
    return text;
}

std::string columns_text(std::span<const ColumnDescription> columns) {
    std::string text;
    for (const ColumnDescription& column : columns) {
        if (!text.empty()) text += ", ";
        text += column.name;
    }
    return text;
}

std::string key_text(const TableDescription& table, ByteView key) {
    const std::size_t columns = table.key_columns.size();
    return parenthesised(columns, columns_text(table.key_columns)) + " " +
           parenthesised(columns, values_text(table.describe_key, table, key));
}

Error key_taken(const TableDescription& table, ByteView key) {
    return {ErrorCode::constraint, table_text(table) + ": there is already a record with " + key_text(table, key)};
}

Error unique_taken(const TableDescription& table, const IndexDescription& index, ByteView entry, ByteView owner) {
    return {ErrorCode::constraint,
            index_text(table, index) + ": " +
                parenthesised(index.columns.size(), values_text(index.describe, index, entry)) +
                " already belongs to " + key_text(table, owner)};
}

Error primary_key_too_long(const TableDescription& table, std::size_t size, std::size_t limit) {
    return {ErrorCode::key_too_long, table_text(table) + ", primary key (" + columns_text(table.key_columns) +
                                         "): the encoded key is " + too_long_text(size, limit)};
}

Error index_key_too_long(const TableDescription& table, const IndexDescription& index, ByteView key,
                         std::size_t size, std::size_t limit) {
    return {ErrorCode::key_too_long, index_text(table, index) + " (" + columns_text(index.columns) +
                                         "): the encoded key of the record with " + key_text(table, key) + " is " +
                                         too_long_text(size, limit)};
}

Error record_does_not_decode(const TableDescription& table, ByteView key, const Error& error) {
    return {ErrorCode::decode,
            table_text(table) + ", " + key_text(table, key) + ": the record does not decode: " + error.what()};
}

void decode_record(const TableDescription& table, ByteView key, ByteView bytes, void* record) {
    try {
        table.decode_record(bytes, record);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::decode) throw;
        throw record_does_not_decode(table, key, error);
    }
}

void encode_record(const TableDescription& table, ByteView key, const void* record, std::string& out) {
    try {
        table.encode_record(record, out);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::encode) throw;
        throw Error(ErrorCode::encode, table_text(table) + ", " + key_text(table, key) +
                                           ": the record cannot be stored: " + error.what());
    }
}

Error at_line(std::uint64_t line, const Error& error) {
    if (line == 0) return error;
    return {error.code(), "line " + std::to_string(line) + ": " + error.what()};
}

ByteView owner_of(const TableDescription& table, const IndexDescription& index, ByteView value) {
    if (index.skip_covered == nullptr) return value;
    try {
        index.skip_covered(index, value);
    } catch (const Error& error) {
        throw Error(ErrorCode::corrupt,
                    index_text(table, index) + " holds covered fields that are none: " + error.what());
    }
    return value;
}

}  // namespace cambium::detail

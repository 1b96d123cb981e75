// Lines of text out of pieces of any size, and the sentences of export and import.
#include "cambium/json_lines.hpp"

#include "cambium/codec/document.hpp"

#include "typed/sentence.hpp"

namespace cambium::detail {
namespace {

bool blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> LineReader::line() {
    line_.clear();
    for (;;) {
        if (piece_.empty()) {
            const std::optional<std::string_view> next = ended_ ? std::nullopt : next_(context_);
            if (!next) {
                ended_ = true;
                if (blank(line_)) return std::nullopt;
                ++number_;
                return line_;
            }
            piece_ = *next;
            continue;
        }
        const std::size_t end = piece_.find('\n');
        const std::string_view part = piece_.substr(0, end);
        piece_.remove_prefix(end == std::string_view::npos ? piece_.size() : end + 1);
        if (end == std::string_view::npos) {
            line_ += part;
            continue;
        }
        ++number_;
        if (line_.empty()) {
            if (!blank(part)) return part;
            continue;
        }
        line_ += part;
        if (!blank(line_)) return line_;
        line_.clear();
    }
}

RowText split_row(const TableDescription& table, std::string_view line, std::size_t key_parts) {
    const Document row = Document::from_json(line);
    const Document* const key = row.find("key");
    const Document* const value = row.find("value");
    if (key == nullptr || value == nullptr || row.size() != 2)
        throw Error(
            ErrorCode::decode,
            table_text(table) + ": a row is {\"key\": ..., \"value\": ...}, as its key is outside the value");
    RowText text;
    if (key_parts == 1) {
        text.key.push_back(key->to_json());
    } else {
        for (const Document& part : key->elements()) text.key.push_back(part.to_json());
        if (text.key.size() != key_parts)
            throw Error(ErrorCode::decode,
                        table_text(table) + ": its key is an array of " + std::to_string(key_parts) + " values");
    }
    text.value = value->to_json();
    return text;
}

Error not_exported(const TableDescription& table, ByteView key, const Error& error) {
    return {error.code(),
            table_text(table) + ", " + key_text(table, key) + ": the record has no form in JSON: " + error.what()};
}

void rethrow(const Error& error) {
    throw error;
}

void throw_at_line(std::uint64_t line, const Error& error) {
    throw at_line(line, error);
}

}  // namespace cambium::detail

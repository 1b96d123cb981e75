// Tables as JSON lines: one record per line, in the form of the Json codec, whatever codec the table has, and with
// forms for what plain JSON cannot hold (NaN, text that is not UTF-8, bytes in a Document): JsonForm::lossless of
// codec/json.hpp. A row of
// a table whose key is outside its value is {"key":...,"value":...}, and a key of several parts is an array of
// them.
//
//     std::ofstream file("customers.jsonl");
//     cambium::export_json_lines<Customers>(txn, [&](std::string_view text) { file << text; });
//
// Thread rule: that of the transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/codec/json.hpp"
#include "cambium/reader.hpp"
#include "cambium/writer.hpp"

namespace cambium {
namespace detail {

/// The error with the table and the key of the record that cannot be exported.
[[nodiscard]] Error not_exported(const TableDescription& table, ByteView key, const Error& error);
[[noreturn]] void rethrow(const Error& error);
/// The same error, with the number of the line before its sentence.
[[noreturn]] void throw_at_line(std::uint64_t line, const Error& error);

/// Pieces of text, of any size, as lines. Blank lines are left out.
class LineReader {
public:
    /// `next` answers with the next piece, or nothing at the end.
    LineReader(std::optional<std::string_view> (*next)(void* context), void* context)
        : next_(next), context_(context) {}

    /// The next line without its end, or nothing; until the next call.
    std::optional<std::string_view> line();
    /// The number of that line, from 1.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    std::optional<std::string_view> (*next_)(void* context);
    void* context_;
    std::string_view piece_;  ///< what is left of the piece
    std::string line_;        ///< of a line that lies in several pieces
    std::uint64_t number_ = 0;
    bool ended_ = false;
};

/// Members "key" and "value" of a line, as JSON. Error{decode} when it is something else.
struct RowText {
    std::vector<std::string> key;  ///< one per part
    std::string value;
};
[[nodiscard]] RowText split_row(const TableDescription& table, std::string_view line, std::size_t key_parts);

template <class Value>
void append_line_form(const Value& value, std::string& out) {
    codec::encode_json(codec::shape_of<Value>(), &value, out, codec::JsonForm::lossless);
}
template <class Value>
void read_line_form(std::string_view text, Value& value) {
    value = Value{};
    codec::decode_json(codec::shape_of<Value>(), text, &value, codec::JsonForm::lossless);
}

/// The JSON form of a row, and its encoded key.
template <class T>
struct RowJson {
    using Row = RowOf<T>;
    static void encode(const Row& row, std::string& out) { append_line_form(row, out); }
    static void decode(std::string_view line, Row& row) { read_line_form(line, row); }
    static std::string key(const Row& row) {
        std::string key;
        LayoutOf<T>::KeyColumns::append(&row, key);
        return key;
    }
};
template <class T>
requires kOutsideKey<T>
struct RowJson<T> {
    using Row = RowOf<T>;
    static void encode(const Row& row, std::string& out) {
        out += "{\"key\":";
        with_parts(row.key, [&out](const auto&... part) {
            bool first = true;
            if constexpr (sizeof...(part) > 1) out += '[';
            ((out += std::exchange(first, false) ? "" : ",", append_line_form(part, out)), ...);
            if constexpr (sizeof...(part) > 1) out += ']';
        });
        out += ",\"value\":";
        append_line_form(row.value, out);
        out += '}';
    }
    static void decode(std::string_view line, Row& row) {
        with_parts(row.key, [&](auto&... part) {
            const RowText text = split_row(LayoutOf<T>::description, line, sizeof...(part));
            std::size_t at = 0;
            (read_line_form(text.key[at++], part), ...);
            read_line_form(text.value, row.value);
        });
    }
    static std::string key(const Row& row) {
        std::string out;
        key::append(out, row.key);
        return out;
    }

private:
    template <class Key, class Work>
    static void with_parts(Key& key, Work&& work) {
        if constexpr (kIsTuple<std::remove_const_t<Key>>)
            std::apply(work, key);
        else
            work(key);
    }
};

/// What Writer::load() takes of lines.
template <class T>
struct LineRecords {
    LineReader& lines;
    std::optional<RowOf<T>> operator()() {
        const std::optional<std::string_view> line = lines.line();
        if (!line) return std::nullopt;
        std::optional<RowOf<T>> record(std::in_place);
        try {
            RowJson<T>::decode(*line, *record);
        } catch (const Error& error) {
            throw_at_line(lines.number(), error);
        }
        return record;
    }
    [[nodiscard]] std::uint64_t line_number() const noexcept { return lines.number(); }
};

template <class T>
std::uint64_t import_lines(WriteTransaction& transaction, LineReader& lines, const LoadOptions& options) {
    return Writer<T>{transaction}.load(LineRecords<T>{lines}, options);
}

}  // namespace detail

/// Calls sink(std::string_view) with the lines of a table in order of its primary key, one call per record. Answers
/// how many calls there were. A record has no form as a line when a key of a map in it, or a text in a Document, is
/// not UTF-8, or when it nests too deep: refused(const Error&) is then called with a sentence that names table, key
/// and field, and the export goes on behind it; without that function it throws Error{encode}. Either may throw;
/// the export ends then. O(records).
template <class T, class Sink, class Refused = decltype(&detail::rethrow)>
std::uint64_t export_json_lines(ReadTransaction& transaction, Sink&& sink, Refused&& refused = &detail::rethrow) {
    static_assert(std::is_invocable_v<Sink&, std::string_view>,
                  "export_json_lines() takes a function of one std::string_view");
    static_assert(std::is_invocable_v<Refused&, const Error&>,
                  "export_json_lines() takes a function of one const cambium::Error& for what is passed over");
    std::uint64_t records = 0;
    std::string line;
    for (const RowOf<T>& row : Reader<T>{transaction}.all()) {
        line.clear();
        try {
            detail::RowJson<T>::encode(row, line);
        } catch (const Error& error) {
            refused(detail::not_exported(detail::LayoutOf<T>::description, detail::RowJson<T>::key(row), error));
            continue;
        }
        line += '\n';
        sink(std::string_view(line));
        ++records;
    }
    return records;
}

/// Loads the records of JSON lines: a text, or a function that answers with the next piece of it, of any size,
/// until it answers std::nullopt. All or nothing, as Writer::load(); every error begins with the line that it is
/// about
/// ("line 12: ..."), Error{decode} names the field. A foreign key that is left to the commit is refused there, by
/// the key of the record. A field that a line does not have keeps its default, one that the record does not have is
/// skipped. Memory: as Writer::load(), and the longest line. Answers how many records there were.
template <class T, class Source>
std::uint64_t import_json_lines(WriteTransaction& transaction, Source&& source, const LoadOptions& options = {}) {
    if constexpr (std::is_convertible_v<Source&&, std::string_view>) {
        std::optional<std::string_view> text = std::string_view(source);
        detail::LineReader lines(
            [](void* context) {
                return std::exchange(*static_cast<std::optional<std::string_view>*>(context), std::nullopt);
            },
            &text);
        return detail::import_lines<T>(transaction, lines, options);
    } else {
        using Function = std::remove_reference_t<Source>;
        static_assert(std::is_invocable_r_v<std::optional<std::string_view>, Function&>,
                      "import_json_lines() takes a text, or a function that answers with a std::optional of a "
                      "std::string_view");
        detail::LineReader lines(
            [](void* context) -> std::optional<std::string_view> { return (*static_cast<Function*>(context))(); },
            const_cast<void*>(static_cast<const void*>(&source)));
        return detail::import_lines<T>(transaction, lines, options);
    }
}

}  // namespace cambium

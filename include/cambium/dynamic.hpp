// Tables without a declaration in the program: made from the catalog of a file, or described at run time. For
// tools: to look at any store, to export and import, to create tables from a description.
//
//     const cambium::StoredTables stored = cambium::stored_tables("shop.cambium");
//     cambium::Database db = cambium::Database::open("shop.cambium", stored.tables);
//     db.write([&](cambium::WriteTransaction& txn) {
//         cambium::DynamicWriter customers(txn, stored["customers"]);
//         customers.insert(cambium::Document::from_json(R"({"id":7,"email":"ada@example.org"})"));
//         for (const cambium::Document& customer : customers.by("email").from("m").limit(20)) ...
//     });
//
// A reader is all rows of its table, by() is all rows in the order of an index, and the queries that begin with
// them are those of reader.hpp, with values where a declared table has values of its columns: range("a", "c"),
// closed_range({"CH", 100}, "CH"), equal("CH", 134), prefix("CH", "Be"), between(), page(), count().
//
// They are tables like others: indexes, row versions, NotNull, foreign keys, generated keys, expiry, change logs
// and notifications are kept by the same code. What lies in the program's functions is not in the file: a table
// with an index over a function, a where<> or a Check is read, and not written, and why_read_only() says so; what
// its foreign keys refer to is then not erased either. A table with a foreign key opens only together with the one
// that it refers to. A table whose codec is FlatBuffers, or one of the program's own, is refused; cambium-codegen
// --from-database writes the schema of the former.
//
// A record is a Document in the form of JSON lines, see json_lines.hpp: bytes are base64 text, a Uuid and a Uint256
// are text, times are numbers of ticks, NaN is the text "NaN", bytes in a document are {"$cbor": ...}. What was
// read may be written back. Enumerators are their names where the file or the description has them, and numbers
// where it has not; both are read, also in keys and ends of ranges. A field that is missing gets its default where
// the file knows it (codecs Cbor and Json), else zero, empty or null. A row of a table with its key outside the
// value is {"key": ..., "value": ...}. A key of one column is its value, one of several is an array of them. A
// Descending is {"value":
// ...}; where a key is given, the value alone does as well.
//
// Errors, lifetimes and thread rule are those of reader.hpp and writer.hpp; Error{decode} names the field of a
// document that does not fit. A lookup costs the decoding of the whole record, and a JSON form of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/catalog.hpp"
#include "cambium/codec/compressed.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/query.hpp"
#include "cambium/reader.hpp"
#include "cambium/statistics.hpp"
#include "cambium/transaction.hpp"
#include "cambium/writer.hpp"

namespace cambium {

namespace detail {

class DynamicLayout;

/// What a walk over a dynamic table yields.
struct DynamicItem {
    using Value = Document;
    using Key = Document;
    static bool step(Scan& scan) { return scan.next(); }
    static Document key(const Scan& scan, const Document&) { return key_of(scan); }
    static void read(Scan& scan, Document& row);
    static Document key_of(const Scan& scan);
};
struct DynamicKeyItem : DynamicItem {
    static void read(Scan& scan, Document& key) { key = key_of(scan); }
};

template <class Value>
Document column_document(const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullopt_t>)
        return nullptr;
    else if constexpr (kIsOptional<Value>)
        return value ? column_document(*value) : Document();
    else
        return value;
}
template <class Value>
inline constexpr bool kColumnValue = std::is_convertible_v<const Value&, Document>;
template <>
inline constexpr bool kColumnValue<std::nullopt_t> = true;
template <class Value>
inline constexpr bool kColumnValue<std::optional<Value>> = kColumnValue<Value>;

}  // namespace detail

/// A compressor of compressed.hpp by its name, for tables that use it.
struct DynamicCompressor {
    std::string_view name;
    codec::Compress compress;
    codec::Expand expand;
};
/// kDynamicCompressor<Zstd>
template <class Compressor>
inline constexpr DynamicCompressor kDynamicCompressor{Compressor::name, &Compressor::compress, &Compressor::expand};

/// A table described at run time. Cheap to copy; the description is shared and constant.
class DynamicTable {
public:
    /// What a declaration would say. Error{schema}, a sentence per thing that is wrong: an unknown type or codec, a
    /// column that is no field, a function (derived column, predicate, check). The index of a foreign key is added
    /// where it is not written down. Database::open() with it creates the table, or compares as for any other
    /// declaration.
    explicit DynamicTable(const TableInfo& table, std::span<const DynamicCompressor> compressors = {});

    [[nodiscard]] const TableInfo& info() const noexcept;
    /// Why its records cannot be written from here, as a sentence; empty when they can.
    [[nodiscard]] const std::string& why_read_only() const noexcept;

private:
    friend class detail::DynamicLayout;
    explicit DynamicTable(std::shared_ptr<const detail::DynamicLayout> layout) : layout_(std::move(layout)) {}
    std::shared_ptr<const detail::DynamicLayout> layout_;
};

/// The tables of a file.
struct StoredTables {
    std::vector<DynamicTable> tables;  ///< in order of their names
    std::vector<std::string> refused;  ///< sentences: which other tables there are, and why they cannot be used
    /// The table of a name. Error{not_found} says which there are, or why it was refused.
    [[nodiscard]] const DynamicTable& operator[](std::string_view name) const;
};

/// The tables that the catalog of a file describes. A Database opened with them has them as they are stored; when a
/// program has changed one of them in between, opening throws Error{schema}. Errors as describe().
[[nodiscard]] StoredTables stored_tables(ByteView path, std::span<const DynamicCompressor> compressors = {});

/// Values of leading columns, in order: a key, or an end of a range. Made implicitly from one value, from a braced
/// list of several, or from a document that is an array of them. A null is nullptr or std::nullopt.
class DynamicPrefix {
public:
    template <class... Values>
    requires(sizeof...(Values) > 0 && (detail::kColumnValue<Values> && ...))
        DynamicPrefix(const Values&... values) {  // NOLINT(google-explicit-constructor)
        if constexpr (sizeof...(Values) == 1)
            columns_ = Document(detail::column_document(values)...);
        else
            columns_ = Document::array({detail::column_document(values)...});
    }
    /// The one value, or an array.
    [[nodiscard]] const Document& columns() const noexcept { return columns_; }

private:
    Document columns_;
};

/// The primary keys of rows, without reading the records. reverse(), skip(), limit(), page() and the like as of
/// Rows.
class DynamicKeys : public detail::SelectedRange<DynamicKeys, detail::DynamicKeyItem> {
public:
    using detail::SelectedRange<DynamicKeys, detail::DynamicKeyItem>::SelectedRange;
};

/// Rows of a dynamic table in key order, as an input range of documents: reverse(), skip(), limit(), page(),
/// count(), first(), collect() and the like as of Rows; see query.hpp for writes meanwhile.
class DynamicRows : public detail::SelectedRange<DynamicRows, detail::DynamicItem> {
public:
    using detail::SelectedRange<DynamicRows, detail::DynamicItem>::SelectedRange;

    /// The primary keys of the same rows.
    [[nodiscard]] DynamicKeys keys() const { return {handle_, selection_}; }

protected:
    [[nodiscard]] std::optional<std::string> begin_of(const DynamicPrefix& bound) const { return bytes_of(bound); }
    [[nodiscard]] std::optional<std::string> end_of(const DynamicPrefix& bound) const {
        return key::successor(bytes_of(bound));
    }
    /// Error{invalid_argument} for more values than there are columns, Error{decode} for one that is none of its.
    [[nodiscard]] std::string bytes_of(const DynamicPrefix& columns) const;
    /// The same, the last of the values being the beginning of a text. Error{invalid_argument} for another column.
    [[nodiscard]] std::string bytes_of_text(const DynamicPrefix& columns) const;
};

/// Every row in the order of the primary key or of an index, and the queries by the columns of it; those of bounds
/// as in reader.hpp.
class DynamicSelections : public detail::Ranges<DynamicRows, DynamicPrefix> {
public:
    using detail::Ranges<DynamicRows, DynamicPrefix>::Ranges;

    /// Rows whose leading columns equal these.
    template <class... Values>
    [[nodiscard]] DynamicRows equal(const Values&... leading) const {
        return rows_with(bytes_of(DynamicPrefix(leading...)));
    }
    /// Rows whose leading columns equal these, the last of them, a text, beginning with the last of the values.
    template <class... Values>
    [[nodiscard]] DynamicRows prefix(const Values&... leading) const {
        return rows_with(bytes_of_text(DynamicPrefix(leading...)));
    }
};

class DynamicReader : public DynamicSelections {
public:
    /// Error{misuse} when the transaction's database was opened without the table.
    DynamicReader(ReadTransaction& transaction, const DynamicTable& table);

    [[nodiscard]] std::optional<Document> get(const DynamicPrefix& key) const;
    [[nodiscard]] bool contains(const DynamicPrefix& key) const;
    /// The rows in the order of an index. Error{not_found} lists the indexes that there are.
    [[nodiscard]] DynamicSelections by(std::string_view index) const;
};

class DynamicWriter : public DynamicReader {
public:
    /// Error{misuse} as above, and with DynamicTable::why_read_only().
    DynamicWriter(WriteTransaction& transaction, const DynamicTable& table);

    /// Store a new record. Answers its key, which a table that makes its keys makes when the document has none or
    /// zero; where the key is outside the value, when the row has none.
    Document insert(const Document& row);
    bool insert_if_absent(const Document& row);
    void upsert(const Document& row);
    /// False when there is no record with this key. In a table with a RowVersion: Error{conflict} unless the stored
    /// version is the row's.
    bool replace(const Document& row);
    /// False when there is none with this key.
    bool erase(const DynamicPrefix& key);
    /// Remove every record of a query of this table; as Writer::erase() of rows.
    std::uint64_t erase(const DynamicRows& rows);
    void truncate();
    /// As Writer::load(): what `next` answers until it answers nothing. All or nothing.
    std::uint64_t load(const std::function<std::optional<Document>()>& next, const LoadOptions& options = {});

private:
    bool write(const Document& row, detail::Expect expect);
};

/// As table_usage() of statistics.hpp. Its names live as long as the table.
[[nodiscard]] TableUsage table_usage(ReadTransaction& transaction, const DynamicTable& table);

/// As export_json_lines() of json_lines.hpp, by the description. A row of a table with its key outside is
/// {"key":...,"value":...}.
std::uint64_t export_json_lines(ReadTransaction& transaction, const DynamicTable& table,
                                const std::function<void(std::string_view line)>& sink,
                                const std::function<void(const Error& error)>& refused = {});
/// As import_json_lines() of json_lines.hpp, by the description. `next` answers with the next piece of the text.
std::uint64_t import_json_lines(WriteTransaction& transaction, const DynamicTable& table,
                                const std::function<std::optional<std::string_view>()>& next,
                                const LoadOptions& options = {});

}  // namespace cambium

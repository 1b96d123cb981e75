// Tables without a declaration in the program: made from the catalog of a file, or described at run time. For
// tools: to look at any store, to export and import, to create tables from a description.
//
//     const cambium::StoredTables stored = cambium::stored_tables("shop.cambium");
//     cambium::Database db = cambium::Database::open("shop.cambium", stored.tables);
//     db.write([&](cambium::WriteTransaction& txn) {
//         cambium::DynamicWriter customers(txn, stored["customers"]);
//         customers.insert(cambium::Document::from_json(R"({"id":7,"email":"ada@example.org"})"));
//         for (const cambium::Document& customer : customers.by("email").from("m")) ...
//     });
//
// They are tables like others: indexes, row versions, NotNull, foreign keys, generated keys, expiry, change logs
// and notifications are kept by the same code. What lies in the program's functions is not in the file: a table
// with an index over a function, a where<> or a Check is read, and not written, and why_read_only() says so; what
// its foreign keys refer to is then not erased either. A table with a foreign key opens only together with the one
// that it refers to. A table whose codec is FlatBuffers, or one of the program's own, is refused; cambium-codegen
// --from-database writes the schema of the former.
//
// A record is a Document in the form of the Json codec: bytes are base64 text, a Uuid and a Uint256 are text, times
// are numbers of ticks. Enumerators are numbers, as the catalog does not have their names; where the table's own
// codec is Json they are what is stored. A field that is missing gets its default where the file knows
// it (codecs Cbor and Json), else zero, empty or null. A row of a table with
// its key outside the value is {"key": ..., "value": ...}. A key of one column is its value, one of several is an
// array of them.
//
// Errors, lifetimes and thread rule are those of reader.hpp and writer.hpp; Error{decode} names the field of a
// document that does not fit. A lookup costs the decoding of the whole record, and a JSON form of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/catalog.hpp"
#include "cambium/codec/compressed.hpp"
#include "cambium/codec/document.hpp"
#include "cambium/query.hpp"
#include "cambium/transaction.hpp"
#include "cambium/writer.hpp"

namespace cambium {

namespace detail {
class DynamicLayout;
class DynamicWalk;
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

/// Rows of a dynamic table in key order, as an input range of documents; see query.hpp for writes meanwhile.
class DynamicRows {
public:
    class Iterator;
    using cambium_bound_to_transaction = void;

    /// Rows whose leading columns equal these: a value, or an array of values.
    [[nodiscard]] DynamicRows equal(const Document& columns) const;
    /// Rows from these leading columns on; and rows before these.
    [[nodiscard]] DynamicRows from(const Document& columns) const;
    [[nodiscard]] DynamicRows until(const Document& columns) const;
    [[nodiscard]] DynamicRows reverse() const;
    [[nodiscard]] DynamicRows skip(std::uint64_t rows) const;
    [[nodiscard]] DynamicRows limit(std::uint64_t rows) const;

    /// O(rows), O(1) for all rows of a table without expired records.
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::optional<Document> first() const;
    [[nodiscard]] std::vector<Document> collect() const;
    [[nodiscard]] Iterator begin() const;
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    friend class DynamicReader;
    friend class DynamicWriter;
    DynamicRows(const detail::TableHandle& handle, std::size_t index) : handle_(handle) {
        selection_.index = index;
    }
    [[nodiscard]] std::string encode(const Document& columns) const;

    detail::TableHandle handle_;
    detail::Selection selection_;
};

class DynamicRows::Iterator {
public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Document;
    using cambium_bound_to_transaction = void;

    /// The row; until the iterator moves.
    const Document& operator*() const noexcept;
    const Document* operator->() const noexcept { return &**this; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept { return iterator.at_end(); }

private:
    friend class DynamicRows;
    explicit Iterator(std::shared_ptr<detail::DynamicWalk> walk) : walk_(std::move(walk)) {}
    [[nodiscard]] bool at_end() const noexcept;
    std::shared_ptr<detail::DynamicWalk> walk_;
};

class DynamicReader {
public:
    using cambium_bound_to_transaction = void;

    /// Error{misuse} when the transaction's database was opened without the table.
    DynamicReader(ReadTransaction& transaction, const DynamicTable& table);

    [[nodiscard]] std::optional<Document> get(const Document& key) const;
    [[nodiscard]] bool contains(const Document& key) const;
    [[nodiscard]] DynamicRows all() const;
    /// Those of all().
    [[nodiscard]] DynamicRows::Iterator begin() const;
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// The rows in the order of an index. Error{not_found} lists the indexes that there are.
    [[nodiscard]] DynamicRows by(std::string_view index) const;
    [[nodiscard]] std::uint64_t count() const { return all().count(); }

protected:
    detail::TableHandle handle_;
};

class DynamicWriter : public DynamicReader {
public:
    /// Error{misuse} as above, and with DynamicTable::why_read_only().
    DynamicWriter(WriteTransaction& transaction, const DynamicTable& table);

    /// Store a new record. Answers its key, which a table that makes its keys makes when the document has none or
    /// zero.
    Document insert(const Document& row);
    bool insert_if_absent(const Document& row);
    void upsert(const Document& row);
    /// False when there is no record with this key. In a table with a RowVersion: Error{conflict} unless the stored
    /// version is the row's.
    bool replace(const Document& row);
    /// False when there is none with this key.
    bool erase(const Document& key);
    void truncate();
    /// As Writer::load(): what `next` answers until it answers nothing. All or nothing.
    std::uint64_t load(const std::function<std::optional<Document>()>& next, const LoadOptions& options = {});

private:
    bool write(const Document& row, detail::Expect expect);
};

/// As export_json_lines() of json_lines.hpp, by the description. A row of a table with its key outside is
/// {"key":...,"value":...}.
std::uint64_t export_json_lines(ReadTransaction& transaction, const DynamicTable& table,
                                const std::function<void(std::string_view line)>& sink);
/// As import_json_lines() of json_lines.hpp, by the description. `next` answers with the next piece of the text.
std::uint64_t import_json_lines(WriteTransaction& transaction, const DynamicTable& table,
                                const std::function<std::optional<std::string_view>()>& next,
                                const LoadOptions& options = {});

}  // namespace cambium

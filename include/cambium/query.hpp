// Rows: the records that a query selects, in key order, as an input range; and Keys, the same without records.
//
// Owns the description of a selection and its walk. Bounds are encoded keys: the walk compares bytes and never
// decodes what it skips. Rows are small values that hold no snapshot. They point at their transaction object and,
// as their iterators, must not outlive it. After end(), commit() or abort() of one that is still there, every step
// throws Error{misuse}.
//
// Writing while iterating, in the same transaction, is allowed and defined. Each step goes to the first entry
// after the key last visited (before it, when reversed) as the tree is at that moment: an erased record is not
// visited later, one inserted ahead is, and the record under the iterator stays as it was read. A loop that moves
// records ahead of itself in the index it walks meets them again: collect() first.
//
// Thread rule: that of the transaction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/kv/cursor.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {

template <class T>
class Keys;
template <class T>
class Rows;
template <class T, auto... Members>
class Selected;
template <class Range, class Predicate>
class Filtered;
template <class T>
class Matches;

/// A part of a query's rows.
template <class Row>
struct Page {
    std::vector<Row> rows{};
    std::string next{};  ///< for the page behind these rows; empty: there is none
};

namespace detail {

struct TableState;

/// A table within a transaction.
struct TableHandle {
    ReadTransaction* transaction = nullptr;
    const TableState* table = nullptr;
    bool some_expired = false;  ///< in a snapshot: expired records are still there
};

inline constexpr std::size_t kRecords = std::numeric_limits<std::size_t>::max();  ///< not an index: the records

/// Which entries to visit: those of one index, or the records, at or after low and before high.
struct Selection {
    std::size_t index = kRecords;
    std::string low{};
    std::optional<std::string> high{};  ///< nothing: to the end
    bool reverse = false;
    std::uint64_t skip = 0;
    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

/// The walk over a selection.
class Scan {
public:
    /// Stands before the first entry.
    Scan(const TableHandle& handle, Selection selection);
    /// To the next entry. False at the end.
    bool next();
    /// The primary key of the entry, until the next call of next().
    [[nodiscard]] ByteView primary_key() const noexcept { return primary_key_; }
    /// Decode the record of the entry that next() has just reached. Error{decode}, Error{corrupt}.
    void read(void* record);
    /// To the next entry, without working out its primary key.
    bool advance();
    /// Decode the entry of an index that advance() has just reached. `decode` is given its key and value, and
    /// `out`. Error{corrupt} names the index when they are malformed.
    void read_entry(void (*decode)(ByteView key, ByteView value, void* out), void* out);
    /// As read(), with another function in place of the table's.
    void read_part(void (*decode)(ByteView bytes, void* record), void* record);
    /// Where the walk is: the key of the entry.
    [[nodiscard]] ByteView position() { return cursor_.key(); }
    [[nodiscard]] const TableHandle& handle() const noexcept { return handle_; }

private:
    bool step();
    bool step_any();
    [[nodiscard]] bool stands_on_expired();
    [[nodiscard]] ByteView entry_key();

    TableHandle handle_;
    Selection selection_;
    kv::Cursor cursor_;
    std::string primary_key_;
    bool started_ = false;
    bool finished_ = false;
};

/// A token that says where in a selection the next page begins: behind this entry.
[[nodiscard]] std::string page_token(const TableHandle& handle, const Selection& selection, ByteView position);
/// Narrows a selection to what is behind a token's entry, never widens it. Error{invalid_argument} for a text that
/// is no token of this selection.
void resume(const TableHandle& handle, Selection& selection, std::string_view token);

/// The number of entries selected. O(1) for a whole tree; of a range it counts pages, O(depth + entries / entries
/// of a page); O(entries) while there are expired records (expiry.hpp).
[[nodiscard]] std::uint64_t count(const TableHandle& handle, const Selection& selection);

/// An input iterator over a Scan; Item decides what a row is.
template <class Item>
class ScanIterator {
public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = typename Item::Value;
    using cambium_bound_to_transaction = void;

    ScanIterator(const TableHandle& handle, const Selection& selection) : scan_(handle, selection) { ++*this; }

    /// The row, as it was when the iterator reached it; until the iterator moves or is destroyed.
    const value_type& operator*() const noexcept { return value_; }
    const value_type* operator->() const noexcept { return &value_; }
    /// Where the walk is.
    [[nodiscard]] ByteView position() { return scan_.position(); }
    /// The primary key of the row, decoded.
    [[nodiscard]] typename Item::Key key() const { return Item::key(scan_, value_); }
    /// The same as it is stored, of a row that was read or of a key. Until the iterator moves.
    [[nodiscard]] ByteView key_bytes() const noexcept { return scan_.primary_key(); }
    ScanIterator& operator++() {
        more_ = Item::step(scan_);
        if (more_) Item::read(scan_, value_);
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const ScanIterator& iterator, std::default_sentinel_t) noexcept {
        return !iterator.more_;
    }

private:
    Scan scan_;
    value_type value_{};
    bool more_ = false;
};

template <class T>
KeyOf<T> decode_primary_key(ByteView bytes) {
    return LayoutOf<T>::KeyValue::decode(bytes);
}

template <class T>
struct RecordItem {
    using Value = RowOf<T>;
    using Key = KeyOf<T>;
    static bool step(Scan& scan) { return scan.next(); }
    static Key key(const Scan& scan, const Value&) { return decode_primary_key<T>(scan.primary_key()); }
    static void read(Scan& scan, Value& row) {
        scan.read(&LayoutOf<T>::Row::value_of(row));
        LayoutOf<T>::Row::set_key(row, scan.primary_key());
    }
};

template <class T>
struct KeyItem {
    using Value = KeyOf<T>;
    using Key = KeyOf<T>;
    static bool step(Scan& scan) { return scan.next(); }
    static Key key(const Scan&, const Value& value) { return value; }
    static void read(Scan& scan, Value& value) { value = decode_primary_key<T>(scan.primary_key()); }
};

template <class T, IndexKind Kind, class Forms, class Covered>
struct EntryItemImpl;
template <class T, IndexKind Kind, class... Forms, class... Covered>
struct EntryItemImpl<T, Kind, List<Forms...>, List<Covered...>> {
    using Value = std::tuple<FormValue<Forms>..., Covered..., KeyOf<T>>;
    using Key = KeyOf<T>;
    static bool step(Scan& scan) { return scan.advance(); }
    static Key key(const Scan&, const Value& value) {
        return std::get<sizeof...(Forms) + sizeof...(Covered)>(value);
    }
    static void read(Scan& scan, Value& value) { scan.read_entry(&decode, &value); }

    static void decode(ByteView key, ByteView value, void* out) {
        ByteView& primary_key = Kind == IndexKind::unique ? value : key;
        // Braces fix the order of evaluation.
        *static_cast<Value*>(out) = Value{FormTraits<Forms>::decode(key)..., key::decode<Covered>(value)...,
                                          decode_primary_key<T>(primary_key)};
    }
};

template <class T, std::size_t Position>
using EntryItem = EntryItemImpl<T, IndexOf<T, Position>::kind, typename IndexOf<T, Position>::Forms,
                                typename CoveredList<typename IndexOf<T, Position>::Covered>::Types>;

/// What all ranges of rows have in common. Self is the derived range; its iterators yield RowValue.
template <class Self, class RowValue>
class RowRange {
public:
    using Value = RowValue;
    using cambium_bound_to_transaction = void;

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }
    /// A copy of the first row, or nothing.
    [[nodiscard]] std::optional<Value> first() const {
        const auto row = self().begin();
        if (row == end()) return std::nullopt;
        return *row;
    }
    /// Copies of all rows.
    [[nodiscard]] std::vector<Value> collect() const {
        std::vector<Value> rows;
        for (const Value& row : self()) rows.push_back(row);
        return rows;
    }

protected:
    [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

/// What Rows and Keys have in common. Self is the derived range.
template <class Self, class Item>
class SelectedRange : public RowRange<Self, typename Item::Value> {
public:
    using Iterator = ScanIterator<Item>;
    using Value = typename Item::Value;

    SelectedRange(const TableHandle& handle, Selection selection)
        : handle_(handle), selection_(std::move(selection)) {}

    /// In the opposite order. skip() and limit() count in the direction of the walk, wherever they are written:
    /// limit(2).reverse() is reverse().limit(2), the last two.
    [[nodiscard]] Self reverse() const {
        Self result = this->self();
        result.selection_.reverse = !selection_.reverse;
        return result;
    }
    /// Without the first `entries` of them, counted in the direction of the walk. O(entries) at the first step.
    [[nodiscard]] Self skip(std::uint64_t entries) const {
        Self result = this->self();
        result.selection_.skip = entries;
        return result;
    }
    /// At most `entries` of them, after skip(), in whichever order the two are written.
    [[nodiscard]] Self limit(std::uint64_t entries) const {
        Self result = this->self();
        result.selection_.limit = entries;
        return result;
    }

    /// Start a walk. May be called again for another one. Throws as the transaction's reads do, and Error{decode}.
    [[nodiscard]] Iterator begin() const { return Iterator(handle_, selection_); }

    /// The number of rows, without reading records. O(rows), O(1) for a whole table or index.
    [[nodiscard]] std::uint64_t count() const { return detail::count(handle_, selection_); }
    [[nodiscard]] bool empty() const { return this->self().limit(selection_.limit < 1 ? 0 : 1).count() == 0; }
    /// The next so many rows, and a token for the page behind them: page(20), then page(20, first.next), and so on.
    /// The token is a text of letters and digits that holds the place, not a snapshot: it may be kept for years and
    /// used in any transaction with the same query, also when the row at its place is gone. skip() counts before
    /// the first page, limit() bounds each. Error{invalid_argument} for a text that is no token of this query;
    /// one that was altered gives rows of this query or that error, never other rows. O(rows).
    [[nodiscard]] Page<Value> page(std::size_t rows, std::string_view token = {}) const {
        Page<Value> result;
        Selection rest = selection_;
        if (!token.empty()) resume(handle_, rest, token);
        rest.limit = std::numeric_limits<std::uint64_t>::max();
        const std::uint64_t most = std::min<std::uint64_t>(rows, selection_.limit);
        std::string position;
        for (Iterator row(handle_, rest); row != this->end(); ++row) {
            if (result.rows.size() == most) {
                if (most > 0) result.next = page_token(handle_, selection_, position);
                break;
            }
            result.rows.push_back(*row);
            position = row.position();
        }
        return result;
    }

protected:
    /// Where the keys begin that equal or begin with an end of a range, and where they end; nothing: behind all.
    template <class Prefix>
    [[nodiscard]] std::optional<std::string> begin_of(const Prefix& bound) const {
        return bound.begin();
    }
    template <class Prefix>
    [[nodiscard]] std::optional<std::string> end_of(const Prefix& bound) const {
        return bound.end();
    }

    friend struct SelectionAccess;
    TableHandle handle_;
    Selection selection_;
};

/// For writes of what a query selects, and for who wants to hear of their changes.
struct SelectionAccess {
    template <class Range>
    static const TableHandle& handle(const Range& range) noexcept {
        return range.handle_;
    }
    template <class Range, class Predicate>
    static const TableHandle& handle(const Filtered<Range, Predicate>& rows) noexcept {
        return rows.rows_.handle_;
    }
    template <class Range>
    static const Selection& selection(const Range& range) noexcept {
        return range.selection_;
    }
    template <class T>
    static const auto& keys(const Matches<T>& rows) noexcept {
        return *rows.keys_;
    }
};

// The table whose records a query leads to; void for what is none. Declared only.
template <class T>
T table_of(const Rows<T>* query);
template <class T>
T table_of(const Keys<T>* query);
template <class T, class Predicate>
T table_of(const Filtered<Rows<T>, Predicate>* query);
template <class T>
T table_of(const Matches<T>* query);
void table_of(const void* other);
template <class Query>
using TableOf = decltype(table_of(static_cast<const Query*>(nullptr)));

}  // namespace detail

/// The primary keys that a query selects, in the order of the walk; reads no records.
template <class T>
class Keys : public detail::SelectedRange<Keys<T>, detail::KeyItem<T>> {
public:
    using detail::SelectedRange<Keys<T>, detail::KeyItem<T>>::SelectedRange;
};

/// The records that a query selects: an input range of const Record&, or of const Entry<Key, Value>& when the key
/// is outside the value. Builders return by value, so that a chain may stand in a range-for:
///
///     for (const Customer& c : customers.by<"city_joined">().equal("London").reverse().limit(10)) ...
template <class T>
class Rows : public detail::SelectedRange<Rows<T>, detail::RecordItem<T>> {
public:
    using detail::SelectedRange<Rows<T>, detail::RecordItem<T>>::SelectedRange;

    /// The primary keys of the same rows, without reading the records.
    [[nodiscard]] Keys<T> keys() const { return Keys<T>(this->handle_, this->selection_); }

    // The rest is in select.hpp.

    /// These members of the same rows, one by itself, several as a tuple: rows.select<&Customer::id,
    /// &Customer::city>(). Cbor and Json decode nothing else of a record.
    template <auto... Members>
    [[nodiscard]] auto select() const;
    /// Rows for which predicate(row) is true.
    template <class Predicate>
    [[nodiscard]] auto filter(Predicate predicate) const;
    /// Number, sum, least and greatest of a member, nulls left out. Error{invalid_argument} for a sum of integers
    /// or durations that does not fit 64 bits. O(rows); decodes what select()
    /// would.
    template <auto Member>
    [[nodiscard]] auto aggregate() const;
    /// Every row with the record that its foreign key refers to, nothing for a null or a record that is not there:
    /// pairs of row and std::optional row of the other table. Error{misuse} when that table is not open.
    template <detail::Name ForeignKeyName>
    [[nodiscard]] auto join() const;
};

/// The entries of an index that a query selects, as tuples of the columns, the covered fields and the primary key
/// (KeyOf<T>, one element), in the order of the walk; reads no records. Text of ignore_case<> is as the index holds
/// it, in lower case.
///
///     for (const auto& [city, title, time, id] : posts.by<"active_city">().equal("London").entries()) ...
template <class T, std::size_t Position>
class Entries : public detail::SelectedRange<Entries<T, Position>, detail::EntryItem<T, Position>> {
public:
    using detail::SelectedRange<Entries<T, Position>, detail::EntryItem<T, Position>>::SelectedRange;
};

/// The records that a query through an index selects. A record comes as often as it has entries there.
template <class T, std::size_t Position>
class IndexRows : public Rows<T> {
public:
    using Rows<T>::Rows;

    // As in Rows.
    [[nodiscard]] IndexRows reverse() const { return IndexRows(Rows<T>::reverse()); }
    [[nodiscard]] IndexRows skip(std::uint64_t entries) const { return IndexRows(Rows<T>::skip(entries)); }
    [[nodiscard]] IndexRows limit(std::uint64_t entries) const { return IndexRows(Rows<T>::limit(entries)); }

    /// Of rows whose first so many columns of the index are equal as keys are (key.hpp: NaN is one, -0.0 is not
    /// +0.0), in order: those columns (the value itself, or a
    /// tuple) and the number of rows. Reads no records. O(rows).
    template <std::size_t Columns>
    [[nodiscard]] auto count_by() const;
    /// The same with aggregate<Member>() in place of the number.
    template <std::size_t Columns, auto Member>
    [[nodiscard]] auto aggregate_by() const;

    /// What the index itself holds of the same rows, without reading the records.
    [[nodiscard]] Entries<T, Position> entries() const {
        return Entries<T, Position>(this->handle_, this->selection_);
    }

private:
    explicit IndexRows(Rows<T> rows) : Rows<T>(std::move(rows)) {}
};

}  // namespace cambium

#include "cambium/select.hpp"

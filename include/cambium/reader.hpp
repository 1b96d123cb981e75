// Reader: the queries of one table inside a transaction, by primary key and through its indexes.
//
// A Reader, and each index of it, is all of its rows, as a query that is not restricted yet: `for (const Customer&
// c : customers)`, `customers.by<"city">().page(20)`. It is a small value, cheap to make, to copy and to pass. It
// points at its transaction object and must not outlive it, nor must the rows and iterators made from it: nothing
// can tell them that the object is gone. After end(), commit() or abort() of a transaction object that is still
// there, every call throws Error{misuse}.
//
// Every call throws Error{corrupt} on a damaged file, Error{decode} for a record that does not decode, naming
// table, key and field, and Error{invalid_argument} for a number or a time that the type of its key column does not
// hold; only the ends of ranges may be times beyond it. Thread rule: that of the transaction.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/misuse.hpp"
#include "cambium/query.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"
#include "cambium/view.hpp"

namespace cambium {
namespace detail {

/// The table of this description in the transaction; Error{misuse} names one that was not opened, Error{schema}
/// one that another opener of the file has changed since.
[[nodiscard]] TableHandle find_table(ReadTransaction& transaction, const TableDescription& description);
/// Decode the record of a primary key. False when there is none.
[[nodiscard]] bool read_record(const TableHandle& handle, ByteView key, void* record);
/// Decodes the records of these keys, each into what place(context, position) answers with; that is called for
/// those that are there.
void read_many(const TableHandle& handle, std::span<const std::string> keys, void* context,
               void* (*place)(void* context, std::size_t position));
[[nodiscard]] bool has_record(const TableHandle& handle, ByteView key);
/// The primary key that a unique index holds for these columns, until the transaction writes or ends.
[[nodiscard]] std::optional<ByteView> find_unique(const TableHandle& handle, std::size_t index, ByteView columns);
/// Decode the record that an index entry leads to; Error{corrupt} when there is none.
void read_indexed(const TableHandle& handle, std::size_t index, ByteView key, void* record);

template <class... Columns>
std::string encode_columns(Parameter<Columns>... values) {
    std::string out;
    (append_argument<Columns>(out, values), ...);
    return out;
}

/// Columns that are equal, then the beginning of a string column.
template <class Text, class... Columns>
std::string encode_text_prefix(std::string_view text, Parameter<Columns>... values) {
    std::string out = encode_columns<Columns...>(values...);
    FormTraits<Text>::append_prefix(out, text);
    return out;
}

/// Where the keys that equal or begin with an end of a range begin, and where they end; nothing: behind every key.
struct Bounds {
    std::optional<std::string> low;
    std::optional<std::string> high;
};
/// From the lower of the begins to the higher of the ends. These need not come from the same of the two: what
/// begins with "CH" begins before what begins with "CH", 134 and ends behind it.
[[nodiscard]] Bounds between(Bounds one, Bounds other);

/// Every row, in key order, and what restricts them by bounds; the bottom of the chain of Leading. Range is what
/// they answer with.
///
/// Bounds are places in the order of the index: `from` is the first that the walk meets. In a descending column
/// that is the larger value.
template <class Range, class Prefix>
class Ranges : public Range {
public:
    Ranges(const TableHandle& handle, std::size_t index) : Range(handle, Selection{index}) {}

    /// Every row, which is what this is by itself.
    [[nodiscard]] Range all() const { return *this; }
    /// Rows from `from` on, up to but without `until`. Each is one value, or a braced list of leading columns.
    [[nodiscard]] Range range(const Prefix& from, const Prefix& until) const {
        return rows(this->begin_of(from), this->begin_of(until));
    }
    /// The same with the rows that equal or begin with `until`.
    [[nodiscard]] Range closed_range(const Prefix& from, const Prefix& until) const {
        return rows(this->begin_of(from), this->end_of(until));
    }
    /// The same as range(), without the rows that equal or begin with `from`.
    [[nodiscard]] Range open_range(const Prefix& from, const Prefix& until) const {
        return rows(this->end_of(from), this->begin_of(until));
    }
    /// The same as closed_range(), without the rows that equal or begin with `from`.
    [[nodiscard]] Range left_open_range(const Prefix& from, const Prefix& until) const {
        return rows(this->end_of(from), this->end_of(until));
    }
    /// Rows between two bounds, which are given in either order, with those that equal or begin with one of them:
    /// whoever asks for the values from 10 to 20 need not know whether the column is a descending one.
    [[nodiscard]] Range between(const Prefix& one, const Prefix& other) const {
        Bounds bounds =
            detail::between({this->begin_of(one), this->end_of(one)}, {this->begin_of(other), this->end_of(other)});
        return rows(std::move(bounds.low), std::move(bounds.high));
    }
    /// Rows behind those that equal or begin with `from`.
    [[nodiscard]] Range after(const Prefix& from) const { return rows(this->end_of(from), std::nullopt); }
    /// Rows up to those that equal or begin with `until`, them included.
    [[nodiscard]] Range through(const Prefix& until) const { return rows(std::string(), this->end_of(until)); }
    /// Rows from `from` on.
    [[nodiscard]] Range from(const Prefix& from) const { return rows(this->begin_of(from), std::nullopt); }
    /// Rows before `until`.
    [[nodiscard]] Range until(const Prefix& until) const { return rows(std::string(), this->begin_of(until)); }
    [[nodiscard]] std::optional<typename Range::Value> last() const { return this->reverse().first(); }

protected:
    [[nodiscard]] Range rows(std::optional<std::string> low, std::optional<std::string> high) const {
        // Behind every key there is nothing, nor is there before the empty one.
        if (!low) return Range(this->handle_, Selection{this->selection_.index, {}, std::string()});
        return Range(this->handle_, Selection{this->selection_.index, std::move(*low), std::move(high)});
    }
    [[nodiscard]] Range rows_with(std::string prefix) const {
        std::optional<std::string> high = key::successor(prefix);
        return rows(std::move(prefix), std::move(high));
    }
};

/// equal() and prefix() for every number of leading columns, with the columns' own parameter types: one class per
/// number, each deriving from the one with one column more.
template <class Range, class Prefix, class Taken, class Rest>
class Leading;

template <class Range, class Prefix, class... Taken, class Last>
class Leading<Range, Prefix, List<Taken...>, List<Last>> : public Ranges<Range, Prefix> {
public:
    using Ranges<Range, Prefix>::Ranges;

    /// Rows whose columns equal these. For a null pass std::nullopt.
    [[nodiscard]] Range equal(Parameter<Taken>... leading, Parameter<Last> last) const {
        return this->rows_with(encode_columns<Taken..., Last>(leading..., last));
    }
    /// Rows whose columns equal these and whose last named column, a string, begins with `text`.
    [[nodiscard]] Range prefix(Parameter<Taken>... leading,
                               std::string_view text) const requires kTakesPrefix<Last> {
        return this->rows_with(encode_text_prefix<Last, Taken...>(text, leading...));
    }
};

template <class Range, class Prefix, class... Taken, class Next, class AfterNext, class... Rest>
class Leading<Range, Prefix, List<Taken...>, List<Next, AfterNext, Rest...>>
    : public Leading<Range, Prefix, List<Taken..., Next>, List<AfterNext, Rest...>> {
    using Longer = Leading<Range, Prefix, List<Taken..., Next>, List<AfterNext, Rest...>>;

public:
    using Longer::equal;
    using Longer::Longer;
    using Longer::prefix;

    /// Rows whose leading columns equal these.
    [[nodiscard]] Range equal(Parameter<Taken>... leading, Parameter<Next> last) const {
        return this->rows_with(encode_columns<Taken..., Next>(leading..., last));
    }
    /// Rows whose leading columns equal these, the last of them, a string, beginning with `text`.
    [[nodiscard]] Range prefix(Parameter<Taken>... leading,
                               std::string_view text) const requires kTakesPrefix<Next> {
        return this->rows_with(encode_text_prefix<Next, Taken...>(text, leading...));
    }
};

template <class Columns>
struct PrefixOfImpl;
template <class... Cs>
struct PrefixOfImpl<List<Cs...>> {
    using type = KeyPrefix<Cs...>;
};

/// Every query that an ordered sequence of columns offers.
template <class Range, class Columns>
using Selections = Leading<Range, typename PrefixOfImpl<Columns>::type, List<>, Columns>;

/// Reads by primary key.
template <class T, class Columns>
class ByPrimaryKey;
template <class T, class... Cs>
class ByPrimaryKey<T, List<Cs...>> : public Selections<Rows<T>, List<Cs...>> {
public:
    using Selections<Rows<T>, List<Cs...>>::Selections;

    /// A copy of the record with this key, or nothing. O(depth).
    [[nodiscard]] std::optional<typename T::Record> get(Parameter<Cs>... key) const {
        std::optional<typename T::Record> record(std::in_place);
        if (!read_record(this->handle_, encode_columns<Cs...>(key...), &*record)) record.reset();
        return record;
    }
    /// The record with this key, or another one when there is none. O(depth).
    [[nodiscard]] typename T::Record get_or(Parameter<Cs>... key, typename T::Record otherwise) const {
        std::optional<typename T::Record> record = get(key...);
        return record ? *std::move(record) : std::move(otherwise);
    }
    /// The records of many keys, in the order of the keys: copies, nothing where there is none. The keys are a
    /// range of KeyOf<T>: values of the column, or tuples of several. Cheaper than get() for each: pages are
    /// fetched side by side.
    template <class Keys>
    [[nodiscard]] std::vector<std::optional<typename T::Record>> get_many(const Keys& keys) const {
        std::vector<std::string> encoded;
        for (const auto& key : keys) {
            constexpr bool kRight = converts<KeyOf<T>, std::remove_cvref_t<decltype(key)>>();
            static_assert(
                kRight,
                "get_many() takes a range of this table's primary keys: values of its column, or tuples when "
                "there are several");
            if constexpr (kRight) key::append(encoded.emplace_back(), exactly<KeyOf<T>>(key));
        }
        std::vector<std::optional<typename T::Record>> records(encoded.size());
        read_many(this->handle_, encoded, &records, [](void* context, std::size_t position) -> void* {
            return &(*static_cast<std::vector<std::optional<typename T::Record>>*>(context))[position].emplace();
        });
        return records;
    }
    /// The record with this key in place, as its codec shows it, or nothing; see view.hpp for how long it lives.
    /// Error{decode} as the codec's view() says. O(depth).
    [[nodiscard]] auto view(Parameter<Cs>... key) const {
        const std::string bytes = encode_columns<Cs...>(key...);
        return view_bytes<T>(this->handle_, bytes, find_bytes(this->handle_, bytes));
    }
    [[nodiscard]] bool contains(Parameter<Cs>... key) const {
        return has_record(this->handle_, encode_columns<Cs...>(key...));
    }
};

/// Reads through a unique index.
template <class T, std::size_t Position, class Columns>
class ByUnique;
template <class T, std::size_t Position, class... Cs>
class ByUnique<T, Position, List<Cs...>> : public Selections<IndexRows<T, Position>, List<Cs...>> {
public:
    using Selections<IndexRows<T, Position>, List<Cs...>>::Selections;

    /// A copy of the record with these columns, or nothing. A null matches nothing here, as several records may
    /// have it; see equal(). O(depth).
    [[nodiscard]] std::optional<RowOf<T>> get(Parameter<Cs>... columns) const {
        using Row = typename LayoutOf<T>::Row;
        std::optional<RowOf<T>> row;
        if (const auto key =
                find_unique(this->handle_, this->selection_.index, encode_columns<Cs...>(columns...))) {
            read_indexed(this->handle_, this->selection_.index, *key, &Row::value_of(row.emplace()));
            Row::set_key(*row, *key);
        }
        return row;
    }
    /// The same in place; see view.hpp for how long it lives. O(depth).
    [[nodiscard]] auto view(Parameter<Cs>... columns) const {
        const auto key = find_unique(this->handle_, this->selection_.index, encode_columns<Cs...>(columns...));
        if (!key) return view_bytes<T>(this->handle_, {}, std::nullopt);
        return view_bytes<T>(this->handle_, *key, find_indexed_bytes(this->handle_, this->selection_.index, *key));
    }
    [[nodiscard]] bool contains(Parameter<Cs>... columns) const {
        return find_unique(this->handle_, this->selection_.index, encode_columns<Cs...>(columns...)).has_value();
    }
};

template <class T, std::size_t Position, IndexKind Kind = IndexOf<T, Position>::kind>
struct IndexReads {
    using type = Selections<IndexRows<T, Position>, typename IndexOf<T, Position>::Forms>;
};
template <class T, std::size_t Position>
struct IndexReads<T, Position, IndexKind::unique> {
    using type = ByUnique<T, Position, typename IndexOf<T, Position>::Forms>;
};

template <class Asked, class... Existing>
inline constexpr bool index_exists = false;

template <class Asked, class Indexes>
struct CheckIndexName;
template <class Asked, class... Is>
struct CheckIndexName<Asked, List<Is...>> {
    static constexpr bool check() {
        static_assert(index_exists<Asked, typename Is::Spelled...>,
                      "this table has no index of that name; index_exists<...> here lists the name asked for, then "
                      "the names that exist");
        return true;
    }
};

}  // namespace detail

/// Reads the table T in a transaction: all of its rows (see Rows), get, contains, range, from, until, equal,
/// prefix, last by primary key, and by<"name">() for the same through an index.
template <class T, bool Usable = detail::usable_table<T>()>
class Reader;

template <class T>
class Reader<T, false> : public detail::AfterMisuse<typename detail::RecordOf<T>::type> {
public:
    using detail::AfterMisuse<typename detail::RecordOf<T>::type>::AfterMisuse;
};

template <class T>
class Reader<T, true> : public detail::ByPrimaryKey<T, typename detail::LayoutOf<T>::KeyColumns::Types> {
    using Base = detail::ByPrimaryKey<T, typename detail::LayoutOf<T>::KeyColumns::Types>;

public:
    /// Error{misuse} when the transaction's database was opened without T.
    explicit Reader(ReadTransaction& transaction)
        : Base(detail::find_table(transaction, detail::LayoutOf<T>::description), detail::kRecords) {}

    /// The queries of an index. A unique index has get() and contains() as well.
    template <detail::Name IndexName>
    [[nodiscard]] auto by() const {
        using Indexes = typename T::IndexOptions;
        constexpr std::size_t kPosition = detail::IndexNames<Indexes>::find(IndexName.view());
        if constexpr (kPosition == Indexes::size) {
            static_cast<void>(detail::CheckIndexName<detail::Spelled<IndexName>, Indexes>::check());
            return detail::AfterMisuse<typename T::Record>{};
        } else {
            return typename detail::IndexReads<T, kPosition>::type(this->handle_, kPosition);
        }
    }
};

}  // namespace cambium

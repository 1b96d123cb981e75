// Reader: the queries of one table inside a transaction, by primary key and through its indexes.
//
// A Reader is a handle of a few words: cheap to make, to copy and to pass. It points at its transaction object and
// must not outlive it, nor must the rows and iterators made from it: nothing can tell them that the object is gone.
// After end(), commit() or abort() of a transaction object that is still there, every call throws Error{misuse}.
//
// Every call throws Error{corrupt} on a damaged file, Error{decode} for a record that does not decode, naming
// table, key and field, and Error{invalid_argument} for a number that the type of its key column does not hold.
// Thread rule: that of the transaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cambium/misuse.hpp"
#include "cambium/query.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"

namespace cambium {
namespace detail {

/// The table of this description in the transaction; Error{misuse} names one that was not opened, Error{schema}
/// one that another opener of the file has changed since.
[[nodiscard]] TableHandle find_table(ReadTransaction& transaction, const TableDescription& description);
/// Decode the record of a primary key. False when there is none.
[[nodiscard]] bool read_record(const TableHandle& handle, ByteView key, void* record);
[[nodiscard]] bool has_record(const TableHandle& handle, ByteView key);
/// The primary key that a unique index holds for these columns, until the transaction writes or ends.
[[nodiscard]] std::optional<ByteView> find_unique(const TableHandle& handle, std::size_t index, ByteView columns);
/// Decode the record that an index entry leads to; Error{corrupt} when there is none.
void read_indexed(const TableHandle& handle, std::size_t index, ByteView key, void* record);
/// The smallest bytes after all that begin with prefix, or nothing when there are none.
[[nodiscard]] std::optional<std::string> after_prefix(std::string prefix);

template <class... Columns>
std::string encode_columns(Parameter<Columns>... values) {
    std::string out;
    (append_argument<Columns>(out, values), ...);
    return out;
}

/// Columns that are equal, then the beginning of a string column. A string that is not null begins as its
/// optional does: with the byte 1.
template <class Text, class... Columns>
std::string encode_text_prefix(std::string_view text, Parameter<Columns>... values) {
    std::string out = encode_columns<Columns...>(values...);
    if constexpr (kIsOptional<Text>) out.push_back('\x01');
    key::append_prefix(out, text);
    return out;
}

/// Selections by all columns or by bounds; the bottom of the chain of Leading.
template <class T, class Prefix>
class Ranges {
public:
    using cambium_bound_to_transaction = void;

    Ranges(const TableHandle& handle, std::size_t index) : handle_(handle), index_(index) {}

    /// Every row, in key order.
    [[nodiscard]] Rows<T> all() const { return rows({}, std::nullopt); }
    /// Rows from `from` on, up to but without `until`. Each is one value, or a braced list of leading columns.
    [[nodiscard]] Rows<T> range(Prefix from, Prefix until) const { return rows(from.bytes(), until.bytes()); }
    /// Rows from `from` on.
    [[nodiscard]] Rows<T> from(Prefix from) const { return rows(from.bytes(), std::nullopt); }
    /// Rows before `until`.
    [[nodiscard]] Rows<T> until(Prefix until) const { return rows({}, until.bytes()); }
    /// all(), the other way round.
    [[nodiscard]] Rows<T> reverse() const { return all().reverse(); }
    [[nodiscard]] Rows<T> limit(std::uint64_t entries) const { return all().limit(entries); }
    /// The number of rows. O(1).
    [[nodiscard]] std::uint64_t count() const { return all().count(); }
    [[nodiscard]] std::optional<typename T::Record> first() const { return all().first(); }
    [[nodiscard]] std::optional<typename T::Record> last() const { return all().reverse().first(); }

protected:
    [[nodiscard]] Rows<T> rows(std::string low, std::optional<std::string> high) const {
        return Rows<T>(handle_, Selection{index_, std::move(low), std::move(high)});
    }
    [[nodiscard]] Rows<T> rows_with(std::string prefix) const {
        std::optional<std::string> high = after_prefix(prefix);
        return rows(std::move(prefix), std::move(high));
    }

    TableHandle handle_;
    std::size_t index_;
};

/// equal() and prefix() for every number of leading columns, with the columns' own parameter types: one class per
/// number, each deriving from the one with one column more.
template <class T, class Prefix, class Taken, class Rest>
class Leading;

template <class T, class Prefix, class... Taken, class Last>
class Leading<T, Prefix, List<Taken...>, List<Last>> : public Ranges<T, Prefix> {
public:
    using Ranges<T, Prefix>::Ranges;

    /// Rows whose columns equal these. For a null pass std::nullopt.
    [[nodiscard]] Rows<T> equal(Parameter<Taken>... leading, Parameter<Last> last) const {
        return this->rows_with(encode_columns<Taken..., Last>(leading..., last));
    }
    /// Rows whose columns equal these and whose last named column, a string, begins with `text`.
    [[nodiscard]] Rows<T> prefix(Parameter<Taken>... leading, std::string_view text) const requires kIsText<Last> {
        return this->rows_with(encode_text_prefix<Last, Taken...>(text, leading...));
    }
};

template <class T, class Prefix, class... Taken, class Next, class AfterNext, class... Rest>
class Leading<T, Prefix, List<Taken...>, List<Next, AfterNext, Rest...>>
    : public Leading<T, Prefix, List<Taken..., Next>, List<AfterNext, Rest...>> {
    using Longer = Leading<T, Prefix, List<Taken..., Next>, List<AfterNext, Rest...>>;

public:
    using Longer::equal;
    using Longer::Longer;
    using Longer::prefix;

    /// Rows whose leading columns equal these.
    [[nodiscard]] Rows<T> equal(Parameter<Taken>... leading, Parameter<Next> last) const {
        return this->rows_with(encode_columns<Taken..., Next>(leading..., last));
    }
    /// Rows whose leading columns equal these, the last of them, a string, beginning with `text`.
    [[nodiscard]] Rows<T> prefix(Parameter<Taken>... leading, std::string_view text) const requires kIsText<Next> {
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
template <class T, class Columns>
using Selections = Leading<T, typename PrefixOfImpl<Columns>::type, List<>, Columns>;

/// Reads by primary key.
template <class T, class Columns>
class ByPrimaryKey;
template <class T, class... Cs>
class ByPrimaryKey<T, List<Cs...>> : public Selections<T, List<Cs...>> {
public:
    using Selections<T, List<Cs...>>::Selections;

    /// A copy of the record with this key, or nothing. O(depth).
    [[nodiscard]] std::optional<typename T::Record> get(Parameter<Cs>... key) const {
        std::optional<typename T::Record> record(std::in_place);
        if (!read_record(this->handle_, encode_columns<Cs...>(key...), &*record)) record.reset();
        return record;
    }
    [[nodiscard]] bool contains(Parameter<Cs>... key) const {
        return has_record(this->handle_, encode_columns<Cs...>(key...));
    }
};

/// Reads through a unique index.
template <class T, class Columns>
class ByUnique;
template <class T, class... Cs>
class ByUnique<T, List<Cs...>> : public Selections<T, List<Cs...>> {
public:
    using Selections<T, List<Cs...>>::Selections;

    /// A copy of the record with these columns, or nothing. A null matches nothing here, as several records may
    /// have it; see equal(). O(depth).
    [[nodiscard]] std::optional<typename T::Record> get(Parameter<Cs>... columns) const {
        std::optional<typename T::Record> record;
        if (const auto key = find_unique(this->handle_, this->index_, encode_columns<Cs...>(columns...))) {
            read_indexed(this->handle_, this->index_, *key, &record.emplace());
        }
        return record;
    }
    [[nodiscard]] bool contains(Parameter<Cs>... columns) const {
        return find_unique(this->handle_, this->index_, encode_columns<Cs...>(columns...)).has_value();
    }
};

template <class T, class Index, IndexKind Kind = Index::kind>
struct IndexReads {
    using type = Selections<T, typename Index::template ColumnsOf<typename T::Record>::Types>;
};
template <class T, class Index>
struct IndexReads<T, Index, IndexKind::unique> {
    using type = ByUnique<T, typename Index::template ColumnsOf<typename T::Record>::Types>;
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

/// Reads the table T in a transaction: get, contains, all, range, from, until, equal, prefix, count, first, last
/// by primary key, and by<"name">() for the same through an index.
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
            using Index = detail::Element<kPosition, Indexes>;
            return typename detail::IndexReads<T, Index>::type(this->handle_, kPosition);
        }
    }
};

}  // namespace cambium

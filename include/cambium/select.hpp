// What is made of a query's rows: chosen members, rows for which something holds, sums, groups, pairs along a
// foreign key. Included by query.hpp, which declares it; errors, lifetimes and thread rule are those of its rows.
//
//     for (const auto& [id, city] : customers.all().select<&Customer::id, &Customer::city>()) ...
//     for (const Customer& c : customers.all().filter([](const Customer& c) { return c.age > 60; })) ...
//     orders.by<"customer">().equal(7).aggregate<&Order::amount>().sum
//     for (const auto& [day, count] : orders.by<"day">().all().count_by<1>()) ...
//     for (const auto& [order, customer] : orders.all().join<"customer">()) ...
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cambium/codec/shape.hpp"
#include "cambium/misuse.hpp"
#include "cambium/query.hpp"

namespace cambium {
namespace detail {

/// Error{invalid_argument}: a sum of a member that does not fit 64 bits.
[[noreturn]] void throw_sum_too_large(std::string_view member);

[[nodiscard]] TableHandle find_table(ReadTransaction& transaction, const TableDescription& description);
[[nodiscard]] bool read_record(const TableHandle& handle, ByteView key, void* record);

/// The shape of a record of which a codec sees these members only; the others are fields that it does not know.
template <class Record, auto... Members>
struct PartShape {
    using Whole = codec::detail::RecordTable<Record, std::make_index_sequence<reflect::field_count<Record>>>;
    static constexpr std::size_t kCount = sizeof...(Members);

    static constexpr std::size_t place_of(std::string_view name) {
        std::size_t place = 0;
        while (Whole::kFields[place].name != name) ++place;
        return place;
    }
    static constexpr std::array<std::size_t, kCount> kPlaces{place_of(Column<Members>::name)...};
    static constexpr codec::FieldShape kFields[] = {Whole::kFields[place_of(Column<Members>::name)]...};
    static constexpr std::array<std::uint8_t, kCount> sort_names() {
        std::array<std::uint8_t, kCount> order{};
        for (std::size_t i = 0; i < kCount; ++i) {
            order[i] = static_cast<std::uint8_t>(i);
            for (std::size_t j = i;
                 j > 0 && codec::detail::name_less(kFields[order[j]].name, kFields[order[j - 1]].name); --j)
                std::swap(order[j], order[j - 1]);
        }
        return order;
    }
    static constexpr std::array<std::uint8_t, kCount> kSorted = sort_names();
    static const std::uint32_t* offsets(const void* record) {
        static const std::array<std::uint32_t, kCount> kOffsets = [record] {
            const std::uint32_t* const whole = Whole::offsets(record);
            std::array<std::uint32_t, kCount> result{};
            for (std::size_t i = 0; i < kCount; ++i) result[i] = whole[kPlaces[i]];
            return result;
        }();
        return kOffsets.data();
    }
    static constexpr codec::RecordShape kShape{kCount, kFields, kSorted.data(), &offsets, kCount};
    static constexpr codec::Shape value{codec::Kind::record, codec::Meaning::plain, 0, &kShape};
};

/// Decodes at least these members of a record; the others may keep their defaults.
template <class T, auto... Members>
void decode_part(ByteView bytes, void* record) {
    using Record = typename T::Record;
    using Codec = typename LayoutOf<T>::Codec;
    Record& r = *static_cast<Record*>(record);
    // Which fields are unknown is seen by who knows all the others.
    constexpr bool kUnknown = (std::is_same_v<typename Column<Members>::Type, UnknownFields> || ...);
    if constexpr (!kUnknown && reflect::Record<Record> &&
                  requires(const codec::Shape& shape) { Codec::decode_as(shape, bytes, r); }) {
        Codec::decode_as(PartShape<Record, Members...>::value, bytes, r);
    } else {
        r = Record{};
        Codec::decode(bytes, r);
    }
}

template <class T, auto... Members>
struct PartItem {
    using Record = typename T::Record;
    static constexpr bool kOne = sizeof...(Members) == 1;
    template <auto First, auto... More>
    struct FirstType {
        using type = typename Column<First>::Type;
    };
    using Value = std::conditional_t<kOne, typename FirstType<Members...>::type,
                                     std::tuple<typename Column<Members>::Type...>>;
    using Key = KeyOf<T>;
    static bool step(Scan& scan) { return scan.next(); }
    static Key key(const Scan& scan, const Value&) { return decode_primary_key<T>(scan.primary_key()); }
    static void read(Scan& scan, Value& value) {
        Record record{};
        scan.read_part(&decode_part<T, Members...>, &record);
        value = Value(std::move(record.*Members)...);
    }
};

template <class T, auto... Members>
constexpr bool check_members() {
    constexpr bool kRight = sizeof...(Members) > 0 && (std::is_member_object_pointer_v<decltype(Members)> && ...);
    static_assert(kRight, "select<> and aggregate<> take pointers to data members: select<&Customer::id>()");
    if constexpr (kRight) {
        constexpr bool kOwn = (std::is_same_v<typename Column<Members>::Record, typename T::Record> && ...);
        static_assert(kOwn, "select<> or aggregate<> names a member of another record type than the table's");
        constexpr bool kOnce = all_different<sizeof...(Members) + 1>({Column<Members>::name..., {}});
        static_assert(kOnce || !kOwn, "select<> names a member twice");
        return kOwn && kOnce;
    }
    return false;
}

template <class V>
struct PlainOf {
    using type = V;
};
template <class V>
struct PlainOf<std::optional<V>> {
    using type = V;
};

/// Values of which one is the least.
template <class V>
inline constexpr bool kOrdered = requires(const V& a, const V& b) {
    a < b;
};
// Its operator is declared for any alternatives.
template <class... Vs>
inline constexpr bool kOrdered<std::variant<Vs...>> = (kOrdered<Vs> && ...);

/// Whether there is an aggregate of a member.
template <class T, auto Member>
constexpr bool check_aggregated() {
    if constexpr (check_members<T, Member>()) {
        constexpr bool kRight = kOrdered<typename PlainOf<typename Column<Member>::Type>::type>;
        static_assert(kRight,
                      "aggregate<> and aggregate_by<> take a member whose values have an order: a struct needs "
                      "operator< or operator<=>; count() and count_by<> take no member");
        return kRight;
    }
    return false;
}

template <class V>
struct SumOf {
    static constexpr bool kAdds = requires(V a, const V& b) { a += b; }
    &&!std::is_same_v<V, std::string>;
    using Number = std::conditional_t<std::is_floating_point_v<V>, double,
                                      std::conditional_t<std::is_signed_v<V>, std::int64_t, std::uint64_t>>;
    using type = std::conditional_t<std::is_arithmetic_v<V>, Number, std::conditional_t<kAdds, V, std::monostate>>;
};

}  // namespace detail

/// What rows have of one member, those without nulls.
template <class V>
struct Aggregate {
    std::uint64_t count = 0;  ///< of values that are not null
    /// double for floating point, else 64 bits; a duration is the sum of durations; of values that cannot be added
    /// std::monostate.
    typename detail::SumOf<V>::type sum{};
    std::optional<V> min{};  ///< NaN is neither least nor greatest
    std::optional<V> max{};
};

namespace detail {

/// The sum of integers, which may be out of range on its way.
class IntegerSum {
public:
    template <class Number>
    void add(Number number) noexcept {
        sum_ += number;
    }
    /// Error{invalid_argument} names `member` when a Number does not hold the sum.
    template <class Number>
    [[nodiscard]] Number value(std::string_view member) const {
        if (sum_ < std::numeric_limits<Number>::min() || sum_ > std::numeric_limits<Number>::max())
            throw_sum_too_large(member);
        return static_cast<Number>(sum_);
    }

private:
    __extension__ using Wide = __int128;
    Wide sum_ = 0;
};

/// Takes values in and answers with the Aggregate of them.
template <class V>
class Aggregation {
    using Sum = typename SumOf<V>::type;

public:
    template <class Nullable>
    void take(const Nullable& value) {
        if constexpr (kIsOptional<Nullable>) {
            if (value) add(*value);
        } else {
            add(value);
        }
    }
    [[nodiscard]] Aggregate<V> result(std::string_view member) const {
        Aggregate<V> result = result_;
        if constexpr (std::is_integral_v<Sum>)
            result.sum = sum_.template value<Sum>(member);
        else if constexpr (kIsTime<Sum>)
            result.sum = Sum(sum_.template value<typename Sum::rep>(member));
        return result;
    }

private:
    void add(const V& value) {
        ++result_.count;
        if constexpr (std::is_integral_v<Sum>)
            sum_.add(value);
        else if constexpr (kIsTime<Sum>)
            sum_.add(value.count());
        else if constexpr (!std::is_same_v<Sum, std::monostate>)
            result_.sum += value;
        if constexpr (std::is_floating_point_v<V>) {
            if (value != value) return;
        }
        if (!result_.min || value < *result_.min) result_.min = value;
        if (!result_.max || *result_.max < value) result_.max = value;
    }

    Aggregate<V> result_{};
    IntegerSum sum_;
};

template <auto Member>
using AggregationOf = Aggregation<typename PlainOf<typename Column<Member>::Type>::type>;

}  // namespace detail

/// Rows whose first columns in an index are equal.
template <class ColumnsType, class ValueType>
struct Group {
    ColumnsType columns{};
    ValueType value{};
};

namespace detail {

template <auto Member>
using AggregateOf = Aggregate<typename PlainOf<typename Column<Member>::Type>::type>;

template <std::size_t Count, class Tuple, std::size_t... I>
auto first_of(const Tuple& tuple, std::index_sequence<I...>) {
    if constexpr (Count == 1)
        return std::get<0>(tuple);
    else
        return std::make_tuple(std::get<I>(tuple)...);
}

/// The encoding of the first columns of an entry.
template <class... Forms, class Entry, std::size_t... I>
std::string group_bytes(List<Forms...>, const Entry& entry, std::index_sequence<I...>) {
    std::string bytes;
    (FormTraits<Element<I, List<Forms...>>>::append(bytes, std::get<I>(entry)), ...);
    return bytes;
}

/// Walks an index and calls begin(columns) at each new group, and then step(scan) for each of its entries. What
/// tells groups apart is what orders them: the encoding of the columns.
template <std::size_t Count, class T, std::size_t Position, class Begin, class Step>
void walk_groups(const TableHandle& handle, const Selection& selection, Begin&& begin, Step&& step) {
    using Item = EntryItem<T, Position>;
    using Forms = typename IndexOf<T, Position>::Forms;
    static_assert(Count > 0 && Count <= Forms::size,
                  "count_by<> and aggregate_by<> take the number of columns, from 1 to as many as the index has");
    constexpr auto kFirst = std::make_index_sequence<std::min(Count, Forms::size)>{};
    Scan scan(handle, selection);
    typename Item::Value entry{};
    std::optional<std::string> current;
    while (scan.next()) {
        if (!current || !scan.position().starts_with(*current)) {
            scan.read_entry(&Item::decode, &entry);
            begin(first_of<Count>(entry, kFirst));
            current = group_bytes(Forms{}, entry, kFirst);
        }
        step(scan);
    }
}

template <std::size_t Count, class T, std::size_t Position>
using GroupColumns =
    decltype(first_of<Count>(std::declval<typename EntryItem<T, Position>::Value>(),
                             std::make_index_sequence<std::min(Count, IndexOf<T, Position>::Forms::size)>{}));

}  // namespace detail

/// The chosen members of rows. As an input range; page(), collect() and the like as of Rows.
template <class T, auto... Members>
class Selected : public detail::SelectedRange<Selected<T, Members...>, detail::PartItem<T, Members...>> {
public:
    using detail::SelectedRange<Selected<T, Members...>, detail::PartItem<T, Members...>>::SelectedRange;
};

/// Rows for which a predicate is true, as an input range.
template <class Range, class Predicate>
class Filtered : public detail::RowRange<Filtered<Range, Predicate>, typename Range::Value> {
public:
    using Value = typename Range::Value;

    class Iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = Value;
        using cambium_bound_to_transaction = void;

        const Value& operator*() const noexcept { return *row_; }
        const Value* operator->() const noexcept { return &*row_; }
        /// The primary key of the row as it is stored. Until the iterator moves.
        [[nodiscard]] ByteView key_bytes() const noexcept { return row_.key_bytes(); }
        Iterator& operator++() {
            if (--left_ > 0) {
                ++row_;
                find();
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
            return iterator.left_ == 0 || iterator.row_ == std::default_sentinel;
        }

    private:
        friend class Filtered;
        Iterator(typename Range::Iterator row, const Predicate* predicate, std::uint64_t limit)
            : row_(std::move(row)), predicate_(predicate), left_(limit) {
            if (left_ > 0) find();
        }
        void find() {
            while (row_ != std::default_sentinel && !std::invoke(*predicate_, *row_)) ++row_;
        }
        typename Range::Iterator row_;
        const Predicate* predicate_;
        std::uint64_t left_;
    };

    Filtered(Range rows, Predicate predicate) : rows_(std::move(rows)), predicate_(std::move(predicate)) {}

    /// At most so many of them.
    [[nodiscard]] Filtered limit(std::uint64_t rows) const {
        Filtered result = *this;
        result.limit_ = rows;
        return result;
    }
    /// The iterator must not outlive this object.
    [[nodiscard]] Iterator begin() const { return Iterator(rows_.begin(), &predicate_, limit_); }
    [[nodiscard]] std::uint64_t count() const {
        std::uint64_t rows = 0;
        for (Iterator row = begin(); row != this->end(); ++row) ++rows;
        return rows;
    }
    [[nodiscard]] bool empty() const { return begin() == this->end(); }
    /// As of Rows.
    template <auto Member>
    [[nodiscard]] auto aggregate() const {
        using T = detail::TableOf<Range>;
        if constexpr (detail::check_aggregated<T, Member>()) {
            detail::AggregationOf<Member> values;
            for (Iterator row = begin(); row != this->end(); ++row)
                values.take(detail::LayoutOf<T>::Row::value_of(*row).*Member);
            return values.result(detail::Column<Member>::name);
        } else {
            return detail::AnyAggregate{};
        }
    }

private:
    friend struct detail::SelectionAccess;
    Range rows_;
    Predicate predicate_;
    std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();
};

/// Rows of a query, each with the record that a foreign key of it refers to; see Rows::join().
template <class T, class ForeignKey>
class Joined
    : public detail::RowRange<Joined<T, ForeignKey>,
                              std::pair<RowOf<T>, std::optional<RowOf<typename ForeignKey::TargetTable>>>> {
public:
    using Target = typename ForeignKey::TargetTable;
    using Value = std::pair<RowOf<T>, std::optional<RowOf<Target>>>;

    class Iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = Value;
        using cambium_bound_to_transaction = void;

        const Value& operator*() const noexcept { return value_; }
        const Value* operator->() const noexcept { return &value_; }
        Iterator& operator++() {
            ++row_;
            read();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
            return iterator.row_ == std::default_sentinel;
        }

    private:
        friend class Joined;
        Iterator(typename Rows<T>::Iterator row, const detail::TableHandle& target)
            : row_(std::move(row)), target_(target) {
            read();
        }
        void read() {
            if (row_ == std::default_sentinel) return;
            value_.first = *row_;
            value_.second.reset();
            key_.clear();
            using Row = typename detail::LayoutOf<T>::Row;
            if (!ForeignKey::append_target(&Row::value_of(value_.first), key_)) return;
            using TargetRow = typename detail::LayoutOf<Target>::Row;
            if (detail::read_record(target_, key_, &TargetRow::value_of(value_.second.emplace()))) {
                TargetRow::set_key(*value_.second, key_);
            } else {
                value_.second.reset();
            }
        }
        typename Rows<T>::Iterator row_;
        detail::TableHandle target_;
        std::string key_;
        Value value_{};
    };

    explicit Joined(const Rows<T>& rows)
        : rows_(rows),
          target_(detail::find_table(*detail::SelectionAccess::handle(rows).transaction,
                                     detail::LayoutOf<Target>::description)) {}

    [[nodiscard]] Iterator begin() const { return Iterator(rows_.begin(), target_); }

private:
    Rows<T> rows_;
    detail::TableHandle target_;
};

template <class T>
template <auto... Members>
auto Rows<T>::select() const {
    if constexpr (detail::check_members<T, Members...>())
        return Selected<T, Members...>(this->handle_, this->selection_);
    else
        return detail::AfterMisuse<typename T::Record>{};
}

template <class T>
template <class Predicate>
auto Rows<T>::filter(Predicate predicate) const {
    constexpr bool kRight = std::is_invocable_r_v<bool, const Predicate&, const RowOf<T>&>;
    static_assert(kRight, "filter() takes a function of one row that returns bool");
    if constexpr (kRight)
        return Filtered<Rows<T>, Predicate>(*this, std::move(predicate));
    else
        return detail::AfterMisuse<typename T::Record>{};
}

template <class T>
template <auto Member>
auto Rows<T>::aggregate() const {
    if constexpr (detail::check_aggregated<T, Member>()) {
        detail::AggregationOf<Member> values;
        for (const auto& value : select<Member>()) values.take(value);
        return values.result(detail::Column<Member>::name);
    } else {
        return detail::AnyAggregate{};
    }
}

namespace detail {

/// The foreign key of a table by its name, void when there is none.
template <class T, std::size_t Position>
constexpr auto foreign_key_at() {
    if constexpr (Position < T::IndexOptions::size) {
        using Index = Element<Position, typename T::IndexOptions>;
        if constexpr (requires { typename Index::TargetTable; })
            return std::type_identity<Index>{};
        else
            return std::type_identity<void>{};
    } else {
        return std::type_identity<void>{};
    }
}

}  // namespace detail

template <class T>
template <detail::Name ForeignKeyName>
auto Rows<T>::join() const {
    constexpr std::size_t kPosition = detail::IndexNames<typename T::IndexOptions>::find(ForeignKeyName.view());
    using ForeignKey = typename decltype(detail::foreign_key_at<T, kPosition>())::type;
    static_assert(!std::is_void_v<ForeignKey>, "join<> takes the name of a foreign key of this table");
    if constexpr (!std::is_void_v<ForeignKey>)
        return Joined<T, ForeignKey>(*this);
    else
        return detail::AfterMisuse<std::pair<RowOf<T>, std::optional<detail::AnyValue>>>{};
}

template <class T, std::size_t Position>
template <std::size_t Columns>
auto IndexRows<T, Position>::count_by() const {
    std::vector<Group<detail::GroupColumns<Columns, T, Position>, std::uint64_t>> groups;
    detail::walk_groups<Columns, T, Position>(
        this->handle_, this->selection_,
        [&](const auto& columns) {
            groups.push_back({columns, 0});
        },
        [&](detail::Scan&) { ++groups.back().value; });
    return groups;
}

template <class T, std::size_t Position>
template <std::size_t Columns, auto Member>
auto IndexRows<T, Position>::aggregate_by() const {
    if constexpr (detail::check_aggregated<T, Member>()) {
        std::vector<Group<detail::GroupColumns<Columns, T, Position>, detail::AggregateOf<Member>>> groups;
        using Item = detail::PartItem<T, Member>;
        constexpr std::string_view kName = detail::Column<Member>::name;
        typename Item::Value value{};
        detail::AggregationOf<Member> values;
        detail::walk_groups<Columns, T, Position>(
            this->handle_, this->selection_,
            [&](const auto& columns) {
                if (!groups.empty()) groups.back().value = values.result(kName);
                values = {};
                groups.push_back({columns, {}});
            },
            [&](detail::Scan& scan) {
                Item::read(scan, value);
                values.take(value);
            });
        if (!groups.empty()) groups.back().value = values.result(kName);
        return groups;
    } else {
        return std::vector<detail::AnyGroup<detail::AnyAggregate>>{};
    }
}

}  // namespace cambium

// Columns: members of a record that a key is made of, how callers pass their values, and key prefixes.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/codec/reflect.hpp"
#include "cambium/description.hpp"
#include "cambium/key/key.hpp"
#include "cambium/name.hpp"
#include "cambium/readable.hpp"

namespace cambium::detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

/// Columns that prefix() can search by the beginning of their text.
template <class T>
inline constexpr bool kIsText = std::is_same_v<T, std::string> || std::is_same_v<T, std::optional<std::string>>;

/// Error{invalid_argument} for a number outside the range of its column, naming both. A negative number is passed
/// as the same 64 bits.
[[noreturn]] void throw_out_of_range(std::uint64_t number, bool negative, std::int64_t low, std::uint64_t high);

/// What may stand for the value of an integer column: a number of any integer type, or an unscoped enumerator.
template <class A>
concept IntegerArgument = sizeof(A) <= sizeof(std::uint64_t) &&
                          (std::integral<A> || (std::is_enum_v<A> && std::is_convertible_v<A, std::int64_t>));

/// The value of an integer column, made implicitly from a number of any integer type. Throws
/// Error{invalid_argument} when T does not hold that number, instead of wrapping it to another one.
template <class T>
class Integer {
public:
    template <IntegerArgument A>
    constexpr Integer(A number)  // NOLINT(google-explicit-constructor)
        : value_(static_cast<T>(number)) {
        // The unary plus makes numbers of characters, truth values and enumerators.
        constexpr auto kLow = +std::numeric_limits<T>::min();
        constexpr auto kHigh = +std::numeric_limits<T>::max();
        if (std::cmp_less(+number, kLow) || std::cmp_greater(+number, kHigh)) {
            throw_out_of_range(static_cast<std::uint64_t>(+number), std::cmp_less(+number, 0), kLow, kHigh);
        }
    }
    [[nodiscard]] constexpr T value() const noexcept { return value_; }

private:
    T value_;
};

/// How a caller passes the value of a column: integers as Integer, which any integer converts to; text as a view;
/// other small values by value, the rest by reference. An optional column takes an optional of the same.
template <class T>
struct ParameterImpl {
    using type = std::conditional_t<std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(void*), T, const T&>;
};
template <key::detail::PlainInteger T>
struct ParameterImpl<T> {
    using type = Integer<T>;
};
template <key::detail::PlainInteger T>
struct ParameterImpl<std::optional<T>> {
    using type = std::optional<Integer<T>>;
};
template <>
struct ParameterImpl<std::string> {
    using type = std::string_view;
};
template <>
struct ParameterImpl<std::optional<std::string>> {
    using type = std::optional<std::string_view>;
};
template <class T>
using Parameter = typename ParameterImpl<T>::type;

}  // namespace cambium::detail

namespace cambium::key {

template <class T>
struct KeyTraits<cambium::detail::Integer<T>> {
    static void encode(std::string& out, cambium::detail::Integer<T> value) {
        KeyTraits<T>::encode(out, value.value());
    }
};

}  // namespace cambium::key

namespace cambium::detail {

template <class M>
struct MemberImpl {
    static_assert(!std::is_same_v<M, M>, "a column is named by a pointer to a data member, as in &Customer::email");
};
template <class R, class T>
struct MemberImpl<T R::*> {
    using Record = R;
    using Type = T;
};

/// One column: which record it belongs to, its type, its name, its value in a record.
template <auto Member>
struct Column {
    using Record = typename MemberImpl<std::remove_cv_t<decltype(Member)>>::Record;
    using Type = typename MemberImpl<std::remove_cv_t<decltype(Member)>>::Type;
    static constexpr std::string_view name = reflect::member_name<Member>;
    static const Type& of(const Record& record) noexcept { return record.*Member; }
};

template <class T>
bool is_null(const T& value) noexcept {
    if constexpr (kIsOptional<T>) {
        return !value.has_value();
    } else {
        return false;
    }
}

template <class Column>
void describe_column(ByteView& key, std::string& out, bool first) {
    if (!first) out += ", ";
    append_readable(out, key::decode<typename Column::Type>(key));
}

/// The columns of one key or index of a record type, with the functions that its description points at.
template <class Record, class... Cs>
struct Columns {
    using Types = List<typename Cs::Type...>;
    static constexpr std::string_view names[] = {Cs::name...};

    static void append(const void* record, std::string& out) {
        const Record& r = *static_cast<const Record*>(record);
        (key::append(out, Cs::of(r)), ...);
    }
    static void emit(const void* record, IndexEntries& entries) {
        const Record& r = *static_cast<const Record*>(record);
        append(record, entries.open_entry());
        entries.close_entry((is_null(Cs::of(r)) || ...));
    }
    static void skip(ByteView& key) { (static_cast<void>(key::decode<typename Cs::Type>(key)), ...); }
    static void describe(ByteView& key, std::string& out) {
        bool first = true;
        ((describe_column<Cs>(key, out, first), first = false), ...);
    }
};

/// The value of a key: the column itself when there is one, a tuple when there are several.
template <class Types>
struct KeyValueImpl;
template <class T>
struct KeyValueImpl<List<T>> {
    using type = T;
    static type decode(ByteView& key) { return key::decode<T>(key); }
};
template <class... Ts>
struct KeyValueImpl<List<Ts...>> {
    using type = std::tuple<Ts...>;
    // Braces fix the order of evaluation.
    static type decode(ByteView& key) { return type{key::decode<Ts>(key)...}; }
};

/// Append an argument as a value of a column. Integers out of the column's range are refused, not wrapped.
template <class T, class A>
void append_argument(std::string& out, const A& argument) {
    const Parameter<T> value = argument;
    key::append(out, value);
}

template <class A, class T>
concept ConvertsTo = std::is_convertible_v<const A&, Parameter<T>>;

template <class Types, class Arguments>
inline constexpr bool kLeading = false;
template <class... Ts>
inline constexpr bool kLeading<List<Ts...>, List<>> = true;
template <class T, class... Ts, class A, class... As>
inline constexpr bool kLeading<List<T, Ts...>, List<A, As...>> =
    ConvertsTo<A, T>&& kLeading<List<Ts...>, List<As...>>;

}  // namespace cambium::detail

namespace cambium {

/// Values of one or more leading columns of a key, in order: an end of a range. Made implicitly from one value,
/// or from a braced list of several: range(10, 20), range({"libs", 100}, {"libs", 200}). Holds its own bytes.
/// Each value converts to the type of its column, and a number that this type does not hold is refused when the
/// prefix is made: Error{invalid_argument}.
template <class... Columns>
class KeyPrefix {
public:
    template <class... Arguments>
    requires(sizeof...(Arguments) > 0 && detail::kLeading<detail::List<Columns...>, detail::List<Arguments...>>)
        KeyPrefix(const Arguments&... values) {  // NOLINT(google-explicit-constructor)
        append_all(std::index_sequence_for<Arguments...>{}, values...);
    }

    /// The encoded columns, alive as long as this object.
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    template <std::size_t... I, class... Arguments>
    void append_all(std::index_sequence<I...>, const Arguments&... values) {
        (detail::append_argument<detail::Element<I, detail::List<Columns...>>>(bytes_, values), ...);
    }

    std::string bytes_;
};

}  // namespace cambium

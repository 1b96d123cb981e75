// Columns: members of a record that a key is made of, the form in which a key holds them, how callers pass their
// values, and key prefixes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/codec/reflect.hpp"
#include "cambium/description.hpp"
#include "cambium/exact.hpp"
#include "cambium/key/key.hpp"
#include "cambium/name.hpp"
#include "cambium/readable.hpp"

namespace cambium::detail {

/// Columns of text.
template <class T>
inline constexpr bool kIsText = std::is_same_v<T, std::string> || std::is_same_v<T, std::optional<std::string>>;

/// How a caller passes the value of a column: numbers, bool, times, and pairs and tuples of them as Exact, which
/// looks at what is given; text as a view; other small values by value, the rest by reference. An optional column
/// takes an optional of the same.
template <class T>
struct ParameterImpl {
    using type = std::conditional_t<std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(void*), T, const T&>;
};
template <class T>
requires kIsChecked<T>
struct ParameterImpl<T> {
    using type = Exact<T>;
};
template <class T>
requires kIsChecked<T>
struct ParameterImpl<std::optional<T>> {
    using type = std::optional<Exact<T>>;
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

/// The value of a Descending<T> column, made implicitly from one of those or from what a T is made of.
template <class T>
class DescendingArgument {
public:
    DescendingArgument(const Descending<T>& value) {  // NOLINT(google-explicit-constructor)
        key::append(bytes_, value);
    }
    template <class A>
    requires std::is_convertible_v<const A&, Parameter<T>> DescendingArgument(
        const A& plain) {  // NOLINT(google-explicit-constructor)
        const Parameter<T> value = plain;
        key::append(bytes_, value);
        key::detail::complement(bytes_, 0);
    }
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};
template <class T>
struct ParameterImpl<Descending<T>> {
    using type = DescendingArgument<T>;
};

}  // namespace cambium::detail

namespace cambium::key {

template <class T>
struct KeyTraits<cambium::detail::DescendingArgument<T>> {
    static void encode(std::string& out, const cambium::detail::DescendingArgument<T>& value) {
        out += value.bytes();
    }
};

}  // namespace cambium::key

namespace cambium::detail {

/// Forms of a column in a key. A type stands for its values as they are; these two wrap another form: the bytes
/// complemented, so that they sort the other way round, and text with A to Z as a to z.
template <class Form>
struct DescendingForm;
template <class Text>
struct FoldedForm;

template <class Form>
struct ParameterImpl<DescendingForm<Form>> : ParameterImpl<Form> {};
template <class Text>
struct ParameterImpl<FoldedForm<Text>> : ParameterImpl<Text> {};
template <class Form>
inline constexpr bool kIsText<DescendingForm<Form>> = kIsText<Form>;
template <class Text>
inline constexpr bool kIsText<FoldedForm<Text>> = true;

/// Columns of which prefix() takes the beginning of a text.
template <class T>
inline constexpr bool kTakesPrefix = kIsText<T>;
template <class T>
inline constexpr bool kTakesPrefix<Descending<T>> = kTakesPrefix<T>;

/// Forms that sort the other way round.
template <class Form>
inline constexpr bool kDescends = kIsDescending<Form>;
template <class Form>
inline constexpr bool kDescends<DescendingForm<Form>> = !kDescends<Form>;

/// Turn the upper-case letters (ASCII) from a position to the end into lower-case ones.
void fold_case(std::string& bytes, std::size_t from) noexcept;

/// How a form is encoded. Value is what it decodes to.
template <class Form>
struct FormTraits {
    using Value = Form;
    template <class V>
    static void append(std::string& out, const V& value) {
        key::append(out, value);
    }
    static Value decode(ByteView& key) { return key::decode<Form>(key); }
    /// The beginning of a text. One that is not null begins as its optional does: with the byte 1.
    static void append_prefix(std::string& out, std::string_view text) requires kIsText<Form> {
        if constexpr (kIsOptional<Form>) out.push_back('\x01');
        key::append_prefix(out, text);
    }
};
template <class T>
struct FormTraits<Descending<T>> {
    using Value = Descending<T>;
    template <class V>
    static void append(std::string& out, const V& value) {
        key::append(out, value);
    }
    static Value decode(ByteView& key) { return key::decode<Value>(key); }
    static void append_prefix(std::string& out, std::string_view text) requires kTakesPrefix<T> {
        const std::size_t begin = out.size();
        FormTraits<T>::append_prefix(out, text);
        key::detail::complement(out, begin);
    }
};
template <class Form>
struct FormTraits<DescendingForm<Form>> {
    using Value = typename FormTraits<Form>::Value;
    template <class V>
    static void append(std::string& out, const V& value) {
        const std::size_t begin = out.size();
        FormTraits<Form>::append(out, value);
        key::detail::complement(out, begin);
    }
    static Value decode(ByteView& key) {
        Value value{};
        key::detail::read_complemented(key, &value, [](ByteView& bytes, void* out) {
            *static_cast<Value*>(out) = FormTraits<Form>::decode(bytes);
        });
        return value;
    }
    static void append_prefix(std::string& out, std::string_view text) requires kIsText<Form> {
        const std::size_t begin = out.size();
        FormTraits<Form>::append_prefix(out, text);
        key::detail::complement(out, begin);
    }
};
template <class Text>
struct FormTraits<FoldedForm<Text>> {
    using Value = Text;
    // The bytes around the letters are 0, 1 and 2: folding the key is folding the text.
    template <class V>
    static void append(std::string& out, const V& value) {
        const std::size_t begin = out.size();
        key::append(out, value);
        fold_case(out, begin);
    }
    static Value decode(ByteView& key) { return key::decode<Text>(key); }
    static void append_prefix(std::string& out, std::string_view text) {
        const std::size_t begin = out.size();
        FormTraits<Text>::append_prefix(out, text);
        fold_case(out, begin);
    }
};
template <class Form>
using FormValue = typename FormTraits<Form>::Value;

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

/// Whether a value is null, or a part of it.
template <class T>
bool is_null(const T& value) noexcept;
template <class T>
bool is_null(const Descending<T>& value) noexcept {
    return is_null(value.value);
}
template <class... Ts>
bool is_null(const std::tuple<Ts...>& value) noexcept {
    return std::apply([](const Ts&... parts) { return (is_null(parts) || ...); }, value);
}
template <class A, class B>
bool is_null(const std::pair<A, B>& value) noexcept {
    return is_null(value.first) || is_null(value.second);
}
template <class T>
bool is_null(const T& value) noexcept {
    if constexpr (kIsOptional<T>) {
        return !value.has_value() || is_null(*value);
    } else {
        return false;
    }
}

template <class Form>
void describe_column(ByteView& key, std::string& out, bool first) {
    if (!first) out += ", ";
    append_readable(out, FormTraits<Form>::decode(key));
}

/// The functions that a description points at, for encoded columns.
template <class Forms>
struct EncodedColumns;
template <class... Forms>
struct EncodedColumns<List<Forms...>> {
    static void skip(const IndexDescription&, ByteView& key) {
        (static_cast<void>(FormTraits<Forms>::decode(key)), ...);
    }
    static void describe(const IndexDescription&, ByteView& key, std::string& out) { describe(key, out); }
    static void describe(ByteView& key, std::string& out) {
        bool first = true;
        ((describe_column<Forms>(key, out, first), first = false), ...);
    }
};

/// The columns of a primary key.
template <class Record, class... Cs>
struct Columns {
    using Types = List<typename Cs::Type...>;
    static constexpr std::string_view names[] = {Cs::name...};

    static void append(const void* record, std::string& out) {
        const Record& r = *static_cast<const Record*>(record);
        (key::append(out, Cs::of(r)), ...);
    }
    static void describe(const TableDescription&, ByteView& key, std::string& out) {
        EncodedColumns<Types>::describe(key, out);
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

/// Append an argument as a value of a column, T being its form. Numbers and times out of the column's range are
/// refused, not wrapped.
template <class T, class A>
void append_argument(std::string& out, const A& argument) {
    const Parameter<T> value = argument;
    FormTraits<T>::append(out, value);
}

/// Append an argument as an end of a range. A time that the column does not hold lies on one side of all that it
/// holds: the last value there is appended, and the side returned, in the order of the index; otherwise 0.
template <class Form, class A>
int append_bound(std::string& out, const A& argument) {
    using T = FormValue<Form>;
    const int side = beyond<T>(argument);
    if (side == 0) {
        append_argument<Form>(out, argument);
        return 0;
    }
    FormTraits<Form>::append(out, outermost<T>(side));
    return kDescends<Form> ? -side : side;
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
/// prefix is made: Error{invalid_argument}. A time may be one that the type does not hold: it is an end before, or
/// behind, all times of the column, and values after it do not count.
template <class... Columns>
class KeyPrefix {
public:
    template <class... Arguments>
    requires(sizeof...(Arguments) > 0 && detail::kLeading<detail::List<Columns...>, detail::List<Arguments...>>)
        KeyPrefix(const Arguments&... values) {  // NOLINT(google-explicit-constructor)
        append_all(std::index_sequence_for<Arguments...>{}, values...);
    }

    /// Where the keys that equal or begin with the columns begin, and where they end; nothing: behind every key.
    [[nodiscard]] std::optional<std::string> begin() const {
        return side_ > 0 ? key::successor(bytes_) : std::optional(bytes_);
    }
    [[nodiscard]] std::optional<std::string> end() const {
        return side_ < 0 ? std::optional(bytes_) : key::successor(bytes_);
    }

private:
    template <std::size_t... I, class... Arguments>
    void append_all(std::index_sequence<I...>, const Arguments&... values) {
        static_cast<void>(
            ((side_ = detail::append_bound<detail::Element<I, detail::List<Columns...>>>(bytes_, values),
              side_ == 0) &&
             ...));
    }

    std::string bytes_;
    int side_ = 0;  ///< of a time that lies before (-1) or behind (1) all that its column holds, the last of bytes_
};

}  // namespace cambium

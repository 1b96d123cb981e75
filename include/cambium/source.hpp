// Sources: where the value of a column, the answer of a predicate or a covered field comes from. A source is a
// pointer given as a template argument: to a data member of the record, to a const member function of it, or to a
// named function of a const Record&.
//
// Owns the one place that tells these apart, and their names as the catalog keeps them. Constant expressions and
// inline code without state: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "cambium/codec/reflect.hpp"

namespace cambium::detail {

/// What a source hands out, as a type that owns its bytes: a key is decoded into it.
template <class T>
struct OwningImpl {
    using type = T;
};
template <>
struct OwningImpl<std::string_view> {
    using type = std::string;
};
template <>
struct OwningImpl<std::optional<std::string_view>> {
    using type = std::optional<std::string>;
};

/// Record is void for what is no source.
template <class Pointer>
struct SourceTraits {
    using Record = void;
    using Result = void;
    static constexpr bool derived = false;
};
template <class R, class T>
requires(!std::is_function_v<T>) struct SourceTraits<T R::*> {
    using Record = R;
    using Result = T;
    static constexpr bool derived = false;
};
template <class R, class T>
struct DerivedTraits {
    using Record = R;
    using Result = T;
    static constexpr bool derived = true;
};
template <class R, class T>
struct SourceTraits<T (R::*)() const> : DerivedTraits<R, T> {};
template <class R, class T>
struct SourceTraits<T (R::*)() const noexcept> : DerivedTraits<R, T> {};
template <class R, class T>
struct SourceTraits<T (*)(const R&)> : DerivedTraits<R, T> {};
template <class R, class T>
struct SourceTraits<T (*)(const R&) noexcept> : DerivedTraits<R, T> {};

// The last identifier of the compiler's spelling of a pointer, without template arguments.
template <auto Pointer>
consteval std::string_view source_name() {
    const std::string_view text = reflect::detail::spelling<Pointer>();
    std::size_t end = text.size();
    while (!reflect::detail::is_identifier_byte(text[end - 1]) && text[end - 1] != '>') --end;
    for (std::size_t open = 0; text[end - 1] == '>' || open > 0; --end) {
        if (text[end - 1] == '>') ++open;
        if (text[end - 1] == '<') --open;
    }
    std::size_t begin = end;
    while (reflect::detail::is_identifier_byte(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

template <auto Pointer>
struct Source {
    using Traits = SourceTraits<std::remove_cv_t<decltype(Pointer)>>;
    using Record = typename Traits::Record;
    using Type = typename OwningImpl<std::remove_cvref_t<typename Traits::Result>>::type;
    static constexpr bool valid = !std::is_void_v<Record> && !std::is_void_v<Type>;
    static constexpr bool derived = Traits::derived;
    static constexpr std::string_view name = source_name<Pointer>();

    /// A reference into the record, or what the function returns.
    template <class R>
    static decltype(auto) of(const R& record) {
        if constexpr (std::is_member_object_pointer_v<decltype(Pointer)>)
            return (record.*Pointer);
        else if constexpr (std::is_member_function_pointer_v<decltype(Pointer)>)
            return (record.*Pointer)();
        else
            return Pointer(record);
    }
};

}  // namespace cambium::detail

// Names as template arguments: the text in Table<"customers", ...> and by<"email">().
//
// Owns the compile-time string, the list of types that the layer passes around, and the spelling of names in
// error messages. g++ prints a string argument as text; clang 14 prints character codes, so names are spelled
// to it as a list of characters.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace cambium::detail {

/// A string literal as a template argument. N counts the terminating NUL.
template <std::size_t N>
struct Name {
    char text[N]{};

    // Implicit, so that a literal can stand where a Name is expected.
    consteval Name(const char (&literal)[N]) {  // NOLINT(google-explicit-constructor)
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

/// A list of types.
template <class... Types>
struct List {
    static constexpr std::size_t size = sizeof...(Types);
};

template <class... Lists>
struct ConcatImpl {
    using type = List<>;
};
template <class... A>
struct ConcatImpl<List<A...>> {
    using type = List<A...>;
};
template <class... A, class... B, class... Rest>
struct ConcatImpl<List<A...>, List<B...>, Rest...> : ConcatImpl<List<A..., B...>, Rest...> {};

/// One list out of several, in order.
template <class... Lists>
using Concat = typename ConcatImpl<Lists...>::type;

template <std::size_t I, class Types>
struct ElementImpl;
template <std::size_t I, class First, class... Rest>
struct ElementImpl<I, List<First, Rest...>> : ElementImpl<I - 1, List<Rest...>> {};
template <class First, class... Rest>
struct ElementImpl<0, List<First, Rest...>> {
    using type = First;
};

/// The I-th type of a list.
template <std::size_t I, class Types>
using Element = typename ElementImpl<I, Types>::type;

/// True when no two of the names are equal.
template <std::size_t N>
constexpr bool all_different(const std::string_view (&names)[N]) {
    for (std::size_t i = 0; i < N; ++i) {
        for (std::size_t j = i + 1; j < N; ++j) {
            if (names[i] == names[j]) return false;
        }
    }
    return true;
}

/// How a name is shown in a compiler's message.
#if defined(__clang__)
template <char... Characters>
struct Text;
template <Name N, class Positions>
struct SpellImpl;
template <Name N, std::size_t... I>
struct SpellImpl<N, std::index_sequence<I...>> {
    using type = Text<N.text[I]...>;
};
template <Name N>
using Spelled = typename SpellImpl<N, std::make_index_sequence<sizeof(N.text) - 1>>::type;
#else
template <Name N>
struct Spelled;
#endif

}  // namespace cambium::detail

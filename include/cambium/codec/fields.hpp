// Compile-time knowledge of a plain aggregate: how many fields it has, what they are called, their types, and
// which member pointer is which field. Field access comes from Boost.PFR; field names come from the compiler's own
// spelling of a pointer to the field.
//
// A record is an aggregate class of 1 to 100 copyable fields, without base class, C array, bit-field, reference or
// constructor. Everything here is a constant expression or inline code without state: any thread may use it.
#pragma once

#include <boost/pfr/core.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cambium::reflect {

/// The largest number of fields a record may have.
inline constexpr std::size_t kMaxFields = 100;

namespace detail {

// Stands for a field initialiser of any type. Never evaluated; defined because clang 14 wants a definition for
// types without linkage.
struct Anything {
    template <class Type>
    operator Type&() const&& noexcept {
        __builtin_unreachable();
    }
    template <class Type>
    operator Type&() const& noexcept {
        __builtin_unreachable();
    }
};

template <std::size_t>
using AnythingAt = Anything;

// Stands for an initialiser that only a base class of T accepts. Never evaluated.
template <class T>
struct AnyBaseOf {
    template <class Type>
    requires(std::is_base_of_v<Type, T> && !std::is_same_v<Type, T>) operator Type&() const&& noexcept;
    template <class Type>
    requires(std::is_base_of_v<Type, T> && !std::is_same_v<Type, T>) operator Type&() const& noexcept;
};

template <class T>
concept PlainAggregate =
    std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_polymorphic_v<T> && std::is_copy_constructible_v<T> &&
    std::is_move_assignable_v<T> && std::is_default_constructible_v<T> && !requires {
    T{AnyBaseOf<T>{}};
};

template <class T, std::size_t... I>
consteval bool accepts_initialisers(std::index_sequence<I...>) {
    return requires {
        T{AnythingAt<I>{}...};
    };
}

// The largest number of initialisers that T takes, at most kMaxFields + 1, by bisection: a T that takes n takes
// fewer. Equals the number of fields unless one of them is a C array. PFR counts again when it is asked for a
// field, but g++ 12 crashes inside PFR's count when T holds a C array of class type, so it may not be asked first.
template <class T, std::size_t Accepted = 0, std::size_t Refused = kMaxFields + 2>
consteval std::size_t count_initialisers() {
    if constexpr (Refused - Accepted == 1) {
        return Accepted;
    } else {
        constexpr std::size_t kMiddle = Accepted + (Refused - Accepted) / 2;
        if constexpr (accepts_initialisers<T>(std::make_index_sequence<kMiddle>{})) {
            return count_initialisers<T, kMiddle, Refused>();
        } else {
            return count_initialisers<T, Accepted, kMiddle>();
        }
    }
}

// Whether T accepts Before values, then one braced pair, then After values.
template <class T, std::size_t... Before, std::size_t... After>
consteval bool accepts_pair(std::index_sequence<Before...>, std::index_sequence<After...>) {
    return requires {
        T{AnythingAt<Before>{}..., {Anything{}, Anything{}}, AnythingAt<After>{}...};
    };
}

// A C array swallows several initialisers by brace elision. Written as one braced pair it leaves room for fewer
// initialisers after it than a field that took one initialiser would.
template <class T, std::size_t Count, std::size_t I>
consteval bool array_begins_at() {
    using Before = std::make_index_sequence<I>;
    return accepts_pair<T>(Before{}, std::make_index_sequence<0>{}) &&
           !accepts_pair<T>(Before{}, std::make_index_sequence<Count - I - 1>{});
}

template <class T, std::size_t... I>
consteval bool has_array(std::index_sequence<I...>) {
    return (array_begins_at<T, sizeof...(I), I>() || ...);
}

enum class Verdict { record, not_plain, empty, too_many_fields, c_array, bit_field };

// PFR's list of structured bindings, called with our count. Its public get counts again, which costs as much as all
// the rest, and crashes g++ 12 on records with a default such as std::vector<std::string>{"x"}.
template <class T>
constexpr auto tie(T& record) noexcept {
    constexpr std::size_t kCount = count_initialisers<std::remove_const_t<T>>();
    return boost::pfr::detail::tie_as_tuple(record, boost::pfr::detail::size_t_<kCount>{});
}

template <class T>
struct Holder {
    T value;
};

// clang 14 takes a pointer into an object as a template argument only inside a structure.
template <class Pointer>
struct Wrapped {
    Pointer pointer;
};
template <class Pointer>
Wrapped(Pointer) -> Wrapped<Pointer>;

template <auto Pointer>
consteval auto spelling() {
    return std::string_view{__PRETTY_FUNCTION__};
}

constexpr bool is_identifier_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || (static_cast<unsigned char>(byte) & 0x80U) != 0;
}

// The last identifier of the compiler's spelling, which is the name of the member that the pointer points to.
template <auto Pointer>
consteval std::string_view last_identifier() {
    const std::string_view text = spelling<Pointer>();
    std::size_t end = text.size();
    while (!is_identifier_byte(text[end - 1])) --end;
    std::size_t begin = end;
    while (is_identifier_byte(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
// Only ever named, never defined: pointers to its fields are spelt with the field's name.
template <class T>
extern const Holder<T> imagined;

template <class T, std::size_t I,
          auto Pointer = Wrapped{&boost::pfr::detail::sequence_tuple::get<I>(tie(imagined<T>.value))}>
consteval std::string_view name_of_field(int) {
    return last_identifier<Pointer>();
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
// No pointer can be had when one of the fields is a bit-field.
template <class T, std::size_t I>
consteval std::string_view name_of_field(...) {
    return {};
}

template <class T, std::size_t... I>
consteval bool all_named(std::index_sequence<I...>) {
    return (!name_of_field<T, I>(0).empty() && ...);
}

template <class T>
consteval Verdict judge() {
    if constexpr (!PlainAggregate<T>) {
        return Verdict::not_plain;
    } else {
        constexpr std::size_t kCount = count_initialisers<T>();
        if constexpr (kCount == 0) {
            return Verdict::empty;
        } else if constexpr (kCount > kMaxFields) {
            return Verdict::too_many_fields;
        } else if constexpr (has_array<T>(std::make_index_sequence<kCount>{})) {
            return Verdict::c_array;
        } else {
            return all_named<T>(std::make_index_sequence<kCount>{}) ? Verdict::record : Verdict::bit_field;
        }
    }
}

template <class T>
inline constexpr Verdict kVerdict = judge<T>();

}  // namespace detail

/// An aggregate class whose fields can be listed. Types that look like one but are not (a base class, a C array, a
/// bit-field, a constructor, more than 100 fields) do not satisfy it; check_record says why in one sentence.
template <class T>
concept Record = detail::kVerdict<T>
== detail::Verdict::record;

/// Fails to compile with one sentence when T is not a Record; otherwise does nothing.
template <class T>
consteval void check_record() {
    constexpr detail::Verdict kVerdict = detail::kVerdict<T>;
    static_assert(kVerdict != detail::Verdict::not_plain,
                  "cambium: a record must be a plain struct: no constructor, no base class, no private or virtual "
                  "member, no const or reference field, and every field copyable and default-constructible");
    static_assert(kVerdict != detail::Verdict::empty, "cambium: a record needs at least one field");
    static_assert(kVerdict != detail::Verdict::too_many_fields,
                  "cambium: a record may have at most 100 fields (and no C array, which counts as its elements); "
                  "group fields into nested structs");
    static_assert(kVerdict != detail::Verdict::c_array,
                  "cambium: a record may not hold a C array; use std::array or std::vector");
    static_assert(kVerdict != detail::Verdict::bit_field,
                  "cambium: a record may not hold a bit-field, which has no address; use a member of a whole type, "
                  "such as bool or std::uint8_t, or keep the bits in one integer");
}

/// The number of fields of T.
template <class T>
inline constexpr std::size_t field_count = [] {
    check_record<T>();
    if constexpr (Record<T>)
        return detail::count_initialisers<T>();
    else
        return std::size_t{0};
}();

/// A reference to field I of a record; const for a const record.
template <std::size_t I, class T>
[[nodiscard]] constexpr auto& get(T& record) noexcept {
    return boost::pfr::detail::sequence_tuple::get<I>(detail::tie(record));
}

/// The type of field I of T.
template <class T, std::size_t I>
using field_type = std::remove_reference_t<decltype(reflect::get<I>(std::declval<T&>()))>;

namespace detail {

template <class Class, class Member>
Class class_of(Member Class::*);
template <class Class, class Member>
Member member_of(Member Class::*);

}  // namespace detail

/// The name of field I of T as it is spelt in the source. Lives as long as the program.
template <class T, std::size_t I>
inline constexpr std::string_view field_name = detail::name_of_field<T, I>(0);

/// The class that a member pointer belongs to.
template <auto Member>
using member_class = decltype(detail::class_of(Member));

/// The type of the member that a member pointer points to.
template <auto Member>
using member_type = decltype(detail::member_of(Member));

/// The name of the member that a member pointer points to, as it is spelt in the source.
template <auto Member>
inline constexpr std::string_view member_name = detail::last_identifier<Member>();

namespace detail {

template <auto Member, std::size_t... I>
consteval std::size_t find_member(std::index_sequence<I...>) {
    std::size_t found = sizeof...(I);
    ((found = field_name<member_class<Member>, I> == member_name<Member> ? I : found), ...);
    return found;
}

}  // namespace detail

/// The position of a member among the fields of its class, from 0.
template <auto Member>
inline constexpr std::size_t member_index =
    detail::find_member<Member>(std::make_index_sequence<field_count<member_class<Member>>>{});

/// Calls visit(name, field) for every field in order of declaration; field is a reference into the record.
template <class T, class Visit>
constexpr void for_each_field(T& record, Visit&& visit) {
    using Plain = std::remove_const_t<T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (static_cast<void>(visit(field_name<Plain, I>, reflect::get<I>(record))), ...);
    }
    (std::make_index_sequence<field_count<Plain>>{});
}

}  // namespace cambium::reflect

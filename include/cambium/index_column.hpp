// The columns of an index: what each<>, descending<> and ignore_case<> make of a source, and the functions,
// generated per index, that make the entries of a record.
#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/codec/reflect.hpp"
#include "cambium/column.hpp"
#include "cambium/description.hpp"
#include "cambium/name.hpp"
#include "cambium/record_fields.hpp"
#include "cambium/source.hpp"

namespace cambium::detail {

template <auto Source>
struct Each {};
template <auto Column>
struct DescendingPart {};
template <auto Column>
struct IgnoreCase {};

enum class ColumnProblem { none, no_source, not_container, not_text };

template <class T>
concept Container = !std::is_convertible_v<const T&, std::string_view> && requires(const T& container) {
    std::begin(container) != std::end(container);
};

/// One column of an index; the part is a source, or one of the structs above around another column.
template <auto Part, class PartType = std::remove_cv_t<decltype(Part)>>
struct IndexColumn {
    using ColumnSource = Source<Part>;
    using Record = typename ColumnSource::Record;
    using Form = typename ColumnSource::Type;
    static constexpr ColumnProblem problem = ColumnSource::valid ? ColumnProblem::none : ColumnProblem::no_source;
    static constexpr bool each = false;
    static constexpr bool descending = false;
    static constexpr bool ignore_case = false;
};

template <class Container>
struct ElementOf {
    using type = void;
};
template <Container C>
struct ElementOf<C> {
    using type = typename OwningImpl<std::remove_cvref_t<decltype(*std::begin(std::declval<const C&>()))>>::type;
};

template <auto Part, auto Inner>
struct IndexColumn<Part, Each<Inner>> {
    using ColumnSource = Source<Inner>;
    using Record = typename ColumnSource::Record;
    using Form = typename ElementOf<typename ColumnSource::Type>::type;
    static constexpr ColumnProblem problem = !ColumnSource::valid    ? ColumnProblem::no_source
                                             : !std::is_void_v<Form> ? ColumnProblem::none
                                                                     : ColumnProblem::not_container;
    static constexpr bool each = true;
    static constexpr bool descending = false;
    static constexpr bool ignore_case = false;
};

template <auto Part, auto Inner>
struct IndexColumn<Part, DescendingPart<Inner>> : IndexColumn<Inner> {
    using Form = DescendingForm<typename IndexColumn<Inner>::Form>;
    static constexpr bool descending = true;
};

template <class Form>
struct FoldImpl {
    using type = FoldedForm<Form>;
};
template <class Form>
struct FoldImpl<DescendingForm<Form>> {
    using type = DescendingForm<FoldedForm<Form>>;
};

template <auto Part, auto Inner>
struct IndexColumn<Part, IgnoreCase<Inner>> : IndexColumn<Inner> {
    using Form = typename FoldImpl<typename IndexColumn<Inner>::Form>::type;
    static constexpr bool ignore_case = true;
    static constexpr ColumnProblem problem = IndexColumn<Inner>::problem != ColumnProblem::none
                                                 ? IndexColumn<Inner>::problem
                                             : kIsText<typename IndexColumn<Inner>::Form> ? ColumnProblem::none
                                                                                          : ColumnProblem::not_text;
};

template <class T>
std::string key_type_name();

template <class Tuple, std::size_t... I>
std::string tuple_type_name(std::index_sequence<I...>) {
    std::string names;
    ((names += I == 0 ? "" : ",", names += key_type_name<std::tuple_element_t<I, Tuple>>()), ...);
    return "tuple<" + names + ">";
}

/// The name of a key's type in the catalog. It is that of a field of the type, where a field may have it.
template <class T>
std::string key_type_name() {
    if constexpr (kIsTuple<T>)
        return tuple_type_name<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
    else if constexpr (kIsOptional<T>)
        return "optional<" + key_type_name<typename T::value_type>() + ">";
    else if constexpr (kIsDescending<T>)
        return "descending<" + key_type_name<decltype(T::value)>() + ">";
    else if constexpr (
        std::is_class_v<T> && !std::is_aggregate_v<T> && !std::is_same_v<T, Uint256> &&
        !requires { typename T::value_type; } && !requires { typename T::rep; })
        return "custom";  // made a key by a KeyTraits of the program
    else
        return reflect::type_name<T>();
}

/// The enumerations in a key's type.
template <class T>
struct EnumsOf {
    using type = std::conditional_t<std::is_enum_v<T>, List<T>, List<>>;
};
template <class T>
struct EnumsOf<std::optional<T>> : EnumsOf<T> {};
template <class T>
struct EnumsOf<Descending<T>> : EnumsOf<T> {};
template <class... Ts>
struct EnumsOf<std::tuple<Ts...>> {
    using type = Concat<typename EnumsOf<Ts>::type...>;
};
template <class A, class B>
struct EnumsOf<std::pair<A, B>> : EnumsOf<std::tuple<A, B>> {};

template <class... Es>
constexpr TypeName::Shapes shapes_of(List<Es...>) {
    return ShapesOf<Es...>::all;
}

template <class T>
constexpr TypeName key_type() {
    return {&key_type_name<T>, shapes_of(typename EnumsOf<T>::type{})};
}

template <class Columns>
struct ColumnList;
template <class... Cs>
struct ColumnList<List<Cs...>> {
    using Forms = List<typename Cs::Form...>;
    static constexpr bool keyable = (key::DecodableKey<FormValue<typename Cs::Form>> && ...);
    template <class Record>
    static constexpr bool belong_to = (std::is_same_v<typename Cs::Record, Record> && ...);
    static constexpr ColumnProblem first_problem() {
        ColumnProblem found = ColumnProblem::none;
        ((found = found == ColumnProblem::none ? Cs::problem : found), ...);
        return found;
    }
    static constexpr ColumnProblem problem = first_problem();
    static constexpr ColumnDescription descriptions[] = {
        ColumnDescription{Cs::ColumnSource::name, key_type<FormValue<typename Cs::Form>>(),
                          Cs::ColumnSource::derived, Cs::each, Cs::descending, Cs::ignore_case}...};
};
template <>
struct ColumnList<List<>> {
    using Forms = List<>;
    static constexpr bool keyable = true;
    template <class Record>
    static constexpr bool belong_to = true;
    static constexpr ColumnProblem problem = ColumnProblem::none;
};

template <class Covered>
struct CoveredList;
template <>
struct CoveredList<List<>> {
    using Types = List<>;
    static constexpr std::span<const ColumnDescription> descriptions{};
};
template <class... Sources>
struct CoveredList<List<Sources...>> {
    using Types = List<typename Sources::Type...>;
    static constexpr ColumnDescription descriptions[] = {
        ColumnDescription{Sources::name, key_type<typename Sources::Type>(), Sources::derived}...};
};

/// Appends columns one by one and closes an entry behind the last; a column of several values goes through them.
template <class Record, class Columns>
struct EntryMaker;
template <class Record>
struct EntryMaker<Record, List<>> {
    static void make(const Record&, std::string& key, bool has_null, IndexEntries& entries) {
        entries.add(key, has_null);
    }
};
template <class Record, class First, class... More>
struct EntryMaker<Record, List<First, More...>> {
    static void make(const Record& record, std::string& key, bool has_null, IndexEntries& entries) {
        if constexpr (First::each) {
            const std::size_t begin = key.size();
            const auto& elements = First::ColumnSource::of(record);
            for (const auto& element : elements) {
                make_with(record, element, key, has_null, entries);
                key.resize(begin);
            }
        } else {
            make_with(record, First::ColumnSource::of(record), key, has_null, entries);
        }
    }

private:
    template <class Value>
    static void make_with(const Record& record, const Value& value, std::string& key, bool has_null,
                          IndexEntries& entries) {
        FormTraits<typename First::Form>::append(key, value);
        EntryMaker<Record, List<More...>>::make(record, key, has_null || is_null(value), entries);
    }
};

template <class Column, class Record>
bool append_column(const Record& record, std::string& key) {
    const auto& value = Column::ColumnSource::of(record);
    FormTraits<typename Column::Form>::append(key, value);
    return is_null(value);
}

template <class Record, class Columns, class Predicates, class Covered>
struct IndexFunctions;
template <class Record, class... Cs, class... Predicates, class... Covered>
struct IndexFunctions<Record, List<Cs...>, List<Predicates...>, List<Covered...>> {
    static void emit(const void* record, IndexEntries& entries) {
        const Record& r = *static_cast<const Record*>(record);
        if (!(Predicates::of(r) && ...)) return;
        (key::append(entries.covered(), Covered::of(r)), ...);
        std::string& key = entries.columns();
        if constexpr ((Cs::each || ...)) {
            EntryMaker<Record, List<Cs...>>::make(r, key, false, entries);
        } else {
            bool has_null = false;
            ((has_null |= append_column<Cs>(r, key)), ...);
            entries.add(key, has_null);
        }
    }
};

}  // namespace cambium::detail

// The options of a Table that name columns: PrimaryKey, Unique, OrderedIndex; and what the columns of an index may
// be.
//
//     Unique<"slug", &Post::slug>
//     OrderedIndex<"tag_time", each<&Post::tags>, descending<&Post::time>>     one entry per tag, newest first
//     OrderedIndex<"domain", &author_domain, version<2>>                       a function of the record
//     OrderedIndex<"city", &Post::city, where<&is_active>, covering<&Post::title, &Post::time>>
//     OrderedIndex<"name", ignore_case<&Post::name>>
//     Unique<"nick", &Post::nick, without_nulls>
//
// A source is a pointer to a data member, to a const member function, or to a named function of a const Record&. A
// function must depend on the record alone. Its name is in the catalog, not its code: when it changes, change the
// version of the index, and the index is built anew.
//
// Every option of a table carries a type `cambium_option` that says what it is; what carries none is the codec.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "cambium/column.hpp"
#include "cambium/description.hpp"
#include "cambium/index_column.hpp"
#include "cambium/name.hpp"

namespace cambium {
namespace detail {

struct KeyOption {};
struct IndexOption {};

template <auto Predicate>
struct Where {};
template <auto... Sources>
struct Covering {};
template <std::uint64_t Number>
struct Version {};
struct WithoutNulls {};

/// What the parts of an index are, as lists.
template <auto Part, class PartType = std::remove_cv_t<decltype(Part)>>
struct IndexPart {
    using Columns = List<IndexColumn<Part>>;
    using Predicates = List<>;
    using Covered = List<>;
    using Coverings = List<>;
    using Versions = List<>;
    using NullPolicies = List<>;
};
struct NoColumn {
    using Columns = List<>;
    using Predicates = List<>;
    using Covered = List<>;
    using Coverings = List<>;
    using Versions = List<>;
    using NullPolicies = List<>;
};
template <auto Part, auto Predicate>
struct IndexPart<Part, Where<Predicate>> : NoColumn {
    using Predicates = List<Source<Predicate>>;
};
template <auto Part, auto... Sources>
struct IndexPart<Part, Covering<Sources...>> : NoColumn {
    using Covered = List<Source<Sources>...>;
    using Coverings = List<Covering<Sources...>>;
};
template <auto Part, std::uint64_t Number>
struct IndexPart<Part, Version<Number>> : NoColumn {
    using Versions = List<std::integral_constant<std::uint64_t, Number>>;
};
template <auto Part>
struct IndexPart<Part, WithoutNulls> : NoColumn {
    using NullPolicies = List<WithoutNulls>;
};

/// What may be wrong with an index; the first that applies is what the compiler says.
enum class IndexMistake {
    none,
    no_column,
    not_referring,
    twice,
    no_source,
    not_container,
    not_text,
    predicate,
    covering,
    foreign_covered,
    covered_not_keyable
};

template <class Record, class Covered>
struct CoveredMistake;
template <class Record, class... Sources>
struct CoveredMistake<Record, List<Sources...>> {
    static constexpr bool valid = (Sources::valid && ...);
    static constexpr bool belong = (std::is_same_v<typename Sources::Record, Record> && ...);
    static constexpr bool keyable = (key::DecodableKey<typename Sources::Type> && ...);
};

template <class Record, class Predicates>
inline constexpr bool kPredicate = true;
template <class Record, class Predicate>
inline constexpr bool kPredicate<Record, List<Predicate>> =
    std::is_same_v<typename Predicate::Record, Record>&& std::is_same_v<typename Predicate::Type, bool>;

/// What Unique and OrderedIndex have in common.
template <Name IndexName, IndexKind Kind, auto... Parts>
struct IndexBase {
    using cambium_option = IndexOption;
    using Spelled = detail::Spelled<IndexName>;
    static constexpr std::string_view name = IndexName.view();
    static constexpr IndexKind kind = Kind;

    using Columns = Concat<typename IndexPart<Parts>::Columns...>;
    using Predicates = Concat<typename IndexPart<Parts>::Predicates...>;
    using Covered = Concat<typename IndexPart<Parts>::Covered...>;
    using Versions = Concat<typename IndexPart<Parts>::Versions...>;
    using Coverings = Concat<typename IndexPart<Parts>::Coverings...>;
    static constexpr bool without_nulls = Concat<typename IndexPart<Parts>::NullPolicies...>::size > 0;

    /// The forms of the columns, as the queries take them.
    using Forms = typename ColumnList<Columns>::Forms;

    /// Whether every column can be part of a key.
    template <class Record>
    static constexpr bool keyable = ColumnList<Columns>::keyable;
    /// Whether every column is one of this record type.
    template <class Record>
    static constexpr bool belongs_to = ColumnList<Columns>::template belong_to<Record>;

    template <class Record>
    static consteval IndexMistake mistake() {
        using Cover = CoveredMistake<Record, Covered>;
        if (Columns::size == 0) return IndexMistake::no_column;
        if (Predicates::size > 1 || Versions::size > 1 || Coverings::size > 1) return IndexMistake::twice;
        if (ColumnList<Columns>::problem != ColumnProblem::none) {
            return ColumnList<Columns>::problem == ColumnProblem::no_source       ? IndexMistake::no_source
                   : ColumnList<Columns>::problem == ColumnProblem::not_container ? IndexMistake::not_container
                                                                                  : IndexMistake::not_text;
        }
        if (!kPredicate<Record, Predicates>) return IndexMistake::predicate;
        if (!Cover::valid) return IndexMistake::covering;
        if (!Cover::belong) return IndexMistake::foreign_covered;
        return Cover::keyable ? IndexMistake::none : IndexMistake::covered_not_keyable;
    }

    template <class Record>
    static constexpr IndexDescription describe() {
        using Functions = IndexFunctions<Record, Columns, Predicates, Covered>;
        IndexDescription result{name,
                                Kind,
                                ColumnList<Columns>::descriptions,
                                &Functions::emit,
                                &EncodedColumns<Forms>::skip,
                                &EncodedColumns<Forms>::describe};
        result.predicate = predicate_name(Predicates{});
        result.covered = CoveredList<Covered>::descriptions;
        if constexpr (Covered::size > 0)
            result.skip_covered = &EncodedColumns<typename CoveredList<Covered>::Types>::skip;
        result.without_nulls = without_nulls;
        if constexpr (Versions::size > 0) result.version = Element<0, Versions>::value;
        return result;
    }

private:
    static constexpr std::string_view predicate_name(List<>) { return {}; }
    template <class Predicate>
    static constexpr std::string_view predicate_name(List<Predicate>) {
        return Predicate::name;
    }
};

/// The first mistake among indexes.
template <class Record, class... Indexes>
consteval IndexMistake find_index_mistake(List<Indexes...>) {
    IndexMistake found = IndexMistake::none;
    ((found = found == IndexMistake::none ? Indexes::template mistake<Record>() : found), ...);
    return found;
}

template <IndexMistake Found>
constexpr void tell_index_mistake() {
    static_assert(Found != IndexMistake::no_column, "an index of this table has no column");
    static_assert(Found != IndexMistake::not_referring,
                  "a ForeignKey takes members that hold one reference each, as in &Order::customer; each<>, "
                  "where<>, functions and the like belong to an index, and references in a container to a table "
                  "of their own, with a record for each");
    static_assert(
        Found != IndexMistake::twice,
        "an index of this table has two where<>, two covering<> or two version<>; each may be there once");
    static_assert(Found != IndexMistake::no_source,
                  "a column of an index of this table is not a pointer to a data member of the record, to a const "
                  "member function without parameters, or to a named function of one const Record&; each<>, "
                  "descending<> and ignore_case<> take one of these");
    static_assert(Found != IndexMistake::not_container,
                  "each<> in an index of this table takes a container of values: a vector, a set, an array, or a "
                  "function that returns one; a text is one value");
    static_assert(
        Found != IndexMistake::not_text,
        "ignore_case<> in an index of this table takes a text: std::string or std::optional<std::string>");
    static_assert(
        Found != IndexMistake::predicate,
        "where<> in an index of this table takes a named function of one const Record& that returns bool, "
        "or a bool member of the record");
    static_assert(
        Found != IndexMistake::covering,
        "covering<> in an index of this table takes members of the record, or functions of a const Record&");
    static_assert(Found != IndexMistake::foreign_covered,
                  "an index of this table covers a member of another record type");
    static_assert(Found != IndexMistake::covered_not_keyable,
                  "an index of this table covers a field whose type cannot be a key: covered fields are stored as "
                  "keys are, and lists, maps and structs are none");
}

}  // namespace detail

/// One entry per element of a container that a record holds or a function of it returns; none when it is empty.
/// Equal elements make one entry. With several each<> in one index there is an entry per combination.
template <auto Source>
inline constexpr detail::Each<Source> each{};
/// The column in descending order; nulls, where there are any, come last. Queries take the column's own type, and
/// from, until and range follow the order of the index: from(newest) on comes what is older. between() takes its
/// two values in either order.
template <auto Column>
inline constexpr detail::DescendingPart<Column> descending{};
/// Text that is found and sorted without regard to the case of A to Z. Other letters count as they are: the letters
/// of ASCII are the ones whose case never depends on language or Unicode version. The index holds the folded text.
template <auto Column>
inline constexpr detail::IgnoreCase<Column> ignore_case{};
/// Only records for which the predicate is true have entries.
template <auto Predicate>
inline constexpr detail::Where<Predicate> where{};
/// The entries carry these fields, so that entries() of a query hands them out without reading the record.
template <auto... Sources>
inline constexpr detail::Covering<Sources...> covering{};
/// The version of an index, 1 unless given. Another one than in the file: the index is built anew.
template <std::uint64_t Number>
inline constexpr detail::Version<Number> version{};
/// A record with a null in any column of the index has no entry. (By default it has one, and nulls come first.)
inline constexpr detail::WithoutNulls without_nulls{};

/// The columns that identify a record. Their order is the order of the records.
template <auto First, auto... More>
struct PrimaryKey {
    using cambium_option = detail::KeyOption;
    template <class Record>
    using ColumnsOf = detail::Columns<Record, detail::Column<First>, detail::Column<More>...>;
    /// Whether every member can be part of a key.
    template <class Record>
    static constexpr bool keyable = key::DecodableKey<typename detail::Column<First>::Type> &&
                                    (key::DecodableKey<typename detail::Column<More>::Type> && ...);
    /// Whether every member is one of this record type.
    template <class Record>
    static constexpr bool belongs_to = std::is_same_v<typename detail::Column<First>::Record, Record> &&
                                       (std::is_same_v<typename detail::Column<More>::Record, Record> && ...);
    static constexpr auto first = First;
};

/// An index in which no two records have the same columns; enforced. A record with a null in any of the columns
/// never collides, as in SQL. With each<>, no two records share an element. With where<>, only records for which
/// the predicate is true collide.
template <detail::Name IndexName, auto First, auto... More>
struct Unique : detail::IndexBase<IndexName, detail::IndexKind::unique, First, More...> {};

/// An index in which any number of records may have the same columns; those are ordered by primary key. Nulls
/// come first.
template <detail::Name IndexName, auto First, auto... More>
struct OrderedIndex : detail::IndexBase<IndexName, detail::IndexKind::ordered, First, More...> {};

}  // namespace cambium

// The options of a Table that name columns: PrimaryKey, Unique, OrderedIndex.
//
// Every option of a table carries a type `cambium_option` that says what it is; what carries none is the codec.
#pragma once

#include <string_view>
#include <type_traits>

#include "cambium/column.hpp"
#include "cambium/description.hpp"
#include "cambium/name.hpp"

namespace cambium {
namespace detail {

struct KeyOption {};
struct IndexOption {};

/// What the options that list member pointers have in common.
template <auto... Members>
struct ColumnOption {
    template <class Record>
    using ColumnsOf = Columns<Record, Column<Members>...>;
    /// Whether every member can be part of a key.
    template <class Record>
    static constexpr bool keyable = (key::DecodableKey<typename Column<Members>::Type> && ...);
    /// Whether every member is one of this record type.
    template <class Record>
    static constexpr bool belongs_to = (std::is_same_v<typename Column<Members>::Record, Record> && ...);
};

}  // namespace detail

/// The columns that identify a record. Their order is the order of the records.
template <auto First, auto... More>
struct PrimaryKey : detail::ColumnOption<First, More...> {
    using cambium_option = detail::KeyOption;
};

/// An index in which no two records have the same columns; enforced. A record with a null in any of the columns
/// never collides, as in SQL.
template <detail::Name IndexName, auto First, auto... More>
struct Unique : detail::ColumnOption<First, More...> {
    using cambium_option = detail::IndexOption;
    using Spelled = detail::Spelled<IndexName>;
    static constexpr std::string_view name = IndexName.view();
    static constexpr detail::IndexKind kind = detail::IndexKind::unique;
};

/// An index in which any number of records may have the same columns; those are ordered by primary key. Nulls
/// come first.
template <detail::Name IndexName, auto First, auto... More>
struct OrderedIndex : detail::ColumnOption<First, More...> {
    using cambium_option = detail::IndexOption;
    using Spelled = detail::Spelled<IndexName>;
    static constexpr std::string_view name = IndexName.view();
    static constexpr detail::IndexKind kind = detail::IndexKind::ordered;
};

}  // namespace cambium

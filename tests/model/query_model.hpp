// What is made of a query's rows, against the rows that it should have: pages, members, filters, sums, groups,
// sets. For the model tests of tables; Dice has below(n), a random number below n.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/matches.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {

/// Goes through all pages, of a random size.
template <class Rows, class List, class Dice>
void compare_pages(const Rows& rows, const List& expected, Dice& dice) {
    const std::size_t size = 1 + dice.below(7);
    List paged;
    std::string token;
    do {
        const auto page = rows.page(size, token);
        REQUIRE(page.rows.size() <= size);
        REQUIRE((page.rows.size() == size || page.next.empty()));
        paged.insert(paged.end(), page.rows.begin(), page.rows.end());
        REQUIRE(paged.size() <= expected.size());
        token = page.next;
    } while (!token.empty());
    REQUIRE(paged == expected);
}

/// What aggregate<Member>() answers; nothing where the sum does not fit.
template <auto Member, class List>
auto expected_aggregate(const List& list) {
    using Result = detail::AggregateOf<Member>;
    using Sum = decltype(Result{}.sum);
    std::optional<Result> result(std::in_place);
    __extension__ __int128 sum = 0;
    for (const auto& row : list) {
        using Plain = std::remove_cvref_t<decltype(*result->min)>;
        std::optional<Plain> value = row.*Member;
        if (!value) continue;
        ++result->count;
        if constexpr (std::is_integral_v<Sum>) sum += *value;
        if (!result->min || *value < *result->min) result->min = value;
        if (!result->max || *result->max < *value) result->max = value;
    }
    if constexpr (std::is_integral_v<Sum>) {
        result->sum = static_cast<Sum>(sum);
        if (result->sum != sum) return std::optional<Result>();
    }
    return result;
}

template <class Result>
void require_aggregate(const Result& found, const Result& expected) {
    REQUIRE(found.count == expected.count);
    REQUIRE(found.sum == expected.sum);
    REQUIRE(found.min == expected.min);
    REQUIRE(found.max == expected.max);
}

template <auto Member, class Rows, class List>
void compare_aggregate(const Rows& rows, const List& expected) {
    const auto wanted = expected_aggregate<Member>(expected);
    if (wanted)
        require_aggregate(rows.template aggregate<Member>(), *wanted);
    else
        REQUIRE(caught([&] { static_cast<void>(rows.template aggregate<Member>()); }).code ==
                ErrorCode::invalid_argument);
}

/// One member alone and two as tuples.
template <auto One, auto Other, class Rows, class List>
void compare_members(const Rows& rows, const List& expected) {
    std::vector<std::remove_cvref_t<decltype(expected.front().*One)>> ones;
    std::vector<std::tuple<std::remove_cvref_t<decltype(expected.front().*Other)>,
                           std::remove_cvref_t<decltype(expected.front().*One)>>>
        pairs;
    for (const auto& row : expected) {
        ones.push_back(row.*One);
        pairs.emplace_back(row.*Other, row.*One);
    }
    REQUIRE(rows.template select<One>().collect() == ones);
    REQUIRE(rows.template select<Other, One>().collect() == pairs);
    REQUIRE(rows.template select<One>().reverse().collect() == decltype(ones)(ones.rbegin(), ones.rend()));
}

template <class Rows, class List, class Predicate, class Dice>
void compare_filter(const Rows& rows, const List& expected, const Predicate& predicate, Dice& dice) {
    List kept;
    std::copy_if(expected.begin(), expected.end(), std::back_inserter(kept), predicate);
    REQUIRE(rows.filter(predicate).collect() == kept);
    REQUIRE(rows.filter(predicate).count() == kept.size());
    kept.resize(std::min<std::size_t>(kept.size(), dice.below(kept.size() + 1)));
    REQUIRE(rows.filter(predicate).limit(kept.size()).collect() == kept);
}

/// Groups of an index by its first `Count` columns; columns_of(row) makes those that a row has.
template <std::size_t Count, auto Member, class Rows, class List, class ColumnsOf>
void compare_groups(const Rows& rows, const List& expected, const ColumnsOf& columns_of) {
    std::vector<std::pair<decltype(columns_of(expected.front())), List>> groups;
    for (const auto& row : expected) {
        const auto columns = columns_of(row);
        if (groups.empty() || groups.back().first != columns) groups.push_back({columns, {}});
        groups.back().second.push_back(row);
    }
    const auto counted = rows.template count_by<Count>();
    const auto summed = rows.template aggregate_by<Count, Member>();
    REQUIRE(counted.size() == groups.size());
    REQUIRE(summed.size() == groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
        REQUIRE(counted[i].columns == groups[i].first);
        REQUIRE(counted[i].value == groups[i].second.size());
        REQUIRE(summed[i].columns == groups[i].first);
        require_aggregate(summed[i].value, *expected_aggregate<Member>(groups[i].second));
    }
}

/// A query as a set of records, and the primary keys that it should have.
template <class T>
struct QuerySet {
    Matches<T> found;
    std::set<KeyOf<T>> keys;
};

/// A random operation of two sets.
template <class T, class Dice>
QuerySet<T> combined(const QuerySet<T>& a, const QuerySet<T>& b, Dice& dice) {
    std::set<KeyOf<T>> keys;
    const auto into = std::inserter(keys, keys.end());
    switch (dice.below(3)) {
        case 0:
            std::set_intersection(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), into);
            return {intersect(a.found, b.found), keys};
        case 1:
            std::set_union(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), into);
            return {unite(a.found, b.found), keys};
        default:
            std::set_difference(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), into);
            return {subtract(a.found, b.found), keys};
    }
}

}  // namespace cambium::test

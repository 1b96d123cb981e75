// Every kind of range of an index, against rows sorted by the same columns: either end open or closed, both,
// neither, by any number of leading columns.
#pragma once

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/values.hpp"

namespace cambium::test {

/// What a query is given for a column of the model.
template <class T>
const T& argument(const T& value) {
    return value;
}
template <class T>
const T& argument(const Descending<T>& value) {
    return value.value;
}

/// The first `Count` columns, as a tuple.
template <std::size_t Count, class Columns>
auto head(const Columns& columns) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::make_tuple(std::get<I>(columns)...);
    }
    (std::make_index_sequence<Count>{});
}
template <std::size_t Count, class Columns, class Use>
auto with_arguments(const Columns& columns, Use&& use) {
    return std::apply([&](const auto&... column) { return use(argument(column)...); }, head<Count>(columns));
}

template <class Rows, class List>
void require_rows(const Rows& rows, const List& expected) {
    REQUIRE(rows.collect() == expected);
    REQUIRE(rows.count() == expected.size());
    REQUIRE(rows.reverse().collect() == List(expected.rbegin(), expected.rend()));
}

/// Ranges from the first columns of `a` to the first columns of `b`, as many as are said of each.
template <std::size_t FromCount, std::size_t UntilCount, class Index, class Columns, class Select>
void compare_bounds(const Index& index, const Columns& a, const Columns& b, const Select& select) {
    const auto from = head<FromCount>(a);
    const auto until = head<UntilCount>(b);
    const auto at_from = [&](const Columns& c) { return head<FromCount>(c) <=> from; };
    const auto at_until = [&](const Columns& c) { return head<UntilCount>(c) <=> until; };
    with_arguments<FromCount>(a, [&](const auto&... x) {
        require_rows(index.from({x...}), select([&](const Columns& c) { return at_from(c) >= 0; }));
        require_rows(index.after({x...}), select([&](const Columns& c) { return at_from(c) > 0; }));
        require_rows(index.equal(x...), select([&](const Columns& c) { return at_from(c) == 0; }));
        with_arguments<UntilCount>(b, [&](const auto&... y) {
            require_rows(index.until({y...}), select([&](const Columns& c) { return at_until(c) < 0; }));
            require_rows(index.through({y...}), select([&](const Columns& c) { return at_until(c) <= 0; }));
            require_rows(index.range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) >= 0 && at_until(c) < 0; }));
            require_rows(index.closed_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) >= 0 && at_until(c) <= 0; }));
            require_rows(index.open_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) > 0 && at_until(c) < 0; }));
            require_rows(index.left_open_range({x...}, {y...}),
                         select([&](const Columns& c) { return at_from(c) > 0 && at_until(c) <= 0; }));
            const auto between = select([&](const Columns& c) {
                const bool before_both = at_from(c) < 0 && at_until(c) < 0;
                const bool behind_both = at_from(c) > 0 && at_until(c) > 0;
                return !before_both && !behind_both;
            });
            require_rows(index.between({x...}, {y...}), between);
            require_rows(index.between({y...}, {x...}), between);
        });
    });
}

/// Ranges through an index of two columns. `columns` makes the columns of a row, in its order, `bound` those of one
/// end of a range, and `shown` what a query shows of a row.
template <class Index, class Row, class ColumnsOf, class Bound, class Shown>
void compare_ranges(int rounds, const Index& index, std::vector<Row> rows, const ColumnsOf& columns,
                    const Bound& bound, const Shown& shown) {
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return columns(a) < columns(b); });
    const auto select = [&](const auto& keep) {
        std::vector<decltype(shown(rows.front()))> kept;
        for (const Row& row : rows)
            if (keep(columns(row))) kept.push_back(shown(row));
        return kept;
    };
    require_rows(index, select([](const auto&) { return true; }));
    for (int round = 0; round < rounds; ++round) {
        const auto a = columns(bound());
        const auto b = columns(bound());
        compare_bounds<1, 1>(index, a, b, select);
        compare_bounds<2, 2>(index, a, b, select);
        compare_bounds<1, 2>(index, a, b, select);
        compare_bounds<2, 1>(index, a, b, select);
    }
}

}  // namespace cambium::test

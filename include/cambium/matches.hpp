// Matches: the records that are in both of two queries, in either, or in one and not in the other.
//
//     for (const Post& post : cambium::intersect(posts.by<"tag">().equal("c++"),
//     posts.by<"author">().equal("ada"))) ... cambium::subtract(posts.by<"tag">().equal("c++"), cambium::unite(a,
//     b)).count()
//
// The primary keys of each query are gathered and merged; no record is read before the walk over the result, but
// for those that a filter() looks at.
// Memory: the encoded keys of the queries, which counts for queries of millions of rows. Those of an index whose
// columns are all given by equal() come sorted; others are sorted.
//
// A record is there once, whatever number of entries it has in an index. Records come in the order of their primary
// keys, as they are when the walk reaches them; one erased since is left out. Thread rule and lifetime: those of
// the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cambium/query.hpp"
#include "cambium/reader.hpp"

namespace cambium {

namespace detail {

using SortedKeys = std::vector<std::string>;

enum class SetOperation : std::uint8_t { intersect, unite, subtract };

/// The primary keys that a selection leads to, sorted, each once. O(entries log entries).
[[nodiscard]] SortedKeys gather_keys(const TableHandle& handle, const Selection& selection);
/// Sorts keys, and leaves each there once.
void sort_keys(SortedKeys& keys);
/// Merges two lists. O(sum of both).
[[nodiscard]] SortedKeys combine(SetOperation operation, const SortedKeys& a, const SortedKeys& b);
/// Error{misuse} unless two handles are of one table in one transaction.
void check_same_table(const TableHandle& a, const TableHandle& b);

/// The same of any query.
template <class Query>
SortedKeys gather_keys(const Query& query) {
    return gather_keys(SelectionAccess::handle(query), SelectionAccess::selection(query));
}
template <class T, class Predicate>
SortedKeys gather_keys(const Filtered<Rows<T>, Predicate>& rows) {
    SortedKeys keys;
    for (auto row = rows.begin(); row != rows.end(); ++row) keys.emplace_back(row.key_bytes());
    sort_keys(keys);
    return keys;
}
template <class T>
const SortedKeys& gather_keys(const Matches<T>& rows) {
    return SelectionAccess::keys(rows);
}

template <class A, class B>
auto combine_rows(SetOperation operation, const A& a, const B& b) {
    using T = TableOf<A>;
    constexpr bool kRight = !std::is_void_v<T> && std::is_same_v<T, TableOf<B>>;
    static_assert(kRight,
                  "intersect(), unite() and subtract() take two queries of one table, keys() or filter() of one, "
                  "or what they return");
    if constexpr (kRight) {
        const Matches<T> first(a);
        const Matches<T> second(b);
        check_same_table(first.handle_, second.handle_);
        return Matches<T>(first.handle_, combine(operation, *first.keys_, *second.keys_));
    } else {
        return AfterMisuse<std::conditional_t<std::is_void_v<T>, AnyValue, typename RecordOf<T>::type>>{};
    }
}

}  // namespace detail

template <class T>
class Matches : public detail::RowRange<Matches<T>, RowOf<T>> {
public:
    using Value = RowOf<T>;

    class Iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = Value;
        using cambium_bound_to_transaction = void;

        const Value& operator*() const noexcept { return value_; }
        const Value* operator->() const noexcept { return &value_; }
        Iterator& operator++() {
            ++next_;
            read();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
            return iterator.next_ == iterator.keys_->size();
        }

    private:
        friend class Matches;
        Iterator(const detail::TableHandle& handle, std::shared_ptr<const detail::SortedKeys> keys)
            : handle_(handle), keys_(std::move(keys)) {
            read();
        }
        void read() {
            using Row = typename detail::LayoutOf<T>::Row;
            for (; next_ < keys_->size(); ++next_) {
                const std::string& key = (*keys_)[next_];
                if (!detail::read_record(handle_, key, &Row::value_of(value_))) continue;
                Row::set_key(value_, key);
                return;
            }
        }
        detail::TableHandle handle_;
        std::shared_ptr<const detail::SortedKeys> keys_;
        std::size_t next_ = 0;
        Value value_{};
    };

    [[nodiscard]] Iterator begin() const { return Iterator(handle_, keys_); }
    /// As gathered. O(1).
    [[nodiscard]] std::uint64_t count() const noexcept { return keys_->size(); }
    [[nodiscard]] bool empty() const noexcept { return keys_->empty(); }
    /// The primary keys, as gathered. O(their number).
    [[nodiscard]] std::vector<KeyOf<T>> keys() const {
        std::vector<KeyOf<T>> keys;
        keys.reserve(keys_->size());
        for (const std::string& key : *keys_) keys.push_back(detail::decode_primary_key<T>(key));
        return keys;
    }

private:
    template <class A, class B>
    friend auto detail::combine_rows(detail::SetOperation operation, const A& a, const B& b);
    friend struct detail::SelectionAccess;

    Matches(const detail::TableHandle& handle, detail::SortedKeys keys)
        : handle_(handle), keys_(std::make_shared<const detail::SortedKeys>(std::move(keys))) {}
    template <class Query>
    explicit Matches(const Query& query)
        : Matches(detail::SelectionAccess::handle(query), detail::gather_keys(query)) {}

    detail::TableHandle handle_;
    std::shared_ptr<const detail::SortedKeys> keys_;
};

/// Records in both. Error{misuse} for queries of two transactions, and what their walks throw.
template <class A, class B>
[[nodiscard]] auto intersect(const A& a, const B& b) {
    return detail::combine_rows(detail::SetOperation::intersect, a, b);
}
/// Records in one or both. Errors as intersect().
template <class A, class B>
[[nodiscard]] auto unite(const A& a, const B& b) {
    return detail::combine_rows(detail::SetOperation::unite, a, b);
}
/// Records of the first that are not in the second. Errors as intersect().
template <class A, class B>
[[nodiscard]] auto subtract(const A& a, const B& b) {
    return detail::combine_rows(detail::SetOperation::subtract, a, b);
}

}  // namespace cambium

// What a reader, a writer or an index query is after the compiler has refused it: anything may be done with it, so
// that the one sentence about the mistake is the only error of the expression. Nothing here is ever defined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cambium/name.hpp"

namespace cambium::detail {

/// Converts to whatever is wanted of it.
struct AnyValue {
    template <class T>
    operator T() const;  // NOLINT(google-explicit-constructor)
};

/// Made of whatever stands for the end of a range, braced or not.
struct AnyBound {
    template <class... Columns>
    AnyBound(const Columns&...);  // NOLINT(google-explicit-constructor)
};

struct AnyAggregate {
    std::uint64_t count = 0;
    AnyValue sum{};
    std::optional<AnyValue> min{};
    std::optional<AnyValue> max{};
};

template <class Value>
struct AnyGroup {
    AnyValue columns{};
    Value value{};
};

template <class Value>
struct AnyPage {
    std::vector<Value> rows{};
    std::string next{};
};

/// A value of any type.
template <class T>
T after_misuse();

template <class Value>
struct AfterMisuse {
    AfterMisuse() = default;
    template <class Transaction>
    explicit AfterMisuse(Transaction&);

    template <Name IndexName>
    AfterMisuse by() const;
    template <class... Key>
    std::optional<Value> get(Key&&...) const;
    template <class... Key>
    const Value* view(Key&&...) const;
    template <class... Key>
    bool contains(Key&&...) const;

    AfterMisuse all() const;
    template <class... Columns>
    AfterMisuse equal(Columns&&...) const;
    template <class... Columns>
    AfterMisuse prefix(Columns&&...) const;
    AfterMisuse range(AnyBound, AnyBound) const;
    AfterMisuse from(AnyBound) const;
    AfterMisuse until(AnyBound) const;
    AfterMisuse reverse() const;
    AfterMisuse skip(std::uint64_t) const;
    AfterMisuse limit(std::uint64_t) const;
    template <class... Arguments>
    AfterMisuse closed_range(Arguments&&...) const;
    template <class... Arguments>
    AfterMisuse open_range(Arguments&&...) const;
    template <class... Arguments>
    AfterMisuse after(Arguments&&...) const;
    template <class... Arguments>
    AfterMisuse through(Arguments&&...) const;
    template <class... Arguments>
    AnyValue get_or(Arguments&&...) const;
    template <class Keys>
    std::vector<std::optional<Value>> get_many(const Keys&) const;
    template <class... Arguments>
    AnyPage<Value> page(Arguments&&...) const;
    template <auto... Members>
    AfterMisuse select() const;
    template <class Predicate>
    AfterMisuse filter(Predicate&&) const;
    template <auto Member>
    AnyAggregate aggregate() const;
    template <std::size_t Columns>
    std::vector<AnyGroup<std::uint64_t>> count_by() const;
    template <std::size_t Columns, auto Member>
    std::vector<AnyGroup<AnyAggregate>> aggregate_by() const;
    template <Name ForeignKeyName>
    AfterMisuse<std::pair<Value, std::optional<AnyValue>>> join() const;
    AfterMisuse<AnyValue> keys() const;
    AfterMisuse<AnyValue> entries() const;
    std::uint64_t count() const;
    bool empty() const;
    std::optional<Value> first() const;
    std::optional<Value> last() const;
    std::vector<Value> collect() const;
    const Value* begin() const;
    const Value* end() const;

    AnyValue insert(const Value&);
    bool insert_if_absent(const Value&);
    void upsert(const Value&);
    bool replace(const Value&);
    // With the key outside the value.
    template <class... Parts>
    void insert(const Parts&...);
    template <class... Parts>
    bool insert_if_absent(const Parts&...);
    template <class... Parts>
    void put(const Parts&...);
    template <class... Parts>
    void upsert(const Parts&...);
    template <class... Parts>
    bool replace(const Parts&...);
    template <class... Arguments>
    bool update(Arguments&&...);
    template <class... Key>
    bool erase(Key&&...);
    template <class... Arguments>
    bool patch(Arguments&&...);
    template <class... Arguments>
    AnyValue compare_and_swap(Arguments&&...);
    template <class... Arguments>
    std::uint64_t load(Arguments&&...);
    void truncate();
};

}  // namespace cambium::detail

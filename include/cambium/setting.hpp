// set<&Record::member>(value): one field of a patch.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cambium/column.hpp"

namespace cambium {
namespace detail {

/// The new value of one member.
template <auto Member>
struct Setting {
    using Record = typename Column<Member>::Record;
    static constexpr std::string_view name = Column<Member>::name;
    typename Column<Member>::Type value{};
    void apply(Record& record) const { record.*Member = value; }
};

template <class T>
inline constexpr bool kIsSetting = false;
template <auto Member>
inline constexpr bool kIsSetting<Setting<Member>> = true;

/// Error{invalid_argument} for a number outside the range of a field, naming both. A negative number is passed as
/// the same 64 bits.
[[noreturn]] void throw_field_out_of_range(std::string_view field, std::uint64_t number, bool negative,
                                           std::int64_t low, std::uint64_t high);

template <class T>
struct WithoutOptional {
    using type = T;
};
template <class T>
struct WithoutOptional<std::optional<T>> {
    using type = T;
};

/// Whether a value becomes an integer member by counting, and not by conversion.
template <class T, class Value>
inline constexpr bool kCounts = key::detail::PlainInteger<T>&& IntegerArgument<Value>;
/// Conversions that keep the value: a floating point number is no integer.
template <class T, class Value>
inline constexpr bool kKeepsValue = !(std::is_integral_v<T> && std::is_floating_point_v<Value>);

}  // namespace detail

/// For Writer::patch(): the member becomes this value. An integer outside the range of the member's type is
/// refused: Error{invalid_argument}.
template <auto Member, class Value>
[[nodiscard]] detail::Setting<Member> set(Value&& value) {
    using Type = typename detail::Column<Member>::Type;
    using Inner = typename detail::WithoutOptional<Type>::type;
    using Given = std::remove_cvref_t<Value>;
    if constexpr (detail::kCounts<Inner, Given>) {
        // The unary plus makes numbers of characters, truth values and enumerators.
        constexpr auto kLow = +std::numeric_limits<Inner>::min();
        constexpr auto kHigh = +std::numeric_limits<Inner>::max();
        if (std::cmp_less(+value, kLow) || std::cmp_greater(+value, kHigh)) {
            detail::throw_field_out_of_range(detail::Setting<Member>::name, static_cast<std::uint64_t>(+value),
                                             std::cmp_less(+value, 0), kLow, kHigh);
        }
        return {static_cast<Inner>(value)};
    } else {
        constexpr bool kConverts = std::is_convertible_v<Value&&, Type> && detail::kKeepsValue<Inner, Given>;
        static_assert(kConverts, "the value given to set() does not convert to the type of the member");
        if constexpr (kConverts) return {static_cast<Type>(std::forward<Value>(value))};
        return {};
    }
}

}  // namespace cambium

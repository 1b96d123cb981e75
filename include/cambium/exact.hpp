// Exact: the one way from what a caller passes to the type of a key column or a field. A number or a time that the
// type does not hold is refused instead of becoming another one, also inside of optionals, pairs and tuples.
//
// A floating-point number that is given for a float becomes the nearest one, as everywhere in C++: 0.1 stands for
// 0.1F. A finite one beyond the largest float is refused, and so is an integer that is not a value of the type, as
// 16777217 is none of a float. Only a bool stands for a bool.
#pragma once

#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cambium/base/values.hpp"
#include "cambium/key/key.hpp"

namespace cambium::detail {

/// Error{invalid_argument} for a number outside the range of a field, or of a key column when the name is empty. A
/// negative number is passed as the same 64 bits.
[[noreturn]] void throw_out_of_range(std::string_view field, std::uint64_t number, bool negative, std::int64_t low,
                                     std::uint64_t high);
/// The same for a floating-point number beyond `high`, and for an integer that such a number cannot be.
[[noreturn]] void throw_out_of_range(std::string_view field, long double number, long double high);
[[noreturn]] void throw_inexact(std::string_view field, std::uint64_t number, bool negative);
/// The same for a time or a duration, in seconds.
[[noreturn]] void throw_time_out_of_range(std::string_view field, double seconds, double low, double high);

/// Durations and points in time that count in integers.
template <class T>
inline constexpr bool kIsTime = false;
template <class Rep, class Period>
inline constexpr bool kIsTime<std::chrono::duration<Rep, Period>> = std::is_integral_v<Rep>;
template <class Clock, class Duration>
inline constexpr bool kIsTime<std::chrono::time_point<Clock, Duration>> = kIsTime<Duration>;
/// Those that count in floating-point numbers.
template <class T>
inline constexpr bool kIsFloatingTime = false;
template <class Rep, class Period>
inline constexpr bool kIsFloatingTime<std::chrono::duration<Rep, Period>> = std::is_floating_point_v<Rep>;
template <class Clock, class Duration>
inline constexpr bool kIsFloatingTime<std::chrono::time_point<Clock, Duration>> = kIsFloatingTime<Duration>;

template <class T>
inline constexpr bool kIsTuple = false;
template <class A, class B>
inline constexpr bool kIsTuple<std::pair<A, B>> = true;
template <class... Ts>
inline constexpr bool kIsTuple<std::tuple<Ts...>> = true;

/// Types whose values are looked at on their way in: numbers, bool, times, and pairs and tuples with one of them.
template <class T>
inline constexpr bool kIsChecked = key::detail::PlainInteger<T> || std::is_same_v<T, bool> ||
                                   std::is_floating_point_v<T> || kIsTime<T> || kIsFloatingTime<T>;
template <class T>
inline constexpr bool kHoldsChecked = kIsChecked<T>;
template <class T>
inline constexpr bool kHoldsChecked<std::optional<T>> = kHoldsChecked<T>;
template <class A, class B>
inline constexpr bool kIsChecked<std::pair<A, B>> = kHoldsChecked<A> || kHoldsChecked<B>;
template <class... Ts>
inline constexpr bool kIsChecked<std::tuple<Ts...>> = (kHoldsChecked<Ts> || ...);

/// What may stand for the value of an integer: a number of any integer type, or an unscoped enumerator.
template <class A>
concept IntegerArgument = sizeof(A) <= sizeof(std::uint64_t) &&
                          (std::integral<A> || (std::is_enum_v<A> && std::is_convertible_v<A, std::int64_t>));

/// An object that is implicitly a T, without a number turning into another type of number on the way: a
/// std::vector<bool>::reference for a bool.
template <class A, class T>
concept ObjectAs = std::is_class_v<A> && std::is_convertible_v<const A&, T> && requires(const A& object) {
    T{object};
};

/// Whether an A may stand for a T.
template <class T, class A>
constexpr bool converts();
template <class T, class A, std::size_t... I>
constexpr bool converts_each(std::index_sequence<I...>) {
    return (converts<std::tuple_element_t<I, T>, std::remove_cvref_t<std::tuple_element_t<I, A>>>() && ...);
}
template <class T, class A>
constexpr bool converts() {
    if constexpr (std::is_same_v<T, A>) {
        return true;
    } else if constexpr (key::detail::PlainInteger<T>) {
        return IntegerArgument<A>;
    } else if constexpr (std::is_floating_point_v<T>) {
        return std::is_floating_point_v<A> || IntegerArgument<A> || ObjectAs<A, T>;
    } else if constexpr (std::is_same_v<T, bool>) {
        return ObjectAs<A, bool>;
    } else if constexpr (kIsOptional<T>) {
        using Inner = typename T::value_type;
        if constexpr (kIsOptional<A>)
            return converts<Inner, typename A::value_type>();
        else
            return std::is_same_v<A, std::nullopt_t> || converts<Inner, A>();
    } else if constexpr (kIsTuple<T> && kIsTuple<A>) {
        if constexpr (std::tuple_size_v<T> == std::tuple_size_v<A>)
            return converts_each<T, A>(std::make_index_sequence<std::tuple_size_v<T>>{});
        else
            return false;
    } else {
        return std::is_convertible_v<const A&, T>;
    }
}

template <class Rep, class Period>
constexpr std::chrono::duration<Rep, Period> since_epoch(std::chrono::duration<Rep, Period> time) {
    return time;
}
template <class Clock, class Duration>
constexpr Duration since_epoch(std::chrono::time_point<Clock, Duration> time) {
    return time.time_since_epoch();
}
template <class T>
using DurationOf = decltype(since_epoch(std::declval<T>()));

template <class Duration>
double seconds_of(Duration time) {
    return static_cast<double>(time.count()) * static_cast<double>(Duration::period::num) /
           static_cast<double>(Duration::period::den);
}

template <class Number>
constexpr bool is_finite(Number number) {
    if constexpr (std::is_floating_point_v<Number>)
        return number >= std::numeric_limits<Number>::lowest() && number <= std::numeric_limits<Number>::max();
    else
        return true;
}

/// Whether a number is larger than every finite one of a floating-point T.
template <class T, class Number>
constexpr bool exceeds(Number number) {
    constexpr auto kHigh = std::numeric_limits<T>::max();
    return number > kHigh || number < -kHigh;
}

/// Whether a floating-point T has this value. Below 2^64 each has all numbers of few enough binary digits.
template <class T, class A>
constexpr bool is_exact(A integer) {
    const auto bits = static_cast<std::uint64_t>(+integer);
    const std::uint64_t magnitude = std::cmp_less(+integer, 0) ? 0 - bits : bits;
    return magnitude == 0 || static_cast<int>(std::bit_width(magnitude)) - std::countr_zero(magnitude) <=
                                 std::numeric_limits<T>::digits;
}

/// -1 for a time before those that T holds, 1 for one behind them, else 0.
template <class T, class A>
constexpr int beyond_time(const A& time) {
    using To = DurationOf<T>;
    using Rep = typename To::rep;
    constexpr auto kTicks =
        static_cast<std::uint64_t>(std::ratio_divide<typename DurationOf<A>::period, typename To::period>::num);
    constexpr std::uint64_t kHigh = static_cast<std::uint64_t>(std::numeric_limits<Rep>::max()) / kTicks;
    constexpr std::int64_t kLow =
        std::is_signed_v<Rep>
            ? static_cast<std::int64_t>(std::numeric_limits<Rep>::min()) / static_cast<std::int64_t>(kTicks)
            : 0;
    const auto count = since_epoch(time).count();
    return std::cmp_less(count, kLow) ? -1 : std::cmp_greater(count, kHigh) ? 1 : 0;
}

/// Whether a time is one that T does not hold.
template <class T, class A>
constexpr bool is_beyond_time(const A& time) {
    if constexpr (kIsTime<T>) {
        return beyond_time<T>(time) != 0;
    } else {
        using To = DurationOf<T>;
        using Ticks = std::chrono::duration<long double, typename To::period>;
        return is_finite(since_epoch(time).count()) &&
               exceeds<typename To::rep>(std::chrono::duration_cast<Ticks>(since_epoch(time)).count());
    }
}

/// As beyond_time(), for what may stand for a T that has a time in it, which counts in integers; 0 for every other
/// T.
template <class T, class A>
constexpr int beyond(const A& given) {
    if constexpr (kIsOptional<A>) {
        return given ? beyond<T>(*given) : 0;
    } else if constexpr (kIsDescending<A>) {
        return beyond<T>(given.value);
    } else if constexpr (kIsOptional<T>) {
        return beyond<typename T::value_type>(given);
    } else if constexpr (kIsDescending<T>) {
        return beyond<decltype(T::value)>(given);
    } else if constexpr (kIsTime<T> && kIsTime<A>) {
        return beyond_time<T>(given);
    } else {
        return 0;
    }
}
/// The first or the last value of such a T.
template <class T>
constexpr T outermost(int side) {
    if constexpr (kIsOptional<T>)
        return outermost<typename T::value_type>(side);
    else if constexpr (kIsDescending<T>)
        return {outermost<decltype(T::value)>(side)};
    else if constexpr (kIsTime<T>)
        return side < 0 ? T::min() : T::max();
    else
        return T{};
}

/// The T that an A stands for. `field` is for the sentence; empty for a key column.
template <class T, class A>
constexpr T exactly(const A& given, std::string_view field = {});
template <class T, class A, std::size_t... I>
constexpr T exactly_each(const A& given, std::string_view field, std::index_sequence<I...>) {
    return T{exactly<std::tuple_element_t<I, T>>(std::get<I>(given), field)...};
}
template <class T, class A>
constexpr T exactly(const A& given, std::string_view field) {
    if constexpr (std::is_same_v<T, A>) {
        return given;
    } else if constexpr (key::detail::PlainInteger<T> && IntegerArgument<A>) {
        // The unary plus makes numbers of characters, truth values and enumerators.
        constexpr auto kLow = +std::numeric_limits<T>::min();
        constexpr auto kHigh = +std::numeric_limits<T>::max();
        if (std::cmp_less(+given, kLow) || std::cmp_greater(+given, kHigh))
            throw_out_of_range(field, static_cast<std::uint64_t>(+given), std::cmp_less(+given, 0), kLow, kHigh);
        return static_cast<T>(given);
    } else if constexpr (std::is_floating_point_v<T> && std::is_floating_point_v<A>) {
        if (exceeds<T>(given) && is_finite(given)) throw_out_of_range(field, given, std::numeric_limits<T>::max());
        return static_cast<T>(given);
    } else if constexpr (std::is_floating_point_v<T> && IntegerArgument<A>) {
        if (!is_exact<T>(given)) throw_inexact(field, static_cast<std::uint64_t>(+given), std::cmp_less(+given, 0));
        return static_cast<T>(+given);
    } else if constexpr ((kIsTime<T> && kIsTime<A>) || (kIsFloatingTime<T> && (kIsTime<A> || kIsFloatingTime<A>))) {
        if (is_beyond_time<T>(given))
            throw_time_out_of_range(field, seconds_of(since_epoch(given)), seconds_of(since_epoch(T::min())),
                                    seconds_of(since_epoch(T::max())));
        return given;
    } else if constexpr (kIsOptional<T>) {
        using Inner = typename T::value_type;
        if constexpr (std::is_same_v<A, std::nullopt_t>)
            return std::nullopt;
        else if constexpr (kIsOptional<A>)
            return given ? T(exactly<Inner>(*given, field)) : std::nullopt;
        else
            return T(exactly<Inner>(given, field));
    } else if constexpr (kIsTuple<T> && kIsTuple<A>) {
        return exactly_each<T>(given, field, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else {
        return given;
    }
}

/// A value of a T, made implicitly from what may stand for it. Error{invalid_argument} when T does not hold it.
template <class T>
class Exact {
public:
    template <class A>
    requires(!std::is_scalar_v<A> &&
             converts<T, A>()) constexpr Exact(const A& given)  // NOLINT(google-explicit-constructor)
        : value_(exactly<T>(given)) {}
    /// Numbers by value, so that a lambda need not capture a constant.
    template <class A>
    requires(std::is_scalar_v<A>&& converts<T, A>()) constexpr Exact(
        A given)  // NOLINT(google-explicit-constructor)
        : value_(exactly<T>(given)) {}
    /// The members of a pair or tuple, in braces.
    template <class A, class B, class... More>
    requires(converts<T, std::tuple<A, B, More...>>()) constexpr Exact(const A& first, const B& second,
                                                                       const More&... more)
        : value_(exactly<T>(std::tuple<const A&, const B&, const More&...>(first, second, more...))) {}
    [[nodiscard]] constexpr const T& value() const noexcept { return value_; }

private:
    T value_;
};

}  // namespace cambium::detail

namespace cambium::key {

template <class T>
struct KeyTraits<cambium::detail::Exact<T>> {
    static void encode(std::string& out, const cambium::detail::Exact<T>& value) {
        KeyTraits<T>::encode(out, value.value());
    }
};

}  // namespace cambium::key

// The property that the whole store rests on: comparing keys as bytes compares the values, for every key type. The
// reference order is written out here for each type and shares nothing with the encoding.
#include <doctest/doctest.h>

#include <cmath>
#include <compare>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "cambium/key/key.hpp"
#include "seed.hpp"

using namespace cambium;

namespace {

enum class Colour : std::uint8_t { red = 1, green = 7, blue = 255 };
enum class Level : std::int32_t { deep = -70000, sea = 0, high = 70000 };
enum Unscoped : short { kLow = -3, kHigh = 9 };

using Random = std::mt19937_64;

bool one_in(Random& random, std::uint64_t n) {
    return random() % n == 0;
}

// ------------------------------------------------------------------------------------- the reference order

template <class T>
int sign(T order) {
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

template <class T>
requires(std::is_integral_v<T> || std::is_enum_v<T>) int order(T a, T b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
int order(char a, char b) {
    return order(static_cast<unsigned char>(a), static_cast<unsigned char>(b));
}
// All NaNs are one value, above everything else.
template <class T>
requires std::is_floating_point_v<T>
int order(T a, T b) {
    if (std::isnan(a) || std::isnan(b)) return (std::isnan(a) ? 1 : 0) - (std::isnan(b) ? 1 : 0);
    return sign(std::strong_order(a, b));
}
int order(const std::string& a, const std::string& b) {
    return sign(a.compare(b));
}
int order(const Uuid& a, const Uuid& b) {
    return sign(a <=> b);
}
template <class T>
int order(const std::vector<T>& a, const std::vector<T>& b) {
    return sign(a <=> b);
}
template <class T, std::size_t N>
int order(const std::array<T, N>& a, const std::array<T, N>& b) {
    return sign(a <=> b);
}
int order(const Uint256& a, const Uint256& b) {
    return order(a.bytes(), b.bytes());
}
template <std::size_t N>
int order(const std::array<char, N>& a, const std::array<char, N>& b) {
    return sign(std::string_view(a.data(), N).compare(std::string_view(b.data(), N)));
}
template <class Rep, class Period>
int order(const std::chrono::duration<Rep, Period>& a, const std::chrono::duration<Rep, Period>& b) {
    return order(a.count(), b.count());
}
template <class Clock, class Duration>
int order(const std::chrono::time_point<Clock, Duration>& a, const std::chrono::time_point<Clock, Duration>& b) {
    return order(a.time_since_epoch(), b.time_since_epoch());
}
template <class T>
int order(const std::optional<T>& a, const std::optional<T>& b);
template <class A, class B>
int order(const std::pair<A, B>& a, const std::pair<A, B>& b);
template <class... Ts>
int order(const std::tuple<Ts...>& a, const std::tuple<Ts...>& b);
template <class T>
int order(const Descending<T>& a, const Descending<T>& b);

template <class T>
int order(const std::optional<T>& a, const std::optional<T>& b) {
    if (!a || !b) return (a ? 1 : 0) - (b ? 1 : 0);
    return order(*a, *b);
}
template <class A, class B>
int order(const std::pair<A, B>& a, const std::pair<A, B>& b) {
    const int first = order(a.first, b.first);
    return first != 0 ? first : order(a.second, b.second);
}
template <class... Ts>
int order(const std::tuple<Ts...>& a, const std::tuple<Ts...>& b) {
    int result = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((result = result != 0 ? result : order(std::get<I>(a), std::get<I>(b))), ...);
    }
    (std::index_sequence_for<Ts...>{});
    return result;
}

template <class T>
int order(const Descending<T>& a, const Descending<T>& b) {
    return order(b.value, a.value);
}

// ------------------------------------------------------------------------------------------ random values

template <class T>
struct Make;

template <class T>
requires std::is_integral_v<T>
struct Make<T> {
    static T value(Random& random) {
        using Limits = std::numeric_limits<T>;
        const T edges[] = {Limits::min(),
                           Limits::max(),
                           T{0},
                           T{1},
                           static_cast<T>(-1),
                           static_cast<T>(127),
                           static_cast<T>(128),
                           static_cast<T>(255),
                           static_cast<T>(256)};
        if (one_in(random, 3)) return edges[random() % std::size(edges)];
        return static_cast<T>(random() >> (random() % 64));
    }
};

template <>
struct Make<bool> {
    static bool value(Random& random) { return one_in(random, 2); }
};

template <class T>
requires std::is_enum_v<T> &&(!std::is_same_v<T, std::byte>)struct Make<T> {
    static T value(Random& random) { return static_cast<T>(Make<std::underlying_type_t<T>>::value(random)); }
};

template <>
struct Make<std::byte> {
    static std::byte value(Random& random) { return static_cast<std::byte>(random() & 255U); }
};

template <class T>
requires std::is_floating_point_v<T>
struct Make<T> {
    static T value(Random& random) {
        using Limits = std::numeric_limits<T>;
        const T edges[] = {T{0},
                           -T{0},
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           -Limits::quiet_NaN(),
                           Limits::min(),
                           Limits::denorm_min(),
                           -Limits::denorm_min(),
                           Limits::max(),
                           Limits::lowest(),
                           T{1},
                           -T{1}};
        if (one_in(random, 3)) return edges[random() % std::size(edges)];
        if (one_in(random, 2)) return static_cast<T>(static_cast<std::int64_t>(random())) / T{4096};
        return std::bit_cast<T>(static_cast<key::detail::UnsignedOf<sizeof(T)>>(random()));
    }
};

// Short, and of few different bytes, so that prefixes, NULs and escape bytes meet often.
template <class T>
T random_bytes(Random& random) {
    constexpr unsigned char kBytes[] = {0, 0, 1, 1, 2, 3, 'a', 'b', 0x7F, 0x80, 0xFE, 0xFF};
    T bytes;
    for (std::size_t length = random() % 6; length > 0; --length) {
        bytes.push_back(static_cast<typename T::value_type>(kBytes[random() % std::size(kBytes)]));
    }
    return bytes;
}
template <>
struct Make<std::string> {
    static std::string value(Random& random) { return random_bytes<std::string>(random); }
};
template <class T>
struct Make<std::vector<T>> {
    static std::vector<T> value(Random& random) { return random_bytes<std::vector<T>>(random); }
};
template <class T, std::size_t N>
struct Make<std::array<T, N>> {
    static std::array<T, N> value(Random& random) {
        std::array<T, N> bytes{};
        for (T& byte : bytes) byte = static_cast<T>(one_in(random, 2) ? random() & 1U : random() & 255U);
        return bytes;
    }
};
template <>
struct Make<Uuid> {
    static Uuid value(Random& random) { return {Make<std::array<std::uint8_t, 16>>::value(random)}; }
};
template <>
struct Make<Uint256> {
    static Uint256 value(Random& random) {
        if (one_in(random, 3)) return Make<std::uint64_t>::value(random);
        return Uint256::from_bytes(Make<Uint256::Bytes>::value(random));
    }
};
template <class Rep, class Period>
struct Make<std::chrono::duration<Rep, Period>> {
    static auto value(Random& random) { return std::chrono::duration<Rep, Period>(Make<Rep>::value(random)); }
};
template <class Clock, class Duration>
struct Make<std::chrono::time_point<Clock, Duration>> {
    static auto value(Random& random) {
        return std::chrono::time_point<Clock, Duration>(Make<Duration>::value(random));
    }
};
template <class T>
struct Make<std::optional<T>> {
    static std::optional<T> value(Random& random) {
        if (one_in(random, 3)) return std::nullopt;
        return Make<T>::value(random);
    }
};
template <class A, class B>
struct Make<std::pair<A, B>> {
    static std::pair<A, B> value(Random& random) { return {Make<A>::value(random), Make<B>::value(random)}; }
};
template <class... Ts>
struct Make<std::tuple<Ts...>> {
    static std::tuple<Ts...> value(Random& random) { return {Make<Ts>::value(random)...}; }
};
template <class T>
struct Make<Descending<T>> {
    static Descending<T> value(Random& random) { return {Make<T>::value(random)}; }
};

}  // namespace

TEST_CASE_TEMPLATE("keys compare as bytes exactly as their values compare, and decode to them", T,  //
                   bool, char, signed char, unsigned char, char8_t, char16_t, char32_t, short, unsigned short, int,
                   unsigned, long, unsigned long, long long, unsigned long long, float, double, std::byte, Colour,
                   Level, Unscoped, std::string, std::vector<std::byte>, std::vector<std::uint8_t>, Uuid, Uint256,
                   std::array<char, 4>, FixedBytes<16>, FixedBytes<20>, FixedBytes<32>, FixedBytes<5>,
                   std::chrono::time_point<std::chrono::system_clock, std::chrono::minutes>,
                   std::chrono::duration<std::uint8_t, std::ratio<86400>>, FixedBytes<1>, FixedBytes<20>,
                   std::array<std::byte, 4>, Timestamp, std::chrono::sys_seconds, std::chrono::sys_days,
                   std::chrono::nanoseconds, std::chrono::hours, std::chrono::duration<double, std::milli>,
                   std::chrono::duration<std::int16_t, std::ratio<1, 30>>, std::optional<int>,
                   std::optional<std::string>, std::optional<double>, std::pair<std::string, std::string>,
                   std::pair<std::string, std::uint8_t>,
                   std::tuple<std::string, std::optional<std::string>, int, bool>,
                   std::tuple<std::optional<std::string>, Timestamp>,
                   std::tuple<std::vector<std::byte>, std::string, std::int64_t, Uuid>,
                   std::tuple<std::optional<std::pair<std::string, int>>, double, Colour>, Descending<bool>,
                   Descending<std::int64_t>, Descending<double>, Descending<std::string>,
                   Descending<std::vector<std::uint8_t>>, Descending<std::optional<std::string>>,
                   std::optional<Descending<std::string>>, Descending<Descending<std::string>>,
                   std::tuple<Descending<std::string>, std::string>,
                   std::tuple<std::string, Descending<std::optional<int>>, Descending<Timestamp>, std::string>,
                   Descending<std::tuple<std::string, Descending<std::int8_t>, std::optional<bool>>>) {
    Random random(test::seed());
    struct Sample {
        T value;
        std::string key;
    };
    std::vector<Sample> samples;
    for (int i = 0; i < 150; ++i) {
        const T value = Make<T>::value(random);
        samples.push_back({value, key::encode(value)});
    }

    int disagreements = 0;
    for (const Sample& a : samples) {
        for (const Sample& b : samples) {
            if (order(a.value, b.value) != sign(a.key.compare(b.key))) ++disagreements;
            // No key is a proper prefix of another, so what follows a column cannot disturb the order.
            if (a.key.size() < b.key.size() && b.key.starts_with(a.key)) ++disagreements;
        }
        ByteView in = a.key;
        CHECK(order(key::decode<T>(in), a.value) == 0);
        CHECK(in.empty());
        const std::string followed = a.key + std::string("\xFF\x00\x01", 3);
        in = followed;
        CHECK(order(key::decode<T>(in), a.value) == 0);
        CHECK(in.size() == 3);
    }
    CHECK(disagreements == 0);
}

TEST_CASE("the first columns of a composite key are a byte prefix of it") {
    Random random(test::seed());
    for (int i = 0; i < 300; ++i) {
        const auto text = Make<std::string>::value(random);
        const auto number = Make<std::optional<int>>::value(random);
        const auto point = Make<Timestamp>::value(random);
        const std::string whole = key::encode(std::tuple(text, number, point));
        CHECK(whole == key::encode(text, number, point));
        CHECK(whole.starts_with(key::encode(text, number)));
        CHECK(whole.starts_with(key::encode(text)));
        CHECK(key::encode(text) == key::encode(std::string_view(text)));
    }
}

TEST_CASE("a text prefix is a byte prefix of exactly the keys that begin with it") {
    Random random(test::seed());
    int agreed = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto text = Make<std::string>::value(random);
        const auto start = one_in(random, 2) ? Make<std::string>::value(random) : text.substr(0, random() % 4);
        std::string prefix;
        key::append_prefix(prefix, start);
        REQUIRE(key::encode(text, 7).starts_with(prefix) == text.starts_with(start));
        if (text.starts_with(start)) ++agreed;
    }
    CHECK(agreed > 500);
}

TEST_CASE("the successor of a prefix lies just above everything that begins with it") {
    CHECK(key::successor("") == std::nullopt);
    CHECK(key::successor("\xFF\xFF") == std::nullopt);
    CHECK(key::successor("a") == "b");
    CHECK(key::successor("a\xFF\xFF") == "b");
    CHECK(key::successor(std::string("a\0", 2)) == "a\x01");
    CHECK(key::successor("\x7F") == "\x80");

    Random random(test::seed());
    for (int i = 0; i < 3000; ++i) {
        const auto prefix = Make<std::string>::value(random);
        const auto bytes = Make<std::string>::value(random);
        const auto above = key::successor(prefix);
        if (!above) continue;
        // In [prefix, successor) exactly when it begins with the prefix.
        REQUIRE((bytes >= prefix && bytes < *above) == bytes.starts_with(prefix));
    }
}

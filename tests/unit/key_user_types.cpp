// A type of the user's own as a key: the one place to specialise, key::KeyTraits.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "cambium/base/error.hpp"
#include "cambium/key/key.hpp"
#include "seed.hpp"

namespace {

/// Ordered by currency, then by amount; the key is that of a pair.
struct Money {
    std::string currency{};
    std::int64_t cents{};
    friend auto operator<=>(const Money&, const Money&) = default;
};

}  // namespace

template <>
struct cambium::key::KeyTraits<Money> {
    static void encode(std::string& out, const Money& value) {
        key::append(out, value.currency);
        key::append(out, value.cents);
    }
    static void decode(ByteView& in, Money& out) {
        out.currency = key::decode<std::string>(in);
        out.cents = key::decode<std::int64_t>(in);
    }
};

namespace {

using namespace cambium;

static_assert(key::DecodableKey<Money>);
static_assert(key::DecodableKey<std::optional<Money>>);
static_assert(key::DecodableKey<std::tuple<Descending<Money>, int>>);

}  // namespace

TEST_CASE("a type of one's own is a key, alone and inside optionals, tuples and Descending") {
    std::mt19937_64 random(test::seed());
    const auto money = [&random] {
        return Money{random() % 2 == 0 ? "EUR" : "EU", static_cast<std::int64_t>(random() % 5) - 2};
    };
    for (int i = 0; i < 2000; ++i) {
        using Key = std::tuple<std::optional<Money>, Descending<Money>, std::string>;
        const Key a{random() % 3 == 0 ? std::nullopt : std::optional(money()), {money()}, "x"};
        const Key b{random() % 3 == 0 ? std::nullopt : std::optional(money()), {money()}, "y"};
        const std::string a_bytes = key::encode(a);
        REQUIRE((a < b) == (a_bytes < key::encode(b)));
        ByteView in = a_bytes;
        REQUIRE(key::decode<Key>(in) == a);
        REQUIRE(in.empty());
    }
}

// Records that between them hold every field type the codecs know, with random values for them.
#pragma once

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cambium/codec/reflect.hpp"

namespace cambium::test {

using Random = std::mt19937_64;

enum class Colour : std::uint8_t { red, green = 200 };
enum class Level : std::int32_t { deep = -70000, high = 70000 };

struct Numbers {
    bool boolean{};
    char letter{};
    std::int8_t i8{};
    std::uint8_t u8{};
    std::int16_t i16{};
    std::uint16_t u16{};
    std::int32_t i32{};
    std::uint32_t u32{};
    std::int64_t i64{};
    std::uint64_t u64{};
    float f32{};
    double f64{};
    Colour colour{};
    Level level{};
    std::byte byte{};
    bool operator==(const Numbers&) const = default;
};

struct Texts {
    std::string text{};
    std::vector<std::byte> bytes{};
    std::vector<std::uint8_t> octets{};
    Uuid uuid{};
    FixedBytes<20> fixed{};
    std::array<std::byte, 3> three{};
    Timestamp time{};
    std::chrono::sys_seconds seconds{};
    std::chrono::milliseconds duration{};
    std::chrono::duration<double> exact{};
    bool operator==(const Texts&) const = default;
};

struct Inner {
    std::string name{};
    std::optional<std::int32_t> number{};
    bool operator==(const Inner&) const = default;
};

struct Containers {
    std::optional<std::string> maybe_text{"default"};
    std::optional<Inner> maybe_inner{};
    std::vector<std::string> texts{"default"};
    std::vector<std::optional<int>> maybes{};
    std::vector<bool> bools{};
    std::vector<Inner> inners{};
    std::vector<std::vector<std::int16_t>> nested{};
    std::array<double, 3> triple{};
    std::set<std::string> words{};
    std::set<std::vector<int>> lists{};
    std::map<std::string, int> counts{};
    std::map<std::string, Inner> by_name{};
    std::unordered_map<std::string, std::vector<bool>> hashed{};
    std::variant<std::monostate, int, std::string, Inner> either{};
    Inner inner{};
    bool operator==(const Containers&) const = default;
};

struct Tree {
    std::string name{};
    std::vector<Tree> children{};
    bool operator==(const Tree&) const = default;
};

inline std::string random_text(Random& random) {
    constexpr std::string_view kPieces[] = {
        "a", "Z",    " ",    "\"", "\\", "\n", "\t",
        "/", "\x7F", "\x01", "é",  "€",  "😀",  "long piece of plain text, longer than any small buffer would hold"};
    std::string text;
    for (std::size_t pieces = random() % 6; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    if (random() % 8 == 0) text.push_back('\0');
    return text;
}

template <class Bytes>
Bytes random_bytes(Random& random) {
    Bytes bytes;
    for (std::size_t length = random() % 40; length > 0; --length) {
        bytes.push_back(static_cast<typename Bytes::value_type>(random() & 255U));
    }
    return bytes;
}

template <class T>
T random_integer(Random& random) {
    return static_cast<T>(random() >> (random() % 64));
}

template <class T>
T random_floating(Random& random) {
    using Limits = std::numeric_limits<T>;
    const T edges[] = {
        T{0}, -T{0}, T{1}, T{-0.5}, Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min()};
    if (random() % 3 == 0) return edges[random() % std::size(edges)];
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const T any = std::bit_cast<T>(static_cast<Bits>(random()));
    return std::isfinite(any) ? any : T{3};
}

inline Numbers random_numbers(Random& random) {
    Numbers n;
    n.boolean = random() % 2 == 0;
    n.letter = random_integer<char>(random);
    n.i8 = random_integer<std::int8_t>(random);
    n.u8 = random_integer<std::uint8_t>(random);
    n.i16 = random_integer<std::int16_t>(random);
    n.u16 = random_integer<std::uint16_t>(random);
    n.i32 = random_integer<std::int32_t>(random);
    n.u32 = random_integer<std::uint32_t>(random);
    n.i64 = random() % 4 == 0 ? std::numeric_limits<std::int64_t>::min() : random_integer<std::int64_t>(random);
    n.u64 = random_integer<std::uint64_t>(random);
    n.f32 = random_floating<float>(random);
    n.f64 = random_floating<double>(random);
    n.colour = random() % 2 == 0 ? Colour::red : Colour::green;
    n.level = random() % 2 == 0 ? Level::deep : Level::high;
    n.byte = random_integer<std::byte>(random);
    return n;
}

inline Texts random_texts(Random& random) {
    Texts t;
    t.text = random_text(random);
    t.bytes = random_bytes<std::vector<std::byte>>(random);
    t.octets = random_bytes<std::vector<std::uint8_t>>(random);
    for (auto& byte : t.uuid.bytes) byte = random_integer<std::uint8_t>(random);
    for (auto& byte : t.fixed) byte = random_integer<std::uint8_t>(random);
    for (auto& byte : t.three) byte = random_integer<std::byte>(random);
    t.time = Timestamp{std::chrono::nanoseconds{random_integer<std::int64_t>(random)}};
    t.seconds = std::chrono::sys_seconds{std::chrono::seconds{-random_integer<std::int32_t>(random)}};
    t.duration = std::chrono::milliseconds{random_integer<std::int64_t>(random)};
    t.exact = std::chrono::duration<double>{random_floating<double>(random)};
    return t;
}

inline Inner random_inner(Random& random) {
    Inner inner;
    inner.name = random_text(random);
    if (random() % 2 == 0) inner.number = random_integer<std::int32_t>(random);
    return inner;
}

inline Containers random_containers(Random& random) {
    const auto times = [&random](auto make) {
        for (std::size_t count = random() % 5; count > 0; --count) make();
    };
    Containers c;
    if (random() % 2 == 0) c.maybe_text.reset();
    if (random() % 2 == 0) c.maybe_inner = random_inner(random);
    c.texts.clear();
    times([&] { c.texts.push_back(random_text(random)); });
    times([&] { c.maybes.push_back(random() % 2 == 0 ? std::optional<int>() : random_integer<int>(random)); });
    times([&] { c.bools.push_back(random() % 2 == 0); });
    times([&] { c.inners.push_back(random_inner(random)); });
    times([&] {
        auto& row = c.nested.emplace_back();
        times([&] { row.push_back(random_integer<std::int16_t>(random)); });
    });
    for (double& number : c.triple) number = random_floating<double>(random);
    times([&] { c.words.insert(random_text(random)); });
    times([&] { c.lists.insert({random_integer<int>(random), 2}); });
    times([&] { c.counts.emplace(random_text(random), random_integer<int>(random)); });
    times([&] { c.by_name.emplace(random_text(random), random_inner(random)); });
    times([&] { c.hashed.emplace(random_text(random), std::vector<bool>{true, random() % 2 == 0}); });
    switch (random() % 4) {
        case 0:
            c.either = random_integer<int>(random);
            break;
        case 1:
            c.either = random_text(random);
            break;
        case 2:
            c.either = random_inner(random);
            break;
        default:
            break;
    }
    c.inner = random_inner(random);
    return c;
}

inline Tree random_tree(Random& random, int depth) {
    Tree tree{random_text(random), {}};
    if (depth > 0) {
        for (std::size_t count = random() % 3; count > 0; --count)
            tree.children.push_back(random_tree(random, depth - 1));
    }
    return tree;
}

}  // namespace cambium::test

// Random values for every member of a generated record, from small sets so that they meet.
//
// Nothing is empty that an empty one and an absent one stand for alike in other implementations: texts and lists
// have something in them, and unions hold something. Floating point is finite and not -0.0: it equals itself, and
// only what has the same bytes.
#pragma once

#include <array>
#include <cambium/base/values.hpp>
#include <cambium/codec/reflect.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cambium::test {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    template <class T>
    void roll(T& value) {
        if constexpr (std::is_same_v<T, bool>)
            value = one_in(2);
        else if constexpr (std::is_enum_v<T>)
            value = static_cast<T>(below(4));
        else if constexpr (std::is_integral_v<T>)
            value = integer<T>();
        else if constexpr (std::is_floating_point_v<T>)
            value = one_in(8) ? std::numeric_limits<T>::lowest() : static_cast<T>(below(9)) / 4 - 1;
        else
            roll_record(value);
    }

    void roll(std::string& text) {
        static const std::string kParts[] = {"a", "b", "Z", "\xc3\xbf", std::string(1, '\0')};
        text.clear();
        for (std::uint64_t length = below(3) + 1; length > 0; --length) text += kParts[below(std::size(kParts))];
    }
    void roll(Timestamp& time) { time = Timestamp{std::chrono::nanoseconds{integer<std::int64_t>()}}; }
    void roll(Uuid& uuid) {
        uuid = {};
        uuid.bytes[15] = static_cast<std::uint8_t>(below(30));
        if (one_in(10)) uuid.bytes[0] = 0xff;
    }

    template <class T>
    void roll(std::optional<T>& value) {
        if (one_in(3))
            value.reset();
        else
            roll(value.emplace());
    }
    template <class T>
    void roll(std::vector<T>& list) {
        list.clear();
        for (std::uint64_t length = below(3) + 1; length > 0; --length) {
            T element{};
            roll(element);
            list.push_back(std::move(element));
        }
    }
    template <class T, std::size_t N>
    void roll(std::array<T, N>& list) {
        for (T& element : list) roll(element);
    }
    template <std::size_t N>
    void roll(FixedBytes<N>& bytes) {
        bytes = {};
        bytes[N - 1] = static_cast<std::uint8_t>(below(20));
    }
    template <class... Ts>
    void roll(std::variant<std::monostate, Ts...>& value) {
        roll_alternative(value, below(sizeof...(Ts)) + 1, std::index_sequence_for<Ts...>{});
    }

private:
    template <class T>
    T integer() {
        if (one_in(20)) return std::numeric_limits<T>::min();
        if (one_in(20)) return std::numeric_limits<T>::max();
        return static_cast<T>(below(12));
    }

    template <class T>
    void roll_record(T& record) {
        reflect::for_each_field(record, [this](std::string_view, auto& member) { roll(member); });
    }

    template <class Variant, std::size_t... I>
    void roll_alternative(Variant& value, std::uint64_t position, std::index_sequence<I...>) {
        ((position == I + 1 ? roll(value.template emplace<I + 1>()) : void()), ...);
    }

    std::mt19937_64 engine_;
};

}  // namespace cambium::test

// The names of an enumeration's values, which JSON stores instead of numbers. They come from the compiler, for
// values from 0 to 255 of unsigned enumerations and from -128 to 127 of signed ones; a value outside of that, or
// without a name, is stored as its number. Specialise EnumNames to name others, or to keep a name when the
// enumerator changes:
//
//     template <>
//     struct cambium::EnumNames<Colour> {
//         static constexpr std::pair<Colour, std::string_view> values[] = {{Colour::red, "red"}, {Colour::teal,
//         "teal"}};
//     };
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cambium {

template <class E>
struct EnumNames;

namespace codec {

class EnumTable;

/// Where the names of an enumeration's values are.
struct EnumShape {
    const EnumTable& (*table)(const EnumShape& self);
};

/// Names and numbers of one enumeration. Made at first use, constant afterwards: any thread may use it.
class EnumTable {
public:
    /// `spelling` is what the compiler calls the values from `first` on; it and the names live as long as the
    /// program.
    EnumTable(std::string_view spelling, std::int64_t first);
    explicit EnumTable(std::vector<std::pair<std::int64_t, std::string_view>> values);

    /// Empty when the number has no name.
    [[nodiscard]] std::string_view name(std::int64_t number) const noexcept;
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const noexcept;
    /// By number.
    [[nodiscard]] const std::vector<std::pair<std::int64_t, std::string_view>>& values() const noexcept {
        return by_number_;
    }

private:
    void sort();

    std::vector<std::pair<std::int64_t, std::string_view>> by_number_;
    std::vector<std::pair<std::string_view, std::int64_t>> by_name_;
};

namespace detail {

template <class E, E... Values>
constexpr std::string_view spell_enumerators() {
    return __PRETTY_FUNCTION__;
}

template <class E, std::int64_t First, std::size_t... I>
constexpr std::string_view spell_enumerators_from(std::index_sequence<I...>) {
    return spell_enumerators<E, static_cast<E>(First + static_cast<std::int64_t>(I))...>();
}

template <class E>
const EnumTable& enum_table(const EnumShape&) {
    if constexpr (requires { EnumNames<E>::values; }) {
        static const EnumTable kTable([] {
            std::vector<std::pair<std::int64_t, std::string_view>> values;
            for (const auto& [value, name] : EnumNames<E>::values)
                values.emplace_back(static_cast<std::int64_t>(value), name);
            return values;
        }());
        return kTable;
    } else {
        using Number = std::underlying_type_t<E>;
        constexpr std::int64_t kFirst = std::is_signed_v<Number> ? -128 : 0;
        constexpr std::size_t kCount = std::is_same_v<Number, bool> ? 2 : 256;
        static const EnumTable kTable(spell_enumerators_from<E, kFirst>(std::make_index_sequence<kCount>{}),
                                      kFirst);
        return kTable;
    }
}

template <class E>
inline constexpr EnumShape kEnumShape{&enum_table<E>};

}  // namespace detail
}  // namespace codec
}  // namespace cambium

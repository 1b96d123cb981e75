// set<&Record::member>(value): one field of a patch.
#pragma once

#include <optional>
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

}  // namespace detail

/// For Writer::patch(): the member becomes this value. A number or a time that the member's type does not hold is
/// refused: Error{invalid_argument} names the member. A float is rounded (exact.hpp); a bool member takes a bool.
template <auto Member, class Value>
[[nodiscard]] detail::Setting<Member> set(Value&& value) {
    using Type = typename detail::Column<Member>::Type;
    using Given = std::remove_cvref_t<Value>;
    if constexpr (detail::kHoldsChecked<Type> && detail::converts<Type, Given>()) {
        return {detail::exactly<Type>(value, detail::Setting<Member>::name)};
    } else {
        constexpr bool kBool = std::is_same_v<Type, bool> || std::is_same_v<Type, std::optional<bool>>;
        static_assert(!kBool, "set() of a bool member takes a bool, and no number, pointer or text in its place");
        constexpr bool kConverts = std::is_convertible_v<Value&&, Type> && !detail::kHoldsChecked<Type>;
        static_assert(kBool || kConverts, "the value given to set() does not convert to the type of the member");
        if constexpr (kConverts) return {static_cast<Type>(std::forward<Value>(value))};
        return {};
    }
}

}  // namespace cambium

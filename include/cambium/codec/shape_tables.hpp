// How the shape of each C++ type is made: a table of small functions per container, record and variant type, and
// make_shape, which chooses among them. Included by shape.hpp, which describes the tables.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cambium/base/bytes.hpp"
#include "cambium/base/values.hpp"
#include "cambium/codec/enum_names.hpp"
#include "cambium/codec/fields.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium::codec {

inline const EnumTable& Shape::enumerators() const {
    const auto& shape = *static_cast<const EnumShape*>(details);
    return shape.table(shape);
}

namespace detail {

template <class T>
const T& as(const void* address) {
    return *static_cast<const T*>(address);
}
template <class T>
T& as(void* address) {
    return *static_cast<T*>(address);
}

using cambium::detail::kIsDescending;
using cambium::detail::kIsOptional;
template <class T>
inline constexpr bool kIsVector = false;
template <class T, class A>
inline constexpr bool kIsVector<std::vector<T, A>> = true;
template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;
template <class T>
inline constexpr bool kIsVariant = false;
template <class... Ts>
inline constexpr bool kIsVariant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;
template <class T>
inline constexpr bool kIsTimePoint = false;
template <class Clock, class Duration>
inline constexpr bool kIsTimePoint<std::chrono::time_point<Clock, Duration>> = true;
template <class T>
concept Byte = std::is_same_v<T, std::byte> || std::is_same_v<T, std::uint8_t>;

// Maps and sets are known by their members, so that their headers are paid for only by who uses them.
template <class T>
concept TextMap = std::is_same_v<typename T::key_type, std::string> && requires(T& map, std::string key) {
    typename T::mapped_type;
    map.try_emplace(key);
};
template <class T>
concept Set = std::is_same_v<typename T::key_type, typename T::value_type> && requires(T& set) {
    typename T::key_compare;
    { set.insert(std::declval<typename T::value_type>()).second } -> std::convertible_to<bool>;
};

// wchar_t and long double differ between platforms.
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, wchar_t> && !std::is_same_v<T, long double>;

template <class T>
inline constexpr bool kIsDocument = std::is_same_v<T, Document> || std::is_same_v<T, UnknownFields>;

/// Types that have a shape, as far as their outermost part says.
template <class T>
concept Shaped = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string> ||
    std::is_same_v<T, Uuid> || std::is_same_v<T, Uint256> || std::is_same_v<T, std::monostate> || kIsDocument<T> ||
    kIsTimePoint<T> || kIsDuration<T> || kIsOptional<T> || kIsVector<T> || kIsArray<T> || kIsVariant<T> || Set<T> ||
    TextMap<T> || std::is_aggregate_v<T>;

template <class T>
consteval Shape number_shape(Meaning meaning, const void* details = nullptr) {
    constexpr auto kSize = static_cast<std::uint32_t>(sizeof(T));
    static_assert(Number<T>,
                  "cambium: wchar_t and long double differ between platforms; use a type of fixed width");
    if constexpr (std::is_same_v<T, bool>)
        return {Kind::boolean, meaning, kSize, details};
    else if constexpr (std::is_floating_point_v<T>)
        return {Kind::floating, meaning, kSize, details};
    else if constexpr (std::is_signed_v<T> && !std::is_same_v<T, char>)
        return {Kind::signed_integer, meaning, kSize, details};
    else
        return {Kind::unsigned_integer, meaning, kSize, details};
}

template <class Period>
inline constexpr TickShape kTick{Period::num, Period::den};

template <class Vector>
struct BytesTable {
    static ByteView view(const void* bytes) {
        const auto& vector = as<Vector>(bytes);
        return {reinterpret_cast<const char*>(vector.data()), vector.size()};
    }
    static void assign(void* bytes, ByteView content) {
        const auto* first = reinterpret_cast<const typename Vector::value_type*>(content.data());
        as<Vector>(bytes).assign(first, first + content.size());
    }
    static constexpr BytesShape kShape{&view, &assign};
};

template <class T>
struct OptionalTable {
    using Optional = std::optional<T>;
    static const void* get(const void* optional) {
        const auto& value = as<Optional>(optional);
        return value ? std::addressof(*value) : nullptr;
    }
    static void* emplace(void* optional) { return std::addressof(as<Optional>(optional).emplace()); }
    static void reset(void* optional) { as<Optional>(optional).reset(); }
    static constexpr OptionalShape kShape{&ShapeOf<T>::value, &get, &emplace, &reset};
};

using Each = void (*)(void* context, const void* element);

template <class List>
struct ListTable {
    using Element = typename List::value_type;
    static constexpr bool kInPlace = kIsArray<List> || (kIsVector<List> && !std::is_same_v<Element, bool>);

    static std::size_t count(const void* list) { return as<List>(list).size(); }
    static void visit(const void* list, void* context, Each each) {
        for (const Element& element : as<List>(list)) each(context, std::addressof(element));
    }
    static void clear(void* list) {
        if constexpr (kIsArray<List>)
            as<List>(list).fill(Element{});
        else
            as<List>(list).clear();
    }
    static void* add(void* list, [[maybe_unused]] std::size_t position) {
        if constexpr (kIsArray<List>)
            return std::addressof(as<List>(list)[position]);
        else if constexpr (kInPlace)
            return std::addressof(as<List>(list).emplace_back());
        else
            return new Element();
    }
    static void commit(void* list, void* element) {
        const std::unique_ptr<Element> owned(static_cast<Element*>(element));
        if constexpr (kIsVector<List>)
            as<List>(list).push_back(*owned);
        else if constexpr (!kIsArray<List>)
            as<List>(list).insert(std::move(*owned));
    }
    static void discard(void* element) { delete static_cast<Element*>(element); }

    static constexpr ListShape kShape{
        kIsArray<List>    ? ListForm::array
        : kIsVector<List> ? ListForm::vector
                          : ListForm::set,
        kIsArray<List> ? static_cast<std::uint32_t>(sizeof(List) / sizeof(Element)) : 0U,
        &ShapeOf<Element>::value,
        &count,
        &visit,
        &clear,
        &add,
        kInPlace ? nullptr : &commit,
        kInPlace ? nullptr : &discard};
};

template <class Map>
struct MapTable {
    using Value = typename Map::mapped_type;
    using EachEntry = void (*)(void* context, std::string_view key, const void* value);
    static std::size_t count(const void* map) { return as<Map>(map).size(); }
    static void visit(const void* map, void* context, EachEntry each) {
        for (const auto& [key, value] : as<Map>(map)) each(context, key, std::addressof(value));
    }
    static void clear(void* map) { as<Map>(map).clear(); }
    static void* add(void* map, std::string_view key, std::string_view& stored) {
        const auto [entry, added] = as<Map>(map).try_emplace(std::string(key));
        stored = entry->first;
        return added ? std::addressof(entry->second) : nullptr;
    }
    static constexpr MapShape kShape{&ShapeOf<Value>::value, &count, &visit, &clear, &add};
};

template <class... Ts>
struct VariantTable {
    using Variant = std::variant<Ts...>;
    static std::size_t position(const void* variant) {
        const auto& value = as<Variant>(variant);
        return value.valueless_by_exception() ? sizeof...(Ts) : value.index();
    }
    static const void* get(const void* variant) {
        return std::visit([](const auto& value) -> const void* { return std::addressof(value); },
                          as<Variant>(variant));
    }
    static void* emplace(void* variant, std::size_t position) {
        void* address = nullptr;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((I == position ? address = std::addressof(as<Variant>(variant).template emplace<I>()) : nullptr), ...);
        }
        (std::index_sequence_for<Ts...>{});
        return address;
    }
    static constexpr const Shape* kAlternatives[] = {&ShapeOf<Ts>::value...};
    static constexpr VariantShape kShape{sizeof...(Ts), kAlternatives, &position, &get, &emplace};
};

// CBOR's deterministic order of text keys: the length is encoded before the text, so shorter names come first.
constexpr bool name_less(std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

template <class Record, class Sequence>
struct RecordTable;

template <class Record, std::size_t... I>
struct RecordTable<Record, std::index_sequence<I...>> {
    static constexpr std::size_t kCount = sizeof...(I);
    static constexpr FieldShape kFields[] = {
        {reflect::field_name<Record, I>, &ShapeOf<reflect::field_type<Record, I>>::value}...};
    static constexpr std::array<std::uint8_t, kCount> sort_names() {
        std::array<std::uint8_t, kCount> order{I...};
        for (std::size_t i = 1; i < kCount; ++i) {
            for (std::size_t j = i; j > 0 && name_less(kFields[order[j]].name, kFields[order[j - 1]].name); --j) {
                std::swap(order[j], order[j - 1]);
            }
        }
        return order;
    }
    static constexpr std::array<std::uint8_t, kCount> kSorted = sort_names();

    static const std::uint32_t* offsets(const void* a_record) {
        static const std::array<std::uint32_t, kCount> kOffsets = [a_record] {
            const auto& record = as<Record>(a_record);
            const auto* first = static_cast<const char*>(a_record);
            const void* const fields[] = {std::addressof(reflect::get<I>(record))...};
            return std::array<std::uint32_t, kCount>{
                static_cast<std::uint32_t>(static_cast<const char*>(fields[I]) - first)...};
        }();
        return kOffsets.data();
    }
    static constexpr std::uint32_t find_unknown() {
        std::uint32_t found = kCount;
        ((found = std::is_same_v<reflect::field_type<Record, I>, UnknownFields> ? I : found), ...);
        return found;
    }
    static_assert((std::is_same_v<reflect::field_type<Record, I>, UnknownFields> + ... + 0) <= 1,
                  "cambium: a record may have one member of type UnknownFields");
    static constexpr RecordShape kShape{kCount, kFields, kSorted.data(), &offsets, find_unknown()};
};

template <class... Ts>
consteval Shape variant_shape(const std::variant<Ts...>*) {
    return {Kind::variant, Meaning::plain, 0, &VariantTable<Ts...>::kShape};
}

template <class T>
consteval Shape list_or_bytes_shape() {
    using Element = typename T::value_type;
    if constexpr (Byte<Element> && kIsVector<T>)
        return {Kind::bytes, Meaning::plain, 0, &BytesTable<T>::kShape};
    else if constexpr (Byte<Element> && kIsArray<T>)
        return {Kind::fixed_bytes, Meaning::plain, static_cast<std::uint32_t>(std::tuple_size_v<T>)};
    else
        return {Kind::list, Meaning::plain, 0, &ListTable<T>::kShape};
}

template <class T>
consteval Shape class_shape() {
    if constexpr (TextMap<T>) {
        return {Kind::map, Meaning::plain, 0, &MapTable<T>::kShape};
    } else if constexpr (reflect::Record<T>) {
        constexpr std::size_t kCount = reflect::field_count<T>;
        constexpr Meaning kMeaning = kIsDescending<T> ? Meaning::descending : Meaning::plain;
        return {Kind::record, kMeaning, 0, &RecordTable<T, std::make_index_sequence<kCount>>::kShape};
    } else if constexpr (std::is_aggregate_v<T> && std::is_class_v<T>) {
        reflect::check_record<T>();
        return {};
    } else {
        static_assert(
            !std::is_same_v<T, T>,
            "cambium: no codec for this field type. Fields are bool, numbers, enums, std::string, byte "
            "vectors, Uuid, Uint256, FixedBytes, time points, durations, optional, vector, array, set, map from "
            "std::string, variant, Document, and plain structs of these");
        return {};
    }
}

}  // namespace detail

/// Whether the catalog can name the type T.
template <class T>
concept Describable = detail::Shaped<T>;

template <class T>
consteval Shape make_shape() {
    using detail::number_shape;
    if constexpr (std::is_same_v<T, std::byte>) {
        return {Kind::unsigned_integer, Meaning::plain, 1, nullptr};
    } else if constexpr (std::is_enum_v<T>) {
        return number_shape<std::underlying_type_t<T>>(Meaning::enumeration, &detail::kEnumShape<T>);
    } else if constexpr (std::is_arithmetic_v<T>) {
        return number_shape<T>(Meaning::plain);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {Kind::string, Meaning::plain, 0, nullptr};
    } else if constexpr (std::is_same_v<T, Uuid>) {
        return {Kind::uuid, Meaning::plain, 16, nullptr};
    } else if constexpr (std::is_same_v<T, Uint256>) {
        return {Kind::uint256, Meaning::plain, 32, nullptr};
    } else if constexpr (std::is_same_v<T, std::monostate>) {
        return {};
    } else if constexpr (detail::kIsDocument<T>) {
        constexpr bool kUnknown = std::is_same_v<T, UnknownFields>;
        return {Kind::document, kUnknown ? Meaning::unknown_fields : Meaning::plain, 0, nullptr};
    } else if constexpr (detail::kIsTimePoint<T>) {
        return number_shape<typename T::rep>(Meaning::time_point, &detail::kTick<typename T::period>);
    } else if constexpr (detail::kIsDuration<T>) {
        return number_shape<typename T::rep>(Meaning::duration, &detail::kTick<typename T::period>);
    } else if constexpr (detail::kIsOptional<T>) {
        static_assert(
            !detail::kIsOptional<typename T::value_type>,
            "cambium: an optional of an optional cannot tell its two empty states apart when it is stored; "
            "use one optional");
        return {Kind::optional, Meaning::plain, 0, &detail::OptionalTable<typename T::value_type>::kShape};
    } else if constexpr (detail::kIsVector<T> || detail::kIsArray<T> || detail::Set<T>) {
        return detail::list_or_bytes_shape<T>();
    } else if constexpr (detail::kIsVariant<T>) {
        return detail::variant_shape(static_cast<const T*>(nullptr));
    } else {
        return detail::class_shape<T>();
    }
}

}  // namespace cambium::codec

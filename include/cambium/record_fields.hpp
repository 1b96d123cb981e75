// What the catalog keeps of the fields of a record.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "cambium/codec/reflect.hpp"
#include "cambium/description.hpp"

namespace cambium::detail {

/// The name of a value's type in the catalog. What no shape describes, which a codec of the user's may hold, is
/// opaque.
template <class T>
std::string value_type_name() {
    if constexpr (codec::Describable<T>)
        return reflect::type_name<T>();
    else
        return "opaque";
}

/// The shapes of types, as a TypeName takes them.
template <class... Ts>
struct ShapesOf {
    static constexpr const codec::Shape* all[] = {&codec::ShapeOf<Ts>::value...};
};
template <>
struct ShapesOf<> {
    static constexpr TypeName::Shapes all{};
};

template <class T>
constexpr TypeName value_type() {
    if constexpr (codec::Describable<T>)
        return {&value_type_name<T>, ShapesOf<T>::all};
    else
        return {&value_type_name<T>, {}};
}

/// What the catalog keeps of a value that is not a record: one field without a name of its own.
template <class Record, class Positions>
struct FieldDescriptions {
    static constexpr FieldDescription all[] = {FieldDescription{"(value)", value_type<Record>()}};
};
template <class Record, std::size_t... I>
struct FieldDescriptions<Record, std::index_sequence<I...>> {
    static constexpr FieldDescription all[] = {
        FieldDescription{reflect::field_name<Record, I>, value_type<reflect::field_type<Record, I>>()}...};
};

template <class Record>
auto field_positions() {
    if constexpr (reflect::Record<Record>) return std::make_index_sequence<reflect::field_count<Record>>{};
}

}  // namespace cambium::detail

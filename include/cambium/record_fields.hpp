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

/// What the catalog keeps of a value that is not a record: one field without a name of its own.
template <class Record, class Positions>
struct FieldDescriptions {
    static constexpr FieldDescription all[] = {FieldDescription{"(value)", &value_type_name<Record>}};
};
template <class Record, std::size_t... I>
struct FieldDescriptions<Record, std::index_sequence<I...>> {
    static constexpr FieldDescription all[] = {
        FieldDescription{reflect::field_name<Record, I>, &value_type_name<reflect::field_type<Record, I>>}...};
};

template <class Record>
auto field_positions() {
    if constexpr (reflect::Record<Record>) return std::make_index_sequence<reflect::field_count<Record>>{};
}

}  // namespace cambium::detail

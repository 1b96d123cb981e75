// Places inside a record: what the catalog calls the values that a field is made of. "level" is a field, "in.level"
// a field of a struct in it, "ins[].level" one of the structs of a list, "by{}.level" of a map, "what|1.level" of
// the second alternative of a variant. An optional is in the place of its content.
//
// Thread rule: from any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/codec/shape.hpp"
#include "typed/type_text.hpp"

namespace cambium::detail {

/// Places in what is at a place.
[[nodiscard]] std::string in_list(const std::string& place);
[[nodiscard]] std::string in_map(const std::string& place);
[[nodiscard]] std::string in_variant(const std::string& place, std::size_t position);
[[nodiscard]] std::string in_record(const std::string& place, std::string_view field);

/// Calls visit(place, shape) for every enumeration of a shape that is at a place.
void each_enumeration(const codec::Shape& shape, const std::string& place,
                      const std::function<void(const std::string&, const codec::Shape&)>& visit);

/// Calls visit(place, shape, value) for every field of the records in a value at a place, each as a decoder makes
/// it that finds nothing to put into it. What the value holds in lists, maps, optionals and variants is lost.
void each_default(const codec::Shape& shape, void* value, const std::string& place,
                  const std::function<void(const std::string&, const codec::Shape&, const void*)>& visit);

/// The places of fields that a type has and another, of which stored values are, has not.
void list_new_places(const TypeText& stored, const TypeText& declared, const std::string& place,
                     std::vector<std::string>& out);

/// The field that a place is in: "ins" of "ins[].level".
[[nodiscard]] std::string_view field_of_place(std::string_view place) noexcept;

}  // namespace cambium::detail

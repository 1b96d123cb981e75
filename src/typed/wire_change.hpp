// Whether FlatBuffers of one schema are read rightly by code of another, as far as the types of fields do not say.
//
// Compares what FlatBuffersSchema::wire says. Thread rule: from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/codec/document.hpp"

namespace cambium::detail {

/// What is in the way, one sentence each: another default, a struct of another layout, a field in the place of
/// another, one that is required and was not, type numbers of a union that mean something else. Empty when nothing
/// is, or when one of the two is unknown. Linear in their size.
[[nodiscard]] std::vector<std::string> wire_differences(const Document& before, const Document& now);

/// Whether a schema says of the places of fields; the place itself is then no matter of their order.
[[nodiscard]] bool tells_places(const Document& wire);
/// Whether a schema keeps the place of a field that it no longer reads.
[[nodiscard]] bool keeps_place(const Document& wire, std::string_view field);

/// Whether a schema requires a field.
[[nodiscard]] bool requires_field(const Document& wire, std::string_view field);
struct DeprecatedField {
    std::string_view type;  ///< as the catalog names it
    const Document* wire;   ///< what is said of the field; null: nothing
};
/// What a schema says of a field that it no longer reads; nothing when there is none of the name, or when a version
/// of Cambium wrote it that kept the place only.
[[nodiscard]] std::optional<DeprecatedField> deprecated_field(const Document& wire, std::string_view field);
/// Whether what a schema says of a field is that it is a struct.
[[nodiscard]] bool is_struct(const Document* wire);
/// What a schema says of a field, or null.
[[nodiscard]] const Document* wire_of_field(const Document* wire, std::string_view field);
/// What a schema says of a union's member, counted from 0 by type numbers, or null.
[[nodiscard]] const Document* wire_of_member(const Document* wire, std::size_t member);

}  // namespace cambium::detail

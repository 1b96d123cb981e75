// Whether FlatBuffers of one schema are read rightly by code of another, as far as the types of fields do not say.
//
// Compares what FlatBuffersSchema::wire says. Thread rule: from any thread.
#pragma once

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

}  // namespace cambium::detail

// What the catalog of a store says of types and of what fields begin as, read for a schema. Pure functions.
#pragma once

#include <cambium/codec/document.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "type_text.hpp"

namespace cambium::codegen {

/// The words of a schema for numbers, by those of the catalog.
[[nodiscard]] const std::map<std::string, std::string>& scalar_types();
/// A number, a bool, a timestamp or an enum.
[[nodiscard]] bool is_scalar(const TypeText& type);
/// Whether values of the type have one size: what a FlatBuffers struct may hold.
[[nodiscard]] bool is_fixed(const TypeText& type);
/// Whether the type is, or holds anywhere, an array of a fixed number.
[[nodiscard]] bool has_array(const TypeText& type);
/// Whether a Descending is anywhere in the type: as a field it is a record like others, in a key it is none.
[[nodiscard]] bool is_descending(const std::string& type);
/// JSON has neither infinity nor NaN: they become texts.
[[nodiscard]] Document without_infinity(const Document& value);
/// What a member begins as that nothing is said of: zero, empty, or the first alternative of a variant.
[[nodiscard]] bool is_empty(const Document& initial);
/// Whether what is said of a type is that it is a struct; false for null.
[[nodiscard]] bool is_struct(const Document* wire);
/// A number or bool as a schema writes it; nothing for what is neither.
[[nodiscard]] std::optional<std::string> number_text(const Document& initial);
/// What is said of a union's members, by type number. The pointers are into `wire`.
[[nodiscard]] std::vector<std::pair<std::uint64_t, const Document*>> members_of(const Document* wire);
/// The attribute of a struct that is aligned more than its members ask for, as "struct{i32}@8" is; else empty.
[[nodiscard]] std::string alignment_of(const Document* wire);
/// What a struct says of each of its members: "struct{i32}@8" of a struct or an array of them, else null.
[[nodiscard]] std::vector<Document> structs_in(const Document* wire);

}  // namespace cambium::codegen

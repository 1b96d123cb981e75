// The enumerators of a table in the catalog, and what became of them. Keys and indexes hold enumerators by number;
// a codec stores them by name or by number, and says which (codec.hpp). Whatever is read by the one and was written
// by the other depends on which name has which number.
//
// Thread rule: from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/description.hpp"
#include "typed/catalog.hpp"

namespace cambium::detail {

/// Those of the records' fields.
[[nodiscard]] std::vector<CatalogEnum> enums_of(std::span<const FieldDescription> fields);
/// Those of the records' fields, of a key outside them, and of what functions give to indexes.
[[nodiscard]] std::vector<CatalogEnum> enums_of(const TableDescription& table);

/// The place of a column of a key outside the record, "(key)", and of what a function gives to an index: "(index
/// city, column 1)".
[[nodiscard]] std::string place_in_key(std::string_view column);
[[nodiscard]] std::string place_in_index(std::string_view index, std::string_view what, std::size_t position);
inline constexpr std::string_view kIndexColumn = "column";
inline constexpr std::string_view kCoveredField = "covered field";

/// The enumeration at a place; null when there is none.
[[nodiscard]] const CatalogEnum* find_enum(const std::vector<CatalogEnum>& enums, std::string_view place) noexcept;

/// Whether a place is in a key outside the record.
[[nodiscard]] bool is_of_outside_key(std::string_view place) noexcept;
/// How enumerators are stored at a place of a record, or of its key: a key has their numbers.
[[nodiscard]] codec::Enumerators stored_at(std::string_view place, codec::Enumerators by_codec) noexcept;

/// What becomes of stored enumerators that are declared otherwise.
struct EnumChange {
    std::vector<std::string> refused;  ///< sentences: `enumerator "red" (1) is no longer declared`
    std::vector<std::string> told;     ///< the same of what is no loss
    bool renumbered = false;           ///< some name has another number
};
/// Where names are stored a number may change, and a name may not; where numbers are, the other way round. Where
/// nobody says which, neither may.
[[nodiscard]] EnumChange compare_enums(const CatalogEnum& stored, const CatalogEnum& declared,
                                       codec::Enumerators how);

}  // namespace cambium::detail

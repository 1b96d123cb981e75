// Whether what was stored as one type is read as another without loss. Types are the names that the catalog keeps.
//
// Thread rule: from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "typed/wire_change.hpp"

namespace cambium::detail {

/// How a codec tells the fields of a record apart.
enum class FieldForm : std::uint8_t {
    named,       ///< by name, numbers of any width: JSON, CBOR maps by name
    numbered,    ///< by place, numbers of any width: CBOR maps by number
    positional,  ///< by place and width: FlatBuffers
    layout,      ///< as in memory: Raw, and codecs that nothing is known of
};

/// The form of a codec by its name in the catalog; of a compressed one ("cbor+zstd") that of what is compressed.
[[nodiscard]] FieldForm form_of(std::string_view codec) noexcept;
/// Whether it stores numbers as decimal text: JSON. As few digits are stored of a float as no other float has, and
/// they are the digits of another double.
[[nodiscard]] bool has_text_numbers(std::string_view codec) noexcept;

/// A type that becomes another, and where: what encloses it does not change but for this.
struct TypeChange {
    std::string path{};  ///< from the field inwards: ".address.street"; empty: the field itself
    std::string was{};
    std::string is{};
    std::string record{};  ///< how which record changes: the same wherever it is used; empty: none does
    bool is_read = false;  ///< whether what was stored decodes, each as the same value
};

/// What changes from one type to the other; nothing when they are the same. Read is a wider number; an optional of
/// what was plain; a record with more fields; and lists, maps and optionals of these; never a name that is no type.
/// Linear in the length of the names; nesting is bounded by that of the types.
[[nodiscard]] std::vector<TypeChange> type_changes(std::string_view from, std::string_view to, FieldForm form,
                                                   bool text_numbers = false);
/// Whether all of it is read.
[[nodiscard]] bool are_read(const std::vector<TypeChange>& changes) noexcept;
[[nodiscard]] inline bool reads_as(std::string_view from, std::string_view to, FieldForm form,
                                   bool text_numbers = false) {
    return are_read(type_changes(from, to, form, text_numbers));
}
/// What two FlatBuffers schemas say of a field, and whether it was required.
struct BufferField {
    Wire before{};
    Wire now{};
    bool was_required = false;
};
/// The same of FlatBuffers. A nested table may have deprecated a field whose place it keeps, and what was required
/// may become optional. Whether fields are in the places of others is not asked here.
[[nodiscard]] std::vector<TypeChange> buffer_type_changes(std::string_view from, std::string_view to,
                                                          const BufferField& field);

}  // namespace cambium::detail

// Whether what was stored as one type is read as another without loss. Types are the names that the catalog keeps.
//
// Thread rule: from any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "cambium/codec/document.hpp"

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

/// Whether stored values of type `from` decode as `to`, each as the same value: the same type; a wider number; an
/// optional of what was plain; a record with more fields; and lists, maps and optionals of these. False for names
/// that are no types. Linear in the length of the names; nesting is bounded by that of the types.
[[nodiscard]] bool reads_as(std::string_view from, std::string_view to, FieldForm form);
/// What two FlatBuffers schemas say of a field (wire_change.hpp), and whether it was required.
struct BufferField {
    const Document* before = nullptr;
    const Document* now = nullptr;
    bool was_required = false;
};
/// The same of FlatBuffers. A nested table may have deprecated a field whose place it keeps, and what was required
/// may become optional. Whether fields are in the places of others is not asked here.
[[nodiscard]] bool buffer_reads_as(std::string_view from, std::string_view to, const BufferField& field);

}  // namespace cambium::detail

// Keys of values that are known by their shape only: the bytes of cambium/key/key.hpp.
//
// Thread rule: from any thread.
#pragma once

#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium::detail {

/// Whether values of a shape can be keys.
[[nodiscard]] bool is_keyable(const codec::Shape& shape) noexcept;
/// Whether a shape is that of a Descending; then the shape of the value in one, and its address.
[[nodiscard]] bool is_descending(const codec::Shape& shape) noexcept;
[[nodiscard]] const codec::Shape& descending_shape(const codec::Shape& shape) noexcept;
[[nodiscard]] void* descending_value(const codec::Shape& shape, void* value) noexcept;
/// Whether values are text, or optional text.
[[nodiscard]] bool is_text(const codec::Shape& shape) noexcept;
/// Appends the key of a value. The shape is keyable.
void append_key(const codec::Shape& shape, const void* value, std::string& out);
/// Appends how the keys of text that begins so begin. The shape is of text, or of a Descending of text.
void append_key_prefix(const codec::Shape& shape, std::string_view text, std::string& out);
/// Consumes a key from the front and sets the value. Error{decode}. The shape is keyable.
void read_key(const codec::Shape& shape, ByteView& in, void* value);

}  // namespace cambium::detail

// Keys of values that are known by their shape only: the bytes of cambium/key/key.hpp.
//
// Thread rule: from any thread.
#pragma once

#include <string>

#include "cambium/base/bytes.hpp"
#include "cambium/codec/shape.hpp"

namespace cambium::detail {

/// Whether values of a shape can be keys.
[[nodiscard]] bool is_keyable(const codec::Shape& shape) noexcept;
/// Appends the key of a value. The shape is keyable.
void append_key(const codec::Shape& shape, const void* value, std::string& out);
/// Consumes a key from the front and sets the value. Error{decode}. The shape is keyable.
void read_key(const codec::Shape& shape, ByteView& in, void* value);

}  // namespace cambium::detail

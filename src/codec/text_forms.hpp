// Bytes as JSON holds them: base64 text (RFC 4648, padded).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium::codec {

void append_base64(std::string& out, ByteView bytes);
/// Nothing when the text is not canonical base64: wrong length, a foreign character, or stray bits at the end.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

}  // namespace cambium::codec

// Values that JSON holds as text: bytes in base64 (RFC 4648, padded) and UUIDs (RFC 9562).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"
#include "cambium/base/values.hpp"

namespace cambium::codec {

void append_base64(std::string& out, ByteView bytes);
/// Nothing when the text is not canonical base64: wrong length, a foreign character, or stray bits at the end.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

void append_uuid(std::string& out, const Uuid& uuid);
/// Nothing when the text is not 8-4-4-4-12 hexadecimal digits of either case.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

}  // namespace cambium::codec

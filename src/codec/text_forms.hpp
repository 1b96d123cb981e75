// Bytes as JSON holds them: base64 text (RFC 4648, padded). Numbers that it does not have, as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cambium/base/bytes.hpp"

namespace cambium::codec {

/// The members that stand for a text that is not UTF-8, and for a document that JSON does not have.
inline constexpr std::string_view kWrappedText = "$base64";
inline constexpr std::string_view kWrappedCbor = "$cbor";

void append_base64(std::string& out, ByteView bytes);
/// Nothing when the text is not canonical base64: wrong length, a foreign character, or stray bits at the end.
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

/// NaN, Infinity, -Infinity; a NaN that is not the positive quiet one without payload as NaN(0x7ff8000000000001),
/// its bits. The names are those of ECMAScript and of the JSON form of Protocol Buffers.
void append_non_finite(std::string& out, double value);
void append_non_finite(std::string& out, float value);
/// The bits of the number that a text of that form is, as a float of `size` bytes, 4 or 8.
[[nodiscard]] std::optional<std::uint64_t> parse_non_finite(std::string_view text, std::size_t size);

}  // namespace cambium::codec

// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace cambium::codec {

/// The position of the first byte that is not part of well-formed UTF-8; text.size() when all of it is well-formed.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text) noexcept;

}  // namespace cambium::codec

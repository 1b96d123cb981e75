// Byte views. The whole library passes bytes as std::string_view: it compares as unsigned bytes,
// it converts from literals and strings, and every C++ programmer knows its lifetime rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cambium {

/// A view of bytes owned by somebody else. Compares and orders as unsigned bytes.
using ByteView = std::string_view;

/// The bytes of a contiguous sequence of trivially copyable elements, without a copy.
template <class T, std::size_t N>
[[nodiscard]] ByteView bytes_of(std::span<T, N> elements) noexcept {
    return {reinterpret_cast<const char*>(elements.data()), elements.size_bytes()};
}

}  // namespace cambium

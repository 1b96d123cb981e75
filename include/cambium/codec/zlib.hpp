// Zlib, a compressor for Compressed: zlib (RFC 1950), level 6: slower than both, and read everywhere. Link
// cambium::zlib.
#pragma once

#include <cstddef>
#include <string_view>

#include "cambium/codec/compressed.hpp"

namespace cambium {

struct Zlib {
    static constexpr std::string_view name = "zlib";
    static std::size_t compress(ByteView plain, char* to, std::size_t room);
    static bool expand(ByteView packed, char* to, std::size_t size);
};

}  // namespace cambium

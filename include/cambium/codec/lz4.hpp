// Lz4, a compressor for Compressed: LZ4 block format: the fastest, the least ratio. Link cambium::lz4.
#pragma once

#include <cstddef>
#include <string_view>

#include "cambium/codec/compressed.hpp"

namespace cambium {

struct Lz4 {
    static constexpr std::string_view name = "lz4";
    static std::size_t compress(ByteView plain, char* to, std::size_t room);
    static bool expand(ByteView packed, char* to, std::size_t size);
};

}  // namespace cambium

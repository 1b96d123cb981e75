// Zstd, a compressor for Compressed: Zstandard, level 3: the best ratio for its speed. Link cambium::zstd.
#pragma once

#include <cstddef>
#include <string_view>

#include "cambium/codec/compressed.hpp"

namespace cambium {

struct Zstd {
    static constexpr std::string_view name = "zstd";
    static std::size_t compress(ByteView plain, char* to, std::size_t room);
    static bool expand(ByteView packed, char* to, std::size_t size);
};

}  // namespace cambium

#include "cambium/codec/lz4.hpp"

#include <lz4.h>

namespace cambium {

// Pieces are at most 1 MiB, so that every size fits an int.
std::size_t Lz4::compress(ByteView plain, char* to, std::size_t room) {
    return static_cast<std::size_t>(
        LZ4_compress_default(plain.data(), to, static_cast<int>(plain.size()), static_cast<int>(room)));
}

bool Lz4::expand(ByteView packed, char* to, std::size_t size) {
    if (packed.size() > LZ4_MAX_INPUT_SIZE) return false;
    return LZ4_decompress_safe(packed.data(), to, static_cast<int>(packed.size()), static_cast<int>(size)) ==
           static_cast<int>(size);
}

}  // namespace cambium

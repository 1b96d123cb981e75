#include "cambium/codec/zlib.hpp"

#include <zlib.h>

namespace cambium {
namespace {

constexpr int kLevel = 6;

}  // namespace

std::size_t Zlib::compress(ByteView plain, char* to, std::size_t room) {
    uLongf size = room;
    const int result = compress2(reinterpret_cast<Bytef*>(to), &size, reinterpret_cast<const Bytef*>(plain.data()),
                                 plain.size(), kLevel);
    return result == Z_OK ? size : 0;
}

bool Zlib::expand(ByteView packed, char* to, std::size_t size) {
    uLongf written = size;
    uLong read = packed.size();
    const int result =
        uncompress2(reinterpret_cast<Bytef*>(to), &written, reinterpret_cast<const Bytef*>(packed.data()), &read);
    return result == Z_OK && written == size && read == packed.size();
}

}  // namespace cambium

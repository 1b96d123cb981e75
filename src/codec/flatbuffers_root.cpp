// The root of a FlatBuffers buffer: a u32 at its front says where the table begins.
#include <cstdint>
#include <cstring>
#include <string>

#include "cambium/base/error.hpp"
#include "cambium/codec/flatbuffers.hpp"

namespace cambium::codec {

const void* flatbuffers_root(ByteView bytes) {
    constexpr std::size_t kAlignment = 8;
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kAlignment != 0) {
        throw Error(ErrorCode::misuse,
                    "FlatBuffers: a view needs bytes that begin at a multiple of 8; copy these there first");
    }
    std::uint32_t offset = 0;
    if (bytes.size() >= sizeof offset) std::memcpy(&offset, bytes.data(), sizeof offset);
    if (offset < sizeof offset || offset % sizeof offset != 0 || bytes.size() < sizeof offset ||
        offset > bytes.size() - sizeof offset) {
        throw Error(ErrorCode::decode, "FlatBuffers: the root table would lie outside of the " +
                                           std::to_string(bytes.size()) + " bytes");
    }
    return bytes.data() + offset;
}

}  // namespace cambium::codec

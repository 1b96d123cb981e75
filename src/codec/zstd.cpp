#include "cambium/codec/zstd.hpp"

#include <zstd.h>

#include <memory>

namespace cambium {
namespace {

constexpr int kLevel = 3;

struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

// A context costs more to make than a small value to compress, so each thread keeps one.
std::size_t Zstd::compress(ByteView plain, char* to, std::size_t room) {
    thread_local const std::unique_ptr<ZSTD_CCtx, Free> kContext(ZSTD_createCCtx());
    if (kContext == nullptr) return 0;
    const std::size_t size = ZSTD_compressCCtx(kContext.get(), to, room, plain.data(), plain.size(), kLevel);
    return ZSTD_isError(size) != 0 ? 0 : size;
}

// In one piece, so that the window is the output and nothing is allocated for what the frame claims.
bool Zstd::expand(ByteView packed, char* to, std::size_t size) {
    thread_local const std::unique_ptr<ZSTD_DCtx, Free> kContext(ZSTD_createDCtx());
    if (kContext == nullptr) return false;
    return ZSTD_decompressDCtx(kContext.get(), to, size, packed.data(), packed.size()) == size;
}

}  // namespace cambium

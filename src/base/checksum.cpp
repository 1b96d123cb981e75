#include "base/checksum.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cambium::base {

static_assert(XXH3_SECRET_DEFAULT_SIZE == 192);

Checksum::Checksum(std::uint64_t seed) noexcept : seed_(seed) {
    XXH3_generateSecret_fromSeed(secret_.data(), seed_);
}

std::uint64_t Checksum::operator()(const void* bytes, std::size_t size) const noexcept {
    return XXH3_64bits_withSecretandSeed(bytes, size, secret_.data(), secret_.size(), seed_);
}

std::uint64_t plain_checksum(const void* bytes, std::size_t size) noexcept {
    return XXH3_64bits(bytes, size);
}

}  // namespace cambium::base

#include "base/checksum.hpp"

#include "base/checksum_wide.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cambium::base {

static_assert(XXH3_SECRET_DEFAULT_SIZE == 192);

namespace {

std::uint64_t hash_any(const void* bytes, std::size_t size, const unsigned char* secret, std::uint64_t seed) {
    return XXH3_64bits_withSecretandSeed(bytes, size, secret, XXH3_SECRET_DEFAULT_SIZE, seed);
}

HashFunction best_hash() noexcept {
#ifdef CAMBIUM_WIDE_CHECKSUM
    if (__builtin_cpu_supports("avx512f")) return hash_avx512;
    if (__builtin_cpu_supports("avx2")) return hash_avx2;
#endif
    return hash_any;
}

}  // namespace

Checksum::Checksum(std::uint64_t seed) noexcept : hash_(best_hash()), seed_(seed) {
    XXH3_generateSecret_fromSeed(secret_.data(), seed_);
}

std::uint64_t Checksum::operator()(const void* bytes, std::size_t size) const noexcept {
    return hash_(bytes, size, secret_.data(), seed_);
}

std::uint64_t plain_checksum(const void* bytes, std::size_t size) noexcept {
    return XXH3_64bits(bytes, size);
}

}  // namespace cambium::base

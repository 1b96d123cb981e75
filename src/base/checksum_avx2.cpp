// Compiled for processors with AVX2. Nothing is included that has inline functions: the linker may keep any copy of
// them.
#include "base/checksum_wide.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cambium::base {

uint64_t hash_avx2(const void* bytes, size_t size, const unsigned char* secret, uint64_t seed) {
    return XXH3_64bits_withSecretandSeed(bytes, size, secret, XXH3_SECRET_DEFAULT_SIZE, seed);
}

}  // namespace cambium::base

// XXH3-64 compiled for wider vectors than every x86-64 processor has. Same answers, chosen at run time.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace cambium::base {

using HashFunction = uint64_t (*)(const void* bytes, size_t size, const unsigned char* secret, uint64_t seed);

#ifdef CAMBIUM_WIDE_CHECKSUM
uint64_t hash_avx2(const void* bytes, size_t size, const unsigned char* secret, uint64_t seed);
uint64_t hash_avx512(const void* bytes, size_t size, const unsigned char* secret, uint64_t seed);
#endif

}  // namespace cambium::base

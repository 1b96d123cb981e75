// The checksum of pages is the same on every processor.
#include "base/checksum.hpp"

#include <random>
#include <vector>

#include <doctest/doctest.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/checksum_wide.hpp"
#include "seed.hpp"

using namespace cambium;

TEST_CASE("the checksum is seeded XXH3-64, whatever vectors compute it") {
    std::mt19937_64 random{test::seed()};
    std::vector<unsigned char> bytes(70'000);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
    for (int round = 0; round < 2000; ++round) {
        const std::uint64_t seed = round == 0 ? 0 : random();
        const std::size_t at = random() % 64;
        const std::size_t size = round < 600 ? static_cast<std::size_t>(round) : random() % 65'536;
        unsigned char secret[XXH3_SECRET_DEFAULT_SIZE];
        XXH3_generateSecret_fromSeed(secret, seed);
        const std::uint64_t expected =
            XXH3_64bits_withSecretandSeed(bytes.data() + at, size, secret, sizeof secret, seed);
        REQUIRE(base::Checksum{seed}(bytes.data() + at, size) == expected);
#ifdef CAMBIUM_WIDE_CHECKSUM
        if (__builtin_cpu_supports("avx2"))
            REQUIRE(base::hash_avx2(bytes.data() + at, size, secret, seed) == expected);
        if (__builtin_cpu_supports("avx512f"))
            REQUIRE(base::hash_avx512(bytes.data() + at, size, secret, seed) == expected);
#endif
    }
}

TEST_CASE("a checksum that was written once is read for ever") {
    std::vector<unsigned char> page(4088);
    for (std::size_t i = 0; i < page.size(); ++i) page[i] = static_cast<unsigned char>(i * 7 + i / 256);
    CHECK(base::Checksum{0x0123456789abcdef}(page.data(), page.size()) == 0x6e5b85d9e11340a3);
}

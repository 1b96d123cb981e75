// XXH3-64 over bytes, seeded per store so that crafted values cannot be prepared to collide across stores.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cambium::base {

/// A seeded XXH3-64 function, in the widest vectors that the processor has. Building one costs about 100 ns, so a
/// store keeps its own. Immutable after construction: any thread may call it.
class Checksum {
public:
    explicit Checksum(std::uint64_t seed) noexcept;
    [[nodiscard]] std::uint64_t operator()(const void* bytes, std::size_t size) const noexcept;

private:
    std::uint64_t (*hash_)(const void*, std::size_t, const unsigned char*, std::uint64_t);
    std::uint64_t seed_;
    alignas(64) std::array<unsigned char, 192> secret_;
};

/// Unseeded XXH3-64: for what must be verified before the seed is known.
[[nodiscard]] std::uint64_t plain_checksum(const void* bytes, std::size_t size) noexcept;

}  // namespace cambium::base

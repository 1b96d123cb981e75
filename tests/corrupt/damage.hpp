// What can happen to the bytes of a data file: one damage, in words and done. No two trials share one. One thread.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace cambium::test {

enum class DamageKind : std::uint8_t { flip, zeros, garbage, swap, stale, stale_slot, cut, extend };
inline constexpr int kDamageKinds = 8;

/// One damage. Pages are numbers of pages, other positions are bytes.
struct Damage {
    DamageKind kind = DamageKind::flip;
    std::uint64_t page = 0;
    std::uint64_t at = 0;       ///< flip: byte of the page. cut, extend: bytes of the file afterwards
    std::uint64_t other = 0;    ///< swap: the other page. stale, stale_slot: which older file
    std::uint8_t mask = 1;      ///< flip: bits that change
    std::uint64_t content = 0;  ///< garbage, extend: seed of the bytes

    [[nodiscard]] std::string text() const;
};

/// A file, and what it was in earlier generations.
struct DamagedBase {
    std::string name;
    std::string bytes;
    std::vector<std::string> older;

    [[nodiscard]] std::uint64_t pages() const noexcept;
};

/// Does it to `bytes`, a copy of what `base` holds, or one that is damaged already. What lies outside stays.
void inflict(const DamagedBase& base, const Damage& damage, std::string& bytes);

/// Every byte of both commit records, every `step`-th of the header of every page that has one, and every kind of
/// damage of whole pages.
[[nodiscard]] std::vector<Damage> every_damage(const DamagedBase& base, std::uint64_t step,
                                               std::mt19937_64& random);
[[nodiscard]] Damage some_damage(const DamagedBase& base, std::mt19937_64& random);

}  // namespace cambium::test

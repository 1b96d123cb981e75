// The records that all engines are given: keys of three kinds, values of 100 bytes.
//
// Everything follows from the kind and the number of records, so two runs see the same bytes. A record is
// known by its rank: its place in key order, from 0. Lists of keys are laid out in the order they are used,
// so that making keys costs no cache miss inside a timed loop.
//
// Thread rule: immutable after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium::bench {

enum class KeyKind : std::uint8_t {
    u64,     ///< 0, 1, 2, ... as 8 bytes, big-endian
    random,  ///< 16 random bytes
    string,  ///< 24 to 40 characters: one of 64 path-like prefixes of 12 to 28, then 12 random hexadecimal digits
};

/// u64, random16 or string: the names of the command line and of the tables.
[[nodiscard]] std::string_view to_string(KeyKind kind) noexcept;

/// A bijection on 64 bits that looks random (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// Keys of any length behind each other in memory.
class KeyList {
public:
    void reserve(std::size_t keys, std::size_t bytes);
    void push_back(ByteView key);
    [[nodiscard]] ByteView operator[](std::size_t index) const noexcept {
        return {bytes_.data() + ends_[index], ends_[index + 1] - ends_[index]};
    }
    [[nodiscard]] std::size_t size() const noexcept { return ends_.size() - 1; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }

private:
    std::string bytes_;
    std::vector<std::size_t> ends_{0};
};

/// Keys in the order a workload uses them, with the rank of each.
struct Picks {
    KeyList keys;
    std::vector<std::uint32_t> ranks;
    [[nodiscard]] std::size_t size() const noexcept { return ranks.size(); }
};

class Dataset {
public:
    static constexpr std::size_t kValueBytes = 100;

    Dataset(KeyKind kind, std::size_t records);

    [[nodiscard]] KeyKind kind() const noexcept { return kind_; }
    [[nodiscard]] std::size_t records() const noexcept { return sorted_.size(); }
    /// Bytes of all keys and values.
    [[nodiscard]] std::size_t user_bytes() const noexcept { return sorted_.bytes() + records() * kValueBytes; }

    /// Every record once, in key order.
    [[nodiscard]] Picks in_order() const;
    /// Every record once, in a random order.
    [[nodiscard]] Picks shuffled(std::uint64_t seed) const;
    /// `count` records drawn at random, each independently of the others.
    [[nodiscard]] Picks drawn(std::size_t count, std::uint64_t seed) const;

    /// The value of a record's `version`: 100 bytes that do not compress, alive as long as the data set.
    [[nodiscard]] ByteView value(std::uint32_t rank, std::uint64_t version) const noexcept {
        const std::uint64_t place = mix(rank * std::uint64_t{0x10001} + version) % (kPoolBytes - kValueBytes);
        return {pool_.data() + place, kValueBytes};
    }

private:
    static constexpr std::size_t kPoolBytes = std::size_t{256} << 10;  // stays in the second-level cache

    [[nodiscard]] Picks pick(std::vector<std::uint32_t> ranks) const;

    KeyKind kind_;
    KeyList sorted_;
    std::string pool_;
};

}  // namespace cambium::bench

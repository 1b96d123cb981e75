// The digest that every engine's answers go into: it touches every byte read, so that nothing is optimised
// away, and it depends on order, so that engines which disagree cannot hide it. Not a hash to rely on elsewhere.
//
// Thread rule: one digest, one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "cambium/base/bytes.hpp"

namespace cambium::bench {

class Digest {
public:
    /// Add the bytes of one key or value. Reads all of them, eight at a time.
    void add(ByteView bytes) noexcept {
        const char* at = bytes.data();
        std::size_t left = bytes.size();
        std::uint64_t sum = left;
        for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t)) {
            std::uint64_t word;
            std::memcpy(&word, at, sizeof word);
            sum += word;
        }
        for (; left > 0; --left, ++at) sum = sum * 257 + static_cast<unsigned char>(*at);
        state_ = std::rotl(state_, 7) + sum;
    }

    /// Add that a key was looked for and not found.
    void add_absent() noexcept { state_ = std::rotl(state_, 7) ^ 0x9e3779b97f4a7c15U; }

    [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

private:
    std::uint64_t state_ = 0;
};

}  // namespace cambium::bench

// Key heads of a node: how many of an ascending array lie below one.
//
// Short arrays are compared whole, four heads at a time, with the vector types of g++ and clang: no load waits for
// another, and no branch depends on the key. Heads that are out of order give some number up to the size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace cambium::kv {

using HeadVector [[gnu::vector_size(16)]] = std::uint32_t;
inline constexpr std::uint32_t kHeadLanes = sizeof(HeadVector) / sizeof(std::uint32_t);

/// How many of `groups * kHeadLanes` heads lie below `head`.
[[nodiscard]] inline std::uint32_t groups_below(const std::uint32_t* heads, std::uint32_t groups,
                                                std::uint32_t head) noexcept {
    const HeadVector all = {head, head, head, head};
    HeadVector below{};
    for (std::uint32_t group = 0; group < groups; ++group) {
        HeadVector four;
        std::memcpy(&four, heads + kHeadLanes * group, sizeof four);
        below -= reinterpret_cast<HeadVector>(four < all);  // a lane that holds is -1
    }
    return below[0] + below[1] + below[2] + below[3];
}

/// How many of `size` ascending heads lie below `head`.
[[nodiscard]] inline std::uint32_t heads_below(const std::uint32_t* heads, std::uint32_t size,
                                               std::uint32_t head) noexcept {
    constexpr std::uint32_t kShort = 64;
    const std::uint32_t* base = heads;
    while (size > kShort) {
        const std::uint32_t half = size / 2;
        base += base[half - 1] < head ? half : 0;
        size -= half;
    }
    const auto before = static_cast<std::uint32_t>(base - heads);
    if (size < kHeadLanes) {
        std::uint32_t below = 0;
        for (std::uint32_t i = 0; i < size; ++i) below += base[i] < head ? 1U : 0U;
        return before + below;
    }
    // The last group may overlap the one before it.
    const std::uint32_t last = groups_below(base + size - kHeadLanes, 1, head);
    const std::uint32_t below = groups_below(base, size / kHeadLanes, head);
    return before + (last > 0 ? size - kHeadLanes + last : below);
}

}  // namespace cambium::kv

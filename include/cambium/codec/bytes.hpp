// Bytes: a text or byte vector stored as it is. Without a check: what it holds need not be UTF-8.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/base/bytes.hpp"

namespace cambium {

struct Bytes {
    static constexpr std::string_view name = "bytes";
    static constexpr bool exact = true;

    template <class R>
    static constexpr bool kHolds = std::same_as<R, std::string> || std::same_as<R, std::vector<std::byte>> ||
                                   std::same_as<R, std::vector<std::uint8_t>> || std::same_as<R, std::vector<char>>;

    /// Appends the content to `out`.
    template <class R>
    requires kHolds<R>
    static void encode(const R& value, std::string& out) {
        out.append(reinterpret_cast<const char*>(value.data()), value.size());
    }

    /// Replaces the value by the bytes. Every bytes are valid.
    template <class R>
    requires kHolds<R>
    static void decode(ByteView bytes, R& value) {
        const auto* first = reinterpret_cast<const typename R::value_type*>(bytes.data());
        value.assign(first, first + bytes.size());
    }

    /// The bytes in place.
    template <class R>
    requires kHolds<R>
    [[nodiscard]] static ByteView view(ByteView bytes) noexcept { return bytes; }
};

}  // namespace cambium

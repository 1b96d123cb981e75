// Numbers at an address whose type is known only by its shape. Copied as bytes: the object may be an enum, a bool
// or a duration.
#pragma once

#include <cstdint>
#include <cstring>

#include "cambium/codec/shape.hpp"

namespace cambium::codec {

template <class T>
T load_as(const void* address) {
    T number;
    std::memcpy(&number, address, sizeof number);
    return number;
}

template <class T>
void store_as(void* address, T number) {
    std::memcpy(address, &number, sizeof number);
}

inline std::uint64_t load_unsigned(const Shape& shape, const void* address) {
    switch (shape.size) {
        case 1:
            return load_as<std::uint8_t>(address);
        case 2:
            return load_as<std::uint16_t>(address);
        case 4:
            return load_as<std::uint32_t>(address);
        default:
            return load_as<std::uint64_t>(address);
    }
}

inline std::int64_t load_signed(const Shape& shape, const void* address) {
    switch (shape.size) {
        case 1:
            return load_as<std::int8_t>(address);
        case 2:
            return load_as<std::int16_t>(address);
        case 4:
            return load_as<std::int32_t>(address);
        default:
            return load_as<std::int64_t>(address);
    }
}

/// Stores the low bytes of a number that is known to fit; signed numbers as two's complement.
inline void store_integer(const Shape& shape, void* address, std::uint64_t bits) {
    switch (shape.size) {
        case 1:
            store_as(address, static_cast<std::uint8_t>(bits));
            return;
        case 2:
            store_as(address, static_cast<std::uint16_t>(bits));
            return;
        case 4:
            store_as(address, static_cast<std::uint32_t>(bits));
            return;
        default:
            store_as(address, bits);
            return;
    }
}

}  // namespace cambium::codec

// Orders of keys, each as a function of std::map, and the kinds of trees that the model of ordered operations
// tries.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "cambium/kv/environment.hpp"

namespace cambium::test {

using Less = bool (*)(const std::string&, const std::string&);
using Map = std::map<std::string, std::string, Less>;

inline bool by_bytes(const std::string& a, const std::string& b) {
    return a < b;
}

inline bool by_reversed(const std::string& a, const std::string& b) {
    return std::string{a.rbegin(), a.rend()} < std::string{b.rbegin(), b.rend()};
}

inline bool by_integer(const std::string& a, const std::string& b) {
    const auto number = [](const std::string& key) {
        std::uint64_t value = 0;
        std::memcpy(&value, key.data(), key.size());
        return value;
    };
    return number(a) < number(b);
}

/// Shorter keys first, those of one size backwards.
inline int compare_by_size(ByteView a, ByteView b) {
    return a.size() != b.size() ? (a.size() < b.size() ? -1 : 1) : b.compare(a);
}

inline bool by_size(const std::string& a, const std::string& b) {
    return compare_by_size(a, b) < 0;
}

struct Shape {
    std::string name;
    kv::TreeOptions options;
    Less less;
    std::size_t key_size;  ///< of every key in bytes, or 0: any size
    std::size_t key_space;
    std::size_t longest_key;
    std::size_t longest_value;
    std::uint32_t page_size;
    std::size_t share;  ///< of the operations, in percent
};

inline std::vector<Shape> shapes() {
    kv::TreeOptions counts;
    counts.counts = true;
    const auto ordered = [](kv::KeyOrder order, bool contiguous, bool counted) {
        kv::TreeOptions options;
        options.key_order = order;
        options.contiguous_keys = contiguous;
        options.counts = counted;
        if (order == kv::KeyOrder::custom) options.comparator = "by size";
        return options;
    };
    using kv::KeyOrder;
    return {
        {"bytes, many keys", {}, by_bytes, 0, 6000, 300, 8000, 4096, 10},
        {"bytes, long keys", {}, by_bytes, 0, 1500, 1024, 3000, 4096, 6},
        {"bytes, large values", {}, by_bytes, 0, 200, 40, 300000, 4096, 6},
        {"bytes, large pages", {}, by_bytes, 0, 20000, 3000, 200000, 65536, 6},
        {"bytes, one page", {}, by_bytes, 0, 12, 20, 100, 4096, 3},
        {"counts, many keys", counts, by_bytes, 0, 6000, 300, 8000, 4096, 11},
        {"counts, long keys", counts, by_bytes, 0, 1500, 1024, 3000, 4096, 7},
        {"counts, large pages", counts, by_bytes, 0, 20000, 3000, 20000, 65536, 3},
        {"contiguous", ordered(KeyOrder::bytes, true, false), by_bytes, 0, 3000, 300, 8000, 4096, 6},
        {"contiguous, long keys", ordered(KeyOrder::bytes, true, true), by_bytes, 0, 1500, 1024, 3000, 4096, 3},
        {"reversed", ordered(KeyOrder::reversed, false, false), by_reversed, 0, 3000, 300, 8000, 4096, 6},
        {"reversed, contiguous", ordered(KeyOrder::reversed, true, false), by_reversed, 0, 3000, 300, 8000, 4096,
         3},
        {"integers of 4", ordered(KeyOrder::native_integers, false, true), by_integer, 4, 3000, 4, 2000, 4096, 6},
        {"integers of 8", ordered(KeyOrder::native_integers, false, false), by_integer, 8, 3000, 8, 8000, 4096, 6},
        {"integers, contiguous", ordered(KeyOrder::native_integers, true, false), by_integer, 8, 3000, 8, 99, 4096,
         3},
        {"custom", ordered(KeyOrder::custom, false, false), by_size, 0, 3000, 300, 8000, 4096, 6},
        {"custom, counts", ordered(KeyOrder::custom, true, true), by_size, 0, 1500, 1024, 8000, 4096, 6},
        {"custom, large pages", ordered(KeyOrder::custom, false, false), by_size, 0, 9000, 3000, 99999, 65536, 3},
    };
}

}  // namespace cambium::test

// What a tree is, chosen when it is created and stored with it.
#pragma once

#include <cstdint>
#include <string>

namespace cambium::kv {

/// How the keys of a tree, or the values of one key, are ordered.
enum class KeyOrder : std::uint8_t {
    bytes = 0,            ///< as unsigned bytes; a key comes before its extensions
    reversed = 1,         ///< as bytes, compared from the last one to the first
    native_integers = 2,  ///< unsigned integers of 4 or 8 bytes, as this machine stores them; one size per tree
    custom = 3,           ///< by a function registered with Environment::register_comparator()
};

/// Properties of a tree. They are fixed at creation; opening the tree with others is Error{invalid_argument}.
struct TreeOptions {
    KeyOrder key_order = KeyOrder::bytes;
    /// Keep the number of entries beside every child: rank, select and range counts then cost O(depth), for 8
    /// bytes per child (about a third of the fan-out of short keys). In a tree with duplicates: of pairs.
    bool counts = false;
    /// Keep every key whole in its page: views of keys point into the file and stay valid as long as values do.
    /// Costs the prefix of every key.
    bool contiguous_keys = false;
    /// Several values per key, sorted, each once. Values are then 1 byte to Environment::max_key_size() long, and
    /// not aligned. Goes together with every other option.
    bool duplicates = false;
    /// Order of the values of one key, in a tree with duplicates. native_integers takes a fixed_value_size of 4, 8
    /// or 0; with 0 each value has 4 or 8 bytes, and the caller keeps to one of them. In the order custom values
    /// that compare equal are one value: the first that was stored stays.
    KeyOrder value_order = KeyOrder::bytes;
    /// Every value of a tree with duplicates has this size in bytes; 0: any size. Saves two bytes per value, and
    /// values can be read in batches (Cursor::values()).
    std::uint16_t fixed_value_size = 0;
    /// Name of the function that compares keys, for key_order custom; 1 to 255 bytes.
    std::string comparator{};
    /// Name of the function that compares values, for value_order custom; 1 to 255 bytes.
    std::string value_comparator{};

    friend bool operator==(const TreeOptions&, const TreeOptions&) = default;
};

}  // namespace cambium::kv

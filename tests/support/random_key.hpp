// Keys for tests of nodes.
#pragma once

#include <random>
#include <string>

namespace cambium::test {

/// The prefix and fewer than `longest` more bytes. Few letters, zeros among them: many equal heads, and keys that
/// are prefixes of others.
inline std::string random_key(std::mt19937_64& random, const std::string& prefix, std::size_t longest) {
    std::string key = prefix;
    const std::size_t size = random() % longest;
    for (std::size_t i = 0; i < size; ++i) key.push_back("\0\0a\xff"[random() % 4]);
    if (key.empty()) key.push_back('k');
    return key;
}

}  // namespace cambium::test

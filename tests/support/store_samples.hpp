// Stores with something of everything: many levels, large values, free and waiting pages. For tests of what treats
// a store as a whole.
#pragma once

#include <random>
#include <string>

#include "cambium/kv/environment.hpp"
#include "file_record.hpp"

namespace cambium::test {

/// One transaction of random changes to four trees: small records, mixed values, large values, several values per
/// key (some keys with few, one with hundreds).
inline void change_randomly(kv::Environment& environment, std::mt19937_64& random, int changes) {
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const auto bytes = [&](std::uint64_t size) {
        std::string out(size, '\0');
        for (char& c : out) c = static_cast<char>(below(256));
        return out;
    };
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree small = txn.create_tree("small");
    const kv::Tree mixed = txn.create_tree("mixed");
    const kv::Tree large = txn.create_tree("large");
    const kv::Tree several = txn.create_tree("several", {.duplicates = true});
    for (int i = 0; i < changes; ++i) {
        const std::string owner = below(2) == 0 ? "many" : std::to_string(below(20));
        const std::string pair_value = std::to_string(below(1000)) + std::string(below(20), 'v');
        if (below(4) == 0) {
            (void)txn.erase(several, owner, pair_value);
        } else {
            txn.put(several, owner, pair_value);
        }
        const std::string key = "key " + std::to_string(below(2000));
        if (below(3) == 0) {
            (void)txn.erase(small, key);
            (void)txn.erase(mixed, key);
            (void)txn.erase(large, key.substr(0, 5));
            continue;
        }
        txn.put(small, key, bytes(below(50)));
        if (below(4) == 0) txn.put(mixed, key, bytes(below(5000)));
        if (below(40) == 0) txn.put(large, key.substr(0, 5), bytes(below(200000)));
    }
    if (below(5) == 0) (void)txn.create_tree("extra " + std::to_string(below(10)));
    txn.commit();
}

/// Some transactions of them: free and waiting pages come by themselves.
inline void make_busy_store(kv::Environment& environment, std::mt19937_64& random, int transactions = 6) {
    for (int i = 0; i < transactions; ++i) change_randomly(environment, random, 600);
}

}  // namespace cambium::test

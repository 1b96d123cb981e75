// Pairs of key and value for one tree, gathered in memory to be stored in order.
//
// Thread rule: belongs to one write transaction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

class SortedRun {
public:
    /// `line` is where the pair comes from, for who counts lines.
    void add(ByteView key, ByteView value, std::uint64_t line = 0);
    [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_.size() + pairs_.size() * sizeof(Pair); }

    /// Stores the pairs in order and forgets them. taken(key, stored, value, line) for a key that is there already:
    /// in the tree, or with another pair of this run, of which the one added first is stored. Keys behind all of
    /// the tree are appended. O(n log n), n pairs.
    template <class Taken>
    void store(kv::WriteTransaction& store, kv::Tree tree, Taken&& taken) {
        sort();
        const std::string before = last_key(store, tree);
        ByteView last = before;
        for (const Pair& pair : pairs_) {
            if (key(pair) > last) {
                store.append(tree, key(pair), value(pair));
                last = key(pair);
            } else if (!store.insert(tree, key(pair), value(pair))) {
                taken(key(pair), store.get(tree, key(pair)).value_or(ByteView()), value(pair), pair.line);
            }
        }
        pairs_.clear();
        bytes_.clear();
    }

    /// The last key of a tree; empty when there is none.
    [[nodiscard]] static std::string last_key(const kv::Transaction& store, kv::Tree tree);

private:
    struct Pair {
        std::size_t begin;
        std::size_t key_size;
        std::size_t value_size;
        std::uint64_t line;
    };
    void sort();
    [[nodiscard]] ByteView key(const Pair& pair) const {
        return ByteView(bytes_).substr(pair.begin, pair.key_size);
    }
    [[nodiscard]] ByteView value(const Pair& pair) const {
        return ByteView(bytes_).substr(pair.begin + pair.key_size, pair.value_size);
    }

    std::string bytes_;
    std::vector<Pair> pairs_;
};

}  // namespace cambium::detail

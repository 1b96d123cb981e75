// The primary keys that one call works through, each once; any number of them: beyond a bound in memory they go to
// a tree of the transaction, which spills as any write does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

class KeySet {
public:
    static constexpr std::size_t kInMemory = 4096;

    /// The tree is created when it is needed, and is gone when the set is empty again. The transaction must be
    /// rolled back unless the set has been emptied.
    KeySet(kv::WriteTransaction& store, ByteView tree_name) : store_(store), tree_name_(tree_name) {}

    void add(std::string key);
    /// After the last add(), before the first pop(): the number of keys.
    [[nodiscard]] std::uint64_t finish();
    /// Takes the last one out.
    [[nodiscard]] std::optional<std::string> pop();

private:
    void sort();
    void move_to_tree();

    kv::WriteTransaction& store_;
    ByteView tree_name_;
    std::vector<std::string> keys_;
    std::optional<kv::Tree> tree_;
};

}  // namespace cambium::detail

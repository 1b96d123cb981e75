// Work that is still to be done by one call, last in, first out; of any length: beyond a bound in memory it goes to
// a tree of the transaction, which spills as any write does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cambium/kv/transaction.hpp"

namespace cambium::detail {

class WorkList {
public:
    static constexpr std::size_t kInMemory = 4096;

    /// The tree is created when it is needed, and is gone when the list is empty again. The transaction must be
    /// rolled back unless the list has been emptied.
    WorkList(kv::WriteTransaction& store, ByteView tree_name) : store_(store), tree_name_(tree_name) {}

    void push(std::string item);
    std::optional<std::string> pop();

private:
    kv::WriteTransaction& store_;
    ByteView tree_name_;
    std::vector<std::string> items_;
    std::optional<kv::Tree> tree_;
    std::uint64_t moved_ = 0;  ///< items that have gone to the tree
};

}  // namespace cambium::detail

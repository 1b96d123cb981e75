// The functions that order keys and values of KeyOrder::custom, by name.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "kv/node.hpp"

namespace cambium::kv {

/// Functions are added and never taken away. All calls from any thread.
class Comparators {
public:
    /// Error{already_exists} when the name belongs to another function.
    void add(ByteView name, KeyCompare function);
    /// The function, or nullptr.
    [[nodiscard]] KeyCompare find(ByteView name) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, KeyCompare, std::less<>> functions_;
};

/// The key of the name of a tree's function in the catalog tree; kind: kCatalogComparator, kCatalogValueComparator.
[[nodiscard]] std::string comparator_key(std::uint64_t tree_id, char kind);

}  // namespace cambium::kv

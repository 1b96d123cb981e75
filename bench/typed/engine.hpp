// The raw engine doing what a table with some codec implies: puts of the same bytes into as many trees, in the same
// order. Keys and values of the writes are made beforehand; keys of the reads are encoded as a table does.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "typed/contestant.hpp"

namespace cambium::bench {

/// The bytes that a table stores.
struct StoredBytes {
    std::vector<std::string> keys;
    std::vector<std::string> values;
    std::vector<std::string> updated;  ///< of Orders::picks(), as far as they are updated
    /// Per index, per record: key and value of its entry.
    std::vector<std::vector<std::pair<std::string, std::string>>> entries;
};

[[nodiscard]] std::unique_ptr<Contestant> make_engine(const Orders& orders, std::string path, StoredBytes bytes);

}  // namespace cambium::bench

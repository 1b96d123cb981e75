// Which definitions of two schemas stand for each other in what is stored, whatever they are called.
#pragma once

#include <utility>
#include <vector>

#include "model.hpp"

namespace cambium::codegen {

/// Of each pair: the definition before, and the one now. No pair comes twice.
struct Pairs {
    std::vector<std::pair<const Enum*, const Enum*>> enums;
    std::vector<std::pair<const Union*, const Union*>> unions;
    std::vector<std::pair<const Record*, const Record*>> buffers;  ///< records that buffers hold
};

/// The table whose records `table` takes over: of its name, else of its former one; null when there is none.
[[nodiscard]] const Table* table_before(const Schema& before, const Table& table);

/// Follows the fields of tables that have the same name, or had it, and those of the root type when no table stores
/// it. A field's counterpart is the one that reads what it has stored: in buffers that in its place, with codecs
/// cbor and json that of its name, with others that at its position. Without tables in `before` there are no pairs:
/// names tell all that is known.
[[nodiscard]] Pairs pair_definitions(const Schema& before, const Schema& now);

}  // namespace cambium::codegen

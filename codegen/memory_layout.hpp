// How the plain struct of a record lies in memory, on every machine that Cambium runs on: what codec raw stores.
// Pure functions; no thread rule.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model.hpp"

namespace cambium::codegen {

/// Bytes of a struct that belong to no field.
struct Padding {
    std::string field;               ///< of the record that was asked about: where they are; empty: at its end
    const Record* record = nullptr;  ///< that has them: this one, or one inside
    std::string before;              ///< a field of `record`; empty: at its end
    std::size_t bytes = 0;
};

/// The first padding of a record, or none. All of its fields have a fixed size.
[[nodiscard]] std::optional<Padding> first_padding(const Record& record);

}  // namespace cambium::codegen

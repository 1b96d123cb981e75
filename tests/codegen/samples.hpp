// Records of the test schema for the tests of generated code.
#pragma once

#include "everything_tables.hpp"

namespace cambium::test {

/// A record with something in every field, none of it the default.
[[nodiscard]] everything::deep::Everything full_record();

}  // namespace cambium::test

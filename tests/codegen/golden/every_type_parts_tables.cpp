// Written by cambium-codegen from every_type_parts.fbs. Change the schema, not this file.
// clang-format off
#include "every_type_parts_tables.hpp"
